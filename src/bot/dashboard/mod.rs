//! The way from Discord to the web pages: `/dashboard` answers with a link that signs in (command 86).
//!
//! It is for every member: whoever runs the server comes to its pages, everybody else to their own. Discord has just said who
//! they are, so no password, no domain and no application secret is needed. It works in direct messages too.

pub mod commands;
pub mod views;

use super::Face;

/// What it registers.
pub const FACE: Face = Face { commands: commands::for_everybody, ..Face::named("dashboard") };

#[cfg(test)]
mod tests;
