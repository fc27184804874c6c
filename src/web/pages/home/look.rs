//! What the first page of a server looks up, from one snapshot.

use std::time::Duration;

use crate::features::engagement::model::Session;
use crate::features::queue::model::{Entry, Line};
use crate::features::tiktok::model::Follow;
use crate::features::{engagement, queue, tiktok};
use crate::jobs;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::Read;

/// What is told in numbers: a day, whatever the clock of the server says.
const DAY: Duration = Duration::from_hours(24);
/// A job that was given up is told for so long.
const TOLD: Duration = Duration::from_hours(24 * 7);
/// So many are counted at most.
const LETTERS: usize = 100;

/// The first page.
pub(super) struct Home {
    pub(super) guild: GuildId,
    /// Songs that wait for a reviewer.
    pub(super) pending: u64,
    /// Jobs that were given up of late, and when the last of them was.
    pub(super) given_up: (usize, Option<Timestamp>),
    /// What plays.
    pub(super) now: Option<Entry>,
    /// Whose lives are followed.
    pub(super) follow: Option<Follow>,
    /// The live that goes on.
    pub(super) session: Option<Session>,
    /// What its gifts were worth.
    pub(super) gifts: Amount,
    /// Songs that were sent in the last day.
    pub(super) sent: u64,
    /// Songs that were played in the last day.
    pub(super) played: u64,
    /// Songs that wait to be played.
    pub(super) waiting: u64,
}

/// What there is to tell of a server.
pub(super) fn look(read: &dyn Read, guild: GuildId, now: Timestamp) -> Result<Home> {
    let mut waiting = 0_u64;
    for line in Line::WAITING.into_iter().filter(|line| line.is_served()) {
        waiting = waiting.saturating_add(queue::queries::count_in(read, guild, line)?);
    }
    let (session, gifts) = live(read, guild)?;
    Ok(Home {
        guild,
        pending: queue::queries::count_in(read, guild, Line::PendingSkips)?,
        given_up: given_up(read, guild, now)?,
        now: queue::queries::now_playing(read, guild)?,
        follow: tiktok::queries::follow(read, guild)?,
        session,
        gifts,
        sent: queue::queries::submitted_between(read, guild, now.before(DAY), now)?,
        played: queue::queries::played_between(read, guild, now.before(DAY), now)?,
        waiting,
    })
}

fn live(read: &dyn Read, guild: GuildId) -> Result<(Option<Session>, Amount)> {
    match engagement::queries::open_session(read, guild)? {
        Some((id, session)) => Ok((Some(session), engagement::queries::sums(read, guild, id)?.1)),
        None => Ok((None, Amount::ZERO)),
    }
}

fn given_up(read: &dyn Read, guild: GuildId, now: Timestamp) -> Result<(usize, Option<Timestamp>)> {
    let letters = jobs::dead_letters(read, guild, LETTERS)?;
    let late: Vec<Timestamp> = letters.iter().map(|letter| letter.at).filter(|at| now.since(*at) < TOLD).collect();
    Ok((late.len(), late.into_iter().max()))
}
