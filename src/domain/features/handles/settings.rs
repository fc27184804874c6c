//! The settings of handles.

use crate::settings::{Area, Listed, Setting};

/// Whether members may link handles that were never seen on the live (`M-LNK-09`, `C-36`).
pub static ALLOW_ANY_HANDLE_LINKING: Setting<bool> = Setting::new("allow_any_handle_linking", false);

/// Whether members have to prove on a live that a handle is theirs before it is linked.
pub static HANDLE_PROOF: Setting<bool> = Setting::new("handle_proof", false);

/// The settings of handles, as administrators meet them.
pub const LISTED: &[Listed] = &[
    Listed::new(
        &ALLOW_ANY_HANDLE_LINKING,
        Area::Music,
        "Any Handle May Be Linked",
        "Whether members may link a handle that was never seen on the live.",
    ),
    Listed::new(
        &HANDLE_PROOF,
        Area::Music,
        "Handles Need Proof",
        "Whether members have to type a code in the live chat, with the handle that they link.",
    ),
];
