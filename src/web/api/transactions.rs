//! The ledger by the names of seed 001: a page of transactions with what they add up to, one of them by its public name, and whether the
//! entries of a member explain their balances.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ledger::{EntriesQuery, TotalView};
use crate::features::coins::check::{Validated, validate};
use crate::features::coins::model::EntryId;
use crate::features::coins::queries::HistoryRow;
use crate::features::coins::queries::entries::{self, Public, Slice};
use crate::flows::known_members;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::sentence::Sentence;
use crate::signin::scope::Scope;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::segments::{One, Segment};
use crate::web::user_info::UserInfo;

/// A transaction, as seed 001 calls an entry of the ledger (`T-TXN-02`).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TransactionView {
    /// Its public name.
    pub id: String,
    /// Its number in this server.
    pub entry: u64,
    /// Whose balance changed.
    pub user_id: String,
    /// The same person; left out of files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<UserInfo>,
    /// Of which currency.
    pub currency: &'static str,
    /// How much came, or went where it is below 0.
    pub amount: i64,
    /// The balance before.
    pub balance_before: i64,
    /// The balance after.
    pub balance_after: i64,
    /// What it stands for.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// Why.
    pub description: String,
    /// When.
    pub timestamp: String,
    /// What else is known of it.
    pub metadata: TransactionMetadata,
}

/// What stands beside a transaction.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TransactionMetadata {
    /// Who caused it: the id of a member, `live`, `system` or `operator`.
    pub actor: String,
    /// What was asked for, where less could be taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested: Option<i64>,
    /// The entry that undid it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undone_by: Option<u64>,
    /// Whether it was archived, and stands in no list any more.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
}

impl TransactionView {
    /// An entry, with whose it is.
    pub fn of(guild: GuildId, row: &HistoryRow, user: Option<UserInfo>) -> Self {
        let HistoryRow { id, entry, requested, undone_by } = row;
        Self {
            id: entry.transaction_id(guild, *id),
            entry: id.get(),
            user_id: entry.user.to_string(),
            user,
            currency: entry.currency.key(),
            amount: entry.delta,
            balance_before: entry.before.get(),
            balance_after: entry.after.get(),
            kind: entry.kind.name(),
            description: entry.reason.clone(),
            timestamp: entry.at.rfc3339(),
            metadata: TransactionMetadata {
                actor: entry.actor.to_string(),
                requested: requested.map(crate::kernel::amount::Amount::get),
                undone_by: undone_by.map(EntryId::get),
                archived: false,
            },
        }
    }
}

/// A page of transactions.
#[derive(Debug, Serialize, ToSchema)]
pub struct TransactionsView {
    /// Those of this page.
    pub transactions: Vec<TransactionView>,
    /// Which part of all that is.
    pub pagination: Pagination,
    /// What all transactions of the filter add up to, by currency.
    pub statistics: Vec<TotalView>,
}

/// Which part of a list is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct Pagination {
    /// How many there are of the filter.
    pub total: u64,
    /// Whether there are more than that, because so many are not counted.
    pub total_is_at_least: bool,
    /// How many a page has.
    pub limit: usize,
    /// How many were left out before it.
    pub offset: usize,
    /// Whether the search ended before the page was full: a narrower filter or `/ledger` finds what is further.
    pub partial: bool,
}

/// Lists transactions.
pub struct Transactions;

impl Endpoint for Transactions {
    const NAME: &'static str = "transactions.list";
    const ABOUT: &'static str = "Lists the entries of the ledger by filter with what they add up to: the latest first, or with sort=oldest the oldest.";
    const DOORS: Doors = Doors::get(&["/api/{server}/transactions"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-12"];

    type Path = ();
    type Query = EntriesQuery;
    type Body = ();
    type Answer = TransactionsView;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "type=gift&limit=10&offset=0&sort=newest", ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<TransactionsView>, Problem> {
        let (guild, query) = (asked.guild, asked.query);
        let slice = Slice { is_oldest_first: query.is_oldest_first()?, offset: query.offset(), limit: query.limit()? };
        let wanted = query.wanted(web, guild).await?;
        let known = web.clone();
        let view = web.look(Self::NAME, move |read| {
            let page = entries::slice(read, guild, &wanted, &slice)?;
            let totals = known.totals.of(read, guild, &wanted)?;
            let whose = page.rows.iter().map(|row| row.entry.user);
            let people: BTreeMap<UserId, String> =
                whose.clone().zip(known_members::all_called(read, guild, whose)?).collect();
            let view = TransactionsView {
                transactions: page.rows.iter().map(|row| TransactionView::of(guild, row, None)).collect(),
                pagination: Pagination {
                    total: totals.of.iter().map(|total| total.entries).sum(),
                    total_is_at_least: totals.are_more,
                    limit: slice.limit,
                    offset: slice.offset,
                    partial: page.is_partial,
                },
                statistics: totals.of.iter().map(Into::into).collect(),
            };
            Ok((view, people))
        });
        let (mut view, people) = view.await?;
        let people = web.users(guild, people.into_iter().collect()).await;
        let people: BTreeMap<String, UserInfo> = people.into_iter().map(|user| (user.id.clone(), user)).collect();
        for transaction in &mut view.transactions {
            transaction.user = people.get(&transaction.user_id).cloned();
        }
        Ok(view.into())
    }
}

/// The public name of a transaction, as it stands in a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionName(String);

impl FromStr for TransactionName {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl Segment for TransactionName {
    const NAME: &'static str = "transaction";
}

/// Shows one transaction.
pub struct OneTransaction;

impl Endpoint for OneTransaction {
    const NAME: &'static str = "transactions.one";
    const ABOUT: &'static str =
        "Tells of one transaction by its public name, also of one that was archived, with whose it is.";
    const DOORS: Doors = Doors::get(&["/api/{server}/transactions/{transaction}"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-14"];

    type Path = One<TransactionName>;
    type Query = Nothing;
    type Body = ();
    type Answer = OneTransactionView;

    fn sample(samples: &Samples) -> Sample {
        Sample { path: vec![("transaction", samples.transaction.clone())], ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<OneTransactionView>, Problem> {
        let (guild, One(TransactionName(name))) = (asked.guild, asked.path);
        let found = web.look(Self::NAME, move |read| {
            let Some(found) = entries::public(read, guild, &name)? else { return Ok(None) };
            let called = known_members::called(read, guild, found.row.entry.user)?;
            Ok(Some((found, called)))
        });
        let (Public { row, is_archived }, called) = found.await?.ok_or(Problem::NotFound)?;
        let user = web.user(guild, row.entry.user, called).await;
        let mut transaction = TransactionView::of(guild, &row, Some(user));
        transaction.metadata.archived = is_archived;
        Ok(OneTransactionView { transaction }.into())
    }
}

/// One transaction.
#[derive(Debug, Serialize, ToSchema)]
pub struct OneTransactionView {
    /// It.
    pub transaction: TransactionView,
}

/// Adds up the entries of a member.
pub struct Validate;

/// Of whom.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ValidateBody {
    /// Of whom, by id, name or TikTok handle.
    pub user_id: String,
}

/// Whether entries explain balances.
#[derive(Debug, Serialize, ToSchema)]
pub struct ValidatedView {
    /// Of whom.
    pub user_id: String,
    /// Whether they explain each of the balances.
    pub valid: bool,
    /// Each balance.
    pub currencies: Vec<ValidatedBalance>,
}

/// Whether its entries explain a balance.
#[derive(Debug, Serialize, ToSchema)]
pub struct ValidatedBalance {
    /// Of which currency.
    pub currency: &'static str,
    /// Whether they do.
    pub valid: bool,
    /// What they add up to.
    pub expected: i64,
    /// What the balance is.
    pub actual: i64,
    /// How many entries it has.
    pub entries: u64,
    /// The first entry that does not go on where the one before it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken_at: Option<u64>,
}

impl From<&Validated> for ValidatedBalance {
    fn from(validated: &Validated) -> Self {
        Self {
            currency: validated.currency.key(),
            valid: validated.is_valid(),
            expected: validated.expected,
            actual: validated.actual,
            entries: validated.entries,
            broken_at: validated.broken_at.map(EntryId::get),
        }
    }
}

impl Endpoint for Validate {
    const NAME: &'static str = "transactions.validate";
    const ABOUT: &'static str =
        "Adds up the entries of a member and compares them with the balances. It changes nothing.";
    const DOORS: Doors = Doors::post(&["/api/{server}/transactions/validate"]);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-15"];

    type Path = ();
    type Query = Nothing;
    type Body = ValidateBody;
    type Answer = ValidatedView;

    fn sample(samples: &Samples) -> Sample {
        Sample { body: Some(serde_json::json!({ "user_id": samples.member })), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ValidatedView>, Problem> {
        let guild = asked.guild;
        let user = web.whom_exactly(guild, "user_id", Some(&asked.body.user_id)).await?;
        let user: UserId = user.ok_or_else(|| Problem::field("user_id", Sentence::words("Please say of whom.")))?;
        let found = web.look(Self::NAME, move |read| validate(read, guild, user)).await?;
        Ok(ValidatedView {
            user_id: user.to_string(),
            valid: found.iter().all(Validated::is_valid),
            currencies: found.iter().map(Into::into).collect(),
        }
        .into())
    }
}
