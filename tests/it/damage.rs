//! A store whose file is damaged: the real program says what is wrong and what can be done, whatever it trips over.

use std::fs;
use std::path::{Path, PathBuf};

use greenroom::catalogue::CATALOGUE;
use greenroom::features::queue;
use greenroom::features::queue::model::{Line, Place, PublicId, Song, SongId, Source};
use greenroom::kernel::dice::Seed;
use greenroom::kernel::error::Result;
use greenroom::kernel::ids::{GuildId, UserId};
use greenroom::kernel::time::Clock;
use greenroom::store::{Options, Store, StoreLocation, Tx};
use serde_json::Value;

use crate::process::{Finished, output};
use crate::world::START;

const GUILD: GuildId = GuildId::new(81);
const PAGE: usize = 4096;
/// What the first song is called; its page is a leaf of the table of songs.
const TITLE: &[u8] = b"The song of the damaged page";

/// What becomes of a sound file.
type Damage = fn(&mut Vec<u8>, usize);

/// Kinds of damage to the page that begins at this place.
const KINDS: &[(&str, Damage)] = &[
    ("zeroed", |bytes, page| bytes[page..page + PAGE].fill(0)),
    ("ones", |bytes, page| bytes[page..page + PAGE].fill(0xFF)),
    ("the kind of the page", |bytes, page| bytes[page] ^= 0x40),
    ("the number of rows", |bytes, page| bytes[page + 2] ^= 0xFF),
    ("the ends of the first keys", |bytes, page| bytes[page + 4..page + 12].iter_mut().for_each(|byte| *byte ^= 0xFF)),
    ("the ends of all keys", |bytes, page| bytes[page + 4..page + 64].iter_mut().for_each(|byte| *byte ^= 0x20)),
    ("another page", |bytes, page| bytes.copy_within(0..PAGE, page)),
    ("half of it", |bytes, page| bytes[page..page + PAGE / 2].fill(0)),
];

fn song(title: &str) -> Song {
    Song {
        public_id: PublicId::new(1),
        user: UserId::new(7),
        username: "ann".into(),
        artist: "Ann".into(),
        title: title.into(),
        source: Source::Link {
            platform: "YouTube".into(),
            url: format!("https://youtu.be/{title}"),
            key: title.into(),
        },
        note: Some("n".repeat(200)),
        tiktok_username: None,
    }
}

/// A folder with a store of many songs that was closed in order, and a snapshot of it.
fn folder() -> tempfile::TempDir {
    folder_with(|_| Ok(()))
}

/// The same, in which something more was written.
fn folder_with(more: fn(&Tx<'_>) -> Result<()>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    let place = StoreLocation::File(store(folder.path()));
    let open = Store::open(&place, Options::new(Clock::system(), Seed::fixed(1)), (CATALOGUE.schema)()).unwrap();
    open.write_blocking("songs", move |tx| {
        more(tx)?;
        let place = |line| Place { user: UserId::new(7), line, score: 0, submitted_at: START, played_at: None };
        queue::tables::add(tx, GUILD, &song(std::str::from_utf8(TITLE).unwrap()), &place(Line::Free))?;
        for number in 0..300 {
            let song = Song { public_id: PublicId::new(number + 2), ..song(&format!("Song {number}")) };
            queue::tables::add(tx, GUILD, &song, &place(Line::Skip5))?;
        }
        Ok(())
    })
    .unwrap();
    open.close_blocking();
    assert_eq!(output(folder.path(), &["backup"], &[]).code, Some(0));
    folder
}

fn store(folder: &Path) -> PathBuf {
    folder.join("data/greenroom.redb")
}

/// Pages of the file: first the one with the title, then some from the front to the end.
fn pages(bytes: &[u8]) -> Vec<usize> {
    let title = bytes.windows(TITLE.len()).rposition(|window| window == TITLE).unwrap();
    let step = bytes.len() / PAGE / 40 + 1;
    std::iter::once(title / PAGE).chain((1..bytes.len() / PAGE).step_by(step)).map(|page| page * PAGE).collect()
}

/// Nobody reads of a panic but in the log.
fn is_told_in_words(done: &Finished) -> bool {
    let words = done.err.lines().filter(|line| !line.contains("ERROR"));
    done.out.lines().chain(words).all(|line| !line.to_lowercase().contains("panic"))
}

/// The message ends with the snapshot that can take the store's place.
fn names_the_way_back(done: &Finished) -> bool {
    done.err.contains("damaged")
        && done.err.contains("The newest snapshot that is whole is of")
        && done.err.contains("greenroom restore")
}

#[test]
fn damage_of_every_kind_is_told_with_the_next_step_and_never_as_a_panic() {
    let folder = folder();
    let folder = folder.path();
    let sound = fs::read(store(folder)).unwrap();
    let pages = pages(&sound);
    let of_every_kind = KINDS.iter().map(|kind| (kind, pages[0]));
    let of_many_pages = pages[1..].iter().map(|page| (&KINDS[page / PAGE % 2], *page));
    let mut codes = Vec::new();
    for ((kind, damage), page) in of_every_kind.chain(of_many_pages) {
        let mut bytes = sound.clone();
        damage(&mut bytes, page);
        fs::write(store(folder), &bytes).unwrap();
        let check = output(folder, &["check", "--json"], &[]);
        assert!(is_told_in_words(&check), "{kind} at {page}: {check:?}");
        let report: Option<Value> = serde_json::from_str(&check.out).ok();
        let findings = report.map_or(0, |report| report["findings"].as_array().unwrap().len());
        match check.code {
            Some(0) => assert_eq!((findings, page == pages[0]), (0, false), "{kind} at {page}: {check:?}"),
            Some(4) => {
                assert!(findings > 0, "{kind} at {page}: {check:?}");
                let names_its_place = check.out.contains("queue.songs") && !check.out.contains("the log says where");
                assert!(names_its_place || page != pages[0], "{kind}: {check:?}");
            }
            Some(5) => assert!(names_the_way_back(&check), "{kind} at {page}: {check:?}"),
            _ => panic!("{kind} at {page}: {check:?}"),
        }
        codes.push(check.code);
        fs::write(store(folder), &bytes).unwrap();
        let backup = output(folder, &["backup", "copy.redb"], &[]);
        assert!(is_told_in_words(&backup), "{kind} at {page}: {backup:?}");
        match backup.code {
            Some(0) => fs::remove_file(folder.join("copy.redb")).unwrap(),
            Some(5) => assert!(names_the_way_back(&backup), "{kind} at {page}: {backup:?}"),
            _ => panic!("{kind} at {page}: {backup:?}"),
        }
        assert!(!folder.join("copy.redb.unfinished").exists(), "{kind} at {page}");
    }
    assert!(codes.contains(&Some(4)), "some damage is met by the check alone: {codes:?}");
}

#[test]
fn a_damaged_backup_of_every_kind_is_refused_in_one_sentence_without_a_panic() {
    let folder = folder();
    let folder = folder.path();
    assert_eq!(output(folder, &["backup", "sound.redb"], &[]).code, Some(0));
    let store_before = fs::read(store(folder)).unwrap();
    let sound = fs::read(folder.join("sound.redb")).unwrap();
    let page = pages(&sound)[0];
    for (kind, damage) in KINDS {
        let mut bytes = sound.clone();
        damage(&mut bytes, page);
        fs::write(folder.join("damaged.redb"), &bytes).unwrap();
        let refused = output(folder, &["restore", "damaged.redb"], &[]);
        assert_eq!(refused.code, Some(5), "{kind}: {refused:?}");
        assert!(refused.err.contains("damaged.redb") && !refused.err.contains("panic"), "{kind}: {refused:?}");
    }
    assert!(fs::read(store(folder)).unwrap() == store_before, "byte for byte");
}

#[test]
fn an_unreadable_row_is_a_finding_of_both_halves_of_the_check_and_hides_no_other() {
    let folder = folder_with(|tx| queue::tables::SONGS.insert(tx, &(GuildId::new(82), SongId::new(1)), &song("Alone")));
    let folder = folder.path();
    let mut bytes = fs::read(store(folder)).unwrap();
    // The title is written behind its length. With a length that is none, the row cannot be read.
    let length = u8::try_from(TITLE.len()).unwrap();
    let places: Vec<usize> = (1..bytes.len() - TITLE.len())
        .filter(|at| bytes[at - 1] == length && bytes[*at..].starts_with(TITLE))
        .collect();
    for at in places {
        bytes[at - 1] = 0xFF;
    }
    fs::write(store(folder), &bytes).unwrap();
    let check = output(folder, &["check"], &[]);
    assert_eq!(check.code, Some(4), "{check:?}");
    let line = |words: &[&str]| check.out.lines().any(|line| words.iter().all(|word| line.contains(word)));
    assert!(line(&["queue.songs guild 81,", "cannot be read"]), "{check:?}");
    assert!(line(&["guild 81, queue: cannot be verified further", "queue.songs"]), "{check:?}");
    assert!(line(&["guild 82, queue: song #000001 is in no line"]), "{check:?}");
    assert!(check.err.contains("The newest snapshot that is whole is of"), "{check:?}");
}

#[test]
fn the_doctor_names_the_snapshot_for_a_damaged_store_and_in_the_fix_alone() {
    let folder = folder();
    let folder = folder.path();
    let bytes = fs::read(store(folder)).unwrap();
    fs::write(store(folder), &bytes[..bytes.len() / 2]).unwrap();
    let nowhere = ["DISCORD_API_URL", "TIKTOK_WEB_URL", "TIKTOK_SIGN_URL"].map(|name| (name, "http://127.0.0.1:9"));
    let doctor = output(folder, &["doctor", "--json"], &nowhere);
    let report: Value = serde_json::from_str(&doctor.out).unwrap_or_else(|error| panic!("{error}: {doctor:?}"));
    let found = report["findings"].as_array().unwrap().iter().find(|found| found["id"] == "store").unwrap();
    let (sentence, fix) = (found["sentence"].as_str().unwrap(), found["fix"].as_str().unwrap());
    assert!(sentence.contains("is damaged") && !sentence.contains("restore") && !sentence.contains('\n'), "{found}");
    assert!(fix.contains("The newest snapshot that is whole is of") && fix.contains("greenroom restore"), "{found}");
}
