//! Points that changed come into the order of the Free line (`M-PTS-05`, `M-RAT-07`).

use super::queries;
use crate::features::{Due, Upkeep, queue};
use crate::flows::scores_synced;

/// The score sync.
pub static SCORES_SYNCED: Upkeep = Upkeep {
    name: "scores_synced",
    due: |read, at| Ok(Due::in_guilds(queries::guilds_with_changed_points(read)?, at)),
    is_due: |_, _| Ok(true),
    step: |tx, due, _| Ok(scores_synced::run(tx, due.guild)?.more.then_some(0)),
};

/// Looks for songs that a program of before left with an old score. Very many songs may wait, and nobody waits for this.
pub static OLD_SCORES: Upkeep = Upkeep {
    name: "old_scores",
    due: |read, at| Ok(Due::in_guilds(queue::queries::guilds_with_waiting_songs(read)?, at)),
    is_due: |_, _| Ok(true),
    step: |tx, due, behind| scores_synced::mend(tx, due.guild, behind),
};
