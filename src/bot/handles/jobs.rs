//! What handles sends after a commit.

use super::views;
use crate::discord::{Bot, Draft};
use crate::features::handles::model::{TELL_PROOF, TELL_RENAME};
use crate::jobs::{Run, Setback};
use crate::kernel::ids::UserId;
use crate::runner::{Handler, Worth};

/// Tells a member what a proof on the live did to a handle of theirs. Who takes no messages is not told; the debug
/// channel has the fact, and `/my-tiktok-handles` shows it.
pub static TELL_PROOF_HANDLER: Handler<Bot> =
    Handler { kind: TELL_PROOF.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(tell_proof(bot, run)) };

async fn tell_proof(bot: &Bot, run: Run) -> Result<(), Setback> {
    let told = TELL_PROOF.payload(&run)?;
    tell(bot, told.user, views::proof_told(&told), &run).await
}

/// Tells a member that a handle of theirs has another name. Who takes no messages is not told, as above.
pub static TELL_RENAME_HANDLER: Handler<Bot> =
    Handler { kind: TELL_RENAME.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(tell_rename(bot, run)) };

async fn tell_rename(bot: &Bot, run: Run) -> Result<(), Setback> {
    let told = TELL_RENAME.payload(&run)?;
    tell(bot, told.user, views::rename_told(&told), &run).await
}

async fn tell(bot: &Bot, user: UserId, draft: Draft, run: &Run) -> Result<(), Setback> {
    match bot.direct_message(user, draft, Some(run.id)).await {
        Ok(_) => Ok(()),
        Err(undelivered) if undelivered.may_pass() => Err(undelivered.into()),
        Err(undelivered) => {
            tracing::debug!(%user, obstacle = ?undelivered.obstacle, "a member cannot be told of a handle of theirs");
            Ok(())
        }
    }
}
