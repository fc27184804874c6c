//! What was changed of settings, the latest first, with the button that takes it back.

use maud::{Markup, html};

use super::View;
use crate::access::Level;
use crate::activity::{self, ActivityId, Subject};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::settings::{Listed, SETTING_CHANGED, is_undoable};
use crate::store::Read;
use crate::web::api::settings::{of_key, undo_address};
use crate::web::ui::components::{Event, Seal, history as drawn};

/// A change of a setting.
pub(super) struct Past {
    id: ActivityId,
    listed: &'static Listed,
    pub(super) actor: Actor,
    /// As people read it.
    pub(super) before: Sentence,
    pub(super) after: Sentence,
    /// Whether it can be taken back, by whoever looks.
    is_undoable: bool,
    may_change: bool,
}

/// The latest changes of the settings that are wanted.
pub(super) fn past(
    read: &dyn Read,
    guild: GuildId,
    level: Level,
    most: usize,
    wanted: &dyn Fn(&Listed) -> bool,
) -> Result<Vec<Past>> {
    let listed_of = |subject: Option<&Subject>| match subject {
        Some(Subject::Setting(key)) => of_key(key).filter(|listed| wanted(listed)),
        _ => None,
    };
    let is_one = |noted: &activity::Activity| {
        noted.kind == SETTING_CHANGED.name() && listed_of(noted.subject.as_ref()).is_some()
    };
    let found = activity::newest_where(read, guild, None, most, is_one)?.rows;
    let mut past = Vec::with_capacity(found.len());
    for (id, noted) in found {
        let Some(listed) = listed_of(noted.subject.as_ref()) else { continue };
        past.push(Past {
            id,
            listed,
            actor: noted.actor,
            before: Sentence::read(&listed.setting.in_words(noted.before.as_deref())),
            after: Sentence::read(&listed.setting.in_words(noted.after.as_deref())),
            is_undoable: is_undoable(read, guild, listed, &noted)?,
            may_change: listed.require(level).is_ok(),
        });
    }
    Ok(past)
}

/// The history of the settings on a page.
pub(super) fn history(view: &View, seal: Seal<'_>) -> Markup {
    let event = |past: &Past| Event {
        at: past.id.moment(),
        who: view.names.who(past.actor),
        what: html! {
            (past.listed.title) " " (view.names.drawn(&past.before)) " → " (view.names.drawn(&past.after))
        },
        undo: (past.is_undoable && past.may_change)
            .then(|| undo_address(view.guild, past.listed, &past.id.to_string())),
        note: (!past.is_undoable).then(|| "changed since: cannot be undone".to_owned()),
    };
    let events: Vec<Event> = view.past.iter().map(event).collect();
    html! {
        section.card {
            h2 { "History" }
            @if events.is_empty() { p.hint { "Nothing was changed here yet." } } @else { (drawn(&events, Some(seal))) }
        }
    }
}

#[cfg(test)]
impl Past {
    /// A change of a setting by a member, for tests.
    pub(super) fn sample(listed: &'static Listed, id: u64, is_undoable: bool) -> Self {
        let actor = Actor::Member(crate::kernel::ids::UserId::new(7));
        let (before, after) = (Sentence::words("5"), Sentence::words("3"));
        Self { id: ActivityId::new(id), listed, actor, before, after, is_undoable, may_change: true }
    }
}
