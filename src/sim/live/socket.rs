//! One connection of a live: what waits for it is written, what it says is heard, until one side ends it.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use axum::extract::{RawQuery, State, WebSocketUpgrade};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio::sync::mpsc;

use super::connection::{Feed, Opening, Out};
use super::handshake::admit;
use super::lives::Lives;
use crate::shared::Shared;

/// How long the other side may take to close after we did.
pub(crate) const FAREWELL: Duration = Duration::from_secs(1);
/// The largest frame that a client may send: theirs are small.
const LARGEST: usize = 64 << 10;

/// Takes a connection at TikTok's socket.
pub(crate) async fn upgrade(
    State(lives): State<Shared<Lives>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    match lives.change(|lives| admit(lives, query.as_deref().unwrap_or_default(), &headers)) {
        Err(turned) => turned.answer().into_response(),
        Ok(admitted) => {
            let interval = admitted.ping_interval_s;
            let mut response = limited(upgrade)
                .on_upgrade(move |socket| Watcher::watch(lives, admitted.name, admitted.opening, socket));
            let options = interval
                .and_then(|seconds| HeaderValue::from_str(&format!("ping-interval={seconds}; ping-timeout=60")).ok());
            if let Some(options) = options {
                response.headers_mut().insert("Handshake-Options", options);
            }
            response
        }
    }
}

/// Limits what a client may send.
pub(crate) fn limited(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade.max_message_size(LARGEST).max_frame_size(LARGEST)
}

/// A connection that stands.
pub(crate) struct Watcher {
    lives: Shared<Lives>,
    name: String,
    number: u64,
    is_managed: bool,
}

/// How writing ended.
enum End {
    /// We close with this code.
    Close(u16),
    /// The socket is gone, or is to be cut.
    Gone,
}

impl Watcher {
    /// Carries a connection to its end.
    pub(crate) async fn watch(lives: Shared<Lives>, name: String, opening: Opening, socket: WebSocket) {
        let opened = lives.change(|lives| {
            let (live, numbers, now) = lives.open(&name)?;
            let number = numbers.connection();
            let feed = live.open(opening, number)?;
            if opening.is_managed {
                live.enter(number, numbers, now);
            }
            Some((number, feed))
        });
        let Some((number, feed)) = opened else { return };
        let watcher = Self { lives, name, number, is_managed: opening.is_managed };
        watcher.run(socket, feed).await;
    }

    async fn run(&self, socket: WebSocket, feed: Feed) {
        let (mut sink, mut stream) = socket.split();
        // Both at once: a client that waits for us to read its acknowledgements must not stop us from reading them.
        let end = tokio::select! {
            end = self.write(&mut sink, feed.frames) => end,
            () = feed.given_up.notified() => End::Gone,
            () = self.hear(&mut stream) => End::Gone,
        };
        self.lives.change(|lives| {
            if let Some((live, ..)) = lives.open(&self.name) {
                live.close(self.number);
            }
        });
        if let End::Close(code) = end {
            let frame = CloseFrame { code, reason: "".into() };
            if sink.send(Message::Close(Some(frame))).await.is_ok() {
                // A socket that is dropped with unread data resets, and the close frame would be lost.
                let farewell = async { while let Some(Ok(_)) = stream.next().await {} };
                let _ = tokio::time::timeout(FAREWELL, farewell).await;
            }
        }
    }

    /// Writes what waits, and flushes once for all of it.
    async fn write(&self, sink: &mut SplitSink<WebSocket, Message>, mut frames: mpsc::Receiver<Out>) -> End {
        while let Some(first) = frames.recv().await {
            let (mut next, mut written, mut bytes) = (Some(first), 0, 0);
            let mut end = None;
            while let Some(out) = next {
                match out {
                    Out::Frame(frame) => {
                        (written, bytes) = (written + 1, bytes + frame.len());
                        if sink.feed(Message::Binary(frame)).await.is_err() {
                            return End::Gone;
                        }
                    }
                    Out::Close(code) => end = Some(End::Close(code)),
                    Out::Cut => end = Some(End::Gone),
                }
                next = if end.is_none() { frames.try_recv().ok() } else { None };
            }
            if sink.flush().await.is_err() {
                return End::Gone;
            }
            self.lives.change(|lives| {
                if let Some((live, ..)) = lives.open(&self.name) {
                    live.written(self.number, written, bytes);
                }
            });
            if let Some(end) = end {
                return end;
            }
        }
        End::Gone
    }

    /// Hears the client until it is gone.
    async fn hear(&self, stream: &mut SplitStream<WebSocket>) {
        while let Some(Ok(message)) = stream.next().await {
            match message {
                Message::Binary(frame) if !self.is_managed => self.lives.change(|lives| {
                    if let Some((live, numbers, now)) = lives.open(&self.name) {
                        live.hear(self.number, &frame, numbers, now);
                    }
                }),
                Message::Close(_) => return,
                Message::Ping(_) | Message::Pong(_) => {}
                Message::Binary(_) | Message::Text(_) => self.lives.change(|lives| {
                    if let Some((live, ..)) = lives.open(&self.name) {
                        live.notes.complain(format!("connection {} sent what nobody reads", self.number));
                    }
                }),
            }
        }
    }
}
