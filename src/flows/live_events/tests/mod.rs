//! Live events on a store in memory.

pub(crate) mod evening;
mod export;
mod gifts;
mod histories;
mod ledger;
mod model;
mod replays;
mod sequences;
mod sessions;

use evening::{Evening, HOST, gift};

use super::*;
