//! What people read about submitting. Pure.

use serenity::all::Colour;
use serenity::builder::CreateEmbed;

use super::model::Details;
use crate::discord::{Caller, Draft};
use crate::features::queue::model::Entry;
use crate::features::queue::queries::Standing;
use crate::features::queue::views as queue;
use crate::flows::song_submitted::Submitted;
use crate::kernel::ids::UserId;
use crate::kernel::text::{self, escape, truncate};

const COLOUR: Colour = Colour::new(0x002E_8B57);

/// The private answer to `/submit` and `/submitfile`.
pub fn submitted(submitted: &Submitted) -> Draft {
    let song = &submitted.entry.song;
    let mut answer = format!(
        "Thank you! {} {} is in.\n{}",
        song.public_id,
        queue::name(song),
        queue::standing(&submitted.entry, submitted.standing)
    );
    if submitted.used_credit {
        answer.push_str("\nYour gifts on the live put it there.");
    }
    Draft::text(answer)
}

/// The confirmation (`D-33`). Who has no linked handle yet is told how to get one (`C-35`).
pub fn confirmation(entry: &Entry, standing: Option<Standing>, used_credit: bool, has_handle: bool) -> Draft {
    let song = &entry.song;
    let mut embed = CreateEmbed::new()
        .title(format!("Submission {} received", song.public_id))
        .colour(COLOUR)
        .field("Artist", truncate(&escape(&song.artist), 1024), true)
        .field("Title", truncate(&escape(&song.title), 1024), true)
        .field("Line", queue::standing(entry, standing), false);
    if used_credit {
        embed = embed.field("Gifts", "Your gifts on the live put it straight into this line.", false);
    }
    if let Some(handle) = &song.tiktok_username {
        embed = embed.field("TikTok", format!("@{}", escape(handle)), true);
    }
    if !has_handle {
        embed = embed.description("Use `/link-tiktok` so that what you do on the live moves your songs up.");
    }
    Draft::embed(embed)
}

/// The same, where direct messages are blocked: only the submitter is pinged.
pub fn confirmation_in_channel(user: UserId, confirmation: Draft) -> Draft {
    confirmation.with_text(text::mention(user)).pinging(user)
}

/// The caption of a file that the bot keeps.
pub fn kept_file(details: &Details, caller: &Caller) -> Draft {
    let artist = escape(&details.artist_or(&caller.name));
    let title = escape(&details.title_or_unknown());
    Draft::text(format!("🎵 **{artist} – {title}** submitted by {}", text::mention(caller.user)))
}

/// The answer to `/open-submissions` and `/close-submissions`.
pub fn opened(is_open: bool) -> Draft {
    Draft::text(if is_open {
        "Submissions are open."
    } else {
        "Submissions are closed. Songs that wait stay in the queue."
    })
}

/// The notice in the submissions channel.
pub fn notice(is_open: bool) -> Draft {
    Draft::text(if is_open {
        "🟢 **Submissions are open.** Post a link or an audio file here, or use `/submit` or `/submitfile`."
    } else {
        "🔴 **Submissions are closed.** Songs that wait stay in the queue."
    })
}
