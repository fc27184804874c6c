//! What the first page of a server looks up, from one snapshot.

use std::time::Duration;

use crate::access::REVIEWER_ROLE;
use crate::features::queue::model::{Entry, Line};
use crate::features::submissions::settings::{SUBMISSION_CHANNEL, SUBMISSIONS_OPEN};
use crate::features::{engagement, queue, shop, tasks};
use crate::jobs;
use crate::jobs::unsent::MOST_AT_ONCE;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::Read;
use crate::web::api;
use crate::web::api::live::Followed;
use crate::web::api::unsent::{Alike, because, grouped, what};

/// What is told in numbers: a day, whatever the clock of the server says.
const DAY: Duration = Duration::from_hours(24);
/// A job that was given up is told for so long.
const TOLD: Duration = Duration::from_hours(24 * 7);
/// A song that waits for so long may have been forgotten.
const LONG: Duration = Duration::from_hours(24 * 7);
/// So many songs are looked at for that.
const LOOKED_AT: usize = 200;
/// So many causes of what was given up are told.
const CAUSES: usize = 3;

/// The first page.
pub(super) struct Home {
    pub(super) guild: GuildId,
    /// Songs that wait for a reviewer.
    pub(super) pending: u64,
    /// Orders of the shop that wait for somebody of the team.
    pub(super) orders: usize,
    /// Proofs of tasks that wait for a review.
    pub(super) proofs: u64,
    /// Jobs that were given up of late, and when the last of them was.
    pub(super) given_up: (usize, Option<Timestamp>),
    /// What they were for, the latest first: what, how many of them, and why.
    pub(super) alike: Vec<(String, usize, &'static str)>,
    /// Songs that have waited for long, of those that are served next.
    pub(super) forgotten: usize,
    /// What there is to do in a new server.
    pub(super) steps: Vec<Step>,
    /// Whether songs are taken.
    pub(super) is_open: bool,
    /// What plays.
    pub(super) now: Option<Entry>,
    /// Whose lives are followed, and the live that goes on.
    pub(super) followed: Followed,
    /// What its gifts were worth.
    pub(super) gifts: Amount,
    /// Songs that were sent in the last day.
    pub(super) sent: u64,
    /// Songs that were played in the last day.
    pub(super) played: u64,
    /// Songs that wait to be played.
    pub(super) waiting: u64,
}

/// Something to do in a new server. It is ticked off by doing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// What is to be done.
    pub(super) what: ToDo,
    /// Whether it is.
    pub(super) is_done: bool,
}

/// What is to be done in a new server, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ToDo {
    /// Say where songs are sent.
    ChooseChannel,
    /// Say who reviews.
    ChooseReviewers,
    /// Follow a live.
    FollowLive,
    /// Send a song.
    SendSong,
    /// Play one.
    PlaySong,
}

/// What there is to tell of a server.
pub(super) fn look(read: &dyn Read, guild: GuildId, now: Timestamp) -> Result<Home> {
    let mut waiting = 0_u64;
    for line in Line::WAITING.into_iter().filter(|line| line.is_served()) {
        waiting = waiting.saturating_add(queue::queries::count_in(read, guild, line)?);
    }
    let followed = api::live::look(read, guild)?;
    let gifts = match &followed.session {
        Some((id, _)) => engagement::queries::sums(read, guild, *id)?.1,
        None => Amount::ZERO,
    };
    let (given_up, alike) = given_up(read, guild, now)?;
    Ok(Home {
        guild,
        pending: queue::queries::count_in(read, guild, Line::PendingSkips)?,
        orders: shop::queries::count_waiting(read, guild, LOOKED_AT)?,
        proofs: proofs(read, guild)?,
        given_up,
        alike,
        forgotten: forgotten(read, guild, now)?,
        steps: steps(read, guild, &followed)?,
        is_open: SUBMISSIONS_OPEN.get(read, guild)?,
        now: queue::queries::now_playing(read, guild)?,
        followed,
        gifts,
        sent: queue::queries::submitted_between(read, guild, now.before(DAY), now)?,
        played: queue::queries::played_between(read, guild, now.before(DAY), now)?,
        waiting,
    })
}

/// How many proofs wait, where they can be reviewed. Orders wait also where the shop is off: they were paid for.
fn proofs(read: &dyn Read, guild: GuildId) -> Result<u64> {
    if tasks::settings::SWITCH.setting.get(read, guild)? { tasks::queries::waiting(read, guild) } else { Ok(0) }
}

/// How many of the songs that are served next have waited for long.
fn forgotten(read: &dyn Read, guild: GuildId, now: Timestamp) -> Result<usize> {
    let next = queue::queries::upcoming(read, guild, LOOKED_AT)?;
    Ok(next.iter().filter(|entry| now.since(entry.place.submitted_at) >= LONG).count())
}

/// What is done of what there is to do in a new server.
fn steps(read: &dyn Read, guild: GuildId, followed: &Followed) -> Result<Vec<Step>> {
    let had_live = !engagement::queries::sessions(read, guild, None, 1)?.rows.is_empty();
    let done = [
        (ToDo::ChooseChannel, SUBMISSION_CHANNEL.get(read, guild)?.is_some()),
        (ToDo::ChooseReviewers, REVIEWER_ROLE.get(read, guild)?.is_some()),
        (ToDo::FollowLive, followed.follow.is_some() || had_live),
        (ToDo::SendSong, queue::queries::latest_number(read, guild)? > 0),
        (ToDo::PlaySong, queue::queries::has_played(read, guild)?),
    ];
    Ok(done.into_iter().map(|(what, is_done)| Step { what, is_done }).collect())
}

type GivenUp = ((usize, Option<Timestamp>), Vec<(String, usize, &'static str)>);

/// What was given up of late: how much of it, and what it was for.
fn given_up(read: &dyn Read, guild: GuildId, now: Timestamp) -> Result<GivenUp> {
    let mut letters = jobs::unsent::given_up(read, guild, None, MOST_AT_ONCE)?;
    letters.retain(|(_, letter)| now.since(letter.at) < TOLD);
    let told = (letters.len(), letters.iter().map(|(_, letter)| letter.at).max());
    let alike = grouped(letters)
        .into_iter()
        .take(CAUSES)
        .map(|Alike { latest: (_, letter), count }| (what(&letter.job.kind), count, because(&letter.reason)));
    Ok((told, alike.collect()))
}
