//! The settings of engagement.

use std::time::Duration;

use super::rules::EventPoints;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId};
use crate::settings::Setting;
use crate::store::Read;

/// Where the metrics of a live are posted after it (`M-CMD-21`).
pub static METRICS_CHANNEL: Setting<Option<ChannelId>> = Setting::new("metrics_channel_id", None);
/// Whether gift credit without a song waits for one until the session ends (`D-17`).
pub static GIFT_CREDIT_CARRY: Setting<bool> = Setting::new("gift_credit_carry", true);

/// Points for a like event (`D-01`).
pub static POINTS_LIKE: Setting<u32> = Setting::new("points_like", 1);
/// Points for a comment (`D-01`).
pub static POINTS_COMMENT: Setting<u32> = Setting::new("points_comment", 2);
/// Points for a share (`D-01`).
pub static POINTS_SHARE: Setting<u32> = Setting::new("points_share", 5);
/// Points for a follow (`D-01`).
pub static POINTS_FOLLOW: Setting<u32> = Setting::new("points_follow", 10);
/// Points for a subscription (`D-01`).
pub static POINTS_SUBSCRIBE: Setting<u32> = Setting::new("points_subscribe", 25);

/// How many seconds a handle is taken to be there after the last thing that it did (`C-44`).
pub static WATCH_IDLE_SECONDS: Setting<u32> = Setting::new("watch_idle_seconds", 900);

/// How long a handle is taken to be there after the last thing that it did; a day at the most.
pub fn watch_idle(read: &dyn Read, guild: GuildId) -> Result<Duration> {
    let idle = Duration::from_secs(WATCH_IDLE_SECONDS.get(read, guild)?.into());
    Ok(idle.min(Duration::from_hours(24)))
}

/// What the events of a guild's lives are worth.
pub fn event_points(read: &dyn Read, guild: GuildId) -> Result<EventPoints> {
    Ok(EventPoints {
        like: POINTS_LIKE.get(read, guild)?,
        comment: POINTS_COMMENT.get(read, guild)?,
        share: POINTS_SHARE.get(read, guild)?,
        follow: POINTS_FOLLOW.get(read, guild)?,
        subscribe: POINTS_SUBSCRIBE.get(read, guild)?,
    })
}
