//! What is kept of something that happened.

use serde::{Deserialize, Serialize};

use crate::kernel::actor::Actor;
use crate::kernel::ids::{ChannelId, UserId};
use crate::kernel::text::names_member;
use crate::kernel::time::Timestamp;
use crate::live::Handle;
use crate::{fields, id_type};

id_type!(
    /// The place of an activity among those of its guild: the microsecond in which it happened, or the next one that is free.
    ActivityId
);

impl ActivityId {
    /// The first place of a moment.
    pub fn at(moment: Timestamp) -> Self {
        Self::new(u64::try_from(moment.micros()).unwrap_or(0))
    }

    /// When it happened.
    pub fn moment(self) -> Timestamp {
        Timestamp::from_micros(i64::try_from(self.get()).unwrap_or(i64::MAX))
    }

    /// The place behind it.
    #[must_use]
    pub const fn following(self) -> Self {
        Self::new(self.get().saturating_add(1))
    }
}

/// Something that happened. When, its [`ActivityId`] says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// The stored name of its [`ActivityKind`](super::ActivityKind).
    pub kind: String,
    /// Who caused it.
    pub actor: Actor,
    /// Whom or what it is about.
    pub subject: Option<Subject>,
    /// What was before, where something changed.
    pub before: Option<String>,
    /// What is after, where something changed.
    pub after: Option<String>,
    /// What else its kind tells, as JSON.
    pub details: String,
    /// By which [`Door`](super::Door) whoever caused it came, as text; nothing for what the program did by itself, and for what
    /// was noted before doors were.
    pub door: Option<String>,
}

fields!(Activity: door since 2 = None);

/// Whom or what something is about. New ones stand behind the others: rows hold their places in this list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Subject {
    /// A member.
    Member(UserId),
    /// A song, by its row number in the guild.
    Song(u64),
    /// A channel.
    Channel(ChannelId),
    /// A setting, by its key.
    Setting(String),
    /// A TikTok account, by its name at that time.
    Handle(Handle),
    /// An item of the shop, by its number in the guild.
    Item(u64),
    /// A task, by its number.
    Task(u64),
}

impl Activity {
    /// Whether it tells of a member in another way than as who did it.
    pub fn tells_of(&self, member: UserId) -> bool {
        self.subject == Some(Subject::Member(member)) || self.texts().any(|text| names_member(text, member))
    }

    /// Whether it names a TikTok account by this name.
    pub fn names(&self, handle: &Handle) -> bool {
        let is_about = matches!(&self.subject, Some(Subject::Handle(about)) if about == handle);
        is_about || self.texts().any(|text| handle.is_named_in(text))
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        [self.before.as_deref(), self.after.as_deref(), Some(self.details.as_str())].into_iter().flatten()
    }
}
