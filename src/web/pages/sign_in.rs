//! Where somebody signs in: by the ways that exist here, in words that nobody has to know OAuth for.

use maud::html;
use serde::Deserialize;

use crate::signin::operator;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::{Problem, is_page_of_ours};
use crate::web::endpoint::{Sample, Samples};
use crate::web::page::{Page, Seen, Shown};
use crate::web::ui::components::{Button, Field, Form, Input, code};

/// The page.
pub struct SignInPage;

/// Where somebody wanted to go.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Next {
    next: Option<String>,
}

impl Page for SignInPage {
    const NAME: &'static str = "signin.page";
    const ABOUT: &'static str = "Lets somebody sign in, by the ways that exist here.";
    const PATHS: &'static [&'static str] = &["/sign-in"];
    const WHO: Who = Who::Anyone;

    type Path = ();
    type Query = Next;

    fn sample(_: &Samples) -> Sample {
        Sample::default()
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let has_password = web.settings.has_local_admin && web.look("any_operator", operator::is_any).await?;
        let typed = seen.typed("next").map(str::to_owned).or_else(|| seen.query.next.clone());
        let next = typed.filter(|next| is_page_of_ours(next)).unwrap_or_default();
        let name = seen.typed("username").unwrap_or_default();
        let form = Form::unsealed("/sign-in");
        let main = html! {
            section.card {
                h2 { "With Discord" }
                p { "Type " (code("/dashboard")) " in your server. Greenroom answers you alone, with a link that signs you in." }
            }
            @if has_password {
                section.card {
                    h2 { "As the operator" }
                    (form.around(&html! {
                        input type="hidden" name="next" value=(next);
                        (Field { autocomplete: "username", value: name, is_required: true, ..Field::new("username", "Name") })
                        (Field {
                            input: Input::Password,
                            autocomplete: "current-password",
                            is_required: true,
                            ..Field::new("password", "Password")
                        })
                        (Button::main("Sign in"))
                    }))
                }
            }
            @if !web.settings.is_https() {
                p.muted { "The way to this page is not encrypted. On your own machine that is fine; in a network that others \
                    use, they could read along." }
            }
        };
        Ok(Shown::bare("Sign in", main))
    }
}
