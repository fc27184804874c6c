//! Coins when the power goes: every operation that was answered is there, and none of which a half is.

use std::sync::Mutex;

use super::*;
use crate::kernel::dice::Seed;
use crate::store::{Loss, SimulatedDisk, StoreError, StoreLocation};

#[derive(Clone, Copy, Debug)]
enum Operation {
    Add(u32),
    Remove(u32),
    Submit,
    Buy,
    Undo(u64),
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        3 => (1..2_500_u32).prop_map(Operation::Add),
        1 => (1..2_500_u32).prop_map(Operation::Remove),
        2 => Just(Operation::Submit),
        2 => Just(Operation::Buy),
        1 => (1..12_u64).prop_map(Operation::Undo),
    ]
}

fn carry_out(store: &TestStore, number: usize, operation: Operation) -> Result<()> {
    store.write(move |tx| match operation {
        Operation::Add(n) => coins_by_hand::add(tx, GUILD, &order(ANN), Amount::of(n)).map(drop),
        Operation::Remove(n) => coins_by_hand::remove(tx, GUILD, &order(ANN), Amount::of(n)).map(drop),
        Operation::Submit => queue::service::enqueue(tx, GUILD, song(number, Line::Free)).map(drop),
        Operation::Buy => run(tx, GUILD, ANN).map(drop),
        Operation::Undo(id) => coins_by_hand::undo(tx, GUILD, &order(ANN), EntryId::new(id)).map(drop),
    })
}

/// Everything that the operations change: the entries, and the lines of the songs.
fn state(store: &TestStore) -> (GuildEntries, Vec<Line>) {
    let mut lines = Vec::new();
    store.read(|read| {
        queue::tables::for_each(read, GUILD, |entry| {
            lines.push(entry.place.line);
            Ok(())
        })
    });
    (entries(store, GUILD), lines)
}

/// The state after each of the operations, where nothing ever breaks; refused ones change nothing.
fn states(operations: &[Operation]) -> Vec<(GuildEntries, Vec<Line>)> {
    let store = TestStore::new();
    let mut states = vec![state(&store)];
    for (number, operation) in operations.iter().enumerate() {
        let _ = carry_out(&store, number, *operation);
        states.push(state(&store));
    }
    states
}

fn at(disk: &SimulatedDisk) -> TestStore {
    TestStore::at(&StoreLocation::Simulated(disk.clone()))
}

fn is_sound(store: &TestStore) {
    store.check();
    assert_eq!(store.read(|read| check(read, GUILD)), Vec::<String>::new());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_power_loss_at_any_moment_keeps_every_answered_operation_and_no_half_of_one(
        operations in proptest::collection::vec(operation(), 1..30),
        after in 0..700_u64,
        seed in any::<u64>(),
    ) {
        let expected = states(&operations);
        let disk = SimulatedDisk::new();
        let store = at(&disk);
        disk.lose_power_after(after, Loss::SomeWrites(Seed::fixed(seed)));
        let mut answered = 0;
        for (number, operation) in operations.iter().enumerate() {
            match carry_out(&store, number, *operation) {
                Err(error) if StoreError::of(&error).is_some() => break,
                _ => answered += 1,
            }
        }
        store.close();
        disk.repair();

        let store = at(&disk);
        let found = state(&store);
        let with_one_more = expected.get(answered + 1).unwrap_or(&expected[answered]);
        prop_assert!(found == expected[answered] || found == *with_one_more, "{answered} answered, found {found:?}");
        is_sound(&store);
        carry_out(&store, 99, Operation::Add(1)).unwrap();
        store.close();
    }

    #[test]
    fn of_many_callers_at_a_power_loss_each_answer_is_kept(after in 60..900_u64, seed in any::<u64>()) {
        let disk = SimulatedDisk::new();
        let store = Arc::new(at(&disk));
        disk.lose_power_after(after, Loss::SomeWrites(Seed::fixed(seed)));
        let answered = Mutex::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..25 {
                        if carry_out(&store, 0, Operation::Add(7)).is_err() {
                            return;
                        }
                        *answered.lock().unwrap() += 7;
                    }
                });
            }
        });
        let answered: i64 = *answered.lock().unwrap();
        Arc::into_inner(store).unwrap().close();
        disk.repair();
        let store = at(&disk);
        let kept = balance(&store);
        // At most one operation of each caller was under way.
        prop_assert!((answered..=answered + 4 * 7).contains(&kept) && kept % 7 == 0, "{answered} answered, {kept} kept");
        is_sound(&store);
        store.close();
    }
}
