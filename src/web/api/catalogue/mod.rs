//! The catalogue for all servers: what the operator offers to each server that switches it on (`T-GEN-11`, `C-61`).
//!
//! It takes and gives what shop and tasks do, without what belongs to one server. It tells how many servers take it over, and nothing
//! of what they made of it.

pub mod items;
pub mod tasks;

use serde::Serialize;
use utoipa::ToSchema;

use crate::features::offers::model::OfferRefusal;
use crate::kernel::ids::GuildId;
use crate::kernel::refusal::Refuse;
use crate::web::answer::Problem;

/// Where the catalogue lies.
const CATALOGUE: GuildId = GuildId::INSTANCE;
/// The page of all of it.
const PAGE: &str = "/instance/catalogue";

/// What was taken out of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub struct RemovedOffer {
    /// Its number.
    pub id: String,
    /// What it was called.
    pub name: String,
}

/// Refuses a field that names something of one server.
fn require_none(fields: &[(&str, bool)]) -> Result<(), Problem> {
    match fields.iter().find(|(_, is_named)| *is_named) {
        Some((field, _)) => Err(Problem::field(field, OfferRefusal::OfOneServer.sentence())),
        None => Ok(()),
    }
}
