//! The store as its users see it.

mod building;
mod damage;
mod erasing;
mod files;
mod holding;
mod large;
mod model;
mod opening;
mod positions;
mod power;
mod sample;
mod selecting;
mod snapshots;
mod trouble;
mod writing;
