//! What can be asked without connecting to a live: does TikTok answer, and how many connections does the sign service
//! still give.

use reqwest::header::HeaderMap;
use serde_json::Value;

use super::browser;
use super::endpoints::Endpoints;
use super::refusal::{Degradation, Refusal, TransportError};
use super::request::Requester;
use super::sign::{self, ApiKey};
use crate::kernel::time::Timestamp;

/// Most bytes of the answer about limits.
const MOST_BYTES: u64 = 64 << 10;
/// Most bytes of the start page.
const LARGEST_PAGE: u64 = 4 << 20;

/// How many connections are left in a span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The span: day, hour or minute.
    pub span: &'static str,
    /// How many there are in all.
    pub most: u64,
    /// How many are left.
    pub remaining: u64,
}

/// Whether TikTok's start page can be had.
pub(super) async fn reach(requester: &Requester, endpoints: &Endpoints) -> Result<(), Refusal> {
    let url = endpoints.admit(&endpoints.web)?.join(&[""]);
    match requester.page(url, browser::headers(), LARGEST_PAGE).await {
        Ok(answer) if answer.status < 400 => Ok(()),
        Ok(answer) if answer.status >= 500 => Err(Refusal::Unexpected(answer.status.into())),
        // What TikTok does not want is refused at the edge, whatever is asked for.
        Ok(_) => Err(Refusal::Blocked),
        // It answered, and at length.
        Err(TransportError::TooLarge) => Ok(()),
        Err(trouble) => Err(Refusal::Network(trouble)),
    }
}

/// What the sign service still gives. Empty where it does not tell.
pub(super) async fn budget(
    requester: &Requester,
    endpoints: &Endpoints,
    key: Option<&ApiKey>,
    now: Timestamp,
) -> Result<Vec<Budget>, Refusal> {
    let url = endpoints.admit(&endpoints.sign)?.join(&["webcast", "rate_limits"]);
    let headers: HeaderMap = sign::headers(key);
    let answer = requester.get(url, headers, MOST_BYTES).await.map_err(Refusal::Network)?;
    match answer.status {
        200 => {}
        // An older or newer service that does not know the question still signs.
        404 => return Ok(Vec::new()),
        status => return Err(sign::failure(status, &answer.headers, &answer.body, now)),
    }
    let Ok(told) = serde_json::from_slice::<Value>(&answer.body) else {
        return Err(Refusal::ServiceDegraded(Degradation::Unreadable));
    };
    Ok(["day", "hour", "minute"].into_iter().filter_map(|span| read(&told, span)).collect())
}

fn read(told: &Value, span: &'static str) -> Option<Budget> {
    let limit = told.get(span)?;
    let number = |name: &str| limit.get(name)?.as_u64();
    Some(Budget { span, most: number("max")?, remaining: number("remaining")? })
}
