//! The reviewer's desk: a channel in which reviewers run the show by buttons.
//!
//! `/setup-reviewer-channel` posts two displays in one channel: the reviewer queue, which is the lines that `/next` serves
//! with link, note and points, and the pending skips, which wait for a reviewer (`M-EMB-08`, `M-EMB-09`). A menu chooses a
//! song of the page and opens its panel, which only that reviewer sees: everything that is known of the song and its
//! submitter, and what can be done with it (`M-EMB-14`).
//!
//! Reviewers are the administrators and whoever has the role of the setting `reviewer_role_id` (`D-20`). That is checked at
//! every click. There is no default tier: approving asks for one (`D-21`).
//!
//! Invariants: whatever is done to a song names the line in which the reviewer saw it, and is refused when the song is
//! elsewhere by then, so of two reviewers one wins and the other is told. All state is in the custom ids, which count only
//! in the guild that they name. No table of its own; the
//! decisions are the queue's. Job: `desk.tell_dead_link`.

pub mod activity;
pub mod model;
pub mod settings;

use super::Domain;

/// What it registers.
pub const DOMAIN: Domain = Domain {
    settings: settings::LISTED,
    jobs: &[&model::TELL_DEAD_LINK],
    activities: &[&activity::DEAD_LINK_REMOVED],
    ..Domain::named("desk")
};
