//! What the process still does when nothing can be stored any more: it says so, answers from what it holds, and ends.
//!
//! A store that has stopped never writes again in this process, so the way back is a new start; a service manager makes
//! it by itself, and so tries again about once a minute. Meanwhile commands that look something up are answered, and all
//! others with a sentence that says why not ([`crate::discord::problem::storage_trouble`]). Jobs, displays and lives rest:
//! what they did could not be recorded, and would be done again.

use std::time::Duration;

use crate::discord::draft::Draft;
use crate::discord::problem::storage_trouble;
use crate::discord::{Bot, debug_channel};
use crate::kernel::error::Result;
use crate::store::StoreError;

/// How long questions are answered before the process ends.
pub(super) const GRACE: Duration = Duration::from_mins(1);

/// How long telling the debug channels may take.
const TELLING: Duration = Duration::from_secs(10);

/// Tells the debug channels, and answers questions for [`GRACE`], or not at all where nothing can be read.
pub(super) async fn sit_out(bot: &Bot, trouble: &StoreError) {
    let channels: Result<_> = bot.store.read("debug_channels", debug_channel::of_all_guilds).await;
    let Ok(channels) = channels else {
        return tracing::error!("nothing can be read, either; ending now");
    };
    tracing::error!(grace_s = GRACE.as_secs(), "answering from what is stored for a moment, then ending");
    let tell = async {
        for channel in channels {
            let text = format!("🛑 {} I end in a minute.", storage_trouble(trouble).unwrap_or_default());
            if let Err(error) = bot.post(channel, Draft::text(text), None).await {
                tracing::warn!(%channel, obstacle = ?error.obstacle, "cannot tell the debug channel");
            }
        }
    };
    // Discord may be slow, or gone with the disk; the log has it all the same.
    let _ = tokio::time::timeout(TELLING, tell).await;
    bot.clock.sleep(GRACE).await;
}
