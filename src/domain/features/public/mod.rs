//! What a server shows to people who are not signed in: its queue under a name, and overlays for a live picture.
//!
//! Off until somebody switches it on. The owner gives the server a name, under which anybody finds the queue, and says how
//! the names of members are shown there. An overlay is opened by a secret address, of which only the digest is kept; making
//! another one, or none, closes those that are open. The goal is what an overlay measures the live against (`D-110`).
//!
//! Invariants: two servers never have one name; what is shown follows from the settings at that moment. Settings, and no
//! table: a server is found by looking through those of all, which are a few dozen each. Activity: `public.changed`, of the
//! secret of the overlays alone; the other settings go the way of all.

pub mod activity;
pub mod model;
pub mod queries;
pub mod service;
pub mod settings;

use super::Domain;
use crate::kernel::refusal::Refuse;

/// What it registers.
pub const DOMAIN: Domain = Domain {
    unlisted: settings::UNLISTED,
    changes: settings::CHANGES,
    activities: &[&activity::CHANGED],
    refusals: &[model::PublicRefusal::ROWS],
    ..Domain::named("public")
};

#[cfg(test)]
mod tests;
