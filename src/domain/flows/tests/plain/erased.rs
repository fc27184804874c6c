//! Who is erased, and what still counts of them; and acceptances that are taken back with their rewards.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{CODES, ITEMS};
use super::{Account, Bought, DAY, Plain, State, is_open};
use crate::features::tasks::model::{ClaimState, TaskStatus};
use crate::kernel::ids::UserId;
use crate::kernel::time::Timestamp;

/// What counts of somebody although they were erased: the last claim, how many of each item, redeemed codes and finished tasks.
#[derive(Clone, Debug, Default)]
pub(super) struct Before {
    pub(super) claimed: BTreeMap<UserId, Timestamp>,
    pub(super) bought: BTreeMap<(UserId, usize), u32>,
    pub(super) redeemed: BTreeSet<(UserId, usize)>,
    pub(super) finished: BTreeSet<(UserId, usize)>,
}

impl Plain {
    pub(super) fn has_redeemed(&self, user: UserId, code: usize) -> bool {
        self.redeemed[code].contains(&user) || self.before.redeemed.contains(&(user, code))
    }

    /// The acceptance that an entry paid for is taken back, unless its task is gone or its member was erased.
    pub(super) fn unaccept(&mut self, user: UserId, entry: usize, now: Timestamp) {
        for task in self.tasks.iter_mut().filter(|task| task.paid.get(&user) == Some(&entry)) {
            let is_last = task.places > 0 && task.count(|state| state == ClaimState::Accepted) >= task.places;
            if task.status == TaskStatus::Completed && is_last {
                task.status = if now < task.ends { TaskStatus::Active } else { TaskStatus::Expired };
            }
            task.paid.remove(&user);
            task.claims.get_mut(&user).unwrap().0 = ClaimState::Submitted;
        }
    }

    /// What somebody had goes on under a number, and they begin anew, but for the limits that still run.
    pub(super) fn erase(&mut self, user: UserId, now: Timestamp) {
        self.erased += 1;
        let pseudonym = UserId::new(self.erased);
        let last = self.accounts[&user].last_daily.max(self.before.claimed.get(&user).copied());
        if let Some(last) = last.filter(|last| now < last.after(DAY)) {
            self.before.claimed.insert(user, last);
        }
        let is_limited = |bought: &&Bought| {
            let is_counted = bought.state != State::Returned && !bought.is_gift && ITEMS[bought.item].2.is_some();
            bought.user == user && is_counted && !self.items[bought.item].is_removed
        };
        for bought in self.purchases.iter().filter(is_limited) {
            *self.before.bought.entry((user, bought.item)).or_default() += bought.quantity;
        }
        let before = self.accounts.insert(user, Account::default()).unwrap();
        self.accounts.insert(pseudonym, Account { last_daily: None, left_at: None, ..before });
        self.entries.iter_mut().filter(|entry| entry.user == user).for_each(|entry| entry.user = pseudonym);
        self.purchases.iter_mut().filter(|bought| bought.user == user).for_each(|bought| bought.user = pseudonym);
        for (index, task) in self.tasks.iter_mut().enumerate() {
            task.paid.remove(&user);
            if let Some((state, until)) = task.claims.remove(&user) {
                if state == ClaimState::Accepted {
                    self.before.finished.insert((user, index));
                }
                let state = if is_open(state) { ClaimState::Abandoned } else { state };
                task.claims.insert(pseudonym, (state, until));
            }
        }
        // Of a code that is used up nobody has to be kept away.
        for (code, (.., most)) in CODES.iter().enumerate() {
            if self.redeemed[code].remove(&user) && self.used[code] < *most {
                self.before.redeemed.insert((user, code));
            }
        }
    }
}
