//! The job of the report that follows a live.

use serde::{Deserialize, Serialize};

use super::SessionId;
use crate::jobs::JobKind;
use crate::kernel::ids::ChannelId;

/// A session that is over, and where its figures are posted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionOver {
    /// Which.
    pub session: SessionId,
    /// The metrics channel at its end.
    pub channel: ChannelId,
}

/// The job that posts the figures of a session (`M-MET-01`).
pub static POST_REPORT: JobKind<SessionOver> = JobKind::new("engagement.post_report", "The report of a live");
