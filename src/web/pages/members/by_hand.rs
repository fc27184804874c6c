//! The forms of a member's card that change what they have: the server's own currency, and Luxury Coins.

use maud::{Markup, html};

use super::MemberPage;
use crate::features::coins::model::Currency;
use crate::kernel::ids::UserId;
use crate::web::api::currencies::Currencies;
use crate::web::page::Seen;
use crate::web::ui::components::{Button, Field, Form, Input};

/// The form that gives or takes some of the server's own currency, or sets how much there is.
pub(super) fn own(seen: &Seen<MemberPage>, user: UserId, currencies: &Currencies) -> Markup {
    let action = format!("/g/{}/members/{user}/balance", seen.guild);
    let name = currencies.name(Currency::Server);
    let key = Currency::Server.key();
    // Only this form says of which currency it is, so what was typed into the other one is not shown here.
    let is_this = seen.typed("currency") == Some(key);
    let buttons = html! {
        (Button { sends: Some(("act", "give")), ..Button::main("Give") })
        (Button { sends: Some(("act", "take")), ..Button::plain("Take") })
        (Button { sends: Some(("act", "set")), ..Button::plain("Set to this") })
    };
    let fields = html! {
        input type="hidden" name="currency" value=(key);
        (amount_and_reason(seen, is_this, "own", name))
        div.actions { (buttons) }
    };
    let seal = seen.seal("own");
    html! {
        section.card {
            h2 { "Give, take or set " (name) }
            (Form::new(&action, seal.seal()).around(&fields))
        }
    }
}

/// The form that gives or takes Luxury Coins.
pub(super) fn luxury(seen: &Seen<MemberPage>, user: UserId) -> Markup {
    let action = format!("/g/{}/members/{user}/coins", seen.guild);
    let fields = html! {
        (amount_and_reason(seen, seen.typed("currency").is_none(), "luxury", Currency::Luxury.name()))
        div.actions {
            (Button { sends: Some(("act", "give")), ..Button::main("Give") })
            (Button { sends: Some(("act", "take")), ..Button::plain("Take") })
        }
    };
    let seal = seen.seal("coins");
    html! {
        section.card {
            h2 { "Give or take Luxury Coins" }
            (Form::new(&action, seal.seal()).around(&fields))
        }
    }
}

/// How many and why, with what was typed where it was this form that was not taken.
fn amount_and_reason(seen: &Seen<MemberPage>, is_this: bool, form: &str, unit: &str) -> Markup {
    let typed = |field| seen.typed(field).filter(|_| is_this).unwrap_or_default();
    let wrong = |field| seen.wrong(field).filter(|_| is_this);
    let (amount, reason) = (wrong("amount"), wrong("reason"));
    let (amount_id, reason_id) = (format!("f-amount-{form}"), format!("f-reason-{form}"));
    html! {
        (Field {
            id: Some(&amount_id),
            input: Input::Number,
            value: typed("amount"),
            error: amount.as_deref(),
            unit: Some(unit),
            is_required: true,
            ..Field::new("amount", "How many")
        })
        (Field {
            id: Some(&reason_id),
            value: typed("reason"),
            hint: Some("It stands in the ledger, and the team is told."),
            error: reason.as_deref(),
            most: Some(200),
            is_required: true,
            ..Field::new("reason", "Why")
        })
    }
}
