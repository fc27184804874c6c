//! `/give`: a member gives another something of the server's currency (`T-CUR-13`). Both halves are one transaction, the giver's
//! first, so nothing is lost and nothing is made.

use std::fmt;

use crate::activity::Subject;
use crate::features::coins::model::{Called, CoinsRefusal, Currency, EntryKind, LedgerEntry, Posting};
use crate::features::coins::rules::after_posting;
use crate::features::currency::activity::{GIVEN, Given};
use crate::features::currency::model::{CurrencyRefusal, GIFT, GiftTold};
use crate::features::{coins, currency};
use crate::jobs::Lane;
use crate::kernel::actor::Actor;
use crate::kernel::amount::Amount;
use crate::kernel::error::{Error, Result};
use crate::kernel::ids::{GuildId, UserId};
use crate::money::{self, Money};
use crate::store::Tx;

/// Somebody who gives or gets something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub user: UserId,
    /// What they are called, in one line that is not escaped.
    pub name: String,
}

/// As the reason of the other's half says it. The number tells them apart from others of that name, and it is by the number that a
/// reason is found that names somebody who is erased.
impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.user)
    }
}

/// What is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gift {
    /// By whom.
    pub from: Person,
    /// To whom; no bot, and in the server.
    pub to: Person,
    /// How much.
    pub amount: Amount,
}

/// What was given.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The giver's half.
    pub sent: LedgerEntry,
    /// The receiver's half.
    pub received: LedgerEntry,
    /// What the currency is called.
    pub money: Money,
}

/// Moves an amount, and has the receiver told. Refuses a gift to oneself, of nothing, of more than there is, and what the receiver cannot hold.
pub fn run(tx: &Tx<'_>, guild: GuildId, Gift { from, to, amount }: &Gift) -> Result<Moved> {
    currency::rules::may_give(from.user, to.user)?;
    let money = money::of(tx, guild)?;
    let has = coins::queries::balance(tx, guild, Currency::Server, to.user)?;
    if let Err(CoinsRefusal::Full { .. }) = after_posting(&Called::Own(money.clone()), has, amount.get()) {
        return Err(CurrencyRefusal::ReceiverFull { user: to.user }.into());
    }
    let half = |user, delta, kind, reason| {
        let (currency, actor) = (Currency::Server, Actor::Member(from.user));
        Posting { currency, user, delta, kind, reason, actor }
    };
    let halves = [
        half(from.user, -amount.get(), EntryKind::TransferSend, format!("Gave to {to}")),
        half(to.user, amount.get(), EntryKind::TransferReceive, format!("Received from {from}")),
    ];
    let entries = <[LedgerEntry; 2]>::try_from(coins::service::apply_all(tx, guild, &halves)?);
    let [sent, received] = entries.map_err(|_| Error::failed("a gift has two halves"))?;
    for user in [from.user, to.user] {
        currency::service::be_here(tx, guild, user)?;
    }
    GIVEN
        .with(Given { amount: *amount, called: money.name.clone(), before: sent.before, after: sent.after })
        .by(Actor::Member(from.user))
        .of(Subject::Member(to.user))
        .changing(received.before.get().to_string(), received.after.get().to_string())
        .note(tx, guild)?;
    let told = GiftTold { from: from.user, to: to.user, amount: *amount, after: received.after };
    GIFT.schedule_now(tx, guild, Lane::User(to.user), &told)?;
    Ok(Moved { sent, received, money })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::coins::queries::{balance, total};
    use crate::features::testing::{GUILD, TestStore, said};

    const ANN: UserId = UserId::new(1);
    const BOB: UserId = UserId::new(2);

    fn person(user: UserId) -> Person {
        Person { user, name: if user == ANN { "ann" } else { "bob" }.to_owned() }
    }

    fn give(store: &TestStore, from: UserId, to: UserId, amount: i64) -> Result<Moved> {
        let amount = Amount::try_from(amount).unwrap();
        let gift = Gift { from: person(from), to: person(to), amount };
        store.write(move |tx| run(tx, GUILD, &gift))
    }

    fn has(store: &TestStore, user: UserId, amount: i64) {
        let (currency, kind, reason, actor) = (Currency::Server, EntryKind::AdminAdd, String::new(), Actor::System);
        let posting = Posting { currency, user, delta: amount, kind, reason, actor };
        store.write(move |tx| coins::service::apply(tx, GUILD, &posting).map(drop)).unwrap();
    }

    #[test]
    fn a_gift_is_two_halves_that_tell_whom_and_the_sum_stays() {
        crate::covers!("T-CUR-16", "T-CUR-17", "T-CUR-19");
        let store = TestStore::new();
        has(&store, ANN, 10);
        let Moved { sent, received, .. } = give(&store, ANN, BOB, 7).unwrap();
        assert_eq!((sent.kind, sent.delta, sent.reason.as_str()), (EntryKind::TransferSend, -7, "Gave to bob (2)"));
        let got = (received.kind, received.delta, received.reason.as_str());
        assert_eq!(got, (EntryKind::TransferReceive, 7, "Received from ann (1)"));
        assert_eq!((sent.after, received.after), (Amount::of(3), Amount::of(7)));
        assert_eq!(store.read(|read| total(read, GUILD, Currency::Server)), 10);
        store.check();
    }

    #[test]
    fn what_cannot_be_given_changes_nothing() {
        crate::covers!("T-CUR-14", "T-CUR-15", "T-HLP-03", "T-HLP-04", "T-ERR-03");
        let store = TestStore::new();
        has(&store, ANN, 10);
        for (from, to, amount, code) in [
            (ANN, ANN, 1, "currency.to_oneself"),
            (ANN, BOB, 0, "coins.nothing"),
            (ANN, BOB, 11, "coins.not_enough"),
            (BOB, ANN, 1, "coins.not_enough"),
        ] {
            assert_eq!(give(&store, from, to, amount).unwrap_err().code(), code);
        }
        assert_eq!(
            said(give(&store, ANN, BOB, 11).unwrap_err()),
            "The balance is **10 coins**, and **11** are needed."
        );
        has(&store, BOB, Amount::MAX.get());
        assert_eq!(give(&store, ANN, BOB, 1).unwrap_err().code(), "currency.receiver_full");
        let left = store.read(|read| balance(read, GUILD, Currency::Server, ANN));
        assert_eq!(left, Amount::of(10));
        store.check();
    }
}
