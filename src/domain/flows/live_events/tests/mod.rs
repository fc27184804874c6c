//! Live events on a store in memory.

mod details;
pub(crate) mod evening;
mod export;
mod gifts;
mod hidden;
mod histories;
mod ledger;
mod model;
mod renames;
mod replays;
mod sequences;
mod sessions;

use evening::{Evening, HOST, gift};

use super::*;
