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
//! Jobs: announcement, bookmark. Activities: what reviewers do with songs ([`activity`]).

pub mod activity;
pub mod check;
pub mod migration;
pub mod model;
pub mod queries;
pub mod rules;
pub mod service;
pub mod settings;
pub mod sql;
pub mod tables;

use super::{Domain, Gauge};
use crate::kernel::refusal::Refuse;

/// What it registers.
pub const DOMAIN: Domain = Domain {
    settings: settings::LISTED,
    tables: tables::TABLES,
    migrations: migration::ALL,
    unlisted: &[&settings::NOW_PLAYING],
    topics: &[tables::CHANGED],
    jobs: &[&model::ANNOUNCE, &model::COPY_BOOKMARK],
    activities: activity::KINDS,
    refusals: &[model::QueueRefusal::ROWS],
    checks: &[check::check],
    export: sql::EXPORT,
    gauges: &[WAITING],
    ..Domain::named("queue")
};

/// How many songs wait.
const WAITING: Gauge = Gauge {
    name: "queue_songs",
    help: "Songs that wait, by line",
    label: "line",
    look: |read| Ok(queries::waiting_by_line(read)?.into_iter().map(|(line, songs)| (line.name(), songs)).collect()),
};
