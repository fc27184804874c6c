//! A purchase is given back: money, stock, role and pieces return in one transaction, or none of them.

use super::erasure::is_erased;
use super::{coins_posted, shop_bought};
use crate::activity::Subject;
use crate::features::coins::model::{Currency, EntryKind, Posting};
use crate::features::shop::activity::REFUNDED;
use crate::features::shop::model::{EntryRef, Item, Purchase, PurchaseId};
use crate::features::shop::refusal::ShopRefusal;
use crate::features::shop::rules::Returning;
use crate::features::shop::service;
use crate::features::{coins, shop};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::money::{self, Money};
use crate::store::Tx;

/// What was given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refunded {
    /// The purchase, as it is now.
    pub purchase: Purchase,
    /// Its item.
    pub item: Item,
    /// What returned.
    pub total: Amount,
    /// The buyer's balance then.
    pub balance: Amount,
    /// What the currency is called.
    pub money: Money,
}

/// The buyer gives it back, within the time for that.
pub fn by_buyer(tx: &Tx<'_>, guild: GuildId, user: UserId, id: PurchaseId) -> Result<Refunded> {
    run(tx, guild, Actor::Member(user), id, Returning::Buyer(user))
}

/// Somebody of the team gives the money back, at any time.
pub fn by_team(tx: &Tx<'_>, guild: GuildId, by: Actor, id: PurchaseId) -> Result<Refunded> {
    run(tx, guild, by, id, Returning::Team)
}

/// The role of a purchase could not be given, and never will be: the money returns by itself, and a code can be redeemed once more.
/// The buyer is told. One that was given back meanwhile stays so.
pub fn by_refused_role(tx: &Tx<'_>, guild: GuildId, id: PurchaseId) -> Result<()> {
    let tried = tx.step(|tx| {
        let Refunded { purchase, .. } = run(tx, guild, Actor::System, id, Returning::NotGiven)?;
        match purchase.code {
            Some(code) => shop::codes::taken_back(tx, guild, purchase.user, code),
            None => Ok(()),
        }
    })?;
    if let Err(refusal) = tried {
        tracing::warn!(%guild, purchase = %id, code = refusal.code, "a purchase without its role is not taken back");
    }
    Ok(())
}

fn run(tx: &Tx<'_>, guild: GuildId, by: Actor, id: PurchaseId, who: Returning) -> Result<Refunded> {
    let (purchase, item) = service::returnable(tx, guild, id, who, tx.now())?;
    let (user, total) = (purchase.user, purchase.total());
    if is_erased(tx, guild, user)? {
        return Err(ShopRefusal::BuyerErased.into());
    }
    let (refund, balance) = if purchase.entry.is_none() {
        (None, coins::queries::balance(tx, guild, Currency::Server, user)?)
    } else {
        let posting = Posting {
            currency: Currency::Server,
            user,
            delta: total.get(),
            kind: EntryKind::ShopRefund,
            reason: shop_bought::described(&item, purchase.quantity),
            actor: by,
        };
        let (number, entry) = coins::service::post(tx, guild, &posting)?;
        coins_posted::tell(tx, guild, &entry, None)?;
        (Some(EntryRef::new(number.get())), entry.after)
    };
    let purchase = shop::service::take_back(tx, guild, by, id, (purchase, item.clone(), who), refund)?;
    REFUNDED.with(service::noted(id, &purchase, &item)).by(by).of(Subject::Member(user)).note(tx, guild)?;
    if !matches!(who, Returning::Buyer(_)) {
        service::tell_buyer(tx, guild, user, id)?;
    }
    Ok(Refunded { purchase, item, total, balance, money: money::of(tx, guild)? })
}
