//! `/currency-admin`: what those who run a server do with its currency. It works while the currency is switched off, too: a server
//! may put names and balances in order before.

use serenity::all::User;

use super::{boards, views};
use crate::discord::access::Access;
use crate::discord::component::{Acknowledge, Button};
use crate::discord::receiver::require_named;
use crate::discord::{Bot, Caller, Command, Context, ContextExt, Draft, answer};
use crate::features::coins::model::{CoinsRefusal, Currency};
use crate::features::coins::service::Order;
use crate::features::coins::{queries, rules};
use crate::flows::{coins_by_hand, currency_accounts};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::money;
use crate::store::Tx;

/// Another page of the entries of a member.
pub static HISTORY: Button<(UserId, u64)> =
    Button::new("coins:server_history", Access::Admin, Acknowledge::Update, |bot, click| {
        let (user, page) = click.arguments;
        Box::pin(entries(bot, click.caller.guild, user, page))
    });

/// Those of people who run a server.
pub fn for_admins() -> Vec<Command> {
    vec![currency_admin()]
}

/// Manage the server currency
#[poise::command(
    slash_command,
    rename = "currency-admin",
    subcommand_required,
    subcommands("add", "remove", "set", "history", "validate", "rollback", "name")
)]
#[expect(clippy::unused_async, reason = "commands are asynchronous")]
async fn currency_admin(_: Context<'_>) -> Result<()> {
    Ok(())
}

/// Who asks, and what the ledger is told of it.
fn order(ctx: Context<'_>, user: &User, reason: Option<String>) -> Result<(GuildId, Order)> {
    let caller = Caller::of(ctx)?;
    let (currency, user) = (Currency::Server, UserId::new(user.id.get()));
    let reason = rules::told_reason(&reason.unwrap_or_default());
    Ok((caller.guild, Order { currency, user, reason, actor: caller.actor() }))
}

/// Add currency
#[poise::command(slash_command)]
async fn add(
    ctx: Context<'_>,
    #[description = "Discord user"] user: User,
    #[description = "How much"]
    #[min = 1]
    amount: i64,
    #[description = "Reason for the log"] reason: Option<String>,
) -> Result<()> {
    require_named(ctx, &user)?;
    let (guild, order) = order(ctx, &user, reason)?;
    let amount = rules::typed_amount(Some(amount))?;
    let add = move |tx: &Tx<'_>| Ok((coins_by_hand::add(tx, guild, &order, amount)?, money::of(tx, guild)?));
    ctx.write("currency_added", add, |(entry, money)| views::boards::changed(entry, None, money)).await
}

/// Remove currency (floor 0)
#[poise::command(slash_command)]
async fn remove(
    ctx: Context<'_>,
    #[description = "Discord user"] user: User,
    #[description = "How much"]
    #[min = 1]
    amount: i64,
    #[description = "Reason for the log"] reason: Option<String>,
) -> Result<()> {
    let (guild, order) = order(ctx, &user, reason)?;
    let amount = rules::typed_amount(Some(amount))?;
    let remove = move |tx: &Tx<'_>| Ok((coins_by_hand::remove(tx, guild, &order, amount)?, money::of(tx, guild)?));
    let view = |(removed, money): &(_, _)| views::boards::removed(removed, money);
    ctx.write("currency_removed", remove, view).await
}

/// Set a balance
#[poise::command(slash_command)]
async fn set(
    ctx: Context<'_>,
    #[description = "Discord user"] user: User,
    #[description = "What the balance is then"]
    #[min = 0]
    amount: i64,
    #[description = "Reason for the log"] reason: Option<String>,
) -> Result<()> {
    let (guild, order) = order(ctx, &user, reason)?;
    let amount = Amount::try_from(amount).map_err(|_| CoinsRefusal::NotAnAmount)?;
    let (currency, whose) = (order.currency, order.user);
    // From whoever left something may still be taken.
    if ctx.data().store.read("balance", move |read| queries::balance(read, guild, currency, whose)).await? < amount {
        require_named(ctx, &user)?;
    }
    let set = move |tx: &Tx<'_>| Ok((coins_by_hand::set(tx, guild, &order, amount)?, money::of(tx, guild)?));
    ctx.write("currency_set", set, |(entry, money)| views::boards::changed(entry, None, money)).await
}

/// Show a user's transactions
#[poise::command(slash_command)]
async fn history(
    ctx: Context<'_>,
    #[description = "Discord user"] user: User,
    #[description = "Page"]
    #[min = 1]
    page: Option<u32>,
) -> Result<()> {
    let Caller { guild, .. } = Caller::of(ctx)?;
    answer(ctx, entries(ctx.data(), guild, UserId::new(user.id.get()), page.map_or(1, u64::from))).await
}

/// Check balances against the ledger
#[poise::command(slash_command)]
async fn validate(
    ctx: Context<'_>,
    #[description = "Discord user; without one all balances are checked"] user: Option<User>,
) -> Result<()> {
    let Caller { guild, .. } = Caller::of(ctx)?;
    let Some(user) = user.map(|user| UserId::new(user.id.get())) else {
        let findings = move |read: &dyn crate::store::Read| currency_accounts::findings(read, guild);
        return ctx.read("currency_checked", findings, |findings| views::boards::checked(findings)).await;
    };
    let validated = move |read: &dyn crate::store::Read| {
        Ok((currency_accounts::validated(read, guild, user)?, money::of(read, guild)?))
    };
    let view = |(validated, money): &(Option<_>, _)| views::boards::validated(user, validated.as_ref(), money);
    ctx.read("currency_validated", validated, view).await
}

/// Undo one transaction
#[poise::command(slash_command)]
async fn rollback(
    ctx: Context<'_>,
    #[description = "Its name (txn_…), or its number in the history"] transaction_id: String,
) -> Result<()> {
    let caller = Caller::of(ctx)?;
    let (guild, actor) = (caller.guild, caller.actor());
    let undo = move |tx: &Tx<'_>| {
        let reason = "rolled back".to_owned();
        Ok((coins_by_hand::undo_called(tx, guild, &transaction_id, reason, actor)?, money::of(tx, guild)?))
    };
    ctx.write("currency_rolled_back", undo, |(undone, money)| {
        views::boards::changed(&undone.entry, undone.other.as_ref(), money)
    })
    .await
}

/// Set the currency name and symbol
#[poise::command(slash_command)]
async fn name(
    ctx: Context<'_>,
    #[description = "What the currency is called: cookies"] name: String,
    #[description = "What stands beside an amount: 🍪"] symbol: Option<String>,
) -> Result<()> {
    let caller = Caller::of(ctx)?;
    let (guild, actor) = (caller.guild, caller.actor());
    let rename = move |tx: &Tx<'_>| money::rename(tx, guild, actor, &name, symbol.as_deref());
    ctx.write("currency_named", rename, views::boards::named).await
}

async fn entries(bot: &Bot, guild: GuildId, user: UserId, page: u64) -> Result<Draft> {
    let (page, money) = boards::entries_of(bot, guild, user, page).await?;
    Ok(views::boards::history(&page, &money, |to| HISTORY.with(&(user, to))))
}
