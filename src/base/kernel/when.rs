//! Moments as people type them: `in 2h30m`, `tomorrow 9:00`, `24 dec 6pm`, `every weekday 8:30` (`D-68`).
//!
//! What was understood is a [`When`]. It reads as a text that is understood as the same again. What could mean several
//! moments, such as `3/4` or `monday 7`, is refused, and so is what has passed. A day without a time means its morning. A
//! time that the clock skips is the moment at which it is put forward, one that it shows twice is the first one (`D-69`).
//! The grammar is in `parsed`.

mod parsed;

use std::fmt;

use serde::{Deserialize, Serialize};

use self::parsed::Parsed;
use super::calendar::{Time, Weekday, Zone};
use super::error::Result;
use super::text::one_line;
use super::time::Timestamp;
use crate::refusals;

/// Days of the week, a bit for each from Monday on.
const EVERY_DAY: u8 = 0b111_1111;
const WORKDAYS: u8 = 0b001_1111;
const WEEKEND: u8 = 0b110_0000;
/// What is repeated of a text that is not understood, in characters.
const REPEATED: usize = 60;

/// A moment that somebody typed, as it was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// The moment; the first, where it comes again.
    pub at: Timestamp,
    /// How it comes again.
    pub every: Option<Every>,
    /// The time zone in which it is meant.
    pub zone: Zone,
}

/// Days of the week and a time at which something comes again. It is stored, so its form never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Every {
    days: u8,
    hour: i8,
    minute: i8,
}

refusals! {
    /// Why a typed moment is not taken.
    pub enum WhenRefusal {
        /// It is none, or may be several.
        Unclear {
            /// What was typed.
            typed: String,
        } => "when.unclear" as NotValid,
            "I cannot tell which moment **{typed}** is. Write it like `in 2h30m`, `tomorrow 9:00`, \
            `monday 6pm`, `24 dec 18:00`, `2026-12-24` or `every weekday 8:30`.";
        /// It has passed.
        Passed {
            /// The moment.
            at: Timestamp,
        } => "when.passed" as NotValid,
            "That was {at}. Write a moment to come, like `in 2h30m`, `tomorrow 9:00` or `24 dec 18:00`.";
    }
}

impl When {
    /// Understands what somebody typed who means this zone, unless the text ends with another one.
    pub fn parse(typed: &str, zone: &Zone, now: Timestamp) -> Result<Self> {
        let text = typed.trim().to_lowercase().replace("a.m.", "am").replace("p.m.", "pm");
        let when = Self::understood(&text, zone, now).or_else(|| Self::in_zone(&text, now));
        let when = when.ok_or_else(|| WhenRefusal::Unclear { typed: one_line(typed, REPEATED) })?;
        if when.at > now { Ok(when) } else { Err(WhenRefusal::Passed { at: when.at }.into()) }
    }

    /// The same; what comes again begins with the first time that is not before `earliest`.
    #[must_use]
    pub fn beginning(self, earliest: Timestamp) -> Self {
        let later = self.every.filter(|_| self.at < earliest).and_then(|every| every.next(&self.zone, earliest));
        Self { at: later.unwrap_or(self.at), ..self }
    }

    fn understood(text: &str, zone: &Zone, now: Timestamp) -> Option<Self> {
        let (at, every) = match exact(text) {
            Some(at) => (at, None),
            None => Parsed::of(text)?.moment(zone, now)?,
        };
        Some(Self { at, every, zone: zone.clone() })
    }

    /// What the text means whose last word, or last two words, are a time zone.
    fn in_zone(text: &str, now: Timestamp) -> Option<Self> {
        let mut blanks = text.rmatch_indices(char::is_whitespace).take(2);
        blanks.find_map(|(at, _)| {
            let (moment, zone) = text.split_at_checked(at)?;
            Self::understood(moment, &Zone::typed(zone)?, now)
        })
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.every {
            Some(every) => write!(f, "{every} in {}", self.zone),
            None => write!(f, "{} in {}", self.zone.in_words(self.at), self.zone),
        }
    }
}

impl Every {
    /// The first of its moments after another one.
    pub fn next(self, zone: &Zone, after: Timestamp) -> Option<Timestamp> {
        let time = Time::new(self.hour, self.minute, 0, 0).ok()?;
        weekdays(self.days).filter_map(|day| zone.next(Some(day), time, after)).min()
    }
}

impl fmt::Display for Every {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = match self.days {
            EVERY_DAY => "day".to_owned(),
            WORKDAYS => "weekday".to_owned(),
            days => weekdays(days).map(|day| format!("{day:?}")).collect::<Vec<_>>().join(" and "),
        };
        write!(f, "every {days}, {:02}:{:02}", self.hour, self.minute)
    }
}

/// A moment that is the same in every time zone: as ISO 8601 writes it with its distance from UTC, or as Discord does.
fn exact(text: &str) -> Option<Timestamp> {
    let seconds = text.strip_prefix("<t:").and_then(|rest| rest.split([':', '>']).next()?.parse::<i64>().ok());
    match seconds {
        Some(seconds) => Some(Timestamp::from_millis(seconds.saturating_mul(1_000))),
        None => Timestamp::from_rfc3339(text),
    }
}

fn weekdays(days: u8) -> impl Iterator<Item = Weekday> {
    Weekday::Monday.cycle_forward().take(7).filter(move |day| days & bit(*day) != 0)
}

fn bit(day: Weekday) -> u8 {
    1 << day.to_monday_zero_offset()
}

#[cfg(test)]
mod tests;
