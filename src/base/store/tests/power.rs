//! Every sync point of random histories: what a power loss there leaves is opened, sound, and holds all that was answered.

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::model::{Change, Model, apply, apply_to_model, changes};
use super::sample::{SONGS, options, schema};
use crate::kernel::dice::Seed;
use crate::store::{Direction, Loss, OpenError, SimulatedDisk, Span, Store, StoreLocation};

/// One transaction of a history.
type Step = Vec<Change>;

/// What was known to be stored from a moment on.
struct Answered {
    at: usize,
    rows: Model,
}

/// A history on a disk that records since the store was created: a store gets its name only when it is whole.
struct History {
    disk: SimulatedDisk,
    answered: Vec<Answered>,
}

fn open(disk: &SimulatedDisk) -> Result<Store, OpenError> {
    Store::open(&StoreLocation::Simulated(disk.clone()), options(), schema())
}

/// Runs the steps one after the other. The store is closed and opened again in the middle.
fn run(disk: SimulatedDisk, steps: &[Step]) -> History {
    let mut store = open(&disk).unwrap();
    let mut answered = vec![Answered { at: 0, rows: Model::new() }];
    let mut rows = Model::new();
    for (number, step) in steps.iter().enumerate() {
        let mut after = rows.clone();
        if step.iter().try_for_each(|change| apply_to_model(&mut after, change)).is_none() {
            continue;
        }
        let changes = step.clone();
        store.write_blocking("step", move |tx| changes.iter().try_for_each(|change| apply(tx, change))).unwrap();
        rows = after;
        answered.push(Answered { at: disk.moment(), rows: rows.clone() });
        if number == steps.len() / 2 {
            store.close_blocking();
            store = open(&disk).unwrap();
        }
    }
    store.close_blocking();
    History { disk, answered }
}

/// The ways in which a power loss is tried at each sync point.
fn losses(seed: u64) -> [Loss; 6] {
    let (one, other) = (Seed::fixed(seed), Seed::fixed(!seed));
    [
        Loss::Everything,
        Loss::Nothing,
        Loss::SomeWrites(one),
        Loss::SomeWrites(other),
        Loss::Torn(one, 512),
        Loss::Torn(other, 4096),
    ]
}

impl History {
    /// What must be there after a power loss at this moment, and what may be: with the transaction that was under way.
    fn expected(&self, moment: usize) -> impl Iterator<Item = &Model> {
        let known = self.answered.iter().rposition(|answered| answered.at <= moment).unwrap_or(0);
        self.answered.iter().skip(known).take(2).map(|answered| &answered.rows)
    }

    /// Loses power at a moment and compares what is left. Gives the disk, with the record of its recovery.
    fn survives(&self, moment: usize, loss: Loss) -> Result<SimulatedDisk, TestCaseError> {
        let disk = self.disk.after_power_loss(moment, loss);
        self.holds(moment, &disk).map_err(|error| TestCaseError::fail(format!("{loss:?}: {error}")))?;
        Ok(disk)
    }

    /// Opens a disk on which the power was lost at a moment, and compares.
    fn holds(&self, moment: usize, disk: &SimulatedDisk) -> Result<(), TestCaseError> {
        let store = open(disk).map_err(|error| TestCaseError::fail(format!("at {moment}: {error}")))?;
        prop_assert_eq!(store.check_blocking().unwrap(), [], "at {}", moment);
        let rows: Model = store
            .read_blocking("rows", |read| SONGS.page(read, Span::all(), Direction::Forward, 100_000))
            .unwrap()
            .into_iter()
            .collect();
        let is_whole = self.expected(moment).any(|expected| *expected == rows);
        prop_assert!(is_whole, "at {}: {:?} is none of {:?}", moment, rows, self.expected(moment).collect::<Vec<_>>());
        store.close_blocking();
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_power_loss_at_any_sync_point_loses_nothing_that_was_answered_and_leaves_nothing_half(
        steps in proptest::collection::vec(proptest::collection::vec(changes(), 1..8), 4..16),
        seed in any::<u64>(),
    ) {
        let disk = SimulatedDisk::new();
        open(&disk).unwrap().close_blocking();
        disk.record();
        let history = run(disk, &steps);
        let mut before = 0;
        let moments = history.disk.moments_before_syncs();
        prop_assert!(moments.len() + 1 >= history.answered.len(), "nothing is answered without a sync");
        for moment in moments {
            for loss in losses(seed ^ moment as u64) {
                history.survives(moment, loss)?;
            }
            // In the middle of the writes before the sync, too; and again while that is being recovered from.
            let between = before + usize::try_from(seed % 7).unwrap() * (moment - before) / 7;
            let recovering = history.survives(between, Loss::Torn(Seed::fixed(seed), 512))?;
            for again in recovering.moments_before_syncs() {
                let disk = recovering.after_power_loss(again, Loss::SomeWrites(Seed::fixed(seed)));
                history.holds(between, &disk)?;
            }
            before = moment + 1;
        }
    }
}
