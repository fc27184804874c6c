//! The features, what each of them registers below Discord, and the only list of them.
//!
//! A feature is one folder that looks like every other: `mod.rs` is its manual page and declares it as a [`Domain`];
//! `model.rs`, `rules.rs`, `tables.rs`, `service.rs` and `queries.rs` know neither Discord nor other features. What must
//! change several features at once is a flow. What people see of a feature on Discord is its `bot::Face`, in the
//! folder of the same name in `bot`.
//!
//! To add
//! * **a feature**: a folder with a `DOMAIN`, and a line in [`ALL`]; for Discord a folder in `bot` with a `FACE`, and a line there;
//! * **a setting**: a static and its `Listed` in `settings.rs`; one that switches all of it off is a [`Switch`] in `DOMAIN`;
//! * **a table**: a static in `tables.rs` that says whose its rows are, and a line in `DOMAIN`; a changed record also needs
//!   a new version ([`fields!`](crate::fields)), and both a line in the listing of what is stored (`catalogue::formats`);
//! * **a table of the SQLite export**: an [`exported!`](crate::exported) in `sql.rs`, with a line for each column;
//! * **a migration**: a function in `migration.rs`, and a line in `DOMAIN` with the next version of the store;
//! * **recurring work**: an [`Upkeep`] in `upkeep.rs`, and a line in `DOMAIN`;
//! * **something that pages follow**: a `Topic` in `tables.rs`, and a line in `DOMAIN`;
//! * **a job**: a `jobs::JobKind` with its purpose in `model.rs`, and a line in `DOMAIN`; who does it is a line in the `FACE`;
//! * **something of which teams are told**: a kind of [activity] with its sentence in `activity.rs`, and a line in `DOMAIN`;
//! * for each of these a text in the listing of what rows carry (`catalogue::formats`), which a test asks for;
//! * **a refusal**: a row of a table of [refusals](crate::refusals), and for a new table a line in `DOMAIN`;
//! * **a flow**: one file in `flows`, one function that takes the transaction and calls the services in order.
//!
//! Nothing of a feature is named anywhere else: whoever needs all tables, checks or figures goes through [`ALL`]. What shows
//! features, and so names them, is listed in `tests/it/architecture.rs`: pages, imports, the demo.

use prometheus_client::registry::Registry;

use crate::activity::Readable;
use crate::jobs::Purposeful;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::refusal::{Refuse, Row};
use crate::settings::{Listed, Switch, Unlisted};
use crate::store::form::Carried;
use crate::store::sqlite::SqlTable;
use crate::store::{AnyTable, Migration, Read, Topic};
use crate::{
    access, activity, display, jobs, money, outbox, posts, presence, profile, references, remembered, roles, settings,
    signin,
};

mod activities;
pub mod coins;
pub mod currency;
pub mod desk;
pub mod displays;
pub mod engagement;
pub mod handles;
pub mod imports;
pub mod offers;
pub mod public;
pub mod queue;
pub mod reminders;
pub mod setup;
pub mod shop;
pub mod submissions;
pub mod tasks;
#[doc(hidden)]
pub mod testing;
pub mod tiktok;
mod upkeep;

pub use upkeep::{Due, Upkeep};

/// What a feature consists of below Discord. Everything that must be registered somewhere is registered from here.
pub struct Domain {
    /// Its name, as in its tables and topics.
    pub name: &'static str,
    /// What switches it off as a whole, where a server can.
    pub switch: Option<&'static Switch>,
    /// Its tables.
    pub tables: &'static [&'static dyn AnyTable],
    /// How its rows of earlier versions become those of this one.
    pub migrations: &'static [Migration],
    /// Its settings that administrators see.
    pub settings: &'static [Listed],
    /// Its other settings, which are in no list that people see.
    pub unlisted: &'static [&'static dyn Carried],
    /// How changes are told of those that people make.
    pub changes: &'static [Unlisted],
    /// What is published when something of it changed, for pages that show it.
    pub topics: &'static [Topic],
    /// The kinds of its jobs.
    pub jobs: &'static [&'static dyn Purposeful],
    /// The kinds of its activities.
    pub activities: &'static [&'static dyn Readable],
    /// What it refuses.
    pub refusals: &'static [&'static [Row]],
    /// What is done at each start before anybody sees the store.
    pub at_start: &'static [&'static Upkeep],
    /// What is looked at once after each start, while everything runs.
    pub after_start: &'static [&'static Upkeep],
    /// What comes again every half minute.
    pub recurring: &'static [&'static Upkeep],
    /// Its invariants.
    pub checks: &'static [Check],
    /// Its tables in the SQLite export.
    pub export: &'static [SqlTable],
    /// Registers what it counts while the process runs.
    pub counters: fn(&mut Registry),
    /// How it stands, looked up for the figures.
    pub gauges: &'static [Gauge],
}

/// What is wrong in a guild, one sentence each.
pub type Check = fn(&dyn Read, GuildId) -> Result<Vec<String>>;

/// A figure that is looked up: kept counts and lengths only, so that a look costs the same however much is stored.
pub struct Gauge {
    /// Its name behind `greenroom_`.
    pub name: &'static str,
    /// What it tells.
    pub help: &'static str,
    /// What its values are told apart by.
    pub label: &'static str,
    /// Its values by that label.
    pub look: Look,
}

/// Looks up the values of a gauge, each with its label.
pub type Look = fn(&dyn Read) -> Result<Vec<(&'static str, u64)>>;

impl Domain {
    /// A feature of nothing, to be filled in with `..Domain::named("…")`.
    pub const fn named(name: &'static str) -> Self {
        Self {
            name,
            switch: None,
            tables: &[],
            migrations: &[],
            settings: &[],
            unlisted: &[],
            changes: &[],
            topics: &[],
            jobs: &[],
            activities: &[],
            refusals: &[],
            at_start: &[],
            after_start: &[],
            recurring: &[],
            checks: &[],
            export: &[],
            counters: |_| {},
            gauges: &[],
        }
    }

    /// The switch of the feature with a name, as in commands, custom ids and routes; `None` where it cannot be switched off.
    pub fn switch_of(name: &str) -> Option<&'static Switch> {
        ALL.iter().find(|feature| feature.name == name)?.switch
    }

    /// What jobs of a kind are for; `None` for a kind that this program does not know.
    pub fn purpose_of(kind: &str) -> Option<&'static str> {
        let mut jobs = ALL.iter().flat_map(|feature| feature.jobs);
        jobs.find(|job| job.name() == kind).map(|job| job.purpose())
    }
}

/// All features, and before them what they stand on.
pub const ALL: &[&Domain] = &[
    &Domain {
        tables: jobs::TABLES,
        topics: &[jobs::SETTLED],
        refusals: &[jobs::unsent::UnsentRefusal::ROWS],
        ..Domain::named("jobs")
    },
    &Domain {
        tables: settings::TABLES,
        unlisted: settings::UNLISTED,
        topics: &[settings::CHANGED],
        activities: &[&settings::SETTING_CHANGED],
        refusals: &[settings::SettingRefusal::ROWS, settings::SwitchRefusal::ROWS],
        export: settings::sql::EXPORT,
        ..Domain::named("settings")
    },
    &Domain {
        tables: activity::TABLES,
        migrations: activity::migration::ALL,
        settings: activity::settings::LISTED,
        topics: &[activity::CHANGED],
        jobs: activity::JOBS,
        activities: activity::KINDS,
        recurring: &[&upkeep::OLD_ACTIVITIES],
        ..Domain::named("activity")
    },
    &Domain { jobs: outbox::JOBS, ..Domain::named("outbox") },
    &Domain {
        tables: display::tables::TABLES,
        activities: &[&display::PLACED, &display::HEALED],
        ..Domain::named("display")
    },
    &Domain {
        tables: posts::tables::TABLES,
        topics: &[posts::CHANGED],
        jobs: posts::JOBS,
        activities: &[&posts::FAILED],
        recurring: &[&upkeep::POSTS_TRIED_AGAIN, &upkeep::POSTS_LOOKED_AT],
        gauges: &[Gauge {
            name: "posts_not_synced",
            help: "Messages kept up to date that do not show what is wanted, by state",
            label: "state",
            look: posts::by_state,
        }],
        ..Domain::named("posts")
    },
    &Domain {
        tables: roles::TABLES,
        jobs: roles::JOBS,
        activities: roles::KINDS,
        export: roles::EXPORT,
        ..Domain::named("roles")
    },
    &Domain { tables: references::told::TABLES, ..Domain::named("references") },
    &Domain { tables: remembered::TABLES, ..Domain::named("remembered") },
    &Domain {
        tables: profile::TABLES,
        settings: profile::LISTED,
        refusals: &[profile::ProfileRefusal::ROWS],
        ..Domain::named("profile")
    },
    &Domain {
        unlisted: presence::UNLISTED,
        activities: &[&presence::PRESENCE_CHANGED],
        refusals: &[presence::PresenceRefusal::ROWS],
        ..Domain::named("presence")
    },
    &Domain { settings: access::LISTED, ..Domain::named("access") },
    &Domain { settings: money::LISTED, ..Domain::named("money") },
    &Domain {
        tables: signin::TABLES,
        migrations: signin::MIGRATIONS,
        activities: signin::activity::KINDS,
        refusals: signin::REFUSALS,
        recurring: &[&upkeep::SIGNINS_FORGOTTEN],
        ..Domain::named("signin")
    },
    &submissions::DOMAIN,
    &queue::DOMAIN,
    &handles::DOMAIN,
    &engagement::DOMAIN,
    &tiktok::DOMAIN,
    &coins::DOMAIN,
    &currency::DOMAIN,
    &shop::DOMAIN,
    &displays::DOMAIN,
    &desk::DOMAIN,
    &setup::DOMAIN,
    &imports::DOMAIN,
    &reminders::DOMAIN,
    &public::DOMAIN,
    &tasks::DOMAIN,
    &offers::DOMAIN,
];
