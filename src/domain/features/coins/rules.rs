//! Every decision about balances.

use super::model::{Balance, Called, CoinsRefusal, Currency, EntryId, EntryKind, LedgerEntry, Posting, Undone};
use crate::kernel::actor::Actor;
use crate::kernel::amount::{Amount, AmountError};
use crate::kernel::ids::UserId;
use crate::kernel::text::{names_member, one_line};
use crate::kernel::time::Timestamp;
use crate::store::Erasure;

/// The balance after a change that must happen whole or not at all; of a currency that is called so.
pub fn after_posting(currency: &Called, balance: Amount, delta: i64) -> Result<Amount, CoinsRefusal> {
    if delta == 0 {
        return Err(CoinsRefusal::Nothing);
    }
    let currency = || currency.clone();
    balance.changed_by(delta).map_err(|error| match error {
        AmountError::Negative => {
            let wanted = Amount::ZERO.clamped_change(delta.saturating_neg());
            CoinsRefusal::NotEnough { currency: currency(), balance, wanted }
        }
        AmountError::TooLarge => CoinsRefusal::Full { currency: currency(), balance },
    })
}

/// What came and what went by a change, as totals of an account count it: of the server's currency alone, and what was given
/// back or corrected counts as neither (`D-42`).
pub const fn turnover(currency: Currency, kind: EntryKind, delta: i64) -> (i64, i64) {
    match currency {
        Currency::Server if is_neither(kind) => (0, 0),
        Currency::Server if delta > 0 => (delta, 0),
        Currency::Server => (0, delta.saturating_neg()),
        Currency::Luxury | Currency::Points => (0, 0),
    }
}

/// A balance once a change is booked at a moment. Of the server's currency it also tells what came and went so far, and since
/// when there is the account.
pub fn balance_with(row: &Balance, posting: &Posting, after: Amount, at: Timestamp) -> Balance {
    let (came, went) = turnover(posting.currency, posting.kind, posting.delta);
    Balance {
        amount: after,
        earned: row.earned.clamped_change(came),
        spent: row.spent.clamped_change(went),
        began: row.began.or((posting.currency == Currency::Server).then_some(at)),
    }
}

/// Which entry is the other half of a transfer; it was written in the same moment, the giver's first.
pub fn other_half(id: EntryId, entry: &LedgerEntry) -> Option<EntryId> {
    match entry.kind {
        EntryKind::TransferSend => Some(EntryId::new(id.get().saturating_add(1))),
        EntryKind::TransferReceive => Some(EntryId::new(id.get().saturating_sub(1))),
        _ => None,
    }
}

/// Whether two entries are the halves of one transfer.
pub fn are_halves(one: &LedgerEntry, other: &LedgerEntry) -> bool {
    let kinds = [one.kind, other.kind];
    let is_pair = kinds == [EntryKind::TransferSend, EntryKind::TransferReceive]
        || kinds == [EntryKind::TransferReceive, EntryKind::TransferSend];
    is_pair && (one.currency, one.at) == (other.currency, other.at) && one.delta == other.delta.saturating_neg()
}

/// Whether an entry is neither earned nor spent: it gives back, corrects, or stands for others (`D-42`).
pub const fn is_neither(kind: EntryKind) -> bool {
    matches!(side(kind), Side::Undone)
}

/// On which side of the account of a currency an entry stands. All sides together are by how much more or less of it there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// It makes something or uses it up.
    Flow,
    /// It gives back or corrects what another entry did.
    Undone,
    /// The team gave, took or set it.
    ByHand,
    /// It moves from one member to another, so both halves together are nothing.
    Moved,
}

/// The side of a kind of entries.
pub const fn side(kind: EntryKind) -> Side {
    match kind {
        EntryKind::ShopRefund | EntryKind::Rollback | EntryKind::ArchiveOpening => Side::Undone,
        EntryKind::AdminAdd | EntryKind::AdminRemove | EntryKind::AdminSet | EntryKind::AdminAdjust => Side::ByHand,
        EntryKind::TransferSend | EntryKind::TransferReceive => Side::Moved,
        _ => Side::Flow,
    }
}

/// What is left of an account whose entries up to this one are archived: one entry in the place of the last of them. Nothing where
/// nothing was left.
pub fn opening(last: &LedgerEntry, reason: &str, actor: Actor) -> Option<LedgerEntry> {
    let opening = LedgerEntry {
        delta: last.after.get(),
        before: Amount::ZERO,
        kind: EntryKind::ArchiveOpening,
        reason: reason.to_owned(),
        actor,
        ..last.clone()
    };
    (opening.delta != 0).then_some(opening)
}

/// The amount that somebody typed, at least 1; refuses what is missing, too small or too large.
pub fn typed_amount(typed: Option<i64>) -> Result<Amount, CoinsRefusal> {
    let amount = typed.and_then(|number| Amount::try_from(number).ok());
    amount.filter(|amount| *amount > Amount::ZERO).ok_or(CoinsRefusal::NotAnAmount)
}

/// A reason longer than this is cut.
const LONGEST_REASON: usize = 200;

/// A reason as it is stored: one line, and never empty.
pub fn told_reason(typed: &str) -> String {
    required_reason(typed).unwrap_or_else(|_| "no reason given".to_owned())
}

/// The same where a reason has to be given.
pub fn required_reason(typed: &str) -> Result<String, CoinsRefusal> {
    let reason = one_line(typed, LONGEST_REASON);
    if reason.is_empty() { Err(CoinsRefusal::NoReason) } else { Ok(reason) }
}

/// How much is taken where `wanted` is to go: as much as there is (`M-ECO-10`, `C-08`). Refuses to take nothing.
pub fn taken(currency: &Called, balance: Amount, wanted: Amount) -> Result<Amount, CoinsRefusal> {
    match (balance, wanted) {
        (_, Amount::ZERO) => Err(CoinsRefusal::Nothing),
        (Amount::ZERO, _) => Err(CoinsRefusal::NothingThere { currency: currency.clone() }),
        (balance, wanted) => Ok(balance.min(wanted)),
    }
}

/// From so many coins on a change by hand may be a slip, where it is also this many times what there is.
const LARGE: Amount = Amount::of(10_000);
/// See [`LARGE`].
const MANY: i64 = 10;
/// So many coins may be a slip, whatever there is.
const HUGE: Amount = Amount::of(1_000_000);

/// How many times a balance a change by hand is, where it is so large that it may be a slip; nothing where it is usual.
pub fn unusual_times(amount: Amount, balance: Amount) -> Option<i64> {
    let times = amount.get().checked_div(balance.get()).unwrap_or(i64::MAX);
    (amount >= HUGE || (amount >= LARGE && times >= MANY)).then_some(times)
}

/// Refuses to undo an entry twice, to undo an undo, what stands for other entries, and what paid for goods, which would stay
/// behind.
pub fn may_undo(entry: &LedgerEntry, undone: Option<Undone>) -> Result<(), CoinsRefusal> {
    match undone {
        _ if entry.kind == EntryKind::Rollback => Err(CoinsRefusal::IsAnUndo),
        _ if entry.kind == EntryKind::ArchiveOpening => Err(CoinsRefusal::IsAnOpening),
        Some(Undone { by }) => Err(CoinsRefusal::AlreadyUndone { by }),
        None if matches!(entry.kind, EntryKind::ShopPurchase | EntryKind::ShopRefund) => Err(CoinsRefusal::OfTheShop),
        None => Ok(()),
    }
}

/// How the reason of an undo begins, in front of the number of the undone entry.
const UNDO: &str = "undo of entry ";

/// The reason of an undo: which entry, and why.
pub fn undo_reason(id: EntryId, why: &str) -> String {
    format!("{UNDO}{id}: {why}")
}

/// Which entry an entry says that it undoes. Whether it does is told by the undone one.
pub fn says_it_undoes(entry: &LedgerEntry) -> Option<EntryId> {
    let (number, _) = entry.reason.strip_prefix(UNDO)?.split_once(':')?;
    number.parse().ok().filter(|_| entry.kind == EntryKind::Rollback)
}

/// What stands for a reason that must not be told any more.
const ERASED: &str = "erased";

/// Whether an entry tells of a member: it is theirs, they caused it, or the reason names them.
pub fn tells_of(entry: &LedgerEntry, member: UserId) -> bool {
    entry.user == member || entry.actor == Actor::Member(member) || names_member(&entry.reason, member)
}

/// An entry without a member. The reason of another's stays unless it names them.
pub fn without(entry: &LedgerEntry, erasure: &Erasure) -> LedgerEntry {
    let is_named = entry.user == erasure.member || names_member(&entry.reason, erasure.member);
    let entry = if is_named { without_words(entry) } else { entry.clone() };
    LedgerEntry { user: erasure.of(entry.user), actor: entry.actor.called(|user| erasure.of(user)), ..entry }
}

/// An entry without the words of its reason, which may name people, handles and songs. What it undoes stays told.
pub fn without_words(entry: &LedgerEntry) -> LedgerEntry {
    let reason = says_it_undoes(entry).map_or_else(|| ERASED.to_owned(), |id| undo_reason(id, ERASED));
    LedgerEntry { reason, ..entry.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::ids::GuildId;

    const LUXURY: Called = Called::Everywhere(Currency::Luxury);

    #[test]
    fn an_amount_is_a_whole_number_from_1_to_the_cap() {
        let top = Amount::MAX.get();
        for (typed, expected) in [(1, Some(1)), (top, Some(top)), (0, None), (-1, None), (top + 1, None)] {
            assert_eq!(typed_amount(Some(typed)).ok().map(Amount::get), expected, "{typed}");
        }
        for typed in [i64::MIN, i64::MAX] {
            assert_eq!(typed_amount(Some(typed)), Err(CoinsRefusal::NotAnAmount));
        }
        assert_eq!(typed_amount(None), Err(CoinsRefusal::NotAnAmount));
    }

    #[test]
    fn a_reason_is_one_line_and_never_empty() {
        for (typed, told) in
            [("won the\n quiz ", "won the quiz"), ("", "no reason given"), (" \t\n", "no reason given")]
        {
            assert_eq!(told_reason(typed), told);
            assert_eq!(required_reason(typed).ok(), (told != "no reason given").then(|| told.to_owned()));
        }
        assert_eq!(told_reason(&"a".repeat(500)).chars().count(), LONGEST_REASON);
    }

    #[test]
    fn no_more_is_taken_than_there_is() {
        for (balance, wanted, expected) in [(5, 3, 3), (5, 5, 5), (5, 9, 5)] {
            assert_eq!(taken(&LUXURY, Amount::of(balance), Amount::of(wanted)), Ok(Amount::of(expected)));
        }
        assert_eq!(taken(&LUXURY, Amount::of(5), Amount::MAX), Ok(Amount::of(5)));
        assert_eq!(taken(&LUXURY, Amount::of(5), Amount::ZERO), Err(CoinsRefusal::Nothing));
        let nothing = CoinsRefusal::NothingThere { currency: LUXURY };
        assert_eq!(taken(&LUXURY, Amount::ZERO, Amount::of(1)), Err(nothing));
    }

    #[test]
    fn a_change_may_be_a_slip_where_it_is_large_and_many_times_what_there_is() {
        let times = |amount, balance| unusual_times(Amount::of(amount), Amount::of(balance));
        assert_eq!(times(10_000, 1_000), Some(10));
        assert_eq!(times(10_000, 0), Some(i64::MAX));
        assert_eq!(times(1_000_000, 2_000_000), Some(0));
        for (amount, balance) in [(9_999, 0), (10_000, 1_001), (999_999, 100_000)] {
            assert_eq!(times(amount, balance), None, "{amount} of {balance}");
        }
    }

    #[test]
    fn a_balance_stays_between_nothing_and_its_cap() {
        let top = Amount::MAX.get();
        let cases = [
            (0, 1, Ok(1)),
            (1000, -1000, Ok(0)),
            (top - 1, 1, Ok(top)),
            (5, 0, Err("coins.nothing")),
            (999, -1000, Err("coins.not_enough")),
            (0, i64::MIN, Err("coins.not_enough")),
            (top, 1, Err("coins.full")),
            (1, i64::MAX, Err("coins.full")),
        ];
        for (balance, delta, expected) in cases {
            let balance = Amount::try_from(balance).unwrap();
            let outcome = after_posting(&LUXURY, balance, delta).map(Amount::get);
            let outcome = outcome.map_err(|refusal| crate::kernel::refusal::Refuse::code(&refusal));
            assert_eq!(outcome, expected, "{balance} changed by {delta}");
        }
    }

    #[test]
    fn what_came_and_went_is_kept_of_the_servers_currency_without_what_was_given_back() {
        let booked = |currency, deltas: &[(i64, EntryKind)]| {
            deltas.iter().fold(Balance::default(), |row, &(delta, kind)| {
                let (user, reason, actor) = (UserId::new(1), String::new(), Actor::System);
                let posting = Posting { currency, user, delta, kind, reason, actor };
                balance_with(&row, &posting, row.amount.clamped_change(delta), Timestamp::from_micros(7))
            })
        };
        let deltas = [
            (100, EntryKind::Daily),
            (-30, EntryKind::ShopPurchase),
            (30, EntryKind::ShopRefund),
            (-40, EntryKind::TransferSend),
            (-100, EntryKind::Rollback),
        ];
        let of = Amount::of;
        let began = Some(Timestamp::from_micros(7));
        let expected = Balance { amount: of(60), earned: of(100), spent: of(70), began };
        assert_eq!(booked(Currency::Server, &deltas[..4]), expected);
        let all = booked(Currency::Server, &deltas);
        assert_eq!((all.earned, all.spent), (of(100), of(70)));
        assert_eq!(booked(Currency::Luxury, &deltas[..1]), Balance { amount: of(100), ..Balance::default() });
    }

    #[test]
    fn an_erased_member_is_in_no_entry_and_every_amount_stays() {
        let (member, pseudonym, other) = (UserId::new(1 << 40), UserId::new(1), UserId::new(2 << 40));
        let erasure = Erasure { guild: GuildId::new(5), member, pseudonym, accounts: Vec::new() };
        let entry = |user, actor, kind, reason: &str| LedgerEntry {
            currency: Currency::Luxury,
            user,
            delta: -3,
            before: Amount::of(5),
            after: Amount::of(2),
            kind,
            reason: reason.to_owned(),
            actor,
            at: Timestamp::from_micros(7),
        };
        let to_them = format!("for <@{member}>");
        for (user, actor, kind, reason, expected) in [
            (member, Actor::Live, EntryKind::Gift, "Rose ×1 by @ann", "erased"),
            (
                member,
                Actor::Member(member),
                EntryKind::Rollback,
                "undo of entry 12: for ann",
                "undo of entry 12: erased",
            ),
            (other, Actor::Member(member), EntryKind::AdminAdd, "won the quiz", "won the quiz"),
            (other, Actor::System, EntryKind::AdminAdd, to_them.as_str(), "erased"),
        ] {
            let before = entry(user, actor, kind, reason);
            assert!(tells_of(&before, member), "{reason}");
            let after = without(&before, &erasure);
            let name = |actor: Actor| actor.called(|user| erasure.of(user));
            assert_eq!(after, entry(erasure.of(user), name(actor), kind, expected));
            assert!(!tells_of(&after, member), "{reason}");
        }
        assert!(!tells_of(&entry(other, Actor::Live, EntryKind::Gift, "Rose ×1 by @bob"), member));
    }
}
