//! The figures of a session for people: what it adds up to, who comes first, and its curves.
//!
//! They are made from what is kept while the live goes on: a row for each handle, what gifts were worth for each minute,
//! and a viewer count for each half minute. The interactions are not looked at. Memory is bounded whatever the length of
//! the session and however many were there: sums, the first few people, and curves of a fixed number of slots.

use std::time::Duration;

use super::model::{AccountRef, Deeds, Participant, Session, SessionId};
use super::rules::{report, watch};
use super::tables;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::Read;

/// People who are told one by one. A table of them has room for fewer.
const MOST_FIRST: usize = 40;

/// What a session adds up to.
#[derive(Clone, Debug)]
pub struct Figures {
    /// The session.
    pub session: Session,
    /// Handles that did something.
    pub people: u64,
    /// What they did together.
    pub deeds: Deeds,
    /// What their gifts were worth, in TikTok's coins.
    pub coins: Amount,
    /// Their points.
    pub points: Amount,
    /// The people who come first, in order (`D-30`).
    pub first: Vec<First>,
    /// How many watched; `None` when no count was ever told.
    pub viewers: Option<Viewers>,
    /// How many watched over the time; the mean of each slot.
    pub viewer_curve: Curve,
    /// What gifts were worth over the time.
    pub coin_curve: Curve,
}

/// One of those who come first.
#[derive(Clone, Debug)]
pub struct First {
    /// Who.
    pub account: AccountRef,
    /// What they did.
    pub participant: Participant,
    /// How long they watched, up to the end of the session, whether that is counted already or not.
    pub watched: Duration,
}

/// How many watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Viewers {
    /// The least.
    pub least: u32,
    /// The most.
    pub most: u32,
    /// When there were most for the first time.
    pub most_at: Timestamp,
    /// The mean of the half minutes, rounded.
    pub mean: u32,
}

/// Values over the time of a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Curve {
    /// How long a slot is.
    pub slot: Duration,
    /// A value for each slot; `None` where nothing is known.
    pub values: Vec<Option<u64>>,
}

/// How a part of a session went, without the people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// How far into the session it begins, in whole minutes.
    pub skipped: Duration,
    /// How many watched; `None` when no count was told.
    pub viewers: Option<Viewers>,
    /// How many watched over the time; the mean of each slot.
    pub viewer_curve: Curve,
    /// What gifts were worth over the time.
    pub coin_curve: Curve,
}

/// The last part of a session, at least so long, or all of it where it was shorter.
pub fn last(read: &dyn Read, guild: GuildId, id: SessionId, session: &Session, span: Duration) -> Result<Part> {
    let before = report::length(session).saturating_sub(span);
    let skipped = Duration::from_mins(before.as_secs() / 60);
    let (viewers, viewer_curve) = viewers(read, guild, id, session, skipped)?;
    let coin_curve = coins(read, guild, id, session, skipped)?;
    Ok(Part { skipped, viewers, viewer_curve, coin_curve })
}

/// The figures of a session; `None` when there is no such session.
pub fn of(read: &dyn Read, guild: GuildId, id: SessionId) -> Result<Option<Figures>> {
    let Some(session) = tables::SESSIONS.get(read, &(guild, id))? else { return Ok(None) };
    let (viewers, viewer_curve) = viewers(read, guild, id, &session, Duration::ZERO)?;
    let coin_curve = coins(read, guild, id, &session, Duration::ZERO)?;
    let mut figures = Figures {
        people: 0,
        deeds: Deeds::default(),
        coins: Amount::ZERO,
        points: Amount::ZERO,
        first: Vec::with_capacity(2 * MOST_FIRST),
        viewers,
        viewer_curve,
        coin_curve,
        session,
    };
    tables::PARTICIPANTS.for_each(read, (guild, id), |(.., account), participant| {
        figures.add(account, participant);
        Ok(())
    })?;
    figures.keep_first();
    Ok(Some(figures))
}

impl Figures {
    fn add(&mut self, account: AccountRef, participant: Participant) {
        self.people += 1;
        self.deeds.add_all(&participant.deeds);
        self.coins = self.coins.clamped_change(participant.coins.get());
        self.points = self.points.clamped_change(participant.points.get());
        if self.first.len() >= 2 * MOST_FIRST {
            self.keep_first();
        }
        self.first.push(First { account, watched: self.watched(&participant), participant });
    }

    fn keep_first(&mut self) {
        self.first.sort_by_key(|first| report::rank(first.account, &first.participant));
        self.first.truncate(MOST_FIRST);
    }

    /// How long somebody watched when all is counted that can be.
    fn watched(&self, participant: &Participant) -> Duration {
        let mut watch = participant.watch;
        // All connections of a session that is closed have an end.
        let until = match self.session.ended_at {
            Some(_) => Timestamp::from_micros(i64::MAX),
            None => self.session.counted_at,
        };
        watch::count(&mut watch, &self.session.connections, until, false);
        watch.total()
    }
}

fn viewers(
    read: &dyn Read,
    guild: GuildId,
    id: SessionId,
    session: &Session,
    skipped: Duration,
) -> Result<(Option<Viewers>, Curve)> {
    let (from, length) = (session.started_at.after(skipped), report::length(session).saturating_sub(skipped));
    let slot = report::viewer_slot(length);
    let mut sums = vec![(0_u64, 0_u64); report::slots(length, slot)];
    let mut all = (0_u64, 0_u64);
    let mut range: Option<Viewers> = None;
    tables::VIEWER_SNAPSHOTS.for_each(read, (guild, id), |_, snapshot| {
        let (viewers, at) = (snapshot.viewers, snapshot.at);
        if !skipped.is_zero() && at < from {
            return Ok(());
        }
        let into = |(sum, count): &mut (u64, u64)| {
            *sum = sum.saturating_add(viewers.into());
            *count += 1;
        };
        into(&mut all);
        if let Some(slot) = slot_of(at.since(from), slot).and_then(|place| sums.get_mut(place)) {
            into(slot);
        }
        let known = range.get_or_insert(Viewers { least: viewers, most: viewers, most_at: at, mean: 0 });
        known.least = known.least.min(viewers);
        if viewers > known.most {
            (known.most, known.most_at) = (viewers, at);
        }
        Ok(())
    })?;
    let viewers = range.map(|range| {
        let mean = mean(all).and_then(|mean| u32::try_from(mean).ok());
        Viewers { mean: mean.unwrap_or(range.most), ..range }
    });
    Ok((viewers, Curve { slot, values: sums.into_iter().map(mean).collect() }))
}

fn coins(read: &dyn Read, guild: GuildId, id: SessionId, session: &Session, skipped: Duration) -> Result<Curve> {
    let length = report::length(session).saturating_sub(skipped);
    let slot = report::coin_slot(length);
    let mut values = vec![Some(0_u64); report::slots(length, slot)];
    let last = values.len().saturating_sub(1);
    tables::COINS_BY_MINUTE.for_each(read, (guild, id), |(.., minute), coins| {
        let Some(into) = Duration::from_mins(minute.into()).checked_sub(skipped) else { return Ok(()) };
        // The minute in which a session ends may begin with its end.
        let place = slot_of(into, slot).unwrap_or(last).min(last);
        if let Some(sum) = values.get_mut(place) {
            *sum = sum.map(|sum| sum.saturating_add(u64::try_from(coins.get()).unwrap_or_default()));
        }
        Ok(())
    })?;
    Ok(Curve { slot, values })
}

/// The slot in which a time since the beginning lies.
fn slot_of(time: Duration, slot: Duration) -> Option<usize> {
    usize::try_from(time.as_secs().checked_div(slot.as_secs())?).ok()
}

/// A sum by a count, rounded; `None` of nothing.
fn mean((sum, count): (u64, u64)) -> Option<u64> {
    sum.saturating_add(count / 2).checked_div(count)
}
