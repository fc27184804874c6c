//! The server's shop: items for the server's own currency, what members hold of them, orders, refunds and codes.
//!
//! **What members see.** `/shop view` and the messages in the shop channel show what there is; `/buy` and the button below
//! each message buy it, `/inventory` lists what somebody has, `/use` uses a consumable up, and a purchase can be given back
//! for a while. `/redeem` takes a code that the team gave away.
//! **What administrators see.** `/shop-admin` and the pages make, change and remove items, set their stock, hand over what
//! a person hands over, and give money back. Each act is an activity with what was before, and can be undone.
//!
//! **Rules.** A purchase is one transaction of the flow `shop_bought`: the item, its stock, the limit and the money are
//! looked at before anything is written (`T-SHP-12`, `T-EDG-09`), and with the one writer nothing is sold twice (`T-EDG-07`).
//! Stock -1 is any number (`T-EDG-08`). A purchase is 1 to 1,000 pieces (`D-43`). What an item does is its kind (`D-44`):
//! a consumable is used up, a role is given when it is bought, another is kept, and what is handed over by a person waits as
//! an order until somebody of the team did. A refund follows the money: currency, stock, role and pieces return together; what
//! was used up in part stays bought. Codes and what they give are in [`codes`].
//!
//! **Invariants.** A purchase is a row that never goes, with the entry of the ledger that paid for it. What a member holds,
//! how many were sold and what came in are sums over these rows, kept by the store, so they cannot differ from them. An item
//! that was removed is hidden and its row stays, because purchases tell its name.
//!
//! **Job.** `shop.tell`, what a buyer is told of an order.
//!
//! **Tables.** `shop.items`, `shop.purchases`, `shop.codes`, `shop.redeemed`, `shop.guesses`; in the export `shop_items`,
//! `inventory`, `shop_purchases` and `shop_codes`. **Topic.** `shop.changed`. **Post.** `shop.item`, the message of an item,
//! which is made anew where somebody deleted it (`T-SYN-20`).

pub mod activity;
pub mod check;
pub mod codes;
pub mod model;
pub mod queries;
pub mod refusal;
pub mod rules;
pub mod service;
pub mod settings;
pub mod sql;
pub mod tables;

use super::Domain;
use super::currency::settings::SWITCH;
use crate::kernel::refusal::Refuse;

/// What it registers.
pub const DOMAIN: Domain = Domain {
    switch: Some(&SWITCH),
    settings: settings::LISTED,
    tables: tables::TABLES,
    topics: &[tables::CHANGED],
    jobs: &[&model::TELL],
    activities: activity::KINDS,
    refusals: &[refusal::ShopRefusal::ROWS, refusal::CodeRefusal::ROWS],
    checks: &[check::check],
    export: sql::EXPORT,
    ..Domain::named("shop")
};

#[cfg(test)]
mod tests;
