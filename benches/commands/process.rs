//! `greenroom run` as it is shipped, in a process of its own: how fast it starts and how much memory it takes.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use greenroom::app::maintenance::store_file;
use greenroom::kernel::ids::GuildId;
use greenroom::kernel::time::{Clock, Stopwatch};

use crate::people::Server;
use crate::report::Report;
use crate::support::times::{Times, shown};
use crate::support::{FILLING, fill, folder, progress, store};

const BINARY: &str = env!("CARGO_BIN_EXE_greenroom");
/// How often a start is measured.
const STARTS: u64 = 5;
/// How long the bot is left alone before it counts as idle.
const REST: Duration = Duration::from_secs(3);

/// Size, starts and memory.
pub async fn measure(report: &mut Report) {
    let bytes = fs::metadata(BINARY).unwrap().len();
    size(report, "release binary", 25, bytes, "");
    start_with_empty_store(report).await;
    start_with_a_million(report).await;
    memory(report).await;
}

async fn start_with_empty_store(report: &mut Report) {
    progress("starts with an empty store");
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let folder = folder();
        times.push(start(folder.path()).await);
    }
    let times = Times::new(times);
    let worst = format!(" (worst {})", shown(times.percentile(100)));
    report.time("start to commands registered, empty store", Duration::from_millis(50), times.median(), &worst);
}

/// Each start is the first one on a copy of the store, because later ones need not register anything.
async fn start_with_a_million(report: &mut Report) {
    progress("filling a million submissions");
    let filled = folder();
    let source = filled.path().join("filled.redb");
    let filling = {
        let source = source.clone();
        tokio::task::spawn_blocking(move || {
            let store = store(&source, FILLING);
            fill::songs(&store, GuildId::new(400_000_000_000_000_000), 1_000_000);
            store.close_blocking();
        })
    };
    filling.await.unwrap();
    progress("starts with a million submissions");
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let folder = folder();
        let copy = store_file(folder.path());
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::copy(&source, &copy).unwrap();
        File::open(&copy).unwrap().sync_all().unwrap();
        times.push(start(folder.path()).await);
    }
    let times = Times::new(times);
    let size = megabytes(fs::metadata(&source).unwrap().len());
    let more = format!(" (worst {}; a file of {size})", shown(times.percentile(100)));
    report.time("start to commands registered, 1M submissions", Duration::from_millis(300), times.median(), &more);
}

async fn start(data: &Path) -> Duration {
    let server = Server::open().await;
    let watch = Stopwatch::start();
    let _bot = Bot::start(&server, data);
    server.registered().await;
    watch.elapsed()
}

async fn memory(report: &mut Report) {
    progress("memory of the bot alone");
    let (server, folder) = (Server::open().await, folder());
    let bot = Bot::start(&server, folder.path());
    server.registered().await;
    Clock::system().sleep(REST).await;
    size(report, "resident memory, idle with one guild", 30, bot.memory("VmRSS"), "");
    let (wall, _) = server.link_all_at_once(0).await;
    let after = bot.memory("VmRSS");
    let more = format!(" (peak {})", megabytes(bot.memory("VmHWM")));
    size(report, "resident memory after 1,000 commands at once", 60, after, &more);
    for round in 1..=5 {
        server.link_all_at_once(round).await;
    }
    report.figure("resident memory after 6,000 commands, 1,000 at once", megabytes(bot.memory("VmRSS")));
    report.figure("1,000 commands at once, bot in a process of its own: first wall", shown(wall));
}

/// A size that has to stay under a limit, in megabytes.
fn size(report: &mut Report, what: &str, limit: u64, bytes: u64, more: &str) {
    let measured = format!("{}{more}", megabytes(bytes));
    report.target(what, &format!("under {limit} MB"), measured, bytes < limit * 1_000_000);
}

fn megabytes(bytes: u64) -> String {
    format!("{}.{} MB", bytes / 1_000_000, bytes / 100_000 % 10)
}

/// The running process; it ends when dropped.
struct Bot(Child);

impl Bot {
    fn start(server: &Server, data: &Path) -> Self {
        let child = Command::new(BINARY)
            .arg("run")
            .current_dir(data)
            .env("DISCORD_API_URL", server.sim.discord_url())
            .env("DATA_DIR", data)
            .env("ALLOW_ANY_HANDLE_LINKING", "true")
            .env("LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }

    /// A figure of `/proc/PID/status`, in bytes.
    fn memory(&self, figure: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(figure)?.strip_prefix(':')).unwrap();
        let kibibytes: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
        kibibytes * 1024
    }
}

impl Drop for Bot {
    fn drop(&mut self) {
        // It may have ended already; then it said why.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
