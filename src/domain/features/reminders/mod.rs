//! Reminders that members set for themselves (`S-REM-01`).
//!
//! **What members see.** `/remind me` takes a moment in the forms of [`When`](crate::kernel::when::When) and a text, and says
//! what was understood. The reminder comes in the channel where it was set, with a mention of its maker alone; where that
//! fails for good, by direct message (`D-72`). Its buttons let it come once more. `/remind list` shows what is to come and
//! what could not be delivered, with a menu to cancel; `/remind cancel` does that by number. All of it works in direct
//! messages, too: those reminders are of guild 0. By which time zone a moment is meant is told by [`profile`](crate::profile).
//!
//! **Rules.** A member has up to 25 open reminders in a server; each comes in a minute at the earliest and in 366 days at the
//! latest (`D-68`). One that was missed comes late, once, and says so (`D-71`). One that comes again is a row of its own each
//! time: when it ends, the next is added in the same transaction. What has come, or could not be delivered, is kept for a
//! week.
//!
//! **Jobs.** `reminders.due`, the alarm of each reminder.
//!
//! **Table.** `reminders.reminders`, with its index `reminders.reminders_by_user`; in the export `reminders`.

pub mod service;

use super::Domain;
use crate::store::Span;
use crate::store::sqlite::{MOMENT_DEFAULT_NOW, SqlTable, SqlValue, column, partial_index};

/// What it registers.
pub const DOMAIN: Domain = Domain { tables: &[&service::REMINDERS], export: &[EXPORTED], ..Domain::named("reminders") };

/// `S-DB-19`, with the index `S-DB-20`.
const EXPORTED: SqlTable = SqlTable {
    name: "reminders",
    columns: &[
        column("id", "INTEGER"),
        column("user_id", "INTEGER NOT NULL"),
        column("channel_id", "INTEGER NOT NULL"),
        column("message", "TEXT NOT NULL"),
        column("remind_at", "TEXT NOT NULL"),
        column("completed", "INTEGER DEFAULT 0"),
        column("created_at", MOMENT_DEFAULT_NOW),
    ],
    primary_key: &["id"],
    unique: &[],
    references: &[],
    indexes: &[partial_index("idx_reminders_pending", "remind_at", "completed = 0")],
    rows: |read, wanted, sink| {
        service::REMINDERS.for_each(read, wanted.map_or_else(Span::all, Span::of), |(guild, id), reminder| {
            let cells = [
                SqlValue::id(id.get()),
                reminder.user.into(),
                reminder.channel.into(),
                reminder.text.as_str().into(),
                reminder.due.into(),
                (reminder.state == service::State::Delivered).into(),
                reminder.made_at.into(),
            ];
            sink(guild, &cells)
        })
    },
};

#[cfg(test)]
mod tests;
