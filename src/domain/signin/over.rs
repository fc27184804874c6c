//! What has ended is forgotten, and what an hour summed is told. Where nothing is due, nothing is written.

use super::{Place, answer, guesses, link, oauth, place, refresh, session, token};
use crate::kernel::digest::Digest;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{Direction, Entries, Read, Record, Span, Table, Tx};

/// The rows of a table by the moment at which they end.
pub(super) type End = (GuildId, Timestamp, Digest);

/// So many rows of a table go in one transaction: few enough that nobody waits for it.
const AT_ONCE: usize = 100;

/// Whether there is anything to be forgotten or told.
pub fn is_any(read: &dyn Read, at: Timestamp) -> Result<bool> {
    let ends: [&Entries<End>; 6] =
        [&session::BY_END, &refresh::BY_END, &link::BY_END, &token::BY_END, &oauth::BY_END, &answer::BY_END];
    for entries in ends {
        if entries.first(read, ended_by(at), Direction::Forward)?.is_some() {
            return Ok(true);
        }
    }
    guesses::is_any_over(read, at)
}

/// Forgets some of what has ended, and tells some of what was summed. Answers whether there is more.
pub fn forget(tx: &Tx<'_>, at: Timestamp) -> Result<bool> {
    let is_more = [
        forget_in(tx, &session::SESSIONS, &session::BY_END, at)?,
        forget_in(tx, &refresh::REFRESHES, &refresh::BY_END, at)?,
        forget_in(tx, &link::LINKS, &link::BY_END, at)?,
        forget_in(tx, &token::TOKENS, &token::BY_END, at)?,
        forget_in(tx, &oauth::STATES, &oauth::BY_END, at)?,
        forget_in(tx, &answer::ANSWERS, &answer::BY_END, at)?,
        guesses::tell_over(tx, at, AT_ONCE)?,
    ];
    Ok(is_more.contains(&true))
}

fn forget_in<R: Record>(tx: &Tx<'_>, table: &Table<Place, R>, ends: &Entries<End>, at: Timestamp) -> Result<bool> {
    let ended = ends.page(tx, ended_by(at), Direction::Forward, AT_ONCE)?;
    for (.., digest) in &ended {
        table.remove(tx, &place(*digest))?;
    }
    Ok(ended.len() == AT_ONCE)
}

fn ended_by(at: Timestamp) -> Span<End> {
    Span::<End>::of(GuildId::INSTANCE).through((GuildId::INSTANCE, at))
}
