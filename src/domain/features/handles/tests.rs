//! Searches, and what is known of a handle.

use super::model::{Account, Activity, KnownAccount};
use super::{check, queries, service, tables};
use crate::features::testing::{GUILD, TestStore};
use crate::kernel::amount::Amount;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::live::Handle;

const ANN: UserId = UserId::new(1);

fn handle(name: &str) -> Handle {
    Handle::parse(name).unwrap()
}

fn see(store: &TestStore, names: &'static [&'static str]) {
    store
        .write(move |tx| {
            for name in names {
                service::seen(tx, GUILD, &handle(name), tx.now())?;
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_handle_becomes_known_once_by_what_it_does() {
    crate::covers!("M-LNK-03", "M-DB-03");
    let store = TestStore::new();
    let early = Timestamp::from_micros(1_000_000);
    let late = Timestamp::from_micros(9_000_000);
    let account = store
        .write(move |tx| {
            let known = service::seen(tx, GUILD, &handle("ann"), early)?;
            assert_eq!(service::seen(tx, GUILD, &handle("@ANN"), late)?, known);
            let activity = Activity { at: late, level: Some(12), points: Amount::of(3) };
            service::record_activity(tx, GUILD, known.id, &activity)?;
            let activity = Activity { at: early, level: None, points: Amount::of(4) };
            service::record_activity(tx, GUILD, known.id, &activity)
        })
        .unwrap();
    assert_eq!(
        (account.first_seen, account.last_seen),
        (early, late),
        "an event that comes late does not turn time back"
    );
    assert_eq!((account.level, account.points, account.linked), (Some(12), Amount::of(7), None));
    assert_eq!(
        store.read(|read| queries::account(read, GuildId::new(6), &handle("ann"))),
        None,
        "not in another guild"
    );
    store.check();
}

#[test]
fn handles_are_searched_by_their_beginning_from_two_characters_on() {
    crate::covers!("M-LNK-04", "M-CMD-34", "M-CMD-35", "M-CMD-36", "M-DB-19", "M-DB-20", "M-DB-21");
    let store = TestStore::new();
    see(&store, &["bass.ann", "bass.bob", "basil", "cello", "b_s"]);
    store.write(|tx| service::link(tx, GUILD, ANN, &handle("bass.ann"))).unwrap();
    store.write(|tx| service::link(tx, GUILD, ANN, &handle("cello"))).unwrap();
    let all = |typed: &str| store.read(|read| queries::matching(read, GUILD, typed));
    let free = |typed: &str| store.read(|read| queries::matching_unlinked(read, GUILD, typed));
    let own = |typed: &str| store.read(|read| queries::matching_of(read, GUILD, ANN, typed));
    for typed in ["", "b", "@b", " ", "b%", "ba*", "ba'--"] {
        assert_eq!((all(typed), free(typed)), (vec![], vec![]), "{typed:?}");
    }
    assert_eq!(all("@Bas"), ["basil", "bass.ann", "bass.bob"]);
    assert_eq!(free("bas"), ["basil", "bass.bob"]);
    assert_eq!(all("b_"), ["b_s"], "an underscore stands for itself");
    assert_eq!(own(""), ["bass.ann", "cello"]);
    assert_eq!(own("c"), ["cello"]);
    assert_eq!(store.read(|read| queries::matching(read, GuildId::new(6), "bas")), Vec::<String>::new());
}

#[test]
fn a_search_offers_25_handles() {
    let store = TestStore::new();
    store
        .write(|tx| {
            (10..60)
                .try_for_each(|number| service::seen(tx, GUILD, &handle(&format!("dj{number}")), tx.now()).map(drop))
        })
        .unwrap();
    assert_eq!(store.read(|read| queries::matching(read, GUILD, "dj")).len(), 25);
    assert_eq!(store.read(|read| queries::matching_unlinked(read, GUILD, "dj")).len(), 25);
}

#[test]
fn a_reset_takes_the_points_of_all_handles_of_a_member_and_of_nobody_else() {
    let store = TestStore::new();
    see(&store, &["ann", "ann.two", "bob"]);
    store
        .write(|tx| {
            for name in ["ann", "ann.two", "bob"] {
                let known = service::seen(tx, GUILD, &handle(name), tx.now())?;
                service::add_points(tx, GUILD, known.id, Amount::of(9))?;
            }
            service::link(tx, GUILD, ANN, &handle("ann"))?;
            service::link(tx, GUILD, ANN, &handle("ann.two"))?;
            service::reset_points_of(tx, GUILD, ANN)
        })
        .unwrap();
    let points = |name: &str| store.read(|read| queries::account(read, GUILD, &handle(name))).unwrap().points.get();
    assert_eq!((points("ann"), points("ann.two"), points("bob")), (0, 0, 9));
    assert_eq!(store.read(|read| queries::points_held(read, GUILD, ANN)), Amount::ZERO);
    assert_eq!(store.read(|read| queries::first_linked(read, GUILD, ANN)), Some(handle("ann")));
    assert_eq!(store.read(|read| check::check(read, GUILD)), Vec::<String>::new());
}

#[test]
fn the_check_finds_marks_and_codes_that_cannot_be() {
    let store = TestStore::new();
    see(&store, &["ann", "bob"]);
    store
        .write(|tx| {
            service::open_code(tx, GUILD, ANN, &handle("bob"))?;
            for name in ["ann", "bob"] {
                let known = service::seen(tx, GUILD, &handle(name), tx.now())?;
                let linked = (name == "bob").then_some(UserId::new(2));
                let account = Account { verified_at: Some(tx.now()), linked, ..known.account };
                tables::set(tx, GUILD, &KnownAccount { id: known.id, account })?;
            }
            Ok(())
        })
        .unwrap();
    insta::assert_snapshot!(store.read(|read| check::check(read, GUILD)).join("\n"), @"
    @ann is verified and linked to nobody
    user 1 has a code for @bob, which is verified
    ");
}
