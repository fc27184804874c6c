//! Operations on sessions, credits, watch time and reports. What is done with a batch of live events is in `recorder`.

use super::model::{
    AccountRef, Connection, Credit, POST_REPORT, Participant, SessionId, SessionOver, SongLifted, SongRef, TELL_LIFTED,
};
use super::recorder::Recorder;
use super::rules::watch;
use super::settings::{GIFT_CREDIT_CARRY, METRICS_CHANNEL, WATCH_MINUTES};
use super::{queries, rules, tables};
use crate::jobs::Lane;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::{Read, Tx};

/// Adds what a gift was worth to a member's credit in the open session (`C-29`); `None` when there is no session.
pub fn add_credit(tx: &Tx<'_>, guild: GuildId, user: UserId, coins: Amount) -> Result<Option<Credit>> {
    let Some((session, _)) = tables::open_session(tx, guild)? else { return Ok(None) };
    let before = tables::credit(tx, guild, session, user)?.unwrap_or_default();
    let credit = Credit { coins: before.coins.clamped_change(coins.get()), ..before };
    tables::set_credit(tx, guild, session, user, &credit)?;
    Ok(Some(credit))
}

/// A member's credit in the open session that waits for a song (`D-17`). `None` when there is none, when it belongs to
/// a song already, or when the guild lets no credit wait.
pub fn waiting_credit(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Option<Amount>> {
    if !GIFT_CREDIT_CARRY.get(read, guild)? {
        return Ok(None);
    }
    let credit = queries::credit(read, guild, user)?;
    Ok(credit.filter(|credit| credit.song.is_none()).map(|credit| credit.coins))
}

/// Gives a member's credit to a song: it was lifted, or went straight into the tier.
pub fn attach(tx: &Tx<'_>, guild: GuildId, user: UserId, song: SongRef) -> Result<()> {
    let Some((session, _)) = tables::open_session(tx, guild)? else { return Ok(()) };
    let Some(credit) = tables::credit(tx, guild, session, user)? else { return Ok(()) };
    tables::set_credit(tx, guild, session, user, &Credit { song: Some(song), ..credit })
}

/// Uses up the credit of a song that was played or removed: it returns to 0 (`C-29`).
pub fn release(tx: &Tx<'_>, guild: GuildId, song: SongRef) -> Result<()> {
    match tables::credit_of_song(tx, guild, song)? {
        Some((session, user)) => tables::remove_credit(tx, guild, session, user),
        None => Ok(()),
    }
}

/// Gives the credit of a song that was removed through no fault of its submitter back to them: it waits for another song
/// (`D-17`). Answers how much; `None`, and nothing is changed, when the song has no credit or the guild lets none wait.
pub fn give_back(tx: &Tx<'_>, guild: GuildId, song: SongRef) -> Result<Option<Amount>> {
    if !GIFT_CREDIT_CARRY.get(tx, guild)? {
        return Ok(None);
    }
    let Some((session, user)) = tables::credit_of_song(tx, guild, song)? else { return Ok(None) };
    let Some(credit) = tables::credit(tx, guild, session, user)? else { return Ok(None) };
    tables::set_credit(tx, guild, session, user, &Credit { song: None, ..credit })?;
    Ok(Some(credit.coins))
}

/// Gives up a member's credit that reached a tier while there was no song, in a guild that lets no credit wait (`D-17`).
pub fn lapse(tx: &Tx<'_>, guild: GuildId, user: UserId) -> Result<()> {
    match tables::open_session(tx, guild)? {
        Some((session, _)) if !GIFT_CREDIT_CARRY.get(tx, guild)? => tables::remove_credit(tx, guild, session, user),
        _ => Ok(()),
    }
}

/// Stages the message to a submitter whose song was lifted (`D-10`).
pub fn tell_lifted(tx: &Tx<'_>, guild: GuildId, lifted: &SongLifted) -> Result<()> {
    TELL_LIFTED.schedule_now(tx, guild, Lane::User(lifted.user), lifted).map(drop)
}

/// A count of watch time in a session.
pub struct Count {
    guild: GuildId,
    session: SessionId,
    connections: Vec<Connection>,
    earns: bool,
    /// Minutes that pay one coin, the same for everybody in this count.
    pub minutes_per_coin: u32,
}

/// Begins, or goes on with, a count of watch time; `earns` is whether time counts towards coins (`D-13`).
pub fn count_watch_time(read: &dyn Read, guild: GuildId, session: SessionId, earns: bool) -> Result<Count> {
    let connections = tables::session(read, guild, session)?.map(|session| session.connections).unwrap_or_default();
    Ok(Count { guild, session, connections, earns, minutes_per_coin: WATCH_MINUTES.get(read, guild)? })
}

/// Counts what someone watched up to now, and takes out of their row what pays coins (`M-ECO-02`).
///
/// Answers how many coins are to be paid to `linked`; none while the handle is nobody's or nothing is earned. The
/// remainder stays in the row, and all of it while there is nobody to pay (`C-45`).
pub fn count_one(tx: &Tx<'_>, count: &Count, account: AccountRef, linked: Option<UserId>) -> Result<i64> {
    let &Count { guild, session, ref connections, earns, minutes_per_coin } = count;
    let Some(mut participant) = tables::participant(tx, guild, session, account)? else { return Ok(0) };
    let watch = &mut participant.watch;
    watch.is_due = false;
    watch.linked = linked;
    watch::count(watch, connections, tx.now(), earns);
    let (coins, rest) = match linked {
        Some(_) if earns => watch::coins_for(watch.unpaid(), minutes_per_coin),
        _ => (0, watch.unpaid()),
    };
    if coins > 0 {
        watch.keep_unpaid(rest, tx.now());
    }
    tables::set_participant(tx, guild, session, account, &participant)?;
    Ok(coins)
}

/// Notes Luxury Coins that were paid to someone of a session.
pub fn note_luxury(tx: &Tx<'_>, guild: GuildId, session: SessionId, account: AccountRef, coins: i64) -> Result<()> {
    let Some(before) = tables::participant(tx, guild, session, account)? else { return Ok(()) };
    let luxury = before.luxury.clamped_change(coins);
    tables::set_participant(tx, guild, session, account, &Participant { luxury, ..before })
}

/// Notes that a count which began at a moment has reached everybody in a session.
pub fn everybody_counted(tx: &Tx<'_>, guild: GuildId, session: SessionId, began: Timestamp) -> Result<()> {
    let Some(mut row) = tables::session(tx, guild, session)? else { return Ok(()) };
    row.counted_at = row.counted_at.max(began);
    watch::forget_counted(&mut row.connections, began);
    tables::set_session(tx, guild, session, &row)
}

/// Notes that a handle was linked: what it watched in the open session is paid at the next count (`C-45`).
pub fn pay_at_next_count(tx: &Tx<'_>, guild: GuildId, account: AccountRef) -> Result<()> {
    let Some((session, _)) = tables::open_session(tx, guild)? else { return Ok(()) };
    let Some(mut participant) = tables::participant(tx, guild, session, account)? else { return Ok(()) };
    participant.watch.is_due = true;
    tables::set_participant(tx, guild, session, account, &participant)
}

/// Closes a session that lost its connection and was not continued in time, at its last event (`D-26`).
pub fn close_left_behind(tx: &Tx<'_>, guild: GuildId) -> Result<Option<SessionId>> {
    match tables::open_session(tx, guild)? {
        Some((_, session)) if rules::is_over(&session, tx.now()) => {
            let mut recorder = Recorder::load(tx, guild)?;
            let closed = recorder.close()?;
            recorder.save()?;
            Ok(closed)
        }
        _ => Ok(None),
    }
}

/// Stages the report of a session that is closed now, if the guild has a metrics channel and there is something to tell
/// (`M-MET-01`, `D-30`). A session is closed once, so it has one report.
pub fn stage_report(tx: &Tx<'_>, guild: GuildId, id: SessionId) -> Result<()> {
    let Some(channel) = METRICS_CHANNEL.get(tx, guild)? else { return Ok(()) };
    let Some(session) = tables::session(tx, guild, id)? else { return Ok(()) };
    if !rules::report::is_worth_posting(&session, tables::has_interactions(tx, guild, id)?) {
        return Ok(());
    }
    POST_REPORT.schedule_now(tx, guild, Lane::Channel(channel), &SessionOver { session: id, channel }).map(drop)
}
