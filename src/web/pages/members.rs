//! The members that are known here, and one of them: what they have, and why.

mod by_hand;
mod tasks;

use maud::{Markup, html};
use serde::Deserialize;

use super::ledger::entries_table;
use crate::discord::standing::Asked;
use crate::features::coins::model::{Currency, EntryId};
use crate::features::coins::queries::entries::{self, EntriesPage, Wanted};
use crate::features::queue::queries::OwnPage;
use crate::features::shop::queries::Holding;
use crate::features::tasks::queries::OwnClaim;
use crate::features::{coins, currency, queue, shop};
use crate::flows::known_members::{self, KnownMember};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::address::address;
use crate::web::answer::Problem;
use crate::web::api::currencies::{Currencies, IN_ORDER};
use crate::web::api::members::{Found, Has, MembersQuery, SortedBy, by_name, find};
use crate::web::endpoint::{Sample, Samples};
use crate::web::filter::Filter;
use crate::web::music::song::called;
use crate::web::page::{Page, Seen, Shown};
use crate::web::pages::as_csv;
use crate::web::push::about::{COINS, HANDLES, SHOP, SONGS, TASKS};
use crate::web::segments::One;
use crate::web::ui::components::{
    Button, Card, Cell, Choice, Empty, Field, Form, Input, Order, Paging, Row, Select, Sort, Tab, Table, Tone, badge,
    face, filters, moment, number, tabs,
};

/// Where a member's card is.
pub(in crate::web) fn member_address(guild: GuildId, user: UserId) -> String {
    format!("/g/{guild}/members/{user}")
}

/// A member's name, which leads to their card.
pub(super) fn member_link(guild: GuildId, user: UserId, name: &str) -> Markup {
    html! { a href=(member_address(guild, user)) { (name) } }
}

/// The members.
pub struct MembersPage;

impl Page for MembersPage {
    const NAME: &'static str = "members.page";
    const ABOUT: &'static str = "Lists the members that are known here, with what they have.";
    const PATHS: &'static [&'static str] = &["/g/{server}/members"];
    const WHO: Who = Who::Viewer;
    const HINTS: &'static [Topic] = &[COINS, HANDLES, SONGS];

    type Path = ();
    type Query = MembersQuery;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "sort=points", ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, query) = (seen.guild, seen.query.clone());
        let named = web.look("currencies", move |read| Currencies::of(read, guild)).await?;
        let asked = asked(guild, &seen.filter, &named);
        if seen.filter.is_unclear() {
            return Ok(Shown::new("Members", asked));
        }
        let limit = query.limit()?;
        let mut found = web.look("members", move |read| find(read, guild, &query, limit)).await?;
        by_name(web, guild, &mut found.members).await;
        let actions = as_csv(seen.rank, &seen.filter, &format!("/api/{guild}/members/export"));
        let asks = (&seen.query, &seen.filter);
        let main = html! { (asked) (members(guild, asks, &found, (&named, &|user| web.face(guild, user)))) };
        Ok(Shown { actions, ..Shown::new("Members", main) })
    }
}

/// Where the picture of a member is.
type Pictures<'a> = &'a dyn Fn(UserId) -> Option<String>;
/// What a page needs to draw members: what the currencies are called, and where their pictures are.
type Drawing<'a> = (&'a Currencies, Pictures<'a>);
/// What is asked for, understood and as it stands in the address.
type Asks<'a> = (&'a MembersQuery, &'a Filter);

/// The form that asks for members.
fn asked(guild: GuildId, filter: &Filter, currencies: &Currencies) -> Markup {
    let search = Field {
        input: Input::Search,
        value: filter.value("q"),
        hint: Some("A name, the beginning of a TikTok handle, or an id"),
        ..Field::new("q", "Search")
    };
    let own = format!("Who has {}", currencies.name(Currency::Server));
    let all = [
        Choice::new("", "Everybody who is known"),
        Choice::new("server", &own),
        Choice::new("coins", "Who has Luxury Coins"),
        Choice::new("points", "Who has engagement points"),
        Choice::new("handles", "Who has a TikTok handle"),
        Choice::new("songs", "Who submitted a song"),
    ];
    let has = Select { chosen: filter.value("has"), error: filter.error("has"), ..Select::new("has", "Show", &all) };
    filters(&format!("/g/{guild}/members"), &html! { (search) (has) })
}

/// The members that were found.
fn members(guild: GuildId, asks: Asks<'_>, found: &Found, drawing: Drawing<'_>) -> Markup {
    html! {
        @if found.is_partial {
            p.hint { "Only the latest songs and the first handles were searched. An id finds everybody who is known." }
        }
        @if found.members.is_empty() && found.next.is_none() {
            (nobody(asks.0))
        } @else {
            (list(guild, asks, found, drawing))
        }
    }
}

fn nobody(query: &MembersQuery) -> Markup {
    let is_search = query.q.as_deref().is_some_and(|q| !q.trim().is_empty());
    let (title, text) = match (query.has, query.sort) {
        _ if is_search => (
            "Nobody was found.",
            "Only people are known who submitted a song, linked a handle or earned something here.",
        ),
        (Some(Has::Server), _) | (None, SortedBy::Server) => {
            ("Nobody has any yet.", "Members claim their daily reward with /daily on Discord, or you give some.")
        }
        (Some(Has::Coins), _) | (None, SortedBy::Coins) => {
            ("Nobody has Luxury Coins yet.", "Gifts and time on the live bring them, or you give some.")
        }
        (Some(Has::Points), _) | (None, SortedBy::Points) => {
            ("Nobody has engagement points yet.", "What people with a linked handle do on the live brings them.")
        }
        (Some(Has::Handles), _) => ("Nobody has a handle yet.", "Members link theirs with /link-tiktok on Discord."),
        (Some(Has::Songs), _) => ("Nobody submitted a song yet.", "Members send them with /submit on Discord."),
        (None, SortedBy::Id) => ("Nobody is known yet.", "Whoever submits a song, links a handle or earns coins is."),
    };
    html! { (Empty { title, text, action: None }) }
}

/// What stands above the column of the server's own currency: cells have no room for a name of any length.
const OWN: &str = "Currency";
/// A name up to this length has room there.
const ROOM: usize = 12;

fn column(currencies: &Currencies) -> &str {
    let name = currencies.name(Currency::Server);
    if name.chars().count() <= ROOM { name } else { OWN }
}

fn list(guild: GuildId, (query, filter): Asks<'_>, found: &Found, (currencies, picture): Drawing<'_>) -> Markup {
    let page = format!("/g/{guild}/members");
    let by = |has: Has| address(&page, &[("has", Some(has.word()))]);
    let (by_own, by_coins, by_points) = (by(Has::Server), by(Has::Coins), by(Has::Points));
    let sorts = [
        (column(currencies), sorted(query, &by_own, Has::Server)),
        ("Luxury Coins", sorted(query, &by_coins, Has::Coins)),
        ("Engagement points", sorted(query, &by_points, Has::Points)),
    ];
    html! {
        @if column(currencies) == OWN { p.hint { "Currency is " (currencies.name(Currency::Server)) "." } }
        (Table { sorts: &sorts, ..Table::new("Members", Some("users"), found.members.iter().map(|member| row(guild, member, (currencies, picture)))) })
        (filter.paging(&page, "after", found.next.as_ref()))
    }
}

/// How a list is sorted by a column. What was searched for comes in no order.
fn sorted<'a>(query: &MembersQuery, href: &'a str, has: Has) -> Sort<'a> {
    let is_search = query.q.as_deref().is_some_and(|q| !q.trim().is_empty());
    let is_sorted = query.has == Some(has) || (query.has.is_none() && query.sort.word() == has.word());
    Sort { href, order: (is_sorted && !is_search).then_some(Order::Falling) }
}

fn row(guild: GuildId, member: &KnownMember, (currencies, picture): Drawing<'_>) -> Row {
    let (name, picture) = (member.called(), picture(member.user));
    let handles: Vec<String> = member.handles.iter().map(|account| account.handle.to_string()).collect();
    Row {
        id: Some(member.user.to_string()),
        cells: vec![
            Cell::words(
                "Member",
                html! {
                    (face(member.user.get(), &name, picture.as_deref())) " " (member_link(guild, member.user, &name))
                },
            ),
            Cell::numbers(column(currencies).to_owned(), html! { (member.server) }),
            Cell::numbers("Luxury Coins", html! { (member.luxury) }),
            Cell::numbers("Engagement points", html! { (member.points) }),
            Cell::words("TikTok", html! { (handles.join(", ")) }),
            Cell::numbers("Songs", html! { (member.songs) }),
        ],
    }
}

/// One member.
pub struct MemberPage;

/// What of a member is shown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MemberQuery {
    /// Of which currency: `server`, `luxury` or `points`; of all where none is said.
    currency: Option<String>,
    /// Entries before this one.
    before: Option<u64>,
}

/// What is known of a member, for their page.
struct Known {
    member: KnownMember,
    entries: EntriesPage,
    songs: OwnPage,
    items: Vec<Holding>,
    claims: Vec<OwnClaim>,
    /// Points that no entry lists yet, because the live goes on from which they come.
    of_this_live: i64,
    /// When they left the server.
    left_at: Option<Timestamp>,
    currencies: Currencies,
    /// Whether the server's own currency is on.
    is_on: bool,
}

/// Entries on the card.
const ENTRIES: usize = 20;

impl Page for MemberPage {
    const NAME: &'static str = "members.member";
    const ABOUT: &'static str = "Tells of a member what they have and why, with their handles and songs.";
    const PATHS: &'static [&'static str] = &["/g/{server}/members/{member}"];
    const WHO: Who = Who::Viewer;
    const HINTS: &'static [Topic] = &[COINS, HANDLES, SONGS, SHOP, TASKS];

    type Path = One<UserId>;
    type Query = MemberQuery;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("member", samples.member.clone())], ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, One(user), query) = (seen.guild, seen.path, seen.query.clone());
        let mut known = web.look("member", move |read| look(read, guild, user, &query)).await?;
        by_name(web, guild, std::slice::from_mut(&mut known.member)).await;
        let name = known.member.called();
        let crumbs = vec![(format!("/g/{guild}/members"), "Members".to_owned())];
        let has_rows = known.member.is_known() || !known.entries.rows.is_empty();
        if !has_rows && web.bot.standings.of(&web.bot, guild, user).await == Asked::NotThere {
            return Ok(Shown { crumbs, ..Shown::new(name, of_nobody(guild)) });
        }
        let main = html! {
            (card(&known.member, &known.currencies))
            @if let Some(left) = known.left_at { (has_left(seen, user, left)) }
            @if known.is_on && seen.rank.reaches(Who::Admin) { (by_hand::own(seen, user, &known.currencies)) }
            @if seen.rank.reaches(Who::Administrator) { (by_hand::luxury(seen, user)) }
            (why(guild, &known, user, &seen.filter))
            (items(guild, &known.items))
            (tasks::tasks(guild, &known.claims))
            (handles(guild, &known.member))
            (songs(guild, &known.songs))
        };
        let face = Some(face(user.get(), &name, web.face(guild, user).as_deref()));
        Ok(Shown { face, crumbs, ..Shown::new(name, main) })
    }
}

fn look(read: &dyn Read, guild: GuildId, user: UserId, query: &MemberQuery) -> Result<Known> {
    let of = query.currency.as_deref().and_then(Currency::of_key);
    let wanted = Wanted { guild: Some(guild), user: Some(user), currency: of, ..Wanted::default() };
    Ok(Known {
        member: known_members::one(read, guild, user)?,
        entries: entries::page(read, guild, &wanted, query.before.map(EntryId::new), ENTRIES)?,
        songs: queue::queries::own_page(read, guild, user, 1)?,
        items: shop::queries::inventory(read, guild, user)?,
        claims: tasks::look(read, guild, user)?,
        of_this_live: coins::queries::unjournalled(read, guild, user)?,
        left_at: currency::queries::account(read, guild, user)?.left_at,
        currencies: Currencies::of(read, guild)?,
        is_on: currency::queries::is_on(read, guild)?,
    })
}

/// Of a number that nobody has: there is nobody to give anything to.
fn of_nobody(guild: GuildId) -> Markup {
    let members = format!("/g/{guild}/members");
    html! {
        (Empty {
            title: "Nobody of that number is known in this server.",
            text: "They are no member of it, and nothing that they did is stored.",
            action: Some((&members, "To the members")),
        })
    }
}

/// Who it is and what they have.
fn card(member: &KnownMember, currencies: &Currencies) -> Markup {
    let facts = [
        (currencies.title(Currency::Server), html! { (member.server) }),
        ("Luxury Coins", html! { (member.luxury) }),
        ("Engagement points", html! { (member.points) }),
        ("Songs", html! { (member.songs) }),
        ("Discord id", html! { (member.user) }),
    ];
    html! {
        (Card { title: "What they have", facts: &facts })
        @if !member.is_known() { p.muted { "Nothing is known of them in this server yet." } }
    }
}

/// That somebody left, with the form that takes it back for whoever may.
fn has_left(seen: &Seen<MemberPage>, user: UserId, left: Timestamp) -> Markup {
    let (action, seal) = (format!("/g/{}/members/{user}/reactivate", seen.guild), seen.seal("reactivate"));
    html! {
        section.card {
            h2 { "Left the server" }
            p { "They left " (moment(left)) ". What they have stays theirs until accounts of members who left are closed." }
            @if seen.rank.reaches(Who::Admin) {
                (Form::new(&action, seal.seal()).around(&html! { (Button::plain("Count them as a member again")) }))
            }
        }
    }
}

/// Each entry that the balances are made of.
fn why(guild: GuildId, known: &Known, user: UserId, filter: &Filter) -> Markup {
    let Known { entries: page, of_this_live, currencies, .. } = known;
    let here = member_address(guild, user);
    let views = std::iter::once(None).chain(IN_ORDER.map(Some));
    let views: Vec<(Option<Currency>, String)> =
        views.map(|view| (view, address(&here, &[("currency", view.map(Currency::key))]))).collect();
    let chosen = Currency::of_key(filter.value("currency"));
    let label = |view: Option<Currency>| view.map_or("All", |currency| currencies.title(currency));
    let views: Vec<Tab<'_>> =
        views.iter().map(|(view, href)| Tab { href, label: label(*view), is_current: chosen == *view }).collect();
    let is_live = *of_this_live != 0 && chosen.is_none_or(|currency| currency == Currency::Points);
    html! {
        section {
            h2 { "Where it comes from" }
            (tabs("Currency", &views))
            @if is_live {
                p.hint {
                    (number(*of_this_live)) " of the engagement points come from the live that goes on; they are listed "
                    "when it ends."
                }
            }
            @if page.rows.is_empty() && is_live {
                p.muted { "Nothing else came and nothing went so far." }
            } @else if page.rows.is_empty() {
                (Empty { title: "Nothing came and nothing went so far.", text: "Each change of a balance is listed here.", action: None })
            } @else {
                (entries_table(guild, &page.rows, currencies, None))
            }
            (Paging { is_partial: page.is_partial, ..filter.paging(&here, "before", page.next) })
        }
    }
}

/// What they have of the shop; nothing where that is nothing.
fn items(guild: GuildId, holdings: &[Holding]) -> Markup {
    let row = |held: &Holding| Row {
        id: None,
        cells: vec![
            Cell::words("Item", html! { a href={ "/g/" (guild) "/shop/" (held.id) } { (held.item.name) } }),
            Cell::numbers("How many", html! { (number(held.quantity)) }),
        ],
    };
    html! {
        @if !holdings.is_empty() {
            section { h2 { "Items of the shop" } (Table::new("Items of the shop", None, holdings.iter().map(row))) }
        }
    }
}

/// Their handles, each with its points.
fn handles(guild: GuildId, member: &KnownMember) -> Markup {
    let rows: Vec<Row> = member
        .handles
        .iter()
        .map(|account| Row {
            id: None,
            cells: vec![Cell::words("Handle", html! {
                    a href=(address(&format!("/g/{guild}/handles"), &[("q", Some(account.handle.as_str()))])) {
                        (account.handle)
                    }
                }), Cell::numbers("Engagement points", html! { (account.points) }), Cell::words("Proof", html! {
                    @if account.is_verified() { (badge(Tone::Good, "proven")) } @else { (badge(Tone::Quiet, "not proven")) }
                })],
        })
        .collect();
    html! {
        section {
            h2 { "TikTok handles" }
            @if rows.is_empty() {
                p.muted { "None is linked." }
            } @else {
                (Table::new("Handles", None, rows))
            }
        }
    }
}

/// Their latest songs.
fn songs(guild: GuildId, page: &OwnPage) -> Markup {
    let rows: Vec<Row> = page
        .rows
        .iter()
        .map(|row| {
            let song = &row.entry.song;
            let cells = vec![
                Cell::words(
                    "Song",
                    html! { a href=(song_address(guild, &song.public_id.digits())) { (song.public_id) } },
                ),
                Cell::words("Title", html! { (called(&song.artist, &song.title)) }),
                Cell::words("Line", html! { (row.entry.place.line.name()) }),
            ];
            Row { id: None, cells }
        })
        .collect();
    html! {
        section {
            h2 { "Songs" }
            @if rows.is_empty() {
                p.muted { "None was submitted." }
            } @else {
                (Table::new("Latest songs", None, rows))
                @if page.pages > 1 { p.hint { "The latest of " (number(page.total)) "." } }
            }
        }
    }
}

/// Where a song's story is, by its six digits.
pub(in crate::web) fn song_address(guild: GuildId, digits: &str) -> String {
    format!("/g/{guild}/songs/{digits}")
}

#[cfg(test)]
mod tests;
