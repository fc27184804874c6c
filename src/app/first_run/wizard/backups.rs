//! Backups that are to be restored: taken in, tried out in a copy, and put in the place of the store.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempPath;

use super::course::{Announcement, FormError, InPlace, Step, Summary, Tried};
use super::{Held, Wizard};
use crate::app::backup::folder::{Folder, Room};
use crate::app::backup::off_site;
use crate::app::exit::Stop;
use crate::app::restore::{Restore, restore, try_out};
use crate::catalogue::CATALOGUE;
use crate::store::{give_to_owner_of_folder, make_folder};

/// How the names begin of files that are taken in.
const INCOMING: &str = "backup-";
/// The copy in which a backup is tried out.
const SCRATCH: &str = "trial.redb";
/// So many backups are offered, the newest first.
const MOST_OFFERED: usize = 30;

impl Wizard {
    /// Where backups are taken in.
    pub(super) fn incoming(&self) -> PathBuf {
        self.storage.data_dir.join("incoming")
    }

    /// Removes what an earlier wizard took in, and the folder with it.
    pub(super) fn remove_leftovers(&self) {
        let Ok(entries) = fs::read_dir(self.incoming()) else { return };
        let is_ours = |name: &str| name.starts_with(INCOMING) || name == SCRATCH;
        for entry in entries.filter_map(io::Result::ok) {
            if entry.file_name().to_str().is_some_and(is_ours) {
                // What cannot be removed is tried again the next time.
                let _ = fs::remove_file(entry.path());
            }
        }
        // Only where nothing else is in it.
        let _ = fs::remove_dir(self.incoming());
    }

    /// A file for a backup that is about to come.
    pub(super) fn take_in(&self) -> io::Result<(File, TempPath)> {
        let folder = self.incoming();
        make_folder(&folder)?;
        let only_its_user = Permissions::from_mode(0o600);
        let made =
            tempfile::Builder::new().prefix(INCOMING).suffix(".redb").permissions(only_its_user).tempfile_in(folder)?;
        give_to_owner_of_folder(made.as_file(), made.path());
        Ok(made.into_parts())
    }

    /// The snapshots that are here, the newest first.
    pub(super) fn snapshots_here(&self) -> Vec<String> {
        let found = Folder::of(&self.storage.data_dir).snapshots().unwrap_or_default();
        found.iter().rev().take(MOST_OFFERED).map(|snapshot| snapshot.name().to_owned()).collect()
    }

    /// The copies at the target, the newest first.
    pub(super) async fn copies(self: Arc<Self>) -> Result<Step, FormError> {
        let Some(target) = &self.target else { return Ok(Step::Begin) };
        let told = |problem: String| FormError::new(format!("{target} cannot be looked at: {problem}."));
        let mut names = off_site::names(target).await.map_err(told)?;
        names.truncate(MOST_OFFERED);
        if names.is_empty() {
            Err(FormError::new(format!("There is no copy at {target}.")))
        } else {
            Ok(Step::Copies(names))
        }
    }

    /// Takes a snapshot that is here, and tries it out. It stays where it is: what is tried out is a copy.
    pub(super) async fn take_from_here(self: Arc<Self>, name: String) -> Result<Step, FormError> {
        let folder = Folder::of(&self.storage.data_dir);
        let found = folder.snapshots().unwrap_or_default().into_iter().find(|snapshot| snapshot.name() == name);
        let found = found.ok_or_else(|| FormError::new("That snapshot is not here any more."))?;
        let (file, path) = self.take_in().map_err(|error| Stop::storage(&self.incoming(), &error))?;
        let copying = tokio::task::spawn_blocking(move || io::copy(&mut File::open(found.path)?, &mut &file));
        let copied = copying.await.map_err(|error| FormError::broken(&error))?;
        copied.map_err(|error| Stop::storage(&self.incoming(), &error))?;
        self.tried(path, name).await
    }

    /// Fetches a copy from the target, and tries it out.
    pub(super) async fn take_from_target(self: Arc<Self>, name: String) -> Result<Step, FormError> {
        let Some(target) = &self.target else { return Ok(Step::Begin) };
        let (file, path) = self.take_in().map_err(|error| Stop::storage(&self.incoming(), &error))?;
        let fetched = off_site::fetch(target, &name, file).await;
        fetched.map_err(|problem| FormError::new(format!("{name} cannot be fetched from {target}: {problem}.")))?;
        self.tried(path, name).await
    }

    /// Tries out what was taken in.
    pub(super) async fn tried(self: Arc<Self>, file: TempPath, name: String) -> Result<Step, FormError> {
        let bytes = fs::metadata(&file).map_or(0, |file| file.len());
        let data_dir = &self.storage.data_dir;
        Room::OfDisk.require(data_dir, bytes.saturating_mul(2)).map_err(|error| Stop::storage(data_dir, &error))?;
        let (scratch, cache_bytes) = (self.incoming().join(SCRATCH), self.storage.cache_bytes);
        let trying = tokio::task::spawn_blocking(move || {
            let trial = try_out(&file, &scratch, CATALOGUE, cache_bytes);
            let _ = fs::remove_file(&scratch);
            // Nobody knows the name under which it was taken in.
            let renamed = |stop: Stop| {
                let names = [&*file, scratch.as_path()].map(|path| path.display().to_string());
                let message = names.iter().fold(stop.message, |message, path| message.replace(path, &name));
                Stop { message, ..stop }
            };
            let trial = trial.map_err(renamed);
            trial.map(|trial| (trial, file, name))
        });
        let (trial, file, name) = trying.await.map_err(|error| FormError::broken(&error))??;
        if !trial.findings.is_empty() {
            let findings = trial.findings.join(" ");
            return Err(FormError::new(format!(
                "{name} is whole, but does not fit together: {findings} To restore it all the same, put it \
                on this machine and run `greenroom restore --anyway` there."
            )));
        }
        Ok(Step::Confirm(Tried { file: Arc::new(file), summary: Summary::of(name, &trial) }))
    }

    /// Puts a backup in the place of the store.
    pub(super) async fn restored(self: Arc<Self>, tried: Tried) -> Result<Step, FormError> {
        let mut held = self.held.lock().await;
        if self.is_over() {
            return Err(FormError::new(
                "Somebody kept a bot token meanwhile, and the bot starts. Restore it from its pages.".to_owned(),
            ));
        }
        held.release().await;
        let (storage, clock, summary) = (self.storage.clone(), self.clock.clone(), tried.summary.clone());
        let restoring = tokio::task::spawn_blocking(move || {
            let order = Restore { backup: &tried.file, anyway: false };
            restore(&storage, CATALOGUE, order, &clock, &mut |line| tracing::info!("restoring: {line}"))
        });
        let restored = restoring.await;
        match Held::hold(&self.storage, &self.clock).await {
            Ok(opened) => *held = opened,
            Err(stop) => {
                // Without a store nothing goes on here; whoever started the program reads why.
                self.over.send_replace(Some(Err(stop.clone())));
                return Err(stop.into());
            }
        }
        drop(held);
        let restored = restored.map_err(|error| FormError::broken(&error))??;
        let name = |path: &Option<PathBuf>| Some(path.as_ref()?.file_name()?.to_string_lossy().into_owned());
        let in_place = InPlace { summary, snapshot: name(&restored.snapshot), kept: name(&restored.kept) };
        self.with_course(|course| course.told = Some(Announcement::Restored(in_place)));
        tracing::info!(store = %restored.store.display(), rows = restored.trial.verified.manifest.rows(), "a backup was restored");
        self.after_beginning().await
    }
}
