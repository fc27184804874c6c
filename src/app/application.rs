//! The running application: store, Discord, jobs and schedules, put together.
//!
//! `run`, `demo` and the tests all start it here; they differ in the [`Blueprint`] alone.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;

use super::connection::{self, Ended};
use super::health::Vitals;
use super::{backup, trouble, upkeep};
use crate::activity::debug_channel::DEBUG_CHANNEL;
use crate::bot::{self, Surroundings};
use crate::catalogue::CATALOGUE;
use crate::discord::bot::Clients;
use crate::discord::display::{self, Rhythm};
use crate::discord::gateway::Gateway;
use crate::discord::references;
use crate::discord::registration::Registration;
use crate::discord::rest::{self, Endpoint, Rest};
use crate::discord::{Bot, problem};
use crate::http::{RequestError, oembed::Titles};
use crate::jobs;
use crate::kernel::dice::Seed;
use crate::kernel::error::Error;
use crate::kernel::ids::{ChannelId, GuildId};
use crate::kernel::time::{Clock, Timestamp};
use crate::runner::{Breaker, Runner};
use crate::settings::Setting;
use crate::store::{BeforeMigration, OpenError, Options, Store, StoreLocation};
use crate::tiktok::{Base, Client, ClientSettings, SetupError};

/// How long a stop may take before the rest is cut off.
const STOP_LIMIT: Duration = Duration::from_secs(3);

/// Everything that may differ from one start to another.
#[derive(Clone, Debug)]
pub struct Blueprint {
    /// Where the store is.
    pub place: StoreLocation,
    /// Memory for the store, in bytes.
    pub cache_bytes: usize,
    /// The clock.
    pub clock: Clock,
    /// The seed of all chance.
    pub seed: Seed,
    /// The bot's token.
    pub token: String,
    /// Which Discord.
    pub endpoint: Endpoint,
    /// How TikTok lives are reached.
    pub live: ClientSettings,
    /// The simulator that plays the platforms which tell titles; `None` asks the real ones.
    pub oembed: Option<Base>,
    /// How often live displays are looked after.
    pub displays: Rhythm,
    /// How commands are registered.
    pub registration: Registration,
    /// What counts in a guild that does not say otherwise (`C-36`).
    pub defaults: Vec<(&'static Setting<bool>, bool)>,
    /// The debug channel of the guild that it belongs to, where that guild has none (`C-50`).
    pub debug_channel: Option<ChannelId>,
    /// Whether administrators may make events of a live up, by `/tiktok simulate` (`M-HNT-05`).
    pub live_rehearsal: bool,
    /// Where backups go; `None` keeps none, as for a store that is not in a file.
    pub backups: Option<backup::Plan>,
}

/// Why the application could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store could not be opened.
    #[error(transparent)]
    Store(#[from] OpenError),
    /// The defaults, or what the last stop left open, could not be stored.
    #[error("the store cannot be written: {0}")]
    Defaults(Error),
    /// There can be no client for TikTok.
    #[error("{0}")]
    Live(#[from] SetupError),
    /// The HTTP client could not be built.
    #[error("cannot set up TLS: {0}")]
    Http(#[from] RequestError),
}

/// A running application.
pub struct Application {
    /// What commands reach; tests and the demo look at the store through it.
    pub bot: Bot,
    tasks: JoinSet<()>,
    connection: tokio::task::JoinHandle<Ended>,
    stop: watch::Sender<bool>,
    /// Counts how often the connection to Discord was to begin anew.
    renewals: Arc<watch::Sender<u64>>,
    vitals: Vitals,
    swept_at: watch::Receiver<Timestamp>,
    breaker: Arc<Breaker>,
    /// When backups were last looked after, and when the application started; `None` where none are kept.
    backed_up_at: Option<(watch::Receiver<Timestamp>, Timestamp)>,
}

impl Application {
    /// Opens the store and starts everything else. Returns before Discord is connected.
    pub async fn start(blueprint: Blueprint) -> Result<Self, StartError> {
        let Blueprint { cache_bytes, clock, seed, .. } = blueprint.clone();
        let mut options = Options { cache_bytes, ..Options::new(clock.clone(), seed) };
        if let Some(plan) = &blueprint.backups {
            options.before_migration = BeforeMigration::SaveAs(
                plan.folder().free_snapshot(backup::label::SnapshotKind::BeforeMigration, clock.now()),
            );
        }
        let store = open(blueprint.place.clone(), options).await?;
        store_defaults(&store, &blueprint).await.map_err(StartError::Defaults)?;
        problem::begin(&store).await.map_err(StartError::Defaults)?;
        upkeep::at_start(&store, clock.now()).await.map_err(StartError::Defaults)?;

        let files = rest::connect(&blueprint.token, &blueprint.endpoint)?.files;
        let rest = Rest::new(&blueprint.token, &blueprint.endpoint, files.clone(), clock.clone());
        let settings = ClientSettings { seed: Some(seed), ..blueprint.live.clone() };
        let live = Client::new(settings, clock.clone())?;
        let clients = Clients { rest, files, titles: Titles::new(blueprint.oembed.clone())?, live };
        let bot = Bot::new(store, clock, clients, bot::shown());
        let gateway = Gateway::new(bot.clone(), bot::handlers(blueprint.live_rehearsal), blueprint.registration);
        let (stop, stopped) = watch::channel(false);
        let (renewals, renewed) = watch::channel(0);

        let mut tasks = JoinSet::new();
        let runner = Runner::new(bot.store.clone(), bot.clock.clone(), bot.clone(), &bot::job_handlers()).await;
        let breaker = runner.breaker();
        let sees_jobs = runner.sight();
        let mut vital = vec![("jobs", tasks.spawn(runner.run()))];
        vital.push(("displays", tasks.spawn(display::run(bot.clone(), blueprint.displays))));
        vital.push(("what servers have set", tasks.spawn(references::run(bot.clone()))));
        tasks.spawn(upkeep::after_start(bot.clone()));
        let (swept, swept_at) = watch::channel(bot.clock.now());
        vital.push(("work of every half minute", tasks.spawn(upkeep::run(bot.clone(), swept))));
        let backed_up_at = blueprint.backups.clone().map(|plan| keep_backups(&mut tasks, &bot, plan));
        let surroundings = Surroundings { bot: bot.clone(), place: blueprint.place, seed };
        for task in bot::ALL.iter().flat_map(|face| face.tasks) {
            let running = tasks.spawn((task.run)(surroundings.clone()));
            vital.extend(task.is_vital.then_some((task.name, running)));
        }
        if let Some(channel) = blueprint.debug_channel {
            tasks.spawn(adopt_debug_channel(bot.clone(), channel));
        }
        let vitals = Vitals::new(bot.clone(), gateway.clone(), vital, swept_at.clone(), sees_jobs);
        let connection = tokio::spawn(connection::hold(
            gateway,
            blueprint.token,
            blueprint.endpoint,
            bot.clock.clone(),
            stopped,
            renewed,
        ));
        Ok(Self { bot, tasks, connection, stop, renewals: Arc::new(renewals), vitals, swept_at, breaker, backed_up_at })
    }

    /// Where to look to know how the application is.
    pub fn vitals(&self) -> Vitals {
        self.vitals.clone()
    }

    /// Ends the connection to Discord in order each time it is called, so that another one begins.
    pub fn reconnector(&self) -> impl Fn() + Send + Sync + 'static {
        let renewals = Arc::clone(&self.renewals);
        move || renewals.send_modify(|count| *count += 1)
    }

    /// Waits until the connection to Discord has ended for good, or the store had to stop and all was said about it.
    pub async fn ended(&mut self) -> Ended {
        let trouble = tokio::select! {
            ended = &mut self.connection => return ended.unwrap_or_else(|panic| Ended::Failed(panic.to_string())),
            trouble = self.bot.store.stopped() => trouble,
        };
        self.tasks.shutdown().await;
        tokio::select! {
            _ = &mut self.connection => {}
            () = trouble::sit_out(&self.bot, &trouble) => {}
        }
        Ended::StoreStopped(trouble)
    }

    /// Waits until everything that is due by the clock's time is done: jobs, the half-minute sweep, backups on this machine.
    ///
    /// For whoever moves the clock by hand; with a running clock there is always something due soon.
    pub async fn settled(&self) -> Result<(), Error> {
        let now = self.bot.clock.now();
        let mut swept = self.swept_at.clone();
        // The sender lives as long as the sweep does; without it there is nothing to wait for.
        let _ = swept.wait_for(|at| now.since(*at) < upkeep::INTERVAL).await;
        if let Some((looked, begun)) = &self.backed_up_at {
            let _ = looked.clone().wait_for(|at| now < backup::next_look(*begun, *at)).await;
        }
        let mut changes = self.bot.store.changes();
        // What waits for Discord to answer is done as far as it can be.
        let is_left =
            |breaker: &Breaker, due: Vec<jobs::Run>| due.iter().any(|run| !breaker.holds(run.guild, run.job.lane, now));
        while is_left(&self.breaker, self.bot.store.read("due_jobs", move |read| jobs::due_by(read, now, 1_000)).await?)
        {
            while changes.recv().await.is_ok_and(|change| change.topic != jobs::SETTLED) {}
        }
        self.bot.watch.idle().await;
        Ok(())
    }

    /// Disconnects, lets what runs come to its end, and closes the store. Takes at most a few seconds.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        let orderly = async {
            if !self.connection.is_finished() {
                let _ = (&mut self.connection).await;
            }
            self.tasks.shutdown().await;
            self.bot.store.close().await;
        };
        if tokio::time::timeout(STOP_LIMIT, orderly).await.is_err() {
            tracing::warn!("stopping took too long; what was acknowledged is safe");
        }
    }
}

/// Opens the store on a thread that may wait, so that whoever waits here can be told to stop meanwhile.
pub(super) async fn open(place: StoreLocation, options: Options) -> Result<Store, OpenError> {
    let opening = tokio::task::spawn_blocking(move || Store::open(&place, options, (CATALOGUE.schema)()));
    opening
        .await
        .unwrap_or_else(|panic| Err(OpenError::Other { path: PathBuf::from("the store"), problem: panic.to_string() }))
}

/// Begins to keep backups; answers up to when that is done, and since when.
fn keep_backups(tasks: &mut JoinSet<()>, bot: &Bot, plan: backup::Plan) -> (watch::Receiver<Timestamp>, Timestamp) {
    backup::tidy_up(&plan);
    let begun = bot.clock.now();
    let (looked, looked_at) = watch::channel(begun);
    let (made, snapshots) = watch::channel(0);
    if plan.off_site.is_some() {
        tasks.spawn(backup::off_site::run(bot.clone(), plan.clone(), snapshots));
    }
    tasks.spawn(backup::run(bot.clone(), plan, looked, made));
    (looked_at, begun)
}

/// Leaves the defaults of the process where settings look for them.
async fn store_defaults(store: &Store, blueprint: &Blueprint) -> Result<(), Error> {
    let defaults = blueprint.defaults.clone();
    store
        .write("defaults_stored", move |tx| {
            for (setting, value) in &defaults {
                // What is as in the program anyway, nobody is said to have set.
                let wanted = (value != setting.default()).then_some(value);
                if setting.get_own(tx, GuildId::INSTANCE)?.as_ref() == wanted {
                    continue;
                }
                match wanted {
                    Some(value) => setting.set(tx, GuildId::INSTANCE, value)?,
                    None => setting.clear(tx, GuildId::INSTANCE)?,
                }
            }
            Ok(())
        })
        .await
}

/// Makes a channel the debug channel of its guild, unless the guild has one (`M-ENV-04`).
async fn adopt_debug_channel(bot: Bot, channel: ChannelId) {
    let guild = match bot.rest.get_channel(channel.get().into()).await {
        Ok(found) => found.guild().map(|found| GuildId::new(found.guild_id.get())),
        Err(error) => return tracing::warn!(%channel, %error, "DEBUG_CHANNEL_ID names a channel that I cannot see"),
    };
    let Some(guild) = guild else {
        return tracing::warn!(%channel, "DEBUG_CHANNEL_ID names a channel that is in no server");
    };
    let stored = bot
        .store
        .write("debug_channel_adopted", move |tx| match DEBUG_CHANNEL.get_own(tx, guild)? {
            Some(_) => Ok(()),
            None => DEBUG_CHANNEL.set(tx, guild, &Some(channel)),
        })
        .await;
    if let Err(error) = stored {
        tracing::error!(%error, "cannot store the debug channel");
    }
}
