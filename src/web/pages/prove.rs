//! Where somebody who is signed in proves once more that it is them, before something that cannot be taken back.

use axum::response::Response;
use futures_util::future::BoxFuture;
use maud::{Markup, html};
use serde::Deserialize;

use super::sign_in::{next_of, with_discord};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::{Problem, Refill, see};
use crate::web::endpoint::Arrived;
use crate::web::page::{Page, Seen, Shown};
use crate::web::ui::components::{Button, Field, Form, Input};

/// The page.
pub struct ProvePage;

/// Where somebody wanted to go.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Next {
    next: Option<String>,
    again: Option<String>,
}

/// Answers a proof that was refused: with the way to the page, which says why.
#[expect(clippy::needless_pass_by_value, reason = "every form is shown again by a function of this kind")]
pub fn at_the_proof(web: Web, arrived: Arrived, refill: Refill) -> BoxFuture<'static, Response> {
    let to = format!("/prove?again={}", web.refused_sign_ins.keep(refill, arrived.now));
    Box::pin(async move { see(&to, &[]) })
}

impl Page for ProvePage {
    const NAME: &'static str = "signin.prove_page";
    const ABOUT: &'static str = "Lets somebody who is signed in prove that it is them.";
    const PATHS: &'static [&'static str] = &["/prove"];
    const WHO: Who = Who::SignedIn;
    const STILL: Option<&'static str> = Some("It asks once for a proof of who somebody is.");

    type Path = ();
    type Query = Next;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let refused = seen.query.again.as_deref().and_then(|name| web.refused_sign_ins.of(name, seen.now));
        let next = refused.as_ref().map(|refused| refused.next.as_str()).or(seen.query.next.as_deref());
        let wrong = |field: &str| refused.as_ref().and_then(|refused| refused.wrong(field));
        let is_operator = seen.visitor.is_operator();
        if let Some(code) = web.settings.standing_link.as_ref().filter(|_| is_operator) {
            return Ok(Shown::bare("Is it you?", by_button(seen, next, (code.expose(), wrong("link")))));
        }
        let main = html! {
            @if let Some(refused) = &refused { (refused.notice()) }
            p { "What you are about to do needs a fresh proof that it is you. It counts for ten minutes, and then you do it once more." }
            section.card {
                @if is_operator { (by_password(seen, next, wrong("password").as_deref())) } @else { (with_discord(web, seen, next, "Confirm with Discord")) }
            }
            section.card {
                h2 { "By a link" }
                (by_link(seen, next, wrong("link").as_deref()))
            }
        };
        Ok(Shown::bare("Is it you?", main))
    }
}

/// In a demo nobody has a password; the link by which somebody came in is proof enough.
fn by_button(seen: &Seen<ProvePage>, next: Option<&str>, (code, wrong): (&str, Option<String>)) -> Markup {
    let sealed = seen.seal("link");
    html! {
        p { "What you are about to do needs a fresh proof that it is you, which counts for ten minutes. Elsewhere that is your \
            password, or a link; in the demo, where nobody has one, this button is enough." }
        section.card {
            (Form::new("/prove", sealed.seal()).around(&html! {
                input type="hidden" name="next" value=(next_of(seen, next));
                input type="hidden" name="link" value=(code);
                @if let Some(wrong) = &wrong { p.error { (wrong) } }
                (Button::main("It is me"))
            }))
        }
    }
}

fn by_password(seen: &Seen<ProvePage>, next: Option<&str>, wrong: Option<&str>) -> Markup {
    let sealed = seen.seal("password");
    Form::new("/prove", sealed.seal()).around(&html! {
        input type="hidden" name="next" value=(next_of(seen, next));
        (Field {
            input: Input::Password,
            autocomplete: "current-password",
            error: wrong,
            is_required: true,
            ..Field::new("password", "Password")
        })
        (Button::main("It is me"))
    })
}

fn by_link(seen: &Seen<ProvePage>, next: Option<&str>, wrong: Option<&str>) -> Markup {
    let sealed = seen.seal("link");
    let hint = if seen.visitor.is_operator() {
        "The address that `greenroom admin link` prints. Do not open it: paste it here."
    } else {
        "The address that /dashboard gives you on Discord. Do not open it: paste it here."
    };
    Form::new("/prove", sealed.seal()).around(&html! {
        input type="hidden" name="next" value=(next_of(seen, next));
        (Field {
            input: Input::Code,
            hint: Some(hint),
            error: wrong,
            is_required: true,
            ..Field::new("link", "The link")
        })
        (Button::plain("It is me"))
    })
}
