//! The settings of coins.

use crate::settings::{Area, Listed, Setting};

/// Whether Luxury Coins can be earned and spent (`C-52`, `D-13`): "Economy System Enabled" in `/show-settings`.
pub static LUXURY_ENABLED: Setting<bool> = Setting::new("features.luxury", true);
/// What `/buy-skip` costs in Luxury Coins (`M-ECO-05`, `C-54`).
pub static SKIP_PRICE: Setting<u32> = Setting::within("skip_price", 1_000, 1, 1_000_000);

/// The settings of coins, as administrators meet them.
pub const LISTED: &[Listed] = &[
    Listed::new(
        &LUXURY_ENABLED,
        Area::Economy,
        "Economy System Enabled",
        "Whether Luxury Coins are earned and spent; the server's own currency has a switch of its own.",
    ),
    Listed::new(&SKIP_PRICE, Area::Economy, "Price of a Skip", "How many Luxury Coins a skip costs.").detail(),
];
