//! What changes in the stored data of engagement when the program becomes newer.

use super::{sums, tables};
use crate::kernel::error::Result;
use crate::store::{Migration, Span, Tx};

/// All of them, by the version of the store that they lead to.
pub const ALL: &[Migration] = &[Migration {
    version: 1,
    name: "order streaks by the time of their last step, and add up what happened in each session",
    run: order_streaks_and_add_up_sessions,
}];

/// Streaks that did not end are in the order of their last step, and each session has the sums of its interactions.
///
/// The points of sessions before that are not known any more, because rates may have changed since; they stay 0 there.
pub fn order_streaks_and_add_up_sessions(tx: &Tx<'_>) -> Result<()> {
    tables::STREAKS.reindex(tx)?;
    let mut sessions = Vec::new();
    tables::SESSIONS.for_each(tx, Span::all(), |(guild, id), session| {
        sessions.push((guild, id, session));
        Ok(())
    })?;
    for (guild, id, session) in sessions {
        let sums = sums::of(tx, guild, id, &session)?;
        let mut numbers = tables::numbers(tx, guild)?;
        for (account, mut participant) in sums.people {
            numbers.participant += 1;
            participant.number = numbers.participant;
            tables::PARTICIPANTS.put(tx, &(guild, id, account), &participant)?;
        }
        for (minute, coins) in sums.coins {
            tables::add_coins(tx, guild, id, minute, coins)?;
        }
        tables::NUMBERS.put(tx, &guild, &numbers)?;
    }
    Ok(())
}
