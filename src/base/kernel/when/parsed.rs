//! The grammar of moments: a text is taken apart into its parts, and these mean a moment together or are refused.

use super::{EVERY_DAY, Every, WEEKEND, WORKDAYS, bit, weekdays};
use crate::kernel::calendar::{Date, Span, Time, Weekday, Zone};
use crate::kernel::time::Timestamp;

/// What is meant where only a day is typed.
const MORNING: Time = Time::constant(9, 0, 0, 0);
const AFTERNOON: Time = Time::constant(15, 0, 0, 0);
const EVENING: Time = Time::constant(18, 0, 0, 0);
const NIGHT: Time = Time::constant(20, 0, 0, 0);
/// A time before this hour belongs to the night of the day before.
const NIGHT_ENDS: i8 = 6;
/// A day that is not in each year comes within so many.
const YEARS: i16 = 8;
const MONTHS: &str = "january february march april may june july august september october november december";
/// Words and signs that only join others; `t` stands between a date and its time.
const JOINTS: [&str; 13] = [",", "and", "at", "in", "nd", "of", "on", "rd", "st", "t", "th", "the", "this"];

/// A day, as it is typed.
#[derive(Clone, Copy)]
enum Day {
    /// So many days from today.
    In(i64),
    /// Today, and the first hours of tomorrow.
    Tonight,
    /// The last day of a month.
    EndOfMonth,
    /// A date; without a year it is the next one.
    On { day: i8, month: i8, year: Option<i16> },
}

/// The tokens of a text that are still to be taken.
type Rest<'t> = &'t [&'t str];

/// The parts of a text.
#[derive(Default)]
pub(super) struct Parsed {
    is_repeated: bool,
    /// Whether today is left out.
    is_next: bool,
    /// Whether the time is 24:00, which is 0:00 of the next day.
    is_end_of_day: bool,
    days: u8,
    day: Option<Day>,
    time: Option<Time>,
    /// What a part of the day means where no time is typed.
    part: Option<Time>,
    spans: Vec<Span>,
}

impl Parsed {
    /// All of a text in lower case; `None` where one of its parts is not understood.
    pub(super) fn of(typed: &str) -> Option<Self> {
        let spaced = spaced(typed);
        let tokens: Vec<&str> = spaced.split_whitespace().filter(|token| !JOINTS.contains(token)).collect();
        let (mut parsed, mut rest) = (Self::default(), tokens.as_slice());
        while !rest.is_empty() {
            rest = parsed.take(rest)?;
        }
        Some(parsed)
    }

    /// Takes the first part, and gives the tokens behind it.
    fn take<'t>(&mut self, tokens: Rest<'t>) -> Option<Rest<'t>> {
        let taken = self.take_span(tokens).or_else(|| self.take_time(tokens));
        taken.or_else(|| self.take_date(tokens)).or_else(|| self.take_days(tokens))
    }

    fn take_span<'t>(&mut self, tokens: Rest<'t>) -> Option<Rest<'t>> {
        let rest = match tokens {
            ["half", "a" | "an", "hour", rest @ ..] | ["half", "hour", rest @ ..] => {
                self.spans.push(span("30", "m")?);
                rest
            }
            [hours, ".", "5", unit @ ("h" | "hr" | "hrs" | "hour" | "hours"), rest @ ..] => {
                self.spans.extend([span(hours, unit)?, span("30", "m")?]);
                rest
            }
            [amount, unit, rest @ ..] => {
                self.spans.push(span(amount, unit)?);
                rest
            }
            _ => return None,
        };
        Some(rest)
    }

    fn take_time<'t>(&mut self, tokens: Rest<'t>) -> Option<Rest<'t>> {
        let (hour, minute, half, rest) = match tokens {
            ["morning", rest @ ..] => return once(&mut self.part, MORNING, rest),
            ["afternoon", rest @ ..] => return once(&mut self.part, AFTERNOON, rest),
            ["evening", rest @ ..] => return once(&mut self.part, EVENING, rest),
            ["night", rest @ ..] => return once(&mut self.part, NIGHT, rest),
            ["noon", rest @ ..] => ("12", "00", "", rest),
            ["midnight", rest @ ..] => ("0", "00", "", rest),
            [hour, ":" | ".", minute, half @ ("am" | "pm" | "uhr"), rest @ ..] => (*hour, *minute, *half, rest),
            [hour, ":", minute, ":", "00", rest @ ..] | [hour, ":", minute, rest @ ..] => (*hour, *minute, "", rest),
            [hour, half @ ("am" | "pm" | "uhr"), rest @ ..] => (*hour, "00", *half, rest),
            _ => return None,
        };
        self.is_end_of_day = (hour, minute, half) == ("24", "00", "");
        let hour = if self.is_end_of_day { "0" } else { hour };
        once(&mut self.time, clock(hour, minute, half)?, rest)
    }

    fn take_date<'t>(&mut self, tokens: Rest<'t>) -> Option<Rest<'t>> {
        let (day, rest) = match tokens {
            ["today", rest @ ..] => (Day::In(0), rest),
            ["tomorrow" | "tmrw", rest @ ..] => (Day::In(1), rest),
            ["day", "after", "tomorrow", rest @ ..] => (Day::In(2), rest),
            ["tonight", rest @ ..] => {
                self.part = self.part.or(Some(NIGHT));
                (Day::Tonight, rest)
            }
            ["end", "month", rest @ ..] => (Day::EndOfMonth, rest),
            ["end", "year", rest @ ..] => (Day::On { day: 31, month: 12, year: None }, rest),
            [year, "-", month, "-", day, rest @ ..] if is_year(year) => {
                (Day::On { day: day.parse().ok()?, month: month.parse().ok()?, year: year.parse().ok() }, rest)
            }
            [day, ".", month, ".", rest @ ..] | [day, ".", month, rest @ ..] => {
                (Day::On { day: day.parse().ok()?, month: month.parse().ok()?, year: None }, rest)
            }
            [day, name, rest @ ..] | [name, day, rest @ ..] if is_day(day) && month(name).is_some() => {
                (Day::On { day: day.parse().ok()?, month: month(name)?, year: None }, rest)
            }
            [of_date, rest @ ..] if is_year(of_date) => {
                let Some(Day::On { year, .. }) = &mut self.day else { return None };
                return once(year, of_date.parse().ok()?, rest);
            }
            _ => return None,
        };
        once(&mut self.day, day, rest)
    }

    /// Days of the week, and what says whether and how they come again.
    fn take_days<'t>(&mut self, tokens: Rest<'t>) -> Option<Rest<'t>> {
        let (name, rest) = tokens.split_first()?;
        let (is_repeated, days) = match *name {
            "every" | "each" | "weekly" => (true, 0),
            "daily" => (true, EVERY_DAY),
            "weekdays" | "workdays" => (true, WORKDAYS),
            "weekends" => (true, WEEKEND),
            "day" if self.is_repeated => (true, EVERY_DAY),
            "weekday" | "workday" if self.is_repeated => (true, WORKDAYS),
            "weekend" if self.is_repeated => (true, WEEKEND),
            "next" => {
                self.is_next = true;
                (false, 0)
            }
            name => match weekday(name) {
                Some(day) => (false, bit(day)),
                None => (true, bit(each_weekday(name)?)),
            },
        };
        self.is_repeated |= is_repeated;
        self.days |= days;
        Some(rest)
    }

    /// The moment that is meant, and how it comes again; `None` where the parts do not fit together.
    pub(super) fn moment(&self, zone: &Zone, now: Timestamp) -> Option<(Timestamp, Option<Every>)> {
        if self.is_repeated {
            let every = self.every()?;
            return Some((every.next(zone, now)?, Some(every)));
        }
        let at = match (self.day, self.spans.as_slice()) {
            (None, []) => self.next_time(zone, now)?,
            (Some(day), []) => self.on_day(day, zone, now)?,
            (None, _) if self.days == 0 => self.later(zone, now)?,
            _ => return None,
        };
        // The day of the week beside a date has to be that of the date.
        let days = self.days_meant();
        let fits = days == 0 || days == bit(zone.local(at)?.weekday());
        fits.then_some((at, None))
    }

    fn every(&self) -> Option<Every> {
        // Every morning is that of every day.
        let days = match (self.days_meant(), self.part) {
            (0, Some(_)) => EVERY_DAY,
            (days, _) => days,
        };
        let (hour, minute) = (self.time_meant().hour(), self.time_meant().minute());
        let is_whole = days != 0 && self.day.is_none() && self.spans.is_empty();
        is_whole.then_some(Every { days, hour, minute })
    }

    /// The next time that the clock shows it, on a day of the week or on any.
    fn next_time(&self, zone: &Zone, now: Timestamp) -> Option<Timestamp> {
        let days = self.days_meant();
        if days == 0 {
            return zone.next(None, self.time.or(self.part)?, now);
        }
        let today = zone.local(now)?.date().checked_add(self.days_later()).ok()?;
        let after = if self.is_next { zone.moment(today.to_datetime(Time::MAX))? } else { now };
        zone.next(weekdays(days).next(), self.time_meant(), after)
    }

    /// The moment of a day; the first to come, where there are several.
    fn on_day(&self, day: Day, zone: &Zone, now: Timestamp) -> Option<Timestamp> {
        let today = zone.local(now)?.date();
        let dates: Vec<Date> = match day {
            Day::In(days) => vec![today.checked_add(Span::new().days(days)).ok()?],
            Day::Tonight => vec![today],
            Day::EndOfMonth => vec![today.last_of_month(), today.last_of_month().tomorrow().ok()?.last_of_month()],
            Day::On { day, month, year } => {
                let years = year.map_or(today.year()..=today.year().saturating_add(YEARS), |year| year..=year);
                years.filter_map(|year| Date::new(year, month, day).ok()).collect()
            }
        };
        let moments: Vec<Timestamp> = dates.into_iter().filter_map(|date| self.on(date, zone)).collect();
        moments.iter().find(|at| **at > now).or(moments.last()).copied()
    }

    /// So long from now; days from now, it may be at a time.
    fn later(&self, zone: &Zone, now: Timestamp) -> Option<Timestamp> {
        if self.time.or(self.part).is_none() {
            return self.spans.iter().try_fold(now, |at, span| zone.after(at, *span));
        }
        let is_of_days = |span: &Span| span.get_hours() == 0 && span.get_minutes() == 0 && span.get_seconds() == 0;
        if !self.spans.iter().all(is_of_days) {
            return None;
        }
        let today = zone.local(now)?.date();
        self.on(self.spans.iter().try_fold(today, |date, span| date.checked_add(*span).ok())?, zone)
    }

    /// The moment of a date at the time that is meant.
    fn on(&self, date: Date, zone: &Zone) -> Option<Timestamp> {
        zone.moment(date.checked_add(self.days_later()).ok()?.to_datetime(self.time_meant()))
    }

    fn time_meant(&self) -> Time {
        self.time.or(self.part).unwrap_or(MORNING)
    }

    /// How many days after the one that is named the time is meant: what ends a day is on the next.
    fn days_later(&self) -> Span {
        let is_tonight = matches!(self.day, Some(Day::Tonight));
        let is_after_midnight = is_tonight && self.time.is_some_and(|time| time.hour() < NIGHT_ENDS);
        Span::new().days(i64::from(self.is_end_of_day || is_after_midnight))
    }

    /// The days of the week on which it is.
    fn days_meant(&self) -> u8 {
        if self.is_end_of_day { ((self.days << 1) | (self.days >> 6)) & EVERY_DAY } else { self.days }
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
fn once<'t, T>(slot: &mut Option<T>, value: T, rest: Rest<'t>) -> Option<Rest<'t>> {
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

/// `6`, `30`, and `am`, `pm`, `uhr` or nothing.
fn clock(hour: &str, minute: &str, half: &str) -> Option<Time> {
    let hour: i8 = hour.parse().ok()?;
    let hour = match (half, hour) {
        ("" | "uhr", hour) => hour,
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

/// `mondays`
fn each_weekday(name: &str) -> Option<Weekday> {
    weekdays(EVERY_DAY).find(|day| name.strip_suffix('s') == Some(format!("{day:?}").to_lowercase().as_str()))
}

fn begins(name: &str, typed: &str) -> bool {
    typed.len() >= 3 && name.starts_with(typed)
}
