//! The store as its users see it.

mod model;
mod opening;
mod sample;
mod writing;
