//! `greenroom run`: the bot on Discord, or on the simulator that `DISCORD_API_URL` names.

use super::application::{Application, Blueprint, StartError};
use super::backup::{self, folder::Room};
use super::catalogue::CATALOGUE;
use super::cli::Options;
use super::config::Config;
use super::config::discord::Access;
use super::connection::Ended;
use super::control::ControlServer;
use super::exit::{CommandResult, ExitCode, Stop};
use super::health::Health;
use super::maintenance;
use super::telemetry::{self, Telemetry};
use crate::discord::display::Rhythm;
use crate::discord::registration::Registration;
use crate::discord::rest::Endpoint;
use crate::kernel::dice::Seed;
use crate::kernel::time::Clock;
use crate::sim::BOT_TOKEN;
use crate::store::Place;

/// What somebody reads who starts the bot without a token: exactly three lines.
const HOW_TO_START: &str = "\
Greenroom needs a bot token: https://discord.com/developers/applications, Bot, Reset Token; put it into .env as DISCORD_BOT_TOKEN=...
On the same page switch on two privileged intents: Server Members and Message Content.
To look around without a token, run: greenroom demo";

/// Runs the bot until it is told to stop.
pub fn run(options: &Options) -> CommandResult {
    let config = options.load_config()?;
    let blueprint = blueprint(&config)?;
    // Dropped last, so that the last lines are written before the process says how it ended.
    let telemetry = telemetry::start_with_files(&config.logging)?;
    for notice in &config.notices {
        tracing::warn!("{notice}");
    }
    let runtime = runtime()?;
    let ended = runtime.block_on(serve(&config, blueprint, &telemetry));
    // What still runs on blocking threads writes scratch files only; a stop does not wait for it.
    runtime.shutdown_background();
    ended
}

/// The runtime of every command that waits for something.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Stop> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::failed(format!("The system refuses to start threads: {error}.")))
}

fn blueprint(config: &Config) -> Result<Blueprint, Stop> {
    let (token, endpoint) = match &config.discord.access {
        Access::Missing => return Err(Stop::new(ExitCode::Configuration, HOW_TO_START)),
        Access::Real { token } => (token.expose().to_owned(), Endpoint::Discord),
        Access::Simulated { url } => (BOT_TOKEN.to_owned(), Endpoint::Simulated(url.clone())),
    };
    Ok(Blueprint {
        place: Place::File(maintenance::store_file(&config.storage.data_dir)),
        cache_bytes: config.storage.cache_bytes,
        clock: Clock::system(),
        seed: Seed::from_entropy(),
        token,
        endpoint,
        live: config.live.clone(),
        displays: Rhythm { round: config.community.display_refresh, healing: config.community.self_heal },
        registration: Registration { fast_guild: config.discord.fast_sync_guild },
        allow_any_handle_linking: config.community.any_handle_linking,
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

async fn serve(config: &Config, blueprint: Blueprint, telemetry: &Telemetry) -> CommandResult {
    let mut app = match Application::start(blueprint).await {
        Err(StartError::Store(error)) => return Err(maintenance::refused(error, &config.storage.data_dir)),
        started => started?,
    };
    telemetry.write_files(&config.storage.data_dir);
    let control = serve_control(config, &app);
    let health = Health::start(config, app.vitals().with_losses(telemetry.losses())).await;
    let ended = tokio::select! {
        ended = app.ended() => ended,
        () = told_to_stop() => match app.bot.store.stop_reason() {
            Some(trouble) => Ended::StoreStopped(trouble.to_string()),
            None => Ended::Stopped,
        },
    };
    health.stopping();
    control.abort();
    tracing::info!("stopping");
    app.stop().await;
    outcome(ended)
}

/// Lets `check`, `export`, `backup` and `import` ask this process, which alone may open the store.
fn serve_control(config: &Config, app: &Application) -> tokio::task::JoinHandle<()> {
    match ControlServer::open(&config.storage.data_dir) {
        Ok(server) => {
            tokio::spawn(server.serve(maintenance::handler(app.bot.store.clone(), CATALOGUE, &config.storage.data_dir)))
        }
        Err(error) => {
            tracing::warn!(%error, "no control socket: check, export, backup and import have to wait until I stop");
            tokio::spawn(async {})
        }
    }
}

/// Returns when the process is asked to end: Ctrl-C, or SIGTERM from a service manager.
async fn told_to_stop() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                () = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    interrupt.await;
}

fn outcome(ended: Ended) -> CommandResult {
    match ended {
        Ended::Stopped => Ok(()),
        Ended::TokenRefused => Err(Stop::new(
            ExitCode::TokenRefused,
            "Discord does not accept the bot token. Make a new one at https://discord.com/developers/applications, \
             your application, Bot, Reset Token, and put it into .env as DISCORD_BOT_TOKEN.",
        )),
        Ended::NotLoopback => Err(Stop::new(
            ExitCode::Configuration,
            "DISCORD_API_URL names a simulator whose gateway is not on this machine, or that does not answer. \
             Start one with `greenroom sim` and use the address that it prints.",
        )),
        Ended::StoreStopped(reason) => Err(Stop::new(
            ExitCode::StorageFailed,
            format!(
                "The data folder cannot be written any more: {reason}. Free some space or repair the disk, then start again."
            ),
        )),
        Ended::Failed(reason) => Err(Stop::failed(format!("The connection to Discord ended for good: {reason}."))),
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
    use std::time::Duration;

    use super::*;
    use crate::app::config::sources::{Origin, Sources};

    #[test]
    fn three_lines_say_how_to_start() {
        let lines: Vec<_> = HOW_TO_START.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].contains("https://discord.com/developers/applications"));
        assert!(lines[1].contains("Server Members") && lines[1].contains("Message Content"));
        assert!(lines[2].contains("greenroom demo"));
    }

    #[test]
    fn what_is_configured_reaches_the_application() {
        let given = [
            ("DISCORD_API_URL", "http://127.0.0.1:9"),
            ("EMBED_REFRESH_INTERVAL", "25"),
            ("SELF_HEAL_INTERVAL", "90"),
            ("ALLOW_ANY_HANDLE_LINKING", "true"),
            ("DEBUG", "true"),
        ];
        let sources =
            given.into_iter().fold(Sources::default(), |all, (name, value)| all.with(Origin::Environment, name, value));
        let blueprint = blueprint(&Config::load(&sources).unwrap()).unwrap();
        let rhythm = Rhythm { round: Duration::from_secs(25), healing: Duration::from_secs(90) };
        assert_eq!(blueprint.displays, rhythm);
        assert!(blueprint.allow_any_handle_linking && blueprint.live_rehearsal);
        assert_eq!(blueprint.endpoint, Endpoint::Simulated("http://127.0.0.1:9".to_owned()));
    }

    #[test]
    fn every_end_has_its_code_and_a_way_out() {
        let code = |ended| outcome(ended).unwrap_err().code;
        assert_eq!(outcome(Ended::Stopped), Ok(()));
        assert_eq!(code(Ended::TokenRefused), ExitCode::TokenRefused);
        assert_eq!(code(Ended::NotLoopback), ExitCode::Configuration);
        assert_eq!(code(Ended::StoreStopped("no space left".into())), ExitCode::StorageFailed);
        assert_eq!(code(Ended::Failed("x".into())), ExitCode::Failed);
    }
}
