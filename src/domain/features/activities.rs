//! How activities read, whichever feature they are of: the sentence of their kind, found through the list of features.

use super::{ALL, Domain};
use crate::activity::{Activity, ChangeType, Context, Reach, Readable, Thing};
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::settings::ChangeSentence;
use crate::store::form::Carried;

impl Domain {
    /// The sentence of an activity for pages and programs, with what the song is called that it is about. `None` for one of a
    /// kind that this program does not know, and where it lacks what the sentence tells.
    pub fn sentence_of(activity: &Activity, song: Option<&Sentence>) -> Option<Sentence> {
        let context = Context { is_for_team: false, song, setting, purpose: Self::purpose_of };
        kind(activity)?.sentence(activity, &context)
    }

    /// The line in which the team, and the log, are told of an activity; `None` where they are not.
    pub fn line_of(activity: &Activity) -> Option<Sentence> {
        let context = Context { is_for_team: true, song: None, setting, purpose: Self::purpose_of };
        kind(activity).filter(|kind| kind.reach() == Reach::Team)?.sentence(activity, &context)
    }

    /// What programs that listen are told of an activity; `None` where they are told nothing.
    pub fn heard_of(activity: &Activity) -> Option<(Thing, ChangeType)> {
        kind(activity)?.heard()
    }

    /// The names of the kinds of activities that are told in a guild.
    pub fn kinds_told(guild: GuildId) -> Vec<&'static str> {
        let is_told = |kind: &dyn Readable| kind.reach() != Reach::Operator || guild == GuildId::INSTANCE;
        let mut kinds: Vec<_> = kinds().filter(|kind| is_told(*kind)).map(Carried::name).collect();
        kinds.sort_unstable();
        kinds
    }

    /// By which words people choose the kind of this name; `None` where this program does not know it.
    pub fn kind_called(name: &str) -> Option<&'static str> {
        kinds().find(|kind| kind.name() == name).map(Readable::called)
    }
}

fn kinds() -> impl Iterator<Item = &'static dyn Readable> {
    ALL.iter().flat_map(|feature| feature.activities).copied()
}

fn kind(activity: &Activity) -> Option<&'static dyn Readable> {
    kinds().find(|kind| kind.name() == activity.kind)
}

/// How a change of the setting with this key is told.
fn setting(key: &str) -> Option<&'static dyn ChangeSentence> {
    let listed = ALL.iter().flat_map(|feature| feature.settings).find(|listed| listed.setting.key() == key);
    let unlisted = || ALL.iter().flat_map(|feature| feature.changes).find(|unlisted| unlisted.key == key);
    listed
        .map(|listed| listed as &dyn ChangeSentence)
        .or_else(|| unlisted().map(|unlisted| unlisted as &dyn ChangeSentence))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::Subject;
    use crate::features::public;
    use crate::kernel::actor::Actor;
    use crate::kernel::ids::{ChannelId, UserId};
    use crate::kernel::sentence::NO_COMMANDS;
    use crate::live::Handle;

    /// What an activity may be about.
    fn subjects() -> Vec<Option<Subject>> {
        let setting = |key: &str| Subject::Setting(key.to_owned());
        let about = [
            Subject::Member(UserId::new(2)),
            Subject::Song(7),
            Subject::Channel(ChannelId::new(5)),
            setting("activity_days"),
            Subject::Handle(Handle::parse("night_owl").unwrap()),
            Subject::Task(3),
        ];
        std::iter::once(None).chain(about.map(Some)).collect()
    }

    /// An activity with these details about each thing that it may be about.
    fn about_all(kind: &dyn Readable, details: &str) -> Vec<Activity> {
        let of = |subject: Option<Subject>| Activity {
            kind: kind.name().to_owned(),
            actor: Actor::Member(UserId::new(1)),
            subject,
            before: Some("5".to_owned()),
            after: Some("7".to_owned()),
            details: details.to_owned(),
            door: None,
        };
        subjects().into_iter().map(of).collect()
    }

    #[test]
    fn every_kind_has_its_sentence_whatever_its_details_are() {
        for kind in kinds() {
            let name = kind.name();
            for details in kind.samples().unwrap() {
                let all = about_all(kind, &details);
                assert!(all.iter().any(|noted| Domain::sentence_of(noted, None).is_some()), "{name} of {details}");
                let is_told = all.iter().any(|noted| Domain::line_of(noted).is_some());
                assert_eq!(is_told, kind.reach() == Reach::Team, "the team and {name} of {details}");
            }
        }
    }

    #[test]
    fn each_kind_has_words_of_its_own_by_which_people_choose_it() {
        let mut words: Vec<_> = kinds().map(|kind| (kind.called(), kind.name())).collect();
        for (words, name) in &words {
            let is_capital = words.starts_with(|first: char| first.is_ascii_uppercase());
            assert!(is_capital && !words.contains([':', '_', '.']), "{name} is called {words:?}");
        }
        let all = words.len();
        words.sort_unstable();
        words.dedup_by_key(|(words, _)| *words);
        assert_eq!(words.len(), all);
    }

    #[test]
    fn each_kind_has_a_name_of_its_own() {
        let mut names: Vec<_> = kinds().map(Carried::name).collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
        let of_instance = Domain::kinds_told(GuildId::INSTANCE);
        let of_server = Domain::kinds_told(GuildId::new(5));
        assert_eq!(of_instance, names);
        assert!(of_server.contains(&"coins.posted") && of_server.is_sorted(), "{of_server:?}");
        assert!(!of_server.contains(&"signin.signed_in"), "that is of the instance");
    }

    #[test]
    fn every_setting_that_people_change_is_told_by_its_name_and_some_not_to_the_team() {
        let by = Sentence::words("Ann");
        for listed in ALL.iter().flat_map(|feature| feature.settings) {
            let told = setting(listed.setting.key()).and_then(|setting| setting.sentence(&by, None, None)).unwrap();
            let told = told.markdown(NO_COMMANDS);
            assert!(told.starts_with(&format!("⚙️ Ann changed {} from ", listed.title)), "{told}");
        }
        let goal = setting(public::settings::GOAL.key()).unwrap();
        assert!(!goal.is_for_team());
        let told = goal.sentence(&by, None, Some("coins 5000")).unwrap();
        assert_eq!(told.to_string(), "Ann changed the goal of the overlay from nothing to coins 5000.");
        assert!(setting("of_another_program").is_none());
    }
}
