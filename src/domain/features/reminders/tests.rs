//! Reminders from the transaction in which they are set to the one in which they are forgotten.

use std::time::Duration;

use super::service::{DUE, REMINDERS, Reminder, ReminderId, State, cancel, end, of_user, set, snooze};
use crate::features::testing::{GUILD, TestStore, said};
use crate::jobs::{self, Ring};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, UserId};
use crate::kernel::time::Timestamp;
use crate::profile;
use crate::store::Erasure;

const ANN: UserId = UserId::new(701_234_567_890_123_451);
const BEN: UserId = UserId::new(702_234_567_890_123_452);
const CHANNEL: ChannelId = ChannelId::new(3);
const OTHER: GuildId = GuildId::new(6);

fn sets(store: &TestStore, user: UserId, when: &'static str) -> Result<ReminderId> {
    let text = " water\u{202E}  the plants ";
    store.write(move |tx| set(tx, GUILD, (user, CHANNEL), when, text)).map(|(id, ..)| id)
}

fn reminders(store: &TestStore, user: UserId) -> Vec<(u64, Timestamp, State)> {
    let found = store.read(|read| of_user(read, GUILD, user));
    found.into_iter().map(|(id, reminder)| (id.get(), reminder.due, reminder.state)).collect()
}

/// Lets time pass, and gives what is due then, with the reminder that waits for it.
fn due(store: &TestStore, after: Duration) -> Vec<(Ring<ReminderId>, Option<Reminder>)> {
    store.advance(after);
    let runs = store.read(|read| jobs::due_by(read, store.now(), 100));
    let rings = runs.iter().map(|run| DUE.ring(run).unwrap());
    rings.map(|ring| (ring, store.read(|read| DUE.waiting(read, ring)))).collect()
}

/// Notes how a reminder ended.
fn ends(store: &TestStore, ring: Ring<ReminderId>, state: State) {
    store.write(move |tx| end(tx, ring, state)).unwrap();
}

const MINUTES: fn(u64) -> Duration = Duration::from_mins;

#[test]
fn a_reminder_waits_for_its_moment_is_delivered_once_and_forgotten_after_a_week() {
    crate::covers!("S-REM-01", "S-PROP-23");
    let store = TestStore::new();
    let id = sets(&store, ANN, "10m").unwrap();
    assert!(due(&store, MINUTES(9)).is_empty());
    let found = due(&store, MINUTES(1));
    let [(ring, Some(reminder))] = &found[..] else { panic!("{found:?}") };
    assert_eq!((ring.id, reminder.text.as_str(), reminder.channel), (id, "water the plants", CHANNEL));
    ends(&store, *ring, State::Delivered);
    assert!(reminders(&store, ANN).is_empty());
    let kept = || store.read(|read| REMINDERS.get(read, &(GUILD, id)));
    let before = kept();
    for _ in 0..3 {
        ends(&store, *ring, State::Undelivered);
    }
    assert_eq!(kept(), before, "once more is once");
    assert!(due(&store, Duration::from_hours(167)).is_empty());
    let found = due(&store, Duration::from_hours(1));
    let [(ring, Some(reminder))] = &found[..] else { panic!("{found:?}") };
    assert_eq!(reminder.state, State::Delivered);
    ends(&store, *ring, State::Delivered);
    assert_eq!(kept(), None);
    assert!(due(&store, Duration::from_hours(1000)).is_empty(), "its job is gone with it");
    store.check();
}

#[test]
fn one_that_comes_again_is_followed_by_the_next_in_the_same_transaction() {
    let store = TestStore::new();
    let id = sets(&store, ANN, "every day 9:00").unwrap();
    let first = reminders(&store, ANN)[0].1;
    // Three days pass in which nobody could deliver it: it comes once.
    let found = due(&store, first.since(store.now()) + Duration::from_hours(3 * 24));
    let [(ring, Some(_))] = found[..] else { panic!("{found:?}") };
    assert_eq!(ring.id, id);
    ends(&store, ring, State::Delivered);
    let next = first.after(Duration::from_hours(4 * 24));
    assert_eq!(reminders(&store, ANN), [(2, next, State::Open)]);
    ends(&store, ring, State::Delivered);
    assert_eq!(reminders(&store, ANN).len(), 1, "a job that runs twice adds one");
    store.write(|tx| cancel(tx, GUILD, ANN, ReminderId::new(2))).unwrap();
    assert!(reminders(&store, ANN).is_empty());
    store.check();
}

#[test]
fn the_number_by_which_a_series_was_set_cancels_it_also_when_it_came_once() {
    let store = TestStore::new();
    let series = sets(&store, ANN, "every day 9:00").unwrap();
    store.advance(Duration::from_secs(1));
    let once = sets(&store, ANN, "10m").unwrap();
    let first = reminders(&store, ANN).into_iter().find(|(id, ..)| *id == series.get()).unwrap().1;
    for (ring, _) in due(&store, first.since(store.now())) {
        ends(&store, ring, State::Delivered);
    }
    assert_eq!(reminders(&store, ANN).len(), 1, "the next of the series");
    let refused = store.write(move |tx| cancel(tx, GUILD, ANN, once)).unwrap_err();
    assert_eq!(refused.code(), "reminders.has_come");
    store.write(move |tx| cancel(tx, GUILD, ANN, series)).unwrap();
    assert!(reminders(&store, ANN).is_empty());
    store.check();
}

#[test]
fn a_reminder_of_nothing_is_refused() {
    let store = TestStore::new();
    for text in ["", "   ", "\u{200b}\u{200d}"] {
        let refused = store.write(move |tx| set(tx, GUILD, (ANN, CHANNEL), "10m", text)).unwrap_err();
        assert_eq!(refused.code(), "reminders.no_text", "{text:?}");
    }
}

#[test]
fn what_was_cancelled_or_put_off_meanwhile_does_nothing() {
    let store = TestStore::new();
    let [cancelled, put_off] = ["10m", "11m"].map(|when| sets(&store, ANN, when).unwrap());
    let found = due(&store, MINUTES(20));
    let [(before, Some(_)), _] = found[..] else { panic!("{found:?}") };
    store.write(move |tx| cancel(tx, GUILD, ANN, cancelled)).unwrap();
    ends(&store, before, State::Delivered);
    let found = due(&store, MINUTES(0));
    let [(ring, Some(_))] = found[..] else { panic!("{found:?}") };
    ends(&store, ring, State::Delivered);
    store.write(move |tx| snooze(tx, GUILD, ANN, put_off, "10 min")).unwrap();
    ends(&store, ring, State::Delivered);
    assert_eq!(reminders(&store, ANN), [(put_off.get(), store.now().after(MINUTES(10)), State::Open)]);
    assert!(matches!(due(&store, MINUTES(10))[..], [(_, Some(_))]));
    store.check();
}

#[test]
fn one_that_comes_again_at_a_time_within_a_minute_begins_the_next_day() {
    let store = TestStore::new();
    // It is 20:15:00.
    store.advance(Duration::from_secs(30));
    sets(&store, ANN, "every day 20:16").unwrap();
    let tomorrow = Timestamp::from_rfc3339("2025-11-22T20:16:00Z").unwrap();
    assert_eq!(reminders(&store, ANN), [(1, tomorrow, State::Open)]);
    assert_eq!(sets(&store, ANN, "20:16").unwrap_err().code(), "reminders.out_of_reach", "what comes once is refused");
    sets(&store, ANN, "every day 20:17").unwrap();
    assert_eq!(reminders(&store, ANN)[0].1, Timestamp::from_rfc3339("2025-11-21T20:17:00Z").unwrap());
}

#[test]
fn one_comes_within_366_days_whatever_the_clock_does_meanwhile() {
    let store = TestStore::new();
    store.write(|tx| profile::choose_zone(tx, GUILD, ANN, "Berlin").map(drop)).unwrap();
    // Up to a day of winter, from one of summer.
    let day = Timestamp::from_rfc3339("2027-10-30T12:00:00Z").unwrap();
    store.advance(day.since(store.now()));
    for typed in ["366d", "1 year", "12 months", "52 weeks"] {
        sets(&store, ANN, typed).unwrap();
    }
    for typed in ["367d", "366d 1m", "13 months"] {
        assert_eq!(sets(&store, ANN, typed).unwrap_err().code(), "reminders.out_of_reach", "{typed}");
    }
}

#[test]
fn a_member_has_25_open_ones_in_reach_and_only_their_own() {
    let store = TestStore::new();
    for typed in ["59s", "366d 1h", "2 years"] {
        assert_eq!(sets(&store, ANN, typed).unwrap_err().code(), "reminders.out_of_reach", "{typed}");
    }
    for typed in ["1m", "1 year"].into_iter().chain(["2h"; 23]) {
        sets(&store, ANN, typed).unwrap();
    }
    assert_eq!(sets(&store, ANN, "2h").unwrap_err().code(), "reminders.full");
    assert_eq!(sets(&store, ANN, "soon").unwrap_err().code(), "when.unclear");
    sets(&store, BEN, "2h").unwrap();
    let number = ReminderId::new(1);
    let refused = store.write(move |tx| cancel(tx, GUILD, BEN, number)).unwrap_err();
    assert!(said(refused).starts_with("You have no such reminder"));
    for (refused, code) in [
        (store.write(move |tx| snooze(tx, GUILD, BEN, number, "1 h")), "reminders.not_yours"),
        (store.write(move |tx| snooze(tx, OTHER, ANN, number, "1 h")), "reminders.none_such"),
        (store.write(move |tx| cancel(tx, OTHER, ANN, number)), "reminders.none_such"),
    ] {
        assert_eq!(refused.unwrap_err().code(), code);
    }
    store.write(move |tx| cancel(tx, GUILD, ANN, number)).unwrap();
    sets(&store, ANN, "2h").unwrap();
    store.check();
}

#[test]
fn whoever_is_erased_has_no_reminder_and_no_job_left() {
    let store = TestStore::new();
    sets(&store, ANN, "10m").unwrap();
    sets(&store, BEN, "10m").unwrap();
    store.erase(&Erasure { guild: GUILD, member: ANN, pseudonym: UserId::new(1), accounts: Vec::new() });
    assert!(reminders(&store, ANN).is_empty());
    let found = due(&store, MINUTES(10));
    assert!(matches!(&found[..], [(_, Some(reminder))] if reminder.user == BEN), "{found:?}");
    store.check();
}
