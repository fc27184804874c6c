//! What Discord said of late, of a bounded number of things; the one that nobody has asked for the longest time goes first.
//!
//! One thing is asked for once at a time: whoever asks meanwhile waits for the same answer. The request runs in a task of
//! its own, so that an asker that stops to listen, or listens slowly, holds up nobody. An answer that was under way when its
//! thing was forgotten is for those alone who had asked by then: it may tell what was before.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::{ABSENT, FRESH};
use crate::kernel::time::{Clock, Timestamp};

/// What Discord said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Lookup<T> {
    /// It is so.
    Is(T),
    /// There is none.
    NotThere,
    /// Nothing that could be relied on.
    Silent,
}

impl<T> Lookup<T> {
    const fn is_silence(&self) -> bool {
        matches!(self, Self::Silent)
    }

    /// For how long it counts. Silence does for those alone who waited for it.
    const fn lasts(&self) -> Duration {
        match self {
            Self::Is(_) => FRESH,
            Self::NotThere => ABSENT,
            Self::Silent => Duration::ZERO,
        }
    }
}

/// The memory.
pub(super) struct Kept<K, T> {
    most: usize,
    state: Mutex<State<K, T>>,
}

struct State<K, T> {
    by_key: BTreeMap<K, Entry<T>>,
    /// The keys by the number of their latest use.
    by_use: BTreeMap<u64, K>,
    uses: u64,
}

struct Entry<T> {
    answer: Answer<T>,
    used: u64,
}

/// An answer that is there or to come.
type Answer<T> = watch::Receiver<Option<Given<T>>>;

struct Given<T> {
    /// When the request began: what is told may have been so then, and not later.
    asked: Timestamp,
    told: Lookup<T>,
}

impl<T> Given<T> {
    /// A clock that was set back makes nothing fresh.
    fn is_fresh(&self, now: Timestamp) -> bool {
        self.asked <= now && now.since(self.asked) < self.told.lasts()
    }
}

impl<T> Entry<T> {
    /// Whether whoever asks now may have this answer.
    fn is_usable(&self, now: Timestamp) -> bool {
        match &*self.answer.borrow() {
            Some(given) => given.is_fresh(now),
            // Of a request that broke none comes any more.
            None => self.answer.has_changed().is_ok(),
        }
    }
}

impl<K: Copy + Ord, T: Clone + Send + Sync + 'static> Kept<K, T> {
    /// An empty memory of at most so many things.
    pub(super) const fn new(most: usize) -> Self {
        Self { most, state: Mutex::new(State { by_key: BTreeMap::new(), by_use: BTreeMap::new(), uses: 0 }) }
    }

    /// What is known of a thing; `ask` is done only where nothing is, and nobody is asking.
    pub(super) async fn get(
        &self,
        key: K,
        clock: &Clock,
        ask: impl Future<Output = Lookup<T>> + Send + 'static,
    ) -> Lookup<T> {
        let mut answer = self.answer(key, clock.now(), ask);
        match answer.wait_for(Option::is_some).await {
            Ok(given) => given.as_ref().map_or(Lookup::Silent, |given| given.told.clone()),
            Err(_) => Lookup::Silent,
        }
    }

    /// What was told of the things of a range within so long, also where that counts no more; without what nobody was told.
    pub(super) fn lately(&self, keys: RangeInclusive<K>, now: Timestamp, within: Duration) -> Vec<(K, Lookup<T>)> {
        let state = self.lock();
        let told = state.by_key.range(keys).filter_map(|(key, entry)| match &*entry.answer.borrow() {
            Some(Given { asked, told }) if *asked <= now && now.since(*asked) < within && !told.is_silence() => {
                Some((*key, told.clone()))
            }
            _ => None,
        });
        told.collect()
    }

    fn answer(&self, key: K, now: Timestamp, ask: impl Future<Output = Lookup<T>> + Send + 'static) -> Answer<T> {
        let mut state = self.lock();
        let State { by_key, by_use, uses } = &mut *state;
        let known = by_key.remove(&key);
        if let Some(known) = &known {
            by_use.remove(&known.used);
        }
        let answer = known.filter(|entry| entry.is_usable(now)).map_or_else(|| begin(now, ask), |entry| entry.answer);
        *uses += 1;
        by_use.insert(*uses, key);
        by_key.insert(key, Entry { answer: answer.clone(), used: *uses });
        if by_key.len() > self.most
            && let Some((_, oldest)) = by_use.pop_first()
        {
            by_key.remove(&oldest);
        }
        answer
    }

    /// Whoever asks for one of these from now on is told what is so then.
    pub(super) fn forget(&self, keys: RangeInclusive<K>) {
        let mut state = self.lock();
        let State { by_key, by_use, .. } = &mut *state;
        let gone: Vec<K> = by_key.range(keys).map(|(key, _)| *key).collect();
        for key in gone {
            if let Some(entry) = by_key.remove(&key) {
                by_use.remove(&entry.used);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<K, T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn begin<T: Send + Sync + 'static>(
    asked: Timestamp,
    ask: impl Future<Output = Lookup<T>> + Send + 'static,
) -> Answer<T> {
    let (given, answer) = watch::channel(None);
    tokio::spawn(async move {
        let told = ask.await;
        given.send_replace(Some(Given { asked, told }));
    });
    answer
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::sync::oneshot;

    use super::*;
    use crate::kernel::patience::within;
    use crate::kernel::time::ClockHand;

    /// A thing that tells how often it was asked for.
    #[derive(Clone, Default)]
    struct Source(Arc<AtomicUsize>);

    impl Source {
        fn ask(&self) -> impl Future<Output = Lookup<usize>> + Send + use<> {
            let Self(times) = self.clone();
            async move { Lookup::Is(times.fetch_add(1, Ordering::Relaxed) + 1) }
        }
    }

    fn clock() -> (Clock, ClockHand) {
        Clock::simulated(Timestamp::from_millis(1_795_291_200_000))
    }

    #[tokio::test]
    async fn what_was_told_counts_for_its_time_and_silence_for_nobody_who_comes_later() {
        let (clock, hand) = clock();
        let (kept, source) = (Kept::new(9), Source::default());
        assert_eq!(kept.get(1, &clock, source.ask()).await, Lookup::Is(1));
        hand.advance(FRESH.checked_sub(Duration::from_micros(1)).unwrap());
        assert_eq!(kept.get(1, &clock, source.ask()).await, Lookup::Is(1));
        hand.advance(Duration::from_micros(1));
        assert_eq!(kept.get(1, &clock, source.ask()).await, Lookup::Is(2));
        assert_eq!(kept.get(2, &clock, ready(Lookup::NotThere)).await, Lookup::NotThere);
        hand.advance(ABSENT.checked_sub(Duration::from_micros(1)).unwrap());
        assert_eq!(kept.get(2, &clock, source.ask()).await, Lookup::NotThere);
        hand.advance(Duration::from_micros(1));
        assert_eq!(kept.get(2, &clock, source.ask()).await, Lookup::Is(3));
        assert_eq!(kept.get(3, &clock, ready(Lookup::Silent)).await, Lookup::Silent);
        assert_eq!(kept.get(3, &clock, source.ask()).await, Lookup::Is(4));
    }

    #[tokio::test]
    async fn what_was_told_of_late_is_there_to_be_shown_when_it_counts_no_more() {
        let (clock, hand) = clock();
        let (kept, hour) = (Kept::new(9), Duration::from_hours(1));
        assert_eq!(kept.get(1, &clock, ready(Lookup::Is("one"))).await, Lookup::Is("one"));
        assert_eq!(kept.get(2, &clock, ready(Lookup::NotThere)).await, Lookup::NotThere);
        assert_eq!(kept.get(3, &clock, ready(Lookup::Silent)).await, Lookup::Silent);
        let told = [(1, Lookup::Is("one")), (2, Lookup::NotThere)];
        hand.advance(hour.checked_sub(Duration::from_micros(1)).unwrap());
        assert_eq!(kept.lately(1..=9, clock.now(), hour), told);
        kept.forget(2..=2);
        assert_eq!(kept.lately(1..=9, clock.now(), hour), told[..1]);
        hand.advance(Duration::from_micros(1));
        assert_eq!(kept.lately(1..=9, clock.now(), hour), []);
    }

    #[tokio::test]
    async fn a_clock_that_is_set_back_makes_nothing_fresh() {
        let ((later, _later), (earlier, _earlier)) =
            (Clock::simulated(Timestamp::from_millis(9)), Clock::simulated(Timestamp::from_millis(8)));
        let (kept, source) = (Kept::new(9), Source::default());
        assert_eq!(kept.get(1, &later, source.ask()).await, Lookup::Is(1));
        assert_eq!(kept.get(1, &earlier, source.ask()).await, Lookup::Is(2));
    }

    #[tokio::test]
    async fn fifty_who_ask_at_once_share_one_request() {
        let (clock, _hand) = clock();
        let (kept, source) = (Kept::new(9), Source::default());
        let asking = (0..50).map(|_| kept.get(1, &clock, source.ask()));
        let answers = futures_util::future::join_all(asking).await;
        assert_eq!(answers, vec![Lookup::Is(1); 50]);
    }

    #[tokio::test]
    async fn an_asker_that_stops_to_listen_holds_up_nobody() {
        let (clock, _hand) = clock();
        let kept = Kept::new(9);
        let (answer, comes) = oneshot::channel();
        let mut first = Box::pin(kept.get(1, &clock, async move { comes.await.unwrap() }));
        tokio::select! {
            biased;
            _ = &mut first => panic!("nothing was answered yet"),
            () = ready(()) => {}
        }
        answer.send(Lookup::Is(7)).unwrap();
        // The first asker is still there, and nobody drives it.
        let second = within("the second asker is answered", kept.get(1, &clock, ready(Lookup::NotThere))).await;
        assert_eq!(second, Lookup::Is(7));
        drop(first);
    }

    #[tokio::test]
    async fn an_answer_that_was_under_way_when_something_changed_is_for_those_who_had_asked() {
        let (clock, _hand) = clock();
        let kept = Kept::new(9);
        let (answer, comes) = oneshot::channel();
        let before = kept.get(1, &clock, async move { comes.await.unwrap() });
        let change = async {
            kept.forget(1..=1);
            let after = kept.get(1, &clock, ready(Lookup::Is("new"))).await;
            answer.send(Lookup::Is("old")).unwrap();
            after
        };
        let (before, after) = tokio::join!(before, change);
        assert_eq!((before, after), (Lookup::Is("old"), Lookup::Is("new")));
        assert_eq!(kept.get(1, &clock, ready(Lookup::NotThere)).await, Lookup::Is("new"));
    }

    #[tokio::test]
    async fn a_request_that_breaks_is_silence_and_the_next_one_asks_again() {
        let (clock, _hand) = clock();
        let kept = Kept::new(9);
        let (answer, comes) = oneshot::channel();
        drop(answer);
        let broken = async move { comes.await.unwrap() };
        assert_eq!(within("the break is noticed", kept.get(1, &clock, broken)).await, Lookup::Silent);
        assert_eq!(kept.get(1, &clock, ready(Lookup::Is(1))).await, Lookup::Is(1));
    }

    #[tokio::test]
    async fn the_memory_is_bounded_and_the_one_that_was_not_asked_for_longest_goes() {
        let (clock, _hand) = clock();
        let (kept, source) = (Kept::new(3), Source::default());
        for key in [1, 2, 3, 1, 4] {
            kept.get(key, &clock, source.ask()).await;
        }
        let known: Vec<_> = kept.lock().by_key.keys().copied().collect();
        assert_eq!(known, [1, 3, 4]);
        for key in 5..1_000 {
            kept.get(key, &clock, source.ask()).await;
        }
        kept.forget(998..=998);
        let state = kept.lock();
        assert_eq!((state.by_key.len(), state.by_use.len()), (2, 2));
    }
}
