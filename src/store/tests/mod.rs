//! The store as its users see it.

mod damage;
mod files;
mod large;
mod model;
mod opening;
mod positions;
mod power;
mod sample;
mod snapshots;
mod trouble;
mod writing;
