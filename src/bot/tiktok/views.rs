//! What administrators read about the connection. Pure.

use serenity::all::Colour;
use serenity::builder::CreateEmbed;

use crate::discord::Draft;
use crate::features::engagement::model::Session;
use crate::features::tiktok::activity::SimulatedEvent;
use crate::features::tiktok::model::Follow;
use crate::flows::rehearsal::Rehearsed;
use crate::kernel::sentence::{NO_COMMANDS, Slot};
use crate::kernel::text::{MomentStyle, escape, mention, moment};
use crate::live::following::{State, Stop};
use crate::tiktok::status::Status;

const COLOUR: Colour = Colour::new(0x00fe_2c55);

/// The answer to `/tiktok connect`.
pub fn followed(follow: &Follow, status: Option<&Status>) -> Draft {
    let name = escape(&follow.streamer.to_string());
    let Some(status) = status else {
        return Draft::text(format!("Following **{name}**. `/tiktok status` shows how it stands."));
    };
    Draft::text(match status.state {
        State::Live => format!("🟢 Connected to the live of **{name}**. Gifts and engagement count from now on."),
        State::WaitingForLive(next) if status.trouble.is_none() => format!(
            "⏳ **{name}** is not live yet. I look again {} and connect as soon as they are.",
            moment(next, MomentStyle::Relative)
        ),
        State::Stopped(Stop::NotLive) => {
            format!("⚪ **{name}** is not live. With `persistent` I wait until they are.")
        }
        _ => format!("Following **{name}**. {}", state_line(status)),
    })
}

/// The answer to `/tiktok disconnect`.
pub fn left(follow: &Follow) -> Draft {
    let name = escape(&follow.streamer.to_string());
    Draft::text(format!("⏹️ Disconnected from **{name}**. The session is closed, and nothing counts any more."))
}

/// The answer to `/tiktok status`.
pub fn status(follow: Option<&Follow>, status: Option<&Status>, session: Option<&Session>) -> Draft {
    let Some(follow) = follow else {
        return Draft::text("No live is followed. `/tiktok connect` begins it.");
    };
    let mut embed = CreateEmbed::new()
        .title(format!("TikTok LIVE of {}", escape(&follow.streamer.to_string())))
        .colour(COLOUR)
        .description(status.map_or_else(|| "🔵 Starting.".to_owned(), state_line))
        .field("Persistent", if follow.is_persistent { "Yes" } else { "No" }, true)
        .field("Followed", format!("{} by {}", moment(follow.since, MomentStyle::Relative), mention(follow.by)), true);
    if let Some(session) = session.filter(|session| session.streamer == follow.streamer) {
        embed = embed.field("Session", format!("began {}", moment(session.started_at, MomentStyle::Relative)), true);
    }
    if let Some(status) = status {
        let viewers = status.viewers.map_or_else(|| "unknown".to_owned(), |viewers| viewers.to_string());
        let last = status.last_message_at.map_or_else(|| "none yet".to_owned(), |at| moment(at, MomentStyle::Relative));
        let counts = status.counts;
        let mut heard = format!("{} events", counts.events);
        for (count, what) in [
            (counts.anonymous, "without a name"),
            (counts.unknown, "of unknown kinds"),
            (counts.undecodable, "that could not be read"),
        ] {
            if count > 0 {
                heard.push_str(&format!(", {count} {what}"));
            }
        }
        embed = embed.field("Viewers", viewers, true).field("Last message", last, true).field("Heard", heard, true);
    }
    Draft::embed(embed)
}

/// The answer to `/tiktok simulate`.
pub fn simulated(rehearsed: &Rehearsed, event: &SimulatedEvent, goes_on: bool) -> Draft {
    let Rehearsed { streamer, has_begun, is_dropped, points, luxury, lifted } = rehearsed;
    let name = escape(&streamer.to_string());
    let mut text = format!("🧪 Simulated {} on the live of **{name}**.", deed(event));
    if *has_begun {
        text.push_str(" No live is followed, so a simulated session began; the event `live_end` ends it.");
    }
    if *is_dropped {
        text.push_str(" It did not count, because that live is not connected.");
    } else if goes_on {
        text.push_str(" The streak goes on; it is paid at its end.");
    } else {
        text.push_str(&format!(" It brought {points} points and {luxury} Luxury Coins."));
    }
    for moved in lifted {
        text.push_str(&format!(" {} moved to {}.", moved.entry.song.public_id, moved.entry.place.line));
    }
    Draft::text(text)
}

/// Words for an event that was made up: "a gift of 3 × 500 coins by **@ann.live**".
pub fn deed(event: &SimulatedEvent) -> String {
    event.to_sentence().markdown(NO_COMMANDS)
}

/// The state as one line, with what went wrong.
fn state_line(status: &Status) -> String {
    let at = |due| moment(due, MomentStyle::Relative);
    let state = match status.state {
        State::Connecting => "🔵 Connecting.".to_owned(),
        State::Live => format!("🟢 Connected since {}.", at(status.since)),
        State::WaitingForLive(due) => format!("⏳ Waiting for the live; the next look is {}.", at(due)),
        State::Reconnecting(None) => "🟠 The connection was lost. Connecting again.".to_owned(),
        State::Reconnecting(Some(due)) => format!("🟠 The connection was lost; the next try is {}.", at(due)),
        State::Stopped(Stop::LiveEnded) => "🏁 The live is over.".to_owned(),
        State::Stopped(Stop::NotLive) => "⚪ Not live.".to_owned(),
        State::Stopped(Stop::Refused) => "🔴 Given up.".to_owned(),
    };
    match &status.trouble {
        Some(trouble) => format!("{state}\n{}", trouble.markdown(NO_COMMANDS)),
        None => state,
    }
}
