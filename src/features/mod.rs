//! The features; the only list of them is here.
pub mod submissions;
