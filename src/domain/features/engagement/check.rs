//! The invariants of engagement beyond those of the indexes.

use std::collections::BTreeSet;

use super::model::{Session, SessionId};
use super::sums::{self, Sums};
use super::tables;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::{Direction, Key, Read, Record, Span, Table};

/// What is wrong in a guild, one sentence each: at most one session is open; interactions, viewer counts and people
/// belong to a session; streaks, credits and marks belong to the open one; what is kept as sums is what the interactions
/// add up to.
pub fn check(read: &dyn Read, guild: GuildId) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    if tables::open_count(read, guild)? > 1 {
        findings.push("more than one session is open".to_owned());
    }
    let mut sessions = BTreeSet::new();
    tables::SESSIONS.for_each(read, guild, |(_, id), session| {
        sessions.insert(id);
        if session.last_event_at < session.started_at || session.ended_at.is_some_and(|end| end < session.started_at) {
            findings.push(format!("session {id} ended before it began"));
        }
        if session.ended_at.is_some() && session.is_connected {
            findings.push(format!("session {id} ended and is still connected"));
        }
        compare_sums(read, guild, id, &session, &mut findings)
    })?;
    for session in recorded_sessions(read, guild)? {
        if !sessions.contains(&session) {
            findings.push(format!("session {session} has interactions, viewers or watch time and is not there"));
        }
    }
    let open = tables::open_session(read, guild)?.map(|(id, _)| id);
    for session in tables::sessions_with_open_state(read, guild)? {
        if Some(session) != open {
            findings.push(format!("session {session} is not open and has streaks, credits or marks"));
        }
    }
    Ok(findings)
}

/// Compares the sums of a session with its interactions.
fn compare_sums(
    read: &dyn Read,
    guild: GuildId,
    id: SessionId,
    session: &Session,
    findings: &mut Vec<String>,
) -> Result<()> {
    let Sums { mut people, mut coins } = sums::of(read, guild, id, session)?;
    tables::PARTICIPANTS.for_each(read, (guild, id), |(.., account), kept| {
        let told = people.remove(&account).unwrap_or_default();
        if (kept.deeds, kept.coins) != (told.deeds, told.coins) {
            findings.push(format!("what account {account} did in session {id} is not what its interactions add up to"));
        }
        if kept.watch.counted_until > kept.watch.present_until || kept.watch.unpaid() > kept.watch.total() {
            findings.push(format!("the watch time of account {account} in session {id} cannot be right"));
        }
        Ok(())
    })?;
    tables::COINS_BY_MINUTE.for_each(read, (guild, id), |(.., minute), kept| {
        if coins.remove(&minute) != Some(kept) {
            findings.push(format!("the coins of minute {minute} of session {id} are not those of its gifts"));
        }
        Ok(())
    })?;
    findings.extend(people.keys().map(|account| format!("session {id} has no sums for account {account}")));
    findings.extend(coins.keys().map(|minute| format!("session {id} has no coins for minute {minute}")));
    Ok(())
}

/// The sessions that interactions, viewer counts and watch time belong to.
fn recorded_sessions(read: &dyn Read, guild: GuildId) -> Result<BTreeSet<SessionId>> {
    let mut found = BTreeSet::new();
    collect_sessions(read, guild, &tables::INTERACTIONS, &mut found)?;
    collect_sessions(read, guild, &tables::VIEWER_SNAPSHOTS, &mut found)?;
    collect_sessions(read, guild, &tables::PARTICIPANTS, &mut found)?;
    collect_sessions(read, guild, &tables::COINS_BY_MINUTE, &mut found)?;
    Ok(found)
}

/// Looks once into each session of a table, not at every row.
fn collect_sessions<K: Key, V: Record>(
    read: &dyn Read,
    guild: GuildId,
    table: &Table<(GuildId, SessionId, K), V>,
    found: &mut BTreeSet<SessionId>,
) -> Result<()> {
    let mut rest = Span::of(guild);
    while let Some(((_, session, _), _)) = table.first(read, rest.clone(), Direction::Forward)? {
        found.insert(session);
        rest = rest.after((guild, session));
    }
    Ok(())
}
