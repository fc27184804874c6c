//! The catalogue for all servers: items and tasks that the operator offers, and the copies of them that servers take over (`T-GEN-11`,
//! `C-61`). In the code they are *offers*, because [`crate::catalogue`] lists what is stored.
//!
//! **What people see.** The operator keeps the catalogue on the page *Catalogue* of the instance and by `/api/catalogue`. A server that
//! switches `features.global_shop` or `features.global_tasks` on has a copy of each of them within half a minute, as an item or task of
//! its own.
//!
//! **Rules.** An offer is a row of `shop.items` or `tasks.tasks` under [`GuildId::INSTANCE`](crate::kernel::ids::GuildId::INSTANCE);
//! only the flow `offers_changed` writes those. A copy is a row of its server, with a stock, messages, claims and sales of its own.
//! What the catalogue says of it follows the catalogue, until somebody in the server changes any of that or removes the copy: then it
//! is the server's own, and the catalogue leaves it alone. What leaves the catalogue, and all of it in a server that switches it off, is
//! taken off sale or ended; purchases, inventories and claims stay. A role belongs to one server, so no offer has one.
//!
//! **How it follows.** Each change of the catalogue raises its version. A row for each server that ever switched it on says which
//! version it followed and where it goes on; the upkeep takes some offers at a time through the flow `offers_followed`, so a thousand
//! servers hold nobody up, and a program that is killed goes on where it stood.
//!
//! **Invariant.** A server has one copy of an offer at most.
//!
//! **Tables.** `offers.copies`, `offers.followed`.

pub mod model;
pub mod queries;
pub mod settings;
pub mod tables;
pub mod upkeep;

use super::Domain;
use crate::kernel::refusal::Refuse;

/// What it registers.
pub const DOMAIN: Domain = Domain {
    tables: tables::TABLES,
    settings: settings::LISTED,
    refusals: &[model::OfferRefusal::ROWS],
    recurring: &[&upkeep::FOLLOWED],
    ..Domain::named("offers")
};
