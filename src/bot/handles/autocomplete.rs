//! What is offered while a handle is typed (`M-LNK-04`, `M-CMD-34` to `M-CMD-36`). Other features' commands use it, too.

use serenity::all::{CreateAutocompleteResponse, ResolvedValue, Unresolved};

use crate::discord::access::is_administrator;
use crate::discord::choice::{choice, offer_found};
use crate::discord::{Caller, Context};
use crate::features::handles::queries;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::live::Handle;
use crate::store::Read;

/// Offers handles that were seen on the live, linked or not (`M-CMD-34`), for other features' commands.
pub async fn complete_any_handle(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    offer(ctx, typed, |read, guild, _, typed| queries::matching(read, guild, typed)).await
}

/// Offers handles that are linked to nobody (`M-CMD-35`).
pub(super) async fn complete_unlinked_handle(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    offer(ctx, typed, |read, guild, _, typed| queries::matching_unlinked(read, guild, typed)).await
}

/// Offers handles that the caller could link: unlinked ones (`M-CMD-35`), and where handles need proof the caller's own
/// that are not verified.
pub(super) async fn complete_handle_to_link(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    offer(ctx, typed, queries::matching_to_link).await
}

/// Offers the caller's own handles (`M-CMD-36`).
pub(super) async fn complete_own_handle(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    offer(ctx, typed, queries::matching_of).await
}

/// Offers the handles of the member who is chosen in the option before (`M-CMD-36`). Only administrators get any,
/// because Discord completes the options of people whose permission was changed by the server, too.
pub(super) async fn complete_chosen_users_handle(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let is_allowed = is_administrator(ctx).await;
    match chosen_user(ctx).filter(|_| is_allowed) {
        Some(user) => {
            offer(ctx, typed, move |read, guild, _, typed| queries::matching_of(read, guild, user, typed)).await
        }
        None => CreateAutocompleteResponse::new(),
    }
}

/// The member in the option `user`, who is not looked up by Discord while the command is being typed.
pub fn chosen_user(ctx: Context<'_>) -> Option<UserId> {
    ctx.args.iter().find(|option| option.name == "user").and_then(|option| match &option.value {
        ResolvedValue::User(user, _) => Some(UserId::new(user.id.get())),
        ResolvedValue::Unresolved(Unresolved::User(id)) => Some(UserId::new(id.get())),
        _ => None,
    })
}

/// Searches for handles.
async fn offer(
    ctx: Context<'_>,
    typed: &str,
    search: impl FnOnce(&dyn Read, GuildId, UserId, &str) -> Result<Vec<String>> + Send + 'static,
) -> CreateAutocompleteResponse {
    let search = move |read: &dyn Read, caller: &Caller, typed: &str| search(read, caller.guild, caller.user, typed);
    offer_found(ctx, typed, search, |handle| choice(format_args!("@{}", Handle::shown_of(handle)), handle)).await
}
