//! Live displays: where the messages of a guild that show the queue are.
//!
//! Only the tables are here (`M-DB-09`, `M-DB-10`), for the store's schema and the export: no command makes such a
//! message yet, and nothing refreshes one.

pub mod model;
pub mod sql;
pub mod tables;

use super::Feature;

/// This feature.
pub const FEATURE: Feature = Feature { tables: tables::TABLES, export: sql::EXPORT, ..Feature::named("displays") };
