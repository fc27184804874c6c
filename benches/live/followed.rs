//! What a followed live costs: from the simulated TikTok's socket through decoding and the transaction into the store,
//! with the program in a process of its own.
//!
//! Events are mixed as on a busy evening, by 5,000 people. What is stored is counted in the store itself, after the
//! process was killed.

use std::path::Path;
use std::time::Duration;

use greenroom::app::config::storage::store_file;
use greenroom::features::engagement::tables::INTERACTIONS;
use greenroom::kernel::ids::GuildId;
use greenroom::kernel::time::{Clock, Stopwatch};
use greenroom::sim::{CommandCall, GuildIds, LiveFaultKind, Sim, SimBurst, SimLiveEvent, SimOptions};
use greenroom::store::{Options, Span};
use serde_json::{Value, json};

use crate::support::process::{Bot, megabytes};
use crate::support::report::Report;
use crate::support::times::{Times, shown};
use crate::support::{folder, progress, store};

/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often the status is asked for while something is waited for.
const LOOK: Duration = Duration::from_millis(20);
/// Different people on the live.
const PEOPLE: u64 = 5_000;
/// How many lives are followed at once.
const LIVES: usize = 50;
/// A connection that held so long was a good one: the next drop is the first again.
const GOOD: Duration = Duration::from_secs(62);

/// The program, and servers that follow a live each.
struct Evening {
    sim: Sim,
    servers: Vec<GuildIds>,
    bot: Bot,
}

impl Evening {
    /// Servers that follow nobody yet.
    async fn begin(data: &Path, servers: usize) -> Self {
        let sim = Sim::start(SimOptions::new(Clock::system(), None)).await.unwrap();
        let mut guilds = Vec::new();
        for number in 0..servers {
            let spec = crate::support::server(&format!("Server {number}"), &["submissions"]);
            guilds.push(sim.create_guild(spec).await.unwrap());
        }
        let bot = Bot::start(&sim, data);
        sim.wait_until(|world| (!world.commands().is_empty()).then_some(()), PATIENCE).await.unwrap();
        Self { sim, servers: guilds, bot }
    }

    /// The server follows its host, who goes live.
    async fn follow(&self, server: usize) {
        let name = host(server);
        self.sim.goes_live(&name).await.unwrap();
        self.run(server, "tiktok connect", &[("unique_id", &name)]).await;
        self.sim.live_connected(&name, PATIENCE).await.unwrap();
    }

    async fn run(&self, server: usize, command: &str, options: &[(&str, &str)]) -> String {
        let ids = &self.servers[server];
        let call = CommandCall::new(ids.guild, ids.channels["submissions"], ids.members["host"], command);
        let call = options.iter().fold(call, |call, (name, value)| call.with(name, *value));
        self.sim.run_command(call).await.unwrap().text()
    }

    /// How many events the server has written.
    async fn written(&self, server: usize) -> u64 {
        let status = self.run(server, "tiktok status", &[]).await;
        let before = status.split(" events").next().unwrap();
        let digits: String =
            before.chars().rev().take_while(|c| c.is_ascii_digit() || *c == ',').filter(char::is_ascii_digit).collect();
        digits.chars().rev().collect::<String>().parse().unwrap_or_default()
    }

    async fn until_written(&self, server: usize, events: u64) {
        let watch = Stopwatch::start();
        while self.written(server).await < events {
            assert!(watch.elapsed() < PATIENCE, "it stays at {} of {events} events", self.written(server).await);
            Clock::system().sleep(LOOK).await;
        }
    }

    async fn burst(&self, server: usize, burst: SimBurst) {
        self.sim.live_burst(&host(server), burst).await.unwrap();
    }

    fn guild(&self, server: usize) -> GuildId {
        GuildId::new(self.servers[server].guild.get())
    }
}

fn host(server: usize) -> String {
    format!("host.{server}")
}

/// A thousand events, as they come on a busy evening.
fn events() -> Vec<SimLiveEvent> {
    let event = |number: u64| -> Value {
        let user = format!("viewer.{:06}", number * 7 % PEOPLE);
        match number % 20 {
            0..8 => json!({"type": "like", "user": user, "count": 15}),
            8..12 => json!({"type": "join", "user": user}),
            12..18 => json!({"type": "comment", "user": user, "text": format!("love this one 🎶 number {number}")}),
            18 => json!({"type": "gift", "user": user, "id": 5_655, "name": "Rose", "diamonds": 1, "count": 3}),
            _ => json!({"type": "share", "user": user}),
        }
    };
    (0..1_000).map(|number| SimLiveEvent::try_from(event(number)).unwrap()).collect()
}

/// All figures of a followed live.
pub async fn measure(report: &mut Report) {
    burst(report).await;
    sustained(report).await;
    reconnect(report).await;
    many_lives(report).await;
}

async fn burst(report: &mut Report) {
    progress("a burst of 20,000 events");
    let mut times = Vec::new();
    let mut peak = 0;
    for _ in 0..3 {
        let folder = folder();
        let evening = Evening::begin(folder.path(), 1).await;
        evening.follow(0).await;
        let watch = Stopwatch::start();
        evening.burst(0, SimBurst { events: events(), repeat: 20, per_frame: 10, per_second: 0 }).await;
        evening.until_written(0, 20_000).await;
        times.push(watch.elapsed());
        peak = peak.max(evening.bot.memory("VmHWM"));
        let guild = evening.guild(0);
        drop(evening);
        assert_eq!(stored(folder.path(), guild), 20_000, "an event is lost");
    }
    let times = Times::new(times);
    let more = format!(" (worst {}; none lost)", shown(times.percentile(100)));
    report.time("a burst of 20,000 events, sent until stored", Duration::from_secs(2), times.median(), &more);
    report.size("resident memory, peak of the burst", 80, peak, "");
}

async fn sustained(report: &mut Report) {
    progress("1,000 events a second for a minute");
    let folder = folder();
    let evening = Evening::begin(folder.path(), 1).await;
    evening.follow(0).await;
    let (watch, before) = (Stopwatch::start(), evening.bot.processor_time());
    evening.burst(0, SimBurst { events: events(), repeat: 60, per_frame: 10, per_second: 1_000 }).await;
    let (wall, spent) = (watch.elapsed(), evening.bot.processor_time().saturating_sub(before));
    evening.until_written(0, 60_000).await;
    let share = spent.as_secs_f64() / wall.as_secs_f64() * 100.0;
    let more = format!("{share:.1}% ({} of processor time in {})", shown(spent), shown(wall));
    report.target("1,000 events a second for a minute, of one core", "under 25%", more, share < 25.0);
    report.size("resident memory after it", 80, evening.bot.memory("VmRSS"), "");
    let guild = evening.guild(0);
    drop(evening);
    assert_eq!(stored(folder.path(), guild), 60_000, "an event is lost");
}

async fn reconnect(report: &mut Report) {
    progress("reconnects after a drop");
    let folder = folder();
    let evening = Evening::begin(folder.path(), 1).await;
    evening.follow(0).await;
    let mut times = Vec::new();
    for _ in 0..3 {
        // Drops in a row are met with growing patience, which is not what is measured here.
        Clock::system().sleep(GOOD).await;
        let watch = Stopwatch::start();
        evening.sim.live_fault(&host(0), LiveFaultKind::Drop).await.unwrap();
        let opened = evening.sim.live_seen(&host(0)).await.unwrap().connections_opened;
        while evening.sim.live_seen(&host(0)).await.unwrap().connections_opened == opened {
            assert!(watch.elapsed() < PATIENCE, "it does not come back");
            Clock::system().sleep(LOOK).await;
        }
        evening.sim.live_connected(&host(0), PATIENCE).await.unwrap();
        times.push(watch.elapsed());
    }
    let times = Times::new(times);
    let more = format!(" (worst {})", shown(times.percentile(100)));
    report.time("a drop, until the room is entered again", Duration::from_secs(3), times.median(), &more);
}

async fn many_lives(report: &mut Report) {
    progress("50 lives at once; connections are five seconds apart");
    let folder = folder();
    let evening = Evening::begin(folder.path(), LIVES).await;
    for server in 0..LIVES {
        evening.follow(server).await;
    }
    let watch = Stopwatch::start();
    let before = evening.bot.processor_time();
    let each = SimBurst { events: events(), repeat: 1, per_frame: 10, per_second: 20 };
    futures_util::future::join_all((0..LIVES).map(|server| evening.burst(server, each.clone()))).await;
    let (wall, spent) = (watch.elapsed(), evening.bot.processor_time().saturating_sub(before));
    for server in 0..LIVES {
        evening.until_written(server, 1_000).await;
    }
    let more = format!(" (peak {})", megabytes(evening.bot.memory("VmHWM")));
    report.size("resident memory, 50 lives with 20 events a second each", 120, evening.bot.memory("VmRSS"), &more);
    let share = spent.as_secs_f64() / wall.as_secs_f64() * 100.0;
    report.figure("50 lives with 20 events a second each, of one core", format!("{share:.1}%"));
}

/// How many events the store of a process that was killed holds.
fn stored(data: &Path, guild: GuildId) -> usize {
    let store = store(&store_file(data), Options::CACHE_BYTES);
    let mut count = 0;
    let counted = store.read_blocking("count", |read| {
        INTERACTIONS.for_each(read, Span::of(guild), |_, _| {
            count += 1;
            Ok(())
        })
    });
    counted.unwrap();
    store.close_blocking();
    count
}
