//! What programs are told (`T-SSE-03`, `T-DAT-09`): the events of the stream, and which activity is told by which.
//!
//! An event says what changed, of what kind and whose, and nothing of what it is now: that is asked for, with the rights of
//! whoever asks.

use crate::activity::{Activity, Subject};
use crate::features::{coins, desk, engagement, handles, queue};
use crate::kernel::ids::GuildId;
use crate::settings::SETTING_CHANGED;
use crate::store::Topic;

/// An event of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Event {
    /// The lines changed, or what is played.
    Queue,
    /// A balance changed.
    Balance,
    /// The shop changed.
    Shop,
    /// What a member owns changed.
    Inventory,
    /// A task changed, or what became of it.
    Task,
    /// An announcement changed.
    Announcement,
    /// An embed changed.
    Embed,
    /// A setting changed.
    Config,
    /// Something about a member changed.
    User,
    /// The operator tries the stream (`T-SSE-02`).
    Test,
}

/// How something changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ChangeType {
    /// It is new.
    Create,
    /// It is another than before.
    Update,
    /// It is gone.
    Delete,
}

/// What an activity is told as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) event: Event,
    pub(super) change: ChangeType,
    /// Whom or what it is about, as the API calls it.
    pub(super) id: Option<String>,
}

impl Event {
    pub(super) const ALL: [Self; 10] = [
        Self::Queue,
        Self::Balance,
        Self::Shop,
        Self::Inventory,
        Self::Task,
        Self::Announcement,
        Self::Embed,
        Self::Config,
        Self::User,
        Self::Test,
    ];

    /// Its name, in the stream and in `events=`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Queue => "queue_update",
            Self::Balance => "balance_update",
            Self::Shop => "shop_update",
            Self::Inventory => "inventory_update",
            Self::Task => "task_update",
            Self::Announcement => "announcement_update",
            Self::Embed => "embed_update",
            Self::Config => "config_update",
            Self::User => "user_update",
            Self::Test => "test",
        }
    }

    /// What changed, as `data_type` says it.
    pub(super) fn data_type(self) -> &'static str {
        self.name().trim_end_matches("_update")
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }

    /// The topic that tells of it where there are no activities: a song is in its line, and that is all that is noted of it.
    pub(super) const fn topic(self) -> Option<Topic> {
        match self {
            Self::Queue => Some(queue::queries::CHANGED),
            _ => None,
        }
    }
}

impl ChangeType {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

/// Which kinds of activities are told, and as what: a link between a member and a handle is a part of the member. Of those that
/// are not here nobody is told.
fn of_kind(kind: &str) -> Option<(Event, ChangeType)> {
    let told = [
        (coins::activity::POSTED.name(), Event::Balance, ChangeType::Update),
        (SETTING_CHANGED.name(), Event::Config, ChangeType::Update),
        (handles::activity::PROVEN.name(), Event::User, ChangeType::Create),
        (handles::activity::LINKED.name(), Event::User, ChangeType::Create),
        (handles::activity::UNLINKED.name(), Event::User, ChangeType::Delete),
        (handles::activity::RENAMED.name(), Event::User, ChangeType::Update),
        (engagement::activity::GIFTS_LIFTED.name(), Event::Queue, ChangeType::Update),
        (desk::activity::DEAD_LINK_REMOVED.name(), Event::Queue, ChangeType::Delete),
        (desk::activity::DEAD_LINK_TAKEN_BACK.name(), Event::Queue, ChangeType::Update),
    ];
    told.into_iter().find(|(name, ..)| *name == kind).map(|(_, event, change)| (event, change))
}

/// What programs are told of an activity.
pub(super) fn told(guild: GuildId, activity: &Activity) -> Option<Told> {
    // What is of the instance is no server's.
    if guild == GuildId::INSTANCE {
        return None;
    }
    let (event, change) = of_kind(&activity.kind)?;
    Some(Told { event, change, id: activity.subject.as_ref().map(id_of) })
}

fn id_of(subject: &Subject) -> String {
    match subject {
        Subject::Member(user) => user.to_string(),
        Subject::Song(song) => song.to_string(),
        Subject::Channel(channel) => channel.to_string(),
        Subject::Setting(key) => key.clone(),
        Subject::Handle(handle) => handle.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::actor::Actor;
    use crate::kernel::ids::UserId;

    fn activity(kind: &str, subject: Option<Subject>) -> Activity {
        Activity {
            kind: kind.to_owned(),
            actor: Actor::System,
            subject,
            before: Some("340".to_owned()),
            after: Some("350".to_owned()),
            details: r#"{"reason":"for a secret"}"#.to_owned(),
        }
    }

    #[test]
    fn an_activity_is_told_by_what_kind_of_thing_changed_and_whose_alone() {
        let (here, ann) = (GuildId::new(5), UserId::new(7));
        let balance = activity("coins.posted", Some(Subject::Member(ann)));
        let expected = Told { event: Event::Balance, change: ChangeType::Update, id: Some("7".to_owned()) };
        assert_eq!(told(here, &balance), Some(expected));
        let setting = activity("settings.changed", Some(Subject::Setting("queue_limit".to_owned())));
        assert_eq!(
            told(here, &setting).map(|told| (told.event, told.id)),
            Some((Event::Config, Some("queue_limit".into())))
        );
        assert_eq!(told(here, &activity("team.told", None)), None, "what is for the team alone");
        assert_eq!(told(GuildId::INSTANCE, &balance), None);
    }

    #[test]
    fn each_event_is_found_by_its_name_and_no_other_name_is_one() {
        for event in Event::ALL {
            assert_eq!(Event::named(event.name()), Some(event));
        }
        assert_eq!((Event::Balance.data_type(), Event::Test.data_type()), ("balance", "test"));
        assert_eq!(Event::named("balance"), None);
    }
}
