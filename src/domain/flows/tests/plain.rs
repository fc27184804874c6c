//! The plain model of an economy: what people have, in lists and maps, by the rules as the documents tell them.

mod erased;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use self::erased::Before;
use super::acts::{self, Act};
use super::{CODES, HOUR, ITEMS, MEMBERS, REWARD, TASK_HOURS, TASKS, member};
use crate::features::coins::model::EntryKind;
use crate::features::shop::model::CodeGift;
use crate::features::tasks::model::{ClaimState, TaskStatus};
use crate::kernel::amount::Amount;
use crate::kernel::ids::UserId;
use crate::kernel::time::Timestamp;

const DAILY: i64 = 100;
const DAY: Duration = Duration::from_hours(24);
/// For how long a buyer may give something back.
const RETURNABLE: Duration = Duration::from_mins(30);
/// So many wrong codes within an hour, and then none at all.
const GUESSES: u32 = 5;

/// What somebody has.
#[derive(Clone, Debug, Default)]
pub(super) struct Account {
    pub(super) amount: i64,
    pub(super) earned: i64,
    pub(super) spent: i64,
    pub(super) last_daily: Option<Timestamp>,
    pub(super) left_at: Option<Timestamp>,
    has_entries: bool,
}

/// A change of a balance.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    user: UserId,
    pub(super) delta: i64,
    kind: EntryKind,
    at: Timestamp,
    is_undone: bool,
    is_archived: bool,
    /// The other half of a transfer.
    other: Option<usize>,
}

#[derive(Clone, Debug)]
pub(super) struct Goods {
    pub(super) stock: i64,
    pub(super) is_removed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Done,
    Waiting,
    HandedOver,
    Returned,
}

#[derive(Clone, Debug)]
pub(super) struct Bought {
    user: UserId,
    item: usize,
    quantity: u32,
    used: u32,
    at: Timestamp,
    state: State,
    is_gift: bool,
}

impl Bought {
    fn held(&self) -> u32 {
        if self.state == State::Returned { 0 } else { self.quantity - self.used }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Work {
    pub(super) status: TaskStatus,
    pub(super) is_deleted: bool,
    pub(super) claims: BTreeMap<UserId, (ClaimState, Timestamp)>,
    ends: Timestamp,
    places: i64,
    /// The entries that paid for what is accepted.
    paid: BTreeMap<UserId, usize>,
}

impl Work {
    fn count(&self, counts: impl Fn(ClaimState) -> bool) -> i64 {
        i64::try_from(self.claims.values().filter(|(state, _)| counts(*state)).count()).unwrap()
    }
}

/// One server.
#[derive(Clone, Debug)]
pub(super) struct Plain {
    pub(super) accounts: BTreeMap<UserId, Account>,
    pub(super) entries: Vec<Entry>,
    pub(super) items: Vec<Goods>,
    pub(super) tasks: Vec<Work>,
    pub(super) purchases: Vec<Bought>,
    redeemed: Vec<BTreeSet<UserId>>,
    /// How often each code was redeemed, also by who is erased.
    used: Vec<u32>,
    guesses: BTreeMap<UserId, (Timestamp, u32)>,
    erased: u64,
    before: Before,
}

impl Plain {
    pub(super) fn new(now: Timestamp) -> Self {
        let ends = now.after(HOUR * TASK_HOURS);
        let (status, is_deleted) = (TaskStatus::Active, false);
        let task = |places| Work { status, is_deleted, claims: BTreeMap::new(), ends, places, paid: BTreeMap::new() };
        Self {
            accounts: (0..MEMBERS).map(|number| (member(number), Account::default())).collect(),
            entries: Vec::new(),
            items: ITEMS.iter().map(|(_, stock, ..)| Goods { stock: *stock, is_removed: false }).collect(),
            tasks: TASKS.into_iter().map(task).collect(),
            purchases: Vec::new(),
            redeemed: vec![BTreeSet::new(); CODES.len()],
            used: vec![0; CODES.len()],
            guesses: BTreeMap::new(),
            erased: 0,
            before: Before::default(),
        }
    }

    /// Does it, where it is allowed; whether it is.
    #[expect(clippy::too_many_lines, reason = "it is a list")]
    pub(super) fn takes(&mut self, act: &Act, now: Timestamp) -> bool {
        match *act {
            Act::Daily(user) => {
                let last = self.of(user).last_daily.max(self.before.claimed.get(&member(user)).copied());
                let is_early = last.is_some_and(|last| now < last.after(DAY));
                let is_paid = !is_early && self.post(member(user), DAILY, EntryKind::Daily, now);
                if is_paid {
                    let account = self.of(user);
                    (account.last_daily, account.left_at) = (Some(now), None);
                }
                is_paid
            }
            Act::Give(from, to, amount) => self.give(from, to, amount, now),
            Act::Add(user, amount) => self.post(member(user), amount, EntryKind::AdminAdd, now),
            Act::Remove(user, amount) => {
                let taken = amount.min(self.of(user).amount);
                self.post(member(user), -taken, EntryKind::AdminRemove, now)
            }
            Act::Set(user, amount) => {
                let delta = amount - self.of(user).amount;
                self.post(member(user), delta, EntryKind::AdminSet, now)
            }
            Act::Undo(entry) => self.undo(entry, now),
            Act::Buy(user, item, quantity) => self.buy(member(user), item, quantity, now),
            Act::Use(user, item, quantity) => self.uses(member(user), item, quantity),
            Act::Refund(number) => {
                let is_possible = self
                    .purchases
                    .get(number)
                    .is_some_and(|bought| bought.state != State::HandedOver && now < bought.at.after(RETURNABLE));
                is_possible && self.refund(number, now)
            }
            Act::RefundByTeam(number) => self.refund(number, now),
            Act::HandOver(number) => {
                let waiting = self.purchases.get_mut(number).filter(|bought| bought.state == State::Waiting);
                waiting.map(|bought| bought.state = State::HandedOver).is_some()
            }
            Act::Restock(item, stock) => {
                let goods = &mut self.items[item];
                if !goods.is_removed {
                    goods.stock = stock;
                }
                !goods.is_removed
            }
            Act::RemoveItem(item) => !std::mem::replace(&mut self.items[item].is_removed, true),
            Act::Redeem(user, code) => self.redeem(member(user), code, now, true),
            Act::Comment(user, code) => self.redeem(member(user), code, now, false),
            Act::Expire(task) => {
                let task = &mut self.tasks[task];
                let is_active = task.status == TaskStatus::Active && !task.is_deleted;
                if is_active {
                    task.status = TaskStatus::Expired;
                }
                is_active
            }
            Act::DeleteTask(task) => {
                self.tasks[task].claims.clear();
                self.tasks[task].paid.clear();
                !std::mem::replace(&mut self.tasks[task].is_deleted, true)
            }
            Act::Claim(user, task) => self.claim(member(user), task, now),
            Act::Submit(user, task) => self.moves(user, task, |state, until| {
                (state.waits_for_proof() && now < until).then_some(ClaimState::Submitted)
            }),
            Act::Accept(user, task, by) => by != user && self.accept(user, task, now),
            Act::Reject(user, task, by) => {
                by != user
                    && self
                        .moves(user, task, |state, _| (state == ClaimState::Submitted).then_some(ClaimState::Rejected))
            }
            Act::Abandon(user, task) => {
                self.moves(user, task, |state, _| is_open(state).then_some(ClaimState::Abandoned))
            }
            Act::Sweep => {
                self.sweep(now);
                true
            }
            Act::Leave(user) => {
                let account = self.of(user);
                if account.has_entries || account.last_daily.is_some() || account.left_at.is_some() {
                    account.left_at = Some(now);
                }
                true
            }
            Act::Come(user) => {
                self.of(user).left_at = None;
                true
            }
            Act::Archive(_) => {
                let kept = acts::first_kept(now.day());
                self.entries
                    .iter_mut()
                    .filter(|entry| entry.at.day() < kept)
                    .for_each(|entry| entry.is_archived = true);
                true
            }
            Act::Cleanup => {
                self.clean(now);
                true
            }
            Act::Erase(user) => {
                self.erase(member(user), now);
                true
            }
            Act::Wait(_) => true,
        }
    }

    /// Who bought something.
    pub(super) fn buyer(&self, number: usize) -> Option<UserId> {
        self.purchases.get(number).map(|bought| bought.user)
    }

    /// How many of an item somebody has.
    pub(super) fn held(&self, user: UserId, item: usize) -> u32 {
        self.purchases.iter().filter(|bought| (bought.user, bought.item) == (user, item)).map(Bought::held).sum()
    }

    /// How many of an item were sold and not given back.
    pub(super) fn sold(&self, item: usize) -> u64 {
        let is_sale = |bought: &&Bought| bought.item == item && bought.state != State::Returned && !bought.is_gift;
        self.purchases.iter().filter(is_sale).map(|bought| u64::from(bought.quantity)).sum()
    }

    fn of(&mut self, user: usize) -> &mut Account {
        self.accounts.get_mut(&member(user)).unwrap()
    }

    fn can_post(&self, user: UserId, delta: i64) -> bool {
        delta != 0 && (0..=Amount::MAX.get()).contains(&(self.accounts[&user].amount + delta))
    }

    /// Changes a balance, where that is possible.
    fn post(&mut self, user: UserId, delta: i64, kind: EntryKind, at: Timestamp) -> bool {
        let is_possible = self.can_post(user, delta);
        if is_possible {
            let account = self.accounts.get_mut(&user).unwrap();
            account.amount += delta;
            account.has_entries = true;
            if !matches!(kind, EntryKind::ShopRefund | EntryKind::Rollback) {
                let turned = if delta > 0 { &mut account.earned } else { &mut account.spent };
                *turned = (*turned + delta.abs()).min(Amount::MAX.get());
            }
            self.entries.push(Entry { user, delta, kind, at, is_undone: false, is_archived: false, other: None });
        }
        is_possible
    }

    fn give(&mut self, from: usize, to: usize, amount: i64, now: Timestamp) -> bool {
        let (sends, gets) = (member(from), member(to));
        if from == to || !self.can_post(sends, -amount) || !self.can_post(gets, amount) {
            return false;
        }
        let first = self.entries.len();
        self.post(sends, -amount, EntryKind::TransferSend, now);
        self.post(gets, amount, EntryKind::TransferReceive, now);
        (self.entries[first].other, self.entries[first + 1].other) = (Some(first + 1), Some(first));
        (self.of(from).left_at, self.of(to).left_at) = (None, None);
        true
    }

    /// By its opposite, once, with the other half of a transfer; nothing of the shop, no undo and nothing archived. A proof whose
    /// reward goes waits for a review again.
    fn undo(&mut self, number: usize, now: Timestamp) -> bool {
        let Some(named) = self.entries.get(number) else { return false };
        let all: Vec<usize> = named.other.into_iter().chain([number]).collect();
        let is_possible = all.iter().all(|number| {
            let entry = &self.entries[*number];
            let is_kind = !matches!(entry.kind, EntryKind::ShopPurchase | EntryKind::ShopRefund | EntryKind::Rollback);
            is_kind && !entry.is_undone && !entry.is_archived && self.can_post(entry.user, -entry.delta)
        });
        if is_possible {
            for number in all {
                let Entry { user, delta, .. } = self.entries[number].clone();
                self.entries[number].is_undone = true;
                self.post(user, -delta, EntryKind::Rollback, now);
                self.unaccept(user, number, now);
            }
        }
        is_possible
    }

    fn has_stock(&self, item: usize, quantity: u32) -> bool {
        let Goods { stock, is_removed } = self.items[item];
        quantity > 0 && !is_removed && (stock < 0 || stock >= i64::from(quantity))
    }

    fn hand_out(&mut self, user: UserId, item: usize, quantity: u32, at: Timestamp, is_gift: bool) {
        let goods = &mut self.items[item];
        if goods.stock >= 0 {
            goods.stock -= i64::from(quantity);
        }
        let state = if ITEMS[item].3 { State::Waiting } else { State::Done };
        self.purchases.push(Bought { user, item, quantity, used: 0, at, state, is_gift });
    }

    fn buy(&mut self, user: UserId, item: usize, quantity: u32, now: Timestamp) -> bool {
        let (price, _, limit, _) = ITEMS[item];
        // What a code gave counts for the limit of nobody: it was not bought.
        let is_theirs = |bought: &&Bought| (bought.user, bought.item) == (user, item) && !bought.is_gift;
        let counted = self.purchases.iter().filter(is_theirs).filter(|bought| bought.state != State::Returned);
        let before = self.before.bought.get(&(user, item)).copied().unwrap_or(0);
        let bought: u32 = counted.map(|bought| bought.quantity).sum::<u32>() + before;
        let total = i64::from(price) * i64::from(quantity);
        if !self.has_stock(item, quantity) || limit.is_some_and(|limit| bought + quantity > limit) {
            return false;
        }
        let is_paid = total == 0 || self.post(user, -total, EntryKind::ShopPurchase, now);
        if is_paid {
            self.hand_out(user, item, quantity, now, false);
        }
        is_paid
    }

    fn uses(&mut self, user: UserId, item: usize, quantity: u32) -> bool {
        let is_consumable = !ITEMS[item].3;
        if quantity == 0 || !is_consumable || self.held(user, item) < quantity {
            return false;
        }
        let mut rest = quantity;
        for bought in self.purchases.iter_mut().filter(|bought| (bought.user, bought.item) == (user, item)) {
            let taken = rest.min(bought.held());
            bought.used += taken;
            rest -= taken;
        }
        true
    }

    fn refund(&mut self, number: usize, now: Timestamp) -> bool {
        let Some(Bought { user, item, quantity, used, state, is_gift, .. }) = self.purchases.get(number).cloned()
        else {
            return false;
        };
        let total = i64::from(ITEMS[item].0) * i64::from(quantity);
        let is_possible = state != State::Returned && used == 0 && !is_gift && user.get() > self.erased;
        if !is_possible || (total > 0 && !self.post(user, total, EntryKind::ShopRefund, now)) {
            return false;
        }
        self.purchases[number].state = State::Returned;
        if self.items[item].stock >= 0 {
            self.items[item].stock += i64::from(quantity);
        }
        true
    }

    fn redeem(&mut self, user: UserId, code: usize, now: Timestamp, is_typed: bool) -> bool {
        let (_, gives, most) = CODES[code];
        if !is_typed && self.accounts[&user].left_at.is_some() {
            return false;
        }
        let guesses = self.guesses.get(&user).copied().filter(|(since, _)| now < since.after(HOUR));
        if guesses.is_some_and(|(_, wrong)| wrong >= GUESSES) || self.has_redeemed(user, code) {
            return false;
        }
        if self.used[code] >= most {
            if is_typed {
                let (since, wrong) = guesses.unwrap_or((now, 0));
                self.guesses.insert(user, (since, wrong + 1));
            }
            return false;
        }
        let is_given = match gives {
            CodeGift::Currency(amount) => self.post(user, amount.get(), EntryKind::Code, now),
            CodeGift::Item(_, quantity) => {
                let is_there = self.has_stock(0, quantity);
                if is_there {
                    self.hand_out(user, 0, quantity, now, true);
                }
                is_there
            }
        };
        if is_given {
            self.used[code] += 1;
            self.redeemed[code].insert(user);
        }
        is_given
    }

    fn claim(&mut self, user: UserId, id: usize, now: Timestamp) -> bool {
        let task = &mut self.tasks[id];
        let former = task.claims.get(&user).copied();
        let is_in_the_way = former.is_some_and(|(state, until)| match state {
            ClaimState::InProgress | ClaimState::Rejected => now < until,
            ClaimState::Submitted | ClaimState::Accepted => true,
            ClaimState::Expired | ClaimState::Abandoned => false,
        });
        let is_full = task.places > 0 && task.count(is_holding) >= task.places;
        let has_place = former.is_some_and(|(state, _)| is_holding(state));
        let is_open = !task.is_deleted && task.status == TaskStatus::Active && now < task.ends;
        let is_finished = self.before.finished.contains(&(user, id));
        if is_in_the_way || is_finished || !is_open || (is_full && !has_place) {
            return false;
        }
        task.claims.insert(user, (ClaimState::InProgress, now.after(HOUR * TASK_HOURS)));
        true
    }

    fn moves(&mut self, user: usize, task: usize, to: impl Fn(ClaimState, Timestamp) -> Option<ClaimState>) -> bool {
        let claim = self.tasks[task].claims.get_mut(&member(user));
        let moved = claim.and_then(|claim| to(claim.0, claim.1).map(|state| claim.0 = state));
        moved.is_some()
    }

    fn accept(&mut self, user: usize, id: usize, now: Timestamp) -> bool {
        let state = self.tasks[id].claims.get(&member(user)).map(|(state, _)| *state);
        if state != Some(ClaimState::Submitted) || !self.post(member(user), REWARD, EntryKind::TaskReward, now) {
            return false;
        }
        let entry = self.entries.len() - 1;
        let task = &mut self.tasks[id];
        task.paid.insert(member(user), entry);
        task.claims.get_mut(&member(user)).unwrap().0 = ClaimState::Accepted;
        let is_done = task.places > 0 && task.count(|state| state == ClaimState::Accepted) >= task.places;
        if is_done && task.status == TaskStatus::Active {
            task.status = TaskStatus::Completed;
        }
        true
    }

    fn sweep(&mut self, now: Timestamp) {
        for task in &mut self.tasks {
            if task.status == TaskStatus::Active && now >= task.ends {
                task.status = TaskStatus::Expired;
            }
            for (state, until) in task.claims.values_mut() {
                if state.waits_for_proof() && now >= *until {
                    *state = ClaimState::Expired;
                }
            }
        }
    }

    /// Who left long ago loses the balance, what they own and the moment of the last claim.
    fn clean(&mut self, now: Timestamp) {
        let long_ago = now.before(acts::LONG);
        let gone = self.accounts.iter().filter(|(_, account)| account.left_at.is_some_and(|left| left < long_ago));
        for user in gone.map(|(user, _)| *user).collect::<Vec<_>>() {
            let amount = self.accounts[&user].amount;
            self.post(user, -amount, EntryKind::AdminAdjust, now);
            self.accounts.get_mut(&user).unwrap().last_daily = None;
            for bought in self.purchases.iter_mut().filter(|bought| bought.user == user && bought.held() > 0) {
                bought.used = bought.quantity;
            }
        }
    }
}

fn is_holding(state: ClaimState) -> bool {
    !matches!(state, ClaimState::Expired | ClaimState::Abandoned)
}

fn is_open(state: ClaimState) -> bool {
    is_holding(state) && state != ClaimState::Accepted
}
