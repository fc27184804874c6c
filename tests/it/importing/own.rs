//! An export of Greenroom comes in elsewhere, and not into the store and server that it came from.

use std::path::{Path, PathBuf};

use greenroom::kernel::ids::GuildId;
use rusqlite::Connection;
use serde_json::Value;

use super::{counts, import, import_for, predecessor, snapshots};
use crate::process::output;

/// An export of the store in a folder.
fn export(folder: &Path, name: &str, more: &[&str]) -> PathBuf {
    let done = output(folder, &[&["export", "sqlite", name], more].concat(), &[]);
    assert_eq!(done.code, Some(0), "{}", done.err);
    folder.join(name)
}

#[test]
fn an_export_does_not_come_back_into_the_store_and_server_that_it_came_from() {
    let folder = super::folder();
    import(folder.path(), &predecessor(folder.path()), &[]);
    let one = export(folder.path(), "one.db", &["--guild", "81"]);
    let all = export(folder.path(), "all.db", &[]);
    let made = snapshots(folder.path()).len();
    for (file, more) in [(&one, &[][..]), (&all, &[]), (&one, &["--dry-run"])] {
        let arguments = [&["import", "luxbot", file.to_str().unwrap(), "--guild", "81"], more].concat();
        let refused = output(folder.path(), &arguments, &[]);
        assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""), "{}", refused.err);
        assert!(refused.err.contains("is an export of this very store"), "{}", refused.err);
    }
    assert_eq!(snapshots(folder.path()).len(), made, "nothing was begun");
    let brought = |report: &Value| counts(report).iter().map(|(_, [_, brought, ..])| brought).sum::<u64>();
    // Another server of the same bot, another bot, and a file of before exports said where they came from.
    assert!(brought(&import_for(folder.path(), GuildId::new(82), &one, &[])) > 0);
    let other = super::folder();
    assert!(brought(&import(other.path(), &all, &[])) > 0);
    Connection::open(&one).unwrap().execute_batch("DROP TABLE greenroom_export").unwrap();
    assert!(brought(&import(folder.path(), &one, &["--dry-run"])) > 0);
}
