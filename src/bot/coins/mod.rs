//! `/balance`, `/buy-skip` and `/coins`, their lists, and the economy in numbers.

pub mod commands;
pub mod components;
pub mod views;

use super::Face;

/// What it registers.
pub const FACE: Face = Face {
    commands: commands::for_everybody,
    for_administrators: commands::for_administrators,
    components: &[&components::WHERE_FROM, &components::OWN_HISTORY, &components::HISTORY, &components::ECONOMY],
    ..Face::named("coins")
};

#[cfg(test)]
mod tests;
