//! What a live does when a client speaks: it enters the room, is alive, has taken a frame.

use std::collections::BTreeSet;

use super::connection::{Batch, Delivery, Opening, Out};
use super::faults::Place;
use super::frames::{self, Said};
use super::numbers::{Numbers, internal_ext_of, millis};
use super::room::Live;
use super::seen::SeenFrame;
use crate::kernel::time::Timestamp;

impl Live {
    /// A client said something on a connection; gives whether it was an entry into the room.
    pub(crate) fn hear(&mut self, number: u64, bytes: &[u8], numbers: &mut Numbers, now: Timestamp) {
        let Some(said) = frames::said(bytes) else {
            return self.notes.complain(format!("connection {number} sent {} bytes that are no frame", bytes.len()));
        };
        let note = |kind: &str, noted: u64| SeenFrame {
            connection: number,
            kind: kind.to_owned(),
            number: noted,
            at_ms: millis(now),
        };
        match said {
            Said::EnterRoom { room, is_complete } => {
                self.notes.frame(note("im_enter_room", room));
                if room != self.room || !is_complete {
                    self.notes.complain(format!("connection {number} did not enter the room as a viewer does"));
                }
                self.enter(number, numbers, now);
            }
            Said::Heartbeat { room, sequence } => {
                self.notes.frame(note("hb", sequence));
                self.notes.counts.heartbeats += 1;
                if room != self.room && room != 0 {
                    self.notes.complain(format!("connection {number} sent a heartbeat of another room"));
                }
                if self.settings.answers_heartbeats
                    && let Some(connection) = self.connections.get_mut(&number)
                {
                    connection.hand(Out::Frame(frames::frame(numbers.log(), "hb", None, &[]).into()));
                }
            }
            Said::Ack { log_id, internal_ext } => {
                self.notes.frame(note("ack", log_id));
                self.notes.counts.acks += 1;
                let is_right = internal_ext == internal_ext_of(self.room, log_id).into_bytes();
                let connection = self.connections.get_mut(&number);
                let waited = connection.is_some_and(|connection| connection.outstanding.remove(&log_id));
                if !waited || !is_right {
                    self.notes.counts.wrong_acks += 1;
                }
            }
            Said::Other(kind) => {
                self.notes.complain(format!("connection {number} sent a frame of type {kind:?}"));
                self.notes.frame(note(&kind, 0));
            }
        }
    }

    /// A connection enters the room: it is greeted, told what it missed, and struck by what was ordered for it.
    pub(crate) fn enter(&mut self, number: u64, numbers: &mut Numbers, now: Timestamp) {
        let is_live = self.is_on;
        let Some(connection) = self.connections.get_mut(&number) else { return };
        if connection.is_entered {
            return;
        }
        connection.is_entered = true;
        let Opening { cursor, is_managed, .. } = connection.opening;
        if !is_managed {
            connection.hand(Out::Frame(frames::frame(numbers.log(), "im_enter_room_resp", None, &[]).into()));
        }
        if let Some(cursor) = cursor {
            let missed = self.kept.iter().filter(|kept| kept.number > cursor).map(|kept| kept.inner.clone());
            let missed: Vec<_> = missed.collect();
            for messages in missed.chunks(self.settings.frame_messages.max(1)) {
                self.deliver_to(number, messages.to_vec(), numbers, now);
            }
        }
        if !is_live && let Some(connection) = self.connections.get_mut(&number) {
            connection.hand(Out::Close(if is_managed { 4005 } else { 1000 }));
        }
        if let Some(kind) = self.faults.strike(Place::Socket) {
            self.strike(&kind, &BTreeSet::from([number]), numbers, now);
        }
    }

    fn deliver_to(&mut self, number: u64, messages: Vec<Vec<u8>>, numbers: &mut Numbers, now: Timestamp) {
        let count = messages.len() as u64;
        let mut batch = Batch::new(self, messages, Delivery::default(), numbers, now);
        if let Some(connection) = self.connections.get_mut(&number) {
            connection.hand_batch(&mut batch);
            self.notes.counts.frames_sent += 1;
            self.notes.counts.messages_sent += count;
        }
    }
}
