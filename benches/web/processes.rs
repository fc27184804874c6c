//! `greenroom run` in a process of its own: how soon there is a page, and what the web takes of its memory.
//!
//! Whoever asks is in this process, so the memory is that of Greenroom alone.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream as Blocking};
use std::path::Path;
use std::time::Duration;

use greenroom::app::config::storage::store_file;
use greenroom::kernel::ids::GuildId;
use greenroom::kernel::time::{Clock, Stopwatch};
use greenroom::sim::Sim;
use greenroom::store::Options;
use rustix::process::{Resource, getrlimit, setrlimit};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::changes::BODY;
use super::client::Client;
use super::crowd::{Asking, each_once};
use super::ground::{PASSWORD, PATIENCE, administrators, discord, discord_of};
use super::people::{self, Session};
use super::size::{ROUNDS, Size};
use super::support::process::{Bot, megabytes, pause};
use super::support::report::Report;
use super::support::times::{Times, shown};
use super::support::{folder, progress, store};

/// What signs cookies there.
const KEY: &str = "a-key-of-a-bench-that-is-of-no-use-anywhere-else-0123456789";
/// Streams of one session.
const OF_A_SESSION: usize = 6;
/// Changes of balances that one person may make at once.
const BALANCES: usize = 5;
/// So many people make them.
const PEOPLE: usize = 4_000;
/// Who changes something at the same time.
const CALLERS: usize = 32;
/// How long the bot is left alone before it counts as idle.
const REST: Duration = Duration::from_secs(3);
/// The pause between two looks.
const LOOK: Duration = Duration::from_millis(1);

pub async fn measure(filled: &Path, size: &Size, report: &mut Report) {
    first_page("an empty store", None, report).await;
    first_page("the filled store", Some(filled), report).await;
    idle(report).await;
    streams(size, report).await;
}

/// A port that is free at the moment.
fn free_port() -> SocketAddr {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap()
}

async fn first_page(what: &str, filled: Option<&Path>, report: &mut Report) {
    progress(&format!("starts to the first page, {what}"));
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let ((sim, _), data) = (discord().await, folder());
        if let Some(filled) = filled {
            let file = store_file(data.path());
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::copy(filled, &file).unwrap();
            std::fs::File::open(&file).unwrap().sync_all().unwrap();
        }
        let (address, watch) = (free_port(), Stopwatch::start());
        let _bot = served(&sim, data.path(), address, &[("ADMIN_PASSWORD", PASSWORD)]);
        until_shown(address);
        times.push(watch.elapsed());
    }
    let times = Times::new(times);
    let worst = format!(" (worst {})", shown(times.percentile(100)));
    report.time(&format!("start to the first page, {what}"), Duration::from_millis(300), times.median(), &worst);
}

/// Starts a bot that serves the web there.
fn served(sim: &Sim, data: &Path, address: SocketAddr, more: &[(&str, &str)]) -> Bot {
    let port = address.port().to_string();
    let settings = [("API_BIND", "127.0.0.1"), ("API_PORT", port.as_str())];
    let settings: Vec<(&str, &str)> = settings.iter().chain(more).copied().collect();
    Bot::start_with(sim, data, &settings)
}

fn until_shown(address: SocketAddr) {
    let watch = Stopwatch::start();
    while !is_shown(address) {
        assert!(watch.elapsed() < PATIENCE, "there is no page");
        pause(LOOK);
    }
}

fn is_shown(address: SocketAddr) -> bool {
    shows(address).is_some_and(|answer| answer.starts_with("HTTP/1.1 200"))
}

/// What is answered to somebody who wants to sign in; nothing where nobody listens yet.
fn shows(address: SocketAddr) -> Option<String> {
    let mut stream = Blocking::connect(address).ok()?;
    let head = format!("GET /sign-in HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    Some(String::from_utf8_lossy(&answer).into_owned())
}

/// What the web takes while nobody looks, once somebody has.
async fn idle(report: &mut Report) {
    progress("memory with the web idle");
    let mut memory = Vec::new();
    for is_served in [false, true] {
        let ((sim, _), data, address) = (discord().await, folder(), free_port());
        let bot = if is_served {
            served(&sim, data.path(), address, &[])
        } else {
            Bot::start_with(&sim, data.path(), &[("API_BIND", "off")])
        };
        sim.wait_until(|world| (!world.commands().is_empty()).then_some(()), PATIENCE).await.unwrap();
        if is_served {
            until_shown(address);
        }
        Clock::system().sleep(REST).await;
        memory.push(bot.memory("VmRSS"));
    }
    let more = format!(" (beside {} without)", megabytes(memory[0]));
    report.size("memory of the web, idle", 4, memory[1].saturating_sub(memory[0]), &more);
}

/// A Greenroom of its own, and whoever is signed in there.
struct Stage {
    bot: Bot,
    address: SocketAddr,
    guild: GuildId,
    /// Where coins are given.
    coins: String,
    sessions: Vec<Session>,
    streams: JoinSet<()>,
    _data: TempDir,
    _sim: Sim,
}

async fn streams(size: &Size, report: &mut Report) {
    let [some, many] = size.streams;
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    setrlimit(Resource::Nofile, limit).unwrap();
    progress(&format!("memory with {some} and {many} streams"));
    let mut stage = Stage::set(many).await;
    Clock::system().sleep(REST).await;
    report.figure("memory of the process before any stream", megabytes(stage.memory()));
    stage.open(0..some).await;
    let idle = stage.memory();
    report.size(&format!("memory of the process with {some} idle streams"), 60, idle, "");
    stage.change(size.events, 0).await;
    let after = stage.memory();
    report.size(&format!("the same after {} changes", size.events), 60, after, "");
    stage.open(some..many).await;
    report.figure(&format!("memory of the process with {many} streams"), megabytes(stage.memory()));
    stage.change(size.events, 1).await;
    let after = stage.memory();
    let peak = format!("{} (peak {})", megabytes(after), megabytes(stage.bot.memory("VmHWM")));
    report.figure(&format!("the same after {} changes", size.events), peak);
    stage.streams.shutdown().await;
}

impl Stage {
    async fn set(streams: usize) -> Self {
        let ((sim, ids), data, address) = (discord_of(PEOPLE).await, folder(), free_port());
        let administrators = administrators(&ids);
        let file = store(&store_file(data.path()), Options::CACHE_BYTES);
        let sessions = people::signed_in(&file, &people::members(&administrators), 1, KEY.as_bytes()).await;
        file.close().await;
        let streams = streams.to_string();
        let settings = [("JWT_SECRET", KEY), ("TRUSTED_PROXIES", "127.0.0.1"), ("STREAM_LIMIT", streams.as_str())];
        let bot = served(&sim, data.path(), address, &settings);
        until_shown(address);
        sim.wait_until(|world| (!world.commands().is_empty()).then_some(()), PATIENCE).await.unwrap();
        let guild = GuildId::new(ids.guild.get());
        let coins = format!("/api/{guild}/members/{}/coins", administrators[0]);
        let stage = Self { bot, address, guild, coins, sessions, streams: JoinSet::new(), _data: data, _sim: sim };
        stage.until_in_the_server().await;
        stage
    }

    /// Waits until the bot knows of its server, and whoever is signed in has their place there.
    async fn until_in_the_server(&self) {
        let mut client = Client::connect(self.address).await;
        let looks = async {
            // One session after the other, so that no limit is met.
            for session in self.sessions.iter().cycle() {
                if client.ask(&session.get(&format!("/api/{}/queue", self.guild))).await.status() == 200 {
                    return;
                }
                Clock::system().sleep(Duration::from_millis(50)).await;
            }
        };
        timeout(PATIENCE, looks).await.expect("the bot is in its server");
    }

    fn memory(&self) -> u64 {
        self.bot.memory("VmRSS")
    }

    /// Opens these streams, and waits until each has its first sign of life.
    async fn open(&mut self, numbers: std::ops::Range<usize>) {
        let guild = self.guild;
        let path = format!("/live?region=desk.coming.{guild}&hint=coins.changed.{guild}");
        let (opened, mut open) = unbounded_channel();
        for number in numbers.clone() {
            let head = self.sessions[number / OF_A_SESSION].get(&path);
            self.streams.spawn(listen(self.address, head, opened.clone()));
        }
        for _ in numbers {
            timeout(PATIENCE, open.recv()).await.expect("all streams open").unwrap();
        }
        Clock::system().sleep(REST).await;
    }

    /// Changes something so often, by one half of the sessions or by the other: each may only do so a few times a minute.
    async fn change(&self, times: usize, half: usize) {
        let part = self.sessions.len() / 2;
        let sessions = &self.sessions[half * part..(half + 1) * part];
        assert!(times <= part * BALANCES, "so many changes need more sessions");
        let requests = sessions.iter().cycle().take(times).map(|session| session.post_as_program(&self.coins, BODY));
        let asking = Asking::new(requests.collect());
        each_once(self.address, &asking, CALLERS).await;
        Clock::system().sleep(REST).await;
    }
}

/// Somebody who listens, and says when they heard the first sign of life.
async fn listen(address: SocketAddr, head: String, opened: UnboundedSender<()>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut heard, mut some, mut is_open) = (Vec::new(), vec![0; 4 * 1024], false);
    loop {
        let number = stream.read(&mut some).await.unwrap();
        assert!(number > 0, "a stream was closed: {}", String::from_utf8_lossy(&heard));
        if is_open {
            continue;
        }
        heard.extend_from_slice(&some[..number]);
        is_open = has_begun(&heard);
        if is_open {
            opened.send(()).unwrap();
        }
    }
}

/// Whether a stream is open and has given its first sign of life.
fn has_begun(heard: &[u8]) -> bool {
    let text = String::from_utf8_lossy(heard);
    assert!(text.len() < 12 || text.starts_with("HTTP/1.1 200"), "{text}");
    text.contains("event: beat")
}
