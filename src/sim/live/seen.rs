//! What the simulator saw of the clients of a live.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// How many frames of clients are remembered.
const KEPT_FRAMES: usize = 1_000;
/// How many complaints are remembered.
const KEPT_COMPLAINTS: usize = 50;

/// What clients did with a live so far, in numbers. Keys and cookies are never in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LiveSeen {
    /// Whether the live is on.
    pub is_live: bool,
    /// The room's number, as text; the last one where the live is over.
    pub room: String,
    /// Requests of the page `/@name/live`.
    pub pages: u64,
    /// Requests of api-live.
    pub api_lives: u64,
    /// Questions about the room at `check_alive`.
    pub check_alives: u64,
    /// Requests of the room's details.
    pub room_infos: u64,
    /// Requests of the sign step, in both forms.
    pub signs: u64,
    /// Those that carried an API key.
    pub signs_with_key: u64,
    /// Those that did not.
    pub signs_without_key: u64,
    /// Handshakes that were refused, whether by a fault or for a reason.
    pub handshakes_refused: u64,
    /// Connections since the beginning.
    pub connections_opened: u64,
    /// Those of them that came by the managed socket.
    pub managed_opened: u64,
    /// Connections that stand.
    pub connections_now: usize,
    /// Connections that stand and have entered the room.
    pub connections_entered: usize,
    /// Frames with messages that went to connections.
    pub frames_sent: u64,
    /// Messages in them.
    pub messages_sent: u64,
    /// Frames that wait in the simulator to be written.
    pub frames_waiting: usize,
    /// Acknowledgements.
    pub acks: u64,
    /// Those that name no frame that waits for one, or carry the wrong text.
    pub wrong_acks: u64,
    /// Frames on standing connections that wait for an acknowledgement.
    pub unacknowledged: usize,
    /// Heartbeats.
    pub heartbeats: u64,
    /// What a client did wrong, the last 50: sentences without secrets.
    pub complaints: Vec<String>,
}

/// A frame that a client sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenFrame {
    /// The number of the connection, from 1.
    pub connection: u64,
    /// `im_enter_room`, `hb`, `ack` or what it was called.
    pub kind: String,
    /// The number in it: room, running number of the heartbeat, number of the acknowledged frame.
    pub number: u64,
    /// The clock's time in milliseconds since 1970.
    pub at_ms: u64,
}

/// The bounded memory behind both.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(crate) counts: LiveSeen,
    frames: VecDeque<SeenFrame>,
}

impl Notes {
    /// Notes a frame.
    pub(crate) fn frame(&mut self, frame: SeenFrame) {
        if self.frames.len() == KEPT_FRAMES {
            self.frames.pop_front();
        }
        self.frames.push_back(frame);
    }

    /// Notes what a client did wrong.
    pub(crate) fn complain(&mut self, sentence: String) {
        if self.counts.complaints.len() == KEPT_COMPLAINTS {
            self.counts.complaints.remove(0);
        }
        self.counts.complaints.push(sentence);
    }

    /// The frames of late.
    pub(crate) fn frames(&self) -> Vec<SeenFrame> {
        self.frames.iter().cloned().collect()
    }
}
