//! Operations of submissions: who may submit where and when, what follows.

use std::time::Duration;

use super::model::{
    CONFIRM, CORRECT, CommandMentions, Confirmation, Confirmed, NOTICE, Notice, SubmissionRefusal, TITLES, TitlesWanted,
};
use super::settings::{CLOSED_ACCEPTS_SKIPS, MAX_ACTIVE, SUBMISSION_CHANNEL, SUBMISSIONS_OPEN};
use super::tables;
use crate::jobs::Lane;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, UserId};
use crate::store::{Read, Tx};

/// A member is told at most this often per channel where songs go (`C-20`).
const NUDGE_PAUSE: Duration = Duration::from_mins(10);

/// Checks whether a song may be submitted in this channel now. Holds for all ways of submitting (`M-ACC-02`, `C-22`).
pub fn admit(
    read: &dyn Read,
    guild: GuildId,
    channel: ChannelId,
    is_skip: bool,
    mentions: &CommandMentions,
) -> Result<()> {
    match SUBMISSION_CHANNEL.get(read, guild)? {
        None => return Err(SubmissionRefusal::NoChannel.into()),
        Some(right) if right != channel => return Err(wrong_channel(right, mentions).into()),
        Some(_) => {}
    }
    let is_open = SUBMISSIONS_OPEN.get(read, guild)? || (is_skip && CLOSED_ACCEPTS_SKIPS.get(read, guild)?);
    if is_open { Ok(()) } else { Err(SubmissionRefusal::Closed.into()) }
}

/// Tells where songs go.
pub fn wrong_channel(right: ChannelId, mentions: &CommandMentions) -> SubmissionRefusal {
    let CommandMentions { submit, submit_file } = mentions.clone();
    SubmissionRefusal::WrongChannel { channel: right, submit, submit_file }
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

/// Opens or closes submissions, and stages the notice in their channel. Refuses when there is nothing to change.
pub fn set_open(tx: &Tx<'_>, guild: GuildId, is_open: bool) -> Result<()> {
    let Some(channel) = SUBMISSION_CHANNEL.get(tx, guild)? else { return Err(SubmissionRefusal::NoChannel.into()) };
    if SUBMISSIONS_OPEN.get(tx, guild)? == is_open {
        return Err(SubmissionRefusal::AlreadySo { is_open }.into());
    }
    SUBMISSIONS_OPEN.set(tx, guild, &is_open)?;
    NOTICE.schedule_now(tx, guild, Lane::Channel(channel), &Notice { channel, is_open }).map(drop)
}

/// Whether a member is to be told now where songs go; remembers it if so.
pub fn nudge(tx: &Tx<'_>, guild: GuildId, channel: ChannelId, user: UserId) -> Result<bool> {
    let last = tables::last_nudge(tx, guild, channel, user)?;
    if last.is_some_and(|last| tx.now().since(last) < NUDGE_PAUSE) {
        return Ok(false);
    }
    tables::remember_nudge(tx, guild, channel, user)?;
    Ok(true)
}
