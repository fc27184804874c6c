//! The settings of handles.

use crate::settings::{Area, Listed, Setting};

/// Whether members may link handles that were never seen on the live (`M-LNK-09`, `C-36`).
pub static ALLOW_ANY_HANDLE_LINKING: Setting<bool> = Setting::new("allow_any_handle_linking", false);

/// The settings of handles, as administrators meet them.
pub const LISTED: &[Listed] = &[Listed::new(
    &ALLOW_ANY_HANDLE_LINKING,
    Area::Music,
    "Any Handle May Be Linked",
    "Whether members may link a handle that was never seen on the live.",
)];
