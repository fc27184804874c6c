//! What members are told of their gifts, and the report of a live.

pub mod commands;
pub mod jobs;
pub mod views;

use super::Face;

/// What it registers.
pub const FACE: Face = Face {
    for_administrators: commands::for_administrators,
    channels: &[&commands::METRICS_PLACE],
    jobs: &[&jobs::TELL_LIFTED_HANDLER, &jobs::POST_REPORT_HANDLER],
    ..Face::named("engagement")
};

#[cfg(test)]
mod tests;
