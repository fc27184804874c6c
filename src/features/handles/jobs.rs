//! What handles sends after a commit.

use super::model::TELL_PROOF;
use super::views;
use crate::discord::Bot;
use crate::jobs::{Handler, Run, Setback, Worth};

/// Tells a member what a proof on the live did to a handle of theirs. Who takes no messages is not told; the debug
/// channel has the fact, and `/my-tiktok-handles` shows it.
pub static TELL_PROOF_HANDLER: Handler<Bot> =
    Handler { kind: TELL_PROOF.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(tell_proof(bot, run)) };

async fn tell_proof(bot: &Bot, run: Run) -> Result<(), Setback> {
    let told = TELL_PROOF.payload(&run)?;
    match bot.direct_message(told.user, views::proof_told(&told), Some(run.id)).await {
        Ok(_) => Ok(()),
        Err(undelivered) if undelivered.may_pass() => Err(undelivered.into()),
        Err(undelivered) => {
            tracing::debug!(user = %told.user, obstacle = ?undelivered.obstacle, "a member cannot be told of a proof");
            Ok(())
        }
    }
}
