//! Polls, and battles between hosts.

use prost::Message;
use prost::bytes::Bytes;

use super::{ANY, schema};

schema! {
    PollEvent: 8,
    PollStart: 5,
    Poll: 2,
    PollBasics: 3,
    PollOption: 3,
    Battle: 10,
    BattleSettings: 10,
    BattleArmies: 22,
    Army: ANY,
    BattleScore: ANY,
    NumberEntry: 2,
}

/// `WebcastPollMessage`.
#[derive(Message)]
pub(crate) struct PollEvent {
    #[prost(uint64, tag = "3")]
    pub(crate) poll_id: u64,
    /// See [`PollStart`].
    #[prost(bytes = "bytes", optional, tag = "4")]
    pub(crate) start: Option<Bytes>,
    /// See [`Poll`].
    #[prost(bytes = "bytes", optional, tag = "5")]
    pub(crate) end: Option<Bytes>,
    /// See [`Poll`].
    #[prost(bytes = "bytes", optional, tag = "6")]
    pub(crate) update: Option<Bytes>,
    /// See [`PollBasics`].
    #[prost(bytes = "bytes", tag = "8")]
    pub(crate) basics: Bytes,
}

/// The beginning of a poll.
#[derive(Message)]
pub(crate) struct PollStart {
    /// See [`PollOption`].
    #[prost(bytes = "bytes", repeated, tag = "3")]
    pub(crate) options: Vec<Bytes>,
    #[prost(bytes = "bytes", tag = "4")]
    pub(crate) title: Bytes,
}

/// A poll while it runs, and at its end.
#[derive(Message)]
pub(crate) struct Poll {
    /// See [`PollOption`].
    #[prost(bytes = "bytes", repeated, tag = "2")]
    pub(crate) options: Vec<Bytes>,
}

/// What a poll is about.
#[derive(Message)]
pub(crate) struct PollBasics {
    #[prost(bytes = "bytes", tag = "3")]
    pub(crate) title: Bytes,
}

/// An answer that can be chosen.
#[derive(Message)]
pub(crate) struct PollOption {
    #[prost(int64, tag = "1")]
    pub(crate) votes: i64,
    #[prost(bytes = "bytes", tag = "2")]
    pub(crate) text: Bytes,
}

/// `WebcastLinkMicBattle`: a battle began, ended or was cut short.
#[derive(Message)]
pub(crate) struct Battle {
    #[prost(uint64, tag = "2")]
    pub(crate) id: u64,
    /// See [`BattleSettings`].
    #[prost(bytes = "bytes", tag = "3")]
    pub(crate) settings: Bytes,
    #[prost(int64, tag = "4")]
    pub(crate) action: i64,
    /// Entries of [`NumberEntry`] by host, with a [`BattleScore`] each.
    #[prost(bytes = "bytes", repeated, tag = "5")]
    pub(crate) results: Vec<Bytes>,
}

/// How a battle is fought.
#[derive(Message)]
pub(crate) struct BattleSettings {
    /// Seconds.
    #[prost(int64, tag = "3")]
    pub(crate) duration: i64,
}

/// `WebcastLinkMicArmies`: how a battle stands.
#[derive(Message)]
pub(crate) struct BattleArmies {
    #[prost(uint64, tag = "2")]
    pub(crate) battle_id: u64,
    /// Entries of [`NumberEntry`] by host, with an [`Army`] each.
    #[prost(bytes = "bytes", repeated, tag = "3")]
    pub(crate) armies: Vec<Bytes>,
    /// 1 a score changed, 2 the end, 4 nothing new.
    #[prost(int64, tag = "7")]
    pub(crate) trigger: i64,
}

/// The side of one host.
#[derive(Message)]
pub(crate) struct Army {
    #[prost(int64, tag = "2")]
    pub(crate) score: i64,
}

/// The result of one host.
#[derive(Message)]
pub(crate) struct BattleScore {
    #[prost(int64, tag = "3")]
    pub(crate) score: i64,
}

/// An entry of a map from a number to a message.
#[derive(Message)]
pub(crate) struct NumberEntry {
    #[prost(uint64, tag = "1")]
    pub(crate) key: u64,
    #[prost(bytes = "bytes", tag = "2")]
    pub(crate) value: Bytes,
}
