//! Carries an open socket: takes frames, acknowledges them, keeps the heart beating, and notices the end.
//!
//! Runs as a task of its own, so that neither the heart nor an acknowledgement waits for whoever stores what was told.
//! What was told waits in a queue; when that is full nothing more is read, and the network holds the rest back.
//!
//! Rules:
//! - The room is entered first. A frame that asks for it is acknowledged before its messages are handed on.
//! - Only frames that tell something are a sign of life. Pings are answered and otherwise mean nothing: TikTok answers
//!   none, and a dead room can have a live server.
//! - A minute without a frame is the end, also while heartbeats can be sent.
//! - When the host ends the live, that frame's messages are handed on before the end is.
//! - Every wait has an end: for the queue's reader, for the server to take a frame, for the next frame.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::{self, Message as Frame};

use super::{STEP, Socket};
use crate::kernel::time::{Clock, Timestamp};
use crate::live::MessageId;
use crate::tiktok::managed::{self, Notice};
use crate::tiktok::refusal::{Closed, Refusal};
use crate::tiktok::wire::{self, Control, FrameKind, Message, Observed, PushFrame, RoomId};

/// The time between heartbeats, unless the server asks for another.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// So long nothing may come.
const PATIENCE: Duration = Duration::from_mins(1);
/// So long the server may take to say why, after it said that it closes.
const PARTING: Duration = Duration::from_secs(5);
/// How long our own goodbye may take.
const GOODBYE: Duration = Duration::from_secs(2);

/// What is handed on: messages, and the end as the last thing.
pub(in crate::tiktok) type Received = Result<Vec<Message>, Closed>;

/// What the other side expects of us.
pub(in crate::tiktok) enum Dialect {
    /// TikTok's own: the room is entered, hearts beat, frames are acknowledged.
    Webcast(Heart),
    /// The managed connection's: nothing.
    Managed,
}

/// The heart of one socket.
pub(in crate::tiktok) struct Heart {
    room: RoomId,
    every: Duration,
    next: Timestamp,
    sequence: u64,
}

/// Carries one socket.
pub(in crate::tiktok) struct Pump {
    socket: Socket,
    clock: Clock,
    dialect: Dialect,
    /// Told of the first sign that the room is there.
    first_sign: Option<oneshot::Sender<()>>,
    /// When the last frame came.
    heard: Timestamp,
    is_parting: bool,
}

/// Why the pump stops.
enum End {
    /// The connection ended.
    Closed(Closed),
    /// Nobody wants to hear more.
    Unwanted,
}

impl Heart {
    /// A heart that beats for the first time after `every`; every 10 seconds where the server asks for nothing.
    pub(in crate::tiktok) fn new(room: RoomId, every: Option<Duration>, now: Timestamp) -> Self {
        let every = every.unwrap_or(HEARTBEAT);
        Self { room, every, next: now.after(every), sequence: 0 }
    }

    /// The beat that is due. Beats that were missed are not made up for.
    fn beat(&mut self, now: Timestamp) -> Option<Vec<u8>> {
        // A clock that was set back must not stop the heart.
        self.next = self.next.min(now.after(self.every));
        if now < self.next {
            return None;
        }
        self.next = now.after(self.every);
        self.sequence += 1;
        Some(wire::heartbeat(self.room, self.sequence))
    }
}

impl Pump {
    /// A pump for a fresh socket.
    pub(in crate::tiktok) fn new(
        socket: Socket,
        clock: Clock,
        dialect: Dialect,
        first_sign: Option<oneshot::Sender<()>>,
    ) -> Self {
        let heard = clock.now();
        Self { socket, clock, dialect, first_sign, heard, is_parting: false }
    }

    /// Enters the room and carries the socket to its end, which is the last thing that `out` gets.
    pub(in crate::tiktok) async fn run(mut self, out: mpsc::Sender<Received>) {
        match self.carry(&out).await {
            End::Closed(closed) => {
                if closed.is_end_of_live() {
                    self.say_goodbye().await;
                }
                // The socket goes before we wait for somebody to take the end.
                drop(self);
                // Nobody may be left to hear it.
                let _ = out.send(Err(closed)).await;
            }
            End::Unwanted => self.say_goodbye().await,
        }
    }

    async fn carry(&mut self, out: &mpsc::Sender<Received>) -> End {
        if let Dialect::Webcast(heart) = &self.dialect {
            let entry = wire::enter_room(heart.room);
            if !self.send(entry).await {
                return End::Closed(Closed::Dropped);
            }
        }
        loop {
            if !self.beat().await {
                return End::Closed(Closed::Dropped);
            }
            let place = match out.try_reserve() {
                Ok(place) => place,
                Err(TrySendError::Closed(())) => return End::Unwanted,
                Err(TrySendError::Full(())) => {
                    self.wait_for_reader(out).await;
                    continue;
                }
            };
            let deadline = self.deadline();
            let wake = self.next_beat().map_or(deadline, |next| next.min(deadline));
            let frame = tokio::select! {
                // What has come is read before the clock is looked at: a machine that slept is not yet deaf.
                biased;
                frame = self.socket.next() => frame,
                () = out.closed() => return End::Unwanted,
                () = self.clock.sleep_until(wake) => {
                    if self.clock.now() >= deadline {
                        return End::Closed(if self.is_parting { Closed::Dropped } else { Closed::Silence });
                    }
                    continue;
                }
            };
            let (messages, end) = match frame {
                Some(Ok(frame)) => self.take(frame).await,
                Some(Err(error)) => (Vec::new(), Some(broken(&error))),
                None => (Vec::new(), Some(Closed::Dropped)),
            };
            if !messages.is_empty() {
                place.send(Ok(messages));
            }
            if let Some(closed) = end {
                return End::Closed(closed);
            }
        }
    }

    /// Keeps the heart beating while the reader is busy. That time is none in which TikTok was silent.
    async fn wait_for_reader(&mut self, out: &mpsc::Sender<Received>) {
        let next = self.next_beat().unwrap_or_else(|| self.clock.now().after(HEARTBEAT));
        tokio::select! {
            biased;
            _ = out.reserve() => {}
            () = self.clock.sleep_until(next) => {}
        }
        self.heard = self.clock.now();
    }

    /// When patience ends.
    fn deadline(&mut self) -> Timestamp {
        self.heard = self.heard.min(self.clock.now());
        self.heard.after(if self.is_parting { PARTING } else { PATIENCE })
    }

    fn next_beat(&self) -> Option<Timestamp> {
        match &self.dialect {
            Dialect::Webcast(heart) => Some(heart.next),
            Dialect::Managed => None,
        }
    }

    /// Sends a heartbeat if one is due; whether the socket still takes frames.
    async fn beat(&mut self) -> bool {
        let Dialect::Webcast(heart) = &mut self.dialect else { return true };
        match heart.beat(self.clock.now()) {
            Some(frame) => self.send(frame).await,
            None => true,
        }
    }

    /// Takes a frame: its messages, and the end of the connection where it brings that.
    async fn take(&mut self, frame: Frame) -> (Vec<Message>, Option<Closed>) {
        match frame {
            Frame::Binary(bytes) => {
                self.heard = self.clock.now();
                self.sign_of_life();
                self.take_binary(&bytes).await
            }
            Frame::Text(text) => {
                self.heard = self.clock.now();
                match self.dialect {
                    Dialect::Managed => self.take_notices(managed::read(&text)),
                    Dialect::Webcast(_) => (Vec::new(), None),
                }
            }
            Frame::Close(close) => {
                let code = close.map(|close| u16::from(close.code));
                (Vec::new(), Some(code.map_or(Closed::Dropped, |code| self.closed_with(code))))
            }
            Frame::Ping(_) | Frame::Pong(_) | Frame::Frame(_) => (Vec::new(), None),
        }
    }

    async fn take_binary(&mut self, bytes: &[u8]) -> (Vec<Message>, Option<Closed>) {
        let frame = match PushFrame::decode(bytes) {
            Ok(frame) => frame,
            Err(error) => {
                tracing::debug!(%error, "a frame cannot be read");
                let what = Observed::Undecodable { method: String::new(), bytes: bytes.len() };
                return (unread(&bytes, what).into_iter().collect(), None);
            }
        };
        let FrameKind::Messages(batch) = frame.kind else { return (Vec::new(), None) };
        let is_webcast = matches!(self.dialect, Dialect::Webcast(_));
        let mut is_open = true;
        if is_webcast && batch.need_ack && !batch.internal_ext.is_empty() {
            is_open = self.send(wire::ack(frame.log_id, &batch.internal_ext)).await;
        }
        let end = batch.messages.iter().find_map(end_of_live).or((!is_open).then_some(Closed::Dropped));
        (batch.messages, end)
    }

    fn take_notices(&mut self, notices: Vec<Notice>) -> (Vec<Message>, Option<Closed>) {
        let (mut messages, mut end) = (Vec::new(), None);
        for notice in notices {
            match notice {
                Notice::Watching => self.sign_of_life(),
                Notice::NotLive => end = Some(Closed::Refused(Refusal::Offline)),
                Notice::Parting => self.is_parting = true,
                Notice::Event(what) => {
                    self.sign_of_life();
                    messages.extend(unread(&(self.heard, messages.len()), what));
                }
            }
        }
        (messages, end)
    }

    fn closed_with(&self, code: u16) -> Closed {
        match self.dialect {
            Dialect::Webcast(_) => Closed::ByServer { code },
            Dialect::Managed => managed::closed(code),
        }
    }

    fn sign_of_life(&mut self) {
        if let Some(first_sign) = self.first_sign.take() {
            // Nobody may be waiting any more.
            let _ = first_sign.send(());
        }
    }

    /// Sends a frame; `false` when the server does not take it.
    async fn send(&mut self, frame: Vec<u8>) -> bool {
        tokio::select! {
            biased;
            sent = self.socket.send(Frame::binary(frame)) => sent.is_ok(),
            () = self.clock.sleep(STEP) => false,
        }
    }

    async fn say_goodbye(&mut self) {
        tokio::select! {
            biased;
            // It may be gone already.
            _ = self.socket.send(Frame::Close(None)) => {}
            () = self.clock.sleep(GOODBYE) => {}
        }
    }
}

/// The end that the host or TikTok tells. An end that is history was that of something earlier.
fn end_of_live(message: &Message) -> Option<Closed> {
    match message.what {
        Observed::Control(Control::Ended) if !message.is_history => Some(Closed::Ended),
        Observed::Control(Control::Suspended) if !message.is_history => Some(Closed::Suspended),
        _ => None,
    }
}

fn broken(error: &tungstenite::Error) -> Closed {
    // The kind alone: the text may hold what the server wrote.
    let kind = match error {
        tungstenite::Error::Io(_) => "the network",
        tungstenite::Error::Capacity(_) => "a frame that is too large",
        tungstenite::Error::Protocol(_) | tungstenite::Error::Utf8(_) => "a frame that is no WebSocket",
        _ => "an end without a close frame",
    };
    tracing::debug!(kind, "a live connection broke");
    Closed::Dropped
}

/// What could not be read, as a message, so that it is counted with the others. `subject` tells it from others.
fn unread(subject: &impl Hash, what: Observed) -> Option<Message> {
    let mut hasher = DefaultHasher::new();
    subject.hash(&mut hasher);
    // TikTok's own numbers leave the first bit free.
    let id = MessageId::new(hasher.finish() | 1 << 63)?;
    Some(Message { id, is_history: false, made_at: None, what })
}
