//! How following a name went, as far as that is known soon: for whoever just asked for it, on Discord or on a page.

use std::time::Duration;

use crate::discord::Bot;
use crate::live::Handle;
use crate::live::following::State;
use crate::tiktok::status::Status;

/// How long the first outcome is waited for. What takes longer is on its way, and the debug channel tells the rest.
const PATIENCE: Duration = Duration::from_secs(4);

/// How a name stands once more is known than that it is being connected to; `None` where nobody follows it yet.
pub async fn of(bot: &Bot, streamer: &Handle) -> Option<Status> {
    let has_outcome = |status: Option<&Status>| status.is_some_and(|status| !matches!(status.state, State::Connecting));
    let _ = tokio::time::timeout(PATIENCE, bot.lives.until(streamer, has_outcome)).await;
    bot.lives.status(streamer)
}
