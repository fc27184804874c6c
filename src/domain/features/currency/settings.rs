//! The settings of the server's currency; what it is called is [`money`](crate::money).

use crate::money::ENABLED;
use crate::settings::{Area, Listed, Setting, Switch};

/// What a daily claim brings (`T-CUR-09`, `D-40`).
pub static DAILY_AMOUNT: Setting<u32> = Setting::within("daily_amount", 100, 1, 1_000_000);

/// What switches all of it off. What members have stays theirs.
pub static SWITCH: Switch = Switch { setting: &ENABLED, title: "The server's currency" };

/// The settings of this feature, as administrators meet them.
pub const LISTED: &[Listed] = &[
    Listed::new(&ENABLED, Area::Economy, "Server Currency", "Whether the server has a currency of its own."),
    Listed::new(&DAILY_AMOUNT, Area::Economy, "Daily Reward", "How much a daily claim brings.").detail(),
];
