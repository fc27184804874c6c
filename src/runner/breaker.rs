//! What is known about the service behind the jobs: which lanes wait because it did not answer, and how many jobs may run
//! side by side.
//!
//! A lane whose job was not answered waits, longer each time, and keeps its order. Where three lanes in a row were not
//! answered, the service is out: nothing runs but one job now and then, to see whether it is back. The first answer lets
//! all lanes go on, first one by one, then two, four, eight, so that the service is not overrun by what waited.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::jobs::{JobId, Lane, Slot};
use crate::kernel::backoff::Backoff;
use crate::kernel::dice::Seed;
use crate::kernel::ids::GuildId;
use crate::kernel::time::Timestamp;

/// Jobs that run side by side.
pub(super) const MOST_AT_ONCE: usize = 16;
/// So many lanes in a row without an answer, and the service is out.
const OUT: usize = 3;
/// Waits of a lane.
const BACKOFF: Backoff = Backoff::new(Duration::from_secs(1), 2, Duration::from_mins(1));
/// From this try on waits differ from lane to lane, by up to a quarter.
const SCATTERED: u32 = 4;

/// How long a job waits that was not answered `tries` times.
pub(super) fn wait_after(tries: u32, job: JobId) -> Duration {
    let earlier = tries.saturating_sub(1);
    if tries < SCATTERED {
        return BACKOFF.wait(earlier);
    }
    let mut dice = Seed::fixed(0).dice("wait of a job", (job.get(), tries));
    BACKOFF.jittered(earlier, 0.75..=1.0, &mut dice)
}

/// See the module. Shared by the runner and its tasks.
#[derive(Debug)]
pub(crate) struct Breaker(Mutex<State>);

#[derive(Debug)]
struct State {
    /// Until when lanes wait.
    lanes: HashMap<Slot, Timestamp>,
    /// Lanes of which a job runs.
    running: HashSet<Slot>,
    /// Lanes that were not answered since the last answer.
    silent: HashSet<Slot>,
    /// Jobs that may run side by side while the service is not out.
    width: usize,
    /// When the next job sees whether the service is back, and how many did so in vain.
    probe: (Timestamp, u32),
    answered_at: Option<Timestamp>,
}

impl Breaker {
    /// With the lanes that waited when the process ended.
    pub(super) fn new(lanes: HashMap<Slot, Timestamp>) -> Self {
        let width = if lanes.is_empty() { MOST_AT_ONCE } else { 1 };
        let probe = (Timestamp::default(), 0);
        let (running, silent) = (HashSet::new(), HashSet::new());
        Self(Mutex::new(State { lanes, running, silent, width, probe, answered_at: None }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many jobs may run now.
    pub(super) fn width(&self, now: Timestamp) -> usize {
        let state = self.state();
        if !state.is_out() {
            return state.width;
        }
        usize::from(state.probe.0 <= now)
    }

    /// Whether the service is out.
    pub(super) fn is_out(&self) -> bool {
        self.state().is_out()
    }

    /// Whether a lane has to wait.
    pub(super) fn holds_lane(&self, slot: &Slot, now: Timestamp) -> bool {
        self.state().lanes.get(slot).is_some_and(|until| *until > now)
    }

    /// Whether a due job cannot start before the clock moves on, and does not run.
    pub(crate) fn holds(&self, guild: GuildId, lane: Lane, now: Timestamp) -> bool {
        let slot = (guild, lane);
        !self.state().running.contains(&slot) && (self.width(now) == 0 || self.holds_lane(&slot, now))
    }

    /// A job of a lane begins to run.
    pub(super) fn started(&self, slot: Slot) {
        self.state().running.insert(slot);
    }

    /// It has ended, and its lane is free or waits as was said before.
    pub(super) fn ended(&self, slot: &Slot) {
        self.state().running.remove(slot);
    }

    /// When a lane, or the next job that looks whether the service is back, has waited long enough.
    pub(super) fn next(&self, now: Timestamp) -> Option<Timestamp> {
        let mut state = self.state();
        state.lanes.retain(|_, until| *until > now);
        let probe = (state.is_out() && state.probe.0 > now).then_some(state.probe.0);
        probe.or_else(|| state.lanes.values().min().copied())
    }

    /// When the service last answered.
    pub(super) fn answered_at(&self) -> Option<Timestamp> {
        self.state().answered_at
    }

    /// A job was answered, whatever the answer was.
    pub(super) fn answered(&self, slot: Slot, now: Timestamp) {
        let mut state = self.state();
        if state.is_out() {
            tracing::info!(lanes = state.lanes.len(), "jobs are answered again; what waited goes on");
            state.lanes.clear();
        }
        state.lanes.remove(&slot);
        state.silent.clear();
        state.probe.1 = 0;
        state.width = (state.width * 2).min(MOST_AT_ONCE);
        state.answered_at = Some(now);
    }

    /// A job was not answered, and its lane waits.
    pub(super) fn unanswered(&self, slot: Slot, until: Timestamp, now: Timestamp) {
        let mut state = self.state();
        let was_out = state.is_out();
        state.lanes.insert(slot, until);
        state.silent.insert(slot);
        state.width = 1;
        if state.is_out() {
            let failed = state.probe.1.saturating_add(1);
            state.probe = (now.after(wait_after(failed, JobId::new(0))), failed);
            if !was_out {
                tracing::warn!("no job is answered; they wait, and one looks now and then whether that is over");
            }
        }
    }

    /// A lane has to wait for something that says nothing about the service, such as its own limit.
    pub(super) fn limited(&self, slot: Slot, until: Timestamp) {
        self.state().lanes.insert(slot, until);
    }

    /// A lane need not wait: what it waited for was moved behind the rest.
    pub(super) fn free(&self, slot: &Slot) {
        self.state().lanes.remove(slot);
    }
}

impl State {
    fn is_out(&self) -> bool {
        self.silent.len() >= OUT
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::ids::UserId;

    const START: Timestamp = Timestamp::from_millis(1_763_756_100_000);
    const FIRST: Duration = Duration::from_secs(1);
    const LONGEST: Duration = Duration::from_mins(1);

    fn slot(user: u64) -> Slot {
        (GuildId::new(1), Lane::User(UserId::new(user)))
    }

    #[test]
    fn waits_double_up_to_a_minute_and_differ_then() {
        let waits: Vec<u64> = (1..=3).map(|tries| wait_after(tries, JobId::new(7)).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4]);
        let minutes: HashSet<_> = (0..100).map(|job| wait_after(50, JobId::new(job)).as_millis()).collect();
        assert!(minutes.len() > 10 && minutes.iter().all(|wait| (45_000..=60_000).contains(wait)), "{minutes:?}");
        assert_eq!(wait_after(u32::MAX, JobId::new(3)).as_secs().div_ceil(60), 1);
    }

    #[test]
    fn one_silent_lane_holds_up_nobody_else() {
        let breaker = Breaker::new(HashMap::new());
        for _ in 0..10 {
            breaker.unanswered(slot(1), START.after(LONGEST), START);
        }
        assert!(breaker.holds_lane(&slot(1), START) && !breaker.holds_lane(&slot(2), START));
        assert_eq!((breaker.width(START), breaker.next(START)), (1, Some(START.after(LONGEST))));
        breaker.answered(slot(2), START);
        assert!(breaker.holds_lane(&slot(1), START));
        assert_eq!(breaker.width(START), 2);
    }

    #[test]
    fn where_nothing_is_answered_one_job_looks_now_and_then_and_the_first_answer_opens_the_way_step_by_step() {
        let breaker = Breaker::new(HashMap::new());
        let mut now = START;
        for user in 0..3 {
            breaker.unanswered(slot(user), now.after(FIRST), now);
        }
        let mut looks = 0;
        while now < START.after(Duration::from_hours(3)) {
            assert_eq!(breaker.width(now), 0);
            now = breaker.next(now).unwrap();
            assert_eq!(breaker.width(now), 1);
            looks += 1;
            breaker.unanswered(slot(looks % 3), now.after(FIRST), now);
        }
        assert!((180..260).contains(&looks), "{looks} looks in three hours");
        let widths: Vec<_> = (0..6)
            .map(|_| {
                breaker.answered(slot(9), now);
                breaker.width(now)
            })
            .collect();
        assert_eq!(widths, [2, 4, 8, 16, 16, 16]);
        assert!((0..3).all(|user| !breaker.holds_lane(&slot(user), now)));
    }
}
