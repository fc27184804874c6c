//! The language of a TikTok live: bytes in, plain values out, and the three frames that a viewer's browser sends.
//!
//! TikTok publishes no description of it, and it changes without notice. What is known are field numbers, which have
//! stayed while every name changed; so nothing here depends on a name, and nothing is read that is not used.
//!
//! | file | for |
//! | --- | --- |
//! | `frame` | a frame of the socket, and the batch of messages in it or in the answer of the sign server |
//! | `inflate` | packed batches, unpacked up to a limit |
//! | `message` | one message of a batch: its identity, and what it tells |
//! | `events`, `viewer`, `gift`, `details` | what the known methods tell, and of whom |
//! | `schema` | the field numbers |
//! | `reader` | reading by field number, where what does not fit is as if it were absent |
//! | `payload_log` | what was not understood, with its bytes, for the debug log |
//! | `outgoing` | frames that we send |
//!
//! Invariants, whatever the bytes are:
//!
//! - Nothing panics, and work and memory are bounded by the length of the frame, which is at most [`MAX_FRAME_BYTES`],
//!   packed and unpacked. Texts, lists and the log have limits of their own.
//! - **Damage stays where it is.** A field that does not fit costs that field, a message that cannot be read becomes
//!   [`Observed::Undecodable`], and only bytes that are no batch at all are a [`WireError`].
//! - An event has a person, and a person has a handle or a number: whoever has neither is [`Observed::Anonymous`] and
//!   earns nothing, and neither does anything unknown or undecodable.
//! - Every message has an identity that is the same when the message comes again ([`MessageId`](crate::live::MessageId)).

mod details;
mod events;
mod frame;
mod gift;
mod inflate;
mod message;
mod outgoing;
mod payload_log;
mod reader;
mod schema;
#[cfg(test)]
mod tests;
mod text;
mod viewer;

pub use frame::{FetchResult, FrameKind, PushFrame};
pub use inflate::MAX_FRAME_BYTES;
pub use message::{Control, Message, Observed};
pub use outgoing::{RoomId, ack, enter_room, heartbeat};

/// Bytes that are no frame or no batch of messages. It costs that frame; the connection goes on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Longer than [`MAX_FRAME_BYTES`], packed or unpacked.
    #[error("{what} is longer than {MAX_FRAME_BYTES} bytes")]
    TooLong {
        /// Which part it is.
        what: &'static str,
    },
    /// Packed, but cannot be unpacked.
    #[error("{what} of {bytes} bytes cannot be unpacked")]
    Corrupt {
        /// Which part it is.
        what: &'static str,
        /// Its length.
        bytes: usize,
    },
    /// No sequence of fields, or one of absurdly many.
    #[error("{what} of {bytes} bytes cannot be read")]
    Unreadable {
        /// Which part it is.
        what: &'static str,
        /// Its length.
        bytes: usize,
    },
}
