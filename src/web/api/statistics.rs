//! What came and went in a time, of a server or of one member (`T-API-13`).

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ledger::currency_called;
use crate::features::coins::model::{Currency, EntryKind};
use crate::features::coins::queries::statistics::{self, Flow, OfCurrency, Statistics, last_days};
use crate::kernel::time::Timestamp;
use crate::signin::scope::Scope;
use crate::web::Web;
use crate::web::access::{Limit, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Asked, Doors, Endpoint, Sample, Samples};

/// Over which time something is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// Today.
    Day,
    /// Today and the six days before.
    Week,
    /// Today and the 29 days before.
    Month,
    /// Today and the 364 days before.
    Year,
    /// As long as there are entries.
    #[default]
    All,
}

impl Period {
    /// How many days it has, that of today among them; `None` for all.
    const fn days(self) -> Option<i64> {
        match self {
            Self::Day => Some(1),
            Self::Week => Some(7),
            Self::Month => Some(30),
            Self::Year => Some(365),
            Self::All => None,
        }
    }
}

/// Of whom and of what there are statistics.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct StatisticsQuery {
    /// Of one member, by id, name or TikTok handle; of the whole server without it.
    #[serde(alias = "member")]
    pub user_id: Option<String>,
    /// Over which time, in whole days in UTC.
    pub period: Period,
    /// Of one currency: `server`, `luxury` or `points`.
    pub currency: Option<String>,
}

/// What came and went in a time.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatisticsView {
    /// Of whom; nothing for the whole server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// Over which time.
    pub period: Period,
    /// Its first day; nothing where it is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Its last day.
    pub to: String,
    /// For each currency of which something came or went.
    pub currencies: Vec<CurrencyStatistics>,
    /// Whether a member has more entries than are looked at, so that it is at least so much.
    pub partial: bool,
}

/// What came and went of one currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct CurrencyStatistics {
    /// Of which.
    pub currency: &'static str,
    /// What was earned: without what was given back or corrected.
    pub earned: i64,
    /// What was spent, likewise.
    pub spent: i64,
    /// In how many entries anything came or went.
    pub entries: u64,
    /// By what it was for.
    pub by_type: Vec<TypeStatistics>,
    /// By day; days on which nothing came or went are left out.
    pub activity: Vec<DayStatistics>,
}

/// What came and went for something.
#[derive(Debug, Serialize, ToSchema)]
pub struct TypeStatistics {
    /// For what.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// In how many entries.
    pub entries: u64,
    /// What came.
    pub came: i64,
    /// What went.
    pub went: i64,
}

/// What came and went on a day.
#[derive(Debug, Serialize, ToSchema)]
pub struct DayStatistics {
    /// Which: `2026-11-21`.
    pub day: String,
    /// In how many entries.
    pub entries: u64,
    /// What came.
    pub came: i64,
    /// What went.
    pub went: i64,
}

impl CurrencyStatistics {
    fn of(currency: Currency, found: OfCurrency) -> Self {
        let OfCurrency { all, earned, spent, by_kind, by_day, .. } = found;
        let kind = |(kind, Flow { entries, came, went }): (EntryKind, Flow)| TypeStatistics {
            kind: kind.name(),
            entries,
            came,
            went,
        };
        let day =
            |(day, Flow { entries, came, went }): (i64, Flow)| DayStatistics { day: day_of(day), entries, came, went };
        Self {
            currency: currency.key(),
            earned,
            spent,
            entries: all.entries,
            by_type: by_kind.into_iter().map(kind).collect(),
            activity: by_day.into_iter().map(day).collect(),
        }
    }
}

/// A day as it is written.
fn day_of(day: i64) -> String {
    Timestamp::beginning_of_day(day).strftime("%Y-%m-%d")
}

/// Tells what came and went in a time.
pub struct ShowStatistics;

impl Endpoint for ShowStatistics {
    const NAME: &'static str = "transactions.statistics";
    const ABOUT: &'static str = "Tells what was earned and spent in a time, for what and on which days, of a server or of one member. What \
                                 was archived still counts for the server.";
    const DOORS: Doors = Doors::get(&["/api/{server}/transactions/statistics"]);
    const WHO: Who = Who::Viewer;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-13"];

    type Path = ();
    type Query = StatisticsQuery;
    type Body = ();
    type Answer = StatisticsView;

    fn sample(_: &Samples) -> Sample {
        Sample { query: "period=week&currency=luxury", ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<StatisticsView>, Problem> {
        let (guild, now, StatisticsQuery { user_id, period, currency }) = (asked.guild, asked.now, asked.query);
        let currency = currency_called(currency.as_deref())?;
        let user = web.whom(guild, "user_id", user_id.as_deref()).await?;
        let days = period.days().map_or(i64::MIN..now.day().saturating_add(1), |count| last_days(now, count));
        let from = period.days().map(|_| day_of(days.start));
        let asked = statistics::Asked { user, currency, days };
        let found = web.look(Self::NAME, move |read| statistics::statistics(read, guild, &asked)).await?;
        let Statistics { of, are_more } = found;
        Ok(StatisticsView {
            user_id: user.map(|user| user.to_string()),
            period,
            from,
            to: day_of(now.day()),
            currencies: of.into_iter().map(|(currency, of)| CurrencyStatistics::of(currency, of)).collect(),
            partial: are_more,
        }
        .into())
    }
}
