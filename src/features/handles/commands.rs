//! The commands of handles: who may is checked, a flow is called, a view answers.

use serenity::all::{AutocompleteChoice, CreateAutocompleteResponse, ResolvedValue, Unresolved, User};

use super::model::HandleRefusal;
use super::{queries, views};
use crate::discord::access::administrator;
use crate::discord::{Caller, Command, Context, answer};
use crate::flows::handle_links;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{GuildId, UserId};
use crate::live::Handle;
use crate::store::Read;

/// The commands of this feature.
pub fn all() -> Vec<Command> {
    vec![link_tiktok(), unlink_tiktok(), my_tiktok_handles(), admin_link(), admin_unlink()]
}

/// Link a TikTok handle to your Discord account
#[poise::command(slash_command, guild_only, rename = "link-tiktok")]
async fn link_tiktok(
    ctx: Context<'_>,
    #[description = "Your TikTok handle"]
    #[autocomplete = "complete_unlinked_handle"]
    handle: String,
) -> Result<()> {
    let bot = ctx.data();
    answer(ctx, async {
        let Caller { guild, user, .. } = Caller::of(ctx)?;
        let handle = parsed(&handle)?;
        let link = bot.store.write("handle_linked", move |tx| handle_links::link(tx, guild, user, &handle)).await?;
        Ok(views::linked(&link))
    })
    .await
}

/// Remove one of your TikTok links
#[poise::command(slash_command, guild_only, rename = "unlink-tiktok")]
async fn unlink_tiktok(
    ctx: Context<'_>,
    #[description = "One of your TikTok handles"]
    #[autocomplete = "complete_own_handle"]
    handle: String,
) -> Result<()> {
    let bot = ctx.data();
    answer(ctx, async {
        let Caller { guild, user, .. } = Caller::of(ctx)?;
        let handle = parsed(&handle)?;
        let link = bot.store.write("handle_unlinked", move |tx| handle_links::unlink(tx, guild, user, &handle)).await?;
        Ok(views::unlinked(&link))
    })
    .await
}

/// Show your linked TikTok handles
#[poise::command(slash_command, guild_only, rename = "my-tiktok-handles")]
async fn my_tiktok_handles(ctx: Context<'_>) -> Result<()> {
    let bot = ctx.data();
    answer(ctx, async {
        let Caller { guild, user, .. } = Caller::of(ctx)?;
        let handles = bot.store.read("linked_handles", move |read| queries::linked_handles(read, guild, user)).await?;
        Ok(views::own_handles(&handles, &bot.command_mention("link-tiktok")))
    })
    .await
}

/// Force-link a TikTok handle to a user
#[poise::command(
    slash_command,
    guild_only,
    rename = "admin-link",
    default_member_permissions = "ADMINISTRATOR",
    check = "administrator"
)]
async fn admin_link(
    ctx: Context<'_>,
    #[description = "Who gets the handle"] user: User,
    #[description = "The TikTok handle"]
    #[autocomplete = "complete_unlinked_handle"]
    handle: String,
) -> Result<()> {
    let bot = ctx.data();
    answer(ctx, async {
        let Caller { guild, user: admin, .. } = Caller::of(ctx)?;
        let (user, handle) = (UserId::new(user.id.get()), parsed(&handle)?);
        let link = bot
            .store
            .write("handle_linked", move |tx| handle_links::admin_link(tx, guild, admin, user, &handle))
            .await?;
        Ok(views::admin_linked(&link, user))
    })
    .await
}

/// Force-unlink a TikTok handle from a user
#[poise::command(
    slash_command,
    guild_only,
    rename = "admin-unlink",
    default_member_permissions = "ADMINISTRATOR",
    check = "administrator"
)]
async fn admin_unlink(
    ctx: Context<'_>,
    #[description = "Who loses the handle"] user: User,
    #[description = "The TikTok handle"]
    #[autocomplete = "complete_chosen_users_handle"]
    handle: String,
) -> Result<()> {
    let bot = ctx.data();
    answer(ctx, async {
        let Caller { guild, user: admin, .. } = Caller::of(ctx)?;
        let (user, handle) = (UserId::new(user.id.get()), parsed(&handle)?);
        let link = bot
            .store
            .write("handle_unlinked", move |tx| handle_links::admin_unlink(tx, guild, admin, user, &handle))
            .await?;
        Ok(views::admin_unlinked(&link, user))
    })
    .await
}

fn parsed(typed: &str) -> Result<Handle> {
    Handle::parse(typed).map_err(|_| Error::from(HandleRefusal::NotAHandle))
}

/// Offers handles that were seen on the live, linked or not (`M-CMD-34`), for other features' commands.
pub async fn complete_any_handle(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    offer(ctx, typed, |read, guild, _, typed| queries::matching(read, guild, typed)).await
}

/// Offers handles that are linked to nobody (`M-CMD-35`).
async fn complete_unlinked_handle(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    offer(ctx, typed, |read, guild, _, typed| queries::matching_unlinked(read, guild, typed)).await
}

/// Offers the caller's own handles (`M-CMD-36`).
async fn complete_own_handle(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    offer(ctx, typed, queries::matching_of).await
}

/// Offers the handles of the member who is chosen in the option before (`M-CMD-36`). Only administrators get any,
/// because Discord completes the options of people whose permission was changed by the server, too.
async fn complete_chosen_users_handle(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let is_allowed = administrator(poise::Context::Application(ctx)).await.unwrap_or(false);
    match chosen_user(ctx).filter(|_| is_allowed) {
        Some(user) => {
            offer(ctx, typed, move |read, guild, _, typed| queries::matching_of(read, guild, user, typed)).await
        }
        None => CreateAutocompleteResponse::new(),
    }
}

/// The member in the option `user`, who is not looked up by Discord while the command is being typed.
fn chosen_user(ctx: Context<'_>) -> Option<UserId> {
    ctx.args.iter().find(|option| option.name == "user").and_then(|option| match &option.value {
        ResolvedValue::User(user, _) => Some(UserId::new(user.id.get())),
        ResolvedValue::Unresolved(Unresolved::User(id)) => Some(UserId::new(id.get())),
        _ => None,
    })
}

/// Searches for handles; a failure offers none, because nobody reads an error there.
async fn offer(
    ctx: Context<'_>,
    typed: &str,
    search: impl FnOnce(&dyn Read, GuildId, UserId, &str) -> Result<Vec<String>> + Send + 'static,
) -> CreateAutocompleteResponse {
    let found = match Caller::of(ctx) {
        Ok(Caller { guild, user, .. }) => {
            let typed = typed.to_owned();
            ctx.data().store.read("matching_handles", move |read| search(read, guild, user, &typed)).await
        }
        Err(refused) => Err(refused),
    };
    let choices =
        found.unwrap_or_default().into_iter().map(|handle| AutocompleteChoice::new(format!("@{handle}"), handle));
    CreateAutocompleteResponse::new().set_choices(choices.collect())
}
