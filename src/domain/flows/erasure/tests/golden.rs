//! A member is erased from a store that the program of before left behind.

use std::fs::File;
use std::io;

use flate2::read::GzDecoder;

use super::town::{Town, handle};
use super::{RawRow, number, rows_with};
use crate::features::handles;
use crate::flows::erasure::erase;
use crate::live::AccountNumber;
use crate::store::{Span, StoreLocation};

/// A member of the recorded evening, by a handle of theirs.
const HANDLE: &str = "ann.sings";

#[test]
fn a_member_of_a_store_of_before_is_in_no_row_of_it_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("greenroom.redb");
    let packed = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/version-4.redb.gz");
    let mut packed = GzDecoder::new(File::open(packed).unwrap());
    io::copy(&mut packed, &mut File::create(&store).unwrap()).unwrap();
    let town = Town::at(&StoreLocation::File(store));
    town.check();

    let (guild, user, traces) = town
        .store
        .read_blocking("test", |read| {
            let mut found = None;
            handles::tables::ACCOUNTS.for_each(read, Span::all(), |(guild, id), account| {
                if account.handle == handle(HANDLE) {
                    found = Some((guild, id, account.linked.unwrap()));
                }
                Ok(())
            })?;
            let (guild, id, user) = found.unwrap();
            let tiktok = handles::tables::number_of(read, guild, id)?;
            let numbers = [Some(user.get()), tiktok.map(AccountNumber::get)];
            let mut traces: Vec<Vec<u8>> = numbers.into_iter().flatten().flat_map(number).collect();
            traces.push(HANDLE.as_bytes().to_vec());
            Ok((guild, user, traces))
        })
        .unwrap();
    assert!(rows_with(&town.store.raw_rows(), &traces).len() > 5);
    assert!(erase(&town.store, guild, user).unwrap() > 5);
    let left: Vec<RawRow> = rows_with(&town.store.raw_rows(), &traces);
    assert!(left.is_empty(), "{left:?}");
    town.check();
    assert_eq!(erase(&town.store, guild, user).unwrap(), 0);
    town.store.close_blocking();
}
