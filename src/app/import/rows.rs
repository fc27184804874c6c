//! A row of another bot becomes one of ours: typed, bounded and cleaned as if somebody had typed it, or a reason why not.

use url::Url;

use crate::activity::debug_channel::DEBUG_CHANNEL;
use crate::features::engagement::model::{Interaction, InteractionKind, Session};
use crate::features::engagement::settings::METRICS_CHANNEL;
use crate::features::handles::service::ImportedAccount;
use crate::features::queue::model::{Line, Place, PublicId, Song, Source};
use crate::features::queue::settings::{BOOKMARK_CHANNEL, NOW_PLAYING, NOW_PLAYING_CHANNEL};
use crate::features::submissions::links::{LinkVerdict, judge};
use crate::features::submissions::settings::SUBMISSION_CHANNEL;
use crate::features::{self, submissions::model::TextField};
use crate::flows::imported::Row;
use crate::kernel::amount::Amount;
use crate::kernel::ids::{ChannelId, UserId};
use crate::kernel::text::{one_line, paragraph};
use crate::kernel::time::Timestamp;
use crate::live::Handle;
use crate::settings::Setting;

/// The longest name of a member that is kept, in characters.
const NAME_CHARS: usize = 100;
/// The longest text of an interaction that is kept, in characters.
const VALUE_CHARS: usize = 500;

/// The channels that another bot may have had, by the key under which it kept them.
const CHANNELS: [&Setting<Option<ChannelId>>; 5] =
    [&SUBMISSION_CHANNEL, &NOW_PLAYING_CHANNEL, &BOOKMARK_CHANNEL, &METRICS_CHANNEL, &DEBUG_CHANNEL];

/// A value of a row, whatever the file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Cell {
    /// Nothing.
    #[default]
    Empty,
    /// A whole number.
    Number(i64),
    /// A number with a point.
    Real(f64),
    /// A text.
    Text(String),
}

/// The values of a row by the names of their columns.
pub(super) trait Cells {
    /// The value of a column; nothing where there is no such column.
    fn cell(&self, column: &str) -> Cell;

    /// A text; a number is one as well.
    fn text(&self, column: &str) -> Option<String> {
        let text = match self.cell(column) {
            Cell::Empty => return None,
            Cell::Number(number) => number.to_string(),
            Cell::Real(number) => number.to_string(),
            Cell::Text(text) => text,
        };
        Some(text).filter(|text| !text.trim().is_empty())
    }

    /// A whole number, also one that is written as text.
    fn number(&self, column: &str) -> Option<i64> {
        match self.cell(column) {
            Cell::Number(number) => Some(number),
            Cell::Text(text) => text.trim().parse().ok(),
            Cell::Empty | Cell::Real(_) => None,
        }
    }

    /// The number of something there, above 0.
    fn id(&self, column: &str) -> Option<u64> {
        self.number(column).and_then(|number| u64::try_from(number).ok()).filter(|number| *number > 0)
    }

    /// A moment.
    fn moment(&self, column: &str) -> Option<Timestamp> {
        match self.cell(column) {
            Cell::Number(seconds) => plausible(seconds.checked_mul(1_000_000).map(Timestamp::from_micros)?),
            Cell::Text(text) => plausible(moment(&text)?),
            Cell::Empty | Cell::Real(_) => None,
        }
    }

    /// An amount; nothing counts as 0, less than 0 and too much are none.
    fn amount(&self, column: &str) -> Result<Amount, String> {
        let wrong = || format!("{column} is no amount");
        match self.cell(column) {
            Cell::Empty => Ok(Amount::ZERO),
            _ => self.number(column).and_then(|number| Amount::try_from(number).ok()).ok_or_else(wrong),
        }
    }
}

/// Years in which a bot for TikTok lives can have run.
fn plausible(at: Timestamp) -> Option<Timestamp> {
    /// 2015 and 2100.
    const YEARS: std::ops::Range<i64> = 1_420_070_400..4_102_444_800;
    YEARS.contains(&at.seconds()).then_some(at)
}

/// Reads a moment in the forms that databases write; without a zone it is UTC.
pub(super) fn moment(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<i64>() {
        return seconds.checked_mul(1_000_000).map(Timestamp::from_micros);
    }
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, "00:00:00"));
    let zone_at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at_checked(zone_at)?;
    let digits: String = zone.chars().filter(char::is_ascii_digit).collect();
    let zone = match (zone.get(..1), digits.len()) {
        (None | Some("Z" | "z"), _) => "Z".to_owned(),
        (Some(sign), 2) => format!("{sign}{digits}:00"),
        (Some(sign), 4) => format!("{sign}{}:{}", digits.get(..2)?, digits.get(2..)?),
        _ => return None,
    };
    let clock = if clock.trim().len() == 5 { format!("{}:00", clock.trim()) } else { clock.trim().to_owned() };
    Timestamp::from_rfc3339(&format!("{date}T{clock}{zone}"))
}

/// What a row becomes, or why it cannot come in. The text is the beginning of the names of its source.
pub(super) type RowOf = fn(&dyn Cells, &str) -> Result<Row, String>;

/// A setting.
pub(super) fn setting(cells: &dyn Cells, _source: &str) -> Result<Row, String> {
    let key = cells.text("key").ok_or("it has no key")?;
    if let Some(setting) = CHANNELS.into_iter().find(|setting| setting.key() == key) {
        let channel = cells.id("channel_id").or_else(|| cells.id("value")).ok_or("it names no channel")?;
        return Ok(Row::Channel(setting, ChannelId::new(channel)));
    }
    if key == NOW_PLAYING.key() {
        return Err("what plays is known again with the next song".to_owned());
    }
    let listed = features::ALL.iter().flat_map(|feature| feature.settings).find(|listed| listed.setting.key() == key);
    let listed = listed.ok_or("Greenroom has no such setting")?;
    let value = cells.text("value").ok_or("it has no value")?;
    Ok(Row::Setting(listed.setting, value))
}

/// A handle.
pub(super) fn account(cells: &dyn Cells, source: &str) -> Result<Row, String> {
    let account = brought(cells)?;
    let id = cells.text("handle_id").unwrap_or_else(|| account.handle.as_str().to_owned());
    Ok(Row::Account(format!("{source}/tiktok_accounts/{id}"), account))
}

/// A handle of our own file of points.
pub(super) fn own_account(cells: &dyn Cells, _source: &str) -> Result<Row, String> {
    brought(cells).map(Row::OwnAccount)
}

fn brought(cells: &dyn Cells) -> Result<ImportedAccount, String> {
    let name = cells.text("handle_name").ok_or("it has no handle")?;
    let handle = Handle::try_from(name).map_err(|error| error.to_string())?;
    let first_seen = cells.moment("first_seen").or_else(|| cells.moment("last_seen"));
    let first_seen = first_seen.ok_or("it has no time at which it was seen")?;
    Ok(ImportedAccount {
        handle,
        first_seen,
        last_seen: cells.moment("last_seen").unwrap_or(first_seen).max(first_seen),
        points: cells.amount("points")?,
        level: level(cells, "last_known_level"),
        linked: cells.id("linked_discord_id").map(UserId::new),
    })
}

fn level(cells: &dyn Cells, column: &str) -> Option<u32> {
    cells.id(column).and_then(|level| u32::try_from(level).ok())
}

/// A member's points in our own file of points.
pub(super) fn own_points(cells: &dyn Cells, _source: &str) -> Result<Row, String> {
    let user = cells.id("user_id").ok_or("it names no member")?;
    Ok(Row::OwnPoints(UserId::new(user), cells.amount("points")?))
}

/// A member's points.
pub(super) fn points(cells: &dyn Cells, source: &str) -> Result<Row, String> {
    let user = cells.id("user_id").ok_or("it names no member")?;
    Ok(Row::Points(format!("{source}/user_points/{user}"), UserId::new(user), cells.amount("points")?))
}

/// A member's Luxury Coins.
pub(super) fn coins(cells: &dyn Cells, source: &str) -> Result<Row, String> {
    let user = cells.id("user_id").ok_or("it names no member")?;
    Ok(Row::Coins(format!("{source}/luxury_coins/{user}"), UserId::new(user), cells.amount("balance")?))
}

/// A song.
pub(super) fn song(cells: &dyn Cells, source: &str) -> Result<Row, String> {
    let id = cells.id("id").ok_or("it has no number")?;
    let user = cells.id("user_id").ok_or("it names no member")?;
    let line = cells.text("queue_line").ok_or("it is in no line")?;
    let line: Line = line.trim().parse().map_err(|_| "there is no such line".to_owned())?;
    let submitted_at = cells.moment("submission_time").ok_or("it has no time of submission")?;
    let played_at = match line {
        Line::SongsPlayed => Some(cells.moment("played_time").unwrap_or(submitted_at)),
        Line::Removed => cells.moment("played_time"),
        _ => None,
    };
    let username = Some(one_line(&cells.text("username").unwrap_or_default(), NAME_CHARS));
    let username = username.filter(|name| !name.is_empty()).unwrap_or_else(|| user.to_string());
    let text = |column: &str, field: TextField| {
        Some(one_line(&cells.text(column)?, field.max_len())).filter(|text| !text.is_empty())
    };
    let note = cells.text("note").map(|note| paragraph(&note, TextField::Note.max_len()));
    let song = Song {
        public_id: PublicId::new(0),
        user: UserId::new(user),
        artist: text("artist_name", TextField::Artist).unwrap_or_else(|| username.clone()),
        title: text("song_name", TextField::Title).unwrap_or_else(|| "Not Known".to_owned()),
        source: heard_at(&cells.text("link_or_file").ok_or("it has no link")?)?,
        note: note.filter(|note| !note.is_empty()),
        tiktok_username: cells
            .text("tiktok_username")
            .and_then(|name| Handle::try_from(name).ok())
            .map(|handle| handle.as_str().to_owned()),
        username,
    };
    let place = Place { user: song.user, line, score: 0, submitted_at, played_at };
    let wanted = cells.text("public_id").and_then(|number| number.parse().ok());
    Ok(Row::Song(format!("{source}/submissions/{id}"), Box::new(song), place, wanted))
}

/// Where a song is to be heard: a link that is taken today, or a file on Discord, whose link may have expired.
fn heard_at(link: &str) -> Result<Source, String> {
    match judge(link.trim()) {
        LinkVerdict::Accepted(song) => {
            Ok(Source::Link { platform: song.platform.name().to_owned(), url: song.url, key: song.key })
        }
        _ => discord_file(link.trim()).ok_or_else(|| "its link is none that is taken here".to_owned()),
    }
}

fn discord_file(link: &str) -> Option<Source> {
    let url = Url::parse(link).ok()?;
    let is_discord = matches!(url.host_str(), Some("cdn.discordapp.com" | "media.discordapp.net"));
    let is_plain = url.scheme() == "https" && url.port().is_none() && url.username().is_empty() && link.len() <= 900;
    // Such characters mean nothing in Markdown.
    let is_inert = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-%=&".contains(&byte));
    let path = url.path();
    let query = url.query().unwrap_or_default();
    if !(is_discord && is_plain && path.starts_with("/attachments/") && is_inert(path) && is_inert(query)) {
        return None;
    }
    let address = format!("https://{}{path}", url.host_str()?);
    let key = format!("discord:{path}");
    let url = if query.is_empty() { address } else { format!("{address}?{query}") };
    Some(Source::Link { platform: "Discord".to_owned(), url, key })
}

/// A live.
pub(super) fn session(cells: &dyn Cells, source: &str) -> Result<Row, String> {
    let id = cells.id("id").ok_or("it has no number")?;
    let name = cells.text("tiktok_username").ok_or("it names no host")?;
    let streamer = Handle::parse(&name).map_err(|error| error.to_string())?;
    let started_at = cells.moment("start_time").ok_or("it has no beginning")?;
    let ended_at = cells.moment("end_time").unwrap_or(started_at).max(started_at);
    let session = Session {
        streamer,
        started_at,
        ended_at: Some(ended_at),
        last_event_at: ended_at,
        is_connected: false,
        last_snapshot_at: None,
        viewers: None,
        connections: Vec::new(),
        counted_at: ended_at,
    };
    Ok(Row::Session(format!("{source}/live_sessions/{id}"), Box::new(session)))
}

/// Something that happened on a live.
pub(super) fn interaction(cells: &dyn Cells, source: &str) -> Result<Row, String> {
    let number = cells.id("id").ok_or("it has no number")?;
    let session = cells.id("session_id").ok_or("it belongs to no live")?;
    let kind = cells.text("interaction_type").ok_or("it has no type")?;
    let kind: InteractionKind = kind.trim().parse().map_err(|_| "there is no such type")?;
    let coin_value = match cells.cell("coin_value") {
        Cell::Empty => None,
        _ => Some(cells.amount("coin_value")?),
    };
    let interaction = Interaction {
        account: None,
        kind,
        value: cells.text("value").map(|value| paragraph(&value, VALUE_CHARS)),
        coin_value: coin_value.filter(|_| kind == InteractionKind::Gift),
        level: level(cells, "user_level"),
        at: cells.moment("timestamp").ok_or("it has no time")?,
    };
    Ok(Row::Interaction {
        session: format!("{source}/live_sessions/{session}"),
        number,
        account: cells.id("tiktok_account_id").map(|account| format!("{source}/tiktok_accounts/{account}")),
        interaction,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn moments_are_read_as_databases_write_them() {
        let expected = Timestamp::from_rfc3339("2025-01-02T03:04:05Z");
        for text in [
            "2025-01-02 03:04:05",
            "2025-01-02T03:04:05Z",
            " 2025-01-02 03:04:05+00 ",
            "2025-01-02 03:04:05+00:00",
            "2025-01-02 04:04:05+0100",
            "2025-01-01T22:04:05-05:00",
            "1735787045",
        ] {
            assert_eq!(moment(text), expected, "{text}");
        }
        assert_eq!(moment("2025-01-02"), Timestamp::from_rfc3339("2025-01-02T00:00:00Z"));
        assert_eq!(moment("2025-01-02 03:04"), Timestamp::from_rfc3339("2025-01-02T03:04:00Z"));
        for text in ["", "yesterday", "2025-13-02", "2025-01-02 25:00:00", "03:04", "2025-01-02 03:04:05+1"] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn only_links_that_can_do_no_harm_are_kept() {
        let file = "https://cdn.discordapp.com/attachments/1/2/my_song.mp3?ex=1&is=2&hm=3";
        assert_eq!(heard_at(file).unwrap().link_or_file(), file);
        for link in [
            "https://cdn.discordapp.com/attachments/1/2/a)b.mp3",
            "https://cdn.discordapp.com/avatars/1.png",
            "https://cdn.discordapp.com.evil.tld/attachments/1/2/a.mp3",
            "http://cdn.discordapp.com/attachments/1/2/a.mp3",
            "https://me@cdn.discordapp.com/attachments/1/2/a.mp3",
            "a.mp3",
        ] {
            assert!(heard_at(link).is_err(), "{link}");
        }
    }

    struct Odd(Vec<(String, Cell)>);

    impl Cells for Odd {
        fn cell(&self, column: &str) -> Cell {
            self.0.iter().find(|(name, _)| name == column).map(|(_, cell)| cell.clone()).unwrap_or_default()
        }
    }

    fn cells() -> impl Strategy<Value = Cell> {
        prop_oneof![
            Just(Cell::Empty),
            any::<i64>().prop_map(Cell::Number),
            any::<f64>().prop_map(Cell::Real),
            ".*".prop_map(Cell::Text),
            "[0-9TZ :.+-]{0,30}".prop_map(Cell::Text),
            Just(Cell::Text("Free".into())),
            Just(Cell::Text("gift".into())),
        ]
    }

    proptest! {
        #[test]
        fn no_row_panics_whatever_is_in_it(values in proptest::collection::vec(cells(), 24)) {
            let names = [
                "key", "value", "channel_id", "handle_id", "handle_name", "first_seen", "last_seen", "points",
                "last_known_level", "linked_discord_id", "user_id", "balance", "id", "queue_line", "submission_time",
                "played_time", "link_or_file", "session_id", "interaction_type", "coin_value", "timestamp",
                "tiktok_username", "start_time", "public_id",
            ];
            let odd = Odd(names.into_iter().map(str::to_owned).zip(values).collect());
            for row in [setting, account, own_account, points, own_points, coins, song, session, interaction] {
                let _ = row(&odd, "luxbot");
            }
        }
    }
}
