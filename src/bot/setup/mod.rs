//! The greeting, `/setup`, and what administrators see and change of the settings.

pub mod autocomplete;
pub mod commands;
pub mod components;
pub mod jobs;
pub mod leaving;
pub mod making;
pub mod views;

use super::Face;

/// What it registers.
pub const FACE: Face = Face {
    for_administrators: commands::for_administrators,
    components: components::ALL,
    channels: &[&commands::DEBUG_PLACE],
    servers: &[jobs::seen],
    named: &[leaving::named],
    left: &[leaving::left],
    jobs: &[&jobs::HANDLER, &leaving::HANDLER],
    ..Face::named("setup")
};

#[cfg(test)]
mod tests;
