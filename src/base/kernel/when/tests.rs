//! Moments in every form that is understood, and in those that are refused.

use std::time::Duration;

use proptest::prelude::*;

use super::*;

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap()
}

fn at(text: &str) -> Timestamp {
    Timestamp::from_rfc3339(text).unwrap()
}

/// What is understood in Berlin on a Saturday at nine in the evening, or the code of the refusal.
fn read(typed: &str) -> Result<String, &'static str> {
    let when = When::parse(typed, &zone("Europe/Berlin"), at("2026-11-21T20:00:00Z"));
    when.map(|when| when.to_string()).map_err(|error| error.code())
}

/// All texts of a row are understood as what stands before them.
fn all_read_as(rows: &[(&str, &[&str])]) {
    for (shown, typed) in rows {
        for typed in *typed {
            assert_eq!(read(typed), Ok(format!("{shown} in Europe/Berlin")), "{typed}");
        }
    }
}

#[test]
fn a_span_is_read_with_its_units_in_any_form() {
    all_read_as(&[
        ("Saturday 21 November 2026, 21:10", &["10m", "in 10m", "10 min", " In 10 Minutes "]),
        ("Saturday 21 November 2026, 23:30", &["2h30m", "2h 30m", "in 2 hours and 30 minutes", "1h 1h 30m", "150m"]),
        ("Saturday 21 November 2026, 21:01", &["90s", "1m 30s"]),
        ("Saturday 21 November 2026, 22:00", &["an hour", "in 1 hour", "3600 seconds"]),
        ("Sunday 22 November 2026, 21:00", &["1d", "a day", "24h"]),
        ("Monday 30 November 2026, 21:00", &["1w2d", "9 days"]),
        ("Wednesday 25 November 2026, 01:00", &["3d 4h"]),
        ("Monday 21 December 2026, 21:00", &["1 month"]),
        ("Sunday 21 November 2027, 21:00", &["1y", "12 months", "1 year"]),
        ("Saturday 21 November 2026, 21:30", &["half an hour", "in half an hour", "half hour", "0.5h"]),
        ("Saturday 21 November 2026, 22:30", &["1h 30min", "1.5h", "in 1.5 hours", "an hour and half an hour"]),
        ("Tuesday 24 November 2026, 18:00", &["in 3 days at 18:00", "3 days 6pm", "6pm in 3 days"]),
        ("Saturday 28 November 2026, 12:00", &["1 week noon", "in 7 days, 12:00"]),
    ]);
}

#[test]
fn parts_of_the_day_and_ends_of_days_and_months_are_read() {
    all_read_as(&[
        ("Saturday 21 November 2026, 22:00", &["tonight 22:00", "tonight at 10pm", "10 p.m. tonight"]),
        (
            "Sunday 22 November 2026, 00:00",
            &["24:00", "today 24:00", "midnight tonight", "saturday 24:00", "21 nov 24:00"],
        ),
        ("Sunday 22 November 2026, 01:30", &["tonight 1:30", "tonight 1:30 a.m."]),
        ("Sunday 22 November 2026, 09:00", &["morning", "in the morning", "tomorrow morning"]),
        ("Sunday 22 November 2026, 15:00", &["tomorrow afternoon"]),
        ("Sunday 22 November 2026, 18:00", &["evening", "tomorrow in the evening", "tomorrow evening 18:00", "18 uhr"]),
        ("Sunday 22 November 2026, 20:00", &["tomorrow night"]),
        ("Sunday 22 November 2026, 21:30", &["tomorrow 9.30pm", "tomorrow 9.30 p.m.", "tomorrow 21.30 uhr"]),
        ("Monday 23 November 2026, 09:00", &["day after tomorrow", "the day after tomorrow at 9:00"]),
        ("Monday 23 November 2026, 09:00", &["next monday 9am", "monday morning"]),
        ("Tuesday 24 November 2026, 00:00", &["monday 24:00"]),
        ("Monday 30 November 2026, 09:00", &["end of month", "end of the month"]),
        ("Monday 30 November 2026, 18:00", &["end of month 18:00", "6pm at the end of the month"]),
        ("Thursday 31 December 2026, 09:00", &["end of the year"]),
    ]);
    assert_eq!(read("tonight"), Err("when.passed"), "it is nine in the evening");
    let noon = |typed: &str| When::parse(typed, &zone("Europe/Berlin"), at("2026-11-21T11:00:00Z")).unwrap().at;
    assert_eq!(noon("tonight"), at("2026-11-21T19:00:00Z"));
    assert_eq!(noon("this evening"), at("2026-11-21T17:00:00Z"));
    let last = When::parse("end of month", &zone("UTC"), at("2026-11-30T12:00:00Z")).unwrap();
    assert_eq!(last.at, at("2026-12-31T09:00:00Z"), "this month's has passed");
}

#[test]
fn a_moment_with_its_distance_from_utc_and_one_of_discords_mean_the_same_everywhere() {
    all_read_as(&[
        (
            "Thursday 24 December 2026, 10:00",
            &["2026-12-24T09:00Z", "2026-12-24T09:00:00Z", "2026-12-24t10:00+01:00", "2026-12-24T04:00:00-05:00"],
        ),
        ("Thursday 24 December 2026, 10:00", &["<t:1798102800>", "<t:1798102800:R>", "2026-12-24T10:00:00"]),
    ]);
    assert_eq!(read("<t:1>"), Err("when.passed"));
    for typed in ["<t:>", "<t:soon:R>", "2026-12-24T09:00+99:00"] {
        assert_eq!(read(typed), Err("when.unclear"), "{typed}");
    }
}

#[test]
fn a_time_and_a_day_are_read_in_any_order() {
    all_read_as(&[
        ("Saturday 21 November 2026, 21:30", &["21:30", "9:30pm", "today 21:30", "9:30 PM today"]),
        ("Sunday 22 November 2026, 09:00", &["9:00", "09:00", "9am", "tomorrow 9:00", "9:00 tomorrow", "tomorrow"]),
        ("Sunday 22 November 2026, 18:00", &["6pm", "6 pm", "18:00", "at 6pm", "tomorrow at 6:00 pm"]),
        ("Sunday 22 November 2026, 12:00", &["noon", "12pm", "tomorrow noon"]),
        ("Sunday 22 November 2026, 00:00", &["midnight", "12am", "0:00", "tomorrow midnight"]),
        ("Sunday 22 November 2026, 00:30", &["12:30am", "0:30"]),
        ("Monday 23 November 2026, 18:00", &["monday 18:00", "Mon 6pm", "on monday at 18:00", "18:00 on Monday"]),
        ("Saturday 21 November 2026, 22:00", &["saturday 22:00", "this saturday 10pm"]),
        ("Saturday 28 November 2026, 20:00", &["saturday 20:00", "next saturday 20:00"]),
        ("Saturday 28 November 2026, 22:00", &["next saturday 22:00"]),
        ("Friday 27 November 2026, 09:00", &["next friday", "friday", "fri 9:00"]),
        ("Tuesday 24 November 2026, 08:15", &["tues 8:15"]),
    ]);
}

#[test]
fn a_date_is_read_in_the_forms_that_mean_one_day() {
    let christmas = [
        "2026-12-24 18:00",
        "2026-12-24T18:00",
        "24.12. 18:00",
        "24.12 18:00",
        "24.12.2026 18:00",
        "24 dec 18:00",
        "dec 24 6pm",
        "24th of December, 18:00",
        "December 24th 2026 at 6pm",
        "18:00 24 dec",
        "thursday 24 dec 18:00",
        "Thursday, 24 December 2026, 18:00",
    ];
    all_read_as(&[
        ("Thursday 24 December 2026, 18:00", &christmas),
        ("Thursday 24 December 2026, 09:00", &["2026-12-24", "24 dec"]),
        ("Saturday 20 November 2027, 09:00", &["20.11.", "nov 20"]),
        ("Wednesday 1 September 2027, 09:00", &["1st sept", "sep 1"]),
        ("Tuesday 29 February 2028, 12:00", &["29 feb noon"]),
    ]);
}

#[test]
fn what_comes_again_is_read_with_its_days() {
    all_read_as(&[
        ("every day, 09:00", &["every day 9:00", "every day", "9:00 each day", "daily 9:00", "daily", "every morning"]),
        ("every day, 00:00", &["every day 24:00", "daily at midnight"]),
        ("every weekday, 08:30", &["every weekday 8:30", "every mon tue wed thu fri 8:30", "weekdays 8:30"]),
        ("every Monday, 18:00", &["every monday 18:00", "each mon 6pm", "mondays 18:00", "weekly on monday at 18:00"]),
        ("every Monday, 00:00", &["sundays 24:00"]),
        ("every Monday and Thursday, 18:00", &["every monday and thursday 6pm", "every thu, mon 18:00"]),
        ("every Saturday and Sunday, 12:00", &["every weekend noon", "every sun and sat 12:00"]),
    ]);
}

#[test]
fn a_text_may_end_with_the_time_zone_that_it_means() {
    for (typed, shown) in [
        ("18:00 in America/New_York", "Saturday 21 November 2026, 18:00 in America/New_York"),
        ("tomorrow 9:00 utc", "Sunday 22 November 2026, 09:00 in UTC"),
        ("every day 9:00 asia/tokyo", "every day, 09:00 in Asia/Tokyo"),
        ("2h europe/london", "Saturday 21 November 2026, 22:00 in Europe/London"),
        ("18:00 in New York", "Saturday 21 November 2026, 18:00 in America/New_York"),
        ("24 dec 18:00 Zürich", "Thursday 24 December 2026, 18:00 in Europe/Zurich"),
        ("mon 9:00 UTC+2", "Monday 23 November 2026, 09:00 in UTC+02:00"),
        ("2026-12-24 09:00 -05:00", "Thursday 24 December 2026, 09:00 in UTC-05:00"),
    ] {
        assert_eq!(read(typed).as_deref(), Ok(shown), "{typed}");
    }
}

#[test]
fn what_may_mean_several_moments_or_none_is_refused() {
    let unclear = "|soon|10|at 7|monday 7|3/4|3/4 18:00|12/24/2026|24-12-2026|25:00|24:30|24:00 pm|9:5|18:60|13pm|0am\
        |13:00 pm|32.1.|30 feb|31.4.2027|2026-13-01|tomorrow today|9:00 10:00|10:00 - 11:00|monday tuesday 9:00\
        |tomorrow 2h|2h 9:00|in 2 days 3h 9:00|every|weekly|every day 2h|every 2 days|every hour|every month\
        |every tomorrow|every 24 dec|friday 24 dec|24 dec 2026 2027|2026|day|day after|nights|next week|-10m|1.7h|next\
        |10m Atlantis|18:00 in Atlantis/City|mañana|💥|utc|99999999999999999999m|9999999y";
    for typed in unclear.split('|') {
        assert_eq!(read(typed), Err("when.unclear"), "{typed}");
    }
    for typed in ["0m", "today 9:00", "today", "2026-11-20", "20.11.2026", "2020-01-01 9:00", "today midnight"] {
        assert_eq!(read(typed), Err("when.passed"), "{typed}");
    }
}

#[test]
fn a_time_that_the_clock_skips_or_shows_twice_comes_once() {
    let berlin = zone("Europe/Berlin");
    let read = |typed: &str, now: &str| When::parse(typed, &berlin, at(now)).unwrap();
    let (spring, autumn) = ("2026-03-28T12:00:00Z", "2026-10-24T12:00:00Z");
    assert_eq!(read("tomorrow 2:30", spring).at, at("2026-03-29T01:00:00Z"), "when the clock is put forward");
    assert_eq!(read("tomorrow 2:30", autumn).at, at("2026-10-25T00:30:00Z"), "the first time");
    for (now, moments) in [
        (spring, ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z", "2026-03-31T00:30:00Z"]),
        (autumn, ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z", "2026-10-27T01:30:00Z"]),
    ] {
        let every = read("every day 2:30", now).every.unwrap();
        let mut last = at(now);
        for moment in moments {
            last = every.next(&berlin, last).unwrap();
            assert_eq!(last, at(moment));
        }
    }
    let evening = "2026-10-24T16:00:00Z";
    assert_eq!(read("1d", evening).at, at("2026-10-25T17:00:00Z"), "the clock shows the same");
    assert_eq!(read("24h", evening).at, at("2026-10-25T16:00:00Z"));
}

#[test]
fn what_comes_again_begins_no_sooner_than_it_may() {
    let read = |typed: &str| When::parse(typed, &Zone::UTC, at("2026-11-21T08:59:30Z")).unwrap();
    let earliest = at("2026-11-21T09:00:30Z");
    assert_eq!(read("every day 9:00").beginning(earliest).at, at("2026-11-22T09:00:00Z"));
    assert_eq!(read("every day 9:01").beginning(earliest).at, at("2026-11-21T09:01:00Z"));
    assert_eq!(read("9:00").beginning(earliest).at, at("2026-11-21T09:00:00Z"), "what comes once stays");
}

fn zones() -> impl Strategy<Value = Zone> {
    let names = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia"];
    proptest::sample::select(names.to_vec()).prop_map(zone)
}

/// Moments of the years 2020 to 2035.
fn moments() -> impl Strategy<Value = Timestamp> {
    (1_577_836_800_000_000..2_082_758_400_000_000_i64).prop_map(Timestamp::from_micros)
}

/// What people type: most of it is understood.
fn texts() -> impl Strategy<Value = String> {
    let days = || proptest::sample::subsequence(vec!["mon", "tue", "wed", "thu", "fri", "sat", "sun"], 1..=7);
    let time = || (0..24_u8, 0..60_u8).prop_map(|(hour, minute)| format!("{hour}:{minute:02}"));
    let unit = proptest::sample::select(vec!["s", "m", "h", "d", "w", " months"]);
    prop_oneof![
        (1..1_000_u32, unit).prop_map(|(amount, unit)| format!("in {amount}{unit}")),
        (1..=31_u8, 1..=12_u8, time()).prop_map(|(day, month, time)| format!("{day}.{month}. {time}")),
        (days(), time()).prop_map(|(days, time)| format!("{} {time}", days[0])),
        (days(), time()).prop_map(|(days, time)| format!("every {} {time}", days.join(" and "))),
        time(),
    ]
}

proptest! {
    #[test]
    fn what_is_shown_is_understood_as_the_same_and_never_in_the_past(
        typed in texts(), zone in zones(), now in moments(),
    ) {
        let Ok(when) = When::parse(&typed, &zone, now) else { return Ok(()) };
        prop_assert!(when.at > now);
        let shown = when.to_string();
        if when.every.is_some() {
            prop_assert_eq!(When::parse(&shown, &Zone::UTC, now).unwrap(), when);
            return Ok(());
        }
        // To the minute; an hour that the clock shows twice is meant for the first time, which may have been.
        let again = When::parse(&shown, &Zone::UTC, now.before(Duration::from_hours(48))).unwrap();
        prop_assert_eq!(again.to_string(), shown);
    }

    #[test]
    fn what_comes_again_comes_later_and_within_eight_days(
        (typed, zone, now) in (texts(), zones(), moments()),
    ) {
        let Ok(When { at, every: Some(every), .. }) = When::parse(&typed, &zone, now) else { return Ok(()) };
        let mut last = at;
        for _ in 0..20 {
            let next = every.next(&zone, last).unwrap();
            prop_assert!(next > last && next.since(last) <= Duration::from_hours(8 * 24), "{} {}", last.rfc3339(), typed);
            last = next;
        }
    }

    #[test]
    fn no_text_breaks_it(
        typed in prop_oneof![any::<String>(), r"((every|next|in|mon|dec|today|tonight|noon|am|utc|day|end|month|half|24:00|[0-9]{1,5}|[:./,+-])? ?){0,8}"],
        now in any::<i64>().prop_map(Timestamp::from_micros),
    ) {
        if let Ok(when) = When::parse(&typed, &Zone::UTC, now) {
            prop_assert!(when.at > now);
        }
    }
}
