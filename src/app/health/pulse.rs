//! The pulse: whether the event loop turns and the store's writer answers.
//!
//! Brings about: every few seconds an operation that does nothing goes through the writer. When it is answered, the moment
//! is noted for `/readyz`, and systemd's watchdog is fed. When it hangs, nothing is fed, and systemd starts the bot
//! again. There is never more than one such operation under way. It also tells of lines that the log lost.

use std::time::Duration;

use super::notify::Notify;
use super::vitals::Vitals;

/// The longest pause between two beats.
const PAUSE: Duration = Duration::from_secs(2);

/// The pause between two beats. A watchdog is to be fed at least twice in its time.
pub(super) fn pause(watchdog: Option<Duration>) -> Duration {
    watchdog.map_or(PAUSE, |patience| PAUSE.min(patience / 3))
}

/// Beats for an application that is watched by nobody, so that its pages can tell how it is. Ends when it is dropped.
pub(in crate::app) async fn beat_unwatched(vitals: Vitals) {
    run(vitals, Notify::new(None), None).await;
}

/// Beats until it is dropped.
pub(super) async fn run(vitals: Vitals, notify: Notify, watchdog: Option<Duration>) {
    let pause = pause(watchdog);
    let mut lost = 0;
    loop {
        let has_answered = vitals.bot.store.write("pulse", |_| Ok(())).await.is_ok();
        if has_answered {
            vitals.beat();
        }
        // After trouble with the disk the process still answers questions, and ends by itself with a code that says why.
        let is_ending = vitals.bot.store.stop_reason().is_some();
        if watchdog.is_some() && (has_answered || is_ending) {
            notify.say("WATCHDOG=1");
        }
        let now_lost = vitals.losses.overtaken();
        if now_lost > lost {
            tracing::warn!(lines = now_lost - lost, "the log lost lines: they came faster than they could be written");
            lost = now_lost;
        }
        vitals.bot.clock.sleep(pause).await;
    }
}
