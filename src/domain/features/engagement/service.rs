//! Operations on sessions, credits, watch time and reports. What is done with a batch of live events is in `recorder`.

use super::model::{
    AccountRef, Connection, Credit, Interaction, InteractionNumber, POST_REPORT, Participant, Session, SessionId,
    SessionOver, SongLifted, SongRef, TELL_LIFTED,
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
    let before = tables::CREDITS.get(tx, &(guild, session, user))?.unwrap_or_default();
    let credit = Credit { coins: before.coins.clamped_change(coins.get()), ..before };
    tables::CREDITS.put(tx, &(guild, session, user), &credit)?;
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
    let Some(credit) = tables::CREDITS.get(tx, &(guild, session, user))? else { return Ok(()) };
    tables::CREDITS.put(tx, &(guild, session, user), &Credit { song: Some(song), ..credit })
}

/// A reviewer put the song of a member's credit into a line: `is_below` the one that the credit leads to, or not (`C-29`).
pub fn placed(tx: &Tx<'_>, guild: GuildId, user: UserId, is_below: bool) -> Result<()> {
    let Some((session, _)) = tables::open_session(tx, guild)? else { return Ok(()) };
    let credit = tables::CREDITS.get(tx, &(guild, session, user))?.filter(|_| is_below);
    tables::set_held(tx, guild, session, user, credit.map(|credit| credit.coins))
}

/// Uses up the credit of a song that was played or removed: it returns to 0 (`C-29`). What it was is remembered until the
/// session ends, for [`give_back`].
pub fn release(tx: &Tx<'_>, guild: GuildId, song: SongRef) -> Result<()> {
    let Some((session, user)) = tables::credit_of_song(tx, guild, song)? else { return Ok(()) };
    if let Some(credit) = tables::CREDITS.get(tx, &(guild, session, user))? {
        tables::add_used(tx, guild, session, song, credit.coins)?;
    }
    tables::remove_credit(tx, guild, session, user)
}

/// Gives what a song has of its submitter's gifts, and what it used up of them, back to the submitter: it counts for another
/// song, as gifts do, until the session ends (`D-17`). Answers how much; `None` where there is nothing.
pub fn give_back(tx: &Tx<'_>, guild: GuildId, user: UserId, song: SongRef) -> Result<Option<Amount>> {
    let Some((session, _)) = tables::open_session(tx, guild)? else { return Ok(None) };
    let used = tables::take_used(tx, guild, session, song)?;
    let credit = tables::CREDITS.get(tx, &(guild, session, user))?.unwrap_or_default();
    let has_credit = credit.song == Some(song);
    let attached = if has_credit { credit.coins } else { Amount::ZERO };
    let given = attached.clamped_change(used.get());
    if given == Amount::ZERO {
        return Ok(None);
    }
    let coins = credit.coins.clamped_change(used.get());
    tables::CREDITS.put(tx, &(guild, session, user), &Credit { coins, song: credit.song.filter(|_| !has_credit) })?;
    if has_credit {
        tables::set_held(tx, guild, session, user, None)?;
    }
    Ok(Some(given))
}

/// Gives a song the credit again that it used up, because what used it up was taken back. Answers whether it has it: where
/// newer gifts of the member count, or the session is another one, it has not.
pub fn take_back(tx: &Tx<'_>, guild: GuildId, user: UserId, song: SongRef, coins: Amount) -> Result<bool> {
    let Some((session, _)) = tables::open_session(tx, guild)? else { return Ok(false) };
    let newer = tables::CREDITS.get(tx, &(guild, session, user))?;
    if newer.is_some_and(|credit| credit.song.is_some() || credit.coins > Amount::ZERO) {
        return Ok(false);
    }
    let used = tables::take_used(tx, guild, session, song)?;
    let coins = coins.min(used);
    let rest = used.clamped_change(-coins.get());
    if rest > Amount::ZERO {
        tables::add_used(tx, guild, session, song, rest)?;
    }
    if coins == Amount::ZERO {
        return Ok(false);
    }
    tables::CREDITS.put(tx, &(guild, session, user), &Credit { coins, song: Some(song) })?;
    Ok(true)
}

/// Notes once more what a member's credit was when a reviewer put its song down, because what came after was taken back.
pub fn put_down_again(tx: &Tx<'_>, guild: GuildId, user: UserId, coins: Option<Amount>) -> Result<()> {
    let Some((session, _)) = tables::open_session(tx, guild)? else { return Ok(()) };
    tables::set_held(tx, guild, session, user, coins)
}

/// Takes from a member what [`give_back`] gave: the song has used up `used` again, and `credit` is what is left. The caller
/// knows that nothing came in between.
pub fn take_given(
    tx: &Tx<'_>,
    guild: GuildId,
    user: UserId,
    song: SongRef,
    used: Amount,
    credit: Credit,
) -> Result<()> {
    let Some((session, _)) = tables::open_session(tx, guild)? else { return Ok(()) };
    if used > Amount::ZERO {
        tables::add_used(tx, guild, session, song, used)?;
    }
    if credit == Credit::default() {
        return tables::remove_credit(tx, guild, session, user);
    }
    tables::CREDITS.put(tx, &(guild, session, user), &credit)
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
    let connections =
        tables::SESSIONS.get(read, &(guild, session))?.map(|session| session.connections).unwrap_or_default();
    Ok(Count { guild, session, connections, earns, minutes_per_coin: WATCH_MINUTES.get(read, guild)? })
}

/// Counts what someone watched up to now, and takes out of their row what pays coins (`M-ECO-02`).
///
/// Answers how many coins are to be paid to `linked`; none while the handle is nobody's or nothing is earned. The
/// remainder stays in the row, and all of it while there is nobody to pay (`C-45`). Answers as well how many whole minutes of the
/// session were reached by this count.
pub fn count_one(tx: &Tx<'_>, count: &Count, account: AccountRef, linked: Option<UserId>) -> Result<(i64, i64)> {
    let &Count { guild, session, ref connections, earns, minutes_per_coin } = count;
    let Some(mut participant) = tables::PARTICIPANTS.get(tx, &(guild, session, account))? else { return Ok((0, 0)) };
    let watch = &mut participant.watch;
    let before = watch.total().as_secs() / 60;
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
    let minutes = i64::try_from(watch.total().as_secs() / 60 - before).unwrap_or(i64::MAX);
    tables::PARTICIPANTS.put(tx, &(guild, session, account), &participant)?;
    Ok((coins, minutes))
}

/// Notes Luxury Coins that were paid to someone of a session.
pub fn note_luxury(tx: &Tx<'_>, guild: GuildId, session: SessionId, account: AccountRef, coins: i64) -> Result<()> {
    let Some(before) = tables::PARTICIPANTS.get(tx, &(guild, session, account))? else { return Ok(()) };
    let luxury = before.luxury.clamped_change(coins);
    tables::PARTICIPANTS.put(tx, &(guild, session, account), &Participant { luxury, ..before })
}

/// Notes that a count which began at a moment has reached everybody in a session.
pub fn everybody_counted(tx: &Tx<'_>, guild: GuildId, session: SessionId, began: Timestamp) -> Result<()> {
    let Some(mut row) = tables::SESSIONS.get(tx, &(guild, session))? else { return Ok(()) };
    row.counted_at = row.counted_at.max(began);
    watch::forget_counted(&mut row.connections, began);
    tables::SESSIONS.put(tx, &(guild, session), &row)
}

/// Notes that a handle was linked: what it watched in the open session is paid at the next count (`C-45`).
pub fn pay_at_next_count(tx: &Tx<'_>, guild: GuildId, account: AccountRef) -> Result<()> {
    let Some((session, _)) = tables::open_session(tx, guild)? else { return Ok(()) };
    let Some(mut participant) = tables::PARTICIPANTS.get(tx, &(guild, session, account))? else { return Ok(()) };
    participant.watch.is_due = true;
    tables::PARTICIPANTS.put(tx, &(guild, session, account), &participant)
}

/// Closes a session that lost its connection and was not continued in time, at its last event (`D-26`).
pub fn close_left_behind(tx: &Tx<'_>, guild: GuildId) -> Result<Option<SessionId>> {
    match tables::open_session(tx, guild)? {
        Some((_, session)) if rules::is_over(&session, tx.now()) => {
            let mut recorder = Recorder::load(tx, guild)?;
            recorder.close()
        }
        _ => Ok(None),
    }
}

/// Stages the report of a session that is closed now, if the guild has a metrics channel and there is something to tell
/// (`M-MET-01`, `D-30`). A session is closed once, so it has one report.
pub fn stage_report(tx: &Tx<'_>, guild: GuildId, id: SessionId) -> Result<()> {
    let Some(channel) = METRICS_CHANNEL.get(tx, guild)? else { return Ok(()) };
    let Some(session) = tables::SESSIONS.get(tx, &(guild, id))? else { return Ok(()) };
    if !rules::report::is_worth_posting(&session, tables::has_interactions(tx, guild, id)?) {
        return Ok(());
    }
    POST_REPORT.schedule_now(tx, guild, Lane::Channel(channel), &SessionOver { session: id, channel }).map(drop)
}

/// Brings a live of another bot in; it is over, and has no report.
pub fn bring_session(tx: &Tx<'_>, guild: GuildId, session: &Session) -> Result<SessionId> {
    let ended_at = Some(session.ended_at.unwrap_or(session.last_event_at).max(session.started_at));
    let last_event_at = session.last_event_at.max(session.started_at);
    tables::add_session(tx, guild, &Session { ended_at, last_event_at, is_connected: false, ..session.clone() })
}

/// Brings in what happened on a live of another bot, and adds it to the figures of that live.
pub fn bring_interaction(tx: &Tx<'_>, guild: GuildId, id: SessionId, interaction: &Interaction) -> Result<()> {
    let Some(session) = tables::SESSIONS.get(tx, &(guild, id))? else { return Ok(()) };
    let mut numbers = tables::numbers(tx, guild)?;
    numbers.interaction += 1;
    tables::NUMBERS.put(tx, &guild, &numbers)?;
    tables::INTERACTIONS.insert(tx, &(guild, id, InteractionNumber::new(numbers.interaction)), interaction)?;
    if let Some(account) = interaction.account {
        tables::change_participant(tx, (guild, id, account), &mut numbers, |person| person.add(interaction))?;
    }
    if let Some(coins) = interaction.coin_value {
        tables::add_coins(tx, guild, id, rules::minute_of(&session, interaction.at), coins)?;
    }
    Ok(())
}
