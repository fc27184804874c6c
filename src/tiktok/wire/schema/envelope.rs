//! What is around the messages, and the two messages that we send.

use prost::Message;
use prost::bytes::Bytes;

use super::schema;

schema! {
    PushFrame: 8,
    Batch: 13,
    TextEntry: 2,
    Envelope: 10,
    EnterRoom: 10,
    Heartbeat: 2,
}

/// A frame of the socket, in both directions.
#[derive(Message)]
pub(crate) struct PushFrame {
    #[prost(uint64, tag = "2")]
    pub(crate) log_id: u64,
    #[prost(bytes = "bytes", tag = "6")]
    pub(crate) payload_encoding: Bytes,
    #[prost(bytes = "bytes", tag = "7")]
    pub(crate) payload_type: Bytes,
    #[prost(bytes = "bytes", tag = "8")]
    pub(crate) payload: Bytes,
}

/// A batch of messages: the payload of a frame, and the answer of the sign server.
#[derive(Message)]
pub(crate) struct Batch {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    pub(crate) messages: Vec<Bytes>,
    #[prost(bytes = "bytes", tag = "2")]
    pub(crate) cursor: Bytes,
    #[prost(bytes = "bytes", tag = "5")]
    pub(crate) internal_ext: Bytes,
    /// Entries of [`TextEntry`].
    #[prost(bytes = "bytes", repeated, tag = "7")]
    pub(crate) route_params: Vec<Bytes>,
    #[prost(bool, tag = "9")]
    pub(crate) need_ack: bool,
    #[prost(bytes = "bytes", tag = "10")]
    pub(crate) push_server: Bytes,
    #[prost(bool, tag = "11")]
    pub(crate) is_first: bool,
}

/// An entry of a map from text to text.
#[derive(Message)]
pub(crate) struct TextEntry {
    #[prost(bytes = "bytes", tag = "1")]
    pub(crate) key: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    pub(crate) value: Bytes,
}

/// A message of a batch, around what it tells.
#[derive(Message)]
pub(crate) struct Envelope {
    #[prost(bytes = "bytes", tag = "1")]
    pub(crate) method: Bytes,
    #[prost(bytes = "bytes", tag = "2")]
    pub(crate) payload: Bytes,
    #[prost(uint64, tag = "3")]
    pub(crate) message_id: u64,
    #[prost(bool, tag = "6")]
    pub(crate) is_history: bool,
}

/// Asks for the messages of a room.
#[derive(Message)]
pub(crate) struct EnterRoom {
    #[prost(uint64, tag = "1")]
    pub(crate) room_id: u64,
    #[prost(uint64, tag = "4")]
    pub(crate) live_id: u64,
    #[prost(bytes = "bytes", tag = "5")]
    pub(crate) identity: Bytes,
    #[prost(bytes = "bytes", tag = "9")]
    pub(crate) filter_welcome_message: Bytes,
}

/// Says that we are still here.
#[derive(Message)]
pub(crate) struct Heartbeat {
    #[prost(uint64, tag = "1")]
    pub(crate) room_id: u64,
    #[prost(uint64, tag = "2")]
    pub(crate) sequence: u64,
}
