//! The calendar and the clock on the wall, in the time zone of a person or a server.
//!
//! What is stored is a moment in UTC. Whoever plans for people ("tomorrow at nine") asks here when that is. The database of
//! time zones is part of the program: a Raspberry Pi or a container may have none, and so it is the same everywhere.

mod typed;

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::tz::{self, AmbiguousOffset, Offset, TimeZone};

pub use jiff::Span;
pub use jiff::civil::{Date, DateTime, Time, Weekday};

use super::time::Timestamp;

/// A time zone of the IANA database, or a steady distance from UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// Names in databases of time zones that are none of any place.
const NO_ZONES: [&str; 3] = ["Factory", "localtime", "posixrules"];

impl Zone {
    /// The zone by which moments are stored.
    pub const UTC: Self = Self(TimeZone::UTC);

    /// The zones that are named after a place, and UTC. Those of `Etc` are not: their signs are the other way round.
    pub fn all() -> impl Iterator<Item = Self> {
        names().filter_map(|name| Self::named(&name))
    }

    /// The zone of this name, in capital or small letters: `Europe/Berlin`, or `UTC+02:00`. `None` where there is no such
    /// zone.
    pub fn named(name: &str) -> Option<Self> {
        if NO_ZONES.iter().any(|none| none.eq_ignore_ascii_case(name)) {
            return None;
        }
        let zone = TimeZone::get(name).ok().filter(|zone| zone.iana_name().is_some()).map(Self);
        zone.or_else(|| typed::distance(name))
    }

    /// The zone whose clocks are so many minutes ahead of UTC, all year; `None` for more than there is on earth.
    pub fn ahead_of_utc(minutes: i32) -> Option<Self> {
        let offset = Offset::from_seconds(minutes.checked_mul(60)?).ok()?;
        (-12 * 60..=14 * 60).contains(&minutes).then(|| Self(TimeZone::fixed(offset)))
    }

    /// Whether it is a distance from UTC, which knows no summer time.
    pub fn is_distance(&self) -> bool {
        self.0.iana_name().is_none()
    }

    /// What the calendar and the clock on the wall show at a moment; `None` for one that only a damaged record can hold.
    pub fn local(&self, at: Timestamp) -> Option<DateTime> {
        Some(self.0.to_datetime(at.to_jiff()?))
    }

    /// What they show at a moment, as people read it: `Monday 30 November 2026, 18:00`.
    pub fn in_words(&self, at: Timestamp) -> String {
        let local = self.local(at);
        local.map_or_else(|| at.rfc3339(), |local| local.strftime("%A %-d %B %Y, %H:%M").to_string())
    }

    /// The moment at which they show this: the first one where the clock shows it twice, and where it skips it, the one at
    /// which it is put forward.
    pub fn moment(&self, local: DateTime) -> Option<Timestamp> {
        let found = self.0.to_ambiguous_timestamp(local);
        let first = found.earlier().ok()?;
        let moment = match found.offset() {
            AmbiguousOffset::Gap { .. } => self.0.following(first).next()?.timestamp(),
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => first,
        };
        Some(Timestamp::from_jiff(moment))
    }

    /// The moment a span later. Days, weeks, months and years later the clock shows the same time; hours are hours.
    pub fn after(&self, at: Timestamp, span: Span) -> Option<Timestamp> {
        let later = at.to_jiff()?.to_zoned(self.0.clone()).checked_add(span).ok()?;
        Some(Timestamp::from_jiff(later.timestamp()))
    }

    /// The first moment after another at which the clock shows a time, on a day of the week or on any.
    pub fn next(&self, day: Option<Weekday>, time: Time, after: Timestamp) -> Option<Timestamp> {
        // From today to the same day of the next week, and one more where a zone leaves out a day.
        let dates = self.local(after)?.date().series(1.day()).take(9);
        let fitting = dates.filter(|date| day.is_none_or(|day| date.weekday() == day));
        fitting.filter_map(|date| self.moment(date.to_datetime(time))).find(|at| *at > after)
    }
}

/// The names of the zones of places, and of UTC.
fn names() -> impl Iterator<Item = String> {
    let names = tz::db().available().map(|name| name.as_str().to_owned());
    names.filter(|name| name == "UTC" || (name.contains('/') && !name.starts_with("Etc/")))
}

/// Its name as the database writes it; a distance as `UTC+02:00`.
impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0.iana_name(), self.0.to_fixed_offset()) {
            (None, Ok(offset)) => {
                let minutes = offset.seconds() / 60;
                let sign = if minutes < 0 { '-' } else { '+' };
                write!(f, "UTC{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
            (name, _) => f.write_str(name.unwrap_or("UTC")),
        }
    }
}

impl FromStr for Zone {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::named(name).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{date, time};

    use super::*;

    fn berlin() -> Zone {
        Zone::named("europe/berlin").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::from_rfc3339(text).unwrap()
    }

    #[test]
    fn a_zone_is_found_by_its_name_without_help_of_the_system() {
        assert_eq!(berlin().to_string(), "Europe/Berlin");
        assert_eq!(Zone::named("UTC").map(|zone| zone.to_string()).as_deref(), Some("UTC"));
        let none = ["Factory", "factory", "posixrules", "localtime", "Etc/Unknown", "posix/Europe/Berlin"];
        for name in ["", "Berlin", "Europe/Atlantis", "../../etc/passwd"].into_iter().chain(none) {
            assert_eq!(Zone::named(name), None, "{name}");
        }
    }

    #[test]
    fn the_clock_on_the_wall_goes_back_and_forth_twice_a_year() {
        let local = |text: &str| berlin().local(at(text)).unwrap();
        assert_eq!(local("2026-11-21T20:00:00Z"), date(2026, 11, 21).at(21, 0, 0, 0));
        assert_eq!(local("2026-07-21T20:00:00Z"), date(2026, 7, 21).at(22, 0, 0, 0));
        for skipped in [date(2026, 3, 29).at(2, 0, 0, 0), date(2026, 3, 29).at(2, 30, 0, 0)] {
            assert_eq!(berlin().moment(skipped), Some(at("2026-03-29T01:00:00Z")), "03:00 by the clock");
        }
        // Samoa left out a whole day.
        let apia = Zone::named("Pacific/Apia").unwrap();
        let skipped = apia.moment(date(2011, 12, 30).at(12, 0, 0, 0)).unwrap();
        assert_eq!(apia.in_words(skipped), "Saturday 31 December 2011, 00:00");
        let twice = berlin().moment(date(2026, 10, 25).at(2, 30, 0, 0));
        assert_eq!(twice, Some(at("2026-10-25T00:30:00Z")));
        assert_eq!(berlin().local(Timestamp::from_micros(i64::MAX)), None);
    }

    #[test]
    fn zones_are_listed_by_place_and_a_moment_is_written_in_words() {
        let names: Vec<String> = Zone::all().map(|zone| zone.to_string()).collect();
        assert!(names.len() > 400, "{} zones", names.len());
        for name in ["UTC", "Europe/Berlin", "America/New_York"] {
            assert!(names.iter().any(|known| known == name), "{name}");
        }
        assert!(!names.iter().any(|name| name.starts_with("Etc/") || name == "Factory"), "{names:?}");
        assert_eq!("europe/berlin".parse(), Ok(berlin()));
        assert_eq!("Berlin".parse::<Zone>(), Err(()));
        assert_eq!(Zone::named("utc"), Some(Zone::UTC));
        assert_eq!(berlin().in_words(at("2026-11-30T17:00:00Z")), "Monday 30 November 2026, 18:00");
        assert_eq!(berlin().in_words(Timestamp::from_micros(i64::MAX)), i64::MAX.to_string());
    }

    #[test]
    fn a_distance_from_utc_is_a_zone_without_summer_time() {
        for (minutes, name) in [(120, "UTC+02:00"), (-570, "UTC-09:30"), (345, "UTC+05:45"), (-30, "UTC-00:30")] {
            let zone = Zone::ahead_of_utc(minutes).unwrap();
            assert_eq!((zone.to_string().as_str(), zone.is_distance()), (name, true));
            assert_eq!(Zone::named(name), Some(zone), "what is stored is read again");
        }
        assert_eq!(Zone::ahead_of_utc(0), Some(Zone::UTC));
        assert!(!Zone::UTC.is_distance() && !berlin().is_distance());
        for minutes in [-721, 841, i32::MAX, i32::MIN] {
            assert_eq!(Zone::ahead_of_utc(minutes), None, "{minutes}");
        }
        let east = Zone::ahead_of_utc(120).unwrap();
        for day in ["2026-01-21T20:00:00Z", "2026-07-21T20:00:00Z"] {
            assert_eq!(east.local(at(day)).unwrap().hour(), 22);
        }
    }

    #[test]
    fn a_day_later_the_clock_shows_the_same_time_and_24_hours_later_it_may_not() {
        let evening = at("2026-10-24T16:00:00Z");
        assert_eq!(berlin().after(evening, 1.day()), Some(at("2026-10-25T17:00:00Z")));
        assert_eq!(berlin().after(evening, 24.hours()), Some(at("2026-10-25T16:00:00Z")));
        assert_eq!(berlin().after(at("2026-01-31T12:00:00Z"), 1.month()), Some(at("2026-02-28T12:00:00Z")));
    }

    #[test]
    fn the_next_monday_evening_is_never_now() {
        let (saturday, six) = (at("2026-11-21T20:00:00Z"), time(18, 0, 0, 0));
        let monday = berlin().next(Some(Weekday::Monday), six, saturday);
        assert_eq!(monday, Some(at("2026-11-23T17:00:00Z")));
        assert_eq!(berlin().next(Some(Weekday::Monday), six, monday.unwrap()), Some(at("2026-11-30T17:00:00Z")));
        assert_eq!(berlin().next(None, six, saturday), Some(at("2026-11-22T17:00:00Z")));
        assert_eq!(berlin().next(None, time(22, 0, 0, 0), saturday), Some(at("2026-11-21T21:00:00Z")));
    }
}
