//! The invariants of the shop that the store does not keep by itself: what members hold, how many were sold and what came in are
//! sums over the purchases, which the store checks.

use super::model::{PurchaseState, RoleGiven};
use super::tables;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::Read;

/// What is wrong in a guild's shop, one sentence each.
pub fn check(read: &dyn Read, guild: GuildId) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    tables::PURCHASES.for_each(read, guild, |(_, id), purchase| {
        if !tables::ITEMS.contains(read, &(guild, purchase.item))? {
            findings.push(format!("purchase {id} is of item {}, which is not there", purchase.item));
        }
        if purchase.quantity == 0 || purchase.used > purchase.quantity {
            findings.push(format!("purchase {id} has {} used of {}", purchase.used, purchase.quantity));
        }
        let is_paid = purchase.entry.is_some();
        if is_paid != (purchase.price.get() > 0 && purchase.code.is_none()) {
            findings.push(format!(
                "purchase {id} costs {} and {}",
                purchase.price,
                if is_paid { "was paid" } else { "was not" }
            ));
        }
        let is_over = matches!(purchase.state, PurchaseState::HandedOver | PurchaseState::Refunded);
        if is_over != purchase.closed.is_some() {
            findings.push(format!("purchase {id} is {} without a moment", purchase.state));
        }
        if purchase.refund.is_some() != (is_paid && purchase.state == PurchaseState::Refunded) {
            findings.push(format!("purchase {id} is {}, and its refund does not fit that", purchase.state));
        }
        if let Some(RoleGiven { until, hours, .. }) = purchase.role
            && until.is_some() != hours.is_some()
        {
            findings.push(format!("purchase {id} gave a role without an end"));
        }
        Ok(())
    })?;
    tables::CODES.for_each(read, guild, |(_, id), code| {
        if code.used > code.most || code.used_up_at.is_some() != (code.used == code.most) {
            findings.push(format!("code {id} was redeemed {} times of {}", code.used, code.most));
        }
        Ok(())
    })?;
    Ok(findings)
}
