//! A page whose session is over lets it go on by itself (`T-AUT-02`): it leads here, where alone the browser shows what
//! renews it, and from here back.
//!
//! Opening this address does nothing but that for whoever's browser it is, so a page elsewhere that leads here wins nothing.

use axum::response::Response;
use futures_util::future::BoxFuture;
use serde::Deserialize;

use super::auth::{Renewed, renewed};
use crate::kernel::digest::SecretBytes;
use crate::web::Web;
use crate::web::access::{Limit, Name, REFRESH_PATH, Who};
use crate::web::answer::{Problem, is_page_of_ours, report, see};
use crate::web::endpoint::{Arrived, Doors, Route};
use crate::web::input::read_form;

/// Lets a session go on, and leads back to the page.
pub const RENEW: Route = Route {
    name: "auth.renew",
    about: "Lets the session of a page go on, and leads back to the page.",
    doors: Doors::page(&[REFRESH_PATH]),
    who: Who::Anyone,
    limit: Limit::SignIn,
    requirements: &["T-AUT-02"],
    serve,
    ..Route::PLAIN
};

/// Where somebody was.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Came {
    next: Option<String>,
    again: Option<u8>,
}

fn serve(web: Web, arrived: Arrived) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let Came { next, again } = read_form(arrived.query.as_bytes()).unwrap_or_default();
        let next = next.filter(|next| is_page_of_ours(next)).unwrap_or_else(|| "/".to_owned());
        // Another page of the same browser was quicker.
        if arrived.visitor.somebody().is_some() {
            return see(&next, &[]);
        }
        match go_on(&web, &arrived).await {
            Ok(Renewed::Now(signed_in)) => see(&next, &signed_in.cookies),
            // Another page is a moment quicker; its answer may be there by now.
            Ok(Renewed::BeforeJustNow) if again.is_none() => {
                see(&format!("{}&again=1", with_next(REFRESH_PATH, &next)), &[])
            }
            Ok(Renewed::BeforeJustNow) => see(&with_next("/sign-in", &next), &[]),
            Ok(Renewed::Never) => see(&with_next("/sign-in", &next), &web.signed_out()),
            Err(problem) => {
                report(&problem, RENEW.name);
                see(&with_next("/sign-in", &next), &[])
            }
        }
    })
}

async fn go_on(web: &Web, arrived: &Arrived) -> Result<Renewed, Problem> {
    let shown = Name::Refresh.of(&arrived.headers, web.settings.is_https());
    match shown.as_deref().and_then(SecretBytes::parse) {
        Some(shown) => Ok(renewed(web, &shown).await?),
        None => Ok(Renewed::Never),
    }
}

/// A page of ours, and where it leads on to.
fn with_next(page: &str, next: &str) -> String {
    if next == "/" && page == "/sign-in" {
        return page.to_owned();
    }
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    format!("{page}?next={next}")
}
