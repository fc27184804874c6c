//! One live: its room, its messages and the connections that watch it.
//!
//! # Invariants
//! - A connection gets messages only after it entered the room, then also those that came since its sign response.
//! - A batch is encoded once for each form that is asked for, not once for each connection.
//! - Bounded: 512 messages or 256 KiB are kept for a replay, 64 connections, and what waits for a connection that does
//!   not read; such a connection is cut.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::connection::{Batch, Connection, Delivery, Feed, Opening, Out};
use super::event::{SimControl, SimLiveEvent, SimOccurrence};
use super::faults::LiveFaults;
use super::frames;
use super::managed::LiveManagedForm;
use super::messages::{Stamp, message_of};
use super::numbers::{Numbers, millis};
use super::seen::{LiveSeen, Notes};
use super::sign::Ticket;
use super::viewers::number_of;
use crate::Refused;
use crate::kernel::time::Timestamp;

/// How many messages are kept for a replay, and how many bytes of them.
const KEPT_MESSAGES: usize = 512;
const KEPT_BYTES: usize = 256 << 10;
/// How many connections a live takes.
const MOST_CONNECTIONS: usize = 64;
/// What can be chosen about a live.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveSettings {
    /// What the handshake asks for as the time between two heartbeats, in seconds; nothing where it is missing.
    pub ping_interval_s: Option<u32>,
    /// From how many bytes on a payload is packed for a client that asked for gzip.
    pub gzip_from_bytes: usize,
    /// Whether frames ask for an acknowledgement.
    pub asks_for_acks: bool,
    /// Whether a heartbeat is answered with a frame of type `hb`.
    pub answers_heartbeats: bool,
    /// At most so many messages are in one frame.
    pub frame_messages: usize,
    /// In which form the managed socket writes its first frames.
    pub managed_form: LiveManagedForm,
}

impl Default for LiveSettings {
    fn default() -> Self {
        Self {
            ping_interval_s: None,
            gzip_from_bytes: 1_024,
            asks_for_acks: true,
            answers_heartbeats: true,
            frame_messages: 50,
            managed_form: LiveManagedForm::Bundle,
        }
    }
}

/// What became of events that were sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveSent {
    /// The ids of the messages, in their order.
    pub ids: Vec<u64>,
    /// In how many frames they were.
    pub frames: usize,
    /// How many connections got them.
    pub connections: usize,
}

/// A message that was sent.
#[derive(Debug)]
pub(crate) struct Kept {
    /// Its place in the room, from 1.
    pub(crate) number: u64,
    /// The message as it stands in a result.
    pub(crate) inner: Vec<u8>,
}

/// A host, and their live if it is on.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) name: String,
    /// 0 before the first live.
    pub(crate) room: u64,
    pub(crate) is_on: bool,
    pub(crate) is_paused: bool,
    pub(crate) title: String,
    pub(crate) started: Timestamp,
    pub(crate) viewers: u64,
    pub(crate) likes: u64,
    /// How many messages the room has had.
    pub(crate) messages: u64,
    pub(crate) settings: LiveSettings,
    pub(crate) faults: LiveFaults,
    pub(crate) notes: Notes,
    pub(crate) tickets: VecDeque<Ticket>,
    pub(crate) kept: VecDeque<Kept>,
    kept_bytes: usize,
    pub(crate) connections: BTreeMap<u64, Connection>,
}

impl Live {
    /// A host who is not live.
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            room: 0,
            is_on: false,
            is_paused: false,
            title: format!("Live with {name}"),
            started: Timestamp::default(),
            viewers: 0,
            likes: 0,
            messages: 0,
            settings: LiveSettings::default(),
            faults: LiveFaults::default(),
            notes: Notes::default(),
            tickets: VecDeque::new(),
            kept: VecDeque::new(),
            kept_bytes: 0,
            connections: BTreeMap::new(),
        }
    }

    /// The account's number of the host.
    pub(crate) fn host(&self) -> u64 {
        number_of(&self.name)
    }

    /// TikTok's number of the state: 2 live, 3 paused, 4 over.
    pub(crate) const fn status(&self) -> u64 {
        match (self.is_on, self.is_paused) {
            (false, _) => 4,
            (true, true) => 3,
            (true, false) => 2,
        }
    }

    /// What was seen so far.
    pub(crate) fn seen(&self) -> LiveSeen {
        let entered = self.connections.values().filter(|connection| connection.is_entered);
        LiveSeen {
            is_live: self.is_on,
            room: self.room.to_string(),
            connections_now: self.connections.len(),
            connections_entered: entered.count(),
            frames_waiting: self.connections.values().map(|connection| connection.waiting).sum(),
            unacknowledged: self.connections.values().map(|connection| connection.outstanding.len()).sum(),
            ..self.notes.counts.clone()
        }
    }

    /// The most frames that wait for any connection.
    pub(crate) fn most_waiting(&self) -> usize {
        self.connections.values().map(|connection| connection.waiting).max().unwrap_or(0)
    }

    /// How many connections have entered the room.
    pub(crate) fn entered(&self) -> usize {
        self.connections.values().filter(|connection| connection.is_entered).count()
    }

    /// How many connections stand.
    pub(crate) fn standing(&self) -> usize {
        self.connections.len()
    }

    /// Whether everything that was sent was written and acknowledged.
    pub(crate) fn is_acknowledged(&self) -> bool {
        let is_done = |connection: &Connection| {
            connection.is_entered && connection.waiting == 0 && connection.outstanding.is_empty()
        };
        !self.connections.is_empty() && self.connections.values().all(is_done)
    }

    /// The host goes live in a new room; nothing happens where they are already.
    pub(crate) fn start(&mut self, numbers: &mut Numbers, now: Timestamp) {
        if !self.is_on {
            self.open_room(numbers, now);
        }
    }

    /// Opens a new room in place of the one that was.
    pub(crate) fn open_room(&mut self, numbers: &mut Numbers, now: Timestamp) {
        self.room = numbers.room();
        (self.is_on, self.is_paused, self.started) = (true, false, now);
        (self.viewers, self.likes, self.messages) = (0, 0, 0);
        self.kept.clear();
        self.kept_bytes = 0;
        self.tickets.clear();
    }

    /// The host ends the live: everybody is told, then the connections are closed.
    pub(crate) fn end(&mut self, numbers: &mut Numbers, now: Timestamp) {
        if !self.is_on {
            return;
        }
        let ended = SimOccurrence::Control { action: SimControl::End };
        // The message is one of ours and always has a form.
        let _ = self.send(&[ended.into()], Delivery::default(), numbers, now);
        self.is_on = false;
        self.connections.values_mut().for_each(|connection| {
            let code = if connection.opening.is_managed { 4005 } else { 1000 };
            connection.hand(Out::Close(code));
        });
    }

    /// Sends messages in as few frames as the settings allow.
    pub(crate) fn send(
        &mut self,
        events: &[SimLiveEvent],
        delivery: Delivery<'_>,
        numbers: &mut Numbers,
        now: Timestamp,
    ) -> Result<LiveSent, Refused> {
        let mut sent = LiveSent::default();
        for batch in events.chunks(self.settings.frame_messages.max(1)) {
            let mut messages = Vec::with_capacity(batch.len());
            for event in batch {
                let (id, inner) = self.write(event, numbers, now)?;
                sent.ids.push(id);
                self.keep(inner.clone());
                messages.push(inner);
            }
            sent.frames += 1;
            sent.connections = self.deliver(messages, delivery, numbers, now);
        }
        Ok(sent)
    }

    /// Writes an event as a message inside a result.
    fn write(
        &mut self,
        event: &SimLiveEvent,
        numbers: &mut Numbers,
        now: Timestamp,
    ) -> Result<(u64, Vec<u8>), Refused> {
        match &event.what {
            SimOccurrence::Like { count, .. } => self.likes += u64::from(*count),
            SimOccurrence::Viewers { count, .. } => self.viewers = *count,
            SimOccurrence::Control { action: SimControl::Pause } => self.is_paused = true,
            SimOccurrence::Control { action: SimControl::Resume } => self.is_paused = false,
            _ => {}
        }
        let id = event.msg_id.unwrap_or_else(|| numbers.message());
        let stamp = Stamp { id, at_ms: event.created_ms.unwrap_or_else(|| millis(now)), ..self.stamp(now) };
        let written = message_of(event, &stamp)?;
        let (method, payload) = written.ok_or_else(|| Refused::because("That is no message of a live."))?;
        let inner = frames::inner(&method, &payload, id);
        Ok((id, if event.is_history { frames::as_history(&inner) } else { inner }))
    }

    /// The stamp of a message without an id.
    pub(crate) fn stamp(&self, now: Timestamp) -> Stamp {
        Stamp { id: 0, room: self.room, at_ms: millis(now), host: self.host(), likes: self.likes }
    }

    fn keep(&mut self, inner: Vec<u8>) {
        self.messages += 1;
        self.kept_bytes += inner.len();
        self.kept.push_back(Kept { number: self.messages, inner });
        while self.kept.len() > KEPT_MESSAGES || self.kept_bytes > KEPT_BYTES {
            let Some(gone) = self.kept.pop_front() else { break };
            self.kept_bytes -= gone.inner.len();
        }
    }

    /// The last messages, marked as history.
    pub(crate) fn replay(&self, last: usize) -> Vec<Vec<u8>> {
        let skipped = self.kept.len().saturating_sub(last);
        self.kept.iter().skip(skipped).map(|kept| frames::as_history(&kept.inner)).collect()
    }

    /// Sends one frame to all who have entered; gives how many.
    fn deliver(
        &mut self,
        messages: Vec<Vec<u8>>,
        delivery: Delivery<'_>,
        numbers: &mut Numbers,
        now: Timestamp,
    ) -> usize {
        let count = messages.len() as u64;
        let mut batch = Batch::new(self, messages, delivery, numbers, now);
        let mut reached = 0;
        for connection in self.connections.values_mut().filter(|connection| connection.hears()) {
            connection.hand_batch(&mut batch);
            reached += 1;
            self.notes.counts.frames_sent += 1;
            self.notes.counts.messages_sent += count;
        }
        reached
    }

    /// Takes a connection in; `None` where there are too many.
    pub(crate) fn open(&mut self, opening: Opening, number: u64) -> Option<Feed> {
        if self.connections.len() >= MOST_CONNECTIONS {
            return None;
        }
        let (connection, feed) = Connection::new(opening);
        self.connections.insert(number, connection);
        self.notes.counts.connections_opened += 1;
        self.notes.counts.managed_opened += u64::from(opening.is_managed);
        Some(feed)
    }

    /// A connection is gone.
    pub(crate) fn close(&mut self, number: u64) {
        if self.connections.remove(&number).is_some_and(|connection| connection.is_given_up()) {
            self.notes.complain(format!("connection {number} was cut because it did not read"));
        }
    }

    /// Cuts all connections; gives how many there were.
    pub(crate) fn cut(&mut self) -> usize {
        self.connections.values_mut().for_each(|connection| connection.hand(Out::Cut));
        self.connections.len()
    }

    /// No ordered fault is left, and who was silent speaks again.
    pub(crate) fn calm(&mut self) {
        self.faults.clear();
        self.connections.values_mut().for_each(Connection::speak);
    }

    /// Gives all connections up: the simulator goes.
    pub(crate) fn give_up(&mut self) {
        self.connections.values_mut().for_each(Connection::give_up);
    }

    /// So many frames and bytes were written to a connection.
    pub(crate) fn written(&mut self, number: u64, frames: usize, bytes: usize) {
        if let Some(connection) = self.connections.get_mut(&number) {
            connection.waiting = connection.waiting.saturating_sub(frames);
            connection.waiting_bytes = connection.waiting_bytes.saturating_sub(bytes);
        }
    }
}
