//! What a member does proves the claims of tasks that ask for it: messages, minutes and gifts of a live, songs that were played.
//!
//! Where it is enough, the claim is accepted and paid in the same transaction. What the ledger refuses, a full balance, waits for a
//! reviewer, and what the member did stands all the same. So does what somebody did who has left the server, to whom nothing is
//! given meanwhile (`C-66`).

use crate::features::currency;
use crate::features::tasks::model::{Deed, Reviewer};
use crate::features::tasks::proving;
use crate::features::tasks::settings::SWITCH;
use crate::flows::task_reviewed;
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::Tx;

/// Who accepts what proved itself.
const ITSELF: Reviewer = Reviewer { by: Actor::System, is_owner: false };

/// Counts deeds of a member at a moment; what is taken back is negative.
pub fn run(tx: &Tx<'_>, guild: GuildId, user: UserId, deeds: (Deed, i64), at: Timestamp) -> Result<()> {
    if !proving::is_counting(tx, guild, user)? || !SWITCH.setting.get(tx, guild)? {
        return Ok(());
    }
    let is_away = currency::queries::account(tx, guild, user)?.left_at.is_some();
    for proven in proving::count(tx, guild, user, deeds, at)? {
        if is_away {
            proving::hand_in(tx, guild, proven)?;
            continue;
        }
        let accept = |tx: &Tx<'_>| task_reviewed::award(tx, guild, proven.clone(), &ITSELF, String::new());
        if let Err(refusal) = tx.step(accept)? {
            tracing::warn!(%guild, %user, code = refusal.code, "a task that proved itself waits for a reviewer");
            proving::hand_in(tx, guild, proven)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
