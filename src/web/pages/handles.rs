//! TikTok handles: search, whose they are, linking and freeing them.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::members::member_link;
use crate::features::handles::model::Account;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::Topic;
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::handles::{Found, HandlesQuery, find};
use crate::web::endpoint::{Sample, Samples};
use crate::web::filter::Filter;
use crate::web::page::{Page, Seen, Shown};
use crate::web::pages::as_csv;
use crate::web::push::about::HANDLES;
use crate::web::ui::components::{
    Button, Cell, Choice, Empty, Field, Form, Input, Row, Select, Table, Tone, badge, filters, moment,
};
use crate::web::whom::{HINT, member_field};

/// Members for whose names Discord is asked for one page.
const ASKED: usize = 20;

/// The page.
pub struct HandlesPage;

impl Page for HandlesPage {
    const NAME: &'static str = "handles.page";
    const ABOUT: &'static str = "Lists the TikTok handles that are known here, with whose they are.";
    const PATHS: &'static [&'static str] = &["/g/{server}/handles"];
    const WHO: Who = Who::Viewer;
    const HINTS: &'static [Topic] = &[HANDLES];

    type Path = ();
    type Query = HandlesQuery;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "whose=linked", ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let guild = seen.guild;
        let crumbs = vec![(format!("/g/{guild}/live"), "Live".to_owned())];
        if seen.filter.is_unclear() {
            return Ok(Shown { crumbs, ..Shown::new("TikTok handles", search(guild, &seen.filter)) });
        }
        let wanted = seen.query.wanted(web, guild).await?;
        let found = web.look("handles", move |read| find(read, guild, &wanted)).await?;
        let found = by_person(web, guild, found).await;
        let may_change = seen.rank.reaches(Who::Administrator);
        let free = |account: &Account, name: &str| {
            if may_change {
                free(seen, account, name)
            } else {
                html! {}
            }
        };
        let main = html! {
            (search(guild, &seen.filter))
            @if found.handles.is_empty() {
                (Empty {
                    title: "No handle was found.",
                    text: "A handle is known as soon as it does something on the live, or somebody links it.",
                    action: None,
                })
            } @else {
                (list(guild, &found, &free))
                (seen.filter.paging(&format!("/g/{guild}/handles"), "after", found.next))
            }
            @if may_change { (link(seen)) }
        };
        let actions = as_csv(seen.rank, &seen.filter, &format!("/api/{guild}/handles/export"));
        Ok(Shown { crumbs, actions, ..Shown::new("TikTok handles", main) })
    }
}

/// Whoever is known here by a handle alone is called as on Discord: whose a handle is, a handle does not tell.
async fn by_person(web: &Web, guild: GuildId, mut found: Found) -> Found {
    let is_handle = |name: &Option<String>| name.as_ref().is_some_and(|name| name.starts_with('@'));
    let nameless = found.handles.iter().filter(|(_, name)| is_handle(name));
    let users: BTreeSet<UserId> = nameless.filter_map(|(account, _)| account.linked).take(ASKED).collect();
    let users: Vec<UserId> = users.into_iter().collect();
    let called: BTreeMap<UserId, String> = web.called_on_discord(guild, &users).await.into_iter().collect();
    for (account, name) in found.handles.iter_mut().filter(|(_, name)| is_handle(name)) {
        *name = account.linked.and_then(|user| called.get(&user).cloned()).or_else(|| name.take());
    }
    found
}

fn search(guild: GuildId, filter: &Filter) -> Markup {
    let whose = [Choice::new("", "All"), Choice::new("linked", "Linked"), Choice::new("free", "Of nobody")];
    let fields = html! {
        (Field {
            input: Input::Search,
            value: filter.value("q"),
            hint: Some("How the handle begins"),
            ..Field::new("q", "Search")
        })
        (Select { chosen: filter.value("whose"), error: filter.error("whose"), ..Select::new("whose", "Show", &whose) })
        (Field {
            id: Some("f-of"),
            value: filter.value("member"),
            error: filter.error("member"),
            hint: Some(HINT),
            ..Field::new("member", "Of whom")
        })
    };
    filters(&format!("/g/{guild}/handles"), &fields)
}

fn list(guild: GuildId, found: &Found, free: &dyn Fn(&Account, &str) -> Markup) -> Markup {
    let row = |(account, name): &(Account, Option<String>)| Row {
        id: None,
        cells: vec![
            Cell::words("Handle", html! { (account.handle) }),
            Cell::words(
                "Whose",
                html! {
                    @if let (Some(user), Some(name)) = (account.linked, name) {
                        (member_link(guild, user, name)) " "
                        @if account.is_verified() { (badge(Tone::Good, "proven")) }
                    } @else { span.muted { "nobody" } }
                },
            ),
            Cell::numbers("Engagement points", html! { (account.points) }),
            Cell::words("Last on the live", moment(account.last_seen)),
            Cell::words("Link", free(account, name.as_deref().unwrap_or_default())),
        ],
    };
    html! { (Table::new("Handles", Some("handles"), found.handles.iter().map(row))) }
}

/// The button that takes a link away.
fn free(seen: &Seen<HandlesPage>, account: &Account, name: &str) -> Markup {
    let Some(user) = account.linked else { return html! {} };
    let action = format!("/g/{}/handles/free", seen.guild);
    let handle = account.handle.as_str();
    let seal = seen.seal(&format!("free-{handle}"));
    let asked = format!("Take @{handle} away from {name}? It keeps its engagement points, and {name} loses them.");
    let form = Form { confirm: Some(&asked), ..Form::new(&action, seal.seal()) };
    form.around(&html! {
        input type="hidden" name="handle" value=(handle);
        input type="hidden" name="member" value=(user);
        (Button { about: Some(&account.handle.shown()), ..Button::plain("Release") })
    })
}

/// The form that links a handle.
fn link(seen: &Seen<HandlesPage>) -> Markup {
    let action = format!("/g/{}/handles/link", seen.guild);
    // Each button that releases a handle sends the same fields.
    let refill = seen.refill.as_ref().filter(|refill| refill.may_be_of(&action));
    let handle = refill.and_then(|refill| refill.wrong("handle"));
    let seal = seen.seal("link");
    let fields = html! {
        (Field {
            value: refill.and_then(|refill| refill.value("handle")).unwrap_or_default(),
            error: handle.as_deref(),
            is_required: true,
            ..Field::new("handle", "TikTok handle")
        })
        (member_field(refill, "member", "Member"))
        (Button::main("Link"))
    };
    html! {
        section.card {
            h2 { "Link a handle" }
            p.hint { "Works without proof, also for a handle that was never seen. Before one that is somebody else's moves, with its engagement points, you are asked." }
            (Form::new(&action, seal.seal()).around(&fields))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::amount::Amount;
    use crate::kernel::time::Timestamp;
    use crate::live::Handle;
    use crate::web::ui::testing::lines;

    #[test]
    fn a_handle_tells_whose_it_is_and_one_of_nobody_that_it_is_free() {
        let at = Timestamp::from_millis(1_795_292_100_000);
        let account = |handle: &str, linked: Option<u64>| Account {
            handle: Handle::parse(handle).unwrap(),
            first_seen: at,
            last_seen: at,
            linked: linked.map(UserId::new),
            points: Amount::of(1_500),
            level: None,
            verified_at: linked.map(|_| at),
        };
        let handles = vec![(account("ann.live", Some(81)), Some("<ann>".to_owned())), (account("bob", None), None)];
        let found = Found { handles, next: None };
        let drawn = lines(&list(GuildId::new(5), &found, &|_, _| html! {}));
        for part in [
            r#"<a href="/g/5/members/81">&lt;ann&gt;</a> <span class="badge good">[icon]proven</span>"#,
            r#"<span class="muted">nobody</span>"#,
            r#"data-label="Engagement points">1,500</td>"#,
        ] {
            assert!(drawn.contains(part), "{part} in {drawn}");
        }
    }
}
