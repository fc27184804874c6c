//! The command: who may is checked by its registration, an operation is called, a view answers.

use serenity::all::User;

use super::components::{self, days_ago};
use super::export::{self, Form, What};
use super::views;
use crate::activity::program::EXPORTED;
use crate::discord::{Caller, Command, Context, ContextExt, answer};
use crate::features::coins::archive as ledger;
use crate::flows::{accounts_cleaned, accounts_listed};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::UserId;
use crate::money;
use crate::store::{Read, Tx};

/// For how many days somebody is away who counts as inactive, where nobody says otherwise.
const DAYS: u64 = 30;
/// How many days stay in the ledger, likewise.
const DAYS_TO_KEEP: u64 = 90;

/// Those of people who run the server.
pub fn for_admins() -> Vec<Command> {
    vec![data()]
}

/// Export, clean up and archive server data
#[poise::command(
    slash_command,
    subcommand_required,
    subcommands("export_data", "inactive", "cleanup", "reactivate", "archive")
)]
#[expect(clippy::unused_async, reason = "commands are asynchronous")]
async fn data(_: Context<'_>) -> Result<()> {
    Ok(())
}

/// Export data of this server
#[poise::command(slash_command, rename = "export", guild_only)]
async fn export_data(
    ctx: Context<'_>,
    #[description = "What is in the file"] what: What,
    #[description = "The form of the file"] format: Option<Form>,
) -> Result<()> {
    let (bot, caller) = (ctx.data(), Caller::of(ctx)?);
    let (guild, by) = (caller.guild, caller.actor());
    let form = format.unwrap_or(Form::Json);
    let work = async {
        export::require(what, form)?;
        let note = move |tx: &Tx<'_>| EXPORTED.with(what.noted().to_owned()).by(by).note(tx, guild);
        bot.store.write("exported", note).await?;
        let store = bot.store.clone();
        let written = tokio::task::spawn_blocking(move || export::written(&store, guild, what, form)).await;
        Ok(match written.map_err(Error::failed)?? {
            Some(bytes) => views::file(what, form, guild, bytes),
            None => views::too_large(guild, &bot.command_mention("dashboard")),
        })
    };
    answer(ctx, Box::pin(work)).await
}

/// List inactive users
#[poise::command(slash_command, guild_only)]
async fn inactive(
    ctx: Context<'_>,
    #[description = "For so many days at least (default 30)"]
    #[min = 1]
    #[max = 36500]
    days: Option<u64>,
) -> Result<()> {
    let (bot, Caller { guild, .. }) = (ctx.data(), Caller::of(ctx)?);
    let (days, is_told) = (days.unwrap_or(DAYS), !bot.lacks_intents());
    let before = days_ago(bot.clock.now(), days);
    let found = move |read: &dyn Read| Ok((accounts_listed::inactive(read, guild, before)?, money::of(read, guild)?));
    ctx.read("users_inactive", found, |(found, money)| views::inactive(found, money, days, is_told)).await
}

/// Remove inactive users
#[poise::command(slash_command, guild_only)]
async fn cleanup(
    ctx: Context<'_>,
    #[description = "Of those who left so many days ago (default 30)"]
    #[min = 1]
    #[max = 36500]
    days: Option<u64>,
) -> Result<()> {
    let (bot, Caller { guild, .. }, days) = (ctx.data(), Caller::of(ctx)?, days.unwrap_or(DAYS));
    let wanted = components::leavers(bot, days);
    let found =
        move |read: &dyn Read| Ok((accounts_cleaned::candidates(read, guild, wanted)?, money::of(read, guild)?));
    ctx.read("accounts_to_clean", found, |(found, money)| views::would_close(found, money, days)).await
}

/// Reactivate a user
#[poise::command(slash_command, guild_only)]
async fn reactivate(ctx: Context<'_>, #[description = "Who"] user: User) -> Result<()> {
    let caller = Caller::of(ctx)?;
    let (guild, by, user) = (caller.guild, caller.actor(), UserId::new(user.id.get()));
    let back = move |tx: &Tx<'_>| accounts_cleaned::reactivate(tx, guild, user, by);
    ctx.write("account_reactivated", back, |had_left| views::reactivated(user, *had_left)).await
}

/// Archive old transactions
#[poise::command(slash_command, guild_only)]
async fn archive(
    ctx: Context<'_>,
    #[description = "How many days stay (default 90)"]
    #[min = 1]
    #[max = 36500]
    days_to_keep: Option<u64>,
) -> Result<()> {
    let (bot, caller) = (ctx.data(), Caller::of(ctx)?);
    let (guild, days) = (caller.guild, days_to_keep.unwrap_or(DAYS_TO_KEEP));
    let order = components::archiving(bot, days, caller.actor());
    let before = order.before;
    let waiting = move |read: &dyn Read| ledger::waiting(read, guild, before);
    ctx.read("ledger_to_archive", waiting, |waiting| views::would_archive(waiting, &order.day(), days)).await
}
