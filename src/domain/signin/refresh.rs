//! What a session goes on by (`C-72`).
//!
//! A refresh is good for once: whoever shows it gets another one, and a new id of the session. All that came of one sign-in are a
//! family. One that is shown again was copied, and nobody can tell who is who, so the whole family ends. Within ten seconds it is
//! a browser that asked twice at once; that is refused, and nothing ends. Where nobody ever used what it was spent for, the
//! answer did not arrive: then it is good once more, and what did not arrive is good for nothing.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::over::End;
use super::session::{self, SESSIONS, Session};
use super::{ENDED, Person, Place, place};
use crate::kernel::digest::Digest;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{Direction, ErasureAction, Index, Read, Record, Table, Tx};

/// How long a refresh is good.
pub const LASTS: Duration = Duration::from_hours(30 * 24);
/// So long after a refresh was spent, the same browser may show it again without meaning it.
const TWICE: Duration = Duration::from_secs(10);

pub(super) static REFRESHES: Table<Place, Refresh> = Table::new("signin.refreshes", &[&BY_FAMILY, &BY_END])
    .erasing(|_, refresh, erasure| ErasureAction::delete_if(refresh.person.is_member(erasure.member)));
static BY_FAMILY: Index<(GuildId, Digest, Digest), Place, Refresh> =
    Index::new("signin.refreshes_by_family", |(guild, digest), refresh| Some((*guild, refresh.family, *digest)));
pub(super) static BY_END: Index<End, Place, Refresh> =
    Index::new("signin.refreshes_by_end", |(guild, digest), refresh| Some((*guild, refresh.expires, *digest)));

/// What is kept of a refresh.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Refresh {
    person: Person,
    family: Digest,
    /// The session that it was given with; it may have another id by now, if this one is spent.
    session: Digest,
    spent_at: Option<Timestamp>,
    expires: Timestamp,
}

impl Record for Refresh {}

/// The secrets of a session that goes on.
#[derive(Clone, Copy, Debug)]
pub struct Next {
    /// Its id.
    pub sid: Digest,
    /// Its refresh.
    pub refresh: Digest,
}

/// What became of a refresh that was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// The session goes on.
    Rotated(Box<Session>),
    /// It was spent a moment ago, probably by the same browser. Nothing changed.
    Repeated,
    /// It was spent before. The session has ended, whoever has it.
    Reused,
    /// There is none, or it is too old.
    Unknown,
}

/// Lets a session go on by its refresh.
pub fn rotate(tx: &Tx<'_>, shown: Digest, next: Next) -> Result<Rotation> {
    let now = tx.now();
    let Some(refresh) = REFRESHES.get(tx, &place(shown))?.filter(|refresh| refresh.expires > now) else {
        return Ok(Rotation::Unknown);
    };
    let good = match refresh.spent_at {
        None => Some((shown, refresh.clone())),
        Some(spent_at) if now.since(spent_at) <= TWICE => return Ok(Rotation::Repeated),
        Some(spent_at) => never_used(tx, refresh.family, spent_at)?,
    };
    let Some((digest, good)) = good else {
        end_family(tx, refresh.family)?;
        return Ok(Rotation::Reused);
    };
    let Some(session) = session::going_on(tx, good.session, now)? else {
        end_family(tx, refresh.family)?;
        return Ok(Rotation::Unknown);
    };
    let session = session::renew(tx, good.session, next.sid, session)?;
    // Of what did not arrive and what was shown in its place, both are spent now.
    REFRESHES.put(tx, &place(digest), &Refresh { spent_at: Some(now), ..good })?;
    REFRESHES.put(tx, &place(shown), &Refresh { spent_at: Some(now), ..refresh })?;
    give(tx, next.refresh, next.sid, &session)?;
    Ok(Rotation::Rotated(Box::new(session)))
}

/// What a refresh was spent for at a moment, where it is what is good now, and nobody was seen by it.
fn never_used(read: &dyn Read, family: Digest, spent_at: Timestamp) -> Result<Option<(Digest, Refresh)>> {
    let good = of_family(read, family)?.into_iter().find(|(_, refresh)| refresh.spent_at.is_none());
    let Some((digest, good)) = good else { return Ok(None) };
    let session = SESSIONS.get(read, &place(good.session))?;
    Ok(session.filter(|session| session.is_unused_since(spent_at)).map(|_| (digest, good)))
}

/// Gives a session a refresh.
pub(super) fn give(tx: &Tx<'_>, digest: Digest, sid: Digest, session: &Session) -> Result<()> {
    let refresh = Refresh {
        person: session.person.clone(),
        family: session.family,
        session: sid,
        spent_at: None,
        expires: session.kept_until,
    };
    REFRESHES.insert(tx, &place(digest), &refresh)
}

/// The refresh of a session that has another id now goes on with that.
pub(super) fn follow(tx: &Tx<'_>, session: &Session, sid: Digest, other: Digest) -> Result<()> {
    for (digest, refresh) in of_family(tx, session.family)? {
        if refresh.session == sid && refresh.spent_at.is_none() {
            REFRESHES.put(tx, &place(digest), &Refresh { session: other, ..refresh })?;
        }
    }
    Ok(())
}

/// The id that the session of a family has now; `None` where all of it has ended.
pub(super) fn session_of(read: &dyn Read, family: Digest) -> Result<Option<Digest>> {
    let good = of_family(read, family)?.into_iter().find(|(_, refresh)| refresh.spent_at.is_none());
    Ok(good.map(|(_, refresh)| refresh.session))
}

/// Ends all that came of one sign-in.
pub(super) fn end_family(tx: &Tx<'_>, family: Digest) -> Result<()> {
    for (digest, refresh) in of_family(tx, family)? {
        REFRESHES.remove(tx, &place(digest))?;
        SESSIONS.remove(tx, &place(refresh.session))?;
    }
    tx.publish(ENDED, GuildId::INSTANCE);
    Ok(())
}

fn of_family(read: &dyn Read, family: Digest) -> Result<Vec<(Digest, Refresh)>> {
    let mut found = Vec::new();
    for (.., digest) in BY_FAMILY.page(read, (GuildId::INSTANCE, family), Direction::Forward, usize::MAX)? {
        found.extend(REFRESHES.get(read, &place(digest))?.map(|refresh| (digest, refresh)));
    }
    Ok(found)
}
