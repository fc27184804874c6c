//! Positions in a counted index, compared with a sorted set, and the blocks behind them.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::kernel::dice::Seed;
use crate::kernel::ids::GuildId;
use crate::kernel::time::{Clock, Timestamp};
use crate::store::raw_name::RawName;
use crate::store::{CountedIndex, Options, Read, Schema, Span, Store, StoreLocation, Table, Within};

type Entry = (GuildId, u32);

static NUMBERS: Table<Entry, ()> = Table::new("counted.numbers", &[&IN_ORDER]);
static IN_ORDER: CountedIndex<Entry, Entry, ()> = CountedIndex::new("counted.in_order", |key, ()| Some(*key));

fn open() -> Store {
    let (clock, _) = Clock::simulated(Timestamp::from_micros(0));
    let schema = Schema { tables: vec![&NUMBERS], migrations: Vec::new() };
    Store::open(&StoreLocation::Memory, Options::new(clock, Seed::fixed(1)), schema).unwrap()
}

fn entry(guild: u64, number: u32) -> Entry {
    (GuildId::new(guild), number)
}

fn add(store: &Store, entries: impl IntoIterator<Item = Entry>) {
    let entries: Vec<Entry> = entries.into_iter().collect();
    store.write_blocking("add", move |tx| entries.iter().try_for_each(|entry| NUMBERS.put(tx, entry, &()))).unwrap();
}

fn remove(store: &Store, entries: impl IntoIterator<Item = Entry>) {
    let entries: Vec<Entry> = entries.into_iter().collect();
    store
        .write_blocking("remove", move |tx| entries.iter().try_for_each(|entry| NUMBERS.remove(tx, entry).map(drop)))
        .unwrap();
}

fn count(store: &Store, keys: impl Within<Entry>) -> u64 {
    store.read_blocking("count", |read| IN_ORDER.count(read, keys)).unwrap()
}

/// How many coarse and fine blocks there are.
fn block_counts(store: &Store) -> (u64, u64) {
    let count = |read: &dyn Read, suffix| read.len(RawName::part("counted.in_order", suffix));
    store.read_blocking("blocks", |read| Ok((count(read, "#coarse")?, count(read, "#fine")?))).unwrap()
}

/// Runs of neighbouring numbers, so that blocks fill, split, shrink and join.
fn runs() -> impl Strategy<Value = (bool, u64, u32, u32)> {
    (proptest::bool::weighted(0.6), 1..3_u64, 0..6_000_u32, 1..1_800_u32)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn positions_agree_with_a_sorted_set(
        runs in proptest::collection::vec(runs(), 1..12),
        asked in proptest::collection::vec((0..4_u64, 0..8_000_u32, 0..4_u64, 0..8_000_u32, 0..4_000_u32), 20),
    ) {
        let store = open();
        let mut model = BTreeSet::new();
        for (adds, guild, start, length) in runs {
            let run: BTreeSet<Entry> = (start..start + length).map(|number| entry(guild, number)).collect();
            if adds {
                model.extend(&run);
                add(&store, run);
            } else {
                model.retain(|entry| !run.contains(entry));
                remove(&store, run);
            }
        }
        prop_assert_eq!(store.check_blocking().unwrap(), []);
        prop_assert_eq!(count(&store, Span::all()), model.len() as u64);
        for guild in 0..4 {
            let of_page: Vec<Entry> = asked.iter().map(|(of, number, ..)| entry(*of, *number)).collect();
            let ranks = store.read_blocking("ranks", |read| IN_ORDER.ranks(read, GuildId::new(guild), &of_page)).unwrap();
            let rank = |of: &Entry| store.read_blocking("rank", |read| IN_ORDER.rank(read, GuildId::new(guild), of));
            prop_assert_eq!(ranks, of_page.iter().map(|of| rank(of).unwrap()).collect::<Vec<_>>());
        }
        for (guild, number, other_guild, other_number, offset) in asked {
            let (here, there) = (entry(guild, number), entry(other_guild, other_number));
            let rank = store.read_blocking("rank", |read| IN_ORDER.rank(read, here.0, &here)).unwrap();
            prop_assert_eq!(rank, model.range(entry(guild, 0)..here).count() as u64);
            let between = count(&store, Span::all().starting_at(here).before(there));
            let expected: Vec<Entry> = if here < there { model.range(here..there).copied().collect() } else { Vec::new() };
            prop_assert_eq!(between, expected.len() as u64);
            let keys = Span::all().starting_at(here).before(there);
            let page = store.read_blocking("page", |read| IN_ORDER.page_at(read, keys, u64::from(offset), 5)).unwrap();
            prop_assert_eq!(page, expected.into_iter().skip(offset as usize).take(5).collect::<Vec<_>>());
        }
    }
}

#[test]
fn blocks_split_when_full_join_when_sparse_and_go_when_empty() {
    let store = open();
    add(&store, (0..40_000).map(|number| entry(1, number)));
    add(&store, [entry(2, 0)]);
    let (coarse, fine) = block_counts(&store);
    assert_eq!(coarse, 3);
    assert!((160..=330).contains(&fine), "{fine} fine blocks");
    assert_eq!(store.check_blocking().unwrap(), []);
    for number in (0..40_000).step_by(997) {
        let wanted = entry(1, number);
        let (rank, page) = store
            .read_blocking("position", |read| {
                let rank = IN_ORDER.rank(read, wanted.0, &wanted)?;
                Ok((rank, IN_ORDER.page_at(read, wanted.0, u64::from(number), 1)?))
            })
            .unwrap();
        assert_eq!((rank, page), (u64::from(number), vec![wanted]));
    }
    remove(&store, (0..40_000).filter(|number| number % 80 != 0).map(|number| entry(1, number)));
    assert_eq!(count(&store, GuildId::new(1)), 500);
    let (coarse, fine) = block_counts(&store);
    assert_eq!(coarse, 2);
    assert!(fine <= 10, "{fine} fine blocks");
    assert_eq!(store.check_blocking().unwrap(), []);
    remove(&store, (0..40_000).map(|number| entry(1, number)));
    assert_eq!((block_counts(&store), count(&store, GuildId::new(2))), ((1, 1), 1));
}

#[test]
fn one_guild_never_counts_another() {
    let store = open();
    add(&store, (0..3_000).map(|number| entry(u64::from(number % 3), number)));
    for guild in 0..3 {
        assert_eq!(count(&store, GuildId::new(guild)), 1_000);
    }
    assert_eq!(count(&store, GuildId::new(3)), 0);
    assert_eq!(store.check_blocking().unwrap(), []);
}
