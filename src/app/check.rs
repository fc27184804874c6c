//! `greenroom check`: verifies every index and every invariant of the store.

use serde_json::json;

use super::cli::{Check, CheckArgs, Options};
use super::control::{Outcome, Request};
use super::exit::{CommandResult, ExitCode, Stop, print, tell};
use super::{backup, economy, maintenance, telemetry};
use crate::catalogue::CATALOGUE;

/// Prints what is wrong, one line each, and stops with [`ExitCode::ProblemsFound`] if anything is; the message names the
/// newest snapshot.
pub fn run(options: &Options, args: CheckArgs) -> CommandResult {
    if let Some(Check::Economy(args)) = args.what {
        return economy::run(options, args);
    }
    let config = options.load_config()?;
    telemetry::start(&config.logging)?;
    let outcome = maintenance::fulfil(&config.storage, CATALOGUE, &Request::Check, &mut tell)?;
    let Outcome::Checked { findings } = outcome else {
        return Err(Stop::failed("The running Greenroom answered something else; is it another version?"));
    };
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
    let way_back = backup::way_back(&config.storage.data_dir);
    Err(Stop::new(ExitCode::ProblemsFound, format!("{count}\n{way_back}")))
}
