//! Help: what the bot can do, from the commands themselves (`M-CMD-01`).
//!
//! `/help` lists the commands that the caller can use, `/help command:` shows one in detail. It works in direct messages.

pub mod commands;
pub mod views;

use super::Face;

/// What it registers.
pub const FACE: Face = Face { commands: commands::for_everybody, ..Face::named("help") };
