//! What a snapshot is called, which tells when it was made and what for.
//!
//! `greenroom-20261121-200000.redb` is the daily one of 21 November 2026 at 20:00 UTC; the others say what they were made for:
//! `greenroom-20261121-200000-by-hand.redb`. A name never changes its meaning. Until there were words in them, all snapshots
//! had names like those of today's dailies, and are kept like those.

use std::fmt;

use strum::{Display, EnumString, VariantArray};

use crate::kernel::time::Timestamp;

/// The form of the moment in a name: `20261121-200000`.
pub(in crate::app) const MOMENT: &str = "%Y%m%d-%H%M%S";

/// What a snapshot was made for; as text, what stands behind the moment in a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Display, EnumString, VariantArray)]
pub enum SnapshotKind {
    /// For the day.
    #[strum(serialize = "")]
    Daily,
    /// Because the format of the store was to change.
    #[strum(serialize = "-before-migration")]
    BeforeMigration,
    /// Because a backup was to take the store's place.
    #[strum(serialize = "-before-restore")]
    BeforeRestore,
    /// Because the data of another bot were to come in.
    #[strum(serialize = "-before-import")]
    BeforeImport,
    /// Because somebody wanted one.
    #[strum(serialize = "-by-hand")]
    ByHand,
}

/// When a snapshot was made, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// When.
    pub at: Timestamp,
    /// What for.
    pub kind: SnapshotKind,
}

impl Label {
    /// The label that a name is; `None` for other names.
    pub fn of(name: &str) -> Option<Self> {
        let text = name.strip_prefix("greenroom-")?.strip_suffix(".redb")?;
        // Behind the 15 characters of the moment.
        let (moment, suffix) = text.split_at_checked(15)?;
        let kind = suffix.parse().ok()?;
        Some(Self { at: Timestamp::strptime(MOMENT, moment)?, kind })
    }
}

impl fmt::Display for Label {
    /// The name of the file.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "greenroom-{}{}.redb", self.at.strftime(MOMENT), self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_millis(1_795_291_200_000);

    #[test]
    fn a_name_tells_when_and_what_for_and_other_names_tell_nothing() {
        for (kind, name) in [
            (SnapshotKind::Daily, "greenroom-20261121-200000.redb"),
            (SnapshotKind::BeforeMigration, "greenroom-20261121-200000-before-migration.redb"),
            (SnapshotKind::BeforeRestore, "greenroom-20261121-200000-before-restore.redb"),
            (SnapshotKind::BeforeImport, "greenroom-20261121-200000-before-import.redb"),
            (SnapshotKind::ByHand, "greenroom-20261121-200000-by-hand.redb"),
        ] {
            let label = Label { at: AT, kind };
            assert_eq!((label.to_string().as_str(), Label::of(name)), (name, Some(label)));
        }
        for other in [
            "greenroom.redb",
            "greenroom-20261121-200000.redb.unfinished",
            "greenroom-20261121-200000.redb.damaged",
            "greenroom-20261321-200000.redb",
            "greenroom-20261121_200000.redb",
            "greenroom-2026112é-00000.redb",
            "greenroom-20261121-200000-mine.redb",
            "greenroom-20261121-200000-by-hand-.redb",
            "greenroom-20261121-2000000.redb",
            "greenroom-20261121-20000.redb",
            "mine.redb",
            "",
        ] {
            assert_eq!(Label::of(other), None, "{other}");
        }
    }
}
