//! The songs of a server as they wait, so that programs are told which of them changed: of a song that is sent, moved in its
//! line or renamed nothing is noted, and a change of the lines is a hint without content.
//!
//! Two looks are compared. So whoever comes back after a while is told of each song that is something else by then, whatever
//! became of it in between.

use std::collections::BTreeMap;

use super::told::{ChangeEvent, Event};
use crate::activity::ChangeType;
use crate::features::queue::model::{Entry, Line, PublicId, SongId};
use crate::features::queue::queries::{self, Wanted};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Read;

/// So many songs are compared, those that are played first. Of what happens behind them is told that something did.
const MOST: usize = 1_000;

/// See the module.
#[derive(Clone, Debug, Default)]
pub(super) struct Songs {
    waiting: BTreeMap<SongId, Entry>,
    /// The latest that was sent: what waits behind it is new.
    latest: Option<SongId>,
}

impl Songs {
    /// Those of a snapshot.
    pub(super) fn of(read: &dyn Read, guild: GuildId) -> Result<Self> {
        let mut waiting = BTreeMap::new();
        for id in queries::waiting(read, guild, MOST)? {
            waiting.extend(queries::entry(read, guild, id)?.map(|entry| (id, entry)));
        }
        let latest = queries::select(read, guild, &Wanted::default(), None, 1)?.rows;
        Ok(Self { waiting, latest: latest.first().map(|latest| latest.id) })
    }

    /// What programs are told where it is `now` like this, in this snapshot.
    pub(super) fn told(&self, now: &Self, read: &dyn Read, guild: GuildId) -> Result<Vec<ChangeEvent>> {
        let mut told = Vec::new();
        for (id, entry) in &now.waiting {
            match self.waiting.get(id) {
                Some(before) if before == entry => {}
                None if Some(*id) > self.latest => told.push(of_song(ChangeType::Create, entry.song.public_id)),
                Some(_) | None => told.push(of_song(ChangeType::Update, entry.song.public_id)),
            }
        }
        for (id, before) in self.waiting.iter().filter(|(id, _)| !now.waiting.contains_key(id)) {
            let is_there = queries::entry(read, guild, *id)?.is_some_and(|entry| entry.place.line != Line::Removed);
            let change = if is_there { ChangeType::Update } else { ChangeType::Delete };
            told.push(of_song(change, before.song.public_id));
        }
        if told.is_empty() {
            told.push(ChangeEvent { event: Event::Queue, change: ChangeType::Update, id: None });
        }
        Ok(told)
    }
}

fn of_song(change: ChangeType, number: PublicId) -> ChangeEvent {
    ChangeEvent { event: Event::Queue, change, id: Some(number.digits()) }
}
