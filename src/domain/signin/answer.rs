//! What was answered to a change that has a key of its own, so that it is done once however often it is asked for (`D-55`).
//!
//! The answer is kept in the transaction of the change. Whoever asks with the same key and the same body reads it again, for
//! 24 hours; with another body they are refused. A key counts for one person and one route.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::over::End;
use super::{Person, Place, place};
use crate::kernel::digest::Digest;
use crate::kernel::error::Result;
use crate::kernel::time::Timestamp;
use crate::refusals;
use crate::store::{ErasureAction, Index, Read, Record, Table, Tx};

/// How long an answer is kept.
const KEPT: Duration = Duration::from_hours(24);
/// The longest key, in characters.
const LONGEST_KEY: usize = 64;
/// A longer body is not kept; its place is told in its stead.
const LONGEST_BODY: usize = 8 * 1024;

pub(super) static ANSWERS: Table<Place, Answer> = Table::new("signin.answers", &[&BY_END])
    .erasing(|_, answer, erasure| ErasureAction::delete_if(answer.caller.is_member(erasure.member)));
pub(super) static BY_END: Index<End, Place, Answer> =
    Index::new("signin.answers_by_end", |(guild, digest), answer| Some((*guild, answer.expires, *digest)));

/// What was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    caller: Person,
    /// Of what was asked.
    request: Digest,
    /// The status.
    pub status: u16,
    /// The body, where it is short enough.
    pub body: Option<Vec<u8>>,
    /// Where the thing is that was made or changed.
    pub location: Option<String>,
    /// When.
    pub at: Timestamp,
    expires: Timestamp,
}

impl Record for Answer {}

/// A key by which a change is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepeatKey(String);

/// A change that is asked for by a key.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Who asks.
    pub caller: &'a Person,
    /// The name of the route.
    pub route: &'a str,
    /// The key.
    pub key: &'a RepeatKey,
    /// The digest of all that is asked: address and body.
    pub request: Digest,
}

/// An answer that is to be kept.
#[derive(Clone, Copy, Debug)]
pub struct Reply<'a> {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: &'a [u8],
    /// Where the thing is that was made or changed.
    pub location: Option<&'a str>,
}

refusals! {
    /// What is wrong with a key.
    pub enum RepeatRefusal {
        /// It is no key.
        BadKey => "idempotency.bad_key" as NotValid,
            "An `Idempotency-Key` has 1 to {longest} visible ASCII characters.",
            longest = LONGEST_KEY;
        /// It was used for something else.
        Mismatch => "idempotency.mismatch" as NotValid,
            "This `Idempotency-Key` was used for something else within the last day. Each change needs a key of its own.";
    }
}

impl RepeatKey {
    /// Reads a key.
    pub fn parse(text: &str) -> Result<Self> {
        let is_key = (1..=LONGEST_KEY).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_key { Ok(Self(text.to_owned())) } else { Err(RepeatRefusal::BadKey.into()) }
    }
}

impl Asked<'_> {
    fn place(&self) -> Place {
        let caller = self.caller.digest();
        place(Digest::of_parts(&[caller.bytes(), self.route.as_bytes(), self.key.0.as_bytes()]))
    }
}

/// What was answered before, if it was. Refuses a key that was used for something else.
pub fn look(read: &dyn Read, asked: &Asked<'_>, now: Timestamp) -> Result<Option<Answer>> {
    let answer = ANSWERS.get(read, &asked.place())?.filter(|answer| answer.expires > now);
    match answer {
        Some(answer) if answer.request != asked.request => Err(RepeatRefusal::Mismatch.into()),
        answer => Ok(answer),
    }
}

/// Keeps what is answered.
pub fn keep(tx: &Tx<'_>, asked: &Asked<'_>, reply: &Reply<'_>) -> Result<()> {
    let answer = Answer {
        caller: asked.caller.clone(),
        request: asked.request,
        status: reply.status,
        body: (reply.body.len() <= LONGEST_BODY).then(|| reply.body.to_vec()),
        location: reply.location.map(ToOwned::to_owned),
        at: tx.now(),
        expires: tx.now().after(KEPT),
    };
    ANSWERS.put(tx, &asked.place(), &answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::testing::{TestStore, said};
    use crate::kernel::ids::UserId;
    use crate::kernel::text::hex;

    /// Who asks, on which route, by which key, for what.
    type Case = (Person, &'static str, &'static str, &'static str);

    fn member(user: u64) -> Person {
        Person::Member { user: UserId::new(user) }
    }

    fn asked<T>((caller, route, key, body): &Case, then: impl FnOnce(&Asked<'_>) -> T) -> T {
        let key = RepeatKey::parse(key).unwrap();
        then(&Asked { caller, route, key: &key, request: Digest::of(body.as_bytes()) })
    }

    fn answers(store: &TestStore, case: Case, body: &'static [u8]) {
        let reply = Reply { status: 201, body, location: Some("/api/5/shop/7") };
        store.write(move |tx| asked(&case, |asked| keep(tx, asked, &reply))).unwrap();
    }

    fn looked(store: &TestStore, case: &Case) -> Result<Option<Answer>> {
        let now = store.now();
        store.read(|read| Ok(asked(case, |asked| look(read, asked, now))))
    }

    #[test]
    fn the_same_is_answered_again_for_a_day_and_something_else_is_refused() {
        let store = TestStore::new();
        let case: Case = (member(1), "shop.stock", "k-1", "{}");
        assert_eq!(looked(&store, &case).unwrap(), None);
        answers(&store, case.clone(), b"done");
        let answer = looked(&store, &case).unwrap().unwrap();
        assert_eq!((answer.status, answer.body.as_deref(), answer.at), (201, Some(&b"done"[..]), store.now()));
        assert_eq!(answer.location.as_deref(), Some("/api/5/shop/7"));
        let other = looked(&store, &(member(1), "shop.stock", "k-1", "{ }")).unwrap_err();
        insta::assert_snapshot!(said(other), @"This `Idempotency-Key` was used for something else within the last day. Each change needs a key of its own.");
        store.advance(KEPT.checked_sub(Duration::from_secs(1)).unwrap());
        assert!(looked(&store, &case).unwrap().is_some());
        store.advance(Duration::from_secs(1));
        assert_eq!(looked(&store, &case).unwrap(), None, "the key is free");
        answers(&store, (member(1), "shop.stock", "k-1", "{ }"), b"other");
        assert!(looked(&store, &case).is_err());
        store.check();
    }

    #[test]
    fn a_key_counts_for_one_person_and_one_route() {
        let store = TestStore::new();
        answers(&store, (member(1), "shop.stock", "k-1", "{}"), b"done");
        let operator = Person::Operator { name: "1".to_owned() };
        let others: [Case; 4] = [
            (member(2), "shop.stock", "k-1", "{}"),
            (operator, "shop.stock", "k-1", "{}"),
            (member(1), "shop.price", "k-1", "{}"),
            (member(1), "shop.stock", "k-2", "{}"),
        ];
        for other in others {
            assert_eq!(looked(&store, &other).unwrap(), None, "{other:?}");
        }
    }

    /// By these, what was answered before an update is found after it.
    #[test]
    fn the_place_of_an_answer_never_changes() {
        let at = asked(&(member(7), "shop.stock", "k-1", "{}"), |asked| asked.place().1);
        let expected = "d5396e670cb3644ce8ff3ea967eb041e044980712c657c2c2d4041c3055ed015";
        assert_eq!(hex(at.bytes()), expected);
        let operator = Person::Operator { name: "admin".to_owned() };
        let expected = "e819d0e4fbcce4d44bf7ebdfb89e76f07171af9ad067e0d29127b912d045de6e";
        assert_eq!(hex(operator.digest().bytes()), expected);
    }

    #[test]
    fn a_long_body_is_not_kept_and_its_place_is() {
        static LONG: [u8; LONGEST_BODY + 1] = [b'x'; LONGEST_BODY + 1];
        let store = TestStore::new();
        let cases: [Case; 2] = [(member(1), "a.b", "fits", ""), (member(1), "a.b", "long", "")];
        answers(&store, cases[0].clone(), &LONG[1..]);
        answers(&store, cases[1].clone(), &LONG);
        let [fits, long] = cases.map(|case| looked(&store, &case).unwrap().unwrap());
        assert_eq!(fits.body.map(|body| body.len()), Some(LONGEST_BODY));
        assert_eq!((long.body, long.location.as_deref()), (None, Some("/api/5/shop/7")));
    }

    #[test]
    fn a_key_is_1_to_64_visible_characters() {
        let longest = "k".repeat(64);
        for key in ["1", "a-B_9!~", &longest] {
            assert!(RepeatKey::parse(key).is_ok(), "{key}");
        }
        let too_long = "k".repeat(65);
        for wrong in ["", "a b", "\t", "ä", "a\u{7F}", &too_long] {
            assert_eq!(RepeatKey::parse(wrong).unwrap_err().code(), "idempotency.bad_key", "{wrong:?}");
        }
    }
}
