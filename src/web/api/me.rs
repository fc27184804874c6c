//! What a member has and is in a server, for themselves: balances and where they come from, songs, handles; all of it as a
//! file; and to be forgotten there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use crate::features::coins::model::{Balance, Currency, EntryId, LedgerEntry};
use crate::features::coins::queries::entries::{self, EntriesPage, Wanted};
use crate::features::coins::queries::{self as coins, HistoryPage, Purse};
use crate::features::currency::queries as currency;
use crate::features::currency::rules::next_claim;
use crate::features::handles::model::Account;
use crate::features::handles::queries as handles;
use crate::features::queue::queries::{self as queue, OwnPage, Row};
use crate::features::shop::{self, queries::Holding};
use crate::flows::{currency_accounts, erasure, own_data};
use crate::kernel::amount::Amount;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::money::{self, Money};
use crate::refusals;
use crate::signin::scope::Scope;
use crate::store::Read;
use crate::web::Web;
use crate::web::access::{Limit, Visitor, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::input::is_typed;
use crate::web::page::again;
use crate::web::pages::MineInServer;

/// Exports that are made at the same time: each looks through whole tables.
static AT_ONCE: Semaphore = Semaphore::const_new(1);

refusals! {
    /// What is refused of somebody's own data.
    pub enum OwnRefusal {
        /// The operator has no account on Discord.
        Nobody => "me.nobody" as NotThere, "You are signed in as the operator, who is nobody on Discord and has nothing there.";
        /// The name of the server was not typed.
        NotConfirmed => "me.not_confirmed" as NotValid, "Type the name of the server as it stands there. Nothing was erased.";
    }
}

/// The account of whoever looks at what is theirs.
pub fn own_account(visitor: &Visitor) -> Result<UserId, Problem> {
    Ok(visitor.user().ok_or(OwnRefusal::Nobody)?)
}

/// What somebody has of the server's own currency.
pub struct OwnMoney {
    /// What the server calls it.
    pub money: Money,
    /// Whether it is switched on.
    pub is_on: bool,
    /// What they have and had.
    pub balance: Balance,
    /// When they may claim the daily reward; nothing where they may now.
    pub next_claim: Option<Timestamp>,
    /// What that brings.
    pub daily: Amount,
    /// A page of where it comes from.
    pub entries: EntriesPage,
}

impl OwnMoney {
    /// Entries of a page.
    const ENTRIES: usize = 10;

    /// Looks it up, at a moment; entries older than one.
    fn of(read: &dyn Read, guild: GuildId, user: UserId, now: Timestamp, before: Option<u64>) -> Result<Self> {
        let (balance, _) = currency_accounts::of(read, guild, user)?;
        let currency = Some(Currency::Server);
        let wanted = Wanted { guild: Some(guild), user: Some(user), currency, ..Wanted::default() };
        let next_claim = currency::last_daily(read, guild, user)?.map(next_claim).filter(|next| now < *next);
        Ok(Self {
            money: money::of(read, guild)?,
            is_on: currency::is_on(read, guild)?,
            balance,
            next_claim,
            daily: currency::daily_amount(read, guild)?,
            entries: entries::page(read, guild, &wanted, before.map(EntryId::new), Self::ENTRIES)?,
        })
    }
}

/// What somebody has and is in a server, as one snapshot.
pub struct Mine {
    /// The server's own currency.
    pub own: OwnMoney,
    /// Balances.
    pub purse: Purse,
    /// Items of the shop.
    pub items: Vec<Holding>,
    /// Linked handles.
    pub handles: Vec<Account>,
    /// A page of songs.
    pub songs: OwnPage,
    /// A page of where the coins come from.
    pub history: HistoryPage,
    /// The latest of where the points come from.
    pub points: Vec<(EntryId, LedgerEntry)>,
}

/// Which pages of it are seen.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct OwnPages {
    /// The page of songs, from 1.
    pub page: Option<u64>,
    /// Entries of Luxury Coins older than the one of this number.
    pub before: Option<u64>,
    /// Entries of the server's own currency older than the one of this number.
    pub own_before: Option<u64>,
}

impl Mine {
    /// How many of the latest entries of points are told.
    const POINTS: usize = 10;

    /// Looks it up.
    pub fn of(read: &dyn Read, guild: GuildId, user: UserId, now: Timestamp, shown: OwnPages) -> Result<Self> {
        Ok(Self {
            own: OwnMoney::of(read, guild, user, now, shown.own_before)?,
            purse: coins::purse(read, guild, user)?,
            items: shop::queries::inventory(read, guild, user)?,
            handles: handles::linked_handles(read, guild, user)?,
            songs: queue::own_page(read, guild, user, shown.page.unwrap_or(1).max(1))?,
            history: coins::history_page(read, guild, user, shown.before.map(EntryId::new))?,
            points: coins::history(read, guild, Currency::Points, user, Self::POINTS)?,
        })
    }
}

/// What somebody has and is in a server.
#[derive(Debug, Serialize, ToSchema)]
pub struct MineView {
    /// The server's own currency.
    pub currency: OwnMoneyView,
    /// Luxury Coins.
    pub luxury_coins: i64,
    /// Engagement points.
    pub points: i64,
    /// Linked TikTok handles.
    pub handles: Vec<OwnHandleView>,
    /// A page of songs, the latest first.
    pub songs: Vec<OwnSongView>,
    /// How many songs there are in all.
    pub songs_total: u64,
    /// A page of the entries of Luxury Coins, the latest first.
    pub entries: Vec<OwnEntryView>,
    /// What to send as `before` for older ones.
    pub next: Option<String>,
}

/// What somebody has of the server's own currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnMoneyView {
    /// What the server calls it.
    pub name: String,
    /// What stands beside an amount of it.
    pub symbol: String,
    /// How much there is.
    pub balance: i64,
    /// All that came so far, without what was given back.
    pub total_earned: i64,
    /// All that went so far, likewise.
    pub total_spent: i64,
    /// When the daily reward can be claimed; nothing where it can be now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_claim: Option<String>,
    /// A page of its entries, the latest first.
    pub entries: Vec<OwnEntryView>,
    /// What to send as `own_before` for older ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A linked handle.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnHandleView {
    /// Without the @.
    pub handle: String,
    /// Whether it is proven that it is theirs.
    pub is_verified: bool,
    /// The points that it holds.
    pub points: i64,
}

/// A song.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnSongView {
    /// Its number, six digits.
    pub number: String,
    /// The artist.
    pub artist: String,
    /// The title.
    pub title: String,
    /// In which line it is.
    pub line: String,
    /// How many are played before it, while it waits to be played.
    pub ahead: Option<u64>,
    /// How many minutes that will take, once that was measured.
    pub wait_minutes: Option<u64>,
}

/// An entry of the ledger.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnEntryView {
    /// Its public name (`C-15`).
    pub transaction_id: String,
    /// How much came or went.
    pub delta: i64,
    /// The balance before.
    pub balance_before: i64,
    /// The balance after.
    pub balance_after: i64,
    /// What it stands for.
    pub kind: String,
    /// Why, in plain words.
    pub reason: String,
    /// When.
    pub at: String,
    /// Whether it was undone.
    pub is_undone: bool,
}

impl MineView {
    fn of(guild: GuildId, mine: &Mine) -> Self {
        let Mine { own, purse, handles, songs, history, .. } = mine;
        let entry = |row: &coins::HistoryRow| OwnEntryView::of(guild, row);
        let handle = |account: &Account| OwnHandleView {
            handle: account.handle.as_str().to_owned(),
            is_verified: account.is_verified(),
            points: account.points.get(),
        };
        Self {
            currency: OwnMoneyView::of(guild, own),
            luxury_coins: purse.luxury.get(),
            points: purse.points.get(),
            handles: handles.iter().map(handle).collect(),
            songs: songs.rows.iter().map(OwnSongView::of).collect(),
            songs_total: songs.total,
            entries: history.rows.iter().map(entry).collect(),
            next: history.older_than.map(|older| older.to_string()),
        }
    }
}

impl OwnMoneyView {
    fn of(guild: GuildId, own: &OwnMoney) -> Self {
        let OwnMoney { money, balance, next_claim, entries, .. } = own;
        Self {
            name: money.name.clone(),
            symbol: money.symbol.clone(),
            balance: balance.amount.get(),
            total_earned: balance.earned.get(),
            total_spent: balance.spent.get(),
            next_claim: next_claim.map(Timestamp::rfc3339),
            entries: entries.rows.iter().map(|row| OwnEntryView::of(guild, row)).collect(),
            next: entries.next.map(|next| next.to_string()),
        }
    }
}

impl OwnEntryView {
    fn of(guild: GuildId, row: &coins::HistoryRow) -> Self {
        Self {
            transaction_id: row.entry.transaction_id(guild, row.id),
            delta: row.entry.delta,
            balance_before: row.entry.before.get(),
            balance_after: row.entry.after.get(),
            kind: row.entry.kind.name().to_owned(),
            reason: row.entry.reason.clone(),
            at: row.entry.at.rfc3339(),
            is_undone: row.undone_by.is_some(),
        }
    }
}

impl OwnSongView {
    fn of(row: &Row) -> Self {
        let (song, standing) = (&row.entry.song, row.standing);
        Self {
            number: song.public_id.digits(),
            artist: song.artist.clone(),
            title: song.title.clone(),
            line: row.entry.place.line.to_string(),
            ahead: standing.and_then(|standing| standing.ahead),
            wait_minutes: standing.and_then(|standing| standing.wait).map(|wait| wait.as_secs().div_ceil(60)),
        }
    }
}

/// What whoever asks has and is in a server.
pub struct MineShown;

impl Endpoint for MineShown {
    const NAME: &'static str = "me.show";
    const ABOUT: &'static str = "Tells whoever asks what they have in a server, and where it comes from.";
    const DOORS: Doors = Doors::get(&["/api/{server}/me"]);
    const WHO: Who = Who::Member;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;

    type Path = ();
    type Query = OwnPages;
    type Body = ();
    type Answer = MineView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<MineView>, Problem> {
        let (guild, user, shown, now) = (asked.guild, own_account(&asked.visitor)?, asked.query, asked.now);
        let mine = web.look(Self::NAME, move |read| Mine::of(read, guild, user, now, shown)).await?;
        Ok(MineView::of(guild, &mine).into())
    }
}

/// All that is stored of whoever asks in a server.
pub struct Export;

/// All that is stored of somebody in a server.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportView {
    /// The number of the server.
    pub server: String,
    /// Whose it is.
    pub user: String,
    /// When it was made.
    pub made_at: String,
    /// The rows that tell of them, by table. An entry or a song of somebody else is among them where they had a part in it.
    pub tables: BTreeMap<String, Vec<Value>>,
}

impl Endpoint for Export {
    const NAME: &'static str = "me.export";
    const ABOUT: &'static str = "Gives whoever asks all that is stored of them in a server.";
    const DOORS: Doors = Doors::get(&["/api/{server}/me/export"]);
    const WHO: Who = Who::Member;
    const SCOPE: Scope = Scope::Export;
    const LIMIT: Limit = Limit::Exports;

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = ExportView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ExportView>, Problem> {
        let (guild, user, store) = (asked.guild, own_account(&asked.visitor)?, web.bot.store.clone());
        let _place = AT_ONCE.acquire().await.map_err(Error::failed)?;
        let tables = blocking(move || own_data::of(&store, guild, user)).await?;
        let tables = tables.into_iter().map(|(table, rows)| (table.to_owned(), rows)).collect();
        let (server, user) = (guild.to_string(), user.to_string());
        Ok(ExportView { server, user, made_at: asked.now.rfc3339(), tables }.into())
    }
}

/// Forgets whoever asks in a server.
pub struct EraseMe;

/// That it is meant.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct Meant {
    /// The name of the server, as it is.
    pub confirm: String,
}

/// What was erased.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErasedView {
    /// How many rows told of them.
    pub rows: u64,
}

impl Endpoint for EraseMe {
    const NAME: &'static str = "me.erase";
    const ABOUT: &'static str = "Erases whoever asks in a server. What others or the books need stays, without a name.";
    const DOORS: Doors = Doors::post(&["/api/{server}/me/erase"]).form("/me/{server}/erase", again::<MineInServer>);
    const WHO: Who = Who::Member;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Exports;

    type Path = ();
    type Query = Nothing;
    type Body = Meant;
    type Answer = ErasedView;

    fn sample(samples: &Samples) -> Sample {
        Sample { body: Some(serde_json::json!({ "confirm": samples.server_name })), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ErasedView>, Problem> {
        let (guild, user, store) = (asked.guild, own_account(&asked.visitor)?, web.bot.store.clone());
        web.needs_proof(&asked).await?;
        let name = web.bot.standings.guild_of_bot(guild).map(|guild| guild.name).unwrap_or_default();
        if !is_typed(&name, &asked.body.confirm) {
            return Err(OwnRefusal::NotConfirmed.into());
        }
        let rows = blocking(move || erasure::erase(&store, guild, user)).await?;
        let notice = Sentence::words("You are erased there. What you do from now on is stored anew.");
        Ok(Answered::from(ErasedView { rows }).saying(notice).leading_to("/me"))
    }
}

/// Does what takes long on a thread that may wait.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(Error::failed)?
}
