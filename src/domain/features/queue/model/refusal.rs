//! What the queue refuses, and the sentences for it.

use std::time::Duration;

use super::{LastAct, Line, PublicId};
use crate::kernel::actor::Actor;
use crate::kernel::ids::UserId;
use crate::kernel::sentence::{Sentence, Slot};
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
            "There is no song {public_id} in this server. Please look whether the number is right.";
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
            /// What put it there, where that was noted.
            last: Option<LastAct>,
        } => "queue.elsewhere", "Song **{public_id}** is not in **{seen}** any more: {how}. Nothing was changed.",
            public_id, seen, how = how_it_left(*now, *last);
        /// Another song plays than whoever wants the next one saw: somebody was faster.
        PlaysAnother {
            /// What plays.
            now: Option<PublicId>,
            /// What was done last with that, or else with the song that was seen.
            last: Option<LastAct>,
        } => "queue.plays_another",
            "{what}. Nothing was changed: if you want the song after it, use **Next** again.",
            what = what_plays(*now, *last);
        /// No play can be taken back: nothing plays, or nobody noted what that play used up.
        NothingToUndo => "queue.nothing_to_undo",
            "There is no play to take back. Only the song that plays now can go back to where it was.";
        /// The song does not play any more whose play is to be taken back: somebody was faster.
        PlaysNoMore {
            /// The song.
            public_id: PublicId,
            /// What plays.
            now: Option<PublicId>,
            /// What was done last with that, or else with the song.
            last: Option<LastAct>,
        } => "queue.plays_no_more", "Song **{public_id}** does not play any more. {what}. Nothing was taken back.",
            public_id, what = what_plays(*now, *last);
        /// What is to be taken back is not kept any more, or cannot be taken back.
        NoSuchAct => "queue.no_such_act" as NotThere,
            "That cannot be taken back: it is not kept any more, or it took something back itself.";
        /// Something else was done with the song since.
        DoneSince {
            /// The song.
            public_id: PublicId,
            /// Which that was.
            last: Option<LastAct>,
        } => "queue.done_since",
            "Something else was done with song **{public_id}** since{by}, so nothing was taken back. Its page tells what.",
            public_id, by = last.map(|last| sentence!(", by {who} {when}", who = who(last.by), when = ago(last.ago)));
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
            /// Who bookmarked it.
            by: UserId,
            /// How long ago.
            since: Duration,
        } => "queue.already_bookmarked", "Song **{public_id}** is bookmarked already: {by} did that {when}.",
            public_id, by, when = ago(*since);
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

fn how_it_left(now: Line, last: Option<LastAct>) -> Sentence {
    let Some(LastAct { by, ago: since, .. }) = last.filter(|last| last.to == now) else {
        return match now {
            Line::SongsPlayed => sentence!("it was played and is in **Songs Played**"),
            Line::Removed => sentence!("it was removed"),
            line => sentence!("it is in **{line}** now", line),
        };
    };
    let (who, when) = (who(by), ago(since));
    match (now, by) {
        (Line::SongsPlayed, _) => sentence!("{who} played it {when}", who, when),
        (Line::Removed, _) => sentence!("{who} removed it {when}", who, when),
        (line, Actor::Live) => sentence!("gifts lifted it to **{line}** {when}", line, when),
        (line, _) => sentence!("{who} put it into **{line}** {when}", who, line, when),
    }
}

fn what_plays(now: Option<PublicId>, last: Option<LastAct>) -> Sentence {
    match (now, last) {
        (Some(song), Some(last)) => {
            sentence!("**{song}** plays now: {how}", song, how = how_it_left(last.to, Some(last)))
        }
        (Some(song), None) => sentence!("**{song}** plays now", song),
        (None, Some(last)) => {
            sentence!("Nothing plays any more. What played is elsewhere: {how}", how = how_it_left(last.to, Some(last)))
        }
        (None, None) => sentence!("Nothing plays any more"),
    }
}

/// Whoever did something, within a sentence.
fn who(by: Actor) -> Sentence {
    match by {
        Actor::Member(user) => user.to_sentence(),
        Actor::Live => sentence!("gifts"),
        Actor::System => sentence!("Greenroom"),
        Actor::Operator => sentence!("the operator"),
    }
}

/// How long ago something was, for whoever comes too late.
fn ago(since: Duration) -> Sentence {
    let minutes = since.as_secs() / 60;
    let (number, unit) = match minutes {
        0 => return sentence!("a moment ago"),
        1..60 => (minutes, "minute"),
        60..2_880 => (minutes / 60, "hour"),
        _ => (minutes / 1_440, "day"),
    };
    let ending = if number == 1 { "" } else { "s" };
    sentence!("{number} {unit}{ending} ago", number, unit, ending)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::refusal::Refuse;

    #[test]
    fn whoever_comes_too_late_is_told_who_did_what_and_when() {
        let (public_id, seen) = (PublicId::new(12), Line::Free);
        let told = |by, to, seconds| {
            let last = Some(LastAct { by, ago: Duration::from_secs(seconds), to });
            QueueRefusal::Elsewhere { public_id, seen, now: to, last }.sentence().plain()
        };
        let kim = Actor::Member(UserId::new(9));
        assert_eq!(
            told(kim, Line::Removed, 59),
            "Song #000012 is not in Free any more: user 9 removed it a moment ago. Nothing was changed."
        );
        for (by, to, seconds, how) in [
            (kim, Line::SongsPlayed, 60, "user 9 played it 1 minute ago"),
            (Actor::Operator, Line::Skip5, 7_260, "the operator put it into 5 Skip 2 hours ago"),
            (Actor::Live, Line::Skip20, 259_200, "gifts lifted it to 20 Skip 3 days ago"),
        ] {
            assert!(told(by, to, seconds).contains(how), "{}", told(by, to, seconds));
        }
    }

    #[test]
    fn what_was_not_noted_is_told_without_a_name() {
        let (public_id, seen, last) = (PublicId::new(12), Line::Free, None);
        let told = |now| QueueRefusal::Elsewhere { public_id, seen, now, last }.sentence().plain();
        assert!(told(Line::Skip5).contains("any more: it is in 5 Skip now."), "{}", told(Line::Skip5));
        // A song that was moved on in a way that is not noted was not put there by whoever did the last thing that was.
        let last = Some(LastAct { by: Actor::System, ago: Duration::ZERO, to: Line::Skip20 });
        let told = QueueRefusal::Elsewhere { public_id, seen, now: Line::Skip5, last }.sentence().plain();
        assert!(told.contains("any more: it is in 5 Skip now."), "{told}");
        let told = QueueRefusal::PlaysAnother { now: None, last: None }.sentence().plain();
        assert_eq!(told, "Nothing plays any more. Nothing was changed: if you want the song after it, use Next again.");
    }
}
