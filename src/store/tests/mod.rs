//! The store as its users see it.

mod damage;
mod model;
mod opening;
mod positions;
mod sample;
mod snapshots;
mod trouble;
mod writing;
