//! For the tests of whoever keeps something in the store: what was read, every stored byte, and whether texts of before are read.

mod counting;
mod listing;
mod raw;

pub use counting::Counting;
pub use listing::{Known, Listing};
