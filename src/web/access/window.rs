//! So many within a time, of which what came to nothing is given back.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::limits::{MOST_KEYS, TooOften};
use crate::kernel::time::Timestamp;

/// Counts what was done by whom.
pub struct Window<K> {
    most: usize,
    within: Duration,
    taken: Mutex<HashMap<K, VecDeque<Timestamp>>>,
}

impl<K: Hash + Eq> Window<K> {
    /// At most so many of each within this time.
    pub fn new(most: usize, within: Duration) -> Self {
        Self { most, within, taken: Mutex::default() }
    }

    /// Counts one more, unless that would be too many.
    pub fn take(&self, of: K, now: Timestamp) -> Result<(), TooOften> {
        let mut taken = self.lock();
        if taken.len() > MOST_KEYS {
            taken.retain(|_, moments| moments.back().is_some_and(|last| now.since(*last) < self.within));
        }
        let moments = taken.entry(of).or_default();
        while moments.front().is_some_and(|first| now.since(*first) >= self.within) {
            moments.pop_front();
        }
        match moments.front() {
            Some(first) if moments.len() >= self.most => Err(TooOften(self.within.saturating_sub(now.since(*first)))),
            _ => {
                moments.push_back(now);
                Ok(())
            }
        }
    }

    /// The last one came to nothing, and does not count.
    pub fn give_back(&self, of: &K) {
        let mut taken = self.lock();
        if let Some(moments) = taken.get_mut(of) {
            moments.pop_back();
            if moments.is_empty() {
                taken.remove(of);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, VecDeque<Timestamp>>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn five_are_taken_within_a_minute_whenever_it_begins() {
        let window = Window::new(5, Duration::from_mins(1));
        for second in [0, 10, 20, 30, 59] {
            assert_eq!(window.take("ann", at(second)), Ok(()));
        }
        assert_eq!(window.take("ann", at(59)), Err(TooOften(Duration::from_secs(1))));
        assert_eq!(window.take("ben", at(59)), Ok(()), "each has their own");
        assert_eq!(window.take("ann", at(60)), Ok(()));
        assert_eq!(window.take("ann", at(60)), Err(TooOften(Duration::from_secs(10))));
    }

    #[test]
    fn what_came_to_nothing_does_not_count_and_is_not_remembered() {
        let window = Window::new(1, Duration::from_mins(1));
        for _ in 0..9 {
            assert_eq!(window.take("ann", at(0)), Ok(()));
            window.give_back(&"ann");
        }
        window.give_back(&"ben");
        assert!(window.lock().is_empty());
    }

    #[test]
    fn the_memory_is_bounded() {
        let window = Window::new(5, Duration::from_mins(1));
        for user in 0..50_000_i64 {
            assert!(window.take(user, at(user)).is_ok());
            assert!(window.lock().len() <= MOST_KEYS + 1);
        }
    }
}
