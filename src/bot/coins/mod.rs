//! Balances and entries of all currencies: `/balance`, `/transactions`, `/leaderboard`, `/buy-skip`, `/coins`,
//! `/currency-admin` and `/data`, their lists, and the economy in numbers.

pub mod admin;
pub mod boards;
pub mod commands;
pub mod components;
pub mod data;
pub mod views;

use super::Face;

/// What it registers.
pub const FACE: Face = Face {
    commands: commands::for_everybody,
    for_administrators: commands::for_administrators,
    for_admins: || admin::for_admins().into_iter().chain(data::commands::for_admins()).collect(),
    components: &[
        &components::WHERE_FROM,
        &components::OWN_HISTORY,
        &components::HISTORY,
        &components::ECONOMY,
        &boards::TRANSACTIONS,
        &boards::LEADERBOARD,
        &admin::HISTORY,
        &data::components::CLEAN_UP,
        &data::components::ARCHIVE,
    ],
    ..Face::named("coins")
};

#[cfg(test)]
mod tests;
