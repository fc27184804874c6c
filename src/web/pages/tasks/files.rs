//! Pictures of proofs. Their links on Discord end after a day, so each is renewed when it is asked for (`C-38`).
//!
//! A picture is fetched by the server and given on: 10 MiB at most, what it is by its first bytes, in a sandbox, kept nowhere. So no
//! page of ours loads anything from elsewhere, and whoever may not see the proof gets nothing. Other files are looked at on Discord.

use std::time::Duration;

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use tokio::sync::Semaphore;

use crate::discord::attachment::{Found, link_to};
use crate::discord::pictures::Kind;
use crate::features::tasks::model::{ClaimId, ProofFile};
use crate::features::tasks::queries;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::Problem;
use crate::web::api::tasks::review::require_reviewer;
use crate::web::api::tasks::{LONGEST_PICTURE, is_picture};
use crate::web::endpoint::{Arrived, Doors, Route, Sample};
use crate::web::segments::{One, Segments};
use crate::web::trouble::{Met, problem};
use crate::web::ui::components::initials_picture;

/// How long Discord may take for one.
const PATIENCE: Duration = Duration::from_secs(20);
/// Pictures that are fetched at the same time: each is held whole.
static AT_ONCE: Semaphore = Semaphore::const_new(4);

/// A picture of a proof.
pub const PICTURE: Route = Route {
    name: "tasks.picture",
    about: "Gives a picture of a proof to whoever may review it.",
    doors: Doors::page(&["/g/{server}/reviews/pictures/{claim}/{file}"]),
    who: Who::Moderator,
    limit: Limit::Reads,
    sample: |samples| Sample {
        path: vec![("claim", samples.claim.clone()), ("file", "0".to_owned())],
        ..Sample::default()
    },
    serve: picture,
    ..Route::PLAIN
};

fn picture(web: Web, arrived: Arrived) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        match found(&web, &arrived).await {
            Ok(file) => match fetched(&web, &file).await {
                Some((kind, bytes)) => shown(kind.content_type(), bytes),
                // What is broken is seen as such, and told in the words beside it.
                None => shown("image/svg+xml", initials_picture(0, "?").into_bytes()),
            },
            Err(wrong) => problem(&web, &Met::by(&arrived, PICTURE.who), &wrong, PICTURE.name),
        }
    })
}

/// Nothing at all: not even whoever opens it by its own address runs what may stand in it, and no page frames it.
const POLICY: HeaderValue = HeaderValue::from_static(
    "sandbox; default-src 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
);

fn shown(kind: &'static str, bytes: Vec<u8>) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(kind)),
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    (StatusCode::OK, headers, bytes).into_response()
}

/// The file that the path names, of a claim of this server, for whoever reviews there.
async fn found(web: &Web, arrived: &Arrived) -> Result<ProofFile, Problem> {
    let guild = arrived.guild;
    require_reviewer(web, guild, arrived.rank).await?;
    let One(claim) = One::<ClaimId>::read(&arrived.params).ok_or(Problem::NotFound)?;
    let place: usize = arrived.params.get("file").and_then(|place| place.parse().ok()).ok_or(Problem::NotFound)?;
    let claim = web.look("proof", move |read| queries::claim(read, guild, claim)).await?;
    let proof = claim.and_then(|known| known.claim.proof).ok_or(Problem::NotFound)?;
    proof.files.into_iter().nth(place).ok_or(Problem::NotFound)
}

/// A link that works now.
async fn link(web: &Web, file: &ProofFile) -> Option<String> {
    let link = match link_to(&web.bot, file.channel, file.message, file.attachment).await {
        Found::There(url) => url,
        Found::Gone => return None,
        Found::Unknown => file.url.clone(),
    };
    Some(link).filter(|link| link.starts_with("https://") || link.starts_with("http://"))
}

async fn fetched(web: &Web, file: &ProofFile) -> Option<(Kind, Vec<u8>)> {
    if !is_picture(file) {
        return None;
    }
    let _place = AT_ONCE.acquire().await.ok()?;
    let link = link(web, file).await?;
    let fetch = async {
        let response = web.bot.files.get(&link).send().await?.expect_success()?;
        response.body(LONGEST_PICTURE).await
    };
    let bytes = tokio::time::timeout(PATIENCE, fetch).await.ok()?.ok()??;
    Some((Kind::of(&bytes)?, bytes))
}
