//! The points of a server as JSON: what its members and the handles of its lives have (`M-PTS-07`).
//!
//! The rows go to the file one by one, so it takes no memory to speak of, however many there are. The file gets its name
//! only when it is whole.

use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use serde_json::{Value, json};

use super::folder::{Folder, UNFINISHED_POINTS};
use crate::features::{coins, handles};
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;
use crate::store::{AnyTable, Read, make_folder};

/// What the head of a file says that it is. Whoever reads such a file knows it by that.
pub const FORMAT: &str = "greenroom.points";

/// The servers that have points.
pub(super) fn guilds(read: &dyn Read) -> Result<BTreeSet<GuildId>> {
    let mut guilds = BTreeSet::new();
    AnyTable::guilds(&coins::tables::USER_POINTS, read, &mut guilds)?;
    AnyTable::guilds(&handles::tables::ACCOUNTS, read, &mut guilds)?;
    Ok(guilds)
}

/// Writes the points of a server at a moment to their file, and answers its path.
pub(super) fn write(read: &dyn Read, folder: &Folder, guild: GuildId, at: Timestamp) -> Result<PathBuf> {
    let into = folder.points_dir(guild);
    make_folder(&into).map_err(Error::failed)?;
    let file = tempfile::Builder::new().prefix(UNFINISHED_POINTS).tempfile_in(&into).map_err(Error::failed)?;
    let mut writer = BufWriter::new(file);
    let rows = write_rows(read, &mut writer, guild, at)?;
    let file = writer.into_inner().map_err(|error| Error::failed(error.into_error()))?;
    file.as_file().sync_all().map_err(Error::failed)?;
    let path = folder.points_at(guild, at);
    file.persist(&path).map_err(|error| Error::failed(error.error))?;
    tracing::debug!(%guild, rows, path = %path.display(), "points saved");
    Ok(path)
}

fn write_rows(read: &dyn Read, file: &mut impl Write, guild: GuildId, at: Timestamp) -> Result<u64> {
    let head = json!({ "format": FORMAT, "version": 1, "guild": guild.to_string(), "taken_at": at.rfc3339() });
    let head = head.to_string();
    // The lists follow in the same object.
    put(file, head.trim_end_matches('}'))?;
    put(file, ",\n\"user_points\":[")?;
    let mut rows = Rows { file, count: 0, of_list: 0 };
    coins::queries::for_each_points(read, guild, |user, points| {
        rows.add(&json!({ "user_id": user.to_string(), "points": points.get() }))
    })?;
    put(rows.file, "\n],\n\"tiktok_accounts\":[")?;
    rows.of_list = 0;
    handles::tables::for_each(read, guild, |known| {
        let account = known.account;
        rows.add(&json!({
            "handle_id": known.id.get(),
            "handle_name": account.handle.as_str(),
            "first_seen": account.first_seen.rfc3339(),
            "last_seen": account.last_seen.rfc3339(),
            "linked_discord_id": account.linked.map(|user| user.to_string()),
            "points": account.points.get(),
            "last_known_level": account.level.unwrap_or_default(),
        }))
    })?;
    put(rows.file, "\n]}\n")?;
    Ok(rows.count)
}

/// A list that is being written.
struct Rows<'f, W> {
    file: &'f mut W,
    count: u64,
    of_list: u64,
}

impl<W: Write> Rows<'_, W> {
    fn add(&mut self, row: &Value) -> Result<()> {
        put(self.file, if self.of_list == 0 { "\n" } else { ",\n" })?;
        self.of_list += 1;
        self.count += 1;
        put(self.file, &row.to_string())
    }
}

fn put(file: &mut impl Write, text: &str) -> Result<()> {
    file.write_all(text.as_bytes()).map_err(Error::failed)
}

/// Whether the disk had no room.
pub(super) fn is_full(error: &Error) -> bool {
    let Error::Failed(failure) = error else { return false };
    let kind = failure.cause().downcast_ref::<io::Error>().map(io::Error::kind);
    matches!(kind, Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded))
}
