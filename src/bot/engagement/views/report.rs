//! The report after a live: totals, the handles that come first, and the picture of the evening (`M-MET-01`, `M-MET-02`).

use std::time::Duration;

use serenity::all::Colour;
use serenity::builder::CreateEmbed;

use crate::discord::Draft;
use crate::discord::chart::{Chart, Series};
use crate::features::engagement::figures::{Curve, Figures, First, Viewers};
use crate::features::engagement::rules;
use crate::flows::session_report::Report;
use crate::kernel::amount::Amount;
use crate::kernel::text::{MomentStyle, code_table, escape, moment};
use crate::kernel::time::Timestamp;
use crate::live::Handle;

/// The colour of everything about a live.
const COLOUR: Colour = Colour::new(0x005C_B8FF);
/// The longest that a field may be (`M-MET-02`).
const LONGEST_FIELD: usize = 1_024;
/// A handle longer than this is cut in the table, so that its rows fit into a line of the screen.
const LONGEST_HANDLE: usize = 18;
/// The columns of those who come first (`D-30`).
const HEAD: [&str; 9] = ["handle", "watch", "likes", "cmt", "shr", "fol", "sub", "gift", "coins"];

/// The report.
pub fn report(report: &Report) -> Draft {
    let figures = &report.figures;
    let embed = CreateEmbed::new().colour(COLOUR).description(headline(report)).field(
        "Totals",
        code_table(&[], &totals(figures), 0, LONGEST_FIELD),
        false,
    );
    let embed =
        if figures.people == 0 { embed } else { embed.field("Top handles, by coins and points", first(report), false) };
    let streamer = escape(&figures.session.streamer.to_string());
    Draft::embed(embed).with_text(format!("📊 The live of **{streamer}** is over."))
}

fn headline(report: &Report) -> String {
    let session = &report.figures.session;
    let from = moment(session.started_at, MomentStyle::ShortDateTime);
    let until = moment(ended_at(&report.figures), MomentStyle::ShortTime);
    let songs = match report.songs_played {
        0 => String::new(),
        1 => " · 1 song played".to_owned(),
        songs => format!(" · {songs} songs played"),
    };
    format!("{from} to {until}{songs}")
}

fn totals(figures: &Figures) -> Vec<Vec<String>> {
    let deeds = &figures.deeds;
    let viewers = |of: fn(&Viewers) -> u32| {
        figures.viewers.as_ref().map_or("unknown".to_owned(), |known| count(of(known).into()))
    };
    let rows = [
        ("duration", full_clock(rules::report::length(&figures.session))),
        ("handles", count(figures.people)),
        ("likes", count(deeds.likes)),
        ("comments", count(deeds.comments.into())),
        ("shares", count(deeds.shares.into())),
        ("follows", count(deeds.follows.into())),
        ("subscribes", count(deeds.subscribes.into())),
        ("gifts", count(deeds.gifts.into())),
        ("coins", figures.coins.to_string()),
        ("points", figures.points.to_string()),
        ("viewers min", viewers(|known| known.least)),
        ("viewers avg", viewers(|known| known.mean)),
        ("viewers max", viewers(|known| known.most)),
    ];
    rows.map(|(name, value)| vec![name.to_owned(), value]).into()
}

/// The table of those who come first: as many whole rows as fit.
fn first(report: &Report) -> String {
    let told: Vec<_> =
        report.figures.first.iter().map(|first| row(first, report.handles.get(&first.account))).collect();
    let more = report.figures.people.saturating_sub(u64::try_from(told.len()).unwrap_or(u64::MAX));
    code_table(&HEAD, &told, more, LONGEST_FIELD)
}

fn row(first: &First, handle: Option<&Handle>) -> Vec<String> {
    let deeds = &first.participant.deeds;
    let coins = u64::try_from(first.participant.coins.get()).unwrap_or_default();
    vec![
        handle.map_or("?".to_owned(), short),
        clock(first.watched),
        few(deeds.likes),
        few(deeds.comments.into()),
        few(deeds.shares.into()),
        few(deeds.follows.into()),
        few(deeds.subscribes.into()),
        few(deeds.gifts.into()),
        few(coins),
    ]
}

/// A handle in few characters. No handle has a `~`, so a cut one is seen to be cut.
fn short(handle: &Handle) -> String {
    let name = handle.last_name();
    match name.get(..LONGEST_HANDLE - 1) {
        Some(beginning) if name.len() > LONGEST_HANDLE => format!("{beginning}~"),
        _ => name.to_owned(),
    }
}

/// The picture of the evening; `None` where there is nothing to draw.
pub fn chart(figures: &Figures) -> Option<Chart> {
    let span = rules::report::length(&figures.session);
    if span < Duration::from_mins(1) || figures.viewers.is_none() && figures.coins == Amount::ZERO {
        return None;
    }
    let (viewers, coins) = (&figures.viewer_curve, &figures.coin_curve);
    let name = if figures.viewers.is_some() { "viewers" } else { "viewers unknown" };
    let line = Series { name: name.to_owned(), slot: viewers.slot, values: viewers.values.clone() };
    let values = if figures.coins == Amount::ZERO { Vec::new() } else { coins.values.clone() };
    let bars = Series { name: format!("coins in {}", minutes(coins.slot)), slot: coins.slot, values };
    Some(Chart { span, line, bars })
}

/// The picture in words, for whoever cannot see it.
pub fn chart_in_words(figures: &Figures) -> String {
    let since = |at: Timestamp| clock(at.since(figures.session.started_at));
    let viewers = match &figures.viewers {
        Some(known) if known.least == known.most => format!("{} viewers all the time", count(known.least.into())),
        Some(known) => format!(
            "{} to {} viewers, the most {} after the beginning",
            count(known.least.into()),
            count(known.most.into()),
            since(known.most_at),
        ),
        None => "unknown viewers".to_owned(),
    };
    let Curve { slot, values } = &figures.coin_curve;
    let best = values.iter().enumerate().rev().max_by_key(|(_, coins)| **coins);
    let coins = match best {
        Some((place, Some(1..))) => {
            let from = slot.saturating_mul(u32::try_from(place).unwrap_or(u32::MAX));
            format!("{} coins, the most in the {} from {}", figures.coins, minutes(*slot), clock(from))
        }
        _ => "no coins".to_owned(),
    };
    format!("Chart of the live over {}: {viewers}; {coins}.", clock(rules::report::length(&figures.session)))
}

fn ended_at(figures: &Figures) -> Timestamp {
    figures.session.started_at.after(rules::report::length(&figures.session))
}

/// `12,345`
fn count(number: u64) -> String {
    let number = i64::try_from(number).ok().and_then(|number| Amount::try_from(number).ok());
    number.unwrap_or(Amount::MAX).to_string()
}

/// `12345`, and `1234k` where that is long.
fn few(number: u64) -> String {
    let units = [(1_000_000, 1, ""), (1_000_000_000, 1_000, "k"), (1_000_000_000_000, 1_000_000, "M")];
    let (_, unit, letter) = units.into_iter().find(|(below, ..)| number < *below).unwrap_or((0, 1_000_000_000, "G"));
    format!("{}{letter}", number / unit)
}

/// `1:05`: hours and minutes.
fn clock(time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

/// `1:05:09`: hours, minutes and seconds.
fn full_clock(time: Duration) -> String {
    format!("{}:{:02}", clock(time), time.as_secs() % 60)
}

/// `5 min`, `1 h`, `2 days`
fn minutes(time: Duration) -> String {
    match time.as_secs() / 60 {
        minutes @ 0..60 => format!("{minutes} min"),
        minutes @ 60..1_440 => format!("{} h", minutes / 60),
        minutes => format!("{} d", minutes / 1_440),
    }
}

#[cfg(test)]
mod tests;
