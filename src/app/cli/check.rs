//! `greenroom check`: verifies every index and every invariant of the store.

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Options, economy, fulfil};
use crate::app::backup;
use crate::app::exit::{CommandResult, ExitCode, Stop, print};
use crate::app::operation::{CheckStore, Checked};

/// Options of `check`.
#[derive(Args, Clone, Copy, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct CheckArgs {
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
    /// Something else than the store
    #[command(subcommand)]
    pub what: Option<Check>,
}

/// What else can be checked.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum Check {
    /// Tell what a skip costs, what was made and spent, and which price is out of proportion
    Economy(economy::EconomyArgs),
}

/// Prints what is wrong, one line each, and stops with [`ExitCode::ProblemsFound`] if anything is; the message names the
/// newest snapshot.
pub fn run(options: &Options, args: CheckArgs) -> CommandResult {
    if let Some(Check::Economy(args)) = args.what {
        return economy::run(options, args);
    }
    let storage = options.start()?;
    let Checked { findings } = fulfil(&storage, &CheckStore {})?;
    if args.json {
        print(&json!({ "findings": findings }).to_string());
    } else if findings.is_empty() {
        print("The store is sound.");
    } else {
        print(&findings.join("\n"));
    }
    let count = match findings.len() {
        0 => return Ok(()),
        1 => "1 problem found.".to_owned(),
        many => format!("{many} problems found."),
    };
    let way_back = backup::way_back(&storage.data_dir);
    Err(Stop::new(ExitCode::ProblemsFound, format!("{count}\n{way_back}")))
}
