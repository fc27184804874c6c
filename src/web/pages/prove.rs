//! Where somebody who is signed in proves once more that it is them, before something that cannot be taken back.

use maud::{Markup, html};
use serde::Deserialize;

use super::sign_in::{next_of, with_discord};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::page::{Page, Seen, Shown};
use crate::web::ui::components::{Button, Field, Form, Input};

/// The page.
pub struct ProvePage;

/// Where somebody wanted to go.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Next {
    next: Option<String>,
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
        let next = seen.query.next.as_deref();
        let is_operator = seen.visitor.is_operator();
        if let Some(code) = web.settings.standing_link.as_ref().filter(|_| is_operator) {
            return Ok(Shown::bare("Is it you?", by_button(seen, next, code.expose())));
        }
        let main = html! {
            p { "What you are about to do needs a fresh proof that it is you. It counts for ten minutes, and then you do it once more." }
            section.card {
                @if is_operator { (by_password(seen, next)) } @else { (with_discord(web, seen, next, "Confirm with Discord")) }
            }
            section.card {
                h2 { "By a link" }
                (by_link(seen, next))
            }
        };
        Ok(Shown::bare("Is it you?", main))
    }
}

/// In a demo nobody has a password; the link by which somebody came in is proof enough.
fn by_button(seen: &Seen<ProvePage>, next: Option<&str>, code: &str) -> Markup {
    let sealed = seen.seal("link");
    let wrong = seen.wrong("link");
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

fn by_password(seen: &Seen<ProvePage>, next: Option<&str>) -> Markup {
    let sealed = seen.seal("password");
    let wrong = seen.wrong("password");
    Form::new("/prove", sealed.seal()).around(&html! {
        input type="hidden" name="next" value=(next_of(seen, next));
        (Field {
            input: Input::Password,
            autocomplete: "current-password",
            error: wrong.as_deref(),
            is_required: true,
            ..Field::new("password", "Password")
        })
        (Button::main("It is me"))
    })
}

fn by_link(seen: &Seen<ProvePage>, next: Option<&str>) -> Markup {
    let sealed = seen.seal("link");
    let wrong = seen.wrong("link");
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
            error: wrong.as_deref(),
            is_required: true,
            ..Field::new("link", "The link")
        })
        (Button::plain("It is me"))
    })
}
