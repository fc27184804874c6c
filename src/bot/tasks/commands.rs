//! `/claim`, `/task_submit` and `/tasks`.

use serenity::all::Attachment;

use super::autocomplete::{
    complete_category, complete_claimable, complete_claimed, complete_submittable, complete_task,
};
use super::{components, files, views};
use crate::discord::{Caller, Command, Context, ContextExt, answer};
use crate::features::tasks::claims::{self, HandedIn};
use crate::features::tasks::model::TaskId;
use crate::features::tasks::queries;
use crate::kernel::error::Result;
use crate::money;

/// Those of everybody.
pub fn for_everybody() -> Vec<Command> {
    vec![claim(), task_submit(), tasks()]
}

/// Claim a task
#[poise::command(slash_command, guild_only)]
async fn claim(
    ctx: Context<'_>,
    #[description = "Which task"]
    #[min = 1]
    #[autocomplete = "complete_claimable"]
    task_id: u64,
) -> Result<()> {
    let (bot, Caller { guild, user, .. }) = (ctx.data(), Caller::of(ctx)?);
    answer(ctx, components::claim(bot, guild, user, TaskId::new(task_id))).await
}

/// Hand in proof for a claimed task
#[poise::command(slash_command, guild_only, rename = "task_submit")]
async fn task_submit(
    ctx: Context<'_>,
    #[description = "Which task"]
    #[min = 1]
    #[autocomplete = "complete_submittable"]
    task_id: u64,
    #[description = "What you did, or a link that shows it"]
    #[max_length = 1500]
    proof: Option<String>,
    #[description = "A file that shows it"] attachment: Option<Attachment>,
    #[description = "Another file"] attachment2: Option<Attachment>,
    #[description = "Another file"] attachment3: Option<Attachment>,
) -> Result<()> {
    let bot = ctx.data();
    let work = async {
        let (Caller { guild, user, .. }, id) = (Caller::of(ctx)?, TaskId::new(task_id));
        let attached: Vec<Attachment> = [attachment, attachment2, attachment3].into_iter().flatten().collect();
        let (content, count, now) = (proof.unwrap_or_default(), attached.len(), bot.clock.now());
        let typed = content.clone();
        // What would refuse the proof anyway is said before its files are kept.
        let admit =
            move |read: &dyn crate::store::Read| claims::admit_proof(read, guild, (user, id), (&typed, count), now);
        let channel = bot.store.read("proof_admitted", admit).await?.task.task.channel;
        let kept = files::keep(bot, channel, user, &attached).await?;
        let handed_in = HandedIn { content, files: kept.clone() };
        let submit = move |tx: &crate::store::Tx<'_>| claims::submit(tx, guild, user, id, &handed_in);
        let submitted = bot.store.write("proof_submitted", submit).await;
        if submitted.is_err() {
            files::discard(bot, &kept).await;
        }
        Ok(views::submitted(&submitted?))
    };
    // Boxed, because files on their way make a large future.
    answer(ctx, Box::pin(work)).await
}

/// Browse tasks and your own claims
#[poise::command(slash_command, guild_only, subcommand_required, subcommands("list", "mine", "info", "abandon"))]
#[expect(clippy::unused_async, reason = "Discord runs its subcommands alone")]
async fn tasks(_: Context<'_>) -> Result<()> {
    Ok(())
}

/// List open tasks
#[poise::command(slash_command)]
async fn list(
    ctx: Context<'_>,
    #[description = "Only of this category"]
    #[autocomplete = "complete_category"]
    category: Option<String>,
) -> Result<()> {
    let (bot, Caller { guild, .. }) = (ctx.data(), Caller::of(ctx)?);
    answer(ctx, components::list_of(bot, guild, category)).await
}

/// Your claims and their deadlines
#[poise::command(slash_command)]
async fn mine(ctx: Context<'_>) -> Result<()> {
    let (bot, Caller { guild, user, .. }) = (ctx.data(), Caller::of(ctx)?);
    answer(ctx, components::mine(bot, guild, user, 1)).await
}

/// Show one task
#[poise::command(slash_command)]
async fn info(
    ctx: Context<'_>,
    #[description = "Which task"]
    #[min = 1]
    #[autocomplete = "complete_task"]
    task_id: u64,
) -> Result<()> {
    let (Caller { guild, user, .. }, id) = (Caller::of(ctx)?, TaskId::new(task_id));
    ctx.read(
        "task",
        move |read| {
            let known = queries::require(read, guild, id)?;
            Ok((known, queries::latest_claim(read, guild, user, id)?, money::of(read, guild)?))
        },
        |(known, own, money)| views::info(known, own.as_ref(), money),
    )
    .await
}

/// Give up a claim
#[poise::command(slash_command)]
async fn abandon(
    ctx: Context<'_>,
    #[description = "Which task"]
    #[min = 1]
    #[autocomplete = "complete_claimed"]
    task_id: u64,
) -> Result<()> {
    let (caller, id) = (Caller::of(ctx)?, TaskId::new(task_id));
    let (guild, user, by) = (caller.guild, caller.user, caller.actor());
    ctx.write("claim_abandoned", move |tx| claims::abandon(tx, guild, by, user, id), views::abandoned).await
}
