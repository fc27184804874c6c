//! The command line: what can be typed, and what `--help` says about it.

pub mod admin;
pub mod backup;
pub mod check;
pub mod economy;
pub mod export;
pub mod import;
pub mod restore;
pub mod setup;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use strum::VariantArray;

use super::config::ConfigErrors;
use super::config::sources::{Origin, Sources};
use super::config::storage::Storage;
use super::config::web::Web;
use super::config::{Config, OfStore, logging::Logging, table, with_kept_token};
use super::exit::{Stop, help_section, tell};
use super::operation::Operation;
use super::{machine, maintenance, telemetry};
use crate::catalogue::CATALOGUE;
use crate::features::coins::model::Currency;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::sim::control_calls;

/// Live music reviews on Discord: submissions, live gifts and a priority queue, in one program.
#[derive(Debug, Parser)]
#[command(name = "greenroom", version, after_long_help = after_help(), max_term_width = 100)]
pub struct Cli {
    /// Options that every command takes.
    #[command(flatten)]
    pub options: Options,
    /// What to do; without it, `run`.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The heading of the options that every command takes.
const EVERYWHERE: &str = "Options of every command";

/// Options that every command takes. They win over the environment and the file of variables.
#[derive(Args, Clone, Debug, Default)]
pub struct Options {
    /// The folder that holds everything Greenroom stores [default: ./data]
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "DIR")]
    pub data_dir: Option<String>,
    /// What is logged: a level, or levels by module [default: warn,greenroom=info]
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "FILTER")]
    pub log: Option<String>,
    /// The file of variables, such as the one of the service [default: .env, if there is one]
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "FILE")]
    pub env_file: Option<PathBuf>,
}

/// What Greenroom can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the bot (what happens without a command); without a token, serve the pages that set it up
    Run(RunArgs),
    /// Set the bot up in the terminal: its token, which is tried at once, and the address that invites it
    Setup(setup::SetupArgs),
    /// Print another link to the pages that set Greenroom up, while it waits for that
    SetupLink(setup::SetupLinkArgs),
    /// Play a recorded review evening against a simulated Discord; needs no token
    Demo(DemoArgs),
    /// Run a recorded live into an empty store, and print what it pays
    Replay(ReplayArgs),
    /// Serve the simulated Discord alone, for a bot in another process
    Sim(SimArgs),
    /// Write the stored data in another form
    #[command(subcommand)]
    Export(export::Export),
    /// Verify every index and every invariant of the store; a running bot is asked to do it
    Check(check::CheckArgs),
    /// Look at everything that the bot depends on, and say what is wrong and what to do about it
    Doctor(DoctorArgs),
    /// Look at the configuration of the process
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Make a verified snapshot of the store in one file; a running bot is asked to do it
    Backup(backup::BackupArgs),
    /// Put a backup in the place of the store, which is kept beside it; the bot has to be stopped
    Restore(restore::RestoreArgs),
    /// Let the operator of the web in; a running bot is asked to do it
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Bring the data of another bot in
    #[command(subcommand)]
    Import(import::Import),
    /// Run the bot as a service of systemd
    #[command(subcommand)]
    Service(Service),
    /// Print the completions for a shell
    Completions(CompletionsArgs),
    /// Print the manual page
    Man(ManArgs),
}

impl Command {
    /// Whether the files that it writes hold what nobody else is to read.
    pub const fn writes_data(&self) -> bool {
        !matches!(self, Self::Config(_) | Self::Service(_) | Self::Completions(_) | Self::Man(_))
    }
}

/// Options of `run`.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct RunArgs {
    /// Serve the pages that set it up although there is a token, or a simulator that needs none: for tests of these pages
    #[arg(long, hide = true)]
    pub wizard: bool,
}

/// What can be done with the configuration.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every variable with its value and who set it; secrets are not shown, and what is wrong is marked
    Show(ConfigShowArgs),
}

/// Options of `config show`.
#[derive(Args, Clone, Copy, Debug)]
pub struct ConfigShowArgs {
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// What can be done about the service.
#[derive(Debug, Subcommand)]
pub enum Service {
    /// Put the program, its variables and the service into place; everything that is there already is kept
    Install(ServiceInstallArgs),
    /// Stop the service and remove it; the data and the variables stay
    Uninstall(ServiceUninstallArgs),
}

/// Options of `service install`.
#[derive(Args, Clone, Debug)]
pub struct ServiceInstallArgs {
    /// A service of your own, which needs no rights, instead of one of the system
    #[arg(long)]
    pub user: bool,
    /// Only say what would be done
    #[arg(long)]
    pub print: bool,
    /// Put everything below this folder and start nothing, to build a package
    #[arg(long, value_name = "DIR", conflicts_with = "user")]
    pub root: Option<PathBuf>,
}

/// Options of `service uninstall`.
#[derive(Args, Clone, Debug)]
pub struct ServiceUninstallArgs {
    /// The service of your own
    #[arg(long)]
    pub user: bool,
    /// Only say what would be done
    #[arg(long)]
    pub print: bool,
    /// Look for everything below this folder
    #[arg(long, value_name = "DIR", conflicts_with = "user")]
    pub root: Option<PathBuf>,
}

/// Options of `completions`.
#[derive(Args, Clone, Copy, Debug)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

/// Options of `man`.
#[derive(Args, Clone, Debug)]
pub struct ManArgs {
    /// Write a page for the program and each of its commands into this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// Options of `demo`.
#[derive(Args, Clone, Debug)]
pub struct DemoArgs {
    /// Stay up afterwards, and print a link that signs in on the web, and the addresses
    #[arg(long)]
    pub keep: bool,
    /// Keep the store in this folder instead of a temporary one; --data-dir means the same here
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Play this show instead of the built-in evening
    #[arg(long, value_name = "SHOW.jsonl")]
    pub file: Option<PathBuf>,
    /// How many seconds of the show pass in one second; as fast as possible without it
    #[arg(long, value_name = "X", value_parser = speed, allow_negative_numbers = true)]
    pub speed: Option<f64>,
}

/// Options of `replay`.
#[derive(Args, Clone, Debug)]
pub struct ReplayArgs {
    /// The show: a recording from the folder shows of the data folder, or a show of the demo
    #[arg(value_name = "SHOW.jsonl")]
    pub file: PathBuf,
    /// How many seconds of the show pass in one second; as fast as possible without it
    #[arg(long, value_name = "X", value_parser = speed, allow_negative_numbers = true)]
    pub speed: Option<f64>,
    /// Play it once more with another setting, and print the difference; can be given several times
    #[arg(long, value_name = "KEY=VALUE", value_parser = setting)]
    pub what_if: Vec<(String, String)>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `sim`.
#[derive(Args, Clone, Debug)]
#[command(after_long_help = calls_of_the_simulator())]
pub struct SimArgs {
    /// The address to listen on; it must belong to this machine alone
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0", value_parser = loopback)]
    pub listen: SocketAddr,
    /// How many seconds a bot has for its first answer; Discord gives three
    #[arg(long, value_name = "SECONDS", default_value_t = 3, allow_negative_numbers = true, value_parser = answer_time)]
    pub answer_within: u64,
}

/// Options of `doctor`.
#[derive(Args, Clone, Copy, Debug)]
pub struct DoctorArgs {
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

impl Options {
    /// The whole configuration: these options, the environment, the file of variables and the defaults.
    pub fn load_config(&self) -> Result<Config, ConfigErrors> {
        let mut config = Config::load(&self.sources())?;
        config.storage.fit_into(machine::memory_limit());
        Ok(config)
    }

    /// The settings of the log alone, for commands that need nothing else.
    pub fn load_logging(&self) -> Result<Logging, ConfigErrors> {
        Logging::load(&self.sources())
    }

    /// Where the store is, for a command that needs nothing else; its log is started.
    fn start(&self) -> Result<Storage, Stop> {
        let OfStore { mut storage, logging } = OfStore::load(&self.sources())?;
        storage.fit_into(machine::memory_limit());
        telemetry::start(&logging)?;
        Ok(storage)
    }

    /// The settings of the web alone, for commands that let its operator in, and for the demo.
    pub(in crate::app) fn load_web(&self) -> Result<Web, ConfigErrors> {
        Web::load(&self.sources())
    }

    /// Where settings come from.
    pub fn sources(&self) -> Sources {
        let sources = [(table::DATA_DIR.name, &self.data_dir), (table::LOG.name, &self.log)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.as_ref()?)))
            .fold(Sources::of_process(self.env_file.as_deref()), |sources, (name, value)| {
                sources.with(Origin::CommandLine, name, value)
            });
        with_kept_token(sources)
    }
}

/// Does an operation on the store, in this process or in the running bot, and prints its progress.
fn fulfil<O: Operation>(storage: &Storage, operation: &O) -> Result<O::Outcome, Stop> {
    maintenance::fulfil(storage, CATALOGUE, operation, &mut tell)
}

/// What can be typed, and what comes of it.
pub(super) const EXAMPLES: [(&str, &str); 16] = [
    ("greenroom demo", "watch a whole review evening, without Discord"),
    ("greenroom", "run the bot; without a token, set it up in the browser"),
    ("greenroom setup", "set it up in the terminal, as over SSH"),
    ("greenroom --data-dir /var/lib/greenroom", "run it with another data folder"),
    ("greenroom --log warn,greenroom=debug", "run it and log more"),
    ("greenroom config show", "every variable, and who set it"),
    ("greenroom doctor", "what is wrong, and what to do about it"),
    ("greenroom replay SHOW.jsonl --what-if gift_rate=3", "what that live pays, and would pay"),
    ("greenroom export sqlite evening.db --guild 123", "copy one server's data into SQLite"),
    ("greenroom export ledger coins.csv --user 123", "every coin of a member, with its reason"),
    ("greenroom check --json", "verify the store, for a script"),
    ("greenroom check economy", "what a skip costs, and what is out of proportion"),
    ("greenroom backup", "make a snapshot, also while the bot runs"),
    ("greenroom restore SNAPSHOT.redb", "put it back"),
    ("greenroom admin link", "a link that signs you in on the web"),
    ("sudo greenroom service install", "run it from now on, also after a restart"),
];

fn after_help() -> String {
    let examples: Vec<String> = EXAMPLES.iter().map(|(command, what)| format!("  {command:<50} {what}\n")).collect();
    let variables = "Variables are explained in the manual page (greenroom man) and in docs/configuration.md.";
    format!("Examples:\n{}\n{variables}\n\n{}", examples.concat(), help_section())
}

fn calls_of_the_simulator() -> String {
    let calls: Vec<_> = control_calls().into_iter().map(|(call, about)| format!("  {call}: {about}\n")).collect();
    let calls = calls.concat();
    format!("Calls below the address \"control\", which lists them as well:\n{calls}")
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(speed) if (0.01..=10_000.0).contains(&speed) => Ok(speed),
        _ => Err("must be a number from 0.01 to 10000, like 2 for twice as fast".to_owned()),
    }
}

fn answer_time(text: &str) -> Result<u64, String> {
    let seconds = text.parse::<u64>().ok().filter(|seconds| (1..=3_600).contains(seconds));
    seconds.ok_or_else(|| "must be a whole number of seconds from 1 to 3600".to_owned())
}

fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.trim().to_owned())),
        _ => Err("must be the key of a setting and a value, like gift_rate=3".to_owned()),
    }
}

fn server(text: &str) -> Result<GuildId, String> {
    let hint = "must be the id of a server, which is a number like 1012345678901234567: \
                with Discord's developer mode on, right-click the server and choose Copy Server ID";
    text.parse().map_err(|_| hint.to_owned())
}

fn member(text: &str) -> Result<UserId, String> {
    let hint = "must be the id of a member, which is a number like 1012345678901234567: \
                with Discord's developer mode on, right-click the member and choose Copy User ID";
    text.parse().map_err(|_| hint.to_owned())
}

fn currency(text: &str) -> Result<Currency, String> {
    let known = || Currency::VARIANTS.iter().map(|currency| currency.key()).collect::<Vec<_>>().join(" or ");
    Currency::of_key(text).ok_or_else(|| format!("must be {}", known()))
}

fn moment(text: &str) -> Result<Timestamp, String> {
    let day = format!("{text}T00:00:00Z");
    let moment = Timestamp::from_rfc3339(text).or_else(|| Timestamp::from_rfc3339(&day));
    moment.ok_or_else(|| "must be a day like 2026-11-21, or a moment like 2026-11-21T20:00:00Z".to_owned())
}

fn loopback(text: &str) -> Result<SocketAddr, String> {
    match text.parse::<SocketAddr>() {
        Ok(address) if address.ip().is_loopback() => Ok(address),
        _ => Err("must be an address of this machine with a port, like 127.0.0.1:8080".to_owned()),
    }
}

#[cfg(test)]
mod tests;
