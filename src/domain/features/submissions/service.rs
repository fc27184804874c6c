//! Operations of submissions: who may submit where and when, what follows.

use std::time::Duration;

use super::model::{
    CONFIRM, CORRECT, Confirmation, Confirmed, IN_SIGHT_AGAIN, NOTICE, Notice, SubmissionRefusal, TITLES, TitlesWanted,
};
use super::posted::{CLEAR, LOOK_AGAIN, PostedAs, REACH, Waiting, Watch};
use super::settings::{CLOSED_ACCEPTS_SKIPS, MAX_ACTIVE, SUBMISSION_CHANNEL, SUBMISSIONS_OPEN};
use super::tables;
use crate::jobs::{Lane, unsent};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, MessageId, UserId};
use crate::outbox::{DELETE, DELETE_WITH_WORD};
use crate::references::told;
use crate::settings::Change;
use crate::store::{Read, Tx};

/// A member is told at most this often per channel where songs go (`C-20`).
const NUDGE_PAUSE: Duration = Duration::from_mins(10);
/// How long a posted message is remembered. Twice the reach of everything that may bring it again, and more.
const REMEMBERED_FOR: Duration = Duration::from_hours(24);
/// Messages that are forgotten when one is remembered, so that the memory shrinks where it has grown.
const FORGOTTEN_AT_A_TIME: usize = 4;
/// Messages that wait for a permission and are looked at when it is back.
const MOST_KEPT_OUT: usize = 100;

/// Checks whether a song may be submitted in this channel now. Holds for all ways of submitting (`M-ACC-02`, `C-22`).
pub fn admit(read: &dyn Read, guild: GuildId, channel: ChannelId, is_skip: bool) -> Result<()> {
    match SUBMISSION_CHANNEL.get(read, guild)? {
        None => return Err(SubmissionRefusal::NoChannel.into()),
        // Nobody is sent to a channel that is not there.
        Some(right) if right != channel && told::is_out_of_sight(read, guild, SUBMISSION_CHANNEL.key(), right)? => {
            return Err(SubmissionRefusal::NoChannel.into());
        }
        Some(right) if right != channel => return Err(SubmissionRefusal::WrongChannel { channel: right }.into()),
        Some(_) => {}
    }
    let is_open = SUBMISSIONS_OPEN.get(read, guild)? || (is_skip && CLOSED_ACCEPTS_SKIPS.get(read, guild)?);
    if is_open { Ok(()) } else { Err(SubmissionRefusal::Closed.into()) }
}

/// Checks whether a member with `waiting` songs may submit one more (`D-04`).
pub fn admit_one_more(read: &dyn Read, guild: GuildId, waiting: usize) -> Result<()> {
    let most = MAX_ACTIVE.get(read, guild)?;
    if most == 0 || waiting < most as usize { Ok(()) } else { Err(SubmissionRefusal::TooMany { max: most }.into()) }
}

/// Stages the confirmation of a submission (`M-SUB-15`).
pub fn confirm(tx: &Tx<'_>, guild: GuildId, user: UserId, confirmation: &Confirmation) -> Result<()> {
    CONFIRM.schedule_now(tx, guild, Lane::User(user), confirmation).map(drop)
}

/// Stages the question to a platform what a song is called, now that its confirmation went out.
pub fn ask_titles(
    tx: &Tx<'_>,
    guild: GuildId,
    confirmation: &Confirmation,
    confirmed: Option<Confirmed>,
) -> Result<()> {
    let Confirmation { song, asks_title: title, asks_artist: artist, .. } = *confirmation;
    if !title && !artist {
        return Ok(());
    }
    let wanted = TitlesWanted { song, title, artist, confirmed };
    TITLES.schedule_now(tx, guild, Lane::Song(song), &wanted).map(drop)
}

/// Stages the correction of what a confirmation says the song is called.
pub fn correct_confirmation(tx: &Tx<'_>, guild: GuildId, user: UserId, wanted: &TitlesWanted) -> Result<()> {
    let Some(confirmed) = &wanted.confirmed else { return Ok(()) };
    CORRECT.schedule_now(tx, guild, Lane::User(user), confirmed).map(drop)
}

/// Opens or closes submissions. Refuses when there is nothing to change, or no channel in which it would matter.
pub fn set_open(tx: &Tx<'_>, guild: GuildId, by: Actor, is_open: bool) -> Result<()> {
    if SUBMISSION_CHANNEL.get(tx, guild)?.is_none() {
        return Err(SubmissionRefusal::NoChannel.into());
    }
    if SUBMISSIONS_OPEN.get(tx, guild)? == is_open {
        return Err(SubmissionRefusal::AlreadySo { is_open }.into());
    }
    SUBMISSIONS_OPEN.change(tx, guild, by, &is_open).map(drop)
}

/// Submissions were opened or closed, by whichever way: stages the notice in their channel, if there is one.
pub(super) fn opened(tx: &Tx<'_>, guild: GuildId, _: &Change) -> Result<()> {
    let Some(channel) = SUBMISSION_CHANNEL.get(tx, guild)? else { return Ok(()) };
    let is_open = SUBMISSIONS_OPEN.get(tx, guild)?;
    NOTICE.schedule_now(tx, guild, Lane::Channel(channel), &Notice { channel, is_open }).map(drop)
}

/// Whether a member is to be told now where songs go; remembers it if so.
pub fn nudge(tx: &Tx<'_>, guild: GuildId, channel: ChannelId, user: UserId) -> Result<bool> {
    let last = tables::NUDGES.get(tx, &(guild, channel, user))?;
    if last.is_some_and(|last| tx.now().since(last) < NUDGE_PAUSE) {
        return Ok(false);
    }
    tables::NUDGES.put(tx, &(guild, channel, user), &tx.now())?;
    Ok(true)
}

/// Remembers that a part of a posted message is a song now, and whether the song `needs` the message for its file.
pub fn remember_taken(tx: &Tx<'_>, guild: GuildId, posted_as: &PostedAs, needs: bool) -> Result<()> {
    let PostedAs { message, part } = posted_as;
    let mut handled = tables::HANDLED.get(tx, &(guild, *message))?.unwrap_or_default();
    handled.taken.push(part.clone());
    handled.is_needed |= needs;
    tables::HANDLED.put(tx, &(guild, *message), &handled)
}

/// Remembers that a posted message was looked at to the end, and what stood in it then. Answers whether it has to stay for
/// the file of a song.
pub fn looked_at(tx: &Tx<'_>, guild: GuildId, message: MessageId, digest: u64) -> Result<bool> {
    watch(tx, guild, message)?;
    tables::KEPT_OUT.remove(tx, &(guild, message))?;
    let mut handled = tables::HANDLED.get(tx, &(guild, message))?.unwrap_or_default();
    handled.looked_at = Some(digest);
    tables::HANDLED.put(tx, &(guild, message), &handled)?;
    for old in tables::oldest_handled(tx, guild, FORGOTTEN_AT_A_TIME)? {
        if tx.now().since(old.moment()) > REMEMBERED_FOR {
            tables::HANDLED.remove(tx, &(guild, old))?;
            set_watched_up_to(tx, guild, old)?;
        }
    }
    Ok(handled.is_needed)
}

/// Remembers that something of a posted message waits until the bot may do more in its channel.
pub fn kept_out(tx: &Tx<'_>, guild: GuildId, message: MessageId) -> Result<()> {
    watch(tx, guild, message)?;
    for old in tables::oldest_kept_out(tx, guild, FORGOTTEN_AT_A_TIME)? {
        if tx.now().since(old.moment()) > REACH {
            tables::KEPT_OUT.remove(tx, &(guild, old))?;
        }
    }
    tables::KEPT_OUT.put(tx, &(guild, message), &())
}

/// Whether a posted message has to stay for the file of a song.
pub fn is_needed(read: &dyn Read, guild: GuildId, message: MessageId) -> Result<bool> {
    Ok(tables::HANDLED.get(read, &(guild, message))?.is_some_and(|handled| handled.is_needed))
}

/// From where on the messages of the submissions channel count; for a channel that was just set, after `first`. `None`
/// where there is no channel.
pub fn watch(tx: &Tx<'_>, guild: GuildId, first: MessageId) -> Result<Option<Watch>> {
    let Some(channel) = SUBMISSION_CHANNEL.get(tx, guild)? else { return Ok(None) };
    match tables::WATCHED.get(tx, &guild)? {
        Some(watch) if watch.channel == channel => Ok(Some(watch)),
        _ => {
            let watch = Watch { channel, since: first };
            tables::WATCHED.put(tx, &guild, &watch)?;
            Ok(Some(watch))
        }
    }
}

/// Another submissions channel was chosen: what is posted there from now on counts, also where nobody listens.
pub(super) fn channel_chosen(tx: &Tx<'_>, guild: GuildId, change: &Change) -> Result<()> {
    if change.after.is_none() {
        return Ok(());
    }
    watch(tx, guild, MessageId::at(tx.now())).map(drop)
}

/// Tries the deletions again that were given up in the submissions channel because the bot might not delete there.
pub fn clear_what_stayed(tx: &Tx<'_>, guild: GuildId) -> Result<()> {
    let Some(channel) = SUBMISSION_CHANNEL.get(tx, guild)? else { return Ok(()) };
    unsent::try_again_in(tx, guild, channel, &[CLEAR.name(), DELETE.name(), DELETE_WITH_WORD.name()])
}

/// Stages a look at what was posted while the bot could not read the submissions channel, or could not do there what it has
/// to.
pub fn look_at_what_was_kept_out(tx: &Tx<'_>, guild: GuildId) -> Result<()> {
    // Not the lane of the channel, whose replies need not wait.
    let lane = Lane::Channel(ChannelId::new(0));
    // The history first: it has all of them in their order, as far as it is read.
    IN_SIGHT_AGAIN.schedule_now(tx, guild, lane, &())?;
    let Some(channel) = SUBMISSION_CHANNEL.get(tx, guild)? else { return Ok(()) };
    for message in tables::oldest_kept_out(tx, guild, MOST_KEPT_OUT)? {
        if tx.now().since(message.moment()) > REACH {
            tables::KEPT_OUT.remove(tx, &(guild, message))?;
        } else {
            LOOK_AGAIN.schedule_now(tx, guild, lane, &Waiting { channel, message })?;
        }
    }
    Ok(())
}

/// The history of a channel was read up to a message.
pub fn watched_up_to(tx: &Tx<'_>, guild: GuildId, channel: ChannelId, newest: MessageId) -> Result<()> {
    match tables::WATCHED.get(tx, &guild)? {
        Some(watch) if watch.channel == channel => set_watched_up_to(tx, guild, newest),
        _ => Ok(()),
    }
}

fn set_watched_up_to(tx: &Tx<'_>, guild: GuildId, message: MessageId) -> Result<()> {
    match tables::WATCHED.get(tx, &guild)? {
        Some(watch) if watch.since < message => tables::WATCHED.put(tx, &guild, &Watch { since: message, ..watch }),
        _ => Ok(()),
    }
}
