//! What the next page of somebody says: that something was done, and how to undo it.
//!
//! Kept in memory, for a session and for a moment, and said once. A restart forgets it; what was done is in the audit.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::access::{Via, Visitor};
use super::ui::components::Notice;
use crate::kernel::digest::Digest;

/// Sessions with something to be said; past this the memory starts again.
const MOST: usize = 10_000;
/// What one page says at most.
const MOST_ON_A_PAGE: usize = 5;

/// What is to be said.
#[derive(Default)]
pub struct Notices(Mutex<HashMap<Digest, Vec<Notice>>>);

impl Notices {
    /// Leaves something for the next page of a session. A program sees no page.
    pub fn leave(&self, visitor: &Visitor, notice: Notice) {
        let Some(Via::Session(session)) = visitor.somebody().map(|somebody| &somebody.via) else { return };
        self.leave_for(*session, notice);
    }

    /// The same, for a session that begins with this answer.
    pub fn leave_for(&self, session: Digest, notice: Notice) {
        let mut left = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if left.len() >= MOST {
            left.clear();
        }
        let of_session = left.entry(session).or_default();
        if of_session.len() < MOST_ON_A_PAGE {
            of_session.push(notice);
        }
    }

    /// What this page is to say.
    pub fn take(&self, visitor: &Visitor) -> Vec<Notice> {
        let Some(Via::Session(session)) = visitor.somebody().map(|somebody| &somebody.via) else { return Vec::new() };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(session).unwrap_or_default()
    }
}
