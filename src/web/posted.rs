//! A short wait for the message of a row that was just changed (`T-SYN-06`).

use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;

use super::Web;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::posts::{self, PostKind, Sync};

/// How long an answer waits for Discord to show what was changed.
const PATIENCE: Duration = Duration::from_secs(8);

impl Web {
    /// Waits until the message of a row is as it is to be, or cannot be, or is gone: for 8 seconds at most.
    pub async fn until_posted(&self, kind: &'static PostKind, guild: GuildId, row: u64) -> Result<()> {
        // Listening begins before the first look, so nothing is missed in between.
        let mut changes = self.bot.store.changes();
        let look = || self.look("post", move |read| kind.state(read, guild, row));
        let wait = async {
            while look().await?.is_some_and(|state| state.sync == Sync::PendingSync) {
                loop {
                    match changes.recv().await {
                        Ok(change) if change.topic == posts::CHANGED && change.guild == guild => break,
                        Ok(_) => {}
                        Err(RecvError::Lagged(_)) => break,
                        Err(RecvError::Closed) => return Ok(()),
                    }
                }
            }
            Ok(())
        };
        tokio::select! {
            biased;
            waited = wait => waited,
            () = self.bot.clock.sleep(PATIENCE) => Ok(()),
        }
    }
}
