//! What somebody typed into a form before they were sent to prove that it is them: their page is filled with it when they come
//! back, and they send it once more.
//!
//! Kept in memory, of each session the last form alone, for as long as a proof takes; nothing that is secret is among it. It
//! follows the session when that gets another id, and is shown to nobody but whoever typed it. What came when nobody was signed in
//! any more, or could not be done at that moment, is kept by [`kept`](super::kept).

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::access::{Via, Visitor};
use crate::kernel::digest::Digest;
use crate::kernel::time::Timestamp;
use crate::signin::Person;

/// How long it is kept.
const KEPT: Duration = Duration::from_mins(15);
/// Sessions of which something is kept; past this those go whose time is over, and then all.
const MOST: usize = 1_000;
/// The longest form that is kept, in bytes of what was typed.
const LONGEST: usize = 16 * 1024;

/// What was typed, by field.
type Typed = BTreeMap<String, Vec<String>>;

/// See the module.
#[derive(Default)]
pub struct Held(Mutex<HashMap<Digest, Form>>);

struct Form {
    person: Person,
    /// The path of the page on which it stands.
    page: String,
    typed: Typed,
    at: Timestamp,
}

impl Held {
    /// Keeps what somebody typed into a form of a page.
    pub fn hold(&self, visitor: &Visitor, page: &str, typed: Typed, now: Timestamp) {
        let Some((session, person)) = browser(visitor) else { return };
        let length = typed.iter().map(|(name, values)| name.len() + values.iter().map(String::len).sum::<usize>());
        if length.sum::<usize>() > LONGEST {
            return;
        }
        let mut held = self.lock();
        if held.len() >= MOST {
            held.retain(|_, form| form.is_kept(now));
        }
        if held.len() >= MOST {
            held.clear();
        }
        held.insert(session, Form { person: person.clone(), page: path_of(page).to_owned(), typed, at: now });
    }

    /// A session has another id from now on.
    pub fn follow(&self, before: Digest, after: Digest) {
        let mut held = self.lock();
        if let Some(form) = held.remove(&before) {
            held.insert(after, form);
        }
    }

    /// What somebody typed into the form of this page, once.
    pub fn take(&self, visitor: &Visitor, page: &str, now: Timestamp) -> Option<Typed> {
        let (session, person) = browser(visitor)?;
        let mut held = self.lock();
        // Other pages, that of the proof among them, leave it where it is.
        if held.get(&session)?.page != path_of(page) {
            return None;
        }
        let form = held.remove(&session)?;
        (form.person == *person && form.is_kept(now)).then_some(form.typed)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Digest, Form>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Form {
    fn is_kept(&self, now: Timestamp) -> bool {
        now.since(self.at) < KEPT
    }
}

/// The session of a browser, and whose it is.
fn browser(visitor: &Visitor) -> Option<(Digest, &Person)> {
    let somebody = visitor.somebody()?;
    match &somebody.via {
        Via::Session(session) => Some((*session, &somebody.person)),
        Via::Shown(_) | Via::Token { .. } => None,
    }
}

/// An address without what stands behind its path.
fn path_of(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::ids::UserId;
    use crate::web::access::Somebody;

    const NOW: Timestamp = Timestamp::from_micros(1_000_000_000_000);

    fn session(number: u8) -> Digest {
        Digest::of(&[number])
    }

    fn member(user: u64, number: u8) -> Visitor {
        Visitor::Somebody(Somebody {
            person: Person::Member { user: UserId::new(user) },
            name: String::new(),
            avatar: None,
            guilds: Vec::new(),
            via: Via::Session(session(number)),
        })
    }

    fn typed(text: &str) -> Typed {
        BTreeMap::from([("confirm".to_owned(), vec![text.to_owned()])])
    }

    #[test]
    fn what_was_typed_is_there_once_on_its_own_page_under_whatever_id_the_session_has_by_then() {
        let held = Held::default();
        held.hold(&member(1, 1), "/me/5#data", typed("Night Owl"), NOW);
        assert_eq!(held.take(&member(1, 1), "/prove?next=/me/5", NOW), None);
        held.follow(session(1), session(2));
        assert_eq!(held.take(&member(1, 1), "/me/5", NOW), None);
        assert_eq!(held.take(&member(1, 2), "/me/5?page=1", NOW), Some(typed("Night Owl")));
        assert_eq!(held.take(&member(1, 2), "/me/5", NOW), None, "it is filled in once");
    }

    #[test]
    fn nobody_else_sees_it_and_it_does_not_stay() {
        let held = Held::default();
        held.hold(&member(1, 1), "/me", typed("x"), NOW);
        // Somebody else signed in where the first one was.
        held.follow(session(1), session(2));
        assert_eq!(held.take(&member(9, 2), "/me", NOW), None);
        held.hold(&member(1, 1), "/me", typed("x"), NOW);
        assert_eq!(held.take(&member(1, 1), "/me", NOW.after(KEPT)), None);
        held.hold(&member(1, 1), "/me", typed(&"x".repeat(LONGEST)), NOW);
        assert_eq!(held.take(&member(1, 1), "/me", NOW), None, "what is very long is not kept");
        held.hold(&Visitor::Nobody, "/me", typed("x"), NOW);
        assert!(held.lock().is_empty());
    }

    #[test]
    fn the_memory_is_bounded() {
        let held = Held::default();
        for user in 0..3_000_u64 {
            let visitor = Visitor::Somebody(Somebody {
                via: Via::Session(Digest::of(&user.to_be_bytes())),
                ..member(user, 0).somebody().unwrap().clone()
            });
            held.hold(&visitor, "/me", typed("x"), NOW);
            assert!(held.lock().len() <= MOST);
        }
    }
}
