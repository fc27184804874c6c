//! What is offered while the number of a task, or a category, is typed. Titles of tasks are no secret: they were posted.

use serenity::all::CreateAutocompleteResponse;

use crate::discord::choice::{choice, number_choice, offer_found};
use crate::discord::{Caller, Context};
use crate::features::tasks::model::ClaimState;
use crate::features::tasks::queries::{self, Choice};
use crate::kernel::error::Result;
use crate::store::Read;

/// Offers the tasks that the caller may claim.
pub(super) async fn complete_claimable(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let now = ctx.data().clock.now();
    offer(ctx, typed, move |read, caller, typed| queries::claimable(read, caller.guild, caller.user, now, typed)).await
}

/// Offers the tasks for which the caller may hand in a proof.
pub(super) async fn complete_submittable(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    const STATES: &[ClaimState] = &[ClaimState::InProgress, ClaimState::Rejected];
    offer(ctx, typed, |read, caller, typed| queries::claimed_choices(read, caller.guild, caller.user, STATES, typed))
        .await
}

/// Offers the tasks that the caller may give up.
pub(super) async fn complete_claimed(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    const STATES: &[ClaimState] = &[ClaimState::InProgress, ClaimState::Submitted, ClaimState::Rejected];
    offer(ctx, typed, |read, caller, typed| queries::claimed_choices(read, caller.guild, caller.user, STATES, typed))
        .await
}

/// Offers all tasks.
pub(super) async fn complete_task(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    offer(ctx, typed, |read, caller, typed| queries::choices(read, caller.guild, typed)).await
}

/// Offers the categories.
pub(super) async fn complete_category(ctx: Context<'_>, typed: &str) -> CreateAutocompleteResponse {
    let search = |read: &dyn Read, caller: &Caller, typed: &str| -> Result<Vec<String>> {
        let mut all = queries::categories(read, caller.guild)?;
        all.retain(|name| name.to_lowercase().contains(&typed.trim().to_lowercase()));
        Ok(all)
    };
    offer_found(ctx, typed, search, |name| choice(name, name)).await
}

async fn offer(
    ctx: Context<'_>,
    typed: &str,
    search: impl FnOnce(&dyn Read, &Caller, &str) -> Result<Vec<Choice>> + Send + 'static,
) -> CreateAutocompleteResponse {
    offer_found(ctx, typed, search, |(id, name)| number_choice(&format!("{id} {name}"), id.get())).await
}
