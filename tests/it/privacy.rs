//! What a command writes is for nobody but its user, also where it was begun with looser rights.

use std::fs::{self, Permissions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::Path;

use serde_json::json;

use crate::process::{SimProcess, output};
use crate::reading::link;

/// Everything below a folder, and the folder, that others may look into.
fn open_to_others(path: &Path) -> Vec<String> {
    let found = fs::symlink_metadata(path).unwrap();
    let below = if found.is_dir() { fs::read_dir(path).unwrap().collect() } else { Vec::new() };
    let is_open = found.mode() & 0o077 != 0;
    let own = is_open.then(|| format!("{} {:o}", path.display(), found.mode() & 0o7777));
    own.into_iter().chain(below.into_iter().flat_map(|entry| open_to_others(&entry.unwrap().path()))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_stored_saved_exported_and_restored_is_for_its_user_alone() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let sim = SimProcess::start(folder).await;
    let mut bot = sim.bot(folder);
    sim.submit(&link(1)).await;
    fs::DirBuilder::new().mode(0o700).create(folder.join("mine")).unwrap();
    for command in [
        &["backup"][..],
        &["backup", "mine/evening.redb"],
        &["export", "sqlite", "evening.db"],
        &["export", "ledger", "evening.csv"],
    ] {
        let done = output(folder, command, &[]);
        assert_eq!(done.code, Some(0), "{command:?}: {}", done.err);
    }
    bot.signal("TERM");
    assert_eq!(bot.ended().code(), Some(0));
    assert_eq!(output(folder, &["restore", "mine/evening.redb"], &[]).code, Some(0));
    for made in ["data", "mine", "evening.db", "evening.csv"] {
        assert_eq!(open_to_others(&folder.join(made)), Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_could_read_is_closed_at_the_next_start_and_that_is_logged_once() {
    let home = tempfile::tempdir().unwrap();
    let (folder, data) = (home.path(), home.path().join("data"));
    let sim = SimProcess::start(folder).await;
    let mut bot = sim.bot(folder);
    sim.command("ann", "help", json!({})).await;
    assert_eq!(output(folder, &["backup"], &[]).code, Some(0));
    bot.signal("TERM");
    bot.ended();
    let loose = [
        ("", 0o755),
        ("greenroom.redb", 0o644),
        ("backups", 0o755),
        ("backups/snapshots", 0o755),
        ("logs/greenroom.log", 0o640),
    ];
    for (path, mode) in loose {
        fs::set_permissions(data.join(path), Permissions::from_mode(mode)).unwrap();
    }
    let theirs = folder.join("theirs.txt");
    fs::write(&theirs, "x").unwrap();
    fs::set_permissions(&theirs, Permissions::from_mode(0o644)).unwrap();
    let said = |bot: &mut crate::process::Running| {
        bot.signal("TERM");
        bot.ended();
        bot.rest().iter().filter(|line| line.contains("others could read the data")).count()
    };
    let mut bot = sim.bot_from_its_first_line(folder);
    bot.says("others could read the data; now only this user may");
    bot.says("connected to Discord");
    assert_eq!(open_to_others(&data), Vec::<String>::new());
    assert_eq!(said(&mut bot), 0);
    assert_eq!(theirs.metadata().unwrap().mode() & 0o777, 0o644);
    let mut again = sim.bot_from_its_first_line(folder);
    assert_eq!(said(&mut again), 0, "once is enough");
}
