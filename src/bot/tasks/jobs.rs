//! What tasks do after a commit, or when a moment comes.

use super::{roles, views};
use crate::discord::Bot;
use crate::discord::delivery::Undelivered;
use crate::features::tasks::model::{CLEARING, NAMED_ROLE, NEWS};
use crate::features::tasks::tables::{DEADLINE, EXPIRY};
use crate::features::tasks::{claims, service};
use crate::flows::task_reviewed;
use crate::jobs::{Run, Setback};
use crate::money;
use crate::runner::{Handler, Worth};

/// Ends a task when its time is over, and a claim at its deadline.
pub static EXPIRY_HANDLER: Handler<Bot> =
    Handler { kind: EXPIRY.name(), worth: Worth::Always, run: |bot, run| Box::pin(expiry(bot, run)) };
/// Ends a claim at its deadline.
pub static DEADLINE_HANDLER: Handler<Bot> =
    Handler { kind: DEADLINE.name(), worth: Worth::Always, run: |bot, run| Box::pin(deadline(bot, run)) };
/// Takes away what is left of a deleted task, some of it at a time.
pub static CLEARING_HANDLER: Handler<Bot> =
    Handler { kind: CLEARING.name(), worth: Worth::Always, run: |bot, run| Box::pin(clearing(bot, run)) };
/// Tells a member what became of a task. Who takes no messages is not told; `/tasks mine` shows it.
pub static NEWS_HANDLER: Handler<Bot> =
    Handler { kind: NEWS.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(news(bot, run)) };
/// Gives a role that is known by its name alone.
pub static NAMED_ROLE_HANDLER: Handler<Bot> =
    Handler { kind: NAMED_ROLE.name(), worth: Worth::Always, run: |bot, run| Box::pin(named_role(bot, run)) };

async fn expiry(bot: &Bot, run: Run) -> Result<(), Setback> {
    let ring = EXPIRY.ring(&run)?;
    Ok(bot.store.write("task_expired", move |tx| service::rang(tx, ring)).await?)
}

async fn deadline(bot: &Bot, run: Run) -> Result<(), Setback> {
    let ring = DEADLINE.ring(&run)?;
    Ok(bot.store.write("claim_expired", move |tx| claims::rang(tx, ring)).await?)
}

async fn clearing(bot: &Bot, run: Run) -> Result<(), Setback> {
    let (guild, id) = (run.guild, CLEARING.payload(&run)?);
    Ok(bot.store.write("task_cleared", move |tx| service::clear(tx, guild, id)).await?)
}

async fn news(bot: &Bot, run: Run) -> Result<(), Setback> {
    let (guild, news) = (run.guild, NEWS.payload(&run)?);
    let money = bot.store.read("money", move |read| money::of(read, guild)).await?;
    let draft = views::news(&news, &money, &bot.command_mention("task_submit"));
    match bot.direct_message(news.user, draft, Some(run.id)).await {
        Ok(_) => Ok(()),
        Err(undelivered) if undelivered.may_pass() => Err(undelivered.into()),
        Err(undelivered) => {
            tracing::debug!(user = %news.user, obstacle = ?undelivered.obstacle, "a member cannot be told of a task");
            Ok(())
        }
    }
}

async fn named_role(bot: &Bot, run: Run) -> Result<(), Setback> {
    let (guild, named) = (run.guild, NAMED_ROLE.payload(&run)?);
    let role = roles::called(bot, guild, &named.role).await.map_err(Undelivered::from)?;
    Ok(bot.store.write("task_role", move |tx| task_reviewed::give_named(tx, guild, &named, role)).await?)
}
