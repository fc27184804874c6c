//! What the two messages of the desk and the panel of a song show.

use super::views::{self, Details, Listed};
use crate::discord::Draft;
use crate::discord::display::{Audience, DisplayKind, Shown};
use crate::display::Installation;
use crate::features::coins::model::Currency;
use crate::features::desk::model;
use crate::features::engagement::model::SongRef;
use crate::features::queue::model::{Entry, Line, PublicId, QueueRefusal};
use crate::features::{coins, engagement, queue};
use crate::flows;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Read;

static DESK: Installation = Installation { title: "reviewer's desk", command: "`/setup-reviewer-channel`" };

/// The reviewer queue: what plays and the served lines, ten songs a page (`M-EMB-08`, `D-18`).
pub static MAIN: DisplayKind = DisplayKind {
    name: model::MAIN,
    title: "reviewer queue",
    installed_with: &DESK,
    audience: Audience::Team,
    topics: &[queue::queries::CHANGED],
    renewed_by: Some(engagement::queries::SESSION_BEGUN),
    render: main,
    placed: |tx, guild, _| flows::lines_shown::run(tx, guild),
};

/// The pending skips, ten a page (`M-EMB-09`).
pub static PENDING: DisplayKind = DisplayKind {
    name: model::PENDING,
    title: "pending skips",
    installed_with: &DESK,
    audience: Audience::Team,
    topics: &[queue::queries::CHANGED],
    renewed_by: Some(engagement::queries::SESSION_BEGUN),
    render: pending,
    placed: |tx, guild, _| flows::lines_shown::run(tx, guild),
};

fn main(read: &dyn Read, shown: Shown) -> Result<Draft> {
    let page = queue::queries::page(read, shown.guild, None, shown.page)?;
    let mut rows = Vec::with_capacity(page.rows.len());
    for row in &page.rows {
        rows.push(listed(read, shown.guild, &row.entry, row.standing.and_then(|standing| standing.ahead))?);
    }
    Ok(views::main(shown, &page, &rows))
}

fn pending(read: &dyn Read, shown: Shown) -> Result<Draft> {
    let page = queue::queries::line_page(read, shown.guild, Line::PendingSkips, shown.page)?;
    let mut rows = Vec::with_capacity(page.songs.len());
    for entry in &page.songs {
        rows.push(listed(read, shown.guild, entry, None)?);
    }
    Ok(views::pending(shown, &page, &rows))
}

fn listed(read: &dyn Read, guild: GuildId, entry: &Entry, ahead: Option<u64>) -> Result<Listed> {
    let points = coins::queries::points(read, guild, entry.song.user)?;
    Ok(Listed { entry: entry.clone(), place: ahead.map(|ahead| ahead + 1), points })
}

/// The songs that the display of a kind shows on a page.
pub(super) fn songs_on(read: &dyn Read, guild: GuildId, kind: &str, page: u64) -> Result<Vec<Entry>> {
    if kind == model::PENDING {
        return Ok(queue::queries::line_page(read, guild, Line::PendingSkips, page)?.songs);
    }
    let page = queue::queries::page(read, guild, None, page)?;
    Ok(page.rows.into_iter().map(|row| row.entry).collect())
}

/// What the panel of a song shows.
pub(super) fn details(read: &dyn Read, guild: GuildId, public_id: PublicId) -> Result<Details> {
    let entry = queue::queries::song(read, guild, public_id)?.ok_or(QueueRefusal::NoSuchSong { public_id })?;
    let user = entry.song.user;
    let lifted = engagement::queries::credit(read, guild, user)?
        .filter(|credit| credit.song == Some(SongRef::new(entry.id.get())))
        .map(|credit| credit.coins);
    let playing = queue::queries::now_playing(read, guild)?;
    Ok(Details {
        standing: queue::queries::standing(read, guild, &entry)?,
        is_playing: playing.is_some_and(|playing| playing.id == entry.id),
        record: queue::queries::record_of(read, guild, &entry)?,
        points: coins::queries::points(read, guild, user)?,
        luxury: coins::queries::balance(read, guild, Currency::Luxury, user)?,
        gifted: lifted,
        entry,
    })
}
