//! The table of activities, and the only functions that touch it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::model::{Activity, ActivityId, Subject};
use super::settings::{ACTIVITY_DAYS, LEAST_DAYS};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{AnyTable, Cursor, Direction, ErasureAction, Read, Selected, Selection, Span, Table, Topic, Tx};

/// There is another activity.
pub const CHANGED: Topic = Topic::new("activity.changed");

/// Old rows that go in one transaction: few enough that nobody waits for it.
const FORGOTTEN_AT_ONCE: usize = 500;

/// Rows that are looked at for a page, whatever lets few of them through.
const MOST_LOOKED_AT: usize = 5_000;

type ActivityKey = (GuildId, ActivityId);

/// What tells of a member goes. What the member did to others stays under the pseudonym, as in the ledger.
pub(super) static LOG: Table<ActivityKey, Activity> =
    Table::new("activity.log", &[]).erasing(|key, activity, erasure| {
        if activity.tells_of(erasure.member) {
            return ErasureAction::Delete;
        }
        let actor = activity.actor.called(|user| erasure.of(user));
        // A token has the name that its maker gave it.
        let door = activity.door.clone().filter(|_| actor == activity.actor);
        ErasureAction::from((key, activity), *key, Activity { actor, door, ..activity.clone() })
    });

/// Which activities are looked for: all, unless something is said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Those of this kind.
    pub kind: Option<&'static str>,
    /// Those of this actor.
    pub actor: Option<Actor>,
    /// Those about this.
    pub subject: Option<Subject>,
}

impl Filter {
    fn matches(&self, activity: &Activity) -> bool {
        self.kind.is_none_or(|kind| activity.kind == kind)
            && self.actor.is_none_or(|actor| activity.actor == actor)
            && self.subject.as_ref().is_none_or(|subject| activity.subject.as_ref() == Some(subject))
    }
}

/// Adds an activity behind the others of its guild.
pub(super) fn add(tx: &Tx<'_>, guild: GuildId, activity: &Activity) -> Result<ActivityId> {
    // The moment is the number, so no sequence is written beside the row. Several of one moment, and one after the clock was
    // set back, follow those that are there.
    let last = LOG.first(tx, guild, Direction::Backward)?;
    let free = last.map_or(ActivityId::new(0), |((_, id), _)| id.following());
    let id = ActivityId::at(tx.now()).max(free);
    LOG.put(tx, &(guild, id), activity)?;
    tx.publish(CHANGED, guild);
    Ok(id)
}

/// A page of the activities of a guild, the newest first.
pub fn newest(
    read: &dyn Read,
    guild: GuildId,
    filter: &Filter,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Selected<(ActivityId, Activity)>> {
    newest_where(read, guild, after, limit, |activity| filter.matches(activity))
}

/// A page of the activities of a guild that match, the newest first. Up to 5,000 are looked at for it.
pub fn newest_where(
    read: &dyn Read,
    guild: GuildId,
    after: Option<Cursor>,
    limit: usize,
    mut matches: impl FnMut(&Activity) -> bool,
) -> Result<Selected<(ActivityId, Activity)>> {
    let selection = Selection::of(guild).backward().after(after).limit(limit).scanning_at_most(MOST_LOOKED_AT);
    let Selected { rows, next, looked_at } = LOG.select(read, &selection, |_, activity| matches(activity))?;
    Ok(Selected { rows: without_guild(rows), next, looked_at })
}

/// An activity of a guild.
pub fn get(read: &dyn Read, guild: GuildId, id: ActivityId) -> Result<Option<Activity>> {
    LOG.get(read, &(guild, id))
}

/// The activities of a guild from one on, in their order; the newest `most` of them.
pub fn since(read: &dyn Read, guild: GuildId, first: ActivityId, most: usize) -> Result<Vec<(ActivityId, Activity)>> {
    let span = Span::<ActivityKey>::of(guild).starting_at((guild, first));
    let mut rows = without_guild(LOG.page(read, span, Direction::Backward, most)?);
    rows.reverse();
    Ok(rows)
}

/// The activities of a guild from one on up to a moment, in their order; the oldest `most` of them.
pub fn following(
    read: &dyn Read,
    guild: GuildId,
    first: ActivityId,
    until: Timestamp,
    most: usize,
) -> Result<Vec<(ActivityId, Activity)>> {
    let span = Span::<ActivityKey>::of(guild).starting_at((guild, first));
    let rows = LOG.page(read, span.through((guild, ActivityId::at(until))), Direction::Forward, most)?;
    Ok(without_guild(rows))
}

/// The activities of a guild between two moments, in their order; the newest `most` of them.
pub fn between(
    read: &dyn Read,
    guild: GuildId,
    (from, until): (Timestamp, Timestamp),
    most: usize,
) -> Result<Vec<(ActivityId, Activity)>> {
    let span = Span::<ActivityKey>::of(guild).starting_at((guild, ActivityId::at(from)));
    let span = span.through((guild, ActivityId::at(until)));
    let mut rows = without_guild(LOG.page(read, span, Direction::Backward, most)?);
    rows.reverse();
    Ok(rows)
}

fn without_guild(rows: Vec<(ActivityKey, Activity)>) -> Vec<(ActivityId, Activity)> {
    rows.into_iter().map(|((_, id), activity)| (id, activity)).collect()
}

/// The activities of a guild that `tell` of somebody. Reads all of them.
pub fn naming(read: &dyn Read, guild: GuildId, tell: impl Fn(&Activity) -> bool) -> Result<Vec<ActivityId>> {
    let mut found = Vec::new();
    LOG.for_each(read, guild, |(_, id), activity| {
        found.extend(tell(&activity).then_some(id));
        Ok(())
    })?;
    Ok(found)
}

/// Takes activities away.
pub fn forget(tx: &Tx<'_>, guild: GuildId, ids: &[ActivityId]) -> Result<()> {
    ids.iter().try_for_each(|id| LOG.remove(tx, &(guild, *id)).map(drop))
}

/// The guilds with activities.
pub fn guilds(read: &dyn Read) -> Result<BTreeSet<GuildId>> {
    let mut guilds = BTreeSet::new();
    LOG.guilds(read, &mut guilds)?;
    Ok(guilds)
}

/// Whether a guild has activities that are older than it keeps them.
pub fn has_old(read: &dyn Read, guild: GuildId, at: Timestamp) -> Result<bool> {
    let Some(((_, oldest), _)) = LOG.first(read, guild, Direction::Forward)? else { return Ok(false) };
    // Most have none that could be too old, and then the setting need not be looked up.
    Ok(oldest < first_kept(at, LEAST_DAYS) && oldest < first_kept(at, ACTIVITY_DAYS.get(read, guild)?))
}

/// Takes away some of the activities that are older than their guild keeps them. Answers whether there are more.
pub fn forget_old(tx: &Tx<'_>, guild: GuildId, at: Timestamp) -> Result<bool> {
    let span = Span::<ActivityKey>::of(guild).before((guild, first_kept(at, ACTIVITY_DAYS.get(tx, guild)?)));
    let old = LOG.page(tx, span, Direction::Forward, FORGOTTEN_AT_ONCE)?;
    for (key, _) in &old {
        LOG.remove(tx, key)?;
    }
    Ok(old.len() == FORGOTTEN_AT_ONCE)
}

/// The first place that is kept by whoever keeps so many days.
fn first_kept(at: Timestamp, days: u32) -> ActivityId {
    ActivityId::at(at.before(Duration::from_hours(24 * u64::from(days))))
}
