//! The reviewer's desk: its two displays, the panel of a song, and all their buttons.

pub mod commands;
pub mod components;
pub mod jobs;
pub mod renders;
pub mod views;

use super::Face;

/// What it registers.
pub const FACE: Face = Face {
    for_administrators: commands::for_administrators,
    channels: &[&commands::PLACE],
    components: components::ALL,
    displays: &[&renders::MAIN, &renders::PENDING],
    jobs: &[&jobs::TELL_DEAD_LINK_HANDLER],
    ..Face::named("desk")
};

#[cfg(test)]
mod tests;
