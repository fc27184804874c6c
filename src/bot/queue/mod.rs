//! The queue as people see it: its commands and pages, announcements, bookmarks, and links to files that are renewed.

pub mod commands;
pub mod components;
pub mod files;
pub mod jobs;
pub mod playing;
pub mod views;

use super::Face;

/// What it registers.
pub const FACE: Face = Face {
    commands: commands::for_everybody,
    for_administrators: commands::for_administrators,
    channels: &[&commands::NOW_PLAYING_PLACE, &commands::BOOKMARK_PLACE],
    components: &[&components::QUEUE_PAGE, &components::OWN_PAGE, &components::BOOKMARK],
    jobs: &[&jobs::ANNOUNCE_HANDLER, &jobs::BOOKMARK_HANDLER],
    deletions: &[files::deleted],
    ..Face::named("queue")
};

#[cfg(test)]
mod tests;
