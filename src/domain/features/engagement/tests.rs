//! Credits, and the checks.

use super::check::check;
use super::migration::order_streaks_and_add_up_sessions;
use super::model::{
    AccountRef, Interaction, InteractionKind, InteractionNumber, Participant, SessionId, SongRef, StreakKey,
};
use super::recorder::Recorder;
use super::{queries, service, tables};
use crate::features::testing::{GUILD, TestStore};
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;
use crate::kernel::time::Timestamp;
use crate::live::{Gift, Handle};

const ANN: UserId = UserId::new(1);

fn live() -> TestStore {
    let store = TestStore::new();
    store
        .write(|tx| {
            let mut recorder = Recorder::load(tx, GUILD)?;
            recorder.connect(&Handle::parse("host").unwrap(), tx.now())
        })
        .unwrap();
    store
}

#[test]
fn a_credit_belongs_to_one_song_until_that_is_released() {
    let store = live();
    let song = SongRef::new(7);
    let waiting = || store.read(|read| service::waiting_credit(read, GUILD, ANN)).map(Amount::get);
    assert_eq!(waiting(), None);
    store.write(|tx| service::add_credit(tx, GUILD, ANN, Amount::of(600)).map(drop)).unwrap();
    let credit = store.write(|tx| service::add_credit(tx, GUILD, ANN, Amount::of(600))).unwrap().unwrap();
    assert_eq!((credit.coins, waiting()), (Amount::of(1200), Some(1200)));
    store.write(move |tx| service::attach(tx, GUILD, ANN, song)).unwrap();
    assert_eq!(waiting(), None, "it has a song");
    store.write(|tx| service::release(tx, GUILD, SongRef::new(8))).unwrap();
    assert!(store.read(|read| queries::credit(read, GUILD, ANN)).is_some(), "another song is nothing to it");
    store.write(move |tx| service::release(tx, GUILD, song)).unwrap();
    assert_eq!(store.read(|read| queries::credit(read, GUILD, ANN)), None);
    store.check();
}

#[test]
fn without_a_session_there_is_no_credit() {
    let store = TestStore::new();
    assert_eq!(store.write(|tx| service::add_credit(tx, GUILD, ANN, Amount::of(600))).unwrap(), None);
    store.write(|tx| service::attach(tx, GUILD, ANN, SongRef::new(1))).unwrap();
    store.write(|tx| service::release(tx, GUILD, SongRef::new(1))).unwrap();
    assert_eq!(store.read(|read| service::waiting_credit(read, GUILD, ANN)), None);
}

#[test]
fn a_price_that_was_missing_at_first_counts_when_it_comes() {
    let store = live();
    let settled = store.write(|tx| {
        let mut recorder = Recorder::load(tx, GUILD)?;
        let step = |unit_coins, count, is_streaking| Gift {
            id: 1,
            name: "Rose".into(),
            unit_coins,
            count,
            is_streaking,
            group: 3,
        };
        let account = AccountRef::new(1);
        recorder.gift(account, &step(0, 1, true), Some(9), tx.now())?;
        let settled = recorder.gift(account, &step(5, 2, false), None, tx.now())?;
        Ok(settled)
    });
    let settled = settled.unwrap().unwrap();
    assert_eq!((settled.count, settled.payout.coins, settled.level), (2, Amount::of(10), Some(9)));
}

#[test]
fn the_check_finds_what_belongs_to_no_session() {
    let store = live();
    assert_eq!(store.read(|read| check(read, GUILD)), Vec::<String>::new());
    let interaction = Interaction {
        account: None,
        kind: InteractionKind::Poll,
        value: None,
        coin_value: None,
        level: None,
        at: Timestamp::from_micros(0),
    };
    store
        .write(move |tx| {
            let (nowhere, key) = (SessionId::new(77), StreakKey { account: AccountRef::new(1), gift: 1, group: 1 });
            tables::INTERACTIONS.insert(tx, &(GUILD, nowhere, InteractionNumber::new(1)), &interaction)?;
            let streak = super::model::Streak {
                gift: "Rose".into(),
                unit_coins: 1,
                seen: 1,
                paid: 0,
                level: None,
                last_step_at: tx.now(),
            };
            tables::set_streak(tx, GUILD, nowhere, key, &streak)?;
            let (_, session) = tables::open_session(tx, GUILD)?.unwrap();
            tables::add_session(tx, GUILD, &session).map(drop)
        })
        .unwrap();
    insta::assert_snapshot!(store.read(|read| check(read, GUILD)).join("\n"), @"
    more than one session is open
    session 77 has interactions, viewers or watch time and is not there
    session 77 is not open and has streaks, credits or marks
    ");
}

#[test]
fn sums_that_are_not_those_of_the_interactions_are_found_and_made_for_older_stores() {
    let store = live();
    store
        .write(|tx| {
            let mut recorder = Recorder::load(tx, GUILD)?;
            let interaction = |kind, value: &str, coins: Option<u32>| Interaction {
                account: Some(AccountRef::new(4)),
                kind,
                value: Some(value.to_owned()),
                coin_value: coins.map(Amount::of),
                level: None,
                at: tx.now(),
            };
            recorder.interaction(&interaction(InteractionKind::Like, "15", None))?;
            recorder.interaction(&interaction(InteractionKind::Gift, "Rose", Some(30)))
        })
        .unwrap();
    let findings = || store.read(|read| check(read, GUILD)).join("\n");
    let session = store.read(|read| queries::open_session(read, GUILD)).unwrap().0;
    let account = AccountRef::new(4);
    let kept = store.read(|read| tables::PARTICIPANTS.get(read, &(GUILD, session, account))).unwrap();
    assert_eq!((kept.deeds.likes, kept.deeds.gifts, kept.coins), (15, 1, Amount::of(30)));
    assert_eq!(findings(), "");
    let wrong = Participant { coins: Amount::of(31), ..kept.clone() };
    store.write(move |tx| tables::PARTICIPANTS.put(tx, &(GUILD, session, account), &wrong)).unwrap();
    store.write(move |tx| tables::add_coins(tx, GUILD, session, 3, Amount::of(1))).unwrap();
    insta::assert_snapshot!(findings(), @"
    what account 4 did in session 1 is not what its interactions add up to
    the coins of minute 3 of session 1 are not those of its gifts
    ");
    // A store of a time before the sums.
    store
        .write(move |tx| {
            tables::PARTICIPANTS.remove(tx, &(GUILD, session, account))?;
            tables::COINS_BY_MINUTE.remove(tx, &(GUILD, session, 0))?;
            tables::COINS_BY_MINUTE.remove(tx, &(GUILD, session, 3)).map(drop)
        })
        .unwrap();
    insta::assert_snapshot!(findings(), @"
    session 1 has no sums for account 4
    session 1 has no coins for minute 0
    ");
    store.write(order_streaks_and_add_up_sessions).unwrap();
    assert_eq!(findings(), "");
    let made = store.read(|read| tables::PARTICIPANTS.get(read, &(GUILD, session, account))).unwrap();
    assert_eq!((made.deeds, made.coins), (kept.deeds, kept.coins));
    store.check();
}
