//! How often a member may change balances of their own accord: five times a minute (`C-13`, `T-ERR-02`).
//!
//! What people do themselves is asked here at the edge where they come in: commands, buttons and pages take a turn from the same
//! window. What the program pays (gifts, watch time, tasks) is never asked. Turns lie in memory, so a restart gives them anew.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::sentence::Sentence;
use crate::kernel::text::MomentStyle;
use crate::kernel::time::{Clock, Timestamp};
use crate::refusals;

/// Turns in a window.
const TURNS: usize = 5;
/// How long a window is.
const WINDOW: Duration = Duration::from_mins(1);
/// Members who are remembered, about 4 MB of them. Where more act in one minute, all of them begin anew.
const MOST: usize = 20_000;

refusals! {
    /// Why a balance is not changed now.
    pub enum PaceRefusal {
        /// There were five changes in the last minute.
        TooOften {
            /// When the next one is possible.
            next: Timestamp,
        } => "pace.too_often" as TooOften, "That is more than {turns} changes of balances in a minute. You can go on {next}.",
            turns = TURNS, next = Sentence::moment(*next, MomentStyle::Relative);
    }
}

/// The turns of the last minute.
pub struct Pace {
    clock: Clock,
    taken: Mutex<HashMap<(GuildId, UserId), VecDeque<Timestamp>>>,
}

impl Pace {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, taken: Mutex::default() }
    }

    /// Takes a turn of a member in a guild. Refuses the sixth in a minute.
    pub fn take(&self, guild: GuildId, user: UserId) -> Result<()> {
        let now = self.clock.now();
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.len() >= MOST && !taken.contains_key(&(guild, user)) {
            taken.retain(|_, turns| turns.back().is_some_and(|last| counts(*last, now)));
            if taken.len() >= MOST {
                taken.clear();
            }
        }
        let turns = taken.entry((guild, user)).or_default();
        turns.retain(|turn| counts(*turn, now));
        if let Some(first) = turns.front().filter(|_| turns.len() >= TURNS) {
            return Err(PaceRefusal::TooOften { next: first.after(WINDOW) }.into());
        }
        turns.push_back(now);
        Ok(())
    }
}

/// Whether a turn still counts. One of later than now is of before the clock was set back.
fn counts(turn: Timestamp, now: Timestamp) -> bool {
    turn <= now && now.since(turn) < WINDOW
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUILD: GuildId = GuildId::new(5);
    const ANN: UserId = UserId::new(1);

    #[test]
    fn the_sixth_change_in_a_minute_is_refused_until_the_first_is_a_minute_ago() {
        crate::covers!("T-ERR-02");
        let (clock, hand) = Clock::simulated(Timestamp::from_millis(1_763_756_100_000));
        let pace = Pace::new(clock);
        for second in 0..5 {
            assert!(pace.take(GUILD, ANN).is_ok(), "{second}");
            hand.advance(Duration::from_secs(10));
        }
        assert_eq!(pace.take(GUILD, ANN).unwrap_err().code(), "pace.too_often");
        assert!(pace.take(GUILD, UserId::new(2)).is_ok(), "others have turns of their own");
        assert!(pace.take(GuildId::new(6), ANN).is_ok(), "and so has each server");
        hand.advance(Duration::from_secs(10));
        assert!(pace.take(GUILD, ANN).is_ok());
        assert!(pace.take(GUILD, ANN).is_err(), "one turn came back, not all");
    }

    #[test]
    fn no_more_members_are_remembered_than_there_is_room_for() {
        let (clock, hand) = Clock::simulated(Timestamp::from_millis(1_763_756_100_000));
        let pace = Pace::new(clock);
        for user in 0..50_000 {
            pace.take(GUILD, UserId::new(user)).unwrap();
            hand.advance(Duration::from_millis(1));
        }
        assert!(pace.taken.lock().unwrap().len() <= MOST);
    }
}
