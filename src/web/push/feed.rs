//! What happened of late, for programs that listen: one row for each activity that is told, in the order in which it was read.
//!
//! Rows are shared by all who listen. Each listener knows up to which number they have heard, and takes what is behind it; so one
//! that is slow holds nothing back and costs nothing. Whoever missed more than is kept here is told that ([`Missed`]).

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use axum::body::Bytes;

use super::songs::Songs;
use super::told::ChangeEvent;
use crate::activity::ActivityId;
use crate::kernel::ids::GuildId;

/// So many rows are kept.
pub(super) const MOST: usize = 4_096;

/// Something that happened.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Its number; those that were read at once have the same.
    pub(super) revision: u64,
    /// Where.
    pub(super) guild: GuildId,
    pub(super) what: What,
}

/// What is told.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// An activity.
    Activity(ChangeEvent),
    /// A try by the operator: the event as it is sent.
    Test(Bytes),
}

/// There were more rows since then than are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Missed;

/// See the module.
#[derive(Default)]
pub(super) struct Feed {
    rows: VecDeque<Row>,
    /// The number of the last row that is kept no more.
    forgotten: u64,
    /// Up to which activity each server was read.
    read_up_to: HashMap<GuildId, ActivityId>,
    /// How the songs of each server were when they were looked at last.
    songs: HashMap<GuildId, Arc<Songs>>,
}

impl Feed {
    /// Up to which activity a server was read; `None` where nobody has listened there yet.
    pub(super) fn last_of(&self, guild: GuildId) -> Option<ActivityId> {
        self.read_up_to.get(&guild).copied()
    }

    /// A server is listened to from this activity on, where its songs are like this, unless it is already from others.
    pub(super) fn begin(&mut self, guild: GuildId, last: ActivityId, songs: Songs) {
        self.read_up_to.entry(guild).or_insert(last);
        self.songs.entry(guild).or_insert_with(|| Arc::new(songs));
    }

    /// How the songs of a server were when they were looked at last; `None` where nobody has listened there yet.
    pub(super) fn songs_of(&self, guild: GuildId) -> Option<Arc<Songs>> {
        self.songs.get(&guild).cloned()
    }

    /// The songs of a server are like this now.
    pub(super) fn saw(&mut self, guild: GuildId, songs: Songs) {
        self.songs.insert(guild, Arc::new(songs));
    }

    /// A server was read up to this activity.
    pub(super) fn was_read(&mut self, guild: GuildId, last: ActivityId) {
        let known = self.read_up_to.entry(guild).or_insert(last);
        *known = (*known).max(last);
    }

    /// Adds what happened.
    pub(super) fn add(&mut self, row: Row) {
        if self.rows.len() >= MOST
            && let Some(oldest) = self.rows.pop_front()
        {
            self.forgotten = oldest.revision;
        }
        self.rows.push_back(row);
    }

    /// Nobody can be told what happened up to this number.
    pub(super) fn miss(&mut self, revision: u64) {
        self.rows.clear();
        self.forgotten = revision;
    }

    /// What happened behind a number, in its order.
    pub(super) fn behind(&self, revision: u64) -> Result<impl Iterator<Item = &Row>, Missed> {
        if revision < self.forgotten {
            return Err(Missed);
        }
        let first = self.rows.partition_point(|row| row.revision <= revision);
        Ok(self.rows.range(first..))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(revision: u64) -> Row {
        Row { revision, guild: GuildId::new(5), what: What::Test(Bytes::new()) }
    }

    fn behind(feed: &Feed, revision: u64) -> Result<Vec<u64>, Missed> {
        feed.behind(revision).map(|rows| rows.map(|row| row.revision).collect())
    }

    #[test]
    fn whoever_listens_hears_what_is_behind_the_number_that_they_know() {
        let mut feed = Feed::default();
        for revision in [2, 5, 5, 9] {
            feed.add(row(revision));
        }
        assert_eq!(behind(&feed, 0), Ok(vec![2, 5, 5, 9]));
        assert_eq!(behind(&feed, 4), Ok(vec![5, 5, 9]));
        assert_eq!(behind(&feed, 5), Ok(vec![9]));
        assert_eq!(behind(&feed, 9), Ok(Vec::new()));
    }

    #[test]
    fn whoever_missed_more_than_is_kept_is_told_so() {
        let mut feed = Feed::default();
        for revision in 1..=MOST as u64 {
            feed.add(row(revision));
        }
        assert_eq!(behind(&feed, 0).map(|rows| rows.len()), Ok(MOST));
        feed.add(row(MOST as u64 + 1));
        assert_eq!(behind(&feed, 0), Err(Missed));
        assert_eq!(behind(&feed, 1).map(|rows| rows.len()), Ok(MOST));
        feed.miss(9_000);
        assert_eq!((behind(&feed, 8_999), behind(&feed, 9_000)), (Err(Missed), Ok(Vec::new())));
    }

    #[test]
    fn a_server_is_read_on_from_where_it_was_read_to() {
        let (mut feed, here) = (Feed::default(), GuildId::new(5));
        assert_eq!(feed.last_of(here), None);
        feed.begin(here, ActivityId::new(7), Songs::default());
        feed.begin(here, ActivityId::new(9), Songs::default());
        assert_eq!(feed.last_of(here), Some(ActivityId::new(7)), "whoever comes later takes nothing away");
        feed.was_read(here, ActivityId::new(12));
        feed.was_read(here, ActivityId::new(11));
        assert_eq!(feed.last_of(here), Some(ActivityId::new(12)));
    }
}
