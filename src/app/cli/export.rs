//! `greenroom export`: writes the stored data in another form.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Options, fulfil};
use crate::app::exit::{CommandResult, print};
use crate::app::operation::{ExportLedger, ExportSqlite, LedgerExported, SqliteExported};
use crate::features::coins::csv::Wanted;
use crate::features::coins::model::Currency;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;

/// The forms in which data can be written.
#[derive(Debug, Subcommand)]
pub enum Export {
    /// Write the tables into an SQLite file, from one moment; a running bot is asked to do it
    Sqlite(ExportSqliteArgs),
    /// Write the ledger of coins and points into a CSV file; a running bot is asked to do it
    Ledger(ExportLedgerArgs),
}

/// Options of `export sqlite`.
#[derive(Args, Clone, Debug)]
pub struct ExportSqliteArgs {
    /// The file to write
    #[arg(value_name = "OUT.db")]
    pub out: PathBuf,
    /// One server only; without it every table begins with the server's id
    #[arg(long, value_name = "ID", value_parser = super::server, allow_negative_numbers = true)]
    pub guild: Option<GuildId>,
    /// Replace the file if it exists
    #[arg(long)]
    pub force: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Options of `export ledger`.
#[derive(Args, Clone, Debug)]
pub struct ExportLedgerArgs {
    /// The file to write
    #[arg(value_name = "OUT.csv")]
    pub out: PathBuf,
    /// One server only
    #[arg(long, value_name = "ID", value_parser = super::server, allow_negative_numbers = true)]
    pub guild: Option<GuildId>,
    /// One currency only: luxury or points
    #[arg(long, value_parser = super::currency)]
    pub currency: Option<Currency>,
    /// One member only
    #[arg(long, value_name = "ID", value_parser = super::member, allow_negative_numbers = true)]
    pub user: Option<UserId>,
    /// From a day (2026-11-21, in UTC) or moment (2026-11-21T20:00:00Z) on
    #[arg(long, value_name = "DATE", value_parser = super::moment, allow_negative_numbers = true)]
    pub since: Option<Timestamp>,
    /// Replace the file if it exists
    #[arg(long)]
    pub force: bool,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Writes the form that is asked for.
pub fn run(options: &Options, export: &Export) -> CommandResult {
    match export {
        Export::Sqlite(args) => sqlite(options, args),
        Export::Ledger(args) => ledger(options, args),
    }
}

fn ledger(options: &Options, args: &ExportLedgerArgs) -> CommandResult {
    let storage = options.start()?;
    let wanted =
        Wanted { guild: args.guild, currency: args.currency, user: args.user, since: args.since, ..Wanted::default() };
    let operation = ExportLedger::to(&args.out, wanted, args.force)?;
    let LedgerExported { path, entries } = fulfil(&storage, &operation)?;
    if args.json {
        print(&json!({ "path": path, "entries": entries }).to_string());
    } else {
        print(&format!("Wrote {entries} entries to {}.", path.display()));
        if entries == 0 {
            print(&nothing_there(wanted));
        }
    }
    Ok(())
}

/// Why a ledger is empty, as far as the command line tells it.
fn nothing_there(wanted: Wanted) -> String {
    let is_narrow = wanted.guild.is_some() || wanted.currency.is_some() || wanted.since.is_some();
    match wanted.user {
        Some(user) if is_narrow => format!("The member {user} has no entries that the other options let through."),
        Some(user) => format!("The member {user} has no entries."),
        None if is_narrow => "There are no entries that the options let through.".to_owned(),
        None => "There are no entries yet.".to_owned(),
    }
}

fn sqlite(options: &Options, args: &ExportSqliteArgs) -> CommandResult {
    let storage = options.start()?;
    let operation = ExportSqlite::to(&args.out, args.guild, args.force)?;
    let SqliteExported { path, tables, dangling } = fulfil(&storage, &operation)?;
    if args.json {
        let tables: serde_json::Map<_, _> = tables.into_iter().map(|(table, rows)| (table, rows.into())).collect();
        print(&json!({ "path": path, "tables": tables, "dangling": dangling }).to_string());
        return Ok(());
    }
    let rows: u64 = tables.iter().map(|(_, rows)| rows).sum();
    print(&format!("Wrote {rows} rows in {} tables to {}.", tables.len(), path.display()));
    if dangling > 0 {
        print(&format!("{dangling} rows refer to rows that are missing; run greenroom check."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_ledger_says_whose_it_is() {
        let nobody = Wanted { user: Some(UserId::new(5)), ..Wanted::default() };
        assert_eq!(nothing_there(nobody), "The member 5 has no entries.");
        let narrow = Wanted { currency: Some(Currency::Luxury), ..nobody };
        assert!(nothing_there(narrow).contains("member 5") && nothing_there(narrow).contains("other options"));
        assert_eq!(nothing_there(Wanted::default()), "There are no entries yet.");
    }
}
