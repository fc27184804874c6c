//! What people read about songs and lines. Pure: read models in, drafts out.

use std::time::Duration;

use serenity::all::{ButtonStyle, Colour};
use serenity::builder::{CreateActionRow, CreateButton, CreateEmbed, CreateEmbedFooter};

use super::components::{BOOKMARK, OWN_PAGE, QUEUE_PAGE};
use crate::discord::{Draft, paging};
use crate::features::queue::model::{Entry, Line, PublicId, Song, Source};
use crate::features::queue::queries::{OwnPage, QueuePage, Row, Standing};
use crate::features::queue::service::{Moved, Played};
use crate::kernel::ids::ChannelId;
use crate::kernel::text::{self, escape, truncate};

/// The colour of everything about the queue.
const COLOUR: Colour = Colour::new(0x00B8_860B);
/// An artist or title longer than this is cut in a list.
const SHORT: usize = 48;
/// A listing is no longer than this, so that it fits into Discord's 4,096 with a song of one's own behind it.
const LISTING: usize = 3_600;
/// The same in a headline: escaped, it still fits Discord's 256.
const HEADLINE: usize = 120;

/// `**Artist – Title**`, escaped and short enough for a list.
pub fn name(song: &Song) -> String {
    format!("**{} – {}**", escape(&truncate(&song.artist, SHORT)), escape(&truncate(&song.title, SHORT)))
}

/// "about 12 minutes".
pub fn wait(wait: Duration) -> String {
    let minutes = wait.as_secs().div_ceil(60).max(1);
    match (minutes / 60, minutes % 60) {
        (0, 1) => "about a minute".to_owned(),
        (0, minutes) => format!("about {minutes} minutes"),
        (hours, minutes) => format!("about {hours} h {minutes:02} min"),
    }
}

/// Where a song stands, in words.
pub fn standing(entry: &Entry, standing: Option<Standing>) -> String {
    let line = entry.place.line;
    let lead = format!("{} {}", line.emoji(), line.name());
    match standing {
        Some(Standing { ahead: Some(ahead), wait: time }) => {
            let place = format!("{lead}, place **{}**", ahead + 1);
            time.map_or(place.clone(), |time| format!("{place}, {}", wait(time)))
        }
        Some(Standing { ahead: None, .. }) => format!("{lead}, waits for a reviewer"),
        None => match entry.place.played_at {
            Some(played) if line == Line::SongsPlayed => format!("{lead} <t:{}:R>", played.seconds()),
            _ => lead,
        },
    }
}

/// How a song can be heard: a link, or the name of the file. A link to a file was renewed by whoever shows it.
fn hear(source: &Source) -> String {
    match source {
        Source::Link { url, platform, .. } => format!("[{platform}](<{url}>)"),
        Source::File { name, .. } if source.is_file_gone() => gone(&escape(&truncate(name, SHORT))),
        Source::File { name, kept_in, .. } => format!("[{}]({})", escape(&truncate(name, SHORT)), kept_in.url),
    }
}

/// A file that is gone, where it would be heard.
pub fn gone(name: &str) -> String {
    format!("⚠️ {name} is gone: somebody deleted the message with the file. Ask for it again.")
}

/// What the team is told of a song whose file is gone.
pub fn file_lost(song: &Song) -> String {
    format!(
        "⚠️ The file of {} {} from {} is gone: somebody deleted the message that held it. Ask for it again, or take the \
         song out by `/remove`.",
        song.public_id,
        name(song),
        submitter(song)
    )
}

/// What whoever sent a song is told when its file is gone.
pub fn send_again(song: &Song, waits: bool) -> String {
    let then = if waits { " the same file again: your song keeps its number and its place" } else { " it again" };
    format!(
        "⚠️ The file of your song {} {} is gone: somebody deleted the message that held it. Please send{then}.",
        song.public_id,
        name(song)
    )
}

/// The queue, one page of it, for whoever asks.
pub fn queue(page: &QueuePage) -> Draft {
    let mut text = listing(page);
    if let Some(own) = &page.own {
        let place = standing(&own.entry, own.standing);
        text.push_str(&format!("\n**Yours** {} {} · {place}\n", own.entry.song.public_id, name(&own.entry.song)));
    }
    let embed = CreateEmbed::new().title("Queue").colour(COLOUR).description(text).footer(queue_footer(page));
    Draft::embed(embed).rows(paging::buttons(&QUEUE_PAGE, page.page, page.pages))
}

/// The queue, one page of it, for everybody: the embed of the live queue (`M-EMB-07`).
pub fn live_queue(page: &QueuePage, submissions: &str) -> CreateEmbed {
    CreateEmbed::new()
        .title("🎧 Live queue")
        .colour(COLOUR)
        .description(listing(page))
        .field("Submissions", submissions, false)
        .footer(queue_footer(page))
}

/// What plays, and the songs of the page under the names of their lines. Whatever the songs are called, it fits.
fn listing(page: &QueuePage) -> String {
    let mut text = String::new();
    if let Some(playing) = &page.now_playing {
        text.push_str(&format!("🎶 **Now playing** {} {}\n\n", playing.song.public_id, name(&playing.song)));
    }
    let mut line = None;
    for (row, left) in page.rows.iter().zip((1..=page.rows.len()).rev()) {
        let mut part = String::new();
        if line.replace(row.entry.place.line) != Some(row.entry.place.line) {
            let line = row.entry.place.line;
            part.push_str(&format!("{} **{}**\n", line.emoji(), line.name()));
        }
        part.push_str(&queue_row(row));
        if text::discord_len(&text) + text::discord_len(&part) > LISTING {
            text.push_str(&format!("… and {left} more"));
            break;
        }
        text.push_str(&part);
    }
    if page.rows.is_empty() {
        text.push_str("The queue is empty. Be the first!");
    }
    text
}

/// The page and how many songs wait in each line.
pub fn queue_footer(page: &QueuePage) -> CreateEmbedFooter {
    let counts: Vec<String> = page
        .counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(line, count)| format!("{} {count}", line.emoji()))
        .collect();
    paging::footer(page.page, page.pages, &counts.join("  "))
}

fn queue_row(row: &Row) -> String {
    let song = &row.entry.song;
    let place = row.standing.and_then(|standing| standing.ahead).map_or(0, |ahead| ahead + 1);
    let time =
        row.standing.and_then(|standing| standing.wait).map_or(String::new(), |time| format!(" · {}", wait(time)));
    let handle = song.handle().map_or_else(String::new, |handle| format!(" · @{}", escape(&handle)));
    let lost = if song.source.is_file_gone() { " · ⚠️ no file" } else { "" };
    format!("`{place:>3}.` {} {} · {}{handle}{time}{lost}\n", song.public_id, name(song), escape(&song.username))
}

/// A member's songs, one page of them.
pub fn own_songs(page: &OwnPage, submit: &str) -> Draft {
    if page.total == 0 {
        return Draft::text(format!("You have not submitted a song yet. Use {submit} to submit one."));
    }
    let mut text = String::new();
    for row in &page.rows {
        let song = &row.entry.song;
        text.push_str(&format!("{} {}\n└ {}\n", song.public_id, name(song), standing(&row.entry, row.standing)));
    }
    let total = if page.total == 1 { "1 song".to_owned() } else { format!("{} songs", page.total) };
    let embed = CreateEmbed::new()
        .title("Your submissions")
        .colour(COLOUR)
        .description(text)
        .footer(paging::footer(page.page, page.pages, &total));
    Draft::embed(embed).rows(paging::buttons(&OWN_PAGE, page.page, page.pages))
}

/// The answer to `/next`: what plays, who submitted it, and who comes after.
pub fn playing(played: &Played, upcoming: &[Entry], trouble: &[String]) -> Draft {
    let song = &played.entry.song;
    let mut embed = CreateEmbed::new()
        .title(format!("🎶 {}", escape(&truncate(&format!("{} – {}", song.artist, song.title), HEADLINE))))
        .colour(COLOUR)
        .field("Song", song.public_id.to_string(), true)
        .field("From", format!("{} {}", played.from.emoji(), played.from.name()), true)
        .field("Submitted by", submitter(song), true)
        .field("Listen", hear(&song.source), false);
    if let Some(note) = &song.note {
        embed = embed.field("Note", truncate(&escape(note), 1000), false);
    }
    if !trouble.is_empty() {
        embed = embed.field("Not announced", truncate(&trouble.join("\n"), 1_024), false);
    }
    let next = match upcoming {
        [] => "Nothing – this was the last song.".to_owned(),
        songs => songs
            .iter()
            .zip(["Next", "Next but one"])
            .map(|(entry, when)| {
                format!("{when}: {} {} {}", entry.place.line.emoji(), entry.song.public_id, name(&entry.song))
            })
            .collect::<Vec<_>>()
            .join("\n"),
    };
    let buttons = CreateActionRow::Buttons(vec![bookmark_button(song.public_id)]);
    Draft::embed(embed.field("Coming up", next, false)).row(buttons)
}

/// The button that bookmarks a song.
pub fn bookmark_button(song: PublicId) -> CreateButton {
    CreateButton::new(BOOKMARK.with(&song)).label("Bookmark").emoji('🔖').style(ButtonStyle::Secondary)
}

/// The announcement in the now-playing channel (`D-23`).
pub fn now_playing(song: &Song) -> Draft {
    let text = format!("🎶 Now Playing: {} (submitted by <@{}>)\n{}", name(song), song.user, hear(&song.source));
    Draft::text(text).pinging(song.user)
}

/// The copy in the bookmark channel (`D-22`).
pub fn bookmark(song: &Song) -> Draft {
    let mut text =
        format!("🔖 {} {}\nSubmitted by {}\n{}", song.public_id, name(song), submitter(song), hear(&song.source));
    if let Some(note) = &song.note {
        text.push_str(&format!("\n> {}", truncate(&escape(note).replace('\n', " "), 500)));
    }
    Draft::text(text)
}

/// The answer to a bookmark.
pub fn bookmarked(song: PublicId, channel: ChannelId) -> Draft {
    Draft::text(format!("🔖 **{song}** is copied to {}.", text::channel(channel)))
}

/// The answer to `/move` and `/remove`.
pub fn moved(moved: &Moved, now: Option<Standing>) -> Draft {
    let song = &moved.entry.song;
    Draft::text(format!(
        "{} {} moved from **{}** to {}.",
        song.public_id,
        name(song),
        moved.from,
        standing(&moved.entry, now)
    ))
}

/// The answer to `/clear-free`.
pub fn cleared(count: u64) -> Draft {
    Draft::text(match count {
        0 => "The Free line is empty already.".to_owned(),
        1 => "One song moved from **Free** to **Removed**.".to_owned(),
        many => format!("{many} songs moved from **Free** to **Removed**."),
    })
}

fn submitter(song: &Song) -> String {
    let handle = song.handle().map_or_else(String::new, |handle| format!(" · @{}", escape(&handle)));
    format!("<@{}>{handle}", song.user)
}
