//! What engagement sends after a commit.

use super::model::TELL_LIFTED;
use super::views;
use crate::discord::Bot;
use crate::discord::delivery::Obstacle;
use crate::jobs::{Handler, Run, Setback};

/// Tells a submitter that gifts lifted the song. Who takes no messages is not told, and nobody hears of that (`D-10`).
pub static TELL_LIFTED_HANDLER: Handler<Bot> =
    Handler { kind: TELL_LIFTED.name(), run: |bot, run| Box::pin(tell_lifted(bot, run)) };

async fn tell_lifted(bot: &Bot, run: Run) -> Result<(), Setback> {
    let lifted = TELL_LIFTED.payload(&run)?;
    match bot.direct_message(lifted.user, views::lifted(&lifted), Some(run.id)).await {
        Ok(_) => Ok(()),
        Err(undelivered) if undelivered.obstacle == Obstacle::Temporary => Err(undelivered.into()),
        Err(undelivered) => {
            tracing::debug!(user = %lifted.user, obstacle = ?undelivered.obstacle, "a submitter cannot be told");
            Ok(())
        }
    }
}
