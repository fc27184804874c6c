//! How long to wait after 429, as far as the answer tells.
//!
//! The sign service and what stands in front of it tell the wait in different headers, and the same header sometimes in
//! seconds and sometimes as a moment. Read in this order, the first that makes sense:
//!
//! 1. `Retry-After`: seconds, or a date as in RFC 9110;
//! 2. `RateLimit-Reset`, 3. `X-RateLimit-Reset`: seconds, or from a thousand million on a moment in seconds since 1970.
//!
//! `RateLimit-Remaining` is a count and never a wait, although one client has read it so.

use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::kernel::time::Timestamp;

/// Where nothing tells the wait.
const USUAL: Duration = Duration::from_mins(1);
const SHORTEST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_hours(24);
/// Seconds from here on are a moment, not a wait: the year 2001, or 31 years.
const FIRST_MOMENT: i64 = 1_000_000_000;

/// The wait that an answer with status 429 asks for at `now`: 1 second to 24 hours, a minute where it asks for nothing.
pub(super) fn wait(headers: &HeaderMap, now: Timestamp) -> Duration {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let retry_after = || {
        let told = text(RETRY_AFTER.as_str())?;
        seconds(told, now).or_else(|| until_date(told, now))
    };
    let reset = |name| seconds(text(name)?, now);
    let told = retry_after().or_else(|| reset("ratelimit-reset")).or_else(|| reset("x-ratelimit-reset"));
    told.unwrap_or(USUAL).clamp(SHORTEST, LONGEST)
}

/// Whole seconds, or seconds with a fraction, which is dropped upwards so that we never come too early.
fn seconds(text: &str, now: Timestamp) -> Option<Duration> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_number = !whole.is_empty() && whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
    let whole: i64 = is_number.then(|| whole.parse().unwrap_or(i64::MAX))?;
    let whole = whole.saturating_add(i64::from(fraction.bytes().any(|byte| byte != b'0')));
    let wait = if whole < FIRST_MOMENT { whole } else { whole.saturating_sub(now.seconds()) };
    Some(Duration::from_secs(u64::try_from(wait).unwrap_or(0)))
}

fn until_date(text: &str, now: Timestamp) -> Option<Duration> {
    let moment = Timestamp::from_http_date(text)?.seconds();
    Some(Duration::from_secs(u64::try_from(moment.saturating_sub(now.seconds())).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    const NOW: i64 = 1_795_000_000;

    fn waited(headers: &[(&str, &str)]) -> u64 {
        let headers = headers.iter().map(|(name, value)| {
            (HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap())
        });
        wait(&headers.collect(), Timestamp::from_millis(NOW * 1000)).as_secs()
    }

    #[test]
    fn every_form_in_which_the_wait_is_told_is_understood() {
        let epoch = (NOW + 90).to_string();
        for (headers, wait) in [
            (&[("Retry-After", "90")][..], 90),
            (&[("retry-after", " 90 ")], 90),
            (&[("Retry-After", "89.2")], 90),
            (&[("Retry-After", "Wed, 18 Nov 2026 11:08:10 GMT")], 90),
            (&[("RateLimit-Reset", "90")], 90),
            (&[("RateLimit-Reset", &epoch)], 90),
            (&[("X-RateLimit-Reset", "90")], 90),
            (&[("X-RateLimit-Reset", &epoch)], 90),
            (&[("Retry-After", "90"), ("RateLimit-Reset", "7"), ("X-RateLimit-Reset", "8")], 90),
            (&[("Retry-After", "soon"), ("RateLimit-Reset", "-3"), ("X-RateLimit-Reset", "90")], 90),
            (&[("RateLimit-Remaining", "90")], 60),
            (&[("Retry-After", "")], 60),
            (&[("Retry-After", "\u{e9}")], 60),
            (&[], 60),
        ] {
            assert_eq!(waited(headers), wait, "{headers:?}");
        }
    }

    #[test]
    fn a_wait_is_never_shorter_than_a_second_or_longer_than_a_day() {
        let past = (NOW - 90).to_string();
        for (told, wait) in [
            ("0", 1),
            (past.as_str(), 1),
            ("Wed, 21 Oct 2015 07:28:00 GMT", 1),
            ("86401", 86_400),
            ("999999999", 86_400),
            ("9999999999999", 86_400),
            ("99999999999999999999999999", 86_400),
        ] {
            assert_eq!(waited(&[("Retry-After", told)]), wait, "{told}");
        }
    }
}
