//! Set-up: what an administrator sees of the settings, and the settings that belong to no other feature.
//!
//! `/show-settings` shows every setting that counts, and what the bot still lacks in this server (`M-CMD-26`, `C-48`).
//! `/setdebugchannel` chooses the channel for the lines to administrators. The channels of a feature are
//! set by commands of that feature. Switches that no command sets keep their defaults.

pub mod commands;
pub mod views;

use super::Feature;

/// This feature.
pub const FEATURE: Feature = Feature { commands: commands::all, ..Feature::named("setup") };
