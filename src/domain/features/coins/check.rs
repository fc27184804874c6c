//! The invariants of the ledger, recomputed from the entries.

use std::collections::BTreeMap;

use strum::VariantArray;

use super::model::{Archived, Balance, Currency, EntryId, EntryKind, LedgerEntry, SkipBought};
use super::{rules, tables};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::{Read, last_id};

/// What is wrong in a guild's ledger, one sentence each: a balance is the sum of its entries plus what is not
/// journalled yet, what came and went of it so far is what they say (`D-42`), each entry continues where the one before it ended, what stands for archived entries is the first of its
/// account, and what is undone is so by its opposite. The sums of each day are an index of the ledger, which the store checks.
pub fn check(read: &dyn Read, guild: GuildId) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    let Followed { accounts: mut expected, begins } = follow(read, guild, &mut findings)?;
    check_archive(read, guild, begins, &mut findings)?;
    tables::POINTS_UNJOURNALLED.for_each(read, guild, |(_, user), waiting| {
        expected.entry((Currency::Points, user)).or_default().amount += waiting.points;
        Ok(())
    })?;
    for &currency in Currency::VARIANTS {
        tables::balances(currency).for_each(read, guild, |(_, user), balance| {
            let listed = expected.remove(&(currency, user)).unwrap_or_default();
            if listed.amount != balance.amount.get() {
                let Account { amount, .. } = listed;
                findings.push(format!("user {user} has {} {currency}, the ledger says {amount}", balance.amount));
            }
            if !listed.explains_totals(&balance, begins) {
                let (Account { earned, spent, .. }, kept) = (listed, &balance);
                findings.push(format!(
                    "user {user} earned {} and spent {}, the ledger says {earned} and {spent}",
                    kept.earned, kept.spent
                ));
            }
            if currency == Currency::Server && balance.began.is_none() {
                findings.push(format!("nothing says since when user {user} has an account"));
            }
            Ok(())
        })?;
    }
    for ((currency, user), listed) in expected.into_iter().filter(|(_, listed)| listed.amount != 0) {
        findings.push(format!("user {user} has no balance of {currency}, the ledger says {}", listed.amount));
    }
    check_undone(read, guild, &mut findings)?;
    // Which purchase paid for the place of a song stays known when it is archived.
    let given = EntryId::new(last_id(read, guild, "coins.ledger")?);
    let is_archived = |id: EntryId| id < begins && id <= given;
    let is_purchase =
        |id: EntryId| -> Result<bool> { Ok(is_archived(id) || tables::skip_entry(read, guild, id)?.is_some()) };
    tables::SKIPS_BOUGHT.for_each(read, guild, |(_, song), bought| {
        if !is_purchase(bought.entry)? {
            findings.push(format!("the place of song {song} is paid for by entry {}, which buys none", bought.entry));
        }
        Ok(())
    })?;
    tables::EARLIER_SKIPS.for_each(read, guild, |(_, id), SkipBought { entry: earlier }| {
        if earlier >= id || !is_purchase(id)? || !is_purchase(earlier)? {
            findings.push(format!("entry {earlier} is no purchase before entry {id} for the same song"));
        }
        Ok(())
    })?;
    Ok(findings)
}

/// An undone entry has its opposite in the same account, later.
fn check_undone(read: &dyn Read, guild: GuildId, findings: &mut Vec<String>) -> Result<()> {
    tables::UNDONE.for_each(read, guild, |(_, id), undone| {
        let pair = tables::LEDGER.get(read, &(guild, id))?.zip(tables::LEDGER.get(read, &(guild, undone.by))?);
        let fits = pair.is_some_and(|(entry, by)| {
            by.kind == EntryKind::Rollback
                && (by.user, by.currency, by.delta) == (entry.user, entry.currency, -entry.delta)
                && undone.by > id
        });
        if !fits {
            findings.push(format!("ledger entry {} does not undo entry {id}", undone.by));
        }
        Ok(())
    })
}

/// What the entries of an account say.
#[derive(Clone, Copy, Debug, Default)]
struct Account {
    /// The balance after the last one.
    amount: i64,
    /// What came, as [`Balance::earned`] counts it.
    earned: Amount,
    /// What went, as [`Balance::spent`] counts it.
    spent: Amount,
}

impl Account {
    fn add(&mut self, entry: &LedgerEntry) {
        let (came, went) = rules::turnover(entry.currency, entry.kind, entry.delta);
        self.amount = entry.after.get();
        self.earned = self.earned.clamped_change(came);
        self.spent = self.spent.clamped_change(went);
    }

    /// Whether what came and went is what the entries say: no less where the first ones were archived, which it still counts.
    fn explains_totals(&self, balance: &Balance, begins: EntryId) -> bool {
        if begins > EntryId::new(1) {
            return self.earned <= balance.earned && self.spent <= balance.spent;
        }
        (self.earned, self.spent) == (balance.earned, balance.spent)
    }
}

/// All entries of a guild, followed in order.
struct Followed {
    /// What those of each account say.
    accounts: BTreeMap<(Currency, UserId), Account>,
    /// The first entry that stands for itself. What has a smaller number was archived.
    begins: EntryId,
}

/// Follows all entries in order. Holds some numbers for each account, and no entry.
fn follow(read: &dyn Read, guild: GuildId, findings: &mut Vec<String>) -> Result<Followed> {
    let mut followed = Followed { accounts: BTreeMap::new(), begins: EntryId::new(u64::MAX) };
    tables::LEDGER.for_each(read, guild, |(_, id), entry| {
        let is_opening = entry.kind == EntryKind::ArchiveOpening;
        if is_opening && (followed.begins < id || followed.accounts.contains_key(&(entry.currency, entry.user))) {
            findings.push(format!(
                "ledger entry {id} stands for earlier ones, and is not the first of user {}",
                entry.user
            ));
        }
        if !is_opening {
            followed.begins = followed.begins.min(id);
        }
        let account = followed.accounts.entry((entry.currency, entry.user)).or_default();
        if entry.before.get() != account.amount || entry.after.get() != account.amount + entry.delta {
            findings.push(format!("ledger entry {id} does not continue the balance of user {}", entry.user));
        }
        account.add(&entry);
        Ok(())
    })?;
    Ok(followed)
}

/// What is in the archive was in the ledger before everything that is there now, and adds up in itself.
fn check_archive(read: &dyn Read, guild: GuildId, begins: EntryId, findings: &mut Vec<String>) -> Result<()> {
    tables::ARCHIVE.for_each(read, guild, |(_, id), Archived { entry, .. }| {
        let adds_up = entry.before.get().checked_add(entry.delta) == Some(entry.after.get());
        if id >= begins || !adds_up || entry.kind == EntryKind::ArchiveOpening {
            findings.push(format!("entry {id} in the archive is none that left the ledger"));
        }
        Ok(())
    })
}

/// What one balance should be, by its entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validated {
    /// Of which currency.
    pub currency: Currency,
    /// How many entries it has.
    pub entries: u64,
    /// What they add up to, with what is not journalled yet.
    pub expected: i64,
    /// What it is.
    pub actual: i64,
    /// The first entry that does not go on where the one before it ended.
    pub broken_at: Option<EntryId>,
}

impl Validated {
    /// Whether the entries explain the balance.
    pub fn is_valid(&self) -> bool {
        self.expected == self.actual && self.broken_at.is_none()
    }
}

/// Adds up the entries of each balance of a member, one after the other (`T-API-15`).
pub fn validate(read: &dyn Read, guild: GuildId, user: UserId) -> Result<Vec<Validated>> {
    let of = |currency: &Currency| {
        let currency = *currency;
        let (mut balance, mut entries, mut broken_at) = (0_i64, 0, None);
        tables::for_each_of(read, guild, currency, user, |id, entry| {
            entries += 1;
            let goes_on = entry.before.get() == balance && balance.checked_add(entry.delta) == Some(entry.after.get());
            if !goes_on && broken_at.is_none() {
                broken_at = Some(id);
            }
            balance = balance.saturating_add(entry.delta);
            Ok(())
        })?;
        if currency == Currency::Points {
            balance = balance.saturating_add(tables::unjournalled(read, guild, user)?);
        }
        let actual = tables::balance(read, guild, currency, user)?.get();
        Ok(Validated { currency, entries, expected: balance, actual, broken_at })
    };
    Currency::VARIANTS.iter().map(of).collect()
}
