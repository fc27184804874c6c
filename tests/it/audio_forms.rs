//! Files as people really send them: `tests/audio/forms.tsv` names each with its verdict, `tests/audio/make` made them with
//! several encoders and taggers, and `tests/audio/forms.gz` holds them.

use std::collections::BTreeMap;
use std::io::Read;
use std::time::Duration;

use flate2::read::GzDecoder;
use greenroom::features::submissions::audio::{AudioKind, AudioRefusal, check_bytes, check_declared};
use greenroom::kernel::dice::Seed;
use greenroom::kernel::time::Stopwatch;
use greenroom::sim::FileSpec;
use rand::Rng;
use strum::VariantArray;

use crate::world::{World, number_in};

/// How long one look at a file of 25 MB may take on a busy machine, in a build without optimisation.
const AT_MOST: Duration = Duration::from_secs(10);

/// The files, by name.
pub fn files() -> BTreeMap<String, Vec<u8>> {
    let mut packed = Vec::new();
    GzDecoder::new(&include_bytes!("../audio/forms.gz")[..]).read_to_end(&mut packed).unwrap();
    let (mut rest, mut files) = (packed.as_slice(), BTreeMap::new());
    while !rest.is_empty() {
        let line = rest.iter().position(|byte| *byte == b'\n').unwrap();
        let (size, name) = std::str::from_utf8(&rest[..line]).unwrap().split_once(' ').unwrap();
        let (bytes, behind) = rest[line + 1..].split_at(size.parse().unwrap());
        files.insert(name.to_owned(), bytes.to_vec());
        rest = behind;
    }
    files
}

/// The table: names and verdicts.
fn table() -> impl Iterator<Item = (&'static str, &'static str)> {
    let rows = include_str!("../audio/forms.tsv").lines().filter(|line| !line.starts_with('#'));
    rows.map(|row| {
        let mut cells = row.split('\t');
        (cells.next().unwrap(), cells.next().unwrap())
    })
}

fn judge(name: &str, content_type: Option<&str>, bytes: &[u8]) -> Result<AudioKind, AudioRefusal> {
    check_bytes(check_declared(name, content_type, bytes.len() as u64)?, bytes)
}

fn shown(verdict: Result<AudioKind, AudioRefusal>) -> &'static str {
    match verdict {
        Ok(kind) => kind.extension(),
        Err(AudioRefusal::Type) => "type",
        Err(AudioRefusal::Video) => "video",
        Err(AudioRefusal::Content { .. }) => "content",
        Err(AudioRefusal::Empty) => "empty",
        Err(AudioRefusal::TooLarge { .. }) => "too large",
    }
}

#[test]
fn every_form_of_a_file_gets_its_verdict() {
    let files = files();
    let (mut taken, mut wrong) = (0, Vec::new());
    for (name, verdict) in table() {
        let bytes = files.get(name).unwrap_or_else(|| panic!("{name} is not packed: run tests/audio/make"));
        for content_type in [None, Some("application/octet-stream"), Some("audio/mpeg")] {
            let said = shown(judge(name, content_type, bytes));
            if said != verdict {
                wrong.push(format!("{name} ({content_type:?}): expected {verdict}, got {said}"));
            }
        }
        taken += usize::from(AudioKind::VARIANTS.iter().any(|kind| kind.extension() == verdict));
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    assert!(taken >= 130, "{taken} of the forms are songs");
    assert_eq!(files.len(), table().count(), "what is packed and what is listed differ: run tests/audio/make");
}

#[test]
fn no_mutation_of_a_file_is_taken_for_another_kind_or_looked_at_for_long() {
    let files: Vec<(String, Vec<u8>)> = files().into_iter().filter(|(_, bytes)| !bytes.is_empty()).collect();
    let mut dice = Seed::fixed(11).dice("audio", "mutations");
    for _ in 0..2_000 {
        let mut bytes = files[dice.random_range(0..files.len())].1.clone();
        for _ in 0..dice.random_range(1..8) {
            let at = dice.random_range(0..bytes.len().min(400));
            match dice.random_range(0..4) {
                0 => bytes[at] = dice.random(),
                1 => bytes[at] = 0xFF,
                2 => bytes.truncate(at.max(1)),
                _ => drop(bytes.splice(at..at, [0, 0, 0, dice.random_range(0..12)])),
            }
        }
        for &claimed in AudioKind::VARIANTS {
            let verdict = check_bytes(Some(claimed), &bytes);
            assert!(verdict.is_err() || verdict == Ok(claimed));
        }
    }
}

#[test]
fn a_hostile_file_of_25_megabytes_is_looked_at_in_bounded_time() {
    const SIZE: usize = 25 << 20;
    let filled = |head: &[u8], with: &[u8]| [head, &with.repeat((SIZE - head.len()) / with.len())].concat();
    let hostile = [
        ("beginnings of frames", filled(b"", b"\xff\xfb\x90")),
        ("beginnings of frames behind a tag", filled(b"ID3\x03\0\0\x80\0\0\0", b"\xff\xfb\x90")),
        ("tags in a row", filled(b"", b"ID3\x04\0\0\0\0\0\0")),
        ("empty boxes", filled(b"\0\0\0\x08ftyp", b"\0\0\0\x08free")),
        ("empty tracks", filled(b"\0\0\0\x08ftyp\0\0\0\0moov", b"\0\0\0\x08trak")),
        ("zeros", filled(b"", b"\0")),
    ];
    for (what, bytes) in hostile {
        let watch = Stopwatch::start();
        let _ = check_bytes(None, &bytes);
        assert!(watch.elapsed() < AT_MOST, "{what}: {:?}", watch.elapsed());
    }
}

#[tokio::test]
async fn a_song_is_taken_by_name_and_content_whatever_the_uploader_called_it() {
    let world = World::new().await;
    let files = files();
    let ways = [
        ("spaces-behind-tag.mp3", Some("application/octet-stream")),
        ("tag-says-too-little.mp3", Some("audio/mpeg")),
        ("tag-in-plain-form.mp3", None),
        ("brand-zero-byte.m4a", Some("audio/x-m4a")),
        ("ffmpeg-quicktime.m4a", Some("video/mp4")),
    ];
    for (count, (name, content_type)) in ways.into_iter().enumerate() {
        let sent = |padding: &[u8]| {
            let mut file = FileSpec::bytes(name, "", &[&files[name], padding].concat());
            file.content_type = content_type.map(str::to_owned);
            file
        };
        number_in(&world.member("ann").submit_file(sent(b"")).await.text());
        world.member("ann").post_with("", vec![sent(b"TAG")]).await;
        assert_eq!(world.songs().len(), 2 * (count + 1), "{name}");
    }
    world.end().await;
}

#[tokio::test]
async fn a_file_without_an_extension_is_kept_under_a_name_that_plays() {
    let world = World::new().await;
    let file = FileSpec::bytes("recording", "application/octet-stream", &files()["recording"]);
    number_in(&world.member("ann").submit_file(file).await.text());
    let kept = world.said_in("submissions").await;
    assert_eq!(kept[0].attachments()[0]["filename"], "recording.mp3");
    world.end().await;
}

#[tokio::test]
async fn a_film_hears_what_to_send_instead() {
    let world = World::new().await;
    let files = files();
    for name in ["film.mp4", "film.m4a"] {
        let answer = world.member("ann").submit_file(FileSpec::bytes(name, "video/mp4", &files[name])).await;
        assert!(answer.text().contains("A video can't be reviewed"), "{name}: {}", answer.text());
    }
    assert!(world.songs().is_empty());
    world.end().await;
}
