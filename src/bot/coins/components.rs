//! The buttons of coins: where one's coins come from, the pages of a history, and how the economy stands.

use super::views;
use crate::discord::access::Access;
use crate::discord::component::{Acknowledge, Button, Optional, Part};
use crate::discord::{Bot, Caller, Draft};
use crate::features::coins::model::EntryId;
use crate::features::coins::queries;
use crate::flows;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};

/// The latest entries of whoever clicks, beside the balance.
pub static WHERE_FROM: Button<()> = Button::new("coins:where", Access::Everyone, Acknowledge::Private, |bot, click| {
    Box::pin(async move { own_history(bot, &click.caller, None).await })
});

/// Another page of the entries of whoever clicks, which on a private message is its owner. It is the one before an entry, or
/// the latest.
pub static OWN_HISTORY: Button<Option<EntryId>> =
    Button::new("coins:own", Access::Everyone, Acknowledge::Update, |bot, click| {
        Box::pin(async move { own_history(bot, &click.caller, click.arguments).await })
    });

/// Another page of a member's entries, for administrators.
pub static HISTORY: Button<(UserId, Option<EntryId>)> =
    Button::new("coins:history", Access::Administrator, Acknowledge::Update, |bot, click| {
        let (user, before) = click.arguments;
        Box::pin(history(bot, click.caller.guild, user, before))
    });

/// How the economy of the server stands, for administrators; the button is below `/show-settings`.
pub static ECONOMY: Button<()> =
    Button::new("coins:economy", Access::Administrator, Acknowledge::Private, |bot, click| {
        Box::pin(economy(bot, click.caller.guild))
    });

impl Part for EntryId {}

impl Optional for EntryId {
    const NONE: &'static str = "0";
}

async fn economy(bot: &Bot, guild: GuildId) -> Result<Draft> {
    let now = bot.clock.now();
    let economy = bot.store.read("economy", move |read| flows::economy::report(read, guild, now)).await?;
    Ok(views::economy::shown(&economy))
}

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
