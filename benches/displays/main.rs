//! What live displays cost: drawing one, a round over the displays of a thousand servers, and how soon a change is seen.
//!
//! Bot and simulated Discord run in one process, over real loopback sockets and a store in a file.
//!
//! `cargo bench --bench displays` prints one table in the end. Nothing here fails because of a slow machine; a display that
//! does not show what it should ends the bench.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a broken setup should end the bench"
)]
#![allow(unreachable_pub, reason = "a bench is a program whose parts are used by itself alone")]

#[allow(dead_code, reason = "other benches use more of it")]
#[path = "../support/mod.rs"]
mod support;

use std::time::Duration;

use greenroom::bot::desk::renders::MAIN;
use greenroom::bot::displays::renders::LIVE_QUEUE;
use greenroom::discord::display::{DisplayKind, Shown};
use greenroom::display::DisplayId;
use greenroom::kernel::ids::GuildId;
use greenroom::kernel::time::{Clock, Stopwatch};
use greenroom::sim::{CommandCall, GuildIds, ModalCall, Sim, SimOptions};
use support::process::Bot;
use support::report::Report;
use support::runs::sampled;
use support::times::{Times, shown};
use support::{FILLING, fill, folder, progress, store};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// Servers whose displays are looked after.
const SERVERS: usize = 1_000;
/// The time in which the processor time of a quiet bot is measured: six rounds.
const ROUNDS: Duration = Duration::from_mins(1);

fn main() {
    let load = support::machine();
    let mut criterion = criterion::Criterion::default()
        .sample_size(50)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3))
        .configure_from_args();
    let mut report = Report::default();
    drawing(&mut criterion, &mut report);
    criterion.final_summary();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        seen_after_a_commit(&mut report).await;
        a_thousand_servers(&mut report).await;
    });
    report.print("Live displays", &load);
}

fn drawing(criterion: &mut criterion::Criterion, report: &mut Report) {
    let (folder, guild) = (folder(), GuildId::new(400_000_000_000_000_000));
    let store = store(&folder.path().join("filled.redb"), FILLING);
    fill::songs(&store, guild, 10_000);
    fill::points(&store, guild, 10_000);
    let draw = |kind: &'static DisplayKind, page: u64| {
        let shown = Shown { guild, display: DisplayId::new(1), page };
        store.read_blocking("render", move |read| (kind.render)(read, shown)).unwrap()
    };
    let time = sampled(criterion, "the live queue of 10,000 songs", |run| {
        std::hint::black_box(draw(&LIVE_QUEUE, run % 1_000 + 1));
    });
    report.time("the live queue of 10,000 songs, any page", Duration::from_millis(1), time, "");
    let time = sampled(criterion, "the reviewer queue of 10,000 songs", |run| {
        std::hint::black_box(draw(&MAIN, run % 1_000 + 1));
    });
    report.time("the reviewer queue of 10,000 songs, any page", Duration::from_millis(1), time, "");
}

/// A server with an administrator and two channels.
async fn server(sim: &Sim, number: usize) -> GuildIds {
    let spec = support::server(&format!("Server {number}"), &["queue", "submissions"]);
    sim.create_guild(spec).await.unwrap()
}

async fn run(sim: &Sim, ids: &GuildIds, command: &str, channel: &str) -> greenroom::sim::CommandOutcome {
    let call = CommandCall::new(ids.guild, ids.channels["submissions"], ids.members["host"], command);
    let call = if channel.is_empty() { call } else { call.with("channel", ids.channels[channel].to_string()) };
    sim.run_command(call).await.unwrap()
}

/// Starts the bot and waits until it has its commands.
async fn started(sim: &Sim, data: &std::path::Path) -> Bot {
    let bot = Bot::start(sim, data);
    sim.wait_until(|world| (!world.commands().is_empty()).then_some(()), PATIENCE).await.unwrap();
    bot
}

async fn until_shown(sim: &Sim, ids: &GuildIds, text: &str) {
    let channel = ids.channels["queue"];
    let look = |world: &greenroom::sim::World| {
        world.messages(channel).into_iter().find(|message| message.text().contains(text)).map(drop)
    };
    sim.wait_until(look, PATIENCE).await.unwrap();
}

async fn seen_after_a_commit(report: &mut Report) {
    progress("changes until they are seen");
    let sim = Sim::start(SimOptions::new(Clock::system(), None)).await.unwrap();
    let (ids, folder) = (server(&sim, 0).await, folder());
    let _bot = started(&sim, folder.path()).await;
    run(&sim, &ids, "set-submission-channel", "submissions").await;
    run(&sim, &ids, "setup-live-queue", "queue").await;
    until_shown(&sim, &ids, "The queue is empty").await;
    let mut times = Vec::new();
    for number in 0..10 {
        // The bot is idle in between.
        Clock::system().sleep(Duration::from_secs(2)).await;
        let opened = run(&sim, &ids, "submit", "").await;
        let title = format!("Song number {number}");
        let link = format!("https://youtu.be/{number:0>11}");
        let fields = [("link", link.as_str()), ("song_title", title.as_str())];
        let fields = fields.into_iter().map(|(field, text)| (field.to_owned(), text.into())).collect();
        let call =
            ModalCall { user: ids.members["host"], interaction: opened.interaction, fields, ..ModalCall::default() };
        let watch = Stopwatch::start();
        sim.submit_modal(call).await.unwrap();
        until_shown(&sim, &ids, &title).await;
        times.push(watch.elapsed());
    }
    let times = Times::new(times);
    let more = format!(" (worst {})", shown(times.percentile(100)));
    report.time(
        "a submission that is sent, until the live queue shows it",
        Duration::from_millis(1_500),
        times.median(),
        &more,
    );
}

async fn a_thousand_servers(report: &mut Report) {
    progress("a thousand servers with a live queue each");
    let sim = Sim::start(SimOptions::new(Clock::system(), None)).await.unwrap();
    let mut servers = Vec::new();
    for number in 0..SERVERS {
        servers.push(server(&sim, number).await);
    }
    let folder = folder();
    let bot = started(&sim, folder.path()).await;
    let watch = Stopwatch::start();
    for ids in &servers {
        run(&sim, ids, "setup-live-queue", "queue").await;
    }
    for ids in &servers {
        until_shown(&sim, ids, "The queue is empty").await;
    }
    report.figure("a thousand servers set a live queue up, one after another", shown(watch.elapsed()));
    // Everything that follows from the posts is over.
    Clock::system().sleep(ROUNDS / 3).await;
    let (watch, before) = (Stopwatch::start(), bot.processor_time());
    Clock::system().sleep(ROUNDS).await;
    let share = bot.processor_time().saturating_sub(before).as_secs_f64() / watch.elapsed().as_secs_f64() * 100.0;
    report.target("rounds over a thousand displays, of one core", "under 10%", format!("{share:.1}%"), share < 10.0);
    report.size("resident memory with a thousand displays", 120, bot.memory("VmRSS"), "");
}
