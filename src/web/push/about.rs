//! The topics that pages may be hinted at, by what they are about.

use crate::features::{self, coins, engagement, handles, queue, shop, tasks, tiktok};
use crate::store::Topic;

/// Songs and their lines.
pub(in crate::web) const SONGS: Topic = queue::queries::CHANGED;
/// Balances and entries of the ledger, of coins and points.
pub(in crate::web) const COINS: Topic = coins::tables::CHANGED;
/// Items of the shop, what was bought, and codes.
pub(in crate::web) const SHOP: Topic = shop::queries::CHANGED;
/// Tasks, claims and proofs.
pub(in crate::web) const TASKS: Topic = tasks::tables::CHANGED;
/// Messages that follow a row: how each is on Discord.
pub(in crate::web) const POSTS: Topic = crate::posts::CHANGED;
/// Handles of TikTok, and whose they are.
pub(in crate::web) const HANDLES: Topic = handles::tables::CHANGED;
/// Whose live is followed.
pub(in crate::web) const FOLLOWED: Topic = tiktok::tables::CHANGED;
/// What happens on a live, and its sessions.
pub(in crate::web) const LIVE: Topic = engagement::tables::CHANGED;
/// A session of a live has begun.
pub(in crate::web) const BEGUN: Topic = engagement::queries::SESSION_BEGUN;
/// Settings.
pub(in crate::web) const SETTINGS: Topic = crate::settings::CHANGED;
/// What a team and an audit are told.
pub(in crate::web) const ACTIVITY: Topic = crate::activity::CHANGED;
/// Jobs that were done or given up.
pub(in crate::web) const JOBS: Topic = crate::jobs::SETTLED;
/// A followed live stands otherwise than before, of whichever server: that is in memory, and no row tells of it.
pub(in crate::web) const CONNECTION: Topic = Topic::new("push.lives");
/// Time has passed: what is in no row, such as health or the log, is looked at again, while somebody watches.
pub(in crate::web) const PULSE: Topic = Topic::new("push.pulse");

/// All of them: those of the features, and what is in no row.
pub(super) fn all() -> impl Iterator<Item = Topic> {
    features::ALL.iter().flat_map(|feature| feature.topics).chain(&[CONNECTION, PULSE]).copied()
}
