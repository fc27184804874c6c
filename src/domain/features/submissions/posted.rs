//! Posted messages: what is remembered of them, and what became of the parts of one.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::jobs::JobKind;
use crate::kernel::ids::{ChannelId, MessageId};
use crate::store::Record;

/// How long after it was posted a message is looked at that could not be looked at, or taken, before.
pub const REACH: Duration = Duration::from_hours(1);

/// Which part of which posted message a song was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostedAs {
    /// The message.
    pub message: MessageId,
    /// The part; the same for the same song, whatever is edited around it.
    pub part: String,
}

/// What is remembered of a posted message, so that nothing of it is taken twice (`C-125`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handled {
    /// Stands for what was in it when it was looked at to the end.
    pub looked_at: Option<u64>,
    /// The parts that are songs by now.
    pub taken: Vec<String>,
    /// Whether a song's file is nowhere but in the message.
    pub is_needed: bool,
}

impl Record for Handled {}

/// From where on the messages of a submissions channel count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Watch {
    /// The channel.
    pub channel: ChannelId,
    /// Nothing up to here is to be looked at any more.
    pub since: MessageId,
}

impl Record for Watch {}

/// What the job that deletes a message carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cleared {
    /// The channel.
    pub channel: ChannelId,
    /// The message.
    pub message: MessageId,
    /// Stands for what was in it.
    pub digest: u64,
}

/// The job that deletes a message of which everything was taken over.
pub static CLEAR: JobKind<Cleared> = JobKind::new("submissions.clear", "Clearing a posted song away");

/// What the job that looks at a message again carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The channel.
    pub channel: ChannelId,
    /// The message.
    pub message: MessageId,
}

/// The job that looks again at a message with a song that Discord, or a missing permission, did not let the bot take.
pub static LOOK_AGAIN: JobKind<Waiting> =
    JobKind::new("submissions.look_again", "Looking again at a message with a song");

/// What became of one part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// How it is named: an address or a file's name. Not escaped.
    pub name: String,
    /// What became of it.
    pub became: Became,
}

/// See [`Part`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Became {
    /// It is a song now, with this number as people read it.
    Taken(String),
    /// It was taken when the message was looked at before.
    TakenBefore,
    /// It waits until Discord takes it.
    Later,
    /// It was not taken; the sentence says why.
    Refused(String),
}

/// What of a message cannot become a song.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remains {
    /// Names of pictures, stickers and the like. Not escaped.
    pub others: Vec<String>,
    /// Whether there are more words than a note holds.
    pub has_long_words: bool,
    /// Whether it was forwarded and nothing can be read in it.
    pub is_sealed: bool,
    /// Whether a file became a song that lives in this message, because the bot may not post it again.
    pub has_file_in_place: bool,
}

impl Remains {
    /// Whether all of it was taken over, and nothing is to be said of it.
    pub fn is_nothing(&self) -> bool {
        !self.has_long_words && !self.has_file_in_place && self.others.is_empty()
    }
}
