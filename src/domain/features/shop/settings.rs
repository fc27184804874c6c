//! The settings of the shop.

use super::service;
use crate::kernel::ids::ChannelId;
use crate::references::Needs;
use crate::settings::{Area, Listed, Setting};

/// Where each item has its message (`shop_channel_id`, `T-SYN-16`).
pub static SHOP_CHANNEL: Setting<Option<ChannelId>> =
    Setting::followed("shop_channel_id", None, service::channel_chosen);
/// For how many minutes a buyer may give something back.
pub static REFUND_MINUTES: Setting<u32> =
    Setting::within("shop_refund_minutes", 30, 0, 43_200).counted_in("minutes").zero_is("never");

/// What the bot needs in the shop channel.
pub static SHOP_NEEDS: Needs = Needs { effect: "Items are not shown there.", must: Needs::POST, wants: &[] };

/// The settings of the shop, as administrators meet them.
pub const LISTED: &[Listed] = &[
    Listed::new(
        &SHOP_CHANNEL,
        Area::Economy,
        "Shop Channel",
        "Where each item has its message with a button to buy it.",
    )
    .needing(&SHOP_NEEDS),
    Listed::new(
        &REFUND_MINUTES,
        Area::Economy,
        "Time to Give Back",
        "For how many minutes a buyer may give a purchase back; 0 for never. An item may say otherwise.",
    )
    .detail(),
];
