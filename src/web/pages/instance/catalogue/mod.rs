//! The catalogue for all servers: what the operator offers to each that switches it on. The forms are those of shop and tasks, without
//! what belongs to one server.

mod items;
mod tasks;

pub use items::{NewOfferedItemPage, OfferedItemPage};
pub use tasks::{NewOfferedTaskPage, OfferedTaskPage};

use maud::{Markup, html};

use super::shown;
use crate::features::offers::model::Part;
use crate::features::offers::queries::count_following;
use crate::features::shop::queries::{Listed, Wanted, list};
use crate::features::tasks::model::KnownTask;
use crate::features::tasks::tables::all;
use crate::flows::offers_changed::NO_END;
use crate::flows::offers_followed::Origin;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::endpoint::Nothing;
use crate::web::page::{Page, Seen, Shown};
use crate::web::pages::shop;
use crate::web::push::about::PULSE;
use crate::web::ui::components::{Button, Cell, Empty, Form, Row, Seal, Table, counted, moment};

/// Where the catalogue lies.
const CATALOGUE: GuildId = GuildId::INSTANCE;
/// Where the page is.
const PATH: &str = "/instance/catalogue";

/// All of it.
pub struct CataloguePage;

/// What it has, and how many servers take it over.
struct View {
    items: Vec<Listed>,
    tasks: Vec<KnownTask>,
    selling: usize,
    offering: usize,
}

impl View {
    fn look(read: &dyn Read) -> Result<Self> {
        Ok(Self {
            items: list(read, CATALOGUE, &Wanted::default())?,
            tasks: all(read, CATALOGUE)?,
            selling: count_following(read, Part::Items)?,
            offering: count_following(read, Part::Tasks)?,
        })
    }
}

impl Page for CataloguePage {
    const NAME: &'static str = "catalogue.page";
    const ABOUT: &'static str = "Lists the items and tasks that are offered to all servers.";
    const PATHS: &'static [&'static str] = &[PATH];
    const WHO: Who = Who::Instance;
    const HINTS: &'static [Topic] = &[PULSE];

    type Path = ();
    type Query = Nothing;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let view = web.look(Self::NAME, View::look).await?;
        let main = html! {
            p {
                "Each server that switches " strong { "Global Shop" } " or " strong { "Global Tasks" } " on has a copy of these, with a stock, \
                 claims and a currency of its own. A copy follows what you change here until somebody in its server changes it."
            }
            (items(&view, seen.now))
            (tasks(&view))
        };
        Ok(shown(PATH, &main))
    }
}

fn taken_over(servers: usize) -> String {
    format!("Taken over by {}.", counted(i64::try_from(servers).unwrap_or(i64::MAX), "server", "servers"))
}

fn items(view: &View, now: Timestamp) -> Markup {
    let row = |Listed { id, item, .. }: &Listed| Row {
        id: Some(format!("item-{id}")),
        cells: vec![
            Cell::words(
                "Item",
                html! { a href={ (PATH) "/items/" (id) } { (shop::called(item)) } p.hint { (item.category) } },
            ),
            Cell::numbers("Price", html! { (item.price) }),
            Cell::numbers("Stock of a copy", shop::stock(item.stock)),
            Cell::words("State", shop::state(item, now)),
        ],
    };
    let new = format!("{PATH}/items/new");
    let text = "An item here is sold in every server that wants it.";
    html! {
        section {
            h2 { "Items" }
            p.hint { (taken_over(view.selling)) }
            @if view.items.is_empty() { (Empty { title: "No items yet.", text, action: Some((&new, "Offer the first")) }) }
            @else {
                (Table::new("Items", None, view.items.iter().map(row)))
                p { a.button href=(new) { "New item" } }
            }
        }
    }
}

fn tasks(view: &View) -> Markup {
    let row = |KnownTask { id, task }: &KnownTask| Row {
        id: Some(format!("task-{id}")),
        cells: vec![
            Cell::words("Task", html! { a href={ (PATH) "/tasks/" (id) } { (task.name) } }),
            Cell::numbers("Reward", html! { (task.reward) }),
            Cell::words("Time", html! { (counted(i64::from(task.duration_hours), "hour", "hours")) }),
            Cell::words(
                "Places of a copy",
                html! { @match task.max_claims { Some(most) => (most), None => "any number" } },
            ),
            Cell::words(
                "Ends",
                html! { @if task.expires_at < NO_END { (moment(task.expires_at)) } @else { "when its time is over" } },
            ),
        ],
    };
    let new = format!("{PATH}/tasks/new");
    let text = "A task here can be claimed in every server that wants it.";
    html! {
        section {
            h2 { "Tasks" }
            p.hint { (taken_over(view.offering)) }
            @if view.tasks.is_empty() { (Empty { title: "No tasks yet.", text, action: Some((&new, "Offer the first")) }) }
            @else {
                (Table::new("Tasks", None, view.tasks.iter().map(row)))
                p { a.button href=(new) { "New task" } }
            }
        }
    }
}

/// What the page of an item or task in a server says of it where it is from the catalogue.
pub fn told_origin(origin: Option<Origin>, what: &str) -> Markup {
    html! {
        @match origin {
            None => {}
            Some(Origin::Follows) => {
                p.hint {
                    "This " (what) " is from the catalogue for all servers. It follows what the operator of the bot says there, until \
                     somebody changes it here."
                }
            }
            Some(Origin::Own) => {
                p.hint { "This " (what) " came from the catalogue for all servers and was changed here: it is your own now." }
            }
        }
    }
}

/// One of the pages of something that is offered, below the catalogue.
fn below(title: impl Into<String>, main: Markup) -> Shown {
    Shown { crumbs: vec![(PATH.to_owned(), "Catalogue".to_owned())], ..Shown::new(title, main) }
}

/// The form that takes something out of the catalogue.
fn removal(action: &str, seal: Seal<'_>, asks: &str) -> Markup {
    let form = Form { confirm: Some(asks), ..Form::new(action, seal) };
    html! {
        section.card {
            h2 { "Take it out" }
            p { "Servers offer it no more. What members bought or claimed stays." }
            (form.around(&html! { (Button::danger("Remove")) }))
        }
    }
}
