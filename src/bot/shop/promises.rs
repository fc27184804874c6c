//! Roles that the shop sells: what follows where one can be given, or cannot.

use super::renewing;
use crate::discord::roles::Promises;
use crate::features::shop::model::{FOR_PURCHASE, PurchaseId};
use crate::features::shop::{queries, service};
use crate::flows::shop_refunded;

/// The roles of items.
pub static SOLD: Promises = Promises {
    is_any: queries::promises_roles,
    judge: service::judge_roles,
    refused: |tx, guild, grant| match grant.row_of(FOR_PURCHASE) {
        Some(purchase) => shop_refunded::by_refused_role(tx, guild, PurchaseId::new(purchase)),
        None => Ok(()),
    },
    before_the_end: renewing::offered,
};
