//! The sessions of connected bots: who gets which event, and what a resume can replay.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use serde_json::Value;
use tokio::sync::mpsc;

use crate::Id;
use crate::id::shard_of;
use crate::world::World;

/// Events that a session keeps for a resume.
const KEPT_EVENTS: usize = 2_048;
/// Events that may wait for a slow reader; with more, the connection is cut.
pub(crate) const QUEUE: usize = 16_384;
/// Sessions that are remembered after their connection has gone.
const KEPT_SESSIONS: usize = 64;

/// Discord's gateway intents.
pub(crate) mod intents {
    /// Guilds, channels, roles, threads, pins.
    pub(crate) const GUILDS: u64 = 1;
    /// Members come, change, go. Privileged.
    pub(crate) const MEMBERS: u64 = 1 << 1;
    /// Bans.
    pub(crate) const MODERATION: u64 = 1 << 2;
    /// Web-hooks change.
    pub(crate) const WEBHOOKS: u64 = 1 << 5;
    /// Voice channels are joined and left.
    pub(crate) const VOICE: u64 = 1 << 7;
    /// Who is online. Privileged.
    pub(crate) const PRESENCES: u64 = 1 << 8;
    /// Messages in guilds.
    pub(crate) const GUILD_MESSAGES: u64 = 1 << 9;
    /// Reactions in guilds.
    pub(crate) const GUILD_REACTIONS: u64 = 1 << 10;
    /// Direct messages.
    pub(crate) const DIRECT_MESSAGES: u64 = 1 << 12;
    /// Reactions in direct messages.
    pub(crate) const DIRECT_REACTIONS: u64 = 1 << 13;
    /// What the messages say. Privileged.
    pub(crate) const MESSAGE_CONTENT: u64 = 1 << 15;
    /// Whoever is connected gets it.
    pub(crate) const NONE: u64 = 0;
}

/// What goes to the socket of a session.
#[derive(Clone, Debug)]
pub(crate) enum Frame {
    /// A payload.
    Payload(Arc<str>),
    /// The session is invalid (op 9); unless it can be resumed, it is forgotten.
    Invalid(bool),
    /// A close frame, with or without a code, and the end.
    Close(Option<u16>),
    /// The end, without a close frame.
    Kill,
}

/// Something that happened.
#[derive(Debug)]
pub(crate) struct Event {
    /// Discord's name of the event.
    pub(crate) name: &'static str,
    /// A session needs this intent; [`intents::NONE`] for none.
    pub(crate) intent: u64,
    /// The guild, which decides the shard; direct matters go to shard 0.
    pub(crate) guild: Option<Id>,
    /// Discord's `d`.
    pub(crate) data: Value,
    /// What sessions without the intent for message texts get in its place.
    pub(crate) bare: Option<Value>,
}

/// One session, connected or waiting to be resumed.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) shard: (u64, u64),
    pub(crate) intents: u64,
    pub(crate) seq: u64,
    sent: VecDeque<(u64, Arc<str>)>,
    socket: Option<mpsc::Sender<Frame>>,
}

/// All sessions, by their id.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    by_id: BTreeMap<String, Session>,
}

impl Session {
    fn gets(&self, intent: u64, guild: Option<Id>) -> bool {
        let (shard, shards) = self.shard;
        let is_its_shard = guild.map_or(shard == 0, |guild| shard_of(guild, shards) == shard);
        is_its_shard && (intent == intents::NONE || self.intents & intent != 0)
    }

    /// Numbers an event, keeps it for a resume and hands it to the socket.
    fn dispatch(&mut self, name: &str, data: &str) {
        self.seq += 1;
        let payload: Arc<str> = format!(r#"{{"op":0,"t":"{name}","s":{},"d":{data}}}"#, self.seq).into();
        if self.sent.len() == KEPT_EVENTS {
            self.sent.pop_front();
        }
        self.sent.push_back((self.seq, Arc::clone(&payload)));
        self.send(Frame::Payload(payload));
    }

    /// Hands a frame to the socket; one that does not read is given up.
    fn send(&mut self, frame: Frame) {
        if let Some(socket) = &self.socket
            && socket.try_send(frame).is_err()
        {
            self.socket = None;
        }
    }
}

impl Sessions {
    /// Starts a session on a socket.
    pub(crate) fn open(&mut self, id: String, shard: (u64, u64), intents: u64, socket: mpsc::Sender<Frame>) {
        while self.by_id.len() >= KEPT_SESSIONS {
            let gone = self.by_id.iter().find(|(_, session)| session.socket.is_none()).map(|(id, _)| id.clone());
            let Some(gone) = gone.or_else(|| self.by_id.keys().next().cloned()) else { break };
            self.by_id.remove(&gone);
        }
        self.by_id.insert(id, Session { shard, intents, seq: 0, sent: VecDeque::new(), socket: Some(socket) });
    }

    /// Continues a session on a new socket with all that came after `seq`; `false` when that is not possible.
    pub(crate) fn resume(&mut self, id: &str, seq: u64, socket: mpsc::Sender<Frame>) -> bool {
        let Some(session) = self.by_id.get_mut(id) else { return false };
        let oldest = session.sent.front().map_or(session.seq + 1, |(oldest, _)| *oldest);
        if seq > session.seq || seq + 1 < oldest {
            return false;
        }
        session.socket = Some(socket);
        let missed: Vec<Arc<str>> =
            session.sent.iter().filter(|(number, _)| *number > seq).map(|(_, payload)| Arc::clone(payload)).collect();
        for payload in missed {
            session.send(Frame::Payload(payload));
        }
        session.dispatch("RESUMED", "{}");
        true
    }

    /// The socket of a session has gone; `forget` when it cannot be resumed.
    pub(crate) fn disconnect(&mut self, id: &str, socket: &mpsc::Sender<Frame>, forget: bool) {
        let Some(session) = self.by_id.get_mut(id) else { return };
        let is_current = session.socket.as_ref().is_none_or(|current| current.same_channel(socket));
        if !is_current {
            return;
        }
        session.socket = None;
        if forget {
            self.by_id.remove(id);
        }
    }

    /// Sends an event to one session only.
    pub(crate) fn dispatch_to(&mut self, id: &str, name: &str, data: &Value) {
        if let Some(session) = self.by_id.get_mut(id) {
            session.dispatch(name, &data.to_string());
        }
    }

    /// Hands a frame to the sockets of all connected sessions; says how many there were.
    pub(crate) fn broadcast(&mut self, frame: &Frame) -> usize {
        let mut reached = 0;
        for session in self.by_id.values_mut().filter(|session| session.socket.is_some()) {
            session.send(frame.clone());
            reached += 1;
        }
        reached
    }

    /// Sends the last events again to all connected sessions; says how many there were.
    pub(crate) fn repeat(&mut self, last: usize) -> usize {
        let mut reached = 0;
        for session in self.by_id.values_mut().filter(|session| session.socket.is_some()) {
            let first = session.sent.len().saturating_sub(last);
            let again: Vec<Arc<str>> =
                session.sent.iter().skip(first).map(|(_, payload)| Arc::clone(payload)).collect();
            for payload in again {
                session.send(Frame::Payload(payload));
            }
            reached += 1;
        }
        reached
    }

    /// The ids of the connected sessions.
    pub(crate) fn connected(&self) -> Vec<String> {
        self.by_id.iter().filter(|(_, session)| session.socket.is_some()).map(|(id, _)| id.clone()).collect()
    }

    /// Whether any session, connected or resumable, gets such events: the payload need not be built otherwise.
    pub(crate) fn any_gets(&self, intent: u64, guild: Option<Id>) -> bool {
        self.by_id.values().any(|session| session.gets(intent, guild))
    }

    fn emit(&mut self, event: &Event) {
        let mut full: Option<String> = None;
        let mut bare: Option<String> = None;
        for session in self.by_id.values_mut().filter(|session| session.gets(event.intent, event.guild)) {
            let (text, data) = match &event.bare {
                Some(data) if session.intents & intents::MESSAGE_CONTENT == 0 => (&mut bare, data),
                _ => (&mut full, &event.data),
            };
            session.dispatch(event.name, text.get_or_insert_with(|| data.to_string()));
        }
    }
}

impl World {
    /// Tells the sessions that may know about it what happened.
    pub(crate) fn emit(&mut self, event: &Event) {
        self.sessions.emit(event);
    }

    /// How many gateway connections stand.
    pub fn connections(&self) -> usize {
        self.sessions.connected().len()
    }
}
