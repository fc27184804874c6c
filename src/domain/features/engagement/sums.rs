//! What the interactions of a session add up to. While a live goes on, the sums are kept beside the interactions; here
//! they are made from them, for `check`, which compares, and for stores of a time before the sums were kept.

use std::collections::BTreeMap;

use super::model::{AccountRef, Participant, Session, SessionId};
use super::{rules, tables};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Read;

/// The sums of a session.
#[derive(Debug, Default)]
pub struct Sums {
    /// What everybody did, and what their gifts were worth. Points and watch time are not told by interactions.
    pub people: BTreeMap<AccountRef, Participant>,
    /// What gifts were worth, by minute.
    pub coins: BTreeMap<u32, Amount>,
}

/// Adds up a session.
pub fn of(read: &dyn Read, guild: GuildId, id: SessionId, session: &Session) -> Result<Sums> {
    let mut sums = Sums::default();
    tables::INTERACTIONS.for_each(read, (guild, id), |_, interaction| {
        if let Some(coins) = interaction.coin_value {
            let sum = sums.coins.entry(rules::minute_of(session, interaction.at)).or_default();
            *sum = sum.clamped_change(coins.get());
        }
        if let Some(account) = interaction.account {
            sums.people.entry(account).or_default().add(&interaction);
        }
        Ok(())
    })?;
    Ok(sums)
}
