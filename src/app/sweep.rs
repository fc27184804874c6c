//! What happens every half minute in all guilds: the score sync, and the end of sessions that nobody continues.
//!
//! Brings about: points are in the order of the Free line (`M-PTS-05`, `M-RAT-07`), and a session whose connection was
//! lost 15 minutes ago is closed (`D-26`). Safe to run at any time; where nothing changed it writes nothing.

use std::time::Duration;

use tokio::sync::watch;

use crate::discord::Bot;
use crate::features::{coins, engagement};
use crate::flows;
use crate::kernel::error::Result;
use crate::kernel::time::Timestamp;
use crate::live::{LiveEvent, Occurrence};
use crate::store::Store;

/// The pause between two sweeps.
pub(super) const INTERVAL: Duration = Duration::from_secs(30);

/// Sweeps for ever, and says up to when. A clock that jumped is met by one sweep, not by all that it passed over.
pub(super) async fn run(bot: Bot, swept: watch::Sender<Timestamp>) {
    loop {
        let last = *swept.borrow();
        bot.clock.sleep_until(last.after(INTERVAL)).await;
        let now = bot.clock.now();
        if let Err(error) = sweep(&bot.store, now).await {
            tracing::error!(%error, "the sweep could not do all of its work");
        }
        swept.send_replace(now);
    }
}

async fn sweep(store: &Store, now: Timestamp) -> Result<()> {
    let with_points = store.read("guilds_with_new_points", coins::queries::guilds_with_changed_points).await?;
    for guild in with_points {
        while store.write("scores_synced", move |tx| flows::scores_synced::run(tx, guild)).await?.more {}
    }
    let left_behind =
        store.read("sessions_left_behind", move |read| engagement::queries::guilds_left_behind(read, now)).await?;
    for guild in left_behind {
        store.write("session_closed", move |tx| flows::session_left_behind::run(tx, guild)).await?;
    }
    Ok(())
}

/// Notes at the start that whatever was connected is not any more: streaks that were going on are settled with their
/// last count (`D-28`), and the session waits to be continued.
pub(super) async fn note_interruption(store: &Store) -> Result<()> {
    let open = store.read("open_sessions", engagement::queries::open_sessions).await?;
    for (guild, session) in open {
        let streamer = session.streamer;
        let noted = store.write("live_interrupted", move |tx| {
            let event = LiveEvent::new(tx.now(), Occurrence::Disconnected);
            flows::live_events::run(tx, guild, &streamer, &[event]).map(drop)
        });
        noted.await?;
    }
    Ok(())
}
