//! Backup and restore as people do them: the real program, on real files.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{Finished, SimProcess, greenroom, output, output_of};
use crate::reading::link;

/// A stopped bot's folder with one song, and a snapshot of it that was made while the bot ran; then a second song came.
async fn evening() -> (TempDir, SimProcess, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let mut bot = sim.bot(folder.path());
    bot.says("commands registered");
    sim.submit(&link(1)).await;
    let made = output(folder.path(), &["backup", "--json"], &[]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let report: Value = serde_json::from_str(&made.out).unwrap();
    assert!(report["rows"].as_u64().unwrap() > 3, "{report}");
    let snapshot = PathBuf::from(report["path"].as_str().unwrap());
    assert!(snapshot.starts_with(folder.path().join("data/backups/snapshots")), "{report}");
    sim.submit(&link(2)).await;
    bot.signal("TERM");
    assert_eq!(bot.ended().code(), Some(0));
    (folder, sim, snapshot)
}

fn restore(folder: &Path, file: &Path, more: &[&str]) -> Finished {
    let arguments: Vec<&str> = ["restore", file.to_str().unwrap()].into_iter().chain(more.iter().copied()).collect();
    output(folder, &arguments, &[])
}

fn songs(folder: &Path, name: &str) -> u64 {
    let out = format!("{name}.db");
    let export = output(folder, &["export", "sqlite", &out, "--force", "--json"], &[]);
    assert_eq!(export.code, Some(0), "{}", export.err);
    let report: Value = serde_json::from_str(&export.out).unwrap();
    report["tables"]["submissions"].as_u64().unwrap()
}

/// The names in the folder of the snapshots, in order.
fn snapshots(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder.join("data/backups/snapshots")).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn store(folder: &Path) -> PathBuf {
    folder.join("data/greenroom.redb")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_of_a_running_bot_is_put_back_and_the_store_of_before_is_kept() {
    let (folder, sim, snapshot) = evening().await;
    let folder = folder.path();
    assert_eq!(songs(folder, "before"), 2);
    let before = fs::read(store(folder)).unwrap();
    let Finished { code, out, err } = restore(folder, &snapshot, &["--json"]);
    assert_eq!(code, Some(0), "{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&report["is_snapshot"], &report["findings"]), (&json!(true), &json!([])), "{report}");
    let kept = PathBuf::from(report["kept"].as_str().unwrap());
    assert!(fs::read(kept).unwrap() == before, "byte for byte");
    assert_eq!(songs(folder, "after"), 1);
    assert_eq!(output(folder, &["check"], &[]).code, Some(0));
    // The snapshot that was made of the store of before brings it back.
    let saved = PathBuf::from(report["snapshot"].as_str().unwrap());
    let back = restore(folder, &saved, &[]);
    assert_eq!(back.code, Some(0), "{}", back.err);
    assert!(back.out.contains("is restored: a snapshot of"), "{}", back.out);
    assert_eq!(songs(folder, "back"), 2);
    let _bot = sim.bot(folder);
    let own = sim.command("ann", "mysubmissions", json!({})).await;
    assert!(own["original"].to_string().contains("2 songs"), "{own}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_bot_refuses_a_restore_and_takes_a_rehearsal() {
    let (folder, sim, snapshot) = evening().await;
    let folder = folder.path();
    let _bot = sim.bot(folder);
    let refused = restore(folder, &snapshot, &[]);
    assert_eq!(refused.code, Some(3), "{}", refused.err);
    assert!(refused.err.contains("stop it first. Nothing was changed."), "{}", refused.err);
    let rehearsed = restore(folder, &snapshot, &["--rehearse"]);
    assert_eq!(rehearsed.code, Some(0), "{}", rehearsed.err);
    assert!(rehearsed.out.contains("can be restored: a snapshot of"), "{}", rehearsed.out);
    let own = sim.command("ann", "mysubmissions", json!({})).await;
    assert!(own["original"].to_string().contains("2 songs"), "{own}");
    assert_eq!(snapshots(folder).len(), 1, "nothing of the rehearsal is left");
    let elsewhere = restore(folder, &snapshot, &["--rehearse", "--data-dir", "new"]);
    assert_eq!(elsewhere.code, Some(0), "{}", elsewhere.err);
    assert!(!folder.join("new").exists(), "no data folder is made only to try something");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copied_folder_of_a_stopped_bot_moves_to_another_machine() {
    let (folder, _sim, _) = evening().await;
    let other = tempfile::tempdir().unwrap();
    // One file, put back by the command, or just copied to its place.
    let restored = restore(other.path(), &store(folder.path()), &[]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
    assert!(restored.out.contains("a store without a manifest, which was checked by itself"), "{}", restored.out);
    assert_eq!(songs(other.path(), "moved"), 2);
    let third = tempfile::tempdir().unwrap();
    fs::create_dir(third.path().join("data")).unwrap();
    fs::copy(store(folder.path()), store(third.path())).unwrap();
    assert_eq!(songs(third.path(), "copied"), 2);
    assert_eq!(output(third.path(), &["check"], &[]).code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn damaged_and_foreign_files_are_refused_and_the_store_is_untouched() {
    let (folder, _sim, snapshot) = evening().await;
    let folder = folder.path();
    let before = fs::read(store(folder)).unwrap();
    let whole = fs::read(&snapshot).unwrap();
    let flipped = |place: usize| {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x10;
        bytes
    };
    let named = whole.windows(9).position(|bytes| bytes == b"Over HTTP").expect("the song's title is in the file");
    let files: [(&str, Vec<u8>); 6] = [
        ("half.redb", whole[..whole.len() / 2].to_vec()),
        ("flipped.redb", flipped(named)),
        ("zeros.redb", vec![0; whole.len()]),
        ("empty.redb", vec![]),
        ("notes.txt", b"my notes".to_vec()),
        ("other.db", b"SQLite format 3\0 and so on".to_vec()),
    ];
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::write(&path, &bytes).unwrap();
        for more in [&[][..], &["--rehearse"]] {
            let Finished { code, out, err } = restore(folder, &path, more);
            assert_eq!((code, out.as_str()), (Some(5), ""), "{name}: {err}");
            assert!(err.contains(name) && err.contains("use another backup"), "{name}: {err}");
            assert!(!err.contains("panic"), "{name}: {err}");
        }
        assert!(fs::read(&path).unwrap() == bytes, "{name} is only read");
    }
    let missing = restore(folder, &folder.join("nowhere.redb"), &[]);
    assert_eq!(missing.code, Some(2), "{}", missing.err);
    let a_folder = restore(folder, folder, &[]);
    assert_eq!(a_folder.code, Some(2), "{}", a_folder.err);
    assert!(fs::read(store(folder)).unwrap() == before);
    assert_eq!(snapshots(folder), [snapshot.file_name().unwrap().to_str().unwrap()], "none of the store that stays");
    let left: Vec<String> = fs::read_dir(folder.join("data"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("restor"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn where_there_is_nothing_to_restore_nothing_is_made_and_nothing_begun() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("damaged.redb"), "no store").unwrap();
    for (file, code, why) in
        [("nowhere.redb", 2, "There is no file"), (".", 2, "is a folder"), ("damaged.redb", 5, "use another backup")]
    {
        for more in [&[][..], &["--rehearse"]] {
            let refused = restore(folder.path(), Path::new(file), &[more, &["--data-dir", "new"]].concat());
            assert_eq!((refused.code, refused.out.as_str()), (Some(code), ""), "{file}: {}", refused.err);
            assert!(refused.err.contains(why) && !refused.err.contains("saving"), "{file}: {}", refused.err);
            assert!(!folder.path().join("new").exists(), "{file} {more:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_restore_works_in_a_folder_at_a_time_and_a_start_removes_what_a_killed_one_left() {
    let (folder, sim, snapshot) = evening().await;
    let folder = folder.path();
    let left = folder.join("data/greenroom.redb.restoring");
    fs::write(&left, "half of a backup").unwrap();
    let other = fs::File::open(folder.join("data")).unwrap();
    other.lock().unwrap();
    let refused = restore(folder, &snapshot, &[]);
    assert_eq!(refused.code, Some(3), "{}", refused.err);
    assert!(refused.err.contains("Another restore works in"), "{}", refused.err);
    assert!(left.exists(), "it may be the other one's");
    drop(other);
    let _bot = sim.bot(folder);
    assert!(!left.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_a_kill_left_unclosed_is_saved_before_a_restore_as_well() {
    let (folder, sim, snapshot) = evening().await;
    let folder = folder.path();
    let mut bot = sim.bot(folder);
    sim.submit(&link(3)).await;
    bot.signal("KILL");
    bot.ended();
    let restored = restore(folder, &snapshot, &["--json"]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
    let report: Value = serde_json::from_str(&restored.out).unwrap();
    let saved = PathBuf::from(report["snapshot"].as_str().unwrap());
    assert_eq!(restore(folder, &saved, &[]).code, Some(0));
    assert_eq!(songs(folder, "saved"), 3);
    assert!(snapshots(folder).iter().all(|name| name.starts_with("greenroom-")), "{:?}", snapshots(folder));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_a_disk_that_is_away_is_not_taken_for_no_store() {
    let (folder, _sim, snapshot) = evening().await;
    let other = tempfile::tempdir().unwrap();
    fs::create_dir(other.path().join("data")).unwrap();
    std::os::unix::fs::symlink("/nowhere/greenroom.redb", store(other.path())).unwrap();
    let refused = restore(other.path(), &snapshot, &[]);
    assert_eq!(refused.code, Some(5), "{}", refused.err);
    assert_eq!(fs::read_link(store(other.path())).unwrap(), Path::new("/nowhere/greenroom.redb"));
    drop(folder);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_whose_name_is_no_text_is_backed_up_and_restored_like_any_other() {
    let (folder, _sim, _) = evening().await;
    let name = OsStr::from_bytes(b"show-\xff.redb");
    for (command, code) in [("backup", 0), ("restore", 0)] {
        let mut named = greenroom(folder.path(), &[command, "--json"]);
        named.arg(name);
        let done = output_of(named);
        assert_eq!(done.code, Some(code), "{command}: {}", done.err);
        let _report: Value = serde_json::from_str(&done.out).unwrap();
    }
}

/// Root puts a backup into the folder of a service; for everybody else the two users are one.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_restore_and_a_backup_make_belongs_to_the_owner_of_the_data_folder() {
    let (folder, _sim, snapshot) = evening().await;
    let service = tempfile::tempdir().unwrap();
    let _ = chown(service.path(), Some(65_000), Some(65_000));
    let owner = fs::metadata(service.path()).unwrap();
    let data = service.path().to_str().unwrap();
    for arguments in [
        &["restore", snapshot.to_str().unwrap(), "--data-dir", data][..],
        &["restore", snapshot.to_str().unwrap(), "--data-dir", data],
        &["backup", "--data-dir", data],
    ] {
        let done = output(folder.path(), arguments, &[]);
        assert_eq!(done.code, Some(0), "{}", done.err);
    }
    let snapshots = service.path().join("backups/snapshots");
    let mut made: Vec<PathBuf> = fs::read_dir(&snapshots).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(made.len(), 2);
    made.extend([service.path().join("greenroom.redb"), service.path().join("backups"), snapshots]);
    for path in made {
        let found = fs::metadata(&path).unwrap();
        assert_eq!((found.uid(), found.gid()), (owner.uid(), owner.gid()), "{}", path.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_made_by_hand_stays_whatever_else_is_made_and_restored() {
    let (folder, _sim, snapshot) = evening().await;
    let folder = folder.path();
    for day in 1..=6 {
        fs::copy(&snapshot, snapshot.with_file_name(format!("greenroom-2999010{day}-200000.redb"))).unwrap();
    }
    let restored = restore(folder, &snapshot, &[]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
    assert!(snapshot.exists());
    assert_eq!(snapshots(folder).len(), 8, "and one of the store of before is beside it");
    for _ in 0..4 {
        assert_eq!(restore(folder, &snapshot, &[]).code, Some(0));
    }
    for number in 2..=4 {
        let made = output(folder, &["backup"], &[]);
        assert_eq!(made.code, Some(0), "{}", made.err);
        assert!(
            made.out.contains("It stays until you delete it.") && made.out.contains(&format!("{number} such")),
            "{}",
            made.out
        );
    }
    let left = snapshots(folder);
    let count = |part: &str| left.iter().filter(|name| name.contains(part)).count();
    assert_eq!((count("by-hand"), count("before-restore"), count("2999010")), (4, 5, 6), "{left:?}");
    assert!(snapshot.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_that_cannot_be_written_is_named_and_ends_with_code_5() {
    let (folder, _sim, snapshot) = evening().await;
    let other = tempfile::tempdir().unwrap();
    fs::create_dir_all(store(other.path())).unwrap();
    let in_the_way = restore(other.path(), &snapshot, &[]);
    assert_eq!((in_the_way.code, in_the_way.out.as_str()), (Some(5), ""), "{}", in_the_way.err);
    assert!(in_the_way.err.contains("greenroom.redb cannot be read or written"), "{}", in_the_way.err);
    assert!(store(other.path()).is_dir());
    fs::write(folder.path().join("notes"), "mine").unwrap();
    for more in [&["--data-dir", "notes"][..], &["--data-dir", "notes", "--rehearse"]] {
        let a_file = restore(folder.path(), &snapshot, more);
        assert_eq!(a_file.code, Some(5), "{}", a_file.err);
        assert!(a_file.err.contains("notes") && a_file.err.contains("cannot be read or written"), "{}", a_file.err);
    }
    assert_eq!(fs::read_to_string(folder.path().join("notes")).unwrap(), "mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_store_is_refused_with_the_snapshot_that_can_take_its_place() {
    let (folder, sim, snapshot) = evening().await;
    let folder = folder.path();
    let whole = fs::read(store(folder)).unwrap();
    fs::write(store(folder), &whole[..whole.len() / 2]).unwrap();
    // The newest one is damaged as well, so the one before it is named.
    let newer = snapshot.with_file_name("greenroom-29991231-235959.redb");
    fs::write(&newer, b"no snapshot").unwrap();
    for (arguments, variables) in [(&["run"][..], &[("DISCORD_API_URL", sim.discord.as_str())][..]), (&["check"], &[])]
    {
        let Finished { code, err, .. } = output(folder, arguments, variables);
        assert_eq!(code, Some(5), "{err}");
        let name = snapshot.file_name().unwrap().to_str().unwrap();
        assert!(err.contains("The newest snapshot that is whole is of"), "{err}");
        assert!(err.contains("greenroom restore") && err.contains(name), "{err}");
    }
    let restored = restore(folder, &snapshot, &[]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
    assert!(restored.err.contains("no snapshot of the present store"), "{}", restored.err);
    assert_eq!(songs(folder, "after"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_goes_where_it_is_told_and_replaces_nothing() {
    let (folder, _sim, _) = evening().await;
    let folder = folder.path();
    // Where a disk is not mounted, no folder of its name takes the backup.
    let astray = output(folder, &["backup", "mine/evening.redb"], &[]);
    assert_eq!((astray.code, astray.out.as_str()), (Some(2), ""), "{}", astray.err);
    assert!(astray.err.contains("There is no folder") && astray.err.contains("/mine"), "{}", astray.err);
    assert!(!folder.join("mine").exists());
    fs::write(folder.join("file"), "x").unwrap();
    let no_folder = output(folder, &["backup", "file/evening.redb"], &[]);
    assert_eq!(no_folder.code, Some(2), "{}", no_folder.err);
    fs::create_dir(folder.join("mine")).unwrap();
    let made = output(folder, &["backup", "mine/evening.redb"], &[]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    assert!(made.out.contains("Wrote a snapshot of") && made.out.contains("verified"), "{}", made.out);
    for (taken, why) in
        [("mine/evening.redb", "is there already, and a backup replaces nothing"), ("mine", "is a folder")]
    {
        let again = output(folder, &["backup", taken], &[]);
        assert_eq!((again.code, again.out.as_str()), (Some(2), ""), "{}", again.err);
        assert!(again.err.contains(why) && !again.err.contains("copying"), "{}", again.err);
    }
    assert_eq!(output(folder, &["backup", "--data-dir", "nowhere"], &[]).code, Some(2));
    let restored = restore(folder, &folder.join("mine/evening.redb"), &[]);
    assert_eq!(restored.code, Some(0), "{}", restored.err);
}

#[test]
fn the_variables_of_the_target_are_checked_and_its_secrets_never_told() {
    let folder = tempfile::tempdir().unwrap();
    let run = |variables: &[(&str, &str)]| {
        let Finished { code, err, .. } = output(folder.path(), &["run"], variables);
        assert_eq!(code, Some(2), "{err}");
        err
    };
    for wrong in ["s3://X", "http://nas.example/dav", "https://me:hunter2@nas.example/dav"] {
        let err = run(&[("BACKUP_TARGET", wrong)]);
        assert!(err.contains("BACKUP_TARGET"), "{err}");
    }
    let err = run(&[("BACKUP_TARGET", "s3://my-backups")]);
    assert!(err.contains("BACKUP_USER (the key's id)"), "{err}");
    let err = run(&[("BACKUP_TARGET", "s3://my-backups"), ("BACKUP_PASSWORD", "hunter2hunter2")]);
    assert!(err.contains("BACKUP_USER is missing") || err.contains("BACKUP_USER"), "{err}");
    assert!(!err.contains("hunter2"), "{err}");
}
