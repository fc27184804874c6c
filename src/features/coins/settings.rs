//! The settings of coins.

use crate::settings::{Area, Listed, Setting};

/// Whether Luxury Coins can be earned and spent (`C-52`, `D-13`): "Economy System Enabled" in `/show-settings`.
pub static LUXURY_ENABLED: Setting<bool> = Setting::new("features.luxury", true);

/// The settings of coins, as administrators meet them.
pub const LISTED: &[Listed] = &[Listed::new(
    &LUXURY_ENABLED,
    Area::Economy,
    "Economy System Enabled",
    "Whether Luxury Coins are earned and spent.",
)];
