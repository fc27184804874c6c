//! Locks of guilds: what reads the messages of a guild does so one after another, and knows whether some may have been missed.
//!
//! Between two connections, or before the first, there is a gap in what the gateway tells, unless Discord resumes the
//! connection and repeats it; and of a channel that is hidden from the bot it tells nothing. Whoever has the lock may close
//! the gap, by reading what was posted.

use std::collections::HashMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

use tokio::sync::OwnedMutexGuard;

use crate::kernel::ids::GuildId;

/// The locks of all guilds.
#[derive(Default)]
pub struct GuildLocks(Mutex<HashMap<GuildId, Arc<Guild>>>);

struct Guild {
    lock: Arc<tokio::sync::Mutex<()>>,
    /// Held by whoever has yet to find out whether it wants the lock.
    arrivals: tokio::sync::Mutex<()>,
    has_gap: AtomicBool,
}

/// The lock of a guild, until it is dropped.
pub struct GuildLock {
    guild: Arc<Guild>,
    _held: OwnedMutexGuard<()>,
}

impl GuildLocks {
    /// Waits for the lock of a guild. Who waited longest is next.
    pub async fn take(&self, guild: GuildId) -> GuildLock {
        let guild = self.of(guild);
        let held = Arc::clone(&guild.lock).lock_owned().await;
        GuildLock { guild, _held: held }
    }

    /// The same for whoever has to look first whether it wants the lock: who comes first looks first and is in the line first,
    /// however long each looks. Who does not want the lock waits for nobody's.
    pub async fn take_in_order<T>(
        &self,
        guild: GuildId,
        look: impl Future<Output = T>,
        wants: impl FnOnce(&T) -> bool,
    ) -> (T, Option<GuildLock>) {
        let guild = self.of(guild);
        let arrival = guild.arrivals.lock().await;
        let found = look.await;
        if !wants(&found) {
            return (found, None);
        }
        // Asked once, it stands in the line, and the next may look.
        let mut lock = pin!(tokio::task::coop::unconstrained(Arc::clone(&guild.lock).lock_owned()));
        let asked = poll_fn(|context| Poll::Ready(lock.as_mut().poll(context))).await;
        drop(arrival);
        let held = match asked {
            Poll::Ready(held) => held,
            Poll::Pending => lock.await,
        };
        (found, Some(GuildLock { guild, _held: held }))
    }

    /// A guild came with a new connection: what happened in it before was not told.
    pub(super) fn note_gap(&self, guild: GuildId) {
        self.of(guild).has_gap.store(true, Ordering::Relaxed);
    }

    fn of(&self, guild: GuildId) -> Arc<Guild> {
        let mut guilds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            let (lock, arrivals) = (Arc::default(), tokio::sync::Mutex::default());
            Arc::new(Guild { lock, arrivals, has_gap: AtomicBool::new(true) })
        };
        Arc::clone(guilds.entry(guild).or_insert_with(new))
    }
}

impl GuildLock {
    /// Whether there is a gap; from now on there is none, unless another one comes.
    pub fn begins_to_close_gap(&self) -> bool {
        self.guild.has_gap.swap(false, Ordering::Relaxed)
    }

    /// The gap could not be closed, or there is one of which no connection tells.
    pub fn leaves_gap_open(&self) {
        self.guild.has_gap.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_comes_first_has_the_turn_first_however_long_each_looks() {
        let (turns, guild) = (GuildLocks::default(), GuildId::new(1));
        let order = Mutex::new(Vec::new());
        let comes = async |number: usize, looks: usize, wants: bool| {
            let look = async {
                for _ in 0..looks {
                    tokio::task::yield_now().await;
                }
            };
            let ((), lock) = turns.take_in_order(guild, look, |()| wants).await;
            if lock.is_some() {
                order.lock().unwrap().push(number);
                tokio::task::yield_now().await;
            }
        };
        tokio::join!(comes(0, 5, true), comes(1, 3, false), comes(2, 1, true), comes(3, 0, true));
        assert_eq!(*order.lock().unwrap(), [0, 2, 3]);
        let held = turns.take(guild).await;
        let ((), lock) = turns.take_in_order(guild, async {}, |()| false).await;
        assert!(lock.is_none(), "who does not want the lock does not wait for it");
        drop(held);
    }

    #[tokio::test]
    async fn a_gap_is_closed_once_and_comes_again_with_a_connection_or_a_failure() {
        let (turns, guild) = (GuildLocks::default(), GuildId::new(1));
        let lock = turns.take(guild).await;
        assert!(lock.begins_to_close_gap() && !lock.begins_to_close_gap());
        lock.leaves_gap_open();
        assert!(lock.begins_to_close_gap());
        turns.note_gap(guild);
        drop(lock);
        assert!(turns.take(guild).await.begins_to_close_gap());
        assert!(turns.take(GuildId::new(2)).await.begins_to_close_gap(), "each guild has its own");
    }
}
