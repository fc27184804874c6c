//! How each followed name stands now, for whoever asks (`M-TIK-02`).
//!
//! The [`Board`] is memory: after a restart it fills again. What must last is in the store.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::live::Handle;
use crate::live::following::State;

/// How one name stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// The state of its course.
    pub state: State,
    /// Since when it is in this state.
    pub since: Timestamp,
    /// What was said when it last was refused; gone once it is connected.
    pub trouble: Option<Sentence>,
    /// How many watch; `None` until the live told it (`M-TIK-25`).
    pub viewers: Option<u32>,
    /// When the live last told anything.
    pub last_message_at: Option<Timestamp>,
    /// What it told since it is followed.
    pub counts: Counts,
}

/// Messages by what they were good for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events that count.
    pub events: u64,
    /// Events of people whose handle was not told: they count for nobody, unless a server knows the account's number.
    pub anonymous: u64,
    /// Messages without use for us.
    pub ignored: u64,
    /// Messages of kinds that we do not know (`M-TIK-26`).
    pub unknown: u64,
    /// Messages that could not be read (`M-TIK-26`).
    pub undecodable: u64,
}

/// How long the outcome of following a name is waited for.
const PATIENCE: Duration = Duration::from_secs(4);
/// Names whose end is remembered, at most, beside those that are followed.
const MOST_NAMES: usize = 1_000;

/// The status of every followed name, and how those that stopped did so. Clones share it.
#[derive(Clone, Debug)]
pub struct Board(Arc<watch::Sender<BTreeMap<Handle, Status>>>);

impl Default for Board {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(BTreeMap::new())))
    }
}

impl Board {
    /// How a name stands; `None` while it is not followed.
    pub fn status(&self, name: &Handle) -> Option<Status> {
        self.0.borrow().get(name).cloned()
    }

    /// Hears whenever any name stands otherwise than before.
    pub fn changes(&self) -> watch::Receiver<BTreeMap<Handle, Status>> {
        self.0.subscribe()
    }

    /// How many names stand in each state, all states included.
    pub fn census(&self) -> [(&'static str, u64); 5] {
        let mut census = [("connecting", 0), ("waiting", 0), ("live", 0), ("reconnecting", 0), ("stopped", 0)];
        for status in self.0.borrow().values() {
            let [connecting, waiting, live, reconnecting, stopped] = &mut census;
            let (_, count) = match status.state {
                State::Connecting => connecting,
                State::WaitingForLive(_) => waiting,
                State::Live => live,
                State::Reconnecting(_) => reconnecting,
                State::Stopped(_) => stopped,
            };
            *count += 1;
        }
        census
    }

    /// Waits until a name stands so that `fits`.
    pub async fn until(&self, name: &Handle, mut fits: impl FnMut(Option<&Status>) -> bool) {
        // The sender is this board: it cannot be gone.
        let _ = self.0.subscribe().wait_for(|all| fits(all.get(name))).await;
    }

    /// How a name stands once more is known than that it is being connected to, for whoever just asked for that; `None` where
    /// nobody follows it yet. What takes longer than some seconds is on its way.
    pub async fn outcome(&self, name: &Handle) -> Option<Status> {
        let has_outcome =
            |status: Option<&Status>| status.is_some_and(|status| !matches!(status.state, State::Connecting));
        let _ = tokio::time::timeout(PATIENCE, self.until(name, has_outcome)).await;
        self.status(name)
    }

    /// Notes a new state, with what went wrong, if anything did.
    pub fn enter(&self, name: &Handle, state: State, at: Timestamp, trouble: Option<Sentence>) {
        self.0.send_modify(|all| {
            if all.len() >= MOST_NAMES {
                all.retain(|_, status| !matches!(status.state, State::Stopped(_)));
            }
            let status = all.entry(name.clone()).or_insert_with(|| Status {
                state,
                since: at,
                trouble: None,
                viewers: None,
                last_message_at: None,
                counts: Counts::default(),
            });
            if status.state != state {
                (status.state, status.since) = (state, at);
            }
            if state == State::Live {
                status.trouble = None;
            } else if trouble.is_some() {
                status.trouble = trouble;
            }
            if state != State::Live {
                status.viewers = None;
            }
        });
    }

    /// Notes what the live told, once it is written.
    pub fn heard(&self, name: &Handle, at: Timestamp, counts: Counts, viewers: Option<u32>) {
        self.0.send_if_modified(|all| {
            let Some(status) = all.get_mut(name) else { return false };
            status.last_message_at = Some(at);
            status.viewers = viewers.or(status.viewers);
            let sum = &mut status.counts;
            sum.events += counts.events;
            sum.anonymous += counts.anonymous;
            sum.ignored += counts.ignored;
            sum.unknown += counts.unknown;
            sum.undecodable += counts.undecodable;
            true
        });
    }

    /// Forgets how a name stopped, because it is followed anew.
    pub fn begin_again(&self, name: &Handle) {
        self.0.send_if_modified(|all| {
            let is_stopped = all.get(name).is_some_and(|status| matches!(status.state, State::Stopped(_)));
            is_stopped && all.remove(name).is_some()
        });
    }

    /// Forgets a name that is not followed any more.
    pub fn forget(&self, name: &Handle) {
        self.0.send_if_modified(|all| all.remove(name).is_some());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1000)
    }

    #[test]
    fn viewers_are_unknown_until_the_live_told_them_and_after_the_connection_is_lost() {
        let (board, host) = (Board::default(), Handle::parse("host").unwrap());
        assert_eq!(board.status(&host), None);
        board.enter(&host, State::Live, at(1), None);
        assert_eq!(board.status(&host).unwrap().viewers, None);
        board.heard(&host, at(2), Counts { events: 1, ..Counts::default() }, Some(12));
        board.heard(&host, at(3), Counts { events: 2, ..Counts::default() }, None);
        let status = board.status(&host).unwrap();
        assert_eq!((status.viewers, status.counts.events, status.last_message_at), (Some(12), 3, Some(at(3))));
        board.enter(&host, State::Reconnecting(None), at(4), None);
        assert_eq!(board.status(&host).unwrap().viewers, None);
    }

    #[test]
    fn what_went_wrong_is_kept_until_it_works_again() {
        let (board, host) = (Board::default(), Handle::parse("host").unwrap());
        board.enter(&host, State::WaitingForLive(at(9)), at(1), Some(Sentence::words("It is blocked.")));
        board.enter(&host, State::Connecting, at(9), None);
        assert_eq!(board.status(&host).unwrap().trouble, Some(Sentence::words("It is blocked.")));
        board.enter(&host, State::Live, at(10), None);
        assert_eq!(board.status(&host).unwrap().trouble, None);
        board.forget(&host);
        assert_eq!(board.status(&host), None);
    }
}
