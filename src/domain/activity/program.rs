//! What happens to the program as a whole: to its backups and its disk. It is told to every team, or to the one that it
//! concerns.

use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::{ActivityKind, Noted};
use crate::kernel::sentence::Sentence;
use crate::sentence;

/// The newest snapshot of the store is damaged.
pub static SNAPSHOT_DAMAGED: ActivityKind<()> = ActivityKind::new("backups.snapshot_damaged", |_| {
    let sentence =
        sentence!("The newest snapshot is damaged and was put aside. I make another one; the disk may be failing.");
    Some(sentence.signed("🗄️"))
})
.called("A snapshot is damaged");
/// A backup could not be made.
pub static BACKUP_LEFT_OUT: ActivityKind<LeftOut> =
    ActivityKind::new("backups.left_out", |told| Some(left_out(told))).called("A backup was left out");
/// The snapshots cannot be copied elsewhere.
pub static COPIES_FAIL: ActivityKind<()> = ActivityKind::new("backups.copies_fail", |_| {
    let sentence =
        sentence!("The snapshots cannot be copied elsewhere; my log says why. I try again, and tell it once.");
    Some(sentence.signed("🗄️"))
})
.called("Copies of snapshots fail");
/// They can be copied again.
pub static COPIES_WORK: ActivityKind<()> = ActivityKind::new("backups.copies_work", |_| {
    Some(sentence!("Copying the snapshots elsewhere works again.").signed("🗄️"))
})
.called("Copies of snapshots work again");
/// The disk of the data folder has little room; the details say how much, as a sentence without its end.
pub static DISK_FILLS: ActivityKind<String> =
    ActivityKind::new("disk.fills", |told| Some(disk_fills(told))).called("The disk has little room");

/// The lines of the log that pages show were taken away; the details say how many. The files of the log stay.
pub static LOG_EMPTIED: ActivityKind<u64> = ActivityKind::new("instance.log_emptied", |told| Some(log_emptied(told)))
    .called("The log was emptied")
    .of_instance();
/// The connection to Discord was ended, to begin anew.
pub static RECONNECTED: ActivityKind<()> = ActivityKind::new("instance.reconnected", |told| Some(reconnected(told)))
    .called("The connection to Discord began anew")
    .of_instance();
/// A backup took the place of the store at the operator's word; the details are its name.
pub static BACKUP_RESTORED: ActivityKind<String> =
    ActivityKind::new("instance.backup_restored", |told| Some(backup_restored(told)))
        .called("A backup was restored")
        .of_instance();
/// The bot left a server at the operator's word; the details are its name.
pub static SERVER_LEFT: ActivityKind<String> =
    ActivityKind::new("instance.server_left", |told| Some(server_left(told)))
        .called("The bot left a server")
        .of_instance();

/// Somebody took something of a server along as a file; the details are what: `songs`, `ledger`, `everything`.
pub static EXPORTED: ActivityKind<String> =
    ActivityKind::new("data.exported", exported).called("A file was taken along");

/// A backup that could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Which one.
    pub backup: Backup,
    /// Whether there is no room for it; otherwise the log says why.
    pub is_disk_full: bool,
}

/// What is made again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[serde(rename_all = "snake_case")]
pub enum Backup {
    /// The points of a server.
    #[strum(serialize = "The hourly backup of the points")]
    Points,
    /// A snapshot of the store.
    #[strum(serialize = "The daily snapshot of the store")]
    Snapshot,
    /// The trial of a restore.
    #[strum(serialize = "The monthly rehearsal of a restore")]
    Rehearsal,
}

impl Backup {
    /// What it is called in a sentence.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

fn left_out(told: &Noted<'_, LeftOut>) -> Sentence {
    let LeftOut { backup, is_disk_full } = told.details;
    let why = if is_disk_full { "the disk is full" } else { "it failed; my log says why" };
    let backup = backup.name();
    sentence!("{backup} was left out: {why}. I try again every hour, and tell it once.", backup, why).signed("🗄️")
}

fn disk_fills(told: &Noted<'_, String>) -> Sentence {
    let room = Sentence::kept(told.details.as_str());
    let sentence = sentence!(
        "The disk of my data has little room: {room}. When it is full I can store nothing more; please make some.",
        room
    );
    sentence.signed("💾")
}

fn log_emptied(told: &Noted<'_, u64>) -> Sentence {
    let (by, lines) = (told.by(), told.details);
    sentence!("{by} emptied the log that pages show, of {lines} lines.", by, lines)
}

fn reconnected(told: &Noted<'_, ()>) -> Sentence {
    sentence!("{by} let the connection to Discord begin anew.", by = told.by())
}

fn backup_restored(told: &Noted<'_, String>) -> Sentence {
    sentence!("{by} put the backup `{name}` in the place of the store.", by = told.by(), name = told.details)
}

fn server_left(told: &Noted<'_, String>) -> Sentence {
    sentence!("{by} let the bot leave the server **{name}**.", by = told.by(), name = told.details)
}

fn exported(told: &Noted<'_, String>) -> Option<Sentence> {
    let by = told.by_person()?;
    let what = match told.details.as_str() {
        "everything" => Sentence::words("a file of everything that is stored"),
        "ledger" => Sentence::words("the ledger as a file"),
        "live-sessions" => Sentence::words("the file of lives"),
        "audit" => Sentence::words("the file of what happened"),
        what => sentence!("the file of {what}", what = Sentence::kept(what)),
    };
    Some(sentence!("{by} took along {what}.", by, what).signed("📤"))
}
