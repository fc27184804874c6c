//! What stands between a live and one socket: a bounded queue, and what is known of the client.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Bytes;
use tokio::sync::{Notify, mpsc};

use super::frames::{self, FetchResult, SimPacking};
use super::numbers::{Numbers, cursor_of, internal_ext_of, millis};
use super::room::Live;
use crate::kernel::time::Timestamp;

/// How many frames may wait for one connection, and how many bytes of them.
const QUEUE: usize = 8_192;
const QUEUED_BYTES: usize = 64 << 20;
/// How many unacknowledged frames of a connection are remembered.
const OUTSTANDING: usize = 65_536;

/// What goes to a connection.
#[derive(Debug)]
pub(crate) enum Out {
    /// A binary frame.
    Frame(Bytes),
    /// A close frame with this code; the connection ends.
    Close(u16),
    /// The connection is cut.
    Cut,
}

/// One connection.
#[derive(Debug)]
pub(crate) struct Connection {
    /// `None` once it is given up.
    queue: Option<mpsc::Sender<Out>>,
    /// Told when it is given up: what waits in the queue cannot be waited for then.
    given_up: Arc<Notify>,
    /// How many frames wait to be written.
    pub(crate) waiting: usize,
    pub(crate) waiting_bytes: usize,
    /// How it came about.
    pub(crate) opening: Opening,
    /// Whether it has entered the room.
    pub(crate) is_entered: bool,
    /// Whether nothing is said on it any more.
    pub(crate) is_silent: bool,
    /// The frames that wait for an acknowledgement.
    pub(crate) outstanding: BTreeSet<u64>,
}

/// The socket's end of a connection.
#[derive(Debug)]
pub(crate) struct Feed {
    /// What goes out.
    pub(crate) frames: mpsc::Receiver<Out>,
    /// Told when the connection is given up.
    pub(crate) given_up: Arc<Notify>,
}

/// How a connection came about.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Opening {
    /// The last message that the client had from its sign response; `None` where it had none.
    pub(crate) cursor: Option<u64>,
    /// Whether it takes gzip.
    pub(crate) takes_gzip: bool,
    /// Whether it is the managed socket, which packs nothing and takes nothing back.
    pub(crate) is_managed: bool,
}

/// How a batch goes out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Delivery<'a> {
    pub(crate) packing: SimPacking,
    /// The room's setting where it is missing.
    pub(crate) needs_ack: Option<bool>,
    /// The type of the frame.
    pub(crate) frame_type: &'a str,
}

impl Default for Delivery<'_> {
    fn default() -> Self {
        Self { packing: SimPacking::Auto, needs_ack: None, frame_type: "msg" }
    }
}

impl Connection {
    /// A connection and its other end.
    pub(crate) fn new(opening: Opening) -> (Self, Feed) {
        let (queue, frames) = mpsc::channel(QUEUE);
        let given_up = Arc::new(Notify::new());
        let connection = Self {
            queue: Some(queue),
            given_up: Arc::clone(&given_up),
            waiting: 0,
            waiting_bytes: 0,
            opening,
            is_entered: false,
            is_silent: false,
            outstanding: BTreeSet::new(),
        };
        (connection, Feed { frames, given_up })
    }

    /// Gives it up at once, whatever waits for it.
    pub(crate) fn give_up(&mut self) {
        self.queue = None;
        self.given_up.notify_one();
    }

    /// Whether it was given up.
    pub(crate) const fn is_given_up(&self) -> bool {
        self.queue.is_none()
    }

    /// Whether messages reach it.
    pub(crate) const fn hears(&self) -> bool {
        self.is_entered && !self.is_silent && self.queue.is_some()
    }

    /// Speaks again after a silence.
    pub(crate) const fn speak(&mut self) {
        self.is_silent = false;
    }

    /// Puts something into its queue; one that does not read is given up.
    pub(crate) fn hand(&mut self, out: Out) {
        if self.is_silent && matches!(out, Out::Frame(_)) {
            return;
        }
        let bytes = if let Out::Frame(frame) = &out { frame.len() } else { 0 };
        let has_room = self.waiting_bytes + bytes <= QUEUED_BYTES;
        match &self.queue {
            Some(queue) if has_room && queue.try_send(out).is_ok() => {
                self.waiting += 1;
                self.waiting_bytes += bytes;
            }
            _ => self.give_up(),
        }
    }

    /// Puts a frame with messages into its queue.
    pub(crate) fn hand_batch(&mut self, batch: &mut Batch<'_>) {
        if self.is_silent {
            return;
        }
        let frame = batch.frame(self.opening);
        if batch.needs_ack && !self.opening.is_managed {
            self.outstanding.insert(batch.log);
            if self.outstanding.len() > OUTSTANDING {
                self.outstanding.pop_first();
            }
        }
        self.hand(Out::Frame(frame));
    }
}

/// One frame in the forms in which connections take it, each made when the first one asks.
pub(crate) struct Batch<'a> {
    log: u64,
    needs_ack: bool,
    packing: SimPacking,
    frame_type: &'a str,
    gzip_from: usize,
    payload: Vec<u8>,
    /// Plain and packed.
    made: [Option<Bytes>; 2],
}

impl<'a> Batch<'a> {
    /// A frame with these messages, not yet encoded.
    pub(crate) fn new(
        live: &Live,
        messages: Vec<Vec<u8>>,
        delivery: Delivery<'a>,
        numbers: &mut Numbers,
        now: Timestamp,
    ) -> Self {
        let log = numbers.log();
        let needs_ack = delivery.needs_ack.unwrap_or(live.settings.asks_for_acks);
        let (cursor, ext) = (cursor_of(live.messages, now), internal_ext_of(live.room, log));
        let result = FetchResult {
            messages,
            cursor: &cursor,
            now_ms: millis(now),
            internal_ext: &ext,
            needs_ack,
            ..FetchResult::default()
        };
        let Delivery { packing, frame_type, .. } = delivery;
        let gzip_from = live.settings.gzip_from_bytes;
        Self { log, needs_ack, packing, frame_type, gzip_from, payload: result.encode(), made: [None, None] }
    }

    fn frame(&mut self, opening: Opening) -> Bytes {
        let is_packed = match self.packing {
            SimPacking::Auto => opening.takes_gzip && self.payload.len() >= self.gzip_from,
            _ => !opening.is_managed,
        };
        let packing = match (is_packed, self.packing) {
            (true, SimPacking::Auto) => SimPacking::Gzip,
            (true, ordered) => ordered,
            (false, _) => SimPacking::Plain,
        };
        let [plain, packed] = &mut self.made;
        let made = if is_packed { packed } else { plain };
        made.get_or_insert_with(|| frames::packed_frame(self.log, self.frame_type, &self.payload, packing).into())
            .clone()
    }
}
