//! What is stored, as the commands that work on the whole store need it.

use std::collections::BTreeSet;

use crate::discord::{debug_channel, display};
use crate::features::coins::migration as coins;
use crate::features::engagement::migration as engagement;
use crate::features::handles::migration as handles;
use crate::kernel::error::Result;
use crate::store::sqlite::SqlTable;
use crate::store::{Migration, Read, Schema};
use crate::{features, flows, jobs, settings};

/// How stores of earlier versions become those of this one.
const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "order streaks by the time of their last step, and add up what happened in each session",
        run: engagement::order_streaks_and_add_up_sessions,
    },
    Migration { version: 2, name: "let accounts say whether their link is verified", run: handles::rewrite_accounts },
    Migration { version: 3, name: "add up Luxury Coins by week", run: coins::add_up_weeks },
];

/// Verifies invariants of a feature on a snapshot and hands over each violation as one sentence.
pub type Check = fn(&dyn Read, &mut dyn FnMut(String)) -> Result<()>;

/// Everything that is stored: how to open it, how to verify it, how to export it.
#[derive(Clone, Copy)]
pub struct Catalogue {
    /// The tables and migrations that the store is opened with.
    pub schema: fn() -> Schema,
    /// The invariants beyond the store's own.
    pub checks: fn() -> Vec<Check>,
    /// The tables of the SQLite export.
    pub exports: fn() -> Vec<SqlTable>,
}

/// The catalogue of this program.
pub const CATALOGUE: Catalogue = Catalogue { schema, checks: || vec![check_guilds], exports };

fn schema() -> Schema {
    let of_features = features::ALL.iter().flat_map(|feature| feature.tables).copied();
    let tables = [jobs::TABLES, settings::TABLES, debug_channel::TABLES, display::tables::TABLES]
        .concat()
        .into_iter()
        .chain(of_features)
        .collect();
    Schema { tables, migrations: MIGRATIONS.to_vec() }
}

fn exports() -> Vec<SqlTable> {
    let of_features = features::ALL.iter().flat_map(|feature| feature.export).copied();
    settings::sql::EXPORT.iter().copied().chain(of_features).collect()
}

/// The invariants of every feature, and those between them, in every guild.
fn check_guilds(read: &dyn Read, report: &mut dyn FnMut(String)) -> Result<()> {
    let mut guilds = BTreeSet::new();
    for table in schema().tables {
        table.guilds(read, &mut guilds)?;
    }
    for guild in guilds {
        for feature in features::ALL {
            for check in feature.checks {
                check(read, guild)?
                    .into_iter()
                    .for_each(|found| report(format!("guild {guild}, {}: {found}", feature.name)));
            }
        }
        flows::checks::check(read, guild)?.into_iter().for_each(|found| report(format!("guild {guild}: {found}")));
    }
    Ok(())
}
