//! Who is erased is in no row any more, and everything else is as it was.

mod dealings;
mod golden;
mod servers;
mod town;

use std::collections::BTreeSet;

use self::town::{ADMIN, HERE, OMAR, Person, THERE, Town, ZARA, handle};
use super::*;
use crate::catalogue::CATALOGUE;
use crate::features::coins::model::Currency;
use crate::features::coins::service::Order;
use crate::features::queue::model::{Line, Song, Source};
use crate::features::queue::service::NewSong;
use crate::flows::{coins_by_hand, economy, own_data};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::time::Timestamp;
use crate::store::{AnyTable, StoreLocation};

/// The tables that have no row of a member, however much somebody did.
const OF_NOBODY: &[&str] = &[
    "coins.earlier_skips",
    "coins.skips_bought",
    "coins.undone",
    "coins.weeks",
    "coins.wishes",
    "debug_channel.deliveries",
    "debug_channel.lines",
    "displays.displays",
    "displays.shown_lines",
    "engagement.coins_by_minute",
    "engagement.credits_used",
    "engagement.interruptions",
    "engagement.messages",
    "engagement.numbers",
    "engagement.paid_once",
    "engagement.sessions",
    "engagement.told_gifts",
    "engagement.viewer_snapshots",
    "handles.unseen",
    "jobs.waits",
    "offers.copies",
    "offers.followed",
    "posts.looks",
    "posts.posts",
    "queue.lost_files",
    "queue.paces",
    "references.told",
    "remembered.keys",
    "remembered.marks",
    "settings.bot_config",
    "setup.greeted",
    "signin.guesses",
    "signin.looked_through",
    "signin.operators",
    "signin.states",
    "store.sequences",
    "submissions.handled",
    "submissions.kept_out",
    "submissions.watched",
    "tasks.categories",
    "tasks.totals",
];

type RawRow = (String, Vec<u8>, Vec<u8>);

/// What tells of somebody, as bytes: their numbers in every form, and the word that is in their names.
fn traces(person: &Person) -> Vec<Vec<u8>> {
    let numbers = [person.user.get(), person.number].into_iter().flat_map(number);
    let words = [person.word.to_owned(), person.name.to_owned()];
    numbers.chain(words.map(String::into_bytes)).collect()
}

/// A number as it may be stored: in a key, in a row and in a text.
fn number(number: u64) -> [Vec<u8>; 3] {
    [number.to_be_bytes().to_vec(), number.to_le_bytes().to_vec(), number.to_string().into_bytes()]
}

fn holds((_, key, value): &RawRow, traces: &[Vec<u8>]) -> bool {
    let is_in = |bytes: &[u8], trace: &[u8]| bytes.windows(trace.len()).any(|part| part == trace);
    traces.iter().any(|trace| is_in(key, trace) || is_in(value, trace))
}

fn rows_with(rows: &[RawRow], traces: &[Vec<u8>]) -> Vec<RawRow> {
    rows.iter().filter(|row| holds(row, traces)).cloned().collect()
}

/// Whether a row belongs to the instance and so to no server: its key begins with the number 0.
fn is_of_instance((_, key, _): &RawRow) -> bool {
    key.starts_with(&GuildId::INSTANCE.get().to_be_bytes())
}

/// The rows of a guild: in each of them its number stands as in a key.
fn of_guild(rows: &[RawRow], guild: GuildId) -> Vec<RawRow> {
    rows_with(rows, &[guild.get().to_be_bytes().to_vec()])
}

/// The rows of the instance, but for the numbers that were given.
fn of_instance(rows: &[RawRow]) -> Vec<RawRow> {
    rows.iter().filter(|row| is_of_instance(row) && row.0 != "store.sequences").cloned().collect()
}

fn tables_of(rows: &[RawRow]) -> BTreeSet<&str> {
    rows.iter().map(|(table, ..)| table.as_str()).collect()
}

/// Others name a handle of Zara's, where only the name tells of whom they speak.
fn others_name_her(town: &Town) {
    town.write(|tx| {
        let reason = format!("the duet with @{}.", ZARA.handle);
        let order = Order { currency: Currency::Luxury, user: OMAR.user, reason, actor: Actor::Member(ADMIN) };
        coins_by_hand::add(tx, HERE, &order, Amount::of(11))?;
        let (url, key) = ("https://y/duet".to_owned(), "duet".to_owned());
        let song = NewSong {
            user: OMAR.user,
            username: OMAR.name.to_owned(),
            artist: "The Owls".to_owned(),
            title: "Duet".to_owned(),
            source: Source::Link { platform: "YouTube".to_owned(), url, key },
            note: None,
            tiktok_username: Some(ZARA.handle.to_owned()),
            line: Line::PendingSkips,
            score: 0,
        };
        queue::service::enqueue(tx, HERE, song)?;
        // He says that her unproven handle is his.
        handles::service::open_code(tx, HERE, OMAR.user, &handle(ZARA.handle)).map(drop)
    });
}

#[test]
fn every_table_says_whose_its_rows_are() {
    let unsaid: Vec<_> =
        (CATALOGUE.schema)().tables_of_guilds().filter(|table| !table.says_whose()).map(AnyTable::name).collect();
    assert!(unsaid.is_empty(), "{unsaid:?} have to say `erasing` or `without_members`");
}

#[test]
fn somebody_who_did_everything_has_a_row_in_every_table_that_tells_of_members() {
    let town = Town::filled(&StoreLocation::Memory);
    let without_row = town.store.read_blocking("test", |read| {
        let accounts = handles::queries::names_of(read, HERE, ZARA.user)?;
        let accounts = accounts.iter().map(|(id, _)| id.get()).collect();
        let erasure = Erasure { guild: HERE, member: ZARA.user, pseudonym: UserId::new(1), accounts };
        let of_instance = Erasure { guild: GuildId::INSTANCE, ..erasure.clone() };
        let mut without_row = Vec::new();
        for table in town.store.schema().tables_of_guilds() {
            if table.find_member(read, &erasure)?.is_empty() && table.find_member(read, &of_instance)?.is_empty() {
                without_row.push(table.name());
            }
        }
        Ok(without_row)
    });
    let mut without_row = without_row.unwrap();
    without_row.sort_unstable();
    assert_eq!(
        without_row, OF_NOBODY,
        "a table that tells of members needs a row of them in `town`, others belong here"
    );
}

#[test]
fn whoever_asks_what_is_stored_of_them_is_told_each_row_that_an_erasure_changes_and_no_other() {
    let town = Town::filled(&StoreLocation::Memory);
    let told = own_data::of(&town.store, HERE, ZARA.user).unwrap();
    let changed = town.store.read_blocking("test", |read| {
        let accounts = handles::queries::names_of(read, HERE, ZARA.user)?;
        let accounts = accounts.iter().map(|(id, _)| id.get()).collect();
        let erasure = Erasure { guild: HERE, member: ZARA.user, pseudonym: UserId::new(1), accounts };
        let mut changed = Vec::new();
        for table in town.store.schema().tables_of_guilds() {
            changed.push((table.name(), table.find_member(read, &erasure)?.len()));
        }
        Ok(changed)
    });
    let mut changed = changed.unwrap();
    changed.retain(|(_, rows)| *rows > 0);
    changed.sort_unstable();
    let rows: Vec<_> = told.iter().map(|(table, rows)| (*table, rows.len())).collect();
    assert_eq!(rows, changed);
    let text = serde_json::to_string(&told).unwrap();
    assert!(text.contains(&format!("\"{}\"", ZARA.user)), "ids are texts: {text}");
    let elsewhere = own_data::of(&town.store, GuildId::new(404), ZARA.user).unwrap();
    assert!(elsewhere.is_empty(), "{elsewhere:?}");
}

#[test]
fn whoever_is_erased_is_in_no_row_and_everything_else_is_as_it_was() {
    let town = Town::filled(&StoreLocation::Memory);
    others_name_her(&town);
    town.check();
    let before = town.store.raw_rows();
    let theirs = traces(&ZARA);
    assert!(!rows_with(&of_guild(&before, HERE), &theirs).is_empty());

    assert!(erase(&town.store, HERE, ZARA.user).unwrap() > 25);
    town.check();
    let after = town.store.raw_rows();
    let left: Vec<_> = rows_with(&after, &theirs)
        .into_iter()
        .filter(|row| of_guild(std::slice::from_ref(row), THERE).is_empty() && !is_of_instance(row))
        .collect();
    assert!(left.is_empty(), "{:?} still tell of her: {left:?}", tables_of(&left));
    assert_eq!(of_guild(&after, THERE), of_guild(&before, THERE), "she is erased in one server");
    assert_eq!(of_instance(&after), of_instance(&before), "and stays signed in for the others");

    // What tells of others and not of her is there, to the byte.
    let of_others = rows_with(&of_guild(&before, HERE), &traces(&OMAR));
    let of_others: Vec<_> = of_others.into_iter().filter(|row| !holds(row, &theirs)).collect();
    assert!(tables_of(&of_others).len() > 15, "{:?}", tables_of(&of_others));
    let kept: BTreeSet<_> = after.iter().collect();
    let lost: Vec<_> = of_others.iter().filter(|row| !kept.contains(row)).collect();
    assert!(lost.is_empty(), "{lost:?}");
    // A job that waits is there, or its wait is not.
    let keys = |table: &str| -> BTreeSet<_> {
        after.iter().filter(|(name, ..)| name == table).map(|(_, key, _)| key.clone()).collect()
    };
    assert!(keys("jobs.waits").is_subset(&keys("jobs.jobs")));

    assert_eq!(erase(&town.store, HERE, ZARA.user).unwrap(), 0, "twice is once");
    let but_sequences =
        |rows: Vec<RawRow>| -> Vec<_> { rows.into_iter().filter(|(table, ..)| table != "store.sequences").collect() };
    assert_eq!(but_sequences(town.store.raw_rows()), but_sequences(after));
}

#[test]
fn whoever_is_erased_from_the_instance_is_signed_out_and_stays_in_the_servers() {
    let town = Town::filled(&StoreLocation::Memory);
    let before = town.store.raw_rows();
    let theirs = traces(&ZARA);
    assert!(!rows_with(&of_instance(&before), &theirs).is_empty());
    assert!(erase(&town.store, GuildId::INSTANCE, ZARA.user).unwrap() > 5);
    town.check();
    let after = town.store.raw_rows();
    let left = rows_with(&of_instance(&after), &theirs);
    assert!(left.is_empty(), "{:?} still tell of her: {left:?}", tables_of(&left));
    // Some indexes know a row by its digest alone.
    let hers = rows_with(&of_instance(&before), &theirs);
    let digests = hers.iter().filter_map(|(_, key, _)| Some(key.get(8..40)?.to_vec()));
    let traces: Vec<_> = theirs.iter().cloned().chain(digests).collect();
    let of_others: Vec<_> = of_instance(&before).into_iter().filter(|row| !holds(row, &traces)).collect();
    let kept: BTreeSet<_> = after.iter().collect();
    let lost: Vec<_> = of_others.iter().filter(|row| !kept.contains(row)).collect();
    assert!(lost.is_empty(), "{lost:?}");
    for guild in [HERE, THERE] {
        assert_eq!(of_guild(&after, guild), of_guild(&before, guild));
    }
}

#[test]
fn the_books_are_what_they_were_and_songs_stay_without_a_name() {
    let town = Town::filled(&StoreLocation::Memory);
    let books = |user: UserId| {
        town.store.read_blocking("test", |read| {
            let economy = economy::report(read, HERE, Timestamp::from_millis(1_763_756_200_000))?;
            let points = coins::queries::points(read, HERE, user)?;
            let entries = coins::queries::history(read, HERE, Currency::Luxury, user, 100)?;
            let changes: Vec<_> = entries.into_iter().map(|(id, entry)| (id, entry.delta, entry.after)).collect();
            let (members, coins) = (economy.circulation.members, economy.circulation.coins);
            Ok((members, coins, economy.weeks.first().map(|week| week.sums), points, changes))
        })
    };
    let mut before = books(ZARA.user).unwrap();
    assert!(before.4.len() > 6 && before.3 > Amount::ZERO);
    // What she had is there, and she is no member any more.
    before.0 -= 1;
    let erasure = town.write(|tx| begin(tx, HERE, ZARA.user));
    town.store.erase_member_blocking(&erasure).unwrap();
    assert_eq!(books(erasure.pseudonym).unwrap(), before);

    let songs = town.store.read_blocking("test", |read| {
        let mut songs = Vec::new();
        queue::tables::for_each(read, HERE, |entry| {
            songs.extend((entry.song.user == erasure.pseudonym).then_some(entry));
            Ok(())
        })?;
        Ok(songs)
    });
    let songs = songs.unwrap();
    let lines: Vec<_> = songs.iter().map(|entry| (entry.place.line, entry.place.user)).collect();
    let line = |line| (line, erasure.pseudonym);
    assert_eq!(lines, [line(Line::SongsPlayed), line(Line::Removed), line(Line::Removed)]);
    for entry in songs {
        let Song { username, artist, title, note, tiktok_username, .. } = entry.song;
        assert_eq!((username.as_str(), artist.as_str(), title.as_str()), (Song::ERASED, Song::ERASED, "Blue"));
        assert_eq!((note, tiktok_username), (None, None));
    }
    let accounts = town.store.read_blocking("test", |read| handles::tables::of_user(read, HERE, erasure.pseudonym));
    for known in accounts.unwrap() {
        assert_eq!(known.account.handle, Handle::of_nobody(known.id.get()));
    }
}

#[test]
fn whose_live_is_followed_is_erased_only_when_that_has_ended() {
    let town = Town::filled(&StoreLocation::Memory);
    town.write(|tx| {
        tiktok::service::unfollow(tx, HERE)?;
        tiktok::service::follow(tx, HERE, ADMIN, &handle(ZARA.handle), true).map(drop)
    });
    let before = town.store.raw_rows();
    let refused = erase(&town.store, HERE, ZARA.user).unwrap_err();
    assert_eq!(refused.code(), "erasure.is_followed");
    assert!(refused.to_string().contains("Use `/tiktok disconnect` first"), "{refused}");
    assert_eq!(town.store.raw_rows(), before);
    town.write(|tx| tiktok::service::unfollow(tx, HERE).map(drop));
    erase(&town.store, HERE, ZARA.user).unwrap();
    assert!(rows_with(&of_guild(&town.store.raw_rows(), HERE), &traces(&ZARA)).is_empty());
    town.check();
}
