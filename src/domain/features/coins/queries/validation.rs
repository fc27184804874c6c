//! Whether balances are what the ledger says (`T-HLP-06`): what is there against what the entries add up to.

use std::collections::BTreeMap;

use super::super::model::{Balance, Currency, EntryId, EntryKind, LedgerEntry};
use super::super::{rules, tables};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::Read;

/// Numbers of a ledger in which the entries of an account are looked for at once.
const STRETCH: u64 = 100_000;
/// Accounts that differ and are told of one by one; the others are counted.
const MOST_TOLD: usize = 20;

/// What the entries of an account add up to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// The balance after the last one, or what they add up to where one does not continue the one before it.
    pub amount: i64,
    /// What came, as [`Balance::earned`] counts it.
    pub earned: Amount,
    /// What went, as [`Balance::spent`] counts it.
    pub spent: Amount,
    /// How many there are.
    pub entries: u64,
    /// Whether each continues the one before it: `before + delta = after`.
    pub continues: bool,
    /// Whether earlier ones were archived, which totals still count.
    pub is_archived: bool,
}

impl Proof {
    /// Nothing so far.
    pub const EMPTY: Self =
        Self { amount: 0, earned: Amount::ZERO, spent: Amount::ZERO, entries: 0, continues: true, is_archived: false };

    /// With the next entry of the account. Answers whether it continues the one before it.
    pub fn add(&mut self, entry: &LedgerEntry) -> bool {
        let (came, went) = rules::turnover(entry.currency, entry.kind, entry.delta);
        let after = self.amount.saturating_add(entry.delta);
        let continues = entry.before.get() == self.amount && entry.after.get() == after;
        self.amount = after;
        self.earned = self.earned.clamped_change(came);
        self.spent = self.spent.clamped_change(went);
        self.entries = self.entries.saturating_add(1);
        self.continues &= continues;
        self.is_archived |= entry.kind == EntryKind::ArchiveOpening;
        continues
    }

    /// Whether a balance, with all that came and went so far, is what the entries say.
    pub fn explains(&self, balance: &Balance) -> bool {
        self.continues && self.amount == balance.amount.get() && self.explains_totals(balance)
    }

    /// The same of what came and went alone.
    pub fn explains_totals(&self, balance: &Balance) -> bool {
        if self.is_archived {
            return self.earned <= balance.earned && self.spent <= balance.spent;
        }
        (self.earned, self.spent) == (balance.earned, balance.spent)
    }
}

/// An account beside what its entries say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validated {
    /// Whose.
    pub user: UserId,
    /// What there is.
    pub actual: Balance,
    /// What the entries say.
    pub expected: Proof,
}

impl Validated {
    /// Whether both agree.
    pub fn is_right(&self) -> bool {
        self.expected.explains(&self.actual)
    }
}

/// All accounts of a currency beside their entries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Validation {
    /// How many accounts were looked at.
    pub accounts: u64,
    /// How many entries.
    pub entries: u64,
    /// How many accounts differ.
    pub wrong: u64,
    /// The first of those.
    pub told: Vec<Validated>,
}

/// The account of a member beside its entries.
pub fn one(read: &dyn Read, guild: GuildId, currency: Currency, user: UserId) -> Result<Validated> {
    let mut expected = Proof::EMPTY;
    let end = tables::last_number(read, guild)?.map_or(0, EntryId::get).saturating_add(1);
    let mut from = 0_u64;
    // The index gives the latest first; so the account is walked by stretches of numbers, the first ones first.
    while from < end {
        let through = from.saturating_add(STRETCH).min(end);
        let between = EntryId::new(from)..EntryId::new(through);
        let mut ids = tables::numbers_of(read, guild, currency, user, between, usize::MAX)?;
        ids.reverse();
        for id in ids {
            if let Some(entry) = tables::LEDGER.get(read, &(guild, id))? {
                expected.add(&entry);
            }
        }
        from = through;
    }
    finish(read, guild, currency, user, expected)
}

/// All accounts of a currency beside their entries. Holds some numbers for each account, and no entry.
pub fn all(read: &dyn Read, guild: GuildId, currency: Currency) -> Result<Validation> {
    let mut proofs = BTreeMap::<UserId, Proof>::new();
    let mut entries = 0_u64;
    tables::LEDGER.for_each(read, guild, |_, entry| {
        if entry.currency == currency {
            entries = entries.saturating_add(1);
            proofs.entry(entry.user).or_insert(Proof::EMPTY).add(&entry);
        }
        Ok(())
    })?;
    tables::balances(currency).for_each(read, guild, |(_, user), _| {
        proofs.entry(user).or_insert(Proof::EMPTY);
        Ok(())
    })?;
    let mut found = Validation { entries, ..Validation::default() };
    for (user, proof) in proofs {
        let validated = finish(read, guild, currency, user, proof)?;
        found.accounts = found.accounts.saturating_add(1);
        if !validated.is_right() {
            found.wrong = found.wrong.saturating_add(1);
            if found.told.len() < MOST_TOLD {
                found.told.push(validated);
            }
        }
    }
    Ok(found)
}

fn finish(read: &dyn Read, guild: GuildId, currency: Currency, user: UserId, mut expected: Proof) -> Result<Validated> {
    if currency == Currency::Points {
        expected.amount = expected.amount.saturating_add(tables::unjournalled(read, guild, user)?);
    }
    Ok(Validated { user, actual: tables::balance_row(read, guild, currency, user)?, expected })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::TestRunner;

    use super::super::super::model::Posting;
    use super::super::super::service;
    use super::*;
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::actor::Actor;

    const ANN: UserId = UserId::new(1);

    fn post(store: &TestStore, guild: GuildId, user: u64, kind: EntryKind, delta: i64) -> bool {
        let (currency, reason, actor) = (Currency::Server, "because".to_owned(), Actor::System);
        let posting = Posting { currency, user: UserId::new(user), delta, kind, reason, actor };
        store.write(move |tx| service::apply(tx, guild, &posting).map(drop)).is_ok()
    }

    #[test]
    fn a_balance_that_its_entries_do_not_explain_is_found_with_what_was_expected() {
        crate::covers!("T-HLP-06");
        let store = TestStore::new();
        post(&store, GUILD, 1, EntryKind::Daily, 100);
        post(&store, GUILD, 1, EntryKind::ShopPurchase, -30);
        post(&store, GUILD, 2, EntryKind::Daily, 100);
        let ann = || store.read(|read| one(read, GUILD, Currency::Server, ANN));
        assert!(ann().is_right());
        let expected = Proof { amount: 70, earned: Amount::of(100), spent: Amount::of(30), entries: 2, ..Proof::EMPTY };
        assert_eq!(ann().expected, expected);
        let damage = Balance { amount: Amount::of(71), ..ann().actual };
        store.write(move |tx| tables::set_balance(tx, GUILD, Currency::Server, ANN, &damage)).unwrap();
        assert!(!ann().is_right());
        let found = store.read(|read| all(read, GUILD, Currency::Server));
        assert_eq!((found.accounts, found.entries, found.wrong), (2, 3, 1));
        assert_eq!(found.told, [ann()]);
        let elsewhere = store.read(|read| all(read, GuildId::new(6), Currency::Server));
        assert_eq!(elsewhere, Validation::default(), "T-EDG-13: no server sees what is of another");
    }

    #[test]
    fn whoever_is_unknown_has_nothing_and_that_is_right() {
        crate::covers!("T-HLP-02");
        let store = TestStore::new();
        let nobody = store.read(|read| one(read, GUILD, Currency::Server, ANN));
        assert_eq!((nobody.actual, nobody.expected), (Balance::default(), Proof::EMPTY));
        assert!(nobody.is_right());
    }

    /// A guild for each case, so that the cases also prove that nothing crosses a guild.
    #[test]
    fn whatever_is_done_every_account_is_what_its_entries_say() {
        crate::covers!("T-EDG-10", "T-EDG-15");
        let store = TestStore::new();
        let next = std::cell::Cell::new(1_u64);
        let kinds = [
            EntryKind::Daily,
            EntryKind::ShopPurchase,
            EntryKind::ShopRefund,
            EntryKind::TransferSend,
            EntryKind::Rollback,
            EntryKind::AdminSet,
        ];
        let step = (1..4_u64, proptest::sample::select(&kinds[..]), -60..60_i64);
        let cases = ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) };
        let outcome = TestRunner::new(cases).run(&proptest::collection::vec(step, 0..40), |steps| {
            let guild = GuildId::new(next.replace(next.get() + 1));
            let done = steps.iter().filter(|(user, kind, delta)| post(&store, guild, *user, *kind, *delta)).count();
            let found = store.read(|read| all(read, guild, Currency::Server));
            prop_assert_eq!((found.wrong, found.entries), (0, done as u64));
            for user in 1..4 {
                prop_assert!(store.read(|read| one(read, guild, Currency::Server, UserId::new(user))).is_right());
            }
            Ok(())
        });
        outcome.unwrap();
        store.check();
    }
}
