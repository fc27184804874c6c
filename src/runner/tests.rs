//! The runner: through outages and limits, beside lanes that wait, and over a store that it cannot read or write.

use serde::{Deserialize, Serialize};

use super::*;
use crate::jobs::{Job, JobKind, Lane, TABLES, due_by, is_waiting};
use crate::kernel::captured::Captured;
use crate::kernel::dice::Seed;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::{Options, Record, Schema, StoreLocation, Table};

const GUILD: GuildId = GuildId::new(5);
static NOTHING: JobKind<()> = JobKind::new("tests.nothing", "A trial");
static HANDLER: Handler<()> =
    Handler { kind: NOTHING.name(), worth: Worth::Always, run: |(), _| Box::pin(async { Ok(()) }) };

/// A row that nobody can read.
#[derive(Serialize, Deserialize)]
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

/// A service that is out or not, and what it was asked.
#[derive(Default)]
struct Service {
    is_out: bool,
    /// Lane and number of what was done, in order.
    done: Vec<(Lane, u32)>,
    tries: usize,
    /// How many are with it now, and the most since it is back.
    inside: (usize, usize),
}

type Shared = Arc<std::sync::Mutex<Service>>;

static ASK: JobKind<u32> = JobKind::new("tests.ask", "A trial");
static ASKER: Handler<Shared> =
    Handler { kind: ASK.name(), worth: Worth::Always, run: |service, run| Box::pin(ask(service, run)) };
static WORD: JobKind<u32> = JobKind::new("tests.word", "A trial");
static SPEAKER: Handler<Shared> = Handler {
    kind: WORD.name(),
    worth: Worth::For(Duration::from_mins(10)),
    run: |service, run| Box::pin(ask(service, run)),
};

async fn ask(service: &Shared, run: Run) -> Result<(), Setback> {
    {
        let mut service = service.lock().unwrap();
        service.tries += 1;
        if service.is_out {
            return Err(Setback::Unanswered { because: Failure::new("503"), until: None });
        }
        service.inside.0 += 1;
        service.inside.1 = service.inside.1.max(service.inside.0);
    }
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
    let number = ASK.payload(&run)?;
    let mut service = service.lock().unwrap();
    service.inside.0 -= 1;
    service.done.push((run.job.lane, number));
    Ok(())
}

#[tokio::test]
async fn a_thousand_lanes_wait_out_an_outage_with_few_tries_and_none_overruns_the_service() {
    const LANES: u64 = 1_000;
    let (clock, hand) = Clock::simulated(Timestamp::from_millis(1_763_756_100_000));
    let schema = Schema { tables: TABLES.to_vec(), ..Schema::default() };
    let store = Store::open(&StoreLocation::Memory, Options::new(clock.clone(), Seed::fixed(7)), schema).unwrap();
    let plan = |tx: &Tx<'_>| {
        for lane in 1..=LANES {
            for number in 0..3 {
                ASK.schedule_now(tx, GUILD, Lane::User(UserId::new(lane)), &number)?;
            }
            WORD.schedule_now(tx, GUILD, Lane::User(UserId::new(lane)), &99)?;
        }
        Ok(())
    };
    store.write("plan", plan).await.unwrap();
    let service = Shared::default();
    service.lock().unwrap().is_out = true;
    let runner = Runner::new(store.clone(), clock.clone(), Shared::clone(&service), &[&ASKER, &SPEAKER]).await;
    let breaker = runner.breaker();
    let running = tokio::spawn(runner.run());
    let rows = |read: &dyn Read| MENDED.len(read);
    for _ in 0..3 * 60 {
        hand.advance(Duration::from_mins(1));
        let tries = service.lock().unwrap().tries;
        // A look of each minute comes to its end, one way or another.
        for _ in 0..2_000 {
            if service.lock().unwrap().tries > tries && breaker.width(clock.now()) == 0 {
                break;
            }
            Clock::system().sleep(Duration::from_micros(200)).await;
        }
    }
    let tries = service.lock().unwrap().tries;
    assert!(tries < 300, "{tries} tries in three hours");
    assert!(store.read_blocking("rows", rows).unwrap() <= 3 * LANES + 16, "what is not worth it any more is gone");
    service.lock().unwrap().is_out = false;
    for _ in 0..200 {
        hand.advance(Duration::from_secs(30));
        for _ in 0..500 {
            if store.read_blocking("rows", rows).unwrap() == 0 {
                break;
            }
            Clock::system().sleep(Duration::from_micros(500)).await;
        }
    }
    running.abort();
    let service = std::mem::take(&mut *service.lock().unwrap());
    assert!(service.inside.1 <= 16, "{} at once", service.inside.1);
    assert_eq!(service.done.len() as u64, 3 * LANES, "each once, and no word that came too late");
    let mut next = HashMap::new();
    for (lane, number) in service.done {
        let expected = next.entry(lane).or_insert(0);
        assert_eq!(number, *expected, "{lane:?} keeps its order");
        *expected += 1;
    }
    assert_eq!(store.read_blocking("waits", tables::waiting_lanes).unwrap().len(), 0);
    store.close().await;
}

/// A service that takes one job a second, and says of every other when it takes the next.
#[derive(Clone)]
struct Narrow {
    clock: Clock,
    /// When it takes the next, and how many it took.
    state: Arc<std::sync::Mutex<(Timestamp, u64)>>,
}

impl Narrow {
    fn take(&self) -> Result<(), Setback> {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap();
        let (next, taken) = *state;
        if next > now {
            let because = Failure::new("429");
            return Err(Setback::Unanswered { because, until: Some(next) });
        }
        *state = (now.after(Duration::from_secs(1)), taken + 1);
        Ok(())
    }
}

static SQUEEZE: JobKind<()> = JobKind::new("tests.squeeze", "A trial");
static SQUEEZER: Handler<Narrow> =
    Handler { kind: SQUEEZE.name(), worth: Worth::Always, run: |service, _| Box::pin(async move { service.take() }) };

#[tokio::test]
async fn those_who_wait_for_one_limit_are_done_as_fast_as_it_allows_however_often_they_were_told_to_wait() {
    const LANES: u64 = 30;
    let (clock, hand) = Clock::simulated(Timestamp::from_millis(1_763_756_100_000));
    let schema = Schema { tables: TABLES.to_vec(), ..Schema::default() };
    let store = Store::open(&StoreLocation::Memory, Options::new(clock.clone(), Seed::fixed(7)), schema).unwrap();
    let plan = |tx: &Tx<'_>| {
        for lane in 1..=LANES {
            SQUEEZE.schedule_now(tx, GUILD, Lane::User(UserId::new(lane)), &())?;
        }
        Ok(())
    };
    store.write("plan", plan).await.unwrap();
    let service = Narrow { clock: clock.clone(), state: Arc::default() };
    let runner = Runner::new(store.clone(), clock.clone(), service.clone(), &[&SQUEEZER]).await;
    let breaker = runner.breaker();
    let running = tokio::spawn(runner.run());
    for _ in 0..LANES {
        let now = clock.now();
        // Until one was taken, and all others were told.
        for _ in 0..60_000 {
            let due = store.read_blocking("due", move |read| due_by(read, now, 1_000)).unwrap();
            if due.iter().all(|run| breaker.holds(run.guild, run.job.lane, now)) {
                break;
            }
            Clock::system().sleep(Duration::from_micros(500)).await;
        }
        hand.advance(Duration::from_secs(1));
    }
    running.abort();
    assert_eq!(service.state.lock().unwrap().1, LANES, "one a second");
    store.close().await;
}

/// A service that takes nothing for the first person for an hour, and everything for others.
fn take_for_others(clock: &Clock, run: &Run) -> Result<(), Setback> {
    if run.job.lane == Lane::User(UserId::new(1)) {
        let because = Failure::new("429");
        return Err(Setback::Unanswered { because, until: Some(clock.now().after(Duration::from_hours(1))) });
    }
    Ok(())
}

static CHOOSE: JobKind<()> = JobKind::new("tests.choose", "A trial");
static CHOOSER: Handler<Clock> = Handler {
    kind: CHOOSE.name(),
    worth: Worth::Always,
    run: |clock, run| Box::pin(async move { take_for_others(clock, &run) }),
};

/// Far longer than anything here takes on a busy machine.
const SOON: Duration = Duration::from_mins(1);

async fn until_done(store: &Store, id: JobId) {
    let mut changes = store.changes();
    let done = async {
        while store.read("waiting", move |read| is_waiting(read, GUILD, id)).await.unwrap() {
            // Whoever missed some looks again as well.
            let _ = changes.recv().await;
        }
    };
    tokio::time::timeout(SOON, done).await.unwrap_or_else(|_| panic!("job {id} is not done"));
}

#[tokio::test]
async fn a_lane_that_waits_hides_no_other_and_its_jobs_are_read_once() {
    const CROWD: usize = MOST_READ + 100;
    let (clock, _hand) = Clock::simulated(Timestamp::from_millis(1_763_756_100_000));
    let schema = Schema { tables: TABLES.to_vec(), ..Schema::default() };
    let store = Store::open(&StoreLocation::Memory, Options::new(clock.clone(), Seed::fixed(7)), schema).unwrap();
    let for_person = |tx: &Tx<'_>, person| CHOOSE.schedule_now(tx, GUILD, Lane::User(UserId::new(person)), &());
    let plan = move |tx: &Tx<'_>| {
        let crowd = (0..CROWD).map(|_| for_person(tx, 1)).collect::<Result<Vec<_>>>()?;
        Ok((crowd, for_person(tx, 2)?))
    };
    let (crowd, behind) = store.write("plan", plan).await.unwrap();
    let runner = Runner::new(store.clone(), clock.clone(), clock, &[&CHOOSER]).await;
    let sight = runner.sight();
    let running = tokio::spawn(runner.run());
    until_done(&store, behind).await;
    // Whoever reads one of the crowd again finds that nobody can.
    let one = crowd[CROWD / 2];
    store.write("damage", move |tx| DAMAGED.put(tx, &(GUILD, one), &Unreadable)).await.unwrap();
    let behind = store.write("plan", move |tx| for_person(tx, 3)).await.unwrap();
    until_done(&store, behind).await;
    assert!(*sight.borrow(), "all could be read that was looked at");
    assert!(store.read_blocking("first", |read| is_waiting(read, GUILD, crowd[0])).unwrap());
    running.abort();
    store.close().await;
}

/// What meets a store at its first try that takes nothing about its job any more.
#[derive(Clone)]
struct Unlucky {
    store: Store,
    /// Whether it was all for nothing.
    fails: bool,
    tries: Arc<std::sync::atomic::AtomicU32>,
}

impl Unlucky {
    fn tries(&self) -> u32 {
        self.tries.load(std::sync::atomic::Ordering::Relaxed)
    }

    async fn try_it(&self, run: Run) -> Result<(), Setback> {
        if self.tries.fetch_add(1, std::sync::atomic::Ordering::Relaxed) > 0 {
            return Ok(());
        }
        let (guild, id) = (run.guild, run.id);
        self.store.write("damage", move |tx| DAMAGED.put(tx, &(guild, id), &Unreadable)).await?;
        if self.fails { Err(Setback::Retry(Failure::new("503"))) } else { Ok(()) }
    }
}

static MISFORTUNE: JobKind<()> = JobKind::new("tests.misfortune", "A trial");
static SUFFERER: Handler<Unlucky> =
    Handler { kind: MISFORTUNE.name(), worth: Worth::Always, run: |unlucky, run| Box::pin(unlucky.try_it(run)) };

/// The log of this thread, as long as what comes with it is kept.
fn log_of_this_thread() -> (Captured, impl Sized) {
    let log = Captured::default();
    let writer = log.clone();
    let to_log = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
    // With one subscriber alone, a line that another test's thread reaches first would be switched off for all threads.
    let second = tracing::Dispatch::new(tracing_subscriber::registry());
    (log, (second, tracing::subscriber::set_default(to_log)))
}

#[tokio::test]
async fn a_job_whose_retry_could_not_be_stored_is_tried_again_and_one_that_was_done_is_not() {
    for (fails, tries) in [(true, 2), (false, 1)] {
        let (log, _kept) = log_of_this_thread();
        let (clock, hand) = Clock::simulated(Timestamp::from_millis(1_763_756_100_000));
        let schema = Schema { tables: TABLES.to_vec(), ..Schema::default() };
        let store = Store::open(&StoreLocation::Memory, Options::new(clock.clone(), Seed::fixed(7)), schema).unwrap();
        let plan = |tx: &Tx<'_>| MISFORTUNE.schedule_now(tx, GUILD, Lane::User(UserId::new(1)), &());
        let id = store.write("plan", plan).await.unwrap();
        let job = store.read("job", move |read| MENDED.get(read, &(GUILD, id))).await.unwrap().unwrap();
        let unlucky = Unlucky { store: store.clone(), fails, tries: Arc::default() };
        let runner = Runner::new(store.clone(), clock, unlucky.clone(), &[&SUFFERER]).await;
        let running = tokio::spawn(runner.run());
        let told = async {
            while !log.text().contains("cannot record what became of a job") {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(SOON, told).await.expect("the loss is in the log");
        store.write("mend", move |tx| MENDED.put(tx, &(GUILD, id), &job)).await.unwrap();
        changes(&store).await;
        assert_eq!(unlucky.tries(), 1, "not before some time has passed");
        for _ in 0..20 {
            hand.advance(Duration::from_secs(30));
            changes(&store).await;
        }
        assert_eq!(unlucky.tries(), tries);
        assert_eq!(store.read_blocking("left", |read| is_waiting(read, GUILD, id)).unwrap(), !fails);
        running.abort();
        store.close().await;
    }
}

static FAILING: JobKind<()> = JobKind::new("tests.failing", "A trial");
static FAILER: Handler<Arc<std::sync::atomic::AtomicU32>> = Handler {
    kind: FAILING.name(),
    worth: Worth::Always,
    run: |tries, _| {
        tries.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Box::pin(async { Err(Setback::Retry(Failure::new("it is broken"))) })
    },
};

#[tokio::test]
async fn a_job_that_fails_is_tried_again_after_1_2_and_4_seconds_and_then_kept_as_a_dead_letter_that_is_told() {
    crate::covers!("S-PROP-29");
    let (clock, hand) = Clock::simulated(Timestamp::from_millis(1_763_756_100_000));
    let tables = [TABLES, crate::activity::TABLES, crate::settings::TABLES].concat();
    let schema = Schema { tables, ..Schema::default() };
    let store = Store::open(&StoreLocation::Memory, Options::new(clock.clone(), Seed::fixed(7)), schema).unwrap();
    let plan = |tx: &Tx<'_>| FAILING.schedule_now(tx, GUILD, Lane::User(UserId::new(1)), &());
    let id = store.write("plan", plan).await.unwrap();
    let tries = Arc::<std::sync::atomic::AtomicU32>::default();
    let tried = || tries.load(std::sync::atomic::Ordering::Relaxed);
    let runner = Runner::new(store.clone(), clock, Arc::clone(&tries), &[&FAILER]).await;
    let running = tokio::spawn(runner.run());
    // How often its row says that it was tried; `None` when it is gone.
    let noted = async |expected: Option<u8>| {
        let wait = async {
            while store.read("job", move |read| MENDED.get(read, &(GUILD, id))).await.unwrap().map(|job| job.attempts)
                != expected
            {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(SOON, wait).await.expect("the try is noted");
    };
    for (attempts, wait) in [(1, 1), (2, 2), (3, 4)] {
        noted(Some(attempts)).await;
        assert_eq!(tried(), u32::from(attempts));
        hand.advance(Duration::from_millis(wait * 1_000 - 10));
        changes(&store).await;
        assert_eq!(tried(), u32::from(attempts), "not before {wait} seconds have passed");
        hand.advance(Duration::from_millis(20));
    }
    noted(None).await;
    assert_eq!(tried(), 4);
    let letters = store.read("letters", |read| crate::jobs::dead_letters(read, GUILD, 10)).await.unwrap();
    assert_eq!(letters.iter().map(|letter| letter.reason.as_str()).collect::<Vec<_>>(), ["it is broken"]);
    let filter = crate::activity::Filter { kind: Some(crate::jobs::unsent::LOST.name()), ..Default::default() };
    let told = store.read("told", move |read| crate::activity::newest(read, GUILD, &filter, None, 10)).await.unwrap();
    assert_eq!(told.rows.len(), 1);
    running.abort();
    store.close().await;
}

#[test]
fn waits_begin_at_a_second_double_and_are_never_longer_than_half_a_minute() {
    crate::covers!("S-ERR-03");
    assert_eq!(RETRIES, 3);
    let waits = [0, 1, 2, 3, 4, 5, 6, u32::MAX].map(|earlier| RETRY.wait(earlier).as_secs());
    assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30, 30]);
}

// On one thread, whose log alone is kept.
#[tokio::test]
async fn a_runner_that_cannot_read_its_jobs_says_so_and_looks_again_in_its_own_time() {
    let (log, _kept) = log_of_this_thread();
    let looks = || log.text().matches("cannot look for due jobs").count();

    let (clock, hand) = Clock::simulated(Timestamp::from_millis(1_763_756_100_000));
    let schema = Schema { tables: TABLES.to_vec(), ..Schema::default() };
    let store = Store::open(&StoreLocation::Memory, Options::new(clock.clone(), Seed::fixed(7)), schema).unwrap();
    let plan = |tx: &Tx<'_>| NOTHING.schedule_now(tx, GUILD, Lane::User(UserId::new(1)), &());
    let id = store.write("plan", plan).await.unwrap();
    let job = store.read("job", move |read| MENDED.get(read, &(GUILD, id))).await.unwrap().unwrap();
    store.write("damage", move |tx| DAMAGED.put(tx, &(GUILD, id), &Unreadable)).await.unwrap();

    let runner = Runner::new(store.clone(), clock, (), &[&HANDLER]).await;
    let mut sight = runner.sight();
    let running = tokio::spawn(runner.run());
    let blind = tokio::time::timeout(SOON, sight.wait_for(|sees| !sees)).await;
    blind.expect("the runner sees that it cannot look").unwrap();
    changes(&store).await;
    assert_eq!(looks(), 1);
    for (seconds, expected) in [(5, 2), (5, 2), (5, 3)] {
        hand.advance(Duration::from_secs(seconds));
        changes(&store).await;
        assert_eq!(looks(), expected);
    }
    store.write("mend", move |tx| MENDED.put(tx, &(GUILD, id), &job)).await.unwrap();
    hand.advance(Duration::from_secs(20));
    let seeing = tokio::time::timeout(SOON, sight.wait_for(|sees| *sees)).await;
    seeing.expect("the runner sees again").unwrap();
    until_done(&store, id).await;
    running.abort();
    store.close().await;
}
