//! Live displays of the queue: the public live queue, and how displays are set up and healed.
//!
//! `/setup-live-queue` posts the queue in a channel, where it is kept up to date and pinned (`M-EMB-07`). `/selfheal` puts
//! displays right at once, and says what was found (`M-HEA-06`, `M-HEA-08`); the same happens by itself every five minutes.
//!
//! Table: `displays.shown_lines`, where each line is shown (`M-DB-10`). The displays themselves are rows of
//! [`display`](crate::display).

pub mod model;
pub mod settings;
pub mod sql;
pub mod tables;

use super::Domain;

/// What it registers.
pub const DOMAIN: Domain =
    Domain { settings: settings::LISTED, tables: tables::TABLES, export: sql::EXPORT, ..Domain::named("displays") };
