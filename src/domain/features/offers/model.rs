//! What the catalogue has, and how far a server has followed it.

use serde::{Deserialize, Serialize};

use crate::kernel::digest::Digest;
use crate::store::Record;
use crate::{key_enum, refusals};

/// The most offers of a kind.
pub const MOST_OFFERS: usize = 100;

/// The kinds of offers. Each has a version of its own, and each server switches them on apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Items of the shop.
    Items,
    /// Tasks.
    Tasks,
}

// The bytes are part of stored keys: a new kind gets the next one, and none ever changes.
key_enum!(Part { Items = 1, Tasks = 2 });

/// The copy of an offer in a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copied {
    /// The number of the item or task.
    pub row: u64,
    /// What the catalogue said of it last: the copy is the server's own where it says something else.
    pub said: Digest,
    /// Whether the catalogue took it off sale, or ended it.
    pub is_withdrawn: bool,
}

impl Record for Copied {}

/// How far a server has followed the catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Followed {
    /// The version that it follows; 0 where it follows none.
    pub version: u64,
    /// With which offer it goes on; `None` where it is through.
    pub next: Option<u64>,
}

impl Record for Followed {}

refusals! {
    /// Why something is not in the catalogue.
    pub enum OfferRefusal {
        /// It names something of one server.
        OfOneServer => "offer.of_one_server" as NotValid, "Roles, channels and categories of tasks belong to one server: nothing in the \
            catalogue has any. Each server adds them to its copy.";
        /// There are too many.
        Full => "offer.full", "The catalogue is full: it has 100 items and 100 tasks at most. Remove one first.";
    }
}
