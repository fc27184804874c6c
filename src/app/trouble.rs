//! What the process still does when nothing can be stored any more: it says so, answers from what it holds, and ends.
//!
//! A store that has stopped never writes again in this process, so the way back is a new start; a service manager makes
//! it by itself, and so tries again about once a minute. Meanwhile commands that look something up are answered, and all
//! others with a sentence that says why not ([`crate::discord::problem::storage_trouble`]). Jobs, displays and lives rest:
//! what they did could not be recorded, and would be done again.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::activity::debug_channel;
use crate::discord::Bot;
use crate::discord::delivery::Obstacle;
use crate::discord::draft::Draft;
use crate::discord::problem::storage_trouble;
use crate::kernel::error::Result;
use crate::kernel::ids::ChannelId;
use crate::store::StoreError;

/// How long questions are answered before the process ends.
pub(super) const GRACE: Duration = Duration::from_mins(1);

/// The pause before a debug channel is told again.
const PAUSE: Duration = Duration::from_secs(3);
/// How long one try of telling a debug channel may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Debug channels that are told at the same time.
const AT_ONCE: usize = 16;

/// Tells the debug channels and answers questions for [`GRACE`], or does not where nothing can be read.
pub(super) async fn sit_out(bot: &Bot, trouble: &StoreError) {
    let channels: Result<_> = bot.store.read("debug_channels", debug_channel::of_all_guilds).await;
    let Ok(channels) = channels else {
        return tracing::error!("nothing can be read, either; ending now");
    };
    tracing::error!(grace_s = GRACE.as_secs(), "answering from what is stored for a moment, then ending");
    let text = format!("🛑 {} I end within a minute.", storage_trouble(trouble).unwrap_or_default());
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut telling = JoinSet::new();
    for channel in channels {
        telling.spawn(tell(bot.clone(), channel, text.clone(), Arc::clone(&places)));
    }
    // Discord may be gone with the disk; whoever is not told by then is not. The log has it all the same.
    bot.clock.sleep(GRACE).await;
}

/// Tells a debug channel, again and again while Discord is busy or out of reach.
async fn tell(bot: Bot, channel: ChannelId, text: String, places: Arc<Semaphore>) {
    // A try whose answer was lost may have arrived. Discord drops the second one of the same name.
    let name = format!("{:x}-{:x}", bot.clock.now().seconds(), channel.get());
    loop {
        let Ok(place) = places.acquire().await else { return };
        let told = timeout(PATIENCE, bot.post_once(channel, Draft::text(text.as_str()), name.clone())).await;
        drop(place);
        let obstacle = match told {
            Ok(Ok(_)) => return,
            Ok(Err(undelivered)) => undelivered.obstacle,
            Err(_) => Obstacle::Temporary,
        };
        tracing::warn!(%channel, ?obstacle, "cannot tell the debug channel");
        if obstacle != Obstacle::Temporary {
            return;
        }
        bot.clock.sleep(PAUSE).await;
    }
}
