//! Links on a store in memory: points, refusals, the debug channel.

use super::*;
use crate::activity::debug_channel::DEBUG_CHANNEL;
use crate::features::coins::model::{Currency, EntryKind};
use crate::features::handles::settings::ALLOW_ANY_HANDLE_LINKING;
use crate::features::testing::{GUILD, TestStore};
use crate::kernel::ids::ChannelId;

mod proof;

const ANN: UserId = UserId::new(1);
const BOB: UserId = UserId::new(2);
const ADMIN: Actor = Actor::Member(UserId::new(3));

fn handle(name: &str) -> Handle {
    Handle::parse(name).unwrap()
}

/// A handle that was seen on the live and earned points.
fn seen(store: &TestStore, name: &'static str, points: u32) {
    store
        .write(move |tx| {
            let known = handles::service::seen(tx, GUILD, &handle(name), tx.now())?;
            handles::service::add_points(tx, GUILD, known.id, Amount::of(points)).map(drop)
        })
        .unwrap();
}

fn link_to(store: &TestStore, user: UserId, name: &'static str) -> Result<LinkMade> {
    match store.write(move |tx| link(tx, GUILD, user, &handle(name)))? {
        LinkAnswer::Made(link) => Ok(link),
        LinkAnswer::NeedsProof(wanted) => panic!("a code is wanted: {wanted:?}"),
    }
}

fn points(store: &TestStore, user: UserId) -> i64 {
    store.read(|read| coins::queries::points(read, GUILD, user)).get()
}

fn entries(store: &TestStore, user: UserId) -> Vec<(EntryKind, i64, String)> {
    let entries = store.read(|read| coins::queries::history(read, GUILD, Currency::Points, user, 20));
    entries.into_iter().rev().map(|(_, entry)| (entry.kind, entry.delta, entry.reason)).collect()
}

#[test]
fn a_link_brings_the_points_of_the_handle_and_an_unlink_takes_them_away() {
    crate::covers!("M-LNK-01", "M-LNK-02", "M-PTS-02", "M-PTS-03", "M-CMD-05", "M-CMD-06");
    let store = TestStore::new();
    seen(&store, "ann", 40);
    seen(&store, "ann.two", 5);
    assert_eq!(link_to(&store, ANN, "ann").unwrap().points, Amount::of(40));
    assert_eq!(link_to(&store, ANN, "ann.two").unwrap().points, Amount::of(45));
    assert_eq!(points(&store, ANN), 45);
    let gone = store.write(|tx| unlink(tx, GUILD, ANN, &handle("ann"))).unwrap();
    assert_eq!((gone.points, gone.account.points), (Amount::of(5), Amount::of(40)), "the handle keeps its points");
    assert_eq!(
        entries(&store, ANN),
        [
            (EntryKind::PointsLink, 40, "@ann linked".to_owned()),
            (EntryKind::PointsLink, 5, "@ann.two linked".to_owned()),
            (EntryKind::PointsLink, -40, "@ann unlinked".to_owned()),
        ]
    );
    store.check();
}

#[test]
fn a_refused_link_changes_nothing() {
    let store = TestStore::new();
    seen(&store, "ann", 40);
    link_to(&store, ANN, "ann").unwrap();
    assert_eq!(link_to(&store, ANN, "ann").unwrap_err().code(), "handles.already_yours");
    assert_eq!(link_to(&store, BOB, "ann").unwrap_err().code(), "handles.someone_elses");
    assert_eq!(link_to(&store, BOB, "ghost").unwrap_err().code(), "handles.never_seen");
    assert_eq!(store.write(|tx| unlink(tx, GUILD, BOB, &handle("ann"))).unwrap_err().code(), "handles.not_yours");
    assert_eq!((points(&store, ANN), points(&store, BOB)), (40, 0));
    store.write(|tx| ALLOW_ANY_HANDLE_LINKING.set(tx, GUILD, &true)).unwrap();
    assert_eq!(link_to(&store, BOB, "ghost").unwrap().points, Amount::ZERO);
}

#[test]
fn an_administrator_moves_a_handle_with_its_points_and_the_debug_channel_tells_it() {
    crate::covers!("M-LNK-05", "M-LNK-06", "M-LNK-07", "M-LNK-08", "M-CMD-29", "M-CMD-30");
    let store = TestStore::new();
    store.write(|tx| DEBUG_CHANNEL.set(tx, GUILD, &Some(ChannelId::new(9)))).unwrap();
    seen(&store, "dj_ann", 40);
    link_to(&store, ANN, "dj_ann").unwrap();
    let moved = store.write(|tx| admin_link(tx, GUILD, ADMIN, BOB, &handle("dj_ann"))).unwrap();
    assert_eq!((moved.former, moved.points), (Some(ANN), Amount::of(40)));
    assert_eq!((points(&store, ANN), points(&store, BOB)), (0, 40));
    let again = store.write(|tx| admin_link(tx, GUILD, ADMIN, BOB, &handle("dj_ann")));
    assert_eq!(again.unwrap_err().code(), "handles.already_theirs");
    let wrong = store.write(|tx| admin_unlink(tx, GUILD, ADMIN, ANN, &handle("dj_ann")));
    assert_eq!(wrong.unwrap_err().code(), "handles.not_theirs");
    store.write(|tx| admin_unlink(tx, GUILD, ADMIN, BOB, &handle("dj_ann"))).unwrap();
    let unseen = store.write(|tx| admin_link(tx, GUILD, ADMIN, BOB, &handle("ghost"))).unwrap();
    assert_eq!((unseen.former, unseen.points), (None, Amount::ZERO));
    insta::assert_snapshot!(store.untold().join("\n"), @r#"
    handles.linked by 3 of Member(UserId(2)) {"handle":"dj_ann","former":1,"was_verified":false,"points":40}
    handles.unlinked by 3 of Member(UserId(2)) {"handle":"dj_ann","former":null,"was_verified":false,"points":40}
    handles.linked by 3 of Member(UserId(2)) {"handle":"ghost","former":null,"was_verified":false,"points":0}
    "#);
    store.check();
}

#[test]
fn a_member_has_up_to_25_handles() {
    let store = TestStore::new();
    store.write(|tx| ALLOW_ANY_HANDLE_LINKING.set(tx, GUILD, &true)).unwrap();
    for number in 10..35 {
        store.write(move |tx| link(tx, GUILD, ANN, &handle(&format!("ann.{number}"))).map(drop)).unwrap();
    }
    assert_eq!(link_to(&store, ANN, "one.more").unwrap_err().code(), "handles.too_many");
}

#[test]
fn a_change_of_a_link_is_taken_back_as_long_as_the_handle_is_where_it_brought_it() {
    let store = TestStore::new();
    seen(&store, "dj_ann", 40);
    let change = |user: UserId| store.read(|read| latest_change(read, GUILD, user)).unwrap();
    let give = |user: UserId| store.write(move |tx| admin_link(tx, GUILD, ADMIN, user, &handle("dj_ann")).map(drop));
    let take_back = |id: ActivityId| store.write(move |tx| undo(tx, GUILD, ADMIN, id));
    let owner = || {
        let account = store.read(|read| handles::queries::account(read, GUILD, &handle("dj_ann"))).unwrap();
        (account.linked, account.is_verified())
    };
    // It was nobody's, and is again.
    give(ANN).unwrap();
    take_back(change(ANN)).unwrap();
    assert_eq!((owner(), points(&store, ANN)), ((None, false), 0));
    // A proven link comes back as one.
    store.write(|tx| handles::service::link_back(tx, GUILD, ANN, &handle("dj_ann"), true).map(drop)).unwrap();
    store.write(|tx| settle_points(tx, GUILD, ANN, "in a test", ADMIN).map(drop)).unwrap();
    give(BOB).unwrap();
    let moved = change(BOB);
    take_back(moved).unwrap();
    assert_eq!((owner(), points(&store, ANN), points(&store, BOB)), ((Some(ANN), true), 40, 0));
    // What went elsewhere since stays there.
    assert_eq!(take_back(moved).unwrap_err().code(), "handles.moved_since");
    // One that was taken away is theirs again.
    store.write(|tx| admin_unlink(tx, GUILD, ADMIN, ANN, &handle("dj_ann")).map(drop)).unwrap();
    take_back(change(ANN)).unwrap();
    assert_eq!((owner(), points(&store, ANN)), ((Some(ANN), true), 40));
    assert_eq!(take_back(ActivityId::new(1)).unwrap_err().code(), "handles.no_such_change");
    store.check();
}
