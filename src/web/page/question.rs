//! The page that asks whether somebody means it, for whoever has no script that would ask above the page.

use axum::http::StatusCode;
use axum::response::Response;
use maud::html;

use super::{Around, Ink, Shown, html_response};
use crate::web::Web;
use crate::web::answer::OnlyAsks;
use crate::web::endpoint::Arrived;
use crate::web::part::open_page;
use crate::web::ui::components::{ASK, Button, CSRF, SURE, Weight};

/// The page that asks whoever sent a form without script whether they mean it. It holds all that was sent, so that a yes
/// sends it; going back changes nothing.
pub(in crate::web) fn question(web: &Web, arrived: &Arrived, asked: &str) -> Response {
    let sent = serde_html_form::from_bytes::<Vec<(String, String)>>(&arrived.body).unwrap_or_default();
    let back = open_page(&arrived.headers).unwrap_or_else(|| "/".to_owned());
    let ink = Ink::new(web, &arrived.visitor);
    let main = html! {
        p { (asked) }
        form method="post" action=(arrived.address) {
            @for (name, value) in sent.iter().filter(|(name, _)| !matches!(name.as_str(), ASK | CSRF)) {
                input type="hidden" name=(name) value=(value);
            }
            input type="hidden" name=(CSRF) value=(ink.csrf);
            input type="hidden" name=(SURE) value="yes";
            p.answers {
                a.button href=(back) { "Cancel" }
                (Button { weight: Weight::Sure, ..Button::plain("Yes") })
            }
        }
    };
    let around = Around::of(web, &arrived.visitor, &arrived.headers, arrived.guild, arrived.rank, &back, &ink);
    let shown = Shown { is_framed: arrived.rank.level.is_some(), ..Shown::bare("Are you sure?", main) };
    let mut response = html_response(StatusCode::OK, around.draw(&shown, None, None));
    response.extensions_mut().insert(OnlyAsks);
    response
}
