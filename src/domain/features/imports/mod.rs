//! What was brought in from another bot, by the names that it had there.
//!
//! Nobody sees this feature. The flow `imported` remembers here which rows of another bot became which of ours, in the
//! transaction that brings them in, so that the same import twice changes nothing and a later one brings only what is new.
//! Our own files of points need no such memory.
//!
//! **Tables.** `imports.taken`, which is not in the export.

pub mod tables;

use super::Domain;

/// What it registers.
pub const DOMAIN: Domain = Domain { tables: tables::TABLES, ..Domain::named("imports") };
