//! What a TikTok live can tell us, as plain values that know nothing of Discord, the store or the network.
//!
//! [`event`] names the thirteen things that happen on a live (`M-TIK-07`), [`handle`] the people on it. [`show`] and
//! [`show_file`] are the lines of a show, whoever wrote it, and [`show_reader`] reads them. [`following`] decides when to
//! look, connect and give up. What connects to a live is `tiktok`.

pub mod event;
pub mod following;
pub mod handle;
pub mod show;
pub mod show_file;
pub mod show_reader;

pub use event::{AccountNumber, Gift, LiveEvent, MessageId, Occurrence, Viewer};
pub use handle::Handle;
