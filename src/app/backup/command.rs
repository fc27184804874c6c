//! The command `greenroom backup`.

use std::path::PathBuf;

use serde_json::json;

use super::folder::Folder;
use super::label::Kind;
use crate::app::cli::{BackupArgs, Options};
use crate::app::control::{Outcome, Request};
use crate::app::exit::{CommandResult, Stop, print, tell};
use crate::app::{maintenance, telemetry};
use crate::catalogue::CATALOGUE;
use crate::kernel::time::Clock;

/// Makes a snapshot, in the folder of the backups or as the file that was named, whose folder has to be there. A
/// running bot is asked to do it. No other one goes for it.
pub fn run(options: &Options, args: &BackupArgs) -> CommandResult {
    let config = options.load_config()?;
    telemetry::start(&config.logging)?;
    let folder = Folder::of(&config.storage.data_dir);
    let named = args.file.clone();
    let file = named.clone().unwrap_or_else(|| folder.free_snapshot(Kind::ByHand, Clock::system().now()));
    let path: PathBuf = std::path::absolute(file).map_err(Stop::failed)?;
    let request = Request::Backup { path, makes_folder: named.is_none() };
    let outcome = maintenance::fulfil(&config.storage, CATALOGUE, &request, &mut tell)?;
    let Outcome::BackedUp { path, greenroom, version, rows } = outcome else {
        return Err(Stop::failed("The running Greenroom answered something else; is it another version?"));
    };
    let by_hand = folder.snapshots_of(Kind::ByHand).unwrap_or_default().len();
    if args.json {
        let report = json!({
            "path": path.display().to_string(), "greenroom": greenroom, "version": version, "rows": rows, "made_by_hand": by_hand,
        });
        print(&report.to_string());
    } else {
        print(&format!("Wrote a snapshot of {rows} rows to {}, and verified it.", path.display()));
        if named.is_none() {
            let others = match by_hand {
                0 | 1 => String::new(),
                many => format!(" There are {many} such snapshots in that folder."),
            };
            print(&format!("It stays until you delete it.{others}"));
        }
    }
    Ok(())
}
