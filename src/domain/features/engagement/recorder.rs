//! The open session of a guild, while a batch of live events is written.
//!
//! Whatever it is told stands in its tables at once, so that others may read and change what they like meanwhile; only the
//! session's row and the guild's numbers are nobody else's until the batch ends. Nothing counts while there is no connection
//! (`D-12`): callers ask [`Recorder::is_live`] first.

use std::collections::BTreeSet;
use std::time::Duration;

use super::memory::Memory;
use super::model::{
    AccountRef, Connection, Interaction, InteractionKind, InteractionNumber, KnownGifts, Numbers, Participant, Session,
    SessionId, SettledGift, SnapshotNumber, Streak, StreakKey, ViewerSnapshot,
};
use super::rules::watch::{self, WatchTerms};
use super::settings::GIFT_RATE;
use super::{rules, tables};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::live::{Gift, Handle, MessageId};
use crate::store::Tx;

/// The smallest difference between two moments.
const JUST_BEFORE: Duration = Duration::from_micros(1);

/// The open session as it is stored, and what is asked of it again and again.
pub struct Recorder<'b, 't> {
    tx: &'b Tx<'t>,
    guild: GuildId,
    open: Option<(SessionId, Session)>,
    numbers: Numbers,
    memory: Memory,
    /// No streak that did not end has its last step before this; `None` when there is no such streak.
    first_unfinished: Option<Timestamp>,
    /// What the session was told of gifts; `None` until a gift comes.
    told_gifts: Option<KnownGifts>,
    /// Luxury Coins for each whole 100 gifted coins.
    rate: u32,
}

impl<'b, 't> Recorder<'b, 't> {
    /// Finds the open session of a guild, if there is one.
    pub fn load(tx: &'b Tx<'t>, guild: GuildId) -> Result<Self> {
        let (open, numbers) = (tables::open_session(tx, guild)?, tables::numbers(tx, guild)?);
        let first_unfinished = match &open {
            Some((id, _)) => tables::first_unfinished(tx, guild, *id)?,
            None => None,
        };
        let rate = GIFT_RATE.get(tx, guild)?;
        Ok(Self { tx, guild, open, numbers, memory: Memory::default(), first_unfinished, told_gifts: None, rate })
    }

    /// Looks up which of the messages that are coming were taken before. Comes before [`Recorder::take_message`].
    pub fn recall(&mut self, coming: &BTreeSet<MessageId>) -> Result<()> {
        if let Some((id, _)) = &self.open {
            self.memory = Memory::load(self.tx, self.guild, *id, coming)?;
        }
        Ok(())
    }

    /// Takes a message of the open session; false when it was taken before, so that what it tells must not count again.
    pub fn take_message(&mut self, id: MessageId) -> Result<bool> {
        let Some((session, _)) = &self.open else { return Ok(true) };
        self.memory.take(self.tx, self.guild, *session, id)
    }

    /// Changes the open session, if there is one, and writes it if that changed anything.
    fn change_session(&mut self, change: impl FnOnce(&mut Session)) -> Result<()> {
        let Some((id, session)) = &mut self.open else { return Ok(()) };
        let before = session.clone();
        change(session);
        if *session != before {
            tables::SESSIONS.put(self.tx, &(self.guild, *id), session)?;
            self.tx.publish(tables::CHANGED, self.guild);
        }
        Ok(())
    }

    /// Takes notice that something happened at a moment.
    fn note_event(&mut self, at: Timestamp) -> Result<()> {
        let Some((id, session)) = &mut self.open else { return Ok(()) };
        if at <= session.last_event_at {
            return Ok(());
        }
        // It happens at each event, so it is not asked what else of the session changed.
        session.last_event_at = at;
        self.tx.publish(tables::CHANGED, self.guild);
        tables::SESSIONS.change(self.tx, &(self.guild, *id), || session.clone(), |row| row.last_event_at = at)
    }

    /// Changes someone of the open session, if there is one.
    fn change_person(&mut self, account: AccountRef, change: impl FnOnce(&mut Participant)) -> Result<()> {
        let Some((id, _)) = &self.open else { return Ok(()) };
        tables::change_participant(self.tx, (self.guild, *id, account), &mut self.numbers, change)
    }

    /// The open session.
    pub fn session(&self) -> Option<SessionId> {
        self.open.as_ref().map(|(id, _)| *id)
    }

    /// Whether the open session is one of this streamer.
    pub fn is_of(&self, streamer: &Handle) -> bool {
        self.open.as_ref().is_some_and(|(_, session)| session.streamer == *streamer)
    }

    /// Whether events of this streamer's live count now.
    pub fn is_live(&self, streamer: &Handle) -> bool {
        self.is_of(streamer) && self.open.as_ref().is_some_and(|(_, session)| session.is_connected)
    }

    /// Whether the open session is one that a connection to this live at a moment does not continue.
    pub fn is_left_behind(&self, streamer: &Handle, at: Timestamp) -> bool {
        self.open.as_ref().is_some_and(|(_, session)| !rules::continues(session, streamer, at))
    }

    /// We are connected: continues the open session, or begins one (`M-TIK-18`). What is left behind is closed before.
    pub fn connect(&mut self, streamer: &Handle, at: Timestamp) -> Result<()> {
        self.end_interruption(at)?;
        if self.open.is_some() {
            return self.change_session(|session| {
                session.is_connected = true;
                session.last_event_at = session.last_event_at.max(at);
                watch::connect(&mut session.connections, at);
            });
        }
        let session = Session {
            streamer: streamer.clone(),
            started_at: at,
            ended_at: None,
            last_event_at: at,
            is_connected: true,
            last_snapshot_at: None,
            viewers: None,
            connections: vec![Connection { from: at, until: None }],
            counted_at: at,
        };
        self.open = Some((tables::add_session(self.tx, self.guild, &session)?, session));
        self.tx.publish(tables::CHANGED, self.guild);
        self.tx.publish(tables::SESSION_BEGUN, self.guild);
        Ok(())
    }

    /// The connection is gone since a moment; the session may be continued (`M-TIK-19`, `D-26`).
    pub fn disconnect(&mut self, at: Timestamp) -> Result<()> {
        self.begin_interruption()?;
        self.write_viewers(at)?;
        self.change_session(|session| {
            session.is_connected = false;
            session.viewers = None;
            watch::disconnect(&mut session.connections, at);
        })
    }

    /// Notes that the live tells nothing since its last event, unless that is noted already.
    fn begin_interruption(&self) -> Result<()> {
        match &self.open {
            Some((id, session)) if session.is_connected => {
                let mut all = tables::interruptions(self.tx, self.guild, *id)?;
                let newest = tables::newest_chunk(self.tx, self.guild, *id)?;
                rules::interrupt(&mut all, session.last_event_at, newest);
                tables::INTERRUPTIONS.put(self.tx, &(self.guild, *id), &all)
            }
            _ => Ok(()),
        }
    }

    /// The live tells us something again. One whose loss nobody told was interrupted, too.
    fn end_interruption(&self, at: Timestamp) -> Result<()> {
        let Some((id, _)) = &self.open else { return Ok(()) };
        self.begin_interruption()?;
        let mut all = tables::interruptions(self.tx, self.guild, *id)?;
        if let Some(last) = all.spans.last_mut() {
            last.until = Some(at);
        }
        tables::INTERRUPTIONS.put(self.tx, &(self.guild, *id), &all)
    }

    /// Whether something that happened at a moment of TikTok's was hidden by an interruption of this session (`C-29`).
    /// Comes after [`Recorder::recall`].
    pub fn was_hidden(&self, made_at: Timestamp) -> Result<bool> {
        let Some((id, _)) = &self.open else { return Ok(false) };
        let all = tables::interruptions(self.tx, self.guild, *id)?;
        Ok(rules::was_hidden(&all, made_at, self.memory.oldest()))
    }

    /// A gift with what its message left out and the session was told before. A price that cannot be one is none.
    pub fn completed(&mut self, gift: Gift) -> Result<Gift> {
        let gift = rules::believed(gift);
        let mut completed = gift.clone();
        self.change_told_gifts(|told| {
            completed = rules::completed(&gift, told.gifts.get(&gift.id));
            rules::remember(told, &gift)
        })?;
        Ok(completed)
    }

    /// Takes notice of a gift that nobody can price; answers whether the team is to be told, once for each kind and session.
    pub fn note_unpriced(&mut self, gift: u64) -> Result<bool> {
        self.change_told_gifts(|told| rules::remember_unpriced(told, gift))
    }

    /// Changes what the open session was told of gifts, and writes it if `change` answers that it did.
    fn change_told_gifts(&mut self, change: impl FnOnce(&mut KnownGifts) -> bool) -> Result<bool> {
        let Some((id, _)) = &self.open else { return Ok(false) };
        let told = match &mut self.told_gifts {
            Some(told) => told,
            none => none.insert(tables::told_gifts(self.tx, self.guild, *id)?),
        };
        let is_changed = change(told);
        if is_changed {
            tables::TOLD_GIFTS.put(self.tx, &(self.guild, *id), told)?;
        }
        Ok(is_changed)
    }

    /// The last moment at which the connection is known to have been there.
    pub fn last_sign(&self) -> Option<Timestamp> {
        self.open.as_ref().map(|(_, session)| session.last_event_at.max(session.counted_at))
    }

    /// The host ended the live (`M-TIK-20`). Answers the session that is closed by that: now, or where the connection
    /// was lost before, at its last event.
    pub fn end(&mut self, at: Timestamp) -> Result<Option<SessionId>> {
        if self.open.as_ref().is_some_and(|(_, session)| session.is_connected) {
            self.note_event(at)?;
            self.write_viewers(at)?;
        }
        self.close()
    }

    /// Closes the open session at its last event.
    pub fn close(&mut self) -> Result<Option<SessionId>> {
        self.change_session(|session| {
            watch::disconnect(&mut session.connections, session.last_event_at);
            session.is_connected = false;
            session.viewers = None;
            session.ended_at = Some(session.last_event_at);
        })?;
        let Some((id, _)) = self.open.take() else { return Ok(None) };
        (self.memory, self.first_unfinished, self.told_gifts) = (Memory::default(), None, None);
        tables::forget_open_state(self.tx, self.guild, id)?;
        Ok(Some(id))
    }

    /// Writes down an interaction.
    pub fn interaction(&mut self, interaction: &Interaction) -> Result<()> {
        self.note_event(interaction.at)?;
        let Some((id, session)) = &self.open else { return Ok(()) };
        let id = *id;
        if let Some(coins) = interaction.coin_value {
            let minute = rules::minute_of(session, interaction.at);
            tables::add_coins(self.tx, self.guild, id, minute, coins)?;
        }
        if let Some(account) = interaction.account {
            self.change_person(account, |person| person.add(interaction))?;
        }
        self.numbers.interaction += 1;
        self.write_numbers()?;
        let number = InteractionNumber::new(self.numbers.interaction);
        tables::INTERACTIONS.insert(self.tx, &(self.guild, id, number), interaction)
    }

    fn write_numbers(&self) -> Result<()> {
        self.tx.publish(tables::CHANGED, self.guild);
        tables::NUMBERS.put(self.tx, &self.guild, &self.numbers)
    }

    /// Notes that someone did something on the live: they are there (`C-44`).
    pub fn note_presence(&mut self, account: AccountRef, at: Timestamp, terms: &WatchTerms) -> Result<()> {
        let Some((id, session)) = &self.open else { return Ok(()) };
        let now = self.tx.now();
        tables::change_participant(self.tx, (self.guild, *id, account), &mut self.numbers, |person| {
            watch::note_presence(&mut person.watch, &session.connections, at, now, terms);
        })
    }

    /// Notes points that someone got, and Luxury Coins that their member got.
    pub fn note_earned(&mut self, account: AccountRef, points: Amount, luxury: i64) -> Result<()> {
        self.change_person(account, |person| {
            person.points = person.points.clamped_change(points.get());
            person.luxury = person.luxury.clamped_change(luxury);
        })
    }

    /// Takes notice of how many watch (`M-TIK-15`). The count is written down now if it is the first, and every 30 seconds
    /// until there is another (`M-TIK-25`).
    pub fn viewers(&mut self, viewers: u32, at: Timestamp) -> Result<()> {
        // What was due before this count came has the one before it.
        self.write_viewers(at.before(JUST_BEFORE))?;
        let Some((_, session)) = &self.open else { return Ok(()) };
        let is_first = session.viewers.is_none();
        let is_due = is_first && rules::first_snapshot_is_due(session.last_snapshot_at, at);
        self.change_session(|session| {
            session.last_event_at = session.last_event_at.max(at);
            if session.viewers.is_none_or(|known| known.at <= at) {
                session.viewers = Some(ViewerSnapshot { viewers, at });
            }
        })?;
        if is_due {
            return self.add_snapshot(viewers, at);
        }
        self.write_viewers(at)
    }

    /// Writes down the latest viewer count for each half minute up to a moment. Before the first count there is none.
    pub fn write_viewers(&mut self, until: Timestamp) -> Result<()> {
        let Some((_, session)) = &self.open else { return Ok(()) };
        let (Some(known), Some(last)) = (session.viewers, session.last_snapshot_at) else { return Ok(()) };
        let due = rules::snapshots_due(last, until);
        due.into_iter().try_for_each(|moment| self.add_snapshot(known.viewers, moment))
    }

    fn add_snapshot(&mut self, viewers: u32, at: Timestamp) -> Result<()> {
        self.change_session(|session| session.last_snapshot_at = Some(at))?;
        let Some(id) = self.session() else { return Ok(()) };
        self.numbers.snapshot += 1;
        self.write_numbers()?;
        let number = SnapshotNumber::new(self.numbers.snapshot);
        tables::VIEWER_SNAPSHOTS.insert(self.tx, &(self.guild, id, number), &ViewerSnapshot { viewers, at })
    }

    /// Notes that an event of this kind by this handle is paid now; false when it pays only once and has paid (`D-01`).
    pub fn mark_paid(&self, account: AccountRef, kind: InteractionKind) -> Result<bool> {
        match self.session() {
            Some(session) if rules::pays_once(kind) => tables::mark_paid(self.tx, self.guild, session, account, kind),
            Some(_) => Ok(true),
            None => Ok(false),
        }
    }

    /// Takes one event of a gift. Answers what is to be paid: nothing before its end (`M-TIK-24`), nothing for what was
    /// paid before.
    pub fn gift(
        &mut self,
        account: AccountRef,
        gift: &Gift,
        level: Option<u32>,
        at: Timestamp,
    ) -> Result<Option<SettledGift>> {
        self.note_event(at)?;
        let Some((id, _)) = &self.open else { return Ok(None) };
        // TikTok numbers each streak; a step that leaves the gift out belongs to the one that is known.
        let known_gift = match gift.id {
            0 if gift.group != 0 => tables::gift_of_streak(self.tx, self.guild, *id, account, gift.group)?,
            _ => None,
        };
        let key = StreakKey { account, gift: known_gift.unwrap_or(gift.id), group: gift.group };
        let known = tables::streak(self.tx, self.guild, *id, key)?;
        let is_known = known.is_some();
        let before = known.filter(|streak| !rules::begins_anew(streak, gift.group, at));
        let streak = rules::streak_after(before, gift, level, at);
        if gift.is_streaking {
            tables::set_streak(self.tx, self.guild, *id, key, &streak)?;
            let last_step_at = streak.last_step_at;
            self.first_unfinished = Some(self.first_unfinished.map_or(last_step_at, |first| first.min(last_step_at)));
            return Ok(None);
        }
        if rules::is_remembered(gift.group) {
            let settled = Streak { paid: streak.seen, ..streak.clone() };
            tables::set_streak(self.tx, self.guild, *id, key, &settled)?;
        } else if is_known {
            tables::remove_streak(self.tx, self.guild, *id, key)?;
        }
        Ok(settled(key, &streak, self.rate))
    }

    /// Settles the streaks whose end never came, each with its last count (`D-28`).
    pub fn settle_unfinished(&mut self) -> Result<Vec<SettledGift>> {
        self.settle_until(Timestamp::from_micros(i64::MAX))
    }

    /// Settles the streaks in which nobody tapped for so long that they are over (`M-TIK-24`).
    pub fn settle_timed_out(&mut self, now: Timestamp) -> Result<Vec<SettledGift>> {
        match self.first_unfinished {
            Some(first) if rules::is_timed_out(first, now) => self.settle_until(rules::timed_out_by(now)),
            _ => Ok(Vec::new()),
        }
    }

    fn settle_until(&mut self, moment: Timestamp) -> Result<Vec<SettledGift>> {
        let Some((id, _)) = &self.open else { return Ok(Vec::new()) };
        let mut gifts = Vec::new();
        for key in tables::unfinished_until(self.tx, self.guild, *id, moment)? {
            let Some(streak) = tables::streak(self.tx, self.guild, *id, key)? else { continue };
            gifts.extend(settled(key, &streak, self.rate));
            let paid = Streak { paid: streak.seen, ..streak };
            tables::set_streak(self.tx, self.guild, *id, key, &paid)?;
        }
        self.first_unfinished = tables::first_unfinished(self.tx, self.guild, *id)?;
        Ok(gifts)
    }
}

/// What is left to pay of a streak, if anything.
fn settled(key: StreakKey, streak: &Streak, rate: u32) -> Option<SettledGift> {
    let count = streak.seen.saturating_sub(streak.paid);
    (count > 0).then(|| SettledGift {
        account: key.account,
        id: key.gift,
        gift: streak.gift.clone(),
        count,
        payout: rules::payout(streak.unit_coins, streak.paid, streak.seen, rate),
        level: streak.level,
        at: streak.last_step_at,
    })
}
