//! Old entries leave the ledger: moved to the archive, or deleted, which is the owner's alone (`T-API-17`, `C-65`).
//!
//! It is done piece by piece, so that nobody waits for it, on a thread of its own: whoever asked may hang up, and it goes on.

use serde::{Deserialize, Serialize};
use tokio::sync::Semaphore;
use utoipa::ToSchema;

use crate::features::coins::archive::{self, Order};
use crate::features::coins::model::Currency;
use crate::kernel::error::Error;
use crate::kernel::sentence::Sentence;
use crate::sentence;
use crate::signin::scope::Scope;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::input::Typed;
use crate::web::page::again;
use crate::web::pages::DataPage;
use crate::web::ui::components::{counted, number};

/// Whose turn it is: two at the same time would do the same.
static TURN: Semaphore = Semaphore::const_new(1);

/// Days that are kept where nothing is said.
const USUAL: u32 = 90;
/// The most days that anybody keeps: a hundred years.
const MOST: u64 = 36_500;

/// Archives old entries.
pub struct ArchiveLedger;

/// Which entries, and what becomes of them.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct ArchiveBody {
    /// How many days before today stay in the ledger; 90, and 1 at least.
    pub days_to_keep: Option<Typed>,
    /// Whether the entries are kept in the archive, as they are where nothing is said; else they are deleted, for the owner alone.
    pub archive: Option<bool>,
    /// Whether to tell only how many it would be; so it is where neither this nor `archive` is said.
    pub dry_run: Option<bool>,
}

/// What was archived, or would be.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArchivedView {
    /// How many entries.
    pub archived: u64,
    /// The day that is the first to stay.
    pub before: String,
    /// Whether they are kept in the archive.
    pub kept: bool,
    /// Whether they are still there.
    pub dry_run: bool,
    /// How many of each currency, where they are still there.
    pub currencies: Vec<ArchivedOf>,
}

/// How many entries of a currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct ArchivedOf {
    /// Of which.
    pub currency: &'static str,
    /// How many.
    pub entries: u64,
}

impl ArchiveBody {
    /// Whether nothing is to be changed: whoever says nothing of what becomes of the entries wants to know.
    fn is_dry_run(&self) -> bool {
        self.dry_run.unwrap_or(self.archive.is_none())
    }

    fn days(&self) -> Result<u32, Problem> {
        let Some(typed) = self.days_to_keep.as_ref().filter(|typed| !typed.is_empty()) else { return Ok(USUAL) };
        let days = typed.whole().filter(|days| (1..=MOST).contains(days)).and_then(|days| u32::try_from(days).ok());
        days.ok_or_else(|| {
            Problem::field("days_to_keep", sentence!("It takes a whole number from 1 to {most}.", most = number(MOST)))
        })
    }
}

impl Endpoint for ArchiveLedger {
    const NAME: &'static str = "transactions.archive";
    const ABOUT: &'static str = "Moves entries of the ledger that are older than so many days to the archive, or tells how many that would be. \
                                 Every balance stays what it is: one entry stands for those that went. With archive=false they are deleted, \
                                 which is the owner's. Whoever asks proves that it is them, unless they only want to know how many.";
    const DOORS: Doors =
        Doors::post(&["/api/{server}/transactions/archive"]).form("/g/{server}/data/archive", again::<DataPage>);
    const WHO: Who = Who::Admin;
    const SCOPE: Scope = Scope::Economy;
    const LIMIT: Limit = Limit::Exports;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-17"];

    type Path = ();
    type Query = Nothing;
    type Body = ArchiveBody;
    type Answer = ArchivedView;

    fn sample(_: &Samples) -> Sample {
        Sample {
            body: Some(serde_json::json!({ "days_to_keep": 90, "archive": true, "dry_run": true })),
            ..Sample::default()
        }
    }

    async fn question(web: &Web, asked: &Asked<Self>) -> Result<Option<Sentence>, Problem> {
        let (guild, is_kept) = (asked.guild, asked.body.archive.unwrap_or(true));
        // What cannot be read is told when it is done.
        let Some(days) = asked.body.days().ok().filter(|_| !asked.body.is_dry_run()) else { return Ok(None) };
        let order = Order::keeping(days, asked.now, is_kept, asked.visitor.actor());
        let day = order.before;
        let waiting = web.look(Self::NAME, move |read| archive::waiting(read, guild, day)).await?;
        let entries: u64 = waiting.iter().map(|(_, entries)| *entries).sum();
        Ok((entries > 0).then(|| is_meant(entries, &order.day(), is_kept)))
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<ArchivedView>, Problem> {
        let (guild, is_kept, is_dry_run) = (asked.guild, asked.body.archive.unwrap_or(true), asked.body.is_dry_run());
        let order = Order::keeping(asked.body.days()?, asked.now, is_kept, asked.visitor.actor());
        if !is_kept && !asked.rank.reaches(Who::Owner) {
            return Err(Problem::Forbidden(Who::Owner));
        }
        let before = order.day();
        if is_dry_run {
            let day = order.before;
            let waiting = web.look(Self::NAME, move |read| archive::waiting(read, guild, day)).await?;
            let of = |(currency, entries): (Currency, u64)| ArchivedOf { currency: currency.key(), entries };
            let currencies: Vec<ArchivedOf> = waiting.into_iter().map(of).collect();
            let archived = currencies.iter().map(|of| of.entries).sum();
            let view = ArchivedView { archived, before, kept: is_kept, dry_run: true, currencies };
            return Ok(Answered::from(view).telling(would_be).leading_to(format!("/g/{guild}/data#archive")));
        }
        web.needs_proof(&asked).await?;
        let _turn = TURN.try_acquire().map_err(|_| Problem::Busy)?;
        let store = web.bot.store.clone();
        let archived = tokio::task::spawn_blocking(move || archive::run(&store, guild, &order)).await;
        let archived = archived.map_err(Error::failed)??;
        let view = ArchivedView { archived, before, kept: is_kept, dry_run: false, currencies: Vec::new() };
        Ok(Answered::from(view).telling(was_done).leading_to(format!("/g/{guild}/data#archive")))
    }
}

/// What somebody is asked before so many entries leave the ledger.
fn is_meant(entries: u64, before: &str, is_kept: bool) -> Sentence {
    let (entries, before) = (Sentence::words(counted(entries, "entry", "entries")), before.to_owned());
    if is_kept {
        sentence!("Archive **{entries}** of before {before}? They cannot be undone any more.", entries, before)
    } else {
        sentence!("Delete **{entries}** of before {before}, for good?", entries, before)
    }
}

/// What a page says of what would be done.
fn would_be(view: &ArchivedView) -> Sentence {
    let entries = Sentence::words(counted(view.archived, "entry", "entries"));
    let before = view.before.clone();
    if view.kept {
        sentence!("**{entries}** of before {before} would be archived. Nothing was changed.", entries, before)
    } else {
        sentence!("**{entries}** of before {before} would be deleted. Nothing was changed.", entries, before)
    }
}

/// What a page says of what was done.
fn was_done(view: &ArchivedView) -> Sentence {
    let entries = Sentence::words(counted(view.archived, "entry", "entries"));
    let before = view.before.clone();
    if view.kept {
        sentence!("**{entries}** of before {before} left the ledger for the archive.", entries, before)
    } else {
        sentence!("**{entries}** of before {before} were deleted.", entries, before)
    }
}
