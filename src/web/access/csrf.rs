//! The token that every changing request of a browser brings back to us (`S-SEC-04`, `C-74`).
//!
//! It is an HMAC of the session and a counter, so it needs no row. The counter goes up with each change that succeeded; the
//! token before counts for [`GRACE`] more, for requests that were under way. Pages are compressed, so each rendering hides
//! the token behind a pad of its own: it never stands twice as the same text beside something that a stranger chose.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use hmac::Mac;

use super::jwt::mac;
use crate::kernel::digest::Digest;
use crate::kernel::time::Timestamp;

/// How long the token before counts.
const GRACE: Duration = Duration::from_secs(10);
/// Sessions whose counters are remembered; past this the memory starts again, and their next form is shown once more.
const MOST: usize = 20_000;

/// Makes and checks tokens.
pub struct Csrf {
    key: [u8; 32],
    counters: Mutex<HashMap<Digest, Counter>>,
}

#[derive(Clone, Copy, Default)]
struct Counter {
    number: u64,
    rotated: Option<Timestamp>,
}

impl Csrf {
    /// Tokens of this key, which lives as long as the process.
    pub fn new(key: [u8; 32]) -> Self {
        Self { key, counters: Mutex::default() }
    }

    /// The token of a session, behind a pad.
    pub fn issue(&self, session: &Digest, pad: [u8; 32]) -> String {
        let token = self.token(session, self.counter(session).number);
        let hidden = pad.iter().zip(token).map(|(pad, token)| pad ^ token);
        BASE64_URL_SAFE_NO_PAD.encode(pad.iter().copied().chain(hidden).collect::<Vec<_>>())
    }

    /// Whether a token is the session's, or was it just now.
    pub fn admits(&self, session: &Digest, token: &str, now: Timestamp) -> bool {
        let Ok(bytes) = BASE64_URL_SAFE_NO_PAD.decode(token) else { return false };
        let Some((pad, hidden)) = bytes.split_at_checked(32) else { return false };
        if hidden.len() != 32 {
            return false;
        }
        let shown: Vec<u8> = pad.iter().zip(hidden).map(|(pad, hidden)| pad ^ hidden).collect();
        let Counter { number, rotated } = self.counter(session);
        let is_recent = rotated.is_some_and(|rotated| now.since(rotated) <= GRACE);
        let mut numbers = vec![number];
        numbers.extend(number.checked_sub(1).filter(|_| is_recent));
        numbers.into_iter().any(|number| is_same(&self.token(session, number), &shown))
    }

    /// Something was changed: the next form needs the next token.
    pub fn rotate(&self, session: &Digest, now: Timestamp) {
        let mut counters = self.counters.lock().unwrap_or_else(PoisonError::into_inner);
        if counters.len() >= MOST && !counters.contains_key(session) {
            counters.clear();
        }
        let counter = counters.entry(*session).or_default();
        *counter = Counter { number: counter.number + 1, rotated: Some(now) };
    }

    fn counter(&self, session: &Digest) -> Counter {
        self.counters.lock().unwrap_or_else(PoisonError::into_inner).get(session).copied().unwrap_or_default()
    }

    fn token(&self, session: &Digest, number: u64) -> [u8; 32] {
        let mut mac = mac(&self.key, "csrf");
        mac.update(session.bytes());
        mac.update(&number.to_be_bytes());
        mac.finalize().into_bytes().into()
    }
}

/// Compares without telling by its time where two texts differ.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    one.len() == other.len() && one.iter().zip(other).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Digest = Digest::from_bytes([1; 32]);
    const OTHER: Digest = Digest::from_bytes([2; 32]);

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn a_token_is_of_one_session_and_never_the_same_text() {
        let csrf = Csrf::new([7; 32]);
        let (first, second) = (csrf.issue(&ONE, [3; 32]), csrf.issue(&ONE, [4; 32]));
        assert_ne!(first, second);
        assert!(csrf.admits(&ONE, &first, at(0)) && csrf.admits(&ONE, &second, at(0)));
        assert!(!csrf.admits(&OTHER, &first, at(0)));
        assert!(!Csrf::new([8; 32]).admits(&ONE, &first, at(0)));
        for wrong in ["", "AAAA", &first[1..], &format!("{first}AAAA"), &"A".repeat(86)] {
            assert!(!csrf.admits(&ONE, wrong, at(0)), "{wrong}");
        }
    }

    #[test]
    fn the_token_before_counts_for_ten_seconds_more() {
        let csrf = Csrf::new([7; 32]);
        let before = csrf.issue(&ONE, [3; 32]);
        csrf.rotate(&ONE, at(100));
        let after = csrf.issue(&ONE, [3; 32]);
        assert!(csrf.admits(&ONE, &before, at(110)) && csrf.admits(&ONE, &after, at(110)));
        assert!(!csrf.admits(&ONE, &before, at(111)) && csrf.admits(&ONE, &after, at(500)));
        csrf.rotate(&ONE, at(112));
        assert!(!csrf.admits(&ONE, &before, at(112)) && csrf.admits(&ONE, &after, at(112)));
    }
}
