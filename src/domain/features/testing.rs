//! A store in memory with the tables of every feature, for the tests of services and flows.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    clippy::missing_panics_doc,
    clippy::new_without_default,
    reason = "for tests alone; a broken setup should fail them"
)]

use std::sync::Arc;
use std::time::Duration;

use crate::activity::{Activity, debug_channel};
use crate::kernel::dice::Seed;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::NO_COMMANDS;
use crate::kernel::time::{Clock, ClockHand, Timestamp};
use crate::store::{Erasure, Options, Read, Schema, Store, StoreLocation, Tx};
use crate::{features, jobs};

/// The guild of the tests.
pub const GUILD: GuildId = GuildId::new(5);

/// A store whose clock stands until a test moves it.
pub struct TestStore {
    store: Store,
    hand: ClockHand,
}

impl TestStore {
    pub fn new() -> Self {
        Self::at(&StoreLocation::Memory)
    }

    /// A store somewhere else than in memory.
    pub fn at(place: &StoreLocation) -> Self {
        let (clock, hand) = Clock::simulated(Timestamp::from_millis(1_763_756_100_000));
        let tables = features::ALL.iter().flat_map(|feature| feature.tables).copied().collect();
        let schema = Schema { tables, migrations: Vec::new() };
        let store = Store::open(place, Options::new(clock, Seed::fixed(7)), schema).unwrap();
        Self { store, hand }
    }

    /// Closes the store, as the end of the program does.
    pub fn close(self) {
        self.store.close_blocking();
    }

    /// Runs `operation` in a transaction of its own.
    pub fn write<T: Send + 'static>(
        &self,
        operation: impl Fn(&Tx<'_>) -> Result<T> + Send + Sync + 'static,
    ) -> Result<T> {
        let operation = Arc::new(operation);
        self.store.write_blocking("test", move |tx| operation(tx))
    }

    /// Reads a snapshot.
    pub fn read<T>(&self, operation: impl FnOnce(&dyn Read) -> Result<T>) -> T {
        self.store.read_blocking("test", operation).unwrap()
    }

    /// Does something that needs the store itself.
    pub fn with<T>(&self, act: impl FnOnce(&Store) -> T) -> T {
        act(&self.store)
    }

    /// What the debug channel was not told yet, each in one line.
    pub fn untold(&self) -> Vec<String> {
        let untold = self.read(|read| debug_channel::untold(read, GUILD));
        untold.iter().map(|(_, activity)| in_one_line(activity)).collect()
    }

    /// One field of every job of a kind that waits, in order.
    pub fn payloads(&self, kind: &str, field: &str) -> Vec<String> {
        let due = self.read(|read| jobs::due_by(read, self.now(), 1000));
        let jobs = due.into_iter().filter(|run| run.job.kind == kind);
        jobs.map(|run| {
            let payload: serde_json::Value = serde_json::from_str(&run.job.payload).unwrap();
            payload[field].as_str().unwrap().to_owned()
        })
        .collect()
    }

    /// Takes a member out of every table, as each says.
    pub fn erase(&self, erasure: &Erasure) {
        self.store.erase_member_blocking(erasure).unwrap();
    }

    pub fn now(&self) -> Timestamp {
        self.hand.now()
    }

    pub fn advance(&self, span: Duration) {
        self.hand.advance(span);
    }

    /// Fails the test when an index or an invariant of a feature is broken.
    pub fn check(&self) {
        let findings = self.store.check_blocking().unwrap();
        assert!(findings.is_empty(), "{findings:?}");
    }
}

/// An activity as it is kept, which is without words.
fn in_one_line(activity: &Activity) -> String {
    let Activity { kind, actor, subject, before, after, details, door: _ } = activity;
    let subject = subject.as_ref().map(|subject| format!(" of {subject:?}")).unwrap_or_default();
    let change = before.as_ref().zip(after.as_ref()).map(|(before, after)| format!(" {before} -> {after}"));
    format!("{kind} by {actor}{subject}{} {details}", change.unwrap_or_default())
}

/// What somebody reads on Discord of a refusal.
pub fn said(error: Error) -> String {
    match error {
        Error::Refused(refusal) => refusal.sentence.markdown(NO_COMMANDS),
        Error::Failed(failure) => failure.to_string(),
    }
}
