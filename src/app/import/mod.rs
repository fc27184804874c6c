//! The data of another bot come in, as far as they make sense here.
//!
//! The rows are read one by one ([`sqlite`], [`json`]), cleaned as if somebody had typed them ([`rows`]), and brought in by the flow
//! `imported`, some hundreds in a transaction. Each is remembered by its name there, so the same import twice changes
//! nothing. Our own files of points are known by what they say that they are, and add nothing to what they tell of. An
//! export of the very store and server is refused: its rows have other names than those that they came under, if any. Before the
//! first row a snapshot is made. A dry run does all of it in a copy of the store and throws the copy away, so what it tells is
//! what would happen. A file that holds nothing of the kind is refused before either. Where there is no store one is begun
//! ([`begin`]), so that somebody can move here before the bot ever ran.
//!
//! What cannot come in, be it a row, a part of one, or what the file tells a second time, is counted and listed with its
//! reason; no row can end the import. What is told of a file is cleaned as well, because a terminal obeys more than letters.

mod json;
mod rows;
mod sqlite;

use std::collections::HashSet;
use std::fmt::Display;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::backup::folder::{Room, SCRATCH};
use super::config::storage::{Storage, store_file};
use super::exit::{ExitCode, Stop};
use super::operation::Operation;
use super::restore::open_copy;
use super::scratch::ScratchFolder;
use crate::catalogue::Catalogue;
use crate::flows::imported::{self, ImportOutcome, Row};
use crate::kernel::dice::Seed;
use crate::kernel::ids::GuildId;
use crate::kernel::text::one_line;
use crate::kernel::time::Clock;
use crate::settings::identity;
use crate::store::{Options, Store, StoreLocation, make_folder};

/// Rows that share a transaction.
const BATCH: usize = 200;
/// Rows that were left out, or a part of which was, and are listed; further ones are counted.
const MOST_LISTED: usize = 1_000;

/// Of the id of a row so many characters are told.
const ID_CHARS: usize = 80;
/// Of a reason, or of what is wrong with a file, so many characters are told.
const REASON_CHARS: usize = 300;

/// Why a second row of the same user, handle, song, live or setting stays out.
const TWICE: &str = "it is twice in the file, and the first one counts";

/// The beginning of the names under which rows of a LuxBot are remembered. A stored name: it never changes.
const LUXBOT: &str = "luxbot";

/// Bring the data of another bot in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ImportLuxbot {
    /// Its file, as an absolute path.
    pub path: PathBuf,
    /// The guild that it is for.
    pub guild: GuildId,
    /// Whether it is only tried in a copy.
    pub dry_run: bool,
    /// The snapshot that is made before; its folder also holds the copy of a dry run.
    pub snapshot: PathBuf,
}

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Imported {
    /// Table by table.
    pub tables: Vec<TableReport>,
    /// Rows that were left out, or a part of which was.
    pub left_out: Vec<LeftOut>,
    /// The snapshot that was made before; none in a dry run.
    pub snapshot: Option<PathBuf>,
    /// Whether all of it was only tried.
    pub dry_run: bool,
    /// The store that was begun for it, where there was none.
    #[serde(default)]
    pub began: Option<PathBuf>,
}

/// What came of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TableReport {
    /// Its name there.
    pub table: String,
    /// Rows in the file.
    pub found: u64,
    /// Rows that came in.
    pub brought: u64,
    /// Rows that were here already.
    pub known: u64,
    /// Rows that were left out.
    pub left_out: u64,
    /// Rows among those that came or were here of which a part was left out.
    #[serde(default)]
    pub in_part: u64,
}

/// A row that was left out, or a part of which was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LeftOut {
    /// The table.
    pub table: String,
    /// Which row: its id there.
    pub row: String,
    /// Why.
    pub reason: String,
}

impl Operation for ImportLuxbot {
    const NAME: &'static str = "import";
    const OUTCOME: &'static str = "imported";
    type Outcome = Imported;

    fn run(&self, store: &Store, catalogue: Catalogue, progress: &mut dyn FnMut(String)) -> Result<Imported, Stop> {
        perform(store, catalogue, self, &Room::OfDisk, progress)
    }
}

/// Brings a file in on an open store, or tries it in a copy. Blocks.
fn perform(
    store: &Store,
    catalogue: Catalogue,
    order: &ImportLuxbot,
    room: &Room,
    progress: &mut dyn FnMut(String),
) -> Result<Imported, Stop> {
    let file = open(&order.path)?;
    refuse_own(store, &file, order)?;
    let folder = order.snapshot.parent().unwrap_or(Path::new("."));
    make_folder(folder).map_err(|error| Stop::storage(folder, &error))?;
    // The snapshot and the copy of a dry run need room, and a full disk would stop the running bot.
    room.require(folder, store.length()?).map_err(|error| Stop::storage(folder, &error))?;
    if order.dry_run {
        let scratch = tempfile::Builder::new().prefix(SCRATCH).tempdir_in(folder);
        let scratch = scratch.map_err(|error| Stop::storage(folder, &error))?;
        let path = scratch.path().join("store.redb");
        progress("copying the store to try it there".to_owned());
        store.copy_to_blocking(&path)?;
        let copy = open_copy(&path, catalogue, Options::CACHE_BYTES)?;
        let tried = bring_all(&copy, &file, order, progress);
        copy.close_blocking();
        return tried;
    }
    progress("saving the store as it is".to_owned());
    store.copy_to_blocking(&order.snapshot)?;
    let mut imported = bring_all(store, &file, order, progress)?;
    imported.snapshot = Some(order.snapshot.clone());
    Ok(imported)
}

/// Brings a file into a new store, where there is none yet; in a dry run into one that is thrown away. The store is begun as at
/// the first start of the bot, and only for a file that can come in. Blocks.
pub(crate) fn begin(
    storage: &Storage,
    catalogue: Catalogue,
    order: &ImportLuxbot,
    progress: &mut dyn FnMut(String),
) -> Result<Imported, Stop> {
    let file = open(&order.path)?;
    let no_folder = |error: std::io::Error| Stop::failed(format!("No temporary folder: {error}."));
    let scratch = order.dry_run.then(ScratchFolder::new).transpose().map_err(no_folder)?;
    let path = store_file(scratch.as_ref().map_or(storage.data_dir.as_path(), ScratchFolder::path));
    let options = Options { cache_bytes: storage.cache_bytes, ..Options::new(Clock::system(), Seed::from_entropy()) };
    let store = Store::open(&StoreLocation::File(path.clone()), options, (catalogue.schema)())?;
    let brought = bring_all(&store, &file, order, progress);
    store.close_blocking();
    Ok(Imported { began: scratch.is_none().then_some(path), ..brought? })
}

fn bring_all(
    store: &Store,
    file: &File,
    order: &ImportLuxbot,
    progress: &mut dyn FnMut(String),
) -> Result<Imported, Stop> {
    let imported = Imported { dry_run: order.dry_run, ..Imported::default() };
    let mut intake = Intake {
        store,
        guild: order.guild,
        imported,
        waiting: Vec::new(),
        ids: Vec::new(),
        told: HashSet::new(),
        progress,
    };
    match file {
        File::Sqlite(file) => file.read(&mut intake)?,
        File::Json(file) => file.read(&mut intake)?,
    }
    Ok(intake.imported)
}

/// A file in one of the two forms, which holds something that can come in.
enum File {
    Sqlite(sqlite::File),
    Json(json::File),
}

fn open(path: &Path) -> Result<File, Stop> {
    let file = fs::File::open(path).map_err(|error| unreadable(path, error))?;
    let mut head = Vec::new();
    file.take(64).read_to_end(&mut head).map_err(|error| unreadable(path, error))?;
    if head.starts_with(b"SQLite format 3\0") {
        return sqlite::open(path).map(File::Sqlite);
    }
    match json::without_mark(&head).iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => json::open(path).map(File::Json),
        _ => Err(refused(path, "is neither an SQLite file nor a JSON file of points")),
    }
}

/// Refuses an export of this store and server, all of which is here already. That of another server of the store is a way to
/// move, and exports of before say nothing of where they came from.
fn refuse_own(store: &Store, file: &File, order: &ImportLuxbot) -> Result<(), Stop> {
    let File::Sqlite(file) = file else { return Ok(()) };
    let Some(origin) = file.origin()? else { return Ok(()) };
    let known = store.read_blocking("store_identity", identity::known)?;
    if known.as_ref() != Some(&origin.store) || origin.guild.is_some_and(|guild| guild != order.guild) {
        return Ok(());
    }
    let problem = "is an export of this very store: all of it is here already, and would come a second time. It can be \
                   imported into another Greenroom";
    Err(refused(&order.path, problem))
}

fn unreadable(path: &Path, error: impl Display) -> Stop {
    refused(path, &format!("cannot be read ({error})"))
}

/// Why a file does not come in. The problem may quote the file.
fn refused(path: &Path, problem: &str) -> Stop {
    Stop::new(ExitCode::Configuration, format!("{} {}.", path.display(), one_line(problem, REASON_CHARS)))
}

/// Takes the rows of one table after the other.
struct Intake<'a> {
    store: &'a Store,
    guild: GuildId,
    imported: Imported,
    waiting: Vec<Row>,
    ids: Vec<String>,
    /// The subjects that rows of this table told of, and that are here now.
    told: HashSet<String>,
    progress: &'a mut dyn FnMut(String),
}

impl Intake<'_> {
    /// The rows from now on are of this table.
    fn begin(&mut self, table: &str) {
        self.imported.tables.push(TableReport { table: table.to_owned(), ..TableReport::default() });
        self.told.clear();
    }

    /// Takes a row, or the reason why it is none.
    fn take(&mut self, id: String, row: Result<Row, String>) -> Result<(), Stop> {
        if let Some(report) = self.imported.tables.last_mut() {
            report.found += 1;
        }
        match row {
            Ok(row) => {
                self.waiting.push(row);
                self.ids.push(id);
            }
            Err(reason) => self.leave_out(&id, &reason),
        }
        if self.waiting.len() >= BATCH { self.bring() } else { Ok(()) }
    }

    /// The table is at its end.
    fn end(&mut self) -> Result<(), Stop> {
        self.bring()?;
        if let Some(TableReport { table, found, brought, .. }) = self.imported.tables.last() {
            (self.progress)(format!("{table}: {brought} of {found} rows"));
        }
        Ok(())
    }

    fn bring(&mut self) -> Result<(), Stop> {
        let rows = Arc::new(std::mem::take(&mut self.waiting));
        let ids = std::mem::take(&mut self.ids);
        let guild = self.guild;
        let to_bring = Arc::clone(&rows);
        let fates = self.store.write_blocking("imported", move |tx| imported::run(tx, guild, &to_bring))?;
        for ((id, row), outcome) in ids.iter().zip(rows.iter()).zip(fates) {
            self.count(id, row, outcome);
        }
        Ok(())
    }

    /// Counts a row for what became of it. One that was here only because a row before it told of the same is left out: it
    /// may say something else.
    fn count(&mut self, id: &str, row: &Row, outcome: ImportOutcome) {
        let is_again = !matches!(outcome, ImportOutcome::Skipped(_)) && self.was_told(row);
        let Some(report) = self.imported.tables.last_mut() else { return };
        match outcome {
            ImportOutcome::AlreadyPresent | ImportOutcome::PresentInPart(_) if is_again => self.leave_out(id, TWICE),
            ImportOutcome::Imported => report.brought += 1,
            ImportOutcome::AlreadyPresent => report.known += 1,
            ImportOutcome::ImportedInPart(reason) => {
                report.brought += 1;
                report.in_part += 1;
                self.list(id, &reason);
            }
            ImportOutcome::PresentInPart(reason) => {
                report.known += 1;
                report.in_part += 1;
                self.list(id, &reason);
            }
            ImportOutcome::Skipped(reason) => self.leave_out(id, &reason),
        }
    }

    /// Whether a row before told of the same; from now on one did.
    fn was_told(&mut self, row: &Row) -> bool {
        let subject = row.subject();
        let was_told = self.told.contains(&subject);
        if matches!(row, Row::Interaction { .. }) {
            // They come in the order of their numbers and may be millions, so the last one is enough.
            self.told.clear();
        }
        self.told.insert(subject);
        was_told
    }

    fn leave_out(&mut self, row: &str, reason: &str) {
        if let Some(report) = self.imported.tables.last_mut() {
            report.left_out += 1;
        }
        self.list(row, reason);
    }

    /// Lists a row with the reason why it, or a part of it, was left out.
    fn list(&mut self, row: &str, reason: &str) {
        let Some(report) = self.imported.tables.last() else { return };
        let table = report.table.clone();
        let row = Some(one_line(row, ID_CHARS)).filter(|row| !row.is_empty());
        let row = row.unwrap_or_else(|| "without an id".to_owned());
        let reason = one_line(reason, REASON_CHARS);
        if self.imported.left_out.len() < MOST_LISTED {
            self.imported.left_out.push(LeftOut { table, row, reason });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;
    use crate::catalogue::CATALOGUE;

    #[test]
    fn nothing_is_copied_where_the_disk_has_no_room_for_the_store_once_more() {
        let folder = tempfile::tempdir().unwrap();
        let place = StoreLocation::File(folder.path().join("greenroom.redb"));
        let store = Store::open(&place, Options::new(Clock::system(), Seed::fixed(1)), (CATALOGUE.schema)()).unwrap();
        let file = folder.path().join("points.json");
        fs::write(&file, r#"{"tiktok_accounts": {"ann": 30}}"#).unwrap();
        let into = folder.path().join("snapshots");
        let snapshot = into.join("before.redb");
        let bring = |room: u64, dry_run: bool| {
            let room = Room::Of(Arc::new(AtomicU64::new(room)));
            let guild = GuildId::new(81);
            let order = ImportLuxbot { path: file.clone(), guild, dry_run, snapshot: snapshot.clone() };
            perform(&store, CATALOGUE, &order, &room, &mut |_| {})
        };
        let enough = fs::metadata(folder.path().join("greenroom.redb")).unwrap().len() + Room::RESERVE;
        for dry_run in [true, false] {
            let stop = bring(enough - 1, dry_run).unwrap_err();
            assert_eq!(stop.code, ExitCode::StorageFailed, "{}", stop.message);
            assert!(stop.message.contains("is full: free some space"), "{}", stop.message);
            assert_eq!(fs::read_dir(&into).unwrap().count(), 0, "nothing was begun");
        }
        for dry_run in [true, false] {
            assert_eq!(bring(enough, dry_run).unwrap().tables[0].brought, 1);
        }
        assert!(snapshot.exists());
        store.close_blocking();
    }
}
