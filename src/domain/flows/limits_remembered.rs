//! The limits of a member that still run when they are erased: they go on without their name (`remembered`).
//!
//! Whoever is erased begins anew. Without this they could claim the daily reward, redeem a code, buy a limited item and finish
//! a task again and again, and give away what it brings in between. Each limit is judged where it always is; here it is kept,
//! and forgotten when it is over.

use std::collections::BTreeMap;

use crate::features::shop::model::{CodeId, ItemId};
use crate::features::shop::tables::Of;
use crate::features::tasks::model::{ClaimState, TaskId};
use crate::features::{currency, shop, tasks};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::remembered::{self, Limit, Mark};
use crate::store::{Direction, Read, Tx};

/// Purchases that are read at a time.
const PAGE: usize = 500;
/// Limits that are forgotten in one step.
const AT_ONCE: usize = 200;

/// Keeps the limits of a member whose rows are about to be erased. `fresh` are random bytes, which become the key of a guild
/// that has none. Once more adds nothing.
pub fn keep(tx: &Tx<'_>, guild: GuildId, member: UserId, fresh: &[u8; 32]) -> Result<()> {
    let running = [of_currency(tx, guild, member)?, of_codes(tx, guild, member)?];
    let lasting = [of_items(tx, guild, member)?, of_tasks(tx, guild, member)?];
    running.into_iter().chain(lasting).flatten().try_for_each(|kept| remembered::keep(tx, guild, member, fresh, kept))
}

fn of_currency(tx: &Tx<'_>, guild: GuildId, member: UserId) -> Result<Vec<(Limit, Mark)>> {
    let last = currency::queries::last_daily(tx, guild, member)?;
    let running = last.filter(|last| tx.now() < currency::rules::next_claim(*last));
    Ok(running.map(|last| (Limit::Daily, Mark::once(last))).into_iter().collect())
}

fn of_codes(tx: &Tx<'_>, guild: GuildId, member: UserId) -> Result<Vec<(Limit, Mark)>> {
    let mut kept = Vec::new();
    if let Some(guesses) = shop::codes::guesses(tx, guild, member, tx.now())? {
        kept.push((Limit::Guesses, Mark { at: guesses.since, count: guesses.wrong, through: 0 }));
    }
    for id in shop::tables::open_codes(tx, guild, usize::MAX)? {
        if let Some(at) = shop::tables::REDEEMED.get(tx, &(guild, id, member))? {
            kept.push((Limit::Code(id.get()), Mark::once(at)));
        }
    }
    Ok(kept)
}

/// How many of each limited item they bought, with what is remembered of an erasure before.
fn of_items(tx: &Tx<'_>, guild: GuildId, member: UserId) -> Result<Vec<(Limit, Mark)>> {
    // What is counted already, and the mark as it becomes; nothing for an item without a limit.
    let mut bought: BTreeMap<ItemId, Option<(u64, Mark)>> = BTreeMap::new();
    let mut behind = None;
    loop {
        let page = shop::tables::purchases(tx, guild, Of::User(member), behind, PAGE)?;
        let Some((last, _)) = page.last() else { break };
        behind = Some(*last);
        for (id, purchase) in page.iter().filter(|(_, purchase)| shop::tables::is_sale(purchase)) {
            let (id, item) = (id.get(), purchase.item);
            let counted = match bought.get(&item) {
                Some(counted) => *counted,
                None => counted_before(tx, guild, member, item)?,
            };
            let counted = counted.map(|(through, mark)| {
                if id <= through {
                    return (through, mark);
                }
                let count = mark.count.saturating_add(purchase.quantity);
                (through, Mark { at: mark.at.max(purchase.at), count, through: mark.through.max(id) })
            });
            bought.insert(item, counted);
        }
    }
    let kept = bought.into_iter().filter_map(|(item, counted)| Some((item, counted?.1)));
    Ok(kept.filter(|(_, mark)| mark.count > 0).map(|(item, mark)| (Limit::Item(item.get()), mark)).collect())
}

fn counted_before(read: &dyn Read, guild: GuildId, member: UserId, item: ItemId) -> Result<Option<(u64, Mark)>> {
    let is_limited = shop::queries::any_item(read, guild, item)?
        .is_some_and(|item| item.per_member.is_some() && item.removed_at.is_none());
    if !is_limited {
        return Ok(None);
    }
    let mark = remembered::of(read, guild, member, Limit::Item(item.get()))?.unwrap_or_default();
    Ok(Some((mark.through, mark)))
}

fn of_tasks(tx: &Tx<'_>, guild: GuildId, member: UserId) -> Result<Vec<(Limit, Mark)>> {
    let mut kept = Vec::new();
    for (.., id) in tasks::tables::BY_MEMBER.page(tx, (guild, member), Direction::Forward, usize::MAX)? {
        let claim = tasks::queries::claim(tx, guild, id)?.map(|known| known.claim);
        if let Some(claim) = claim.filter(|claim| claim.state == ClaimState::Accepted) {
            let at = claim.completed_at.unwrap_or(tx.now());
            // What repeats can be finished again in a later round.
            let mark = Mark { through: claim.round.into(), ..Mark::once(at) };
            kept.push((Limit::Task(claim.task.get()), mark));
        }
    }
    Ok(kept)
}

/// Whether a limit is over for what was done at a moment: its time, or that of the code, item or task that it is of.
fn is_over(read: &dyn Read, guild: GuildId, (limit, at): (Limit, Timestamp), now: Timestamp) -> Result<bool> {
    Ok(match limit {
        Limit::Daily => now >= currency::rules::next_claim(at),
        Limit::Guesses => now >= at.after(shop::rules::GUESSING),
        Limit::Code(id) => {
            let code = shop::tables::CODES.get(read, &(guild, CodeId::new(id)))?;
            code.is_none_or(|code| !code.is_open(now))
        }
        Limit::Item(id) => {
            let item = shop::queries::any_item(read, guild, ItemId::new(id))?;
            item.is_none_or(|item| item.removed_at.is_some())
        }
        Limit::Task(id) => tasks::queries::task(read, guild, TaskId::new(id))?.is_none(),
    })
}

/// Whether anything is remembered whose limit is over at a moment.
pub fn is_any_over(read: &dyn Read, guild: GuildId, now: Timestamp) -> Result<bool> {
    Ok(!remembered::over(read, guild, 1, |limit, at| is_over(read, guild, (limit, at), now))?.is_empty())
}

/// Forgets some of what is over. Answers whether there may be more.
pub fn forget_over(tx: &Tx<'_>, guild: GuildId, now: Timestamp) -> Result<bool> {
    let over = remembered::over(tx, guild, AT_ONCE, |limit, at| is_over(tx, guild, (limit, at), now))?;
    remembered::forget(tx, &over)?;
    Ok(over.len() >= AT_ONCE)
}

#[cfg(test)]
mod tests;
