//! What people read about submitting. Pure.

use serenity::all::Colour;
use serenity::builder::CreateEmbed;

use crate::bot::queue::views as queue;
use crate::discord::{Caller, Draft};
use crate::features::queue::model::Entry;
use crate::features::queue::queries::Standing;
use crate::features::submissions::model::Details;
use crate::features::submissions::posted::{Became, Part, Remains};
use crate::flows::song_submitted::Submitted;
use crate::kernel::ids::{ChannelId, UserId};
use crate::kernel::text::{self, code_block, escape, one_line, truncate};

const COLOUR: Colour = Colour::new(0x002E_8B57);

/// The private answer to `/submitfile`.
pub fn submitted(submitted: &Submitted) -> Draft {
    Draft::text(thanks(submitted))
}

/// The private answer to the form of `/submit`. What stood beside the link and was not taken over is said, and words are given
/// back: the form is gone.
pub fn submitted_by_form(submitted: &Submitted, other_links: &[String], words: &str) -> Draft {
    let mut answer = thanks(submitted);
    if !other_links.is_empty() {
        let (were, them) = if other_links.len() == 1 { ("was", "it") } else { ("were", "them") };
        let links = quoted_all(other_links);
        answer.push_str(&format!(
            "\n⚠️ {links} {were} not taken: one song for each form. Use `/submit` again for {them}."
        ));
    }
    if words.is_empty() {
        return Draft::text(answer);
    }
    answer.push_str("\nNot all that you wrote beside the link is in the note. Here it is, to be copied.");
    let given_back = CreateEmbed::new().title("What you typed").description(code_block(words, 4_096));
    Draft::text(answer).with_embed(given_back)
}

fn thanks(submitted: &Submitted) -> String {
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
    answer
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
    if let Some(handle) = song.handle() {
        embed = embed.field("TikTok", format!("@{}", escape(&handle)), true);
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

/// Said of a forwarded message in which nothing can be read.
pub const SEALED: &str = "I can't see what is in this forwarded message. Send the link or the file itself.";
/// Said where a text goes because the server wants songs only.
pub const SONGS_ONLY: &str =
    "Only songs are taken in this channel, so your message was deleted. Post a link or an audio file.";

/// Said of a song that Discord did not take for the moment.
pub const LATER: &str = "Discord did not answer me just now. I try again by myself, for up to an hour.";

/// Said of a song that waits for a permission of the bot, behind which one.
pub const ONCE_ALLOWED: &str = "Once I may, I take it by myself, up to an hour after you posted it.";

/// Said of a file that the bot may not post again.
const KEEP: &str = "Please keep your message: the file is too large for me to post it again, so the song lives in it.";

/// The most of a word about a message that went, as Discord counts, so that a name fits before it.
const MOST_OF_WORD: usize = 1_950;
/// Lines about single parts of a message.
const MOST_LINES: usize = 10;
/// Room for the name of a part, in characters.
const NAME_CHARS: usize = 60;

/// What became of a message of which not everything was taken over, or which a song needs.
pub fn what_became(parts: &[Part], remains: &Remains) -> String {
    let refused = parts.iter().filter_map(|part| match &part.became {
        Became::Refused(sentence) => Some((part.name.as_str(), sentence.as_str())),
        Became::Later => Some((part.name.as_str(), LATER)),
        _ => None,
    });
    let refused: Vec<_> = refused.collect();
    let numbers = parts.iter().filter_map(|part| match &part.became {
        Became::Taken(number) => Some(format!("**{number}**")),
        _ => None,
    });
    let numbers: Vec<_> = numbers.collect();
    if let [(_, sentence), others @ ..] = refused.as_slice()
        && refused.len() == parts.len()
        && others.iter().all(|(_, other)| other == sentence)
    {
        return (*sentence).to_owned();
    }
    let mut lines: Vec<_> = refused.iter().map(|(name, sentence)| format!("- {}: {sentence}", quoted(name))).collect();
    if !numbers.is_empty() {
        lines.extend(remains.others.iter().map(|name| format!("- {}: this is no song.", quoted(name))));
    }
    if remains.has_long_words && !numbers.is_empty() {
        lines.push("- Your words: only the beginning of them fits into the note.".to_owned());
    }
    let taken = match numbers.as_slice() {
        [number] => format!("{number} is in."),
        numbers => format!("{} are in.", numbers.join(", ")),
    };
    if lines.is_empty() && remains.has_file_in_place {
        return format!("{taken} {KEEP}");
    }
    let more = lines.len().saturating_sub(MOST_LINES);
    lines.truncate(MOST_LINES);
    if more > 0 {
        lines.push(format!("- … and {more} more."));
    }
    if remains.has_file_in_place {
        lines.push(format!("- {KEEP}"));
    }
    let head = if numbers.is_empty() {
        "This was not taken from your message:".to_owned()
    } else {
        format!("{taken} Your message stays, because of what was not taken:")
    };
    truncate(&format!("{head}\n{}", lines.join("\n")), 2_000)
}

/// Told to whoever posted what is no song where the server wants songs only.
pub fn no_song_went(channel: ChannelId, names: &[String], words: &str) -> String {
    let held = if names.is_empty() { String::new() } else { format!(" It held {}.", quoted_all(names)) };
    let told = format!(
        "Your message in {} was deleted, because only songs are taken there.{held} Send a link, or an mp3, m4a, wav or flac \
         file.",
        text::channel(channel)
    );
    giving_back(told, words)
}

/// Told to whoever posted a song where none is taken, when it was deleted: what went, and how it is sent (`C-21`).
pub fn song_went(channel: ChannelId, names: &[String], words: &str, how: &str) -> String {
    let channel = text::channel(channel);
    giving_back(format!("Your message in {channel} was deleted. It held {}.\n{how}", quoted_all(names)), words)
}

/// A word about a message that went, with what was written in it, as far as a message holds that.
fn giving_back(told: String, words: &str) -> String {
    if words.is_empty() {
        return told;
    }
    let told = format!("{told}\nYou wrote: ");
    let room = MOST_OF_WORD.saturating_sub(text::discord_len(&told));
    format!("{told}{}", truncate(&escape(words), room))
}

fn quoted_all(names: &[String]) -> String {
    let shown: Vec<_> = names.iter().take(MOST_LINES).map(|name| quoted(name)).collect();
    let more = names.len().saturating_sub(MOST_LINES);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", shown.join(", "))
}

/// A name in a code span, where nothing in it means anything.
fn quoted(name: &str) -> String {
    format!("`{}`", one_line(name, NAME_CHARS).replace('`', "'"))
}
