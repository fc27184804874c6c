//! What the shop sends after a commit.

use super::views;
use crate::discord::Bot;
use crate::features::shop::model::TELL;
use crate::features::shop::queries;
use crate::jobs::{Run, Setback};
use crate::money;
use crate::runner::{Handler, Worth};
use crate::store::Read;

/// Tells a buyer that an order was handed over, or that money was given back. Who takes no messages is not told; the ledger and
/// `/inventory` show it.
pub static TELL_HANDLER: Handler<Bot> =
    Handler { kind: TELL.name(), worth: Worth::OF_A_WORD, run: |bot, run| Box::pin(tell(bot, run)) };

async fn tell(bot: &Bot, run: Run) -> Result<(), Setback> {
    let (told, guild) = (TELL.payload(&run)?, run.guild);
    let found = move |read: &dyn Read| Ok((queries::purchase(read, guild, told.purchase)?, money::of(read, guild)?));
    let (bought, money) = bot.store.read("purchase", found).await?;
    let Some(draft) = bought.and_then(|bought| views::told(&bought, &money)) else { return Ok(()) };
    match bot.direct_message(told.user, draft, Some(run.id)).await {
        Ok(_) => Ok(()),
        Err(undelivered) if undelivered.may_pass() => Err(undelivered.into()),
        Err(undelivered) => {
            tracing::debug!(user = %told.user, obstacle = ?undelivered.obstacle, "a buyer cannot be told of a purchase");
            Ok(())
        }
    }
}
