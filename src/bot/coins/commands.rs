//! The commands of coins: who may is checked, a flow is called, a view answers.

use serenity::all::{CreateAutocompleteResponse, User};

use super::{boards, components, views};
use crate::bot::handles::autocomplete::chosen_user;
use crate::discord::access::is_administrator;
use crate::discord::choice::{choice, offer_found, value_in};
use crate::discord::receiver::require_named;
use crate::discord::{Caller, Command, Context, ContextExt, answer};
use crate::features::coins::model::{CoinsRefusal, Currency, EntryId};
use crate::features::coins::service::Order;
use crate::features::coins::{queries, rules};
use crate::flows::{coins_by_hand, skip_bought};
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::kernel::text::one_line;
use crate::store::{Read, Tx};

/// Those of everybody.
pub fn for_everybody() -> Vec<Command> {
    vec![balance(), buy_skip(), boards::transactions(), boards::leaderboard()]
}

/// Those of administrators.
pub fn for_administrators() -> Vec<Command> {
    vec![coins()]
}

/// A name in the title of a balance is no longer than this, which is Discord's own limit.
const LONGEST_NAME: usize = 32;

/// Show your Luxury Coins and server currency
#[poise::command(slash_command, guild_only)]
async fn balance(ctx: Context<'_>, #[description = "Someone else"] user: Option<User>) -> Result<()> {
    let Caller { guild, user: caller, name, .. } = Caller::of(ctx)?;
    let whose = user.as_ref().map_or(caller, |user| UserId::new(user.id.get()));
    let name = user.map_or(name, |user| one_line(&user.name, LONGEST_NAME));
    ctx.read(
        "balance",
        move |read| {
            let purse = queries::purse(read, guild, whose)?;
            Ok((purse, boards::of_server(read, guild, whose)?, skip_bought::earning(read, guild)?))
        },
        |(purse, server, earning)| {
            let buy_skip = ctx.data().command_mention("buy-skip");
            views::balance(&name, purse, server.as_ref(), earning, &buy_skip, whose == caller)
        },
    )
    .await
}

/// Spend Luxury Coins to move your latest submission to 10 Skip
#[poise::command(slash_command, guild_only, rename = "buy-skip")]
async fn buy_skip(ctx: Context<'_>) -> Result<()> {
    let Caller { guild, user, .. } = Caller::of(ctx)?;
    let bought = move |tx: &Tx<'_>| skip_bought::run(tx, guild, user);
    ctx.write_counted("skip_bought", (guild, user), bought, views::skip_bought).await
}

/// View, add or remove Luxury Coins of a user
#[poise::command(slash_command)]
async fn coins(
    ctx: Context<'_>,
    #[description = "Discord user"] user: User,
    #[description = "What to do"] action: CoinsAction,
    #[description = "Needed for add and remove"]
    #[min = 1]
    amount: Option<i64>,
    #[description = "Reason for the log"] reason: Option<String>,
    #[description = "Needed for undo: the number of the entry"]
    #[autocomplete = "complete_entry"]
    entry: Option<String>,
) -> Result<()> {
    let caller = Caller::of(ctx)?;
    let (guild, named) = (caller.guild, user);
    let user = UserId::new(named.id.get());
    let (currency, reason) = (Currency::Luxury, rules::told_reason(&reason.unwrap_or_default()));
    let order = Order { currency, user, reason, actor: caller.actor() };
    match action {
        CoinsAction::View => {
            ctx.read("balance", move |read| queries::purse(read, guild, user), |purse| views::viewed(user, purse)).await
        }
        CoinsAction::History => answer(ctx, components::history(ctx.data(), guild, user, None)).await,
        CoinsAction::Add => {
            require_named(ctx, &named)?;
            let amount = rules::typed_amount(amount)?;
            ctx.write("coins_added", move |tx| coins_by_hand::add(tx, guild, &order, amount), views::added).await
        }
        CoinsAction::Remove => {
            let amount = rules::typed_amount(amount)?;
            ctx.write("coins_removed", move |tx| coins_by_hand::remove(tx, guild, &order, amount), views::removed).await
        }
        CoinsAction::Undo => {
            let id = entry_number(entry.as_deref())?;
            ctx.write(
                "coins_undone",
                move |tx| coins_by_hand::undo(tx, guild, &order, id),
                |entry| views::undone(id, entry),
            )
            .await
        }
    }
}

/// What `/coins` does (`C-04`).
#[derive(Clone, Copy, Debug, poise::ChoiceParameter)]
enum CoinsAction {
    #[name = "view"]
    View,
    #[name = "add"]
    Add,
    #[name = "remove"]
    Remove,
    #[name = "history"]
    History,
    #[name = "undo"]
    Undo,
}

/// Offers the entries of the chosen member that can be undone. Only administrators get any, because Discord completes
/// the options of people for whom a server opened the command, too.
async fn complete_entry(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let is_allowed = is_administrator(ctx).await;
    let Some(user) = chosen_user(ctx).filter(|_| is_allowed) else { return CreateAutocompleteResponse::new() };
    let search =
        move |read: &dyn Read, caller: &Caller, typed: &str| queries::undoable(read, caller.guild, user, typed);
    offer_found(ctx, typed, search, |(id, entry)| choice(views::entry_choice(*id, entry), id)).await
}

fn entry_number(typed: Option<&str>) -> Result<EntryId> {
    let number = typed.and_then(|typed| value_in(typed).parse().ok());
    number.ok_or_else(|| CoinsRefusal::NoSuchEntry.into())
}
