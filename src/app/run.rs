//! `greenroom run`: the bot on Discord, or on the simulator that `DISCORD_API_URL` names.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::application::{Application, Blueprint, StartError};
use super::backup::last_restore::LastRestore;
use super::backup::{self, folder::Room};
use super::cli::{Options, RunArgs};
use super::config::Config;
use super::config::discord::Access;
use super::config::sources::Sources;
use super::config::storage::store_file;
use super::connection::Ended;
use super::control::ControlServer;
use super::doctor::sentence;
use super::exit::{CommandResult, ExitCode, Stop};
use super::first_run::wizard::{self, End};
use super::health::Health;
use super::maintenance::served::handler;
use super::restore::served::{self, Orders};
use super::signals::Signals;
use super::telemetry::{self, Telemetry};
use super::{instance, maintenance, rights, web};
use crate::catalogue::CATALOGUE;
use crate::discord::display::Rhythm;
use crate::discord::registration::Registration;
use crate::discord::rest::Endpoint;
use crate::features::handles::settings::ALLOW_ANY_HANDLE_LINKING;
use crate::kernel::dice::Seed;
use crate::kernel::time::Clock;
use crate::sim::BOT_TOKEN;
use crate::store::{Store, StoreError, StoreLocation};

/// What somebody reads who starts the bot without a token: exactly three lines.
const HOW_TO_START: &str = "\
Greenroom needs a bot token: https://discord.com/developers/applications, Bot, Reset Token; put it into .env as DISCORD_BOT_TOKEN=...
On the same page switch on two privileged intents: Server Members and Message Content.
To look around without a token, run: greenroom demo";

/// How long a start that is no longer wanted may take to be done, so that all is closed in order. Nobody was answered yet, so
/// what takes longer can be left alone.
const LAST_MOMENT: Duration = Duration::from_secs(3);

/// How long a store may take to be closed that a backup is to replace.
const CLOSING: Duration = Duration::from_secs(30);

/// Most threads for work that blocks, such as reading the store or finding an address. A start with very many servers
/// would otherwise take hundreds: one that has just done its work still counts as busy, and each has memory of its own.
const MOST_BLOCKING: usize = 64;
/// How long such a thread waits for more to do. They take turns: with a long wait, a few readers would keep all of them.
const BLOCKING_RESTS: Duration = Duration::from_secs(1);

/// Runs the bot until it is told to stop. Where nobody gave it a token, the pages that set it up come first.
pub fn run(options: &Options, args: RunArgs) -> CommandResult {
    let runtime = runtime()?;
    let signals = listen(&runtime)?;
    let config = options.load_config()?;
    let blueprint = if is_to_be_set_up(&config, args) { None } else { Some(blueprint(&config)?) };
    // Dropped last, so that the last lines are written before the process says how it ended.
    let telemetry = telemetry::start_with_files(&config.logging)?;
    for notice in &config.notices {
        tracing::warn!("{notice}");
    }
    let data_dir = &config.storage.data_dir;
    rights::mend(data_dir);
    let ended = runtime.block_on(set_up_and_serve(options, &config, blueprint, &telemetry, signals));
    // What still runs on blocking threads opens the store or writes scratch files; a stop does not wait for it.
    runtime.shutdown_background();
    outcome(ended?, data_dir)
}

/// Whether the pages come first that ask for a token. They are part of the web: without it a missing token ends the start.
fn is_to_be_set_up(config: &Config, args: RunArgs) -> bool {
    let lacks_token = config.discord.access == Access::Missing || args.wizard;
    lacks_token && config.web.bind.is_some()
}

/// Serves the bot of a blueprint; without one, the pages that lead to one, and then that bot.
async fn set_up_and_serve(
    options: &Options,
    config: &Config,
    ready: Option<Blueprint>,
    telemetry: &Telemetry,
    mut signals: Signals,
) -> Result<Ended, Stop> {
    if let Some(ready) = ready {
        return serve_on(options, config, &ready, telemetry, &mut signals).await;
    }
    match wizard::run(config, telemetry, &mut signals).await? {
        End::Stopped => Ok(Ended::Stopped),
        End::SetUp => {
            let config = options.load_config()?;
            let ready = blueprint(&config)?;
            serve_on(options, &config, &ready, telemetry, &mut signals).await
        }
    }
}

/// What comes behind a bot that was served.
enum Next {
    /// The end of the process.
    Over(Ended),
    /// A backup takes the place of the store, and the bot is served again.
    Restore(PathBuf),
}

/// Serves a bot, and again after each restore that is ordered meanwhile.
async fn serve_on(
    options: &Options,
    config: &Config,
    ready: &Blueprint,
    telemetry: &Telemetry,
    signals: &mut Signals,
) -> Result<Ended, Stop> {
    let mut restored = None;
    loop {
        // Other chance than before: what is drawn anew is not what was drawn in the store of before.
        let ready = Blueprint { seed: Seed::from_entropy(), ..ready.clone() };
        let sources = options.sources();
        let next = Box::pin(serve(config, sources, ready, telemetry, signals, restored.as_ref())).await?;
        match next {
            Next::Over(ended) => return Ok(ended),
            Next::Restore(backup) => restored = Some(Box::pin(served::carry_out(config, &backup)).await),
        }
    }
}

pub(super) fn listen(runtime: &tokio::runtime::Runtime) -> Result<Signals, Stop> {
    let _inside = runtime.enter();
    Signals::listen().map_err(|error| Stop::failed(format!("The system refuses to tell me of signals: {error}.")))
}

/// The runtime of every command that waits for something.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Stop> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(MOST_BLOCKING)
        .thread_keep_alive(BLOCKING_RESTS)
        .build()
        .map_err(|error| Stop::failed(format!("The system refuses to start threads: {error}.")))
}

fn blueprint(config: &Config) -> Result<Blueprint, Stop> {
    let (token, endpoint) = match &config.discord.access {
        Access::Missing => return Err(Stop::new(ExitCode::Configuration, how_to_start(&config.notices))),
        Access::Real { token } => (token.expose().to_owned(), Endpoint::Discord),
        Access::Simulated { url } => (BOT_TOKEN.to_owned(), Endpoint::Simulated(url.clone())),
    };
    Ok(Blueprint {
        place: StoreLocation::File(store_file(&config.storage.data_dir)),
        cache_bytes: config.storage.cache_bytes,
        clock: Clock::system(),
        seed: Seed::from_entropy(),
        token,
        endpoint,
        live: config.live.clone(),
        oembed: config.oembed.clone(),
        displays: Rhythm { round: config.community.display_refresh, healing: config.community.self_heal },
        registration: Registration { fast_guild: config.discord.fast_sync_guild },
        defaults: vec![(&ALLOW_ANY_HANDLE_LINKING, config.community.any_handle_linking)],
        debug_channel: config.discord.debug_channel,
        live_rehearsal: config.community.live_rehearsal,
        backups: Some(backup::Plan {
            data_dir: config.storage.data_dir.clone(),
            off_site: config.off_site.clone(),
            room: Room::OfDisk,
            cache_bytes: config.storage.cache_bytes,
        }),
    })
}

/// A name with a slip in it may be why there is no token.
pub(super) fn how_to_start(notices: &[String]) -> String {
    let unknown = notices.iter().filter(|notice| notice.contains("no variable of Greenroom"));
    std::iter::once(HOW_TO_START.to_owned())
        .chain(unknown.map(|notice| sentence(notice)))
        .collect::<Vec<_>>()
        .join("\n")
}

async fn serve(
    config: &Config,
    sources: Sources,
    blueprint: Blueprint,
    telemetry: &Telemetry,
    signals: &mut Signals,
    restored: Option<&LastRestore>,
) -> Result<Next, Stop> {
    let data_dir = &config.storage.data_dir;
    let Some(mut app) = start(data_dir, blueprint, signals).await? else { return Ok(Next::Over(Ended::Stopped)) };
    telemetry.write_files(data_dir);
    if let Some(restored) = restored {
        served::note(&app.bot.store, restored).await;
    }
    let orders = Orders::default();
    let control = serve_control(data_dir, &app.bot.store);
    // Only whoever holds the store needs the port, and says so where it is taken.
    let web = match web::bind(&config.web).await {
        Some(place) => {
            let vitals = app.vitals().with_losses(telemetry.losses());
            let operations = instance::operations(config, sources, &app, vitals, telemetry.lines(), orders.clone());
            Some(web::start(place, config, app.bot.clone(), operations).await)
        }
        None => None,
    };
    let health = Health::start(config, app.vitals().with_losses(telemetry.losses())).await;
    let next = tokio::select! {
        ended = app.ended() => Next::Over(ended),
        () = signals.told_to_stop() => {
            Next::Over(app.bot.store.stop_reason().map_or(Ended::Stopped, Ended::StoreStopped))
        }
        backup = orders.given() => Next::Restore(backup),
    };
    if matches!(next, Next::Over(_)) {
        health.stopping();
    }
    control.abort();
    // The socket goes with the task, and must not take the next one's away.
    let _ = control.await;
    tracing::info!("stopping");
    if let Some(web) = web {
        web.stop().await;
    }
    close(app, matches!(next, Next::Restore(_))).await;
    health.stop().await;
    Ok(next)
}

/// Ends an application, whose store is perhaps to be replaced.
async fn close(app: Application, is_replaced: bool) {
    let store = app.bot.store.clone();
    app.stop().await;
    if is_replaced {
        // Where the stop was cut off, the file is closed all the same; one that stays open is not replaced.
        let _ = tokio::time::timeout(CLOSING, store.close()).await;
    }
}

/// Starts the application; `None` where the process is told to stop before that is done.
async fn start(data_dir: &Path, blueprint: Blueprint, signals: &mut Signals) -> Result<Option<Application>, Stop> {
    let mut starting = Box::pin(Application::start(blueprint));
    let (started, goes_on) = tokio::select! {
        started = &mut starting => (Some(started), true),
        () = signals.told_to_stop() => {
            tracing::info!("stopping before the start is done");
            (tokio::time::timeout(LAST_MOMENT, starting).await.ok(), false)
        }
    };
    match started {
        Some(Ok(app)) if goes_on => Ok(Some(app)),
        Some(Ok(app)) => {
            app.stop().await;
            Ok(None)
        }
        Some(Err(StartError::Store(error))) => Err(maintenance::refused(error, data_dir)),
        Some(Err(error)) => Err(error.into()),
        None => Ok(None),
    }
}

/// Lets `check`, `export`, `backup`, `import` and `admin` ask this process, which alone may open the store.
pub(super) fn serve_control(data_dir: &Path, store: &Store) -> tokio::task::JoinHandle<()> {
    match ControlServer::open(data_dir) {
        Ok(server) => tokio::spawn(server.serve(handler(store.clone(), CATALOGUE, data_dir))),
        Err(error) => {
            tracing::warn!(%error, "no control socket: check, export, backup, import and admin have to wait until I stop");
            tokio::spawn(async {})
        }
    }
}

fn outcome(ended: Ended, data_dir: &Path) -> CommandResult {
    match ended {
        Ended::Stopped => Ok(()),
        Ended::TokenRefused => Err(Stop::new(
            ExitCode::TokenRefused,
            "Discord does not accept the bot token. Make a new one at https://discord.com/developers/applications, \
             your application, Bot, Reset Token, and put it into .env as DISCORD_BOT_TOKEN, or run `greenroom setup`.",
        )),
        Ended::NotLoopback => Err(Stop::new(
            ExitCode::Configuration,
            "DISCORD_API_URL names a simulator whose gateway is not on this machine, or that does not answer. \
             Start one with `greenroom sim` and use the address that it prints.",
        )),
        Ended::StoreStopped(trouble) => Err(Stop::new(ExitCode::StorageFailed, store_stopped(&trouble, data_dir))),
        Ended::Failed(reason) => {
            Err(Stop::failed(sentence(&format!("The connection to Discord ended for good: {reason}"))))
        }
    }
}

/// What somebody reads whose store stopped while the bot ran.
fn store_stopped(trouble: &StoreError, data_dir: &Path) -> String {
    match trouble.root() {
        StoreError::Damaged(problem) | StoreError::Engine(problem) => format!(
            "{} turned out to be damaged ({problem}), and nothing more was written to it.\n{}",
            store_file(data_dir).display(),
            backup::way_back(data_dir)
        ),
        reason => format!(
            "The data folder cannot be written any more: {reason}. Free some space or repair the disk, then start again."
        ),
    }
}

impl From<StartError> for Stop {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Store(error) => error.into(),
            StartError::Defaults(error) => error.into(),
            StartError::Live(error) => Self::new(ExitCode::Configuration, format!("{error}.")),
            other @ StartError::Http(_) => Self::failed(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex, mpsc};

    use super::*;
    use crate::app::backup::off_site::Target;
    use crate::app::config::sources::Origin;

    #[test]
    fn three_lines_say_how_to_start() {
        let lines: Vec<_> = HOW_TO_START.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].contains("https://discord.com/developers/applications"));
        assert!(lines[1].contains("Server Members") && lines[1].contains("Message Content"));
        assert!(lines[2].contains("greenroom demo"));
    }

    #[test]
    fn a_name_with_a_slip_is_told_in_one_sentence() {
        let slips = [
            "DISCORD_TOKN is set but is no variable of Greenroom; did you mean DISCORD_TOKEN?",
            "TIKTOK_X is set but is no variable of Greenroom",
            "something else",
        ];
        let told = how_to_start(&slips.map(str::to_owned));
        let told: Vec<_> = told.lines().skip(3).collect();
        assert_eq!(told, [slips[0].to_owned(), format!("{}.", slips[1])]);
    }

    #[test]
    fn what_is_configured_reaches_the_application() {
        let given = [
            ("DISCORD_API_URL", "http://127.0.0.1:9"),
            ("EMBED_REFRESH_INTERVAL", "25"),
            ("SELF_HEAL_INTERVAL", "90"),
            ("ALLOW_ANY_HANDLE_LINKING", "true"),
            ("DEBUG", "true"),
            ("DATA_DIR", "/srv/greenroom"),
            ("BACKUP_TARGET", "/mnt/copies"),
            ("STORE_CACHE_MIB", "24"),
        ];
        let sources =
            given.into_iter().fold(Sources::default(), |all, (name, value)| all.with(Origin::Environment, name, value));
        let blueprint = blueprint(&Config::load(&sources).unwrap()).unwrap();
        let rhythm = Rhythm { round: Duration::from_secs(25), healing: Duration::from_secs(90) };
        assert_eq!(blueprint.displays, rhythm);
        assert!(blueprint.live_rehearsal && matches!(blueprint.defaults.as_slice(), [(_, true)]));
        assert_eq!(blueprint.endpoint, Endpoint::Simulated("http://127.0.0.1:9".to_owned()));
        let plan = blueprint.backups.unwrap();
        assert_eq!(plan.off_site, Some(Target::Folder("/mnt/copies".into())));
        assert_eq!((plan.data_dir, plan.cache_bytes), ("/srv/greenroom".into(), 24 << 20));
        assert!(matches!(blueprint.place, StoreLocation::File(file) if file.starts_with("/srv/greenroom")));
    }

    #[test]
    fn work_that_blocks_has_as_many_threads_as_it_may_and_the_rest_waits_its_turn() {
        const MORE: usize = 8;
        let runtime = runtime().unwrap();
        let (begun, begins) = mpsc::channel();
        let gate = Arc::new(Mutex::new(()));
        let closed = gate.lock().unwrap();
        let begin = |_| {
            let (begun, gate) = (begun.clone(), Arc::clone(&gate));
            runtime.spawn_blocking(move || {
                begun.send(()).unwrap();
                drop(gate.lock().unwrap());
            })
        };
        let work: Vec<_> = (0..MOST_BLOCKING + MORE).map(begin).collect();
        for _ in 0..MOST_BLOCKING {
            begins.recv_timeout(Duration::from_secs(30)).unwrap();
        }
        assert!(begins.recv_timeout(Duration::from_millis(300)).is_err(), "no thread is left for one more");
        drop(closed);
        runtime.block_on(async {
            for done in work {
                done.await.unwrap();
            }
        });
        assert_eq!(begins.try_iter().count(), MORE);
    }

    #[test]
    fn every_end_has_its_code_and_a_way_out() {
        let folder = tempfile::tempdir().unwrap();
        let ends = |ended| outcome(ended, folder.path());
        let code = |ended| ends(ended).unwrap_err().code;
        assert_eq!(ends(Ended::Stopped), Ok(()));
        assert_eq!(code(Ended::TokenRefused), ExitCode::TokenRefused);
        assert_eq!(code(Ended::NotLoopback), ExitCode::Configuration);
        assert_eq!(code(Ended::Failed("x".into())), ExitCode::Failed);
        for (trouble, way_out) in [
            (StoreError::DiskFull, "Free some space"),
            (StoreError::Stopped(Box::new(StoreError::Io("error 5".into()))), "repair the disk"),
            (
                StoreError::Damaged("a page".into()),
                "damaged (a page), and nothing more was written to it.\nThere is no snapshot in",
            ),
            (StoreError::Engine("it panicked".into()), "There is no snapshot in"),
        ] {
            let is_damage = matches!(trouble, StoreError::Damaged(_) | StoreError::Engine(_));
            let stop = ends(Ended::StoreStopped(trouble)).unwrap_err();
            assert_eq!(stop.code, ExitCode::StorageFailed);
            assert!(stop.message.contains(way_out), "{}", stop.message);
            assert_eq!(is_damage, !stop.message.contains("Free some space"), "{}", stop.message);
        }
    }
}
