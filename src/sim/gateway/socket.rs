//! One gateway connection: HELLO, IDENTIFY or RESUME, heartbeats, events, and the end.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use axum::extract::{RawQuery, State, WebSocketUpgrade};
use axum::response::Response;
use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::compression::Packing;
use super::payloads::presence_json;
use super::sessions::{Frame, QUEUE, intents};
use crate::Id;
use crate::shared::Shared;
use crate::world::World;

/// How long the other side may take to close after we did.
const FAREWELL: Duration = Duration::from_secs(1);
/// All intents that Discord knows.
const KNOWN_INTENTS: u64 = 0x0331_ffff;

/// Takes a gateway connection.
pub(crate) async fn upgrade(
    State(shared): State<Shared>,
    RawQuery(query): RawQuery,
    upgrade: WebSocketUpgrade,
) -> Response {
    let packing = Packing::from_query(query.as_deref().unwrap_or_default());
    upgrade.on_upgrade(move |socket| async move {
        let (queue, frames) = mpsc::channel(QUEUE);
        let mut connection = Connection { shared, socket, packing, session: None, queue };
        connection.run(frames).await;
    })
}

struct Connection {
    shared: Shared,
    socket: WebSocket,
    packing: Packing,
    session: Option<String>,
    queue: mpsc::Sender<Frame>,
}

/// What becomes of the connection after a step.
enum Next {
    /// It goes on.
    Stay,
    /// We close it with this code.
    Close(Option<u16>),
    /// The other side is gone; `true` when it ended its session.
    Gone(bool),
    /// It is cut.
    Cut,
}

impl Connection {
    async fn run(&mut self, mut frames: mpsc::Receiver<Frame>) {
        let hello = self.shared.look(|world| world.settings.heartbeat_ms);
        self.queue_payload(&json!({"op": 10, "s": null, "t": null, "d": {"heartbeat_interval": hello}}));
        let end = loop {
            let next = tokio::select! {
                frame = frames.recv() => match frame {
                    Some(frame) => self.send(frame, &mut frames).await,
                    None => Next::Cut,
                },
                message = self.socket.recv() => match message {
                    Some(Ok(message)) => self.receive(&message),
                    Some(Err(_)) | None => Next::Gone(false),
                },
            };
            if !matches!(next, Next::Stay) {
                break next;
            }
        };
        self.leave(end).await;
    }

    /// Ends the connection and keeps or forgets the session.
    async fn leave(&mut self, end: Next) {
        let ends_session = match &end {
            Next::Gone(ended) => *ended,
            Next::Close(Some(code)) => matches!(code, 4003 | 4004 | 4009..=4014),
            Next::Close(None) | Next::Cut | Next::Stay => false,
        };
        if let Some(session) = &self.session {
            self.shared.change(|world| world.sessions.disconnect(session, &self.queue, ends_session));
        }
        if let Next::Gone(_) = end {
            // The answer to a close frame is sent with the next look at the socket, which is then at its end.
            let _ = tokio::time::timeout(FAREWELL, self.socket.recv()).await;
        }
        if let Next::Close(code) = end {
            let frame = code.map(|code| CloseFrame { code, reason: reason_of(code).into() });
            if self.socket.send(Message::Close(frame)).await.is_ok() {
                // A socket that is dropped with unread data resets, and the close frame would be lost.
                let farewell = async { while let Some(Ok(_)) = self.socket.recv().await {} };
                let _ = tokio::time::timeout(FAREWELL, farewell).await;
            }
        }
    }

    /// Sends a frame and all that wait behind it, then flushes once.
    async fn send(&mut self, first: Frame, frames: &mut mpsc::Receiver<Frame>) -> Next {
        let mut next = Some(first);
        while let Some(frame) = next {
            match frame {
                Frame::Payload(payload) => {
                    let message = self.packing.pack(&payload);
                    if self.socket.feed(message).await.is_err() {
                        return Next::Gone(false);
                    }
                }
                Frame::Invalid(resumable) => {
                    let payload = json!({"op": 9, "s": null, "t": null, "d": resumable});
                    let message = self.packing.pack(&payload.to_string());
                    if self.socket.feed(message).await.is_err() {
                        return Next::Gone(false);
                    }
                    self.part_from_session(!resumable);
                }
                Frame::Close(code) => return Next::Close(code),
                Frame::Kill => return Next::Cut,
            }
            next = frames.try_recv().ok();
        }
        if self.socket.flush().await.is_err() { Next::Gone(false) } else { Next::Stay }
    }

    /// The socket stays, its session does not: the bot may identify or resume on it.
    fn part_from_session(&mut self, forget: bool) {
        if let Some(session) = self.session.take() {
            self.shared.change(|world| world.sessions.disconnect(&session, &self.queue, forget));
        }
    }

    fn receive(&mut self, message: &Message) -> Next {
        let payload: Option<Value> = match message {
            Message::Text(text) => serde_json::from_str(text).ok(),
            Message::Binary(bytes) => serde_json::from_slice(bytes).ok(),
            Message::Close(frame) => {
                return Next::Gone(frame.as_ref().is_some_and(|frame| matches!(frame.code, 1000 | 1001)));
            }
            Message::Ping(_) | Message::Pong(_) => return Next::Stay,
        };
        let Some(payload) = payload else { return Next::Close(Some(4002)) };
        let data = payload.get("d").unwrap_or(&Value::Null);
        match payload.get("op").and_then(Value::as_u64) {
            Some(1) => {
                self.queue_payload(&json!({"op": 11, "s": null, "t": null, "d": null}));
                Next::Stay
            }
            Some(2) if self.session.is_some() => Next::Close(Some(4005)),
            Some(2) => self.identify(data),
            Some(6) => self.resume(data),
            Some(3 | 4) if self.session.is_some() => Next::Stay,
            Some(8) if self.session.is_some() => self.list_members(data),
            Some(3 | 4 | 8) => Next::Close(Some(4003)),
            _ => Next::Close(Some(4001)),
        }
    }

    fn identify(&mut self, data: &Value) -> Next {
        let token = data.get("token").and_then(Value::as_str).unwrap_or_default();
        let Some(wanted) = data.get("intents").and_then(Value::as_u64) else { return Next::Close(Some(4013)) };
        let shard = data.get("shard").and_then(Value::as_array).map(Vec::as_slice);
        let shard = match shard {
            None => (0, 1),
            Some([Value::Number(shard), Value::Number(of)]) => (shard.as_u64().unwrap_or(1), of.as_u64().unwrap_or(0)),
            Some(_) => (1, 0),
        };
        if shard.0 >= shard.1 {
            return Next::Close(Some(4010));
        }
        if data.get("compress").and_then(Value::as_bool).unwrap_or(false) {
            self.packing.ask_per_message();
        }
        let queue = self.queue.clone();
        let opened = self.shared.change(|world| {
            may_identify(world, token, wanted)?;
            let session = format!("{:032x}", world.next_id().get());
            world.sessions.open(session.clone(), shard, wanted, queue);
            world.greet(&session, shard, wanted);
            Ok(session)
        });
        match opened {
            Ok(session) => {
                self.session = Some(session);
                Next::Stay
            }
            Err(code) => Next::Close(Some(code)),
        }
    }

    fn resume(&mut self, data: &Value) -> Next {
        let text = |key: &str| data.get(key).and_then(Value::as_str).unwrap_or_default();
        let (token, session) = (text("token"), text("session_id").to_owned());
        let seq = data.get("seq").and_then(Value::as_u64).unwrap_or(0);
        let queue = self.queue.clone();
        let resumed = self.shared.change(|world| {
            let is_known = world.settings.accepts_token(token);
            is_known.then(|| world.sessions.resume(&session, seq, queue))
        });
        match resumed {
            None => Next::Close(Some(4004)),
            Some(true) => {
                self.session = Some(session);
                Next::Stay
            }
            Some(false) => {
                self.queue_payload(&json!({"op": 9, "s": null, "t": null, "d": false}));
                Next::Stay
            }
        }
    }

    /// Answers op 8 with one chunk.
    fn list_members(&mut self, data: &Value) -> Next {
        let Some(session) = self.session.clone() else { return Next::Close(Some(4003)) };
        self.shared.change(|world| {
            if let Some(chunk) = member_chunk(world, data) {
                world.sessions.dispatch_to(&session, "GUILD_MEMBERS_CHUNK", &chunk);
            }
        });
        Next::Stay
    }

    fn queue_payload(&self, payload: &Value) {
        // A queue that is full belongs to a reader that is given up anyway.
        let _ = self.queue.try_send(Frame::Payload(payload.to_string().into()));
    }
}

/// Checks an IDENTIFY; the close code where it is refused.
fn may_identify(world: &World, token: &str, wanted: u64) -> Result<(), u16> {
    if !world.settings.accepts_token(token) {
        return Err(4004);
    }
    if wanted & !KNOWN_INTENTS != 0 {
        return Err(4013);
    }
    let on = world.settings.privileged;
    let switches = [
        (on.members, intents::MEMBERS),
        (on.presences, intents::PRESENCES),
        (on.message_content, intents::MESSAGE_CONTENT),
    ];
    let is_refused = switches.iter().any(|(is_on, intent)| !is_on && wanted & intent != 0);
    if is_refused { Err(4014) } else { Ok(()) }
}

fn member_chunk(world: &World, data: &Value) -> Option<Value> {
    let id = |value: &Value| serde_json::from_value::<Id>(value.clone()).ok();
    let guild = world.guilds.get(&id(data.get("guild_id")?)?)?;
    let wanted: Option<Vec<Id>> = match data.get("user_ids") {
        Some(Value::Array(ids)) => Some(ids.iter().filter_map(id).collect()),
        Some(single) => id(single).map(|id| vec![id]),
        None => None,
    };
    let query = data.get("query").and_then(Value::as_str).unwrap_or_default().to_lowercase();
    let most = data.get("limit").and_then(Value::as_u64).filter(|limit| *limit > 0).unwrap_or(1_000);
    let is_wanted = |user: &&Id| match &wanted {
        Some(wanted) => wanted.contains(user),
        None => world.users.get(user).is_some_and(|user| user.name.to_lowercase().starts_with(&query)),
    };
    let found: Vec<Id> =
        guild.members.keys().filter(is_wanted).take(usize::try_from(most).unwrap_or(1_000)).copied().collect();
    let members: Vec<Value> = found.iter().filter_map(|user| world.member_json(guild, *user)).collect();
    let missing: Vec<Id> = wanted.unwrap_or_default().into_iter().filter(|user| !found.contains(user)).collect();
    let mut chunk = json!({
        "guild_id": guild.id, "members": members, "chunk_index": 0, "chunk_count": 1, "not_found": missing,
    });
    let object = chunk.as_object_mut()?;
    if data.get("presences").and_then(Value::as_bool).unwrap_or(false) {
        let presences = guild.presences.iter().filter(|(user, _)| found.contains(user));
        let shown = presences.map(|(user, status)| presence_json(guild.id, *user, status)).collect();
        object.insert("presences".to_owned(), shown);
    }
    if let Some(nonce) = data.get("nonce") {
        object.insert("nonce".to_owned(), nonce.clone());
    }
    Some(chunk)
}

/// Discord's words for a close code.
const fn reason_of(code: u16) -> &'static str {
    match code {
        4001 => "Unknown opcode.",
        4002 => "Error while decoding payload.",
        4003 => "Not authenticated.",
        4004 => "Authentication failed.",
        4005 => "Already authenticated.",
        4007 => "Invalid seq.",
        4008 => "Rate limited.",
        4009 => "Session timed out.",
        4010 => "Invalid shard.",
        4013 => "Invalid intent(s).",
        4014 => "Disallowed intent(s).",
        _ => "",
    }
}
