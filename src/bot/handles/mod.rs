//! The commands that link TikTok handles, and what is told of links.

pub mod autocomplete;
pub mod commands;
pub mod jobs;
pub mod views;

use super::Face;

/// What it registers.
pub const FACE: Face = Face {
    commands: commands::for_everybody,
    for_administrators: commands::for_administrators,
    jobs: &[&jobs::TELL_PROOF_HANDLER, &jobs::TELL_RENAME_HANDLER],
    ..Face::named("handles")
};

#[cfg(test)]
mod tests;
