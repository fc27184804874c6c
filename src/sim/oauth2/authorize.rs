//! `/oauth2/authorize`: an application asks for something, a person says yes or no, and goes back where it came from.

use std::collections::HashMap;
use std::fmt::Write;

use axum::body::{Body, Bytes};
use axum::extract::{RawQuery, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, Response, StatusCode};
use url::Url;

use super::{Code, fields};
use crate::Id;
use crate::shared::Shared;
use crate::world::World;

/// The scopes that this Discord knows.
const SCOPES: [&str; 3] = ["identify", "guilds", "email"];

/// What an application asks for.
struct Asked {
    redirect: Url,
    redirect_uri: String,
    scopes: Vec<String>,
    state: Option<String>,
    challenge: Option<String>,
}

/// `GET`: the page with the two buttons, or the way back where somebody said yes beforehand.
pub(super) async fn ask(State(shared): State<Shared>, RawQuery(query): RawQuery) -> Response<Body> {
    let query = query.unwrap_or_default();
    shared.change(|world| match Asked::read(world, &fields(query.as_bytes())) {
        Err(wrong) => page(StatusCode::BAD_REQUEST, &format!("<h1>Invalid OAuth2 request</h1><p>{wrong}</p>")),
        Ok(asked) => match world.oauth2.authorizes {
            Some(user) => asked.accepted(world, user),
            None => page(StatusCode::OK, &asked.question(world)),
        },
    })
}

/// `POST`: one of the two buttons was pressed.
pub(super) async fn decide(State(shared): State<Shared>, RawQuery(query): RawQuery, body: Bytes) -> Response<Body> {
    let (query, decision) = (query.unwrap_or_default(), fields(&body));
    shared.change(|world| {
        let asked = match Asked::read(world, &fields(query.as_bytes())) {
            Ok(asked) => asked,
            Err(wrong) => return page(StatusCode::BAD_REQUEST, wrong),
        };
        let user = decision.get("user").and_then(|user| user.parse::<Id>().ok());
        match user.filter(|user| world.users.contains_key(user)) {
            Some(user) if decision.get("decision").is_some_and(|decision| decision == "yes") => {
                asked.accepted(world, user)
            }
            _ => asked.refused(),
        }
    })
}

impl Asked {
    /// Reads what is asked for; whatever is wrong with it is said on a page, and nobody is sent anywhere.
    fn read(world: &World, query: &HashMap<String, String>) -> Result<Self, &'static str> {
        let get = |name: &str| query.get(name).map(String::as_str);
        if get("client_id") != Some(world.bot.to_string().as_str()) {
            return Err("Unknown Application");
        }
        let redirect_uri =
            get("redirect_uri").filter(|uri| world.settings.redirect_uris.iter().any(|ours| ours == uri));
        let redirect_uri = redirect_uri.ok_or("Invalid OAuth2 redirect_uri")?;
        if get("response_type") != Some("code") {
            return Err("Unsupported response type");
        }
        let scopes: Vec<String> = get("scope").unwrap_or_default().split(' ').map(str::to_owned).collect();
        if !scopes.iter().all(|scope| SCOPES.contains(&scope.as_str())) {
            return Err("The requested scope is invalid, unknown, or malformed.");
        }
        let challenge = get("code_challenge").map(str::to_owned);
        let is_s256 = get("code_challenge_method") == Some("S256");
        if challenge.as_ref().is_some_and(|challenge| challenge.len() != 43 || !is_s256) {
            return Err("Invalid code challenge: S256 is the only method");
        }
        let redirect = Url::parse(redirect_uri).map_err(|_| "Invalid OAuth2 redirect_uri")?;
        let state = get("state").map(str::to_owned);
        Ok(Self { redirect, redirect_uri: redirect_uri.to_owned(), scopes, state, challenge })
    }

    fn accepted(self, world: &mut World, user: Id) -> Response<Body> {
        let code = Code {
            user,
            redirect_uri: self.redirect_uri.clone(),
            scopes: self.scopes.clone(),
            challenge: self.challenge.clone(),
            made_at: world.now(),
        };
        let code = world.oauth2.keep_code(code);
        self.back(&[("code", &code)])
    }

    fn refused(self) -> Response<Body> {
        let words = "The resource owner or authorization server denied the request";
        self.back(&[("error", "access_denied"), ("error_description", words)])
    }

    fn back(mut self, with: &[(&str, &str)]) -> Response<Body> {
        self.redirect
            .query_pairs_mut()
            .extend_pairs(with)
            .extend_pairs(self.state.iter().map(|state| ("state", state)));
        let mut response = page(StatusCode::FOUND, "");
        if let Ok(to) = HeaderValue::try_from(self.redirect.as_str()) {
            response.headers_mut().insert(LOCATION, to);
        }
        response
    }

    fn question(&self, world: &World) -> String {
        let mut people: Vec<_> = world.users.values().filter(|user| !user.is_bot).collect();
        people.sort_by_key(|user| user.id);
        let mut options = String::new();
        for person in people {
            let _ = write!(options, "<option value=\"{}\">{}</option>", person.id, escaped(&person.name));
        }
        format!(
            "<h1>{} wants to read {}</h1><form method=\"post\"><label>You are <select name=\"user\">{options}</select></label> \
             <button name=\"decision\" value=\"yes\">Authorize</button> \
             <button name=\"decision\" value=\"no\">Cancel</button></form>",
            escaped(&world.settings.bot_name),
            escaped(&self.scopes.join(", ")),
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn page(status: StatusCode, body: &str) -> Response<Body> {
    let document =
        format!("<!DOCTYPE html><html lang=\"en\"><title>The simulated Discord</title><body>{body}</body></html>");
    let mut response = Response::new(Body::from(document));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}
