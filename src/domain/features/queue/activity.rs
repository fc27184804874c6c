//! What is noted of what reviewers do with songs. No team is told of it; it is the story of a song, and what an undo needs.

use serde::{Deserialize, Serialize};

use crate::activity::{ActivityKind, Noted, Readable};
use crate::kernel::amount::Amount;
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::sentence;

/// A reviewer played a song. About the song; before is the line that it came from, after is Songs Played.
pub static PLAYED: ActivityKind<Taken> =
    ActivityKind::new("queue.song_played", played).called("A song was played").on_pages();
/// A reviewer put a song elsewhere, or took it out. About the song; before and after are the lines.
pub static MOVED: ActivityKind<Reason> =
    ActivityKind::new("queue.song_moved", moved).called("A song was moved").on_pages();
/// A reviewer took a play back. About the song; before is Songs Played, after is the line that it came from.
pub static PUT_BACK: ActivityKind<()> =
    ActivityKind::new("queue.song_put_back", put_back).called("A play was taken back").on_pages();

/// All of them.
pub const KINDS: &[&dyn Readable] = &[&PLAYED, &MOVED, &PUT_BACK];

/// What a play used up, so that it can be given back where the play is taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// The number of the song that played before, in six digits.
    pub playing: Option<String>,
    /// When the song before it was played, as the measure of reviews knew it.
    pub last_played: Option<Timestamp>,
    /// The points of the submitter's linked handles that were used up, by the numbers of the accounts.
    pub points: Vec<(u64, Amount)>,
    /// The gifted coins that were used up.
    pub gifted: Option<Amount>,
}

/// Why a song was put elsewhere, where somebody said so, and how it was before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// In their words, one line.
    pub reason: Option<String>,
    /// How it was before. What takes something back has none: it is done again and not undone.
    #[serde(default)]
    pub before: Option<Before>,
}

/// How a song was before it was put elsewhere, so that it can be put back as it was. Its line is noted beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// The points that ordered it.
    pub score: i64,
    /// When it was played, where it was.
    pub played_at: Option<Timestamp>,
    /// Whether it was what plays.
    pub is_playing: bool,
    /// The gifted coins that counted for it.
    pub gifted: Option<Amount>,
    /// What these had been when a reviewer put it down last (`C-29`).
    pub held: Option<Amount>,
}

fn played(told: &Noted<'_, Taken>) -> Option<Sentence> {
    let (from, _) = told.change()?;
    Some(sentence!("{by} played {song} from {from}.", by = told.by(), song = told.song(), from))
}

fn moved(told: &Noted<'_, Reason>) -> Option<Sentence> {
    let (by, song, (from, to)) = (told.by(), told.song(), told.change()?);
    let why = match &told.details.reason {
        None => Sentence::words("."),
        Some(reason) => sentence!(": {reason}", reason),
    };
    Some(sentence!("{by} moved {song} from {from} to {to}{why}", by, song, from, to, why))
}

fn put_back(told: &Noted<'_, ()>) -> Option<Sentence> {
    let (_, to) = told.change()?;
    Some(sentence!("{by} took the play of {song} back, to {to}.", by = told.by(), song = told.song(), to))
}
