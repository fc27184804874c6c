//! The store as its users see it.

mod damage;
mod model;
mod opening;
mod positions;
mod power;
mod sample;
mod trouble;
mod writing;
