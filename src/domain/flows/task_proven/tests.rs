//! Claims that prove themselves are paid once, and by nothing but what they ask for.

use std::time::Duration;

use super::*;
use crate::features::coins::model::Currency;
use crate::features::coins::queries as money;
use crate::features::coins::service::Order;
use crate::features::queue::model::Line;
use crate::features::tasks::editing::TaskPatch;
use crate::features::tasks::model::{ClaimState, NEWS, ProvenBy, Repeats, TaskId, TaskStatus};
use crate::features::tasks::{claims, queries, service};
use crate::features::testing::{GUILD, TestStore, said};
use crate::flows::live_events::tests::evening::{Evening, gift};
use crate::flows::{coins_by_hand, currency_accounts, play_undone, song_played, task_undone};
use crate::kernel::amount::Amount;
use crate::kernel::ids::ChannelId;

const ANN: UserId = UserId::new(1);
const ADMIN: Actor = Actor::Member(UserId::new(801));
const CHAT: ChannelId = ChannelId::new(77);
const MINUTE: Duration = Duration::from_mins(1);

/// Ann has claimed a task of 100 that is proven so.
fn claimed(store: &TestStore, deed: Deed, needed: u32) -> TaskId {
    let wanted = TaskPatch {
        name: Some("Greet".to_owned()),
        description: Some("Say hello".to_owned()),
        reward: Some(100),
        duration_hours: Some(24),
        channel: Some(ChannelId::new(3)),
        repeats: Some(Repeats::Daily),
        proven_by: Some(ProvenBy::Deeds(deed, needed)),
        ..TaskPatch::default()
    };
    let id = store.write(move |tx| service::create(tx, GUILD, ADMIN, &wanted)).unwrap().id;
    store.write(move |tx| claims::claim(tx, GUILD, ANN, id)).unwrap();
    id
}

fn does(store: &TestStore, deed: Deed, amount: i64) {
    store.write(move |tx| run(tx, GUILD, ANN, (deed, amount), tx.now())).unwrap();
}

fn balance(store: &TestStore) -> i64 {
    store.read(|read| money::balance(read, GUILD, Currency::Server, ANN)).get()
}

/// Where Ann's claim stands, and how far it is.
fn stands(store: &TestStore, id: TaskId) -> (ClaimState, u32) {
    let claim = store.read(|read| queries::latest_claim(read, GUILD, ANN, id)).unwrap().claim;
    (claim.state, claim.progress)
}

#[test]
fn messages_prove_a_task_one_a_minute_and_only_those_of_its_channel() {
    let store = TestStore::new();
    let id = claimed(&store, Deed::Message(CHAT), 2);
    let refused =
        said(store.write(move |tx| claims::submit(tx, GUILD, ANN, id, &claims::HandedIn::default())).unwrap_err());
    assert_eq!(refused, "**Greet** proves itself, and nothing is handed in: you have 0 of 2 messages so far.");
    for deed in [Deed::Message(CHAT), Deed::Message(CHAT), Deed::Message(ChannelId::new(78)), Deed::SongPlayed] {
        does(&store, deed, 1);
    }
    assert_eq!(stands(&store, id), (ClaimState::InProgress, 1));
    store.advance(MINUTE);
    does(&store, Deed::Message(CHAT), 1);
    assert_eq!((stands(&store, id), balance(&store)), ((ClaimState::Accepted, 2), 100));
    let claim = store.read(|read| queries::latest_claim(read, GUILD, ANN, id)).unwrap().claim;
    assert_eq!((claim.reviewer, claim.proof.unwrap().content.as_str()), (Some(Actor::System), "2 of 2 messages"));
    assert_eq!(store.payloads(NEWS.name(), "task").len(), 1, "they are told");
    store.advance(MINUTE);
    does(&store, Deed::Message(CHAT), 1);
    assert_eq!(balance(&store), 100, "it is paid once");
    store.check();
}

#[test]
fn what_is_done_after_the_deadline_or_in_nobodys_round_does_not_count() {
    let store = TestStore::new();
    let id = claimed(&store, Deed::SongPlayed, 1);
    let before = store.now().before(MINUTE);
    store.write(move |tx| run(tx, GUILD, ANN, (Deed::SongPlayed, 1), before)).unwrap();
    store.advance(Duration::from_hours(24));
    does(&store, Deed::SongPlayed, 1);
    assert_eq!((stands(&store, id).1, balance(&store)), (0, 0));
    store.check();
}

#[test]
fn the_team_takes_it_back_as_any_other_and_it_waits_for_a_review() {
    let store = TestStore::new();
    let id = claimed(&store, Deed::SongPlayed, 1);
    does(&store, Deed::SongPlayed, 1);
    let act = store.read(|read| task_undone::latest(read, GUILD, id)).unwrap();
    store.write(move |tx| task_undone::run(tx, GUILD, ADMIN, act)).unwrap();
    assert_eq!((stands(&store, id).0, balance(&store)), (ClaimState::Submitted, 0));
    does(&store, Deed::SongPlayed, 1);
    assert_eq!((stands(&store, id).0, balance(&store)), (ClaimState::Submitted, 0), "it is for somebody to say");
    // Whoever is rejected begins anew.
    let reviewer = Reviewer { by: ADMIN, is_owner: false };
    store.write(move |tx| claims::reject(tx, GUILD, (ANN, id), &reviewer, "too early")).unwrap();
    assert_eq!(stands(&store, id), (ClaimState::Rejected, 0));
    does(&store, Deed::SongPlayed, 1);
    assert_eq!((stands(&store, id).0, balance(&store)), (ClaimState::Accepted, 100));
    store.check();
}

#[test]
fn what_a_full_balance_refuses_waits_for_a_reviewer() {
    let store = TestStore::new();
    let id = claimed(&store, Deed::GiftCoin, 5);
    let order = Order { currency: Currency::Server, user: ANN, reason: "rich".to_owned(), actor: ADMIN };
    store.write(move |tx| coins_by_hand::add(tx, GUILD, &order, Amount::MAX).map(drop)).unwrap();
    does(&store, Deed::GiftCoin, 500);
    assert_eq!(stands(&store, id), (ClaimState::Submitted, 5));
    assert_eq!(store.read(|read| queries::waiting(read, GUILD)), 1);
    store.check();
}

#[test]
fn gifts_and_minutes_of_the_live_and_songs_that_are_played_are_counted_where_they_happen() {
    let evening = Evening::begun();
    evening.link(1, "ann");
    let gifts = claimed(&evening.store, Deed::GiftCoin, 1_000);
    let watched = claimed(&evening.store, Deed::WatchMinute, 1_000);
    let played = claimed(&evening.store, Deed::SongPlayed, 1_000);
    let message = evening.message(7, gift("ann", 10, 3));
    evening.told([message.clone()]);
    evening.told([message]);
    assert_eq!(stands(&evening.store, gifts).1, 30, "what is told twice counts once");
    evening.watch(MINUTE * 10);
    assert_eq!(stands(&evening.store, watched).1, 10);
    evening.submit(1, Line::Free);
    evening.store.write(|tx| song_played::run(tx, GUILD).map(drop)).unwrap();
    assert_eq!(stands(&evening.store, played).1, 1);
    evening.check();
}

#[test]
fn a_play_that_is_taken_back_counts_no_more_unless_it_paid() {
    for needed in [1, 2] {
        let evening = Evening::begun();
        let id = claimed(&evening.store, Deed::SongPlayed, needed);
        evening.submit(1, Line::Free);
        evening.store.write(|tx| crate::flows::reviewed::next(tx, GUILD, ADMIN).map(drop)).unwrap();
        let before = stands(&evening.store, id);
        evening.store.write(|tx| play_undone::run(tx, GUILD, ADMIN, None).map(drop)).unwrap();
        let after = if needed == 1 { before } else { (ClaimState::InProgress, 0) };
        assert_eq!((before.1, stands(&evening.store, id)), (1, after));
        evening.check();
    }
}

#[test]
fn what_somebody_did_who_left_waits_for_a_review_and_pays_nothing_by_itself() {
    crate::covers!("T-CUR-02");
    let store = TestStore::new();
    let id = claimed(&store, Deed::SongPlayed, 1);
    store.write(|tx| currency_accounts::left(tx, GUILD, ANN)).unwrap();
    does(&store, Deed::SongPlayed, 1);
    assert_eq!((stands(&store, id), balance(&store)), ((ClaimState::Submitted, 1), 0));
    store.check();
}

#[test]
fn a_task_that_was_ended_has_no_further_round_and_one_that_is_done_says_how_far_it_is() {
    let store = TestStore::new();
    let id = claimed(&store, Deed::SongPlayed, 2);
    let refused = said(store.write(move |tx| claims::claim(tx, GUILD, ANN, id)).unwrap_err());
    assert!(refused.contains("proves it by itself"), "{refused}");
    let again = || store.read(|read| queries::task(read, GUILD, id)).unwrap().task.again_at();
    assert!(again().is_some());
    let ended = TaskPatch { status: Some(TaskStatus::Expired), ..TaskPatch::default() };
    store.write(move |tx| service::edit(tx, GUILD, ADMIN, (id, None), &ended).map(drop)).unwrap();
    assert_eq!(again(), None);
}
