//! How many may listen at once: in all, by session, by overlay, and from one address of the internet, so that nobody takes the
//! places of all. People of whom nothing is known never have more than half of them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::kernel::digest::Digest;

/// Streams of one session or token. Six are what a browser opens to one server.
const OF_A_SESSION: usize = 6;
/// Streams from one address of the internet, behind which many may sit.
const OF_AN_ADDRESS: usize = 50;
/// Streams of strangers from there.
const OF_STRANGERS_THERE: usize = 20;
/// Streams that one secret of overlays opens, wherever it got to.
const OF_AN_OVERLAY: usize = 20;
/// And from one place. All browser sources of OBS share the six connections that a browser opens to one server: were all of them
/// streams, the next source would wait for ever.
const OF_AN_OVERLAY_THERE: usize = 4;

/// Who takes a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// Somebody with this session or token.
    Session(Digest),
    /// Whoever has the secret of overlays that is known by this.
    Overlay(Digest),
    /// Anybody.
    Stranger,
}

/// What places are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum By {
    All,
    Session(Digest),
    Overlay(Digest),
    OverlayFrom(Digest, IpAddr),
    Strangers,
    StrangersFrom(IpAddr),
    Address(IpAddr),
}

/// All places.
pub(super) struct Places {
    in_all: usize,
    taken: Arc<Mutex<Taken>>,
}

type Taken = HashMap<By, usize>;

/// One place, until it is dropped.
pub(super) struct Seat {
    taken: Arc<Mutex<Taken>>,
    counted: Vec<By>,
}

impl Places {
    pub(super) fn new(in_all: usize) -> Self {
        Self { in_all, taken: Arc::default() }
    }

    /// A place for somebody, if there is one.
    pub(super) fn take(&self, holder: Holder, address: IpAddr) -> Option<Seat> {
        let bounds = self.bounds(holder, address);
        let mut taken = lock(&self.taken);
        if bounds.iter().any(|(by, most)| count_of(&taken, *by) >= *most) {
            return None;
        }
        let counted: Vec<By> = bounds.into_iter().map(|(by, _)| by).collect();
        for by in &counted {
            *taken.entry(*by).or_default() += 1;
        }
        Some(Seat { taken: Arc::clone(&self.taken), counted })
    }

    /// What a place counts for, and how many there are of that.
    fn bounds(&self, holder: Holder, address: IpAddr) -> Vec<(By, usize)> {
        let mut bounds = vec![(By::All, self.in_all)];
        match holder {
            Holder::Session(key) => bounds.push((By::Session(key), OF_A_SESSION)),
            Holder::Overlay(key) => {
                bounds.push((By::Overlay(key), OF_AN_OVERLAY));
                bounds.push((By::OverlayFrom(key, address), OF_AN_OVERLAY_THERE));
            }
            Holder::Stranger => bounds.push((By::Strangers, self.in_all / 2)),
        }
        if is_public(address) {
            bounds.push((By::Address(address), OF_AN_ADDRESS));
            if holder == Holder::Stranger {
                bounds.push((By::StrangersFrom(address), OF_STRANGERS_THERE));
            }
        }
        bounds
    }

    /// How many are taken.
    pub(super) fn taken(&self) -> usize {
        count_of(&lock(&self.taken), By::All)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = lock(&self.taken);
        for by in &self.counted {
            give_back(&mut taken, *by);
        }
    }
}

fn lock(taken: &Mutex<Taken>) -> MutexGuard<'_, Taken> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

fn count_of(taken: &Taken, by: By) -> usize {
    taken.get(&by).copied().unwrap_or(0)
}

fn give_back(taken: &mut Taken, by: By) {
    if let Some(count) = taken.get_mut(&by) {
        *count -= 1;
        if *count == 0 {
            taken.remove(&by);
        }
    }
}

/// Whether an address is one of the internet. Behind others is a network at home, or a proxy that nobody declared.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            let [first, second, ..] = address.octets();
            let is_shared = first == 100 && (64..128).contains(&second);
            let is_near = address.is_loopback() || address.is_private() || address.is_link_local() || is_shared;
            !(is_near || address.is_unspecified())
        }
        IpAddr::V6(address) => {
            let is_near = address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local();
            !(is_near || address.is_unspecified())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(number: usize) -> Digest {
        Digest::of(&number.to_be_bytes())
    }

    fn session(number: usize) -> Holder {
        Holder::Session(digest(number))
    }

    fn overlay(number: usize) -> Holder {
        Holder::Overlay(digest(number))
    }

    fn at(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    /// As many seats as there are for what comes from there, up to a hundred.
    fn all(places: &Places, address: &str, holder: impl Fn(usize) -> Holder) -> Vec<Seat> {
        (0..100).filter_map(|number| places.take(holder(number), at(address))).collect()
    }

    #[test]
    fn a_session_has_six_and_who_leaves_gives_the_place_back() {
        let places = Places::new(1_000);
        let mut seats: Vec<Seat> = (0..6).map(|_| places.take(session(1), at("127.0.0.1")).unwrap()).collect();
        assert!(places.take(session(1), at("127.0.0.1")).is_none());
        assert!(places.take(session(2), at("127.0.0.1")).is_some());
        seats.pop();
        assert!(places.take(session(1), at("127.0.0.1")).is_some());
        drop(seats);
        assert_eq!(places.taken(), 0);
        assert!(lock(&places.taken).is_empty(), "what is counted is forgotten");
    }

    #[test]
    fn an_address_of_the_internet_has_fifty_and_a_network_at_home_as_many_as_there_are() {
        let places = Places::new(200);
        for address in ["203.0.113.7", "2001:db8::1"] {
            assert_eq!(all(&places, address, session).len(), 50, "{address}");
        }
        for address in ["127.0.0.1", "10.1.2.3", "192.168.1.5", "100.100.1.1", "::1", "fd00::1", "fe80::1"] {
            assert_eq!(all(&places, address, session).len(), 100, "{address}");
        }
    }

    #[test]
    fn there_are_not_more_in_all_than_the_operator_said() {
        let places = Places::new(3);
        let seats = all(&places, "127.0.0.1", session);
        assert_eq!((seats.len(), places.taken()), (3, 3));
        assert!(Places::new(0).take(session(0), at("127.0.0.1")).is_none());
    }

    #[test]
    fn strangers_leave_half_of_the_places_to_others_and_thirty_of_their_address() {
        let places = Places::new(60);
        let strangers = all(&places, "127.0.0.1", |_| Holder::Stranger);
        assert_eq!(strangers.len(), 30);
        assert!(places.take(session(1), at("127.0.0.1")).is_some());
        drop(strangers);
        let strangers = all(&places, "203.0.113.7", |_| Holder::Stranger);
        assert_eq!(strangers.len(), 20);
        assert_eq!(all(&places, "203.0.113.7", session).len(), 30);
    }

    #[test]
    fn an_overlay_has_four_at_each_place_and_twenty_in_all() {
        let places = Places::new(1_000);
        let seats = all(&places, "192.168.1.5", |_| overlay(1));
        assert_eq!(seats.len(), 4);
        assert!(places.take(overlay(2), at("192.168.1.5")).is_some(), "another one has its own");
        let far: Vec<Seat> =
            (0..100).filter_map(|number| places.take(overlay(1), at(&format!("203.0.113.{number}")))).collect();
        assert_eq!(seats.len() + far.len(), 20);
    }
}
