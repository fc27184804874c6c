//! What is noted of coins.

use serde::{Deserialize, Serialize};

use super::model::EntryKind;
use crate::activity::ActivityKind;
use crate::kernel::amount::Amount;

/// A balance changed. About the member; before and after are the balance.
pub static POSTED: ActivityKind<Posted> = ActivityKind::new("coins.posted");

/// An entry of the ledger, as it is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// The key of the currency.
    pub currency: String,
    /// What the entry stands for.
    pub kind: EntryKind,
    /// How much came or went.
    pub delta: i64,
    /// Why, in one line that is not too long; the ledger has it whole.
    pub reason: String,
    /// What was asked for, where that was more.
    pub requested: Option<Amount>,
}
