//! The form of an area: each setting by a control of its kind, with what it is without one, and which command sets it, too.
//!
//! A hidden field beside each control says what was shown, so that only what somebody changed is sent on, and what somebody
//! else changed meanwhile is not overwritten.

use maud::{Markup, Render, html};

use super::control::{self, Filled};
use super::{Known, Row, View};
use crate::access::Level;
use crate::kernel::refusal::Refuse;
use crate::kernel::sentence::Slot;
use crate::settings::Area;
use crate::web::answer::{Refill, html as drawn_sentence};
use crate::web::api::settings::WAS;
use crate::web::places::drawn_text;
use crate::web::ui::components::{Button, Form, Seal, save_bar};

/// The form of an area.
pub(super) fn form(view: &View, area: Area, known: &Known<'_>, refill: Option<&Refill>, seal: Seal<'_>) -> Markup {
    let page = format!("/g/{}/settings/{area}", view.guild);
    let form = Form { is_guarded: true, ..Form::new(&page, seal) };
    form.around(&html! {
        input type="hidden" name="back" value=(page);
        @for row in &view.rows { (setting(row, &page, known, &Filled::of(row.listed, &row.typed, refill))) }
        (save_bar(&Button::main("Save").render()))
    })
}

fn setting(row: &Row, page: &str, known: &Known<'_>, filled: &Filled) -> Markup {
    let key = row.listed.setting.key();
    let reset = format!("{page}/reset");
    html! {
        div.setting {
            @if row.may_change {
                input type="hidden" name={ (WAS) (key) } value=(row.typed);
                (control::drawn(row.listed, known.places, filled))
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
