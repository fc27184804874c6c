//! The lock around a state (the world, the lives), and the bell that rings after every change of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::world::World;
use crate::kernel::time::{Clock, ClockHand};

/// What every connection and every person of a simulator shares.
#[derive(Debug)]
pub(crate) struct Shared<W = World> {
    world: Arc<Mutex<W>>,
    changed: Arc<watch::Sender<u64>>,
    pub(crate) clock: Clock,
    pub(crate) hand: Option<ClockHand>,
}

impl<W> Clone for Shared<W> {
    fn clone(&self) -> Self {
        let (world, changed) = (Arc::clone(&self.world), Arc::clone(&self.changed));
        Self { world, changed, clock: self.clock.clone(), hand: self.hand.clone() }
    }
}

impl<W> Shared<W> {
    /// Puts a state behind the lock.
    pub(crate) fn new(world: W, clock: Clock, hand: Option<ClockHand>) -> Self {
        Self { world: Arc::new(Mutex::new(world)), changed: Arc::new(watch::Sender::new(0)), clock, hand }
    }

    /// Looks at the world. The lock is held meanwhile, so be brief.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&W) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the world and rings the bell.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut W) -> T) -> T {
        let result = change(&mut self.lock());
        self.ring();
        result
    }

    /// Rings the bell: whoever waits looks again.
    pub(crate) fn ring(&self) {
        self.changed.send_modify(|revision| *revision += 1);
    }

    /// Changes the world without the bell: nobody waits for this, or the caller rings later.
    pub(crate) fn quietly<T>(&self, change: impl FnOnce(&mut W) -> T) -> T {
        change(&mut self.lock())
    }

    /// Waits until `look` finds something; asked again after every change.
    pub(crate) async fn until<T>(&self, mut look: impl FnMut(&W) -> Option<T>) -> T {
        let mut changes = self.changed.subscribe();
        loop {
            changes.mark_unchanged();
            if let Some(found) = self.look(&mut look) {
                return found;
            }
            if changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// A panic elsewhere leaves the world as it was between two steps; it stays usable.
    fn lock(&self) -> MutexGuard<'_, W> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
