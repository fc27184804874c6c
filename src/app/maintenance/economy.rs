//! The work for whoever looks after the coins of a server: how the economy stands, and the ledger as a file.

use std::io::BufWriter;
use std::path::Path;

use super::guilds;
use crate::app::control::Outcome;
use crate::app::exit::{ExitCode, Stop};
use crate::catalogue::Catalogue;
use crate::features::coins::csv::{self, CsvError, Wanted};
use crate::flows;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{FileError, Store, UnfinishedFile};

/// How the economy of a guild, or of every guild that the store knows, stands at a moment.
pub(super) fn economy(
    store: &Store,
    catalogue: Catalogue,
    guild: Option<GuildId>,
    now: Timestamp,
) -> Result<Outcome, Stop> {
    let (known, found) = store.read_blocking("economy", move |read| {
        let known = guilds::known(read, catalogue)?;
        let wanted = known.iter().copied().filter(|known| guild.is_none_or(|guild| guild == *known));
        let found = wanted.map(|guild| flows::economy::report(read, guild, now)).collect::<Result<Vec<_>, _>>()?;
        Ok((known, found))
    })?;
    match guild {
        Some(guild) if found.is_empty() => Err(guilds::unknown(guild, &known)),
        _ => Ok(Outcome::Economy { guilds: found }),
    }
}

/// Writes the entries that are wanted to a file, beside its place first.
pub(super) fn export_ledger(
    store: &Store,
    catalogue: Catalogue,
    wanted: &Wanted,
    path: &Path,
    replace: bool,
    progress: &mut dyn FnMut(String),
) -> Result<Outcome, Stop> {
    guilds::require_known(store, catalogue, wanted.guild)?;
    let unfinished = UnfinishedFile::begin(path, replace)?;
    let written = store.read_blocking("export_ledger", |read| {
        let out = BufWriter::new(unfinished.file());
        Ok(csv::write(read, wanted, out, &mut |entries| progress(format!("{entries} entries"))))
    })?;
    let entries = written.map_err(|error| match error {
        CsvError::Store(error) => error.into(),
        CsvError::Write(error) => Stop::from(FileError::of(path, &error)),
    })?;
    unfinished.finish()?;
    Ok(Outcome::LedgerExported { path: path.to_owned(), entries })
}

impl From<FileError> for Stop {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Exists(_) => Self::new(ExitCode::Configuration, error.to_string()),
            other => Self::failed(other),
        }
    }
}
