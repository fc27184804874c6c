//! What was not understood, with its bytes, for whoever has to find out how TikTok changed (`M-TIK-26`, `M-TIK-27`).
//!
//! Everything goes to the log's target `tiktok::payload` at debug, which is off unless it is asked for with
//! `LOG=…,tiktok::payload=debug`: payloads hold what viewers wrote. Bytes are written in base64.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::reader::{Surprise, WHOLE};

/// How much of a payload is logged. Real ones are a few kilobytes; a hostile one shall not fill the disk.
pub(super) const MAX_LOGGED_BYTES: usize = 48 << 10;

/// Logs a message that was not understood, and why.
pub(super) fn note(method: &str, why: &'static str, payload: &[u8]) {
    tracing::debug!(
        target: "tiktok::payload",
        method,
        why,
        bytes = payload.len(),
        payload = %beginning(payload),
        "not understood"
    );
}

/// Logs a message that was understood, but for some fields.
pub(super) fn note_surprises(method: &str, surprises: &[Surprise], payload: &[u8]) {
    tracing::debug!(
        target: "tiktok::payload",
        method,
        fields = %Fields(surprises),
        bytes = payload.len(),
        payload = %beginning(payload),
        "unexpected fields"
    );
}

/// The most sentences that are remembered as told.
const MAX_SENTENCES: usize = 200;

/// The sentences that were told.
static SENTENCES: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Logs the key of a sentence whose meaning is not known, once: a new one may be worth points one day.
pub(super) fn note_sentence(method: &str, key: &str) {
    let mut told = SENTENCES.lock().unwrap_or_else(PoisonError::into_inner);
    if told.len() < MAX_SENTENCES && told.insert(key.to_owned()) {
        tracing::info!(target: "tiktok::sentence", method, key = ?key, "a sentence of unknown meaning counts as nothing");
    }
}

fn beginning(payload: &[u8]) -> String {
    BASE64_STANDARD.encode(payload.get(..MAX_LOGGED_BYTES).unwrap_or(payload))
}

/// `Gift.12 User.1093`; a message that could not be read at all stands alone.
struct Fields<'s>(&'s [Surprise]);

impl std::fmt::Display for Fields<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (place, (message, number)) in self.0.iter().enumerate() {
            let gap = if place == 0 { "" } else { " " };
            match number {
                &WHOLE => write!(f, "{gap}{message}")?,
                number => write!(f, "{gap}{message}.{number}")?,
            }
        }
        Ok(())
    }
}
