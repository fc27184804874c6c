//! What is noted of submissions.

use serde::{Deserialize, Serialize};

use crate::activity::{ActivityKind, Noted};
use crate::kernel::sentence::Sentence;
use crate::sentence;

/// Of what was posted while the bot was away, something was left where it is. About the channel.
pub static LEFT_IN_HISTORY: ActivityKind<Left> =
    ActivityKind::new("submissions.left_in_history", left).called("Songs from the bot's absence were left");

/// The file of a song is larger than the bot may post, so it stays in its author's message. About the
/// channel, with the number of the song as people read it.
pub static FILE_IN_PLACE: ActivityKind<String> =
    ActivityKind::new("submissions.file_in_place", in_place).called("A file lives in its message");

/// What was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// Messages with songs that are too old.
    pub songs: usize,
    /// Whether there are more messages than were read.
    pub is_cut: bool,
}

fn left(told: &Noted<'_, Left>) -> Option<Sentence> {
    let Left { songs, is_cut } = told.details;
    let channel = told.channel()?;
    let old = match songs {
        0 => sentence!(""),
        1 => sentence!(
            " One message with a song is older than an hour and stays where it is; its author may post it again."
        ),
        songs => sentence!(
            " {songs} messages with songs are older than an hour and stay where they are; their authors may post them \
             again.",
            songs
        ),
    };
    let cut = if is_cut { " I read the newest 100 messages; there are more before them." } else { "" };
    let sentence = sentence!("I looked at what was posted in {channel} while I was away.{old}{cut}", channel, old, cut);
    Some(sentence.signed("📭"))
}

fn in_place(told: &Noted<'_, String>) -> Option<Sentence> {
    let (number, channel) = (Sentence::words(told.details.clone()), told.channel()?);
    let sentence = sentence!(
        "The file of **{number}** is larger than I may post in {channel}, so the song lives in its author's message there. \
         If somebody deletes that message, the song has no file.",
        number,
        channel
    );
    Some(sentence.signed("📎"))
}
