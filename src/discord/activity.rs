//! Which events have been handled to the end.
//!
//! Whoever plays both sides, a test or the demo, waits here until the bot is through with what they did, also where
//! the bot had nothing to answer.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use super::seen::Seen;

/// The events that were handled last.
#[derive(Default)]
pub struct Activity {
    finished: Mutex<Seen>,
    changed: Notify,
}

impl Activity {
    /// Notes that an event (by the id of its message or interaction) is handled.
    pub(super) fn finish(&self, id: u64) {
        self.finished.lock().unwrap_or_else(PoisonError::into_inner).is_new(id);
        self.changed.notify_waiters();
    }

    /// Waits until an event is handled.
    pub async fn finished(&self, id: u64) {
        loop {
            let changed = self.changed.notified();
            if self.finished.lock().unwrap_or_else(PoisonError::into_inner).knows(id) {
                return;
            }
            changed.await;
        }
    }
}

/// Under which id a change of a message is finished. `edited` is when its author edited it, in milliseconds since 1970;
/// where Discord alone changed it before, there is no such moment.
pub fn update_id(message: u64, edited: Option<i128>) -> u64 {
    let bits = |edited: i128| u64::try_from(edited).unwrap_or_default().rotate_left(22);
    edited.map_or(!message, |edited| !message ^ bits(edited))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn a_waiter_wakes_when_its_event_is_handled_and_not_before() {
        let activity = Arc::new(Activity::default());
        let waiter = tokio::spawn({
            let activity = Arc::clone(&activity);
            async move { activity.finished(2).await }
        });
        activity.finish(1);
        tokio::task::yield_now().await;
        assert!(!waiter.is_finished());
        activity.finish(2);
        waiter.await.unwrap();
        activity.finished(1).await;
    }
}
