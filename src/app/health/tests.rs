//! Readiness and figures of an application whose parts a test holds in its hands.

use std::time::Duration;

use tokio::sync::{oneshot, watch};

use super::figures::Figures;
use super::vitals::Vitals;
use crate::catalogue::CATALOGUE;
use crate::discord::Bot;
use crate::discord::bot::{Clients, Shown};
use crate::discord::display::Displays;
use crate::discord::gateway::{Gateway, Handlers};
use crate::discord::posts::Posts;
use crate::discord::registration::Registration;
use crate::discord::rest::{self, Endpoint, Rest};
use crate::http::oembed::Titles;
use crate::kernel::dice::Seed;
use crate::kernel::patience::within;
use crate::kernel::time::{Clock, ClockHand, Timestamp};
use crate::references::Catalogue;
use crate::store::{Options, SimulatedDisk, Store, StoreLocation};
use crate::tiktok::{Client, ClientSettings};

/// The parts.
struct Parts {
    vitals: Vitals,
    disk: SimulatedDisk,
    hand: ClockHand,
    sees_jobs: watch::Sender<bool>,
    swept: watch::Sender<Timestamp>,
    /// The one task goes on until this is dropped.
    task: oneshot::Sender<()>,
}

impl Parts {
    fn new() -> Self {
        let (clock, hand) = Clock::simulated(Timestamp::from_millis(1_763_756_100_000));
        let disk = SimulatedDisk::new();
        let options = Options::new(clock.clone(), Seed::fixed(7));
        let store = Store::open(&StoreLocation::Simulated(disk.clone()), options, (CATALOGUE.schema)()).unwrap();
        let nowhere = Endpoint::Simulated("http://127.0.0.1:9".to_owned());
        let files = rest::connect("no.token", &nowhere).unwrap().files;
        let rest = Rest::new("no.token", &nowhere, files.clone(), clock.clone());
        let live = Client::new(ClientSettings::default(), clock.clone()).unwrap();
        let clients = Clients { rest, files, titles: Titles::new(None).unwrap(), live };
        let (displays, references) = (Displays::new(Vec::new()), Catalogue::new([], []));
        let shown = Shown { displays, posts: Posts::default(), promises: Vec::new(), references, switch_of: |_| None };
        let bot = Bot::new(store, clock, clients, shown);
        let gateway = Gateway::new(bot.clone(), Handlers::default(), Registration { fast_guild: None });
        let (task, ends) = oneshot::channel();
        let running = tokio::spawn(async { drop(ends.await) });
        let (sees_jobs, sight) = watch::channel(true);
        let (swept, swept_at) = watch::channel(hand.now());
        let tasks = vec![("displays", running.abort_handle())];
        let vitals = Vitals::new(bot, gateway, tasks, swept_at, sight);
        Self { vitals, disk, hand, sees_jobs, swept, task }
    }

    async fn reasons(&self) -> Vec<&'static str> {
        self.vitals.reasons().await.into_iter().map(|reason| reason.id).collect()
    }
}

#[tokio::test]
async fn each_part_that_does_not_work_is_a_reason_of_its_own() {
    let parts = Parts::new();
    assert_eq!(parts.reasons().await, ["store", "discord"], "the store has not answered yet");
    parts.vitals.beat();
    assert_eq!(parts.reasons().await, ["discord"]);
    parts.sees_jobs.send_replace(false);
    assert_eq!(parts.reasons().await, ["jobs", "discord"]);
    parts.sees_jobs.send_replace(true);
    parts.hand.advance(Duration::from_mins(4));
    assert_eq!(parts.reasons().await, ["sweep", "discord"]);
    parts.swept.send_replace(parts.hand.now());
    assert_eq!(parts.reasons().await, ["discord"]);
    drop(parts.task);
    let ended = async {
        while parts.vitals.reasons().await.len() < 2 {
            tokio::task::yield_now().await;
        }
    };
    within("the end of a task is told", ended).await;
    let [task, _] = &parts.vitals.reasons().await[..] else { panic!("one reason more") };
    assert_eq!((task.id, task.sentence.contains("What does the displays has ended")), ("task", true));
}

#[tokio::test]
async fn a_store_that_has_stopped_is_named_at_once_and_what_ended_because_of_it_is_not() {
    let parts = Parts::new();
    parts.vitals.beat();
    parts.disk.refuse_writes();
    let store = &parts.vitals.bot.store;
    store.write("a row", |tx| tx.next_id(crate::kernel::ids::GuildId::new(1), "tests").map(drop)).await.unwrap_err();
    drop(parts.task);
    parts.sees_jobs.send_replace(false);
    parts.hand.advance(Duration::from_mins(4));
    tokio::task::yield_now().await;
    let [reason, discord] = &parts.vitals.reasons().await[..] else { panic!("two reasons") };
    assert_eq!((reason.id, discord.id), ("store", "discord"));
    assert!(reason.sentence.contains("the disk that I write to does not work"), "{reason:?}");
}

#[tokio::test]
async fn writes_that_wait_are_counted_until_they_are_answered() {
    let parts = Parts::new();
    let figures = Figures::new(parts.hand.now(), None, 1);
    let count = async || {
        let text = figures.text(&parts.vitals).await.unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix("greenroom_store_writes_waiting "));
        line.unwrap().parse::<u64>().unwrap()
    };
    assert_eq!(count().await, 0);
    let (release, held) = std::sync::mpsc::channel::<()>();
    let store = parts.vitals.bot.store.clone();
    let waits = move |_: &crate::store::Tx<'_>| {
        // Until the sender is gone.
        let _ = held.recv();
        Ok(())
    };
    let first = tokio::spawn(async move { store.write("waits", waits).await });
    let store = parts.vitals.bot.store.clone();
    let second = tokio::spawn(async move { store.write("waits behind it", |_| Ok(())).await });
    let both = async {
        while count().await < 2 {
            tokio::task::yield_now().await;
        }
    };
    within("both writes wait", both).await;
    drop(release);
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    assert_eq!(count().await, 0);
}
