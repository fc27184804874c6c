//! Operators, and what ends with their password.

use super::*;

#[test]
fn a_changed_password_ends_what_was_proven_by_the_one_before() {
    let store = TestStore::new();
    assert!(!store.read(|read| operator::is_any(read)));
    signs_in(&store, admin(), "nobody's");
    assert!(!is_in(&store, "nobody's"), "there is no such operator");
    has_password(&store, "phc one", Actor::System, None);
    assert!(store.read(|read| operator::is_any(read)));
    for sid in ["here", "there"] {
        signs_in(&store, admin(), sid);
    }
    signs_in(&store, member(ANN), "hers");
    store.advance(HOUR);
    has_password(&store, "phc two", Actor::Operator, Some(code("here")));
    assert_eq!(["here", "there", "hers"].map(|sid| is_in(&store, sid)), [true, false, true]);
    assert_eq!(shows(&store, refresh_of("there"), "again"), Rotation::Unknown);
    assert!(matches!(shows(&store, refresh_of("here"), "on"), Rotation::Rotated(_)));
    store.advance(HOUR);
    has_password(&store, "phc three", Actor::System, None);
    assert!(!is_in(&store, "on"));
    signs_in(&store, admin(), "anew");
    assert!(is_in(&store, "anew"), "by the new password");
    store.check();
}

#[test]
fn a_password_is_seen_nowhere_and_hashed_anew_only_where_it_is_the_same() {
    let store = TestStore::new();
    has_password(&store, "$argon2id$one", Actor::System, None);
    signs_in(&store, admin(), "one");
    let operator = || store.read(|read| operator::of(read, "admin")).unwrap();
    let before = operator();
    assert_eq!(before.phc().expose(), "$argon2id$one");
    assert!(!format!("{before:?}").contains("argon2id"), "{before:?}");
    for (verified, kept) in [("$argon2id$other", "$argon2id$one"), ("$argon2id$one", "$argon2id$two")] {
        store
            .write(move |tx| operator::rehash(tx, "admin", &Secret::new(verified), &Secret::new("$argon2id$two")))
            .unwrap();
        assert_eq!(operator().phc().expose(), kept);
    }
    assert_eq!(operator().changed_at, before.changed_at);
    assert!(is_in(&store, "one"), "the password is the same");
    store.check();
}

#[test]
fn a_name_that_cannot_be_shown_is_refused() {
    let store = TestStore::new();
    let long = "x".repeat(33);
    for name in ["", " ", " admin", "ad\u{200B}min", &long] {
        let name = name.to_owned();
        let refused = store
            .write(move |tx| operator::set_password(tx, &name, &Secret::new("phc"), Actor::System, None))
            .unwrap_err();
        assert_eq!(refused.code(), "signin.bad_name");
        assert_eq!(said(refused), "A name has 1 to 32 characters.");
    }
    assert!(!store.read(|read| operator::is_any(read)));
}

#[test]
fn an_operator_who_is_removed_leaves_nothing_that_opens_anything() {
    let store = TestStore::new();
    has_password(&store, "phc", Actor::System, None);
    signs_in(&store, admin(), "one");
    store
        .write(|tx| {
            link::issue(tx, code("link"), &Purpose::Operator { name: "admin".to_owned() })?;
            token::issue(tx, code("token"), &wanted(admin())).map(drop)
        })
        .unwrap();
    assert!(store.write(|tx| operator::remove(tx, "admin")).unwrap());
    assert!(!is_in(&store, "one"));
    let now = store.now();
    assert!(store.read(|read| Ok(link::look(read, code("link"), now).is_err())));
    assert_eq!(store.read(|read| token::by_digest(read, code("token"), now)), None);
    assert!(!store.write(|tx| operator::remove(tx, "admin")).unwrap());
    store.check();
}
