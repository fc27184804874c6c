//! The TikTok live that a server follows: how it stands and why it is not connected, what it came to so far, and the
//! sessions before.

use maud::{Markup, html};

use super::live_session::{Charts, came_to};
use super::live_state;
use super::members::member_link;
use crate::features::engagement::model::{Session, SessionId};
use crate::features::engagement::queries::open_session;
use crate::features::engagement::rules::report::length;
use crate::flows::session_report::{self, Brief, Report};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::{Read, Topic};
use crate::tiktok::status::Status;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::live::{Followed, StatusText, in_words, look};
use crate::web::api::live_sessions::{Sessions, SessionsQuery, find_sessions};
use crate::web::filter::Filter;
use crate::web::page::{Page, Seen, Shown};
use crate::web::pages::as_csv;
use crate::web::push::Region;
use crate::web::push::about::{BEGUN, FOLLOWED, JOBS, PULSE};
use crate::web::ui::components::{
    Button, Cell, Choice, Empty, Field, Form, Radios, Row, Table, badge, counted, lasts, moment, nearby, number,
};

/// How the live stands.
pub(in crate::web) static LIVE_STATE: Region = Region {
    name: "live.state",
    topics: live_state::TOPICS,
    who: Who::Viewer,
    draw: |drawing| {
        let followed = look(drawing.read, drawing.guild)?;
        let status = live_state::status_of(&followed, &drawing.bot.lives);
        Ok(state(drawing.guild, &followed, status.as_ref(), drawing.bot.own_user()))
    },
};
/// What the session that is open came to so far. A live tells something many times a second, so it is looked at every few.
pub(in crate::web) static LIVE_SHOW: Region = Region {
    name: "live.show",
    topics: &[BEGUN, FOLLOWED, PULSE],
    who: Who::Viewer,
    draw: |drawing| Ok(show(drawing.guild, present(drawing.read, drawing.guild)?.as_ref())),
};

/// The live.
pub struct LivePage;

/// The session that is open.
struct Present {
    id: SessionId,
    report: Report,
    charts: Charts,
}

/// Sessions, with what each of them came to.
#[derive(Default)]
struct Listed {
    sessions: Sessions,
    briefs: Vec<Brief>,
}

fn present(read: &dyn Read, guild: GuildId) -> Result<Option<Present>> {
    let Some((id, session)) = open_session(read, guild)? else { return Ok(None) };
    let Some(report) = session_report::of(read, guild, id)? else { return Ok(None) };
    let charts = Charts::of(read, guild, id, &session)?;
    Ok(Some(Present { id, report, charts }))
}

impl Listed {
    fn of(read: &dyn Read, guild: GuildId, query: &SessionsQuery) -> Result<Self> {
        let sessions = find_sessions(read, guild, query)?;
        let brief = |(id, session): &(SessionId, Session)| session_report::in_brief(read, guild, *id, session);
        let briefs = sessions.rows.iter().map(brief).collect::<Result<_>>()?;
        Ok(Self { sessions, briefs })
    }
}

impl Page for LivePage {
    const NAME: &'static str = "live.page";
    const ABOUT: &'static str = "Tells how the followed TikTok live stands, and lists its sessions.";
    const PATHS: &'static [&'static str] = &["/g/{server}/live"];
    const WHO: Who = Who::Viewer;
    const REGIONS: &'static [&'static Region] = &[&LIVE_STATE, &LIVE_SHOW];
    const HINTS: &'static [Topic] = &[FOLLOWED, BEGUN, JOBS];

    type Path = ();
    type Query = SessionsQuery;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, query) = (seen.guild, seen.query.clone());
        let looked = web.look("live", move |read| {
            Ok((look(read, guild)?, present(read, guild)?, Listed::of(read, guild, &query)?))
        });
        let (followed, present, listed) = looked.await?;
        let status = live_state::status_of(&followed, &web.bot.lives);
        let main = html! {
            (LIVE_STATE.around(guild, &state(guild, &followed, status.as_ref(), web.bot.own_user())))
            @if seen.rank.reaches(Who::Administrator) { (acts(seen, &followed)) }
            (LIVE_SHOW.around(guild, &show(guild, present.as_ref())))
            (list(guild, &seen.filter, &listed))
        };
        let file = as_csv(seen.rank, &seen.filter, &format!("/api/{guild}/live/sessions/export"));
        let actions = Some(
            html! { a.button href=(format!("/g/{guild}/handles")) { "Handles" } @if let Some(file) = file { (file) } },
        );
        Ok(Shown { actions, ..Shown::new("Live", main) })
    }
}

/// How the live stands, in words. What the operator lets be followed is followed by the bot's own account.
fn state(guild: GuildId, followed: &Followed, status: Option<&Status>, own: Option<UserId>) -> Markup {
    let Some(follow) = &followed.follow else {
        let text = "Once one is, gifts, engagement points and watch time of the people there count here.";
        return html! { (Empty { title: "No live is followed.", text, action: None }) };
    };
    let StatusText { tone, word, sentence, due } = in_words(status);
    html! {
        section.card {
            h2 { (follow.streamer) " " (badge(tone, word)) }
            p data-says={ (follow.streamer) ": " (sentence) } { (sentence) }
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
                        @if own == Some(follow.by) { "the operator" } @else {
                            (member_link(guild, follow.by, followed.by.as_deref().unwrap_or_default()))
                        }
                    }
                }
            }
        }
    }
}

/// What the live told so far.
fn heard(status: &Status) -> Markup {
    let counts = status.counts;
    html! {
        div { dt { "In this state" } dd { "since " (moment(status.since)) } }
        div {
            dt { "Watching" }
            dd { @if let Some(viewers) = status.viewers { (number(viewers)) } @else { "not told yet" } }
        }
        div {
            dt { "Last heard" }
            dd { @if let Some(at) = status.last_message_at { (nearby(at)) } @else { "nothing yet" } }
        }
        div {
            dt { "Heard" }
            dd {
                (counted(counts.events, "event", "events"))
                @if counts.anonymous > 0 { ", " (number(counts.anonymous)) " without a name" }
                @if counts.unknown > 0 { ", " (number(counts.unknown)) " of unknown kinds" }
                @if counts.undecodable > 0 { ", " (number(counts.undecodable)) " that could not be read" }
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

/// What the session that is open came to so far.
fn show(guild: GuildId, present: Option<&Present>) -> Markup {
    let Some(Present { id, report, charts }) = present else {
        return html! { p.muted { "No session is open. One begins when Greenroom connects to the followed live." } };
    };
    html! {
        section aria-labelledby="present" {
            h2 #present { "This live so far" }
            p {
                "Since " (moment(report.figures.session.started_at)) " · "
                (to_session(guild, *id, "who came first"))
            }
            (came_to(report, charts))
        }
    }
}

fn list(guild: GuildId, filter: &Filter, listed: &Listed) -> Markup {
    let row = |((id, session), brief): (&(SessionId, Session), &Brief)| Row {
        id: Some(id.to_string()),
        cells: vec![
            Cell::words("Session", to_session(guild, *id, &format!("No. {id}"))),
            Cell::words("Whose", html! { (session.streamer) }),
            Cell::words("Began", moment(session.started_at)),
            Cell::words(
                "Lasted",
                html! { @if session.ended_at.is_some() { (lasts(length(session))) } @else { "open" } },
            ),
            Cell::numbers(
                "Watching, on average",
                html! { @match brief.viewers { Some(known) => { (number(known.mean)) }, None => { "unknown" } } },
            ),
            Cell::numbers("Likes", html! { (number(brief.deeds.likes)) }),
            Cell::numbers("Gifts", html! { (number(brief.deeds.gifts)) }),
            Cell::numbers("Coins", html! { (brief.coins) }),
            Cell::numbers("Songs", html! { (number(brief.songs_played)) }),
        ],
    };
    let Listed { sessions, briefs } = listed;
    let rows: Vec<Row> = sessions.rows.iter().zip(briefs).map(row).collect();
    html! {
        section {
            h2 { "Sessions" }
            @if rows.is_empty() {
                p.muted { "There was none yet. A session begins when Greenroom connects to a followed live." }
            } @else {
                (Table::new("Sessions", Some("sessions"), rows))
            }
            (filter.paging(&format!("/g/{guild}/live"), "after", sessions.next.as_ref()))
        }
    }
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
        insta::assert_snapshot!(lines(&state(GUILD, &followed(), Some(&status), None)), @r#"
        <section class="card">
        <h2>@night.owl <span class="badge warn">[icon]waiting</span>
        </h2>
        <p data-says="@night.owl: There is no connection, for this reason. Greenroom tries again.">There is no connection, for this reason. Greenroom tries again.</p>
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
    fn what_the_operator_lets_be_followed_is_followed_by_the_operator() {
        let drawn = state(GUILD, &followed(), None, Some(UserId::new(81))).into_string();
        assert!(drawn.contains("by the operator") && !drawn.contains("/members/81"), "{drawn}");
    }

    #[test]
    fn where_no_live_is_followed_the_page_says_what_one_would_bring() {
        let drawn = state(GUILD, &Followed::default(), None, None).into_string();
        assert!(drawn.contains("No live is followed."), "{drawn}");
        let none = list(GUILD, &Filter::default(), &Listed::default()).into_string();
        assert!(none.contains("There was none yet."), "{none}");
        let show = show(GUILD, None).into_string();
        assert!(show.contains("No session is open."), "{show}");
    }
}
