//! The ledger: its entries by filter, one of them, and taking one back.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::by_hand::changed;
use crate::features::coins::model::{CoinsRefusal, Currency, EntryId, EntryKind};
use crate::features::coins::queries::HistoryRow;
use crate::features::coins::queries::entries::{self, Story, Total, Wanted};
pub use crate::features::coins::queries::totals::KnownTotals;
use crate::features::coins::rules;
use crate::flows::{coins_by_hand, known_members};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::sentence;
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::api::currencies::Currencies;
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::filter;
use crate::web::page::again;
use crate::web::pages::EntryPage;
use crate::web::segments::{One, Segment};
use crate::web::user_info::{names_a_member, names_those_of};

/// Entries on a page, unless somebody wants another number.
const PAGE: usize = 50;
/// The most entries on a page.
const MOST: usize = 500;

impl Segment for EntryId {
    const NAME: &'static str = "entry";
}

/// Which entries.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct EntriesQuery {
    /// Of one member, by id, name or TikTok handle.
    #[serde(alias = "user_id")]
    pub member: Option<String>,
    /// Of one kind, as entries name theirs.
    #[serde(alias = "type")]
    pub kind: Option<String>,
    /// Of one currency: `server`, `luxury` or `points`.
    pub currency: Option<String>,
    /// From this day or moment on: `2026-11-21`, `2026-11-21T20:00:00Z`.
    #[serde(alias = "start_date")]
    pub from: Option<String>,
    /// Up to this day, that day included, or before this moment.
    #[serde(alias = "end_date")]
    pub to: Option<String>,
    /// Before this entry: where the page before ended, as it said in `next`.
    pub before: Option<u64>,
    /// How many; 50, and 500 at most.
    pub limit: Option<usize>,
    /// How many transactions are left out before the page.
    pub offset: Option<usize>,
    /// The order of transactions: `newest` first, or `oldest`.
    pub sort: Option<String>,
}

impl EntriesQuery {
    /// The filter, but for the member; says which field means nothing.
    pub fn understood(&self, guild: GuildId) -> Result<Wanted, Problem> {
        let no_kind = || Sentence::words("There is no such kind of entry.");
        let (since, until) =
            (filter::moment("from", self.from.as_deref(), 0)?, filter::moment("to", self.to.as_deref(), 1)?);
        if since.zip(until).is_some_and(|(since, until)| since >= until) {
            return Err(Problem::field("to", Sentence::words("That is before the beginning.")));
        }
        Ok(Wanted {
            guild: Some(guild),
            user: None,
            kind: filter::read("kind", self.kind.as_deref(), kind_called, no_kind)?,
            currency: currency_called(self.currency.as_deref())?,
            since,
            until,
        })
    }

    /// The filter, with the member whom it names.
    pub async fn wanted(&self, web: &Web, guild: GuildId) -> Result<Wanted, Problem> {
        let wanted = self.understood(guild)?;
        Ok(Wanted { user: web.whom(guild, "member", self.member.as_deref()).await?, ..wanted })
    }

    /// How many transactions are left out.
    pub fn offset(&self) -> usize {
        self.offset.unwrap_or(0)
    }

    /// Whether the oldest transaction comes first.
    pub fn is_oldest_first(&self) -> Result<bool, Problem> {
        let order = |name: &str| match name {
            "newest" | "-timestamp" | "desc" => Some(false),
            "oldest" | "timestamp" | "asc" => Some(true),
            _ => None,
        };
        let known = || Sentence::words("It takes newest or oldest.");
        Ok(filter::read("sort", self.sort.as_deref(), order, known)?.unwrap_or(false))
    }

    /// How many entries a page has.
    pub fn limit(&self) -> Result<usize, Problem> {
        filter::limit(self.limit, PAGE, 1..=MOST)
    }
}

/// The currency that a filter names.
pub fn currency_called(name: Option<&str>) -> Result<Option<Currency>, Problem> {
    let known = || Sentence::words("There is no such currency: it is server, luxury or points.");
    filter::read("currency", name, Currency::of_key, known)
}

/// `shop` is said as well for what is stored as `shop_purchase` (`C-09`).
fn kind_called(name: &str) -> Option<EntryKind> {
    if name == "shop" { Some(EntryKind::ShopPurchase) } else { name.parse().ok() }
}

/// An entry.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub struct EntryView {
    /// Its number in this server.
    pub entry: u64,
    /// Its public name.
    pub transaction_id: String,
    /// Whose balance changed.
    pub user_id: String,
    /// The name by which they are known here best.
    pub user_name: String,
    /// Of which currency.
    pub currency: &'static str,
    /// What the server calls that.
    pub currency_name: String,
    /// What it stands for.
    pub kind: &'static str,
    /// How much came, or went where it is below 0.
    pub amount: i64,
    /// The balance before.
    pub before: i64,
    /// The balance after.
    pub after: i64,
    /// Why.
    pub reason: String,
    /// Who caused it: the id of a member, `live`, `system` or `operator`.
    pub actor: String,
    /// When.
    pub at: String,
    /// What was asked for, where less could be taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested: Option<i64>,
    /// The entry that undid it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone_by: Option<u64>,
    /// How much it was, with what so much is called, for pages alone.
    #[serde(skip)]
    pub said: String,
}

names_a_member!(EntryView: user_name);
names_those_of!(EntriesView: items);

impl EntryView {
    /// An entry, with the name of whose it is, and of what.
    pub fn of(guild: GuildId, row: &HistoryRow, user_name: String, currencies: &Currencies) -> Self {
        let HistoryRow { id, entry, requested, undone_by } = row;
        Self {
            entry: id.get(),
            transaction_id: entry.transaction_id(guild, *id),
            user_id: entry.user.to_string(),
            user_name,
            currency: entry.currency.key(),
            currency_name: currencies.name(entry.currency).to_owned(),
            kind: entry.kind.name(),
            amount: entry.delta,
            before: entry.before.get(),
            after: entry.after.get(),
            reason: entry.reason.clone(),
            actor: entry.actor.to_string(),
            at: entry.at.rfc3339(),
            requested: requested.map(Amount::get),
            undone_by: undone_by.map(EntryId::get),
            said: currencies.plain(entry.currency, Amount::ZERO.clamped_change(entry.delta.saturating_abs())),
        }
    }

    /// The latest entry: in a transaction that just made one, that one.
    pub fn latest(read: &dyn Read, guild: GuildId) -> Result<Self> {
        let id = entries::latest(read, guild)?.ok_or(CoinsRefusal::NoSuchEntry)?;
        Self::numbered(read, guild, id)
    }

    /// The entry of a number.
    pub fn numbered(read: &dyn Read, guild: GuildId, id: EntryId) -> Result<Self> {
        let Story { row, .. } = entries::story(read, guild, id)?.ok_or(CoinsRefusal::NoSuchEntry)?;
        let name = known_members::called(read, guild, row.entry.user)?;
        Ok(Self::of(guild, &row, name, &Currencies::of(read, guild)?))
    }

    /// Where the form is sent that takes it back.
    pub fn undo_form(&self, guild: GuildId) -> String {
        format!("/g/{guild}/ledger/{}/undo", self.entry)
    }
}

/// Several entries.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntriesView {
    /// Those of this page, latest first.
    pub items: Vec<EntryView>,
    /// What to ask for as `before` to go on; nothing on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<u64>,
    /// Whether the search ended before the page was full.
    pub partial: bool,
    /// What all entries of the filter add up to, by currency; nothing where they are too many to look at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub totals: Option<Vec<TotalView>>,
}

/// What entries of a currency add up to.
#[derive(Debug, Serialize, ToSchema)]
pub struct TotalView {
    /// Of which.
    pub currency: &'static str,
    /// How many.
    pub entries: u64,
    /// What came.
    pub came: i64,
    /// What went.
    pub went: i64,
}

impl From<&Total> for TotalView {
    fn from(total: &Total) -> Self {
        let Total { currency, entries, came, went } = *total;
        Self { currency: currency.key(), entries, came, went }
    }
}

/// Lists entries.
pub struct Entries;

impl Endpoint for Entries {
    const NAME: &'static str = "ledger.list";
    const ABOUT: &'static str = "Lists the entries of the ledger by filter, latest first.";
    const DOORS: Doors = Doors::get(&["/api/{server}/ledger"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;

    type Path = ();
    type Query = EntriesQuery;
    type Body = ();
    type Answer = EntriesView;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "currency=luxury&limit=10", ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<EntriesView>, Problem> {
        let (guild, query) = (asked.guild, asked.query);
        let (before, limit) = (query.before.map(EntryId::new), query.limit()?);
        let wanted = query.wanted(web, guild).await?;
        let known = web.clone();
        let view = web.look("ledger", move |read| {
            let page = entries::page(read, guild, &wanted, before, limit)?;
            let totals = known.totals.of(read, guild, &wanted)?;
            let currencies = Currencies::of(read, guild)?;
            let users = page.rows.iter().map(|row| row.entry.user);
            let names = known_members::all_called(read, guild, users)?;
            Ok(EntriesView {
                items: page
                    .rows
                    .iter()
                    .zip(names)
                    .map(|(row, name)| EntryView::of(guild, row, name, &currencies))
                    .collect(),
                next: page.next.map(EntryId::get),
                partial: page.is_partial,
                totals: (!totals.are_more).then(|| totals.of.iter().map(Into::into).collect()),
            })
        });
        Ok(web.with_names(guild, view.await?).await.into())
    }
}

/// Shows one entry.
pub struct Entry;

impl Endpoint for Entry {
    const NAME: &'static str = "ledger.one";
    const ABOUT: &'static str = "Tells of one entry of the ledger.";
    const DOORS: Doors = Doors::get(&["/api/{server}/ledger/{entry}"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;

    type Path = One<EntryId>;
    type Query = Nothing;
    type Body = ();
    type Answer = EntryView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("entry", samples.entry.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<EntryView>, Problem> {
        let (guild, One(id)) = (asked.guild, asked.path);
        let found = web.look("ledger_entry", move |read| match entries::story(read, guild, id)? {
            Some(_) => EntryView::numbered(read, guild, id).map(Some),
            None => Ok(None),
        });
        let found = found.await?.ok_or(Problem::NotFound)?;
        Ok(web.with_names(guild, found).await.into())
    }
}

/// Takes an entry back.
pub struct UndoEntry;

/// Why it is taken back.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct UndoBody {
    /// Why; it stands in the ledger.
    pub reason: String,
}

/// The reason of an undo by the button beside a notice, which asks for none.
const BY_BUTTON: &str = "taken back at once";

impl Endpoint for UndoEntry {
    const NAME: &'static str = "ledger.undo";
    const ABOUT: &'static str = "Takes an entry back by its opposite, once. One of Luxury Coins is taken back by whoever has Discord's \
                                 Administrator permission.";
    const DOORS: Doors =
        Doors::post(&["/api/{server}/ledger/{entry}/undo"]).form("/g/{server}/ledger/{entry}/undo", again::<EntryPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Economy;
    const LIMIT: Limit = Limit::Balances;

    type Path = One<EntryId>;
    type Query = Nothing;
    type Body = Option<UndoBody>;
    type Answer = EntryView;

    fn sample(samples: &Samples) -> Sample {
        let body = Some(serde_json::json!({ "reason": "a mistake" }));
        Sample { path: vec![("entry", samples.entry.clone())], body, ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<EntryView>, Problem> {
        let (guild, One(id)) = (asked.guild, asked.path);
        let story = web.look(Self::NAME, move |read| entries::story(read, guild, id)).await?;
        let entry = story.map(|story| story.row.entry);
        let is_own = entry.as_ref().is_none_or(|entry| entry.currency == Currency::Server);
        if !is_own && !asked.rank.reaches(Who::Administrator) {
            return Err(Problem::Forbidden(Who::Administrator));
        }
        // The place of a song stays where it is, whoever paid for it.
        let bought = entry.is_some_and(|entry| entry.kind == EntryKind::BuySkip);
        let stays = Sentence::words(if bought { " What was bought with it stays as it is." } else { "" });
        let typed = asked.body.as_ref().map(|body| body.reason.as_str()).unwrap_or_default();
        let reason = rules::required_reason(typed).unwrap_or_else(|_| BY_BUTTON.to_owned());
        let change = web.change(&asked, move |tx, actor| {
            coins_by_hand::undo_entry(tx, guild, id, reason.clone(), actor)?;
            EntryView::latest(tx, guild)
        });
        let undone = |entry: &EntryView| {
            let (number, now) = (Sentence::words(id.to_string()), changed(entry));
            sentence!("Entry **{number}** is undone. {now}{stays}", number, now, stays = stays.clone())
        };
        let answered = web.done_with_names(guild, change.await?).await.telling(undone);
        let leads_to = answered.value.now().map(|entry| format!("/g/{guild}/members/{}", entry.user_id));
        Ok(answered.leading_to(leads_to.unwrap_or_else(|| format!("/g/{guild}/ledger/{id}"))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::time::Timestamp;
    use crate::web::input::read_form;

    const GUILD: GuildId = GuildId::new(5);

    fn wanted(address: &str) -> Result<Wanted, Problem> {
        read_form::<EntriesQuery>(address.as_bytes())?.understood(GUILD)
    }

    #[test]
    fn a_filter_is_read_from_the_address_by_its_names_here_and_in_seed_001() {
        let day = Timestamp::from_rfc3339("2026-11-21T00:00:00Z");
        let all = Wanted { guild: Some(GUILD), ..Wanted::default() };
        for (address, expected) in [
            ("", all),
            ("member=&kind=&currency=&from=&to=&before=", all),
            ("currency=points", Wanted { currency: Some(Currency::Points), ..all }),
            ("currency=server", Wanted { currency: Some(Currency::Server), ..all }),
            ("type=shop", Wanted { kind: Some(EntryKind::ShopPurchase), ..all }),
            ("kind=buy_skip&from=2026-11-21", Wanted { kind: Some(EntryKind::BuySkip), since: day, ..all }),
            ("to=2026-11-20", Wanted { until: day, ..all }),
            ("end_date=2026-11-21T00:00:00Z", Wanted { until: day, ..all }),
        ] {
            assert_eq!(wanted(address).unwrap(), expected, "{address}");
        }
    }

    #[test]
    fn a_member_is_named_by_the_names_here_and_in_seed_001() {
        for address in ["member=ann", "user_id=ann"] {
            let query = read_form::<EntriesQuery>(address.as_bytes()).unwrap();
            assert_eq!(query.member.as_deref(), Some("ann"), "{address}");
        }
    }

    #[test]
    fn an_order_is_one_of_those_that_there_are() {
        let order =
            |sort: &str| EntriesQuery { sort: Some(sort.to_owned()), ..EntriesQuery::default() }.is_oldest_first();
        for (sort, is_oldest_first) in [("", false), ("newest", false), ("-timestamp", false), ("oldest", true)] {
            assert_eq!(order(sort).unwrap(), is_oldest_first, "{sort}");
        }
        for unknown in ["balance", "NEWEST", "timestamp;drop"] {
            assert!(matches!(order(unknown), Err(Problem::Fields(_))), "{unknown}");
        }
    }

    #[test]
    fn a_field_that_means_nothing_is_named() {
        for (address, field) in [
            ("kind=nonsense", "kind"),
            ("currency=cookies", "currency"),
            ("from=yesterday", "from"),
            ("to=2026-13-01", "to"),
            ("before=x", "before"),
            ("from=2026-11-21&to=2026-11-20", "to"),
        ] {
            let Problem::Fields(fields) = wanted(address).unwrap_err() else { panic!("{address}") };
            assert_eq!(fields.keys().collect::<Vec<_>>(), [field], "{address}");
        }
    }
}
