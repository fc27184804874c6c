//! A server is removed: every row of it goes, wherever it lies, and no other.

use std::collections::BTreeSet;

use super::town::{HERE, THERE, Town, ZARA};
use super::{RawRow, number, of_guild, rows_with, tables_of};
use crate::flows::{limits_remembered, server_removed};
use crate::kernel::ids::GuildId;
use crate::store::{AnyTable, StoreLocation};

/// The tables that have no row of a server.
const OF_THE_INSTANCE: [&str; 9] = [
    "signin.operators",
    "signin.sessions",
    "signin.refreshes",
    "signin.links",
    "signin.tokens",
    "signin.states",
    "signin.answers",
    "signin.guesses",
    "signin.looked_through",
];

/// The table that has no row at all since version 8 of the store.
const EMPTY: &str = "coins.weeks";

/// What tells of the server in any row, key or value.
fn left(town: &Town) -> Vec<RawRow> {
    rows_with(&town.store.raw_rows(), &number(HERE.get()))
}

#[test]
fn a_server_that_is_removed_leaves_nothing_and_no_other_is_touched() {
    let town = Town::filled(&StoreLocation::Memory);
    town.write(|tx| limits_remembered::keep(tx, HERE, ZARA.user, &[7; 32]));
    let empty: Vec<_> = town
        .store
        .schema()
        .tables_of_guilds()
        .filter(|table| {
            let mut guilds = BTreeSet::new();
            town.store.read_blocking("test", |read| table.guilds(read, &mut guilds)).unwrap();
            !guilds.contains(&HERE)
        })
        .map(AnyTable::name)
        .collect();
    let expected: Vec<_> = OF_THE_INSTANCE.into_iter().chain([EMPTY]).collect();
    assert_eq!(empty, expected, "`town` has to write a row into the others");
    let other = of_guild(&town.store.raw_rows(), THERE);

    let removed = town.store.remove_guild_blocking(HERE).unwrap();
    assert!(removed > 100, "{removed}");
    let found = left(&town);
    assert!(found.is_empty(), "{:?} still have rows: {found:?}", tables_of(&found));
    assert_eq!(of_guild(&town.store.raw_rows(), THERE), other);
    town.check();
    assert_eq!(town.store.remove_guild_blocking(HERE).unwrap(), 0);

    let all = town.store.raw_rows();
    assert!(town.store.remove_guild_blocking(GuildId::INSTANCE).is_err());
    assert_eq!(town.store.raw_rows(), all);
}

#[test]
fn a_removal_that_is_cut_off_leaves_a_whole_store_and_is_finished_by_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let place = StoreLocation::File(folder.path().join("greenroom.redb"));
    let town = Town::filled(&place);
    let other = of_guild(&town.store.raw_rows(), THERE);
    let tables: Vec<_> = town.store.schema().tables_of_guilds().collect();
    // Some tables are done with, one is half gone, and the others are as they were.
    let cut_off = tables.len() / 2;
    for (nth, table) in tables.into_iter().enumerate().take(cut_off + 1) {
        let limit = if nth == cut_off { 1 } else { 1_000 };
        town.write(move |tx| table.remove_rows(tx, HERE, limit));
    }
    town.store.close_blocking();

    let town = Town::at(&place);
    let broken = town.store.check_blocking().unwrap();
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(town.store.remove_guild_blocking(HERE).unwrap() > 0);
    assert_eq!(left(&town), Vec::new());
    assert_eq!(of_guild(&town.store.raw_rows(), THERE), other);
    town.check();
    town.store.close_blocking();
}

#[test]
fn a_server_that_follows_a_live_is_not_removed_before_it_lets_go() {
    let town = Town::filled(&StoreLocation::Memory);
    let all = town.store.raw_rows();
    let refused = server_removed::remove(&town.store, HERE).unwrap_err();
    assert_eq!(refused.code(), "removal.is_followed");
    assert_eq!(town.store.raw_rows(), all);
}
