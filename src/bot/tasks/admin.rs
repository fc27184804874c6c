//! `/task-admin`: tasks are made, changed, ended, reviewed and deleted. For those who run the server.

use serenity::all::{ChannelId as SerenityChannel, Role, User};

use super::autocomplete::{complete_category, complete_task};
use super::{components, review, roles, views};
use crate::discord::receiver::require_named;
use crate::discord::roles::may_give;
use crate::discord::{Bot, Caller, Command, Context, ContextExt, answer};
use crate::features::tasks::editing::{Field, TaskPatch};
use crate::features::tasks::model::{ProvenBy, Repeats, TaskId, TaskRole};
use crate::features::tasks::service;
use crate::features::tasks::settings::{
    CHANNEL, ENDS_BY_ITSELF, LISTED, MOST_AT_A_TIME, OPEN_TO_ALL, PROOF_NEEDED, RETRY_HOURS,
};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, RoleId, UserId};
use crate::money;
use crate::store::{Read, Tx};

/// Those of people who run the server.
pub fn for_admins() -> Vec<Command> {
    vec![task_admin()]
}

/// Manage tasks
#[poise::command(
    slash_command,
    rename = "task-admin",
    subcommand_required,
    subcommands(
        "create",
        "edit",
        "delete",
        "repost",
        "expire",
        "pending",
        "review_proof",
        "assign",
        "settings",
        "category"
    )
)]
#[expect(clippy::unused_async, reason = "Discord runs its subcommands alone")]
async fn task_admin(_: Context<'_>) -> Result<()> {
    Ok(())
}

/// Create and post a task
#[poise::command(slash_command)]
#[expect(clippy::too_many_arguments, reason = "each is an option of the command")]
async fn create(
    ctx: Context<'_>,
    #[description = "What it is called"]
    #[max_length = 90]
    name: String,
    #[description = "What is to be done"]
    #[max_length = 2000]
    description: String,
    #[description = "What is paid for it"]
    #[min = 0]
    reward: i64,
    #[description = "How many hours a claim has, and the task can be claimed"]
    #[min = 1]
    #[max = 8760]
    duration_hours: i64,
    #[description = "How many may claim it; -1 for any number"]
    #[min = -1]
    max_claims: Option<i64>,
    #[description = "Its category"]
    #[autocomplete = "complete_category"]
    category: Option<String>,
    #[description = "A role that comes with it"] role: Option<Role>,
    #[description = "Where it is posted"]
    #[channel_types("Text")]
    channel: Option<SerenityChannel>,
    #[description = "How often the same member may do it"] repeats: Option<RepeatsChoice>,
    #[description = "How it is proven; by a review without this"] proof: Option<ProofChoice>,
    #[description = "How many messages, minutes, coins or songs prove it"]
    #[min = 1]
    #[max = 1_000_000]
    proof_amount: Option<i64>,
    #[description = "Where messages count"]
    #[channel_types("Text")]
    proof_channel: Option<SerenityChannel>,
) -> Result<()> {
    let bot = ctx.data();
    let work = async {
        let caller = Caller::of(ctx)?;
        let (guild, by) = (caller.guild, caller.actor());
        let proven_by = proof
            .map(|proof| ProvenBy::of(poise::ChoiceParameter::name(&proof), proof_amount, proof_channel.map(id_of)))
            .transpose()?;
        let role = role.map(|role| TaskRole { id: Some(RoleId::new(role.id.get())), name: role.name, by });
        require_role(bot, guild, role.as_ref(), by).await?;
        let wanted = TaskPatch {
            name: Some(name),
            description: Some(description),
            reward: Some(reward),
            duration_hours: Some(duration_hours),
            max_claims: Some(max_claims.unwrap_or(-1)),
            category,
            role: Some(role),
            channel: channel.map(id_of),
            repeats: repeats.map(RepeatsChoice::repeats),
            proven_by,
            ..TaskPatch::default()
        };
        let make = move |tx: &Tx<'_>| Ok((service::create(tx, guild, by, &wanted)?, money::of(tx, guild)?));
        let (made, money) = bot.store.write("task_created", make).await?;
        Ok(views::admin::created(&made, &money))
    };
    // Boxed, because what serenity keeps across its requests is large.
    answer(ctx, Box::pin(work)).await
}

/// Change one field of a task
#[poise::command(slash_command)]
async fn edit(
    ctx: Context<'_>,
    #[description = "Which task"]
    #[min = 1]
    #[autocomplete = "complete_task"]
    task_id: u64,
    #[description = "What to change"] field: FieldChoice,
    #[description = "What it is to be"]
    #[max_length = 2000]
    value: String,
) -> Result<()> {
    let bot = ctx.data();
    let work = async {
        let (caller, id) = (Caller::of(ctx)?, TaskId::new(task_id));
        let (guild, by) = (caller.guild, caller.actor());
        let patch = if field == FieldChoice::RoleName {
            let role = roles::typed(bot, guild, &value, by).await?;
            require_role(bot, guild, role.as_ref(), by).await?;
            TaskPatch { role: Some(role), ..TaskPatch::default() }
        } else {
            field.field().change(&value)?
        };
        let edit = move |tx: &Tx<'_>| service::edit(tx, guild, by, (id, None), &patch);
        let edited = bot.store.write("task_edited", edit).await?;
        Ok(views::admin::edited(&edited, field.field()))
    };
    answer(ctx, Box::pin(work)).await
}

/// Delete a task with its messages
#[poise::command(slash_command)]
async fn delete(
    ctx: Context<'_>,
    #[description = "Which task"]
    #[min = 1]
    #[autocomplete = "complete_task"]
    task_id: u64,
) -> Result<()> {
    let (caller, id) = (Caller::of(ctx)?, TaskId::new(task_id));
    let (guild, by) = (caller.guild, caller.actor());
    ctx.write("task_deleted", move |tx| service::delete(tx, guild, by, id), views::admin::deleted).await
}

/// Post the task message again
#[poise::command(slash_command)]
async fn repost(
    ctx: Context<'_>,
    #[description = "Which task"]
    #[min = 1]
    #[autocomplete = "complete_task"]
    task_id: u64,
) -> Result<()> {
    let (Caller { guild, .. }, id) = (Caller::of(ctx)?, TaskId::new(task_id));
    ctx.write("task_reposted", move |tx| service::repost(tx, guild, id), views::admin::reposted).await
}

/// Expire a task now
#[poise::command(slash_command)]
async fn expire(
    ctx: Context<'_>,
    #[description = "Which task"]
    #[min = 1]
    #[autocomplete = "complete_task"]
    task_id: u64,
) -> Result<()> {
    let (caller, id) = (Caller::of(ctx)?, TaskId::new(task_id));
    let (guild, by) = (caller.guild, caller.actor());
    ctx.write("task_ended", move |tx| service::expire(tx, guild, by, id), views::admin::expired).await
}

/// List submissions waiting for review
#[poise::command(slash_command)]
async fn pending(ctx: Context<'_>) -> Result<()> {
    let (bot, Caller { guild, .. }) = (ctx.data(), Caller::of(ctx)?);
    answer(ctx, components::pending(bot, guild, 1)).await
}

/// Accept or reject a submission
#[poise::command(slash_command, rename = "review")]
async fn review_proof(
    ctx: Context<'_>,
    #[description = "Which task"]
    #[min = 1]
    #[autocomplete = "complete_task"]
    task_id: u64,
    #[description = "Whose proof"] user: User,
    #[description = "What to do"] decision: Decision,
    #[description = "Needed to reject: the member is told"]
    #[max_length = 500]
    reason: Option<String>,
) -> Result<()> {
    let bot = ctx.data();
    let work = async {
        let (caller, reason) = (Caller::of(ctx)?, reason.unwrap_or_default());
        let proof = (UserId::new(user.id.get()), TaskId::new(task_id)).into();
        match decision {
            Decision::Accept => review::accept(bot, &caller, proof, reason).await,
            Decision::Reject => review::reject(bot, &caller, proof, reason).await,
        }
    };
    answer(ctx, Box::pin(work)).await
}

/// Assign a task to a user
#[poise::command(slash_command)]
async fn assign(
    ctx: Context<'_>,
    #[description = "Which task"]
    #[min = 1]
    #[autocomplete = "complete_task"]
    task_id: u64,
    #[description = "To whom"] user: User,
) -> Result<()> {
    require_named(ctx, &user)?;
    let (caller, id) = (Caller::of(ctx)?, TaskId::new(task_id));
    let (guild, by, user) = (caller.guild, caller.actor(), UserId::new(user.id.get()));
    let assign = move |tx: &Tx<'_>| service::assign(tx, guild, by, id, user);
    ctx.write("task_assigned", assign, |known| views::admin::assigned(known, user)).await
}

/// Show or change the task settings
#[poise::command(slash_command)]
async fn settings(
    ctx: Context<'_>,
    #[description = "Whether everybody may claim a task"] allow_user_tasks: Option<bool>,
    #[description = "How many tasks a member may have at a time"]
    #[min = 1]
    #[max = 100]
    max_tasks_per_user: Option<u32>,
    #[description = "Whether tasks and claims end by themselves"] auto_expire_enabled: Option<bool>,
    #[description = "Whether a text or a file has to be handed in"] require_proof: Option<bool>,
    #[description = "Where tasks are posted"]
    #[channel_types("Text")]
    channel: Option<SerenityChannel>,
    #[description = "How many hours a member waits after a rejection; 0 for none"]
    #[min = 0]
    #[max = 720]
    retry_hours: Option<u32>,
) -> Result<()> {
    let caller = Caller::of(ctx)?;
    let (guild, by) = (caller.guild, caller.actor());
    let channel = channel.map(id_of);
    let change = move |tx: &Tx<'_>| {
        if let Some(is_open) = allow_user_tasks {
            OPEN_TO_ALL.change(tx, guild, by, &is_open)?;
        }
        if let Some(most) = max_tasks_per_user {
            MOST_AT_A_TIME.change(tx, guild, by, &most)?;
        }
        if let Some(ends) = auto_expire_enabled {
            ENDS_BY_ITSELF.change(tx, guild, by, &ends)?;
        }
        if let Some(is_needed) = require_proof {
            PROOF_NEEDED.change(tx, guild, by, &is_needed)?;
        }
        if let Some(hours) = retry_hours {
            RETRY_HOURS.change(tx, guild, by, &hours)?;
        }
        if channel.is_some() {
            CHANNEL.change(tx, guild, by, &channel)?;
        }
        shown(tx, guild)
    };
    ctx.write("task_settings", change, |shown| views::admin::settings(shown)).await
}

/// Add or remove a category
#[poise::command(slash_command)]
async fn category(
    ctx: Context<'_>,
    #[description = "What to do"] action: CategoryAction,
    #[description = "What it is called"]
    #[max_length = 40]
    #[autocomplete = "complete_category"]
    name: String,
) -> Result<()> {
    let caller = Caller::of(ctx)?;
    let (guild, by) = (caller.guild, caller.actor());
    match action {
        CategoryAction::Add => {
            let add = move |tx: &Tx<'_>| service::add_category(tx, guild, by, &name);
            ctx.write("task_category_added", add, |name| views::admin::category_added(name)).await
        }
        CategoryAction::Remove => {
            let remove = move |tx: &Tx<'_>| service::remove_category(tx, guild, by, &name);
            ctx.write("task_category_removed", remove, |name| views::admin::category_removed(name)).await
        }
    }
}

/// What of a task `/task-admin edit` changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, poise::ChoiceParameter)]
enum FieldChoice {
    #[name = "name"]
    Name,
    #[name = "description"]
    Description,
    #[name = "reward"]
    Reward,
    #[name = "duration_hours"]
    DurationHours,
    #[name = "max_claims"]
    MaxClaims,
    #[name = "category"]
    Category,
    #[name = "role_name"]
    RoleName,
    #[name = "status"]
    Status,
    #[name = "repeats"]
    Repeats,
    #[name = "proof"]
    ProvenBy,
}

impl FieldChoice {
    const fn field(self) -> Field {
        match self {
            Self::Name => Field::Name,
            Self::Description => Field::Description,
            Self::Reward => Field::Reward,
            Self::DurationHours => Field::DurationHours,
            Self::MaxClaims => Field::MaxClaims,
            Self::Category => Field::Category,
            Self::RoleName => Field::RoleName,
            Self::Status => Field::Status,
            Self::Repeats => Field::Repeats,
            Self::ProvenBy => Field::ProvenBy,
        }
    }
}

/// How often a task of `/task-admin create` comes again.
#[derive(Clone, Copy, Debug, poise::ChoiceParameter)]
enum RepeatsChoice {
    #[name = "never"]
    Never,
    #[name = "daily"]
    Daily,
    #[name = "weekly"]
    Weekly,
}

impl RepeatsChoice {
    const fn repeats(self) -> Repeats {
        match self {
            Self::Never => Repeats::Never,
            Self::Daily => Repeats::Daily,
            Self::Weekly => Repeats::Weekly,
        }
    }
}

/// How a task of `/task-admin create` is proven.
#[derive(Clone, Copy, Debug, poise::ChoiceParameter)]
enum ProofChoice {
    #[name = "review"]
    Review,
    #[name = "messages"]
    Messages,
    #[name = "watch_minutes"]
    WatchMinutes,
    #[name = "gift_coins"]
    GiftCoins,
    #[name = "songs_played"]
    SongsPlayed,
}

/// What `/task-admin review` does.
#[derive(Clone, Copy, Debug, poise::ChoiceParameter)]
enum Decision {
    #[name = "accept"]
    Accept,
    #[name = "reject"]
    Reject,
}

/// What `/task-admin category` does.
#[derive(Clone, Copy, Debug, poise::ChoiceParameter)]
enum CategoryAction {
    #[name = "add"]
    Add,
    #[name = "remove"]
    Remove,
}

fn id_of(channel: SerenityChannel) -> ChannelId {
    ChannelId::new(channel.get())
}

/// Refuses a role that could not be given when the task is done.
async fn require_role(bot: &Bot, guild: GuildId, role: Option<&TaskRole>, by: Actor) -> Result<()> {
    match role.and_then(|role| role.id) {
        Some(role) => may_give(bot, guild, role, by).await,
        None => Ok(()),
    }
}

/// The settings of tasks by their titles, as they count.
fn shown(read: &dyn Read, guild: GuildId) -> Result<Vec<(&'static str, String)>> {
    LISTED.iter().map(|listed| Ok((listed.title, listed.setting.shown(read, guild)?))).collect()
}
