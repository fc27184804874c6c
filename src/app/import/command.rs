//! The command `greenroom import luxbot`.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Imported, LeftOut, Order, begin};
use crate::app::backup::folder::{Folder, Room};
use crate::app::backup::label::Kind;
use crate::app::cli::{Import, ImportLuxbotArgs, Options};
use crate::app::control::{Outcome, Request};
use crate::app::exit::{CommandResult, Stop, print, tell};
use crate::app::maintenance::{self, Unfulfilled};
use crate::app::telemetry;
use crate::catalogue::CATALOGUE;
use crate::kernel::time::Clock;

/// Reasons that are told with examples.
const EXAMPLES: usize = 3;

/// Brings the data of another bot in. A running bot is asked to do it; where there is no store yet, one is begun.
pub fn run(options: &Options, import: &Import) -> CommandResult {
    let Import::Luxbot(args) = import;
    luxbot(options, args)
}

fn luxbot(options: &Options, args: &ImportLuxbotArgs) -> CommandResult {
    let config = options.load_config()?;
    telemetry::start(&config.logging)?;
    let folder = Folder::of(&config.storage.data_dir);
    let snapshot = folder.free_snapshot(Kind::BeforeImport, Clock::system().now());
    let request = Request::Import {
        path: std::path::absolute(&args.file).map_err(Stop::failed)?,
        guild: args.guild,
        dry_run: args.dry_run,
        snapshot: std::path::absolute(snapshot).map_err(Stop::failed)?,
    };
    let imported = match maintenance::attempt(&config.storage, CATALOGUE, &request, &mut tell) {
        Ok(Outcome::Imported(imported)) => imported,
        Ok(_) => return Err(Stop::failed("The running Greenroom answered something else; is it another version?")),
        Err(Unfulfilled::NoStore) => {
            let (path, snapshot) = (args.file.as_path(), Path::new(""));
            let order = Order { path, guild: args.guild, dry_run: args.dry_run, snapshot, room: &Room::OfDisk };
            begin(&config.storage, CATALOGUE, order, &mut |line| tell(&line))?
        }
        Err(why) => return Err(why.told(&config.storage.data_dir)),
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
