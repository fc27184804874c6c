//! The settings of coins.

use crate::settings::Setting;

/// Whether Luxury Coins can be earned and spent (`C-52`, `D-13`): "Economy System Enabled" in `/show-settings`.
pub static LUXURY_ENABLED: Setting<bool> = Setting::new("features.luxury", true);
