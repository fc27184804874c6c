//! What was not sent to Discord, with the reason in words, and what can be done about it.

use maud::{Markup, html};

use crate::jobs::unsent::MOST_AT_ONCE;
use crate::jobs::{Job, JobId, Lane, Run};
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::{Sentence, Slot};
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::unsent::{Alike, Found, UnsentQuery, because, grouped, what};
use crate::web::filter::Filter;
use crate::web::names::Names;
use crate::web::page::{Page, Seen, Shown};
use crate::web::push::about::JOBS;
use crate::web::ui::components::{Button, Cell, Empty, Form, Row, Table, moment, relative};

/// The page.
pub struct UnsentPage;

/// What is on it, with the names of the members and channels that it names.
struct View {
    guild: GuildId,
    found: Found,
    names: Names,
}

impl Page for UnsentPage {
    const NAME: &'static str = "unsent.page";
    const ABOUT: &'static str = "Shows what was not sent to Discord, and what waits to be tried again.";
    const PATHS: &'static [&'static str] = &["/g/{server}/unsent"];
    const WHO: Who = Who::Admin;
    const HINTS: &'static [Topic] = &[JOBS];

    type Path = ();
    type Query = UnsentQuery;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, query) = (seen.guild, seen.query);
        let view = web.look(Self::NAME, move |read| View::look(read, guild, query)).await?;
        let view = View { names: web.named(view.names).await, ..view };
        let main = page(&view, &seen.filter, &|id, count| buttons(seen, id, count));
        let crumbs = vec![(format!("/g/{guild}"), "Home".to_owned())];
        Ok(Shown { crumbs, ..Shown::new("Not sent to Discord", main) })
    }
}

impl View {
    fn look(read: &dyn Read, guild: GuildId, query: UnsentQuery) -> Result<Self> {
        let found = query.look_at(read, guild, MOST_AT_ONCE)?;
        let jobs = found.given_up.iter().map(|(_, letter)| &letter.job).chain(found.waiting.iter().map(|run| &run.job));
        let named: Vec<Sentence> = jobs.map(to).collect();
        let names = Names::of(read, guild, &named, [])?;
        Ok(Self { guild, found, names })
    }
}

/// Where something was to go, or what it is about.
fn to(job: &Job) -> Sentence {
    match job.lane {
        Lane::Channel(channel) => channel.to_sentence(),
        Lane::User(user) => user.to_sentence(),
        Lane::Song(_) => Sentence::words("a song"),
    }
}

fn page(view: &View, filter: &Filter, buttons: &dyn Fn(JobId, usize) -> Markup) -> Markup {
    html! {
        section.card aria-labelledby="given-up" {
            h2 #given-up { "Given up" }
            @if view.found.given_up.is_empty() && filter.value("before").is_empty() {
                (Empty { title: "Nothing was given up.", text: "Everything that was to go to Discord went, or waits.", action: None })
            } @else {
                p.hint { "Mend what is in the way first, such as a right of the bot, and then try again." }
                (given_up(view, filter, buttons))
            }
        }
        @if !view.found.waiting.is_empty() {
            section.card aria-labelledby="waiting" {
                h2 #waiting { "Waits for Discord" }
                p.hint { "Discord did not answer to these. They are tried again by themselves." }
                (waiting(view))
            }
        }
    }
}

fn given_up(view: &View, filter: &Filter, buttons: &dyn Fn(JobId, usize) -> Markup) -> Markup {
    let groups = grouped(view.found.given_up.clone());
    let row = |Alike { latest: (id, letter), count }: &Alike| Row {
        id: Some(id.to_string()),
        cells: vec![
            Cell::words("When", moment(letter.at)),
            Cell::words("What", html! { (what(&letter.job.kind)) @if *count > 1 { " · " (count) " times" } }),
            Cell::words("To", view.names.drawn(&to(&letter.job))),
            Cell::words("Why", html! { (because(&letter.reason)) p.hint { (letter.reason) } }),
            Cell::words("", buttons(*id, *count)),
        ],
    };
    html! {
        (Table::new("Given up", Some("unsent"), groups.iter().map(row)))
        (filter.paging(&format!("/g/{}/unsent", view.guild), "before", view.found.next))
    }
}

fn waiting(view: &View) -> Markup {
    let row = |run: &Run| {
        let wait = run.wait?;
        let cells = vec![
            Cell::words("What", html! { (what(&run.job.kind)) }),
            Cell::words("To", view.names.drawn(&to(&run.job))),
            Cell::words("Waits since", moment(wait.since)),
            Cell::numbers("Tried", html! { (wait.tries) }),
            Cell::words("Again", relative(wait.until)),
        ];
        Some(Row { id: Some(run.id.to_string()), cells })
    };
    html! { (Table::new("Waits for Discord", Some("waiting"), view.found.waiting.iter().filter_map(row))) }
}

/// What can be done with one, or with all that are like it.
fn buttons(seen: &Seen<UnsentPage>, id: JobId, count: usize) -> Markup {
    let is_many = count > 1;
    let at = |act: &str| format!("/g/{}/unsent/{id}/{act}", seen.guild);
    let form = |act: &str, confirm: Option<&str>, button: Button<'_>| {
        let (action, sealed) = (at(act), seen.seal(&format!("{act}-{id}")));
        Form { confirm, ..Form::new(&action, sealed.seal()) }.around(&html! {
            @if is_many { input type="hidden" name="alike" value="true"; }
            (button)
        })
    };
    let (try_again, dismiss, dismissed) = if is_many {
        ("Try all again", "Dismiss all", "Let go of all of these? They cannot be tried again then.")
    } else {
        ("Try again", "Dismiss", "Let go of this? It cannot be tried again then.")
    };
    html! {
        div.actions {
            (form("again", None, Button::plain(try_again)))
            (form("dismiss", Some(dismissed), Button::plain(dismiss)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::DeadLetter;
    use crate::kernel::ids::{ChannelId, UserId};
    use crate::kernel::time::Timestamp;
    use crate::web::ui::testing::lines;

    /// 21 November 2026, 20:15 UTC.
    const AT: Timestamp = Timestamp::from_millis(1_795_292_100_000);
    const ANN: UserId = UserId::new(7);

    fn job(kind: &str, lane: Lane) -> Job {
        Job { kind: kind.to_owned(), lane, due: AT, attempts: 3, payload: "null".to_owned() }
    }

    #[test]
    fn each_row_says_what_it_was_where_it_was_to_go_and_why_it_did_not() {
        let letter = |job: Job, reason: &str| DeadLetter { job, reason: reason.to_owned(), at: AT };
        let announced = job("queue.announce", Lane::Channel(ChannelId::new(5)));
        let told = job("outbox.tell", Lane::User(ANN));
        let found = Found {
            given_up: vec![
                (JobId::new(3), letter(announced.clone(), "Missing Permissions (403 Forbidden, code 50013)")),
                (JobId::new(2), letter(announced, "Missing Permissions (403 Forbidden, code 50013)")),
                (JobId::new(1), letter(told, "<b>odd</b>")),
            ],
            next: Some(JobId::new(1)),
            waiting: Vec::new(),
        };
        let names = Names::sample(GuildId::new(9), &[(ANN.get(), "<ann>")], &[]);
        let view = View { guild: GuildId::new(9), found, names };
        let drawn = lines(&page(&view, &Filter::default(), &|id, count| html! { "buttons of " (count) " from " (id) }));
        for part in [
            "The announcement of the song that plays",
            "channel 5",
            "The bot lacks a permission there.",
            "code 50013",
            r#"<a href="/g/9/members/7">&lt;ann&gt;</a>"#,
            "&lt;b&gt;odd&lt;/b&gt;",
            "announcement of the song that plays · 2 times",
            "buttons of 2 from 3",
            "buttons of 1 from 1",
            r#"href="/g/9/unsent?before=1""#,
        ] {
            assert!(drawn.contains(part), "{part}: {drawn}");
        }
        assert!(!drawn.contains("Waits for Discord"));
    }
}
