//! TikTok handles and whose they are.
//!
//! **What members see.** `/link-tiktok` links a handle that was seen on the live, `/unlink-tiktok` takes a link away,
//! `/my-tiktok-handles` lists one's own. While a handle is typed, those that begin so are offered.
//! **What administrators see.** `/admin-link` and `/admin-unlink` do it for others; both are told in the debug channel.
//!
//! **Rules.** Every handle that does something on the live is known, linked or not (`M-LNK-03`). It is stored in one
//! form (`D-14`), once in a guild. A member can have up to 25; a handle has one member. Members cannot take a handle
//! from someone, nor link one that was never seen unless `allow_any_handle_linking` is on; administrators can do both
//! (`D-15`, `D-16`). A handle keeps its points when it is unlinked; what a link means for the member's points is in the
//! flow `handle_links` (`C-34`).
//!
//! **Invariants.** Those of [`check`]; across features, `flows::checks`.
//!
//! **Tables.** `handles.accounts`. **Topic.** `handles.changed`: links, not points.

pub mod autocomplete;
pub mod check;
pub mod commands;
pub mod model;
pub mod queries;
pub mod rules;
pub mod service;
pub mod settings;
pub mod sql;
pub mod tables;
pub mod views;

use super::Feature;

/// The feature.
pub const FEATURE: Feature = Feature {
    settings: settings::LISTED,
    tables: tables::TABLES,
    checks: &[check::check],
    export: sql::EXPORT,
    commands: commands::all,
    ..Feature::named("handles")
};

#[cfg(test)]
mod tests;
