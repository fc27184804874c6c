//! The way to the file of a song: Discord's links end after a day, so whoever follows it is led to one that was just made.

use axum::http::header::{CACHE_CONTROL, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;

use crate::discord::attachment::{Found, link_to};
use crate::features::queue::model::{PublicId, QueueRefusal, Source};
use crate::features::queue::queries;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::endpoint::{Arrived, Doors, Route, Sample};
use crate::web::segments::{One, Segments};
use crate::web::trouble::{Met, problem};

/// To the file of a song.
pub const ROUTE: Route = Route {
    name: "songs.file",
    about: "Leads to the file of a song on Discord, by a link that works now.",
    doors: Doors::page(&["/g/{server}/songs/{song}/file"]),
    who: Who::ViewerOrReviewer,
    sample: |samples| Sample { path: vec![("song", samples.song.clone())], ..Sample::default() },
    serve,
    ..Route::PLAIN
};

fn serve(web: Web, arrived: Arrived) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        match address(&web, &arrived).await {
            Ok(to) => {
                let headers = [(LOCATION, to), (CACHE_CONTROL, HeaderValue::from_static("private, no-store"))];
                (StatusCode::SEE_OTHER, headers).into_response()
            }
            Err(wrong) => problem(&web, &Met::by(&arrived, ROUTE.who), &wrong, ROUTE.name),
        }
    })
}

async fn address(web: &Web, arrived: &Arrived) -> Result<HeaderValue, Problem> {
    let One(public_id) = One::<PublicId>::read(&arrived.params).ok_or(Problem::NotFound)?;
    let guild = arrived.guild;
    let entry = web.look("song", move |read| queries::song(read, guild, public_id)).await?;
    let entry = entry.ok_or(QueueRefusal::NoSuchSong { public_id })?;
    let link = match entry.song.source {
        Source::Link { url, .. } => Some(url),
        Source::File { kept_in, .. } if kept_in.url.is_empty() => None,
        Source::File { kept_in, .. } => {
            match link_to(&web.bot, kept_in.channel, kept_in.message, kept_in.attachment).await {
                Found::There(url) => Some(url),
                // The next time it is to be played, the team is told.
                Found::Gone => None,
                Found::Unknown => Some(kept_in.url),
            }
        }
    };
    let link = link.filter(|link| link.starts_with("https://") || link.starts_with("http://"));
    link.and_then(|link| HeaderValue::try_from(link).ok()).ok_or(Problem::NotFound)
}
