//! Random operations on a file, compared with a plain model: every row, every index, every position.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use tempfile::TempDir;

use super::sample::{
    Line, Place4, SCORES_BY_USER, SONGS, SONGS_BY_LETTER, SONGS_BY_LINK, SONGS_BY_USER, SONGS_IN_ORDER, SONGS_WAITING,
    Song, SongId, SongKey, options, schema,
};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{GuildId, UserId};
use crate::store::{Direction, Span, Starts, Store, StoreLocation, Sum, Tx};

pub(super) type Model = BTreeMap<SongKey, Song>;

const EVERYTHING: usize = 100_000;

#[derive(Clone, Debug)]
pub(super) enum Change {
    Insert(SongKey, Song),
    Put(SongKey, Song),
    Score(SongKey, u32),
    Remove(SongKey),
}

#[derive(Clone, Debug)]
enum Action {
    /// One transaction; when `fails`, it ends with an error after its writes.
    Write {
        changes: Vec<Change>,
        fails: bool,
    },
    Reopen,
}

fn keys() -> impl Strategy<Value = SongKey> {
    (0..3_u64, 0..12_u64).prop_map(|(guild, song)| (GuildId::new(guild), SongId::new(song)))
}

fn songs() -> impl Strategy<Value = Song> {
    let line = prop_oneof![Just(None), Just(Some(Line::Skip)), Just(Some(Line::Free))];
    (0..4_u64, "[ab]{0,3}", line, 0..5_u32).prop_map(|(user, link, waits_in, score)| Song {
        user: UserId::new(user),
        link,
        waits_in,
        score,
    })
}

pub(super) fn changes() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => (keys(), songs()).prop_map(|(key, song)| Change::Insert(key, song)),
        3 => (keys(), songs()).prop_map(|(key, song)| Change::Put(key, song)),
        2 => (keys(), 0..5_u32).prop_map(|(key, score)| Change::Score(key, score)),
        2 => keys().prop_map(Change::Remove),
    ]
}

fn actions() -> impl Strategy<Value = Action> {
    let write = (proptest::collection::vec(changes(), 1..6), proptest::bool::weighted(0.1));
    prop_oneof![
        20 => write.prop_map(|(changes, fails)| Action::Write { changes, fails }),
        1 => Just(Action::Reopen),
    ]
}

pub(super) fn apply(tx: &Tx<'_>, change: &Change) -> Result<()> {
    match change {
        Change::Insert(key, song) => SONGS.insert(tx, key, song),
        Change::Put(key, song) => SONGS.put(tx, key, song),
        Change::Score(key, score) => SONGS.update(tx, key, |song| song.score = *score).map(drop),
        Change::Remove(key) => SONGS.remove(tx, key).map(drop),
    }
}

/// Does the same to the model; `None` when the store must refuse it.
pub(super) fn apply_to_model(model: &mut Model, change: &Change) -> Option<()> {
    let is_free = |model: &Model, key: &SongKey, song: &Song| {
        !model.iter().any(|(other, present)| other != key && other.0 == key.0 && present.link == song.link)
    };
    match change {
        Change::Insert(key, song) => {
            let fits = !model.contains_key(key) && is_free(model, key, song);
            fits.then(|| drop(model.insert(*key, song.clone())))
        }
        Change::Put(key, song) => is_free(model, key, song).then(|| drop(model.insert(*key, song.clone()))),
        Change::Score(key, score) => model.get_mut(key).map(|song| song.score = *score),
        Change::Remove(key) => {
            model.remove(key);
            Some(())
        }
    }
}

fn write(store: &Store, model: &mut Model, changes: Vec<Change>, fails: bool) -> Result<(), TestCaseError> {
    let mut after = model.clone();
    let fits = changes.iter().try_for_each(|change| apply_to_model(&mut after, change)).is_some();
    let result = store.write_blocking("random", move |tx| {
        changes.iter().try_for_each(|change| apply(tx, change))?;
        if fails { Err(Error::failed("on purpose")) } else { Ok(()) }
    });
    prop_assert_eq!(result.is_ok(), fits && !fails);
    if result.is_ok() {
        *model = after;
    }
    Ok(())
}

pub(super) fn compare(store: &Store, model: &Model) -> Result<(), TestCaseError> {
    prop_assert_eq!(store.check_blocking().unwrap(), []);
    let rows = store.read_blocking("rows", |read| SONGS.page(read, Span::all(), Direction::Forward, EVERYTHING));
    prop_assert_eq!(rows.unwrap(), model.clone().into_iter().collect::<Vec<_>>());
    let order = expected_order(model);
    for guild in (0..3).map(GuildId::new) {
        let songs = || model.iter().filter(move |(key, _)| key.0 == guild);
        let (by_user, by_link, waiting) = store
            .read_blocking("indexes", |read| {
                let user = UserId::new(1);
                Ok((
                    SONGS_BY_USER.page(read, (guild, user), Direction::Backward, EVERYTHING)?,
                    SONGS_BY_LINK.page(read, (guild, Starts("a")), Direction::Forward, EVERYTHING)?,
                    SONGS_WAITING.page(read, guild, Direction::Forward, EVERYTHING)?,
                ))
            })
            .unwrap();
        let mut expected: Vec<_> =
            songs().filter(|(_, song)| song.user == UserId::new(1)).map(|(key, _)| key.1).collect();
        expected.reverse();
        prop_assert_eq!(by_user.into_iter().map(|entry| entry.2).collect::<Vec<_>>(), expected);
        let expected: BTreeMap<_, _> = songs()
            .filter(|(_, song)| song.link.starts_with('a'))
            .map(|(key, song)| ((guild, song.link.clone()), *key))
            .collect();
        prop_assert_eq!(by_link, expected.into_iter().collect::<Vec<_>>());
        let expected: Vec<_> = songs().filter(|(_, song)| song.waits_in.is_some()).map(|(key, _)| *key).collect();
        prop_assert_eq!(waiting, expected);
        compare_positions(store, &order, guild)?;
        compare_letters_and_sums(store, model, guild)?;
    }
    Ok(())
}

fn compare_letters_and_sums(store: &Store, model: &Model, guild: GuildId) -> Result<(), TestCaseError> {
    let songs = || model.iter().filter(move |(key, _)| key.0 == guild);
    let (letters, sums, total) = store
        .read_blocking("letters and sums", |read| {
            Ok((
                SONGS_BY_LETTER.page(read, guild, Direction::Forward, EVERYTHING)?,
                SCORES_BY_USER.page(read, guild, Direction::Forward, EVERYTHING)?,
                SCORES_BY_USER.total(read, guild)?,
            ))
        })
        .unwrap();
    let expected: BTreeSet<_> =
        songs().flat_map(|(key, song)| song.link.bytes().map(|letter| (guild, letter, key.1))).collect();
    prop_assert_eq!(letters, expected.into_iter().collect::<Vec<_>>());
    let (mut expected, mut all) = (BTreeMap::<_, Sum>::new(), Sum::default());
    for (_, song) in songs().filter(|(_, song)| song.waits_in.is_some()) {
        for sum in [expected.entry((guild, song.user)).or_default(), &mut all] {
            sum.count += 1;
            sum.sum += i64::from(song.score);
        }
    }
    prop_assert_eq!(sums, expected.into_iter().collect::<Vec<_>>());
    prop_assert_eq!(total, all);
    Ok(())
}

fn expected_order(model: &Model) -> BTreeSet<Place4> {
    let place = |(key, song): (&SongKey, &Song)| Some((key.0, song.waits_in?, Reverse(song.score), key.1));
    model.iter().filter_map(place).collect()
}

fn compare_positions(store: &Store, order: &BTreeSet<Place4>, guild: GuildId) -> Result<(), TestCaseError> {
    let of_guild: Vec<Place4> = order.iter().filter(|place| place.0 == guild).copied().collect();
    store
        .read_blocking("positions", |read| {
            let page = SONGS_IN_ORDER.page(read, guild, Direction::Forward, EVERYTHING)?;
            let ranks =
                of_guild.iter().map(|place| SONGS_IN_ORDER.rank(read, guild, place)).collect::<Result<Vec<_>>>()?;
            Ok((page, ranks, SONGS_IN_ORDER.count(read, guild)?, SONGS_IN_ORDER.count(read, (guild, Line::Free))?))
        })
        .map(|(page, ranks, all, free)| {
            prop_assert_eq!(ranks, (0..of_guild.len() as u64).collect::<Vec<_>>());
            prop_assert_eq!(all, of_guild.len() as u64);
            prop_assert_eq!(free, of_guild.iter().filter(|place| place.1 == Line::Free).count() as u64);
            prop_assert_eq!(page, of_guild);
            Ok(())
        })
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_store_and_the_model_always_agree(actions in proptest::collection::vec(actions(), 1..40)) {
        let folder = TempDir::new().unwrap();
        let place = StoreLocation::File(folder.path().join("greenroom.redb"));
        let open = || Store::open(&place, options(), schema()).unwrap();
        let mut store = open();
        let mut model = Model::new();
        for action in actions {
            match action {
                Action::Write { changes, fails } => write(&store, &mut model, changes, fails)?,
                Action::Reopen => {
                    store.close_blocking();
                    store = open();
                }
            }
        }
        compare(&store, &model)?;
        store.close_blocking();
        compare(&open(), &model)?;
    }
}
