//! The form of an area: each setting by a control of its kind, with what it is without one, and which command sets it, too.
//!
//! A hidden field beside each control says what was shown, so that only what somebody changed is sent on, and what somebody
//! else changed meanwhile is not overwritten.

use maud::{Markup, html};

use super::{Known, Row, View};
use crate::access::Level;
use crate::discord::references::Server;
use crate::kernel::ids::{ChannelId, RoleId};
use crate::kernel::refusal::Refuse;
use crate::kernel::sentence::{Mention, Sentence, Slot};
use crate::settings::{Area, Control, NONE};
use crate::web::answer::{Refill, html as drawn_sentence};
use crate::web::api::settings::WAS;
use crate::web::places::{drawn_text, name_of};
use crate::web::ui::components::{
    Button, Checkbox, Choice, Field, Form, Input, Radios, Seal, Select, Several, TextArea,
};

/// What a control shows and what is wrong with it.
struct Filled {
    /// What was chosen, one by one.
    chosen: Vec<String>,
    wrong: Option<String>,
}

impl Filled {
    /// As it is stored, or as it was typed where the form is shown again.
    fn of(row: &Row, refill: Option<&Refill>) -> Self {
        let key = row.listed.setting.key();
        let typed = refill.and_then(|refill| refill.typed.get(key));
        let wrong = refill.and_then(|refill| refill.fields.get(key)).map(ToString::to_string);
        let stored = || -> Vec<String> {
            let is_many = row.control.takes_many();
            if is_many { row.typed.split_whitespace().map(str::to_owned).collect() } else { vec![row.typed.clone()] }
        };
        Self { chosen: typed.cloned().unwrap_or_else(stored), wrong }
    }

    fn last(&self) -> &str {
        self.chosen.last().map_or("", String::as_str)
    }
}

/// The form of an area.
pub(super) fn form(view: &View, area: Area, known: &Known<'_>, refill: Option<&Refill>, seal: Seal<'_>) -> Markup {
    let page = format!("/g/{}/settings/{area}", view.guild);
    let form = Form { is_guarded: true, ..Form::new(&page, seal) };
    form.around(&html! {
        input type="hidden" name="back" value=(page);
        @for row in &view.rows { (setting(row, &page, known, &Filled::of(row, refill))) }
        (Button::main("Save"))
    })
}

fn setting(row: &Row, page: &str, known: &Known<'_>, filled: &Filled) -> Markup {
    let key = row.listed.setting.key();
    let reset = format!("{page}/reset");
    html! {
        div.setting {
            @if row.may_change {
                input type="hidden" name={ (WAS) (key) } value=(row.typed);
                (control(row, known.places, filled))
            } @else {
                p id={ "f-" (key) } { strong { (row.listed.title) } ": " (drawn_text(known.places, &row.shown)) }
                p.hint { (drawn_text(None, row.listed.about)) }
                @if let Err(refusal) = row.listed.require(Level::Admin) { p.hint { (drawn_sentence(&refusal.sentence())) } }
            }
            (row.state())
            p.hint {
                "Default: " (drawn_text(known.places, &row.default))
                @if let Some(command) = row.listed.command { " · also " (drawn_sentence(&command.to_sentence())) }
            }
            @if row.is_own && row.may_change {
                (Button { act: Some(&reset), sends: Some(("key", key)), ..Button::plain("Reset") })
            }
        }
    }
}

fn control(row: &Row, places: Option<&Server>, filled: &Filled) -> Markup {
    let (key, title) = (row.listed.setting.key(), row.listed.title);
    let (about, allowed) = (Sentence::read(row.listed.about).to_string(), row.listed.setting.allowed());
    let (hint, wrong) = (Some(about.as_str()), filled.wrong.as_deref());
    match (&row.control, places) {
        (Control::Switch, _) => switch(key, title, hint, filled),
        (Control::Choice(words), _) => {
            let choices: Vec<Choice<'_>> = words.iter().map(|word| Choice::new(word, word)).collect();
            html! { (Radios { chosen: filled.last(), hint, error: wrong, ..Radios::new(key, title, &choices) }) }
        }
        (Control::Number(limits), _) => {
            let hint = format!("{about} It can be {allowed}.");
            let field =
                Field { input: Input::Number, value: filled.last(), unit: limits.unit, ..Field::new(key, title) };
            html! { (Field { hint: Some(&hint), error: wrong, is_required: true, ..field }) }
        }
        (Control::Lines, _) => html! {
            (TextArea { value: &filled.chosen.join("\n"), hint, error: wrong, ..TextArea::new(key, title) })
        },
        (Control::Channel | Control::Role, Some(places)) => {
            let offered = Offered::of(&row.control, places, &filled.chosen);
            let choices = offered.with("Not set");
            html! { (Select { chosen: filled.last(), hint, error: wrong, ..Select::new(key, title, &choices) }) }
        }
        (Control::Channels | Control::Roles, Some(places)) => {
            let offered = Offered::of(&row.control, places, &filled.chosen);
            let (choices, chosen) = (offered.choices(), filled.chosen.iter().map(String::as_str).collect::<Vec<_>>());
            html! {
                (Several { name: key, label: title, choices: &choices, chosen: &chosen, none: NONE, hint, error: wrong })
            }
        }
        // Discord does not say what there is to choose from.
        (Control::Text | Control::Channel | Control::Role | Control::Channels | Control::Roles, _) => {
            let (hint, value) = (format!("{about} It can be {allowed}."), filled.chosen.join(" "));
            html! { (Field { value: &value, hint: Some(&hint), error: wrong, ..Field::new(key, title) }) }
        }
    }
}

/// A tick sends nothing where it is not set, so that stands before it.
fn switch(key: &str, title: &str, hint: Option<&str>, filled: &Filled) -> Markup {
    html! {
        input type="hidden" name=(key) value="false";
        (Checkbox { hint, is_ticked: filled.last() == "true", ..Checkbox::new(key, title) })
        @if let Some(wrong) = &filled.wrong { p.error { (wrong) } }
    }
}

/// Channels or roles to choose from: those of the server, and what is chosen and gone.
struct Offered(Vec<(String, String)>);

impl Offered {
    fn of(control: &Control, places: &Server, chosen: &[String]) -> Self {
        let is_channel = matches!(control, Control::Channel | Control::Channels);
        let name = |mention: Mention, sign: char| name_of(Some(places), mention).map(|name| format!("{sign}{name}"));
        let mut offered: Vec<(String, String)> = if is_channel {
            let channels = places.text_channels(0).into_iter().map(|channel| channel.id);
            channels.filter_map(|id| Some((id.to_string(), name(Mention::Channel(id), '#')?))).collect()
        } else {
            let roles = places.roles().into_iter().map(|role| role.id);
            roles.filter_map(|id| Some((id.to_string(), name(Mention::Role(id), '@')?))).collect()
        };
        for id in chosen.iter().filter(|id| *id != NONE) {
            if !offered.iter().any(|(known, _)| known == id) {
                let of_number = id.parse::<u64>().ok().and_then(|number| {
                    let mention = if is_channel {
                        Mention::Channel(ChannelId::new(number))
                    } else {
                        Mention::Role(RoleId::new(number))
                    };
                    name_of(Some(places), mention)
                });
                // A channel of another kind has a name, too.
                offered.push((id.clone(), of_number.unwrap_or_else(|| format!("{id} (gone)"))));
            }
        }
        Self(offered)
    }

    fn choices(&self) -> Vec<Choice<'_>> {
        self.0.iter().map(|(id, name)| Choice::new(id, name)).collect()
    }

    /// The same, with one for none of them before the others.
    fn with<'a>(&'a self, none: &'a str) -> Vec<Choice<'a>> {
        std::iter::once(Choice::new(NONE, none)).chain(self.choices()).collect()
    }
}
