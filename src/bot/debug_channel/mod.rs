//! The debug channel: what happened, as the team reads it there (`M-CMD-22`, `M-LNK-07`, `M-ECO-09`).
//!
//! It is a projection of [`activity`](crate::activity): an activity is there exactly when the thing happened, and [`words`]
//! draws the sentence of its kind as a line. One job for each guild tells what waits: several lines share a message, in their order. While
//! Discord is out they wait, and go when it answers. Lines that it refuses wait for the next one, which tries again; only
//! where a channel takes none for long, the oldest beyond a thousand are left out. Without a debug channel there are no
//! lines; the ledger, the activities and the log have the facts all the same (`C-49`). A channel that is left is told so.

pub mod jobs;
pub mod words;

use super::Face;

/// What it registers.
pub const FACE: Face = Face { jobs: &[&jobs::HANDLER, &jobs::LEAVING], ..Face::named("debug_channel") };
