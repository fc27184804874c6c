//! How often anybody may ask for something (`C-13`, `T-ERR-02`, `D-89`).
//!
//! Counted by session or token, and by address for strangers; a household's newer addresses count as one. What is counted
//! is kept in memory, bounded, and forgotten at a restart.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use governor::clock::Clock as Ticks;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};

use crate::kernel::digest::Digest;
use crate::kernel::time::{Clock, Timestamp};

/// Keys that a limiter remembers before it forgets those that are quiet.
const MOST_KEYS: usize = 20_000;

/// What a route counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Limit {
    /// 300 a minute, 60 at once.
    Reads,
    /// 60 a minute.
    Changes,
    /// Changes of balances: as [`Self::Changes`], and of those that were done 5 a minute ([`Pace`](crate::discord::pace::Pace)).
    Balances,
    /// 10 an hour.
    Exports,
    /// Counted by [`SignIns`] instead.
    SignIn,
    /// Not counted: it costs nothing.
    Free,
}

/// Whom something is counted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// A stranger, by where they are.
    Place(IpAddr),
    /// A session or a token.
    Key(Digest),
}

/// Asking once more makes sense after so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooOften(pub Duration);

/// The clock of the program, as the limiter wants one.
#[derive(Clone)]
struct OurClock(Clock);

impl Ticks for OurClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_micros(self.0.now().micros().unsigned_abs())
    }
}

type Keyed<K> = RateLimiter<K, DefaultKeyedStateStore<K>, OurClock, NoOpMiddleware<Duration>>;

/// All limits but that of signing in.
pub struct Limits {
    clock: OurClock,
    strangers: Keyed<IpAddr>,
    reads: Keyed<Caller>,
    changes: Keyed<Caller>,
    exports: Keyed<Caller>,
}

impl Limits {
    /// Counts by this clock.
    pub fn new(clock: Clock) -> Self {
        let clock = OurClock(clock);
        Self {
            strangers: keyed(Quota::per_minute(of(1_200)).allow_burst(of(600)), &clock),
            reads: keyed(Quota::per_minute(of(300)).allow_burst(of(60)), &clock),
            changes: keyed(Quota::per_minute(of(60)), &clock),
            exports: keyed(Quota::per_hour(of(10)), &clock),
            clock,
        }
    }

    /// Counts a request from a place, before anybody looked who asks: what is forged costs as much as what is not.
    pub fn arrive(&self, place: IpAddr) -> Result<(), TooOften> {
        count(&self.strangers, &place, &self.clock)
    }

    /// Counts a request of a route.
    pub fn count(&self, limit: Limit, caller: Caller) -> Result<(), TooOften> {
        let limiter = match limit {
            Limit::Reads => &self.reads,
            Limit::Changes | Limit::Balances => &self.changes,
            Limit::Exports => &self.exports,
            Limit::SignIn | Limit::Free => return Ok(()),
        };
        count(limiter, &caller, &self.clock)
    }
}

fn of(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN)
}

fn keyed<K: Hash + Eq + Clone>(quota: Quota, clock: &OurClock) -> Keyed<K> {
    RateLimiter::new(quota, DefaultKeyedStateStore::default(), clock.clone())
}

fn count<K: Hash + Eq + Clone>(limiter: &Keyed<K>, key: &K, clock: &OurClock) -> Result<(), TooOften> {
    if limiter.len() > MOST_KEYS {
        limiter.retain_recent();
    }
    limiter.check_key(key).map_err(|not_until| TooOften(not_until.wait_time_from(clock.now())))
}

/// Wrong tries for a pair of place and account, before it is locked.
const TRIES: u32 = 5;
/// Within which time they count.
const WITHIN: Duration = Duration::from_mins(1);
/// How long it is locked then.
const LOCKED: Duration = Duration::from_mins(15);
/// Tries in all, within a minute.
const TRIES_IN_ALL: u32 = 60;

/// Counts wrong tries to sign in: for a place and an account together, so that nobody locks the operator out from elsewhere,
/// and in all, because each try is work. A try counts as a wrong one until it was right, so many that come at the same moment
/// are as many as those that come one after the other.
#[derive(Default)]
pub struct SignIns(Mutex<Tries>);

#[derive(Default)]
struct Tries {
    of: HashMap<(IpAddr, Digest), FailedTries>,
    in_all: Option<(Timestamp, u32)>,
}

#[derive(Clone, Copy)]
struct FailedTries {
    since: Timestamp,
    number: u32,
}

impl SignIns {
    /// Whether somebody there may try. The try is counted.
    pub fn may_try(&self, place: IpAddr, account: &str, now: Timestamp) -> Result<(), TooOften> {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let pair = (place, called(account));
        if let Some(wrong) = tries.of.get(&pair)
            && wrong.number >= TRIES
            && now.since(wrong.since) < LOCKED
        {
            return Err(TooOften(LOCKED.saturating_sub(now.since(wrong.since))));
        }
        let (since, number) = tries.in_all.filter(|(since, _)| now.since(*since) < WITHIN).unwrap_or((now, 0));
        if number >= TRIES_IN_ALL {
            return Err(TooOften(WITHIN.saturating_sub(now.since(since))));
        }
        tries.in_all = Some((since, number + 1));
        tries.count(pair, now);
        Ok(())
    }

    /// A try was right: it counts no more, nor does what was wrong before it.
    pub fn was_right(&self, place: IpAddr, account: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).of.remove(&(place, called(account)));
    }
}

impl Tries {
    fn count(&mut self, pair: (IpAddr, Digest), now: Timestamp) {
        if self.of.len() >= MOST_KEYS {
            self.of.retain(|_, wrong| now.since(wrong.since) < LOCKED);
        }
        if self.of.len() >= MOST_KEYS {
            self.of.clear();
        }
        let wrong = self.of.entry(pair).or_insert(FailedTries { since: now, number: 0 });
        if now.since(wrong.since) >= WITHIN {
            *wrong = FailedTries { since: now, number: 0 };
        }
        wrong.number += 1;
        if wrong.number >= TRIES {
            wrong.since = now;
        }
    }
}

/// An account, however long the name is that somebody typed, and however it is written.
fn called(account: &str) -> Digest {
    Digest::of(account.to_lowercase().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 7));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 7));

    #[test]
    fn reads_come_in_bursts_and_what_is_asked_of_balances_counts_as_any_change() {
        let (clock, hand) = Clock::simulated(Timestamp::from_micros(1_000_000_000_000));
        let limits = Limits::new(clock);
        let at_once = |limit, caller| (0..1_000).take_while(|_| limits.count(limit, caller).is_ok()).count();
        let (one, other) = (Caller::Key(Digest::from_bytes([1; 32])), Caller::Key(Digest::from_bytes([2; 32])));
        assert_eq!(at_once(Limit::Reads, one), 60);
        assert_eq!(at_once(Limit::Balances, one) + at_once(Limit::Changes, one), 60);
        assert_eq!(at_once(Limit::Balances, other), 60, "each has their own");
        let TooOften(wait) = limits.count(Limit::Balances, one).unwrap_err();
        assert!(wait <= Duration::from_secs(1), "{wait:?}");
        hand.advance(Duration::from_mins(1));
        assert_eq!(at_once(Limit::Balances, one), 60);
        assert_eq!(at_once(Limit::Free, one), 1_000);
    }

    #[test]
    fn five_wrong_tries_lock_a_pair_of_place_and_account_for_a_quarter_of_an_hour() {
        let sign_ins = SignIns::default();
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        for second in 1..=5 {
            assert!(sign_ins.may_try(HERE, "Host", at(second)).is_ok(), "{second}");
        }
        assert_eq!(sign_ins.may_try(HERE, "HOST", at(6)), Err(TooOften(Duration::from_secs(899))));
        assert!(sign_ins.may_try(THERE, "host", at(6)).is_ok(), "nobody is locked out from elsewhere");
        assert!(sign_ins.may_try(HERE, "other", at(6)).is_ok());
        assert!(sign_ins.may_try(HERE, "host", at(5 + 900)).is_ok());
        // What lies further apart than a minute does not add up, and neither does what was right.
        for try_ in 0..20 {
            assert!(sign_ins.may_try(THERE, "host", at(10_000 + try_ * 61)).is_ok(), "{try_}");
        }
        for try_ in 0..20 {
            assert!(sign_ins.may_try(THERE, "host", at(15_000)).is_ok(), "{try_}");
            sign_ins.was_right(THERE, "host");
        }
        let in_all = (0..200).filter(|n| sign_ins.may_try(THERE, &n.to_string(), at(20_000)).is_ok()).count();
        assert_eq!(in_all, 60);
    }
}
