//! What a replay prints for people. Pure.

use std::fmt::Write as _;

use super::outcome::{Difference, Outcome, Row, Totals};

/// What a show paid.
pub(super) fn of(outcome: &Outcome) -> String {
    let mut text = heading(outcome);
    text.push_str(&table(&outcome.handles, &outcome.totals, false));
    text.push_str(&songs(outcome));
    text.push_str(&notes(outcome));
    text.trim_end().to_owned()
}

/// What a show paid, what it would pay with other settings, and the difference.
pub(super) fn compared(recorded: &Outcome, what_if: &Outcome, difference: &Difference) -> String {
    let mut text = heading(recorded);
    text.push_str("\nAs recorded\n");
    text.push_str(&table(&recorded.handles, &recorded.totals, false));
    text.push_str(&songs(recorded));
    let changed: Vec<_> =
        difference.settings.iter().map(|(key, [before, now])| format!("{key}={now} instead of {before}")).collect();
    let changed = if changed.is_empty() { "the same settings".to_owned() } else { changed.join(", ") };
    let _ = write!(text, "\nWith {changed}\n");
    text.push_str(&table(&what_if.handles, &what_if.totals, false));
    text.push_str(&songs(what_if));
    text.push_str("\nThe difference\n");
    text.push_str(&table(&difference.handles, &difference.totals, true));
    if difference.songs_moved != 0 {
        let _ = writeln!(text, "{:+} songs moved", difference.songs_moved);
    }
    text.push_str(&notes(recorded));
    text.trim_end().to_owned()
}

fn heading(outcome: &Outcome) -> String {
    let Outcome { streamer, started_at, seconds, sessions, .. } = outcome;
    let sessions = if *sessions == 1 { "1 session".to_owned() } else { format!("{sessions} sessions") };
    let long = clock(i64::try_from(*seconds).unwrap_or(i64::MAX), false);
    format!("The live of @{streamer}, begun {started_at}, {long} long, {sessions}\n")
}

fn table(rows: &[Row], totals: &Totals, is_signed: bool) -> String {
    let number = |number: i64| if is_signed && number != 0 { format!("{number:+}") } else { number.to_string() };
    let mut text = line("handle", ["points", "TikTok coins", "Luxury Coins", "watched"], "member");
    for row in rows {
        let handle = format!("@{}", row.handle);
        let figures = [
            number(row.points),
            number(row.tiktok_coins),
            number(row.luxury_coins),
            clock(row.watched_seconds, is_signed),
        ];
        text.push_str(&line(&handle, figures.each_ref().map(String::as_str), row.member.as_deref().unwrap_or("–")));
    }
    let all = [
        number(totals.points),
        number(totals.tiktok_coins),
        number(totals.luxury_coins),
        clock(totals.watched_seconds, is_signed),
    ];
    text.push_str(&line("all", all.each_ref().map(String::as_str), ""));
    let (gifts, watching) = (number(totals.luxury_for_gifts), number(totals.luxury_for_watching));
    let _ = writeln!(text, "Luxury Coins: {gifts} for gifts, {watching} for watching");
    text
}

fn line(handle: &str, [points, tiktok, luxury, watched]: [&str; 4], member: &str) -> String {
    // However large a number is, it is apart from the one before it.
    let line = format!("{handle:<26} {points:>11} {tiktok:>13} {luxury:>13} {watched:>11}  {member}");
    format!("{}\n", line.trim_end())
}

fn songs(outcome: &Outcome) -> String {
    let mut text = String::new();
    for lift in &outcome.songs_moved {
        let _ = writeln!(text, "{} {}: {} → {}", lift.number, lift.song, lift.from, lift.to);
    }
    text
}

fn notes(outcome: &Outcome) -> String {
    let mut text = String::new();
    if outcome.left_out > 0 {
        let _ = writeln!(text, "Left out: {} lines about Discord that pay nothing or are refused.", outcome.left_out);
    }
    if outcome.is_cut {
        text.push_str("The last line was cut off and is left out.\n");
    }
    text
}

/// Hours, minutes and seconds: `1:02:03`.
fn clock(seconds: i64, is_signed: bool) -> String {
    let sign = if seconds < 0 {
        "-"
    } else if is_signed && seconds > 0 {
        "+"
    } else {
        ""
    };
    let seconds = seconds.unsigned_abs();
    format!("{sign}{}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_numbers_stand_apart() {
        let largest = i64::MAX.to_string();
        let drawn = line("@a_handle_of_24_letters_x", [largest.as_str(); 4], "ann");
        assert_eq!(drawn.split_whitespace().collect::<Vec<_>>().len(), 6, "{drawn}");
    }
}
