//! What reviewers read. Pure: read models in, drafts out.
//!
//! Whatever songs, notes and names hold, a message stays within Discord's limits: a song of a list gets a fixed share of
//! an embed's 6,000, and gives up first its note and then its link. The panel has them whole.

mod panel;

use serenity::all::{ButtonStyle, Colour};
use serenity::builder::{CreateActionRow, CreateButton, CreateEmbed, CreateEmbedFooter, CreateSelectMenuOption};

pub use panel::{Details, panel};

use super::components::{APPROVE, APPROVE_SONG, MOVE, NEXT, OnPage, OnPanel, PICK, REMOVE, REMOVE_SONG, TIER};
use crate::bot::queue::views as queue_views;
use crate::discord::Draft;
use crate::discord::component::{Arguments, Button, Menu};
use crate::discord::display::{Audience, Shown, page_row};
use crate::features::desk::model::DeadLink;
use crate::features::queue::model::{Entry, Line, Seen, Song, Source};
use crate::features::queue::queries::{LinePage, QueuePage};
use crate::flows::dead_link_removed::Refunded;
use crate::kernel::amount::Amount;
use crate::kernel::ids::GuildId;
use crate::kernel::text::{MomentStyle, discord_len, escape, mention, message_link, moment, truncate};

/// The colour of everything about the desk.
pub(super) const COLOUR: Colour = Colour::new(0x0068_4E9E);
/// The share of a song in a list: ten of them leave 500 of an embed's 6,000 to its title, description and footer.
const SHARE: usize = 540;
/// The headline of a song in a list; Discord's limit is 256.
const HEADLINE: usize = 230;
/// An artist or title longer than this is cut in a list.
const SHORT: usize = 48;
/// A note of which less than this would be left is not shown in a list.
const SHORTEST_NOTE: usize = 16;
/// What Discord allows below a choice of a menu.
const CHOICE: usize = 100;

/// A song in a list.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The song.
    pub entry: Entry,
    /// Its place in the order of `/next`, from 1; `None` in Pending Skips.
    pub place: Option<u64>,
    /// The points of its submitter.
    pub points: Amount,
}

/// What a reviewer wants to do, before the song is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// Approve it to a tier.
    Approve,
    /// Remove it.
    Remove,
}

/// The message of the reviewer queue.
pub fn main(shown: Shown, page: &QueuePage, rows: &[Listed]) -> Draft {
    let playing = page.now_playing.as_ref().map(|entry| entry.song.public_id);
    let description = match &page.now_playing {
        Some(entry) => format!("🎶 **Now playing** {} {}", entry.song.public_id, queue_views::name(&entry.song)),
        None => "Nothing plays.".to_owned(),
    };
    let empty = if rows.is_empty() { "\nThe queue is empty." } else { "" };
    let embed = CreateEmbed::new()
        .title("🎛️ Reviewer queue")
        .colour(COLOUR)
        .description(description + empty)
        .fields(rows.iter().map(|row| field(shown.guild, row)))
        .footer(queue_views::queue_footer(page));
    let next = CreateButton::new(NEXT.with(&(shown.guild, playing)))
        .label("Next song")
        .emoji('⏭')
        .style(ButtonStyle::Primary)
        .disabled(rows.is_empty());
    desk(shown, embed, rows, Some(next), (page.page, page.pages))
}

/// The message of the pending skips.
pub fn pending(shown: Shown, page: &LinePage, rows: &[Listed]) -> Draft {
    let description = match page.total {
        0 => "No song waits for a reviewer.".to_owned(),
        1 => "One song waits for a reviewer. **Approve…** puts it into the line that was paid for.".to_owned(),
        many => format!("{many} songs wait for a reviewer. **Approve…** puts one into the line that was paid for."),
    };
    let embed = CreateEmbed::new()
        .title("⏳ Pending skips")
        .colour(COLOUR)
        .description(description)
        .fields(rows.iter().map(|row| field(shown.guild, row)))
        .footer(CreateEmbedFooter::new(format!("Page {} of {}", page.page, page.pages)));
    desk(shown, embed, rows, None, (page.page, page.pages))
}

fn desk(
    shown: Shown,
    embed: CreateEmbed,
    rows: &[Listed],
    next: Option<CreateButton>,
    (page, pages): (u64, u64),
) -> Draft {
    let Shown { guild, display, .. } = shown;
    let button = |button: &Button<OnPage>, label: &str, style| {
        let id = button.with(&(guild, display, page));
        CreateButton::new(id).label(label).style(style).disabled(rows.is_empty())
    };
    let mut buttons =
        vec![button(&APPROVE, "Approve…", ButtonStyle::Success), button(&REMOVE, "Remove…", ButtonStyle::Danger)];
    buttons.extend(next);
    let mut draft = Draft::embed(embed);
    if !rows.is_empty() {
        let choices = rows.iter().map(|row| choice(&PICK, &row.entry, &row.entry.song.public_id));
        draft = draft.row(PICK.menu(&guild, "Choose a song", choices));
    }
    draft.row(CreateActionRow::Buttons(buttons)).row(page_row(shown, Audience::Team, page, pages))
}

/// A song of a list: its headline, and below it who sent it, where it is to be heard, and the note.
fn field(guild: GuildId, row: &Listed) -> (String, String, bool) {
    let (song, line) = (&row.entry.song, row.entry.place.line);
    let place = row.place.map_or(String::new(), |place| format!("{place}. "));
    let name = format!("{} – {}", escape(&truncate(&song.artist, SHORT)), escape(&truncate(&song.title, SHORT)));
    let headline = truncate(&format!("{place}{} {} {name}", line.emoji(), song.public_id), HEADLINE);
    let since = moment(row.entry.place.submitted_at, MomentStyle::Relative);
    let points = if row.points.get() == 1 { "1 point".to_owned() } else { format!("{} points", row.points) };
    let mut text = format!("{} · {}{} · {points} · {since}", line.name(), escape(&song.username), handle(song));
    let share = SHARE.saturating_sub(discord_len(&headline));
    let left = |text: &str| share.saturating_sub(discord_len(text) + 1);
    let link = hear(guild, &song.source);
    let link = if discord_len(&link) <= left(&text) { link } else { source_name(&song.source) };
    text = format!("{text}\n{link}");
    if let Some(note) = &song.note {
        let left = left(&text).saturating_sub(2);
        if left >= SHORTEST_NOTE {
            text = format!("{text}\n> {}", truncate(&escape(note).replace('\n', " "), left));
        }
    }
    (headline, truncate(&text, share), false)
}

/// ` · @handle`, where the song has one.
pub(super) fn handle(song: &Song) -> String {
    song.handle().map_or_else(String::new, |handle| format!(" · @{}", escape(&handle)))
}

/// How a song can be heard: a link to it, or to the message that holds its file, which never expires (`C-38`).
pub(super) fn hear(guild: GuildId, source: &Source) -> String {
    let name = source_name(source);
    if source.is_file_gone() {
        return queue_views::gone(&name);
    }
    match source {
        Source::Link { url, .. } => format!("[{name}](<{url}>)"),
        Source::File { kept_in, .. } => {
            format!("[{name}](<{}>)", message_link(guild, kept_in.channel, kept_in.message))
        }
    }
}

fn source_name(source: &Source) -> String {
    match source {
        Source::Link { platform, .. } => escape(&truncate(platform, SHORT)),
        Source::File { name, .. } => escape(&truncate(name, SHORT)),
    }
}

/// Which song of a page is meant.
pub fn which(guild: GuildId, intent: Intent, songs: &[Entry]) -> Draft {
    if songs.is_empty() {
        return Draft::text("No song is on this page any more.");
    }
    let (question, picks) = match intent {
        Intent::Approve => ("Which song do you want to approve?", &APPROVE_SONG),
        Intent::Remove => ("Which song do you want to remove?", &REMOVE_SONG),
    };
    let choices = songs.iter().map(|entry| {
        let seen = Seen { song: entry.song.public_id, line: entry.place.line };
        choice(picks, entry, &seen)
    });
    Draft::text(question).row(picks.menu(&guild, "Choose a song", choices))
}

/// Into which tier a song is approved: nobody decides that by default (`D-21`).
pub fn which_tier(guild: GuildId, entry: &Entry, seen: Seen) -> Draft {
    let question = format!("Into which line does {} {} go?", entry.song.public_id, queue_views::name(&entry.song));
    Draft::text(question).row(tiers(guild, seen))
}

/// The menu of the tiers that a song can be approved to.
pub(super) fn tiers(guild: GuildId, seen: Seen) -> CreateActionRow {
    lines(&TIER, "Approve to…", (guild, seen), Line::is_skip_tier)
}

/// The menu of the lines that a song can be moved to.
pub(super) fn targets(guild: GuildId, seen: Seen) -> CreateActionRow {
    lines(&MOVE, "Move to…", (guild, seen), Line::is_waiting)
}

fn lines(
    picks: &Menu<OnPanel, Line>,
    label: &str,
    (guild, seen): OnPanel,
    is_offered: fn(Line) -> bool,
) -> CreateActionRow {
    let lines = Line::WAITING.into_iter().filter(|line| *line != seen.line && is_offered(*line));
    let choices = lines.map(|line| picks.choice(&format!("{} {}", line.emoji(), line.name()), &line));
    picks.menu(&(guild, seen), label, choices)
}

fn choice<V: Arguments>(picks: &Menu<GuildId, V>, entry: &Entry, picked: &V) -> CreateSelectMenuOption {
    let song = &entry.song;
    let name = format!("{} {} – {}", song.public_id, song.artist, song.title);
    let place = format!("{} {} · {}", entry.place.line.emoji(), entry.place.line.name(), song.username);
    picks.choice(&name, picked).description(truncate(&place, CHOICE))
}

/// What was done: a song was moved, approved, held or removed. `entry` is the song at its new place.
pub fn moved(entry: &Entry, from: Line) -> String {
    let (song, to) = (&entry.song, entry.place.line);
    let name = queue_views::name(song);
    format!("{} {} {name} moved from **{from}** to **{to}**.", to.emoji(), song.public_id)
}

/// What was done: a song is played.
pub fn played(song: &Song, from: Line) -> String {
    let lost = if song.source.is_file_gone() { " ⚠️ Its file is gone: somebody deleted the message." } else { "" };
    format!("🎶 {} {} plays now, from **{from}**.{lost}", song.public_id, queue_views::name(song))
}

/// What was done: a dead link was removed.
pub fn refunded(refunded: &Refunded) -> String {
    let song = &refunded.moved.entry.song;
    let user = mention(song.user);
    let gifted = refunded.gifted.map(|coins| {
        format!("{coins} gifted coins are given back to {user}: they wait for another song on this live.")
    });
    let luxury = refunded.luxury.map(|coins| format!("{user} has {coins} Luxury Coins back."));
    let given: Vec<String> = gifted.into_iter().chain(luxury).collect();
    let given = if given.is_empty() { "There was nothing to give back.".to_owned() } else { given.join(" ") };
    format!("❌ {} {} is removed as a dead link. {given}", song.public_id, queue_views::name(song))
}

/// The direct message to a submitter whose song could not be heard.
pub fn dead_link(told: &DeadLink) -> Draft {
    Draft::text(dead_link_told(told))
}

/// The same in a channel: only the submitter is pinged.
pub fn dead_link_in_channel(told: &DeadLink) -> Draft {
    Draft::text(format!("{} {}", mention(told.user), dead_link_told(told))).pinging(told.user)
}

fn dead_link_told(told: &DeadLink) -> String {
    let DeadLink { number, title, gifted, luxury, .. } = told;
    let title = escape(&truncate(title, SHORT));
    if told.is_taken_back {
        let mut text =
            format!("🔗 Your song {number} **{title}** is back in its place: its link or file works after all.");
        if let Some(coins) = luxury {
            text.push_str(&format!(" Your **{coins} Luxury Coins** are paid for it again."));
        }
        if let Some(coins) = gifted {
            text.push_str(&format!(" Your **{coins} gifted coins** count for it again."));
        }
        return text;
    }
    let mut text = format!("🔗 Your song {number} **{title}** could not be played: its link or file does not work.");
    if let Some(coins) = luxury {
        text.push_str(&format!(" You have your **{coins} Luxury Coins** back."));
    }
    if let Some(coins) = gifted {
        text.push_str(&format!(" Your **{coins} gifted coins** count for your next song on this live."));
    }
    text + " You are welcome to send the song again with one that works."
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::features::queue::model::{Place, PublicId, SongId};
    use crate::kernel::ids::UserId;
    use crate::kernel::time::Timestamp;

    const GUILD: GuildId = GuildId::new(u64::MAX);

    fn listed(text: &str, note: &str, url: &str, points: i64) -> Listed {
        let source = Source::Link { platform: "SoundCloud".into(), url: url.into(), key: String::new() };
        let song = Song {
            public_id: PublicId::new(7),
            user: UserId::new(u64::MAX),
            username: text.into(),
            artist: text.into(),
            title: text.into(),
            source,
            note: Some(note.into()),
            tiktok_username: Some(text.into()),
        };
        let submitted_at = Timestamp::from_millis(253_402_300_799_000);
        let place = Place { user: song.user, line: Line::PendingSkips, score: 0, submitted_at, played_at: None };
        let points = Amount::try_from(points).unwrap();
        Listed { entry: Entry { id: SongId::new(1), song, place }, place: Some(u64::from(u32::MAX)), points }
    }

    /// The text of a field, of an ordinary song with this note and link.
    fn text_with(note: &str, url: &str) -> String {
        field(GUILD, &listed("Ann", note, url, 12)).1
    }

    #[test]
    fn a_song_in_a_list_gives_up_the_end_of_its_note_and_then_its_link() {
        let url = format!("https://soundcloud.com/{}", "a".repeat(90));
        let all = text_with("Be kind!", &url);
        assert!(all.contains(&format!("[SoundCloud](<{url}>)")) && all.ends_with("> Be kind!"), "{all}");
        let long = text_with(&"word ".repeat(100), &url);
        assert!(long.contains(&url) && long.ends_with('…'), "{long}");
        let longer = text_with("Be kind!", &format!("https://soundcloud.com/{}", "a".repeat(800)));
        assert!(longer.contains("\nSoundCloud\n> Be kind!"), "{longer}");
    }

    proptest! {
        #[test]
        fn ten_songs_of_any_text_fit_into_one_embed(
            text in "[*_~`|<>@:/ a-zéא👩🎶]{1,100}",
            note in "[*_~`|<>\n@:/ a-zéא👩🎶]{0,500}",
            path in "[a-z]{1,870}",
            points in 0_i64..9_007_199_254_740_991,
        ) {
            let url = format!("https://soundcloud.com/{path}");
            let (headline, value, _) = field(GUILD, &listed(&text, &note, &url, points));
            prop_assert!(discord_len(&headline) <= 256);
            prop_assert!(!headline.is_empty() && !value.is_empty());
            prop_assert!(discord_len(&value) <= 1_024);
            prop_assert!(10 * (discord_len(&headline) + discord_len(&value)) <= 5_500);
        }
    }
}
