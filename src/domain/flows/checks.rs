//! The invariants between features: what one keeps a copy of is what the other says.

use std::collections::BTreeMap;

use super::{lines_shown, scores_synced};
use crate::features::{coins, displays, handles};
use crate::kernel::amount::Amount;
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::store::Read;

/// What is wrong between the features of a guild, one sentence each: a member's points are the sum of what the linked
/// handles hold (`C-34`), a song in Free is ordered by its submitter's points, or they wait for the score sync (`M-PTS-05`),
/// and a line is shown where it is noted to be (`C-42`).
pub fn check(read: &dyn Read, guild: GuildId) -> Result<Vec<String>> {
    let mut findings = Vec::new();
    compare_points(read, guild, &mut findings)?;
    compare_scores(read, guild, &mut findings)?;
    for (line, at) in lines_shown::shown(read, guild)? {
        if displays::tables::noted(read, guild, line.name())? != at {
            findings.push(format!("where {line} is shown is not where it is noted to be"));
        }
    }
    Ok(findings)
}

fn compare_scores(read: &dyn Read, guild: GuildId, findings: &mut Vec<String>) -> Result<()> {
    scores_synced::for_each_stale(read, guild, |stale| {
        let scores_synced::Stale { song, place, points } = stale;
        findings.push(format!(
            "song {song} in Free is ordered by {} points, user {} has {points}; the next start of the bot mends it",
            place.score, place.user
        ));
    })
}

fn compare_points(read: &dyn Read, guild: GuildId, findings: &mut Vec<String>) -> Result<()> {
    let mut held: BTreeMap<UserId, Amount> = BTreeMap::new();
    handles::queries::for_each_linked(read, guild, |user, account| {
        let sum = held.entry(user).or_default();
        *sum = sum.clamped_change(account.points.get());
        Ok(())
    })?;
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
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::testing::{GUILD, TestStore};
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
