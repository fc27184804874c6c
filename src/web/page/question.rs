//! The question whether somebody means what they sent, for whoever has no script that would ask above the page, and where what
//! was typed may be a slip.
//!
//! The form is kept, and the answer to it leads to a page of its own that asks: so every page that a browser remembers is one that
//! it may open once more. A yes sends the form as it was; Cancel leads back to where it was typed, with all of it. What cannot be
//! kept whole is asked about on the spot.

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};
use serde::Deserialize;

use super::{Around, Ink, Page, Seen, Shown, html_response};
use crate::kernel::ids::GuildId;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::{OnlyAsks, Problem, form_field, is_page_of_ours, see};
use crate::web::endpoint::Arrived;
use crate::web::kept::{Question, SURE_PAGE, filled_in};
use crate::web::part::open_page;
use crate::web::ui::components::{ASK, BACK, Button, CSRF, Form, IDEMPOTENCY_KEY, SURE, Seal, Weight};

/// Asks whoever sent a form whether they mean it. Nothing is done yet.
pub(in crate::web) fn question(web: &Web, arrived: &Arrived, asked: &str) -> Response {
    let back = open_page(&arrived.headers).or_else(|| form_field(arrived, BACK).filter(|page| is_page_of_ours(page)));
    let back = back.unwrap_or_else(|| "/".to_owned());
    let question = Question { asked: asked.to_owned(), action: arrived.address.clone(), back };
    let mut response = match web.kept.ask(&arrived.visitor, &arrived.body, question.clone(), arrived.now) {
        Some(page) => see(&page, &[]),
        None => on_the_spot(web, arrived, &question),
    };
    response.extensions_mut().insert(OnlyAsks);
    response
}

/// The page that asks, as the answer to the form itself.
fn on_the_spot(web: &Web, arrived: &Arrived, question: &Question) -> Response {
    let sent = serde_html_form::from_bytes::<Vec<(String, String)>>(&arrived.body).unwrap_or_default();
    let ink = Ink::new(web, &arrived.visitor);
    let key = form_field(arrived, IDEMPOTENCY_KEY);
    let seal = Seal { csrf: &ink.csrf, key: key.as_deref().unwrap_or(&ink.key) };
    let fields = sent.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let main = drawn(question, fields, seal, &question.back);
    let around = Around::of(web, &arrived.visitor, &arrived.headers, arrived.guild, arrived.rank, &question.back, &ink);
    let shown = Shown { is_framed: arrived.rank.level.is_some(), ..Shown::bare("Are you sure?", main) };
    html_response(StatusCode::OK, around.draw(&shown, None, None))
}

/// The question, and a form that holds all that was sent.
fn drawn<'f>(
    question: &Question,
    fields: impl Iterator<Item = (&'f str, &'f str)>,
    seal: Seal<'_>,
    cancel: &str,
) -> Markup {
    let fields: Vec<(&str, &str)> =
        fields.filter(|(name, _)| !matches!(*name, ASK | CSRF | IDEMPOTENCY_KEY | SURE)).collect();
    let says_back = fields.iter().any(|(name, _)| *name == BACK);
    html! {
        p { (question.asked) }
        (Form::new(&question.action, seal).around(&html! {
            @for (name, value) in &fields { input type="hidden" name=(name) value=(value); }
            @if !says_back { input type="hidden" name=(BACK) value=(question.back); }
            input type="hidden" name=(SURE) value="yes";
            p.answers {
                a.button href=(cancel) { "Cancel" }
                (Button { weight: Weight::Sure, ..Button::plain("Yes") })
            }
        }))
    }
}

/// The page of a question.
pub(in crate::web) struct SurePage;

/// Which question.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Which {
    kept: String,
}

impl Page for SurePage {
    const NAME: &'static str = "signin.sure_page";
    const ABOUT: &'static str = "Asks somebody whether they mean what they sent, before it counts.";
    const PATHS: &'static [&'static str] = &[SURE_PAGE];
    const WHO: Who = Who::SignedIn;
    const STILL: Option<&'static str> = Some("It asks about one form as it was sent.");

    type Path = ();
    type Query = Which;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let name = &seen.query.kept;
        let Some((question, typed)) = web.kept.question(&seen.visitor, name, seen.now) else {
            let main = html! {
                p { "Nothing was changed by opening this page. The question that stood here is kept for half an hour." }
                p.actions { a.button href="/" { "To your servers" } }
            };
            return Ok(Shown::bare("Nothing is asked here any more", main));
        };
        let sealed = seen.seal("sure");
        // It is the same wish, however often the page is opened.
        let key = typed.get(IDEMPOTENCY_KEY).and_then(|keys| keys.first()).map(String::as_str);
        let seal = sealed.seal();
        let seal = Seal { key: key.unwrap_or(seal.key), ..seal };
        let fields =
            typed.iter().flat_map(|(name, values)| values.iter().map(move |value| (name.as_str(), value.as_str())));
        let main = drawn(&question, fields, seal, &filled_in(&question.back, name));
        // It stands where the form stood.
        let place = match (server_of(&question.action), seen.visitor.somebody()) {
            (Some(guild), Some(somebody)) => web.rank(&somebody.person, guild).await.ok().map(|rank| (guild, rank)),
            _ => None,
        };
        let is_framed = place.is_some_and(|(_, rank)| rank.level.is_some());
        Ok(Shown { is_framed, place, ..Shown::bare("Are you sure?", main) })
    }
}

/// The server of a form, by its address.
fn server_of(action: &str) -> Option<GuildId> {
    let mut parts = action.split(['/', '?']).skip(1);
    let is_of_server = matches!(parts.next(), Some("g" | "me"));
    parts.next()?.parse().ok().map(GuildId::new).filter(|_| is_of_server)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_stands_in_the_server_of_its_form() {
        for (action, server) in [
            ("/g/5/members/7/balance", Some(5)),
            ("/me/5/shop/3/buy?x=/g/6", Some(5)),
            ("/me/sessions/end", None),
            ("/instance/5/x", None),
            ("/g", None),
        ] {
            assert_eq!(server_of(action), server.map(GuildId::new), "{action}");
        }
    }
}
