//! Where somebody signs in: by the ways that exist here, in words that nobody has to know OAuth for.

use axum::response::Response;
use futures_util::future::BoxFuture;
use maud::{Markup, html};
use serde::Deserialize;

use super::set_up::by_a_link;
use crate::signin::operator;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::{Problem, Refill, html as sentence_html, is_page_of_ours, see};
use crate::web::api::oauth::why_not;
use crate::web::endpoint::Arrived;
use crate::web::page::{Page, Seen, Shown, again};
use crate::web::ui::components::{Button, Field, Form, Input, Notice, Tone, code};

/// The page.
pub struct SignInPage;

/// Where somebody wanted to go, and why they are here again.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Arrival {
    next: Option<String>,
    why: Option<String>,
    again: Option<String>,
}

/// Answers a sign-in that was refused: with the way to the page, which says why. Whoever is in already sees it at once.
pub fn at_the_door(web: Web, arrived: Arrived, refill: Refill) -> BoxFuture<'static, Response> {
    if arrived.visitor.somebody().is_some() {
        return again::<SignInPage>(web, arrived, refill);
    }
    let to = format!("/sign-in?again={}", web.refused_sign_ins.keep(refill, arrived.now));
    Box::pin(async move { see(&to, &[]) })
}

impl Page for SignInPage {
    const NAME: &'static str = "signin.page";
    const ABOUT: &'static str = "Lets somebody sign in, by the ways that exist here.";
    const PATHS: &'static [&'static str] = &["/sign-in"];
    const WHO: Who = Who::Anyone;
    const STILL: Option<&'static str> =
        Some("Nobody is signed in here, and nothing is shown that others could change.");

    type Path = ();
    type Query = Arrival;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let has_password = web.settings.has_local_admin && web.look("any_operator", operator::is_any).await?;
        let refused = seen.query.again.as_deref().and_then(|name| web.refused_sign_ins.of(name, seen.now));
        let next = refused.as_ref().map(|refused| refused.next.as_str()).or(seen.query.next.as_deref());
        let why = seen.query.why.as_deref().and_then(why_not);
        let main = html! {
            @if let Some(why) = &why { (Notice::new(Tone::Bad, sentence_html(why)).draw(None)) }
            @if let Some(refused) = &refused { (refused.notice()) }
            @if let Some(somebody) = seen.visitor.somebody() {
                section.card {
                    p { "You are signed in as " strong { (somebody.name) } "." }
                    @let to = next_of(seen, next);
                    p { a.button href=(if to.is_empty() { "/" } else { to.as_str() }) { "Go on" } }
                }
            }
            section.card {
                h2 { "With Discord" }
                (with_discord(web, seen, next, "Sign in with Discord"))
            }
            @if web.settings.has_local_admin {
                section.card {
                    h2 { "As the operator" }
                    @if has_password {
                        (with_password(seen, next, refused.as_ref().map(|refused| refused.username.as_str())))
                    } @else {
                        p { (by_a_link()) }
                    }
                }
            }
            @if let Some(there) = web.settings.encrypted_elsewhere(seen.host.as_deref()) {
                p.muted { "Greenroom is at " a href=(there) { (there) } ". If signing in leads you back to this page, open that \
                    address: browsers keep no sign-in where the way is not encrypted." }
            }
            @if !web.settings.is_https() && !seen.origin.is_encrypted && !seen.origin.address.is_loopback() {
                p.muted { "The way to this page is not encrypted: in a network that others use, they could read along." }
            }
        };
        Ok(Shown::bare("Sign in", main))
    }
}

/// The page to which somebody wants to come: what was typed before, or what the address says, if it is ours.
pub(super) fn next_of<P: Page>(seen: &Seen<P>, next: Option<&str>) -> String {
    let next = seen.typed("next").or(next).filter(|next| is_page_of_ours(next));
    next.unwrap_or_default().to_owned()
}

/// The ways by Discord: its own page where that is set up, and the command.
pub(super) fn with_discord<P: Page>(web: &Web, seen: &Seen<P>, next: Option<&str>, label: &str) -> Markup {
    let sealed = seen.seal("discord");
    // Whoever is signed in already sends what shows that the form is ours; nobody else has that.
    let seal = seen.visitor.somebody().map(|_| sealed.seal());
    let form = Form { seal, ..Form::unsealed("/sign-in") };
    html! {
        @if web.settings.oauth.is_some() {
            (form.around(&html! {
                input type="hidden" name="next" value=(next_of(seen, next));
                (Button::main(label))
            }))
            p.hint { "Or type " (code("/dashboard")) " in your server: Greenroom answers you alone, with a link that signs you in." }
        } @else {
            p { "Type " (code("/dashboard")) " in your server. Greenroom answers you alone, with a link that signs you in." }
        }
    }
}

fn with_password(seen: &Seen<SignInPage>, next: Option<&str>, name: Option<&str>) -> Markup {
    let sealed = seen.seal("password");
    let seal = seen.visitor.somebody().map(|_| sealed.seal());
    let form = Form { seal, ..Form::unsealed("/sign-in") };
    form.around(&html! {
        input type="hidden" name="next" value=(next_of(seen, next));
        (Field {
            autocomplete: "username",
            value: seen.typed("username").or(name).unwrap_or_default(),
            is_required: true,
            ..Field::new("username", "Name")
        })
        (Field {
            input: Input::Password,
            autocomplete: "current-password",
            is_required: true,
            ..Field::new("password", "Password")
        })
        (Button::main("Sign in"))
    })
}
