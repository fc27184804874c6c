//! Accounts that change their names: what is theirs stays theirs.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::prelude::*;

use super::evening::{numbered, viewer};
use super::*;
use crate::features::handles::model::Account;
use crate::features::queue::model::Line;

fn shared(number: u64, name: &str) -> Occurrence {
    Occurrence::Shared(numbered(number, name))
}

fn gifted(number: u64, name: &str, coins: u32) -> Occurrence {
    let Occurrence::Gifted(_, gift) = gift(name, coins, 1) else { unreachable!() };
    Occurrence::Gifted(numbered(number, name), gift)
}

fn account(evening: &Evening, name: &str) -> Option<Account> {
    let handle = Handle::parse(name).unwrap();
    evening.store.read(|read| handles::queries::account(read, GUILD, &handle))
}

fn owner(evening: &Evening, name: &str) -> Option<u64> {
    account(evening, name).and_then(|account| account.linked).map(UserId::get)
}

/// The handles of a member.
fn handles_of(evening: &Evening, user: u64) -> Vec<String> {
    let accounts = evening.store.read(|read| handles::queries::linked_handles(read, GUILD, UserId::new(user)));
    accounts.into_iter().map(|account| account.handle.as_str().to_owned()).collect()
}

use crate::features::testing::GUILD;

#[test]
fn a_link_follows_the_account_to_its_new_name_with_all_that_is_its() {
    let evening = Evening::begun();
    evening.on_live([shared(777_001, "hal.old")]);
    evening.link(1, "hal.old");
    let song = evening.submit(1, Line::Free);
    evening.on_live([gifted(777_001, "hal.old", 400)]);
    evening.on_live([gifted(777_001, "hal.new", 1_000)]);
    assert_eq!(handles_of(&evening, 1), ["hal.new"]);
    assert_eq!(account(&evening, "hal.old"), None);
    assert_eq!((evening.points(1), evening.luxury(1)), (5 + 800 + 1_000, 8 + 20));
    assert_eq!((evening.credit(1), evening.line(song)), (Some((1_400, true)), Line::Skip5));
    evening.check();
}

#[test]
fn a_name_that_somebody_else_takes_over_is_not_the_members_any_more() {
    let evening = Evening::begun();
    evening.on_live([shared(1, "hal")]);
    evening.link(1, "hal");
    // Somebody has the name before Hal is seen under a new one.
    evening.on_live([gifted(2, "hal", 1_000)]);
    assert_eq!((owner(&evening, "hal"), evening.points(1), evening.luxury(1)), (None, 5, 0));
    assert_eq!(handles_of(&evening, 1), ["hal~1"]);
    evening.on_live([shared(1, "hal.new"), shared(2, "hal")]);
    assert_eq!((handles_of(&evening, 1), evening.points(1)), (vec!["hal.new".to_owned()], 10));
    assert_eq!(evening.handle_points("hal"), 1_005);
    evening.check();
}

#[test]
fn the_name_beside_a_song_follows_the_account_of_its_submitter() {
    let evening = Evening::begun();
    evening.on_live([shared(1, "ann_tt"), shared(2, "bob_tt")]);
    evening.link(1, "ann_tt");
    evening.link(2, "bob_tt");
    let (ann, bob) = (evening.sends(1, false), evening.sends(2, false));
    let beside = |song| evening.entry(song).song.handle();
    let names = |ann: &str, bob: &str| (Some(ann.to_owned()), Some(bob.to_owned()));
    evening.on_live([shared(1, "ann_new")]);
    assert_eq!((beside(ann), beside(bob)), names("ann_new", "bob_tt"));
    // Bob has the name before Ann is seen under another one.
    evening.on_live([shared(2, "ann_new")]);
    assert_eq!((beside(ann), beside(bob)), names("ann_new (former name)", "ann_new"));
    evening.on_live([shared(1, "swap1")]);
    assert_eq!((beside(ann), beside(bob)), names("swap1", "ann_new"));
    evening.check();
}

#[test]
fn names_that_are_swapped_or_go_round_in_one_batch_end_where_they_are() {
    let evening = Evening::begun();
    let names = ["ann", "bob", "cat"];
    evening.on_live((1..).zip(names).map(|(number, name)| shared(number, name)));
    (1..).zip(names).for_each(|(user, name)| evening.link(user, name));
    evening.on_live([shared(1, "bob"), shared(2, "cat"), shared(3, "ann")]);
    assert_eq!(["ann", "bob", "cat"].map(|name| owner(&evening, name)), [Some(3), Some(1), Some(2)]);
    evening.on_live([shared(1, "cat"), shared(2, "bob")]);
    assert_eq!(["ann", "bob", "cat"].map(|name| owner(&evening, name)), [Some(3), Some(2), Some(1)]);
    assert_eq!([1, 2, 3].map(|user| evening.points(user)), [15, 15, 10]);
    evening.check();
}

#[test]
fn a_handle_that_was_linked_before_its_number_was_known_is_that_of_the_first_who_comes_under_it() {
    let evening = Evening::begun();
    evening.link(1, "hal");
    evening.on_live([shared(7, "hal")]);
    evening.on_live([shared(7, "hal.new")]);
    assert_eq!((handles_of(&evening, 1), evening.points(1)), (vec!["hal.new".to_owned()], 10));
    // Without a number the name is all that there is.
    evening.on_live([Occurrence::Shared(viewer("hal.new"))]);
    assert_eq!(evening.points(1), 15);
    evening.check();
}

#[test]
fn a_new_name_that_was_linked_before_it_was_seen_is_one_with_the_account_behind_it() {
    let evening = Evening::begun();
    evening.on_live([shared(7, "hal.old")]);
    // Nobody's account, its new name linked by an administrator.
    evening.link(1, "hal.new");
    evening.on_live([shared(7, "hal.new")]);
    assert_eq!((handles_of(&evening, 1), evening.points(1)), (vec!["hal.new".to_owned()], 10));
    // The member linked both names.
    evening.link(1, "hal.newest");
    evening.on_live([shared(7, "hal.newest")]);
    assert_eq!((handles_of(&evening, 1), evening.points(1)), (vec!["hal.newest".to_owned()], 15));
    // Two members: the account that did things on the live keeps its link, the other one is told.
    evening.link(2, "hal.last");
    evening.on_live([shared(7, "hal.last")]);
    assert_eq!((owner(&evening, "hal.last"), evening.points(1), evening.points(2)), (Some(1), 20, 0));
    assert_eq!(handles_of(&evening, 2).len(), 1, "their link is not lost in silence");
    evening.check();
}

#[test]
fn the_host_under_a_new_name_is_still_the_host_and_the_session_goes_on() {
    let evening = Evening::begun();
    let session = evening.session().unwrap();
    evening.on_live([shared(9, HOST), shared(9, "host.new"), shared(1, "ann")]);
    evening.store.advance(Duration::from_mins(5));
    evening.count_watch_time();
    assert_eq!(evening.session(), Some(session));
    assert_eq!((evening.watched(session, "host.new").0, evening.watched(session, "ann").0), (0, 300));
    evening.check();
}

#[test]
fn what_is_in_hand_of_a_batch_is_not_lost_by_a_new_name_in_its_middle() {
    let evening = Evening::begun();
    evening.on_live([shared(1, "ann"), shared(2, "bob")]);
    evening.link(1, "ann");
    evening.link(2, "bob");
    evening.on_live([
        shared(1, "ann"),
        shared(2, "bob"),
        shared(1, "bob"),
        shared(2, ""),
        shared(1, ""),
        shared(2, "ann"),
        shared(1, "bob"),
    ]);
    assert_eq!((evening.points(1), evening.points(2)), (5 + 20, 5 + 15));
    assert_eq!((owner(&evening, "bob"), owner(&evening, "ann")), (Some(1), Some(2)));
    evening.check();
}

#[test]
fn each_guild_has_its_own_numbers_and_names() {
    let evening = Evening::begun();
    evening.on_live([shared(1, "ann")]);
    evening.link(1, "ann");
    let other = GuildId::new(6);
    let events: Vec<_> = [Occurrence::Connected, shared(1, "ann.new"), shared(2, "ann")]
        .map(|what| LiveEvent::new(evening.store.now(), what))
        .into();
    evening.store.write(move |tx| run(tx, other, &Handle::parse(HOST).unwrap(), &events)).unwrap();
    assert_eq!(handles_of(&evening, 1), ["ann"]);
    evening.check();
}

const NAMES: [&str; 4] = ["ann", "bob", "cat", "dan"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_names_accounts_come_under_each_keeps_what_is_its(
        deeds in proptest::collection::vec((1..4_u64, 0..5_usize), 1..40),
        cuts in proptest::collection::vec(any::<bool>(), 40),
    ) {
        let evening = Evening::begun();
        evening.on_live((1..).zip(&NAMES[..3]).map(|(number, name)| shared(number, name)));
        (1..).zip(&NAMES[..3]).for_each(|(user, name)| evening.link(user, name));
        let mut points: BTreeMap<u64, i64> = (1..4).map(|number| (number, 5)).collect();
        let mut names: BTreeMap<&str, u64> = NAMES[..3].iter().copied().zip(1..).collect();
        let mut batch = Vec::new();
        for ((number, name), cut) in deeds.into_iter().zip(cuts) {
            *points.entry(number).or_default() += 5;
            // The last of the names is none: TikTok left it out.
            let name = NAMES.get(name).copied().unwrap_or_default();
            if !name.is_empty() {
                names.retain(|_, owner| *owner != number);
                names.insert(name, number);
            }
            batch.push(shared(number, name));
            if cut {
                evening.on_live(std::mem::take(&mut batch));
            }
        }
        evening.on_live(batch);
        for (number, points) in points {
            prop_assert_eq!(evening.points(number), points);
        }
        for name in NAMES {
            prop_assert_eq!(owner(&evening, name), names.get(name).copied(), "{}", name);
        }
        evening.check();
    }
}
