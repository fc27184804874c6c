//! The gateway: sockets, sessions, payloads.
//!
//! A session outlives its socket: events go on being numbered and kept, so that a resume replays what was missed. A
//! session sees only the guilds of its shard, the events of its intents, and message texts only with MESSAGE_CONTENT.

mod compression;
mod payloads;
pub(crate) mod sessions;
mod socket;

pub(crate) use socket::upgrade;
