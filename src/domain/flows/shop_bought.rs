//! Something of the shop is bought: the currency goes, the goods come (`T-SHP-03`..`T-SHP-20`).

use super::coins_posted;
use crate::activity::Subject;
use crate::features::coins::model::{Currency, EntryKind, Posting};
use crate::features::shop::activity::{BOUGHT, ORDERED};
use crate::features::shop::model::{EntryRef, Item, ItemId, Purchase, PurchaseId, PurchaseState};
use crate::features::shop::refusal::ShopRefusal;
use crate::features::shop::service::{self, Deal};
use crate::features::{coins, shop};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, RoleId, UserId};
use crate::money::{self, Money};
use crate::store::Tx;

/// What somebody wants to buy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Who.
    pub user: UserId,
    /// The roles that they have.
    pub roles: Vec<RoleId>,
    /// Which item.
    pub item: ItemId,
    /// How many.
    pub quantity: u32,
}

/// What was bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bought {
    /// The number of the purchase.
    pub id: PurchaseId,
    /// The purchase.
    pub purchase: Purchase,
    /// The item, as it was when it was bought.
    pub item: Item,
    /// What all of it cost.
    pub total: Amount,
    /// What is left of the balance.
    pub left: Amount,
    /// How many of it the member has now.
    pub held: u32,
    /// What the currency is called.
    pub money: Money,
}

/// Takes what it costs and hands it out, in this transaction or not at all (`T-SHP-14`..`T-SHP-16`). The item is looked at before
/// the balance (`T-SHP-12`), and whatever refuses does so before the first write (`T-EDG-09`). With the one writer no two buyers see
/// the same stock (`T-EDG-07`). That the shop is on was asked by whoever calls.
pub fn run(tx: &Tx<'_>, guild: GuildId, order: &Order) -> Result<Bought> {
    let Order { user, ref roles, item: id, quantity } = *order;
    let (item, total) = service::admit(tx, guild, (user, roles), id, quantity, tx.now())?;
    let balance = coins::queries::balance(tx, guild, Currency::Server, user)?;
    if balance < total {
        let money = money::of(tx, guild)?;
        let missing = total.clamped_change(balance.get().saturating_neg());
        let [total, balance, missing] = [total, balance, missing].map(|amount| money.of(amount));
        return Err(ShopRefusal::CannotAfford { total, balance, missing }.into());
    }
    let (entry, left) = if total == Amount::ZERO {
        (None, balance)
    } else {
        let posting = Posting {
            currency: Currency::Server,
            user,
            delta: -total.get(),
            kind: EntryKind::ShopPurchase,
            reason: described(&item, quantity),
            actor: Actor::Member(user),
        };
        let (number, entry) = coins::service::post(tx, guild, &posting)?;
        coins_posted::tell(tx, guild, &entry, None)?;
        (Some(EntryRef::new(number.get())), entry.after)
    };
    let deal = Deal { id, user, quantity, price: item.price, entry, code: None };
    let (number, purchase) = service::deliver(tx, guild, &item, deal)?;
    let kind = if purchase.state == PurchaseState::Waiting { &ORDERED } else { &BOUGHT };
    let noted = service::noted(number, &purchase, &item);
    kind.with(noted).by(Actor::Member(user)).of(Subject::Member(user)).note(tx, guild)?;
    let held = shop::queries::held(tx, guild, user, id)?;
    Ok(Bought { id: number, purchase, item, total, left, held, money: money::of(tx, guild)? })
}

/// What the ledger says of a purchase: its name and number (`T-SHP-18`).
pub fn described(item: &Item, quantity: u32) -> String {
    format!("{} ×{quantity}", item.name)
}

#[cfg(test)]
mod tests;
