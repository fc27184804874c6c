//! Live displays: messages of the bot that show something that changes, and are kept as it is (`M-EMB-01`).
//!
//! A display is a row of [`display`](crate::display): what it shows, where, and in which message and page. What it shows is
//! a pure function of a snapshot of the store, given by its [`DisplayKind`], so that nothing needs to be remembered to draw it again
//! after a restart.
//!
//! | file | for |
//! | --- | --- |
//! | `kind` | what a feature declares to have a display |
//! | `painter` | when which display is looked at: the loop of 10 seconds, changes, and the pause between two edits |
//! | `setup` | how a display comes into a channel |
//! | `posting` | how a message comes to be, changes, and is replaced |
//! | `healing` | what is put right every five minutes and by `/selfheal` |
//! | `turning` | the buttons that every display has: pages and refresh |
//!
//! Invariants: one painter works in a guild at a time, and a second passes between two of its requests that change a
//! message (`M-EMB-03`); an unchanged display is not edited (`M-EMB-04`); a message is never touched unless the bot wrote
//! it as this display.

mod healing;
mod kind;
mod painter;
mod posting;
mod setup;
pub mod turning;

pub use healing::{Occasion, heal};
pub use kind::{Audience, DisplayKind, Placed, Shown};
pub use painter::{Displays, Rhythm, run};
pub use setup::{SetUp, put, set_up};
pub use turning::page_row;
