//! Which servers the store knows, for commands that work on one of them.

use std::collections::BTreeSet;

use crate::app::exit::{ExitCode, Stop};
use crate::catalogue::Catalogue;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::store::{Read, Store};

/// Servers that are named to whoever asked for one that is not there.
const MOST_NAMED: usize = 20;

/// The servers of which the store holds anything.
pub(super) fn known(read: &dyn Read, catalogue: Catalogue) -> Result<BTreeSet<GuildId>> {
    let mut known = BTreeSet::new();
    for table in (catalogue.schema)().tables {
        table.guilds(read, &mut known)?;
    }
    known.remove(&GuildId::INSTANCE);
    Ok(known)
}

/// Refuses a server of which the store holds nothing: its number is wrong, or the store is another bot's.
pub(super) fn require_known(store: &Store, catalogue: Catalogue, guild: Option<GuildId>) -> Result<(), Stop> {
    let Some(guild) = guild else { return Ok(()) };
    let known = store.read_blocking("guilds_known", move |read| known(read, catalogue))?;
    if known.contains(&guild) { Ok(()) } else { Err(unknown(guild, &known)) }
}

/// How a command ends that was to work on a server that the store does not know.
pub(super) fn unknown(guild: GuildId, known: &BTreeSet<GuildId>) -> Stop {
    let named: Vec<String> = known.iter().take(MOST_NAMED).map(ToString::to_string).collect();
    let more = match known.len().saturating_sub(MOST_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let known = match named.len() {
        0 => "it knows none yet".to_owned(),
        _ => format!("it knows {}{more}", named.join(", ")),
    };
    Stop::new(ExitCode::Configuration, format!("The store knows no server {guild}: {known}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_server_is_answered_with_those_that_there_are() {
        let told = |known: std::ops::Range<u64>| {
            let stop = unknown(GuildId::new(4711), &known.map(GuildId::new).collect());
            assert_eq!(stop.code, ExitCode::Configuration);
            stop.message
        };
        assert_eq!(told(0..0), "The store knows no server 4711: it knows none yet.");
        assert_eq!(told(81..83), "The store knows no server 4711: it knows 81, 82.");
        assert!(told(1..1_001).ends_with("19, 20 and 980 more."), "{}", told(1..1_001));
    }
}
