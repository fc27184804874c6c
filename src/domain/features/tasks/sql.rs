//! Tasks in the SQLite export, by the names of the seed's JSON (`T-TSK-02` to `T-TSK-06`).

use std::collections::BTreeSet;

use super::model::{PROOF_POST, TASK_POST};
use super::settings;
use super::tables::{CATEGORIES, CLAIMS, TABLES, TASKS, TOTALS};
use crate::exported;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, MessageId};
use crate::posts::PostKind;
use crate::settings::to_come::TASK_ANNOUNCEMENTS;
use crate::store::sqlite::{MOMENT_DEFAULT_NOW, SqlTable, SqlValue, index};
use crate::store::{Read, last_id};

/// The exported tables of this feature.
pub const EXPORT: &[SqlTable] =
    &[EXPORTED_TASKS, EXPORTED_CLAIMS, EXPORTED_CATEGORIES, EXPORTED_SETTINGS, EXPORTED_TOTALS];

exported! {
    /// Tasks, but for those that are going.
    const EXPORTED_TASKS = "tasks" of TASKS;
    |read, (guild, id), task| if !task.is_going => {
        "id": "INTEGER" => SqlValue::id(id.get()),
        "name": "TEXT NOT NULL" => &task.name,
        "description": "TEXT NOT NULL" => &task.description,
        "reward": "INTEGER NOT NULL" => task.reward,
        "duration_hours": "INTEGER NOT NULL" => task.duration_hours,
        "status": "TEXT NOT NULL" => task.status.name(),
        "created": MOMENT_DEFAULT_NOW => task.created,
        "expires_at": "TEXT NOT NULL" => task.expires_at,
        "channel_id": "INTEGER NOT NULL" => task.channel,
        "max_claims": "INTEGER NOT NULL" => task.max_claims_number(),
        "current_claims": "INTEGER NOT NULL DEFAULT 0" => task.counts.taken(),
        "assigned_users": "TEXT NOT NULL" => task.assigned.iter().map(ToString::to_string).collect::<Vec<_>>().join(","),
        "category": "TEXT NOT NULL" => &task.category,
        "role_name": "TEXT" => task.role.as_ref().map(|role| role.name.as_str()),
        "role_id": "INTEGER" => task.role.as_ref().and_then(|role| role.id).map(|role| SqlValue::id(role.get())),
        "message_id": "INTEGER" => message_of(read, guild, &TASK_POST, id.get())?,
    }
    primary_key: ["id"];
    indexes: [index("idx_tasks_status", "status, id")];
}

exported! {
    /// Claims, each with its proof.
    const EXPORTED_CLAIMS = "user_tasks" of CLAIMS;
    |read, (guild, id), claim| => {
        let proof = claim.proof.as_ref();
        "id": "INTEGER" => SqlValue::id(id.get()),
        "user_id": "INTEGER NOT NULL" => claim.user,
        "task_id": "INTEGER NOT NULL" => SqlValue::id(claim.task.get()),
        "claimed_at": "TEXT NOT NULL" => claim.claimed_at,
        "deadline": "TEXT NOT NULL" => claim.deadline,
        "status": "TEXT NOT NULL" => claim.state.name(),
        "proof_message_id": "INTEGER" => message_of(read, guild, &PROOF_POST, id.get())?,
        "proof_attachments": "TEXT" => proof.map(|proof| {
            proof.files.iter().map(|file| file.url.as_str()).collect::<Vec<_>>().join("\n")
        }),
        "proof_content": "TEXT" => proof.map(|proof| proof.content.as_str()),
        "submitted_at": "TEXT" => proof.map(|proof| proof.submitted_at),
        "completed_at": "TEXT" => claim.completed_at,
        "notes": "TEXT NOT NULL" => &claim.notes,
        "paid": "INTEGER NOT NULL DEFAULT 0" => claim.paid,
    }
    primary_key: ["id"];
    indexes: [index("idx_user_tasks_user_id", "user_id, task_id"), index("idx_user_tasks_status", "status")];
}

exported! {
    /// The categories beside the one that is always there.
    const EXPORTED_CATEGORIES = "task_categories" of CATEGORIES;
    |read, (guild, name), _row| => {
        "name": "TEXT" => &name,
    }
    primary_key: ["name"];
}

exported! {
    /// `T-TSK-05`: the settings that count, chosen or not, one row.
    const EXPORTED_SETTINGS = "task_settings" by each_guild;
    |read, (guild, row), _nothing| => {
        "id": "INTEGER" => SqlValue::id(row),
        "allow_user_tasks": "INTEGER NOT NULL" => settings::OPEN_TO_ALL.get(read, guild)?,
        "max_tasks_per_user": "INTEGER NOT NULL" => settings::MOST_AT_A_TIME.get(read, guild)?,
        "auto_expire_enabled": "INTEGER NOT NULL" => settings::ENDS_BY_ITSELF.get(read, guild)?,
        "require_proof": "INTEGER NOT NULL" => settings::PROOF_NEEDED.get(read, guild)?,
        "announcement_channel_id": "INTEGER" => TASK_ANNOUNCEMENTS.get(read, guild)?,
    }
    primary_key: ["id"];
}

exported! {
    /// `T-TSK-06`: what was done so far, one row.
    const EXPORTED_TOTALS = "task_metadata" by each_guild;
    |read, (guild, row), _nothing| => {
        let totals = TOTALS.get(read, &guild)?.unwrap_or_default();
        "id": "INTEGER" => SqlValue::id(row),
        "next_task_id": "INTEGER NOT NULL" => SqlValue::id(last_id(read, guild, "tasks.tasks")?.saturating_add(1)),
        "total_completed": "INTEGER NOT NULL" => SqlValue::id(totals.completed),
        "total_expired": "INTEGER NOT NULL" => SqlValue::id(totals.expired),
    }
    primary_key: ["id"];
}

/// Takes a guild, as the only row of it.
type GuildSink<'s> = dyn FnMut((GuildId, u64), ()) -> Result<()> + 's;

/// The guilds that have tasks, or had some.
fn each_guild(read: &dyn Read, wanted: Option<GuildId>, show: &mut GuildSink<'_>) -> Result<()> {
    let mut guilds = BTreeSet::new();
    for table in TABLES {
        table.guilds(read, &mut guilds)?;
    }
    let mut shown = guilds.into_iter().filter(|guild| wanted.is_none_or(|wanted| wanted == *guild));
    shown.try_for_each(|guild| show((guild, 1), ()))
}

/// Where a row is posted.
fn message_of(read: &dyn Read, guild: GuildId, kind: &PostKind, row: u64) -> Result<Option<MessageId>> {
    Ok(kind.state(read, guild, row)?.and_then(|post| post.message))
}
