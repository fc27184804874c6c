//! Pictures of members and servers at addresses of ours, so that no page loads anything from elsewhere.
//!
//! A page has the address of a picture where its hash is known ([`Web::face`], [`Web::icon`], [`own_face`]), and initials
//! elsewhere. The same initials are answered where the picture cannot be had, or is another one by now: so nothing is broken
//! on the page, and nobody learns what is there.

use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;

use crate::discord::pictures::Picture;
use crate::flows::known_members;
use crate::kernel::ids::{GuildId, UserId};
use crate::web::Web;
use crate::web::access::{Limit, Visitor, Who};
use crate::web::endpoint::{Arrived, Doors, Route, Sample};
use crate::web::ui::components::initials_picture;

/// The picture of a hash is the same for ever; who may see it is asked of the browser that has it.
const DAY: HeaderValue = HeaderValue::from_static("private, max-age=86400");
/// What stands in for a picture may be the picture the next time.
const NOT_KEPT: HeaderValue = HeaderValue::from_static("private, no-store");

/// The picture of a member of a server.
pub const OF_MEMBER: Route = Route {
    name: "pictures.member",
    about: "Gives the picture of a member, or their initials.",
    doors: Doors::page(&["/g/{server}/avatar/{member}/{hash}"]),
    who: Who::Member,
    // A page of members shows many, browsers keep them, and what is fetched for them is bounded as a whole.
    limit: Limit::Free,
    sample: |samples| Sample {
        path: vec![("member", samples.member.clone()), ("hash", "0f1e".to_owned())],
        ..Sample::default()
    },
    serve: of_member,
    ..Route::PLAIN
};

/// The picture of a server.
pub const OF_SERVER: Route = Route {
    name: "pictures.server",
    about: "Gives the picture of a server, or its initials.",
    doors: Doors::page(&["/g/{server}/icon/{hash}"]),
    sample: |_| Sample { path: vec![("hash", "0f1e".to_owned())], ..Sample::default() },
    serve: of_server,
    ..OF_MEMBER
};

/// The picture of whoever looks.
pub const OWN: Route = Route {
    name: "pictures.own",
    about: "Gives somebody their own picture, or their initials.",
    doors: Doors::page(&["/me/avatar/{hash}"]),
    who: Who::SignedIn,
    sample: |_| Sample { path: vec![("hash", "0f1e".to_owned())], ..Sample::default() },
    serve: own,
    ..OF_MEMBER
};

impl Web {
    /// Where the picture of a member is, if it is known which.
    pub fn face(&self, guild: GuildId, user: UserId) -> Option<String> {
        let hash = self.bot.standings.picture_of(guild, user)?;
        Some(format!("/g/{guild}/avatar/{user}/{hash}"))
    }

    /// Where the picture of a server is, if it has one.
    pub fn icon(&self, guild: GuildId) -> Option<String> {
        let hash = self.bot.standings.guild_of_bot(guild)?.icon?;
        Some(format!("/g/{guild}/icon/{hash}"))
    }
}

/// Where the picture of whoever looks is, if they have one.
pub fn own_face(visitor: &Visitor) -> Option<String> {
    let hash = visitor.somebody()?.avatar.as_deref()?;
    visitor.user().and_then(|user| Picture::of_account(user, hash)).map(|_| format!("/me/avatar/{hash}"))
}

fn hash_of(arrived: &Arrived) -> &str {
    arrived.params.get("hash").map(String::as_str).unwrap_or_default()
}

fn of_member(web: Web, arrived: Arrived) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let (guild, hash) = (arrived.guild, hash_of(&arrived));
        let user = arrived.params.get("member").and_then(|user| user.parse().ok()).unwrap_or_default();
        let is_theirs = web.bot.standings.picture_of(guild, user).is_some_and(|known| known == hash);
        let picture = Picture::of_account(user, hash).filter(|_| is_theirs);
        if let Some(response) = given(&web, picture).await {
            return response;
        }
        let called = web.look("member_called", move |read| known_members::called(read, guild, user)).await;
        instead(user.get(), &called.unwrap_or_default())
    })
}

fn of_server(web: Web, arrived: Arrived) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let named = web.bot.standings.guild_of_bot(arrived.guild);
        let (name, icon) = named.map(|named| (named.name, named.icon)).unwrap_or_default();
        let icon = icon.filter(|icon| icon == hash_of(&arrived));
        let picture = icon.and_then(|hash| Picture::of_guild(arrived.guild, &hash));
        given(&web, picture).await.unwrap_or_else(|| instead(arrived.guild.get(), &name))
    })
}

fn own(web: Web, arrived: Arrived) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let (hash, user) = (hash_of(&arrived), arrived.visitor.user());
        let somebody = arrived.visitor.somebody();
        let is_theirs = somebody.and_then(|somebody| somebody.avatar.as_deref()) == Some(hash);
        let picture = user.filter(|_| is_theirs).and_then(|user| Picture::of_account(user, hash));
        let name = somebody.map(|somebody| somebody.name.as_str()).unwrap_or_default();
        given(&web, picture).await.unwrap_or_else(|| instead(user.unwrap_or_default().get(), name))
    })
}

/// A picture that Discord has.
async fn given(web: &Web, picture: Option<Picture>) -> Option<Response> {
    let image = web.bot.pictures.get(&web.bot, &picture?).await?;
    let headers = [(CONTENT_TYPE, HeaderValue::from_static(image.kind.content_type())), (CACHE_CONTROL, DAY)];
    Some((StatusCode::OK, headers, Bytes::copy_from_slice(&image.bytes)).into_response())
}

/// What is seen in place of a picture.
fn instead(id: u64, name: &str) -> Response {
    let headers = [(CONTENT_TYPE, HeaderValue::from_static("image/svg+xml")), (CACHE_CONTROL, NOT_KEPT)];
    (StatusCode::OK, headers, initials_picture(id, name)).into_response()
}
