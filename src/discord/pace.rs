//! How often a member may change balances of their own accord: five times a minute (`C-13`, `T-ERR-02`).
//!
//! What people do themselves is asked here at the edge where they come in: commands, buttons, pages and programs take a turn from
//! the same window. What the program pays (gifts, watch time, tasks) is never asked. Turns lie in memory, so a restart gives them
//! anew.
//!
//! # Invariants
//! - What was refused, and what was only told once more, takes no turn: a [`Turn`] is given back unless it [was used](Turn::used).
//! - However many come at the same moment, five of them are done: a turn is held before anything is. Who finds all turns held by
//!   others that are not done yet waits for what becomes of those.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::sentence::Sentence;
use crate::kernel::text::MomentStyle;
use crate::kernel::time::{Clock, Timestamp};
use crate::refusals;

/// Turns in a window.
pub const TURNS: usize = 5;
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

/// Whose turns are counted: of a member in a server, or of the operator there.
type Whose = (GuildId, Option<UserId>);

/// The turns of the last minute.
pub struct Pace {
    clock: Clock,
    taken: Mutex<HashMap<Whose, VecDeque<Taken>>>,
    /// Told when it is known what became of a turn.
    settled: Notify,
}

#[derive(Clone, Copy)]
struct Taken {
    at: Timestamp,
    is_used: bool,
}

/// A turn that is held while something is tried. It counts once it is [used](Self::used), and is given back otherwise.
#[must_use]
pub struct Turn<'p> {
    pace: &'p Pace,
    whose: Whose,
    at: Timestamp,
    is_used: bool,
}

/// Why somebody has no turn.
struct Full {
    /// When the first of them is over.
    next: Timestamp,
    /// Whether one of them may still come to nothing.
    is_open: bool,
}

impl Pace {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, taken: Mutex::default(), settled: Notify::new() }
    }

    /// Does something that takes a turn of a member in a guild, where there is one; what is refused takes none.
    pub async fn counted<T>(&self, guild: GuildId, user: UserId, doing: impl Future<Output = Result<T>>) -> Result<T> {
        let turn = self.take(guild, Some(user)).await.map_err(|next| PaceRefusal::TooOften { next })?;
        let done = doing.await?;
        turn.used();
        Ok(done)
    }

    /// Holds a turn of a member, or of the operator, in a guild. Where there is none it says when there is the next.
    pub async fn take(&self, guild: GuildId, user: Option<UserId>) -> Result<Turn<'_>, Timestamp> {
        let whose = (guild, user);
        loop {
            let settled = self.settled.notified();
            match self.try_take(whose) {
                // A turn ends with whatever holds it, so this does not go on for ever.
                Err(Full { is_open: true, .. }) => settled.await,
                Err(Full { next, .. }) => return Err(next),
                Ok(turn) => return Ok(turn),
            }
        }
    }

    fn try_take(&self, whose: Whose) -> Result<Turn<'_>, Full> {
        let now = self.clock.now();
        let mut taken = self.lock();
        if taken.len() >= MOST && !taken.contains_key(&whose) {
            taken.retain(|_, turns| turns.back().is_some_and(|last| last.counts(now)));
            if taken.len() >= MOST {
                taken.clear();
            }
        }
        let turns = taken.entry(whose).or_default();
        turns.retain(|turn| turn.counts(now));
        if let Some(first) = turns.front().filter(|_| turns.len() >= TURNS) {
            return Err(Full { next: first.at.after(WINDOW), is_open: turns.iter().any(|turn| !turn.is_used) });
        }
        turns.push_back(Taken { at: now, is_used: false });
        Ok(Turn { pace: self, whose, at: now, is_used: false })
    }

    /// Gives everybody all of their turns, for a bench that changes more than people may.
    #[doc(hidden)]
    pub fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Whose, VecDeque<Taken>>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// Something was done with it.
    pub fn used(mut self) {
        self.is_used = true;
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut taken = self.pace.lock();
        if let Some(turns) = taken.get_mut(&self.whose) {
            let held = turns.iter().position(|turn| turn.at == self.at && !turn.is_used);
            let taken_out = held.and_then(|held| Some((held, turns.remove(held)?)));
            if let Some((held, turn)) = taken_out.filter(|_| self.is_used) {
                turns.insert(held, Taken { is_used: true, ..turn });
            }
            if turns.is_empty() {
                taken.remove(&self.whose);
            }
        }
        drop(taken);
        self.pace.settled.notify_waiters();
    }
}

impl Taken {
    /// Whether it still counts. One of later than now is of before the clock was set back.
    fn counts(&self, now: Timestamp) -> bool {
        self.at <= now && now.since(self.at) < WINDOW
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;
    use crate::kernel::error::Error;
    use crate::kernel::time::ClockHand;

    const GUILD: GuildId = GuildId::new(5);
    const ANN: UserId = UserId::new(1);

    fn pace() -> (Pace, ClockHand) {
        let (clock, hand) = Clock::simulated(Timestamp::from_millis(1_763_756_100_000));
        (Pace::new(clock), hand)
    }

    async fn does(pace: &Pace, guild: GuildId, user: UserId) -> Result<()> {
        pace.counted(guild, user, async { Ok(()) }).await
    }

    async fn is_refused(pace: &Pace) -> Result<()> {
        let refusal = PaceRefusal::TooOften { next: Timestamp::from_millis(7) };
        pace.counted(GUILD, ANN, async { Err::<(), Error>(refusal.into()) }).await
    }

    #[tokio::test]
    async fn the_sixth_change_in_a_minute_is_refused_until_the_first_is_a_minute_ago() {
        crate::covers!("T-ERR-02");
        let (pace, hand) = pace();
        for second in 0..5 {
            assert!(does(&pace, GUILD, ANN).await.is_ok(), "{second}");
            hand.advance(Duration::from_secs(10));
        }
        assert_eq!(does(&pace, GUILD, ANN).await.unwrap_err().code(), "pace.too_often");
        assert!(does(&pace, GUILD, UserId::new(2)).await.is_ok(), "others have turns of their own");
        assert!(does(&pace, GuildId::new(6), ANN).await.is_ok(), "and so has each server");
        hand.advance(Duration::from_secs(10));
        assert!(does(&pace, GUILD, ANN).await.is_ok());
        assert!(does(&pace, GUILD, ANN).await.is_err(), "one turn came back, not all");
    }

    #[tokio::test]
    async fn what_was_refused_takes_no_turn_whenever_it_comes() {
        let (pace, _hand) = pace();
        for _ in 0..20 {
            is_refused(&pace).await.unwrap_err();
        }
        for _ in 0..4 {
            does(&pace, GUILD, ANN).await.unwrap();
        }
        is_refused(&pace).await.unwrap_err();
        assert!(does(&pace, GUILD, ANN).await.is_ok(), "four were done and none else");
        assert!(does(&pace, GUILD, ANN).await.is_err());
        assert_eq!(pace.lock().len(), 1);
    }

    #[tokio::test]
    async fn of_those_who_come_at_once_five_are_done_and_none_is_refused_for_what_comes_to_nothing() {
        let (pace, _hand) = pace();
        // Three of twelve are refused, and hold a turn meanwhile.
        let coming = (0..12).map(|number| {
            let pace = &pace;
            async move {
                let doing = async move {
                    tokio::task::yield_now().await;
                    let next = Timestamp::from_millis(7);
                    if number < 3 { Err(PaceRefusal::TooOften { next }.into()) } else { Ok(()) }
                };
                pace.counted(GUILD, ANN, doing).await
            }
        });
        let done = join_all(coming).await.into_iter().flatten().count();
        assert_eq!(done, TURNS);
        let pace = &pace;
        let refused = (0..6).map(|_| is_refused(pace));
        assert!(join_all(refused).await.iter().all(Result::is_err));
    }

    #[tokio::test]
    async fn no_more_members_are_remembered_than_there_is_room_for() {
        let (pace, hand) = pace();
        for user in 0..50_000 {
            does(&pace, GUILD, UserId::new(user)).await.unwrap();
            hand.advance(Duration::from_millis(1));
        }
        assert!(pace.lock().len() <= MOST);
    }
}
