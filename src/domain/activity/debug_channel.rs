//! How far a guild's debug channel was told what happened.
//!
//! The log of activities is the queue: here is only the place from which on the channel was not told yet. It is noted in
//! the transaction of the first activity that waits, together with the one job that tells them all; so a channel that was
//! chosen later hears nothing of before, and one that is told everything costs no row. What waits while Discord is out
//! stays in the log; the oldest beyond a thousand are left out.
//!
//! Which activities share a message is settled before it is posted. So a second try, also after a crash, is the same
//! message.
//!
//! A channel that is left hears that as the last thing: where the lines go from then on, and who says so.

use serde::{Deserialize, Serialize};

use super::model::{Activity, ActivityId, Subject};
use super::tables;
use crate::fields;
use crate::jobs::{self, JobId, JobKind, Lane};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId};
use crate::references::{Needs, Want};
use crate::settings::{BOT_CONFIG, SETTING_CHANGED, Setting};
use crate::store::{Read, Span, Table, Tx};

/// The debug channel of a guild.
pub static DEBUG_CHANNEL: Setting<Option<ChannelId>> = Setting::new("debug_channel_id", None);

/// What the bot needs in the debug channel.
pub static NEEDS: Needs = Needs {
    effect: "Lines for your team are not posted.",
    must: Needs::WRITE,
    wants: &[Want { permission: Needs::HISTORY | Needs::MANAGE, without: "`/cleandebugchannel` does not work." }],
};

/// Tells a debug channel what it was not told yet.
pub static DELIVER: JobKind<()> = JobKind::new("debug_channel.deliver", "Lines for your team in the debug channel");

/// Tells a channel that it is the debug channel no more.
pub static LEAVE: JobKind<Leaving> =
    JobKind::new("debug_channel.leave", "The last line in a channel that was the debug channel");

/// What a channel is told that is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaving {
    /// The channel.
    pub channel: ChannelId,
    /// Where the lines go now; `None` where they are switched off.
    pub now: Option<ChannelId>,
    /// Who says so.
    pub by: Actor,
}

/// So many activities wait at most. Where a channel takes none for long, the oldest beyond it are left out.
const MOST: usize = 1_000;

pub(super) static DELIVERIES: Table<GuildId, Delivery> = Table::new("debug_channel.deliveries", &[]).without_members();

/// What a guild's channel is being told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Delivery {
    /// The job that tells it.
    job: JobId,
    /// The last activity in the message that is being posted, or was posted without our knowledge.
    pub(super) through: Option<u64>,
    /// The first activity that it was not told.
    pub(super) next: ActivityId,
}

fields!(Delivery: next since 2 = ActivityId::new(0));

/// The debug channels of all guilds that have one.
pub fn of_all_guilds(read: &dyn Read) -> Result<Vec<ChannelId>> {
    let mut channels = Vec::new();
    BOT_CONFIG.for_each(read, Span::all(), |(_, key), entry| {
        channels.extend(entry.channel.filter(|_| key == DEBUG_CHANNEL.key()));
        Ok(())
    })?;
    Ok(channels)
}

/// The guilds that have a debug channel of their own.
pub(super) fn guilds(read: &dyn Read) -> Result<Vec<GuildId>> {
    let mut guilds = Vec::new();
    BOT_CONFIG.for_each(read, Span::all(), |(guild, key), _| {
        if key == DEBUG_CHANNEL.key() && guild != GuildId::INSTANCE {
            guilds.push(guild);
        }
        Ok(())
    })?;
    Ok(guilds)
}

/// Lets the debug channel, if there is one, be told of an activity that was just added. Where there is none any more, nobody
/// is told what waited for it: the next one may be for others. What happens to the instance is told in no server, not even
/// where the instance has a default for all.
pub(super) fn stage(tx: &Tx<'_>, guild: GuildId, added: ActivityId) -> Result<()> {
    if guild == GuildId::INSTANCE {
        return Ok(());
    }
    let delivery = DELIVERIES.get(tx, &guild)?;
    let Some(channel) = DEBUG_CHANNEL.get(tx, guild)? else {
        return if delivery.is_some() { end(tx, guild) } else { Ok(()) };
    };
    if let Some(delivery) = delivery
        && jobs::is_waiting(tx, guild, delivery.job)?
    {
        return Ok(());
    }
    let job = DELIVER.schedule_now(tx, guild, Lane::Channel(channel), &())?;
    // What an earlier job began with, this one goes on with.
    let (through, next) = delivery.map_or((None, added), |earlier| (earlier.through, earlier.next));
    DELIVERIES.put(tx, &guild, &Delivery { job, through, next })
}

/// Lets the channel that was the debug channel before this activity hear of it.
pub(super) fn take_leave(tx: &Tx<'_>, guild: GuildId, activity: &Activity) -> Result<()> {
    let is_of_it = matches!(&activity.subject, Some(Subject::Setting(key)) if key == DEBUG_CHANNEL.key());
    if activity.kind != SETTING_CHANGED.name() || !is_of_it {
        return Ok(());
    }
    let channel = |stored: Option<&str>| stored.and_then(|stored| stored.parse::<ChannelId>().ok());
    let Some(left) = channel(activity.before.as_deref()) else { return Ok(()) };
    let leaving = Leaving { channel: left, now: channel(activity.after.as_deref()), by: activity.actor };
    LEAVE.schedule_now(tx, guild, Lane::Channel(left), &leaving).map(drop)
}

/// What the channel was not told yet, in order.
pub fn untold(read: &dyn Read, guild: GuildId) -> Result<Vec<(ActivityId, Activity)>> {
    match DELIVERIES.get(read, &guild)? {
        Some(delivery) => tables::since(read, guild, delivery.next, MOST),
        None => Ok(Vec::new()),
    }
}

/// The last activity in the message that is being posted, if one is.
pub fn being_told(read: &dyn Read, guild: GuildId) -> Result<Option<ActivityId>> {
    Ok(DELIVERIES.get(read, &guild)?.and_then(|delivery| delivery.through).map(ActivityId::new))
}

/// A message with what happened up to this activity is going to be posted.
pub fn telling(tx: &Tx<'_>, guild: GuildId, through: ActivityId) -> Result<()> {
    change(tx, guild, |delivery| delivery.through = Some(through.get()))
}

/// The message with what happened up to this activity is posted.
pub fn told(tx: &Tx<'_>, guild: GuildId, through: ActivityId) -> Result<()> {
    change(tx, guild, |delivery| {
        delivery.through = None;
        delivery.next = through.following();
    })
}

/// Nothing is left to be told, or nobody is to be told anything.
pub fn end(tx: &Tx<'_>, guild: GuildId) -> Result<()> {
    DELIVERIES.remove(tx, &guild).map(drop)
}

fn change(tx: &Tx<'_>, guild: GuildId, change: impl FnOnce(&mut Delivery)) -> Result<()> {
    let Some(mut delivery) = DELIVERIES.get(tx, &guild)? else { return Ok(()) };
    change(&mut delivery);
    DELIVERIES.put(tx, &guild, &delivery)
}
