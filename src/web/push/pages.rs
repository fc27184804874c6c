//! The stream of pages, and the parts of pages that are asked for.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, VARY};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use serde::Deserialize;
use utoipa::ToSchema;

use super::about::PULSE;
use super::board::Part;
use super::rights::{Right, Rights};
use super::stream::{MOST_PARTS, Stream, respond};
use super::{Drawing, Region, about, parted};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::{Problem, is_known};
use crate::web::endpoint::{Arrived, Doors, Route, Shape};
use crate::web::input::read_form;
use crate::web::trouble::{self, Met};

/// The stream of pages. Its errors are those of the API: what asks is a script.
pub(super) const LIVE: Route = Route {
    name: "stream.page",
    about: "Brings an open page up to date, as a stream of events that has no end.",
    doors: Doors::get(&["/live"]),
    who: Who::SignedIn,
    requirements: &["T-SSE-04"],
    shape: Some(Shape::of_events::<Shown>),
    serve: serve_live,
    ..Route::PLAIN
};

/// One part of a page, for a page that has no stream, and for what is only hinted at.
pub(super) const FRAGMENT: Route = Route {
    name: "stream.fragment",
    about: "Gives a part of a page as it is now.",
    doors: Doors::page(&["/g/{server}/fragment"]),
    who: Who::Member,
    serve: serve_fragment,
    ..Route::PLAIN
};

/// What a page shows.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
struct Shown {
    /// The parts, by their names; with the number of the server behind where the path does not say it.
    region: Vec<String>,
    /// The topics that are hinted at, likewise.
    hint: Vec<String>,
    /// The revision that was noted before the page was made.
    since: Option<String>,
}

/// The address of the stream of a page in a server, which shows these regions and is hinted at these topics; `None` where it
/// has neither. On a page of the instance only time can be hinted at.
pub(in crate::web) fn live_address(guild: GuildId, regions: &[&'static Region], hints: &[Topic]) -> Option<String> {
    let regions = regions.iter().map(|region| format!("region={}", region.address(guild)));
    joined(regions.chain(hinted(guild, hints)))
}

/// The address of the stream of a page that shows something of several servers, as many as one page may watch.
pub(in crate::web) fn live_address_in(guilds: &[GuildId], hints: &[Topic]) -> Option<String> {
    joined(guilds.iter().flat_map(|guild| hinted(*guild, hints)).take(MOST_PARTS))
}

fn hinted(guild: GuildId, hints: &[Topic]) -> impl Iterator<Item = String> {
    let hints = hints.iter().filter(move |topic| is_hinted_of(**topic, guild));
    hints.map(move |topic| format!("hint={}.{guild}", topic.name()))
}

fn joined(parts: impl Iterator<Item = String>) -> Option<String> {
    let parts: Vec<String> = parts.collect();
    (!parts.is_empty()).then(|| format!("/live?{}", parts.join("&")))
}

fn serve_live(web: Web, arrived: Arrived) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let opened = open(&web, &arrived).await;
        respond(&web, &LIVE, opened)
    })
}

async fn open(web: &Web, arrived: &Arrived) -> Result<Response, Problem> {
    let shown: Shown = read_form(arrived.query.as_bytes())?;
    let parts = parts_of(web, &shown)?;
    if parts.is_empty() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let mut wanted: BTreeMap<GuildId, Vec<Who>> = BTreeMap::new();
    for (guild, part) in &parts {
        let who = match part {
            Part::Region(region) => region.who,
            // That time has passed is for everybody.
            Part::Topic(_) if *guild == GuildId::INSTANCE => Who::SignedIn,
            Part::Topic(_) | Part::Guard(_) | Part::Activities | Part::Songs => Who::Member,
        };
        wanted.entry(*guild).or_default().push(who);
    }
    let rights = Rights::of(web, &arrived.visitor, wanted).await?;
    Stream::of_page(web, arrived, Right::Person(Box::new(rights)), shown.since.as_deref(), parts).await
}

/// What a page watches, each part once.
fn parts_of(web: &Web, shown: &Shown) -> Result<Vec<(GuildId, Part)>, Problem> {
    let (mut parts, mut seen) = (Vec::new(), BTreeSet::new());
    for address in shown.region.iter().filter(|address| seen.insert(address.as_str())) {
        let (name, guild) = parted(address).ok_or(Problem::NotFound)?;
        let region = region_of(web, name, guild).ok_or(Problem::NotFound)?;
        parts.push((guild, Part::Region(region)));
    }
    for address in shown.hint.iter().filter(|address| seen.insert(address.as_str())) {
        let (name, guild) = parted(address).ok_or(Problem::NotFound)?;
        let topic = about::all().find(|topic| topic.name() == name && is_hinted_of(*topic, guild));
        parts.push((guild, Part::Topic(topic.ok_or(Problem::NotFound)?)));
    }
    if parts.len() > MOST_PARTS {
        return Err(Problem::Unreadable(Sentence::words("That is more than a page has.")));
    }
    Ok(parts)
}

/// Whether somebody may be hinted at a topic: what happens to the instance is not for everybody, but time is.
fn is_hinted_of(topic: Topic, guild: GuildId) -> bool {
    guild != GuildId::INSTANCE || topic == PULSE
}

/// The region of this name. What is of the instance is of no server, and what is of a server not of the instance.
fn region_of(web: &Web, name: &str, guild: GuildId) -> Option<&'static Region> {
    let region = web.push.regions.iter().copied().find(|region| region.name == name)?;
    (region.who.is_of_a_guild() == (guild != GuildId::INSTANCE)).then_some(region)
}

fn serve_fragment(web: Web, arrived: Arrived) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        match fragment(&web, &arrived).await {
            Ok(response) => response,
            Err(problem) => trouble::problem(&web, &Met::by(&arrived, FRAGMENT.who), &problem, FRAGMENT.name),
        }
    })
}

async fn fragment(web: &Web, arrived: &Arrived) -> Result<Response, Problem> {
    let shown: Shown = read_form(arrived.query.as_bytes())?;
    let [name] = shown.region.as_slice() else { return Ok(StatusCode::NO_CONTENT.into_response()) };
    let guild = arrived.guild;
    let region = region_of(web, name, guild).ok_or(Problem::NotFound)?;
    if !arrived.rank.reaches(region.who) {
        return Err(Problem::Forbidden(region.who));
    }
    // Noted before the snapshot is taken: what changes in between is asked for once more.
    let tag = format!("W/\"{}\"", web.push.changed_at(guild, region.topics));
    let headers = [
        (ETAG, HeaderValue::try_from(&tag).unwrap_or(HeaderValue::from_static("W/\"\""))),
        (CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
        (VARY, HeaderValue::from_static("cookie")),
    ];
    if is_known(&arrived.headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    let (bot, now) = (web.bot.clone(), arrived.now);
    let draw = move |read: &dyn Read| (region.draw)(&Drawing { read, guild, bot: &bot, now });
    let form = web.look("fragment", draw).await?;
    let content_type = [(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))];
    Ok((StatusCode::OK, headers, content_type, form.into_string()).into_response())
}

#[cfg(test)]
mod tests {
    use maud::html;

    use super::*;
    use crate::features::coins::tables::CHANGED;

    static BOARD: Region =
        Region { name: "queue.board", topics: &[CHANGED], who: Who::Viewer, draw: |_| Ok(html! { "1" }) };

    #[test]
    fn the_stream_of_a_page_is_asked_for_all_that_it_shows() {
        let guild = GuildId::new(5);
        assert_eq!(live_address(guild, &[], &[]), None);
        let address = live_address(guild, &[&BOARD], &[CHANGED]);
        assert_eq!(address.as_deref(), Some("/live?region=queue.board.5&hint=coins.changed.5"));
    }
}
