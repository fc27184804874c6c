//! To Discord and back, to sign in there (`S-API-01`, `S-API-02`, `S-SEC-03`).
//!
//! The way there is bound to the browser that begins it: a cookie and a state, each of 32 random bytes, of which only the
//! digests are kept, for ten minutes and for once. So nobody is signed in by a link that somebody else began.

use std::time::Duration;

use axum::response::Response;
use futures_util::future::BoxFuture;
use serde::Deserialize;

use crate::kernel::digest::SecretBytes;
use crate::kernel::refusal::Refuse;
use crate::kernel::secret::random;
use crate::kernel::sentence::Sentence;
use crate::kernel::text::one_line;
use crate::signin::session::Door;
use crate::signin::{Person, oauth};
use crate::web::Web;
use crate::web::access::{Account, Caller, Limit, Name, OAuthRefusal, Origin, SignInAtDiscord, TooOften, Who, place};
use crate::web::answer::{Problem, is_page_of_ours, report, see};
use crate::web::endpoint::{Arrived, Doors, Route};
use crate::web::input::read_form;
use crate::web::settings::OAuth;
use crate::web::sign_in::Proven;

/// Where people come back to.
const CALLBACK_PATH: &str = "/api/auth/callback";
/// The longest word for what went wrong at Discord, in characters.
const LONGEST_ERROR: usize = 60;
/// How long the way there and back may take.
const LASTS: Duration = Duration::from_mins(10);

/// The beginning of a way to Discord.
pub struct Begun {
    /// Where the browser goes.
    pub address: String,
    /// What it keeps until it comes back.
    pub cookie: String,
}

fn discord<'a>(web: &'a Web, application: &'a OAuth) -> SignInAtDiscord<'a> {
    let redirect = web.settings.link(CALLBACK_PATH);
    SignInAtDiscord { client: &web.bot.files, base: web.bot.rest.base(), application, redirect }
}

/// Begins to sign somebody in by Discord, who is to come to a page of ours then.
pub async fn begin(web: &Web, application: &OAuth, origin: Origin, next: Option<String>) -> Result<Begun, Problem> {
    // Each beginning is a row, and anybody may make one.
    let caller = Caller::Place(place(origin.address));
    web.limits.count(Limit::Changes, caller).map_err(|TooOften(wait)| Problem::RateLimited(wait))?;
    let [state, browser, verifier] = [random(), random(), random()].map(SecretBytes::new);
    let (state_digest, browser_digest, verifier) = (state.digest(), browser.digest(), verifier.text());
    let address = discord(web, application).address(&state.text(), &verifier)?;
    let next = next.filter(|next| is_page_of_ours(next));
    let begun = web
        .bot
        .store
        .write("oauth_begun", move |tx| oauth::begin(tx, state_digest, browser_digest, &verifier, next.as_deref()));
    begun.await?;
    let cookie = Name::State.set(browser.text().expose(), LASTS, web.settings.is_https());
    Ok(Begun { address, cookie })
}

/// Takes somebody back from Discord.
pub const CALLBACK: Route = Route {
    name: "auth.callback",
    about: "Takes somebody back from Discord, and signs them in.",
    doors: Doors::page(&[CALLBACK_PATH]),
    who: Who::Anyone,
    limit: Limit::SignIn,
    requirements: &["S-API-02", "S-SEC-03"],
    leads_to_discord: true,
    serve: callback,
    ..Route::PLAIN
};

/// What Discord sends along.
#[derive(Default, Deserialize)]
#[serde(default)]
struct CallbackQuery {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

fn callback(web: Web, arrived: Arrived) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        match come_back(&web, &arrived).await {
            Ok((next, cookies)) => see(&next, &cookies),
            // The page says why, under an address that has no code in it.
            Err(problem) => {
                report(&problem, CALLBACK.name);
                see(&format!("/sign-in?why={}", problem.code()), &[])
            }
        }
    })
}

/// Why somebody came back and is not signed in, by the code of the problem; nothing for what is no code of it.
pub fn why_not(code: &str) -> Option<Sentence> {
    let refusals = [OAuthRefusal::NotBegun, OAuthRefusal::Denied, OAuthRefusal::CodeRefused, OAuthRefusal::NotOurs];
    let refused = refusals.into_iter().find(|refusal| refusal.code() == code).map(|refusal| refusal.sentence());
    let is_failure = code == "internal";
    let words =
        || Sentence::words("Something broke on the way back from Discord; the log says what. Please try again.");
    let is_stopped = code == Problem::StoreStopped(Sentence::default()).code();
    let stopped = || {
        Sentence::words("I cannot store anything now, so nobody can be signed in. Whoever runs me has to look at it.")
    };
    let is_away = code == Problem::DiscordUnavailable.code();
    refused
        .or_else(|| is_away.then(|| Problem::DiscordUnavailable.sentence(None)))
        .or_else(|| is_failure.then(words))
        .or_else(|| is_stopped.then(stopped))
}

/// Signs in whoever came back; answers the page that they wanted, and the cookies of the session.
async fn come_back(web: &Web, arrived: &Arrived) -> Result<(String, Vec<String>), Problem> {
    let is_https = web.settings.is_https();
    let application = web.settings.oauth.as_ref().ok_or(OAuthRefusal::NotBegun)?;
    let brought: CallbackQuery = read_form(arrived.query.as_bytes())?;
    let state = brought.state.as_deref().and_then(SecretBytes::parse);
    let browser = Name::State.of(&arrived.headers, is_https).as_deref().and_then(SecretBytes::parse);
    // The way back once more, by a reload or by an app that opens it twice: they are in already, and began nothing else.
    if browser.is_none() && arrived.visitor.somebody().is_some() {
        return Ok(("/".to_owned(), Vec::new()));
    }
    let begun = match state.zip(browser) {
        Some((state, browser)) => {
            let (state, browser) = (state.digest(), browser.digest());
            web.bot.store.write("oauth_came_back", move |tx| oauth::take(tx, state, browser)).await?
        }
        None => None,
    };
    // Whoever says no may come back without anything else.
    let is_no = brought.error.as_deref() == Some("access_denied");
    let begun = begun.ok_or(if is_no { OAuthRefusal::Denied } else { OAuthRefusal::NotBegun })?;
    if let Some(error) = brought.error.filter(|_| !is_no) {
        tracing::warn!(error = one_line(&error, LONGEST_ERROR), "Discord signs nobody in");
        return Err(OAuthRefusal::CodeRefused.into());
    }
    let code = brought.code.ok_or(OAuthRefusal::Denied)?;
    let Account { user, name, avatar, guilds } = discord(web, application).account(&code, &begun.verifier()).await?;
    let proven = Proven { person: Person::Member { user }, name, avatar, guilds, door: Door::Discord };
    let signed_in = web.begin_session(proven, &arrived.visitor, &arrived.headers, arrived.origin).await?;
    let mut cookies = signed_in.cookies;
    cookies.push(Name::State.drop(is_https));
    let next = begun.next.filter(|next| is_page_of_ours(next));
    Ok((next.unwrap_or_else(|| "/".to_owned()), cookies))
}
