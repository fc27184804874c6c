//! What happened in a server, with filters that stand in the address.

use maud::{Markup, html};

use crate::kernel::error::Result;
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::audit::AuditQuery;
use crate::web::filter::Filter;
use crate::web::happened::{self, Happened};
use crate::web::names::Names;
use crate::web::page::{Page, Seen, Shown};
use crate::web::pages::as_csv;
use crate::web::push::about::ACTIVITY;
use crate::web::ui::components::{Cell, Choice, Empty, Field, Paging, Row, Select, Table, filters, moment};
use crate::web::whom::HINT;

/// The page.
pub struct AuditPage;

/// What is on it.
struct View {
    /// Without its query.
    page: String,
    happened: Vec<Happened>,
    names: Names,
    next: Option<String>,
    is_partial: bool,
}

impl Page for AuditPage {
    const NAME: &'static str = "audit.page";
    const ABOUT: &'static str = "Shows what happened in a server: who did what, what was before and what is after.";
    const PATHS: &'static [&'static str] = &["/g/{server}/audit"];
    const WHO: Who = Who::Admin;
    const HINTS: &'static [Topic] = &[ACTIVITY];

    type Path = ();
    type Query = AuditQuery;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, words) = (seen.guild, web.bot.words);
        let page = format!("/g/{guild}/audit");
        let asked = asked(&page, &seen.filter, &happened::kinds(words));
        if seen.filter.is_unclear() {
            return Ok(Shown::new("Audit", asked));
        }
        let wanted = seen.query.wanted(web, guild).await?;
        let looking = wanted.clone();
        let look = move |read: &dyn Read| {
            let found = looking.look(read, guild)?;
            let happened = Happened::all(read, guild, &found.rows, words)?;
            let names = Names::of(read, guild, happened.iter().flat_map(Happened::sentences), [])?;
            Ok((found, happened, names))
        };
        let (found, happened, names) = web.look("audit", look).await?;
        wanted.require_meaning(&found)?;
        let names = web.named(names).await.seen_by(seen.visitor.actor());
        let is_partial = wanted.is_partial(&found);
        let view = View { page, happened, names, next: found.next.map(|next| next.to_string()), is_partial };
        let actions = as_csv(seen.rank, &seen.filter, &format!("/api/{guild}/audit/export"));
        Ok(Shown { actions, ..Shown::new("Audit", html! { (asked) (view.list(&seen.filter)) }) })
    }
}

/// The form that asks.
fn asked(page: &str, filter: &Filter, kinds: &[&'static str]) -> Markup {
    let labels: Vec<String> = kinds.iter().map(|kind| happened::called(kind)).collect();
    let kinds = kinds.iter().zip(&labels).map(|(kind, label)| Choice::new(kind, label));
    let kinds: Vec<Choice<'_>> = std::iter::once(Choice::new("", "Everything")).chain(kinds).collect();
    let about = "A member, a song as #012345, a setting, a live";
    filters(
        page,
        &html! {
            (Select { chosen: filter.value("kind"), error: filter.error("kind"), ..Select::new("kind", "What", &kinds) })
            (Field {
                value: filter.value("actor"),
                error: filter.error("actor"),
                hint: Some(&format!("{HINT}; or operator, live or system")),
                ..Field::new("actor", "By whom")
            })
            (Field {
                value: filter.value("subject"),
                error: filter.error("subject"),
                hint: Some(about),
                ..Field::new("subject", "About")
            })
        },
    )
}

impl View {
    /// What the filters let through, and the way on.
    fn list(&self, filter: &Filter) -> Markup {
        let paging = filter.paging(&self.page, "after", self.next.as_ref());
        html! {
            @if self.happened.is_empty() && self.next.is_none() {
                (Empty {
                    title: "Nothing here.",
                    text: "Whatever somebody changes in this server is told here, for as long as Activity Kept says.",
                    action: Some((&self.page, "Show everything")),
                })
            } @else {
                (self.table())
            }
            (Paging { is_partial: self.is_partial, ..paging })
        }
    }

    fn table(&self) -> Markup {
        let row = |happened: &Happened| Row {
            id: Some(happened.id.to_string()),
            cells: vec![
                Cell::words("When", moment(happened.id.moment())),
                Cell::words("What happened", happened.drawn(&self.names)),
            ],
        };
        let rows: Vec<Row> = self.happened.iter().map(row).collect();
        html! { (Table::new("What happened", Some("audit"), rows)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::ActivityId;
    use crate::kernel::ids::{GuildId, UserId};
    use crate::kernel::sentence::Sentence;
    use crate::sentence;
    use crate::web::ui::testing::lines;

    fn view(happened: Vec<Happened>) -> View {
        View {
            page: "/g/5/audit".to_owned(),
            happened,
            names: Names::sample(GuildId::new(5), &[(7, "<ann>")], &[]),
            next: None,
            is_partial: false,
        }
    }

    #[test]
    fn each_entry_says_when_and_what_in_one_sentence_and_what_was_before() {
        let (id, by) = (ActivityId::new(1_795_292_100_000_000), UserId::new(7));
        let change = Some([Sentence::words("Yes"), Sentence::words("No")]);
        let happened = Happened { id, sentence: sentence!("{by} changed **it**.", by), change };
        let drawn = lines(&view(vec![happened]).list(&Filter::default()));
        assert!(drawn.contains("21 Nov 2026, 20:15 UTC"), "{drawn}");
        assert!(drawn.contains(r#"<a href="/g/5/members/7">&lt;ann&gt;</a> changed <strong>it</strong>."#), "{drawn}");
        assert!(drawn.contains(r#"<p class="hint">Yes → No</p>"#), "{drawn}");
    }

    #[test]
    fn the_next_page_has_the_same_filters_and_an_empty_one_says_so() {
        let filter = Filter::of("actor=7+%26+8&after=b1");
        let view = view(Vec::new());
        let next = filter.paging(&view.page, "after", Some("c2")).next;
        assert_eq!(next.as_deref(), Some("/g/5/audit?actor=7+%26+8&after=c2"));
        let drawn = lines(&view.list(&filter));
        assert!(drawn.contains("Nothing here.") && drawn.contains("First"), "{drawn}");
    }

    #[test]
    fn kinds_are_chosen_by_words() {
        let drawn = lines(&asked("/g/5/audit", &Filter::of("kind=coins.posted"), &["coins.posted"]));
        assert!(drawn.contains(r#"<option value="coins.posted" selected>Coins: posted</option>"#), "{drawn}");
    }
}
