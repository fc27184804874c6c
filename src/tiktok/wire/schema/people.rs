//! What all events have, and the people in them.

use prost::Message;
use prost::bytes::Bytes;

use super::{ANY, schema};

schema! {
    AnyEvent: ANY,
    Common: 26,
    DisplayText: 4,
    TextPiece: 25,
    TextUser: 2,
    User: 1_092,
    Masking: ANY,
    PayGrade: ANY,
    Badge: 23,
    BadgeDetails: ANY,
    BadgeText: ANY,
}

/// What the payload of every method begins with.
#[derive(Message)]
pub(crate) struct AnyEvent {
    /// See [`Common`].
    #[prost(bytes = "bytes", tag = "1")]
    pub(crate) common: Bytes,
}

/// The first field of every event.
#[derive(Message)]
pub(crate) struct Common {
    #[prost(uint64, tag = "2")]
    pub(crate) message_id: u64,
    /// When TikTok made the message, in milliseconds since 1970.
    #[prost(int64, tag = "4")]
    pub(crate) made_ms: i64,
    /// See [`DisplayText`].
    #[prost(bytes = "bytes", tag = "8")]
    pub(crate) display_text: Bytes,
}

/// A sentence that TikTok would show.
#[derive(Message)]
pub(crate) struct DisplayText {
    /// Which sentence it is: `pm_main_follow_message_viewer_2`.
    #[prost(bytes = "bytes", tag = "1")]
    pub(crate) key: Bytes,
    /// What its gaps are filled with, in their order; see [`TextPiece`].
    #[prost(bytes = "bytes", repeated, tag = "4")]
    pub(crate) pieces: Vec<Bytes>,
}

/// What fills a gap of a sentence.
#[derive(Message)]
pub(crate) struct TextPiece {
    /// See [`TextUser`]; empty where it is no person.
    #[prost(bytes = "bytes", tag = "21")]
    pub(crate) user: Bytes,
}

/// A person in a sentence.
#[derive(Message)]
pub(crate) struct TextUser {
    /// See [`User`].
    #[prost(bytes = "bytes", tag = "1")]
    pub(crate) user: Bytes,
}

/// A person. The real message has about 110 fields; inner users (45) are left out on purpose.
#[derive(Message)]
pub(crate) struct User {
    /// The account's number.
    #[prost(uint64, tag = "1")]
    pub(crate) id: u64,
    /// See [`PayGrade`].
    #[prost(bytes = "bytes", tag = "23")]
    pub(crate) pay_grade: Bytes,
    /// The handle.
    #[prost(bytes = "bytes", tag = "38")]
    pub(crate) display_id: Bytes,
    /// See [`Badge`].
    #[prost(bytes = "bytes", repeated, tag = "64")]
    pub(crate) badges: Vec<Bytes>,
    /// See [`Masking`].
    #[prost(bytes = "bytes", tag = "1092")]
    pub(crate) masking: Bytes,
}

/// Whether a person watches under a mask.
#[derive(Message)]
pub(crate) struct Masking {
    #[prost(bool, tag = "1")]
    pub(crate) is_masked: bool,
}

/// The gifter's level, in its older place.
#[derive(Message)]
pub(crate) struct PayGrade {
    #[prost(int64, tag = "6")]
    pub(crate) level: i64,
}

/// A badge beside a name.
#[derive(Message)]
pub(crate) struct Badge {
    /// What the badge is about; 8 is the gifter's level.
    #[prost(int64, tag = "3")]
    pub(crate) scene: i64,
    /// See [`BadgeDetails`].
    #[prost(bytes = "bytes", tag = "12")]
    pub(crate) details: Bytes,
    /// See [`BadgeText`].
    #[prost(bytes = "bytes", tag = "23")]
    pub(crate) combined: Bytes,
}

/// What a badge stands for.
#[derive(Message)]
pub(crate) struct BadgeDetails {
    /// A number as text.
    #[prost(bytes = "bytes", tag = "5")]
    pub(crate) level: Bytes,
}

/// What is written on a badge.
#[derive(Message)]
pub(crate) struct BadgeText {
    /// A number as text.
    #[prost(bytes = "bytes", tag = "4")]
    pub(crate) text: Bytes,
}
