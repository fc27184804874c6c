//! Time as a value, and the one clock that everything reads.
//!
//! Invariant: nothing outside this file asks the operating system for the time or sleeps. A test or the demo holds the
//! hand of a simulated clock, and then hours pass exactly when it says so.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::fmt::temporal::Pieces;
use jiff::fmt::{rfc2822, strtime};
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// The moment from which all others are counted, in UTC.
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

/// A moment in UTC, in microseconds since 1970 (`C-18`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since 1970.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// From milliseconds since 1970.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1000))
    }

    /// Microseconds since 1970.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970, as Discord's `<t:…>` wants them.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// The number of its day in UTC: 0 for 1 January 1970.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(86_400_000_000)
    }

    /// The first moment of the day of this number, in UTC.
    pub const fn beginning_of_day(day: i64) -> Self {
        Self(day.saturating_mul(86_400_000_000))
    }

    /// The number of its week, which begins on Monday at 00:00 UTC: 0 for the one of 1 January 1970, a Thursday.
    pub const fn week(self) -> i64 {
        (self.day() + 3).div_euclid(7)
    }

    /// The moment `span` later; stops at the end of time instead of wrapping.
    #[must_use]
    pub fn after(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }

    /// The moment `span` earlier; stops at the beginning of time instead of wrapping.
    #[must_use]
    pub fn before(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }

    /// How long ago `earlier` was; zero when it is not in the past.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// RFC 3339 with `Z` and microseconds only where there are some: `2026-11-21T20:15:00Z`.
    ///
    /// A moment outside the years 0 to 9999, which only a damaged record can hold, is written as its number.
    pub fn rfc3339(self) -> String {
        self.in_utc().map_or_else(|| self.0.to_string(), |moment| format!("{moment}Z"))
    }

    /// RFC 3339 with all six digits of the microseconds, so that texts are in the order of their moments:
    /// `2026-11-21T20:15:00.000000Z`. For files in which people sort.
    pub fn rfc3339_in_order(self) -> String {
        self.in_utc().map_or_else(|| self.0.to_string(), |moment| format!("{moment:.6}Z"))
    }

    /// Reads RFC 3339; `None` when the text is something else.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        let pieces = Pieces::parse(text).ok()?;
        Self::shown(pieces.date().to_datetime(pieces.time()?), pieces.to_numeric_offset()?)
    }

    /// In UTC, in a form of `strftime`: `%Y%m%d-%H%M%S` gives `20261121-201500`. Outside the years 0 to 9999 its number.
    pub fn strftime(self, form: &str) -> String {
        let text = self.in_utc().and_then(|moment| strtime::format(form, moment).ok());
        text.unwrap_or_else(|| self.0.to_string())
    }

    /// The moment of which [`Timestamp::strftime`] makes exactly this text.
    pub fn strptime(form: &str, text: &str) -> Option<Self> {
        let moment = Self::shown(DateTime::strptime(form, text).ok()?, Offset::UTC)?;
        (moment.strftime(form) == text).then_some(moment)
    }

    /// The form of the header `Date` in HTTP: `Sat, 21 Nov 2026 20:15:00 GMT`; `None` outside the years 0 to 9999.
    pub fn http_date(self) -> Option<String> {
        rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&self.to_jiff()?).ok()
    }

    /// Reads that form, whatever day of the week it names.
    pub fn from_http_date(text: &str) -> Option<Self> {
        let parser = rfc2822::DateTimeParser::new().relaxed_weekday(true);
        parser.parse_timestamp(text).ok().map(Self::from_jiff)
    }

    /// As the calendar wants it; `None` for a moment that only a damaged record can hold.
    pub(super) fn to_jiff(self) -> Option<jiff::Timestamp> {
        jiff::Timestamp::from_microsecond(self.0).ok()
    }

    /// As the calendar gives it.
    pub(super) fn from_jiff(moment: jiff::Timestamp) -> Self {
        Self(moment.as_microsecond())
    }

    /// Date and time of day in UTC; `None` outside the years 0 to 9999.
    fn in_utc(self) -> Option<DateTime> {
        let moment = EPOCH.checked_add(SignedDuration::from_micros(self.0)).ok()?;
        (moment.year() >= 0).then_some(moment)
    }

    /// The moment at which calendars and clocks show this where they are so far ahead of UTC.
    fn shown(moment: DateTime, ahead: Offset) -> Option<Self> {
        let since = moment.duration_since(EPOCH).checked_sub(ahead.into())?;
        i64::try_from(since.as_micros()).ok().map(Self)
    }
}

/// The clock of the process: the operating system's, or one that a test moves by hand.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Simulated(watch::Receiver<Timestamp>),
}

/// Moves a simulated [`Clock`]. Clones move the same clock.
#[derive(Clone, Debug)]
pub struct ClockHand(Arc<watch::Sender<Timestamp>>);

impl Clock {
    /// The operating system's clock.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at `start` until its hand moves it.
    pub fn simulated(start: Timestamp) -> (Self, ClockHand) {
        let (hand, face) = watch::channel(start);
        (Self(Source::Simulated(face)), ClockHand(Arc::new(hand)))
    }

    /// The present moment.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the operating system's clock")]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System => {
                let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                Timestamp(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
            }
            Source::Simulated(face) => *face.borrow(),
        }
    }

    /// Waits until the clock shows `moment` or later. Never returns if a simulated clock's hand is gone before that.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that sleeps")]
    pub async fn sleep_until(&self, moment: Timestamp) {
        match &self.0 {
            // Long waits are cut, so that a machine that slept or set its clock is not an hour late.
            Source::System => loop {
                let left = moment.since(self.now());
                if left.is_zero() {
                    return;
                }
                tokio::time::sleep(left.min(Duration::from_mins(1))).await;
            },
            Source::Simulated(face) => {
                let mut face = face.clone();
                if face.wait_for(|now| *now >= moment).await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        }
    }

    /// Waits for `span` of this clock's time.
    pub async fn sleep(&self, span: Duration) {
        self.sleep_until(self.now().after(span)).await;
    }
}

impl ClockHand {
    /// Moves the clock forward; everything that is due by then wakes up.
    pub fn advance(&self, span: Duration) {
        self.0.send_modify(|now| *now = now.after(span));
    }

    /// Moves the clock to `moment`, never back.
    pub fn advance_to(&self, moment: Timestamp) {
        self.0.send_modify(|now| *now = moment.max(*now));
    }

    /// What the clock shows.
    pub fn now(&self) -> Timestamp {
        *self.0.borrow()
    }
}

/// Measures how long something took in real time, whatever the clock says. For logs and figures, never for decisions.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts measuring.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that measures real time")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Real time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_survives_the_way_through_text() {
        let moment = Timestamp::from_micros(1_763_756_100_123_456);
        assert_eq!(Timestamp::from_rfc3339(&moment.rfc3339()), Some(moment));
        assert_eq!(Timestamp::from_micros(0).rfc3339(), "1970-01-01T00:00:00Z");
        assert_eq!(Timestamp::from_rfc3339("yesterday"), None);
        let texts = [0, 1, 10, 999_999, 1_000_000, 1_100_000, 60_000_000]
            .map(|at| Timestamp::from_micros(at).rfc3339_in_order());
        assert!(texts.is_sorted() && texts.iter().all(|text| text.len() == 27), "{texts:?}");
        assert_eq!(Timestamp::from_rfc3339(&texts[4]), Some(Timestamp::from_micros(1_000_000)));
        assert_eq!(Timestamp::from_micros(i64::MAX).rfc3339(), i64::MAX.to_string());
        let date = Timestamp::from_micros(0).http_date();
        assert_eq!(date.as_deref(), Some("Thu, 01 Jan 1970 00:00:00 GMT"));
    }

    #[test]
    fn a_moment_is_written_as_it_always_was() {
        for (micros, text, in_order) in [
            (-1, "1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z"),
            (1_795_291_200_000_000, "2026-11-21T20:00:00Z", "2026-11-21T20:00:00.000000Z"),
            (1_795_291_200_120_000, "2026-11-21T20:00:00.12Z", "2026-11-21T20:00:00.120000Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"),
            (253_402_300_800_000_000, "253402300800000000", "253402300800000000"),
            (-62_167_219_200_000_000, "0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000000Z"),
            (-62_167_219_200_000_001, "-62167219200000001", "-62167219200000001"),
            (i64::MIN, "-9223372036854775808", "-9223372036854775808"),
        ] {
            let moment = Timestamp::from_micros(micros);
            assert_eq!((moment.rfc3339().as_str(), moment.rfc3339_in_order().as_str()), (text, in_order));
            let read = Timestamp::from_rfc3339(text);
            assert_eq!(read, text.ends_with('Z').then_some(moment), "{text}");
        }
        for text in ["2026-11-21T21:15:00+01:00", "2026-11-21T20:15:00.000000999Z", "2026-11-21t20:15:00z"] {
            assert_eq!(Timestamp::from_rfc3339(text), Some(Timestamp::from_micros(1_795_292_100_000_000)), "{text}");
        }
        for text in
            ["", "2026-11-21", "20:15:00Z", "2026-11-21T20:15:00", "2026-13-21T20:15:00Z", "2026-11-21T25:15:00Z"]
        {
            assert_eq!(Timestamp::from_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn only_the_text_that_is_written_is_read_in_a_form() {
        const FORM: &str = "%Y%m%d-%H%M%S";
        let moment = Timestamp::from_micros(1_795_292_100_000_000);
        assert_eq!(moment.strftime(FORM), "20261121-201500");
        assert_eq!(Timestamp::strptime(FORM, "20261121-201500"), Some(moment));
        for text in ["", "20261121", "20261121-2015", "20261121-201560", " 20261121-201500", "20261321-201500"] {
            assert_eq!(Timestamp::strptime(FORM, text), None, "{text}");
        }
    }

    #[test]
    fn a_date_of_http_is_read_whatever_day_of_the_week_it_names() {
        let moment = Some(Timestamp::from_micros(1_795_292_100_000_000));
        for text in [
            "Sat, 21 Nov 2026 20:15:00 GMT",
            "Mon, 21 Nov 2026 20:15:00 GMT",
            "21 Nov 2026 20:15:00 GMT",
            "Sat, 21 Nov 2026 20:15:00 +0000",
            "Sat, 21 Nov 2026 21:15:00 +0100",
        ] {
            assert_eq!(Timestamp::from_http_date(text), moment, "{text}");
        }
        assert_eq!(Timestamp::from_http_date("90"), None);
    }

    #[tokio::test]
    async fn a_simulated_clock_wakes_sleepers_only_when_its_hand_moves() {
        let (clock, hand) = Clock::simulated(Timestamp::from_micros(0));
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.sleep_until(Timestamp::from_micros(10_000_000)).await;
                clock.now()
            }
        });
        hand.advance(Duration::from_secs(4));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        hand.advance(Duration::from_secs(6));
        assert_eq!(sleeper.await.unwrap(), Timestamp::from_micros(10_000_000));
    }
}
