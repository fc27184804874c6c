//! `/tiktok`, and the [`intake`]: one connection for each followed name, and the recordings of lives.

pub mod commands;
pub mod intake;
pub mod views;

use super::Face;

/// What it registers.
pub const FACE: Face = Face {
    for_administrators: commands::for_administrators,
    for_rehearsals: commands::add_rehearsal,
    tasks: &[intake::LIVES, intake::OLD_RECORDINGS],
    ..Face::named("tiktok")
};

#[cfg(test)]
mod tests;
