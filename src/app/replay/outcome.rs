//! What a replay paid, and by how much two of them differ.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::Serialize;

use super::stage::GUILD;
use crate::features::coins::model::{Currency, EntryKind};
use crate::features::engagement::model::SessionId;
use crate::features::handles::model::AccountId;
use crate::features::queue::service::Moved;
use crate::features::{coins, engagement, handles};
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::kernel::time::Timestamp;
use crate::live::Handle;
use crate::store::Read;

/// What a show paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Outcome {
    /// Whose live.
    pub streamer: String,
    /// When it began.
    pub started_at: String,
    /// How long it is, in whole seconds.
    pub seconds: u64,
    /// Its sessions.
    pub sessions: u64,
    /// The settings at its end.
    pub settings: BTreeMap<String, String>,
    /// What each handle did and got: most points first.
    pub handles: Vec<Row>,
    /// All together.
    pub totals: Totals,
    /// Songs that gifts lifted, in order.
    pub songs_moved: Vec<Lift>,
    /// Lines about Discord that were left out.
    pub left_out: u64,
    /// Whether the last line was cut off.
    pub is_cut: bool,
}

/// What one handle did and got.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Row {
    /// The handle, without `@`.
    pub handle: String,
    /// The member who has it at the end.
    pub member: Option<String>,
    /// Engagement points.
    pub points: i64,
    /// What its gifts were worth.
    pub tiktok_coins: i64,
    /// Luxury Coins for gifts and watching.
    pub luxury_coins: i64,
    /// How long it watched, in whole seconds.
    pub watched_seconds: i64,
}

/// What all handles did and got.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Totals {
    /// How many handles.
    pub handles: i64,
    /// Engagement points.
    pub points: i64,
    /// What all gifts were worth.
    pub tiktok_coins: i64,
    /// Luxury Coins.
    pub luxury_coins: i64,
    /// Those of them that gifts paid.
    pub luxury_for_gifts: i64,
    /// Those of them that watching paid.
    pub luxury_for_watching: i64,
    /// The time watched, in whole seconds.
    pub watched_seconds: i64,
}

/// A song that gifts lifted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Lift {
    /// Its number.
    pub number: String,
    /// Artist and title.
    pub song: String,
    /// The line it was in.
    pub from: String,
    /// The line it is in.
    pub to: String,
}

impl Lift {
    pub(super) fn of(moved: &Moved) -> Self {
        let song = &moved.entry.song;
        Self {
            number: song.public_id.to_string(),
            song: format!("{} – {}", song.artist, song.title),
            from: moved.from.to_string(),
            to: moved.entry.place.line.to_string(),
        }
    }
}

/// What is paid in the store of a replay.
pub(super) struct Paid {
    sessions: u64,
    handles: Vec<Row>,
    totals: Totals,
}

/// Reads what was paid. `members` are those who ever had a handle.
pub(super) fn paid(read: &dyn Read, members: &BTreeSet<UserId>) -> Result<Paid> {
    let mut rows: BTreeMap<u64, (Row, Duration)> = BTreeMap::new();
    let mut sessions = 0;
    // Sessions are numbered from 1.
    while engagement::queries::session(read, GUILD, SessionId::new(sessions + 1))?.is_some() {
        sessions += 1;
        engagement::tables::PARTICIPANTS.for_each(read, (GUILD, SessionId::new(sessions)), |(.., account), who| {
            let (row, watched) = rows.entry(account.get()).or_default();
            row.points += who.points.get();
            row.tiktok_coins += who.coins.get();
            row.luxury_coins += who.luxury.get();
            *watched += who.watch.total();
            Ok(())
        })?;
    }
    let mut handles = Vec::new();
    for (account, (row, watched)) in rows {
        let Some(known) = handles::queries::account_by_id(read, GUILD, AccountId::new(account))? else { continue };
        handles.push(Row {
            handle: known.handle.as_str().to_owned(),
            member: known.linked.map(|user| user.to_string()),
            watched_seconds: i64::try_from(watched.as_secs()).unwrap_or(i64::MAX),
            ..row
        });
    }
    handles.sort_by(|one, other| other.points.cmp(&one.points).then_with(|| one.handle.cmp(&other.handle)));
    let mut totals = handles.iter().fold(Totals::default(), |sum, row| Totals {
        handles: sum.handles + 1,
        points: sum.points + row.points,
        tiktok_coins: sum.tiktok_coins + row.tiktok_coins,
        luxury_coins: sum.luxury_coins + row.luxury_coins,
        watched_seconds: sum.watched_seconds + row.watched_seconds,
        ..sum
    });
    for user in members {
        for (_, entry) in coins::queries::history(read, GUILD, Currency::Luxury, *user, usize::MAX)? {
            match entry.kind {
                EntryKind::Gift => totals.luxury_for_gifts += entry.delta,
                EntryKind::WatchTime => totals.luxury_for_watching += entry.delta,
                _ => {}
            }
        }
    }
    Ok(Paid { sessions, handles, totals })
}

impl Outcome {
    pub(super) fn new(
        streamer: Handle,
        begin: Timestamp,
        lasted: Duration,
        settings: BTreeMap<String, String>,
        Paid { sessions, handles, totals }: Paid,
        songs_moved: Vec<Lift>,
        left_out: u64,
    ) -> Self {
        Self {
            streamer: String::from(streamer),
            started_at: begin.rfc3339(),
            seconds: lasted.as_secs(),
            sessions,
            settings,
            handles,
            totals,
            songs_moved,
            left_out,
            is_cut: false,
        }
    }
}

/// By how much the second of two outcomes differs from the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Difference {
    /// The settings that differ at the end: before and after.
    pub settings: BTreeMap<String, [String; 2]>,
    /// The handles that got more or less.
    pub handles: Vec<Row>,
    /// All together.
    pub totals: Totals,
    /// How many more songs were lifted.
    pub songs_moved: i64,
}

impl Difference {
    pub(super) fn between(one: &Outcome, other: &Outcome) -> Self {
        let before: BTreeMap<&str, &Row> = one.handles.iter().map(|row| (row.handle.as_str(), row)).collect();
        let none = Row::default();
        let differs = |row: &&Row| before.get(row.handle.as_str()).is_none_or(|before| before != row);
        let handles = other.handles.iter().filter(differs).map(|row| {
            let before = before.get(row.handle.as_str()).copied().unwrap_or(&none);
            Row {
                points: row.points - before.points,
                tiktok_coins: row.tiktok_coins - before.tiktok_coins,
                luxury_coins: row.luxury_coins - before.luxury_coins,
                watched_seconds: row.watched_seconds - before.watched_seconds,
                ..row.clone()
            }
        });
        let (sum, was) = (&other.totals, &one.totals);
        let settings = other.settings.iter().filter_map(|(key, now)| {
            let before = one.settings.get(key).filter(|before| *before != now)?;
            Some((key.clone(), [before.clone(), now.clone()]))
        });
        let count = |songs: &[Lift]| i64::try_from(songs.len()).unwrap_or(i64::MAX);
        Self {
            settings: settings.collect(),
            handles: handles.collect(),
            totals: Totals {
                handles: sum.handles - was.handles,
                points: sum.points - was.points,
                tiktok_coins: sum.tiktok_coins - was.tiktok_coins,
                luxury_coins: sum.luxury_coins - was.luxury_coins,
                luxury_for_gifts: sum.luxury_for_gifts - was.luxury_for_gifts,
                luxury_for_watching: sum.luxury_for_watching - was.luxury_for_watching,
                watched_seconds: sum.watched_seconds - was.watched_seconds,
            },
            songs_moved: count(&other.songs_moved) - count(&one.songs_moved),
        }
    }
}
