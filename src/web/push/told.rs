//! What programs are told (`T-SSE-03`, `T-DAT-09`): the events of the stream, and which activity is told by which.
//!
//! An event says what changed, of what kind and whose, and nothing of what it is now: that is asked for, with the rights of
//! whoever asks.

use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::activity::{Activity, ChangeType, Subject, Thing};
use crate::features::Domain;
use crate::kernel::ids::GuildId;

/// An event of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr, EnumString, VariantArray)]
pub(super) enum Event {
    /// The lines changed, or what is played.
    #[strum(serialize = "queue_update")]
    Queue,
    /// A balance changed.
    #[strum(serialize = "balance_update")]
    Balance,
    /// The shop changed.
    #[strum(serialize = "shop_update")]
    Shop,
    /// What a member owns changed.
    #[strum(serialize = "inventory_update")]
    Inventory,
    /// A task changed, or what became of it.
    #[strum(serialize = "task_update")]
    Task,
    /// An announcement changed.
    #[strum(serialize = "announcement_update")]
    Announcement,
    /// An embed changed.
    #[strum(serialize = "embed_update")]
    Embed,
    /// A setting changed.
    #[strum(serialize = "config_update")]
    Config,
    /// Something about a member changed.
    #[strum(serialize = "user_update")]
    User,
    /// The operator tries the stream (`T-SSE-02`).
    #[strum(serialize = "test")]
    Test,
}

/// What an activity is told as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ChangeEvent {
    pub(super) event: Event,
    pub(super) change: ChangeType,
    /// Whom or what it is about, as the API calls it.
    pub(super) id: Option<String>,
}

impl Event {
    /// Its name, in the stream and in `events=`.
    pub(super) fn name(self) -> &'static str {
        self.into()
    }

    /// What changed, as `data_type` says it.
    pub(super) fn data_type(self) -> &'static str {
        self.name().trim_end_matches("_update")
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        name.parse().ok()
    }
}

/// The event that tells of a change: a link between a member and a handle is a part of the member. Of songs the lines themselves
/// tell (`songs`).
const fn event_of(thing: Thing) -> Event {
    match thing {
        Thing::Balance => Event::Balance,
        Thing::Setting => Event::Config,
        Thing::Member => Event::User,
        Thing::Item => Event::Shop,
        Thing::Inventory => Event::Inventory,
        Thing::Task => Event::Task,
    }
}

/// What programs are told of an activity.
pub(super) fn told(guild: GuildId, activity: &Activity) -> Option<ChangeEvent> {
    // What is of the instance is no server's.
    if guild == GuildId::INSTANCE {
        return None;
    }
    let (thing, change) = Domain::heard_of(activity)?;
    Some(ChangeEvent { event: event_of(thing), change, id: activity.subject.as_ref().map(id_of) })
}

fn id_of(subject: &Subject) -> String {
    match subject {
        Subject::Member(user) => user.to_string(),
        Subject::Song(song) => song.to_string(),
        Subject::Channel(channel) => channel.to_string(),
        Subject::Setting(key) => key.clone(),
        Subject::Handle(handle) => handle.to_string(),
        Subject::Item(item) => item.to_string(),
        Subject::Task(task) => task.to_string(),
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
            door: None,
        }
    }

    #[test]
    fn an_activity_is_told_by_what_kind_of_thing_changed_and_whose_alone() {
        let (here, ann) = (GuildId::new(5), UserId::new(7));
        let balance = activity("coins.posted", Some(Subject::Member(ann)));
        let expected = ChangeEvent { event: Event::Balance, change: ChangeType::Update, id: Some("7".to_owned()) };
        assert_eq!(told(here, &balance), Some(expected));
        let setting = activity("settings.changed", Some(Subject::Setting("queue_limit".to_owned())));
        assert_eq!(
            told(here, &setting).map(|told| (told.event, told.id)),
            Some((Event::Config, Some("queue_limit".into())))
        );
        crate::covers!("T-SHP-10");
        let events =
            [("shop.bought", Event::Inventory), ("shop.used", Event::Inventory), ("shop.item_changed", Event::Shop)];
        for (kind, event) in events {
            assert_eq!(
                told(here, &activity(kind, Some(Subject::Item(3)))).map(|told| told.event),
                Some(event),
                "{kind}"
            );
        }
        assert_eq!(told(here, &activity("team.told", None)), None, "what is for the team alone");
        assert_eq!(told(GuildId::INSTANCE, &balance), None);
    }

    #[test]
    fn each_event_is_found_by_its_name_and_no_other_name_is_one() {
        for event in Event::VARIANTS {
            assert_eq!(Event::named(event.name()), Some(*event));
        }
        assert_eq!((Event::Balance.data_type(), Event::Test.data_type()), ("balance", "test"));
        assert_eq!(Event::named("balance"), None);
    }
}
