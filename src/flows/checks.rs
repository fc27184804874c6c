//! The invariants between features.

use std::collections::BTreeMap;

use crate::features::{coins, handles};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::Read;

/// What is wrong between the features of a guild, one sentence each: a member's points are the sum of what the linked
/// handles hold (`C-34`).
pub fn check(read: &dyn Read, guild: GuildId) -> Result<Vec<String>> {
    let mut held: BTreeMap<UserId, Amount> = BTreeMap::new();
    handles::queries::for_each_linked(read, guild, |user, account| {
        let sum = held.entry(user).or_default();
        *sum = sum.clamped_change(account.points.get());
        Ok(())
    })?;
    let mut findings = Vec::new();
    let mut compare = |user: UserId, points: Amount, held: Amount| {
        if points != held {
            findings.push(format!("user {user} has {points} points, the linked handles hold {held}"));
        }
    };
    coins::queries::for_each_points(read, guild, |user, points| {
        compare(user, points, held.remove(&user).unwrap_or_default());
        Ok(())
    })?;
    for (user, held) in held {
        compare(user, Amount::ZERO, held);
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::tests::{GUILD, TestStore};
    use crate::live::Handle;

    #[test]
    fn points_that_the_handles_do_not_hold_are_found() {
        let store = TestStore::new();
        store
            .write(|tx| {
                coins::service::award_points(tx, GUILD, UserId::new(1), Amount::of(3))?;
                let ann = Handle::parse("ann").unwrap();
                let known = handles::service::seen(tx, GUILD, &ann, tx.now())?;
                handles::service::add_points(tx, GUILD, known.id, Amount::of(4))?;
                handles::service::link(tx, GUILD, UserId::new(2), &ann).map(drop)
            })
            .unwrap();
        insta::assert_snapshot!(store.read(|read| check(read, GUILD)).join("\n"), @"
        user 1 has 3 points, the linked handles hold 0
        user 2 has 0 points, the linked handles hold 4
        ");
        assert_eq!(store.read(|read| check(read, GuildId::new(6))), Vec::<String>::new());
    }
}
