//! Moments as people type them: `in 2h30m`, `tomorrow 9:00`, `24 dec 6pm`, `every weekday 8:30` (`D-68`).
//!
//! What was understood is a [`When`]. It reads as a text that is understood as the same again. What could mean several
//! moments, such as `3/4` or `monday 7`, is refused, and so is what has passed. A day without a time means its morning.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::calendar::{Date, Span, Time, Weekday, Zone};
use super::error::Result;
use super::text::one_line;
use super::time::Timestamp;
use crate::refusals;

/// What is meant where only a day is typed.
const MORNING: Time = Time::constant(9, 0, 0, 0);
/// A day that is not in each year comes within so many.
const YEARS: i16 = 8;
/// Days of the week, a bit for each from Monday on.
const EVERY_DAY: u8 = 0b111_1111;
const WORKDAYS: u8 = 0b001_1111;
const WEEKEND: u8 = 0b110_0000;
const MONTHS: &str = "january february march april may june july august september october november december";
/// Words and signs that only join others; `t` stands between a date and its time.
const JOINTS: [&str; 13] = [",", "and", "at", "in", "nd", "of", "on", "rd", "st", "t", "th", "the", "this"];
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
        } => "when.unclear", "I cannot tell which moment **{typed}** is. Write it like `in 2h30m`, `tomorrow 9:00`, \
            `monday 6pm`, `24 dec 18:00`, `2026-12-24` or `every weekday 8:30`.";
        /// It has passed.
        Passed {
            /// The moment.
            at: Timestamp,
        } => "when.passed", "That was {at}. Write a moment to come, like `in 2h30m`, `tomorrow 9:00` or `24 dec 18:00`.";
    }
}

impl When {
    /// Understands what somebody typed who means this zone, unless the text ends with another one.
    pub fn parse(typed: &str, zone: &Zone, now: Timestamp) -> Result<Self> {
        let when = Self::understood(&typed.trim().to_lowercase(), zone, now);
        let when = when.ok_or_else(|| WhenRefusal::Unclear { typed: one_line(typed, REPEATED) })?;
        if when.at > now { Ok(when) } else { Err(WhenRefusal::Passed { at: when.at }.into()) }
    }

    fn understood(typed: &str, zone: &Zone, now: Timestamp) -> Option<Self> {
        let with_zone = typed.rsplit_once(char::is_whitespace);
        let with_zone = with_zone.and_then(|(moment, name)| Some((moment, Zone::named(name)?)));
        let (moment, zone) = with_zone.unwrap_or_else(|| (typed, zone.clone()));
        let (at, every) = Parsed::of(moment)?.moment(&zone, now)?;
        Some(Self { at, every, zone })
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

/// A day, as it is typed.
#[derive(Clone, Copy)]
enum Day {
    /// So many days from today.
    In(i64),
    /// A date; without a year it is the next one.
    On { day: i8, month: i8, year: Option<i16> },
}

/// The parts of a text.
#[derive(Default)]
struct Parsed {
    is_repeated: bool,
    /// Whether today is left out.
    is_next: bool,
    days: u8,
    day: Option<Day>,
    time: Option<Time>,
    spans: Vec<Span>,
}

impl Parsed {
    /// All of a text in lower case; `None` where one of them is not understood.
    fn of(typed: &str) -> Option<Self> {
        let spaced = spaced(typed);
        let tokens: Vec<&str> = spaced.split_whitespace().filter(|token| !JOINTS.contains(token)).collect();
        let (mut parsed, mut rest) = (Self::default(), tokens.as_slice());
        while !rest.is_empty() {
            rest = parsed.take(rest)?;
        }
        Some(parsed)
    }

    /// Takes the first part, and gives the tokens behind it.
    fn take<'t>(&mut self, tokens: &'t [&'t str]) -> Option<&'t [&'t str]> {
        if let [amount, unit, rest @ ..] = tokens
            && let Some(span) = span(amount, unit)
        {
            self.spans.push(span);
            return Some(rest);
        }
        let rest = match tokens {
            ["every" | "each", rest @ ..] => {
                self.is_repeated = true;
                rest
            }
            ["next", rest @ ..] => {
                self.is_next = true;
                rest
            }
            ["day", rest @ ..] if self.is_repeated => self.also(EVERY_DAY, rest),
            ["weekday", rest @ ..] if self.is_repeated => self.also(WORKDAYS, rest),
            ["weekend", rest @ ..] if self.is_repeated => self.also(WEEKEND, rest),
            ["today", rest @ ..] => once(&mut self.day, Day::In(0), rest)?,
            ["tomorrow", rest @ ..] => once(&mut self.day, Day::In(1), rest)?,
            ["noon", rest @ ..] => once(&mut self.time, clock("12", "00", "")?, rest)?,
            ["midnight", rest @ ..] => once(&mut self.time, clock("0", "00", "")?, rest)?,
            [hour, ":", minute, half @ ("am" | "pm"), rest @ ..] => {
                once(&mut self.time, clock(hour, minute, half)?, rest)?
            }
            [hour, ":", minute, rest @ ..] => once(&mut self.time, clock(hour, minute, "")?, rest)?,
            [hour, half @ ("am" | "pm"), rest @ ..] => once(&mut self.time, clock(hour, "00", half)?, rest)?,
            [year, "-", month, "-", day, rest @ ..] if is_year(year) => {
                let (day, month, year) = (day.parse().ok()?, month.parse().ok()?, year.parse().ok());
                once(&mut self.day, Day::On { day, month, year }, rest)?
            }
            [day, ".", month, ".", rest @ ..] | [day, ".", month, rest @ ..] => {
                let (day, month) = (day.parse().ok()?, month.parse().ok()?);
                once(&mut self.day, Day::On { day, month, year: None }, rest)?
            }
            [day, name, rest @ ..] | [name, day, rest @ ..] if is_day(day) && month(name).is_some() => {
                let (day, month) = (day.parse().ok()?, month(name)?);
                once(&mut self.day, Day::On { day, month, year: None }, rest)?
            }
            [of_date, rest @ ..] if is_year(of_date) => match &mut self.day {
                Some(Day::On { year, .. }) => once(year, of_date.parse().ok()?, rest)?,
                _ => return None,
            },
            [day, rest @ ..] => self.also(bit(weekday(day)?), rest),
            [] => return None,
        };
        Some(rest)
    }

    fn also<'t>(&mut self, days: u8, rest: &'t [&'t str]) -> &'t [&'t str] {
        self.days |= days;
        rest
    }

    /// The moment that is meant, and how it comes again; `None` where the parts do not fit together.
    fn moment(&self, zone: &Zone, now: Timestamp) -> Option<(Timestamp, Option<Every>)> {
        let today = zone.local(now)?.date();
        let time = self.time.unwrap_or(MORNING);
        let on = |date: Date| zone.moment(date.to_datetime(time));
        let at = match (self.is_repeated, self.days.count_ones(), self.day, self.spans.as_slice()) {
            (true, 1.., None, []) => {
                let every = Every { days: self.days, hour: time.hour(), minute: time.minute() };
                return Some((every.next(zone, now)?, Some(every)));
            }
            (false, 0, None, spans @ [_, ..]) if self.time.is_none() => {
                spans.iter().try_fold(now, |at, span| zone.after(at, *span))?
            }
            (false, 0, None, []) => zone.next(None, self.time?, now)?,
            (false, 1, None, []) => {
                let after = if self.is_next { zone.moment(today.to_datetime(Time::MAX))? } else { now };
                zone.next(weekdays(self.days).next(), time, after)?
            }
            (false, 0 | 1, Some(Day::In(days)), []) => on(today.checked_add(Span::new().try_days(days).ok()?).ok()?)?,
            (false, 0 | 1, Some(Day::On { day, month, year: Some(year) }), []) => {
                on(Date::new(year, month, day).ok()?)?
            }
            (false, 0 | 1, Some(Day::On { day, month, year: None }), []) => {
                let years = today.year()..=today.year().saturating_add(YEARS);
                let dates = years.filter_map(|year| Date::new(year, month, day).ok());
                dates.filter_map(on).find(|at| *at > now)?
            }
            _ => return None,
        };
        // The day of the week beside a date has to be that of the date.
        let fits = self.days == 0 || self.days == bit(zone.local(at)?.weekday());
        fits.then_some((at, None))
    }
}

/// A text with blanks between digits, letters and each sign.
fn spaced(typed: &str) -> String {
    let mut spaced = String::with_capacity(2 * typed.len());
    let mut before = (false, false);
    for character in typed.chars() {
        let kind = (character.is_ascii_digit(), character.is_ascii_alphabetic());
        if kind != before || kind == (false, false) {
            spaced.push(' ');
        }
        spaced.push(character);
        before = kind;
    }
    spaced
}

/// Keeps a part of which a text has one.
fn once<'t, T>(slot: &mut Option<T>, value: T, rest: &'t [&'t str]) -> Option<&'t [&'t str]> {
    slot.replace(value).is_none().then_some(rest)
}

/// `30`, `m`
fn span(amount: &str, unit: &str) -> Option<Span> {
    let amount: i64 = if matches!(amount, "a" | "an") { 1 } else { amount.parse().ok()? };
    let span = Span::new();
    let span = match unit {
        "s" | "sec" | "secs" | "second" | "seconds" => span.try_seconds(amount),
        "m" | "min" | "mins" | "minute" | "minutes" => span.try_minutes(amount),
        "h" | "hr" | "hrs" | "hour" | "hours" => span.try_hours(amount),
        "d" | "day" | "days" => span.try_days(amount),
        "w" | "week" | "weeks" => span.try_weeks(amount),
        "month" | "months" => span.try_months(amount),
        "y" | "year" | "years" => span.try_years(amount),
        _ => return None,
    };
    span.ok()
}

/// `6`, `30`, and `am`, `pm` or nothing.
fn clock(hour: &str, minute: &str, half: &str) -> Option<Time> {
    let hour: i8 = hour.parse().ok()?;
    let hour = match (half, hour) {
        ("", hour) => hour,
        ("am", 1..=12) => hour % 12,
        ("pm", 1..=12) => hour % 12 + 12,
        _ => return None,
    };
    let minute = minute.parse().ok().filter(|_| minute.len() == 2)?;
    Time::new(hour, minute, 0, 0).ok()
}

fn is_day(token: &str) -> bool {
    token.parse::<i8>().is_ok()
}

fn is_year(token: &str) -> bool {
    token.len() == 4 && token.parse::<i16>().is_ok()
}

/// The number of a month, by its name or the beginning of that.
fn month(name: &str) -> Option<i8> {
    (1..).zip(MONTHS.split(' ')).find(|(_, month)| begins(month, name)).map(|(number, _)| number)
}

fn weekday(name: &str) -> Option<Weekday> {
    weekdays(EVERY_DAY).find(|day| begins(&format!("{day:?}").to_lowercase(), name))
}

fn begins(name: &str, typed: &str) -> bool {
    typed.len() >= 3 && name.starts_with(typed)
}

fn weekdays(days: u8) -> impl Iterator<Item = Weekday> {
    Weekday::Monday.cycle_forward().take(7).filter(move |day| days & bit(*day) != 0)
}

fn bit(day: Weekday) -> u8 {
    1 << day.to_monday_zero_offset()
}

#[cfg(test)]
mod tests;
