//! The settings of displays.

use crate::discord::display::RECREATE_CHANNELS;
use crate::settings::{Area, Listed};

/// The settings of displays, as administrators meet them.
pub const LISTED: &[Listed] = &[Listed::new(
    &RECREATE_CHANNELS,
    Area::Music,
    "Selfheal Recreates Channels",
    "Whether a public display whose channel was deleted gets a new one. It needs **Manage Channels**.",
)
.detail()];
