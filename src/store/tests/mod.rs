//! The store as its users see it.

mod building;
mod counting;
mod damage;
mod erasing;
mod files;
mod large;
mod model;
mod opening;
mod positions;
mod power;
mod raw;
mod sample;
mod selecting;
mod snapshots;
mod trouble;
mod writing;

pub(crate) use counting::Counting;
