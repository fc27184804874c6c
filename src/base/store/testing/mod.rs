//! For the tests of whoever keeps something in the store: what was read, and every stored byte.

mod counting;
mod raw;

pub use counting::Counting;
