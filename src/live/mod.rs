//! The live side: what a TikTok live can tell us, as plain values that know nothing of Discord or the store.
//!
//! [`event`] names the thirteen things that happen on a live (`M-TIK-07`), [`handle`] the people on it, and [`show`]
//! reads the lines of a recorded show. The socket that follows a real live joins them here.

pub mod event;
pub mod handle;
pub mod show;

pub use event::{Gift, LiveEvent, Occurrence, Viewer};
pub use handle::Handle;
