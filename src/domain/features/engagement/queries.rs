//! Reads of engagement, for flows and views.

use super::model::{AccountRef, Credit, Deeds, Interaction, InteractionKind, Session, SessionId, SongRef};
use super::rules::watch;
pub use super::tables::SESSION_BEGUN;
use super::{rules, tables};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::Read;

/// The open session of a guild.
pub fn open_session(read: &dyn Read, guild: GuildId) -> Result<Option<(SessionId, Session)>> {
    tables::open_session(read, guild)
}

/// The open sessions of all guilds.
pub fn open_sessions(read: &dyn Read) -> Result<Vec<(GuildId, Session)>> {
    Ok(tables::open_sessions(read)?.into_iter().map(|(guild, _, session)| (guild, session)).collect())
}

/// The guilds with a session that lost its connection and was not continued in time (`D-26`).
pub fn guilds_left_behind(read: &dyn Read, now: Timestamp) -> Result<Vec<GuildId>> {
    let mut guilds = tables::open_sessions(read)?;
    guilds.retain(|(.., session)| rules::is_over(session, now));
    Ok(guilds.into_iter().map(|(guild, ..)| guild).collect())
}

/// The guilds with a live that has something due without an event: a streak that is over although no end of it was told
/// (`M-TIK-24`), or a viewer count (`M-TIK-25`).
pub fn guilds_to_keep_up(read: &dyn Read, now: Timestamp) -> Result<Vec<GuildId>> {
    let mut guilds = Vec::new();
    for (guild, id, session) in tables::open_sessions(read)? {
        let first = tables::first_unfinished(read, guild, id)?;
        if first.is_some_and(|at| rules::is_timed_out(at, now)) || rules::snapshot_is_due(&session, now) {
            guilds.push(guild);
        }
    }
    Ok(guilds)
}

/// The sessions in which watch time is to be counted now: the open ones every minute (`C-44`), and those that are closed
/// and not counted to their end.
pub fn sessions_to_count(read: &dyn Read, now: Timestamp) -> Result<Vec<(GuildId, SessionId)>> {
    let mut found = Vec::new();
    for (guild, id) in tables::sessions_on_watch(read)? {
        let session = tables::session(read, guild, id)?;
        found.extend(session.filter(|session| watch::count_is_due(session, now)).map(|_| (guild, id)));
    }
    Ok(found)
}

/// People of a session whose watch time is to be counted, behind one of them.
pub fn on_watch(
    read: &dyn Read,
    guild: GuildId,
    session: SessionId,
    behind: Option<AccountRef>,
    limit: usize,
) -> Result<Vec<AccountRef>> {
    tables::on_watch(read, guild, session, behind, limit)
}

/// A session by its number.
pub fn session(read: &dyn Read, guild: GuildId, id: SessionId) -> Result<Option<Session>> {
    tables::session(read, guild, id)
}

/// What a member's credit was when a reviewer last put its song below the tier that it led to then (`C-29`).
pub fn held(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Option<Amount>> {
    match tables::open_session(read, guild)? {
        Some((id, _)) => tables::held(read, guild, id, user),
        None => Ok(None),
    }
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
        Some((id, _)) => tables::credit(read, guild, id, user),
        None => Ok(None),
    }
}
