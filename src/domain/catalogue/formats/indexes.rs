//! What each index keeps of sample rows: `tests/golden/indexes-N.txt` lists it for the version N of the store.
//!
//! The form of an index tells what its entries are made of, and not which rows have one: a rule that is changed and keeps its
//! version leaves stores of before with entries of the former rule. The listing tells them apart.

use std::collections::BTreeSet;
use std::fs;

use super::{CATALOGUE, is_refresh, path};
use crate::kernel::dice::Seed;
use crate::kernel::time::{Clock, Timestamp};
use crate::store::{AnyTable, Options, Store, StoreLocation};

/// The lines of the listing: an index and an entry of it.
fn kept() -> BTreeSet<(&'static str, String)> {
    let (clock, _hand) = Clock::simulated(Timestamp::from_millis(1_763_756_100_000));
    let store = Store::open(&StoreLocation::Memory, Options::new(clock, Seed::fixed(7)), (CATALOGUE.schema)()).unwrap();
    let all = store.write_blocking("index_samples", |tx| {
        let mut kept = BTreeSet::new();
        for table in (CATALOGUE.schema)().tables {
            kept.extend(table.index_samples(tx)?);
        }
        Ok(kept)
    });
    all.unwrap()
}

#[test]
fn every_index_keeps_something_of_some_sample_row() {
    let kept = kept();
    let schema = (CATALOGUE.schema)();
    let indexes = schema.all_tables().flat_map(AnyTable::index_forms);
    let without: Vec<&str> =
        indexes.map(|(name, _)| name).filter(|name| !kept.iter().any(|(index, _)| index == name)).collect();
    assert!(
        without.is_empty(),
        "no sample row has an entry in {without:?}, so a change of their rules would not be seen. `store::form` makes the \
         samples: let it make such a row."
    );
}

#[test]
fn a_rule_that_keeps_something_else_raises_the_version_of_the_store() {
    let listed = path().with_file_name(format!("indexes-{}.txt", (CATALOGUE.schema)().version()));
    let lines: Vec<String> = kept().into_iter().map(|(index, entry)| format!("{index} {entry}")).collect();
    let present = lines.join("\n") + "\n";
    if is_refresh() && !listed.exists() {
        fs::write(&listed, &present).unwrap();
    }
    let before = fs::read_to_string(&listed).unwrap_or_default();
    let differs: Vec<&str> = present.lines().filter(|line| !before.lines().any(|before| before == *line)).collect();
    assert!(
        before == present,
        "{} does not list what indexes keep now, such as\n{}\nGive each index whose rule is another one the next \
         `rule_version`, add a migration, which may do nothing, and run `UPDATE_FORMATS=1 cargo test --lib formats`. Where that \
         version is not released yet, remove the listing and make it anew.",
        listed.display(),
        differs.join("\n")
    );
}
