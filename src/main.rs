//! The `greenroom` binary: chooses a subcommand, nothing else.

use clap::Parser;
use greenroom::app::cli::{Cli, Command};
use greenroom::app::{check, exit, export, run, sim};

fn main() -> std::process::ExitCode {
    let Cli { options, command } = Cli::parse();
    let result = match command.unwrap_or(Command::Run) {
        Command::Run => run::run(&options),
        Command::Export(form) => export::run(&options, &form),
        Command::Check(args) => check::run(&options, args),
        Command::Sim(args) => sim::run(&options, &args),
        Command::Demo(_) => Err(exit::Stop::failed("The demo is not part of this build.")),
    };
    exit::report(result).into()
}
