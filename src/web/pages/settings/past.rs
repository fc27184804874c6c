//! What was changed of settings, the latest first, with the button that takes it back.

use maud::{Markup, html};

use super::View;
use crate::access::Level;
use crate::activity::{self, ActivityId, Subject};
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::settings::{Listed, SETTING_CHANGED, act_of, is_undoable};
use crate::store::Read;
use crate::web::api::settings::change::is_of_a_list;
use crate::web::api::settings::{act_address, of_key, undo_address};
use crate::web::names::Names;
use crate::web::ui::components::{Event, Seal, history as drawn};

/// A value that is longer than this, or has several lines, is compared behind a fold.
const A_LINE: usize = 60;

/// A change of a setting.
pub(super) struct Past {
    id: ActivityId,
    listed: &'static Listed,
    pub(super) actor: Actor,
    /// As people read it on Discord.
    before: String,
    after: String,
    /// What it is now.
    now: String,
    /// The last change of those that were made at once with it, where all of them are here, for whoever may change them.
    act: Option<ActivityId>,
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
            before: listed.setting.in_words(noted.before.as_deref()),
            after: listed.setting.in_words(noted.after.as_deref()),
            now: listed.setting.shown(read, guild)?,
            act: None,
            is_undoable: is_undoable(read, guild, listed, &noted)?,
            may_change: listed.require(level).is_ok(),
        });
    }
    gather(read, guild, &mut past)?;
    Ok(past)
}

/// Notes which changes were made at once, and can be taken back at once as far as nothing changed them since.
fn gather(read: &dyn Read, guild: GuildId, past: &mut [Past]) -> Result<()> {
    for place in 0..past.len() {
        let Some(one) = past.get(place).filter(|one| one.act.is_none()) else { continue };
        let act: Vec<ActivityId> = act_of(read, guild, one.id)?
            .into_iter()
            .filter(|(_, noted)| is_of_a_list(noted))
            .map(|(id, _)| id)
            .collect();
        let is_of_act = |one: &Past| act.contains(&one.id);
        let are_here = past.iter().filter(|one| is_of_act(one) && one.may_change).count();
        if act.len() > 1 && are_here == act.len() {
            past.iter_mut().filter(|one| is_of_act(one)).for_each(|one| one.act = act.last().copied());
        }
    }
    Ok(())
}

/// The history of the settings on a page.
pub(super) fn history(view: &View, seal: Seal<'_>) -> Markup {
    let at_once = |one: &Past, other: &Past| one.act.is_some() && one.act == other.act;
    let events: Vec<Event> = view.past.chunk_by(at_once).filter_map(|act| event(view, act)).collect();
    html! {
        section.card {
            h2 { "History" }
            @if events.is_empty() { p.hint { "Nothing was changed here yet." } } @else { (drawn(&events, Some(seal))) }
        }
    }
}

/// A change, or several that were made at once.
fn event(view: &View, act: &[Past]) -> Option<Event> {
    let (guild, names, first) = (view.guild, &view.names, act.first()?);
    let can_go = act.iter().filter(|past| past.is_undoable && past.may_change).count();
    let undo = match (act, first.act) {
        _ if can_go == 0 => None,
        ([_, _, ..], Some(id)) => Some(act_address(guild, &id.to_string())),
        _ => Some(undo_address(guild, first.listed, &first.id.to_string())),
    };
    let compared: Vec<&Past> = act.iter().filter(|past| past.is_compared()).collect();
    Some(Event {
        at: first.id.moment(),
        who: names.who(first.actor),
        what: html! {
            @for (place, past) in act.iter().enumerate() {
                @if place > 0 { "; " }
                (past.in_short(names))
            }
        },
        undo,
        note: note(act, can_go),
        more: (!compared.is_empty()).then(|| html! { @for past in &compared { (past.comparison(names)) } }),
    })
}

/// What is said of the way back: how many changes it takes back, and which cannot be taken back any more.
fn note(act: &[Past], can_go: usize) -> Option<String> {
    let since: Vec<&str> = act.iter().filter(|past| !past.is_undoable).map(|past| past.listed.title).collect();
    match (act.len(), since.as_slice()) {
        (1, []) => None,
        (all, []) => Some(format!("Undo takes back all {all}")),
        _ if can_go == 0 => Some("changed since: cannot be undone".to_owned()),
        (all, since) => {
            Some(format!("Undo takes back {can_go} of {all}; changed since, and left as it is: {}", since.join(", ")))
        }
    }
}

/// What was written for Discord, with the names of this page.
fn in_words(names: &Names, text: &str) -> Markup {
    names.drawn(&Sentence::read(text))
}

impl Past {
    /// All that it says.
    pub(super) fn sentences(&self) -> [Sentence; 3] {
        [&self.before, &self.after, &self.now].map(|text| Sentence::read(text))
    }

    fn is_long(&self) -> bool {
        [&self.before, &self.after].into_iter().any(|text| text.contains('\n') || text.chars().count() > A_LINE)
    }

    /// Whether what was and what is are shown beside each other: where a line is not enough, or it is something else by now.
    fn is_compared(&self) -> bool {
        self.is_long() || !self.is_undoable
    }

    fn in_short(&self, names: &Names) -> Markup {
        html! {
            (self.listed.title)
            @if !self.is_long() {
                " " (in_words(names, &self.before)) " → " (in_words(names, &self.after))
            }
        }
    }

    /// What was before, what was after, and what is now where that is something else: line by line, with a mark where they
    /// differ.
    fn comparison(&self, names: &Names) -> Markup {
        let marked = |text: &str, other: &str, is_gone: bool| {
            let same: Vec<&str> = other.lines().collect();
            html! {
                @for line in text.lines() {
                    @let shown = in_words(names, line);
                    p { @if same.contains(&line) { (shown) } @else if is_gone { del { (shown) } } @else { ins { (shown) } } }
                }
            }
        };
        html! {
            dl aria-label=(self.listed.title) {
                div { dt { "Before" } dd { (marked(&self.before, &self.after, true)) } }
                div { dt { "After" } dd { (marked(&self.after, &self.before, false)) } }
                @if !self.is_undoable { div { dt { "Now" } dd { (marked(&self.now, &self.after, false)) } } }
            }
        }
    }
}

#[cfg(test)]
impl Past {
    /// The same of longer texts, for tests.
    pub(super) fn long(self, before: &str, after: &str) -> Self {
        Self { before: before.to_owned(), after: after.to_owned(), ..self }
    }

    /// The same as one of those that were made at once, for tests.
    pub(super) fn of_act(self, last: u64) -> Self {
        Self { act: Some(ActivityId::new(last)), ..self }
    }

    /// A change of a setting by a member, for tests.
    pub(super) fn sample(listed: &'static Listed, id: u64, is_undoable: bool) -> Self {
        let actor = Actor::Member(crate::kernel::ids::UserId::new(7));
        let [before, after, now] = ["5", "3", if is_undoable { "3" } else { "4" }].map(str::to_owned);
        Self { id: ActivityId::new(id), listed, actor, before, after, now, act: None, is_undoable, may_change: true }
    }
}
