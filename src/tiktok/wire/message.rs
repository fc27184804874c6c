//! One message of a batch: its identity, and what it tells.

use std::num::NonZeroU64;

use prost::bytes::Bytes;
use sha2::{Digest, Sha256};

use super::events::{self, Decoded, Known};
use super::reader::{Broken, Reader};
use super::{payload_log, schema, text};
use crate::kernel::time::Timestamp;
use crate::live::event::{MessageId, Occurrence};

/// How much is kept of the name of a method.
const MAX_METHOD_CHARS: usize = 100;

/// Set in identities that are digests. TikTok's own numbers have 63 bits, so the two never meet.
const DIGEST_MARK: NonZeroU64 = NonZeroU64::new(1 << 63).expect("a bit is set");

/// The method whose own time is looked at.
const GIFT: &str = "WebcastGiftMessage";

/// The years 2001 to 2100, in milliseconds since 1970.
const THIS_CENTURY: std::ops::Range<i64> = 978_307_200_000..4_133_980_800_000;

/// One message of the room, decoded as far as it can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// By what it is recognised when it comes again.
    pub id: MessageId,
    /// Whether it is history, told to others before we came: TikTok says so of it, or of the batch that it is in.
    pub is_history: bool,
    /// When TikTok made it, by its own clock, where it says so; looked at for gifts only.
    pub made_at: Option<Timestamp>,
    /// What it tells.
    pub what: Observed,
}

/// What a message tells. The name of a method is cut where it is endless.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Observed {
    /// What viewers did, how many they are, polls and battles. Never [`Occurrence::Connected`],
    /// [`Occurrence::Disconnected`] or [`Occurrence::Ended`], which are for the connection to say.
    Event(Occurrence),
    /// What the host or TikTok did with the live.
    Control(Control),
    /// An event of a viewer without a handle and a number, which counts for nobody.
    Anonymous {
        /// What kind of event.
        method: String,
    },
    /// A method that is known and not used, or one that is used and has nothing to tell this time.
    Ignored {
        /// Which one.
        method: String,
    },
    /// A method that is not known.
    Unknown {
        /// Its name.
        method: String,
    },
    /// A message of a known method, or of none, that cannot be read.
    Undecodable {
        /// Its method; empty where not even that can be read.
        method: String,
        /// The length of what cannot be read.
        bytes: usize,
    },
}

/// What the host or TikTok did with the live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// The host made a break; the live goes on.
    Paused,
    /// The break is over.
    Resumed,
    /// The host ended the live.
    Ended,
    /// TikTok ended the live.
    Suspended,
}

impl Message {
    /// Reads a message. What was not understood goes to the log with its bytes.
    pub(super) fn decode(bytes: &Bytes) -> Self {
        let mut reader = Reader::default();
        let Ok(envelope) = reader.read::<schema::Envelope>(bytes) else {
            payload_log::note("", "a message that cannot be read", bytes);
            let what = Observed::Undecodable { method: String::new(), bytes: bytes.len() };
            return Self { id: digest("", bytes), is_history: false, made_at: None, what };
        };
        let method = text::text(&envelope.method, MAX_METHOD_CHARS);
        let payload = &envelope.payload;
        let id = identity(envelope.message_id, &method, payload);
        let made_at = if method == GIFT { made_at(common(payload).made_ms) } else { None };
        let what = observe(&mut reader, method, payload);
        Self { id, is_history: envelope.is_history, made_at, what }
    }
}

fn observe(reader: &mut Reader, method: String, payload: &Bytes) -> Observed {
    let read = match events::known(&method) {
        Some(Known::Used(read)) => read,
        Some(Known::OfNobody) => return Observed::Anonymous { method },
        Some(Known::Unused) => return Observed::Ignored { method },
        None => {
            payload_log::note(&method, "an unknown method", payload);
            return Observed::Unknown { method };
        }
    };
    let told = read(reader, payload);
    if told.is_ok() && !reader.surprises().is_empty() {
        payload_log::note_surprises(&method, reader.surprises(), payload);
    }
    match told {
        Ok(Decoded::Event(occurrence)) => Observed::Event(occurrence),
        Ok(Decoded::Control(control)) => Observed::Control(control),
        Ok(Decoded::OfNobody) => Observed::Anonymous { method },
        Ok(Decoded::Nothing) => Observed::Ignored { method },
        Err(Broken) => {
            payload_log::note(&method, "a payload that cannot be read", payload);
            Observed::Undecodable { method, bytes: payload.len() }
        }
    }
}

/// TikTok's number of the message, which stands around it and again inside; else a digest of all that it says.
///
/// Two messages without a number that say the same in every byte are one. That takes the same moment, person and count,
/// and rather loses a like than pays a gift twice.
fn identity(outer: u64, method: &str, payload: &Bytes) -> MessageId {
    let inner = || MessageId::new(common(payload).message_id);
    MessageId::new(outer).or_else(inner).unwrap_or_else(|| digest(method, payload))
}

/// What all payloads have in common.
fn common(payload: &Bytes) -> schema::Common {
    // An own reader: these fields are looked at again with the event, and what surprises there is told there.
    let mut reader = Reader::default();
    let event: schema::AnyEvent = reader.read_or_default(payload);
    reader.read_or_default(&event.common)
}

/// The moment of a time in milliseconds; `None` where it is none of this century, as it is in another unit.
fn made_at(made_ms: i64) -> Option<Timestamp> {
    THIS_CENTURY.contains(&made_ms).then(|| Timestamp::from_millis(made_ms))
}

/// The first eight bytes of SHA-256, which stays the same in every version: identities are stored.
fn digest(method: &str, payload: &[u8]) -> MessageId {
    let digest = Sha256::new().chain_update(method).chain_update([0]).chain_update(payload).finalize();
    let (beginning, _) = digest.split_first_chunk().unwrap_or((&[0; 8], &[]));
    MessageId::from(DIGEST_MARK | u64::from_be_bytes(*beginning))
}
