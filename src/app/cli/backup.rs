//! `greenroom backup`: makes a snapshot of the store.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{Options, fulfil};
use crate::app::backup::folder::Folder;
use crate::app::backup::label::SnapshotKind;
use crate::app::exit::{CommandResult, print};
use crate::app::operation::{BackUp, BackedUp, absolute};
use crate::kernel::time::Clock;

/// Options of `backup`.
#[derive(Args, Clone, Debug)]
pub struct BackupArgs {
    /// The file to write, which must not exist, in a folder that does [default: a new one in backups/snapshots of the data folder]
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Makes a snapshot, in the folder of the backups or as the file that was named, whose folder has to be there. A
/// running bot is asked to do it. No other one goes for it.
pub fn run(options: &Options, args: &BackupArgs) -> CommandResult {
    let storage = options.start()?;
    let folder = Folder::of(&storage.data_dir);
    let free = || folder.free_snapshot(SnapshotKind::ByHand, Clock::system().now());
    let path = absolute(&args.file.clone().unwrap_or_else(free))?;
    let operation = BackUp { path, makes_folder: args.file.is_none() };
    let BackedUp { path, greenroom, version, rows } = fulfil(&storage, &operation)?;
    let by_hand = folder.snapshots_of(SnapshotKind::ByHand).unwrap_or_default().len();
    if args.json {
        let report = json!({
            "path": path.display().to_string(), "greenroom": greenroom, "version": version, "rows": rows, "made_by_hand": by_hand,
        });
        print(&report.to_string());
    } else {
        print(&format!("Wrote a snapshot of {rows} rows to {}, and verified it.", path.display()));
        if args.file.is_none() {
            let others = match by_hand {
                0 | 1 => String::new(),
                many => format!(" There are {many} such snapshots in that folder."),
            };
            print(&format!("It stays until you delete it.{others}"));
        }
    }
    Ok(())
}
