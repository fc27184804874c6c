//! What a session of a live came to: figures, charts, who came first.

use std::collections::BTreeMap;
use std::time::Duration;

use maud::{Markup, html};

use super::members::member_link;
use crate::features::engagement::figures::{Curve, First, Part, Viewers};
use crate::features::engagement::model::{Session, SessionId};
use crate::features::engagement::rules::report::length;
use crate::features::queue::model::Line;
use crate::flows::known_members;
use crate::flows::session_report::{self, Report, Stretch};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::endpoint::{Nothing, Sample, Samples};
use crate::web::page::{Page, Seen, Shown};
use crate::web::push::about::{BEGUN, JOBS, PULSE};
use crate::web::segments::One;
use crate::web::ui::charts::{Chart, Series};
use crate::web::ui::components::{Cell, Row, Table, Tile, counted, lasts, moment, number};

/// What is shown by itself of a live that is longer.
const HOUR: Duration = Duration::from_hours(1);

/// What a session came to.
pub struct SessionPage;

/// A report with the names of the members in it.
struct SessionDetail {
    report: Report,
    charts: Charts,
    names: BTreeMap<UserId, String>,
}

impl Page for SessionPage {
    const NAME: &'static str = "live.session";
    const ABOUT: &'static str = "Tells what a session of a live came to: figures, charts, who came first.";
    const PATHS: &'static [&'static str] = &["/g/{server}/live/{session}"];
    const WHO: Who = Who::Viewer;
    const HINTS: &'static [Topic] = &[BEGUN, JOBS, PULSE];

    type Path = One<SessionId>;
    type Query = Nothing;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("session", samples.live.clone())], ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, One(id)) = (seen.guild, seen.path);
        let told = web.look("live_report", move |read| tell(read, guild, id)).await?;
        let mut told = told.ok_or(Problem::NotFound)?;
        web.call_by_name(guild, told.names.iter_mut().map(|(user, name)| (*user, name)).collect()).await;
        let title = format!("Live of {}", told.report.figures.session.streamer);
        let crumbs = vec![(format!("/g/{guild}/live"), "Live".to_owned())];
        Ok(Shown { crumbs, ..Shown::new(title, session(guild, &told)) })
    }
}

fn tell(read: &dyn Read, guild: GuildId, id: SessionId) -> Result<Option<SessionDetail>> {
    let Some(report) = session_report::of(read, guild, id)? else { return Ok(None) };
    let mut names = BTreeMap::new();
    for user in report.figures.first.iter().filter_map(|first| first.participant.watch.linked) {
        names.insert(user, known_members::called(read, guild, user)?);
    }
    let charts = Charts::of(read, guild, id, &report.figures.session)?;
    Ok(Some(SessionDetail { report, charts, names }))
}

fn session(guild: GuildId, told: &SessionDetail) -> Markup {
    let live = &told.report.figures.session;
    html! {
        p {
            "From " (moment(live.started_at))
            @if let Some(ended_at) = live.ended_at { " to " (moment(ended_at)) } @else { ", still open" }
        }
        (came_to(&told.report, &told.charts))
        (people(guild, told))
    }
}

fn tiles(report: &Report) -> Markup {
    let figures = &report.figures;
    let deeds = &figures.deeds;
    let viewers = |of: fn(&Viewers) -> u32| {
        figures.viewers.as_ref().map_or_else(|| "unknown".to_owned(), |known| number(of(known)))
    };
    let all = [
        ("Lasted", lasts(length(&figures.session))),
        ("Coins gifted", figures.coins.to_string()),
        ("Watching, on average", viewers(|known| known.mean)),
        ("Watching, at most", viewers(|known| known.most)),
        ("People", number(figures.people)),
        ("Engagement points", figures.points.to_string()),
        ("Songs played", number(report.songs_played)),
        ("Likes", number(deeds.likes)),
        ("Comments", number(deeds.comments)),
        ("Shares", number(deeds.shares)),
        ("Follows", number(deeds.follows)),
        ("Subscriptions", number(deeds.subscribes)),
        ("Gifts", number(deeds.gifts)),
    ];
    html! { div.tiles { @for (label, value) in &all { (Tile::new(label, value)) } } }
}

/// What it adds up to, and its curves: of all of it, and of its last hour.
pub(super) fn came_to(report: &Report, charts: &Charts) -> Markup {
    // What happened is forgotten after a while; how many songs were played is not.
    let is_forgotten = charts.whole.songs.is_empty() && report.songs_played > 0;
    html! {
        (tiles(report))
        @if let Some(hour) = &charts.hour {
            section aria-labelledby="hour" {
                h2 #hour { "The last hour" }
                (drawn("hour", hour, is_forgotten))
            }
        }
        section aria-labelledby="whole" {
            h2 #whole { "The whole live" }
            (drawn("whole", &charts.whole, is_forgotten))
        }
    }
}

/// The curves of a live.
pub(super) struct Charts {
    /// Of all of it.
    whole: Stretch,
    /// Of its last hour, where it was longer than that.
    hour: Option<Stretch>,
}

impl Charts {
    pub(super) fn of(read: &dyn Read, guild: GuildId, id: SessionId, session: &Session) -> Result<Self> {
        let last = |span: Duration| session_report::last(read, guild, id, session, span);
        let hour = (length(session) > HOUR).then(|| last(HOUR)).transpose()?;
        Ok(Self { whole: last(Duration::MAX)?, hour })
    }
}

/// The charts of a part of a live. `of` is what their ids begin with.
fn drawn(of: &str, stretch: &Stretch, is_forgotten: bool) -> Markup {
    html! {
        (watch_chart(&format!("{of}-watching"), &stretch.part))
        (gift_chart(&format!("{of}-gifts"), &stretch.part))
        @if is_forgotten {
            p.hint { "From which lines songs were played is not kept any more." }
        } @else {
            (song_chart(&format!("{of}-songs"), &stretch.songs))
        }
    }
}

/// How many watched over the time.
fn watch_chart(id: &str, part: &Part) -> Markup {
    let Some(viewers) = &part.viewers else {
        return html! { p.hint { "How many watched was never told." } };
    };
    let about = format!(
        "{} to {} watched, {} on average. Where nothing was told the line is at 0.",
        number(viewers.least),
        counted(viewers.most, "person", "people"),
        number(viewers.mean)
    );
    let (places, values) = points(part.skipped, &part.viewer_curve);
    let series = [Series { label: "watching", values: &values }];
    Chart { id, title: "Watching", about: &about, axis: "Since the start", places: &places, series: &series }.lines()
}

/// What gifts were worth over the time.
fn gift_chart(id: &str, part: &Part) -> Markup {
    let (places, values) = points(part.skipped, &part.coin_curve);
    let coins = values.iter().fold(0, |sum: u64, coins| sum.saturating_add(*coins));
    if coins == 0 {
        return html! { p.hint { "Nobody sent a gift." } };
    }
    let worth = counted(coins, "coin", "coins");
    let about = format!("Gifts were worth {worth}; each column is {}.", lasts(part.coin_curve.slot));
    let series = [Series { label: "coins", values: &values }];
    Chart { id, title: "Coins gifted", about: &about, axis: "Since the start", places: &places, series: &series }.bars()
}

/// From which lines songs were played.
fn song_chart(id: &str, songs: &[(Line, u64)]) -> Markup {
    if songs.is_empty() {
        return html! { p.hint { "No song was played." } };
    }
    let places: Vec<String> = songs.iter().map(|(line, _)| line.name().to_owned()).collect();
    let values: Vec<u64> = songs.iter().map(|(_, count)| *count).collect();
    let about = "How many songs were played from each line; one whose play was taken back is not counted.";
    let series = [Series { label: "songs", values: &values }];
    Chart { id, title: "Songs played", about, axis: "Line", places: &places, series: &series }.bars()
}

/// The times of a curve since the start, and its values.
fn points(skipped: Duration, curve: &Curve) -> (Vec<String>, Vec<u64>) {
    let at = |place: u32| lasts(skipped.saturating_add(curve.slot.saturating_mul(place)));
    let places = (0..).zip(&curve.values).map(|(place, _)| at(place)).collect();
    (places, curve.values.iter().map(|value| value.unwrap_or(0)).collect())
}

/// Who came first, by coins and points.
fn people(guild: GuildId, told: &SessionDetail) -> Markup {
    let figures = &told.report.figures;
    let rows: Vec<Row> = figures.first.iter().map(|first| person(guild, told, first)).collect();
    html! {
        section {
            h2 { "Who came first" }
            @if rows.is_empty() {
                p.muted { "Nobody did anything." }
            } @else {
                (Table::new("People", None, rows))
            }
        }
    }
}

fn person(guild: GuildId, told: &SessionDetail, first: &First) -> Row {
    let participant = &first.participant;
    let member = participant.watch.linked.and_then(|user| Some((user, told.names.get(&user)?)));
    Row {
        id: None,
        cells: vec![
            Cell::words(
                "Handle",
                html! { @if let Some(handle) = told.report.handles.get(&first.account) { (handle) } @else { "?" } },
            ),
            Cell::words("Member", html! { @if let Some((user, name)) = member { (member_link(guild, user, name)) } }),
            Cell::numbers("Watched", html! { (lasts(first.watched)) }),
            Cell::numbers("Coins", html! { (participant.coins) }),
            Cell::numbers("Engagement points", html! { (participant.points) }),
            Cell::numbers("Luxury Coins", html! { (participant.luxury) }),
            Cell::numbers("Likes", html! { (participant.deeds.likes) }),
            Cell::numbers("Comments", html! { (participant.deeds.comments) }),
            Cell::numbers("Gifts", html! { (participant.deeds.gifts) }),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_nothing_was_told_or_given_or_played_that_is_said() {
        let none = Curve { slot: Duration::from_mins(1), values: vec![None] };
        let part = Part { skipped: Duration::ZERO, viewers: None, viewer_curve: none.clone(), coin_curve: none };
        let page = drawn("whole", &Stretch { part, songs: Vec::new() }, false).into_string();
        for said in ["How many watched was never told.", "Nobody sent a gift.", "No song was played."] {
            assert!(page.contains(said), "{said}: {page}");
        }
    }

    #[test]
    fn songs_are_drawn_by_the_lines_that_they_came_from() {
        let page = song_chart("songs", &[(Line::Skip10, 3), (Line::Free, 1)]).into_string();
        assert!(page.contains("10 Skip: songs 3") && page.contains("Free: songs 1"), "{page}");
    }

    #[test]
    fn a_curve_has_a_time_and_a_value_for_each_slot() {
        let curve = Curve { slot: Duration::from_mins(30), values: vec![Some(3), None, Some(9)] };
        let (places, values) = points(Duration::from_mins(15), &curve);
        assert_eq!((places.join(" "), values), ("15 min 45 min 1 h 15 min".to_owned(), vec![3, 0, 9]));
    }
}
