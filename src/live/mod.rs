//! The live side: what a TikTok live can tell us, as plain values that know nothing of Discord or the store.
//!
//! [`event`] names the thirteen things that happen on a live (`M-TIK-07`), [`handle`] the people on it, and [`show`]
//! reads the lines of a recorded show. [`wire`] turns the bytes that TikTok sends into plain values and makes the few that
//! it is sent. Nothing here connects to a live.

pub mod event;
pub mod following;
pub mod handle;
pub mod show;
pub mod status;
pub mod wire;

pub use event::{Gift, LiveEvent, MessageId, Occurrence, Viewer};
pub use handle::Handle;
pub use wire::RoomId;
