//! What the job of the greeting carries.

use serde::{Deserialize, Serialize};

use crate::jobs::Kind;
use crate::kernel::ids::UserId;

/// The job that greets a server.
pub static GREET: Kind<Greet> = Kind::new("setup.greet");

/// A server that is to be greeted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Greet {
    /// Whose it is.
    pub owner: UserId,
}
