//! Which snapshots stay (`C-115`, `C-126`). The same plan counts here and for the copies elsewhere.
//!
//! | made | stay |
//! | --- | --- |
//! | daily | the newest seven, one of each of the last [`DAYS`] days that have one, and of those before one of each of [`WEEKS`] weeks |
//! | before a migration, a restore, an import | the last [`BEFORE`] of each of the three |
//! | by hand | all: only whoever made them knows when they are done with |
//!
//! No kind ever pushes out another one. Days are those of UTC, and weeks begin on Monday.

use std::collections::BTreeSet;
use std::time::Duration;

use super::label::{Label, SnapshotKind};
use crate::kernel::time::Timestamp;

/// So many days have their snapshot.
pub const DAYS: usize = 7;
/// So many weeks before those days have one.
pub const WEEKS: usize = 4;
/// So many of each kind that is made before something stay.
pub const BEFORE: usize = 7;

/// How many seconds later than now the name of a snapshot may be, where those before are taken.
pub(super) const SECONDS_AHEAD: u64 = 60;

/// The snapshots that are too many.
pub fn surplus(all: &BTreeSet<Label>, now: Timestamp) -> BTreeSet<Label> {
    let of_kind = |kind: SnapshotKind| newest_first(all.iter().copied().filter(move |label| label.kind == kind), now);
    let mut kept: BTreeSet<Label> = dailies(&of_kind(SnapshotKind::Daily), now);
    for kind in [SnapshotKind::BeforeMigration, SnapshotKind::BeforeRestore, SnapshotKind::BeforeImport] {
        kept.extend(of_kind(kind).into_iter().take(BEFORE));
    }
    kept.extend(of_kind(SnapshotKind::ByHand));
    all.difference(&kept).copied().collect()
}

/// The dailies that stay, of all of them, the newest first.
fn dailies(all: &[Label], now: Timestamp) -> BTreeSet<Label> {
    let of_days = newest_of_each(all, Timestamp::day, DAYS);
    let begin = of_days.last().map(|oldest| oldest.at.day());
    // A moment of the future is from a clock that was wrong, and a day of it is enough.
    let is_before = |label: &&Label| begin.is_some_and(|begin| label.at.day() < begin) && !is_ahead(label.at, now);
    let earlier: Vec<Label> = all.iter().filter(is_before).copied().collect();
    let of_weeks = newest_of_each(&earlier, Timestamp::week, WEEKS);
    // Several of a day are from a time when all kinds had the same names.
    all.iter().take(DAYS).copied().chain(of_days).chain(of_weeks).collect()
}

/// The newest label of each of the newest `most` spans.
fn newest_of_each(newest_first: &[Label], span: fn(Timestamp) -> i64, most: usize) -> Vec<Label> {
    let mut spans = BTreeSet::new();
    newest_first.iter().filter(|label| spans.insert(span(label.at))).take(most).copied().collect()
}

fn newest_first(labels: impl Iterator<Item = Label>, now: Timestamp) -> Vec<Label> {
    let mut labels: Vec<Label> = labels.collect();
    labels.sort_by_key(|label| std::cmp::Reverse(age_first(label.at, now)));
    labels
}

/// Sorts moments from the oldest to the newest. One of the future is from a clock that was wrong, and counts as older than
/// all others: otherwise what is made now would be the first to go.
pub(super) fn age_first(at: Timestamp, now: Timestamp) -> (bool, Timestamp) {
    (!is_ahead(at, now), at)
}

/// Whether a moment is of the future, and so of a clock that was wrong.
pub fn is_ahead(at: Timestamp, now: Timestamp) -> bool {
    at > now.after(Duration::from_secs(SECONDS_AHEAD))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use strum::VariantArray;

    use super::*;

    /// A Saturday.
    const NOW: Timestamp = Timestamp::from_millis(1_795_291_200_000);

    fn days_ago(days: u32, kind: SnapshotKind) -> Label {
        Label { at: NOW.before(Duration::from_hours(24) * days), kind }
    }

    fn left(all: &BTreeSet<Label>, now: Timestamp) -> BTreeSet<Label> {
        all.difference(&surplus(all, now)).copied().collect()
    }

    #[test]
    fn a_year_of_dailies_leaves_seven_days_and_the_last_days_of_four_weeks() {
        let all: BTreeSet<Label> = (0..365).map(|days| days_ago(days, SnapshotKind::Daily)).collect();
        let ages: Vec<u32> =
            (0..365).filter(|days| left(&all, NOW).contains(&days_ago(*days, SnapshotKind::Daily))).collect();
        // The Saturday stands for its week until the Sunday is no longer one of the seven days.
        assert_eq!(ages, [0, 1, 2, 3, 4, 5, 6, 7, 13, 20, 27]);
    }

    #[test]
    fn no_kind_pushes_out_another_and_nothing_by_hand_goes() {
        let mut all: BTreeSet<Label> = (0..7).map(|days| days_ago(days, SnapshotKind::Daily)).collect();
        all.extend(
            (0..50)
                .flat_map(|days| [SnapshotKind::ByHand, SnapshotKind::BeforeRestore].map(|kind| days_ago(days, kind))),
        );
        all.insert(days_ago(300, SnapshotKind::BeforeMigration));
        all.insert(days_ago(299, SnapshotKind::BeforeImport));
        let left = left(&all, NOW);
        let count = |kind| left.iter().filter(|label| label.kind == kind).count();
        let counts: Vec<_> = SnapshotKind::VARIANTS.iter().copied().map(count).collect();
        assert_eq!(counts, [7, 1, BEFORE, 1, 50]);
        assert!(left.contains(&days_ago(0, SnapshotKind::BeforeRestore)), "the newest stay");
    }

    #[test]
    fn seven_of_one_day_from_before_the_kinds_had_names_stay_as_they_always_did() {
        let second = |second: i64| Timestamp::from_micros(NOW.micros() + second * 1_000_000);
        let all: BTreeSet<Label> = (0..7).map(|at| Label { at: second(at), kind: SnapshotKind::Daily }).collect();
        assert_eq!(left(&all, NOW), all);
    }

    /// What happens in a time of random length: days pass, and snapshots are made.
    fn histories() -> impl Strategy<Value = Vec<(i64, SnapshotKind)>> {
        let kind = prop_oneof![6 => Just(SnapshotKind::Daily), 1 => prop::sample::select(SnapshotKind::VARIANTS)];
        prop::collection::vec((0..300_i64, kind), 1..250)
    }

    proptest! {
        #[test]
        fn whatever_happens_the_plan_holds_and_the_folder_stays_small(history in histories()) {
            let (mut now, mut made, mut here) = (NOW, BTreeSet::new(), BTreeSet::new());
            let mut dailies_of = BTreeSet::new();
            for (minutes, kind) in history {
                // From nothing to almost a fortnight, most often less than a day.
                let minutes = if minutes > 280 { (minutes - 280) * 1_000 } else { minutes * 10 };
                now = Timestamp::from_micros(now.micros() + minutes * 60_000_000 + 1_000_000);
                // The bot makes one a day.
                if kind == SnapshotKind::Daily && !dailies_of.insert(now.day()) {
                    continue;
                }
                let label = Label { at: now, kind };
                made.insert(label);
                here.insert(label);
                here = left(&here, now);
                let all = |kind: SnapshotKind| newest_first(made.iter().copied().filter(move |label| label.kind == kind), now);
                let is_here = |label: &Label| here.contains(label);
                prop_assert!(all(SnapshotKind::ByHand).iter().all(is_here));
                for kind in [SnapshotKind::BeforeMigration, SnapshotKind::BeforeRestore, SnapshotKind::BeforeImport] {
                    prop_assert!(all(kind).iter().take(BEFORE).all(is_here));
                }
                let dailies = all(SnapshotKind::Daily);
                prop_assert!(dailies.iter().take(DAYS).all(is_here), "those of the last days");
                let mut weeks = BTreeSet::new();
                let earlier = dailies.iter().skip(DAYS).filter(|label| weeks.insert(label.at.week())).take(WEEKS);
                prop_assert!(earlier.copied().all(|label| here.contains(&label)), "those of the weeks before");
                let others = here.iter().filter(|label| label.kind != SnapshotKind::ByHand).count();
                prop_assert!(others <= DAYS + WEEKS + 3 * BEFORE, "{others}");
            }
        }
    }
}
