//! Currencies, entries of the ledger, and what the ledger refuses.

use std::fmt;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;
use crate::kernel::sentence::{Sentence, Slot};
use crate::kernel::time::Timestamp;
use crate::money::Money;
use crate::store::Record;
use crate::{fields, id_type, key_enum, refusals, sentence, slots_by_display};

id_type!(
    /// The number of a ledger entry within its guild: 1, 2, 3 …
    EntryId
);

/// The kinds of balances. They never convert into one another (`C-01`).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "lowercase")]
pub enum Currency {
    /// Luxury Coins, earned by gifts and watch time.
    Luxury,
    /// Engagement points of a member, which order the Free line.
    Points,
    /// The server's own currency, which the server gives a name (`T-CUR-02`).
    Server,
}

// The bytes are part of stored keys: a new currency gets the next one, and none ever changes.
key_enum!(Currency { Luxury = 1, Points = 2, Server = 3 });

impl Currency {
    /// The name in files and on the command line.
    pub fn key(self) -> &'static str {
        self.into()
    }

    /// The currency that is called so in files and on the command line.
    pub fn of_key(key: &str) -> Option<Self> {
        key.parse().ok()
    }

    /// How the currency is called where nobody knows of which server it is; [`Called`] tells it better.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Luxury => "Luxury Coins",
            Self::Points => "engagement points",
            Self::Server => "coins",
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

slots_by_display!(Currency, EntryId);

/// What a guild calls one of the currencies, as a part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Called {
    /// One that has the same name everywhere.
    Everywhere(Currency),
    /// The server's own.
    Own(Money),
}

impl Slot for Called {
    fn to_sentence(&self) -> Sentence {
        match self {
            Self::Everywhere(currency) => currency.to_sentence(),
            Self::Own(money) => money.to_sentence(),
        }
    }
}

/// What an entry stands for: one closed set for all currencies (`C-11`).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    Display,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[serde(into = "String", try_from = "String")]
#[strum(serialize_all = "snake_case", parse_err_ty = UnknownKind, parse_err_fn = UnknownKind::of)]
pub enum EntryKind {
    /// The daily claim.
    Daily,
    /// An accepted task.
    TaskReward,
    /// A purchase in the shop.
    ShopPurchase,
    /// A purchase that was taken back.
    ShopRefund,
    /// Given to another member.
    TransferSend,
    /// Received from another member.
    TransferReceive,
    /// Added by an administrator.
    AdminAdd,
    /// Taken away by an administrator.
    AdminRemove,
    /// Set by an administrator.
    AdminSet,
    /// Changed on the dashboard.
    AdminAdjust,
    /// Time watched on the live.
    WatchTime,
    /// A gift on the live.
    Gift,
    /// A skip that was bought with Luxury Coins.
    BuySkip,
    /// Points for what happened on the live, many events in one entry.
    PointsEvent,
    /// Points that were used up by a song played from the Free line.
    PointsReset,
    /// Points that came or went with a linked handle.
    PointsLink,
    /// Experience for messages.
    XpText,
    /// Experience for time in a voice channel.
    XpVoice,
    /// Experience changed by an administrator.
    XpAdmin,
    /// An operation that an operator undid.
    Rollback,
    /// What remained of entries that were archived.
    ArchiveOpening,
    /// Brought from another bot.
    Import,
    /// A code of the team that was redeemed.
    Code,
}

// The bytes are part of stored keys: a new kind gets the next one, and none ever changes.
key_enum!(EntryKind {
    Daily = 1,
    TaskReward = 2,
    ShopPurchase = 3,
    ShopRefund = 4,
    TransferSend = 5,
    TransferReceive = 6,
    AdminAdd = 7,
    AdminRemove = 8,
    AdminSet = 9,
    AdminAdjust = 10,
    WatchTime = 11,
    Gift = 12,
    BuySkip = 13,
    PointsEvent = 14,
    PointsReset = 15,
    PointsLink = 16,
    XpText = 17,
    XpVoice = 18,
    XpAdmin = 19,
    Rollback = 20,
    ArchiveOpening = 21,
    Import = 22,
    Code = 23,
});

impl EntryKind {
    /// The stored and exported name.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// A text that names no kind of entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no kind of ledger entry called {0:?}")]
pub struct UnknownKind(String);

impl UnknownKind {
    fn of(name: &str) -> Self {
        Self(name.to_owned())
    }
}

impl TryFrom<String> for EntryKind {
    type Error = UnknownKind;

    fn try_from(name: String) -> Result<Self, UnknownKind> {
        name.parse()
    }
}

impl From<EntryKind> for String {
    fn from(kind: EntryKind) -> Self {
        kind.name().to_owned()
    }
}

/// A change to a balance that someone asks the ledger for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// What changes.
    pub currency: Currency,
    /// Whose balance.
    pub user: UserId,
    /// How much comes (above 0) or goes (below 0).
    pub delta: i64,
    /// What it stands for.
    pub kind: EntryKind,
    /// Why, in plain words that are not escaped.
    pub reason: String,
    /// Who causes it.
    pub actor: Actor,
}

/// One line of the ledger: `before + delta = after`, always (`C-08`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerEntry {
    /// What changed.
    pub currency: Currency,
    /// Whose balance.
    pub user: UserId,
    /// How much came or went; never 0.
    pub delta: i64,
    /// The balance before (`balance_before`, `C-07`).
    pub before: Amount,
    /// The balance after (`balance_after`, `C-07`).
    pub after: Amount,
    /// What it stands for.
    pub kind: EntryKind,
    /// Why, in plain words that are not escaped.
    pub reason: String,
    /// Who caused it.
    pub actor: Actor,
    /// When.
    pub at: Timestamp,
}

impl Record for LedgerEntry {}

/// An entry that left the ledger, with what stood beside it there (`C-65`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archived {
    /// The entry.
    pub entry: LedgerEntry,
    /// What was asked for, where less could be taken.
    pub requested: Option<Amount>,
    /// The entry that undid it.
    pub undone_by: Option<EntryId>,
}

impl Record for Archived {}

/// The purchase of a song's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkipBought {
    /// The entry that took the price.
    pub entry: EntryId,
}

impl Record for SkipBought {}

/// What a member has of one currency (`M-DB-07`, `M-DB-11`, `T-CUR-02`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Balance {
    /// How much.
    pub amount: Amount,
    /// All that came so far, of the server's currency alone: without what was given back (`total_earned`, `D-42`).
    pub earned: Amount,
    /// All that went so far, likewise (`total_spent`).
    pub spent: Amount,
    /// When the first of it came or went, of the server's currency alone: its member's account began then (`T-CUR-07`).
    pub began: Option<Timestamp>,
}

fields!(Balance: earned since 2 = Amount::ZERO, spent since 2 = Amount::ZERO, began since 2 = None);

/// Points of a member that the balance holds and the ledger does not list yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unjournalled {
    /// The sum since the last entry; never 0 while the row exists.
    pub points: i64,
}

impl Record for Unjournalled {}

/// What was asked for where less could be taken (`C-08`: `metadata.requested`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wish {
    /// How much was to go; more than the entry took.
    pub requested: Amount,
}

impl Record for Wish {}

/// That an entry was undone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Undone {
    /// The entry that undid it.
    pub by: EntryId,
}

impl Record for Undone {}

/// How Luxury Coins are earned in a guild at present. Shown as one sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Earning {
    /// For each whole 100 gifted coins.
    pub per_hundred_gifted: u32,
    /// Minutes of the live for one coin.
    pub minutes_per_coin: u32,
}

impl Slot for Earning {
    fn to_sentence(&self) -> Sentence {
        let Self { per_hundred_gifted: coins, minutes_per_coin: minutes } = *self;
        let gifts = (coins > 0).then(|| sentence!("**{coins}** for each whole 100 coins that you gift, and ", coins));
        let watching = if minutes == 1 {
            sentence!("**1** for each minute that you watch.")
        } else {
            sentence!("**1** for each {minutes} minutes that you watch.", minutes)
        };
        sentence!("You earn Luxury Coins on the live, with a linked TikTok handle: {gifts}{watching}", gifts, watching)
    }
}

refusals! {
    /// What the ledger refuses.
    pub enum CoinsRefusal {
        /// A change by nothing.
        Nothing => "coins.nothing" as NotValid, "An amount of 0 changes nothing. Please use 1 or more.";
        /// More is to go than there is.
        NotEnough {
            /// The currency.
            currency: Called,
            /// What there is.
            balance: Amount,
            /// What was to go.
            wanted: Amount,
        } => "coins.not_enough", "The balance is **{balance} {currency}**, and **{wanted}** are needed.";
        /// More is to come than a balance can hold (`D-35`).
        Full {
            /// The currency.
            currency: Called,
            /// What there is.
            balance: Amount,
        } => "coins.full", "The balance is **{balance} {currency}**. It cannot grow beyond {most}.",
            currency, balance, most = Amount::MAX;
        /// What was typed is no amount to add or to remove.
        NotAnAmount => "coins.not_an_amount" as NotValid,
            "The amount has to be a whole number from 1 to {most}.", most = Amount::MAX;
        /// Nobody says what a change by hand is for.
        NoReason => "coins.no_reason" as NotValid, "Please say why: the reason stands in the ledger.";
        /// There is nothing to take away.
        NothingThere {
            /// The currency.
            currency: Called,
        } => "coins.nothing_there", "There are no {currency} to remove: the balance is **0**.";
        /// A balance is to be set to what it is.
        Unchanged {
            /// The currency.
            currency: Called,
            /// What there is.
            balance: Amount,
        } => "coins.unchanged", "The balance is **{balance} {currency}** already, so nothing was changed.";
        /// The economy of the guild is off (`D-13`).
        SwitchedOff => "coins.switched_off",
            "Luxury Coins are switched off in this server. What you have stays yours.";
        /// A skip costs more than there is (`M-ECO-06`).
        CannotAfford {
            /// What it costs.
            price: Amount,
            /// What there is.
            balance: Amount,
            /// How to get more.
            earning: Earning,
        } => "coins.cannot_afford",
            "A skip costs **{price} Luxury Coins**, and you have **{balance}**: **{missing}** more are needed. {earning}",
            price, balance, missing = price.clamped_change(balance.get().saturating_neg()), earning;
        /// The member has no song that a skip could lift (`C-32`).
        NothingToLift {
            /// What the member has, and keeps.
            balance: Amount,
        } => "coins.nothing_to_lift", "You have no song that a skip could lift: it has to wait in **Free**, **Pending \
            Skips** or **5 Skip**. Nothing was taken, you have **{balance} Luxury Coins**.";
        /// The member has no entry of this number.
        NoSuchEntry => "coins.no_such_entry" as NotThere,
            "This member has no such entry. Choose one from the list that appears while you type `entry`.";
        /// A guild has no entry that is called so.
        NoSuchTransaction {
            /// What was typed.
            typed: String,
            /// The currency.
            currency: Called,
        } => "coins.no_such_transaction" as NotThere, "There is no transaction of {currency} called **{typed}** in this server. \
            {/currency-admin history} lists those of a member.";
        /// The entry was undone before.
        AlreadyUndone {
            /// The entry that undid it.
            by: EntryId,
        } => "coins.already_undone", "This entry was undone already, by entry **{by}**.";
        /// The entry undid another.
        IsAnUndo => "coins.is_an_undo",
            "This entry undid another one, and an undo cannot be undone. Use `add` or `remove` instead.";
        /// The entry paid for something in the shop, or gave that back.
        OfTheShop => "coins.of_the_shop",
            "This entry is of a purchase in the shop. Give the purchase back instead, so that its goods return with the money.";
        /// The entry stands for others.
        IsAnOpening => "coins.is_an_opening",
            "This entry stands for earlier ones that were archived, and what was archived cannot be undone.";
    }
}

mod words;

#[cfg(test)]
mod tests;
