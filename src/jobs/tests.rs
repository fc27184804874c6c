//! The runner over a store that it cannot read.

use std::time::Duration;

use super::*;
use crate::kernel::captured::Captured;
use crate::kernel::dice::Seed;
use crate::kernel::ids::UserId;
use crate::kernel::time::Clock;
use crate::store::{Options, Place, Record, Schema, Store, Table};

const GUILD: GuildId = GuildId::new(5);
static NOTHING: Kind<()> = Kind::new("tests.nothing");
static HANDLER: Handler<()> = Handler { kind: NOTHING.name(), run: |(), _| Box::pin(async { Ok(()) }) };

/// A row that nobody can read.
#[derive(Serialize, serde::Deserialize)]
struct Unreadable;

impl Record for Unreadable {
    const VERSION: u8 = 200;
}

static DAMAGED: Table<(GuildId, JobId), Unreadable> = Table::new("jobs.jobs", &[]);
static MENDED: Table<(GuildId, JobId), Job> = Table::new("jobs.jobs", &[]);

/// Lets jobs change, many times, and the runner hear of it.
async fn changes(store: &Store) {
    for _ in 0..50 {
        let change = |tx: &Tx<'_>| {
            tx.publish(CHANGED, GUILD);
            Ok(())
        };
        store.write("change", change).await.unwrap();
        store.read("turn", |_| Ok(())).await.unwrap();
    }
}

// On one thread, whose log alone is kept.
#[tokio::test]
async fn a_runner_that_cannot_read_its_jobs_says_so_and_looks_again_in_its_own_time() {
    let log = Captured::default();
    let writer = log.clone();
    let to_log = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
    // With one subscriber alone, a line that another test's thread reaches first would be switched off for all threads.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let _kept = tracing::subscriber::set_default(to_log);
    let looks = || log.text().matches("cannot look for due jobs").count();

    let (clock, hand) = Clock::simulated(Timestamp::from_millis(1_763_756_100_000));
    let schema = Schema { tables: TABLES.to_vec(), ..Schema::default() };
    let store = Store::open(&Place::Memory, Options::new(clock.clone(), Seed::fixed(7)), schema).unwrap();
    let plan = |tx: &Tx<'_>| NOTHING.schedule_now(tx, GUILD, Lane::User(UserId::new(1)), &());
    let id = store.write("plan", plan).await.unwrap();
    let job = store.read("job", move |read| MENDED.get(read, &(GUILD, id))).await.unwrap().unwrap();
    store.write("damage", move |tx| DAMAGED.put(tx, &(GUILD, id), &Unreadable)).await.unwrap();

    let runner = Runner::new(store.clone(), clock, (), &[&HANDLER]);
    let mut sight = runner.sight();
    let running = tokio::spawn(runner.run());
    sight.wait_for(|sees| !sees).await.unwrap();
    changes(&store).await;
    assert_eq!(looks(), 1);
    for (seconds, expected) in [(5, 2), (5, 2), (5, 3)] {
        hand.advance(Duration::from_secs(seconds));
        changes(&store).await;
        assert_eq!(looks(), expected);
    }
    store.write("mend", move |tx| MENDED.put(tx, &(GUILD, id), &job)).await.unwrap();
    hand.advance(Duration::from_secs(20));
    sight.wait_for(|sees| *sees).await.unwrap();
    while store.read("waiting", move |read| is_waiting(read, GUILD, id)).await.unwrap() {
        tokio::task::yield_now().await;
    }
    running.abort();
    store.close().await;
}
