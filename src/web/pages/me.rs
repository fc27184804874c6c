//! Somebody's own pages: what they have in each of their servers, why, and what is stored of them.

use std::time::Duration;

use maud::{Markup, html};

use crate::features::coins::model::{Currency, EntryId, LedgerEntry};
use crate::features::coins::queries::{HistoryPage, HistoryRow, Purse, balance, purse};
use crate::features::handles::model::Account;
use crate::features::queue::queries::{OwnPage, Row as OwnSong, Standing};
use crate::features::shop::queries::Holding;
use crate::features::submissions::settings::SUBMISSIONS_OPEN;
use crate::features::tasks;
use crate::kernel::amount::Amount;
use crate::kernel::ids::GuildId;
use crate::money::{self, Money};
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::me::{Mine, OwnMoney, OwnPages, own_account};
use crate::web::api::tasks::own::OwnTasks;
use crate::web::endpoint::Nothing;
use crate::web::music::song::called;
use crate::web::page::{Page, Seen, Shown, servers_of};
use crate::web::pages::home::closed;
use crate::web::pages::tasks::own_tasks;
use crate::web::push::about::{COINS, HANDLES, SETTINGS, SHOP, SONGS, TASKS};
use crate::web::push::live_address_in;
use crate::web::ui::components::{
    Button, Card, Cell, Empty, Form, Paging, Row, Table, Tile, Tone, badge, code, counted, moment, number, relative,
    takes_about, type_the_name,
};

/// Items that are named; the page of the shop has all.
const MOST_ITEMS: usize = 20;

/// What somebody has, server by server.
pub struct MePage;

impl Page for MePage {
    const NAME: &'static str = "me.page";
    const ABOUT: &'static str = "Shows somebody what they have in each of their servers.";
    const PATHS: &'static [&'static str] = &["/me"];
    const WHO: Who = Who::SignedIn;
    const HINTS: &'static [Topic] = &[COINS];

    type Path = ();
    type Query = Nothing;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let ways = html! { p { a href="/me/sessions" { "Where you are signed in, and your tokens" } } };
        let Ok(user) = own_account(&seen.visitor) else {
            let main = html! {
                p { "You are signed in as the operator, who is nobody on Discord and has nothing of their own there." }
                (ways)
            };
            return Ok(Shown::new("You", main));
        };
        let servers = servers_of(web, &seen.visitor);
        let guilds: Vec<GuildId> = servers.iter().map(|(guild, _)| *guild).collect();
        let live = live_address_in(&guilds, Self::HINTS);
        let found = web.look(Self::NAME, move |read| {
            let mut found = Vec::new();
            for (guild, name) in servers {
                let own = (balance(read, guild, Currency::Server, user)?, money::of(read, guild)?);
                found.push((guild, name, purse(read, guild, user)?, own));
            }
            Ok(found)
        });
        let found = found.await?;
        Ok(Shown { live, ..Shown::new("You", html! { (servers_of_mine(&found)) (ways) }) })
    }
}

/// A server of somebody's, with what they have there.
type OfServer = (GuildId, String, Purse, (Amount, Money));

fn servers_of_mine(found: &[OfServer]) -> Markup {
    html! {
        @if found.is_empty() {
            section.card {
                p { "None of your servers is here yet, as far as I know. Type " (code("/dashboard")) " in one of them." }
            }
        }
        div.cards {
            @for (guild, name, purse, (own, money)) in found {
                section.card {
                    h2 { a href={ "/me/" (guild) } { (name) } }
                    dl {
                        div { dt { (money.name) } dd { (own) } }
                        div { dt { "Luxury Coins" } dd { (number(purse.luxury.get())) } }
                        div { dt { "Engagement points" } dd { (number(purse.points.get())) } }
                    }
                }
            }
        }
    }
}

/// What somebody has and is in one server.
pub struct MineInServer;

impl Page for MineInServer {
    const NAME: &'static str = "me.server";
    const ABOUT: &'static str = "Shows somebody what they have in a server, why, and what is stored of them.";
    const PATHS: &'static [&'static str] = &["/me/{server}"];
    const WHO: Who = Who::Member;
    const HINTS: &'static [Topic] = &[COINS, SONGS, HANDLES, SHOP, SETTINGS, TASKS];

    type Path = ();
    type Query = OwnPages;

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, user, shown, now) = (seen.guild, own_account(&seen.visitor)?, seen.query, seen.now);
        let look = move |read: &dyn Read| {
            let are_on = tasks::settings::SWITCH.setting.get(read, guild)?;
            let own = if are_on { Some(OwnTasks::of(read, guild, user, now)?) } else { None };
            Ok((Mine::of(read, guild, user, now, shown)?, SUBMISSIONS_OPEN.get(read, guild)?, own))
        };
        let (mine, is_open, own) = web.look(Self::NAME, look).await?;
        let is_proven = web.is_proven(&seen.visitor, seen.now).await?;
        let name = web.bot.standings.guild_of_bot(guild).map(|guild| guild.name).unwrap_or_default();
        let main = html! {
            (balances(&mine.purse, &mine.own))
            @if mine.own.is_on { (daily(seen, &mine.own)) (items(guild, &mine.items)) }
            @if let Some(own) = &own { (own_tasks(seen, own, &mine.own.money)) }
            (why_own(guild, &mine.own))
            (why(guild, &mine.history))
            (points(&mine.points))
            (songs(guild, &mine.songs, is_open))
            (handles(&mine.handles))
            (data(seen, &name, is_proven))
        };
        let crumbs = vec![("/me".to_owned(), "You".to_owned())];
        Ok(Shown { crumbs, ..Shown::new(format!("You in {name}"), main) })
    }
}

fn balances(purse: &Purse, own: &OwnMoney) -> Markup {
    let (amount, name) = (own.balance.amount.to_string(), own.money.name.as_str());
    let so_far = format!("{} came so far, {} went.", own.balance.earned, own.balance.spent);
    let (luxury, points) = (number(purse.luxury.get()), number(purse.points.get()));
    let price = format!("A skip costs {}.", number(purse.skip_price.get()));
    html! {
        div.tiles {
            (Tile { note: Some(&so_far), ..Tile::new(name, &amount) })
            (Tile { note: purse.is_on.then_some(price.as_str()), ..Tile::new("Luxury Coins", &luxury) })
            (Tile { note: Some("They order the Free line."), ..Tile::new("Engagement points", &points) })
        }
    }
}

/// What somebody has of the shop, and the way there.
fn items(guild: GuildId, holdings: &[Holding]) -> Markup {
    let shown = holdings.iter().take(MOST_ITEMS).map(|held| format!("{} × {}", number(held.quantity), held.item.name));
    let shown = shown.collect::<Vec<_>>().join(", ");
    html! {
        section.card #items {
            h2 { "The shop" }
            @if holdings.is_empty() { p.muted { "You have nothing of it yet." } } @else {
                p { "You have " (shown) @if holdings.len() > MOST_ITEMS { " and more" } }
            }
            p { a.button.main href={ "/me/" (guild) "/shop" } { "Buy, use and give back" } }
        }
    }
}

/// The daily reward, to be claimed or to be waited for.
fn daily(seen: &Seen<MineInServer>, own: &OwnMoney) -> Markup {
    let (action, seal) = (format!("/me/{}/daily", seen.guild), seen.seal("daily"));
    html! {
        section.card #daily {
            h2 { "Your daily reward" }
            @match own.next_claim {
                Some(next) => p { "You have claimed it. The next one is there " (relative(next)) "." },
                None => {
                    p { (own.money.plain(own.daily)) " once in 24 hours, as by " (code("/daily")) " on Discord." }
                    (Form::new(&action, seal.seal()).around(&html! { (Button::main("Claim it")) }))
                }
            }
        }
    }
}

/// Where the server's own currency comes from, entry by entry, with the balance after each.
fn why_own(guild: GuildId, own: &OwnMoney) -> Markup {
    let OwnMoney { balance, money, entries, .. } = own;
    let rows: Vec<Row> = entries.rows.iter().map(history_row).collect();
    let has_before = entries.rows.first().is_some_and(|row| row.entry.after != balance.amount);
    let first = has_before.then(|| format!("/me/{guild}#why-own"));
    let next = entries.next.map(|older| format!("/me/{guild}?own_before={older}#why-own"));
    let caption = format!("Where your {} come from", money.name);
    html! {
        section.card #why-own {
            h2 { "Why do I have " (money.plain(balance.amount)) "?" }
            @if rows.is_empty() {
                p { "Nothing came and nothing went so far." }
            } @else {
                (Table::new(&caption, Some("currency"), rows))
                (Paging { first, next, is_partial: entries.is_partial })
            }
        }
    }
}

/// An entry, as the member whose it is reads it.
fn history_row(row: &HistoryRow) -> Row {
    let undone = row.undone_by.map(|_| badge(Tone::Quiet, "undone"));
    Row { id: Some(row.id.to_string()), cells: cells_of(&row.entry, undone) }
}

/// Where the coins come from, entry by entry, with the balance after each.
fn why(guild: GuildId, history: &HistoryPage) -> Markup {
    let rows: Vec<Row> = history.rows.iter().map(history_row).collect();
    let first = (!history.is_latest).then(|| format!("/me/{guild}#why"));
    let next = history.older_than.map(|older| format!("/me/{guild}?before={older}#why"));
    html! {
        section.card #why {
            h2 { "Why do I have " (number(history.balance.get())) " Luxury Coins?" }
            @if rows.is_empty() {
                p { "Nothing came and nothing went so far." }
            } @else {
                (Table::new("Where your Luxury Coins come from", Some("ledger"), rows))
                (Paging { first, next, is_partial: false })
            }
        }
    }
}

fn cells_of(entry: &LedgerEntry, beside: Option<Markup>) -> Vec<Cell> {
    let sign = if entry.delta > 0 { "+" } else { "" };
    vec![
        Cell::words("When", moment(entry.at)),
        Cell::words("What for", html! { (entry.in_words()) @if let Some(beside) = beside { " " (beside) } }),
        Cell::numbers("Came or went", html! { (sign) (number(entry.delta)) }),
        Cell::numbers("Then you had", html! { (number(entry.after.get())) }),
    ]
}

fn points(entries: &[(EntryId, LedgerEntry)]) -> Markup {
    let row = |(id, entry): &(EntryId, LedgerEntry)| Row { id: Some(id.to_string()), cells: cells_of(entry, None) };
    let rows: Vec<Row> = entries.iter().map(row).collect();
    html! {
        @if !rows.is_empty() {
            section.card {
                h2 { "The latest engagement points" }
                (Table::new("Where your engagement points come from", None, rows))
            }
        }
    }
}

fn songs(guild: GuildId, page: &OwnPage, is_open: bool) -> Markup {
    let row = |row: &OwnSong| {
        let song = &row.entry.song;
        let cells = vec![
            Cell::words("Song", html! { (called(&song.artist, &song.title)) }),
            Cell::words("Number", html! { (song.public_id) }),
            Cell::words(
                "Where it is",
                html! { (row.entry.place.line.to_string()) @if let Some(place) = place(row.standing) { ", " (place) } },
            ),
        ];
        Row { id: Some(song.public_id.digits()), cells }
    };
    let rows: Vec<Row> = page.rows.iter().map(row).collect();
    let first = (page.page > 1).then(|| format!("/me/{guild}#songs"));
    let next = (page.page < page.pages).then(|| format!("/me/{guild}?page={}#songs", page.page + 1));
    html! {
        section.card #songs {
            h2 { "Your songs" }
            @if !is_open { (closed()) }
            @if rows.is_empty() {
                (Empty { title: "No songs yet.", text: "Type /submit in the server to bring one.", action: None })
            } @else {
                (Table::new("Your songs", Some("songs"), rows))
                (Paging { first, next, is_partial: false })
            }
        }
    }
}

/// Where a waiting song stands, in words.
fn place(standing: Option<Standing>) -> Option<String> {
    let Standing { ahead, wait } = standing?;
    let Some(ahead) = ahead else { return Some("waits for a reviewer".to_owned()) };
    let before = match ahead {
        0 => "next".to_owned(),
        ahead => format!("after {}", counted(ahead, "other", "others")),
    };
    Some(match wait.filter(|wait| *wait > Duration::ZERO) {
        Some(wait) => format!("{before}, in about {}", takes_about(wait)),
        None => before,
    })
}

fn handles(accounts: &[Account]) -> Markup {
    let names: Vec<_> = accounts.iter().map(|account| account.handle.shown()).collect();
    let facts: Vec<(&str, Markup)> = accounts
        .iter()
        .zip(&names)
        .map(|(account, name)| {
            let (tone, word) = if account.is_verified() { (Tone::Good, "proven") } else { (Tone::Quiet, "not proven") };
            (name.as_ref(), html! { (number(account.points.get())) " engagement points " (badge(tone, word)) })
        })
        .collect();
    html! {
        @if facts.is_empty() {
            section.card {
                h2 { "Your TikTok handles" }
                p { "None is linked. With one you earn Luxury Coins and engagement points on the live: type " (code("/link-tiktok")) " in the server." }
            }
        } @else {
            (Card { title: "Your TikTok handles", facts: &facts })
        }
    }
}

/// What is stored of somebody: to be taken along, and to be erased.
fn data(seen: &Seen<MineInServer>, name: &str, is_proven: bool) -> Markup {
    let (guild, sealed) = (seen.guild, seen.seal("erase"));
    let (action, back) = (format!("/me/{guild}/erase"), format!("/me/{guild}#data"));
    html! {
        section.card #data {
            h2 { "Your data" }
            p { "All that is stored of you in this server, as a file of JSON." }
            p { a.button href={ "/api/" (guild) "/me/export" } download={ "greenroom-" (guild) ".json" } { "Export my data" } }
            details open[seen.refill.is_some()] {
                summary { "Erase me in this server" }
                p {
                    "Your songs leave the queue, your handles, reminders and settings go. What the books or others need stays \
                     without your name: entries of coins, songs that were played. It cannot be taken back, and your coins are gone."
                }
                @if is_proven {
                    (Form::new(&action, sealed.seal()).around(&html! {
                        input type="hidden" name="back" value=(back);
                        (type_the_name(name, seen.typed("confirm")))
                        (Button::danger("Erase me"))
                    }))
                } @else {
                    p { a.button href={ "/prove?next=/me/" (guild) "%23data" } { "First prove that it is you" } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::coins::model::Balance;
    use crate::features::coins::queries::entries::EntriesPage;
    use crate::web::ui::testing::lines;

    fn own() -> OwnMoney {
        OwnMoney {
            money: Money { name: "<cookies>".to_owned(), one: String::new(), symbol: "$".to_owned() },
            is_on: true,
            balance: Balance { amount: Amount::of(90), earned: Amount::of(100), spent: Amount::of(10), began: None },
            next_claim: None,
            daily: Amount::of(100),
            entries: EntriesPage::default(),
        }
    }

    #[test]
    fn a_place_in_the_line_is_said_in_words() {
        let said =
            |ahead, seconds: Option<u64>| place(Some(Standing { ahead, wait: seconds.map(Duration::from_secs) }));
        let words = [said(None, None), said(Some(0), None), said(Some(1), Some(90)), said(Some(12), None)];
        assert_eq!(
            words.map(Option::unwrap),
            ["waits for a reviewer", "next", "after 1 other, in about 2 min", "after 12 others"]
        );
        assert_eq!(place(None), None);
    }

    #[test]
    fn balances_say_what_they_are_good_for() {
        let purse =
            Purse { luxury: Amount::of(1_250), points: Amount::of(40), is_on: true, skip_price: Amount::of(1_000) };
        insta::assert_snapshot!(lines(&balances(&purse, &own())), @r#"
        <div class="tiles">
        <div class="tile">
        <p class="tile-label">&lt;cookies&gt;</p>
        <p class="tile-value">90</p>
        <p class="hint">100 came so far, 10 went.</p>
        </div>
        <div class="tile">
        <p class="tile-label">Luxury Coins</p>
        <p class="tile-value">1,250</p>
        <p class="hint">A skip costs 1,000.</p>
        </div>
        <div class="tile">
        <p class="tile-label">Engagement points</p>
        <p class="tile-value">40</p>
        <p class="hint">They order the Free line.</p>
        </div>
        </div>
        "#);
        let off = lines(&balances(&Purse { is_on: false, ..purse }, &own()));
        assert!(!off.contains("A skip costs"), "{off}");
    }
}
