//! Reads of engagement, for flows and views.

use super::model::{Credit, Deeds, Interaction, InteractionKind, Session, SessionId, SongRef};
use super::rules::watch;
pub use super::tables::{SESSION_BEGUN, on_watch, open_session};
use super::{rules, tables};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::{Cursor, Read, Selected, Selection};

/// Whether the session of a guild lost its connection and was not continued in time (`D-26`).
pub fn is_left_behind(read: &dyn Read, guild: GuildId, now: Timestamp) -> Result<bool> {
    Ok(tables::open_session(read, guild)?.is_some_and(|(_, session)| rules::is_over(&session, now)))
}

/// Whether the live of a guild has something due without an event: a streak that is over although no end of it was told
/// (`M-TIK-24`), or a viewer count (`M-TIK-25`).
pub fn is_to_keep_up(read: &dyn Read, guild: GuildId, now: Timestamp) -> Result<bool> {
    let Some((id, session)) = tables::open_session(read, guild)? else { return Ok(false) };
    let first = tables::first_unfinished(read, guild, id)?;
    Ok(first.is_some_and(|at| rules::is_timed_out(at, now)) || rules::snapshot_is_due(&session, now))
}

/// Whether watch time is to be counted now in a session: in an open one every minute (`C-44`), in one that is closed until
/// it is counted to its end.
pub fn watch_is_due(read: &dyn Read, guild: GuildId, id: SessionId, now: Timestamp) -> Result<bool> {
    Ok(tables::SESSIONS.get(read, &(guild, id))?.is_some_and(|session| watch::count_is_due(&session, now)))
}

/// A session by its number.
pub fn session(read: &dyn Read, guild: GuildId, id: SessionId) -> Result<Option<Session>> {
    tables::SESSIONS.get(read, &(guild, id))
}

/// A page of the sessions of a guild, latest first.
pub fn sessions(
    read: &dyn Read,
    guild: GuildId,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Selected<(SessionId, Session)>> {
    let selection = Selection::of(guild).backward().after(after).limit(limit);
    let Selected { rows, next, looked_at } = tables::SESSIONS.select(read, &selection, |_, _| true)?;
    let rows = rows.into_iter().map(|((_, id), session)| (id, session)).collect();
    Ok(Selected { rows, next, looked_at })
}

/// What a member's credit was when a reviewer last put its song below the tier that it led to then (`C-29`).
pub fn held(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Option<Amount>> {
    match tables::open_session(read, guild)? {
        Some((id, _)) => tables::CREDITS_HELD.get(read, &(guild, id, user)),
        None => Ok(None),
    }
}

/// What a song used up of its submitter's gifts in a session.
pub fn used(read: &dyn Read, guild: GuildId, session: SessionId, song: SongRef) -> Result<Amount> {
    tables::used(read, guild, session, song)
}

/// The songs that have a credit in the open session.
pub fn songs_with_credit(read: &dyn Read, guild: GuildId) -> Result<Vec<SongRef>> {
    match tables::open_session(read, guild)? {
        Some((id, _)) => tables::songs_with_credit(read, guild, id),
        None => Ok(Vec::new()),
    }
}

/// The latest gifts of a session, the last one first. Looks at some of what happened last, so that nobody waits for it.
pub fn latest_gifts(read: &dyn Read, guild: GuildId, session: SessionId, limit: usize) -> Result<Vec<Interaction>> {
    tables::latest_of(read, guild, session, InteractionKind::Gift, limit)
}

/// What everybody of a session did together, and what their gifts were worth.
pub fn sums(read: &dyn Read, guild: GuildId, session: SessionId) -> Result<(Deeds, Amount)> {
    let (mut deeds, mut coins) = (Deeds::default(), Amount::ZERO);
    tables::PARTICIPANTS.for_each(read, (guild, session), |_, person| {
        deeds.add_all(&person.deeds);
        coins = coins.clamped_change(person.coins.get());
        Ok(())
    })?;
    Ok((deeds, coins))
}

/// A member's credit in the open session.
pub fn credit(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Option<Credit>> {
    match tables::open_session(read, guild)? {
        Some((id, _)) => tables::CREDITS.get(read, &(guild, id, user)),
        None => Ok(None),
    }
}
