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
use crate::exported;
use crate::kernel::refusal::Refuse;
use crate::store::sqlite::{MOMENT_DEFAULT_NOW, SqlValue, partial_index};

/// What it registers.
pub const DOMAIN: Domain = Domain {
    tables: &[&service::REMINDERS],
    jobs: &[service::DUE.kind()],
    refusals: &[service::ReminderRefusal::ROWS],
    export: &[EXPORTED],
    ..Domain::named("reminders")
};

exported! {
    /// `S-DB-19`, with the index `S-DB-20`.
    const EXPORTED = "reminders" of service::REMINDERS;
    |read, (guild, id), reminder| => {
        "id": "INTEGER" => SqlValue::id(id.get()),
        "user_id": "INTEGER NOT NULL" => reminder.user,
        "channel_id": "INTEGER NOT NULL" => reminder.channel,
        "message": "TEXT NOT NULL" => &reminder.text,
        "remind_at": "TEXT NOT NULL" => reminder.due,
        "completed": "INTEGER DEFAULT 0" => reminder.state == service::State::Delivered,
        "created_at": MOMENT_DEFAULT_NOW => reminder.made_at,
    }
    primary_key: ["id"];
    indexes: [partial_index("idx_reminders_pending", "remind_at", "completed = 0")];
}

#[cfg(test)]
mod tests;
