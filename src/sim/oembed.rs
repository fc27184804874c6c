//! The oEmbed addresses of YouTube, Spotify and SoundCloud, below `/oembed`: what a link is called, told as each of them
//! tells it.
//!
//! A link is unknown (404) until a test or a tester says what is to be answered. Several answers come one after another;
//! the last one stays.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::{Response, StatusCode};
use axum::routing::get;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Sim;

/// How many links and requests are remembered.
const MOST: usize = 10_000;

/// What a platform answers about a link. In JSON the name is in snake case, in the field `kind`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum OEmbedAnswer {
    /// A song.
    Song {
        /// Its title.
        title: String,
        /// Who put it there. Spotify never tells.
        author: Option<String>,
    },
    /// An error: 401 for a private video or one that may not be embedded, 404, 429 (with `Retry-After`), 500.
    Status {
        /// The status.
        status: u16,
    },
    /// A page instead of JSON, as a question about cookies is.
    Page,
    /// JSON of two megabytes.
    Huge,
    /// Nothing at all, until whoever asks gives up.
    Slow,
    /// A redirect to another host.
    Redirect,
}

/// What is answered, and what was asked.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    answers: HashMap<String, VecDeque<OEmbedAnswer>>,
    asked: Vec<String>,
}

impl Desk {
    fn answer(&mut self, link: String) -> OEmbedAnswer {
        let unknown = OEmbedAnswer::Status { status: 404 };
        let answer = match self.answers.get_mut(&link) {
            Some(answers) if answers.len() > 1 => answers.pop_front().unwrap_or(unknown),
            Some(answers) => answers.front().cloned().unwrap_or(unknown),
            None => unknown,
        };
        if self.asked.len() < MOST {
            self.asked.push(link);
        }
        answer
    }
}

/// The desk, shared by the routes and whoever sets the answers.
pub(crate) type SharedDesk = Arc<Mutex<Desk>>;

fn locked(desk: &SharedDesk) -> MutexGuard<'_, Desk> {
    desk.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sim {
    /// What a bot takes for the oEmbed addresses of all platforms.
    pub fn oembed_url(&self) -> String {
        format!("{}/oembed", self.discord_url())
    }

    /// Says what is answered about a link from now on, one after another; the last answer stays.
    pub fn set_oembed(&self, link: &str, answers: impl IntoIterator<Item = OEmbedAnswer>) {
        let mut desk = locked(&self.oembed);
        if desk.answers.len() < MOST {
            desk.answers.insert(link.to_owned(), answers.into_iter().collect());
        }
    }

    /// The links that were asked about, in order.
    pub fn oembed_asked(&self) -> Vec<String> {
        locked(&self.oembed).asked.clone()
    }
}

/// The routes.
pub(crate) fn router<S: Clone + Send + Sync + 'static>(desk: SharedDesk) -> Router<S> {
    Router::new().route("/oembed/{provider}", get(serve)).with_state(desk)
}

async fn serve(
    State(desk): State<SharedDesk>,
    Path(provider): Path<String>,
    Query(parameters): Query<HashMap<String, String>>,
) -> Response<Body> {
    let Some(link) = parameters.get("url").cloned() else { return bare(400) };
    let answer = locked(&desk).answer(link.clone());
    match answer {
        OEmbedAnswer::Song { title, author } => told(&provider, &link, &title, author.as_deref()),
        OEmbedAnswer::Status { status } => bare(status),
        OEmbedAnswer::Page => with_type("text/html", "<!DOCTYPE html><title>Before you continue</title>".into()),
        OEmbedAnswer::Huge => {
            let html = "x".repeat(2 << 20);
            with_type("application/json", json!({"html": html, "title": "Too much"}).to_string())
        }
        OEmbedAnswer::Slow => std::future::pending().await,
        OEmbedAnswer::Redirect => {
            let mut response = bare(302);
            response.headers_mut().insert(LOCATION, axum::http::HeaderValue::from_static("http://127.0.0.1:9/oembed"));
            response
        }
    }
}

/// The forms of the three, with every field that they send.
fn told(provider: &str, link: &str, title: &str, author: Option<&str>) -> Response<Body> {
    let frame = format!("<iframe src=\"{link}\"></iframe>");
    let body: Value = match provider {
        "youtube" => json!({
            "title": title, "author_name": author, "author_url": "https://www.youtube.com/@somebody", "type": "video",
            "height": 113, "width": 200, "version": "1.0", "provider_name": "YouTube",
            "provider_url": "https://www.youtube.com/", "thumbnail_height": 360, "thumbnail_width": 480,
            "thumbnail_url": "https://i.ytimg.com/vi/x/hqdefault.jpg", "html": frame,
        }),
        "spotify" => json!({
            "html": frame, "iframe_url": link, "width": 456, "height": 152, "version": "1.0", "provider_name": "Spotify",
            "provider_url": "https://spotify.com", "type": "rich", "title": title, "thumbnail_width": 300,
            "thumbnail_url": "https://image-cdn-ak.spotifycdn.com/image/x", "thumbnail_height": 300,
        }),
        "soundcloud" => json!({
            "version": 1.0, "type": "rich", "provider_name": "SoundCloud", "provider_url": "https://soundcloud.com",
            "height": 400, "width": "100%", "description": "", "html": frame,
            "title": author.map_or(title.to_owned(), |author| format!("{title} by {author}")),
            "thumbnail_url": "https://i1.sndcdn.com/artworks-x-t500x500.jpg", "author_name": author,
            "author_url": "https://soundcloud.com/somebody",
        }),
        _ => return bare(404),
    };
    with_type("application/json", body.to_string())
}

fn with_type(content_type: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(CONTENT_TYPE, axum::http::HeaderValue::from_static(content_type));
    response
}

fn bare(status: u16) -> Response<Body> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = Response::new(Body::from(status.canonical_reason().unwrap_or_default()));
    *response.status_mut() = status;
    if status == StatusCode::TOO_MANY_REQUESTS {
        response.headers_mut().insert(RETRY_AFTER, axum::http::HeaderValue::from_static("1"));
    }
    response
}
