//! The button that claims a task, and the pages of lists.

use super::views;
use crate::discord::access::Access;
use crate::discord::component::{Acknowledge, Button, Part};
use crate::discord::{Bot, Draft};
use crate::features::tasks::model::{ClaimId, TaskId};
use crate::features::tasks::queries::{self, Page};
use crate::features::tasks::{claims, model};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::{money, posts};

impl Part for TaskId {}
impl Part for ClaimId {}

/// Claims a task for whoever presses (`T-TSK-08`).
pub static CLAIM: Button<TaskId> = Button::new("task:claim", Access::Everyone, Acknowledge::Private, |bot, click| {
    Box::pin(claim(bot, click.caller.guild, click.caller.user, click.arguments))
});

/// Another page of the open tasks: of the category in that place, or of all with 0.
pub static LIST: Button<(u64, u64)> = Button::new("tasks:list", Access::Everyone, Acknowledge::Update, |bot, click| {
    let (category, page) = click.arguments;
    Box::pin(list(bot, click.caller.guild, category, page))
});

/// Another page of the claims of whoever presses.
pub static MINE: Button<u64> = Button::new("tasks:mine", Access::Everyone, Acknowledge::Update, |bot, click| {
    Box::pin(mine(bot, click.caller.guild, click.caller.user, click.arguments))
});

/// Another page of what waits for a review.
pub static PENDING: Button<u64> = Button::new("tasks:pending", Access::Admin, Acknowledge::Update, |bot, click| {
    Box::pin(pending(bot, click.caller.guild, click.arguments))
});

/// Claims that are read for a list.
const MOST_PENDING: usize = 500;

/// Claims a task, by the button or by the command.
pub(super) async fn claim(bot: &Bot, guild: GuildId, user: UserId, id: TaskId) -> Result<Draft> {
    let claimed = bot.store.write("task_claimed", move |tx| claims::claim(tx, guild, user, id)).await?;
    Ok(views::claimed(&claimed, &bot.command_mention("task_submit")))
}

/// The first page of the open tasks of a category that was typed.
pub(super) async fn list_of(bot: &Bot, guild: GuildId, category: Option<String>) -> Result<Draft> {
    let place = bot
        .store
        .read("task_categories", move |read| {
            let Some(typed) = category else { return Ok(0) };
            let all = queries::categories(read, guild)?;
            let place = all.iter().position(|name| name.to_lowercase() == typed.trim().to_lowercase());
            let place = place.ok_or(model::TaskRefusal::NoSuchCategory(typed))?;
            Ok(place as u64 + 1)
        })
        .await?;
    list(bot, guild, place, 1).await
}

async fn list(bot: &Bot, guild: GuildId, place: u64, page: u64) -> Result<Draft> {
    let now = bot.clock.now();
    let (found, category, money) = bot
        .store
        .read("open_tasks", move |read| {
            let names = queries::categories(read, guild)?;
            let index = usize::try_from(place).ok().and_then(|place| place.checked_sub(1));
            let category = index.and_then(|index| names.into_iter().nth(index));
            let found = queries::open_page(read, guild, category.clone(), (page, now))?;
            Ok((found, category, money::of(read, guild)?))
        })
        .await?;
    Ok(views::list(&found, category.as_deref(), place, &money))
}

/// A page of somebody's claims.
pub(super) async fn mine(bot: &Bot, guild: GuildId, user: UserId, page: u64) -> Result<Draft> {
    let found = move |read: &dyn crate::store::Read| Ok(Page::of(queries::own_claims(read, guild, user)?, page));
    Ok(views::mine(&bot.store.read("own_claims", found).await?))
}

/// A page of what waits for a review.
pub(super) async fn pending(bot: &Bot, guild: GuildId, page: u64) -> Result<Draft> {
    let found = move |read: &dyn crate::store::Read| {
        let waiting = Page::of(queries::to_review(read, guild, (None, MOST_PENDING))?.rows, page);
        let mut rows = Vec::new();
        for own in waiting.rows {
            let post: Option<posts::PostState> = model::PROOF_POST.state(read, guild, own.claim.id.get())?;
            let place = post.and_then(|post| Some((post.channel, post.message?)));
            rows.push((own, place));
        }
        Ok(Page { rows, page: waiting.page, pages: waiting.pages, all: waiting.all })
    };
    Ok(views::admin::pending(guild, &bot.store.read("proofs_pending", found).await?))
}
