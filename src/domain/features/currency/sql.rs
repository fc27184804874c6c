//! The server's currency in the SQLite export, by the names of the seed. Its entries are in `transactions`.

use std::collections::BTreeSet;

use super::tables::account;
use crate::exported;
use crate::features::coins;
use crate::features::coins::model::Currency;
use crate::features::coins::queries::SERVER_CURRENCY;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::sqlite::{SqlTable, SqlValue};
use crate::store::{AnyTable as _, Read};

/// The exported tables of this feature.
pub const EXPORT: &[SqlTable] = &[EXPORTED_ACCOUNTS, EXPORTED_METADATA];

/// The version of the seed's layout (`T-CUR-04`).
const LAYOUT: &str = "2.0";

exported! {
    /// `T-CUR-02`, for whoever ever had something.
    const EXPORTED_ACCOUNTS = "users" of SERVER_CURRENCY;
    |read, (guild, user), balance| => {
        let account = account(read, guild, user)?;
        "user_id": "INTEGER" => user,
        "balance": "INTEGER NOT NULL DEFAULT 0" => balance.amount,
        "total_earned": "INTEGER NOT NULL DEFAULT 0" => balance.earned,
        "total_spent": "INTEGER NOT NULL DEFAULT 0" => balance.spent,
        "created_at": "TEXT" => balance.began,
        "last_daily": "TEXT" => account.last_daily,
        "is_active": "INTEGER NOT NULL DEFAULT 1" => account.left_at.is_none(),
        "left_at": "TEXT" => account.left_at,
    }
    primary_key: ["user_id"];
}

exported! {
    /// `T-CUR-04`: the sum of all balances, one row.
    const EXPORTED_METADATA = "currency_metadata" by each_total;
    |read, (guild, row), total| => {
        "id": "INTEGER" => SqlValue::id(row),
        "version": "TEXT NOT NULL" => LAYOUT,
        "total_currency": "INTEGER NOT NULL" => total,
    }
    primary_key: ["id"];
}

/// Takes the sum of a guild, as its row of that number.
type TotalSink<'s> = dyn FnMut((GuildId, u64), i64) -> Result<()> + 's;

fn each_total(read: &dyn Read, wanted: Option<GuildId>, show: &mut TotalSink<'_>) -> Result<()> {
    let mut guilds = BTreeSet::new();
    SERVER_CURRENCY.guilds(read, &mut guilds)?;
    for guild in guilds.into_iter().filter(|guild| wanted.is_none_or(|wanted| wanted == *guild)) {
        show((guild, 1), coins::queries::total(read, guild, Currency::Server)?)?;
    }
    Ok(())
}
