//! `/buy-skip`: Luxury Coins are spent, and the member's latest song moves to 10 Skip (`M-ECO-05`, `C-32`).

use super::coins_posted;
use crate::features::coins::model::{CoinsRefusal, Currency, Earning, EntryKind, Posting};
use crate::features::engagement::settings::{GIFT_RATE, WATCH_MINUTES};
use crate::features::queue::model::Line;
use crate::features::queue::service::Moved;
use crate::features::{coins, queue};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::{Read, Tx};

/// A skip that was bought.
#[derive(Clone, Debug)]
pub struct SkipBought {
    /// The song, at its new place.
    pub moved: Moved,
    /// What it cost.
    pub price: Amount,
    /// What is left.
    pub left: Amount,
}

/// Takes the price and moves the song: both in this transaction, or neither. Works while submissions are closed.
///
/// Refuses where the economy is off, where the balance does not reach, and where no song is below 10 Skip; then nothing
/// is taken. The one writer lets no two purchases see the same balance or the same song (`M-ECO-08`).
pub fn run(tx: &Tx<'_>, guild: GuildId, user: UserId) -> Result<SkipBought> {
    coins::queries::require_on(tx, guild)?;
    let price = coins::queries::skip_price(tx, guild)?;
    let balance = coins::queries::balance(tx, guild, Currency::Luxury, user)?;
    if balance < price {
        return Err(CoinsRefusal::CannotAfford { price, balance, earning: earning(tx, guild)? }.into());
    }
    let song = queue::queries::latest_below(tx, guild, user, Line::Skip10)?;
    let song = song.ok_or(CoinsRefusal::NothingToLift { balance })?;
    let posting = Posting {
        currency: Currency::Luxury,
        user,
        delta: -price.get(),
        kind: EntryKind::BuySkip,
        reason: format!("{} for {} {} – {}", Line::Skip10, song.song.public_id, song.song.artist, song.song.title),
        actor: Actor::Member(user),
    };
    let entry = coins::service::buy_skip(tx, guild, &posting, song.id.get())?;
    coins_posted::tell(tx, guild, &entry, None)?;
    let moved = queue::service::lift(tx, guild, song, Line::Skip10)?;
    Ok(SkipBought { moved, price, left: entry.after })
}

/// How Luxury Coins are earned in a guild at present.
pub fn earning(read: &dyn Read, guild: GuildId) -> Result<Earning> {
    let per_hundred_gifted = GIFT_RATE.get(read, guild)?;
    Ok(Earning { per_hundred_gifted, minutes_per_coin: WATCH_MINUTES.get(read, guild)? })
}

#[cfg(test)]
mod tests;
