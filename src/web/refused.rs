//! Sign-ins and proofs that were refused, for the page that says so.
//!
//! A browser that goes back to the answer of a form asks whether to send the form once more, or shows an error. So the door
//! answers a refused sign-in with the way to its page, and what that page says waits here meanwhile: under a name that nobody
//! guesses, bounded in number and size, without anything that is secret. It is shown as often as the page is loaded, for a while.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use maud::Markup;

use super::answer::{Refill, html};
use crate::kernel::secret::random;
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;

/// How long it is shown.
const LASTS: Duration = Duration::from_mins(10);
/// How many are kept in all; past this the oldest go.
const MOST: usize = 256;
/// What is longer than this, in bytes, is not kept.
const LONGEST: usize = 2_000;

/// A sign-in that was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedSignIn {
    /// Why.
    pub sentence: Sentence,
    /// What is wrong with which field.
    pub fields: BTreeMap<String, Sentence>,
    /// The name that was typed.
    pub username: String,
    /// The page that was wanted.
    pub next: String,
}

/// All that are kept.
#[derive(Default)]
pub struct RefusedSignIns(Mutex<VecDeque<(String, Timestamp, RefusedSignIn)>>);

impl RefusedSignIn {
    /// What the page says above everything, where somebody meets it as the page is loaded.
    pub fn notice(&self) -> Markup {
        maud::html! {
            div.notice.bad role="alert" tabindex="-1" autofocus { p { (html(&self.sentence)) } }
        }
    }

    /// What is wrong with a field.
    pub fn wrong(&self, field: &str) -> Option<String> {
        self.fields.get(field).map(ToString::to_string)
    }
}

impl RefusedSignIns {
    /// Keeps one; answers the name under which it is found.
    pub fn keep(&self, refill: Refill, now: Timestamp) -> String {
        let typed =
            |field: &str| refill.value(field).filter(|value| value.len() <= LONGEST).unwrap_or_default().to_owned();
        let (username, next) = (typed("username"), typed("next"));
        let Refill { sentence, fields, .. } = refill;
        let refused = RefusedSignIn { sentence, fields, username, next };
        let name = BASE64_URL_SAFE_NO_PAD.encode(random::<16>());
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(_, at, _)| now.since(*at) < LASTS);
        if kept.len() >= MOST {
            kept.pop_front();
        }
        kept.push_back((name.clone(), now, refused));
        name
    }

    /// The one of a name.
    pub fn of(&self, name: &str, now: Timestamp) -> Option<RefusedSignIn> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|(known, at, _)| known == name && now.since(*at) < LASTS);
        found.map(|(.., refused)| refused.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refill(username: &str) -> Refill {
        let typed = [("username", username), ("password", "hunter2"), ("next", "/g/5")];
        let typed = typed.map(|(field, value)| (field.to_owned(), vec![value.to_owned()]));
        Refill { typed: typed.into(), sentence: Sentence::words("Not so."), ..Refill::default() }
    }

    #[test]
    fn what_was_refused_is_said_again_for_a_while_and_without_the_password() {
        let (kept, now) = (RefusedSignIns::default(), Timestamp::from_millis(1_000));
        let name = kept.keep(refill("ann"), now);
        for _ in 0..2 {
            let found = kept.of(&name, now).unwrap();
            assert_eq!((found.username.as_str(), found.next.as_str()), ("ann", "/g/5"));
            assert!(!format!("{found:?}").contains("hunter2"));
        }
        assert_eq!(kept.of("another", now), None);
        assert_eq!(kept.of(&name, now.after(LASTS)), None);
    }

    #[test]
    fn the_memory_is_bounded() {
        let (kept, now) = (RefusedSignIns::default(), Timestamp::from_millis(1_000));
        let long = kept.keep(refill(&"x".repeat(LONGEST + 1)), now);
        assert_eq!(kept.of(&long, now).unwrap().username, "");
        for _ in 0..MOST {
            kept.keep(refill("ann"), now);
        }
        assert_eq!(kept.of(&long, now), None);
        assert_eq!(kept.0.lock().unwrap().len(), MOST);
    }
}
