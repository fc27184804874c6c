//! Pictures that were fetched, up to a number of bytes.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::OnceCell;

use super::{Image, Picture};
use crate::kernel::time::{Clock, Timestamp};

/// How long nobody asks again for what could not be had.
const ABSENT: Duration = Duration::from_mins(1);
/// What it costs to remember anything of a picture, in bytes.
const OVERHEAD: usize = 512;
/// Pictures under way that are remembered before those are forgotten for which nobody waits any more.
const MOST_UNDER_WAY: usize = 256;

/// A picture; `None` where it could not be had.
type Found = Option<Arc<Image>>;
/// A picture that is being fetched, for all who wait for it.
type UnderWay = Arc<OnceCell<Found>>;

/// The shelf.
pub(super) struct Shelf {
    most: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    kept: HashMap<Picture, Kept>,
    /// The pictures by the number of their latest use.
    by_use: BTreeMap<u64, Picture>,
    uses: u64,
    /// What is kept, in bytes.
    size: usize,
    under_way: HashMap<Picture, UnderWay>,
}

struct Kept {
    found: Found,
    since: Timestamp,
    used: u64,
}

impl Kept {
    /// A hash names one picture for ever.
    fn counts(&self, now: Timestamp) -> bool {
        self.found.is_some() || (self.since <= now && now.since(self.since) < ABSENT)
    }

    fn size(&self) -> usize {
        OVERHEAD + self.found.as_ref().map_or(0, |image| image.bytes.len())
    }
}

impl Shelf {
    /// An empty shelf for so many bytes.
    pub(super) fn new(most: usize) -> Self {
        Self { most, state: Mutex::default() }
    }

    /// What is kept of a picture. `fetch` is done where that is nothing and nobody else does it; where who does it goes away
    /// before it is done, the next who waits begins anew.
    pub(super) async fn get(&self, picture: &Picture, clock: &Clock, fetch: impl Future<Output = Found>) -> Found {
        let under_way = {
            let mut state = self.lock();
            if let Some(found) = state.kept(picture, clock.now()) {
                return found;
            }
            state.under_way(picture)
        };
        let found = under_way.get_or_init(|| fetch).await.clone();
        self.lock().land(picture, &under_way, &found, clock.now(), self.most);
        found
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn kept(&mut self, picture: &Picture, now: Timestamp) -> Option<Found> {
        let kept = self.kept.get_mut(picture).filter(|kept| kept.counts(now))?;
        self.uses += 1;
        self.by_use.remove(&kept.used);
        self.by_use.insert(self.uses, picture.clone());
        kept.used = self.uses;
        Some(kept.found.clone())
    }

    fn under_way(&mut self, picture: &Picture) -> UnderWay {
        if self.under_way.len() >= MOST_UNDER_WAY {
            self.under_way.retain(|_, cell| Arc::strong_count(cell) > 1);
        }
        Arc::clone(self.under_way.entry(picture.clone()).or_default())
    }

    /// Keeps what came of a fetch, once for all who waited for it, and lets go of what was used the longest time ago.
    fn land(&mut self, picture: &Picture, under_way: &UnderWay, found: &Found, now: Timestamp, most: usize) {
        if !self.under_way.get(picture).is_some_and(|known| Arc::ptr_eq(known, under_way)) {
            return;
        }
        self.under_way.remove(picture);
        self.drop_one(picture);
        self.uses += 1;
        let kept = Kept { found: found.clone(), since: now, used: self.uses };
        self.size += kept.size();
        self.by_use.insert(self.uses, picture.clone());
        self.kept.insert(picture.clone(), kept);
        while self.size > most
            && let Some((_, oldest)) = self.by_use.pop_first()
        {
            self.drop_one(&oldest);
        }
    }

    fn drop_one(&mut self, picture: &Picture) {
        if let Some(gone) = self.kept.remove(picture) {
            self.by_use.remove(&gone.used);
            self.size -= gone.size();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::discord::pictures::Kind;
    use crate::kernel::ids::UserId;
    use crate::kernel::time::ClockHand;

    fn image(size: usize) -> Arc<Image> {
        Arc::new(Image { kind: Kind::Png, bytes: vec![0; size] })
    }

    fn picture(user: u64) -> Picture {
        Picture::of_account(UserId::new(user), "0f1e").unwrap()
    }

    /// A shelf, and how often somebody went for a picture.
    struct Fetches {
        shelf: Shelf,
        clock: Clock,
        hand: ClockHand,
        times: AtomicUsize,
    }

    impl Fetches {
        fn new(most: usize) -> Self {
            let (clock, hand) = Clock::simulated(Timestamp::from_millis(1_000));
            Self { shelf: Shelf::new(most), clock, hand, times: AtomicUsize::new(0) }
        }

        async fn get(&self, user: u64, gives: Found) -> Found {
            let fetch = async {
                self.times.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                gives
            };
            self.shelf.get(&picture(user), &self.clock, fetch).await
        }

        fn times(&self) -> usize {
            self.times.load(Ordering::Relaxed)
        }
    }

    #[tokio::test]
    async fn a_picture_is_fetched_once_also_for_many_at_the_same_time() {
        let fetches = Fetches::new(1 << 20);
        let many = futures_util::future::join_all((0..20).map(|_| fetches.get(7, Some(image(10))))).await;
        assert!(many.iter().all(Option::is_some));
        assert!(fetches.get(7, None).await.is_some());
        assert_eq!(fetches.times(), 1);
    }

    #[tokio::test]
    async fn what_could_not_be_had_is_asked_for_again_after_a_minute() {
        let fetches = Fetches::new(1 << 20);
        assert!(fetches.get(7, None).await.is_none());
        fetches.hand.advance(Duration::from_secs(59));
        assert!(fetches.get(7, Some(image(10))).await.is_none());
        fetches.hand.advance(Duration::from_secs(1));
        assert!(fetches.get(7, Some(image(10))).await.is_some());
        assert_eq!(fetches.times(), 2);
    }

    #[tokio::test]
    async fn what_was_used_the_longest_time_ago_goes_first() {
        let fetches = Fetches::new(3 * (OVERHEAD + 1_000));
        for user in [1, 2, 3] {
            fetches.get(user, Some(image(1_000))).await;
        }
        fetches.get(1, None).await;
        fetches.get(4, Some(image(1_000))).await;
        assert_eq!(fetches.times(), 4);
        for user in [1, 3, 4] {
            assert!(fetches.get(user, None).await.is_some(), "{user}");
        }
        assert_eq!(fetches.times(), 4);
        fetches.get(2, None).await;
        assert_eq!(fetches.times(), 5);
        let state = fetches.shelf.lock();
        assert!(state.size <= fetches.shelf.most && state.by_use.len() == state.kept.len());
    }

    #[tokio::test]
    async fn whoever_goes_away_leaves_the_picture_to_the_next() {
        let fetches = Fetches::new(1 << 20);
        let picture = picture(7);
        let never = fetches.shelf.get(&picture, &fetches.clock, std::future::pending());
        tokio::select! {
            biased;
            _ = never => unreachable!("it never comes"),
            () = tokio::task::yield_now() => {}
        }
        assert!(fetches.get(7, Some(image(10))).await.is_some());
    }
}
