//! The invariants of the ledger, recomputed from the entries.

use std::collections::BTreeMap;

use strum::VariantArray;

use super::model::{Balance, Currency, EntryKind, SkipBought};
use super::queries::validation::Proof;
use super::tables;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::Read;

/// What is wrong in a guild's ledger, one sentence each: a balance is the sum of its entries plus what is not
/// journalled yet, what came and went of it so far is what they say, each entry continues where the one before it ended, and what is undone is so by its opposite. The sums of
/// each day are an index of the ledger, which the store checks.
pub fn check(read: &dyn Read, guild: GuildId) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    let mut expected = follow(read, guild, &mut findings)?;
    tables::POINTS_UNJOURNALLED.for_each(read, guild, |(_, user), waiting| {
        expected.entry((Currency::Points, user)).or_insert(Proof::EMPTY).amount += waiting.points;
        Ok(())
    })?;
    for &currency in Currency::VARIANTS {
        tables::balances(currency).for_each(read, guild, |(_, user), balance| {
            let listed = expected.remove(&(currency, user)).unwrap_or(Proof::EMPTY);
            if listed.amount != balance.amount.get() {
                findings
                    .push(format!("user {user} has {} {currency}, the ledger says {}", balance.amount, listed.amount));
            }
            if !listed.explains_totals(&balance) {
                let Balance { earned, spent, .. } = balance;
                let (came, went) = (listed.earned, listed.spent);
                findings
                    .push(format!("user {user} earned {earned} and spent {spent}, the ledger says {came} and {went}"));
            }
            if balance.began.is_none() && currency == Currency::Server {
                findings.push(format!("nobody knows since when user {user} has an account"));
            }
            Ok(())
        })?;
    }
    for ((currency, user), listed) in expected.into_iter().filter(|(_, listed)| listed.amount != 0) {
        findings.push(format!("user {user} has no balance of {currency}, the ledger says {}", listed.amount));
    }
    check_undone(read, guild, &mut findings)?;
    tables::SKIPS_BOUGHT.for_each(read, guild, |(_, song), bought| {
        let entry = tables::LEDGER.get(read, &(guild, bought.entry))?;
        if entry.is_none_or(|entry| entry.kind != EntryKind::BuySkip) {
            findings.push(format!("the place of song {song} is paid for by entry {}, which buys none", bought.entry));
        }
        Ok(())
    })?;
    tables::EARLIER_SKIPS.for_each(read, guild, |(_, id), SkipBought { entry: earlier }| {
        let both = [tables::LEDGER.get(read, &(guild, id))?, tables::LEDGER.get(read, &(guild, earlier))?];
        if earlier >= id || both.iter().any(|entry| entry.as_ref().is_none_or(|entry| entry.kind != EntryKind::BuySkip))
        {
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

/// Follows all entries in order, to what those of each account add up to. Holds some numbers for each account, and no entry.
fn follow(read: &dyn Read, guild: GuildId, findings: &mut Vec<String>) -> Result<BTreeMap<(Currency, UserId), Proof>> {
    let mut accounts = BTreeMap::<_, Proof>::new();
    tables::LEDGER.for_each(read, guild, |(_, id), entry| {
        let account = accounts.entry((entry.currency, entry.user)).or_insert(Proof::EMPTY);
        if !account.add(&entry) {
            findings.push(format!("ledger entry {id} does not continue the balance of user {}", entry.user));
            account.amount = entry.after.get();
        }
        Ok(())
    })?;
    Ok(accounts)
}
