//! Courses of an evening, stepped by hand.

use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;

/// A course with a clock that the answers move.
struct Course {
    following: Following,
    now: Timestamp,
    dice: StdRng,
}

impl Course {
    fn begin(is_persistent: bool) -> Self {
        let dice = StdRng::seed_from_u64(7);
        Self { following: Following::begin(is_persistent), now: Timestamp::from_millis(0), dice }
    }

    fn tell(&mut self, happened: Happened) -> Next {
        self.following.next(happened, self.now, &mut self.dice)
    }

    /// Tells it, expects a wait, waits, and gives the seconds.
    fn waits_after(&mut self, happened: Happened) -> f64 {
        let Next::WaitUntil(due) = self.tell(happened) else { panic!("no wait after {happened:?}") };
        let waited = due.since(self.now);
        self.now = due;
        assert_eq!(self.tell(Happened::Due), Next::LookUp);
        waited.as_secs_f64()
    }

    fn pass(&mut self, span: Duration) {
        self.now = self.now.after(span);
    }

    fn goes_live(&mut self) {
        assert_eq!(self.tell(Happened::OnAir), Next::Connect);
        assert_eq!(self.tell(Happened::Connected), Next::Listen);
        assert_eq!(self.following.state(), State::Live);
    }
}

fn is_about(seconds: f64, expected: f64) -> bool {
    (expected * 0.8..=expected * 1.2).contains(&seconds)
}

#[test]
fn a_name_that_is_not_live_is_looked_up_less_and_less_often() {
    let mut course = Course::begin(true);
    for expected in [15.0, 30.0, 60.0, 120.0, 240.0, 300.0, 300.0, 300.0] {
        let waited = course.waits_after(Happened::Offline);
        assert!(is_about(waited, expected), "{waited} s instead of {expected} s");
    }
    course.goes_live();
}

#[test]
fn waits_are_spread_to_both_sides_by_a_fifth() {
    let mut course = Course::begin(true);
    for _ in 0..5 {
        course.waits_after(Happened::Offline);
    }
    let waits: Vec<_> = (0..200).map(|_| course.waits_after(Happened::Offline)).collect();
    assert!(waits.iter().all(|wait| (240.0..=360.0).contains(wait)), "{waits:?}");
    assert!(waits.iter().any(|wait| *wait < 260.0) && waits.iter().any(|wait| *wait > 340.0), "{waits:?}");
}

#[test]
fn whether_it_waits_may_change_on_the_way() {
    let mut course = Course::begin(true);
    course.waits_after(Happened::Offline);
    course.following.set_persistent(false);
    assert_eq!(course.tell(Happened::Offline), Next::Stop(Stop::NotLive));
    let mut course = Course::begin(false);
    course.following.set_persistent(true);
    course.waits_after(Happened::Refused(Class::Transient));
    course.waits_after(Happened::Offline);
}

#[test]
fn a_lost_connection_is_looked_for_at_once_and_then_less_and_less_often() {
    let mut course = Course::begin(true);
    course.goes_live();
    course.pass(Duration::from_mins(10));
    assert_eq!(course.tell(Happened::Dropped), Next::LookUp);
    assert_eq!(course.following.state(), State::Reconnecting(None));
    for expected in [5.0, 10.0, 20.0, 40.0, 80.0, 120.0, 120.0] {
        let waited = course.waits_after(Happened::Refused(Class::Transient));
        assert!(is_about(waited, expected), "{waited} s instead of {expected} s");
    }
    course.goes_live();
    course.pass(Duration::from_mins(10));
    assert_eq!(course.tell(Happened::Dropped), Next::LookUp, "a good connection forgets the trouble before it");
}

#[test]
fn a_connection_that_never_holds_is_not_dialled_in_a_circle() {
    let mut course = Course::begin(true);
    course.goes_live();
    assert_eq!(course.tell(Happened::Dropped), Next::LookUp);
    for expected in [5.0, 10.0, 20.0] {
        course.goes_live();
        course.pass(Duration::from_secs(1));
        let waited = course.waits_after(Happened::Dropped);
        assert!(is_about(waited, expected), "{waited} s instead of {expected} s");
    }
}

#[test]
fn the_end_of_the_live_stops_it_for_good() {
    for is_persistent in [true, false] {
        let mut course = Course::begin(is_persistent);
        course.goes_live();
        assert_eq!(course.tell(Happened::Ended), Next::Stop(Stop::LiveEnded));
        for late in [Happened::Dropped, Happened::Due, Happened::OnAir, Happened::Connected, Happened::Offline] {
            assert_eq!(course.tell(late), Next::Stop(Stop::LiveEnded), "after {late:?}");
        }
    }
}

#[test]
fn who_does_not_want_to_wait_gets_one_try() {
    let mut course = Course::begin(false);
    assert_eq!(course.tell(Happened::Offline), Next::Stop(Stop::NotLive));
    let mut course = Course::begin(false);
    assert_eq!(course.tell(Happened::Refused(Class::Transient)), Next::Stop(Stop::Refused));
    // A live that was found is kept through drops all the same.
    let mut course = Course::begin(false);
    course.goes_live();
    assert_eq!(course.tell(Happened::Dropped), Next::LookUp);
    course.waits_after(Happened::Refused(Class::Transient));
    assert_eq!(course.tell(Happened::Offline), Next::Stop(Stop::LiveEnded));
}

#[test]
fn a_rate_limit_is_waited_out_and_a_block_is_not_hammered() {
    let mut course = Course::begin(true);
    assert!(course.waits_after(Happened::Refused(Class::RateLimit(Duration::from_hours(2)))) >= 7200.0);
    let mut course = Course::begin(true);
    assert!(course.waits_after(Happened::Refused(Class::Slow)) >= 48.0);
    let mut course = Course::begin(true);
    assert_eq!(course.tell(Happened::Refused(Class::Final)), Next::Stop(Stop::Refused));
}

#[test]
fn a_live_that_is_gone_after_a_drop_is_waited_for_as_a_new_one() {
    let mut course = Course::begin(true);
    course.goes_live();
    course.pass(Duration::from_mins(10));
    assert_eq!(course.tell(Happened::Dropped), Next::LookUp);
    let waited = course.waits_after(Happened::Offline);
    assert!(is_about(waited, 15.0), "{waited}");
    assert_eq!(course.following.state(), State::Connecting);
    course.goes_live();
}

fn any_happening() -> impl Strategy<Value = Happened> {
    prop_oneof![
        Just(Happened::OnAir),
        Just(Happened::Offline),
        Just(Happened::Refused(Class::Transient)),
        Just(Happened::Refused(Class::Slow)),
        (0..100_000_u64).prop_map(|s| Happened::Refused(Class::RateLimit(Duration::from_secs(s)))),
        Just(Happened::Refused(Class::Final)),
        Just(Happened::Connected),
        Just(Happened::Dropped),
        Just(Happened::Ended),
        Just(Happened::Due),
    ]
}

proptest! {
    #[test]
    fn no_course_waits_for_ever_or_comes_back_from_its_end(
        is_persistent: bool,
        course in proptest::collection::vec(any_happening(), 1..200),
    ) {
        let mut stepped = Course::begin(is_persistent);
        let mut end = None;
        for happened in course {
            let next = stepped.tell(happened);
            if let Some(end) = end {
                prop_assert_eq!(next, Next::Stop(end));
            }
            match next {
                Next::WaitUntil(due) => {
                    let longest = match happened {
                        Happened::Refused(Class::RateLimit(limit)) => limit.max(Duration::from_mins(6)),
                        _ => Duration::from_mins(6),
                    };
                    prop_assert!(due.since(stepped.now) <= longest && due > stepped.now);
                    stepped.now = due;
                }
                Next::Stop(stop) => end = Some(stop),
                Next::LookUp | Next::Connect | Next::Listen => {}
            }
        }
    }
}
