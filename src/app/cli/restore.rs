//! `greenroom restore`: puts a backup in the place of the store, or only tries whether that would work.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::Options;
use crate::app::backup::rehearsal::rehearse;
use crate::app::exit::{CommandResult, ExitCode, Stop, print, tell};
use crate::app::maintenance;
use crate::app::restore::{Restore, Restored, Trial, restore};
use crate::catalogue::CATALOGUE;
use crate::kernel::time::Clock;

/// Options of `restore`.
#[derive(Args, Clone, Debug)]
pub struct RestoreArgs {
    /// The backup: a snapshot, or the greenroom.redb of a stopped bot
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Only try it in a scratch file; the store is not touched, and the bot may run
    #[arg(long)]
    pub rehearse: bool,
    /// Restore it also when check finds problems in it
    #[arg(long, conflicts_with = "rehearse")]
    pub anyway: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Restores a backup, or rehearses it.
pub fn run(options: &Options, args: &RestoreArgs) -> CommandResult {
    let storage = options.start()?;
    let data_dir = &storage.data_dir;
    let by_owner = |stop| maintenance::by_owner(stop, data_dir);
    if args.rehearse {
        let trial = rehearse(data_dir, &args.file, CATALOGUE, storage.cache_bytes).map_err(by_owner)?;
        return told_rehearsal(args, &trial);
    }
    let order = Restore { backup: &args.file, anyway: args.anyway };
    let restored = restore(&storage, CATALOGUE, order, &Clock::system(), &mut tell).map_err(by_owner)?;
    told_restore(args, &restored);
    Ok(())
}

fn told_rehearsal(args: &RestoreArgs, trial: &Trial) -> CommandResult {
    let manifest = &trial.verified.manifest;
    if args.json {
        print(
            &json!({
                "rehearsed": args.file.display().to_string(), "is_snapshot": trial.verified.is_snapshot, "greenroom": manifest.greenroom,
                "version": manifest.schema, "brought_up_to": trial.older().map(|_| trial.version),
                "taken_at": manifest.taken_at, "rows": manifest.rows(), "findings": trial.findings,
            })
            .to_string(),
        );
    } else if trial.findings.is_empty() {
        print(&format!("{} can be restored: {}.", args.file.display(), described(trial)));
        if let Some(before) = trial.older() {
            let now = trial.version;
            print(&format!(
                "It is from before an upgrade: a restore brings its data from version {before} up to version {now}."
            ));
        }
    } else {
        print(&trial.findings.join("\n"));
    }
    match trial.findings.len() {
        0 => Ok(()),
        1 => Err(Stop::new(ExitCode::ProblemsFound, "1 problem found.")),
        many => Err(Stop::new(ExitCode::ProblemsFound, format!("{many} problems found."))),
    }
}

fn told_restore(args: &RestoreArgs, restored: &Restored) {
    let Restored { store, kept, snapshot, trial } = restored;
    if args.json {
        let manifest = &trial.verified.manifest;
        print(
            &json!({
                "restored": args.file.display().to_string(), "store": store.display().to_string(),
                "kept": kept.as_ref().map(|path| path.display().to_string()),
                "snapshot": snapshot.as_ref().map(|path| path.display().to_string()),
                "is_snapshot": trial.verified.is_snapshot, "greenroom": manifest.greenroom, "version": manifest.schema,
                "brought_up_to": trial.older().map(|_| trial.version), "taken_at": manifest.taken_at, "rows": manifest.rows(),
                "findings": trial.findings,
            })
            .to_string(),
        );
        return;
    }
    print(&format!("{} is restored: {}.", args.file.display(), described(trial)));
    if let Some(before) = trial.older() {
        let now = trial.version;
        print(&format!(
            "It was from before an upgrade: its data were brought from version {before} up to version {now} again."
        ));
    }
    if let Some(kept) = kept {
        print(&format!("The store as it was before is {}; delete it when you are content.", kept.display()));
    }
}

fn described(trial: &Trial) -> String {
    let manifest = &trial.verified.manifest;
    let rows = manifest.rows();
    if trial.verified.is_snapshot {
        format!("a snapshot of {} by Greenroom {}, {rows} rows", manifest.taken_at, manifest.greenroom)
    } else {
        format!("a store without a manifest, which was checked by itself, {rows} rows")
    }
}
