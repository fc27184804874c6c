//! What happened in a server, as pages and the API tell it: the sentence of each activity, whose people, songs, channels and
//! roles are drawn by their names ([`Names`]).

use maud::{Markup, html};

use super::api::settings::of_key;
use super::names::Names;
use super::ui::components::moment;
use crate::activity::{self, Activity, ActivityId, Subject};
use crate::features::queue::model::SongId;
use crate::features::{Domain, queue};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::{Sentence, Slot};
use crate::sentence;
use crate::store::Read;

/// An activity in words.
#[derive(Clone, Debug)]
pub struct Happened {
    /// Which.
    pub id: ActivityId,
    /// It, in one sentence.
    pub sentence: Sentence,
    /// What was before and what is after, where the sentence does not say it.
    pub change: Option<[Sentence; 2]>,
}

/// What a kind is called in a list: in its own words, and `Settings: changed` for a `settings.changed` that this program does not
/// know.
pub fn called(kind: &str) -> String {
    if let Some(words) = Domain::kind_called(kind) {
        return words.to_owned();
    }
    let words = kind.replace('_', " ").replacen('.', ": ", 1);
    let mut signs = words.chars();
    signs.next().map(|first| first.to_uppercase().chain(signs).collect()).unwrap_or_default()
}

impl Happened {
    /// Tells activities.
    pub fn all(read: &dyn Read, guild: GuildId, activities: &[(ActivityId, Activity)]) -> Result<Vec<Self>> {
        activities.iter().map(|(id, activity)| Self::of(read, guild, *id, activity)).collect()
    }

    fn of(read: &dyn Read, guild: GuildId, id: ActivityId, activity: &Activity) -> Result<Self> {
        let song = match activity.subject {
            Some(Subject::Song(song)) => queue::queries::entry(read, guild, SongId::new(song))?,
            _ => None,
        };
        let song = song.map(|entry| entry.song.public_id.to_sentence());
        Ok(match Domain::sentence_of(activity, song.as_ref()) {
            Some(sentence) => Self { id, sentence, change: None },
            None => Self { id, sentence: by_kind(activity, song), change: change_of(activity) },
        })
    }

    /// All that it says.
    pub fn sentences(&self) -> impl Iterator<Item = &Sentence> {
        std::iter::once(&self.sentence).chain(self.change.iter().flatten())
    }

    /// It on a page.
    pub fn drawn(&self, names: &Names) -> Markup {
        html! {
            (names.drawn(&self.sentence))
            @if let Some([before, after]) = &self.change {
                p.hint { (names.drawn(before)) " → " (names.drawn(after)) }
            }
        }
    }
}

/// What happened, as a list.
pub fn list(happened: &[Happened], names: &Names) -> Markup {
    html! {
        ol.history {
            @for one in happened { li { (moment(one.id.moment())) " " span.what { (one.drawn(names)) } } }
        }
    }
}

/// An activity without a sentence, such as one of another version of the program: its kind, with what it is about.
fn by_kind(activity: &Activity, song: Option<Sentence>) -> Sentence {
    let (by, kind) = (activity::called(activity.actor), called(&activity.kind));
    let about = match &activity.subject {
        None => None,
        Some(Subject::Member(user)) => Some(user.to_sentence()),
        Some(Subject::Song(_)) => Some(song.unwrap_or_else(|| Sentence::words("a song"))),
        Some(Subject::Channel(channel)) => Some(channel.to_sentence()),
        Some(Subject::Setting(key)) => {
            Some(of_key(key).map_or_else(|| key.to_sentence(), |listed| Sentence::words(listed.title)))
        }
        Some(Subject::Handle(handle)) => Some(handle.to_sentence()),
        Some(Subject::Item(item)) => Some(sentence!("item {item}", item)),
        Some(Subject::Task(task)) => Some(sentence!("task {number}", number = task)),
    };
    let about = about.map(|about| sentence!(", about {about}", about));
    sentence!("{kind}, by {by}{about}", kind, by, about)
}

fn change_of(activity: &Activity) -> Option<[Sentence; 2]> {
    let value = |value: &Option<String>| value.as_deref().map_or_else(|| Sentence::words("nothing"), Sentence::read);
    (activity.before != activity.after).then(|| [value(&activity.before), value(&activity.after)])
}

#[cfg(test)]
mod tests;
