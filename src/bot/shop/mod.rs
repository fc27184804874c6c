//! `/shop`, `/buy`, `/inventory`, `/use`, `/redeem` and `/shop-admin`, and the message of each item with its button.

pub mod admin;
pub mod autocomplete;
pub mod commands;
pub mod components;
pub mod jobs;
pub mod posts;
pub mod promises;
pub mod renewing;
pub mod views;

use super::Face;

/// What it registers.
pub const FACE: Face = Face {
    commands: commands::for_everybody,
    for_admins: admin::for_admins,
    components: &[
        &components::BUY,
        &components::REFUND,
        &components::PAGE,
        &components::INVENTORY_PAGE,
        &components::HAND_OVER,
        &components::GIVE_BACK,
        &components::REVOKE,
        &renewing::RENEW,
        &renewing::RENEW_NOW,
    ],
    modals: &[&components::QUANTITY],
    posts: &[&posts::ITEM],
    promises: &[&promises::SOLD],
    jobs: &[&jobs::TELL_HANDLER],
    ..Face::named("shop")
};

#[cfg(test)]
mod tests;
