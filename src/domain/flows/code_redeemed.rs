//! A member redeems a code of the team, by `/redeem` or on a live as a comment of a linked handle.

use super::coins_posted;
use crate::features::coins::model::{Currency, EntryKind, LedgerEntry, Posting};
use crate::features::shop::model::{Code, CodeGift, CodeId, Item};
use crate::features::shop::refusal::CodeRefusal;
use crate::features::shop::rules::LEAST_CODE;
use crate::features::shop::service::{self, Deal};
use crate::features::{coins, currency, shop};
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::{Read, Tx};

/// Words of one comment that are looked up, of those that are as long as a code.
const MOST_IN_COMMENT: usize = 4;

/// What came of a typed code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tried {
    /// There is no such code; that it was tried is noted. What to say is the refusal.
    Wrong(CodeRefusal),
    /// It gave this.
    Given(Given),
}

/// What a code gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// So much of the currency, and the balance then.
    Currency {
        /// How much.
        amount: Amount,
        /// What there is now.
        balance: Amount,
    },
    /// So many of an item.
    Item {
        /// The item.
        item: Box<Item>,
        /// How many.
        quantity: u32,
    },
}

/// Redeems what a member typed. A wrong code is no refusal but an answer, because it is counted.
pub fn run(tx: &Tx<'_>, guild: GuildId, user: UserId, typed: &str) -> Result<Tried> {
    if let Some(given) = redeem(tx, guild, user, typed)? {
        return Ok(Tried::Given(given));
    }
    shop::codes::guessed(tx, guild, user)?;
    Ok(Tried::Wrong(CodeRefusal::NoSuchCode))
}

/// The same where whoever calls counts a wrong code, which gives `None` and writes nothing.
pub fn redeem(tx: &Tx<'_>, guild: GuildId, user: UserId, typed: &str) -> Result<Option<Given>> {
    let Some((id, code)) = shop::codes::find(tx, guild, user, typed, tx.now())? else { return Ok(None) };
    give(tx, guild, user, id, &code, Actor::Member(user)).map(Some)
}

/// Redeems a code that stands in a comment of a member's handle. What is no code, or gives nothing, is only a
/// comment; so is one of a member who left, to whom nothing is given meanwhile (`C-66`).
pub fn in_comment(tx: &Tx<'_>, guild: GuildId, user: UserId, comment: &str) -> Result<()> {
    if currency::queries::account(tx, guild, user)?.left_at.is_some() {
        return Ok(());
    }
    let words = comment.split_whitespace().filter(|word| word.len() >= LEAST_CODE);
    for word in words.take(MOST_IN_COMMENT) {
        let tried = tx.step(|tx| match shop::codes::find(tx, guild, user, word, tx.now())? {
            Some((id, code)) => give(tx, guild, user, id, &code, Actor::Live).map(Some),
            None => Ok(None),
        })?;
        if let Err(refusal) = tried {
            tracing::debug!(%guild, %user, code = refusal.code, "a code in a comment was not redeemed");
        }
    }
    Ok(())
}

/// Whether a comment can redeem anything at all.
pub fn is_expected(read: &dyn Read, guild: GuildId) -> Result<bool> {
    Ok(currency::queries::is_on(read, guild)? && shop::queries::has_open_codes(read, guild)?)
}

fn give(tx: &Tx<'_>, guild: GuildId, user: UserId, id: CodeId, code: &Code, by: Actor) -> Result<Given> {
    let given = match code.gives {
        CodeGift::Currency(amount) => {
            let entry = pay(tx, guild, user, amount, id, by)?;
            Given::Currency { amount, balance: entry.after }
        }
        CodeGift::Item(item, quantity) => {
            let found = service::admit_gift(tx, guild, item, quantity)?;
            let deal = Deal { id: item, user, quantity, price: Amount::ZERO, entry: None, code: Some(id) };
            service::deliver(tx, guild, &found, deal)?;
            Given::Item { item: Box::new(found), quantity }
        }
    };
    shop::codes::redeemed(tx, guild, user, id, code)?;
    Ok(given)
}

fn pay(tx: &Tx<'_>, guild: GuildId, user: UserId, amount: Amount, id: CodeId, by: Actor) -> Result<LedgerEntry> {
    let posting = Posting {
        currency: Currency::Server,
        user,
        delta: amount.get(),
        kind: EntryKind::Code,
        reason: format!("Code {id}"),
        actor: by,
    };
    let entry = coins::service::apply(tx, guild, &posting)?;
    coins_posted::tell(tx, guild, &entry, None)?;
    Ok(entry)
}
