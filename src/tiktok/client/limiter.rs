//! When the next connection may be made: one at a time in the whole process, at least five seconds apart.
//!
//! A dozen connections at once use a free account up, and hammering at a service in trouble makes its trouble last. So
//! the gate also keeps a limit that the sign service named: until that ends, the service is not asked, whichever live it
//! would be for.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::MutexGuard;

use crate::kernel::time::{Clock, Timestamp};
use crate::tiktok::refusal::{Limit, Refusal};

/// The least time between the beginnings of two connections.
const SPACING: Duration = Duration::from_secs(5);

/// The gate of the process.
pub(super) struct Limiter {
    clock: Clock,
    /// When the last connection began. Held while one is being made.
    last: tokio::sync::Mutex<Option<Timestamp>>,
    limit: Mutex<Option<(Timestamp, Option<String>)>>,
}

/// The permit of one caller; the next one's begins when it is dropped.
pub(super) type Permit<'a> = MutexGuard<'a, Option<Timestamp>>;

impl Limiter {
    pub(super) fn new(clock: Clock) -> Self {
        Self { clock, last: tokio::sync::Mutex::new(None), limit: Mutex::new(None) }
    }

    /// Waits for a permit; callers get theirs in the order in which they asked. The first one's is at once.
    pub(super) async fn permit(&self) -> Permit<'_> {
        let mut last = self.last.lock().await;
        if let Some(last) = *last {
            // A clock that was set back must not make anyone wait longer.
            let next = last.after(SPACING).min(self.clock.now().after(SPACING));
            self.clock.sleep_until(next).await;
        }
        *last = Some(self.clock.now());
        last
    }

    /// Refuses as the sign service did, for as long as it asked.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        let limit = self.limit.lock().unwrap_or_else(PoisonError::into_inner);
        match &*limit {
            Some((until, label)) if self.clock.now() < *until => {
                Err(Refusal::RateLimited(Limit { wait: until.since(self.clock.now()), label: label.clone() }))
            }
            _ => Ok(()),
        }
    }

    /// Keeps a limit that the sign service named.
    pub(super) fn note(&self, refusal: &Refusal) {
        if let Refusal::RateLimited(Limit { wait, label }) = refusal {
            let until = self.clock.now().after(*wait);
            *self.limit.lock().unwrap_or_else(PoisonError::into_inner) = Some((until, label.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn connections_are_made_one_at_a_time_and_five_seconds_apart_but_the_first_at_once() {
        let (clock, hand) = Clock::simulated(Timestamp::from_millis(1));
        let limiter = Arc::new(Limiter::new(clock));
        let first = limiter.permit().await;
        let served = Arc::new(AtomicUsize::new(0));
        for _ in 0..2 {
            let (limiter, served) = (Arc::clone(&limiter), Arc::clone(&served));
            tokio::spawn(async move {
                let _permit = limiter.permit().await;
                served.fetch_add(1, Ordering::Relaxed);
            });
        }
        let settled = async || {
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            served.load(Ordering::Relaxed)
        };
        hand.advance(Duration::from_mins(1));
        assert_eq!(settled().await, 0, "the first has not finished");
        drop(first);
        assert_eq!(settled().await, 1);
        hand.advance(Duration::from_millis(4_999));
        assert_eq!(settled().await, 1);
        hand.advance(Duration::from_millis(1));
        assert_eq!(settled().await, 2);
    }

    #[test]
    fn a_limit_that_the_service_named_is_kept_until_it_ends() {
        let (clock, hand) = Clock::simulated(Timestamp::from_millis(1));
        let limiter = Limiter::new(clock);
        limiter.note(&Refusal::Offline);
        assert_eq!(limiter.check(), Ok(()));
        let limited = |seconds| Refusal::RateLimited(Limit { wait: Duration::from_secs(seconds), label: None });
        limiter.note(&limited(90));
        hand.advance(Duration::from_mins(1));
        assert_eq!(limiter.check(), Err(limited(30)));
        hand.advance(Duration::from_secs(30));
        assert_eq!(limiter.check(), Ok(()));
    }
}
