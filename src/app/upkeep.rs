//! Runs the upkeep of all features ([`Upkeep`]): at the start, once after it, and every half minute.
//!
//! A piece that fails is logged and leaves the others alone; it is due again the next time.

use std::time::Duration;

use tokio::sync::watch;

use crate::discord::Bot;
use crate::features::{self, Domain, Due, Upkeep};
use crate::kernel::error::Result;
use crate::kernel::time::Timestamp;
use crate::store::Store;

/// The pause between two rounds.
pub(super) const INTERVAL: Duration = Duration::from_secs(30);

/// Goes round for ever, and says up to when. A clock that jumped is met by one round, not by all that it passed over.
pub(super) async fn run(bot: Bot, done: watch::Sender<Timestamp>) {
    loop {
        let last = *done.borrow();
        bot.clock.sleep_until(last.after(INTERVAL)).await;
        let now = bot.clock.now();
        // Logged where it failed.
        let _ = round(&bot.store, now).await;
        done.send_replace(now);
    }
}

/// Does once what comes again, as at a moment. Answers the first error, after the rest was done.
pub(super) async fn round(store: &Store, at: Timestamp) -> Result<()> {
    all(store, at, |feature| feature.recurring).await
}

/// Does what every start has to do before anybody sees the store.
pub(super) async fn at_start(store: &Store, at: Timestamp) -> Result<()> {
    all(store, at, |feature| feature.at_start).await
}

/// Looks once at what a program of before may have left.
pub(super) async fn after_start(bot: Bot) {
    // Logged where it failed.
    let _ = all(&bot.store, bot.clock.now(), |feature| feature.after_start).await;
}

async fn all(store: &Store, at: Timestamp, listed: fn(&Domain) -> &'static [&'static Upkeep]) -> Result<()> {
    let mut outcome = Ok(());
    for upkeep in features::ALL.iter().flat_map(|feature| listed(feature)) {
        if let Err(error) = one(store, at, upkeep).await {
            tracing::error!(%error, upkeep = upkeep.name, "work that comes again could not be done");
            outcome = outcome.and(Err(error));
        }
    }
    outcome
}

async fn one(store: &Store, at: Timestamp, upkeep: &'static Upkeep) -> Result<()> {
    let due: Vec<Due> = store.read(upkeep.name, move |read| (upkeep.due)(read, at)).await?;
    for due in due {
        let mut behind = None;
        loop {
            behind = store.write(upkeep.name, move |tx| (upkeep.step)(tx, &due, behind)).await?;
            if behind.is_none() {
                break;
            }
        }
    }
    Ok(())
}
