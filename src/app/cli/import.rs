//! `greenroom import`: brings the data of another bot in.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Options;
use crate::app::backup::folder::Folder;
use crate::app::backup::label::SnapshotKind;
use crate::app::exit::{CommandResult, Stop, print, tell};
use crate::app::import::{ImportLuxbot, Imported, LeftOut, begin};
use crate::app::maintenance::{self, Unfulfilled};
use crate::app::operation::absolute;
use crate::catalogue::CATALOGUE;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Clock;

/// Reasons that are told with examples.
const EXAMPLES: usize = 3;

/// The bots whose data can be brought in.
#[derive(Debug, Subcommand)]
pub enum Import {
    /// The SQLite file of a LuxBot, or a JSON file of points; a running bot is asked to do it
    Luxbot(ImportLuxbotArgs),
}

/// Options of `import luxbot`.
#[derive(Args, Clone, Debug)]
pub struct ImportLuxbotArgs {
    /// The file
    #[arg(value_name = "FILE.db|POINTS.json")]
    pub file: PathBuf,
    /// The server that the data are for
    #[arg(long, value_name = "ID", value_parser = super::server, allow_negative_numbers = true)]
    pub guild: GuildId,
    /// Only show what would come, and what would be left out and why
    #[arg(long)]
    pub dry_run: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Brings the data of another bot in. A running bot is asked to do it; where there is no store yet, one is begun.
pub fn run(options: &Options, import: &Import) -> CommandResult {
    let Import::Luxbot(args) = import;
    luxbot(options, args)
}

fn luxbot(options: &Options, args: &ImportLuxbotArgs) -> CommandResult {
    let storage = options.start()?;
    let folder = Folder::of(&storage.data_dir);
    let snapshot = folder.free_snapshot(SnapshotKind::BeforeImport, Clock::system().now());
    let operation = ImportLuxbot {
        path: absolute(&args.file)?,
        guild: args.guild,
        dry_run: args.dry_run,
        snapshot: absolute(&snapshot)?,
    };
    let imported = match maintenance::attempt(&storage, CATALOGUE, &operation, &mut tell) {
        Ok(imported) => imported,
        Err(Unfulfilled::NoStore) => {
            // What is told of the file names it as it was typed.
            let as_typed = ImportLuxbot { path: args.file.clone(), ..operation };
            begin(&storage, CATALOGUE, &as_typed, &mut |line| tell(&line))?
        }
        Err(why) => return Err(why.told(&storage.data_dir)),
    };
    if imported.snapshot.is_some() {
        folder.tidy_snapshots(Clock::system().now()).map_err(|error| Stop::storage(folder.path(), &error))?;
    }
    if args.json {
        print(&serde_json::to_string(&imported).map_err(Stop::failed)?);
    } else {
        print(told(&imported).trim_end());
    }
    Ok(())
}

fn told(imported: &Imported) -> String {
    let mut text = String::new();
    let came = if imported.dry_run { "would come" } else { "came" };
    for table in &imported.tables {
        let in_part = if table.in_part > 0 { format!(", and a part of {}", table.in_part) } else { String::new() };
        text.push_str(&format!(
            "{}: {} rows, {} {came}, {} were here, {} left out{in_part}\n",
            table.table, table.found, table.brought, table.known, table.left_out
        ));
    }
    let mut reasons: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for LeftOut { table, row, reason } in &imported.left_out {
        reasons.entry((table, reason)).or_default().push(row);
    }
    for ((table, reason), rows) in reasons {
        let shown: Vec<&str> = rows.iter().copied().take(EXAMPLES).collect();
        let more = if rows.len() > EXAMPLES { format!(" and {} more", rows.len() - EXAMPLES) } else { String::new() };
        text.push_str(&format!("left out of {table}, row {}{more}: {reason}\n", shown.join(", ")));
    }
    match (&imported.snapshot, &imported.began) {
        (Some(snapshot), _) => text.push_str(&format!("The store as it was before is {}.\n", snapshot.display())),
        (None, Some(store)) => {
            text.push_str(&format!(
                "There was no store, so one was begun: {}. The bot goes on with it.\n",
                store.display()
            ));
        }
        (None, None) => text.push_str("Nothing was changed.\n"),
    }
    text
}
