//! `greenroom run` as it is shipped, in a process of its own: how fast it starts and how much memory it takes.

use std::fs::{self, File};
use std::path::Path;
use std::time::Duration;

use greenroom::app::config::storage::store_file;
use greenroom::kernel::ids::GuildId;
use greenroom::kernel::time::{Clock, Stopwatch};

use crate::people::Server;
use crate::support::process::{Bot, binary, megabytes};
use crate::support::report::Report;
use crate::support::times::{Times, shown};
use crate::support::{FILLING, fill, folder, progress, store};

/// How often a start is measured.
const STARTS: u64 = 5;
/// How long the bot is left alone before it counts as idle.
const REST: Duration = Duration::from_secs(3);

/// Size, starts and memory.
pub async fn measure(report: &mut Report) {
    let bytes = fs::metadata(binary()).unwrap().len();
    report.size("release binary", 25, bytes, "");
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
            let guild = GuildId::new(400_000_000_000_000_000);
            fill::songs(&store, guild, 1_000_000);
            fill::points(&store, guild, 1_000_000);
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
    let _bot = Bot::start(&server.sim, data);
    server.registered().await;
    watch.elapsed()
}

async fn memory(report: &mut Report) {
    progress("memory of the bot alone");
    let (server, folder) = (Server::open().await, folder());
    let bot = Bot::start(&server.sim, folder.path());
    server.registered().await;
    Clock::system().sleep(REST).await;
    report.size("resident memory, idle with one guild", 30, bot.memory("VmRSS"), "");
    let (wall, _) = server.link_all_at_once(0).await;
    let after = bot.memory("VmRSS");
    let more = format!(" (peak {})", megabytes(bot.memory("VmHWM")));
    report.size("resident memory after 1,000 commands at once", 60, after, &more);
    for round in 1..=5 {
        server.link_all_at_once(round).await;
    }
    report.figure("resident memory after 6,000 commands, 1,000 at once", megabytes(bot.memory("VmRSS")));
    report.figure("1,000 commands at once, bot in a process of its own: first wall", shown(wall));
}
