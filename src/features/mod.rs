//! The features, and the only list of them.
//!
//! A feature is one folder that looks like every other: `mod.rs` is its manual page and declares it as a [`Feature`];
//! `model.rs`, `rules.rs`, `tables.rs`, `service.rs` and `queries.rs` know neither Discord nor other features;
//! `commands.rs`, `views.rs` and `jobs.rs` are its edge. What must change several features at once is a flow.
//!
//! To add
//! * **a feature**: a folder with a `FEATURE`, and a line in [`ALL`];
//! * **a command, button, modal, message handler or job**: the function in the edge file, and a line in `FEATURE`;
//! * **a live display**: a `Kind` in `faces.rs`, and a line in `FEATURE`;
//! * **a setting**: a static and its `Listed` in `settings.rs`;
//! * **a table**: a static in `tables.rs` that says whose its rows are, and a line in `FEATURE`; a changed record also needs
//!   a new version ([`fields!`](crate::fields)), and both a line in the listing of what is stored (`app::catalogue::formats`);
//! * **a flow**: one file in `flows`, one function that takes the transaction and calls the services in order.

use crate::discord::bot::{Bot, Command};
use crate::discord::channel_setting::EveningChannel;
use crate::discord::component::{Component, Modal};
use crate::discord::display;
use crate::discord::gateway::{DeletionHandler, EditHandler, MessageHandler, ServerHandler};
use crate::jobs::Handler;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::settings::Listed;
use crate::store::sqlite::SqlTable;
use crate::store::{AnyTable, Read};

pub mod coins;
pub mod desk;
pub mod displays;
pub mod engagement;
pub mod handles;
pub mod help;
pub mod imports;
pub mod queue;
pub mod setup;
pub mod submissions;
#[cfg(test)]
pub(crate) mod tests;
pub mod tiktok;

/// What a feature consists of. Everything that must be registered somewhere is registered from here.
pub struct Feature {
    /// Its name, as in its tables, topics and custom ids.
    pub name: &'static str,
    /// Its tables.
    pub tables: &'static [&'static dyn AnyTable],
    /// Its settings that administrators see.
    pub settings: &'static [Listed],
    /// Its slash commands.
    pub commands: fn() -> Vec<Command>,
    /// Its buttons and menus.
    pub components: &'static [&'static Component],
    /// Its modals.
    pub modals: &'static [&'static Modal],
    /// Its message handlers.
    pub messages: &'static [MessageHandler],
    /// What looks at edited messages.
    pub edits: &'static [EditHandler],
    /// Those who hear of deleted messages.
    pub deletions: &'static [DeletionHandler],
    /// Those who hear of servers that come into sight.
    pub servers: &'static [ServerHandler],
    /// Its channels that `/setup` offers.
    pub channels: &'static [&'static EveningChannel],
    /// Its live displays.
    pub displays: &'static [&'static display::Kind],
    /// Its jobs.
    pub jobs: &'static [&'static Handler<Bot>],
    /// Its invariants.
    pub checks: &'static [Check],
    /// Its tables in the SQLite export.
    pub export: &'static [SqlTable],
}

/// What is wrong in a guild, one sentence each.
pub type Check = fn(&dyn Read, GuildId) -> Result<Vec<String>>;

impl Feature {
    /// A feature of nothing, to be filled in with `..Feature::named("…")`.
    pub const fn named(name: &'static str) -> Self {
        Self {
            name,
            tables: &[],
            settings: &[],
            commands: Vec::new,
            components: &[],
            modals: &[],
            messages: &[],
            edits: &[],
            deletions: &[],
            servers: &[],
            channels: &[],
            displays: &[],
            jobs: &[],
            checks: &[],
            export: &[],
        }
    }
}

/// All features. Message handlers run in this order (`C-97`).
pub const ALL: &[&Feature] = &[
    &help::FEATURE,
    &submissions::FEATURE,
    &queue::FEATURE,
    &handles::FEATURE,
    &engagement::FEATURE,
    &tiktok::FEATURE,
    &coins::FEATURE,
    &displays::FEATURE,
    &desk::FEATURE,
    &setup::FEATURE,
    &imports::FEATURE,
];
