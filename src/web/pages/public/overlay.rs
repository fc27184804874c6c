//! Overlays for OBS: one part each, on a ground that is seen through. Whoever has the secret address sees them, and nobody
//! else; a wrong one is answered as if nothing were there.

use axum::http::header::REFERRER_POLICY;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use futures_util::future::BoxFuture;
use maud::{Markup, html};

use super::{has_left, view};
use crate::features::public::queries::server_of_overlay;
use crate::features::{engagement, queue};
use crate::kernel::digest::{Digest, SecretBytes};
use crate::kernel::ids::GuildId;
use crate::settings;
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::{Problem, html as sentence_html, report, say_when_again};
use crate::web::endpoint::{Arrived, Doors, Route, Sample};
use crate::web::music::board::{look, now, progress};
use crate::web::page::html_response;
use crate::web::push::{Drawing, Region};
use crate::web::ui::layout::{LiveRegions, overlay};

/// A secret that opens the overlays of the access test's server.
pub(in crate::web) const SAMPLE_SECRET: &str = "CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk";

/// What changes the songs that are shown, and how they are.
const SONGS: &[Topic] = &[queue::queries::CHANGED, settings::CHANGED];
/// What changes how far the goal is.
const LIVE: &[Topic] = &[engagement::tables::CHANGED, settings::CHANGED];

/// What overlays show. Behind `overlay.` stands the name in the address.
pub(super) static OVERLAYS: [Region; 4] = [
    Region {
        name: "overlay.now",
        topics: SONGS,
        who: Who::Anyone,
        draw: |drawing| Ok(view::now(now(drawing.read, drawing.guild)?.as_ref())),
    },
    Region {
        name: "overlay.next",
        topics: SONGS,
        who: Who::Anyone,
        draw: |drawing| Ok(view::next(&look(drawing.read, drawing.guild, None)?)),
    },
    Region {
        name: "overlay.queue",
        topics: SONGS,
        who: Who::Anyone,
        draw: |drawing| Ok(view::queue(&look(drawing.read, drawing.guild, None)?)),
    },
    Region {
        name: "overlay.goal",
        topics: LIVE,
        who: Who::Anyone,
        draw: |drawing| Ok(view::goal(progress(drawing.read, drawing.guild)?.as_ref())),
    },
];

/// The overlays.
pub const ROUTE: Route = Route {
    name: "public.overlay",
    about: "Shows one part of the live's queue on a ground that is seen through, for OBS.",
    doors: Doors::page(&["/o/{token}", "/o/{token}/{part}"]),
    who: Who::Anyone,
    sample: |_| Sample {
        path: vec![("token", SAMPLE_SECRET.to_owned()), ("part", "now".to_owned())],
        ..Sample::default()
    },
    serve,
    ..Route::PLAIN
};

/// An overlay that is asked for.
pub(in crate::web) struct Overlay {
    /// By what its secret is known.
    pub(in crate::web) digest: Digest,
    /// What it shows.
    pub(in crate::web) region: &'static Region,
    /// The address of its stream.
    live: String,
}

impl Overlay {
    /// The overlay of an address; `None` where that can be none.
    pub(in crate::web) fn of(arrived: &Arrived) -> Option<Self> {
        let secret = SecretBytes::parse(arrived.params.get("token")?)?;
        let part = arrived.params.get("part").map_or("now", String::as_str);
        let region = OVERLAYS.iter().find(|region| region.name.strip_prefix("overlay.") == Some(part))?;
        let live = format!("/o/{}/{part}/live", secret.text().expose());
        Some(Self { digest: secret.digest(), region, live })
    }
}

fn serve(web: Web, arrived: Arrived) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let mut response = match shown(&web, &arrived).await {
            Ok(response) => response,
            Err(wrong) => not_shown(&web, &wrong),
        };
        // The address is a secret.
        response.headers_mut().insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        response
    })
}

async fn shown(web: &Web, arrived: &Arrived) -> Result<Response, Problem> {
    let Overlay { digest, region, live } = Overlay::of(arrived).ok_or(Problem::NotFound)?;
    // Noted before the snapshot is taken: what changes in between is brought by the stream.
    let revision = web.push.revision();
    let (bot, now) = (web.bot.clone(), arrived.now);
    let draw = move |read: &dyn Read| {
        let Some(guild) = server_of_overlay(read, &digest)? else { return Ok(None) };
        let content = (region.draw)(&Drawing { read, guild, bot: &bot, now })?;
        Ok(Some((guild, content)))
    };
    let drawn: Option<(GuildId, Markup)> = web.look("overlay", draw).await?;
    let (guild, content) = drawn.filter(|(guild, _)| !has_left(web, *guild)).ok_or(Problem::NotFound)?;
    let live = LiveRegions { address: &live, revision: &revision };
    let document = overlay(&web.assets, "Greenroom", Some(live), &region.around(guild, &content));
    Ok(html_response(StatusCode::OK, document))
}

/// An overlay that cannot be shown. Where the address is wrong that is said to whoever tries it; of everything else nobody
/// reads anything in a picture, and the page tries again by itself.
fn not_shown(web: &Web, problem: &Problem) -> Response {
    let sentence = problem.sentence(report(problem, ROUTE.name));
    let main = html! {
        @if matches!(problem, Problem::NotFound) { p { (sentence_html(&sentence)) } }
    };
    let mut response = html_response(problem.status(), overlay(&web.assets, "Greenroom", None, &main));
    say_when_again(&mut response, problem);
    response
}
