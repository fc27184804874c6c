//! What changed when, and what is to be drawn now: the hub without its clockwork.
//!
//! Every change that is heard has a number, counted from the start of the process. For each topic of a server the number of its
//! last change is kept and nothing else: whoever says up to which number they know something is told exactly what is new to
//! them, however long they were away.
//!
//! A [`Part`] is drawn while somebody watches it, when it changed: the first time at once, and then not more often than four
//! times a second. What a server shows is drawn by one at a time. Each part has one place for its present form ([`Frame`]), which
//! all who watch it share: whoever is slow skips what was in between.

use std::collections::{BTreeMap, HashMap};
use std::slice;
use std::time::Duration;

use axum::body::Bytes;
use serde_json::json;
use tokio::sync::watch;

use super::Region;
use super::event;
use crate::activity;
use crate::features::queue::queries;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{Change, Topic};

/// After a part was drawn it rests for so long, and what changes meanwhile is drawn in one.
pub(super) const REST: Duration = Duration::from_millis(250);
/// What could not be drawn is tried again after so long.
const REST_AFTER_FAILURE: Duration = Duration::from_secs(5);
/// So many changes are kept apart. One more, and all count as changed.
const MOST_CHANGED: usize = 50_000;
/// At the start everything is new to everybody.
const START: u64 = 1;

/// Something of a server that can be watched.
#[derive(Clone, Copy)]
pub(super) enum Part {
    /// A part of pages, which is drawn for all who see it.
    Region(&'static Region),
    /// That something of a topic changed.
    Topic(Topic),
    /// The same for whoever must know it at once, because it may take rights away.
    Guard(Topic),
    /// What happened, as the activities tell.
    Activities,
    /// Which songs changed.
    Songs,
}

/// The present form of a part.
#[derive(Clone)]
pub(super) struct Frame {
    /// All changes up to this number are in it.
    pub(super) revision: u64,
    /// Which form it is. While it looks the same, this number stays.
    pub(super) form: u64,
    /// The event that brings it.
    pub(super) bytes: Bytes,
}

/// The place of a part's present form, for whoever watches it.
pub(super) type Place = watch::Receiver<Option<Frame>>;

/// Parts of one server that are to be drawn from one snapshot.
pub(super) struct Job {
    pub(super) guild: GuildId,
    /// All changes up to this number are in the snapshot.
    pub(super) revision: u64,
    pub(super) parts: Vec<Part>,
}

/// What came of drawing a part.
pub(super) enum Drawn {
    /// It looks like this.
    Form(String),
    /// It changed, and has no form.
    Changed,
    /// It could not be drawn.
    Failed,
}

/// See the module.
pub(super) struct Board {
    revision: u64,
    changes: Changes,
    rooms: BTreeMap<GuildId, Room>,
}

/// The numbers of last changes.
struct Changes {
    /// Everything counts as changed at this number, and later where that is noted.
    all: u64,
    of_servers: HashMap<(GuildId, Topic), u64>,
    /// Of what changes for all servers at once.
    everywhere: BTreeMap<Topic, u64>,
}

/// What is watched of one server.
#[derive(Default)]
struct Room {
    slots: BTreeMap<Key, Slot>,
    is_being_drawn: bool,
    /// Whether anything in it may have to be drawn.
    is_doubtful: bool,
}

/// By what a part is known in a server.
type Key = (u8, &'static str);

struct Slot {
    part: Part,
    /// Whoever watches has it as it was at this number, or can have it from the place.
    known: u64,
    rests_until: Timestamp,
    form: String,
    place: watch::Sender<Option<Frame>>,
}

impl Part {
    const fn key(&self) -> Key {
        match self {
            Self::Region(region) => (0, region.name),
            Self::Topic(topic) => (1, topic.name()),
            Self::Guard(topic) => (2, topic.name()),
            Self::Activities => (3, ""),
            Self::Songs => (4, ""),
        }
    }

    /// What changes it.
    fn topics(&self) -> &[Topic] {
        const ACTIVITIES: &[Topic] = &[activity::CHANGED];
        const SONGS: &[Topic] = &[queries::CHANGED];
        match self {
            Self::Region(region) => region.topics,
            Self::Topic(topic) | Self::Guard(topic) => slice::from_ref(topic),
            Self::Activities => ACTIVITIES,
            Self::Songs => SONGS,
        }
    }

    /// The event that brings it to a page.
    fn told(&self, guild: GuildId, revision: u64, form: &str) -> Bytes {
        match self {
            Self::Region(region) => {
                let name = region.address(guild);
                event("region", &json!({ "region": name, "revision": revision, "html": form }))
            }
            Self::Topic(topic) => event("hint", &json!({ "topic": topic.name(), "guild_id": guild.to_string() })),
            Self::Guard(_) | Self::Activities | Self::Songs => Bytes::new(),
        }
    }

    /// How long it rests after it was drawn.
    const fn rest(&self) -> Duration {
        match self {
            Self::Guard(_) => Duration::ZERO,
            Self::Region(_) | Self::Topic(_) | Self::Activities | Self::Songs => REST,
        }
    }
}

impl Board {
    pub(super) fn new() -> Self {
        let changes = Changes { all: START, of_servers: HashMap::new(), everywhere: BTreeMap::new() };
        Self { revision: START, changes, rooms: BTreeMap::new() }
    }

    /// The number of the last change.
    pub(super) const fn revision(&self) -> u64 {
        self.revision
    }

    /// Counts something that is no change of a topic.
    pub(super) fn count(&mut self) -> u64 {
        self.revision += 1;
        self.revision
    }

    /// Something changed.
    pub(super) fn hear(&mut self, change: Change) {
        if self.changes.of_servers.len() >= MOST_CHANGED {
            return self.hear_anything();
        }
        let revision = self.count();
        self.changes.of_servers.insert((change.guild, change.topic), revision);
        if let Some(room) = self.rooms.get_mut(&change.guild) {
            room.is_doubtful = true;
        }
    }

    /// Anything may have changed.
    pub(super) fn hear_anything(&mut self) {
        self.changes.all = self.count();
        self.changes.of_servers.clear();
        self.doubt();
    }

    /// Something changed for all servers.
    pub(super) fn hear_everywhere(&mut self, topic: Topic) {
        let revision = self.count();
        self.changes.everywhere.insert(topic, revision);
        self.doubt();
    }

    fn doubt(&mut self) {
        for room in self.rooms.values_mut() {
            room.is_doubtful = true;
        }
    }

    /// Whether somebody watches what a topic changes.
    pub(super) fn is_watched(&self, topic: Topic) -> bool {
        let mut slots = self.rooms.values().flat_map(|room| room.slots.values());
        slots.any(|slot| slot.part.topics().contains(&topic) && slot.place.receiver_count() > 0)
    }

    /// The number of the last change of any of these topics of a server.
    pub(super) fn changed_at(&self, guild: GuildId, topics: &[Topic]) -> u64 {
        self.changes.last(guild, topics)
    }

    /// Begins to watch a part. Whoever does knows it as it was at `since`; answered is its place, and up to which number they
    /// need nothing from there.
    pub(super) fn watch(&mut self, guild: GuildId, part: Part, since: u64) -> (Place, u64) {
        let changed = self.changed_at(guild, part.topics());
        let room = self.rooms.entry(guild).or_default();
        let slot = room.slots.entry(part.key()).or_insert_with(|| Slot::new(part, since));
        let has_present = slot.place.borrow().as_ref().is_some_and(|frame| frame.revision >= changed);
        if changed <= since {
            // Nobody else is there who could need what came before.
            if slot.place.receiver_count() == 0 {
                slot.known = slot.known.max(since);
            }
            return (slot.place.subscribe(), self.revision);
        }
        if !has_present {
            slot.known = slot.known.min(since);
            room.is_doubtful = true;
        }
        (slot.place.subscribe(), since)
    }

    /// What is to be drawn now, and when to ask again at the latest.
    pub(super) fn take(&mut self, now: Timestamp) -> (Vec<Job>, Option<Timestamp>) {
        let Self { revision, changes, rooms } = self;
        let (mut jobs, mut next) = (Vec::new(), None::<Timestamp>);
        rooms.retain(|guild, room| {
            if !room.is_doubtful || room.is_being_drawn {
                return true;
            }
            room.slots.retain(|_, slot| slot.place.receiver_count() > 0);
            let changed_at = |part: &Part| changes.last(*guild, part.topics());
            let stale = room.slots.values().filter(|slot| changed_at(&slot.part) > slot.known);
            let (due, resting): (Vec<&Slot>, Vec<&Slot>) = stale.partition(|slot| slot.rests_until <= now);
            if let Some(first) = resting.iter().map(|slot| slot.rests_until).min() {
                next = Some(next.map_or(first, |next| next.min(first)));
            }
            let parts: Vec<Part> = due.iter().map(|slot| slot.part).collect();
            room.is_doubtful = !resting.is_empty();
            room.is_being_drawn = !parts.is_empty();
            if room.is_being_drawn {
                jobs.push(Job { guild: *guild, revision: *revision, parts });
            }
            !room.slots.is_empty()
        });
        (jobs, next)
    }

    /// Parts of a server were drawn from a snapshot with all changes up to `revision`.
    pub(super) fn finish(&mut self, guild: GuildId, revision: u64, drawn: Vec<(Part, Drawn)>, now: Timestamp) {
        let Some(room) = self.rooms.get_mut(&guild) else { return };
        room.is_being_drawn = false;
        room.is_doubtful = true;
        for (part, drawn) in drawn {
            if let Some(slot) = room.slots.get_mut(&part.key()) {
                slot.take(guild, revision, drawn, now);
            }
        }
    }

    /// Up to which number somebody has everything who has these parts as they were at these numbers.
    pub(super) fn caught_up(&self, parts: impl Iterator<Item = (GuildId, Part, u64)>) -> u64 {
        let stale = parts.filter(|(guild, part, known)| self.changed_at(*guild, part.topics()) > *known);
        stale.map(|(_, _, known)| known).min().unwrap_or(self.revision)
    }
}

impl Slot {
    fn new(part: Part, since: u64) -> Self {
        let place = watch::Sender::new(None);
        Self { part, known: since, rests_until: Timestamp::from_micros(i64::MIN), form: String::new(), place }
    }

    fn take(&mut self, guild: GuildId, revision: u64, drawn: Drawn, now: Timestamp) {
        let (before, bytes) = match &*self.place.borrow() {
            Some(frame) => (frame.form, frame.bytes.clone()),
            None => (0, Bytes::new()),
        };
        let (form, bytes) = match drawn {
            Drawn::Failed => {
                self.rests_until = now.after(REST_AFTER_FAILURE);
                return;
            }
            Drawn::Form(form) if before > 0 && form == self.form => (before, bytes),
            Drawn::Form(form) => {
                let told = self.part.told(guild, revision, &form);
                self.form = form;
                (before + 1, told)
            }
            Drawn::Changed => (before + 1, self.part.told(guild, revision, "")),
        };
        self.known = revision;
        self.rests_until = now.after(self.part.rest());
        self.place.send_replace(Some(Frame { revision, form, bytes }));
    }
}

impl Changes {
    /// The number of the last change of any of these topics of a server.
    fn last(&self, guild: GuildId, topics: &[Topic]) -> u64 {
        let of_server = topics.iter().filter_map(|topic| self.of_servers.get(&(guild, *topic)));
        let everywhere = topics.iter().filter_map(|topic| self.everywhere.get(topic));
        of_server.chain(everywhere).copied().fold(self.all, u64::max)
    }
}

#[cfg(test)]
mod tests;
