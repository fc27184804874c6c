//! The ledger: its entries by filter, and one of them with its cause.

use maud::{Markup, html};

use super::members::{member_link, song_address};
use crate::features::coins::model::{Currency, EntryId, EntryKind, LedgerEntry};
use crate::features::coins::queries::HistoryRow;
use crate::features::coins::queries::entries::{self, EntriesPage, Story, Totals};
use crate::features::queue::model::PublicId;
use crate::features::queue::queries::song;
use crate::flows::known_members;
use crate::kernel::actor::Actor;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::{Read, Topic};
use crate::web::Web;
use crate::web::access::Who;
use crate::web::answer::Problem;
use crate::web::api::currencies::{Currencies, IN_ORDER};
use crate::web::api::ledger::EntriesQuery;
use crate::web::endpoint::{Nothing, Sample, Samples};
use crate::web::filter::Filter;
use crate::web::names::{Names, song_in};
use crate::web::page::{Page, Seen, Shown};
use crate::web::pages::as_csv;
use crate::web::push::about::COINS;
use crate::web::segments::One;
use crate::web::ui::components::{
    Button, Card, Cell, Choice, Empty, Field, Form, Input, Paging, Row, Select, Table, Tile, Tone, badge, counted,
    filters, moment, number,
};
use crate::web::whom::HINT;

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
    totals: Totals,
    currencies: Currencies,
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
        let currencies = web.look("currencies", move |read| Currencies::of(read, guild)).await?;
        let asked = asked(guild, &seen.filter, &currencies);
        if seen.filter.is_unclear() {
            return Ok(Shown::new("Ledger", asked));
        }
        let (before, limit) = (seen.query.before.map(EntryId::new), seen.query.limit()?);
        let wanted = seen.query.wanted(web, guild).await?;
        let known = web.clone();
        let listed = web.look("ledger", move |read| {
            let page = entries::page(read, guild, &wanted, before, limit)?;
            let names = known_members::all_called(read, guild, page.rows.iter().map(|row| row.entry.user))?;
            Ok((page, names, known.totals.of(read, guild, &wanted)?))
        });
        let (page, mut names, totals) = listed.await?;
        web.call_by_name(guild, page.rows.iter().map(|row| row.entry.user).zip(&mut names).collect()).await;
        let listed = Listed { page, names, totals, currencies };
        let actions = as_csv(seen.rank, &seen.filter, &format!("/api/{guild}/ledger/export"));
        let main = html! {
            (asked)
            (ledger(guild, &seen.filter, &listed))
        };
        Ok(Shown { actions, ..Shown::new("Ledger", main) })
    }
}

/// The kinds of entries that there are by now; the others come with the features that make them.
const KINDS: [EntryKind; 20] = [
    EntryKind::Daily,
    EntryKind::Code,
    EntryKind::TaskReward,
    EntryKind::ShopPurchase,
    EntryKind::ShopRefund,
    EntryKind::TransferSend,
    EntryKind::TransferReceive,
    EntryKind::Gift,
    EntryKind::WatchTime,
    EntryKind::BuySkip,
    EntryKind::AdminAdd,
    EntryKind::AdminRemove,
    EntryKind::AdminSet,
    EntryKind::AdminAdjust,
    EntryKind::Rollback,
    EntryKind::ArchiveOpening,
    EntryKind::PointsEvent,
    EntryKind::PointsReset,
    EntryKind::PointsLink,
    EntryKind::Import,
];

/// What tells the kinds apart in a list; some are points by three ways.
const fn kind_label(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::PointsEvent => "engagement points from the live",
        EntryKind::PointsReset => "engagement points used by a song",
        EntryKind::PointsLink => "engagement points of a handle",
        other => other.in_words(),
    }
}

/// The form that asks for entries.
fn asked(guild: GuildId, filter: &Filter, named: &Currencies) -> Markup {
    let kinds = KINDS.map(|kind| Choice::new(kind.name(), kind_label(kind)));
    let kinds: Vec<Choice<'_>> = std::iter::once(Choice::new("", "Any")).chain(kinds).collect();
    let currencies = IN_ORDER.map(|currency| Choice::new(currency.key(), named.title(currency)));
    let currencies: Vec<Choice<'_>> = std::iter::once(Choice::new("", "Any")).chain(currencies).collect();
    let fields = html! {
        (Field {
            value: filter.value("member"),
            error: filter.error("member"),
            hint: Some(HINT),
            ..Field::new("member", "Member")
        })
        (Select { chosen: filter.value("kind"), error: filter.error("kind"), ..Select::new("kind", "What for", &kinds) })
        (Select {
            chosen: filter.value("currency"),
            error: filter.error("currency"),
            ..Select::new("currency", "Currency", &currencies)
        })
        @for (field, label) in [("from", "From"), ("to", "To")] {
            // A browser shows nothing in a field of days that holds none.
            (Field {
                input: if filter.error(field).is_some() { Input::Text } else { Input::Day },
                value: filter.value(field),
                error: filter.error(field),
                ..Field::new(field, label)
            })
        }
    };
    filters(&format!("/g/{guild}/ledger"), &fields)
}

/// What the filter lets through.
fn ledger(guild: GuildId, filter: &Filter, listed: &Listed) -> Markup {
    let Listed { page, names, totals, currencies } = listed;
    let paging = filter.paging(&format!("/g/{guild}/ledger"), "before", page.next);
    html! {
        (sums(totals, currencies))
        @if page.rows.is_empty() && page.next.is_none() {
            (Empty {
                title: "There is no such entry.",
                text: "Each change of a balance is listed here; a wider filter may show some.",
                action: None,
            })
        } @else {
            (entries_table(guild, &page.rows, currencies, Some(names)))
        }
        (Paging { is_partial: page.is_partial, ..paging })
    }
}

/// What the filter adds up to.
fn sums(totals: &Totals, currencies: &Currencies) -> Markup {
    let least = if totals.are_more { "at least " } else { "" };
    html! {
        @if totals.are_more {
            p.hint { "There are more entries than are looked at for this; a narrower filter adds up all of its own." }
        }
        div.tiles {
            @for total in &totals.of {
                @let came = format!("{least}{}", number(total.came));
                @let note = format!("came, {} went, in {}", number(total.went), counted(total.entries, "entry", "entries"));
                (Tile { note: Some(&note), ..Tile::new(currencies.title(total.currency), &came) })
            }
        }
    }
}

/// Entries as a table; with the names of whose they are, where that is not one member.
pub(super) fn entries_table(
    guild: GuildId,
    rows: &[HistoryRow],
    currencies: &Currencies,
    names: Option<&[String]>,
) -> Markup {
    let row = |(place, row): (usize, &HistoryRow)| {
        let HistoryRow { id, entry, .. } = row;
        let mut cells = vec![
            Cell::words("Entry", html! { a href=(entry_address(guild, *id)) { (id) } }),
            Cell::words("When", moment(entry.at)),
        ];
        if let Some(names) = names {
            let name = names.get(place).map(String::as_str).unwrap_or_default();
            cells.push(Cell::words("Member", member_link(guild, entry.user, name)));
        }
        cells.extend([
            Cell::numbers("Amount", html! { (signed(entry.delta)) " " (currencies.name(entry.currency)) }),
            Cell::words("Why", reason(guild, &entry.in_words())),
            Cell::numbers("Then", html! { (entry.after) }),
            Cell::words("State", state(guild, row)),
        ]);
        Row { id: Some(id.to_string()), cells }
    };
    html! { (Table::new("Entries", Some("transactions"), rows.iter().enumerate().map(row))) }
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
    html! { (before) a.whole href=(song_address(guild, digits)) { (number) } (after) }
}

/// One entry.
pub struct EntryPage;

/// An entry with the names in it.
struct EntryDetail {
    story: Story,
    name: String,
    /// Who caused it.
    names: Names,
    currencies: Currencies,
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
        let mut told = EntryDetail { names: web.named(told.names).await, ..told };
        web.call_by_name(guild, vec![(told.story.row.entry.user, &mut told.name)]).await;
        let is_own = told.story.row.entry.currency == Currency::Server;
        let may = if is_own { Who::Admin } else { Who::Administrator };
        let may_undo = told.story.may_be_undone && seen.rank.reaches(may);
        let main = html! {
            (facts(guild, &told))
            @if may_undo { (undo(seen, id)) }
        };
        let crumbs = vec![(format!("/g/{guild}/ledger"), "Ledger".to_owned())];
        Ok(Shown { crumbs, ..Shown::new(format!("Entry {id}"), main) })
    }
}

fn tell(read: &dyn Read, guild: GuildId, id: EntryId) -> Result<Option<EntryDetail>> {
    let Some(story) = entries::story(read, guild, id)? else { return Ok(None) };
    let LedgerEntry { user, actor, reason, .. } = &story.row.entry;
    let names = Names::of(read, guild, [], [*actor])?;
    let public: Option<PublicId> = song_in(reason).and_then(|(_, number, _)| number.parse().ok());
    let has_song = match public {
        Some(public) => song(read, guild, public)?.is_some(),
        None => false,
    };
    let name = known_members::called(read, guild, *user)?;
    Ok(Some(EntryDetail { story, name, names, currencies: Currencies::of(read, guild)?, has_song }))
}

fn facts(guild: GuildId, told: &EntryDetail) -> Markup {
    let Story { row, undoes, .. } = &told.story;
    let entry = &row.entry;
    let mut facts = vec![
        ("Member", member_link(guild, entry.user, &told.name)),
        ("Amount", html! { (signed(entry.delta)) " " (told.currencies.name(entry.currency)) }),
        ("Balance", html! { (entry.before) " before, " (entry.after) " after" }),
        ("What for", html! { (entry.kind.of_change(entry.delta)) }),
        (
            "Why",
            if told.has_song {
                reason(guild, &entry.reason)
            } else {
                html! { (entry.why()) }
            },
        ),
        ("By", by(entry.actor, &told.names)),
        ("When", moment(entry.at)),
        ("Number for programs", html! { code { (entry.transaction_id(guild, row.id)) } }),
    ];
    if let Some(requested) = row.requested {
        facts.push(("Asked for", html! { (requested) ", which was more than there was" }));
    }
    let other = |id: EntryId| html! { "Entry " a href=(entry_address(guild, id)) { (id) } };
    facts.extend(undoes.map(|id| ("Undid", other(id))));
    facts.extend(row.undone_by.map(|id| ("Undone by", other(id))));
    html! { (Card { title: "What it says", facts: &facts }) }
}

fn by(actor: Actor, names: &Names) -> Markup {
    match actor {
        Actor::Member(user) => names.member(user),
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
    use crate::kernel::sentence::Sentence;
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
    fn an_entry_in_the_list_tells_what_it_was_for_and_what_became_of_it() {
        let rows = [row("10 Skip for #012345 <Ann> – Light")];
        insta::assert_snapshot!(lines(&entries_table(GUILD, &rows, &Currencies::called("cookies"), Some(&["ann".to_owned()]))), @r#"
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
        <td role="cell" data-label="Why">a skip: 10 Skip for <a class="whole" href="/g/5/songs/012345">#012345</a> &lt;Ann&gt; – Light</td>
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
        let problem = Problem::field("member", Sentence::words("Nobody is called so."));
        let filter = Filter::with_fault("member=%22%3E%3Cb%3E&kind=buy_skip", "/g/5/ledger", &problem);
        let drawn = asked(GUILD, &filter, &Currencies::called("<b>cookies")).into_string();
        assert!(drawn.contains(r#"<option value="buy_skip" selected>a skip</option>"#), "{drawn}");
        assert!(drawn.contains("Nobody is called so.") && !drawn.contains("<b>"), "{drawn}");
    }

    #[test]
    fn an_entry_tells_its_cause_and_links_only_to_a_song_that_is_there() {
        let story = Story { row: row("10 Skip for #012345 Ann – Light"), undoes: None, may_be_undone: false };
        let told = EntryDetail {
            story,
            name: "ann".to_owned(),
            names: Names::sample(GUILD, &[(81, "ann")], &[]),
            currencies: Currencies::called("cookies"),
            has_song: false,
        };
        let drawn = facts(GUILD, &told).into_string();
        assert!(!drawn.contains("/songs/"), "{drawn}");
        assert!(drawn.contains("txn_5_1795292100000_000007"), "{drawn}");
        let drawn = facts(GUILD, &EntryDetail { has_song: true, ..told }).into_string();
        assert!(drawn.contains(r#"<a class="whole" href="/g/5/songs/012345">#012345</a>"#), "{drawn}");
    }
}
