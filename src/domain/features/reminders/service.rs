//! Reminders: what is kept of each, and what happens to it.
//!
//! A reminder has one job at a time: while it is open, the one that delivers it; then the one that forgets it. Its row says
//! which. So a job that runs once more, or whose reminder was cancelled or put off meanwhile, changes nothing (`S-PROP-23`).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::jobs::{self, JobId, Kind, Lane};
use crate::kernel::calendar::Zone;
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, UserId};
use crate::kernel::text::paragraph;
use crate::kernel::time::Timestamp;
use crate::kernel::when::{Every, When};
use crate::profile::{self, MemberZone};
use crate::store::{Direction, Fate, Index, Read, Record, Table, Tx};
use crate::{id_type, refusals};

/// The longest text, in characters: a message holds it however it is escaped.
const LONGEST_TEXT: usize = 500;
/// The most open reminders of a member (`D-72`).
const MOST_OPEN: usize = 25;
/// How soon one may come, and how late (`D-68`); a year may have a day more.
const SOONEST: Duration = Duration::from_mins(1);
const LATEST: Duration = Duration::from_hours(366 * 24);
/// How long one is kept that has come.
const KEPT: Duration = Duration::from_hours(7 * 24);

id_type!(
    /// The number of a reminder within its guild: 1, 2, 3 …
    ReminderId
);

/// A reminder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    /// Whose it is.
    pub user: UserId,
    /// Where it was set.
    pub channel: ChannelId,
    /// What it says, cleaned and not escaped.
    pub text: String,
    /// When it comes, or came.
    pub due: Timestamp,
    /// How it comes again after that.
    pub every: Option<Every>,
    /// The name of the time zone in which it was set.
    pub zone: String,
    /// When it was set.
    pub made_at: Timestamp,
    /// How far it is.
    pub state: State,
    /// Its job.
    pub job: JobId,
}

impl Record for Reminder {}

/// How far a reminder is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// It is to come.
    Open,
    /// It has come.
    Delivered,
    /// It could not be delivered in any way.
    Undelivered,
}

/// A reminder that somebody wants.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Who.
    pub user: UserId,
    /// Where.
    pub channel: ChannelId,
    /// The moment, as it was typed.
    pub when: String,
    /// The text, as it was typed.
    pub text: String,
}

/// A reminder that was set, as it was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Noted {
    /// Its number.
    pub id: ReminderId,
    /// When it comes.
    pub when: When,
    /// Whether the time zone is one that the member chose.
    pub is_own_zone: bool,
}

refusals! {
    /// What is refused of reminders.
    pub enum ReminderRefusal {
        /// It would come too soon or too late.
        OutOfReach => "reminders.out_of_reach",
            "A reminder comes in a minute at the earliest and in a year at the latest: `10m`, `tomorrow 9:00`, `24 dec`.";
        /// The member has as many as there may be.
        Full => "reminders.full", "You have {most} open reminders, and there is no room for more. {/remind cancel} \
            takes one away.", most = MOST_OPEN;
        /// It would say nothing.
        NoText => "reminders.no_text", "A reminder needs a text: what do you want to be reminded of?";
        /// It has come, and nothing comes after it.
        HasCome => "reminders.has_come", "That reminder has come already. {/remind list} shows those that are to come.";
        /// The member has no such reminder.
        NoneSuch => "reminders.none_such",
            "You have no such reminder, or it came more than a week ago. {/remind list} shows yours.";
    }
}

/// Does with a reminder what its state says.
pub static DUE: Kind<ReminderId> = Kind::new("reminders.due");

/// Reminders by guild and number (`S-DB-19`).
pub static REMINDERS: Table<(GuildId, ReminderId), Reminder> = Table::new("reminders.reminders", &[&BY_USER])
    .erasing(|_, reminder, erasure| Fate::goes_if(reminder.user == erasure.member));
/// Those of a member that are to come or could not be delivered, in the order of their moments.
static BY_USER: Index<(GuildId, UserId, Timestamp, ReminderId), (GuildId, ReminderId), Reminder> =
    Index::new("reminders.reminders_by_user", |(guild, id), reminder| {
        (reminder.state != State::Delivered).then_some((*guild, reminder.user, reminder.due, *id))
    });

impl Reminder {
    /// The time zone in which it was set.
    pub fn zone(&self) -> Zone {
        Zone::named(&self.zone).unwrap_or(Zone::UTC)
    }
}

/// Sets a reminder.
pub fn set(tx: &Tx<'_>, guild: GuildId, wanted: &Wanted) -> Result<Noted> {
    let MemberZone { zone, is_own } = profile::zone_of(tx, guild, wanted.user)?;
    let when = When::parse(&wanted.when, &zone, tx.now())?;
    admit(tx, guild, wanted.user, when.at, tx.now())?;
    let text = paragraph(&wanted.text, LONGEST_TEXT);
    if text.is_empty() {
        return Err(ReminderRefusal::NoText.into());
    }
    let reminder = Reminder {
        user: wanted.user,
        channel: wanted.channel,
        text,
        due: when.at,
        every: when.every,
        zone: when.zone.to_string(),
        made_at: tx.now(),
        state: State::Open,
        job: JobId::default(),
    };
    let id = add(tx, guild, reminder)?;
    let is_own_zone = is_own || when.zone != zone;
    Ok(Noted { id, when, is_own_zone })
}

/// What a member is to be reminded of, and what could not be delivered, by its moments.
pub fn of_user(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Vec<(ReminderId, Reminder)>> {
    let mut found = Vec::new();
    for (.., id) in BY_USER.page(read, (guild, user), Direction::Forward, usize::MAX)? {
        found.extend(REMINDERS.get(read, &(guild, id))?.map(|reminder| (id, reminder)));
    }
    Ok(found)
}

/// Takes a reminder of a member away. One that comes again has another number each time: an earlier one stands for the next.
pub fn cancel(tx: &Tx<'_>, guild: GuildId, user: UserId, id: ReminderId) -> Result<Reminder> {
    let (id, reminder) = match own(tx, guild, user, id)? {
        came if came.state == State::Delivered => next_of(tx, guild, &came)?.ok_or(ReminderRefusal::HasCome)?,
        open => (id, open),
    };
    jobs::tables::remove(tx, guild, reminder.job)?;
    REMINDERS.remove(tx, &(guild, id))?;
    Ok(reminder)
}

/// Lets a reminder of a member that has come do so once more, at a moment in the forms of [`When`].
pub fn snooze(tx: &Tx<'_>, guild: GuildId, user: UserId, id: ReminderId, until: &str) -> Result<Reminder> {
    let reminder = own(tx, guild, user, id)?;
    let When { at: due, .. } = When::parse(until, &reminder.zone(), tx.now())?;
    if reminder.state != State::Open {
        admit(tx, guild, user, due, tx.now())?;
    }
    put(tx, guild, id, Reminder { due, state: State::Open, ..reminder }, due)
}

/// The reminder that waits for exactly this job.
pub fn waiting_for(read: &dyn Read, guild: GuildId, id: ReminderId, job: JobId) -> Result<Option<Reminder>> {
    Ok(REMINDERS.get(read, &(guild, id))?.filter(|reminder| reminder.job == job))
}

/// Notes how a reminder ended that waited for a job; where it comes again, the next time is another reminder.
pub fn end(tx: &Tx<'_>, guild: GuildId, id: ReminderId, job: JobId, state: State) -> Result<()> {
    let Some(reminder) = waiting_for(tx, guild, id, job)? else { return Ok(()) };
    let next = reminder.every.and_then(|every| every.next(&reminder.zone(), tx.now().max(reminder.due)));
    if let Some(due) = next {
        add(tx, guild, Reminder { due, ..reminder.clone() })?;
    }
    put(tx, guild, id, Reminder { every: None, state, ..reminder }, tx.now().after(KEPT)).map(drop)
}

/// Forgets a reminder that has come, if it waits for this job.
pub fn forget(tx: &Tx<'_>, guild: GuildId, id: ReminderId, job: JobId) -> Result<()> {
    match waiting_for(tx, guild, id, job)? {
        Some(_) => REMINDERS.remove(tx, &(guild, id)).map(drop),
        None => Ok(()),
    }
}

/// The next time of a reminder that has come: it was set by the same command.
fn next_of(read: &dyn Read, guild: GuildId, came: &Reminder) -> Result<Option<(ReminderId, Reminder)>> {
    let is_next = |next: &Reminder| {
        next.state == State::Open && next.every.is_some() && next.made_at == came.made_at && next.text == came.text
    };
    Ok(of_user(read, guild, came.user)?.into_iter().find(|(_, next)| is_next(next)))
}

/// A reminder that must be this member's.
fn own(read: &dyn Read, guild: GuildId, user: UserId, id: ReminderId) -> Result<Reminder> {
    let found = REMINDERS.get(read, &(guild, id))?.filter(|reminder| reminder.user == user);
    found.ok_or_else(|| ReminderRefusal::NoneSuch.into())
}

/// Refuses a moment that is too near or too far, and one reminder more than there may be.
fn admit(read: &dyn Read, guild: GuildId, user: UserId, due: Timestamp, now: Timestamp) -> Result<()> {
    if !(SOONEST..=LATEST).contains(&due.since(now)) {
        return Err(ReminderRefusal::OutOfReach.into());
    }
    let open = of_user(read, guild, user)?.into_iter().filter(|(_, reminder)| reminder.state == State::Open).count();
    if open < MOST_OPEN { Ok(()) } else { Err(ReminderRefusal::Full.into()) }
}

fn add(tx: &Tx<'_>, guild: GuildId, reminder: Reminder) -> Result<ReminderId> {
    let id = ReminderId::new(tx.next_id(guild, "reminders.reminders")?);
    let due = reminder.due;
    put(tx, guild, id, Reminder { job: JobId::default(), ..reminder }, due)?;
    Ok(id)
}

/// Writes a reminder, whose job now comes at this moment in place of the one before.
fn put(tx: &Tx<'_>, guild: GuildId, id: ReminderId, reminder: Reminder, job_due: Timestamp) -> Result<Reminder> {
    jobs::tables::remove(tx, guild, reminder.job)?;
    let job = DUE.schedule(tx, guild, Lane::User(reminder.user), job_due, &id)?;
    let reminder = Reminder { job, ..reminder };
    REMINDERS.put(tx, &(guild, id), &reminder)?;
    Ok(reminder)
}
