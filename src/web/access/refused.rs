//! Refused tries at what is the operator's alone, counted in memory between two times that they are written down: whoever tries a
//! thousand times costs the store a few rows.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::kernel::time::Timestamp;

/// What a network tried is written down at most so often.
const WRITTEN_EVERY: Duration = Duration::from_mins(1);
/// Networks that are told apart within that time; all others are one.
const MOST: usize = 60;
/// What the others are called.
const ELSEWHERE: &str = "elsewhere";

/// See the module.
#[derive(Default)]
pub struct RefusedTries(Mutex<HashMap<String, Waiting>>);

/// What was not written down yet.
struct Waiting {
    written: Timestamp,
    tries: u32,
}

impl RefusedTries {
    /// Counts a try from a network. Gives what is to be written down now: as whose tries, and how many. What was tried from
    /// elsewhere a minute ago or longer goes along.
    pub fn count(&self, network: String, now: Timestamp) -> Vec<(String, u32)> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rests = |known: &Waiting| now.since(known.written) < WRITTEN_EVERY;
        let due = waiting.iter().filter(|(_, known)| known.tries > 0 && !rests(known));
        let mut due: Vec<(String, u32)> = due.map(|(network, known)| (network.clone(), known.tries)).collect();
        waiting.retain(|_, known| rests(known));
        let is_told_apart = waiting.len() < MOST || waiting.contains_key(&network);
        let network = if is_told_apart { network } else { ELSEWHERE.to_owned() };
        if let Some(known) = waiting.get_mut(&network) {
            known.tries = known.tries.saturating_add(1);
            return due;
        }
        match due.iter_mut().find(|(of, _)| *of == network) {
            Some((_, tries)) => *tries = tries.saturating_add(1),
            None => due.push((network.clone(), 1)),
        }
        waiting.insert(network, Waiting { written: now, tries: 0 });
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn the_first_try_is_written_at_once_and_the_others_of_a_minute_together() {
        let refused = RefusedTries::default();
        let count = |from: &str, seconds| refused.count(from.to_owned(), at(seconds));
        assert_eq!(count("203.0.113.0/24", 0), [("203.0.113.0/24".to_owned(), 1)]);
        assert!((1..60).all(|second| count("203.0.113.0/24", second).is_empty()));
        assert_eq!(count("198.51.100.0/24", 30), [("198.51.100.0/24".to_owned(), 1)], "each has its own");
        assert_eq!(count("203.0.113.0/24", 60), [("203.0.113.0/24".to_owned(), 60)]);
        assert_eq!(count("203.0.113.0/24", 61), []);
        let late = [("203.0.113.0/24".to_owned(), 1), ("198.51.100.0/24".to_owned(), 1)];
        assert_eq!(count("198.51.100.0/24", 130), late, "who tries elsewhere brings along what waits");
    }

    #[test]
    fn a_flood_from_everywhere_is_written_a_few_times() {
        let refused = RefusedTries::default();
        let written = (0..10_000).flat_map(|number| refused.count(format!("10.{number}"), at(0))).count();
        assert_eq!(written, MOST + 1);
        let next = [(ELSEWHERE.to_owned(), 9_939), ("10.20000".to_owned(), 1)];
        assert_eq!(refused.count("10.20000".to_owned(), at(60)), next);
    }
}
