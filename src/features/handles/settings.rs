//! The settings of handles.

use crate::settings::Setting;

/// Whether members may link handles that were never seen on the live (`M-LNK-09`, `C-36`).
pub static ALLOW_ANY_HANDLE_LINKING: Setting<bool> = Setting::new("allow_any_handle_linking", false);
