//! What happened, as people read it on a page.

use super::*;
use crate::activity::{ActivityKind, Filter, newest};
use crate::features::coins::activity::{POSTED, Posted};
use crate::features::coins::model::{Currency, EntryKind};
use crate::features::desk::activity::{DEAD_LINK_REMOVED, Refund};
use crate::features::handles::activity::{LINKED, Link, PROVEN, UNLINKED};
use crate::features::queue::activity::{MOVED, PLAYED, PUT_BACK, Reason, Taken};
use crate::features::testing::{GUILD, TestStore};
use crate::features::tiktok::activity::CONNECTED;
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::ids::{ChannelId, UserId};
use crate::live::Handle;
use crate::settings::SETTING_CHANGED;
use crate::web::ui::testing::has_handler;

const ANN: UserId = UserId::new(1);
const KIM: UserId = UserId::new(2);
const BY_ANN: Actor = Actor::Member(ANN);

/// What people read of something that happened, with ann and kim by name.
fn said<D: serde::Serialize + Clone + Send + Sync + 'static>(happened: crate::activity::Happened<D>) -> String {
    let store = TestStore::new();
    store.write(move |tx| happened.clone().note(tx, GUILD)).unwrap();
    let told = store.read(|read| {
        let found = newest(read, GUILD, &Filter::default(), None, 1)?.rows;
        Happened::all(read, GUILD, &found)
    });
    let names = Names::sample(GUILD, &[(1, "ann"), (2, "kim")], &[]);
    let change = told[0].change.as_ref().map(|[before, after]| format!(" ({before} → {after})"));
    format!("{}{}", names.text(&told[0].sentence), change.unwrap_or_default())
}

fn posted(kind: EntryKind, delta: i64, reason: &str, requested: Option<i64>) -> crate::activity::Happened<Posted> {
    let requested = requested.map(|amount| Amount::ZERO.clamped_change(amount));
    let currency = Currency::Luxury.key().to_owned();
    POSTED
        .with(Posted { currency, kind, delta, reason: reason.to_owned(), requested, called: None })
        .of(Subject::Member(KIM))
}

#[test]
fn coins_that_come_and_go_read_as_sentences() {
    let lines = [
        said(posted(EntryKind::AdminAdd, 50, "birthday", None).by(BY_ANN)),
        said(posted(EntryKind::AdminAdd, 50, "birthday", None).by(Actor::Operator)),
        said(posted(EntryKind::AdminAdd, 50, "birthday", None).by(Actor::Member(KIM))),
        said(posted(EntryKind::AdminRemove, -20, "spam", Some(80)).by(BY_ANN)),
        said(posted(EntryKind::BuySkip, -1_000, "5 Skip for #012345", None).by(Actor::Member(KIM))),
        said(posted(EntryKind::Gift, 100, "Rose ×1 by @kim", None).by(Actor::Live)),
        said(posted(EntryKind::Rollback, -50, "undo of entry 7", None).by(BY_ANN)),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    ann gave kim 50 Luxury Coins: birthday
    The operator gave kim 50 Luxury Coins: birthday
    kim gave themselves 50 Luxury Coins: birthday
    ann took 20 Luxury Coins from kim (80 were asked for): spam
    kim paid 1,000 Luxury Coins for a skip: 5 Skip for #012345
    kim got 100 Luxury Coins (a gift on the live): Rose ×1 by @kim
    kim lost 50 Luxury Coins through ann (a correction): undo of entry 7
    ");
}

#[test]
fn songs_and_handles_read_as_sentences() {
    let lines = |from: &str, to: &str| (Some(from.to_owned()), Some(to.to_owned()));
    let song = || Subject::Song(7);
    let (before, after) = lines("Free", "Songs Played");
    let played = PLAYED.with(Taken::default()).by(BY_ANN).of(song()).changing(before, after);
    let (before, after) = lines("Songs Played", "Free");
    let put_back = PUT_BACK.with(()).by(BY_ANN).of(song()).changing(before, after);
    let (before, after) = lines("Free", "5 Skip");
    let moved = MOVED
        .with(Reason { reason: Some("*won*".to_owned()), before: None })
        .by(BY_ANN)
        .of(song())
        .changing(before, after);
    let (before, after) = lines("5 Skip", "Removed");
    let refund =
        Refund { user: KIM, number: "#012345".to_owned(), gifted: None, luxury: Some(Amount::of(1_000)), given: None };
    let dead = DEAD_LINK_REMOVED.with(refund).by(BY_ANN).of(song()).changing(before, after);
    let link = |former: Option<UserId>| {
        let handle = Handle::parse("dj_kim").unwrap();
        Link { handle, former, was_verified: false, points: Amount::of(40) }
    };
    let of_kim = || Subject::Member(KIM);
    let lines = [
        said(played),
        said(put_back),
        said(moved),
        said(dead),
        said(LINKED.with(link(None)).by(BY_ANN).of(of_kim())),
        said(PROVEN.with(link(Some(ANN))).by(Actor::Live).of(of_kim())),
        said(UNLINKED.with(link(None)).by(BY_ANN).of(of_kim())),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    ann played a song from Free.
    ann took the play of a song back, to Free.
    ann moved a song from Free to 5 Skip: *won*
    ann removed #012345 from 5 Skip as a dead link: 1,000 Luxury Coins of kim are given back
    ann linked @dj_kim to kim, with 40 points
    kim proved on the live that @dj_kim is theirs · it was linked to ann, not verified, with 40 points
    ann unlinked @dj_kim from kim, with 40 points
    ");
}

#[test]
fn settings_read_by_their_titles_and_what_another_program_noted_by_its_kind() {
    static UNKNOWN: ActivityKind<()> = ActivityKind::new("test.was_silent", |_| None);
    let days = Subject::Setting("activity_days".to_owned());
    let by_itself =
        SETTING_CHANGED.with(()).by(Actor::System).of(days.clone()).changing("9".to_owned(), "3".to_owned());
    let changed = SETTING_CHANGED.with(()).by(BY_ANN).of(days).changing("90".to_owned(), "30".to_owned());
    let unknown = UNKNOWN.with(()).by(BY_ANN).of(Subject::Channel(ChannelId::new(6)));
    let name = Subject::Setting("public_queue_name".to_owned());
    let named = SETTING_CHANGED.with(()).by(BY_ANN).of(name).changing(None, "night-owl".to_owned());
    let owl = Subject::Handle(Handle::parse("night_owl").unwrap());
    let lines = [
        said(changed),
        said(by_itself),
        said(named),
        said(CONNECTED.with(()).by(Actor::Live).of(owl)),
        said(unknown.changing("1".to_owned(), "2".to_owned())),
    ];
    insta::assert_snapshot!(lines.join("\n"), @r"
    ann changed Activity Kept from 90 days to 30 days.
    A setting was changed, by Greenroom, about Activity Kept (9 → 3)
    ann opened the queue to everybody, under the name “night-owl”.
    Connected to the live of @night_owl.
    Test: was silent, by ann, about channel 6 (1 → 2)
    ");
}

#[test]
fn what_people_typed_is_text() {
    let hostile = "<img src=x onerror=\"alert(1)\">";
    let store = TestStore::new();
    let happened = posted(EntryKind::AdminAdd, 50, hostile, None).by(BY_ANN);
    store.write(move |tx| happened.clone().note(tx, GUILD)).unwrap();
    let told = store.read(|read| {
        let found = newest(read, GUILD, &Filter::default(), None, 1)?.rows;
        Happened::all(read, GUILD, &found)
    });
    let drawn = list(&told, &Names::sample(GUILD, &[(1, hostile), (2, hostile)], &[])).into_string();
    assert!(!drawn.contains("<img") && !has_handler(&drawn), "{drawn}");
}

#[test]
fn a_kind_is_called_by_words() {
    assert_eq!(called("settings.changed"), "A setting was changed");
    assert_eq!(called("queue.song_turned_over"), "Queue: song turned over", "of another version of the program");
}
