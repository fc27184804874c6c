//! The people of the open session, in hand while a batch of live events is written: each row is read and written once.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::model::{AccountRef, Numbers, Participant, SessionId};
use super::tables;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Tx;

/// Those who did something in the batch, or were paid in it.
#[derive(Default)]
pub struct People(BTreeMap<AccountRef, Participant>);

impl People {
    /// Someone of the session; whoever is new gets a number.
    pub fn get(
        &mut self,
        tx: &Tx<'_>,
        (guild, session): (GuildId, SessionId),
        numbers: &mut Numbers,
        account: AccountRef,
    ) -> Result<&mut Participant> {
        match self.0.entry(account) {
            Entry::Occupied(present) => Ok(present.into_mut()),
            Entry::Vacant(place) => {
                let known = tables::PARTICIPANTS.get(tx, &(guild, session, account))?;
                Ok(place.insert(known.unwrap_or_else(|| {
                    numbers.participant += 1;
                    Participant { number: numbers.participant, ..Participant::default() }
                })))
            }
        }
    }

    /// Writes them all, and has nobody in hand any more.
    pub fn save(&mut self, tx: &Tx<'_>, (guild, session): (GuildId, SessionId)) -> Result<()> {
        let people = std::mem::take(&mut self.0);
        people.iter().try_for_each(|(account, row)| tables::PARTICIPANTS.put(tx, &(guild, session, *account), row))
    }
}
