//! Submissions: how a song gets into the queue.

pub mod links;
