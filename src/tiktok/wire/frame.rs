//! A frame of the socket, and the batch of messages in it or in the answer of the sign server.

use prost::bytes::Bytes;

use super::WireError;
use super::inflate::{MAX_FRAME_BYTES, inflate};
use super::message::Message;
use super::reader::{Broken, Reader, Schema};
use super::{payload_log, schema, text};

/// The kind of frame that carries messages. All others (`hb`, `ack`, `im_enter_room_resp`) only say that TikTok is there.
const MESSAGES: &str = "msg";

/// How much is kept of the name of another kind of frame.
const MAX_KIND_CHARS: usize = 40;

/// A frame that TikTok sent over the socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushFrame {
    /// The number by which the frame is acknowledged, where its batch asks for that.
    pub log_id: u64,
    /// What it carries.
    pub kind: FrameKind,
}

/// What a frame carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// A batch of messages.
    Messages(FetchResult),
    /// Something that tells nothing about the room; the name of its kind.
    Other(String),
}

/// A batch of messages, with what the connection needs to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchResult {
    /// The messages, in TikTok's order.
    pub messages: Vec<Message>,
    /// TikTok's place in the stream of messages.
    pub cursor: String,
    /// What an acknowledgement returns, byte for byte.
    pub internal_ext: Vec<u8>,
    /// Parameters for the address of the socket, names and values as they came, not yet percent-encoded.
    pub route_params: Vec<(String, String)>,
    /// The address of the socket, as it came: the caller judges whether it may be dialled. Empty in frames.
    pub push_server: String,
    /// Whether the frame is to be acknowledged.
    pub need_ack: bool,
    /// Whether this is the first batch for this viewer.
    pub is_first: bool,
}

impl PushFrame {
    /// Reads a frame, and unpacks the batch in it.
    ///
    /// Fails when the bytes are no frame, or a frame of messages holds no batch; a message that cannot be read is one
    /// of the messages all the same.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let frame: schema::PushFrame = read_whole(bytes)?;
        let kind = text::text(&frame.payload_type, MAX_KIND_CHARS);
        let kind = if kind == MESSAGES {
            FrameKind::Messages(FetchResult::unpack(&frame.payload)?)
        } else {
            FrameKind::Other(kind)
        };
        Ok(Self { log_id: frame.log_id, kind })
    }
}

impl FetchResult {
    /// Reads a batch that is in no frame: the answer of the sign server.
    pub fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        read_whole::<schema::Batch>(bytes).map(Self::from)
    }

    fn unpack(payload: &Bytes) -> Result<Self, WireError> {
        let batch = inflate(payload, schema::Batch::NAME).inspect_err(|_| {
            payload_log::note("", "a batch that cannot be unpacked", payload);
        })?;
        read::<schema::Batch>(&batch).map(Self::from)
    }
}

impl From<schema::Batch> for FetchResult {
    fn from(batch: schema::Batch) -> Self {
        let mut reader = Reader::default();
        let route_params = batch.route_params.iter().map(|entry| {
            let entry: schema::TextEntry = reader.read_or_default(entry);
            (text::whole(&entry.key), text::whole(&entry.value))
        });
        // The first batch tells what the room had before we came, whether each message of it is marked so or not.
        let messages = batch.messages.iter().map(Message::decode);
        let messages =
            messages.map(|message| Message { is_history: message.is_history || batch.is_first, ..message }).collect();
        Self {
            route_params: route_params.collect(),
            messages,
            cursor: text::whole(&batch.cursor),
            internal_ext: batch.internal_ext.to_vec(),
            push_server: text::whole(&batch.push_server),
            need_ack: batch.need_ack,
            is_first: batch.is_first,
        }
    }
}

/// Reads bytes that come from the network as they are. They are copied once, so that all parts can share them.
fn read_whole<M: Schema>(bytes: &[u8]) -> Result<M, WireError> {
    if bytes.len() > MAX_FRAME_BYTES {
        return Err(WireError::TooLong { what: M::NAME });
    }
    read(&Bytes::copy_from_slice(bytes))
}

fn read<M: Schema>(bytes: &Bytes) -> Result<M, WireError> {
    let mut reader = Reader::default();
    let message = reader.read(bytes).map_err(|Broken| {
        payload_log::note("", M::NAME, bytes);
        WireError::Unreadable { what: M::NAME, bytes: bytes.len() }
    })?;
    if !reader.surprises().is_empty() {
        payload_log::note_surprises("", reader.surprises(), bytes);
    }
    Ok(message)
}
