//! What can be changed of a task, and how a change is typed, told and taken back.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use super::model::{GENERAL, ProvenBy, Repeats, Task, TaskRefusal, TaskRole, TaskStatus};
use super::rules;
use crate::kernel::actor::Actor;
use crate::kernel::ids::{ChannelId, RoleId};
use crate::kernel::text::one_line;
use crate::kernel::time::Timestamp;

/// A field of a task that can be changed by hand (`T-API-11`).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Display, EnumString, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Field {
    /// What it is called.
    Name,
    /// What is to be done.
    Description,
    /// What is paid.
    Reward,
    /// How long a claim has.
    DurationHours,
    /// How many places there are.
    MaxClaims,
    /// Its category.
    Category,
    /// The role that comes with it.
    RoleName,
    /// Where it stands.
    Status,
    /// Where it is posted.
    ChannelId,
    /// When it can be claimed no more.
    ExpiresAt,
    /// How often it comes again.
    Repeats,
    /// How a claim is proven.
    ProvenBy,
}

impl Field {
    /// Its name, as the API has it.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What people call it.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Description => "description",
            Self::Reward => "reward",
            Self::DurationHours => "duration",
            Self::MaxClaims => "number of places",
            Self::Category => "category",
            Self::RoleName => "role",
            Self::Status => "status",
            Self::ChannelId => "channel",
            Self::ExpiresAt => "end",
            Self::Repeats => "repetition",
            Self::ProvenBy => "kind of proof",
        }
    }

    /// What it is, as it is typed.
    pub fn text_of(self, task: &Task) -> String {
        match self {
            Self::Name => task.name.clone(),
            Self::Description => task.description.clone(),
            Self::Reward => task.reward.get().to_string(),
            Self::DurationHours => task.duration_hours.to_string(),
            Self::MaxClaims => task.max_claims_number().to_string(),
            Self::Category => task.category.clone(),
            Self::RoleName => match &task.role {
                Some(TaskRole { id: Some(id), name, .. }) => format!("{id}:{name}"),
                Some(TaskRole { id: None, name, .. }) => name.clone(),
                None => NO_ROLE.to_owned(),
            },
            Self::Status => task.status.name().to_owned(),
            Self::ChannelId => task.channel.to_string(),
            Self::ExpiresAt => task.expires_at.rfc3339(),
            Self::Repeats => task.repeats.name().to_owned(),
            Self::ProvenBy => task.proven_by.typed(),
        }
    }

    /// The change of this field alone to what was typed.
    pub fn change(self, typed: &str) -> Result<TaskPatch, TaskRefusal> {
        let none = TaskPatch::default();
        Ok(match self {
            Self::Name => TaskPatch { name: Some(typed.to_owned()), ..none },
            Self::Description => TaskPatch { description: Some(typed.to_owned()), ..none },
            Self::Reward => TaskPatch { reward: Some(number(typed).ok_or(TaskRefusal::NotAReward)?), ..none },
            Self::DurationHours => {
                TaskPatch { duration_hours: Some(number(typed).ok_or(TaskRefusal::NotADuration)?), ..none }
            }
            Self::MaxClaims => {
                TaskPatch { max_claims: Some(number(typed).ok_or(TaskRefusal::NotAPlaceCount)?), ..none }
            }
            Self::Category => TaskPatch { category: Some(typed.to_owned()), ..none },
            Self::RoleName => TaskPatch { role: Some(role(typed)), ..none },
            Self::Status => {
                let status = typed.trim().to_ascii_lowercase().parse().map_err(|_| TaskRefusal::NoSuchStatus)?;
                TaskPatch { status: Some(status), ..none }
            }
            Self::ChannelId => {
                let digits = typed.trim().trim_start_matches("<#").trim_end_matches('>');
                let channel: ChannelId = digits.parse().map_err(|_| TaskRefusal::NotAChannel)?;
                TaskPatch { channel: Some(channel), ..none }
            }
            Self::ExpiresAt => {
                let at = Timestamp::from_rfc3339(typed.trim()).ok_or(TaskRefusal::NotAMoment)?;
                TaskPatch { expires_at: Some(at), ..none }
            }
            Self::Repeats => {
                let repeats = typed.trim().to_ascii_lowercase().parse().map_err(|_| TaskRefusal::NoSuchRepetition)?;
                TaskPatch { repeats: Some(repeats), ..none }
            }
            Self::ProvenBy => TaskPatch { proven_by: Some(ProvenBy::read(typed)?), ..none },
        })
    }
}

/// How no role is typed.
const NO_ROLE: &str = "none";

fn number(typed: &str) -> Option<i64> {
    typed.trim().replace([',', '_'], "").parse().ok()
}

fn role(typed: &str) -> Option<TaskRole> {
    let typed = typed.trim();
    if typed.is_empty() || typed.eq_ignore_ascii_case(NO_ROLE) {
        return None;
    }
    let known = typed.split_once(':').and_then(|(id, name)| Some((id.parse::<RoleId>().ok()?, name)));
    Some(match known {
        Some((id, name)) => TaskRole { id: Some(id), name: one_line(name, LONGEST_ROLE), by: Actor::System },
        None => TaskRole { id: None, name: one_line(typed, LONGEST_ROLE), by: Actor::System },
    })
}

/// The longest name of a role on Discord.
const LONGEST_ROLE: usize = 100;

/// What a task is to be, as it was typed or sent; what is `None` stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TaskPatch {
    /// What it is called.
    pub name: Option<String>,
    /// What is to be done.
    pub description: Option<String>,
    /// What is paid.
    pub reward: Option<i64>,
    /// How long a claim has. The task ends so long after it was made, unless an end is named.
    pub duration_hours: Option<i64>,
    /// How many places there are; -1 for any number.
    pub max_claims: Option<i64>,
    /// Its category.
    pub category: Option<String>,
    /// The role that comes with it, or none. Whoever makes the change is who promises it.
    pub role: Option<Option<TaskRole>>,
    /// Where it stands.
    pub status: Option<TaskStatus>,
    /// Where it is posted.
    pub channel: Option<ChannelId>,
    /// When it can be claimed no more.
    pub expires_at: Option<Timestamp>,
    /// How often it comes again. What repeats goes on for a year, unless an end is named.
    pub repeats: Option<Repeats>,
    /// How a claim is proven; those that there are stay as they are.
    pub proven_by: Option<ProvenBy>,
}

impl TaskPatch {
    /// Both changes; where both name a field, the other's counts.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            name: other.name.or(self.name),
            description: other.description.or(self.description),
            reward: other.reward.or(self.reward),
            duration_hours: other.duration_hours.or(self.duration_hours),
            max_claims: other.max_claims.or(self.max_claims),
            category: other.category.or(self.category),
            role: other.role.or(self.role),
            status: other.status.or(self.status),
            channel: other.channel.or(self.channel),
            expires_at: other.expires_at.or(self.expires_at),
            repeats: other.repeats.or(self.repeats),
            proven_by: other.proven_by.or(self.proven_by),
        }
    }

    /// The task with this change, at a moment, where these are the categories of its guild. Refuses what cannot be; whether there is
    /// room for one more active task is not asked here.
    pub fn applied(
        &self,
        before: &Task,
        by: Actor,
        categories: &[String],
        now: Timestamp,
    ) -> Result<Task, TaskRefusal> {
        let mut task = before.clone();
        if let Some(typed) = &self.name {
            task.name = rules::name(typed)?;
        }
        if let Some(typed) = &self.description {
            task.description = rules::description(typed)?;
        }
        if let Some(number) = self.reward {
            task.reward = rules::reward(number)?;
        }
        if let Some(number) = self.duration_hours {
            task.duration_hours = rules::duration(number)?;
            if before.repeats == Repeats::Never {
                task.expires_at = rules::deadline(task.created, task.duration_hours);
            }
        }
        task.repeats = self.repeats.unwrap_or(task.repeats);
        task.proven_by = self.proven_by.unwrap_or(task.proven_by);
        if (task.repeats == Repeats::Never) != (before.repeats == Repeats::Never) {
            let hours = if task.repeats == Repeats::Never { task.duration_hours } else { rules::MOST_HOURS };
            task.expires_at = now.after(rules::hours(hours));
        }
        if let Some(at) = self.expires_at {
            task.expires_at = at;
        }
        if let Some(number) = self.max_claims {
            task.max_claims = rules::places(number)?;
            let taken = task.counts.taken();
            if task.max_claims.is_some_and(|most| most < taken) {
                return Err(TaskRefusal::PlacesTaken(taken));
            }
        }
        if let Some(typed) = &self.category {
            task.category = category(typed, before, categories)?;
        }
        if let Some(role) = &self.role {
            task.role = role.clone().map(|role| TaskRole { by, ..role });
        }
        if let Some(channel) = self.channel {
            task.channel = channel;
        }
        let has_room = task.max_claims.is_none_or(|most| most > task.counts.accepted) && task.expires_at > now;
        match self.status {
            Some(status) => task.status = status,
            // More places than are accepted: it goes on.
            None if self.max_claims.is_some() && task.status == TaskStatus::Completed && has_room => {
                task.status = TaskStatus::Active;
            }
            None => {}
        }
        let moves_end = task.expires_at != before.expires_at || task.status != before.status;
        if task.status == TaskStatus::Active && moves_end && task.expires_at <= now {
            return Err(TaskRefusal::EndsInThePast);
        }
        task.status = rules::settled(&task);
        Ok(task)
    }
}

/// A category by what was typed, however it was written. The one that the task has is always one.
fn category(typed: &str, before: &Task, categories: &[String]) -> Result<String, TaskRefusal> {
    let typed = rules::category(typed)?;
    let mut known = categories.iter().map(String::as_str).chain([GENERAL, before.category.as_str()]);
    let found = known.find(|known| known.to_lowercase() == typed.to_lowercase());
    found.map(str::to_owned).ok_or(TaskRefusal::NoSuchCategory(typed))
}

/// What was changed of one field, as it is typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field.
    pub field: Field,
    /// What it was.
    pub before: String,
    /// What it is.
    pub after: String,
}

/// What differs between two forms of a task.
pub fn differences(before: &Task, after: &Task) -> Vec<FieldChange> {
    let of = |field: &Field| {
        let (before, after) = (field.text_of(before), field.text_of(after));
        (before != after).then_some(FieldChange { field: *field, before, after })
    };
    Field::VARIANTS.iter().filter_map(of).collect()
}

/// The change that takes these back. Refuses where the task is something else by now.
pub fn undoing(changes: &[FieldChange], now: &Task) -> Result<TaskPatch, TaskRefusal> {
    let mut patch = TaskPatch::default();
    for FieldChange { field, before, after } in changes {
        if field.text_of(now) != *after {
            return Err(TaskRefusal::CannotUndo);
        }
        patch = patch.and(field.change(before)?);
    }
    Ok(patch)
}
