//! The pictures of accounts and guilds, below `/avatars` and `/icons`, as Discord's file servers give them.
//!
//! A picture is unknown (404) until a test or a tester says how its hash is answered.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderValue, Response, StatusCode, Uri};
use axum::routing::get;
use serde::{Deserialize, Serialize};

use super::control::{Answer, Body as Ordered, done};
use super::{Id, Refused, Sim};

/// How many pictures and requests are remembered.
const MOST: usize = 10_000;

/// One green dot.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90\x77\x53\xde\
    \x00\x00\x00\x0cIDAT\x78\x9c\x63\x90\xce\x0e\x00\x00\x01\x7b\x00\xd7\x8c\x0e\x06\x20\x00\x00\x00\x00IEND\xae\x42\x60\x82";

/// What is answered for a picture. In JSON the name is in snake case, in the field `kind`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PictureAnswer {
    /// A picture.
    Png,
    /// The first bytes of one.
    Jpeg,
    /// The same of another kind.
    Webp,
    /// And of a fourth.
    Gif,
    /// A page that says that it is a picture.
    WrongBytes,
    /// A picture of a megabyte.
    Huge,
    /// Nothing at all, until whoever asks gives up.
    Slow,
    /// A redirect to another host.
    Redirect,
    /// An error.
    Status {
        /// The status.
        status: u16,
    },
}

/// What is answered, by hash, and what was asked.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    answers: HashMap<String, PictureAnswer>,
    asked: Vec<String>,
}

/// The shelf, shared by the routes and whoever sets the answers.
pub(crate) type SharedShelf = Arc<Mutex<Shelf>>;

fn locked(shelf: &SharedShelf) -> MutexGuard<'_, Shelf> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Sim {
    /// Says how the picture with this hash is answered from now on.
    pub fn set_picture(&self, hash: &str, answer: PictureAnswer) {
        let mut shelf = locked(&self.pictures);
        if shelf.answers.len() < MOST {
            shelf.answers.insert(hash.to_owned(), answer);
        }
    }

    /// The addresses of pictures that were asked for, in order, with what stands behind the question mark.
    pub fn pictures_asked(&self) -> Vec<String> {
        locked(&self.pictures).asked.clone()
    }

    /// Somebody shows another picture, or none, in all of their guilds.
    pub fn set_avatar(&self, user: impl Into<Id>, hash: Option<&str>) -> Result<(), Refused> {
        let user = user.into();
        self.shared.change(|world| {
            let account = world.users.get_mut(&user).ok_or_else(|| Refused::because("There is no such account."))?;
            account.avatar = hash.map(str::to_owned);
            let theirs = world.guilds.iter().filter(|(_, guild)| guild.members.contains_key(&user));
            let theirs: Vec<Id> = theirs.map(|(id, _)| *id).collect();
            for guild in theirs {
                world.announce_member("GUILD_MEMBER_UPDATE", guild, user);
            }
            Ok(())
        })
    }

    /// A guild shows another picture, or none.
    pub fn set_icon(&self, guild: impl Into<Id>, hash: Option<&str>) -> Result<(), Refused> {
        let id = guild.into();
        self.shared.change(|world| {
            let guild = world.guilds.get_mut(&id).ok_or_else(|| Refused::because("There is no such guild."))?;
            guild.icon = hash.map(str::to_owned);
            world.announce_guild_change(id);
            Ok(())
        })
    }
}

/// How a picture is answered, and who shows it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PictureOrder {
    hash: String,
    answer: PictureAnswer,
    user: Option<Id>,
    guild: Option<Id>,
}

/// Does what is ordered.
pub(crate) async fn order(State(sim): State<Sim>, Ordered(order): Ordered<PictureOrder>) -> Answer<impl Serialize> {
    sim.set_picture(&order.hash, order.answer);
    if let Some(user) = order.user {
        sim.set_avatar(user, Some(&order.hash))?;
    }
    if let Some(guild) = order.guild {
        sim.set_icon(guild, Some(&order.hash))?;
    }
    Ok(done())
}

/// The routes.
pub(crate) fn router<S: Clone + Send + Sync + 'static>(shelf: SharedShelf) -> Router<S> {
    Router::new()
        .route("/avatars/{owner}/{file}", get(serve))
        .route("/icons/{owner}/{file}", get(serve))
        .with_state(shelf)
}

async fn serve(
    State(shelf): State<SharedShelf>,
    address: Uri,
    Path((_, file)): Path<(String, String)>,
) -> Response<Body> {
    let hash = file.split('.').next().unwrap_or_default();
    let answer = {
        let mut shelf = locked(&shelf);
        if shelf.asked.len() < MOST {
            shelf.asked.push(address.to_string());
        }
        shelf.answers.get(hash).cloned()
    };
    match answer.unwrap_or(PictureAnswer::Status { status: 404 }) {
        PictureAnswer::Png => picture(PNG.to_vec()),
        PictureAnswer::Jpeg => picture(b"\xff\xd8\xff\xe0\x00\x10JFIF".to_vec()),
        PictureAnswer::Webp => picture(b"RIFF\x1a\x00\x00\x00WEBPVP8L".to_vec()),
        PictureAnswer::Gif => picture(b"GIF89a\x01\x00\x01\x00".to_vec()),
        PictureAnswer::WrongBytes => picture(b"<svg onload=\"alert(1)\">".to_vec()),
        PictureAnswer::Huge => {
            let mut bytes = PNG.to_vec();
            bytes.resize(1 << 20, 0);
            picture(bytes)
        }
        PictureAnswer::Slow => std::future::pending().await,
        PictureAnswer::Redirect => {
            let mut response = bare(302);
            response.headers_mut().insert(LOCATION, HeaderValue::from_static("http://127.0.0.1:9/avatars/1/a.png"));
            response
        }
        PictureAnswer::Status { status } => bare(status),
    }
}

/// Whatever it is, it is said to be a PNG.
fn picture(bytes: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(bytes));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("image/png"));
    response
}

fn bare(status: u16) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}
