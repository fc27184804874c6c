//! The buttons of the queue: pages and bookmarks.

use super::views;
use crate::discord::access::Access;
use crate::discord::component::{Acknowledge, Click, Component};
use crate::discord::{Bot, Caller, Draft, references};
use crate::features::queue::model::{PublicId, QueueRefusal};
use crate::features::queue::settings::BOOKMARK_CHANNEL;
use crate::features::queue::{queries, service};
use crate::kernel::error::{Error, Result};

/// To another page of `/queue`.
pub static QUEUE_PAGE: Component = Component {
    id: "queue:page",
    access: Access::Everyone,
    first: Acknowledge::Update,
    run: |bot, click| Box::pin(async move { queue_page(bot, &click.caller, page_of(&click)).await }),
};

/// To another page of `/mysubmissions`. Shows the songs of whoever clicks, which on a private message is its owner.
pub static OWN_PAGE: Component = Component {
    id: "queue:own",
    access: Access::Everyone,
    first: Acknowledge::Update,
    run: |bot, click| Box::pin(async move { own_page(bot, &click.caller, page_of(&click)).await }),
};

/// Copies a song to the bookmark channel, once (`D-22`). Where that is known not to work, it says so instead.
pub static BOOKMARK: Component = Component {
    id: "queue:bookmark",
    access: Access::Reviewer,
    first: Acknowledge::Private,
    run: |bot, click| Box::pin(bookmark(bot, click)),
};

/// A page of the queue, as a draft.
pub(super) async fn queue_page(bot: &Bot, caller: &Caller, page: u64) -> Result<Draft> {
    let (guild, user) = (caller.guild, caller.user);
    let page = bot.store.read("queue_page", move |read| queries::page(read, guild, Some(user), page)).await?;
    Ok(views::queue(&page))
}

/// A page of the caller's songs, as a draft.
pub(super) async fn own_page(bot: &Bot, caller: &Caller, page: u64) -> Result<Draft> {
    let (guild, user) = (caller.guild, caller.user);
    let page = bot.store.read("own_page", move |read| queries::own_page(read, guild, user, page)).await?;
    Ok(views::own_songs(&page, &bot.command_mention("submit")))
}

async fn bookmark(bot: &Bot, click: Click) -> Result<Draft> {
    let Caller { guild, user, .. } = click.caller;
    let song: PublicId = click
        .arguments
        .first()
        .and_then(|digits| digits.parse().ok())
        .ok_or_else(|| Error::from(QueueRefusal::NotANumber))?;
    let trouble = references::trouble_with(bot, guild, &BOOKMARK_CHANNEL).await?;
    if !trouble.is_empty() {
        return Ok(Draft::text(trouble.join("\n")));
    }
    let channel = bot.store.write("song_bookmarked", move |tx| service::bookmark(tx, guild, user, song)).await?;
    Ok(views::bookmarked(song, channel))
}

fn page_of(click: &Click) -> u64 {
    click.arguments.first().and_then(|page| page.parse().ok()).unwrap_or(1)
}
