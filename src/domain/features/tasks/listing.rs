//! Lists of tasks over several statuses, sorted and by pages, as dashboards ask for them (`T-API-09`).

use std::cmp::Reverse;

use strum::{EnumString, IntoStaticStr, VariantArray};

use super::model::{ClaimId, ClaimState, KnownClaim, KnownTask, TaskId, TaskStatus};
use super::queries::{self, Wanted};
use super::tables;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::Read;

/// Tasks that are looked at for one list.
const LOOKED_AT: usize = 5_000;
/// Proofs with the same file that are told of.
const MOST_SEEN: usize = 10;
/// So many of them are read at a time.
const AT_ONCE: usize = 500;

/// In which order tasks are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum SortedBy {
    /// The latest first.
    #[default]
    Newest,
    /// The oldest first.
    Oldest,
    /// By their names.
    Name,
    /// The largest reward first.
    Reward,
    /// Those that end first.
    Expires,
    /// Those with the most claims first.
    Claims,
}

/// Which tasks are listed.
#[derive(Clone, Debug, Default)]
pub struct Listing {
    /// Of this status; all of them without one.
    pub status: Option<TaskStatus>,
    /// Of this category, however it is written.
    pub category: Option<String>,
    /// With these words in their names or descriptions.
    pub text: Option<String>,
    /// In which order.
    pub sorted_by: SortedBy,
}

/// A part of a list of tasks.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// The tasks.
    pub tasks: Vec<KnownTask>,
    /// How many there are in all.
    pub total: usize,
    /// Whether there are more than are looked at.
    pub is_partial: bool,
}

/// So many tasks of a list behind the first `offset`.
pub fn list(read: &dyn Read, guild: GuildId, listing: &Listing, offset: usize, limit: usize) -> Result<Listed> {
    let all = [TaskStatus::Active, TaskStatus::Completed, TaskStatus::Expired];
    let statuses = listing.status.map_or_else(|| all.to_vec(), |status| vec![status]);
    let (mut tasks, mut looked_at, mut is_partial) = (Vec::new(), 0, false);
    for status in statuses {
        let mut after = None;
        loop {
            let wanted =
                Wanted { category: listing.category.clone(), text: listing.text.clone(), after, limit: AT_ONCE };
            let page = queries::tasks(read, guild, status, &wanted)?;
            looked_at += page.looked_at;
            tasks.extend(page.rows);
            after = page.next;
            if after.is_none() {
                break;
            }
            if looked_at >= LOOKED_AT {
                is_partial = true;
                break;
            }
        }
    }
    sort(&mut tasks, listing.sorted_by);
    let total = tasks.len();
    let tasks = tasks.into_iter().skip(offset).take(limit).collect();
    Ok(Listed { tasks, total, is_partial })
}

fn sort(tasks: &mut [KnownTask], by: SortedBy) {
    match by {
        SortedBy::Newest => tasks.sort_by_key(|known| Reverse(known.id)),
        SortedBy::Oldest => tasks.sort_by_key(|known| known.id),
        SortedBy::Name => tasks.sort_by_cached_key(|known| (known.task.name.to_lowercase(), known.id)),
        SortedBy::Reward => tasks.sort_by_key(|known| Reverse((known.task.reward, known.id))),
        SortedBy::Expires => tasks.sort_by_key(|known| (known.task.expires_at, known.id)),
        SortedBy::Claims => tasks.sort_by_key(|known| Reverse((known.task.counts.taken(), known.id))),
    }
}

/// What became of the claims of a member so far, by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Accepted.
    pub accepted: usize,
    /// Rejected.
    pub rejected: usize,
    /// In progress, or waiting for a review.
    pub open: usize,
}

/// What became of the claims of a member so far.
pub fn past_of(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Past> {
    let mut past = Past::default();
    for own in queries::own_claims(read, guild, user)? {
        match own.claim.claim.state {
            ClaimState::Accepted => past.accepted += 1,
            ClaimState::Rejected => past.rejected += 1,
            ClaimState::InProgress | ClaimState::Submitted => past.open += 1,
            ClaimState::Expired | ClaimState::Abandoned => {}
        }
    }
    Ok(past)
}

/// A file of a proof that was handed in before, by somebody else or for another task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenBefore {
    /// What the file of this proof is called.
    pub file: String,
    /// Whose the other proof is.
    pub user: UserId,
    /// The number of its claim.
    pub claim: ClaimId,
    /// Its task.
    pub task: TaskId,
    /// When it was handed in.
    pub at: Timestamp,
}

/// Which files of a proof were handed in before, by somebody else or for another task: byte by byte the same (`C-38`). It decides
/// nothing: a reviewer is told.
pub fn seen_before(read: &dyn Read, guild: GuildId, known: &KnownClaim) -> Result<Vec<SeenBefore>> {
    let KnownClaim { id, claim } = known;
    let Some(proof) = &claim.proof else { return Ok(Vec::new()) };
    let mut seen = Vec::new();
    for file in &proof.files {
        let Some(digest) = file.digest else { continue };
        for KnownClaim { id: other, claim: before } in tables::with_file(read, guild, digest, MOST_SEEN)? {
            let is_theirs_again = before.user == claim.user && before.task == claim.task;
            let Some(at) = before.proof.map(|proof| proof.submitted_at) else { continue };
            if other != *id && !is_theirs_again && (at, other) < (proof.submitted_at, *id) {
                let (file, user, task) = (file.name.clone(), before.user, before.task);
                seen.push(SeenBefore { file, user, claim: other, task, at });
            }
        }
    }
    Ok(seen)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::tasks::claims::{self, HandedIn};
    use crate::features::tasks::editing::TaskPatch;
    use crate::features::tasks::model::ProofFile;
    use crate::features::tasks::service;
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::actor::Actor;
    use crate::kernel::digest::Digest;
    use crate::kernel::ids::{AttachmentId, ChannelId, MessageId};

    #[test]
    fn a_file_is_seen_again_where_somebody_else_or_another_task_had_it_before() {
        let store = TestStore::new();
        for name in ["Greet", "Draw", "Sing"] {
            let patch = TaskPatch {
                name: Some(name.to_owned()),
                description: Some("Do it.".to_owned()),
                reward: Some(1),
                duration_hours: Some(9),
                channel: Some(ChannelId::new(7)),
                ..TaskPatch::default()
            };
            store.write(move |tx| service::create(tx, GUILD, Actor::System, &patch).map(drop)).unwrap();
        }
        let (ann, ben) = (UserId::new(1), UserId::new(2));
        let hands_in = |user: UserId, task: u64, digest: Option<Digest>| {
            let file = ProofFile {
                name: "a.png".to_owned(),
                bytes: 5,
                channel: ChannelId::new(7),
                message: MessageId::new(8),
                attachment: AttachmentId::new(9),
                url: String::new(),
                digest,
            };
            let handed_in = HandedIn { content: String::new(), files: vec![file] };
            store.advance(std::time::Duration::from_secs(1));
            let id = TaskId::new(task);
            let submitted = store.write(move |tx| {
                claims::claim(tx, GUILD, user, id)?;
                claims::submit(tx, GUILD, user, id, &handed_in)
            });
            let claim = submitted.unwrap().claim;
            let seen = store.read(|read| seen_before(read, GUILD, &claim));
            seen.into_iter().map(|seen| (seen.user, seen.task.get())).collect::<Vec<_>>()
        };
        let (same, other) = (Some(Digest::of(b"picture")), Some(Digest::of(b"another")));
        assert_eq!(hands_in(ann, 1, same), []);
        assert_eq!(hands_in(ben, 1, same), [(ann, 1)]);
        assert_eq!(hands_in(ann, 2, same), [(ann, 1), (ben, 1)]);
        assert_eq!(hands_in(ben, 2, other), []);
        assert_eq!(hands_in(ann, 3, None), [], "what was kept before has no digest");
        let first = store.read(|read| tables::claim(read, GUILD, ClaimId::new(1))).unwrap();
        assert_eq!(store.read(|read| seen_before(read, GUILD, &first)), [], "the first one is nobody's copy");
        store.check();
    }

    #[test]
    fn tasks_of_all_statuses_are_listed_in_the_order_that_is_asked_for() {
        let store = TestStore::new();
        for (name, reward, hours) in [("Banner", 50, 10), ("apples", 500, 5), ("Cards", 5, 30)] {
            let patch = TaskPatch {
                name: Some(name.to_owned()),
                description: Some("Do it.".to_owned()),
                reward: Some(reward),
                duration_hours: Some(hours),
                channel: Some(ChannelId::new(7)),
                ..TaskPatch::default()
            };
            store.write(move |tx| service::create(tx, GUILD, Actor::System, &patch).map(drop)).unwrap();
        }
        store.write(|tx| service::expire(tx, GUILD, Actor::System, TaskId::new(3)).map(drop)).unwrap();
        let names = |listing: Listing, offset: usize, limit: usize| {
            let listed = store.read(move |read| list(read, GUILD, &listing, offset, limit));
            let names: Vec<String> = listed.tasks.into_iter().map(|known| known.task.name).collect();
            (names.join(" "), listed.total)
        };
        let by = |sorted_by| Listing { sorted_by, ..Listing::default() };
        for (sorted_by, expected) in [
            (SortedBy::Newest, "Cards apples Banner"),
            (SortedBy::Oldest, "Banner apples Cards"),
            (SortedBy::Name, "apples Banner Cards"),
            (SortedBy::Reward, "apples Banner Cards"),
            (SortedBy::Expires, "apples Banner Cards"),
        ] {
            assert_eq!(names(by(sorted_by), 0, 10), (expected.to_owned(), 3), "{sorted_by:?}");
        }
        assert_eq!(names(by(SortedBy::Oldest), 1, 1), ("apples".to_owned(), 3));
        let expired = Listing { status: Some(TaskStatus::Expired), ..Listing::default() };
        assert_eq!(names(expired, 0, 10), ("Cards".to_owned(), 1));
        let with_words = Listing { text: Some("APPLE".to_owned()), ..Listing::default() };
        assert_eq!(names(with_words, 0, 10), ("apples".to_owned(), 1));
    }
}
