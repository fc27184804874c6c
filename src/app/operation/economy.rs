//! Tells how the economy of each guild stands.

use serde::{Deserialize, Serialize};

use super::{Operation, guilds};
use crate::app::exit::Stop;
use crate::catalogue::Catalogue;
use crate::features::coins::economy::Economy;
use crate::flows;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::Store;

/// Tell how the economy stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportEconomy {
    /// One guild, or every one that the store knows.
    pub guild: Option<GuildId>,
    /// The moment that counts as now.
    pub now: Timestamp,
}

/// How the economy of each guild stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EconomyReport {
    /// The guilds, by their ids.
    pub guilds: Vec<Economy>,
}

impl Operation for ReportEconomy {
    const NAME: &'static str = "economy";
    const OUTCOME: &'static str = "economy";
    type Outcome = EconomyReport;

    fn run(&self, store: &Store, catalogue: Catalogue, _: &mut dyn FnMut(String)) -> Result<EconomyReport, Stop> {
        let Self { guild, now } = *self;
        let (known, found) = store.read_blocking("economy", move |read| {
            let known = guilds::known(read, catalogue)?;
            let wanted = known.iter().copied().filter(|known| guild.is_none_or(|guild| guild == *known));
            let found = wanted.map(|guild| flows::economy::report(read, guild, now)).collect::<Result<Vec<_>, _>>()?;
            Ok((known, found))
        })?;
        match guild {
            Some(guild) if found.is_empty() => Err(guilds::unknown(guild, &known)),
            _ => Ok(EconomyReport { guilds: found }),
        }
    }
}
