//! Rate limits: buckets per route, 50 requests per second for the bot, and the ban of an address that asks wrongly too
//! often.
//!
//! They run on the simulator's clock, the one that the bot waits by in one process: when a test moves the hand past
//! `retry_after`, the bucket is full again. Answers to interactions are outside the limit per second, as on Discord.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::rest::answer::ApiError;
use super::rest::request::Request;
use crate::kernel::time::Timestamp;

/// Requests per second for the bot as a whole.
const GLOBAL: u32 = 50;
/// How long wrong requests are held against an address.
const GUILT: Duration = Duration::from_mins(10);
/// Buckets that are kept before the old ones are swept out.
const KEPT_BUCKETS: usize = 4_096;

/// The state of all limits.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    buckets: HashMap<String, Window>,
    global: Window,
    wrong: VecDeque<Timestamp>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Window {
    opened: Timestamp,
    span: Duration,
    used: u32,
}

/// What a bucket allows.
#[derive(Clone, Copy, Debug)]
struct Allowance {
    limit: u32,
    span: Duration,
}

impl Window {
    /// Uses one request; the time to wait when none is left.
    fn take(&mut self, now: Timestamp, allowance: Allowance) -> Result<(), Duration> {
        if self.used == 0 || now.since(self.opened) >= self.span {
            *self = Self { opened: now, span: allowance.span, used: 0 };
        }
        if self.used >= allowance.limit {
            return Err(self.left(now));
        }
        self.used += 1;
        Ok(())
    }

    fn left(&self, now: Timestamp) -> Duration {
        self.span.saturating_sub(now.since(self.opened))
    }
}

impl Rates {
    /// Counts a request against its bucket: the headers for its answer, or 429.
    pub(crate) fn admit(&mut self, request: &Request, now: Timestamp) -> Result<Vec<(&'static str, String)>, ApiError> {
        let is_interaction = matches!(request.segments.first().map(String::as_str), Some("interactions" | "webhooks"));
        if !is_interaction {
            let second = Allowance { limit: GLOBAL, span: Duration::from_secs(1) };
            self.global.take(now, second).map_err(|wait| ApiError::rate_limited(wait.as_secs_f64(), true))?;
        }
        if request.segments.first().is_some_and(|first| first == "interactions") {
            return Ok(Vec::new());
        }
        let (key, allowance) = bucket_of(request);
        if self.buckets.len() >= KEPT_BUCKETS {
            self.buckets.retain(|_, window| !window.left(now).is_zero());
        }
        let name = format!("{:x}", key.bytes().fold(5381_u64, |hash, byte| hash.wrapping_mul(33) ^ u64::from(byte)));
        let window = self.buckets.entry(key).or_default();
        window.take(now, allowance).map_err(|wait| ApiError::rate_limited(wait.as_secs_f64(), false))?;
        let reset = now.after(window.left(now));
        Ok(vec![
            ("x-ratelimit-limit", allowance.limit.to_string()),
            ("x-ratelimit-remaining", allowance.limit.saturating_sub(window.used).to_string()),
            ("x-ratelimit-reset", format!("{}.{:03}", reset.seconds(), reset.micros().rem_euclid(1_000_000) / 1000)),
            ("x-ratelimit-reset-after", format!("{:.3}", window.left(now).as_secs_f64())),
            ("x-ratelimit-bucket", name),
        ])
    }

    /// Notes a request that was answered 401, 403 or 429.
    pub(crate) fn note_wrong(&mut self, now: Timestamp) {
        self.wrong.push_back(now);
        if self.wrong.len() > 20_000 {
            self.wrong.pop_front();
        }
    }

    /// The wait of an address that asked wrongly `most` times within ten minutes.
    pub(crate) fn ban(&mut self, now: Timestamp, most: usize) -> Option<ApiError> {
        while self.wrong.front().is_some_and(|at| now.since(*at) > GUILT) {
            self.wrong.pop_front();
        }
        (self.wrong.len() >= most).then(|| ApiError::rate_limited(3_600.0, true))
    }
}

/// The bucket of a request: method, route and its major parameter (channel, guild or web-hook).
fn bucket_of(request: &Request) -> (String, Allowance) {
    let segments: Vec<&str> = request.segments.iter().map(String::as_str).collect();
    let allow = |limit, millis| Allowance { limit, span: Duration::from_millis(millis) };
    let allowance = match (request.method.as_str(), segments.as_slice()) {
        ("POST", ["channels", _, "messages"]) | ("PATCH", ["channels", _, "messages", _]) => allow(5, 5_000),
        ("DELETE", ["channels", _, "messages", _]) => allow(5, 1_000),
        ("PUT" | "DELETE", ["channels", _, "messages", _, "reactions", ..]) => allow(1, 250),
        (_, ["webhooks", ..]) => allow(5, 2_000),
        ("PATCH", ["channels", _]) => allow(2, 600_000),
        (_, ["guilds", _, "members", ..]) => allow(10, 10_000),
        _ => allow(50, 1_000),
    };
    let route: Vec<&str> = segments
        .iter()
        .enumerate()
        .map(|(at, segment)| if at > 1 && segment.bytes().all(|b| b.is_ascii_digit()) { "*" } else { segment })
        .collect();
    let major = if segments.first() == Some(&"webhooks") { route.get(..3) } else { None };
    (format!("{} {}", request.method, major.unwrap_or(&route).join("/")), allowance)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_bucket_empties_when_the_clock_moves_on() {
        let mut rates = Rates::default();
        let segments = ["channels", "1", "messages"].map(str::to_owned).to_vec();
        let request = Request { method: "POST".to_owned(), segments, ..Request::default() };
        let start = Timestamp::from_millis(1_000);
        for _ in 0..5 {
            assert!(rates.admit(&request, start).is_ok());
        }
        let refused = rates.admit(&request, start).unwrap_err();
        assert_eq!((refused.status, refused.limit.unwrap().retry_after), (429, 5.0));
        assert!(rates.admit(&request, start.after(Duration::from_secs(5))).is_ok());
    }
}
