//! Reminders: what is kept of each, and what happens to it.
//!
//! A reminder has one [alarm](crate::jobs::Alarm): while it is open, it is for the delivery, then for its being forgotten.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::jobs::{Alarm, JobId, Lane, Ring};
use crate::kernel::calendar::{Span, Zone};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, UserId};
use crate::kernel::text::paragraph;
use crate::kernel::time::Timestamp;
use crate::kernel::when::{Every, When};
use crate::profile::{self, MemberZone};
use crate::store::{Direction, ErasureAction, Index, Read, Record, Table, Tx};
use crate::{id_type, refusals};

/// The longest text, in characters: a message holds it however it is escaped.
const LONGEST_TEXT: usize = 500;
/// The most open reminders of a member (`D-72`).
const MOST_OPEN: usize = 25;
/// How soon one may come, and in how many days at the latest (`D-68`): a year may have a day more.
const SOONEST: Duration = Duration::from_mins(1);
const MOST_DAYS: i64 = 366;
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

/// A reminder that was set: its number, the moment as it was understood, and by which time zone its maker plans.
pub type Set = (ReminderId, When, MemberZone);

refusals! {
    /// What is refused of reminders.
    pub enum ReminderRefusal {
        /// It would come too soon or too late.
        OutOfReach => "reminders.out_of_reach" as NotValid,
            "A reminder comes in a minute at the earliest and in {most} days at the \
            latest: `10m`, `tomorrow 9:00`, `24 dec`.", most = MOST_DAYS;
        /// The member has as many as there may be.
        Full => "reminders.full", "You have {most} open reminders, and there is no room for more. {/remind cancel} \
            takes one away.", most = MOST_OPEN;
        /// It would say nothing.
        NoText => "reminders.no_text" as NotValid, "A reminder needs a text: what do you want to be reminded of?";
        /// It has come, and nothing comes after it.
        HasCome => "reminders.has_come", "That reminder has come already. {/remind list} shows those that are to come.";
        /// The member has no such reminder.
        NoneSuch => "reminders.none_such" as NotThere,
            "You have no such reminder, or it came more than a week ago. {/remind list} shows yours.";
        /// Another member set it.
        NotYours => "reminders.not_yours" as NotAllowed,
            "That reminder is somebody else's, and only they can put it off. {/remind me} sets one for you.";
    }
}

/// When something is to be done with a reminder: what its state says.
pub static DUE: Alarm<ReminderId, Reminder> = Alarm::new(
    "reminders.due",
    "A reminder of a member",
    &REMINDERS,
    |reminder| Lane::User(reminder.user),
    |reminder| &mut reminder.job,
);

/// Reminders by guild and number (`S-DB-19`).
pub static REMINDERS: Table<(GuildId, ReminderId), Reminder> = Table::new("reminders.reminders", &[&BY_USER])
    .erasing(|_, reminder, erasure| ErasureAction::delete_if(reminder.user == erasure.member));
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

/// Sets a reminder of a member in a channel, with the moment and the text as they were typed.
pub fn set(tx: &Tx<'_>, guild: GuildId, (user, channel): (UserId, ChannelId), when: &str, text: &str) -> Result<Set> {
    let planned = profile::zone_of(tx, guild, user)?;
    let when = When::parse(when, &planned.zone, tx.now())?.beginning(tx.now().after(SOONEST));
    admit(tx, guild, user, &when)?;
    let text = paragraph(text, LONGEST_TEXT);
    if text.is_empty() {
        return Err(ReminderRefusal::NoText.into());
    }
    let (due, every, zone) = (when.at, when.every, when.zone.to_string());
    let (made_at, state, job) = (tx.now(), State::Open, JobId::default());
    let id = add(tx, guild, Reminder { user, channel, text, due, every, zone, made_at, state, job })?;
    Ok((id, when, planned))
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
    let found = REMINDERS.get(tx, &(guild, id))?.filter(|reminder| reminder.user == user);
    let (id, reminder) = match found.ok_or(ReminderRefusal::NoneSuch)? {
        came if came.state == State::Delivered => next_of(tx, guild, &came)?.ok_or(ReminderRefusal::HasCome)?,
        open => (id, open),
    };
    DUE.remove(tx, guild, id)?;
    Ok(reminder)
}

/// Lets a reminder of a member that has come do so once more, at a moment in the forms of [`When`].
pub fn snooze(tx: &Tx<'_>, guild: GuildId, user: UserId, id: ReminderId, until: &str) -> Result<Reminder> {
    let reminder = REMINDERS.get(tx, &(guild, id))?.ok_or(ReminderRefusal::NoneSuch)?;
    if reminder.user != user {
        return Err(ReminderRefusal::NotYours.into());
    }
    let when = When::parse(until, &reminder.zone(), tx.now())?;
    if reminder.state != State::Open {
        admit(tx, guild, user, &when)?;
    }
    DUE.set(tx, guild, id, Reminder { due: when.at, state: State::Open, ..reminder }, when.at)
}

/// Notes how a reminder ended that waited for a job; where it comes again, the next time is another reminder. One that ended
/// before is forgotten.
pub fn end(tx: &Tx<'_>, ring: Ring<ReminderId>, state: State) -> Result<()> {
    let Ring { guild, id, .. } = ring;
    let Some(reminder) = DUE.waiting(tx, ring)? else { return Ok(()) };
    if reminder.state != State::Open {
        return DUE.remove(tx, guild, id).map(drop);
    }
    let next = reminder.every.and_then(|every| every.next(&reminder.zone(), tx.now().max(reminder.due)));
    if let Some(due) = next {
        add(tx, guild, Reminder { due, job: JobId::default(), ..reminder.clone() })?;
    }
    DUE.set(tx, guild, id, Reminder { every: None, state, ..reminder }, tx.now().after(KEPT)).map(drop)
}

/// The next time of a reminder that has come: it was set by the same command.
fn next_of(read: &dyn Read, guild: GuildId, came: &Reminder) -> Result<Option<(ReminderId, Reminder)>> {
    let is_next = |next: &Reminder| {
        next.state == State::Open && next.every.is_some() && next.made_at == came.made_at && next.text == came.text
    };
    Ok(of_user(read, guild, came.user)?.into_iter().find(|(_, next)| is_next(next)))
}

/// Refuses a moment that is too near or too far, and one reminder more than there may be.
fn admit(tx: &Tx<'_>, guild: GuildId, user: UserId, when: &When) -> Result<()> {
    let latest = when.zone.after(tx.now(), Span::new().days(MOST_DAYS));
    if when.at < tx.now().after(SOONEST) || latest.is_none_or(|latest| when.at > latest) {
        return Err(ReminderRefusal::OutOfReach.into());
    }
    let open = of_user(tx, guild, user)?.into_iter().filter(|(_, reminder)| reminder.state == State::Open).count();
    if open < MOST_OPEN { Ok(()) } else { Err(ReminderRefusal::Full.into()) }
}

fn add(tx: &Tx<'_>, guild: GuildId, reminder: Reminder) -> Result<ReminderId> {
    let (id, due) = (ReminderId::new(tx.next_id(guild, "reminders.reminders")?), reminder.due);
    DUE.set(tx, guild, id, reminder, due)?;
    Ok(id)
}
