//! A change until its bytes are at a thousand pages, and at five thousand.
//!
//! Everything is in this process, so the figures of memory hold both ends of each connection, and the simulated Discord;
//! `processes` has those of Greenroom alone.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use greenroom::features::coins;
use greenroom::features::coins::model::{Currency, EntryKind, Posting};
use greenroom::flows::coins_posted;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::error::Result;
use greenroom::kernel::ids::UserId;
use greenroom::kernel::time::{Clock, Stopwatch};
use greenroom::web::access::Who;
use greenroom::web::push::{Drawing, Region};
use maud::{Markup, html};
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::ground::{Ground, PATIENCE};
use super::size::Size;
use super::support::process::{megabytes, memory_of};
use super::support::progress;
use super::support::report::Report;
use super::support::times::{Times, shown};

/// Pages of one session.
const OF_A_SESSION: usize = 6;
/// Changes that are measured, one after the other.
const CHANGES: u64 = 50;
/// What one form has beside its number, in bytes.
const FORM: usize = 2_000;
/// Files that are open beside those of the connections.
const BESIDE: u64 = 500;
/// Whose coins are shown.
const RICH: UserId = UserId::new(701_234_567_890_123_451);

static REGIONS: &[&Region] = &[&BOARD];
static BOARD: Region = Region { name: "bench.board", topics: &[coins::tables::CHANGED], who: Who::Viewer, draw };

fn draw(drawing: &Drawing<'_>) -> Result<Markup> {
    let balance = coins::queries::balance(drawing.read, drawing.guild, Currency::Luxury, RICH)?;
    Ok(html! { (balance.get()) " " ("x".repeat(FORM)) })
}

/// A form that came to a page: its number, and when.
type Seen = (u64, Duration);

/// Pages that are open.
struct Pages {
    number: usize,
    watch: Arc<Stopwatch>,
    seen: UnboundedReceiver<Seen>,
    tasks: JoinSet<()>,
}

pub async fn measure(size: &Size, report: &mut Report) {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    let most = limit.maximum.unwrap_or(u64::MAX);
    setrlimit(Resource::Nofile, limit).unwrap();
    for (nth, pages) in size.streams.into_iter().enumerate() {
        if most < 2 * pages as u64 + BESIDE {
            report.figure(&format!("{pages} open pages"), format!("not measured: {most} files may be open"));
            continue;
        }
        with(pages, nth == 0, size, report).await;
    }
}

/// With so many pages open; the first number of them has targets.
async fn with(number: usize, has_targets: bool, size: &Size, report: &mut Report) {
    progress(&format!("{number} open pages"));
    let ground = Ground::empty(REGIONS, number).await;
    let before = memory_of("self", "VmRSS");
    let mut pages = Pages::open(&ground, number).await;
    let more = format!("{} more than without", megabytes(memory_of("self", "VmRSS").saturating_sub(before)));
    report.figure(&format!("memory with {number} idle pages, both ends and Discord"), more);
    one_by_one(&ground, &mut pages, has_targets, report).await;
    many(&ground, &mut pages, has_targets, size, report).await;
    let more = format!("{} more than without", megabytes(memory_of("self", "VmRSS").saturating_sub(before)));
    report.figure("memory after that, both ends and Discord", more);
    pages.tasks.shutdown().await;
    ground.strike().await;
}

/// A time with its limit, where it has one.
fn tell(report: &mut Report, what: &str, limit: Option<Duration>, time: Duration, more: &str) {
    match limit {
        Some(limit) => report.time(what, limit, time, more),
        None => report.figure(what, format!("{}{more}", shown(time))),
    }
}

async fn one_by_one(ground: &Ground, pages: &mut Pages, has_targets: bool, report: &mut Report) {
    let mut times = Vec::new();
    for change in 1..=CHANGES {
        // Nothing else rests or is on its way.
        Clock::system().sleep(Duration::from_millis(400)).await;
        let begun = pages.watch.elapsed();
        pay(ground).await;
        times.extend(pages.until_all_have(change).await.into_iter().map(|at| at.saturating_sub(begun)));
    }
    let times = Times::new(times);
    let more = format!(" (p50 {}, p99 {})", shown(times.median()), shown(times.percentile(99)));
    let what = format!("a change until its bytes are at {} pages, p95", pages.number);
    let limit = has_targets.then_some(Duration::from_millis(200));
    tell(report, &what, limit, times.percentile(95), &more);
}

/// Changes as fast as they go.
async fn many(ground: &Ground, pages: &mut Pages, has_targets: bool, size: &Size, report: &mut Report) {
    progress(&format!("{} changes", size.events));
    let started = pages.watch.elapsed();
    for _ in 0..size.events {
        pay(ground).await;
    }
    let written = pages.watch.elapsed();
    let last = pages.until_all_have(CHANGES + size.events as u64).await.into_iter().max().unwrap();
    report.figure(&format!("{} changes are written", size.events), shown(written.saturating_sub(started)));
    let what = format!("after that the last of {} pages has the last of them", pages.number);
    let limit = has_targets.then_some(Duration::from_secs(1));
    tell(report, &what, limit, last.saturating_sub(written), "");
}

impl Pages {
    /// Opens them, and waits until each has its first sign of life.
    async fn open(ground: &Ground, number: usize) -> Self {
        let (watch, (tell, seen)) = (Arc::new(Stopwatch::start()), unbounded_channel());
        let (opened, mut open) = unbounded_channel();
        let path = format!("/live?region={}&since={}", BOARD.address(ground.guild), ground.web.push.revision());
        let (sessions, mut tasks) = (ground.signed_in().await, JoinSet::new());
        for nth in 0..number {
            let head = sessions[nth / OF_A_SESSION].get(&path);
            tasks.spawn(page(ground.address, head, Arc::clone(&watch), tell.clone(), opened.clone()));
        }
        for _ in 0..number {
            timeout(PATIENCE, open.recv()).await.expect("all pages open").unwrap();
        }
        Self { number, watch, seen, tasks }
    }

    /// When each page had this form, or a later one.
    async fn until_all_have(&mut self, form: u64) -> Vec<Duration> {
        let mut times = Vec::with_capacity(self.number);
        while times.len() < self.number {
            let (seen, at) = timeout(PATIENCE, self.seen.recv()).await.expect("all pages get it").unwrap();
            if seen >= form {
                times.push(at);
            }
        }
        times
    }
}

/// One open page: tells when it is there, and each form that comes.
async fn page(
    address: SocketAddr,
    head: String,
    watch: Arc<Stopwatch>,
    tell: UnboundedSender<Seen>,
    opened: UnboundedSender<()>,
) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut read, mut is_open) = (String::new(), false);
    let mut some = [0; 1_024];
    loop {
        let number = stream.read(&mut some).await.unwrap();
        assert!(number > 0, "a page was closed: {read}");
        read.push_str(std::str::from_utf8(&some[..number]).unwrap());
        assert!(!read.starts_with("HTTP/1.1") || read.starts_with("HTTP/1.1 200"), "{read}");
        while let Some((event, rest)) = read.split_once("\n\n") {
            if event.contains("event: beat") && !is_open {
                is_open = true;
                opened.send(()).unwrap();
            }
            if let Some((_, form)) = event.split_once("\"html\":\"") {
                let number = form.split(' ').next().unwrap().parse().unwrap();
                tell.send((number, watch.elapsed())).unwrap();
            }
            read = rest.to_owned();
        }
    }
}

async fn pay(ground: &Ground) {
    let guild = ground.guild;
    let posting = Posting {
        currency: Currency::Luxury,
        user: RICH,
        delta: 1,
        kind: EntryKind::AdminAdd,
        reason: "a bench".into(),
        actor: Actor::System,
    };
    let store = &ground.app.bot.store;
    store.write("pay", move |tx| coins_posted::run(tx, guild, &posting).map(drop)).await.unwrap();
}
