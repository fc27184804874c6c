//! Submissions: how a song gets into the queue.

pub mod audio;
pub mod links;
pub mod model;
