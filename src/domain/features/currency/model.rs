//! What is kept of a member beside the balance, and what is refused.

use serde::{Deserialize, Serialize};

use crate::jobs::JobKind;
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;
use crate::kernel::sentence::Sentence;
use crate::kernel::text::MomentStyle;
use crate::kernel::time::Timestamp;
pub use crate::money::Money;
use crate::refusals;
use crate::store::Record;

/// What is kept of a member of a server, beside what the ledger has: who never claimed and never left has none of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// When they claimed their daily reward last (`T-CUR-08`).
    pub last_daily: Option<Timestamp>,
    /// When they left the server; `None` while they are there (`C-66`).
    pub left_at: Option<Timestamp>,
}

impl Record for Account {}

/// A gift of which its receiver is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GiftTold {
    /// Who gave.
    pub from: UserId,
    /// To whom.
    pub to: UserId,
    /// How much.
    pub amount: Amount,
    /// What the receiver had then.
    pub after: Amount,
}

/// The job that tells somebody what they were given.
pub static GIFT: JobKind<GiftTold> = JobKind::new("currency.gift", "Telling a member what they were given");

refusals! {
    /// What is refused of the server's currency.
    pub enum CurrencyRefusal {
        /// The last daily claim is less than 24 hours ago (`T-CUR-06`).
        ClaimedAlready {
            /// When the next one is possible.
            next: Timestamp,
        } => "currency.claimed_already", "You have claimed your reward already. The next one is there {left}, at {at}.",
            left = Sentence::moment(*next, MomentStyle::Relative), at = next;
        /// Somebody gives to themselves.
        ToOneself => "currency.to_oneself" as NotValid, "You cannot give anything to yourself.";
        /// The balance of the receiver cannot hold it (`D-35`).
        ReceiverFull {
            /// Who.
            user: UserId,
        } => "currency.receiver_full", "{user} has as much as a balance can hold. Nothing was given.";
    }
}
