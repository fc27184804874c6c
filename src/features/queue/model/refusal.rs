//! What the queue refuses, and the sentences for it.

use super::{Line, PublicId, PutBy};
use crate::kernel::error::Refuse;

/// What the queue refuses.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueueRefusal {
    /// Nothing to play (`D-24`).
    #[error("The queue is empty.{}", pending_hint(*pending))]
    Empty {
        /// How many songs wait for a reviewer.
        pending: u64,
    },
    /// No song has this number.
    #[error("There is no song {public_id} in this server. Pick one from the list that appears while you type.")]
    NoSuchSong {
        /// The number.
        public_id: PublicId,
    },
    /// What was typed is no song number.
    #[error("That is no song number. Song numbers look like `#012345`.")]
    NotANumber,
    /// The same link or file waits already.
    #[error("This song is in the queue already: **{public_id}** in **{line}**.")]
    AlreadyWaiting {
        /// The song that waits.
        public_id: PublicId,
        /// Where.
        line: Line,
    },
    /// The song is where it is to go.
    #[error("Song **{public_id}** is in **{line}** already.")]
    AlreadyThere {
        /// The song.
        public_id: PublicId,
        /// The line.
        line: Line,
    },
    /// Played and removed songs have commands of their own (`D-25`).
    #[error("A song cannot be moved to **{line}**. Use `/next` to play a song and `/remove` to take one out.")]
    NotAWaitingLine {
        /// The line.
        line: Line,
    },
    /// The song does not wait, so it cannot be played.
    #[error("Song **{public_id}** is in **{line}**. Move it into a line first.")]
    NotWaiting {
        /// The song.
        public_id: PublicId,
        /// Where it is.
        line: Line,
    },
    /// The song is not where whoever acts on it saw it: somebody was faster.
    #[error("Song **{public_id}** is not in **{seen}** any more: {}.", how_it_left(*now, *by))]
    Elsewhere {
        /// The song.
        public_id: PublicId,
        /// Where it was seen.
        seen: Line,
        /// Where it is.
        now: Line,
        /// Who put it there.
        by: PutBy,
    },
    /// Another song plays than whoever wants the next one saw: somebody was faster.
    #[error("Somebody was faster: {}. Press **Next song** again if you want the one after it.", what_plays(*now))]
    PlaysAnother {
        /// What plays.
        now: Option<PublicId>,
    },
    /// The song is bookmarked already (`D-22`).
    #[error("Song **{public_id}** is bookmarked already.")]
    AlreadyBookmarked {
        /// The song.
        public_id: PublicId,
    },
    /// There is no bookmark channel.
    #[error("There is no bookmark channel yet. An administrator can set one with `/setbookmarkchannel`.")]
    NoBookmarkChannel,
    /// All six-digit numbers are taken.
    #[error("This server has used up all song numbers. Please tell the person who runs me.")]
    NumbersExhausted,
}

fn pending_hint(pending: u64) -> String {
    match pending {
        0 => String::new(),
        1 => " One song waits in **Pending Skips** for a reviewer.".to_owned(),
        many => format!(" {many} songs wait in **Pending Skips** for a reviewer."),
    }
}

fn how_it_left(now: Line, by: PutBy) -> String {
    match (now, by) {
        (Line::SongsPlayed, _) => "it was played and is in **Songs Played**".to_owned(),
        (Line::Removed, _) => "it was removed".to_owned(),
        (line, PutBy::Gifts) => format!("gifts lifted it to **{line}**"),
        (line, PutBy::Reviewer) => format!("a reviewer put it into **{line}**"),
    }
}

fn what_plays(now: Option<PublicId>) -> String {
    now.map_or_else(|| "nothing plays any more".to_owned(), |song| format!("**{song}** plays now"))
}

impl Refuse for QueueRefusal {
    fn code(&self) -> &'static str {
        match self {
            Self::Empty { .. } => "queue.empty",
            Self::NoSuchSong { .. } => "queue.no_such_song",
            Self::NotANumber => "queue.not_a_number",
            Self::AlreadyWaiting { .. } => "queue.already_waiting",
            Self::AlreadyThere { .. } => "queue.already_there",
            Self::NotAWaitingLine { .. } => "queue.not_a_waiting_line",
            Self::NotWaiting { .. } => "queue.not_waiting",
            Self::Elsewhere { .. } => "queue.elsewhere",
            Self::PlaysAnother { .. } => "queue.plays_another",
            Self::AlreadyBookmarked { .. } => "queue.already_bookmarked",
            Self::NoBookmarkChannel => "queue.no_bookmark_channel",
            Self::NumbersExhausted => "queue.numbers_exhausted",
        }
    }
}
