//! A balance changes: the ledger writes it, and the team is told (`M-ECO-09`).

use crate::activity::Subject;
use crate::features::coins::activity::{POSTED, Posted};
use crate::features::coins::model::{Currency, LedgerEntry, Posting};
use crate::features::coins::{figures, service};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::text::one_line;
use crate::money;
use crate::store::Tx;

/// A reason longer than this is cut where it is told; the ledger has it whole.
const LONGEST_REASON: usize = 200;

/// Changes a balance. Refuses what the ledger refuses, and then there is no line.
pub fn run(tx: &Tx<'_>, guild: GuildId, posting: &Posting) -> Result<LedgerEntry> {
    let entry = service::apply(tx, guild, posting)?;
    tell(tx, guild, &entry, None)?;
    Ok(entry)
}

/// Tells of an entry, and of what was asked for where that was more.
pub fn tell(tx: &Tx<'_>, guild: GuildId, entry: &LedgerEntry, requested: Option<Amount>) -> Result<()> {
    let counted = entry.clone();
    tx.after_commit(move || figures::count(&counted));
    let called = match entry.currency {
        Currency::Server => Some(money::of(tx, guild)?.name),
        Currency::Luxury | Currency::Points => None,
    };
    let posted = Posted {
        currency: entry.currency.key().to_owned(),
        kind: entry.kind,
        delta: entry.delta,
        reason: one_line(&entry.reason, LONGEST_REASON),
        requested,
        called,
    };
    POSTED
        .with(posted)
        .by(entry.actor)
        .of(Subject::Member(entry.user))
        .changing(entry.before.get().to_string(), entry.after.get().to_string())
        .note(tx, guild)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activity::debug_channel::DEBUG_CHANNEL;
    use crate::features::coins::model::EntryKind;
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::actor::Actor;
    use crate::kernel::ids::{ChannelId, UserId};

    fn posting(delta: i64) -> Posting {
        Posting {
            currency: Currency::Luxury,
            user: UserId::new(1),
            delta,
            kind: EntryKind::AdminAdd,
            reason: "won *the* quiz @everyone".into(),
            actor: Actor::Member(UserId::new(2)),
        }
    }

    #[test]
    fn every_coin_operation_is_told_in_the_debug_channel() {
        crate::covers!("M-ECO-09");
        let store = TestStore::new();
        store.write(|tx| run(tx, GUILD, &posting(5)).map(drop)).unwrap();
        assert_eq!(store.untold(), Vec::<String>::new(), "there is no debug channel yet");
        store.write(|tx| DEBUG_CHANNEL.set(tx, GUILD, &Some(ChannelId::new(9)))).unwrap();
        store.write(|tx| run(tx, GUILD, &posting(7)).map(drop)).unwrap();
        store.write(|tx| run(tx, GUILD, &posting(-13)).map(drop)).unwrap_err();
        let untold = store.untold();
        assert_eq!(untold.len(), 1, "what is refused did not happen");
        insta::assert_snapshot!(
            untold[0],
            @r#"coins.posted by 2 of Member(UserId(1)) 5 -> 12 {"currency":"luxury","kind":"admin_add","delta":7,"reason":"won *the* quiz @everyone","requested":null}"#
        );
    }
}
