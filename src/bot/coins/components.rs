//! The buttons of coins: where one's coins come from, the pages of a history, and how the economy stands.

use super::views;
use crate::discord::access::Access;
use crate::discord::component::{Acknowledge, Click, Component};
use crate::discord::{Bot, Caller, Draft};
use crate::features::coins::model::{CoinsRefusal, EntryId};
use crate::features::coins::queries;
use crate::flows;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};

/// The latest entries of whoever clicks, beside the balance.
pub static WHERE_FROM: Component = Component {
    id: "coins:where",
    access: Access::Everyone,
    first: Acknowledge::Private,
    run: |bot, click| Box::pin(async move { own_history(bot, &click.caller, None).await }),
};

/// Another page of the entries of whoever clicks, which on a private message is its owner.
pub static OWN_HISTORY: Component = Component {
    id: "coins:own",
    access: Access::Everyone,
    first: Acknowledge::Update,
    run: |bot, click| {
        Box::pin(async move { own_history(bot, &click.caller, number(&click, 0).map(EntryId::new)).await })
    },
};

/// Another page of a member's entries, for administrators.
pub static HISTORY: Component = Component {
    id: "coins:history",
    access: Access::Administrator,
    first: Acknowledge::Update,
    run: |bot, click| {
        Box::pin(async move {
            let user = number(&click, 0).map(UserId::new).ok_or(CoinsRefusal::NoSuchEntry)?;
            history(bot, click.caller.guild, user, number(&click, 1).map(EntryId::new)).await
        })
    },
};

/// How the economy of the server stands, for administrators; the button is below `/show-settings`.
pub static ECONOMY: Component = Component {
    id: "coins:economy",
    access: Access::Administrator,
    first: Acknowledge::Private,
    run: |bot, click| {
        Box::pin(async move {
            let (guild, now) = (click.caller.guild, bot.clock.now());
            let economy = bot.store.read("economy", move |read| flows::economy::report(read, guild, now)).await?;
            Ok(views::economy::shown(&economy))
        })
    },
};

async fn own_history(bot: &Bot, caller: &Caller, before: Option<EntryId>) -> Result<Draft> {
    let (guild, user) = (caller.guild, caller.user);
    let page = bot.store.read("own_coins", move |read| queries::history_page(read, guild, user, before)).await?;
    Ok(views::own_history(&page))
}

/// A page of a member's entries with their numbers, as a draft.
pub(super) async fn history(bot: &Bot, guild: GuildId, user: UserId, before: Option<EntryId>) -> Result<Draft> {
    let page = bot.store.read("coins_history", move |read| queries::history_page(read, guild, user, before)).await?;
    Ok(views::history(&page))
}

/// A number in the custom id; `None` where it is missing or 0.
fn number(click: &Click, at: usize) -> Option<u64> {
    click.arguments.get(at).and_then(|argument| argument.parse().ok()).filter(|number| *number > 0)
}
