//! The public live queue, and `/selfheal`.

pub mod commands;
pub mod renders;
pub mod views;

use super::Face;

/// What it registers.
pub const FACE: Face = Face {
    for_administrators: commands::for_administrators,
    channels: &[&commands::PLACE],
    displays: &[&renders::LIVE_QUEUE],
    ..Face::named("displays")
};

#[cfg(test)]
mod tests;
