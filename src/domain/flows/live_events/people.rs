//! Who did something on the live: the account, by TikTok's number before the handle.

use super::Batch;
use crate::features::engagement::model::AccountRef;
use crate::features::handles;
use crate::features::handles::identity::{self, Who};
use crate::features::handles::model::{AccountId, Activity};
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
    /// Whose account it is; it becomes known by that. `None` where nobody knows whose deed it is.
    pub(super) fn who(&mut self, viewer: &Viewer, at: Timestamp) -> Result<Option<Somebody>> {
        let somebody = self.resolve(viewer, at)?;
        if somebody.is_none() {
            self.effects.nameless += 1;
        }
        Ok(somebody)
    }

    /// Writes down that somebody did something, with the points for it, and takes them to be there. The host is there anyway
    /// and earns nothing by it (`D-11`).
    pub(super) fn note(&mut self, somebody: Somebody, activity: &Activity) -> Result<()> {
        let Somebody { id, is_host } = somebody;
        let account = handles::service::record_activity(self.tx, self.guild, id, activity)?;
        if !is_host {
            self.recorder.note_presence(AccountRef::new(id.get()), activity.at, &self.terms)?;
        }
        if activity.points > Amount::ZERO { self.award(id, account.linked, activity.points) } else { Ok(()) }
    }

    /// As [`Batch::who`], for what is no deed of theirs, or none of now.
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
                if who == Who::Renamed {
                    // Others may have other names by it.
                    self.ids.clear();
                }
                let Some(found) = identity::identify(tx, guild, viewer, at)? else { return Ok(None) };
                account_renamed::run(tx, guild, &found.moves)?;
                match identity::who(tx, guild, viewer, self.streamer)? {
                    Who::Known(known, had_the_name) => (known, had_the_name),
                    _ => (found.known, false),
                }
            }
        };
        let somebody = Somebody { id: known.id, is_host };
        self.ids.insert(key, somebody);
        Ok(Some(somebody))
    }
}
