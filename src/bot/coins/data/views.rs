//! What people read of the data of a server. Pure: read models in, drafts out.

use serenity::all::ButtonStyle;
use serenity::builder::{CreateActionRow, CreateAttachment, CreateButton};

use super::components::{ARCHIVE, CLEAN_UP};
use super::export::{Form, What};
use crate::discord::Draft;
use crate::features::coins::model::Currency;
use crate::flows::accounts_cleaned::Cleaned;
use crate::flows::accounts_listed::Listed;
use crate::kernel::amount::Amount;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::sentence::NO_COMMANDS;
use crate::kernel::text::{MomentStyle, mention, moment};
use crate::money::Money;

/// Members that are listed; the message holds no more.
const MOST_LISTED: usize = 15;

/// The answer with a file.
pub fn file(what: What, form: Form, guild: GuildId, bytes: Vec<u8>) -> Draft {
    let name = format!("{}-{guild}.{}", what.noted(), form.ending());
    Draft::text("📦 Here is the file. It holds what members did and have, so keep it where only your team reads it.")
        .with_file(CreateAttachment::bytes(bytes, name))
}

/// The answer where the file is too large.
pub fn too_large(guild: GuildId, dashboard: &str) -> Draft {
    Draft::text(format!(
        "📦 That is more than Discord takes in one file. {dashboard} brings you to the pages, where **Data** gives it in any size; \
         whoever runs me can type `greenroom export sqlite FILE --guild {guild}`."
    ))
}

/// Members who left.
pub fn inactive(found: &[Listed], money: &Money, days: u64, is_told: bool) -> Draft {
    let unknown = if is_told {
        ""
    } else {
        "\nDiscord does not tell me who leaves: the intent **Server Members** is switched off."
    };
    if found.is_empty() {
        return Draft::text(format!("Nobody with an account left {days} days ago or earlier.{unknown}"));
    }
    let mut lines = vec![format!("**{}** left {} or earlier:", members(found.len()), ago(days))];
    for Listed { user, balance, account } in found.iter().take(MOST_LISTED) {
        let left = account.left_at.map_or_else(String::new, |at| moment(at, MomentStyle::ShortDateTime));
        lines.push(format!("{} · {} · left {left}", mention(*user), money.of(balance.amount).markdown(NO_COMMANDS)));
    }
    if let Some(more) = found.len().checked_sub(MOST_LISTED).filter(|more| *more > 0) {
        lines.push(format!("… and {more} more"));
    }
    Draft::text(lines.join("\n") + unknown)
}

/// Whose accounts would be closed, and the button that does it.
pub fn would_close(found: &Cleaned, money: &Money, days: u64) -> Draft {
    if found.users.is_empty() {
        return Draft::text(format!("Nobody left {} or earlier, so there is nothing to close.", ago(days)));
    }
    let names: Vec<String> = found.users.iter().take(MOST_LISTED).map(|user| mention(*user)).collect();
    let more = if found.users.len() > MOST_LISTED { " …" } else { "" };
    let button = CreateButton::new(CLEAN_UP.with(&days)).label("Close these accounts").style(ButtonStyle::Danger);
    Draft::text(format!(
        "🧹 The accounts of **{}** would be closed, with {} in all: {}{more}\nNothing was changed yet. Luxury Coins stay.",
        members(found.users.len()),
        held(found, money),
        names.join(" ")
    ))
    .row(CreateActionRow::Buttons(vec![button]))
}

/// What was closed.
pub fn closed(done: &Cleaned, money: &Money) -> Draft {
    Draft::text(format!(
        "🧹 The accounts of **{}** were closed, with {} in all.",
        members(done.users.len()),
        held(done, money)
    ))
}

/// Whether somebody counts as a member again.
pub fn reactivated(user: UserId, had_left: bool) -> Draft {
    let user = mention(user);
    Draft::text(if had_left {
        format!("✅ The account of {user} is in use again.")
    } else {
        format!("The account of {user} was in use already.")
    })
}

/// What would be archived, and the button that does it.
pub fn would_archive(waiting: &[(Currency, u64)], day: &str, days: u64) -> Draft {
    let entries = waiting.iter().fold(0_u64, |all, (_, entries)| all.saturating_add(*entries));
    if entries == 0 {
        return Draft::text(format!("The ledger has no entries of before {day}."));
    }
    let button = CreateButton::new(ARCHIVE.with(&days)).label("Archive them").style(ButtonStyle::Danger);
    Draft::text(format!(
        "🗃️ **{}** of before {day} would leave the ledger for the archive. Every balance stays what it is; \
         one entry for each account stands for those that go. Nothing was changed yet.",
        counted(entries, "entry", "entries")
    ))
    .row(CreateActionRow::Buttons(vec![button]))
}

/// What was archived.
pub fn archived(entries: u64, day: &str) -> Draft {
    Draft::text(format!(
        "🗃️ **{}** of before {day} left the ledger for the archive.",
        counted(entries, "entry", "entries")
    ))
}

fn held(cleaned: &Cleaned, money: &Money) -> String {
    money.of(Amount::ZERO.clamped_change(cleaned.amount)).markdown(NO_COMMANDS)
}

fn ago(days: u64) -> String {
    format!("{} ago", counted(days, "day", "days"))
}

fn members(number: usize) -> String {
    counted(u64::try_from(number).unwrap_or(u64::MAX), "member", "members")
}

fn counted(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use crate::bot::tests::definitions;

    #[test]
    fn the_commands_are_those_that_people_were_promised() {
        let definitions = definitions(&super::super::commands::for_admins());
        assert!(definitions.starts_with("/data – Export, clean up and archive server data"), "{definitions}");
        for part in ["export", "inactive", "cleanup", "reactivate", "archive"] {
            assert!(definitions.contains(part), "{part}: {definitions}");
        }
    }
}
