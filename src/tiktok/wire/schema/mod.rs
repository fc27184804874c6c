//! The field numbers: every message that is read or sent, with the fields that are used and no others.
//!
//! Numbers have been the same since 2022, names have not; the names here are ours. Each declaration follows two rules, on
//! which [`reader`](super::reader) relies:
//!
//! - Texts and inner messages are bytes. A text in broken UTF-8 or a broken inner message harms nothing around it.
//! - Numbers are 64 bits wide, since TikTok widens its own, and are narrowed where they are used.

mod contests;
mod envelope;
mod events;
mod people;

pub(super) use contests::*;
pub(super) use envelope::*;
pub(super) use events::*;
pub(super) use people::*;

/// Stands for a message of which only a part of the numbers is known: no field of it is news.
const ANY: u32 = u32::MAX;

/// Names each declaration, and tells the highest field number that is known of it.
macro_rules! schema {
    ($($message:ident: $highest:expr,)+) => {
        $(impl $crate::tiktok::wire::reader::Schema for $message {
            const NAME: &'static str = stringify!($message);
            const HIGHEST: u32 = $highest;
        })+
    };
}

pub(crate) use schema;
