//! The control of a setting: a tick, a number, a list, lines, by what the setting takes; of a server as well as of all of them.

use maud::{Markup, html};

use crate::discord::references::Server;
use crate::kernel::ids::{ChannelId, RoleId};
use crate::kernel::sentence::{Mention, Sentence};
use crate::settings::{Control, Listed, NONE};
use crate::web::answer::Refill;
use crate::web::places::name_of;
use crate::web::ui::components::{Checkbox, Choice, Field, Input, Radios, Select, Several, TextArea};

/// What a control shows and what is wrong with it.
pub(in crate::web::pages) struct Filled {
    /// What was chosen, one by one.
    chosen: Vec<String>,
    wrong: Option<String>,
}

impl Filled {
    /// As it counts (`stored`, as somebody would type it), or as it was typed where the form is shown again.
    pub(in crate::web::pages) fn of(listed: &Listed, stored: &str, refill: Option<&Refill>) -> Self {
        let key = listed.setting.key();
        let typed = refill.and_then(|refill| refill.typed.get(key));
        let wrong = refill.and_then(|refill| refill.fields.get(key)).map(ToString::to_string);
        let stored = || -> Vec<String> {
            let is_many = listed.setting.control().takes_many();
            if is_many { stored.split_whitespace().map(str::to_owned).collect() } else { vec![stored.to_owned()] }
        };
        Self { chosen: typed.cloned().unwrap_or_else(stored), wrong }
    }

    fn last(&self) -> &str {
        self.chosen.last().map_or("", String::as_str)
    }
}

/// The control of a setting. Channels and roles are chosen from those of a server; without one they are typed.
pub(in crate::web::pages) fn drawn(listed: &Listed, places: Option<&Server>, filled: &Filled) -> Markup {
    let (key, title, control) = (listed.setting.key(), listed.title, listed.setting.control());
    let (about, allowed) = (Sentence::read(listed.about).to_string(), listed.setting.allowed());
    let (hint, wrong) = (Some(about.as_str()), filled.wrong.as_deref());
    match (&control, places) {
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
            let offered = Offered::of(&control, places, &filled.chosen);
            let choices = offered.with("Not set");
            html! { (Select { chosen: filled.last(), hint, error: wrong, ..Select::new(key, title, &choices) }) }
        }
        (Control::Channels | Control::Roles, Some(places)) => {
            let offered = Offered::of(&control, places, &filled.chosen);
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
