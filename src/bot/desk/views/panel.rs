//! The panel of one song, which only the reviewer sees who opened it: all that is known of the song and its submitter, and
//! what can be done with it.

use serenity::all::ButtonStyle;
use serenity::builder::{CreateActionRow, CreateButton, CreateEmbed};

use super::{COLOUR, handle, hear, targets, tiers};
use crate::bot::desk::components::{DEAD_LINK, HOLD, OUT, OnPanel, PLAY};
use crate::bot::queue::views as queue_views;
use crate::discord::Draft;
use crate::discord::component::Button;
use crate::features::queue::model::{Entry, Line, Seen};
use crate::features::queue::queries::{Record, Standing};
use crate::kernel::amount::Amount;
use crate::kernel::ids::GuildId;
use crate::kernel::text::{MomentStyle, escape, mention, moment, truncate};

/// Of an artist with a title in the headline; Discord's limit is 256, escaped.
const HEADLINE: usize = 120;
/// Of a note, escaped; Discord's limit is 1,024.
const NOTE: usize = 1_000;

/// What the panel shows.
#[derive(Clone, Debug)]
pub struct Details {
    /// The song, where it is.
    pub entry: Entry,
    /// How it stands there, while it waits.
    pub standing: Option<Standing>,
    /// Whether it plays now.
    pub is_playing: bool,
    /// What its submitter did before.
    pub record: Record,
    /// The engagement points of its submitter.
    pub points: Amount,
    /// Their Luxury Coins.
    pub luxury: Amount,
    /// The gifted coins of this live that lifted this song.
    pub gifted: Option<Amount>,
}

/// The panel.
pub fn panel(guild: GuildId, details: &Details) -> Draft {
    let Details { entry, record, .. } = details;
    let song = &entry.song;
    let line = entry.place.line;
    let state =
        if details.is_playing { "🎶 Playing now".to_owned() } else { queue_views::standing(entry, details.standing) };
    let sign = if details.is_playing { "🎶" } else { line.emoji() };
    let title = escape(&truncate(&format!("{} – {}", song.artist, song.title), HEADLINE));
    let submitted = entry.place.submitted_at;
    let when =
        format!("{} ({})", moment(submitted, MomentStyle::ShortDateTime), moment(submitted, MomentStyle::Relative));
    let mut embed = CreateEmbed::new()
        .title(truncate(&format!("{sign} {title}"), 256))
        .colour(COLOUR)
        .field("Song", song.public_id.to_string(), true)
        .field("Line", state, true)
        .field(if line.is_waiting() { "Waiting since" } else { "Submitted" }, when, true)
        .field("Submitted by", format!("{}{}", mention(song.user), handle(song)), true)
        .field("Songs", songs(*record), true)
        .field("Points", details.points.to_string(), true)
        .field("Luxury Coins", details.luxury.to_string(), true);
    if let Some(gifted) = details.gifted {
        embed = embed.field("Lifted by", format!("{gifted} gifted coins"), true);
    }
    embed = embed.field("Listen", hear(guild, &song.source), false);
    if let Some(note) = &song.note {
        embed = embed.field("Note", truncate(&escape(note), NOTE), false);
    }
    let seen = Seen { song: song.public_id, line };
    Draft::embed(embed).row(tiers(guild, seen)).row(targets(guild, seen)).row(buttons(guild, seen))
}

fn songs(record: Record) -> String {
    let before = match record.before {
        0 => "their first".to_owned(),
        1 => "one before this".to_owned(),
        many => format!("{many} before this"),
    };
    format!("{before}, {} played", record.played)
}

fn buttons(guild: GuildId, seen: Seen) -> CreateActionRow {
    let button = |button: &Button<OnPanel>, label: &str, emoji: char, is_possible: bool| {
        CreateButton::new(button.with(&(guild, seen)))
            .label(label)
            .emoji(emoji)
            .style(ButtonStyle::Secondary)
            .disabled(!is_possible)
    };
    let is_kept = seen.line != Line::Removed;
    CreateActionRow::Buttons(vec![
        button(&PLAY, "Play now", '🎶', seen.line.is_waiting()),
        button(&HOLD, "Hold", '⏳', seen.line != Line::PendingSkips),
        button(&OUT, "Remove", '❌', is_kept),
        button(&DEAD_LINK, "Dead link", '🔗', is_kept),
        queue_views::bookmark_button(seen.song),
    ])
}
