//! What the jobs of greeting a server and of forgetting it carry.

use serde::{Deserialize, Serialize};

use crate::jobs::JobKind;
use crate::kernel::ids::UserId;
use crate::kernel::time::Timestamp;

/// The job that greets a server.
pub static GREET: JobKind<Greet> = JobKind::new("setup.greet", "The greeting in a new server");

/// The job that removes what is stored of a server that the bot left; it carries when the bot had joined, where that is known.
pub static FORGET: JobKind<Option<Timestamp>> =
    JobKind::new("setup.forget", "The removal of what is stored of a server that the bot left");

/// A server that is to be greeted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Greet {
    /// Whose it is.
    pub owner: UserId,
}
