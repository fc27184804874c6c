//! Members claim a task: from 64 callers beside SQLite, and a thousand at once of whom ten get a place.
//!
//! Both sides read the task and what the member has of it, add the claim with its four indexes and the alarm of its deadline,
//! count it, let the message of the task follow, and note it. Each claim is of another member.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use greenroom::features::tasks::editing::TaskPatch;
use greenroom::features::tasks::model::TaskId;
use greenroom::features::tasks::{claims, queries, service};
use greenroom::kernel::actor::Actor;
use greenroom::kernel::error::Result;
use greenroom::kernel::ids::{ChannelId, UserId};
use greenroom::kernel::time::{Clock, Stopwatch};
use greenroom::store::{Options, Store, Tx};
use rusqlite::{Connection, params};

use crate::GUILD;
use crate::coins::of_many;
use crate::report::Report;
use crate::sqlite::{first, next_id, number, run, transact};
use crate::support::times::{Times, shown};
use crate::support::{folder, progress, store};
use crate::tables::{create, note};

const TASK: TaskId = TaskId::new(1);
const HOURS: i64 = 24;
/// Who wants one of the places at once.
const MEMBERS: usize = 1_000;
const PLACES: i64 = 10;
/// Nobody waits for longer.
const LONGEST: Duration = Duration::from_secs(3);

/// Claims of many callers who each wait for a durable answer.
pub fn from_many_callers(report: &mut Report) {
    progress("10,000 durable claims from 64 callers");
    let folder = folder();
    let store = store(&folder.path().join("greenroom.redb"), Options::CACHE_BYTES);
    let connection = create(&folder.path().join("sqlite.db"));
    make(&store, -1);
    let title = "10,000 claims from 64 callers, per claim";
    let ratio = of_many(report, title, &store, connection, claim, pay);
    report.target("64 callers with durable claims", "8 × SQLite FULL", format!("{ratio:.1} ×"), ratio >= 8.0);
    store.close_blocking();
}

/// A thousand members want one of ten places at once: ten get one, and all are answered in time.
pub fn of_ten_places(report: &mut Report) {
    progress("1,000 members for 10 places");
    let folder = folder();
    let store = store(&folder.path().join("greenroom.redb"), Options::CACHE_BYTES);
    make(&store, PLACES);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (answers, whole) = runtime.block_on(async {
        let watch = Stopwatch::start();
        let mut members = tokio::task::JoinSet::new();
        for _ in 0..MEMBERS {
            let (store, member) = (store.clone(), another());
            members.spawn(async move {
                let watch = Stopwatch::start();
                let answer = store.write("claim", move |tx| claims::claim(tx, GUILD, member, TASK).map(drop)).await;
                (answer.is_ok(), watch.elapsed())
            });
        }
        (members.join_all().await, watch.elapsed())
    });
    let got = answers.iter().filter(|(got, _)| *got).count();
    let times = Times::new(answers.into_iter().map(|(_, time)| time).collect());
    let known = store.read_blocking("task", |read| queries::task(read, GUILD, TASK)).unwrap().unwrap();
    assert_eq!(known.task.counts.taken(), u32::try_from(got).unwrap(), "the task counts its claims");
    let [middle, longest] = [50, 100].map(|percent| times.percentile(percent));
    let told =
        format!("{got} claims, all answered in {}: {} p50, {} worst", shown(whole), shown(middle), shown(longest));
    let is_reached = i64::try_from(got).unwrap() == PLACES && longest < LONGEST;
    report.target("1,000 members claim one task with 10 places", "10 claims, none after 3 s", told, is_reached);
    store.close_blocking();
}

fn make(store: &Store, places: i64) {
    let wanted = TaskPatch {
        name: Some("Greet".to_owned()),
        description: Some("Say hello to somebody new".to_owned()),
        reward: Some(100),
        duration_hours: Some(HOURS),
        max_claims: Some(places),
        channel: Some(ChannelId::new(3)),
        ..TaskPatch::default()
    };
    let made = store.write_blocking("make", move |tx| service::create(tx, GUILD, Actor::System, &wanted)).unwrap();
    assert_eq!(made.id, TASK);
}

/// A member who has no claim yet.
fn another() -> UserId {
    static NEXT: AtomicU64 = AtomicU64::new(700_000_000_000_000_000);
    UserId::new(NEXT.fetch_add(1, Ordering::Relaxed))
}

fn claim(tx: &Tx<'_>, _: u64) -> Result<()> {
    claims::claim(tx, GUILD, another(), TASK).map(drop)
}

fn pay(connection: &mut Connection, _: u64) {
    transact(connection, |tx| {
        let (guild, user, at) = (number(GUILD.get()), number(another().get()), Clock::system().now());
        let task = "SELECT status FROM tasks WHERE guild = ?1 AND id = 1";
        assert_eq!(first(tx, task, params![guild]), Some(1));
        let latest = "SELECT id FROM claims WHERE guild = ?1 AND user = ?2 AND task = 1 ORDER BY id DESC LIMIT 1";
        assert_eq!(first(tx, latest, params![guild, user]), None);
        let at_a_time = "SELECT count(*) FROM claims WHERE guild = ?1 AND user = ?2 AND state <= 2";
        assert_eq!(first(tx, at_a_time, params![guild, user]), Some(0));
        let id = next_id(tx, guild, "tasks.claims");
        let job = next_id(tx, 0, "jobs.jobs");
        let until = at.after(Duration::from_hours(24)).micros();
        run(
            tx,
            "INSERT INTO jobs VALUES (?1, ?2, 'tasks.deadline', ?3, ?4, 0, ?5)",
            params![job, guild, user, until, id.to_string()],
        );
        run(
            tx,
            "INSERT INTO claims VALUES (?1, ?2, 1, ?3, 1, ?4, ?5, ?6)",
            params![id, guild, user, at.micros(), until, job],
        );
        run(tx, "UPDATE tasks SET in_progress = in_progress + 1 WHERE guild = ?1 AND id = 1", params![guild]);
        let post = "UPDATE posts SET revision = revision + 1, next_try = ?2 WHERE guild = ?1 AND id = 1";
        run(tx, post, params![guild, at.micros()]);
        note(tx, "tasks.claimed", user, r#"{"task":"Greet","user":"1","notes":"","paid":0}"#, at);
    });
}
