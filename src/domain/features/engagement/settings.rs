//! The settings of engagement.

use std::time::Duration;

use super::rules::EventPoints;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId};
use crate::references::{Needs, Want};
use crate::settings::{Area, Listed, Setting};
use crate::store::Read;

/// Where the metrics of a live are posted after it (`M-CMD-21`).
pub static METRICS_CHANNEL: Setting<Option<ChannelId>> = Setting::new("metrics_channel_id", None);
/// What the bot needs in the metrics channel.
pub static METRICS_NEEDS: Needs = Needs {
    effect: "The figures of a live are not posted.",
    must: Needs::POST,
    wants: &[Want { permission: Needs::FILES, without: "The picture of a live is left out." }],
};
/// Whether gift credit without a song waits for one until the session ends (`D-17`).
pub static GIFT_CREDIT_CARRY: Setting<bool> = Setting::new("gift_credit_carry", true);

/// The most points that one event can be worth.
const MOST_POINTS: u32 = 1_000_000;
/// Points for a like event (`D-01`).
pub static POINTS_LIKE: Setting<u32> = Setting::within("points_like", 1, 0, MOST_POINTS);
/// Points for a comment (`D-01`).
pub static POINTS_COMMENT: Setting<u32> = Setting::within("points_comment", 2, 0, MOST_POINTS);
/// Points for a share (`D-01`).
pub static POINTS_SHARE: Setting<u32> = Setting::within("points_share", 5, 0, MOST_POINTS);
/// Points for a follow (`D-01`).
pub static POINTS_FOLLOW: Setting<u32> = Setting::within("points_follow", 10, 0, MOST_POINTS);
/// Points for a subscription (`D-01`).
pub static POINTS_SUBSCRIBE: Setting<u32> = Setting::within("points_subscribe", 25, 0, MOST_POINTS);
/// Luxury Coins for each whole 100 gifted coins (`M-ECO-04`).
pub static GIFT_RATE: Setting<u32> = Setting::within("gift_rate", 2, 0, 1_000);
/// Minutes on the live that pay one Luxury Coin (`M-ECO-01`); a day at the most.
///
/// What counts is the value at the moment of a count, which comes every minute: time is kept in seconds until it pays, so
/// a change neither loses any of it nor pays it twice.
pub static WATCH_MINUTES: Setting<u32> = Setting::within("watch_minutes", 30, 1, 1_440);
/// How many seconds a handle is taken to be there after the last thing that it did (`C-44`); a day at the most.
pub static WATCH_IDLE_SECONDS: Setting<u32> =
    Setting::within("watch_idle_seconds", 900, 60, 86_400).counted_in("seconds");

/// The settings of engagement, as administrators meet them.
pub const LISTED: &[Listed] = &[
    Listed::new(&METRICS_CHANNEL, Area::Music, "Metrics Channel", "Where the figures of a live are posted after it.")
        .by_command("`/setup-post-live-metrics`")
        .needing(&METRICS_NEEDS),
    Listed::new(
        &GIFT_CREDIT_CARRY,
        Area::Music,
        "Gift Credit Waits",
        "Whether gifts of a member without a song count for the next one of the same live.",
    ),
    Listed::new(&POINTS_LIKE, Area::Music, "Points per Like", "Points for each like event.").detail(),
    Listed::new(&POINTS_COMMENT, Area::Music, "Points per Comment", "Points for each comment.").detail(),
    Listed::new(&POINTS_SHARE, Area::Music, "Points per Share", "Points for each share.").detail(),
    Listed::new(&POINTS_FOLLOW, Area::Music, "Points for Following", "Points for following, once in a live.").detail(),
    Listed::new(&POINTS_SUBSCRIBE, Area::Music, "Points for Subscribing", "Points for subscribing, once in a live.")
        .detail(),
    Listed::new(&GIFT_RATE, Area::Economy, "Luxury Coins for Gifts", "Luxury Coins for each whole 100 gifted coins.")
        .detail(),
    Listed::new(
        &WATCH_MINUTES,
        Area::Economy,
        "Minutes per Luxury Coin",
        "How many minutes on the live pay one Luxury Coin.",
    )
    .detail(),
    Listed::new(
        &WATCH_IDLE_SECONDS,
        Area::Economy,
        "Watch Time After an Act",
        "How long somebody on the live counts as there after the last thing that they did.",
    )
    .detail(),
];

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
