//! Looks at the store: who holds it, and is it sound. It is verified by whoever holds it.

use std::path::Path;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use super::finding::Finding;
use super::folder::{READ_ONLY_FIX, ROOM_FIX};
use super::id::Id;
use crate::app::backup;
use crate::app::config::storage::Storage;
use crate::app::control::{self, Presence, Silence};
use crate::app::exit::Stop;
use crate::app::maintenance::{self, Unfulfilled};
use crate::app::operation::{CheckStore, Checked};
use crate::app::{machine, owner};
use crate::catalogue::CATALOGUE;
use crate::store::OpenError;

/// How long verifying the store may take; a gigabyte takes less on a good disk.
const PATIENCE: Duration = Duration::from_mins(1);

/// Looks who holds the store, and has it verified.
pub(super) async fn examine(storage: &Storage) -> Vec<Finding> {
    let ((see, seen), (tell, told)) = (oneshot::channel(), oneshot::channel());
    let storage = storage.clone();
    // A thread of its own: one that hangs must not hold up the end of the program.
    let look = move || {
        let presence = control::presence(&storage.data_dir);
        // The doctor may have lost patience.
        let _ = see.send(presence);
        let found = maintenance::attempt(&storage, CATALOGUE, &CheckStore {}, &mut |_| {});
        let _ = tell.send(findings(presence, found, &storage.data_dir));
    };
    if std::thread::Builder::new().name("doctor-store".into()).spawn(look).is_err() {
        return vec![Finding::note(Id::Store, "The store was not verified: the system refuses to start threads.")];
    }
    let Ok(Ok(presence)) = timeout(PATIENCE, seen).await else { return vec![takes_long()] };
    match timeout(PATIENCE, told).await {
        Ok(Ok(findings)) => findings,
        _ => vec![held(presence), takes_long()],
    }
}

fn takes_long() -> Finding {
    Finding::note(Id::Store, "Verifying the store takes long. `greenroom check` has more patience.")
}

fn findings(presence: Presence, found: Result<Checked, Unfulfilled>, data_dir: &Path) -> Vec<Finding> {
    let stored = match found {
        Ok(Checked { findings }) => sound(&findings, data_dir),
        Err(Unfulfilled::NoStore) => {
            return vec![Finding::note(Id::Store, "There is no store yet; the first start makes it.")];
        }
        Err(Unfulfilled::Silent(silence @ Silence::AnotherVersion)) => silent(silence, data_dir),
        Err(Unfulfilled::Silent(silence)) => return vec![silent(silence, data_dir)],
        Err(Unfulfilled::Unopened(error @ OpenError::NotWritable(_))) => {
            // Whoever may not open the store cannot see whether somebody else has it open.
            return vec![held(Presence::Hidden), unopened(&error, data_dir)];
        }
        Err(Unfulfilled::Unopened(error)) => unopened(&error, data_dir),
        Err(Unfulfilled::Stopped(stop)) => stopped(&stop),
    };
    vec![held(presence), stored]
}

fn held(presence: Presence) -> Finding {
    match presence {
        Presence::Listens => Finding::ok(Id::Lock, "The bot is running on this data folder."),
        Presence::Nobody => Finding::ok(Id::Lock, "No bot is running on this data folder."),
        Presence::Hidden => Finding::warning(
            Id::Lock,
            "This user cannot tell whether a bot is running on this data folder.",
            "Run the doctor as the user who runs the bot.",
        ),
    }
}

fn silent(silence: Silence, data_dir: &Path) -> Finding {
    let folder = data_dir.display();
    let (sentence, fix) = match silence {
        Silence::NoAnswer => (
            format!("The bot holds the store in {folder} and does not answer."),
            "Restart the bot: `systemctl restart greenroom` where it is a service. Its log may say what it was doing.",
        ),
        Silence::NobodyListens => (
            format!("The store in {folder} is in use by a process that does not answer."),
            "Look again in 10 seconds: a running bot puts back a socket that was removed. Else stop the process that holds it. \
             A bot whose log says that it has no control socket has to be restarted.",
        ),
        Silence::Forbidden => (
            format!("The store in {folder} is in use by another user's Greenroom."),
            "Run the doctor as the user who runs the bot.",
        ),
        Silence::AnotherVersion => {
            let sentence = "The running bot is of another version; the store was not verified.";
            return Finding::note(Id::Store, sentence);
        }
    };
    Finding::error(Id::Lock, sentence, fix)
}

fn sound(findings: &[String], data_dir: &Path) -> Finding {
    let Some(first) = findings.first() else { return Finding::ok(Id::Store, "The store is sound.") };
    let sentence = match findings.len() {
        1 => format!("The store has a problem: {first}."),
        many => format!("The store has {many} problems; the first: {first}."),
    };
    let way_back = backup::way_back(data_dir);
    let fix = format!("`greenroom check` lists them. Keep a copy of the data folder. {way_back}");
    Finding::error(Id::Store, sentence, fix)
}

/// Why the store cannot be opened. Only one that is damaged has to be replaced.
fn unopened(error: &OpenError, data_dir: &Path) -> Finding {
    let is_read_only = || machine::mount(data_dir).is_some_and(|mount| mount.is_read_only);
    let (sentence, fix) = match error {
        OpenError::NotWritable(_) if is_read_only() => {
            ("The disk of the store is mounted for reading only.".to_owned(), READ_ONLY_FIX.to_owned())
        }
        OpenError::NotWritable(path) => (
            format!("This user may not read and write {}.", path.display()),
            match owner::as_owner_of(data_dir) {
                Some(command) => format!("They belong to another user. Run the doctor as that user: {command}"),
                None => {
                    "Run the doctor as the user who runs the bot; the file and its folder have to belong to that user."
                        .to_owned()
                }
            },
        ),
        OpenError::DiskFull(path) => (format!("The disk that holds {} is full.", path.display()), ROOM_FIX.to_owned()),
        OpenError::NewerSchema { path, found, known } => (
            format!(
                "{} was written by a newer Greenroom: its data are of version {found}, and this one reads up to version {known}.",
                path.display()
            ),
            "Start that version, or restore the snapshot that it made before it changed the store.".to_owned(),
        ),
        OpenError::NewerRows { path, table } => (
            format!("{} holds rows of a newer Greenroom ({table}).", path.display()),
            "Start that version, or restore the snapshot that it made before it changed the store.".to_owned(),
        ),
        OpenError::Damaged { path, problem } => (
            format!("{} is damaged or is not a Greenroom store ({problem}).", path.display()),
            format!("Keep the file; without a snapshot, move it away to start empty. {}", backup::way_back(data_dir)),
        ),
        OpenError::Migration { path, problem } => (
            format!("{} could not be brought up to date ({problem}). Nothing was changed.", path.display()),
            "Start the previous version, and report this.".to_owned(),
        ),
        OpenError::Schema(_) => (error.to_string(), "Report this.".to_owned()),
        OpenError::InUse(_) => (error.to_string(), "Run the doctor again in a moment.".to_owned()),
        OpenError::Other { path, problem } => (
            format!("{} cannot be opened ({problem}).", path.display()),
            "Look at the disk and at the path, and run the doctor again.".to_owned(),
        ),
    };
    Finding::error(Id::Store, sentence, fix)
}

/// Verifying was begun and did not come to its end. What a message says in further lines is the way out.
fn stopped(stop: &Stop) -> Finding {
    let (sentence, fix) = stop.message.split_once('\n').unwrap_or((&stop.message, ""));
    let fix = if fix.is_empty() { "Look into the log and at the disk, and run the doctor again." } else { fix };
    Finding::error(Id::Store, sentence, fix.replace('\n', " "))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::app::doctor::Level;

    #[test]
    fn only_damage_is_met_with_a_snapshot_and_each_other_trouble_with_its_own_fix() {
        let folder = tempfile::tempdir().unwrap();
        let path = || PathBuf::from("data/greenroom.redb");
        let problem = || "a problem".to_owned();
        for (error, fix) in [
            (OpenError::NotWritable(path()), "as the user who runs the bot"),
            (OpenError::DiskFull(path()), "Free some space"),
            (OpenError::NewerSchema { path: path(), found: 9, known: 3 }, "Start that version"),
            (OpenError::NewerRows { path: path(), table: "coins.ledger" }, "Start that version"),
            (OpenError::Damaged { path: path(), problem: problem() }, "There is no snapshot in"),
            (OpenError::Migration { path: path(), problem: problem() }, "previous version"),
            (OpenError::Schema(problem()), "Report this"),
            (OpenError::Other { path: path(), problem: problem() }, "Look at the disk"),
        ] {
            let is_damage = matches!(error, OpenError::Damaged { .. });
            let found = unopened(&error, folder.path());
            let told = found.fix.as_deref().unwrap();
            assert!(found.level == Level::Error && told.contains(fix), "{found}");
            assert_eq!(told.contains("move it away"), is_damage, "{found}");
            assert!(!found.sentence.contains('\n') && !told.contains('\n'), "{found}");
        }
    }

    #[test]
    fn whoever_may_not_open_the_store_cannot_tell_whether_a_bot_runs() {
        let refused = Err(Unfulfilled::Unopened(OpenError::NotWritable("data/greenroom.redb".into())));
        let found = findings(Presence::Nobody, refused, Path::new("data"));
        assert!(found[0].id == Id::Lock && found[0].sentence.contains("cannot tell"), "{}", found[0]);
        let sound = findings(Presence::Hidden, Ok(Checked { findings: Vec::new() }), Path::new("data"));
        assert!(sound[0].level == Level::Warning && sound[0].sentence.contains("cannot tell"), "{}", sound[0]);
    }

    #[test]
    fn a_bot_of_another_version_is_told_apart_from_a_store_that_is_not_sound() {
        let other = Err(Unfulfilled::Silent(Silence::AnotherVersion));
        let found = findings(Presence::Listens, other, Path::new("data"));
        assert!(found[0].level == Level::Ok && found[1].level == Level::Note, "{} {}", found[0], found[1]);
        assert_eq!(found[1].sentence, "The running bot is of another version; the store was not verified.");
    }

    #[test]
    fn the_way_out_of_a_message_with_two_lines_is_its_fix() {
        let found = stopped(&Stop::damage("The store seems to be damaged.\nPut that snapshot back."));
        assert_eq!(found.sentence, "The store seems to be damaged.");
        assert_eq!(found.fix.as_deref(), Some("Put that snapshot back."));
    }
}
