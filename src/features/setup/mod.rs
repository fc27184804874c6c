//! Set-up: what an administrator sees of the settings, and how they are changed.
//!
//! `/show-settings` shows the settings that matter most, and what the bot still lacks in this server (`M-CMD-26`,
//! `C-48`). `/config` lists all of them, explains one, changes it and takes the change back; each change is told in the
//! debug channel with the value before and after. `/setdebugchannel` chooses that channel. The channels of a feature
//! are set by commands of that feature, which is what `/config` answers for them.
//!
//! **Invariant.** Nothing here names a setting of another feature: all come from the features' lists.

pub mod autocomplete;
pub mod commands;
pub mod settings;
pub mod views;

use super::Feature;

/// This feature.
pub const FEATURE: Feature = Feature { settings: settings::LISTED, commands: commands::all, ..Feature::named("setup") };
