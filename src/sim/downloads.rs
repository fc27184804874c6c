//! The file servers: `/attachments/…`, whole or in ranges, until the link dies or the file is deleted.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use axum::http::{HeaderMap, Response, StatusCode};
use futures_util::stream;

use super::shared::Shared;
use super::world::files::Stored;

/// How many zeros go out at once.
const BLOCK: usize = 64 << 10;
static ZEROS: [u8; BLOCK] = [0; BLOCK];

/// Serves a file, or says that its content is gone.
pub(crate) async fn serve(
    State(shared): State<Shared>,
    Path((channel, id, name)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response<Body> {
    let path = format!("/attachments/{channel}/{id}/{name}");
    let struck = shared.quietly(|world| world.faults.strike_download(&path));
    if let Some(status) = struck.and_then(|fault| StatusCode::from_u16(fault.status?).ok()) {
        let mut response = Response::new(Body::from("This failure was ordered."));
        *response.status_mut() = status;
        return response;
    }
    let query = query.unwrap_or_default();
    let found = shared.look(|world| world.files.open(id.parse().ok()?, &query, world.now()));
    let Some(stored) = found else { return gone() };
    let size = stored.attachment.size;
    let range = headers.get(RANGE).and_then(|range| range.to_str().ok()).and_then(|range| range_of(range, size));
    let (start, end) = range.unwrap_or((0, size));
    let content_type = stored.attachment.content_type.as_deref().unwrap_or("application/octet-stream");
    let response = Response::builder()
        .status(if range.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK })
        .header(CONTENT_TYPE, content_type)
        .header(CONTENT_LENGTH, end - start)
        .header(ACCEPT_RANGES, "bytes");
    let response = match range {
        Some(_) => response.header(CONTENT_RANGE, format!("bytes {start}-{}/{size}", end.saturating_sub(1))),
        None => response,
    };
    response.body(content(&stored, start, end)).unwrap_or_else(|_| gone())
}

fn gone() -> Response<Body> {
    let mut response = Response::new(Body::from("This content is no longer available."));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// Reads `bytes=5-9`, `bytes=5-` and `bytes=-5`; gives start and end, the end excluded.
fn range_of(header: &str, size: u64) -> Option<(u64, u64)> {
    let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
    let (start, end) = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) => (first, last.saturating_add(1).min(size)),
        (Ok(first), Err(_)) => (first, size),
        (Err(_), Ok(length)) => (size.saturating_sub(length), size),
        (Err(_), Err(_)) => return None,
    };
    (start < end).then_some((start, end))
}

/// The bytes from `start` to `end`: what was given, then zeros.
fn content(stored: &Stored, start: u64, end: u64) -> Body {
    let head = &stored.head;
    let at = |position: u64| usize::try_from(position).unwrap_or(usize::MAX).min(head.len());
    let given = head.slice(at(start)..at(end));
    let mut zeros = (end - start) - given.len() as u64;
    let blocks = std::iter::from_fn(move || {
        let next = usize::try_from(zeros).unwrap_or(usize::MAX).min(BLOCK);
        zeros -= next as u64;
        (next > 0).then(|| Bytes::from_static(&ZEROS).slice(..next))
    });
    let pieces = std::iter::once(given).chain(blocks).map(Ok::<Bytes, Infallible>);
    Body::from_stream(stream::iter(pieces))
}
