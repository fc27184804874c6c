//! Codes and proofs on a store in memory: rows that several of them change, limits, and what is left behind.

use std::time::Duration;

use super::*;
use crate::features::engagement::settings::WATCH_IDLE_SECONDS;
use crate::features::handles::code::LIFE;
use crate::features::handles::queries;
use crate::features::handles::rules::MOST_HANDLES;
use crate::features::handles::tables::CODES;
use crate::flows::live_events::tests::evening::{Evening, gift, viewer};
use crate::live::Occurrence;

/// An evening on which handles need proof.
fn proving() -> Evening {
    let evening = Evening::begun();
    evening.with_debug_channel();
    evening.store.write(|tx| HANDLE_PROOF.set(tx, GUILD, &true)).unwrap();
    evening
}

fn ask(evening: &Evening, user: UserId, name: &'static str) -> OpenCode {
    match evening.store.write(move |tx| link(tx, GUILD, user, &handle(name))).unwrap() {
        LinkAnswer::NeedsProof(wanted) => wanted.open,
        LinkAnswer::Made(link) => panic!("linked at once: {link:?}"),
    }
}

fn types(name: &str, open: &OpenCode) -> Occurrence {
    Occurrence::Commented(viewer(name), open.code.to_string())
}

fn account(evening: &Evening, name: &str) -> Account {
    evening.store.read(|read| queries::account(read, GUILD, &handle(name))).unwrap()
}

fn open_codes(evening: &Evening) -> u64 {
    evening.store.read(|read| CODES.len(read))
}

/// The same things happen, all in one batch or one by one. What each of them would leave wrong in rows that are in hand
/// shows in the comparison, and in the check.
#[test]
fn a_batch_with_a_proof_is_equal_to_its_events_one_by_one() {
    let outcome = |at_once: bool| {
        let evening = proving();
        evening.link(2, "ann");
        let session = evening.session().unwrap();
        let open = ask(&evening, ANN, "ann");
        let mut events = vec![
            Occurrence::Shared(viewer("ann")),
            Occurrence::Followed(viewer("bob")),
            gift("ann", 100, 1),
            types("ann", &open),
            types("ann", &open),
            gift("ann", 600, 1),
            Occurrence::Liked(viewer("ann"), 3),
        ];
        if at_once {
            evening.on_live(events);
        } else {
            events.drain(..).for_each(|event| drop(evening.on_live([event])));
        }
        evening.watch(Duration::from_mins(10));
        evening.check();
        let rows = (evening.written(), evening.watched(session, "ann"), account(&evening, "ann"));
        let sums = [1, 2].map(|user| (evening.points(user), evening.luxury(user), evening.credit(user)));
        (rows, sums, evening.store.untold())
    };
    let at_once = outcome(true);
    assert_eq!(at_once, outcome(false));
    let (rows, [ann, bob], lines) = at_once;
    assert_eq!((rows.2.linked, rows.2.is_verified()), (Some(ANN), true));
    // A share, 100 coins at 2, two comments, 600 coins at 2 and a like; coins go to whoever has the handle at that moment.
    assert_eq!(ann, (5 + 200 + 4 + 1200 + 1, 12, Some((600, false))));
    assert_eq!(bob, (0, 2, Some((100, false))));
    insta::assert_snapshot!(lines.join("\n"), @r#"
    handles.linked by 99 of Member(UserId(2)) {"handle":"ann","former":null,"was_verified":false,"points":0}
    coins.posted by live of Member(UserId(2)) 0 -> 2 {"currency":"luxury","kind":"gift","delta":2,"reason":"Rose ×1 by @ann","requested":null}
    handles.proven by live of Member(UserId(1)) {"handle":"ann","former":2,"was_verified":false,"points":207}
    coins.posted by live of Member(UserId(1)) 0 -> 12 {"currency":"luxury","kind":"gift","delta":12,"reason":"Rose ×1 by @ann","requested":null}
    "#);
}

#[test]
fn a_code_counts_up_to_its_last_moment() {
    for (wait, is_linked) in [(LIFE.saturating_sub(Duration::from_micros(1)), true), (LIFE, false)] {
        let evening = proving();
        let open = ask(&evening, ANN, "ann");
        assert_eq!(open.until, evening.store.now().after(LIFE));
        evening.store.advance(wait);
        evening.on_live([types("ann", &open)]);
        assert_eq!(account(&evening, "ann").linked.is_some(), is_linked, "{wait:?}");
        evening.check();
    }
}

#[test]
fn a_proof_that_comes_when_a_member_has_all_handles_is_refused_told_and_used_up() {
    let evening = proving();
    let open = ask(&evening, ANN, "one.more");
    let names: Vec<_> = (10..10 + MOST_HANDLES).map(|number| handle(&format!("ann.{number}"))).collect();
    let link_all =
        move |tx: &Tx<'_>| names.iter().try_for_each(|name| admin_link(tx, GUILD, ADMIN, ANN, name).map(drop));
    evening.store.write(link_all).unwrap();
    let effects = evening.on_live([types("one.more", &open), Occurrence::Shared(viewer("one.more"))]);
    assert_eq!((effects.interactions, evening.handle_points("one.more")), (2, 7), "the live goes on");
    assert_eq!((account(&evening, "one.more").linked, open_codes(&evening)), (None, 0));
    let due = evening.store.read(|read| crate::jobs::due_by(read, evening.store.now(), 1000));
    let told: Vec<_> = due.into_iter().filter(|run| run.job.kind == "handles.tell_proof").collect();
    assert!(told.len() == 1 && told[0].job.payload.contains("Unlink one first"), "{told:?}");
    let again = evening.store.write(|tx| link(tx, GUILD, ANN, &handle("one.more")).map(drop));
    assert_eq!(again.unwrap_err().code(), "handles.too_many", "who has all gets no code");
    evening.check();
}

#[test]
fn codes_are_forgotten_when_they_are_over_and_a_member_never_has_two() {
    let evening = proving();
    for _ in 0..100 {
        ask(&evening, ANN, "ann");
    }
    assert_eq!(open_codes(&evening), 1);
    for user in 100..1300 {
        ask(&evening, UserId::new(user), "star");
    }
    evening.store.advance(LIFE);
    let open = ask(&evening, BOB, "star");
    let has_expired = || evening.store.read(|read| queries::has_expired_codes(read, GUILD, evening.store.now()));
    assert!(has_expired());
    let mut rounds = 1;
    while evening.store.write(|tx| handles::service::forget_expired_codes(tx, GUILD)).unwrap() {
        rounds += 1;
    }
    assert_eq!((rounds, open_codes(&evening)), (3, 1), "some hundreds at a time, and what still counts stays");
    evening.on_live([types("star", &open)]);
    assert_eq!((account(&evening, "star").linked, open_codes(&evening)), (Some(BOB), 0));
    assert!(!has_expired());
}

#[test]
fn a_proof_ends_all_other_codes_for_the_handle() {
    let evening = proving();
    for user in 100..1300 {
        ask(&evening, UserId::new(user), "star");
    }
    let other = ask(&evening, ANN, "star.ann");
    let open = ask(&evening, BOB, "star");
    evening.on_live([types("star", &open)]);
    assert_eq!(open_codes(&evening), 1, "that of a handle whose name only begins so stays");
    evening.on_live([types("star.ann", &other)]);
    assert_eq!(account(&evening, "star.ann").linked, Some(ANN));
    evening.check();
}

#[test]
fn who_unlinks_a_handle_does_not_get_it_back_by_a_code_of_before() {
    let evening = proving();
    evening.link(1, "ann");
    let open = ask(&evening, ANN, "ann");
    let claim = ask(&evening, BOB, "ann");
    evening.store.write(|tx| unlink(tx, GUILD, ANN, &handle("ann")).map(drop)).unwrap();
    evening.on_live([types("ann", &open)]);
    assert_eq!(account(&evening, "ann").linked, None);
    assert_eq!(open_codes(&evening), 1);
    evening.on_live([types("ann", &claim)]);
    assert_eq!(account(&evening, "ann").linked, Some(BOB), "the code of somebody else still counts");
}

#[test]
fn an_administrator_who_unlinks_a_handle_voids_all_codes_for_it() {
    let evening = proving();
    evening.link(1, "ann");
    let codes = [ask(&evening, ANN, "ann"), ask(&evening, BOB, "ann")];
    evening.store.write(|tx| admin_unlink(tx, GUILD, ADMIN, ANN, &handle("ann")).map(drop)).unwrap();
    evening.on_live(codes.map(|open| types("ann", &open)));
    assert_eq!((account(&evening, "ann").linked, open_codes(&evening)), (None, 0));
}

#[test]
fn what_a_handle_watched_before_the_proof_is_paid_at_the_next_count() {
    let evening = proving();
    for _ in 0..4 {
        evening.on_live([Occurrence::Liked(viewer("ann"), 1)]);
        evening.watch(Duration::from_mins(10));
    }
    evening.watch(Duration::from_mins(20));
    // Nobody is taken to stay from now on, so nothing but the link makes the time due.
    evening.store.write(|tx| WATCH_IDLE_SECONDS.set(tx, GUILD, &0)).unwrap();
    let open = ask(&evening, ANN, "ann");
    evening.on_live([types("ann", &open)]);
    assert_eq!(evening.luxury(1), 0);
    evening.watch(Duration::from_mins(1));
    assert_eq!(evening.luxury(1), 1);
    evening.check();
}
