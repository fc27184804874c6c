//! `greenroom export`: writes the stored data in another form.

use serde_json::json;

use super::cli::{Export, ExportLedgerArgs, ExportSqliteArgs, Options};
use super::control::Outcome;
use super::exit::{CommandResult, Stop, print, tell};
use super::{maintenance, telemetry};
use crate::catalogue::CATALOGUE;
use crate::features::coins::csv::Wanted;

/// Writes the form that is asked for.
pub fn run(options: &Options, export: &Export) -> CommandResult {
    match export {
        Export::Sqlite(args) => sqlite(options, args),
        Export::Ledger(args) => ledger(options, args),
    }
}

fn ledger(options: &Options, args: &ExportLedgerArgs) -> CommandResult {
    let config = options.load_config()?;
    telemetry::start(&config.logging)?;
    let wanted = Wanted { guild: args.guild, currency: args.currency, user: args.user, since: args.since };
    let request = maintenance::ledger_request(&args.out, wanted, args.force)?;
    let outcome = maintenance::fulfil(&config.storage, CATALOGUE, &request, &mut tell)?;
    let Outcome::LedgerExported { path, entries } = outcome else {
        return Err(Stop::failed("The running Greenroom answered something else; is it another version?"));
    };
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
    let config = options.load_config()?;
    telemetry::start(&config.logging)?;
    let request = maintenance::export_request(&args.out, args.guild, args.force)?;
    let outcome = maintenance::fulfil(&config.storage, CATALOGUE, &request, &mut tell)?;
    let Outcome::Exported { path, tables, dangling } = outcome else {
        return Err(Stop::failed("The running Greenroom answered something else; is it another version?"));
    };
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
    use crate::features::coins::model::Currency;
    use crate::kernel::ids::UserId;

    #[test]
    fn an_empty_ledger_says_whose_it_is() {
        let nobody = Wanted { user: Some(UserId::new(5)), ..Wanted::default() };
        assert_eq!(nothing_there(nobody), "The member 5 has no entries.");
        let narrow = Wanted { currency: Some(Currency::Luxury), ..nobody };
        assert!(nothing_there(narrow).contains("member 5") && nothing_there(narrow).contains("other options"));
        assert_eq!(nothing_there(Wanted::default()), "There are no entries yet.");
    }
}
