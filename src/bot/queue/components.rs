//! The buttons of the queue, pages and bookmarks, and how songs and lines stand in custom ids.

use super::views;
use crate::discord::access::Access;
use crate::discord::component::{Acknowledge, Arguments, Button, Click, ComponentRefusal, Optional, Parts};
use crate::discord::{Bot, Caller, Draft, references};
use crate::features::queue::model::{Line, PublicId, Seen};
use crate::features::queue::queries;
use crate::features::queue::settings::BOOKMARK_CHANNEL;
use crate::flows;
use crate::kernel::error::Result;

/// To another page of `/queue`.
pub static QUEUE_PAGE: Button<u64> = Button::new("queue:page", Access::Everyone, Acknowledge::Update, |bot, click| {
    Box::pin(async move { queue_page(bot, &click.caller, click.arguments).await })
});

/// To another page of `/mysubmissions`. Shows the songs of whoever clicks, which on a private message is its owner.
pub static OWN_PAGE: Button<u64> = Button::new("queue:own", Access::Everyone, Acknowledge::Update, |bot, click| {
    Box::pin(async move { own_page(bot, &click.caller, click.arguments).await })
});

/// Copies a song to the bookmark channel, once (`D-22`). Where that is known not to work, it says so instead.
pub static BOOKMARK: Button<PublicId> =
    Button::new("queue:bookmark", Access::Reviewer, Acknowledge::Private, |bot, click| Box::pin(bookmark(bot, click)));

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

async fn bookmark(bot: &Bot, click: Click<PublicId>) -> Result<Draft> {
    let Caller { guild, user, .. } = click.caller;
    let song = click.arguments;
    let trouble = references::trouble_with(bot, guild, &BOOKMARK_CHANNEL).await?;
    if !trouble.is_empty() {
        return Ok(Draft::text(trouble.join("\n")));
    }
    let channel =
        bot.store.write("song_bookmarked", move |tx| flows::reviewed::bookmarked(tx, guild, user, song)).await?;
    Ok(views::bookmarked(song, channel))
}

impl Arguments for PublicId {
    fn write(&self, to: &mut Vec<String>) {
        to.push(self.digits());
    }

    fn read(from: &mut Parts<'_>) -> Result<Self> {
        from.parsed()
    }
}

impl Optional for PublicId {
    const NONE: &'static str = "none";
}

impl Arguments for Line {
    fn write(&self, to: &mut Vec<String>) {
        to.push(self.rank().to_string());
    }

    fn read(from: &mut Parts<'_>) -> Result<Self> {
        Ok(Self::from_rank(from.parsed()?).ok_or(ComponentRefusal::Unknown)?)
    }
}

impl Arguments for Seen {
    fn write(&self, to: &mut Vec<String>) {
        self.song.write(to);
        self.line.write(to);
    }

    fn read(from: &mut Parts<'_>) -> Result<Self> {
        Ok(Self { song: PublicId::read(from)?, line: Line::read(from)? })
    }
}
