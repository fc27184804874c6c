//! What is noted of the server's currency, beside what the ledger notes.

use serde::{Deserialize, Serialize};

use crate::activity::{ActivityKind, ChangeType, Noted, Thing};
use crate::kernel::amount::Amount;
use crate::kernel::sentence::Sentence;
use crate::sentence;

/// A member gave something to another. About who got it; before and after are their balance.
pub static GIVEN: ActivityKind<Given> = ActivityKind::new("currency.given", given)
    .called("A member gave something to another")
    .heard_as(Thing::Balance, ChangeType::Update);

/// What was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// How much.
    pub amount: Amount,
    /// What the server called its currency then.
    pub called: String,
    /// What the giver had before.
    pub before: Amount,
    /// What the giver has left.
    pub after: Amount,
}

/// Accounts of members who left were closed.
pub static CLEANED: ActivityKind<Cleaned> =
    ActivityKind::new("currency.cleaned", cleaned).called("Accounts of members who left were closed");

/// What was taken out of circulation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cleaned {
    /// How many accounts.
    pub accounts: u64,
    /// What they held together.
    pub amount: i64,
    /// What the server called its currency then.
    pub called: String,
}

#[expect(clippy::unnecessary_wraps, reason = "kinds are given such functions")]
fn cleaned(told: &Noted<'_, Cleaned>) -> Option<Sentence> {
    let Cleaned { accounts, amount, called } = &told.details;
    let (by, amount, called) = (told.by(), Amount::ZERO.clamped_change(*amount), called.clone());
    let said = if *accounts == 1 {
        sentence!("{by} closed the account of a member who left, with **{amount}** {called}.", by, amount, called)
    } else {
        sentence!(
            "{by} closed **{accounts}** accounts of members who left, with **{amount}** {called}.",
            by,
            accounts,
            amount,
            called
        )
    };
    Some(said.signed("🪙"))
}

/// A member counts as one of the server again. About them.
pub static REACTIVATED: ActivityKind<()> = ActivityKind::new("currency.reactivated", |told| {
    let (by, user) = (told.by(), told.member()?);
    Some(sentence!("{by} took it back that {user} left.", by, user).signed("🪙"))
})
.called("An account is in use again")
.heard_as(Thing::Member, ChangeType::Update);

fn given(told: &Noted<'_, Given>) -> Option<Sentence> {
    let Given { amount, called, before, after } = &told.details;
    let (by, to, called) = (told.by(), told.member()?, called.clone());
    let said = sentence!("{by} gave {to} **{amount}** {called}", by, to, amount, called);
    if !told.is_for_team() {
        return Some(said);
    }
    let (had, has) = (told.before()?.to_owned(), told.after()?.to_owned());
    let balances = sentence!(
        "{said} · the giver has `{after}`, had `{before}` · the receiver has `{has}`, had `{had}`",
        said,
        after,
        before,
        has,
        had
    );
    Some(balances.signed("🪙"))
}
