//! Sessions from the sign-in to their end, whoever changes a password, shows an old secret or is erased meanwhile.

mod operators;

use std::time::Duration;

use super::link::Purpose;
use super::operator;
use super::refresh::{self, Next, Rotation, rotate};
use super::scope::Scope;
use super::session::{
    Door, Session, ShownGuild, SignIn, begin, end, end_marked, end_of_family, list_of, mark, of, prove,
    sign_out_everywhere, touch,
};
use super::token::Wanted;
use super::{Person, SEEN_EVERY, answer, guesses, link, oauth, over, token};
use crate::activity::{Filter, newest};
use crate::features::testing::{TestStore, said};
use crate::kernel::actor::Actor;
use crate::kernel::digest::Digest;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::secret::Secret;
use crate::store::Erasure;

const ANN: UserId = UserId::new(701_234_567_890_123_451);
const BEN: UserId = UserId::new(712_345_678_901_234_562);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);

fn member(user: UserId) -> Person {
    Person::Member { user }
}

fn admin() -> Person {
    Person::Operator { name: "admin".to_owned() }
}

fn code(text: &str) -> Digest {
    Digest::of(text.as_bytes())
}

/// The refresh that comes with a session.
fn refresh_of(sid: &str) -> Digest {
    code(&format!("refresh of {sid}"))
}

fn sign_in(person: Person, sid: &str) -> SignIn {
    SignIn {
        sid: code(sid),
        refresh: refresh_of(sid),
        person,
        name: " Ann\u{202E} ".to_owned(),
        avatar: Some("a1b2".to_owned()),
        door: Door::Discord,
        agent: "x".repeat(61),
        address: "203.0.113.7".parse().unwrap(),
        guilds: vec![ShownGuild { id: GuildId::new(5), name: "The  Owls".to_owned(), icon: None }; 101],
        replaces: None,
    }
}

fn signs_in(store: &TestStore, person: Person, sid: &str) -> Session {
    let sign_in = sign_in(person, sid);
    store.write(move |tx| begin(tx, &sign_in)).unwrap()
}

fn session(store: &TestStore, sid: &str) -> Option<Session> {
    let now = store.now();
    store.read(|read| of(read, code(sid), now))
}

fn is_in(store: &TestStore, sid: &str) -> bool {
    session(store, sid).is_some()
}

/// How many places a person is signed in at.
fn places(store: &TestStore, person: &Person) -> usize {
    let now = store.now();
    store.read(|read| list_of(read, person, now)).len()
}

/// Shows a refresh, and wants the next secrets to be those of `next`.
fn shows(store: &TestStore, shown: Digest, next: &str) -> Rotation {
    let next = Next { sid: code(next), refresh: refresh_of(next) };
    store.write(move |tx| rotate(tx, shown, next)).unwrap()
}

fn has_password(store: &TestStore, phc: &'static str, by: Actor, kept: Option<Digest>) {
    store.write(move |tx| operator::set_password(tx, "admin", &Secret::new(phc), by, kept)).unwrap();
}

/// What happened, each in one line, the first first.
fn happened(store: &TestStore) -> String {
    let noted = store.read(|read| newest(read, GuildId::INSTANCE, &Filter::default(), None, 100));
    let lines = noted.rows.iter().rev().map(|(_, activity)| {
        let subject = activity.subject.as_ref().map(|subject| format!(" of {subject:?}")).unwrap_or_default();
        format!("{} by {}{subject} {}", activity.kind, activity.actor, activity.details)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_session_is_known_by_its_id_and_keeps_nothing_that_is_long_hidden_or_exact() {
    let store = TestStore::new();
    let begun = signs_in(&store, member(ANN), "one");
    assert_eq!(session(&store, "one"), Some(begun.clone()));
    assert!(!is_in(&store, "two"));
    assert_eq!((begun.name.as_str(), begun.network.as_str()), ("Ann", "203.0.113.0/24"));
    assert_eq!((begun.agent.chars().count(), begun.guilds.len()), (60, 100));
    assert_eq!(begun.guilds[0].name, "The Owls");
    assert_eq!(begun.expires, store.now().after(DAY));
    store.check();
}

#[test]
fn a_session_counts_for_a_day_and_goes_on_by_its_refresh_under_another_id() {
    let store = TestStore::new();
    let begun = signs_in(&store, member(ANN), "one");
    store.advance(DAY.checked_sub(Duration::from_secs(1)).unwrap());
    assert!(is_in(&store, "one"));
    store.advance(Duration::from_secs(1));
    assert!(!is_in(&store, "one"));
    assert_eq!(places(&store, &member(ANN)), 1, "it can go on");
    store.advance(DAY);
    let Rotation::Rotated(goes_on) = shows(&store, refresh_of("one"), "two") else { panic!("it is good") };
    let goes_on = *goes_on;
    assert_eq!((goes_on.seen, goes_on.expires), (store.now().before(SEEN_EVERY), store.now().after(DAY)));
    assert_eq!((goes_on.began, goes_on.proven_at, goes_on.family), (begun.began, begun.proven_at, begun.family));
    assert_eq!(session(&store, "two"), Some(goes_on));
    assert!(!is_in(&store, "one"));
    assert_eq!(places(&store, &member(ANN)), 1);
    store.advance(refresh::LASTS);
    assert_eq!(shows(&store, refresh_of("two"), "three"), Rotation::Unknown);
    assert_eq!(places(&store, &member(ANN)), 0);
    store.check();
}

#[test]
fn a_refresh_that_was_spent_ends_what_it_led_to_and_a_browser_that_asks_twice_ends_nothing() {
    let store = TestStore::new();
    signs_in(&store, member(ANN), "one");
    signs_in(&store, member(ANN), "elsewhere");
    assert!(matches!(shows(&store, refresh_of("one"), "two"), Rotation::Rotated(_)));
    store.advance(Duration::from_secs(10));
    assert_eq!(shows(&store, refresh_of("one"), "stolen"), Rotation::Repeated);
    assert!(is_in(&store, "two") && !is_in(&store, "stolen"));
    assert!(matches!(shows(&store, refresh_of("two"), "three"), Rotation::Rotated(_)));
    store.advance(Duration::from_micros(1));
    assert_eq!(shows(&store, refresh_of("one"), "stolen"), Rotation::Reused);
    assert!(!is_in(&store, "three") && !is_in(&store, "stolen"));
    assert_eq!(shows(&store, refresh_of("three"), "four"), Rotation::Unknown);
    assert_eq!(shows(&store, code("made up"), "four"), Rotation::Unknown);
    assert!(is_in(&store, "elsewhere"), "the other browser has nothing to do with it");
    store.check();
}

#[test]
fn where_the_answer_got_lost_the_refresh_before_it_is_good_once_more_until_somebody_was_seen() {
    let store = TestStore::new();
    signs_in(&store, member(ANN), "one");
    store.advance(HOUR);
    // Nothing of these two arrives.
    for lost in ["two", "three"] {
        assert!(matches!(shows(&store, refresh_of("one"), lost), Rotation::Rotated(_)), "{lost}");
        store.advance(Duration::from_secs(11));
    }
    let Rotation::Rotated(goes_on) = shows(&store, refresh_of("one"), "four") else { panic!("nobody was seen") };
    assert_eq!(session(&store, "four"), Some(*goes_on));
    assert_eq!(["one", "two", "three"].map(|sid| is_in(&store, sid)), [false; 3]);
    assert_eq!(places(&store, &member(ANN)), 1);
    store.write(|tx| touch(tx, code("four"))).unwrap();
    store.advance(Duration::from_secs(11));
    assert_eq!(shows(&store, refresh_of("one"), "stolen"), Rotation::Reused);
    assert!(!is_in(&store, "four"));
    store.check();
}

#[test]
fn what_got_lost_and_turns_up_again_ends_what_took_its_place() {
    let store = TestStore::new();
    signs_in(&store, member(ANN), "one");
    store.advance(HOUR);
    assert!(matches!(shows(&store, refresh_of("one"), "caught"), Rotation::Rotated(_)));
    store.advance(Duration::from_secs(11));
    assert!(matches!(shows(&store, refresh_of("one"), "two"), Rotation::Rotated(_)));
    store.write(|tx| touch(tx, code("two"))).unwrap();
    store.advance(Duration::from_secs(11));
    assert_eq!(shows(&store, refresh_of("caught"), "stolen"), Rotation::Reused);
    assert!(!is_in(&store, "two") && !is_in(&store, "caught"));
    store.check();
}

#[test]
fn a_new_sign_in_takes_the_place_of_the_one_in_that_browser() {
    let store = TestStore::new();
    signs_in(&store, member(ANN), "one");
    let again = SignIn { replaces: Some(code("one")), ..sign_in(member(ANN), "two") };
    store.write(move |tx| begin(tx, &again)).unwrap();
    assert!(!is_in(&store, "one") && is_in(&store, "two"));
    assert_eq!(shows(&store, refresh_of("one"), "three"), Rotation::Unknown);
    store.check();
}

#[test]
fn a_fresh_proof_has_a_new_id_and_the_session_goes_on_with_it() {
    let store = TestStore::new();
    signs_in(&store, member(ANN), "one");
    store.advance(HOUR);
    assert!(!session(&store, "one").unwrap().is_proven_within(HOUR, store.now()));
    let proven = store.write(|tx| prove(tx, code("one"), code("two"))).unwrap().unwrap();
    assert_eq!(proven.proven_at, store.now());
    assert!(session(&store, "two").unwrap().is_proven_within(HOUR, store.now()));
    assert!(!is_in(&store, "one"));
    assert_eq!(store.write(|tx| prove(tx, code("one"), code("three"))).unwrap(), None);
    assert!(matches!(shows(&store, refresh_of("one"), "four"), Rotation::Rotated(_)));
    assert!(is_in(&store, "four") && !is_in(&store, "two"));
    store.check();
}

#[test]
fn that_somebody_was_seen_is_written_once_in_five_minutes() {
    let store = TestStore::new();
    let first = signs_in(&store, member(ANN), "one").seen;
    let seen = |after: u64| {
        store.advance(Duration::from_secs(after));
        store.write(|tx| touch(tx, code("one"))).unwrap();
        session(&store, "one").unwrap().seen
    };
    assert_eq!(seen(299), first);
    assert_eq!(seen(1), store.now());
    store.write(|tx| touch(tx, code("made up"))).unwrap();
    assert!(!is_in(&store, "made up"));
    store.check();
}

#[test]
fn who_signs_out_is_out_and_who_signs_out_everywhere_stays_where_they_are() {
    let store = TestStore::new();
    for sid in ["one", "two", "three"] {
        signs_in(&store, member(ANN), sid);
        store.advance(Duration::from_secs(1));
    }
    signs_in(&store, member(BEN), "his");
    let listed = store.read(|read| list_of(read, &member(ANN), store.now()));
    assert_eq!(listed.into_iter().map(|(sid, _)| sid).collect::<Vec<_>>(), ["three", "two", "one"].map(code));
    assert!(store.write(|tx| end(tx, code("two"))).unwrap());
    assert!(!store.write(|tx| end(tx, code("two"))).unwrap());
    assert_eq!(shows(&store, refresh_of("two"), "again"), Rotation::Unknown);
    let ended = store.write(|tx| sign_out_everywhere(tx, &member(ANN), Some(code("three"))));
    assert_eq!(ended.unwrap(), 1);
    assert_eq!(["one", "two", "three", "his"].map(|sid| is_in(&store, sid)), [false, false, true, true]);
    assert_eq!(store.write(|tx| sign_out_everywhere(tx, &member(ANN), None)).unwrap(), 1);
    assert!(!is_in(&store, "three"));
    store.check();
}

#[test]
fn a_person_has_50_sessions_and_the_one_that_was_not_seen_for_longest_ends() {
    let store = TestStore::new();
    for number in 0..51 {
        signs_in(&store, member(ANN), &format!("session {number}"));
        store.advance(Duration::from_secs(1));
    }
    assert_eq!(places(&store, &member(ANN)), 50);
    assert!(!is_in(&store, "session 0") && is_in(&store, "session 1") && is_in(&store, "session 50"));
    store.check();
}

fn wanted(maker: Person) -> Wanted {
    let scopes = [Scope::Read].into_iter().collect();
    Wanted { maker, name: "bot".to_owned(), guilds: Vec::new(), scopes, lasts: None }
}

/// A row of somebody in each table.
fn has_everything(store: &TestStore, user: UserId) {
    signs_in(store, member(user), &format!("session of {user}"));
    store
        .write(move |tx| {
            let purpose = Purpose::SignIn { user, name: "Ann".to_owned(), guild: GuildId::new(5) };
            link::issue(tx, code(&format!("link of {user}")), &purpose)?;
            token::issue(tx, code(&format!("token of {user}")), &wanted(member(user)))?;
            let key = answer::RepeatKey::parse("key")?;
            let asked = answer::Asked { caller: &member(user), route: "a.b", key: &key, request: code("") };
            answer::keep(tx, &asked, &answer::Reply { status: 200, body: b"", location: None })?;
            oauth::begin(tx, code(&format!("state of {user}")), code(""), &Secret::new("verifier"), None)
        })
        .unwrap();
}

/// How many rows there are of signing in.
fn rows(store: &TestStore) -> u64 {
    store.read(|read| super::TABLES.iter().map(|table| table.row_count(read)).sum())
}

#[test]
fn whoever_is_erased_from_the_instance_is_signed_out_and_from_a_server_is_not() {
    let store = TestStore::new();
    has_everything(&store, ANN);
    has_everything(&store, BEN);
    let all = rows(&store);
    let erasure = |guild| Erasure { guild, member: ANN, pseudonym: UserId::new(1), accounts: Vec::new() };
    store.erase(&erasure(GuildId::new(5)));
    assert_eq!(rows(&store), all);
    assert!(is_in(&store, &format!("session of {ANN}")));
    store.erase(&erasure(GuildId::INSTANCE));
    assert!(!is_in(&store, &format!("session of {ANN}")) && is_in(&store, &format!("session of {BEN}")));
    assert_eq!(all - rows(&store), 5, "a session, a refresh, a link, a token and an answer");
    assert!(!happened(&store).contains(&ANN.to_string()), "{}", happened(&store));
    assert!(happened(&store).contains(&BEN.to_string()));
    store.check();
}

/// Does what the upkeep does, and says in how many transactions.
fn sweeps(store: &TestStore) -> usize {
    let at = store.now();
    if !store.read(|read| over::is_any(read, at)) {
        return 0;
    }
    let mut steps = 1;
    while store.write(move |tx| over::forget(tx, at)).unwrap() {
        steps += 1;
    }
    steps
}

#[test]
fn what_has_ended_is_forgotten_and_nothing_else() {
    let store = TestStore::new();
    has_everything(&store, ANN);
    store.write(|tx| guesses::wrong_password(tx, "203.0.113.7".parse().unwrap())).unwrap();
    let (mut left, mut is_told) = (Vec::new(), false);
    for passed in [0, 60, 9 * 60, 24 * 60 * 60, 29 * 24 * 60 * 60, 60 * 24 * 60 * 60] {
        store.advance(Duration::from_secs(passed));
        sweeps(&store);
        assert_eq!(sweeps(&store), 0, "where nothing is due, nothing is to do");
        left.push(rows(&store));
        is_told |=
            happened(&store).contains(r#"signin.wrong_passwords by system {"network":"203.0.113.0/24","tries":1}"#);
    }
    // Link and state after ten minutes; the guesses after an hour; the answer after a day; session and refresh after 30; the
    // token after 90.
    assert_eq!(left, [7, 7, 5, 3, 1, 0]);
    assert!(is_told && !happened(&store).contains("203.0.113.0/24"), "the guesses are told, and for 30 days");
    store.check();
}

#[test]
fn much_that_has_ended_is_forgotten_in_small_parts() {
    let store = TestStore::new();
    store
        .write(|tx| {
            (0..250).try_for_each(|nth| {
                oauth::begin(tx, code(&format!("state {nth}")), code(""), &Secret::new("verifier"), None)
            })
        })
        .unwrap();
    store.advance(HOUR);
    assert_eq!(sweeps(&store), 3);
    assert_eq!(rows(&store), 0);
    store.check();
}

#[test]
fn who_signs_in_makes_tokens_and_changes_passwords_is_noted_for_the_instance_alone() {
    let store = TestStore::new();
    has_password(&store, "phc", Actor::System, None);
    signs_in(&store, admin(), "his");
    has_everything(&store, ANN);
    store
        .write(|tx| {
            token::issue(tx, code("token"), &wanted(admin()))?;
            token::revoke(tx, &admin(), token::TokenId::new(2))?;
            link::issue(tx, code("first"), &Purpose::FirstRun)?;
            link::issue(tx, code("operator"), &Purpose::Operator { name: "admin".to_owned() })?;
            sign_out_everywhere(tx, &member(ANN), None)?;
            operator::set_password(tx, "admin", &Secret::new("phc two"), Actor::Operator, None)
        })
        .unwrap();
    insta::assert_snapshot!(happened(&store), @r#"
    signin.password_changed by system "admin"
    signin.signed_in by operator "discord"
    signin.signed_in by 701234567890123451 of Member(UserId(701234567890123451)) "discord"
    signin.link_issued by 701234567890123451 of Member(UserId(701234567890123451)) {"member":701234567890123451}
    signin.token_made by 701234567890123451 of Member(UserId(701234567890123451)) {"number":1,"name":"bot","scopes":["read"]}
    signin.token_made by operator {"number":2,"name":"bot","scopes":["read"]}
    signin.token_revoked by operator {"number":2,"name":"bot","scopes":["read"]}
    signin.link_issued by system "first_run"
    signin.link_issued by system {"operator":"admin"}
    signin.signed_out_everywhere by 701234567890123451 of Member(UserId(701234567890123451)) 1
    signin.password_changed by operator "admin"
    "#);
    assert!(store.untold().is_empty());
    store.check();
}

#[test]
fn whoever_came_in_is_signed_in_under_whatever_id_until_they_sign_out_or_it_ends() {
    let store = TestStore::new();
    let family = signs_in(&store, member(ANN), "first").family;
    let ends = |store: &TestStore| {
        let now = store.now();
        store.read(|read| end_of_family(read, family, now))
    };
    assert_eq!(ends(&store), Some(store.now().after(DAY)));
    store.advance(HOUR);
    let next = Next { sid: code("second"), refresh: refresh_of("second") };
    store.write(move |tx| rotate(tx, refresh_of("first"), next)).unwrap();
    assert_eq!(ends(&store), Some(store.now().after(DAY)), "it goes on under another id");
    store.write(|tx| prove(tx, code("second"), code("third"))).unwrap();
    assert_eq!(ends(&store), Some(store.now().after(DAY)));
    store.advance(DAY);
    assert_eq!(ends(&store), None, "it has to be renewed first");
    let next = Next { sid: code("fourth"), refresh: refresh_of("fourth") };
    store.write(move |tx| rotate(tx, refresh_of("second"), next)).unwrap();
    assert!(ends(&store).is_some());
    store.write(|tx| end(tx, code("fourth"))).unwrap();
    assert_eq!(ends(&store), None);
}

#[test]
fn a_person_ends_their_own_sessions_by_what_they_are_called() {
    let store = TestStore::new();
    for (person, sid) in [(member(ANN), "desk"), (member(ANN), "phone"), (member(BEN), "his")] {
        signs_in(&store, person, sid);
    }
    let ends = |person: Person, called: String| store.write(move |tx| end_marked(tx, &person, &called));
    assert_eq!(mark(code("desk")).len(), 16);
    let refused = ends(member(ANN), mark(code("his"))).unwrap_err();
    insta::assert_snapshot!(said(refused), @"You are not signed in there any more.");
    assert_eq!(ends(member(ANN), mark(code("phone"))).unwrap(), code("phone"));
    assert!(is_in(&store, "desk") && !is_in(&store, "phone") && is_in(&store, "his"));
    assert!(ends(member(ANN), mark(code("phone"))).is_err() && ends(member(ANN), String::new()).is_err());
    assert_eq!(shows(&store, refresh_of("phone"), "next"), Rotation::Unknown);
    store.check();
}
