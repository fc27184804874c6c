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
