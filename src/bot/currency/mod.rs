//! `/daily` and `/give`, and who comes and goes. What is kept of the server's currency, and what administrators do with it, is shown
//! with the other currencies in `coins`.

pub mod commands;
pub mod jobs;
pub mod views;

use poise::BoxFuture;

use super::Face;
use crate::discord::Bot;
use crate::discord::gateway::Membership;
use crate::flows::currency_accounts;
use crate::kernel::error::Result;

/// What it registers.
pub const FACE: Face = Face {
    commands: commands::for_everybody,
    members: &[member_moved],
    jobs: &[&jobs::GIFT_HANDLER],
    ..Face::named("currency")
};

/// Notes who left, and that they are back.
fn member_moved(bot: &Bot, membership: Membership) -> BoxFuture<'_, Result<()>> {
    let Membership { guild, user, is_here } = membership;
    Box::pin(async move {
        let note = if is_here { currency_accounts::came } else { currency_accounts::left };
        bot.store.write("member_moved", move |tx| note(tx, guild, user)).await
    })
}
