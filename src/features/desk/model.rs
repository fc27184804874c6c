//! The stored names of the displays.

/// The reviewer queue.
pub const MAIN: &str = "reviewer_main";
/// The pending skips.
pub const PENDING: &str = "reviewer_pending";
