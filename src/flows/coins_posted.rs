//! A balance changes: the ledger writes it, and the debug channel tells it (`M-ECO-09`).

use crate::discord::debug_channel;
use crate::features::coins::model::{LedgerEntry, Posting};
use crate::features::coins::{figures, service};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::text::{escape, mention, one_line};
use crate::store::Tx;

/// A reason longer than this is cut in the debug channel; the ledger has it whole.
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
    debug_channel::report(tx, guild, line(entry, requested))
}

/// The line with the labels of `M-ECO-09` (`C-07`).
fn line(entry: &LedgerEntry, requested: Option<Amount>) -> String {
    let LedgerEntry { currency, user, delta, before, after, kind, reason, actor, .. } = entry;
    let by = match actor {
        Actor::Member(member) if member != user => format!(" · by {}", mention(*member)),
        _ => String::new(),
    };
    let requested = requested.map(|amount| format!(" · requested `{}`", amount.get())).unwrap_or_default();
    format!(
        "🪙 {currency} · user_id {} `{user}` · operation `{kind}` · amount `{delta:+}` · reason {} · \
         before_balance `{}` · after_balance `{}`{requested}{by}",
        mention(*user),
        escape(&one_line(reason, LONGEST_REASON)),
        before.get(),
        after.get(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::coins::model::{Currency, EntryKind};
    use crate::features::tests::{GUILD, TestStore};
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
    fn every_coin_operation_has_a_line_in_the_debug_channel() {
        crate::covers!("M-ECO-09");
        let store = TestStore::new();
        store.write(|tx| run(tx, GUILD, &posting(5)).map(drop)).unwrap();
        assert_eq!(store.debug_lines(), Vec::<String>::new(), "there is no debug channel yet");
        store.write(|tx| debug_channel::DEBUG_CHANNEL.set(tx, GUILD, &Some(ChannelId::new(9)))).unwrap();
        store.write(|tx| run(tx, GUILD, &posting(7)).map(drop)).unwrap();
        store.write(|tx| run(tx, GUILD, &posting(-13)).map(drop)).unwrap_err();
        let lines = store.debug_lines();
        assert_eq!(lines.len(), 1, "what is refused has no line");
        insta::assert_snapshot!(
            lines[0].replace('\u{200b}', "(invisible)"),
            @r"🪙 Luxury Coins · user_id <@1> `1` · operation `admin_add` · amount `+7` · reason won \*the\* quiz @(invisible)everyone · before_balance `5` · after_balance `12` · by <@2>"
        );
    }
}
