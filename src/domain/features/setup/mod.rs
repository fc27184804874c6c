//! Set-up: how a server is brought to its first evening, and what an administrator sees of the settings.
//!
//! When the bot joins a server it posts a greeting: what to do first, what it lacks, and a button to the form of `/setup`.
//! The form chooses the channels of an evening: what is picked is checked and set at once, can be undone, and is safe to
//! open again; where the bot may manage channels it makes those that are missing, if it is asked to.
//!
//! `/show-settings` shows the settings that matter most, and what the bot still lacks in this server (`M-CMD-26`,
//! `C-48`). `/config` lists all of them, explains one, changes it and takes the change back. The channels of a feature
//! are set by commands of that feature, which is what `/config` answers for them. Each change, by whichever command, is
//! told in the debug channel with the value before and after. `/setdebugchannel` chooses that channel.
//!
//! **Invariant.** Nothing here names a setting of another feature: settings and channels come from the features' lists. A
//! server is greeted once for each time that the bot joins it. Table: `setup.greeted`. Jobs: the greeting, and
//! the removal of what is stored of a server that the bot left.

pub mod model;
pub mod queries;
pub mod service;
pub mod settings;
pub mod tables;

use super::Domain;

/// What it registers.
pub const DOMAIN: Domain = Domain {
    settings: settings::LISTED,
    unlisted: &[&tables::ACCOUNT],
    tables: tables::TABLES,
    jobs: &[&model::GREET, &model::FORGET],
    ..Domain::named("setup")
};
