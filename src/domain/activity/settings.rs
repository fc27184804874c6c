//! How long it is kept what happened.

use crate::settings::{Area, Listed, Setting};

/// Nothing is forgotten before so many days.
pub(super) const LEAST_DAYS: u32 = 7;

/// For how many days activities are kept.
pub static ACTIVITY_DAYS: Setting<u32> = Setting::within("activity_days", 90, LEAST_DAYS, 3_650).counted_in("days");

/// The settings of activities, as administrators meet them.
pub const LISTED: &[Listed] = &[Listed::new(
    &ACTIVITY_DAYS,
    Area::General,
    "Activity Kept",
    "For how long it is kept what your team is told: coins, links, gifts and changed settings.",
)
.detail()];
