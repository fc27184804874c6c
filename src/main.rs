//! The `greenroom` binary: chooses a subcommand, nothing else.

use clap::Parser;
use greenroom::app::cli::{Cli, Command, ConfigCommand, RunArgs, admin, backup, check, export, import, restore, setup};
use greenroom::app::{config, demo, doctor, exit, manual, replay, rights, run, service, sim};

fn main() -> std::process::ExitCode {
    let Cli { options, command } = Cli::parse();
    let command = command.unwrap_or(Command::Run(RunArgs::default()));
    if command.writes_data() {
        rights::keep_private();
    }
    let result = match command {
        Command::Run(args) => run::run(&options, args),
        Command::Setup(args) => setup::run(&options, args),
        Command::SetupLink(args) => setup::link(&options, args),
        Command::Export(form) => export::run(&options, &form),
        Command::Check(args) => check::run(&options, args),
        Command::Doctor(args) => doctor::run(&options, args),
        Command::Config(ConfigCommand::Show(args)) => config::show::run(&options, args),
        Command::Demo(args) => demo::run(&options, &args),
        Command::Replay(args) => replay::run(&options, &args),
        Command::Sim(args) => sim::run(&options, &args),
        Command::Backup(args) => backup::run(&options, &args),
        Command::Restore(args) => restore::run(&options, &args),
        Command::Admin(what) => admin::run(&options, what),
        Command::Import(form) => import::run(&options, &form),
        Command::Service(what) => service::run(&options, &what),
        Command::Completions(args) => manual::completions(args),
        Command::Man(args) => manual::man(&args),
    };
    exit::report(result).into()
}
