//! Who did something on the live: the account, by TikTok's number before the handle, held in hand until the batch is
//! written.

use super::Batch;
use crate::features::engagement::model::AccountRef;
use crate::features::handles;
use crate::features::handles::identity::{self, Who};
use crate::features::handles::model::{AccountId, Activity, KnownAccount};
use crate::flows::account_renamed;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::time::Timestamp;
use crate::live::{AccountNumber, Handle, Viewer};

/// By what somebody is known on the live.
pub(super) type Identity = (Option<AccountNumber>, Option<Handle>);

/// Somebody on the live.
#[derive(Clone, Copy, Debug)]
pub(super) struct Somebody {
    /// Their account.
    pub id: AccountId,
    /// Whether it is the host, also under a new name: the live is followed by the one that it had.
    is_host: bool,
}

impl Batch<'_, '_> {
    /// The account of whoever did something; it becomes known by that, and is taken to be there. The host is there anyway
    /// and earns nothing by it (`D-11`). `None` where nobody knows whose deed it is.
    pub(super) fn see(&mut self, viewer: &Viewer, at: Timestamp) -> Result<Option<AccountId>> {
        let Some(Somebody { id, is_host }) = self.resolve(viewer, at)? else {
            self.effects.nameless += 1;
            return Ok(None);
        };
        if let Some((_, activity)) = self.active.get_mut(&id) {
            activity.at = activity.at.max(at);
            activity.level = viewer.level.or(activity.level);
        }
        if !is_host {
            self.recorder.note_presence(AccountRef::new(id.get()), at, &self.terms)?;
        }
        Ok(Some(id))
    }

    /// Whose account it is. It becomes known by that, and is in hand.
    pub(super) fn resolve(&mut self, viewer: &Viewer, at: Timestamp) -> Result<Option<Somebody>> {
        let key = (viewer.number, viewer.handle.clone());
        if let Some(somebody) = self.ids.get(&key) {
            return Ok(Some(*somebody));
        }
        let (tx, guild) = (self.tx, self.guild);
        let (known, is_host) = match identity::who(tx, guild, viewer, self.streamer)? {
            Who::Nobody => return Ok(None),
            Who::Known(known, had_the_name) => (known, had_the_name),
            who @ (Who::ToBeNoted | Who::Renamed) => {
                let is_renamed = who == Who::Renamed;
                if is_renamed {
                    // Rows that are in hand are about to change.
                    self.write_activity()?;
                    self.recorder.write_people()?;
                }
                let Some(found) = identity::identify(tx, guild, viewer, at)? else { return Ok(None) };
                account_renamed::run(tx, guild, &found.moves)?;
                match identity::who(tx, guild, viewer, self.streamer)? {
                    Who::Known(known, had_the_name) => (known, had_the_name),
                    _ => (found.known, false),
                }
            }
        };
        let somebody = Somebody { id: self.hold(known), is_host };
        self.ids.insert(key, somebody);
        Ok(Some(somebody))
    }

    /// An account that is in hand, or is taken in hand for a streak of an earlier batch.
    pub(super) fn known(&mut self, id: AccountId) -> Result<Option<KnownAccount>> {
        if let Some((known, _)) = self.active.get(&id) {
            return Ok(Some(known.clone()));
        }
        let Some(account) = handles::queries::account_by_id(self.tx, self.guild, id)? else { return Ok(None) };
        let known = KnownAccount { id, account };
        self.hold(known.clone());
        Ok(Some(known))
    }

    /// Takes an account in hand, unless it is. That alone is nothing that it did.
    fn hold(&mut self, known: KnownAccount) -> AccountId {
        let (id, at) = (known.id, known.account.last_seen);
        self.active.entry(id).or_insert_with(|| (known, Activity { at, level: None, points: Amount::ZERO }));
        id
    }
}
