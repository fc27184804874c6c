//! The lines that wait, and which of them are in the message that is being posted.

use serde::{Deserialize, Serialize};

use crate::jobs::{self, JobId};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::text::{discord_len, names_member, truncate};
use crate::store::{AnyTable, Direction, Fate, Read, Record, Span, Table, Tx};

/// The longest message, as Discord counts.
const MESSAGE: usize = 2_000;
/// So many lines wait at most. Where a channel takes none for long, the oldest beyond it go.
const MOST: usize = 1_000;
/// Lines that are looked at for one message. Each has at least one character and a line break.
const PAGE: usize = MESSAGE / 2;

/// The tables of the debug channel.
pub const TABLES: &[&dyn AnyTable] = &[&LINES, &DELIVERIES];

static LINES: Table<(GuildId, u64), Line> = Table::new("debug_channel.lines", &[])
    .erasing(|_, line, erasure| Fate::goes_if(names_member(&line.text, erasure.member)));
static DELIVERIES: Table<GuildId, Delivery> = Table::new("debug_channel.deliveries", &[]).without_members();

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    text: String,
}

impl Record for Line {}

/// The job that posts a guild's lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Delivery {
    job: JobId,
    /// The last line of the message that is being posted, or was posted without our knowledge.
    through: Option<u64>,
}

impl Record for Delivery {}

/// Adds a line behind the others.
pub(super) fn add(tx: &Tx<'_>, guild: GuildId, text: String) -> Result<()> {
    let number = tx.next_id(guild, "debug_channel.lines")?;
    LINES.put(tx, &(guild, number), &Line { text })?;
    let most = u64::try_from(MOST).unwrap_or(u64::MAX);
    LINES.remove(tx, &(guild, number.saturating_sub(most))).map(drop)
}

/// Whether a job is there that posts the guild's lines.
pub(super) fn has_delivery(tx: &Tx<'_>, guild: GuildId) -> Result<bool> {
    match DELIVERIES.get(tx, &guild)? {
        Some(Delivery { job, .. }) => jobs::is_waiting(tx, guild, job),
        None => Ok(false),
    }
}

/// Remembers the job that posts the guild's lines. What an earlier one began with, this one goes on with.
pub(super) fn set_delivery(tx: &Tx<'_>, guild: GuildId, job: JobId) -> Result<()> {
    let through = DELIVERIES.get(tx, &guild)?.and_then(|delivery| delivery.through);
    DELIVERIES.put(tx, &guild, &Delivery { job, through })
}

/// The lines of the next message: its last line's number, and the text. The same again until it is [`posted`]. When no line
/// waits, the delivery is over.
pub(super) fn take(tx: &Tx<'_>, guild: GuildId) -> Result<Option<(u64, String)>> {
    let delivery = DELIVERIES.get(tx, &guild)?;
    let through = delivery.and_then(|delivery| delivery.through);
    let mut text = String::new();
    let mut last = None;
    for ((_, number), line) in LINES.page(tx, guild, Direction::Forward, PAGE)? {
        let line = truncate(&line.text, MESSAGE);
        let is_in = match through {
            Some(through) => number <= through,
            None => last.is_none() || discord_len(&text) + 1 + discord_len(&line) <= MESSAGE,
        };
        if !is_in {
            break;
        }
        if last.is_some() {
            text.push('\n');
        }
        text.push_str(&line);
        last = Some(number);
    }
    match (last, delivery) {
        (Some(last), Some(delivery)) => {
            DELIVERIES.put(tx, &guild, &Delivery { through: Some(last), ..delivery })?;
            Ok(Some((last, text)))
        }
        (None, Some(delivery)) if through.is_some() => {
            // What was being posted is gone; what waits behind it begins a new message.
            DELIVERIES.put(tx, &guild, &Delivery { through: None, ..delivery })?;
            take(tx, guild)
        }
        _ => {
            DELIVERIES.remove(tx, &guild)?;
            Ok(None)
        }
    }
}

/// The message with lines through this one is posted.
pub(super) fn posted(tx: &Tx<'_>, guild: GuildId, through: u64) -> Result<()> {
    for ((_, number), _) in LINES.page(tx, guild, Direction::Forward, PAGE)? {
        if number > through {
            break;
        }
        LINES.remove(tx, &(guild, number))?;
    }
    if let Some(delivery) = DELIVERIES.get(tx, &guild)? {
        DELIVERIES.put(tx, &guild, &Delivery { through: None, ..delivery })?;
    }
    Ok(())
}

/// Nobody is to see the lines.
pub(super) fn clear(tx: &Tx<'_>, guild: GuildId) -> Result<()> {
    for (key, _) in LINES.page(tx, guild, Direction::Forward, MOST)? {
        LINES.remove(tx, &key)?;
    }
    DELIVERIES.remove(tx, &guild).map(drop)
}

/// Takes away the lines that `tell` of somebody.
pub fn forget(tx: &Tx<'_>, guild: GuildId, tell: &dyn Fn(&str) -> bool) -> Result<()> {
    LINES.for_each(tx, guild, |key, line| {
        if tell(&line.text) {
            LINES.remove(tx, &key)?;
        }
        Ok(())
    })
}

/// The lines that wait, in their order.
pub fn waiting(read: &dyn Read, guild: GuildId) -> Result<Vec<String>> {
    let mut waiting = Vec::new();
    LINES.for_each(read, Span::of(guild), |_, line| {
        waiting.push(line.text);
        Ok(())
    })?;
    Ok(waiting)
}
