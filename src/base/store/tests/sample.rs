//! A table with every kind of index, for the tests.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use crate::kernel::captured::Captured;
use crate::kernel::dice::Seed;
use crate::kernel::ids::{GuildId, MessageId, UserId};
use crate::kernel::time::{Clock, Timestamp};
use crate::store::{
    CountedIndex, Erasure, ErasureAction, Index, MultiIndex, Options, Record, Schema, Store, StoreLocation, SumIndex,
    Table, UniqueIndex,
};

pub(super) type SongId = MessageId;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) enum Line {
    Skip,
    Free,
}
crate::key_enum!(Line { Skip = 1, Free = 2 });

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Song {
    pub(super) user: UserId,
    pub(super) link: String,
    pub(super) waits_in: Option<Line>,
    pub(super) score: u32,
}

impl Record for Song {}

pub(super) type SongKey = (GuildId, SongId);
pub(super) type Place4 = (GuildId, Line, Reverse<u32>, SongId);

pub(super) static SONGS: Table<SongKey, Song> = Table::new(
    "sample.songs",
    &[&SONGS_BY_USER, &SONGS_BY_LINK, &SONGS_WAITING, &SONGS_IN_ORDER, &SONGS_BY_LETTER, &SCORES_BY_USER],
)
.erasing(erase);

/// A song of the member stays where it waits in a line, and goes otherwise.
fn erase(key: &SongKey, song: &Song, erasure: &Erasure) -> ErasureAction<SongKey, Song> {
    if song.user == erasure.member && song.waits_in.is_none() {
        return ErasureAction::Delete;
    }
    ErasureAction::from((key, song), *key, Song { user: erasure.of(song.user), ..song.clone() })
}

pub(super) static SONGS_BY_USER: Index<(GuildId, UserId, SongId), SongKey, Song> =
    Index::new("sample.songs_by_user", |(guild, id), song| Some((*guild, song.user, *id)));

pub(super) static SONGS_BY_LINK: UniqueIndex<(GuildId, String), SongKey, Song> =
    UniqueIndex::new("sample.songs_by_link", |(guild, _), song| Some((*guild, song.link.clone())));

pub(super) static SONGS_WAITING: Index<SongKey, SongKey, Song> =
    Index::new("sample.songs_waiting", |key, song| song.waits_in.map(|_| *key));

pub(super) static SONGS_IN_ORDER: CountedIndex<Place4, SongKey, Song> =
    CountedIndex::new("sample.songs_in_order", |(guild, id), song| {
        Some((*guild, song.waits_in?, Reverse(song.score), *id))
    });

pub(super) static SONGS_BY_LETTER: MultiIndex<(GuildId, u8, SongId), SongKey, Song> =
    MultiIndex::new("sample.songs_by_letter", |(guild, id), song| {
        song.link.bytes().map(|letter| (*guild, letter, *id)).collect()
    });

pub(super) static SCORES_BY_USER: SumIndex<(GuildId, UserId), SongKey, Song> =
    SumIndex::new("sample.scores_by_user", |(guild, _), song| {
        song.waits_in.map(|_| ((*guild, song.user), i64::from(song.score)))
    });

pub(super) const GUILD: GuildId = GuildId::new(1);

pub(super) fn key(id: u64) -> SongKey {
    (GUILD, SongId::new(id))
}

pub(super) fn song(link: &str) -> Song {
    Song { user: UserId::new(7), link: link.to_owned(), waits_in: Some(Line::Free), score: 0 }
}

pub(super) fn schema() -> Schema {
    Schema { tables: vec![&SONGS], migrations: Vec::new() }
}

pub(super) fn options() -> Options {
    let (clock, _) = Clock::simulated(Timestamp::from_millis(1_000));
    Options::new(clock, Seed::fixed(1))
}

/// The log of this thread, as long as what comes with it is kept.
pub(super) fn log_of_this_thread() -> (Captured, impl Sized) {
    let log = Captured::default();
    let writer = log.clone();
    let to_log = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).finish();
    // With one subscriber alone, a line that another test's thread reaches first would be switched off for all threads.
    let second = tracing::Dispatch::new(tracing_subscriber::registry());
    (log, (second, tracing::subscriber::set_default(to_log)))
}

pub(super) fn in_memory() -> Store {
    Store::open(&StoreLocation::Memory, options(), schema()).unwrap()
}
