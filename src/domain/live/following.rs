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

use std::ops::RangeInclusive;
use std::time::Duration;

use rand::Rng;

use crate::kernel::backoff::Backoff;
use crate::kernel::time::Timestamp;

/// The waits while the name is not live (`D-27`).
const OFFLINE: Backoff = Backoff::new(Duration::from_secs(15), 2, Duration::from_mins(5));
/// The waits after a lost connection, once the try at once has failed (`D-27`).
const DROPPED: Backoff = Backoff::new(Duration::from_secs(5), 2, Duration::from_mins(2));
/// The shortest wait after something that looks like a block: more tries make it longer.
const BLOCKED: Backoff = Backoff::new(Duration::from_mins(1), 1, Duration::from_mins(1));
/// How far a wait is spread to both sides, so that many servers do not ask at the same moment (`D-27`).
const SPREAD: RangeInclusive<f64> = 0.8..=1.2;
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
                let wait = self.grown(OFFLINE, dice);
                self.wait(now, wait)
            }
            Happened::Refused(Class::Final) => self.stop(Stop::Refused),
            Happened::Refused(_) if !self.is_persistent && !self.was_live => self.stop(Stop::Refused),
            Happened::Refused(nature) => {
                let usual = self.grown(if self.was_live { DROPPED } else { OFFLINE }, dice);
                let wait = match nature {
                    Class::RateLimit(limit) => usual.max(limit),
                    Class::Slow => usual.max(BLOCKED.jittered(0, SPREAD, dice)),
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
        let wait = self.grown(DROPPED, dice);
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

    /// The next wait, longer than the one before. After a drop the first of them follows the try at once.
    fn grown(&mut self, backoff: Backoff, dice: &mut impl Rng) -> Duration {
        let earlier = if self.was_live { self.waits.saturating_sub(1) } else { self.waits };
        self.waits = self.waits.saturating_add(1);
        backoff.jittered(earlier, SPREAD, dice)
    }
}

#[cfg(test)]
mod tests;
