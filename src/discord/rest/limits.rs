//! When a request may go out: what Discord's answers say about its limits, remembered by route.
//!
//! Bounded: a route is forgotten when its window has passed and there are too many. No wait is longer than a day, and
//! none is shorter than a moment, whatever a header says, so that nothing is ever asked in a tight loop.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serenity::http::{RatelimitingBucket, Route};

use crate::kernel::time::Timestamp;

/// Routes that are remembered before those whose windows have passed are swept out.
const MOST_ROUTES: usize = 4_096;
/// The shortest and the longest wait.
const WAITS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_hours(24));
/// The wait where Discord names none.
const UNNAMED: Duration = Duration::from_secs(1);
/// The wait after a page of the network's edge that names none.
const UNNAMED_BAN: Duration = Duration::from_mins(10);
/// Whoever is kept out for longer reads why in the log.
const LONG: Duration = Duration::from_secs(30);
/// A route that names no limit, and lets so many out at once again, was held up by something that is over.
const FORGIVEN: u32 = 16;
/// Answered with 429, and not a limit that passes: an old message was edited too often.
const EDITED_TOO_OFTEN: u64 = 30_046;

/// What is known of all limits.
#[derive(Default)]
pub(super) struct Limits(Mutex<State>);

#[derive(Default)]
struct State {
    /// Nothing may go out before this, because the bot as a whole asks too much.
    bot: Timestamp,
    /// Nothing at all may go out before this, because the address is banned.
    address: Timestamp,
    routes: HashMap<Scope, Window>,
}

/// The window of a route.
#[derive(Clone, Copy, Debug)]
struct Window {
    limit: u32,
    left: u32,
    ends: Timestamp,
    span: Duration,
    /// Nothing goes out before it ends, as Discord said in a 429.
    is_shut: bool,
}

/// Which limits a request is under.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    /// Only those on itself: it answers an interaction.
    Answer,
    /// Those of its route and of the bot.
    Route(Method, RatelimitingBucket),
}

impl Scope {
    pub(super) fn of(method: &Method, route: &Route<'_>) -> Self {
        match route {
            Route::InteractionResponse { .. }
            | Route::WebhookOriginalInteractionResponse { .. }
            | Route::WebhookFollowupMessages { .. } => Self::Answer,
            route => Self::Route(method.clone(), route.ratelimiting_bucket()),
        }
    }
}

/// The body of a 429. What Discord calls a shared limit is one of the route as well.
#[derive(Default, Deserialize)]
struct RateLimitBody {
    retry_after: Option<f64>,
    #[serde(default)]
    global: bool,
    #[serde(default)]
    code: u64,
}

impl Limits {
    /// Lets a request out, or says when it may go.
    pub(super) fn admit(&self, scope: &Scope, now: Timestamp) -> Result<(), Timestamp> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.address > now {
            return Err(state.address);
        }
        if *scope == Scope::Answer {
            return Ok(());
        }
        if state.bot > now {
            return Err(state.bot);
        }
        let Some(window) = state.routes.get_mut(scope) else { return Ok(()) };
        if window.ends <= now {
            // As many as Discord let out in the last one. Those that waited together do not all go at once.
            *window = Window { left: window.limit, ends: now.after(window.span), is_shut: false, ..*window };
        }
        match window.left.checked_sub(1) {
            Some(left) => {
                window.left = left;
                Ok(())
            }
            None => Err(window.ends),
        }
    }

    /// Reads an answer; where it says "too early", when the request may go again.
    pub(super) fn learn(
        &self,
        scope: &Scope,
        status: StatusCode,
        headers: &HeaderMap,
        body: &[u8],
        now: Timestamp,
    ) -> Option<Timestamp> {
        let told = match status {
            StatusCode::TOO_MANY_REQUESTS => told(body),
            StatusCode::FORBIDDEN if is_ban(body) => None,
            _ => {
                self.note(scope, status, headers, now);
                return None;
            }
        };
        if told.as_ref().is_some_and(|told| told.code == EDITED_TOO_OFTEN) {
            return None;
        }
        let named = told.as_ref().and_then(|told| told.retry_after).or_else(|| number(headers, "retry-after"));
        let named = named.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let wait = named.unwrap_or(if told.is_some() { UNNAMED } else { UNNAMED_BAN }).clamp(WAITS.0, WAITS.1);
        let until = now.after(wait);
        let is_of_bot = told.as_ref().is_some_and(|told| told.global)
            || headers.contains_key("x-ratelimit-global")
            || headers.get("x-ratelimit-scope").is_some_and(|scope| scope == "global");
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if told.is_none() || (is_of_bot && wait > LONG) {
            if state.address <= now {
                tracing::error!(
                    until = until.rfc3339(),
                    "Discord refuses the address of this machine for now (1015): too many wrong requests came from it, \
                     of this bot or of others behind the same address. I ask for nothing until then; what is to be \
                     posted waits."
                );
            }
            state.address = state.address.max(until);
        } else if is_of_bot {
            tracing::warn!(wait_ms = wait.as_millis(), "Discord takes no request of the bot for a moment");
            state.bot = state.bot.max(until);
        } else if *scope != Scope::Answer {
            if wait > LONG {
                tracing::warn!(wait_s = wait.as_secs(), "Discord takes no request of this kind for now");
            }
            let limit = state.routes.get(scope).map_or(1, |window| window.limit);
            let window = Window { limit, left: 0, ends: until, span: wait.min(LONG), is_shut: true };
            state.remember(scope, window, now);
        }
        Some(until)
    }

    /// Notes what an answer says about the window of its route.
    fn note(&self, scope: &Scope, status: StatusCode, headers: &HeaderMap, now: Timestamp) {
        if *scope == Scope::Answer {
            return;
        }
        let read = |name| number(headers, name).filter(|number| (0.0..=f64::from(u32::MAX)).contains(number));
        let (Some(limit), Some(left), Some(span)) =
            (read("x-ratelimit-limit"), read("x-ratelimit-remaining"), read("x-ratelimit-reset-after"))
        else {
            if status.is_success() {
                self.widen(scope);
            }
            return;
        };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let (limit, left) = (limit as u32, left as u32);
        let span = Duration::try_from_secs_f64(span).unwrap_or(UNNAMED).clamp(WAITS.0, WAITS.1);
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = state.routes.get(scope).copied().filter(|window| window.ends > now);
        if known.is_some_and(|window| window.is_shut) {
            // Sent before the 429, of which this answer knows nothing.
            return;
        }
        // Others of the window may be under way, of which this answer knows nothing.
        let left = known.map_or(left, |window| window.left.min(left));
        let longest = known.map_or(span, |window| window.span.max(span));
        let window = Window { limit: limit.max(1), left, ends: now.after(span), span: longest, is_shut: false };
        state.remember(scope, window, now);
    }

    /// After a 429, each good answer of a route that names no limit lets two more follow, until the 429 is forgotten.
    fn widen(&self, scope: &Scope) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(window) = state.routes.get_mut(scope).filter(|window| !window.is_shut) else { return };
        if window.limit >= FORGIVEN {
            state.routes.remove(scope);
        } else {
            window.limit = window.limit.saturating_mul(2);
            window.left = window.left.saturating_add(2);
        }
    }
}

impl State {
    fn remember(&mut self, scope: &Scope, window: Window, now: Timestamp) {
        if self.routes.len() >= MOST_ROUTES {
            self.routes.retain(|_, window| window.ends > now);
        }
        self.routes.insert(scope.clone(), window);
    }
}

/// What a 429 says. A page comes from the network's edge and says nothing; JSON comes from Discord, also where it is odd.
fn told(body: &[u8]) -> Option<RateLimitBody> {
    serde_json::from_slice(body).ok().or_else(|| body.starts_with(b"{").then(RateLimitBody::default))
}

fn number(headers: &HeaderMap, name: &str) -> Option<f64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// Whether a page is the one with which the network's edge keeps an address out.
fn is_ban(body: &[u8]) -> bool {
    // As a number of its own: the same digits may stand in the number of any page.
    !body.starts_with(b"{") && body.split(|byte| !byte.is_ascii_alphanumeric()).any(|word| word == b"1015")
}

#[cfg(test)]
mod tests {
    use serenity::all::ChannelId;

    use super::*;

    const START: Timestamp = Timestamp::from_millis(1_763_756_100_000);

    fn at(millis: u64) -> Timestamp {
        START.after(Duration::from_millis(millis))
    }

    fn posting(channel: u64) -> Scope {
        Scope::of(&Method::POST, &Route::ChannelMessages { channel_id: ChannelId::new(channel) })
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    fn learn(limits: &Limits, scope: &Scope, status: u16, pairs: &[(&'static str, &str)], body: &str) -> Option<u64> {
        let status = StatusCode::from_u16(status).unwrap();
        let until = limits.learn(scope, status, &headers(pairs), body.as_bytes(), START)?;
        u64::try_from(until.since(START).as_millis()).ok()
    }

    #[test]
    fn the_wait_is_read_from_every_form_of_a_429_and_is_never_none_and_never_for_ever() {
        let waits = [
            (&[][..], r#"{"message":"You are being rate limited.","retry_after":0.65,"global":false}"#, 650),
            (&[("retry-after", "2.5")], r#"{"message":"no number in here"}"#, 2_500),
            (&[("retry-after", "3")], r#"{"retry_after":null}"#, 3_000),
            (&[("retry-after", "1")], r#"{"retry_after":0.3}"#, 300),
            (&[], r#"{"retry_after":0}"#, 50),
            (&[], r#"{"retry_after":-5}"#, 1_000),
            (&[("retry-after", "NaN")], "{}", 1_000),
            (&[("retry-after", "Fri, 31 Dec 1999 23:59:59 GMT")], "{}", 1_000),
            (&[("retry-after", "1e300")], "{}", 1_000),
            (&[("x-ratelimit-scope", "shared")], r#"{"retry_after":25}"#, 25_000),
            (&[], r#"{"retry_after":9e9}"#, 86_400_000),
            (&[], r#"{"retry_after":"soon","global":null}"#, 1_000),
            (&[("retry-after", "7200")], "<html>error code: 1015</html>", 7_200_000),
            (&[], "<html>You are being rate limited</html>", 600_000),
        ];
        for (pairs, body, expected) in waits {
            assert_eq!(learn(&Limits::default(), &posting(1), 429, pairs, body), Some(expected), "{pairs:?} {body}");
        }
        let limits = Limits::default();
        assert_eq!(learn(&limits, &posting(1), 429, &[], r#"{"code":30046,"retry_after":9}"#), None, "never passes");
        assert_eq!(learn(&limits, &posting(1), 403, &[], r#"{"code":50007,"message":"1015"}"#), None);
        assert_eq!(learn(&limits, &posting(1), 403, &[], "<html>Ray ID: 8f1015ab</html>"), None, "another page");
        assert_eq!(limits.admit(&posting(1), START), Ok(()));
    }

    #[test]
    fn a_limit_of_a_route_holds_up_that_route_alone_and_lets_no_herd_through_when_it_ends() {
        let limits = Limits::default();
        assert_eq!(learn(&limits, &posting(1), 429, &[], r#"{"retry_after":2}"#), Some(2_000));
        assert_eq!(limits.admit(&posting(1), at(1_999)), Err(at(2_000)));
        assert_eq!(limits.admit(&posting(2), at(0)), Ok(()));
        assert_eq!(limits.admit(&Scope::Answer, at(0)), Ok(()));
        assert_eq!(limits.admit(&posting(1), at(2_000)), Ok(()), "one goes first");
        assert_eq!(limits.admit(&posting(1), at(2_000)), Err(at(4_000)));
        let window = [("x-ratelimit-limit", "5"), ("x-ratelimit-remaining", "4"), ("x-ratelimit-reset-after", "5.0")];
        assert_eq!(learn(&limits, &posting(3), 200, &window, "{}"), None);
        for _ in 0..4 {
            assert_eq!(limits.admit(&posting(3), at(0)), Ok(()));
        }
        assert_eq!(limits.admit(&posting(3), at(0)), Err(at(5_000)), "none goes out that Discord would refuse");
        for _ in 0..5 {
            assert_eq!(limits.admit(&posting(3), at(5_000)), Ok(()));
        }
        assert_eq!(limits.admit(&posting(3), at(5_000)), Err(at(10_000)));
    }

    #[test]
    fn a_route_that_names_no_limit_is_free_again_step_by_step_after_a_429() {
        let limits = Limits::default();
        let answered = |status, pairs: &[(&'static str, &str)]| {
            assert_eq!(learn(&limits, &posting(1), status, pairs, "{}"), None);
        };
        let goes = |millis, expected: &[Result<(), Timestamp>]| {
            for expected in expected {
                assert_eq!(limits.admit(&posting(1), at(millis)), *expected);
            }
        };
        assert_eq!(learn(&limits, &posting(1), 429, &[], r#"{"retry_after":2}"#), Some(2_000));
        // Both were sent before.
        answered(200, &[]);
        answered(
            200,
            &[("x-ratelimit-limit", "5"), ("x-ratelimit-remaining", "3"), ("x-ratelimit-reset-after", "0.5")],
        );
        goes(1_999, &[Err(at(2_000))]);
        goes(2_000, &[Ok(()), Err(at(4_000))]);
        answered(502, &[]);
        goes(2_000, &[Err(at(4_000))]);
        answered(200, &[]);
        goes(2_000, &[Ok(()), Ok(()), Err(at(4_000))]);
        goes(4_000, &[Ok(()), Ok(()), Err(at(6_000))]);
        for _ in 0..4 {
            answered(200, &[]);
        }
        goes(4_000, &[Ok(()); 100]);
    }

    #[test]
    fn a_limit_of_the_bot_holds_up_everything_but_answers_and_a_ban_holds_up_these_too() {
        for pairs in [&[("x-ratelimit-global", "true")][..], &[("x-ratelimit-scope", "global")], &[]] {
            let limits = Limits::default();
            let body = if pairs.is_empty() { r#"{"retry_after":1.5,"global":true}"# } else { r#"{"retry_after":1.5}"# };
            assert_eq!(learn(&limits, &posting(1), 429, pairs, body), Some(1_500));
            assert_eq!(limits.admit(&posting(2), at(1_000)), Err(at(1_500)));
            assert_eq!(limits.admit(&Scope::Answer, at(1_000)), Ok(()));
        }
        for (status, pairs, body) in [
            (429, &[("retry-after", "3600")][..], "<!doctype html><title>Access denied</title>error code: 1015"),
            (403, &[("retry-after", "3600")], "<html>Error 1015</html>"),
            (429, &[], r#"{"message":"You are being blocked","retry_after":3600,"global":true}"#),
        ] {
            let limits = Limits::default();
            assert_eq!(learn(&limits, &posting(1), status, pairs, body), Some(3_600_000), "{body}");
            assert_eq!(limits.admit(&Scope::Answer, at(3_599_999)), Err(at(3_600_000)), "{body}");
            assert_eq!(limits.admit(&posting(2), at(3_600_000)), Ok(()), "{body}");
        }
    }

    #[test]
    fn routes_whose_windows_have_passed_are_forgotten() {
        let limits = Limits::default();
        let window = [("x-ratelimit-limit", "5"), ("x-ratelimit-remaining", "4"), ("x-ratelimit-reset-after", "1")];
        let status = StatusCode::OK;
        for channel in 1..=20_000 {
            limits.learn(&posting(channel), status, &headers(&window), b"{}", at(channel * 10));
        }
        for channel in 1..=20_000 {
            let now = at(channel * 1_000);
            limits.learn(&posting(channel), StatusCode::TOO_MANY_REQUESTS, &headers(&[]), br#"{"retry_after":1}"#, now);
        }
        assert!(limits.0.lock().unwrap().routes.len() <= MOST_ROUTES);
    }
}
