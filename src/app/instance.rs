//! What the web may do to the process, on the pages of the operator: how it is done stands where it belongs, and here it is
//! handed in.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use super::application::Application;
use super::backup::folder::{Dated, Folder, Room};
use super::backup::label::{Label, SnapshotKind};
use super::backup::last_restore::{LastRestore, last_restore};
use super::backup::rehearsal::{self, Rehearsal};
use super::config::sources::Sources;
use super::config::{Config, show};
use super::doctor;
use super::exit::Stop;
use super::health::Vitals;
use super::operation::{BackUp, BackedUp, Operation as _, absolute};
use super::restore::served::Orders;
use super::restore::{COUNTED, rows_of};
use crate::catalogue::CATALOGUE;
use crate::kernel::time::{Clock, Timestamp};
use crate::store::{self, Store};
use crate::web::instance::lines::Lines;
use crate::web::instance::{self, BackupList, Backups, Count, Foresight, Operations, Reason, Snapshot};

/// All of it, for the web of a running application, whose process hears these orders.
pub(crate) fn operations(
    config: &Config,
    sources: Sources,
    app: &Application,
    vitals: Vitals,
    lines: Lines,
    orders: Orders,
) -> Operations {
    let (gateway, doctors) = (vitals.gateway.clone(), Arc::new(config.clone()));
    Operations {
        reasons: Box::new(move || {
            let vitals = vitals.clone();
            Box::pin(async move { vitals.reasons().await.into_iter().map(told).collect() })
        }),
        examine: Box::new(move || {
            let config = Arc::clone(&doctors);
            Box::pin(examine(config))
        }),
        backups: Some(backups(config, &app.bot.store, &app.bot.clock, orders)),
        configuration: Box::new(move || show::variables(&sources)),
        reconnect: Box::new(app.reconnector()),
        show_presence: Box::new(move || {
            let gateway = gateway.clone();
            Box::pin(async move { gateway.show_presence().await })
        }),
        lines,
    }
}

/// The same for a demo, which keeps its evening: everything can be tried there but a restore, because nobody would start it
/// again.
pub(crate) fn of_a_demo(
    config: &Config,
    sources: Sources,
    app: &Application,
    lines: Lines,
    backups: Backups,
) -> Operations {
    let config = Arc::new(config.clone());
    let doctors = Arc::clone(&config);
    Operations {
        examine: Box::new(move || {
            let looked = examine(Arc::clone(&doctors));
            // Its time is that of the show, which machines and their files do not know.
            let is_of_machine = |found: &instance::Finding| {
                [doctor::Id::Clock, doctor::Id::Backup].iter().all(|id| id.name() != found.id)
            };
            Box::pin(async move { looked.await.into_iter().filter(is_of_machine).collect() })
        }),
        backups: Some(backups),
        ..operations(&config, sources, app, app.vitals(), lines, Orders::default())
    }
}

/// What can be done with the snapshots of a demo.
pub(crate) fn backups_of_a_demo(config: &Config, app: &Application) -> Backups {
    let refused = "A demo is not restored: it plays its evening anew whenever it is started. Nothing was changed.";
    Backups {
        restore: Arc::new(move |_, _| Err(refused.to_owned())),
        ..backups(config, &app.bot.store, &app.bot.clock, Orders::default())
    }
}

fn told(reason: super::health::Reason) -> Reason {
    Reason { id: reason.id, sentence: reason.sentence }
}

/// Lets the doctor look, on a thread that may wait.
async fn examine(config: Arc<Config>) -> Vec<instance::Finding> {
    let runtime = tokio::runtime::Handle::current();
    let looked = tokio::task::spawn_blocking(move || doctor::from_inside(&config, &runtime)).await;
    looked.unwrap_or_else(|error| {
        tracing::error!(%error, "the doctor broke off");
        Vec::new()
    })
}

/// What is done with the snapshots of a data folder.
#[derive(Clone)]
struct Keeping {
    data_dir: PathBuf,
    cache_bytes: usize,
    store: Store,
    clock: Clock,
    orders: Orders,
}

fn backups(config: &Config, store: &Store, clock: &Clock, orders: Orders) -> Backups {
    let storage = &config.storage;
    let keeping = Keeping {
        data_dir: storage.data_dir.clone(),
        cache_bytes: storage.cache_bytes,
        store: store.clone(),
        clock: clock.clone(),
        orders,
    };
    let (lists, makes, verifies) = (keeping.clone(), keeping.clone(), keeping.clone());
    let (rehearses, foresees, restores) = (keeping.clone(), keeping.clone(), keeping);
    Backups {
        list: Arc::new(move || lists.list()),
        make: Arc::new(move |_, progress| makes.make(progress)),
        verify: Arc::new(move |name, progress| verifies.verify(name, progress)),
        rehearse: Arc::new(move |name, progress| rehearses.rehearse(name, progress)),
        foresee: Arc::new(move |name| foresees.foresee(name)),
        restore: Arc::new(move |name, progress| restores.restore(name, progress)),
    }
}

impl Keeping {
    fn folder(&self) -> Folder {
        Folder::of(&self.data_dir)
    }

    /// The snapshots, latest first.
    fn list(&self) -> Result<BackupList, String> {
        let snapshots = self.folder().snapshots().map_err(|error| error.to_string())?;
        let rehearsal = rehearsal::last_rehearsal(&self.data_dir);
        let rehearsal = rehearsal.map(|Rehearsal { at, backup, problem, rows, .. }| instance::Rehearsal {
            at,
            name: backup,
            problem,
            rows,
        });
        let restored = last_restore(&self.data_dir).map(restored);
        Ok(BackupList { snapshots: snapshots.iter().rev().map(snapshot).collect(), rehearsal, restored })
    }

    fn make(&self, progress: &mut dyn FnMut(String)) -> Result<String, String> {
        let path = absolute(&self.folder().free_snapshot(SnapshotKind::ByHand, self.clock.now()))
            .map_err(|stop| stop.message)?;
        let made = BackUp { path, makes_folder: true }.run(&self.store, CATALOGUE, progress);
        let BackedUp { path, rows, .. } = made.map_err(|stop| stop.message)?;
        Ok(format!("Wrote a snapshot of {rows} rows to {}, and verified it.", path.display()))
    }

    fn verify(&self, name: &str, progress: &mut dyn FnMut(String)) -> Result<String, String> {
        progress("reading it from front to back".to_owned());
        let verified = store::verify(&self.path_of(name)?, (CATALOGUE.schema)().version());
        let verified = verified.map_err(|error| Stop::from(error).on_page("verify a snapshot"))?;
        Ok(format!("{name} is whole: {} rows of {}.", verified.manifest.rows(), verified.manifest.taken_at))
    }

    fn rehearse(&self, name: &str, progress: &mut dyn FnMut(String)) -> Result<String, String> {
        progress("restoring it into a scratch file and checking that".to_owned());
        let (path, now) = (self.path_of(name)?, self.clock.now());
        let done = rehearsal::rehearsed(&self.data_dir, &path, CATALOGUE, self.cache_bytes, now);
        rehearsal::keep(&self.data_dir, &done).map_err(|error| error.to_string())?;
        match done.problem {
            None => Ok(format!("{name} can be restored: {} rows came back.", done.rows)),
            Some(problem) => Err(format!("{name} cannot be restored: {problem}")),
        }
    }

    /// Reads a snapshot from front to back, and tells what came since it was made.
    fn foresee(&self, name: &str) -> Result<Foresight, String> {
        let dated = self.named(name)?;
        let verified = store::verify(&dated.path, (CATALOGUE.schema)().version());
        let verified = verified.map_err(|error| Stop::from(error).on_page("look into a snapshot"))?;
        let then = |table: &str| rows_of(&verified.manifest, table);
        let counted = self.store.read_blocking("rows_now", |read| {
            let mut counts = Vec::new();
            for (what, name) in COUNTED {
                let table = self.store.schema().tables.iter().find(|table| table.name() == name);
                let now = table.map_or(Ok(0), |table| table.row_count(read))?;
                counts.push(Count { what, then: then(name), now });
            }
            Ok(counts)
        });
        let from = Timestamp::from_rfc3339(&verified.manifest.taken_at).unwrap_or(dated.at);
        Ok(Foresight { name: name.to_owned(), from, counts: counted.map_err(|error| error.to_string())? })
    }

    /// Tries a snapshot out, so that the bot is not stopped for one that cannot be restored, and orders the restore.
    fn restore(&self, name: &str, progress: &mut dyn FnMut(String)) -> Result<String, String> {
        progress("restoring it into a scratch file and checking that".to_owned());
        let path = self.path_of(name)?;
        let trial = rehearsal::rehearse(&self.data_dir, &path, CATALOGUE, self.cache_bytes);
        let trial = trial.map_err(|stop| stop.on_page("try out a snapshot"))?;
        if !trial.findings.is_empty() {
            let findings = trial.findings.join(" ");
            return Err(format!("{name} is whole, but does not fit together: {findings} Nothing was changed."));
        }
        let bytes = fs::metadata(&path).map_or(0, |file| file.len());
        let needed = bytes.saturating_add(self.store.length().map_err(|error| error.to_string())?);
        let room = Room::OfDisk.require(&self.data_dir, needed);
        room.map_err(|error| format!("There is no room to save the present store before: {error}."))?;
        self.orders.give(path);
        Ok(format!("{name} can be restored. Greenroom stops now, restores it, and is back within minutes."))
    }

    /// The file of a snapshot. A name that is none of ours leads nowhere.
    fn path_of(&self, name: &str) -> Result<PathBuf, String> {
        self.named(name).map(|snapshot| snapshot.path)
    }

    fn named(&self, name: &str) -> Result<Dated, String> {
        let snapshots = self.folder().snapshots().map_err(|error| error.to_string())?;
        let found = snapshots.into_iter().find(|snapshot| snapshot.name() == name);
        found.ok_or_else(|| format!("There is no snapshot {name}."))
    }
}

fn restored(last: LastRestore) -> instance::Restored {
    let LastRestore { at, backup, problem, from, rows, kept, snapshot } = last;
    instance::Restored { at, name: backup, problem, from, rows, kept, snapshot }
}

fn snapshot(dated: &Dated) -> Snapshot {
    let made_for = match Label::of(dated.name()).map(|label| label.kind) {
        Some(SnapshotKind::BeforeMigration) => "before the store changed its form",
        Some(SnapshotKind::BeforeRestore) => "before a restore",
        Some(SnapshotKind::BeforeImport) => "before an import",
        Some(SnapshotKind::ByHand) => "made by hand",
        Some(SnapshotKind::Daily) | None => "the day",
    };
    let bytes = fs::metadata(&dated.path).map_or(0, |file| file.len());
    Snapshot { name: dated.name().to_owned(), at: dated.at, made_for, bytes }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::dice::Seed;
    use crate::store::{Options, StoreLocation};

    fn keeping(folder: &tempfile::TempDir) -> Keeping {
        let clock = Clock::system();
        let options = Options::new(clock.clone(), Seed::fixed(7));
        let store =
            Store::open(&StoreLocation::File(folder.path().join("greenroom.redb")), options, (CATALOGUE.schema)())
                .unwrap();
        let data_dir = folder.path().to_owned();
        Keeping { data_dir, cache_bytes: Options::CACHE_BYTES, store, clock, orders: Orders::default() }
    }

    #[test]
    fn a_snapshot_that_is_made_is_listed_whole_and_can_be_restored() {
        let folder = tempfile::tempdir().unwrap();
        let keeping = keeping(&folder);
        assert_eq!(keeping.list(), Ok(BackupList::default()));
        let mut told = Vec::new();
        let made = keeping.make(&mut |line| told.push(line)).unwrap();
        assert!(made.contains("and verified it") && !told.is_empty(), "{made}");
        let BackupList { snapshots, rehearsal, .. } = keeping.list().unwrap();
        assert_eq!((snapshots.len(), snapshots[0].made_for, rehearsal), (1, "made by hand", None));
        let name = &snapshots[0].name;
        assert!(keeping.verify(name, &mut |_| {}).unwrap().contains("is whole"));
        assert!(keeping.rehearse(name, &mut |_| {}).unwrap().contains("can be restored"));
        assert_eq!(
            keeping.list().unwrap().rehearsal.map(|tried| (tried.name, tried.problem)),
            Some((name.clone(), None))
        );
    }

    #[test]
    fn a_restore_is_ordered_when_the_snapshot_was_tried_out_and_no_other_one_is() {
        let folder = tempfile::tempdir().unwrap();
        let keeping = keeping(&folder);
        keeping.make(&mut |_| {}).unwrap();
        let BackupList { snapshots, .. } = keeping.list().unwrap();
        let (name, at) = (snapshots[0].name.as_str(), snapshots[0].at);
        let foreseen = keeping.foresee(name).unwrap();
        assert!(foreseen.name == name && foreseen.counts.iter().all(|count| count.then == count.now), "{foreseen:?}");
        assert!(foreseen.from.since(at).as_secs() < 600 && foreseen.counts[0].what == "songs", "{foreseen:?}");
        let path = keeping.path_of(name).unwrap();
        let whole = fs::read(&path).unwrap();
        fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        assert!(keeping.restore(name, &mut |_| {}).is_err());
        assert_eq!(keeping.orders.present(), None, "the bot is not stopped for it");
        fs::write(&path, whole).unwrap();
        assert!(keeping.restore(name, &mut |_| {}).unwrap().contains("can be restored"));
        assert_eq!(keeping.orders.present(), Some(path));
    }

    #[test]
    fn a_name_that_is_no_snapshots_leads_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let keeping = keeping(&folder);
        for name in ["", "../../etc/passwd", "/etc/passwd", "greenroom-20261121-200000.redb"] {
            assert_eq!(keeping.verify(name, &mut |_| {}), Err(format!("There is no snapshot {name}.")));
        }
    }
}
