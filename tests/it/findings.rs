//! A store whose rows contradict each other: `check` names each contradiction, and whoever looks at such a store or at its
//! backup is told before it is used. Nothing in Greenroom writes such rows; a failing memory or a mistake to come may.

use std::fs;
use std::path::Path;

use greenroom::app::operation::{CheckStore, Checked, Operation as _};
use greenroom::catalogue::CATALOGUE;
use greenroom::features::coins::model::{Currency, EntryId, EntryKind, LedgerEntry, SkipBought};
use greenroom::features::engagement::model::{AccountRef, Participant, Session};
use greenroom::features::queue::model::{Line, Place, PublicId, Song, SongId, Source};
use greenroom::features::queue::settings::NOW_PLAYING;
use greenroom::features::{coins, displays, engagement, handles, queue};
use greenroom::kernel::actor::Actor;
use greenroom::kernel::amount::Amount;
use greenroom::kernel::dice::Seed;
use greenroom::kernel::error::Result;
use greenroom::kernel::ids::{ChannelId, GuildId, MessageId, UserId};
use greenroom::kernel::time::{Clock, Timestamp};
use greenroom::live::Handle;
use greenroom::store::{Options, Store, StoreLocation, Tx};
use serde_json::{Value, json};

use crate::process::{Finished, output};
use crate::world::START;

const ANN: UserId = UserId::new(7);
const ONE: SongId = SongId::new(1);
const BEFORE: Timestamp = Timestamp::from_millis(1_795_291_100_000);

fn song() -> Song {
    Song {
        public_id: PublicId::new(1),
        user: ANN,
        username: "ann".into(),
        artist: "Ann".into(),
        title: "First".into(),
        source: Source::Link { platform: "YouTube".into(), url: "https://youtu.be/1".into(), key: "1".into() },
        note: None,
        tiktok_username: None,
    }
}

fn place(line: Line, played_at: Option<Timestamp>) -> Place {
    Place { user: ANN, line, score: 0, submitted_at: BEFORE, played_at }
}

fn session(ended_at: Option<Timestamp>, is_connected: bool) -> Session {
    Session {
        streamer: Handle::parse("nightowl").unwrap(),
        started_at: START,
        ended_at,
        last_event_at: START,
        is_connected,
        last_snapshot_at: None,
        viewers: None,
        connections: Vec::new(),
        counted_at: START,
    }
}

type Break = fn(&Tx<'_>, GuildId) -> Result<()>;

/// What is broken, each in a guild of its own, and what is said of it.
const BROKEN: &[(Break, &[&str])] = &[
    (|tx, guild| queue::tables::SONGS.insert(tx, &(guild, ONE), &song()), &["queue: song #000001 is in no line"]),
    (
        |tx, guild| {
            let place = Place { user: UserId::new(8), ..place(Line::Free, None) };
            queue::tables::add(tx, guild, &song(), &place).map(drop)
        },
        &["queue: song #000001 and its place name different submitters"],
    ),
    (
        |tx, guild| queue::tables::PLACES.insert(tx, &(guild, ONE), &place(Line::Free, None)),
        &["queue: a place in Free has no song 1"],
    ),
    (
        |tx, guild| queue::tables::add(tx, guild, &song(), &place(Line::Skip5, Some(START))).map(drop),
        &["queue: song 1 waits in 5 Skip and was played"],
    ),
    (
        |tx, guild| queue::tables::add(tx, guild, &song(), &place(Line::SongsPlayed, None)).map(drop),
        &["queue: song 1 is in Songs Played and was never played"],
    ),
    (
        |tx, guild| {
            queue::tables::add(tx, guild, &song(), &place(Line::Free, None))?;
            NOW_PLAYING.set(tx, guild, &Some(PublicId::new(1)))
        },
        &["queue: #000001 is playing and in Free"],
    ),
    (
        |tx, guild| NOW_PLAYING.set(tx, guild, &Some(PublicId::new(9))),
        &["queue: song number 9 is playing and does not exist"],
    ),
    (
        |tx, guild| {
            let handle = Handle::parse("ann").unwrap();
            let mut known = handles::service::seen(tx, guild, &handle, START)?;
            known.account.last_seen = BEFORE;
            handles::tables::set(tx, guild, &known)
        },
        &["handles: @ann was last seen before it became known"],
    ),
    (
        |tx, guild| engagement::tables::add_session(tx, guild, &session(Some(BEFORE), true)).map(drop),
        &["engagement: session 1 ended before it began", "engagement: session 1 ended and is still connected"],
    ),
    (
        |tx, guild| {
            let id = engagement::tables::add_session(tx, guild, &session(None, true))?;
            let mut kept = Participant::default();
            kept.watch.counted_until = START;
            engagement::tables::PARTICIPANTS.put(tx, &(guild, id, AccountRef::new(4)), &kept)
        },
        &["engagement: the watch time of account 4 in session 1 cannot be right"],
    ),
    (
        |tx, guild| {
            let entry = LedgerEntry {
                currency: Currency::Points,
                user: ANN,
                delta: 1,
                before: Amount::of(5),
                after: Amount::of(6),
                kind: EntryKind::AdminAdd,
                reason: "a test".into(),
                actor: Actor::System,
                at: START,
            };
            coins::tables::add_entry(tx, guild, &entry).map(drop)
        },
        &[
            "coins: ledger entry 1 does not continue the balance of user 7",
            "coins: user 7 has no balance of engagement points, the ledger says 6",
        ],
    ),
    (
        |tx, guild| coins::tables::add_skip_bought(tx, guild, 3, &SkipBought { entry: EntryId::new(9) }),
        &["coins: the place of song 3 is paid for by entry 9, which buys none"],
    ),
    (
        |tx, guild| {
            let earlier = SkipBought { entry: EntryId::new(5) };
            coins::tables::EARLIER_SKIPS.insert(tx, &(guild, EntryId::new(4)), &earlier)
        },
        &["coins: entry 5 is no purchase before entry 4 for the same song"],
    ),
    (
        |tx, guild| {
            let place = Place { score: 1_800, ..place(Line::Free, None) };
            queue::tables::add(tx, guild, &song(), &place).map(drop)
        },
        &["song 1 in Free is ordered by 1800 points, user 7 has 0; the next start of the bot mends it"],
    ),
    (
        |tx, guild| {
            let at = Some((ChannelId::new(4), MessageId::new(5)));
            displays::tables::set_shown(tx, guild, Line::Skip5.name(), at)
        },
        &["where 5 Skip is shown is not where it is noted to be"],
    ),
];

fn open(place: &StoreLocation) -> Store {
    Store::open(place, Options::new(Clock::system(), Seed::fixed(1)), (CATALOGUE.schema)()).unwrap()
}

fn findings(store: &Store) -> Vec<String> {
    let Checked { findings } = CheckStore {}.run(store, CATALOGUE, &mut |_| {}).unwrap();
    for finding in &findings {
        for of_the_code in ["Id(", "Some(", "::", "Handle(", "PublicId"] {
            assert!(!finding.contains(of_the_code), "people read this: {finding}");
        }
    }
    findings
}

#[test]
fn each_contradiction_is_named_with_its_guild() {
    let store = open(&StoreLocation::Memory);
    assert_eq!(findings(&store), Vec::<String>::new());
    let mut expected = Vec::new();
    for (number, (break_it, said)) in (1..).zip(BROKEN) {
        let guild = GuildId::new(number);
        store.write_blocking("broken", move |tx| break_it(tx, guild)).unwrap();
        // What is wrong between features names none of them.
        let is_of_feature = |said: &str| said.split(' ').next().is_some_and(|word| word.ends_with(':'));
        let separator = |said: &str| if is_of_feature(said) { ", " } else { ": " };
        expected.extend(said.iter().map(|said| format!("guild {number}{}{said}", separator(said))));
    }
    assert_eq!(findings(&store), expected);
    store.close_blocking();
}

/// A folder with a store in which the first `broken` things are wrong.
fn folder(broken: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    let store = open(&StoreLocation::File(folder.path().join("data/greenroom.redb")));
    for (break_it, _) in &BROKEN[..broken] {
        store.write_blocking("broken", move |tx| break_it(tx, GuildId::new(81))).unwrap();
    }
    store.close_blocking();
    folder
}

const FIRST: &str = "guild 81, queue: song #000001 is in no line";

#[test]
fn check_and_the_doctor_end_with_an_error_and_say_what_is_wrong() {
    let folder = folder(1);
    let check = output(folder.path(), &["check"], &[]);
    assert_eq!((check.code, check.out.trim_end()), (Some(4), FIRST), "{}", check.err);
    assert!(check.err.contains("1 problem found."), "{}", check.err);
    let check = output(folder.path(), &["check", "--json"], &[]);
    assert_eq!(check.code, Some(4));
    assert_eq!(serde_json::from_str::<Value>(&check.out).unwrap(), json!({ "findings": [FIRST] }));
    // Without a Discord to reach there is more to tell; what is wrong in the store is among it.
    let doctor = output(folder.path(), &["doctor", "--json"], &[("DISCORD_API_URL", "http://127.0.0.1:9")]);
    let report: Value = serde_json::from_str(&doctor.out).unwrap_or_else(|_| panic!("{doctor:?}"));
    assert!(report.to_string().contains(&format!("The store has a problem: {FIRST}.")), "{report:#}");
}

#[test]
fn a_backup_with_contradictions_is_restored_only_by_whoever_says_anyway() {
    let (bad, folder) = (folder(1), folder(0));
    let backup = bad.path().join("data/greenroom.redb");
    let backup = backup.to_str().unwrap();
    let store = folder.path().join("data/greenroom.redb");
    let before = fs::read(&store).unwrap();
    let run = |more: &[&str]| -> Finished {
        let arguments: Vec<&str> = ["restore", backup].into_iter().chain(more.iter().copied()).collect();
        output(folder.path(), &arguments, &[])
    };
    let left = |folder: &Path| fs::read_dir(folder.join("data")).unwrap().count();
    let rehearsed = run(&["--rehearse"]);
    assert_eq!((rehearsed.code, rehearsed.out.trim_end()), (Some(4), FIRST), "{}", rehearsed.err);
    let rehearsed = run(&["--rehearse", "--json"]);
    let report: Value = serde_json::from_str(&rehearsed.out).unwrap();
    assert_eq!((rehearsed.code, &report["findings"]), (Some(4), &json!([FIRST])), "{}", rehearsed.err);
    let refused = run(&[]);
    assert_eq!((refused.code, refused.out.as_str()), (Some(4), ""), "{}", refused.err);
    assert!(refused.err.contains(FIRST) && refused.err.contains("Nothing was changed."), "{}", refused.err);
    assert!(refused.err.contains("--anyway"), "{}", refused.err);
    assert!(fs::read(&store).unwrap() == before, "byte for byte");
    assert_eq!(left(folder.path()), 2, "the store and the folder of the backups");
    let restored = run(&["--anyway"]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
    assert_eq!(output(folder.path(), &["check"], &[]).out.trim_end(), FIRST);
}
