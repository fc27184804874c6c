//! What a copy is called elsewhere: as its snapshot is here, with the mark of its store.
//!
//! `greenroom-20261121-200000-by-hand-of-1f3a9c2b7d.redb` is a copy of `greenroom-20261121-200000-by-hand.redb`. Several bots may
//! copy to one place, often in the same second; so each knows its own by the mark, and what carries another mark, or none, is
//! never counted, overwritten or removed by it. A copy without a mark is from before there were marks, of whichever bot.
//!
//! A mark is made of what the store is known by and of the account of the bot. The store keeps the first as long as it is, also
//! where it is restored on another machine; with the second a bot that was begun with a snapshot of another one has a mark of its
//! own.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::app::backup::label::Label;
use crate::discord::Bot;
use crate::kernel::error::Result;
use crate::kernel::ids::UserId;
use crate::settings::identity;

/// What stands before the mark in a name.
const OF: &str = "-of-";
/// What all names end with.
const END: &str = ".redb";
/// The hexadecimal digits of a mark.
const DIGITS: usize = 10;

/// What tells the copies of a store from those of all others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark(u64);

impl Mark {
    /// The mark of a store that a bot uses.
    fn new(identity: &str, bot: UserId) -> Self {
        let digest = Sha256::digest(format!("{identity} {bot}"));
        Self(digest.iter().take(DIGITS / 2).fold(0, |mark, byte| (mark << 8) | u64::from(*byte)))
    }

    /// Reads the digits of a mark.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        let is_mark = text.len() == DIGITS && text.bytes().all(is_digit);
        u64::from_str_radix(text, 16).ok().filter(|_| is_mark).map(Self)
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$x}", self.0, width = DIGITS)
    }
}

/// The mark of the running bot's store. Waits until Discord has said which bot it is.
pub(super) async fn mark_of(bot: &Bot) -> Result<Mark> {
    let own = bot.until_own_user().await;
    let identity = bot.store.write("store_identity", identity::of_store).await?;
    Ok(Mark::new(&identity, own))
}

/// What a copy is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CopyName {
    /// What the snapshot is called here.
    pub(super) label: Label,
    /// Of which store it is; `None` for a copy from before there were marks.
    pub(super) mark: Option<Mark>,
}

impl CopyName {
    /// What a file is called; `None` for files that are no copies.
    pub(super) fn of(name: &str) -> Option<Self> {
        let Some((bare, mark)) = name.strip_suffix(END).and_then(|bare| bare.rsplit_once(OF)) else {
            return Some(Self { label: Label::of(name)?, mark: None });
        };
        Some(Self { label: Label::of(&format!("{bare}{END}"))?, mark: Some(Mark::parse(mark)?) })
    }
}

impl fmt::Display for CopyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.label.to_string();
        match self.mark {
            None => f.write_str(&name),
            Some(mark) => write!(f, "{}{OF}{mark}{END}", name.strip_suffix(END).unwrap_or(&name)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_called_as_its_snapshot_with_the_mark_of_its_store() {
        let mark = Mark::parse("00a9c2b7d0").unwrap();
        for (name, kept_as, of) in [
            ("greenroom-20261121-200000.redb", "greenroom-20261121-200000.redb", None),
            ("greenroom-20261121-200000-of-00a9c2b7d0.redb", "greenroom-20261121-200000.redb", Some(mark)),
            (
                "greenroom-20261121-200000-by-hand-of-00a9c2b7d0.redb",
                "greenroom-20261121-200000-by-hand.redb",
                Some(mark),
            ),
        ] {
            let found = CopyName::of(name).unwrap();
            assert_eq!((found.label.to_string().as_str(), found.mark, found.to_string().as_str()), (kept_as, of, name));
        }
        for other in [
            "greenroom-20261121-200000-of-.redb",
            "greenroom-20261121-200000-of-00a9c2b7d.redb",
            "greenroom-20261121-200000-of-00A9C2B7D0.redb",
            "greenroom-20261121-200000-of-+0a9c2b7d0.redb",
            "greenroom-20261121-200000-of-00a9c2b7d0.redb.unfinished",
            "greenroom-20261121-200000-mine-of-00a9c2b7d0.redb",
            "-of-00a9c2b7d0.redb",
            "notes.txt",
            "",
        ] {
            assert_eq!(CopyName::of(other), None, "{other}");
        }
        let here = "greenroom-20261121-200000-of-00a9c2b7d0.redb";
        assert_eq!(Label::of(here), None, "a bot of before there were marks leaves it alone");
    }

    #[test]
    fn another_store_and_another_bot_have_another_mark() {
        let mark = |identity: &str, bot: u64| Mark::new(identity, UserId::new(bot));
        assert_eq!(mark("a", 1), mark("a", 1));
        assert_ne!(mark("a", 1), mark("b", 1));
        assert_ne!(mark("a", 1), mark("a", 2));
        let shown = mark("a", 1).to_string();
        assert_eq!((shown.len(), Mark::parse(&shown)), (DIGITS, Some(mark("a", 1))));
    }
}
