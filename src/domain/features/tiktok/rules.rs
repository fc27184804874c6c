//! What names a live.

use super::model::TiktokRefusal;
use crate::live::Handle;

/// Reads a TikTok name as people write it: with or without `@`, or as the address of a profile or live (`C-37`).
pub fn streamer(typed: &str) -> Result<Handle, TiktokRefusal> {
    Handle::typed(typed).map_err(TiktokRefusal::NoName)
}
