//! The fuzz targets on stable Rust: every seed of the corpus, and mutations of it from a fixed seed. libFuzzer goes further
//! with the same targets (`tests/fuzz`).

use std::path::PathBuf;

use greenroom::bot::{desk, submissions};
use greenroom::features::queue::model::{Line, PublicId, Seen};
use greenroom::kernel::dice::Seed;
use greenroom::kernel::ids::GuildId;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use serenity::all::Interaction;

#[path = "../../fuzz/targets.rs"]
mod targets;

/// What texts and numbers from outside tend to be broken with.
const ODD: &[&[u8]] = &[
    b"\0",
    b"\xff",
    b"\xff\xff\xff\xff\x0f",
    b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01",
    b"https://",
    b"://",
    b"@",
    b"#",
    b":",
    b"\"",
    b"\\u0000",
    b"{",
    b"}",
    b"[[[[[[[[",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"\xe2\x80\xae",
    b"\xf0\x9f\x91\xa8\xe2\x80\x8d",
    b"\xcc\x81\xcc\x81\xcc\x81",
    b"\x1f\x8b\x08",
    b"null",
    b"\r\n",
];

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.into_iter().map(|file| std::fs::read(file).unwrap()).collect()
}

/// Changes something, a few times over.
fn mutate(dice: &mut StdRng, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = seeds.choose(dice).unwrap().clone();
    for _ in 0..dice.random_range(1..6) {
        let at = dice.random_range(0..=bytes.len());
        let until = (at + dice.random_range(0..20)).min(bytes.len());
        match dice.random_range(0..7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.random_range(0..8),
            1 if at < bytes.len() => bytes[at] = dice.random(),
            2 => drop(bytes.drain(at..until)),
            3 => drop(bytes.splice(at..until, ODD.choose(dice).unwrap().iter().copied())),
            4 => {
                let part: Vec<u8> = bytes[at..until].repeat(dice.random_range(1..30));
                drop(bytes.splice(at..at, part));
            }
            5 => {
                let other = seeds.choose(dice).unwrap();
                let from = dice.random_range(0..=other.len());
                drop(bytes.splice(at..until, other[from..].iter().take(40).copied()));
            }
            _ => bytes.truncate(at.max(bytes.len() / 2)),
        }
    }
    bytes
}

fn run(seed: u64, rounds: usize) {
    for (name, target) in targets::TARGETS {
        let seeds = corpus(name);
        for seed in &seeds {
            target(seed);
        }
        let mut dice = Seed::fixed(seed).dice("fuzzing", *name);
        for _ in 0..rounds {
            let bytes = mutate(&mut dice, &seeds);
            let tried = std::panic::catch_unwind(|| target(&bytes));
            assert!(tried.is_ok(), "{name} does not survive {:?}", String::from_utf8_lossy(&bytes));
        }
    }
}

#[test]
fn every_target_survives_its_corpus_and_mutations_of_it() {
    run(1, 1_500);
}

#[test]
fn the_corpus_of_interactions_is_read_as_a_command_a_click_and_a_form() {
    let (mut commands, mut clicks, mut forms) = (0, 0, 0);
    for bytes in corpus("interaction") {
        match serde_json::from_slice(&bytes) {
            Ok(Interaction::Command(_)) => commands += 1,
            Ok(Interaction::Component(event)) => {
                let click = desk::components::TIER.click(&event).unwrap();
                let seen = Seen { song: PublicId::new(12_345), line: Line::PendingSkips };
                assert_eq!((click.arguments, click.picked), ((GuildId::new(5), seen), Line::Skip5));
                clicks += 1;
            }
            Ok(Interaction::Modal(event)) => {
                let form = submissions::modal::SUBMIT.filled(&event).unwrap();
                assert!(form.arguments.0);
                assert!(form.field("link").is_some() && form.field("nothing").is_none());
                forms += 1;
            }
            _ => {}
        }
    }
    assert_eq!((commands, clicks, forms), (1, 1, 1));
}

#[test]
#[ignore = "heavy: 200,000 mutations of each corpus, some minutes"]
fn every_target_survives_very_many_mutations_of_its_corpus() {
    run(2, 200_000);
}
