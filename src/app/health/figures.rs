//! The figures of `/metrics`, in the form of `OpenMetrics`, which Prometheus reads.
//!
//! What happens is counted where it happens (`figures.rs` of the store, the runner, of Discord, TikTok and the coins), by
//! names that the code declares. How things stand is looked up at each request: kept counts and lengths only, and nothing
//! by user, handle or server. So a request costs the same however much is stored; it grows with the number of servers that
//! have songs waiting, and such a look is kept for [`KEPT`].

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use tokio::sync::Mutex;

use super::backups;
use super::vitals::Vitals;
use crate::app::config::storage::store_file;
use crate::app::headroom;
use crate::app::machine::{self, Space};
use crate::catalogue::CATALOGUE;
use crate::kernel::error::{Error, Result};
use crate::kernel::time::{Stopwatch, Timestamp};
use crate::store::Read;
use crate::{discord, features, jobs, runner, store, tiktok};

/// For so long what was looked up in the store is shown again.
const KEPT: Duration = Duration::from_secs(10);
/// Due jobs are counted up to here.
const MOST_DUE: usize = 256;

type Labelled = Family<[(&'static str, &'static str); 1], Gauge>;
type Real = Gauge<f64, AtomicU64>;

/// All figures.
pub(super) struct Figures {
    registry: Registry,
    gauges: Gauges,
    data_dir: Option<PathBuf>,
    looked: Mutex<Option<Stopwatch>>,
}

/// How things stand.
#[derive(Default)]
struct Gauges {
    /// Those of the features, by name.
    of_features: BTreeMap<&'static str, Labelled>,
    rows: Labelled,
    lives: Labelled,
    jobs_due: Gauge,
    writes_waiting: Gauge,
    connected: Gauge,
    guilds: Gauge,
    intents_refused: Gauge,
    latency: Real,
    log_lost: Gauge,
    resident: Gauge,
    store_bytes: Gauge,
    cache_bytes: Gauge,
    free_bytes: Gauge,
    wanted_bytes: Gauge,
    backup: Gauge,
    rehearsal: Gauge,
    rehearsal_succeeded: Gauge,
}

impl Figures {
    /// The figures of a process that started at `start`, whose data lies in `data_dir`, with a cache of so many bytes.
    pub(super) fn new(start: Timestamp, data_dir: Option<PathBuf>, cache_bytes: usize) -> Self {
        let named =
            features::ALL.iter().flat_map(|feature| feature.gauges).map(|gauge| (gauge.name, Labelled::default()));
        let gauges = Gauges { of_features: named.collect(), ..Gauges::default() };
        gauges.cache_bytes.set(whole(cache_bytes as u64));
        let mut registry = Registry::default();
        let started: Gauge = Gauge::default();
        started.set(start.seconds());
        registry.register("process_start_time_seconds", "When the process started, since 1970", started);
        registry.register("process_resident_memory_bytes", "Memory that the process holds", gauges.resident.clone());
        let ours = registry.sub_registry_with_prefix("greenroom");
        let build = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        ours.register("build", "The program that runs", build);
        gauges.register(ours);
        register_counts(ours);
        Self { registry, gauges, data_dir, looked: Mutex::default() }
    }

    /// The text for Prometheus.
    pub(super) async fn text(&self, vitals: &Vitals) -> Result<String> {
        self.gauges.look_at_memory(vitals).await;
        let mut looked = self.looked.lock().await;
        if looked.is_none_or(|looked| looked.elapsed() >= KEPT) {
            self.look_at_store(vitals).await?;
            *looked = Some(Stopwatch::start());
        }
        drop(looked);
        let mut text = String::new();
        encode(&mut text, &self.registry).map_err(Error::failed)?;
        Ok(text)
    }

    /// Looks at what takes a snapshot or the disk, on a thread that may wait.
    async fn look_at_store(&self, vitals: &Vitals) -> Result<()> {
        let (now, data_dir) = (vitals.bot.clock.now(), self.data_dir.clone());
        let looked = vitals.bot.store.read("figures", move |read| Look::take(read, now, data_dir.as_deref())).await?;
        let gauges = &self.gauges;
        for (table, rows) in looked.rows {
            gauges.rows.get_or_create(&[("table", table)]).set(whole(rows));
        }
        for (gauge, value, found) in looked.of_features {
            if let Some(family) = gauges.of_features.get(gauge.name) {
                family.get_or_create(&[(gauge.label, value)]).set(whole(found));
            }
        }
        gauges.jobs_due.set(whole(looked.due as u64));
        for (gauge, found) in [
            (&gauges.store_bytes, looked.store_bytes),
            (&gauges.free_bytes, looked.space.map(|space| space.free)),
            (&gauges.wanted_bytes, looked.space.map(|space| headroom::wanted(space, looked.store_bytes.unwrap_or(0)))),
            (&gauges.resident, machine::resident_bytes()),
        ] {
            gauge.set(whole(found.unwrap_or(0)));
        }
        for (gauge, at) in [(&gauges.backup, looked.backup), (&gauges.rehearsal, looked.rehearsal)] {
            gauge.set(at.map_or(0, Timestamp::seconds));
        }
        gauges.rehearsal_succeeded.set(i64::from(looked.rehearsal_succeeded));
        Ok(())
    }
}

impl Gauges {
    fn register(&self, into: &mut Registry) {
        for gauge in features::ALL.iter().flat_map(|feature| feature.gauges) {
            if let Some(family) = self.of_features.get(gauge.name) {
                into.register(gauge.name, gauge.help, family.clone());
            }
        }
        into.register("store_rows", "Rows of the store, by table", self.rows.clone());
        into.register("lives", "Followed names, by how they stand", self.lives.clone());
        into.register("jobs_due", "Jobs that are due and not done, counted up to 256", self.jobs_due.clone());
        into.register("store_writes_waiting", "Writes that wait or are being made", self.writes_waiting.clone());
        into.register("discord_connected", "1 while Discord's gateway is connected", self.connected.clone());
        into.register("discord_guilds", "Servers that the bot is in", self.guilds.clone());
        into.register(
            "discord_intents_refused",
            "1 while the bot runs without the privileged intents",
            self.intents_refused.clone(),
        );
        into.register_with_unit(
            "discord_heartbeat",
            "The last heartbeat's way to Discord and back",
            Unit::Seconds,
            self.latency.clone(),
        );
        into.register("log_lost_lines", "Lines that the log lost since the start", self.log_lost.clone());
        into.register_with_unit("store", "The size of the store's file", Unit::Bytes, self.store_bytes.clone());
        into.register_with_unit(
            "store_cache",
            "The most memory that the store's cache takes",
            Unit::Bytes,
            self.cache_bytes.clone(),
        );
        into.register_with_unit(
            "data_free",
            "Room on the disk of the data folder",
            Unit::Bytes,
            self.free_bytes.clone(),
        );
        into.register_with_unit(
            "data_wanted",
            "Room that the disk of the data folder should have",
            Unit::Bytes,
            self.wanted_bytes.clone(),
        );
        into.register(
            "backup_last_timestamp_seconds",
            "When the last backup was made, since 1970; 0 for never",
            self.backup.clone(),
        );
        into.register(
            "backup_rehearsed_timestamp_seconds",
            "When a restore was last rehearsed, since 1970; 0 for never",
            self.rehearsal.clone(),
        );
        into.register(
            "backup_rehearsal_succeeded",
            "1 when the last rehearsal of a restore succeeded; 0 when it failed, or there was none",
            self.rehearsal_succeeded.clone(),
        );
    }

    /// Looks at what costs nothing.
    async fn look_at_memory(&self, vitals: &Vitals) {
        let link = vitals.gateway.link().await;
        self.connected.set(i64::from(link.is_connected()));
        self.guilds.set(whole(link.guilds as u64));
        self.latency.set(link.latency.unwrap_or_default().as_secs_f64());
        self.intents_refused.set(i64::from(vitals.bot.lacks_intents()));
        self.writes_waiting.set(whole(vitals.bot.store.queued() as u64));
        self.log_lost.set(whole(vitals.losses.count()));
        for (state, names) in vitals.bot.lives.census() {
            self.lives.get_or_create(&[("state", state)]).set(whole(names));
        }
    }
}

fn register_counts(into: &mut Registry) {
    into.register(
        "interactions",
        "Commands, clicks and forms, by name and outcome",
        discord::figures::INTERACTIONS.clone(),
    );
    into.register_with_unit(
        "interaction_handling",
        "Time until everything about an interaction was done",
        Unit::Seconds,
        discord::figures::INTERACTION_SECONDS.clone(),
    );
    into.register_with_unit(
        "interaction_answer",
        "Time until Discord had the first answer to an interaction",
        Unit::Seconds,
        discord::figures::ANSWERS.clone(),
    );
    into.register("display_updates", "Displays that were put right, by outcome", discord::figures::DISPLAYS.clone());
    into.register_with_unit("store_commit", "Time of durable commits", Unit::Seconds, store::figures::COMMITS.clone());
    into.register("store_operations", "Writes that were run, by outcome", store::figures::OPERATIONS.clone());
    into.register("job_tries", "Tries of jobs, by kind and outcome", runner::figures::TRIES.clone());
    into.register("live_messages", "Messages of followed lives, by kind", tiktok::figures::MESSAGES.clone());
    for feature in features::ALL {
        (feature.counters)(into);
    }
}

/// What one look at store and disk found.
struct Look {
    rows: Vec<(&'static str, u64)>,
    of_features: Vec<(&'static features::Gauge, &'static str, u64)>,
    due: usize,
    store_bytes: Option<u64>,
    space: Option<Space>,
    backup: Option<Timestamp>,
    rehearsal: Option<Timestamp>,
    rehearsal_succeeded: bool,
}

impl Look {
    fn take(read: &dyn Read, now: Timestamp, data_dir: Option<&Path>) -> Result<Self> {
        let schema = (CATALOGUE.schema)();
        let rows: Result<Vec<_>> =
            schema.all_tables().map(|table| Ok((table.name(), table.row_count(read)?))).collect();
        let mut of_features = Vec::new();
        for gauge in features::ALL.iter().flat_map(|feature| feature.gauges) {
            of_features.extend((gauge.look)(read)?.into_iter().map(|(value, found)| (gauge, value, found)));
        }
        Ok(Self {
            rows: rows?,
            of_features,
            due: jobs::due_by(read, now, MOST_DUE)?.len(),
            store_bytes: data_dir.and_then(|folder| Some(store_file(folder).metadata().ok()?.len())),
            space: data_dir.and_then(machine::space),
            backup: data_dir.and_then(backups::last_snapshot),
            rehearsal: data_dir.and_then(backups::last_rehearsal),
            rehearsal_succeeded: data_dir.is_some_and(backups::rehearsal_succeeded),
        })
    }
}

/// As gauges want numbers.
fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
