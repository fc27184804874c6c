//! What came and went in a time: of a whole guild out of sums that are kept for each day, however many entries there are, and of one
//! member out of their own entries.
//!
//! A time is made of whole days in UTC. What was given back or corrected is neither earned nor spent (`D-42`), and stands beside that;
//! what remained of archived entries is nothing that came.

use std::collections::BTreeMap;
use std::ops::Range;

use strum::VariantArray;

use super::super::model::{Currency, EntryKind};
use super::super::rules::Side;
use super::super::{rules, tables};
use super::entries::Wanted;
use super::walk::{Walk, walk};
use crate::kernel::error::Result;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::store::{Read, Sum};

/// What came and went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// In how many entries.
    pub entries: u64,
    /// What came.
    pub came: i64,
    /// What went, as a number from 0 up.
    pub went: i64,
}

impl Flow {
    fn add(&mut self, Sum { count, sum }: Sum) {
        self.entries = self.entries.saturating_add(count);
        self.came = self.came.saturating_add(sum.max(0));
        self.went = self.went.saturating_sub(sum.min(0));
    }
}

/// What came and went of one currency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfCurrency {
    /// All of it.
    pub all: Flow,
    /// What was earned: what came, but for what was given back or corrected.
    pub earned: i64,
    /// What was spent, likewise.
    pub spent: i64,
    /// By what it was for.
    pub by_kind: BTreeMap<EntryKind, Flow>,
    /// By day, for days on which something came or went.
    pub by_day: BTreeMap<i64, Flow>,
    /// By week and what it was for.
    pub by_week: BTreeMap<(i64, EntryKind), Flow>,
}

/// What became of a currency in a time, told apart so that it adds up: all of it together is by how much more of it there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// What came into being.
    pub came: i64,
    /// What was spent, as a number from 0 up.
    pub went: i64,
    /// What was given back to members (above 0) or taken back from them (below 0), because something was undone.
    pub undone: i64,
    /// What the team gave (above 0) or took (below 0).
    pub by_hand: i64,
}

impl Sheet {
    fn add(&mut self, kind: EntryKind, flow: &Flow) {
        let more = flow.came.saturating_sub(flow.went);
        match rules::side(kind) {
            Side::Flow => {
                self.came = self.came.saturating_add(flow.came);
                self.went = self.went.saturating_add(flow.went);
            }
            Side::Undone => self.undone = self.undone.saturating_add(more),
            Side::ByHand => self.by_hand = self.by_hand.saturating_add(more),
            Side::Moved => {}
        }
    }

    /// By how much more (above 0) or less there is.
    pub const fn change(&self) -> i64 {
        self.came.saturating_sub(self.went).saturating_add(self.undone).saturating_add(self.by_hand)
    }

    /// What came into being and stayed, with what the team gave; and what was used up and stayed so, with what the team took.
    pub fn made_and_spent(&self) -> (i64, i64) {
        let made = self.came.saturating_add(self.by_hand.max(0)).saturating_add(self.undone.min(0));
        let spent = self.went.saturating_sub(self.by_hand.min(0)).saturating_sub(self.undone.max(0));
        (made.max(0), spent.max(0))
    }
}

impl OfCurrency {
    /// What became of it in some weeks. What members give each other moves, and is nowhere in it.
    pub fn sheet(&self, weeks: &Range<i64>) -> Sheet {
        let mut sheet = Sheet::default();
        for ((week, kind), flow) in &self.by_week {
            if weeks.contains(week) {
                sheet.add(*kind, flow);
            }
        }
        sheet
    }
}

/// What came and went in a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// For each currency of which something came or went.
    pub of: BTreeMap<Currency, OfCurrency>,
    /// Whether they are too many entries to look at, so that it is at least so much: the latest ones.
    pub are_more: bool,
}

/// Whose, of what, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Of one member; of everybody where none is named.
    pub user: Option<UserId>,
    /// Of one currency; of each where none is named.
    pub currency: Option<Currency>,
    /// On these days.
    pub days: Range<i64>,
}

/// The last days up to that of a moment, so many with it.
pub fn last_days(now: Timestamp, count: i64) -> Range<i64> {
    let end = now.day().saturating_add(1);
    end.saturating_sub(count)..end
}

/// What came and went.
pub fn statistics(read: &dyn Read, guild: GuildId, asked: &Asked) -> Result<Statistics> {
    let mut found = Statistics::default();
    let Some(user) = asked.user else {
        for currency in Currency::VARIANTS.iter().filter(|currency| asked.currency.is_none_or(|of| of == **currency)) {
            for (day, kind, sum) in tables::history_of_days(read, guild, *currency, &asked.days)? {
                found.add(*currency, day, kind, sum);
            }
        }
        return Ok(found);
    };
    let wanted = Wanted {
        user: Some(user),
        currency: asked.currency,
        since: Some(Timestamp::beginning_of_day(asked.days.start)),
        until: Some(Timestamp::beginning_of_day(asked.days.end)),
        ..Wanted::default()
    };
    let rest = walk(read, guild, &wanted, Walk::default(), |_, entry| {
        if entry.kind != EntryKind::ArchiveOpening {
            found.add(entry.currency, entry.at.day(), entry.kind, Sum { count: 1, sum: entry.delta });
        }
        Ok(true)
    })?;
    found.are_more = rest.is_some();
    Ok(found)
}

impl Statistics {
    fn add(&mut self, currency: Currency, day: i64, kind: EntryKind, sum: Sum) {
        let of = self.of.entry(currency).or_default();
        if !rules::is_neither(kind) {
            of.earned = of.earned.saturating_add(sum.sum.max(0));
            of.spent = of.spent.saturating_sub(sum.sum.min(0));
        }
        let week = Timestamp::beginning_of_day(day).week();
        of.all.add(sum);
        of.by_kind.entry(kind).or_default().add(sum);
        of.by_day.entry(day).or_default().add(sum);
        of.by_week.entry((week, kind)).or_default().add(sum);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::super::model::Posting;
    use super::super::super::service;
    use super::*;
    use crate::features::testing::{GUILD, TestStore};
    use crate::kernel::actor::Actor;

    const DAY: Duration = Duration::from_hours(24);

    fn post(store: &TestStore, user: u64, currency: Currency, kind: EntryKind, delta: i64) {
        let (user, reason, actor) = (UserId::new(user), String::new(), Actor::System);
        let posting = Posting { currency, user, delta, kind, reason, actor };
        store.write(move |tx| service::apply(tx, GUILD, &posting).map(drop)).unwrap();
    }

    #[test]
    fn what_was_given_back_is_neither_earned_nor_spent_and_each_day_is_told_apart() {
        let store = TestStore::new();
        let server = Currency::Server;
        post(&store, 1, server, EntryKind::Daily, 100);
        post(&store, 1, server, EntryKind::ShopPurchase, -30);
        store.advance(DAY * 3);
        post(&store, 1, server, EntryKind::ShopRefund, 30);
        post(&store, 2, server, EntryKind::Daily, 100);
        post(&store, 2, Currency::Luxury, EntryKind::Gift, 7);
        let now = store.now();
        let asked = |user: Option<u64>, currency, count| {
            let asked = Asked { user: user.map(UserId::new), currency, days: last_days(now, count) };
            store.read(|read| statistics(read, GUILD, &asked))
        };
        let all = asked(None, None, 30);
        assert_eq!(all.of.keys().copied().collect::<Vec<_>>(), [Currency::Luxury, server]);
        let of = &all.of[&server];
        assert_eq!((of.earned, of.spent, of.all), (200, 30, Flow { entries: 4, came: 230, went: 30 }));
        assert_eq!(of.by_kind[&EntryKind::Daily], Flow { entries: 2, came: 200, went: 0 });
        assert_eq!(of.by_day.len(), 2);
        assert_eq!(of.by_day[&now.day()], Flow { entries: 2, came: 130, went: 0 });
        let today = asked(None, Some(server), 1);
        assert_eq!((today.of.len(), today.of[&server].all.came), (1, 130));
        // Of one member it is the same, entry by entry.
        let of_one = asked(Some(1), None, 30);
        assert_eq!((of_one.of[&server].earned, of_one.of[&server].spent, of_one.are_more), (100, 30, false));
        assert_eq!(of_one.of[&server].all, Flow { entries: 3, came: 130, went: 30 });
        assert!(asked(Some(3), None, 30).of.is_empty());
    }

    #[test]
    fn what_came_went_was_undone_and_given_by_hand_adds_up_to_what_there_is() {
        let store = TestStore::new();
        let server = Currency::Server;
        for (user, kind, delta) in [
            (1, EntryKind::Daily, 400),
            (1, EntryKind::TaskReward, 42),
            (1, EntryKind::Rollback, -40),
            (1, EntryKind::ShopPurchase, -228),
            (1, EntryKind::ShopRefund, 28),
            (1, EntryKind::TransferSend, -7),
            (2, EntryKind::TransferReceive, 7),
            (2, EntryKind::Code, 3),
            (2, EntryKind::AdminAdjust, 50),
            (2, EntryKind::AdminRemove, -20),
            (2, EntryKind::AdminSet, -5),
        ] {
            post(&store, user, server, kind, delta);
        }
        let week = store.now().week();
        let asked = Asked { user: None, currency: Some(server), days: last_days(store.now(), 7) };
        let of = store.read(|read| statistics(read, GUILD, &asked)).of.remove(&server).unwrap();
        let sheet = of.sheet(&(week..week + 1));
        assert_eq!(sheet, Sheet { came: 445, went: 228, undone: -12, by_hand: 25 });
        assert_eq!(sheet.change(), store.read(|read| super::super::total(read, GUILD, server)));
        assert_eq!(sheet.made_and_spent(), (458, 228), "what was taken back was not made");
        assert_eq!(of.sheet(&(week + 1..week + 2)), Sheet::default());
    }
}
