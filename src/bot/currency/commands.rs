//! The commands of the server's currency: who may is checked, a flow is called, a view answers.

use serenity::all::User;

use super::views;
use crate::discord::receiver::require_named;
use crate::discord::{Caller, Command, Context, ContextExt, answer_publicly};
use crate::features::coins::model::CoinsRefusal;
use crate::flows::currency_given::{self, Gift, Person};
use crate::flows::daily_claimed;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::kernel::text::one_line;
use crate::store::Tx;

/// Those of everybody.
pub fn for_everybody() -> Vec<Command> {
    vec![daily(), give()]
}

/// A name in the ledger is no longer than this, which is Discord's own limit.
const LONGEST_NAME: usize = 32;

/// Claim your daily reward
#[poise::command(slash_command, guild_only)]
async fn daily(ctx: Context<'_>) -> Result<()> {
    let Caller { guild, user, .. } = Caller::of(ctx)?;
    let claimed = move |tx: &Tx<'_>| daily_claimed::run(tx, guild, user);
    ctx.write_counted("daily_claimed", (guild, user), claimed, views::claimed).await
}

/// Give currency to someone
#[poise::command(slash_command, guild_only)]
async fn give(
    ctx: Context<'_>,
    #[description = "To whom"] user: User,
    #[description = "How much"]
    #[min = 1]
    amount: i64,
) -> Result<()> {
    let Caller { guild, user: giver, name, .. } = Caller::of(ctx)?;
    let (from, to) = (Person { user: giver, name }, receiver(ctx, &user)?);
    let amount = Amount::try_from(amount).map_err(|_| CoinsRefusal::NotAnAmount)?;
    let gift = Gift { from, to, amount };
    answer_publicly(ctx, async {
        let (bot, given) = (ctx.data(), move |tx: &Tx<'_>| currency_given::run(tx, guild, &gift));
        Ok(views::given(&bot.pace.counted(guild, giver, bot.store.write("currency_given", given)).await?))
    })
    .await
}

/// Who is to be given something, where they can be.
fn receiver(ctx: Context<'_>, user: &User) -> Result<Person> {
    require_named(ctx, user)?;
    let id = UserId::new(user.id.get());
    let name = one_line(&user.name, LONGEST_NAME);
    Ok(Person { user: id, name: if name.is_empty() { id.to_string() } else { name } })
}
