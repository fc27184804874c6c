//! Watch time is counted every minute: what everybody watched since the last count is added to their row of the session,
//! and whole half hours (`watch_minutes`) become Luxury Coins (`M-ECO-01`, `M-ECO-02`, `M-HNT-03`).
//!
//! A count goes through the people of a session in batches, one transaction each. It may be cut off anywhere and begin
//! again, run late, or run twice: each row knows up to when it is counted, so nobody is paid for a minute twice, and
//! nobody for one in which there was no connection. A session that was closed is counted to its end in the same way.

use crate::features::coins::model::{Currency, EntryKind, Posting};
use crate::features::coins::settings::LUXURY_ENABLED;
use crate::features::engagement::model::{AccountRef, SessionId};
use crate::features::handles::model::AccountId;
use crate::features::tasks::model::Deed;
use crate::features::{engagement, handles};
use crate::flows::{coins_posted, task_proven};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::live::Handle;
use crate::store::Tx;

/// Most people in one transaction.
const BATCH: usize = 512;

/// What a batch of a count did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// People whose row was looked at.
    pub people: usize,
    /// Luxury Coins that were paid.
    pub luxury: i64,
    /// Behind whom the next batch begins; `None` when this was the last.
    pub behind: Option<AccountRef>,
}

/// One batch of a count that began at a moment. The first one begins behind nobody.
pub fn run(
    tx: &Tx<'_>,
    guild: GuildId,
    session: SessionId,
    began: Timestamp,
    behind: Option<AccountRef>,
) -> Result<Counted> {
    let count = engagement::service::count_watch_time(tx, guild, session, LUXURY_ENABLED.get(tx, guild)?)?;
    let people = engagement::queries::on_watch(tx, guild, session, behind, BATCH)?;
    let mut counted = Counted { people: people.len(), ..Counted::default() };
    for account in &people {
        let known = handles::queries::account_by_id(tx, guild, AccountId::new(account.get()))?;
        let linked = known.as_ref().and_then(|known| known.linked);
        let (coins, minutes) = engagement::service::count_one(tx, &count, *account, linked)?;
        if let Some(user) = linked.filter(|_| minutes > 0) {
            task_proven::run(tx, guild, user, (Deed::WatchMinute, minutes), tx.now())?;
        }
        if let (Some(user), Some(known)) = (linked, known)
            && coins > 0
        {
            let paid = pay(tx, guild, user, coins, count.minutes_per_coin, &known.handle)?;
            engagement::service::note_luxury(tx, guild, session, *account, paid)?;
            counted.luxury += paid;
        }
    }
    counted.behind = people.last().copied().filter(|_| people.len() == BATCH);
    if counted.behind.is_none() {
        engagement::service::everybody_counted(tx, guild, session, began)?;
    }
    Ok(counted)
}

/// Credits the coins for time watched; answers how many. What a balance cannot hold is refused and logged (`D-35`).
fn pay(tx: &Tx<'_>, guild: GuildId, user: UserId, coins: i64, minutes_per_coin: u32, handle: &Handle) -> Result<i64> {
    let posting = Posting {
        currency: Currency::Luxury,
        user,
        delta: coins,
        kind: EntryKind::WatchTime,
        reason: format!("{} minutes watched by {handle}", coins.saturating_mul(minutes_per_coin.into())),
        actor: Actor::Live,
    };
    match tx.step(|tx| coins_posted::run(tx, guild, &posting))? {
        Ok(entry) => Ok(entry.delta),
        Err(refusal) => {
            tracing::warn!(%guild, %user, code = refusal.code, "no coins for watch time");
            Ok(0)
        }
    }
}

#[cfg(test)]
mod tests;
