//! How a guild's tasks go: what stands in counts and indexes, and the last days from their accepted claims.

use std::collections::BTreeMap;
use std::time::Duration;

use super::model::{TaskStatus, Totals};
use super::{queries, tables};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::{Direction, Read, Span};

/// Days that are looked at.
pub const DAYS: u32 = 30;
/// Accepted claims that are looked at: those of the last days, the latest first.
const LOOKED_AT: usize = 20_000;
/// Members that are named.
const BEST: usize = 10;

/// How tasks go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistics {
    /// How many tasks of each status there are.
    pub tasks: Vec<(TaskStatus, u64)>,
    /// How many proofs wait for a review.
    pub waiting: u64,
    /// What was done since the beginning.
    pub totals: Totals,
    /// The last days, the latest first, by their numbers in UTC ([`Timestamp::day`]); days without any are left out.
    pub days: Vec<(i64, Done)>,
    /// Who had most accepted in that time.
    pub best: Vec<(UserId, Done)>,
}

/// Accepted proofs, and what was paid for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// How many.
    pub accepted: u64,
    /// What was paid.
    pub paid: Amount,
}

impl Done {
    fn add(&mut self, paid: Amount) {
        self.accepted = self.accepted.saturating_add(1);
        self.paid = self.paid.clamped_change(paid.get());
    }
}

/// How tasks go, as of a moment.
pub fn of(read: &dyn Read, guild: GuildId, now: Timestamp) -> Result<Statistics> {
    let mut tasks = Vec::new();
    for status in [TaskStatus::Active, TaskStatus::Expired, TaskStatus::Completed] {
        tasks.push((status, queries::count(read, guild, status)?));
    }
    let since = now.before(Duration::from_hours(u64::from(DAYS) * 24));
    let mut days: BTreeMap<i64, Done> = BTreeMap::new();
    let mut members: BTreeMap<UserId, Done> = BTreeMap::new();
    let span = Span::of(guild).starting_at((guild, since));
    for (_, at, id) in tables::ACCEPTED.page(read, span, Direction::Backward, LOOKED_AT)? {
        let Some(known) = tables::claim(read, guild, id)? else { continue };
        days.entry(at.day()).or_default().add(known.claim.paid);
        members.entry(known.claim.user).or_default().add(known.claim.paid);
    }
    let mut best: Vec<_> = members.into_iter().collect();
    best.sort_by_key(|(user, done)| (std::cmp::Reverse((done.accepted, done.paid)), *user));
    best.truncate(BEST);
    Ok(Statistics {
        tasks,
        waiting: queries::waiting(read, guild)?,
        totals: queries::totals(read, guild)?,
        days: days.into_iter().rev().collect(),
        best,
    })
}
