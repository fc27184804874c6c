//! The settings of recordings.

use crate::settings::{Area, Listed, Setting};

/// Whether followed lives are recorded.
pub static RECORD_LIVES: Setting<bool> = Setting::new("record_lives", true);
/// How many megabytes the recordings of a server may take; one of them may take half of that.
pub static RECORDINGS_MEGABYTES: Setting<u32> = Setting::within("recordings_megabytes", 50, 1, 100_000);
/// After how many days a recording is removed.
pub static RECORDINGS_DAYS: Setting<u32> = Setting::within("recordings_days", 30, 1, 3_650);

/// The settings of recordings, as administrators meet them.
pub const LISTED: &[Listed] = &[
    Listed::new(
        &RECORD_LIVES,
        Area::Music,
        "Record Lives",
        "Whether what happens on a followed live is kept as a file beside the store, to be replayed.",
    )
    .detail(),
    Listed::new(
        &RECORDINGS_MEGABYTES,
        Area::Music,
        "Space for Recordings",
        "Megabytes for all recordings; the oldest go first. One recording may take half of it.",
    )
    .detail(),
    Listed::new(&RECORDINGS_DAYS, Area::Music, "Days for Recordings", "Recordings are removed after so many days.")
        .detail(),
];
