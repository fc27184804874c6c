//! The buttons below a preview, which do what it told of. How much that is, is looked at anew.

use std::time::Duration;

use tokio::sync::Semaphore;

use super::views;
use crate::discord::Bot;
use crate::discord::access::Access;
use crate::discord::component::{Acknowledge, Button};
use crate::features::coins::archive::{self, Order};
use crate::flows::accounts_cleaned::{self, Wanted};
use crate::kernel::actor::Actor;
use crate::kernel::error::{Error, Result};
use crate::kernel::time::Timestamp;
use crate::money;

/// Whose turn it is: of two at the same time the second waits, and finds nothing more to do.
static TURN: Semaphore = Semaphore::const_new(1);

/// Closes the accounts of those who left so many days ago or earlier.
pub static CLEAN_UP: Button<u64> = Button::new("data:cleanup", Access::Admin, Acknowledge::Update, |bot, click| {
    Box::pin(async move {
        let (guild, actor, wanted) = (click.caller.guild, click.caller.actor(), leavers(bot, click.arguments));
        let money = bot.store.read("money", move |read| money::of(read, guild)).await?;
        let store = bot.store.clone();
        let closed = at_a_time(move || accounts_cleaned::run(&store, guild, wanted, actor)).await?;
        Ok(views::closed(&closed, &money))
    })
});

/// Moves entries to the archive that are older than so many days.
pub static ARCHIVE: Button<u64> = Button::new("data:archive", Access::Admin, Acknowledge::Update, |bot, click| {
    Box::pin(async move {
        let (guild, order) = (click.caller.guild, archiving(bot, click.arguments, click.caller.actor()));
        let (store, day) = (bot.store.clone(), order.day());
        let moved = at_a_time(move || archive::run(&store, guild, &order)).await?;
        Ok(views::archived(moved, &day))
    })
});

/// The moment so many days ago.
pub(super) fn days_ago(now: Timestamp, days: u64) -> Timestamp {
    now.before(Duration::from_secs(days.saturating_mul(86_400)))
}

/// Those who left so many days ago or earlier; a day at least.
pub(super) fn leavers(bot: &Bot, days: u64) -> Wanted {
    Wanted { before: days_ago(bot.clock.now(), days.max(1)), is_by_last_entry: bot.lacks_intents() }
}

/// What is older than so many days, a day at least. It is kept in the archive.
pub(super) fn archiving(bot: &Bot, days: u64, actor: Actor) -> Order {
    Order::keeping(u32::try_from(days.max(1)).unwrap_or(u32::MAX), bot.clock.now(), true, actor)
}

/// Does work that takes long, on a thread that may wait.
async fn at_a_time<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    // Nobody closes the semaphore.
    let _turn = TURN.acquire().await.ok();
    tokio::task::spawn_blocking(work).await.map_err(Error::failed)?
}
