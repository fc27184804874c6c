//! The ledger: its entries by filter, and one of them with its cause.

use maud::{Markup, html};

use super::members::{member_link, song_address};
use crate::features::coins::model::{Currency, EntryId, EntryKind, LedgerEntry};
use crate::features::coins::queries::HistoryRow;
use crate::features::coins::queries::entries::{self, EntriesPage, Story, Total};
use crate::features::queue::model::PublicId;
use crate::features::queue::queries::song;
use crate::flows::known_members;
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::address::address;
use crate::web::answer::Problem;
use crate::web::api::ledger::EntriesQuery;
use crate::web::endpoint::{Nothing, Sample, Samples};
use crate::web::page::{Page, Seen, Shown};
use crate::web::push::about::COINS;
use crate::web::segments::One;
use crate::web::ui::components::{
    Button, Card, Choice, Column, Empty, Field, Form, Input, Paging, Row, Select, Table, Tile, Tone, badge, filters,
    moment, number,
};

/// Where an entry is.
pub(super) fn entry_address(guild: GuildId, id: EntryId) -> String {
    format!("/g/{guild}/ledger/{id}")
}

/// The ledger.
pub struct LedgerPage;

/// What the ledger shows.
struct Listed {
    page: EntriesPage,
    /// The name of whose each entry is.
    names: Vec<String>,
    totals: Option<Vec<Total>>,
}

impl Page for LedgerPage {
    const NAME: &'static str = "ledger.page";
    const ABOUT: &'static str = "Lists the entries of the ledger by filter.";
    const PATHS: &'static [&'static str] = &["/g/{server}/ledger"];
    const WHO: Who = Who::Viewer;
    const HINTS: &'static [Topic] = &[COINS];

    type Path = ();
    type Query = EntriesQuery;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "currency=luxury", ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let guild = seen.guild;
        let wanted = match seen.query.wanted(guild) {
            Ok(wanted) => wanted,
            // The filter stays as it was typed, with what is wrong beside it.
            Err(Problem::Fields(wrong)) => {
                let wrong = |field: &str| wrong.get(field).map(ToString::to_string);
                return Ok(Shown::new("Ledger", filter(guild, &seen.query, &wrong)));
            }
            Err(problem) => return Err(problem),
        };
        let (before, limit) = (seen.query.before.map(EntryId::new), seen.query.limit());
        let listed = web.look("ledger", move |read| {
            let page = entries::page(read, guild, &wanted, before, limit)?;
            let name = |row: &HistoryRow| known_members::called(read, guild, row.entry.user);
            let names = page.rows.iter().map(name).collect::<Result<_>>()?;
            Ok(Listed { page, names, totals: entries::totals(read, guild, &wanted)? })
        });
        let listed = listed.await?;
        let actions = seen.rank.reaches(Who::Admin).then(|| {
            let file = here(&format!("/api/{guild}/ledger/export"), &seen.query, None);
            html! { a.button href=(file) download { "As CSV" } }
        });
        let main = html! {
            (filter(guild, &seen.query, &|_| None))
            (ledger(guild, &seen.query, &listed))
        };
        Ok(Shown { actions, ..Shown::new("Ledger", main) })
    }
}

/// The same filter at an address, before an entry.
fn here(path: &str, query: &EntriesQuery, before: Option<&str>) -> String {
    let values = [
        ("member", query.member.as_deref()),
        ("kind", query.kind.as_deref()),
        ("currency", query.currency.as_deref()),
        ("from", query.from.as_deref()),
        ("to", query.to.as_deref()),
        ("before", before),
    ];
    address(path, &values)
}

/// The kinds of entries that there are by now; the others come with the features that make them.
const KINDS: [EntryKind; 10] = [
    EntryKind::Gift,
    EntryKind::WatchTime,
    EntryKind::BuySkip,
    EntryKind::AdminAdd,
    EntryKind::AdminRemove,
    EntryKind::Rollback,
    EntryKind::PointsEvent,
    EntryKind::PointsReset,
    EntryKind::PointsLink,
    EntryKind::Import,
];

/// What tells the kinds apart in a list; some are points by three ways.
const fn kind_label(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::PointsEvent => "points from the live",
        EntryKind::PointsReset => "points used by a song",
        EntryKind::PointsLink => "points of a handle",
        other => other.in_words(),
    }
}

fn filter(guild: GuildId, query: &EntriesQuery, wrong: &dyn Fn(&str) -> Option<String>) -> Markup {
    let kinds = KINDS.map(|kind| Choice::new(kind.name(), kind_label(kind)));
    let kinds: Vec<Choice<'_>> = std::iter::once(Choice::new("", "Any")).chain(kinds).collect();
    let currencies = [
        Choice::new("", "Any"),
        Choice::new(Currency::Luxury.key(), "Luxury Coins"),
        Choice::new(Currency::Points.key(), "Points"),
    ];
    let field = |name: &'static str| wrong(name);
    let [member, kind, currency, from, to] = ["member", "kind", "currency", "from", "to"].map(field);
    let fields = html! {
        (Field {
            value: query.member.as_deref().unwrap_or_default(),
            error: member.as_deref(),
            hint: Some("Their id on Discord"),
            ..Field::new("member", "Member")
        })
        (Select {
            chosen: query.kind.as_deref().unwrap_or_default(),
            error: kind.as_deref(),
            ..Select::new("kind", "What for", &kinds)
        })
        (Select {
            chosen: query.currency.as_deref().unwrap_or_default(),
            error: currency.as_deref(),
            ..Select::new("currency", "Currency", &currencies)
        })
        (Field {
            input: Input::Day,
            value: query.from.as_deref().unwrap_or_default(),
            error: from.as_deref(),
            ..Field::new("from", "From")
        })
        (Field {
            input: Input::Day,
            value: query.to.as_deref().unwrap_or_default(),
            error: to.as_deref(),
            ..Field::new("to", "To")
        })
    };
    filters(&format!("/g/{guild}/ledger"), &fields)
}

/// What the filter lets through.
fn ledger(guild: GuildId, query: &EntriesQuery, listed: &Listed) -> Markup {
    let Listed { page, names, totals } = listed;
    let path = format!("/g/{guild}/ledger");
    let next = page.next.map(|next| here(&path, query, Some(&next.to_string())));
    let first = query.before.is_some().then(|| here(&path, query, None));
    html! {
        (sums(totals.as_deref()))
        @if page.rows.is_empty() && page.next.is_none() {
            (Empty {
                title: "There is no such entry.",
                text: "Each change of a balance is listed here; a wider filter may show some.",
                action: None,
            })
        } @else {
            (entries_table(guild, &page.rows, Some(names)))
        }
        (Paging { first: first.as_deref(), next: next.as_deref(), is_partial: page.is_partial })
    }
}

/// What the filter adds up to.
fn sums(totals: Option<&[Total]>) -> Markup {
    let Some(totals) = totals else {
        return html! { p.hint { "More than 5,000 entries; a narrower filter shows what they add up to." } };
    };
    html! {
        div.tiles {
            @for total in totals {
                @let came = number(total.came);
                @let note = format!("came, {} went, in {} entries", number(total.went), total.entries);
                (Tile { note: Some(&note), ..Tile::new(total.currency.name(), &came) })
            }
        }
    }
}

/// Entries as a table; with the names of whose they are, where that is not one member.
pub(super) fn entries_table(guild: GuildId, rows: &[HistoryRow], names: Option<&[String]>) -> Markup {
    let mut columns = vec![Column::words("Entry"), Column::words("When")];
    if names.is_some() {
        columns.push(Column::words("Member"));
    }
    columns.extend([Column::numbers("Amount"), Column::words("Why"), Column::numbers("Then"), Column::words("State")]);
    let row = |(place, row): (usize, &HistoryRow)| {
        let HistoryRow { id, entry, .. } = row;
        let mut cells = vec![html! { a href=(entry_address(guild, *id)) { (id) } }, moment(entry.at)];
        if let Some(names) = names {
            let name = names.get(place).map(String::as_str).unwrap_or_default();
            cells.push(member_link(guild, entry.user, name));
        }
        cells.extend([
            html! { (signed(entry.delta)) " " (entry.currency) },
            html! { (kind_label(entry.kind)) ": " (reason(guild, &entry.reason)) },
            html! { (entry.after) },
            state(guild, row),
        ]);
        Row { id: Some(id.to_string()), cells }
    };
    let rows: Vec<Row> = rows.iter().enumerate().map(row).collect();
    html! { (Table { caption: "Entries", list: Some("transactions"), columns: &columns, rows: &rows }) }
}

/// Whether an entry was undone, or took less than was asked for.
fn state(guild: GuildId, row: &HistoryRow) -> Markup {
    html! {
        @if let Some(by) = row.undone_by {
            (badge(Tone::Quiet, "undone")) " by " a href=(entry_address(guild, by)) { (by) }
        }
        @if let Some(requested) = row.requested { span.hint { (requested) " asked for" } }
    }
}

/// How much came or went: `+1,000`, `-5`.
fn signed(delta: i64) -> String {
    let size = number(delta);
    if delta > 0 { format!("+{size}") } else { size }
}

/// A reason, in which numbers of songs lead to them.
fn reason(guild: GuildId, reason: &str) -> Markup {
    let Some((before, number, after)) = song_in(reason) else { return html! { (reason) } };
    let digits = number.trim_start_matches('#');
    html! { (before) a href=(song_address(guild, digits)) { (number) } (after) }
}

/// The first number of a song in a text, `#012345`, with what stands around it.
fn song_in(text: &str) -> Option<(&str, &str, &str)> {
    let is_number = |at: usize| {
        let digits = text.get(at + 1..at + 7)?;
        let goes_on = text.get(at + 7..)?.starts_with(|next: char| next.is_ascii_digit());
        (digits.bytes().all(|byte| byte.is_ascii_digit()) && !goes_on).then_some(at)
    };
    let at = text.match_indices('#').find_map(|(at, _)| is_number(at))?;
    Some((text.get(..at)?, text.get(at..at + 7)?, text.get(at + 7..)?))
}

/// One entry.
pub struct EntryPage;

/// An entry with the names in it.
struct Told {
    story: Story,
    name: String,
    by: Option<String>,
    has_song: bool,
}

impl Page for EntryPage {
    const NAME: &'static str = "ledger.entry";
    const ABOUT: &'static str = "Tells of one entry what it was for, who caused it and what came of it.";
    const PATHS: &'static [&'static str] = &["/g/{server}/ledger/{entry}"];
    const WHO: Who = Who::Viewer;
    const HINTS: &'static [Topic] = &[COINS];

    type Path = One<EntryId>;
    type Query = Nothing;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("entry", samples.entry.clone())], ..Sample::default() }
    }

    async fn show(web: &Web, seen: &Seen<Self>) -> Result<Shown, Problem> {
        let (guild, One(id)) = (seen.guild, seen.path);
        let told = web.look("ledger_entry", move |read| tell(read, guild, id)).await?.ok_or(Problem::NotFound)?;
        let may_undo = told.story.may_be_undone && seen.rank.reaches(Who::Administrator);
        let main = html! {
            (facts(guild, &told))
            @if may_undo { (undo(seen, id)) }
        };
        let crumbs = vec![(format!("/g/{guild}/ledger"), "Ledger".to_owned())];
        Ok(Shown { crumbs, ..Shown::new(format!("Entry {id}"), main) })
    }
}

fn tell(read: &dyn Read, guild: GuildId, id: EntryId) -> Result<Option<Told>> {
    let Some(story) = entries::story(read, guild, id)? else { return Ok(None) };
    let LedgerEntry { user, actor, reason, .. } = &story.row.entry;
    let by = match actor {
        Actor::Member(user) => Some(known_members::called(read, guild, *user)?),
        Actor::Live | Actor::System | Actor::Operator => None,
    };
    let public: Option<PublicId> = song_in(reason).and_then(|(_, number, _)| number.parse().ok());
    let has_song = match public {
        Some(public) => song(read, guild, public)?.is_some(),
        None => false,
    };
    let name = known_members::called(read, guild, *user)?;
    Ok(Some(Told { story, name, by, has_song }))
}

fn facts(guild: GuildId, told: &Told) -> Markup {
    let Story { row, undoes, .. } = &told.story;
    let entry = &row.entry;
    let mut facts = vec![
        ("Member", member_link(guild, entry.user, &told.name)),
        ("Amount", html! { (signed(entry.delta)) " " (entry.currency) }),
        ("Balance", html! { (entry.before) " before, " (entry.after) " after" }),
        ("What for", html! { (kind_label(entry.kind)) }),
        (
            "Why",
            if told.has_song {
                reason(guild, &entry.reason)
            } else {
                html! { (entry.reason) }
            },
        ),
        ("By", by(guild, entry.actor, told.by.as_deref())),
        ("When", moment(entry.at)),
        ("Public name", html! { code { (entry.transaction_id(guild, row.id)) } }),
    ];
    if let Some(requested) = row.requested {
        facts.push(("Asked for", html! { (requested) ", which was more than there was" }));
    }
    let other = |id: EntryId| html! { "Entry " a href=(entry_address(guild, id)) { (id) } };
    facts.extend(undoes.map(|id| ("Undid", other(id))));
    facts.extend(row.undone_by.map(|id| ("Undone by", other(id))));
    html! { (Card { title: "What it says", facts: &facts }) }
}

fn by(guild: GuildId, actor: Actor, name: Option<&str>) -> Markup {
    match actor {
        Actor::Member(user) => member_link(guild, user, name.unwrap_or_default()),
        Actor::Live => html! { "what happened on the live" },
        Actor::System => html! { "Greenroom itself" },
        Actor::Operator => html! { "the operator of this Greenroom" },
    }
}

/// The form that takes the entry back.
fn undo(seen: &Seen<EntryPage>, id: EntryId) -> Markup {
    let action = format!("/g/{}/ledger/{id}/undo", seen.guild);
    let (seal, wrong) = (seen.seal("undo"), seen.wrong("reason"));
    let form = Form {
        confirm: Some("Take this entry back? Its opposite is written into the ledger; what was bought with it stays."),
        ..Form::new(&action, seal.seal())
    };
    html! {
        section.card {
            h2 { "Take it back" }
            p.hint { "The opposite is written as an entry of its own, once. What was bought with it stays as it is." }
            (form.around(&html! {
                (Field {
                    value: seen.typed("reason").unwrap_or_default(),
                    error: wrong.as_deref(),
                    most: Some(200),
                    is_required: true,
                    ..Field::new("reason", "Why")
                })
                (Button::plain("Take it back"))
            }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::amount::Amount;
    use crate::kernel::ids::UserId;
    use crate::kernel::time::Timestamp;
    use crate::web::ui::testing::lines;

    const GUILD: GuildId = GuildId::new(5);

    fn row(reason: &str) -> HistoryRow {
        let entry = LedgerEntry {
            currency: Currency::Luxury,
            user: UserId::new(81),
            delta: -1_000,
            before: Amount::of(1_340),
            after: Amount::of(340),
            kind: EntryKind::BuySkip,
            reason: reason.to_owned(),
            actor: Actor::Member(UserId::new(81)),
            at: Timestamp::from_millis(1_795_292_100_000),
        };
        HistoryRow { id: EntryId::new(7), entry, requested: None, undone_by: Some(EntryId::new(9)) }
    }

    #[test]
    fn a_number_of_a_song_is_found_where_it_is_one() {
        let found = |text| song_in(text).map(|(_, number, _)| number.to_owned());
        for (text, number) in [
            ("10 Skip for #012345 Ann – Light", Some("#012345")),
            ("#1 and then #127626", Some("#127626")),
            ("#1276267", None),
            ("#12", None),
            ("##", None),
            ("#ä1234567", None),
            ("", None),
        ] {
            assert_eq!(found(text).as_deref(), number, "{text}");
        }
    }

    #[test]
    fn an_entry_in_the_list_tells_what_it_was_for_and_what_became_of_it() {
        let rows = [row("10 Skip for #012345 <Ann> – Light")];
        insta::assert_snapshot!(lines(&entries_table(GUILD, &rows, Some(&["ann".to_owned()]))), @r#"
        <table class="fold" role="table" data-list="transactions">
        <caption class="heard">Entries</caption>
        <thead role="rowgroup">
        <tr role="row">
        <th role="columnheader" scope="col">Entry</th>
        <th role="columnheader" scope="col">When</th>
        <th role="columnheader" scope="col">Member</th>
        <th role="columnheader" scope="col" class="number">Amount</th>
        <th role="columnheader" scope="col">Why</th>
        <th role="columnheader" scope="col" class="number">Then</th>
        <th role="columnheader" scope="col">State</th>
        </tr>
        </thead>
        <tbody role="rowgroup">
        <tr role="row" id="transactions-7" data-id="7">
        <th role="rowheader" scope="row" data-label="Entry">
        <a href="/g/5/ledger/7">7</a>
        </th>
        <td role="cell" data-label="When">
        <time datetime="2026-11-21T20:15:00Z" data-form="moment">21 Nov 2026, 20:15 UTC</time>
        </td>
        <td role="cell" data-label="Member">
        <a href="/g/5/members/81">ann</a>
        </td>
        <td role="cell" class="number" data-label="Amount">-1,000 Luxury Coins</td>
        <td role="cell" data-label="Why">a skip: 10 Skip for <a href="/g/5/songs/012345">#012345</a> &lt;Ann&gt; – Light</td>
        <td role="cell" class="number" data-label="Then">340</td>
        <td role="cell" data-label="State">
        <span class="badge quiet">[icon]undone</span> by <a href="/g/5/ledger/9">9</a>
        </td>
        </tr>
        </tbody>
        </table>
        "#);
    }

    #[test]
    fn the_filter_keeps_what_was_chosen_and_says_what_is_wrong_with_it() {
        let query = EntriesQuery {
            member: Some("\"><b>".to_owned()),
            kind: Some("buy_skip".to_owned()),
            ..EntriesQuery::default()
        };
        let wrong = |field: &str| (field == "member").then(|| "That is no id.".to_owned());
        let drawn = filter(GUILD, &query, &wrong).into_string();
        assert!(drawn.contains(r#"<option value="buy_skip" selected>a skip</option>"#), "{drawn}");
        assert!(drawn.contains("That is no id.") && !drawn.contains("<b>"), "{drawn}");
    }

    #[test]
    fn an_entry_tells_its_cause_and_links_only_to_a_song_that_is_there() {
        let story = Story { row: row("10 Skip for #012345 Ann – Light"), undoes: None, may_be_undone: false };
        let told = Told { story, name: "ann".to_owned(), by: Some("ann".to_owned()), has_song: false };
        let drawn = facts(GUILD, &told).into_string();
        assert!(!drawn.contains("/songs/"), "{drawn}");
        assert!(drawn.contains("txn_5_1795292100000_000007"), "{drawn}");
        let drawn = facts(GUILD, &Told { has_song: true, ..told }).into_string();
        assert!(drawn.contains(r#"<a href="/g/5/songs/012345">#012345</a>"#), "{drawn}");
    }
}
