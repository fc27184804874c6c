//! The commands of handles: who may is checked, a flow is called, a view answers.

use serenity::all::User;

use super::autocomplete::{
    complete_chosen_users_handle, complete_handle_to_link, complete_own_handle, complete_unlinked_handle,
};
use super::views;
use crate::discord::{Caller, Command, Context, ContextExt};
use crate::features::handles::model::HandleRefusal;
use crate::features::handles::queries;
use crate::flows::handle_links;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::UserId;
use crate::live::Handle;

/// Those of everybody.
pub fn for_everybody() -> Vec<Command> {
    vec![link_tiktok(), unlink_tiktok(), my_tiktok_handles()]
}

/// Those of administrators.
pub fn for_administrators() -> Vec<Command> {
    vec![admin_link(), admin_unlink()]
}

/// Link a TikTok handle to your Discord account
#[poise::command(slash_command, guild_only, rename = "link-tiktok")]
async fn link_tiktok(
    ctx: Context<'_>,
    #[description = "Your TikTok handle"]
    #[autocomplete = "complete_handle_to_link"]
    handle: String,
) -> Result<()> {
    let Caller { guild, user, .. } = Caller::of(ctx)?;
    let handle = parsed(&handle)?;
    ctx.write("handle_linked", move |tx| handle_links::link(tx, guild, user, &handle), views::link_answer).await
}

/// Remove one of your TikTok links
#[poise::command(slash_command, guild_only, rename = "unlink-tiktok")]
async fn unlink_tiktok(
    ctx: Context<'_>,
    #[description = "One of your TikTok handles"]
    #[autocomplete = "complete_own_handle"]
    handle: String,
) -> Result<()> {
    let Caller { guild, user, .. } = Caller::of(ctx)?;
    let handle = linked(&handle)?;
    ctx.write("handle_unlinked", move |tx| handle_links::unlink(tx, guild, user, &handle), views::unlinked).await
}

/// Show your linked TikTok handles
#[poise::command(slash_command, guild_only, rename = "my-tiktok-handles")]
async fn my_tiktok_handles(ctx: Context<'_>) -> Result<()> {
    let Caller { guild, user, .. } = Caller::of(ctx)?;
    ctx.read(
        "linked_handles",
        move |read| queries::linked_handles(read, guild, user),
        |handles| views::own_handles(handles, &ctx.data().command_mention("link-tiktok")),
    )
    .await
}

/// Force-link a TikTok handle to a user
#[poise::command(slash_command, rename = "admin-link")]
async fn admin_link(
    ctx: Context<'_>,
    #[description = "Who gets the handle"] user: User,
    #[description = "The TikTok handle"]
    #[autocomplete = "complete_unlinked_handle"]
    handle: String,
) -> Result<()> {
    let caller = Caller::of(ctx)?;
    let (guild, admin) = (caller.guild, caller.actor());
    let (user, handle) = (UserId::new(user.id.get()), parsed(&handle)?);
    ctx.write(
        "handle_linked",
        move |tx| handle_links::admin_link(tx, guild, admin, user, &handle),
        |link| views::admin_linked(link, user),
    )
    .await
}

/// Force-unlink a TikTok handle from a user
#[poise::command(slash_command, rename = "admin-unlink")]
async fn admin_unlink(
    ctx: Context<'_>,
    #[description = "Who loses the handle"] user: User,
    #[description = "The TikTok handle"]
    #[autocomplete = "complete_chosen_users_handle"]
    handle: String,
) -> Result<()> {
    let caller = Caller::of(ctx)?;
    let (guild, admin) = (caller.guild, caller.actor());
    let (user, handle) = (UserId::new(user.id.get()), linked(&handle)?);
    ctx.write(
        "handle_unlinked",
        move |tx| handle_links::admin_unlink(tx, guild, admin, user, &handle),
        |link| views::admin_unlinked(link, user),
    )
    .await
}

fn parsed(typed: &str) -> Result<Handle> {
    Handle::typed(typed).map_err(|named| Error::from(HandleRefusal::NotAHandle(named)))
}

/// A handle that is to be linked no more. It may be a former name, as it is offered while the command is typed.
fn linked(typed: &str) -> Result<Handle> {
    Handle::former_typed(typed).map_or_else(|| parsed(typed), Ok)
}
