//! What is sent of the server's currency after a commit.

use super::views;
use crate::discord::Bot;
use crate::features::currency::model::GIFT;
use crate::jobs::{Run, Setback};
use crate::money;
use crate::runner::{Handler, Worth};

/// Tells somebody what they were given. Who takes no messages is not told; the channel and `/transactions` show it.
pub static GIFT_HANDLER: Handler<Bot> =
    Handler { kind: GIFT.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(gift(bot, run)) };

async fn gift(bot: &Bot, run: Run) -> Result<(), Setback> {
    let (told, guild) = (GIFT.payload(&run)?, run.guild);
    let money = bot.store.read("money", move |read| money::of(read, guild)).await?;
    let place = bot.standings.guild_of_bot(guild).map(|guild| guild.name);
    let draft = views::received(&told, &money, place.as_deref());
    match bot.direct_message(told.to, draft, Some(run.id)).await {
        Ok(_) => Ok(()),
        Err(undelivered) if undelivered.may_pass() => Err(undelivered.into()),
        Err(undelivered) => {
            tracing::debug!(user = %told.to, obstacle = ?undelivered.obstacle, "a member cannot be told of a gift");
            Ok(())
        }
    }
}
