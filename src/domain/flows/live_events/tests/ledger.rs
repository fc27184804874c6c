//! What gifts bring to the ledger, over many evenings: told twice or shuffled within a second, it is the same.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::evening::{streak, viewer};
use super::*;
use crate::features::coins::check::check;
use crate::features::coins::tables;
use crate::features::testing::TestStore;
use crate::live::MessageId;

const HANDLES: [&str; 3] = ["ann", "ann.two", "bob"];
const SECONDS: usize = 4;

/// A streak: who, the price, the seconds of its steps, and whether its end is told.
type Taps = (usize, u32, BTreeSet<usize>, bool);
/// The messages of each second. Every message has its own number.
type Log = Vec<Vec<LiveEvent>>;

fn log() -> impl Strategy<Value = Log> {
    let price = || prop_oneof![Just(1_u32), Just(99), Just(100), Just(350), Just(1_000)];
    let handle = || 0..HANDLES.len();
    let gifts = proptest::collection::vec((0..SECONDS, handle(), price(), 1..4_u32), 0..8);
    let steps = || proptest::collection::btree_set(0..SECONDS, 1..4);
    let streaks = proptest::collection::vec((handle(), price(), steps(), any::<bool>()), 0..3);
    (gifts, streaks).prop_map(|(gifts, streaks): (Vec<_>, Vec<Taps>)| {
        let mut log: Log = vec![Vec::new(); SECONDS];
        let mut ids = 1..;
        let mut tell = |second: usize, what| {
            let at = Timestamp::from_millis(1_763_756_100_000).after(Duration::from_secs(second as u64 + 1));
            log[second].push(LiveEvent { id: MessageId::new(ids.next().unwrap()), ..LiveEvent::new(at, what) });
        };
        for (second, handle, price, count) in gifts {
            tell(second, gift(HANDLES[handle], price, count));
        }
        for (group, (handle, price, steps, ends)) in (1..).zip(streaks) {
            let last = *steps.last().unwrap();
            for (count, second) in (60..).zip(steps) {
                tell(second, streak(HANDLES[handle], price, count, group, true));
                if ends && second == last {
                    tell(second, streak(HANDLES[handle], price, count, group, false));
                }
            }
        }
        log
    })
}

/// Plays a log in a guild of its own; the batches follow one another.
fn play(store: &TestStore, guild: GuildId, batches: Vec<Vec<LiveEvent>>) {
    let host = Handle::parse(HOST).unwrap();
    let played = store.write(move |tx| {
        for (user, handle) in [(1, "ann"), (1, "ann.two"), (2, "bob")] {
            let (user, handle) = (UserId::new(user), Handle::parse(handle).unwrap());
            handle_links::admin_link(tx, guild, Actor::Member(UserId::new(9)), user, &handle)?;
        }
        run(tx, guild, &host, &[LiveEvent::new(tx.now(), Occurrence::Connected)])?;
        for batch in &batches {
            run(tx, guild, &host, batch)?;
        }
        let joined = LiveEvent::new(tx.now(), Occurrence::Joined(viewer("ann")));
        run(tx, guild, &host, &[joined, LiveEvent::new(tx.now(), Occurrence::Ended)]).map(drop)
    });
    played.unwrap();
}

/// The entries of a guild, whatever their order: whose, which currency and how many. Its check is clean.
fn entries(store: &TestStore, guild: GuildId) -> Vec<(UserId, Currency, i64)> {
    let mut entries = Vec::new();
    store.read(|read| {
        tables::LEDGER.for_each(read, guild, |_, entry| {
            entries.push((entry.user, entry.currency, entry.delta));
            Ok(())
        })?;
        assert_eq!(check(read, guild)?, Vec::<String>::new());
        Ok(())
    });
    entries.sort_unstable();
    entries
}

#[test]
fn the_ledger_of_a_log_told_twice_or_shuffled_within_a_second_is_the_same() {
    let store = TestStore::new();
    let next = Cell::new(1_u64);
    let paid = Cell::new(0);
    let cases = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) };
    let outcome = TestRunner::new(cases).run(&(log(), any::<u64>()), |(log, seed)| {
        let guild = |number| GuildId::new(next.get() + number);
        let shuffled = log.iter().cloned().map(|mut second| {
            second.sort_by_key(|event| event.id.map(|id| id.get().wrapping_mul(seed | 1)));
            second
        });
        let shuffled: Vec<_> = shuffled.collect();
        play(&store, guild(0), log.clone());
        play(&store, guild(1), log.iter().chain(&log).cloned().collect());
        play(&store, guild(2), shuffled);
        let plain = entries(&store, guild(0));
        paid.set(paid.get() + plain.iter().filter(|(_, currency, _)| *currency == Currency::Luxury).count());
        prop_assert_eq!(entries(&store, guild(1)), plain.clone());
        let luxury = |entries: Vec<(UserId, Currency, i64)>| {
            let mut sums = [0; 2];
            for (user, _, delta) in entries.iter().filter(|(_, currency, _)| *currency == Currency::Luxury) {
                sums[usize::from(user.get() == 2)] += delta;
            }
            sums
        };
        prop_assert_eq!(luxury(entries(&store, guild(2))), luxury(plain));
        next.set(next.get() + 3);
        Ok(())
    });
    outcome.unwrap();
    assert!(paid.get() > 1_000, "{} entries", paid.get());
}
