//! Sessions: who is signed in in which browser.
//!
//! A session counts for 24 hours, and goes on by its [refresh](super::refresh) under another id, for up to 30 days from the last
//! time. Its row stays as long as it can go on. Each sign-in and each fresh proof has a new id, so whoever knew the one before
//! knows nothing (`C-72`).

use std::cmp::Reverse;
use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::activity::{SIGNED_IN, SIGNED_OUT_EVERYWHERE};
use super::address::network;
use super::over::End;
use super::{Person, Place, SEEN_EVERY, operator, place, refresh};
use crate::kernel::digest::Digest;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::text::{hex, one_line};
use crate::kernel::time::Timestamp;
use crate::refusals;
use crate::store::{Direction, ErasureAction, Index, Read, Record, Table, Tx};

/// How long a session counts.
pub const LASTS: Duration = Duration::from_hours(24);
/// The most sessions of one person. One more ends that which was not seen for longest.
const MOST: usize = 50;
/// The most servers that are shown of a session.
const MOST_GUILDS: usize = 100;
/// The longest name of a browser, and of somebody or a server, in characters.
const LONGEST_AGENT: usize = 60;
const LONGEST_NAME: usize = 100;
/// Sessions that are looked at for those of one server.
const LOOKED_AT: usize = 5_000;
/// How many characters of a digest a session is called by in a list.
const MARK: usize = 16;

pub(super) static SESSIONS: Table<Place, Session> = Table::new("signin.sessions", &[&BY_PERSON, &BY_END])
    .erasing(|_, session, erasure| ErasureAction::delete_if(session.person.is_member(erasure.member)));
static BY_PERSON: Index<(GuildId, UserId, Digest), Place, Session> =
    Index::new("signin.sessions_by_person", |(guild, sid), session| Some((*guild, session.person.number(), *sid)));
pub(super) static BY_END: Index<End, Place, Session> =
    Index::new("signin.sessions_by_end", |(guild, sid), session| Some((*guild, session.kept_until, *sid)));

/// Somebody who is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Who.
    pub person: Person,
    /// What they are called.
    pub name: String,
    /// The hash of their picture on Discord.
    pub avatar: Option<String>,
    /// How they came in.
    pub door: Door,
    /// What all of its refreshes have in common.
    pub family: Digest,
    /// When they came in.
    pub began: Timestamp,
    /// When they were last seen, give or take five minutes.
    pub seen: Timestamp,
    /// When they last proved who they are.
    pub proven_at: Timestamp,
    /// Up to when it counts.
    pub expires: Timestamp,
    /// Up to when it can go on by its refresh.
    pub kept_until: Timestamp,
    /// The browser, in words.
    pub agent: String,
    /// The network from which they came in.
    pub network: String,
    /// Their servers at that time, to be shown (`C-73`). They say nothing of rights.
    pub guilds: Vec<ShownGuild>,
}

impl Record for Session {}

/// How somebody came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Door {
    /// By a password.
    Password,
    /// By a link.
    Link,
    /// By Discord.
    Discord,
}

/// A server, to be shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownGuild {
    /// Which.
    pub id: GuildId,
    /// What it is called.
    pub name: String,
    /// The hash of its picture on Discord.
    pub icon: Option<String>,
}

/// Somebody who signs in, and has proved who they are.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The id of the session.
    pub sid: Digest,
    /// Its first refresh.
    pub refresh: Digest,
    /// Who.
    pub person: Person,
    /// What they are called.
    pub name: String,
    /// The hash of their picture on Discord.
    pub avatar: Option<String>,
    /// How they come in.
    pub door: Door,
    /// The browser, in words.
    pub agent: String,
    /// From where.
    pub address: IpAddr,
    /// Their servers, to be shown.
    pub guilds: Vec<ShownGuild>,
    /// The session that this browser had, which ends.
    pub replaces: Option<Digest>,
}

refusals! {
    /// What is refused of sessions.
    pub enum SessionRefusal {
        /// There is no such session.
        NoneSuch => "signin.no_such_session" as NotThere, "You are not signed in there any more.";
    }
}

impl Session {
    /// Whether they proved within this span who they are.
    pub fn is_proven_within(&self, span: Duration, now: Timestamp) -> bool {
        self.proven_at.after(span) > now
    }

    /// Whether it went on at this moment, and nobody was seen by it since.
    pub(super) fn is_unused_since(&self, moment: Timestamp) -> bool {
        self.expires == moment.after(LASTS) && self.seen < moment
    }

    /// Whether it is to be written that they were seen.
    pub fn is_to_be_touched(&self, now: Timestamp) -> bool {
        now.since(self.seen) >= SEEN_EVERY
    }
}

/// Begins a session.
pub fn begin(tx: &Tx<'_>, sign_in: &SignIn) -> Result<Session> {
    if let Some(former) = sign_in.replaces {
        end(tx, former)?;
    }
    let session = sign_in.session(tx.now());
    put(tx, sign_in.sid, &session)?;
    refresh::give(tx, sign_in.refresh, sign_in.sid, &session)?;
    for (oldest, _) in list_of(tx, &session.person, tx.now())?.into_iter().skip(MOST) {
        end(tx, oldest)?;
    }
    session.person.did(SIGNED_IN.with(session.door)).note(tx, GuildId::INSTANCE)?;
    Ok(session)
}

/// The session of an id, where it counts at this moment.
pub fn of(read: &dyn Read, sid: Digest, now: Timestamp) -> Result<Option<Session>> {
    Ok(going_on(read, sid, now)?.filter(|session| session.expires > now))
}

/// Up to when somebody is signed in who came in by this family, whatever id their session has by now; `None` where it does not
/// count at this moment.
pub fn end_of_family(read: &dyn Read, family: Digest, now: Timestamp) -> Result<Option<Timestamp>> {
    let Some(sid) = refresh::session_of(read, family)? else { return Ok(None) };
    Ok(of(read, sid, now)?.map(|session| session.expires))
}

/// The session of an id, where it counts or can still go on by its refresh.
pub(super) fn going_on(read: &dyn Read, sid: Digest, now: Timestamp) -> Result<Option<Session>> {
    let Some(session) = SESSIONS.get(read, &place(sid))? else { return Ok(None) };
    Ok((session.kept_until > now && is_by_present_password(read, &session)?).then_some(session))
}

/// Notes that whoever has a session was seen. Nothing is written within five minutes of the last time.
pub fn touch(tx: &Tx<'_>, sid: Digest) -> Result<()> {
    match of(tx, sid, tx.now())? {
        Some(session) if session.is_to_be_touched(tx.now()) => put(tx, sid, &Session { seen: tx.now(), ..session }),
        _ => Ok(()),
    }
}

/// Notes that whoever has a session just proved who they are, and gives it another id. `None` where it does not count.
pub fn prove(tx: &Tx<'_>, sid: Digest, other: Digest) -> Result<Option<Session>> {
    let Some(session) = of(tx, sid, tx.now())? else { return Ok(None) };
    let session = Session { proven_at: tx.now(), seen: tx.now(), ..session };
    SESSIONS.remove(tx, &place(sid))?;
    put(tx, other, &session)?;
    refresh::follow(tx, &session, sid, other)?;
    Ok(Some(session))
}

/// Ends a session. Answers whether there was one.
pub fn end(tx: &Tx<'_>, sid: Digest) -> Result<bool> {
    let Some(session) = SESSIONS.remove(tx, &place(sid))? else { return Ok(false) };
    refresh::end_family(tx, session.family)?;
    Ok(true)
}

/// What a session is called where its person sees it in a list. It says nothing of the id.
pub fn mark(sid: Digest) -> String {
    hex(Digest::of(sid.bytes()).bytes()).chars().take(MARK).collect()
}

/// Ends the session of a person that is called so. Answers its id.
pub fn end_marked(tx: &Tx<'_>, person: &Person, called: &str) -> Result<Digest> {
    let found = rows_of(tx, person)?.into_iter().map(|(sid, _)| sid).find(|sid| mark(*sid) == called);
    let sid = found.ok_or(SessionRefusal::NoneSuch)?;
    end(tx, sid)?;
    Ok(sid)
}

/// Ends the sessions of a person at their word, but for the one that they may be in. Answers how many.
pub fn sign_out_everywhere(tx: &Tx<'_>, person: &Person, except: Option<Digest>) -> Result<usize> {
    let ended = end_all_of(tx, person, except)?;
    person.did(SIGNED_OUT_EVERYWHERE.with(ended)).note(tx, GuildId::INSTANCE)?;
    Ok(ended)
}

/// Ends all sessions of a person but one. Answers how many.
pub fn end_all_of(tx: &Tx<'_>, person: &Person, except: Option<Digest>) -> Result<usize> {
    let mut ended = 0;
    for (sid, _) in rows_of(tx, person)?.into_iter().filter(|(sid, _)| Some(*sid) != except) {
        ended += usize::from(end(tx, sid)?);
    }
    Ok(ended)
}

/// Where a person is signed in, each with its id, the last seen first.
pub fn list_of(read: &dyn Read, person: &Person, now: Timestamp) -> Result<Vec<(Digest, Session)>> {
    let mut found = Vec::new();
    for (sid, _) in rows_of(read, person)? {
        found.extend(going_on(read, sid, now)?.map(|session| (sid, session)));
    }
    found.sort_by_key(|(_, session)| Reverse(session.seen));
    Ok(found)
}

/// What a member was called when they were last seen, as long as a session of theirs is kept.
pub fn name_of(read: &dyn Read, user: UserId) -> Result<Option<String>> {
    let last = rows_of(read, &Person::Member { user })?.into_iter().max_by_key(|(_, session)| session.seen);
    Ok(last.map(|(_, session)| session.name))
}

/// Somebody who has been in a server's pages of late.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lately {
    /// Who.
    pub person: Person,
    /// What they are called.
    pub name: String,
    /// When they were last seen.
    pub seen: Timestamp,
    /// In how many browsers they are signed in.
    pub sessions: usize,
}

/// Members who are signed in and had a server among theirs when they came, the last seen first, at most `limit`; 5,000 sessions
/// are looked at.
pub fn lately_in(read: &dyn Read, guild: GuildId, now: Timestamp, limit: usize) -> Result<Vec<Lately>> {
    let mut found: Vec<Lately> = Vec::new();
    for (_, session) in SESSIONS.page(read, GuildId::INSTANCE, Direction::Forward, LOOKED_AT)? {
        let is_member = matches!(session.person, Person::Member { .. });
        if !is_member || session.kept_until <= now || !session.guilds.iter().any(|shown| shown.id == guild) {
            continue;
        }
        match found.iter_mut().find(|known| known.person == session.person) {
            Some(known) => {
                known.sessions += 1;
                if session.seen > known.seen {
                    (known.seen, known.name) = (session.seen, session.name);
                }
            }
            None => {
                found.push(Lately { person: session.person, name: session.name, seen: session.seen, sessions: 1 });
            }
        }
    }
    found.sort_by_key(|known| Reverse(known.seen));
    found.truncate(limit);
    Ok(found)
}

/// Lets a session go on under another id. That they were seen is written at the first request by it, so it is known whether the
/// answer arrived.
pub(super) fn renew(tx: &Tx<'_>, sid: Digest, other: Digest, session: Session) -> Result<Session> {
    let now = tx.now();
    let renewed = Session {
        seen: now.before(SEEN_EVERY),
        expires: now.after(LASTS),
        kept_until: now.after(refresh::LASTS),
        ..session
    };
    SESSIONS.remove(tx, &place(sid))?;
    put(tx, other, &renewed)?;
    Ok(renewed)
}

/// Notes that a person just proved who they are, in their session of this id.
pub(super) fn prove_in_place(tx: &Tx<'_>, sid: Digest, person: &Person) -> Result<()> {
    match SESSIONS.get(tx, &place(sid))? {
        Some(session) if session.person == *person => put(tx, sid, &Session { proven_at: tx.now(), ..session }),
        _ => Ok(()),
    }
}

fn put(tx: &Tx<'_>, sid: Digest, session: &Session) -> Result<()> {
    SESSIONS.put(tx, &place(sid), session)
}

/// Whether nobody changed the password since it was proven in a session. Who came in by Discord has none.
fn is_by_present_password(read: &dyn Read, session: &Session) -> Result<bool> {
    match &session.person {
        Person::Member { .. } => Ok(true),
        Person::Operator { name } => {
            Ok(operator::of(read, name)?.is_some_and(|operator| session.proven_at >= operator.counts_since))
        }
    }
}

/// All rows of a person, whether or not they count.
fn rows_of(read: &dyn Read, person: &Person) -> Result<Vec<(Digest, Session)>> {
    let mut found = Vec::new();
    for (.., sid) in BY_PERSON.page(read, (GuildId::INSTANCE, person.number()), Direction::Forward, usize::MAX)? {
        let session = SESSIONS.get(read, &place(sid))?.filter(|session| session.person == *person);
        found.extend(session.map(|session| (sid, session)));
    }
    Ok(found)
}

impl SignIn {
    fn session(&self, now: Timestamp) -> Session {
        let shown = |guild: &ShownGuild| ShownGuild { name: one_line(&guild.name, LONGEST_NAME), ..guild.clone() };
        Session {
            person: self.person.clone(),
            name: one_line(&self.name, LONGEST_NAME),
            avatar: self.avatar.clone(),
            door: self.door,
            family: self.refresh,
            began: now,
            seen: now,
            proven_at: now,
            expires: now.after(LASTS),
            kept_until: now.after(refresh::LASTS),
            agent: one_line(&self.agent, LONGEST_AGENT),
            network: network(self.address),
            guilds: self.guilds.iter().take(MOST_GUILDS).map(shown).collect(),
        }
    }
}
