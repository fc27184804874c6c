//! The score sync: points that changed are copied into the Free order (`M-PTS-05`). Runs at the start and every 30 seconds.
//!
//! It follows changes alone, so whoever may hold an old score is brought to it: after the start each song in Free is
//! compared once, and members whose songs have another score than their points wait for the sync as if these had changed.

use std::collections::BTreeMap;

use crate::features::queue::model::{Place, SongId};
use crate::features::{coins, queue};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::{Read, Tx};

/// Most members in one transaction: few enough that nobody waits for it.
const BATCH: usize = 128;

/// What a sync did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Synced {
    /// Members whose points changed.
    pub members: usize,
    /// Members whose songs in the Free line got another score.
    pub moved: usize,
    /// Whether more wait: run it again at once.
    pub more: bool,
}

/// Copies the points that changed since the last sync. Nothing is published when no song's score changes.
pub fn run(tx: &Tx<'_>, guild: GuildId) -> Result<Synced> {
    let changed = coins::tables::take_changed(tx, guild, BATCH)?;
    let mut synced = Synced { members: changed.len(), moved: 0, more: changed.len() == BATCH };
    for user in changed {
        let score = coins::queries::points(tx, guild, user)?.get();
        synced.moved += usize::from(queue::service::rescore(tx, guild, user, score)?);
    }
    Ok(synced)
}

/// A song in Free whose score is not its submitter's points, although no sync will bring it up to date.
pub struct Stale {
    /// The song.
    pub song: SongId,
    /// Where it is.
    pub place: Place,
    /// The points of its submitter.
    pub points: i64,
}

/// Shows the stale songs of a guild to `visit`. Looks at each song in Free and at each of their submitters once.
pub fn for_each_stale(read: &dyn Read, guild: GuildId, mut visit: impl FnMut(Stale)) -> Result<()> {
    let mut points: BTreeMap<UserId, Option<i64>> = BTreeMap::new();
    queue::queries::for_each_free(read, guild, |song, place| {
        let known = match points.get(&place.user) {
            Some(known) => *known,
            None => *points.entry(place.user).or_insert(settled_points(read, guild, place.user)?),
        };
        if let Some(points) = known.filter(|points| *points != place.score) {
            visit(Stale { song, place, points });
        }
        Ok(())
    })
}

/// A member's points; `None` while they wait for a sync.
fn settled_points(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Option<i64>> {
    if coins::queries::waits_for_sync(read, guild, user)? {
        return Ok(None);
    }
    Ok(Some(coins::queries::points(read, guild, user)?.get()))
}

/// Looks at some of the songs in Free, from behind `behind` on: members whose songs are stale get their score by the next
/// sync. Answers where to go on; `None` at the end.
pub fn mend(tx: &Tx<'_>, guild: GuildId, behind: Option<u64>) -> Result<Option<u64>> {
    /// Most songs in one transaction: few enough that nobody waits for it.
    const SONGS: usize = 512;
    let songs = queue::queries::free_behind(tx, guild, behind.map(SongId::new), SONGS)?;
    let mut stale = 0;
    for (_, place) in &songs {
        if settled_points(tx, guild, place.user)?.is_some_and(|points| points != place.score) {
            coins::service::note_changed(tx, guild, place.user)?;
            stale += 1;
        }
    }
    if stale > 0 {
        tx.after_commit(move || {
            tracing::warn!(%guild, members = stale, "songs waited with an old score; they are ordered by the points of now");
        });
    }
    Ok(songs.last().filter(|_| songs.len() == SONGS).map(|(song, _)| song.get()))
}
