//! What happened in a server, or to the instance, with filters that stand in the address.

use maud::{Markup, html};

use super::instance;
use crate::activity::{Door, DoorKind};
use crate::features::Domain;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::{Rank, Who};
use crate::web::address::address;
use crate::web::answer::Problem;
use crate::web::api::audit::{AuditQuery, door_in_words, door_of};
use crate::web::filter::Filter;
use crate::web::happened::{self, Happened};
use crate::web::names::Names;
use crate::web::page::{Page, Seen, Shown};
use crate::web::pages::as_csv;
use crate::web::push::about::{ACTIVITY, PULSE};
use crate::web::ui::components::{Cell, Choice, Empty, Field, Paging, Row, Select, Table, filters, moment};
use crate::web::whom::HINT;

/// The page of a server.
pub struct AuditPage;

/// The page of the instance.
pub struct InstanceAuditPage;

/// What is on it.
struct View {
    /// Without its query.
    page: String,
    happened: Vec<Happened>,
    /// By which door whoever caused each of them came.
    doors: Vec<Option<Door>>,
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
        let guild = seen.guild;
        let main = content(web, (guild, format!("/g/{guild}/audit")), seen).await?;
        let actions = as_csv(seen.rank, &seen.filter, &format!("/api/{guild}/audit/export"));
        Ok(Shown { actions, ..Shown::new("Audit", main) })
    }
}

impl Page for InstanceAuditPage {
    const NAME: &'static str = "instance.audit_page";
    const ABOUT: &'static str =
        "Shows what happened to this Greenroom as a whole: sign-ins, refused tries, tokens, backups.";
    const PATHS: &'static [&'static str] = &["/instance/audit"];
    const WHO: Who = Who::Instance;
    const HINTS: &'static [Topic] = &[PULSE];

    type Path = ();
    type Query = AuditQuery;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let main = content(web, (GuildId::INSTANCE, "/instance/audit".to_owned()), seen).await?;
        let actions = as_csv(Rank::OPERATOR, &seen.filter, "/api/audit/export");
        Ok(Shown { actions, ..instance::shown("/instance/audit", &main) })
    }
}

/// The filters, and what they let through, of a server or of the instance.
async fn content<P: Page<Query = AuditQuery>>(
    web: &Web,
    (guild, page): (GuildId, String),
    seen: &Seen<P>,
) -> Result<Markup, Problem> {
    let asked = asked(&page, &seen.filter, &Domain::kinds_told(guild));
    if seen.filter.is_unclear() {
        return Ok(asked);
    }
    let wanted = seen.query.wanted(web, guild).await?;
    let looking = wanted.clone();
    let look = move |read: &dyn Read| {
        let found = looking.look(read, guild)?;
        let happened = Happened::all(read, guild, &found.rows)?;
        let names = Names::of(read, guild, happened.iter().flat_map(Happened::sentences), [])?;
        let names = if guild == GuildId::INSTANCE { names.of_any_server(read)? } else { names };
        Ok((found, happened, names))
    };
    let (found, happened, names) = web.look("audit", look).await?;
    wanted.require_meaning(&found)?;
    let names = web.named(names).await.seen_by(seen.visitor.actor()).read_by(seen.rank);
    let is_partial = wanted.is_partial(&found);
    let doors = found.rows.iter().map(|(_, activity)| door_of(activity)).collect();
    let view = View { page, happened, doors, names, next: found.next.map(|next| next.to_string()), is_partial };
    Ok(html! { (asked) (view.list(&seen.filter)) })
}

/// The form that asks.
fn asked(page: &str, filter: &Filter, kinds: &[&'static str]) -> Markup {
    let labels: Vec<String> = kinds.iter().map(|kind| happened::called(kind)).collect();
    let kinds = kinds.iter().zip(&labels).map(|(kind, label)| Choice::new(kind, label));
    let kinds: Vec<Choice<'_>> = std::iter::once(Choice::new("", "Everything")).chain(kinds).collect();
    let about = "A member, a song as #012345, a setting, a live";
    let mut doors = vec![
        Choice::new("", "Every door"),
        Choice::new("page", "Page"),
        Choice::new("api", "API without a token"),
        Choice::new("token", "Token of a program"),
        Choice::new("discord", "Discord"),
    ];
    // A token by its name, as each entry leads to it.
    let door = filter.value("door");
    if !doors.iter().any(|choice| choice.value == door) {
        doors.push(Choice::new(door, door));
    }
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
            (Select { chosen: door, ..Select::new("door", "By which door", &doors) })
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
                    text: "Whatever somebody changes is told here, for as long as Activity Kept says.",
                    action: Some((&self.page, "Show everything")),
                })
            } @else {
                (self.table())
            }
            (Paging { is_partial: self.is_partial, ..paging })
        }
    }

    fn table(&self) -> Markup {
        let row = |(happened, door): (&Happened, &Option<Door>)| Row {
            id: Some(happened.id.to_string()),
            cells: vec![
                Cell::words("When", moment(happened.id.moment())),
                Cell::words("What happened", happened.drawn(&self.names)),
                Cell::words("By", self.door(door.as_ref())),
            ],
        };
        let rows: Vec<Row> = self.happened.iter().zip(&self.doors).map(row).collect();
        html! { (Table::new("What happened", Some("audit"), rows)) }
    }

    /// By which door; a token leads to whatever was done by it.
    fn door(&self, door: Option<&Door>) -> Markup {
        let Some(door) = door else { return html! {} };
        let token = door.name.as_deref().filter(|_| door.kind == DoorKind::Token);
        let words = door_in_words(door);
        html! {
            @if let Some(name) = token { a href=(address(&self.page, &[("door", Some(name))])) { (words) } } @else { (words) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::ActivityId;
    use crate::kernel::ids::UserId;
    use crate::kernel::sentence::Sentence;
    use crate::sentence;
    use crate::web::ui::testing::lines;

    fn view(happened: Vec<Happened>) -> View {
        View {
            page: "/g/5/audit".to_owned(),
            doors: happened.iter().map(|_| Some(Door::named(DoorKind::Token, "my <bot>"))).collect(),
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
        let by = r#"<a href="/g/5/audit?door=my+%3Cbot%3E">token my &lt;bot&gt;</a>"#;
        assert!(drawn.contains(by), "{drawn}");
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
        assert!(drawn.contains(r#"<option value="coins.posted" selected>A balance changed</option>"#), "{drawn}");
    }
}
