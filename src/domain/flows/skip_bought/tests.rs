//! Buying skips and administering coins on a store in memory, beside a plain model.

mod power_loss;

use std::cell::Cell;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::*;
use crate::features::coins::check::check;
use crate::features::coins::model::EntryId;
use crate::features::coins::service::Order;
use crate::features::coins::settings::{LUXURY_ENABLED, SKIP_PRICE};
use crate::features::queue::model::{Entry, PublicId, Seen, Source};
use crate::features::queue::service::NewSong;
use crate::features::testing::{GUILD, TestStore, said};
use crate::flows::{coins_by_hand, dead_link_removed};

const ANN: UserId = UserId::new(1);
const ADMIN: UserId = UserId::new(9);

fn order(user: UserId) -> Order {
    Order { currency: Currency::Luxury, user, reason: "a test".into(), actor: Actor::Member(ADMIN) }
}

fn add(store: &TestStore, amount: Amount) -> Result<Amount> {
    store.write(move |tx| coins_by_hand::add(tx, GUILD, &order(ANN), amount)).map(|entry| entry.after)
}

fn remove(store: &TestStore, amount: u32) -> Result<(i64, Amount)> {
    let removed = store.write(move |tx| coins_by_hand::remove(tx, GUILD, &order(ANN), Amount::of(amount)));
    removed.map(|removed| (removed.entry.delta, removed.requested))
}

fn undo(store: &TestStore, user: UserId, id: u64) -> Result<i64> {
    store.write(move |tx| coins_by_hand::undo(tx, GUILD, &order(user), EntryId::new(id))).map(|entry| entry.delta)
}

fn song(number: usize, line: Line) -> NewSong {
    let url = format!("https://youtu.be/{number:0>11}");
    NewSong {
        user: ANN,
        username: "ann".into(),
        artist: "Ann".into(),
        title: format!("Song {number}"),
        source: Source::Link { url: url.clone(), platform: "YouTube".into(), key: url },
        note: None,
        tiktok_username: None,
        line,
        score: 0,
    }
}

fn submit(store: &TestStore, number: usize, line: Line) -> PublicId {
    store.write(move |tx| queue::service::enqueue(tx, GUILD, song(number, line))).unwrap().song.public_id
}

fn buy(store: &TestStore) -> Result<(PublicId, Line)> {
    let bought = store.write(|tx| run(tx, GUILD, ANN))?;
    assert_eq!((bought.price, bought.moved.entry.place.line), (Amount::of(1000), Line::Skip10));
    Ok((bought.moved.entry.song.public_id, bought.moved.from))
}

fn balance(store: &TestStore) -> i64 {
    store.read(|read| coins::queries::balance(read, GUILD, Currency::Luxury, ANN)).get()
}

/// Entries in the order in which they were made: whose, what for, how much, and the balance then.
type GuildEntries = Vec<(UserId, EntryKind, i64, Amount)>;

/// The entries of a guild.
fn entries(store: &TestStore, guild: GuildId) -> GuildEntries {
    let mut entries = Vec::new();
    store.read(|read| {
        coins::tables::LEDGER.for_each(read, guild, |_, entry| {
            entries.push((entry.user, entry.kind, entry.delta, entry.after));
            Ok(())
        })
    });
    entries
}

#[test]
fn a_skip_costs_what_the_server_says() {
    let store = TestStore::new();
    submit(&store, 1, Line::Free);
    store.write(|tx| SKIP_PRICE.set(tx, GUILD, &40)).unwrap();
    add(&store, Amount::of(39)).unwrap();
    insta::assert_snapshot!(said(buy(&store).unwrap_err()), @"A skip costs **40 Luxury Coins**, and you have **39**: **1** more are needed. You earn Luxury Coins on the live, with a linked TikTok handle: **2** for each whole 100 coins that you gift, and **1** for each 30 minutes that you watch.");
    add(&store, Amount::of(1)).unwrap();
    let bought = store.write(|tx| run(tx, GUILD, ANN)).unwrap();
    assert_eq!((bought.price, bought.left), (Amount::of(40), Amount::ZERO));
    store.write(|tx| SKIP_PRICE.set(tx, GUILD, &1_000)).unwrap();
    let Entry { song, place, .. } = bought.moved.entry;
    let seen = Seen { song: song.public_id, line: place.line };
    let refunded = store.write(move |tx| dead_link_removed::run(tx, GUILD, Actor::Member(ADMIN), seen)).unwrap();
    assert_eq!(refunded.luxury, Some(Amount::of(40)), "what was paid comes back, whatever it costs now");
    store.check();
}

#[test]
fn the_latest_song_below_10_skip_is_lifted_and_no_other() {
    crate::covers!("M-ECO-05");
    let store = TestStore::new();
    add(&store, Amount::of(10_000)).unwrap();
    let lines =
        [Line::Free, Line::PendingSkips, Line::Skip5, Line::Skip10, Line::Skip15, Line::Skip20, Line::Skip25Plus];
    let songs: Vec<_> = lines.into_iter().enumerate().map(|(number, line)| submit(&store, number, line)).collect();
    for (bought, left) in [(2, 9_000), (1, 8_000), (0, 7_000)] {
        assert_eq!(buy(&store).unwrap(), (songs[bought], lines[bought]));
        assert_eq!(balance(&store), left, "exactly 1,000 each");
    }
    assert_eq!(buy(&store).unwrap_err().code(), "coins.nothing_to_lift");
    assert_eq!(balance(&store), 7_000);
    store.check();
}

#[test]
fn played_and_removed_songs_are_not_lifted_and_nothing_is_taken() {
    let store = TestStore::new();
    add(&store, Amount::of(1_500)).unwrap();
    submit(&store, 1, Line::Free);
    store.write(|tx| queue::service::play_next(tx, GUILD).map(drop)).unwrap();
    let removed = submit(&store, 2, Line::Free);
    store.write(move |tx| queue::service::remove(tx, GUILD, removed).map(drop)).unwrap();
    let refusal = buy(&store).unwrap_err();
    insta::assert_snapshot!(said(refusal), @"You have no song that a skip could lift: it has to wait in **Free**, **Pending Skips** or **5 Skip**. Nothing was taken, you have **1,500 Luxury Coins**.");
    assert_eq!(balance(&store), 1_500);
}

#[test]
fn who_cannot_afford_a_skip_reads_what_is_there_and_how_to_earn() {
    crate::covers!("M-ECO-06");
    let store = TestStore::new();
    submit(&store, 1, Line::Free);
    add(&store, Amount::of(999)).unwrap();
    let refusal = buy(&store).unwrap_err();
    insta::assert_snapshot!(said(refusal), @"A skip costs **1,000 Luxury Coins**, and you have **999**: **1** more are needed. You earn Luxury Coins on the live, with a linked TikTok handle: **2** for each whole 100 coins that you gift, and **1** for each 30 minutes that you watch.");
    assert_eq!(balance(&store), 999);
    add(&store, Amount::of(1)).unwrap();
    assert_eq!(buy(&store).unwrap().1, Line::Free);
    assert_eq!(balance(&store), 0);
}

#[test]
fn nothing_is_sold_where_the_economy_is_off() {
    let store = TestStore::new();
    submit(&store, 1, Line::Free);
    add(&store, Amount::of(1_000)).unwrap();
    store.write(|tx| LUXURY_ENABLED.set(tx, GUILD, &false)).unwrap();
    assert_eq!(buy(&store).unwrap_err().code(), "coins.switched_off");
    assert_eq!(balance(&store), 1_000);
}

#[test]
fn two_buys_at_once_with_coins_for_one_take_them_once() {
    let store = Arc::new(TestStore::new());
    submit(&store, 1, Line::Free);
    submit(&store, 2, Line::Free);
    add(&store, Amount::of(1_999)).unwrap();
    let buyers: Vec<_> = (0..2)
        .map(|_| {
            let store = store.clone();
            std::thread::spawn(move || buy(&store).map_err(|refused| refused.code()).map(drop))
        })
        .collect();
    let mut outcomes: Vec<_> = buyers.into_iter().map(|buyer| buyer.join().unwrap()).collect();
    outcomes.sort();
    assert_eq!(outcomes, [Ok(()), Err("coins.cannot_afford")]);
    assert_eq!(balance(&store), 999);
}

#[test]
fn a_removal_takes_what_there_is_and_keeps_what_was_asked_for() {
    crate::covers!("M-ECO-10");
    let store = TestStore::new();
    assert_eq!(remove(&store, 5).unwrap_err().code(), "coins.nothing_there");
    add(&store, Amount::of(30)).unwrap();
    assert_eq!(remove(&store, 10).unwrap(), (-10, Amount::of(10)));
    assert_eq!(remove(&store, 50).unwrap(), (-20, Amount::of(50)));
    assert_eq!(balance(&store), 0);
    let rows = store.read(|read| coins::queries::history_page(read, GUILD, ANN, None)).rows;
    let told: Vec<_> = rows.iter().map(|row| (row.entry.delta, row.requested)).collect();
    assert_eq!(told, [(-20, Some(Amount::of(50))), (-10, None), (30, None)]);
    store.check();
}

#[test]
fn amounts_that_are_nothing_or_too_much_are_refused() {
    let store = TestStore::new();
    add(&store, Amount::of(7)).unwrap();
    assert_eq!(add(&store, Amount::ZERO).unwrap_err().code(), "coins.nothing");
    assert_eq!(remove(&store, 0).unwrap_err().code(), "coins.nothing");
    let refusal = add(&store, Amount::MAX).unwrap_err();
    insta::assert_snapshot!(said(refusal), @"The balance is **7 Luxury Coins**. It cannot grow beyond 9,007,199,254,740,991.");
    assert_eq!(balance(&store), 7);
}

#[test]
fn an_entry_is_undone_once_and_an_undo_never() {
    let store = TestStore::new();
    add(&store, Amount::of(30)).unwrap();
    remove(&store, 10).unwrap();
    assert_eq!(undo(&store, ANN, 2).unwrap(), 10);
    insta::assert_snapshot!(said(undo(&store, ANN, 2).unwrap_err()), @"This entry was undone already, by entry **3**.");
    insta::assert_snapshot!(said(undo(&store, ANN, 3).unwrap_err()), @"This entry undid another one, and an undo cannot be undone. Use `add` or `remove` instead.");
    assert_eq!(balance(&store), 30);
    assert_eq!(undo(&store, ANN, 1).unwrap(), -30);
    assert_eq!(balance(&store), 0);
    store.check();
}

#[test]
fn an_undo_that_leaves_the_range_of_balances_is_refused() {
    let store = TestStore::new();
    add(&store, Amount::of(30)).unwrap();
    remove(&store, 10).unwrap();
    insta::assert_snapshot!(said(undo(&store, ANN, 1).unwrap_err()), @"The balance is **20 Luxury Coins**, and **30** are needed.");
    add(&store, Amount::MAX.changed_by(-20).unwrap()).unwrap();
    assert_eq!(undo(&store, ANN, 2).unwrap_err().code(), "coins.full");
    assert_eq!(balance(&store), Amount::MAX.get());
}

#[test]
fn only_the_entries_of_the_named_member_in_that_guild_are_undone() {
    let store = TestStore::new();
    add(&store, Amount::of(30)).unwrap();
    for (user, id) in [(UserId::new(2), 1), (ANN, 2), (ANN, 0), (ANN, u64::MAX)] {
        assert_eq!(undo(&store, user, id).unwrap_err().code(), "coins.no_such_entry");
    }
    let elsewhere =
        store.write(|tx| coins_by_hand::undo(tx, GuildId::new(6), &order(ANN), EntryId::new(1)).map(drop)).unwrap_err();
    assert_eq!(elsewhere.code(), "coins.no_such_entry");
    assert_eq!(balance(&store), 30);
}

#[test]
fn the_check_finds_an_undo_that_does_not_fit() {
    use crate::features::coins::{model::Undone, tables};
    let store = TestStore::new();
    add(&store, Amount::of(30)).unwrap();
    add(&store, Amount::of(1)).unwrap();
    store.write(|tx| tables::UNDONE.insert(tx, &(GUILD, EntryId::new(1)), &Undone { by: EntryId::new(2) })).unwrap();
    assert_eq!(store.read(|read| check(read, GUILD)), ["ledger entry 2 does not undo entry 1"]);
}

#[derive(Clone, Debug)]
enum Step {
    Add(u64, i64),
    Remove(u64, i64),
    Buy(u64),
    Submit(u64),
    Undo(u64, u64),
    Elsewhere(u64, i64),
}

/// An entry as the model has it.
#[derive(Clone, Debug)]
struct Made {
    user: u64,
    delta: i64,
    is_undo: bool,
    is_undone: bool,
}

/// Everything that a plain program would remember of one guild.
#[derive(Default)]
struct Model {
    entries: Vec<Made>,
    /// Who submitted the songs that wait in Free.
    waiting: Vec<u64>,
}

impl Model {
    fn balance(&self, user: u64) -> i64 {
        self.entries.iter().filter(|made| made.user == user).map(|made| made.delta).sum()
    }

    /// Writes an entry if the balance stays in its range.
    fn post(&mut self, user: u64, delta: i64, is_undo: bool) -> bool {
        let fits = delta != 0 && (0..=Amount::MAX.get()).contains(&(self.balance(user) + delta));
        if fits {
            self.entries.push(Made { user, delta, is_undo, is_undone: false });
        }
        fits
    }

    /// What the step does; whether it is done.
    fn take(&mut self, step: &Step) -> bool {
        match *step {
            Step::Elsewhere(..) => true,
            Step::Add(user, amount) => self.post(user, amount, false),
            Step::Remove(user, amount) => self.post(user, -amount.min(self.balance(user)), false),
            Step::Submit(user) => {
                self.waiting.push(user);
                true
            }
            Step::Buy(user) => {
                let song = self.waiting.iter().position(|owner| *owner == user);
                let is_done = song.is_some() && self.post(user, -1000, false);
                if let Some(song) = song.filter(|_| is_done) {
                    self.waiting.remove(song);
                }
                is_done
            }
            Step::Undo(user, id) => {
                let Some(made) = usize::try_from(id - 1).ok().and_then(|at| self.entries.get(at)).cloned() else {
                    return false;
                };
                let may = made.user == user && !made.is_undo && !made.is_undone;
                let is_done = may && self.post(user, -made.delta, true);
                if is_done {
                    self.entries[usize::try_from(id - 1).unwrap()].is_undone = true;
                }
                is_done
            }
        }
    }
}

/// Does a step in the store; whether it was done.
fn take(tx: &Tx<'_>, guild: GuildId, step: &Step) -> Result<bool> {
    let (elsewhere, amount) = (GuildId::new(guild.get() + 1_000_000), |n: i64| Amount::try_from(n).unwrap());
    let done = tx.step(|tx| match *step {
        Step::Add(user, n) => coins_by_hand::add(tx, guild, &order(UserId::new(user)), amount(n)).map(drop),
        Step::Elsewhere(user, n) => coins_by_hand::add(tx, elsewhere, &order(UserId::new(user)), amount(n)).map(drop),
        Step::Remove(user, n) => coins_by_hand::remove(tx, guild, &order(UserId::new(user)), amount(n)).map(drop),
        Step::Undo(user, id) => coins_by_hand::undo(tx, guild, &order(UserId::new(user)), EntryId::new(id)).map(drop),
        Step::Buy(user) => run(tx, guild, UserId::new(user)).map(drop),
        Step::Submit(user) => {
            let number = tx.next_id(guild, "test.songs")?;
            let song = song(usize::try_from(number).unwrap_or_default(), Line::Free);
            queue::service::enqueue(tx, guild, NewSong { user: UserId::new(user), ..song }).map(drop)
        }
    })?;
    Ok(done.is_ok())
}

fn step() -> impl Strategy<Value = Step> {
    let user = 0..3_u64;
    let amount = prop_oneof![1..2_500_i64, Just(Amount::MAX.get())];
    prop_oneof![
        3 => (user.clone(), amount.clone()).prop_map(|(user, n)| Step::Add(user, n)),
        1 => (user.clone(), amount).prop_map(|(user, n)| Step::Remove(user, n)),
        2 => user.clone().prop_map(Step::Buy),
        2 => user.clone().prop_map(Step::Submit),
        3 => (user.clone(), 1..12_u64).prop_map(|(user, id)| Step::Undo(user, id)),
        1 => (user, 1..100_i64).prop_map(|(user, n)| Step::Elsewhere(user, n)),
    ]
}

/// One store for all cases, a guild for each: so the cases also prove that no coin crosses a guild.
#[test]
fn any_history_of_coins_follows_a_plain_model() {
    let store = TestStore::new();
    let next = Cell::new(1_u64);
    let cases = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) };
    let histories = proptest::collection::vec(step(), 0..24);
    let outcome = TestRunner::new(cases).run(&histories, |steps| {
        let guild = GuildId::new(next.replace(next.get() + 1));
        let mut model = Model::default();
        let expected: Vec<bool> = steps.iter().map(|step| model.take(step)).collect();
        let done = store.write(move |tx| steps.iter().map(|step| take(tx, guild, step)).collect::<Result<Vec<_>>>());
        prop_assert_eq!(done.unwrap(), expected);
        for user in 0..3 {
            let held = store.read(|read| coins::queries::balance(read, guild, Currency::Luxury, UserId::new(user)));
            prop_assert_eq!(held.get(), model.balance(user));
        }
        prop_assert_eq!(store.read(|read| check(read, guild)), Vec::<String>::new());
        Ok(())
    });
    outcome.unwrap();
    assert!(next.get() > 1_000);
    store.check();
}
