//! The TikTok live that a server follows: how it stands and why it is not connected, its sessions, and what one of them came to.

use std::collections::BTreeMap;
use std::time::Duration;

use maud::{Markup, html};

use super::members::member_link;
use crate::features::engagement::figures::{Curve, Figures, First, Viewers};
use crate::features::engagement::model::{Session, SessionId};
use crate::features::engagement::rules::report::length;
use crate::flows::known_members;
use crate::flows::session_report::{self, Report};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::Read;
use crate::tiktok::status::Status;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::address::address;
use crate::web::answer::Problem;
use crate::web::api::live::{Followed, InWords, in_words, look};
use crate::web::api::live_sessions::{Sessions, SessionsQuery, find_sessions};
use crate::web::endpoint::{Nothing, Sample, Samples};
use crate::web::page::{Page, Seen, Shown};
use crate::web::pages::as_csv;
use crate::web::segments::One;
use crate::web::ui::charts::{Chart, Series};
use crate::web::ui::components::{
    Button, Choice, Column, Empty, Field, Form, Paging, Radios, Row, Table, Tile, badge, moment, nearby, number,
};

/// The live.
pub struct LivePage;

impl Page for LivePage {
    const NAME: &'static str = "live.page";
    const ABOUT: &'static str = "Tells how the followed TikTok live stands, and lists its sessions.";
    const PATHS: &'static [&'static str] = &["/g/{server}/live"];
    const WHO: Who = Who::Viewer;

    type Path = ();
    type Query = SessionsQuery;

    fn sample(_: &Samples) -> Sample {
        Sample::default()
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, query) = (seen.guild, seen.query.clone());
        let looked = web.look("live", move |read| Ok((look(read, guild)?, find_sessions(read, guild, &query)?)));
        let (followed, sessions) = looked.await?;
        let status = followed.follow.as_ref().and_then(|follow| web.bot.lives.status(&follow.streamer));
        let main = html! {
            (state(guild, &followed, status.as_ref()))
            @if seen.rank.reaches(Who::Administrator) { (acts(seen, &followed)) }
            (list(guild, &seen.query, &sessions))
        };
        let file = as_csv(seen.rank, &format!("/api/{guild}/live/sessions/export"));
        let actions = Some(
            html! { a.button href=(format!("/g/{guild}/handles")) { "Handles" } @if let Some(file) = file { (file) } },
        );
        Ok(Shown { actions, ..Shown::new("Live", main) })
    }
}

/// How the live stands, in words.
fn state(guild: GuildId, followed: &Followed, status: Option<&Status>) -> Markup {
    let Some(follow) = &followed.follow else {
        let text = "Once one is, gifts, points and watch time of the people there count here.";
        return html! { (Empty { title: "No live is followed.", text, action: None }) };
    };
    let InWords { tone, word, sentence, due } = in_words(status);
    html! {
        section.card {
            h2 { (follow.streamer) " " (badge(tone, word)) }
            p { (sentence) }
            @if let Some(trouble) = status.and_then(|status| status.trouble.as_ref()) { p { strong { (trouble) } } }
            dl {
                @if let Some(due) = due { div { dt { "Next try" } dd { (nearby(due)) } } }
                @if let Some(status) = status { (heard(status)) }
                @if let Some((id, session)) = &followed.session {
                    div { dt { "Session" } dd { "since " (moment(session.started_at)) " " (to_session(guild, *id, "figures")) } }
                }
                div {
                    dt { "Waits for it" }
                    dd { @if follow.is_persistent { "yes" } @else { "no, one try" } }
                }
                div {
                    dt { "Followed" }
                    dd {
                        "since " (moment(follow.since)) " by "
                        (member_link(guild, follow.by, followed.by.as_deref().unwrap_or_default()))
                    }
                }
            }
        }
    }
}

/// What the live told so far.
fn heard(status: &Status) -> Markup {
    let counts = status.counts;
    let whole = |count: u64| number(i64::try_from(count).unwrap_or(i64::MAX));
    html! {
        div { dt { "In this state" } dd { "since " (moment(status.since)) } }
        div {
            dt { "Watching" }
            dd { @if let Some(viewers) = status.viewers { (whole(viewers.into())) } @else { "not told yet" } }
        }
        div {
            dt { "Last heard" }
            dd { @if let Some(at) = status.last_message_at { (nearby(at)) } @else { "nothing yet" } }
        }
        div {
            dt { "Heard" }
            dd {
                (whole(counts.events)) " events"
                @if counts.anonymous > 0 { ", " (whole(counts.anonymous)) " without a name" }
                @if counts.unknown > 0 { ", " (whole(counts.unknown)) " of unknown kinds" }
                @if counts.undecodable > 0 { ", " (whole(counts.undecodable)) " that could not be read" }
            }
        }
    }
}

/// Following and leaving.
fn acts(seen: &Seen<LivePage>, followed: &Followed) -> Markup {
    if followed.follow.is_some() {
        let (action, seal) = (format!("/g/{}/live/leave", seen.guild), seen.seal("leave"));
        let form = Form {
            confirm: Some("Follow this live no more? Its session ends, and nothing counts any more."),
            ..Form::new(&action, seal.seal())
        };
        return form.around(&html! { (Button::danger("Follow it no more")) });
    }
    let (action, seal, wrong) = (format!("/g/{}/live/follow", seen.guild), seen.seal("follow"), seen.wrong("name"));
    let waits = [Choice::new("true", "Wait until they go live, and try again"), Choice::new("false", "Try once")];
    let fields = html! {
        (Field {
            value: seen.typed("name").unwrap_or_default(),
            hint: Some("With or without @, or the address of the profile"),
            error: wrong.as_deref(),
            is_required: true,
            most: Some(100),
            ..Field::new("name", "TikTok name of the host")
        })
        (Radios {
            chosen: seen.typed("persistent").unwrap_or("true"),
            ..Radios::new("persistent", "If they are not live", &waits)
        })
        (Button::main("Follow"))
    };
    html! {
        section.card {
            h2 { "Follow a live" }
            (Form::new(&action, seal.seal()).around(&fields))
        }
    }
}

fn to_session(guild: GuildId, id: SessionId, words: &str) -> Markup {
    html! { a href={ "/g/" (guild) "/live/" (id) } { (words) } }
}

fn list(guild: GuildId, query: &SessionsQuery, sessions: &Sessions) -> Markup {
    let columns = [Column::words("Session"), Column::words("Whose"), Column::words("Began"), Column::words("Lasted")];
    let row = |(id, session): &(SessionId, Session)| Row {
        id: Some(id.to_string()),
        cells: vec![
            to_session(guild, *id, &format!("No. {id}")),
            html! { (session.streamer) },
            moment(session.started_at),
            html! { @if session.ended_at.is_some() { (clock(length(session))) } @else { "open" } },
        ],
    };
    let rows: Vec<Row> = sessions.rows.iter().map(row).collect();
    let path = format!("/g/{guild}/live");
    let next = sessions.next.as_ref().map(|next| address(&path, &[("after", Some(&next.to_string()))]));
    let first = query.after.is_some().then_some(path.as_str());
    html! {
        section {
            h2 { "Sessions" }
            @if rows.is_empty() {
                p.muted { "There was none yet. A session begins when Greenroom connects to a followed live." }
            } @else {
                (Table { caption: "Sessions", list: Some("sessions"), columns: &columns, rows: &rows })
            }
            (Paging { first, next: next.as_deref(), is_partial: false })
        }
    }
}

/// What a session came to.
pub struct SessionPage;

/// A report with the names of the members in it.
struct Told {
    report: Report,
    names: BTreeMap<UserId, String>,
}

impl Page for SessionPage {
    const NAME: &'static str = "live.session";
    const ABOUT: &'static str = "Tells what a session of a live came to: figures, charts, who came first.";
    const PATHS: &'static [&'static str] = &["/g/{server}/live/{session}"];
    const WHO: Who = Who::Viewer;

    type Path = One<SessionId>;
    type Query = Nothing;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("session", samples.live.clone())], ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, One(id)) = (seen.guild, seen.path);
        let told = web.look("live_report", move |read| tell(read, guild, id)).await?.ok_or(Problem::NotFound)?;
        let title = format!("Live of {}", told.report.figures.session.streamer);
        let crumbs = vec![(format!("/g/{guild}/live"), "Live".to_owned())];
        Ok(Shown { crumbs, ..Shown::new(title, session(guild, &told)) })
    }
}

fn tell(read: &dyn Read, guild: GuildId, id: SessionId) -> Result<Option<Told>> {
    let Some(report) = session_report::of(read, guild, id)? else { return Ok(None) };
    let mut names = BTreeMap::new();
    for user in report.figures.first.iter().filter_map(|first| first.participant.watch.linked) {
        names.insert(user, known_members::called(read, guild, user)?);
    }
    Ok(Some(Told { report, names }))
}

fn session(guild: GuildId, told: &Told) -> Markup {
    let figures = &told.report.figures;
    let live = &figures.session;
    html! {
        p {
            "From " (moment(live.started_at))
            @if let Some(ended_at) = live.ended_at { " to " (moment(ended_at)) } @else { ", still open" }
        }
        (tiles(&told.report))
        (watch_chart(figures))
        (gift_chart(figures))
        (people(guild, told))
    }
}

fn tiles(report: &Report) -> Markup {
    let figures = &report.figures;
    let (deeds, whole) = (&figures.deeds, |count: u64| number(i64::try_from(count).unwrap_or(i64::MAX)));
    let viewers = |of: fn(&Viewers) -> u32| {
        figures.viewers.as_ref().map_or_else(|| "unknown".to_owned(), |known| whole(of(known).into()))
    };
    let all = [
        ("Lasted", clock(length(&figures.session))),
        ("Coins gifted", figures.coins.to_string()),
        ("Watching, on average", viewers(|known| known.mean)),
        ("Watching, at most", viewers(|known| known.most)),
        ("People", whole(figures.people)),
        ("Points", figures.points.to_string()),
        ("Songs played", whole(report.songs_played)),
        ("Likes", whole(deeds.likes)),
        ("Comments", whole(deeds.comments.into())),
        ("Shares", whole(deeds.shares.into())),
        ("Follows", whole(deeds.follows.into())),
        ("Subscriptions", whole(deeds.subscribes.into())),
        ("Gifts", whole(deeds.gifts.into())),
    ];
    html! { div.tiles { @for (label, value) in &all { (Tile::new(label, value)) } } }
}

/// How many watched over the time.
fn watch_chart(figures: &Figures) -> Markup {
    let Some(viewers) = &figures.viewers else {
        return html! { p.hint { "How many watched was never told." } };
    };
    let about = format!(
        "{} to {} people watched, {} on average. Where nothing was told the line is at 0.",
        viewers.least, viewers.most, viewers.mean
    );
    let (places, values) = drawn(&figures.viewer_curve);
    let series = [Series { label: "watching", values: &values }];
    let chart = Chart {
        id: "watching",
        title: "Watching",
        about: &about,
        axis: "Since the start",
        places: &places,
        series: &series,
    };
    chart.lines()
}

/// What gifts were worth over the time.
fn gift_chart(figures: &Figures) -> Markup {
    let (places, values) = drawn(&figures.coin_curve);
    if values.iter().all(|coins| *coins == 0) {
        return html! { p.hint { "Nobody sent a gift." } };
    }
    let about = format!(
        "Gifts were worth {} coins; each column is {} minutes.",
        figures.coins,
        figures.coin_curve.slot.as_secs() / 60
    );
    let series = [Series { label: "coins", values: &values }];
    let chart = Chart {
        id: "gifts",
        title: "Coins gifted",
        about: &about,
        axis: "Since the start",
        places: &places,
        series: &series,
    };
    chart.bars()
}

/// The times of a curve since the start, and its values.
fn drawn(curve: &Curve) -> (Vec<String>, Vec<u64>) {
    let places = (0..).zip(&curve.values).map(|(place, _)| clock(curve.slot.saturating_mul(place))).collect();
    (places, curve.values.iter().map(|value| value.unwrap_or(0)).collect())
}

/// Who came first, by coins and points.
fn people(guild: GuildId, told: &Told) -> Markup {
    let figures = &told.report.figures;
    let columns = [
        Column::words("Handle"),
        Column::words("Member"),
        Column::numbers("Watched"),
        Column::numbers("Coins"),
        Column::numbers("Points"),
        Column::numbers("Luxury Coins"),
        Column::numbers("Likes"),
        Column::numbers("Comments"),
        Column::numbers("Gifts"),
    ];
    let rows: Vec<Row> = figures.first.iter().map(|first| person(guild, told, first)).collect();
    html! {
        section {
            h2 { "Who came first" }
            @if rows.is_empty() {
                p.muted { "Nobody did anything." }
            } @else {
                (Table { caption: "People", list: None, columns: &columns, rows: &rows })
            }
        }
    }
}

fn person(guild: GuildId, told: &Told, first: &First) -> Row {
    let participant = &first.participant;
    let member = participant.watch.linked.and_then(|user| Some((user, told.names.get(&user)?)));
    Row {
        id: None,
        cells: vec![
            html! { @if let Some(handle) = told.report.handles.get(&first.account) { (handle) } @else { "?" } },
            html! { @if let Some((user, name)) = member { (member_link(guild, user, name)) } },
            html! { (clock(first.watched)) },
            html! { (participant.coins) },
            html! { (participant.points) },
            html! { (participant.luxury) },
            html! { (participant.deeds.likes) },
            html! { (participant.deeds.comments) },
            html! { (participant.deeds.gifts) },
        ],
    }
}

/// `1:05`: hours and minutes.
fn clock(time: Duration) -> String {
    let minutes = time.as_secs() / 60;
    format!("{}:{:02}", minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::tiktok::model::Follow;
    use crate::kernel::sentence::Sentence;
    use crate::kernel::time::Timestamp;
    use crate::live::Handle;
    use crate::live::following::State;
    use crate::tiktok::status::Counts;
    use crate::web::ui::testing::lines;

    const AT: Timestamp = Timestamp::from_millis(1_795_292_100_000);
    const GUILD: GuildId = GuildId::new(5);

    fn followed() -> Followed {
        let streamer = Handle::parse("night.owl").unwrap();
        let follow = Follow { number: 1, streamer, is_persistent: true, by: UserId::new(81), since: AT };
        Followed { follow: Some(follow), by: Some("ann".to_owned()), session: None }
    }

    #[test]
    fn a_live_that_is_not_connected_says_why_and_what_happens_next() {
        let status = Status {
            state: State::WaitingForLive(AT),
            since: AT,
            trouble: Some(Sentence::words("TikTok asks for a sign-in.")),
            viewers: None,
            last_message_at: None,
            counts: Counts { events: 1_200, ..Counts::default() },
        };
        insta::assert_snapshot!(lines(&state(GUILD, &followed(), Some(&status))), @r#"
        <section class="card">
        <h2>@night.owl <span class="badge warn">[icon]waiting</span>
        </h2>
        <p>There is no connection, for this reason. Greenroom tries again.</p>
        <p>
        <strong>TikTok asks for a sign-in.</strong>
        </p>
        <dl>
        <div>
        <dt>Next try</dt>
        <dd>
        <time datetime="2026-11-21T20:15:00Z" data-form="relative">20:15 UTC</time>
        </dd>
        </div>
        <div>
        <dt>In this state</dt>
        <dd>since <time datetime="2026-11-21T20:15:00Z" data-form="moment">21 Nov 2026, 20:15 UTC</time>
        </dd>
        </div>
        <div>
        <dt>Watching</dt>
        <dd>not told yet</dd>
        </div>
        <div>
        <dt>Last heard</dt>
        <dd>nothing yet</dd>
        </div>
        <div>
        <dt>Heard</dt>
        <dd>1,200 events</dd>
        </div>
        <div>
        <dt>Waits for it</dt>
        <dd>yes</dd>
        </div>
        <div>
        <dt>Followed</dt>
        <dd>since <time datetime="2026-11-21T20:15:00Z" data-form="moment">21 Nov 2026, 20:15 UTC</time> by <a href="/g/5/members/81">ann</a>
        </dd>
        </div>
        </dl>
        </section>
        "#);
    }

    #[test]
    fn where_no_live_is_followed_the_page_says_what_one_would_bring() {
        let drawn = state(GUILD, &Followed::default(), None).into_string();
        assert!(drawn.contains("No live is followed."), "{drawn}");
        let none = list(GUILD, &SessionsQuery::default(), &Sessions::default()).into_string();
        assert!(none.contains("There was none yet."), "{none}");
    }

    #[test]
    fn a_curve_has_a_time_and_a_value_for_each_slot() {
        let curve = Curve { slot: Duration::from_mins(30), values: vec![Some(3), None, Some(9)] };
        let (places, values) = drawn(&curve);
        assert_eq!((places.join(" "), values), ("0:00 0:30 1:00".to_owned(), vec![3, 0, 9]));
    }
}
