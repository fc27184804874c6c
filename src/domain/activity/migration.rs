//! What changes in the stored data of activities when the program becomes newer.

use serde::{Deserialize, Serialize};

use super::debug_channel::DELIVERIES;
use super::model::ActivityId;
use super::{TEAM_TOLD, tables};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::{Migration, Record, Span, Table, Tx};

/// All of them, by the version of the store that they lead to.
pub const ALL: &[Migration] = &[Migration {
    version: 6,
    name: "keep what happened, and let the debug channel tell it from there",
    run: tell_lines_from_the_log,
}];

/// The lines that waited for the debug channel before there were activities. It has no rows any more; it stays here as long
/// as stores of before that are brought up to date.
pub(super) static LINES: Table<(GuildId, u64), Line> = Table::new("debug_channel.lines", &[]).without_members();

/// A line as it was to be posted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    pub(super) text: String,
}

impl Record for Line {}

/// Lines that wait become activities, and the debug channel is told them from there.
pub fn tell_lines_from_the_log(tx: &Tx<'_>) -> Result<()> {
    let mut deliveries = Vec::new();
    DELIVERIES.for_each(tx, Span::all(), |guild, delivery| {
        deliveries.push((guild, delivery));
        Ok(())
    })?;
    let mut lines = Vec::new();
    LINES.for_each(tx, Span::all(), |key, line| {
        lines.push((key, line));
        Ok(())
    })?;
    for (_, delivery) in &mut deliveries {
        delivery.next = ActivityId::at(tx.now());
    }
    for ((guild, number), line) in lines {
        LINES.remove(tx, &(guild, number))?;
        let id = tables::add(tx, guild, &TEAM_TOLD.with(line.text).into_activity()?)?;
        let delivery = deliveries.iter_mut().find(|(of, _)| *of == guild).map(|(_, delivery)| delivery);
        if let Some(delivery) = delivery.filter(|delivery| delivery.through == Some(number)) {
            delivery.through = Some(id.get());
        }
    }
    deliveries.iter().try_for_each(|(guild, delivery)| DELIVERIES.put(tx, guild, delivery))
}
