//! The queue: nine lines of songs, and what is played next.
//!
//! Members see the queue with `/queue` and their own songs with `/mysubmissions`. Administrators play with `/next`, put songs
//! elsewhere with `/move`, `/remove` and `/clear-free`, and bookmark what they like.
//!
//! Order: the five skip lines from 25+ down to 5, then Free. A skip line is first come, first served; Free is ordered by
//! engagement points and then by time (`M-QUE-07`, `M-QUE-12`). Pending Skips waits for a reviewer, and `/next` never takes from it.
//!
//! Invariants: a song is in exactly one line; two `/next` never give one song, and the second is played later; what plays is
//! in Songs Played. A song itself changes only where a platform tells what it is called; everything else is its place. The
//! score of a song in Free is a copy of its submitter's points: taken anew whenever the song enters the line, and by each
//! score sync. Tables: `queue.songs`, `queue.places`, `queue.paces`, `queue.bookmarks`, `queue.lost_files`. Topic:
//! [`tables::CHANGED`].
//! Jobs: announcement, bookmark.

pub mod check;
pub mod commands;
pub mod components;
pub mod files;
pub mod jobs;
pub mod migration;
pub mod model;
pub mod playing;
pub mod queries;
pub mod rules;
pub mod service;
pub mod settings;
pub mod sql;
pub mod tables;
pub mod views;

use super::Feature;

/// This feature.
pub const FEATURE: Feature = Feature {
    channels: &[&settings::NOW_PLAYING_PLACE, &settings::BOOKMARK_PLACE],
    settings: settings::LISTED,
    tables: tables::TABLES,
    commands: commands::all,
    components: &[&components::QUEUE_PAGE, &components::OWN_PAGE, &components::BOOKMARK],
    jobs: &[&jobs::ANNOUNCE_HANDLER, &jobs::BOOKMARK_HANDLER],
    deletions: &[files::deleted],
    checks: &[check::check],
    export: sql::EXPORT,
    ..Feature::named("queue")
};
