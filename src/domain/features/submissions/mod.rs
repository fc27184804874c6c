//! Submissions: how a song gets into the queue.
//!
//! Members submit a link with `/submit`, a file with `/submitfile`, or either by just posting it in the submissions
//! channel. All three ways lead through `bot::submissions::intake` into one flow, so all obey the same rules: only in that
//! channel, only while submissions are open, only supported platforms and audio files up to 25 MB, nothing that waits already.
//! A confirmation comes by direct message, or in the channel where those are blocked.
//!
//! A posted message yields every song in it, once, also where it is edited or was posted while the bot was away; see
//! `bot::submissions::passive`.
//!
//! Administrators choose the channel with `/set-submission-channel` and open and close submissions. Songs posted in other
//! channels are never submitted; their authors are told where songs go, at most once in ten minutes (`C-20`).
//!
//! Invariants: a file is kept in a message of the bot before its original is deleted; a refused submission stores
//! nothing. Tables: `submissions.nudges`, `submissions.handled`, `submissions.watched`, `submissions.kept_out`. Jobs:
//! confirmation, notice, titles, correction of a confirmation, catching up, reading what was hidden, clearing, looking again.

pub mod activity;
pub mod audio;
pub mod links;
pub mod model;
pub mod posted;
pub mod service;
pub mod settings;
pub mod tables;

use super::Domain;
use crate::kernel::refusal::Refuse;

/// What it registers.
pub const DOMAIN: Domain = Domain {
    settings: settings::LISTED,
    tables: tables::TABLES,
    jobs: &[
        &model::CONFIRM,
        &model::TITLES,
        &model::CORRECT,
        &model::CATCH_UP,
        &model::IN_SIGHT_AGAIN,
        &model::NOTICE,
        &posted::CLEAR,
        &posted::LOOK_AGAIN,
    ],
    activities: &[&activity::LEFT_IN_HISTORY, &activity::FILE_IN_PLACE],
    refusals: &[model::SubmissionRefusal::ROWS, audio::AudioRefusal::ROWS],
    ..Domain::named("submissions")
};
