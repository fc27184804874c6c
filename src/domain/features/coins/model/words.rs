//! What an entry says of itself to people: one set of words for Discord, pages and lists.

use super::{EntryKind, LedgerEntry};
use crate::kernel::ids::UserId;

impl EntryKind {
    /// What an entry stands for, as the member whose it is reads it.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Gift => "a gift on the live",
            Self::WatchTime => "time on the live",
            Self::BuySkip => "a skip",
            Self::AdminAdd => "from an administrator",
            Self::AdminRemove => "taken by an administrator",
            Self::AdminSet => "set by an administrator",
            Self::AdminAdjust => "from or taken by an administrator, on a page",
            Self::Rollback => "a correction",
            Self::Daily => "a daily claim",
            Self::TaskReward => "a task",
            Self::ShopPurchase => "a purchase",
            Self::ShopRefund => "a refund",
            Self::TransferSend => "given",
            Self::TransferReceive => "received",
            Self::PointsEvent | Self::PointsReset | Self::PointsLink => "engagement points",
            Self::XpText | Self::XpVoice | Self::XpAdmin => "experience",
            Self::ArchiveOpening => "from earlier entries",
            Self::Import => "from another bot",
            Self::Code => "a code",
        }
    }

    /// The same of what came (above 0) or went (below 0): what is given by hand is called so by whichever door it was given.
    pub const fn of_change(self, delta: i64) -> &'static str {
        match self {
            Self::AdminAdjust if delta > 0 => Self::AdminAdd.in_words(),
            Self::AdminAdjust => Self::AdminRemove.in_words(),
            kind => kind.in_words(),
        }
    }
}

impl LedgerEntry {
    /// What the entry stands for and why, as people read it: `a task: Accepted: Owl`. Not escaped.
    pub fn in_words(&self) -> String {
        match self.parts() {
            (Some(kind), why) if why.is_empty() => kind.to_owned(),
            (Some(kind), why) => format!("{kind}: {why}"),
            (None, why) => why,
        }
    }

    /// What it stands for, which is a word of ours, and why, which is not and is not escaped. What members give each other says it by
    /// itself, without the number that the ledger keeps beside the name: `received from ann`.
    pub fn parts(&self) -> (Option<&'static str>, String) {
        let (kind, why) = (self.kind.of_change(self.delta), self.why());
        match self.kind {
            EntryKind::TransferSend | EntryKind::TransferReceive if !why.is_empty() => {
                let mut letters = why.chars();
                let first = letters.next().map(char::to_lowercase);
                (None, first.into_iter().flatten().chain(letters).collect())
            }
            _ => (Some(kind), why.to_owned()),
        }
    }

    /// Its reason as people read it.
    pub fn why(&self) -> &str {
        if !matches!(self.kind, EntryKind::TransferSend | EntryKind::TransferReceive) {
            return &self.reason;
        }
        let named = self.reason.strip_suffix(')').and_then(|reason| reason.rsplit_once(" ("));
        named.filter(|(_, id)| id.parse::<UserId>().is_ok()).map_or(self.reason.as_str(), |(reason, _)| reason)
    }
}
