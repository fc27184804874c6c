//! Defaults for how the bot behaves in its servers.

use std::time::Duration;

use super::reader::Reader;
use super::table::{ALLOW_ANY_HANDLE_LINKING, DEBUG, EMBED_REFRESH_INTERVAL, SELF_HEAL_INTERVAL};

/// The settings that concern members and moderators.
#[derive(Clone, Copy, Debug)]
pub struct Community {
    /// Whether handles that were never seen on a live may be linked, where a server does not say (`C-36`).
    pub any_handle_linking: bool,
    /// The pause between two checks of the displays: at least 10 s (`C-39`).
    pub display_refresh: Duration,
    /// The pause between two rounds of self-healing: at least 60 s (`M-ENV-07`).
    pub self_heal: Duration,
    /// Whether moderators may make up live events (`M-HNT-05`).
    pub live_rehearsal: bool,
}

/// Reads this area.
pub(super) fn read(reader: &mut Reader<'_>) -> Community {
    Community {
        any_handle_linking: reader.switch(&ALLOW_ANY_HANDLE_LINKING),
        display_refresh: Duration::from_secs(reader.whole(&EMBED_REFRESH_INTERVAL).into()),
        self_heal: Duration::from_secs(reader.whole(&SELF_HEAL_INTERVAL).into()),
        live_rehearsal: reader.switch(&DEBUG),
    }
}
