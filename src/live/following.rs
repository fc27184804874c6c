//! How one TikTok name is followed: a state machine as a value (`M-TIK-04`, `M-TIK-05`, `D-27`).
//!
//! [`Following`] is told what happened and answers what to do next. It does nothing itself: no socket, no clock, no
//! store. So every course of an evening is a test that steps it.
//!
//! ```text
//! begin ─> look up ─┬─ offline ──> wait 15 s, 30 s … 5 min ──> look up
//!                   ├─ on air ───> connect ─┬─ refused ──> wait ──> look up
//!                   └─ refused ──> wait     └─ connected ─> live ─┬─ dropped ─> look up at once, then 5 s … 2 min
//!                                                                └─ ended ───> stopped
//! ```
//!
//! Rules: the sign step is asked only when the name is on air. A working socket is never given up for a new one. The
//! end of the live and a person's word stop it for good. A refusal that will not go away by itself stops it, too; a
//! rate limit is waited out. Who does not want to wait gets one try.

use std::time::Duration;

use rand::Rng;

use crate::kernel::time::Timestamp;

/// The waits while the name is not live: the first, and the longest (`D-27`).
const OFFLINE_WAITS: (Duration, Duration) = (Duration::from_secs(15), Duration::from_mins(5));
/// The waits after a lost connection, once the try at once has failed (`D-27`).
const DROPPED_WAITS: (Duration, Duration) = (Duration::from_secs(5), Duration::from_mins(2));
/// The shortest wait after something that looks like a block: more tries make it longer.
const SLOW_WAIT: Duration = Duration::from_mins(1);
/// How far a wait is spread to both sides, so that many servers do not ask at the same moment (`D-27`).
const SPREAD: f64 = 0.2;
/// A connection that held this long was a good one: the next drop begins with the shortest wait.
const GOOD: Duration = Duration::from_mins(1);

/// What a refusal means for the next try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Passes by itself: try again soon, with the usual back-off.
    Transient,
    /// Passes in minutes or hours, or when the host goes live: try again rarely.
    Slow,
    /// Passes at a time that we know: try again not before it.
    RateLimit(Duration),
    /// Stays until a person does something: do not try again.
    Final,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    /// The name is on air.
    OnAir,
    /// The name is not on air.
    Offline,
    /// Looking up or connecting was refused.
    Refused(Class),
    /// The socket is open and the room is entered.
    Connected,
    /// The socket is gone, and nobody said why.
    Dropped,
    /// The host, or TikTok, ended the live.
    Ended,
    /// The wait is over.
    Due,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Ask whether the name is on air.
    LookUp,
    /// Sign and dial.
    Connect,
    /// Take what the socket brings.
    Listen,
    /// Wait until then, and say [`Happened::Due`].
    WaitUntil(Timestamp),
    /// Stop for good.
    Stop(Stop),
}

/// Why it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The live is over.
    LiveEnded,
    /// It was not live, and nobody wanted to wait.
    NotLive,
    /// It was refused, for good or in the only try.
    Refused,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Finding out whether the name is on air, or connecting, for the first time or after a wait.
    Connecting,
    /// Waiting for the name to go live, until the next look.
    WaitingForLive(Timestamp),
    /// Connected.
    Live,
    /// The connection was lost; finding it again at once, or at this moment.
    Reconnecting(Option<Timestamp>),
    /// Over.
    Stopped(Stop),
}

/// The course of following one name.
#[derive(Clone, Debug)]
pub struct Following {
    state: State,
    /// Whether it waits for a name that is not live, and tries again.
    is_persistent: bool,
    /// Waits in a row, since the start or since the last good connection.
    waits: u32,
    connected_at: Option<Timestamp>,
    was_live: bool,
}

impl Following {
    /// Begins. The first thing to do is [`Next::LookUp`].
    pub const fn begin(is_persistent: bool) -> Self {
        Self { state: State::Connecting, is_persistent, waits: 0, connected_at: None, was_live: false }
    }

    /// Where it stands.
    pub const fn state(&self) -> State {
        self.state
    }

    /// Changes whether it waits, because another server joined or left.
    pub const fn set_persistent(&mut self, is_persistent: bool) {
        self.is_persistent = is_persistent;
    }

    /// Takes in what happened at a moment and decides. `dice` spread the waits.
    pub fn next(&mut self, happened: Happened, now: Timestamp, dice: &mut impl Rng) -> Next {
        if let State::Stopped(stop) = self.state {
            return Next::Stop(stop);
        }
        match happened {
            Happened::OnAir => Next::Connect,
            Happened::Connected => {
                self.connected_at = Some(now);
                self.was_live = true;
                self.state = State::Live;
                Next::Listen
            }
            Happened::Dropped => self.dropped(now, dice),
            Happened::Ended => self.stop(Stop::LiveEnded),
            Happened::Offline if !self.is_persistent => {
                self.stop(if self.was_live { Stop::LiveEnded } else { Stop::NotLive })
            }
            Happened::Offline => {
                // What was lost is over; from here on it is a new live that is waited for.
                if self.was_live {
                    (self.was_live, self.waits) = (false, 0);
                }
                let wait = spread(self.grown(OFFLINE_WAITS), dice);
                self.wait(now, wait)
            }
            Happened::Refused(Class::Final) => self.stop(Stop::Refused),
            Happened::Refused(_) if !self.is_persistent && !self.was_live => self.stop(Stop::Refused),
            Happened::Refused(nature) => {
                let waits = if self.was_live { DROPPED_WAITS } else { OFFLINE_WAITS };
                let usual = spread(self.grown(waits), dice);
                let wait = match nature {
                    Class::RateLimit(limit) => usual.max(limit),
                    Class::Slow => usual.max(spread(SLOW_WAIT, dice)),
                    Class::Transient | Class::Final => usual,
                };
                self.wait(now, wait)
            }
            Happened::Due => {
                self.state = if self.was_live { State::Reconnecting(None) } else { State::Connecting };
                Next::LookUp
            }
        }
    }

    fn dropped(&mut self, now: Timestamp, dice: &mut impl Rng) -> Next {
        let held = self.connected_at.take().map_or(Duration::ZERO, |since| now.since(since));
        if held >= GOOD {
            self.waits = 0;
        }
        self.state = State::Reconnecting(None);
        // The first try is at once; a connection that never holds is not dialled in a circle.
        if self.waits == 0 {
            self.waits = 1;
            return Next::LookUp;
        }
        let wait = spread(self.grown(DROPPED_WAITS), dice);
        self.wait(now, wait)
    }

    const fn stop(&mut self, stop: Stop) -> Next {
        self.state = State::Stopped(stop);
        Next::Stop(stop)
    }

    fn wait(&mut self, now: Timestamp, wait: Duration) -> Next {
        let due = now.after(wait);
        self.state = if self.was_live { State::Reconnecting(Some(due)) } else { State::WaitingForLive(due) };
        Next::WaitUntil(due)
    }

    /// The next wait: twice the one before, up to the longest. After a drop the first of them follows the try at once.
    fn grown(&mut self, (first, longest): (Duration, Duration)) -> Duration {
        let doublings = if self.was_live { self.waits.saturating_sub(1) } else { self.waits };
        self.waits = self.waits.saturating_add(1);
        first.saturating_mul(1 << doublings.min(16)).min(longest)
    }
}

/// A wait, a little longer or shorter.
fn spread(wait: Duration, dice: &mut impl Rng) -> Duration {
    wait.mul_f64(dice.random_range(1.0 - SPREAD..=1.0 + SPREAD))
}

#[cfg(test)]
mod tests;
