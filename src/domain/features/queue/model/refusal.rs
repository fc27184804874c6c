//! What the queue refuses, and the sentences for it.

use super::{Line, PublicId, PutBy};
use crate::kernel::sentence::Sentence;
use crate::{refusals, sentence, slots_by_display};

slots_by_display!(Line, PublicId);

refusals! {
    /// What the queue refuses.
    pub enum QueueRefusal {
        /// Nothing to play (`D-24`).
        Empty {
            /// How many songs wait for a reviewer.
            pending: u64,
        } => "queue.empty", "The queue is empty.{hint}", hint = pending_hint(*pending);
        /// No song has this number.
        NoSuchSong {
            /// The number.
            public_id: PublicId,
        } => "queue.no_such_song" as NotThere,
            "There is no song {public_id} in this server. Pick one from the list that appears while you type.";
        /// What was typed is no song number.
        NotANumber => "queue.not_a_number" as NotValid, "That is no song number. Song numbers look like `#012345`.";
        /// The same link or file waits already.
        AlreadyWaiting {
            /// The song that waits.
            public_id: PublicId,
            /// Where.
            line: Line,
        } => "queue.already_waiting", "This song is in the queue already: **{public_id}** in **{line}**.";
        /// The song is where it is to go.
        AlreadyThere {
            /// The song.
            public_id: PublicId,
            /// The line.
            line: Line,
        } => "queue.already_there", "Song **{public_id}** is in **{line}** already.";
        /// Played and removed songs have commands of their own (`D-25`).
        NotAWaitingLine {
            /// The line.
            line: Line,
        } => "queue.not_a_waiting_line" as NotValid,
            "A song cannot be moved to **{line}**. Use `/next` to play a song and `/remove` to take one out.";
        /// The song does not wait, so it cannot be played.
        NotWaiting {
            /// The song.
            public_id: PublicId,
            /// Where it is.
            line: Line,
        } => "queue.not_waiting", "Song **{public_id}** is in **{line}**. Move it into a line first.";
        /// The song is not where whoever acts on it saw it: somebody was faster.
        Elsewhere {
            /// The song.
            public_id: PublicId,
            /// Where it was seen.
            seen: Line,
            /// Where it is.
            now: Line,
            /// Who put it there.
            by: PutBy,
        } => "queue.elsewhere", "Song **{public_id}** is not in **{seen}** any more: {how}.",
            public_id, seen, how = how_it_left(*now, *by);
        /// Another song plays than whoever wants the next one saw: somebody was faster.
        PlaysAnother {
            /// What plays.
            now: Option<PublicId>,
        } => "queue.plays_another",
            "Somebody was faster: {what}. Press **Next song** again if you want the one after it.",
            what = what_plays(*now);
        /// No play can be taken back: nothing plays, or nobody noted what that play used up.
        NothingToUndo => "queue.nothing_to_undo",
            "There is no play to take back. Only the song that plays now can go back to where it was.";
        /// The song does not play any more whose play is to be taken back: somebody was faster.
        PlaysNoMore {
            /// The song.
            public_id: PublicId,
        } => "queue.plays_no_more", "Song **{public_id}** does not play any more, so nothing was taken back.";
        /// What is to be taken back is not kept any more, or cannot be taken back.
        NoSuchAct => "queue.no_such_act" as NotThere,
            "That cannot be taken back: it is not kept any more, or it took something back itself.";
        /// Something else was done with the song since.
        DoneSince {
            /// The song.
            public_id: PublicId,
        } => "queue.done_since",
            "Something else was done with song **{public_id}** since, so nothing was taken back. Its page tells what.";
        /// The gifted coins that a dead link gave back are not as they were then.
        GiftsCount {
            /// The song.
            public_id: PublicId,
        } => "queue.gifts_count",
            "The gifted coins that came back for song **{public_id}** count for another song by now, or more came since. So \
             its removal stays. Move it into a line if it can be heard.";
        /// The song is bookmarked already (`D-22`).
        AlreadyBookmarked {
            /// The song.
            public_id: PublicId,
        } => "queue.already_bookmarked", "Song **{public_id}** is bookmarked already.";
        /// There is no bookmark channel.
        NoBookmarkChannel => "queue.no_bookmark_channel",
            "There is no bookmark channel yet. An administrator can set one with `/setbookmarkchannel`.";
        /// All six-digit numbers are taken.
        NumbersExhausted => "queue.numbers_exhausted",
            "This server has used up all song numbers. Please tell the person who runs me.";
    }
}

fn pending_hint(pending: u64) -> Sentence {
    match pending {
        0 => sentence!(""),
        1 => sentence!(" One song waits in **Pending Skips** for a reviewer."),
        _ => sentence!(" {pending} songs wait in **Pending Skips** for a reviewer.", pending),
    }
}

fn how_it_left(now: Line, by: PutBy) -> Sentence {
    match (now, by) {
        (Line::SongsPlayed, _) => sentence!("it was played and is in **Songs Played**"),
        (Line::Removed, _) => sentence!("it was removed"),
        (line, PutBy::Gifts) => sentence!("gifts lifted it to **{line}**", line),
        (line, PutBy::Reviewer) => sentence!("a reviewer put it into **{line}**", line),
    }
}

fn what_plays(now: Option<PublicId>) -> Sentence {
    now.map_or_else(|| sentence!("nothing plays any more"), |song| sentence!("**{song}** plays now", song))
}
