//! `greenroom check economy`: what a skip costs in each server, what was made and spent, and what is out of proportion.

use clap::Args;
use serde_json::{Value, json};

use super::{Options, fulfil};
use crate::app::exit::{CommandResult, print};
use crate::app::operation::{EconomyReport, ReportEconomy};
use crate::features::coins::economy::{Economy, Week, duration, grouped};
use crate::kernel::ids::GuildId;
use crate::kernel::time::Clock;

/// Options of `check economy`.
#[derive(Args, Clone, Copy, Debug)]
pub struct EconomyArgs {
    /// One server only
    #[arg(long, value_name = "ID", value_parser = super::server, allow_negative_numbers = true)]
    pub guild: Option<GuildId>,
    /// Print the result as JSON
    #[arg(long)]
    pub json: bool,
}

/// Prints how the economy stands. What is out of proportion is advice and no failure: the exit code is 0.
pub fn run(options: &Options, args: EconomyArgs) -> CommandResult {
    let storage = options.start()?;
    let now = Clock::system().now();
    let EconomyReport { guilds } = fulfil(&storage, &ReportEconomy { guild: args.guild, now })?;
    if args.json {
        print(&json!({ "guilds": guilds.iter().map(as_json).collect::<Vec<_>>() }).to_string());
    } else if guilds.is_empty() {
        print("The store knows no server yet.");
    } else {
        print(&guilds.iter().map(words).collect::<Vec<_>>().join("\n\n"));
    }
    Ok(())
}

/// Ids are texts and moments are RFC 3339 (`C-17`, `C-18`).
fn as_json(economy: &Economy) -> Value {
    let largest = economy.circulation.largest.iter();
    let weeks = economy.weeks.iter().map(|Week { begins, sums }| {
        json!({
            "begins": begins.rfc3339(),
            "gifts": sums.gifts,
            "watching": sums.watching,
            "staff": sums.staff,
            "skips": sums.skips,
            "removed": sums.removed,
            "corrected": sums.corrected,
            "others": sums.others,
        })
    });
    json!({
        "guild": economy.guild.to_string(),
        "prices": economy.prices,
        "skip_in_gifts": economy.skip_in_gifts,
        "skip_in_minutes": economy.skip_in_minutes,
        "coins": economy.circulation.coins,
        "members": economy.circulation.members,
        "largest": largest.map(|holder| json!({ "user_id": holder.user.to_string(), "coins": holder.amount })).collect::<Vec<_>>(),
        "weeks": weeks.collect::<Vec<_>>(),
        "warnings": economy.warnings,
    })
}

fn words(economy: &Economy) -> String {
    let Economy { guild, prices, circulation, weeks, warnings, .. } = economy;
    let gifts = economy.skip_in_gifts.map_or("no number of".to_owned(), grouped);
    let mut lines = vec![
        format!("Server {guild}"),
        format!(
            "A skip costs {} Luxury Coins: {gifts} gifted coins, or {} of watching.",
            grouped(prices.skip_price.into()),
            duration(economy.skip_in_minutes)
        ),
        format!("In circulation: {} Luxury Coins of {} members.", grouped(circulation.coins), circulation.members),
        format!(
            "{:<12}{:>12}{:>12}{:>12}{:>12}{:>12}{:>12}{:>12}",
            "week from", "gifts", "watching", "staff", "skips", "removed", "corrected", "others"
        ),
    ];
    for Week { begins, sums } in weeks {
        let day = begins.strftime("%Y-%m-%d");
        let made = [sums.gifts, sums.watching, sums.staff];
        let gone = [sums.skips, sums.removed].map(|gone| -gone);
        let cells = made.into_iter().chain(gone).chain([sums.corrected, sums.others]).map(grouped);
        lines.push(cells.fold(format!("{day:<12}"), |line, cell| format!("{line}{cell:>12}")));
    }
    if !circulation.largest.is_empty() {
        lines.push("The largest balances:".to_owned());
    }
    lines.extend(
        circulation
            .largest
            .iter()
            .map(|holder| format!("{:<24}{:>12}", holder.user.to_string(), holder.amount.to_string())),
    );
    lines.extend(warnings.iter().map(|warning| format!("! {}", warning.text)));
    if warnings.is_empty() {
        lines.push("The prices are in proportion.".to_owned());
    }
    lines.join("\n")
}
