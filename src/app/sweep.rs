//! What happens every half minute in all guilds: the score sync, what a live owes without any event, and the end of
//! sessions that nobody continues, and of codes that nobody typed.
//!
//! Brings about: points are in the order of the Free line (`M-PTS-05`, `M-RAT-07`), a streak that fell silent is paid
//! (`M-TIK-24`), the viewer count is written down (`M-TIK-25`), watch time is counted (`C-44`), and a session whose connection was lost 15 minutes ago is closed (`D-26`). Safe to run at any time;
//! where nothing changed it writes nothing.

use std::time::Duration;

use tokio::sync::watch;

use crate::discord::Bot;
use crate::features::engagement::model::SessionId;
use crate::features::{coins, engagement, handles, queue};
use crate::flows;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{Read, Store, Tx};

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

/// Sweeps once, as at a moment.
pub(super) async fn sweep(store: &Store, now: Timestamp) -> Result<()> {
    sync_scores(store).await?;
    let to_keep_up =
        store.read("lives_to_keep_up", move |read| engagement::queries::guilds_to_keep_up(read, now)).await?;
    for guild in to_keep_up {
        store.write("live_kept_up", move |tx| flows::live_events::keep_up(tx, guild).map(drop)).await?;
    }
    let to_count =
        store.read("sessions_to_count", move |read| engagement::queries::sessions_to_count(read, now)).await?;
    for (guild, session) in to_count {
        count_watch_time(store, guild, session, now).await?;
    }
    let left_behind =
        store.read("sessions_left_behind", move |read| engagement::queries::guilds_left_behind(read, now)).await?;
    for guild in left_behind {
        store.write("session_closed", move |tx| flows::session_left_behind::run(tx, guild)).await?;
    }
    let with_expired_codes =
        store.read("expired_codes", move |read| handles::queries::guilds_with_expired_codes(read, now)).await?;
    for guild in with_expired_codes {
        while store.write("codes_forgotten", move |tx| handles::service::forget_expired_codes(tx, guild)).await? {}
    }
    Ok(())
}

/// Counts what everybody watched, in batches. Songs and commands come in between.
async fn count_watch_time(store: &Store, guild: GuildId, session: SessionId, began: Timestamp) -> Result<()> {
    let mut behind = None;
    loop {
        let count = move |tx: &Tx<'_>| flows::watch_time::run(tx, guild, session, began, behind);
        behind = store.write("watch_time", count).await?.behind;
        if behind.is_none() {
            return Ok(());
        }
    }
}

/// Copies points that changed into the order of Free; at the start before anybody sees it.
pub(super) async fn sync_scores(store: &Store) -> Result<()> {
    let with_points = store.read("guilds_with_new_points", coins::queries::guilds_with_changed_points).await?;
    for guild in with_points {
        while store.write("scores_synced", move |tx| flows::scores_synced::run(tx, guild)).await?.more {}
    }
    Ok(())
}

/// Lets songs that a program of before left with an old score be ordered by the points of now. Once after the start, a server
/// at a time: very many songs may wait, and nobody has to wait for that.
pub(super) async fn mend_old_scores(store: Store) {
    if let Err(error) = try_to_mend_old_scores(&store).await {
        tracing::error!(%error, "songs that wait were not compared with the points of now");
    }
}

async fn try_to_mend_old_scores(store: &Store) -> Result<()> {
    /// Most members that are noted in one transaction.
    const BATCH: usize = 512;
    let guilds = store.read("guilds_with_waiting_songs", queue::queries::guilds_with_waiting_songs).await?;
    for guild in guilds {
        let find = move |read: &dyn Read| flows::scores_synced::members_to_mend(read, guild);
        let stale = store.read("members_to_mend", find).await?;
        if stale.is_empty() {
            continue;
        }
        tracing::warn!(%guild, members = stale.len(), "songs waited with an old score; they are ordered by the points of now");
        for members in stale.chunks(BATCH) {
            let members = members.to_vec();
            store.write("scores_mended", move |tx| flows::scores_synced::mend(tx, guild, &members)).await?;
        }
        while store.write("scores_synced", move |tx| flows::scores_synced::run(tx, guild)).await?.more {}
    }
    Ok(())
}

/// Notes at the start that whatever was connected is not any more, since it was last heard of: streaks that were going on
/// are settled with their last count (`D-28`), and the session waits to be continued.
pub(super) async fn note_interruption(store: &Store) -> Result<()> {
    let open = store.read("open_sessions", engagement::queries::open_sessions).await?;
    for (guild, _) in open {
        store.write("live_interrupted", move |tx| flows::live_events::interrupted(tx, guild).map(drop)).await?;
    }
    Ok(())
}
