//! What happens on the live: sessions, interactions, points, gifts and what they lift.
//!
//! **What members see.** Likes, comments, shares, follows and gifts of linked handles earn engagement points, which
//! order the Free line; gifts of 1,000 coins and more lift the member's latest song into a skip line, and the bot says
//! so in a direct message. **What administrators see.** `/setup-post-live-metrics`, and lines in the debug channel.
//!
//! **Rules.** Events count from the connection to its end; others are dropped (`D-12`). A drop of up to 15 minutes
//! continues the session (`D-26`). Likes, comments, shares pay each time, follows and subscriptions once in a session,
//! gifts by their price (`D-01`, `M-TIK-21`). A streak of gifts pays at its end, once; an end that comes again pays
//! nothing, one with a higher count pays the difference, and one that never comes is settled when the connection ends
//! (`M-TIK-24`, `D-28`). Gifts of a session add up to a credit, which belongs to the song that it lifted until that is
//! played or removed, and waits for a song when there is none (`C-29`, `D-17`). What it was when a reviewer put the song down is
//! remembered, and what a song used up, until the session ends.
//!
//! **Watch time.** A handle that does anything is taken to be there for a while (`watch_idle_seconds`). Every minute the
//! time is added to its row of the session, and each half hour (`watch_minutes`) pays its member a Luxury Coin; the remainder stays, and so
//! does all of it while the handle is nobody's (`C-44`, `C-45`). Nothing is counted without a connection, for the host's
//! own handle (`D-11`), and towards coins with the economy off (`D-13`).
//!
//! **The report.** When a session is closed, its figures are posted once to the metrics channel, if there is one: totals,
//! the handles that come first, and a picture of viewers and coins over the evening (`M-MET-01`, `M-MET-02`, `D-30`). A
//! session of less than a minute in which nothing happened has none. What cannot be posted is told in the debug channel.
//!
//! **How it is built.** A batch of events is written by the flow `live_events` with a [`recorder`], which asks the
//! [`memory`] what was told before; the flow `gift_credit` lifts songs, `watch_time` counts, and
//! `session_closed` stages the report, which is made from [`figures`].
//! **Tables.** `engagement.sessions`, `.interactions`, `.viewer_snapshots`; what a session adds up to in `.participants`
//! and `.coins_by_minute`; for the open session only: `.streaks`, `.paid_once`, `.credits`, `.credits_held`,
//! `.credits_used`, `.messages`; and `.numbers`.
//! **Topic.** `engagement.changed`. **Jobs.** `engagement.tell_lifted`, `engagement.post_report`.

pub mod activity;
pub mod check;
pub mod figures;
pub mod memory;
pub mod migration;
pub mod model;
pub mod old;
pub mod queries;
pub mod recorder;
pub mod rules;
pub mod service;
pub mod settings;
pub mod sql;
pub mod sums;
pub mod tables;
pub mod upkeep;

use super::Domain;

/// What it registers.
pub const DOMAIN: Domain = Domain {
    settings: settings::LISTED,
    tables: tables::TABLES,
    migrations: migration::ALL,
    topics: &[tables::CHANGED, tables::SESSION_BEGUN],
    jobs: &[&model::TELL_LIFTED, &model::POST_REPORT],
    activities: activity::KINDS,
    at_start: &[&upkeep::LIVE_INTERRUPTED],
    recurring: &[&upkeep::LIVE_KEPT_UP, &upkeep::WATCH_TIME, &upkeep::SESSION_CLOSED],
    checks: &[check::check],
    export: sql::EXPORT,
    ..Domain::named("engagement")
};

#[cfg(test)]
mod tests;
