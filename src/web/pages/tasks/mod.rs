//! Tasks on the pages: the board, the editor, one task with its history, the desk of reviewers, and what members do.
//!
//! | file | for |
//! | --- | --- |
//! | this one | the board: open, in review, done, over |
//! | `editor` | a new task, and the form of one that is there, with its message as Discord shows it |
//! | `one` | a task: how it stands, its claims, its history, and what can be done with it |
//! | `reviews` | the desk of reviewers: one proof after another |
//! | `files` | pictures of proofs, at addresses of ours |
//! | `own` | what a member has and may claim, on their own page |

pub(super) mod editor;
mod files;
mod one;
mod own;
mod reviews;

pub use editor::NewTaskPage;
pub use files::PICTURE;
pub use one::TaskPage;
pub(super) use one::tone;
pub(super) use own::section as own_tasks;
pub use reviews::ReviewsPage;

use maud::{Markup, html};
use serde::Deserialize;

use super::members::member_link;
use crate::features::tasks::listing::{Listed, Listing, SortedBy};
use crate::features::tasks::model::{KnownTask, Repeats, TASK_POST, Task, TaskStatus};
use crate::features::tasks::queries::{self, OwnClaim};
use crate::flows::known_members;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::money::{self, Money};
use crate::posts::{PostState, Sync};
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::tasks::list::{PAGE, TasksQuery};
use crate::web::api::tasks::task_address;
use crate::web::endpoint::{Sample, Samples};
use crate::web::filter::Filter;
use crate::web::page::{Page, Seen, Shown};
use crate::web::push::about::{POSTS, SETTINGS, TASKS};
use crate::web::ui::components::{
    Button, Cell, Choice, Empty, Field, Form, Input, Paging, Row, Select, Tab, Table, Tone, badge, filters, number,
    relative, tabs,
};

/// Proofs that wait, on the board.
const WAITING: usize = 50;

/// Which tasks the board shows.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct BoardQuery {
    /// `open`, `review`, `done` or `over`; what is open without it.
    view: Option<String>,
    category: Option<String>,
    search: Option<String>,
    sort: Option<String>,
    page: Option<usize>,
}

/// A view of the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum View {
    Open,
    Review,
    Done,
    Over,
}

impl View {
    const ALL: [Self; 4] = [Self::Open, Self::Review, Self::Done, Self::Over];

    const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Review => "review",
            Self::Done => "done",
            Self::Over => "over",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::Open => "Open",
            Self::Review => "In review",
            Self::Done => "Done",
            Self::Over => "Over",
        }
    }

    const fn status(self) -> Option<TaskStatus> {
        match self {
            Self::Open => Some(TaskStatus::Active),
            Self::Review => None,
            Self::Done => Some(TaskStatus::Completed),
            Self::Over => Some(TaskStatus::Expired),
        }
    }

    fn named(name: &str) -> Self {
        Self::ALL.into_iter().find(|view| view.name() == name).unwrap_or(Self::Open)
    }
}

/// The board.
pub struct TasksPage;

/// What is on it.
struct Board {
    guild: GuildId,
    view: View,
    counts: [u64; 4],
    listed: Listed,
    posts: Vec<Option<PostState>>,
    waiting: Vec<(OwnClaim, String)>,
    categories: Vec<String>,
    money: Money,
    page: usize,
}

impl Page for TasksPage {
    const NAME: &'static str = "tasks.page";
    const ABOUT: &'static str = "Shows the tasks of a server: what is open, in review, done and over.";
    const PATHS: &'static [&'static str] = &["/g/{server}/tasks"];
    const WHO: Who = Who::Viewer;
    const HINTS: &'static [Topic] = &[TASKS, POSTS, SETTINGS];

    type Path = ();
    type Query = BoardQuery;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "view=open", ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let guild = seen.guild;
        let BoardQuery { view, category, search, sort, page } = seen.query.clone();
        let view = View::named(view.as_deref().unwrap_or_default());
        let wanted = TasksQuery { category, search, sort, page, ..TasksQuery::default() }.wanted();
        let is_admin = seen.rank.reaches(Who::Admin);
        let actions = is_admin.then(|| html! { a.button.main href={ "/g/" (guild) "/tasks/new" } { "New task" } });
        if seen.filter.is_unclear() {
            return Ok(Shown { actions, ..Shown::new("Tasks", search_form(guild, view, &[], &seen.filter)) });
        }
        let wanted = wanted?;
        let board = web.look(Self::NAME, move |read| {
            let listing = Listing { status: view.status(), ..wanted.listing.clone() };
            Board::look(read, guild, view, &listing, wanted.page)
        });
        let mut board = board.await?;
        let waiting = board.waiting.iter_mut().map(|(own, name)| (own.claim.claim.user, name));
        web.call_by_name(guild, waiting.collect()).await;
        let main = html! {
            (view_tabs(&board))
            (search_form(guild, view, &board.categories, &seen.filter))
            @if view == View::Review { (in_review(&board, seen.rank.reaches(Who::Moderator))) } @else {
                (list(&board, &seen.filter, is_admin))
            }
            @if is_admin { (categories(seen, &board.categories)) }
        };
        Ok(Shown { actions, ..Shown::new("Tasks", main) })
    }
}

impl Board {
    fn look(read: &dyn Read, guild: GuildId, view: View, listing: &Listing, page: usize) -> Result<Self> {
        let count = |status| queries::count(read, guild, status);
        let counts = [
            count(TaskStatus::Active)?,
            queries::waiting(read, guild)?,
            count(TaskStatus::Completed)?,
            count(TaskStatus::Expired)?,
        ];
        let (mut listed, mut waiting) = (Listed::default(), Vec::new());
        if view == View::Review {
            for own in queries::to_review(read, guild, (None, WAITING))?.rows {
                let name = known_members::called(read, guild, own.claim.claim.user)?;
                waiting.push((own, name));
            }
        } else {
            listed = crate::features::tasks::listing::list(read, guild, listing, page.saturating_mul(PAGE), PAGE)?;
        }
        let posts = listed.tasks.iter().map(|known| TASK_POST.state(read, guild, known.id.get()));
        Ok(Self {
            guild,
            view,
            counts,
            posts: posts.collect::<Result<_>>()?,
            listed,
            waiting,
            categories: queries::categories(read, guild)?,
            money: money::of(read, guild)?,
            page,
        })
    }
}

fn view_tabs(board: &Board) -> Markup {
    let address = |view: View| format!("/g/{}/tasks?view={}", board.guild, view.name());
    let label = |(view, count): (View, u64)| format!("{} {}", view.label(), number(count));
    let views: Vec<_> = View::ALL.into_iter().zip(board.counts).map(|it| (it.0, address(it.0), label(it))).collect();
    let shown: Vec<Tab<'_>> =
        views.iter().map(|(view, href, label)| Tab { href, label, is_current: *view == board.view }).collect();
    tabs("Which tasks", &shown)
}

fn search_form(guild: GuildId, view: View, known: &[String], filter: &Filter) -> Markup {
    let categories: Vec<Choice<'_>> = std::iter::once(Choice::new("", "All"))
        .chain(known.iter().map(|category| Choice::new(category, category)))
        .collect();
    let name = |by: SortedBy| <&'static str>::from(by);
    let sorts = [
        Choice::new("", "The latest first"),
        Choice::new(name(SortedBy::Expires), "What ends first"),
        Choice::new(name(SortedBy::Reward), "The largest reward first"),
        Choice::new(name(SortedBy::Claims), "The most claims first"),
        Choice::new(name(SortedBy::Name), "By name"),
    ];
    let fields = html! {
        input type="hidden" name="view" value=(view.name());
        (Field {
            input: Input::Search,
            value: filter.value("search"),
            error: filter.error("search"),
            ..Field::new("search", "Search")
        })
        (Select { chosen: filter.value("category"), ..Select::new("category", "Category", &categories) })
        (Select { chosen: filter.value("sort"), error: filter.error("sort"), ..Select::new("sort", "Order", &sorts) })
    };
    html! { @if view != View::Review { (filters(&format!("/g/{guild}/tasks"), &fields)) } }
}

fn list(board: &Board, filter: &Filter, is_admin: bool) -> Markup {
    let guild = board.guild;
    let is_asked = ["search", "category"].iter().any(|field| !filter.value(field).is_empty());
    if board.listed.tasks.is_empty() {
        return nothing(board, is_asked, is_admin);
    }
    let row = |(known, post): (&KnownTask, &Option<PostState>)| {
        let KnownTask { id, task } = known;
        let ends = if task.status == TaskStatus::Active { "Ends" } else { "Ended" };
        Row {
            id: Some(id.to_string()),
            cells: vec![
                Cell::words(
                    "Task",
                    html! { a href=(task_address(guild, id)) { (task.name) } p.hint { (task.category) (kind(task)) } },
                ),
                Cell::numbers("Reward", amount(&board.money, task.reward)),
                Cell::numbers("Places taken", html! { (taken(known)) }),
                Cell::numbers("To review", html! { (task.counts.submitted) }),
                Cell::words(ends, relative(task.expires_at)),
                Cell::words("On Discord", sync(post.as_ref())),
            ],
        }
    };
    let path = format!("/g/{guild}/tasks");
    let has_more = board.listed.total > board.page.saturating_add(1).saturating_mul(PAGE);
    let next = has_more.then(|| board.page.saturating_add(2).to_string());
    html! {
        (Table::new("Tasks", Some("tasks"), board.listed.tasks.iter().zip(&board.posts).map(row)))
        (Paging { is_partial: board.listed.is_partial && next.is_none(), ..filter.paging(&path, "page", next) })
    }
}

fn nothing(board: &Board, is_asked: bool, is_admin: bool) -> Markup {
    let new = format!("/g/{}/tasks/new", board.guild);
    let is_new = board.counts.iter().all(|count| *count == 0);
    html! {
        @if is_asked {
            (Empty { title: "No task fits.", text: "Other words or another category may find one.", action: None })
        } @else if is_new {
            (Empty {
                title: "No tasks yet.",
                text: "A task pays members for something that you can check: a drawing, five greetings, a shared link. They claim it \
                    on Discord, hand in a proof, and you accept it.",
                action: is_admin.then_some((new.as_str(), "Make one")),
            })
        } @else {
            @match board.view {
                View::Open => (Empty {
                    title: "Nothing is open.",
                    text: "Members can claim nothing at the moment.",
                    action: is_admin.then_some((new.as_str(), "Make a task")),
                }),
                View::Done => (Empty {
                    title: "Nothing is done yet.",
                    text: "A task is done when all of its places are accepted.",
                    action: None,
                }),
                View::Over | View::Review => (Empty {
                    title: "Nothing is over.",
                    text: "A task is over when its time is, or when somebody ends it.",
                    action: None,
                }),
            }
        }
    }
}

/// Proofs that wait, with the way to the desk of reviewers for whoever reviews.
fn in_review(board: &Board, is_reviewer: bool) -> Markup {
    let guild = board.guild;
    let row = |(own, name): &(OwnClaim, String)| {
        let at = own.claim.claim.proof.as_ref().map(|proof| proof.submitted_at);
        Row {
            id: Some(own.claim.id.to_string()),
            cells: vec![
                Cell::words("Task", html! { a href=(task_address(guild, own.task.id)) { (own.task.task.name) } }),
                Cell::words("Member", member_link(guild, own.claim.claim.user, name)),
                Cell::words("Handed in", html! { @if let Some(at) = at { (relative(at)) } }),
                Cell::words(
                    "Proof",
                    html! { @if is_reviewer { a href={ "/g/" (guild) "/reviews?at=" (own.claim.id) } { "Review it" } } },
                ),
            ],
        }
    };
    html! {
        @if board.waiting.is_empty() {
            (Empty {
                title: "Nothing waits for a review.",
                text: "What members hand in stands here until somebody accepts or rejects it.",
                action: None,
            })
        } @else {
            (Table::new("Proofs that wait", Some("proofs"), board.waiting.iter().map(row)))
        }
    }
}

/// The categories, for whoever may change them.
fn categories(seen: &Seen<TasksPage>, known: &[String]) -> Markup {
    let at = format!("/g/{}/tasks/categories", seen.guild);
    let refill = seen.refill.as_ref().filter(|refill| refill.may_be_of(&at));
    let wrong = refill.and_then(|refill| refill.wrong("name"));
    let add = seen.seal("add-category");
    html! {
        section.card #categories {
            h2 { "Categories" }
            ul.found {
                @for (place, category) in known.iter().enumerate() {
                    li {
                        div.actions {
                            span { (category) }
                            // The first is always there.
                            @if place > 0 {
                                @let sealed = seen.seal(&format!("category-{place}"));
                                (Form { is_quiet: true, ..Form::new(&format!("{at}/remove"), sealed.seal()) }.around(&html! {
                                    input type="hidden" name="name" value=(category);
                                    (Button { about: Some(category), ..Button::plain("Remove") })
                                }))
                            }
                        }
                    }
                }
            }
            (Form::new(&at, add.seal()).around(&html! {
                (Field {
                    value: refill.and_then(|refill| refill.value("name")).unwrap_or_default(),
                    error: wrong.as_deref(),
                    most: Some(40),
                    is_required: true,
                    ..Field::new("name", "A new category")
                })
                (Button::plain("Add"))
            }))
        }
    }
}

/// An amount of the server's money; a word where there is none.
fn amount(money: &Money, amount: Amount) -> Markup {
    html! { @if amount == Amount::ZERO { "nothing" } @else { (money.plain(amount)) } }
}

/// What a task is beside one that is done once and reviewed: how often it comes again, and by what it proves itself.
fn kind(task: &Task) -> Markup {
    html! {
        @if task.repeats != Repeats::Never { " · " (task.repeats.in_words()) }
        @if let Some(next) = task.again_at() { ", again " (relative(next)) }
        @if let Some(counted) = task.proven_by.counted() { " · proves itself by " (counted) }
    }
}

/// How many places are taken, of how many.
fn taken(known: &KnownTask) -> String {
    let taken = number(known.task.counts.taken());
    match known.task.max_claims {
        Some(most) => format!("{taken} of {}", number(most)),
        None => taken,
    }
}

/// How a message is on Discord: a picture, a word and a colour (`T-SYN-09`).
fn sync(post: Option<&PostState>) -> Markup {
    match post.map(|post| post.sync) {
        Some(Sync::Synced) => badge(Tone::Good, "posted"),
        Some(Sync::PendingSync) => badge(Tone::Info, "on its way"),
        Some(Sync::Orphaned) => badge(Tone::Warn, "message deleted"),
        Some(Sync::Failed) => badge(Tone::Bad, "not posted"),
        None => badge(Tone::Quiet, "no message"),
    }
}

/// How a task stands: a picture, a word and a colour.
fn state(known: &KnownTask) -> Markup {
    match known.task.status {
        TaskStatus::Active if known.task.places_left() == Some(0) => badge(Tone::Warn, "all places taken"),
        TaskStatus::Active => badge(Tone::Good, "open"),
        TaskStatus::Completed => badge(Tone::Info, "done"),
        TaskStatus::Expired => badge(Tone::Quiet, "over"),
    }
}
