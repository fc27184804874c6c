//! `/data`: what those who run a server do with all that is stored of it (`T-API-16` to `T-API-21`, `T-API-45`).
//!
//! It has no domain of its own: the export is that of every feature, the accounts are the currency's, the archive is the ledger's.
//! What takes something away shows first how much it would be, and does it by a button below that; rights are asked again there.

pub mod commands;
pub mod components;
mod export;
mod views;

use super::Face;

/// What it registers.
pub const FACE: Face = Face {
    for_admins: commands::for_admins,
    components: &[&components::CLEAN_UP, &components::ARCHIVE],
    ..Face::named("data")
};
