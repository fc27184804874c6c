//! A change until its bytes are at a thousand pages, and what these cost in memory.

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
use tokio::time::timeout;

use super::ground::{Ground, place};
use super::support::process::megabytes;
use super::support::progress;
use super::support::report::Report;
use super::support::times::{Times, shown};

/// Open pages.
const PAGES: usize = 1_000;
/// Pages of one session.
const OF_A_SESSION: usize = 6;
/// Changes that are measured, one after the other.
const CHANGES: u64 = 50;
/// Changes that come as fast as they can.
const MANY: u64 = 10_000;
/// What one form has beside its number, in bytes.
const FORM: usize = 2_000;
/// Whose coins are shown.
const RICH: UserId = UserId::new(701_234_567_890_123_451);

/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(5);

static REGIONS: &[&Region] = &[&BOARD];
static BOARD: Region = Region { name: "bench.board", topics: &[coins::tables::CHANGED], who: Who::Viewer, draw };

fn draw(drawing: &Drawing<'_>) -> Result<Markup> {
    let balance = coins::queries::balance(drawing.read, drawing.guild, Currency::Luxury, RICH)?;
    Ok(html! { (balance.get()) " " ("x".repeat(FORM)) })
}

/// A form that came to a page: its number, and when.
type Seen = (u64, Duration);

pub async fn measure(report: &mut Report) {
    progress("a thousand open pages");
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
    let ground = Ground::new(REGIONS, PAGES).await;
    let before = resident();
    let (watch, (tell, mut seen)) = (Arc::new(Stopwatch::start()), unbounded_channel());
    open_all(&ground, &watch, &tell).await;
    let connected = resident();
    report.size(
        &format!("memory with {PAGES} idle pages, both ends, beside {} without", megabytes(before)),
        60,
        connected.saturating_sub(before),
        "",
    );
    one_by_one(&ground, &watch, &mut seen, report).await;
    progress("ten thousand changes");
    let started = watch.elapsed();
    for _ in 0..MANY {
        pay(&ground).await;
    }
    let written = watch.elapsed();
    let last = until_all_have(CHANGES + MANY, &mut seen).await.into_iter().max().unwrap();
    report.figure(&format!("{MANY} changes are written"), shown(written.saturating_sub(started)));
    report.time(
        "after that the last page has the last of them",
        Duration::from_secs(1),
        last.saturating_sub(written),
        "",
    );
    report.figure("memory after that, both ends", megabytes(resident().saturating_sub(before)));
}

async fn open_all(ground: &Ground, watch: &Arc<Stopwatch>, tell: &UnboundedSender<Seen>) {
    let path = format!("/live?region={}&since={}", BOARD.address(ground.guild), ground.web.push.revision());
    let (opened, mut open) = unbounded_channel();
    let mut cookie = String::new();
    for number in 0..PAGES {
        if number % OF_A_SESSION == 0 {
            cookie = ground.signed_in(number / OF_A_SESSION).await;
        }
        let head = format!(
            "GET {path} HTTP/1.1\r\nhost: localhost\r\ncookie: access={cookie}\r\nx-forwarded-for: {}\r\n\r\n",
            place(number)
        );
        tokio::spawn(page(ground.address, head, Arc::clone(watch), tell.clone(), opened.clone()));
    }
    for _ in 0..PAGES {
        timeout(PATIENCE, open.recv()).await.expect("all pages open").unwrap();
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
    let mut read = String::new();
    let mut some = [0; 1_024];
    loop {
        let number = stream.read(&mut some).await.unwrap();
        assert!(number > 0, "a page was closed: {read}");
        read.push_str(std::str::from_utf8(&some[..number]).unwrap());
        assert!(!read.starts_with("HTTP/1.1") || read.starts_with("HTTP/1.1 200"), "{read}");
        while let Some((event, rest)) = read.split_once("\n\n") {
            if event.contains("event: beat") {
                // Whoever waits for all of them hears the first of each alone.
                let _ = opened.send(());
            }
            if let Some((_, form)) = event.split_once("\"html\":\"") {
                let number = form.split(' ').next().unwrap().parse().unwrap();
                tell.send((number, watch.elapsed())).unwrap();
            }
            read = rest.to_owned();
        }
    }
}

async fn one_by_one(ground: &Ground, watch: &Stopwatch, seen: &mut UnboundedReceiver<Seen>, report: &mut Report) {
    let mut times = Vec::new();
    for change in 1..=CHANGES {
        // Nothing else rests or is on its way.
        Clock::system().sleep(Duration::from_millis(400)).await;
        let begun = watch.elapsed();
        pay(ground).await;
        times.extend(until_all_have(change, seen).await.into_iter().map(|at| at.saturating_sub(begun)));
    }
    let times = Times::new(times);
    let more = format!(" (p50 {}, p99 {})", shown(times.median()), shown(times.percentile(99)));
    let what = format!("a change until its bytes are at {PAGES} pages, p95");
    report.time(&what, Duration::from_millis(200), times.percentile(95), &more);
}

/// When each page had this form, or a later one.
async fn until_all_have(number: u64, seen: &mut UnboundedReceiver<Seen>) -> Vec<Duration> {
    let mut times = Vec::with_capacity(PAGES);
    while times.len() < PAGES {
        let (form, at) = timeout(PATIENCE, seen.recv()).await.expect("all pages get it").unwrap();
        if form >= number {
            times.push(at);
        }
    }
    times
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

/// The memory of this process, in bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1_024
}
