//! How many may listen at once: in all, by session, and from one address of the internet, so that nobody takes the places of all.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::kernel::digest::Digest;

/// Streams of one session or token. Six are what a browser opens to one server.
const OF_A_SESSION: usize = 6;
/// Streams from one address of the internet, behind which many may sit.
const OF_AN_ADDRESS: usize = 50;

/// All places.
pub(super) struct Places {
    in_all: usize,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Default)]
struct Taken {
    in_all: usize,
    by_session: HashMap<Digest, usize>,
    by_address: HashMap<IpAddr, usize>,
}

/// One place, until it is dropped.
pub(super) struct Seat {
    taken: Arc<Mutex<Taken>>,
    session: Digest,
    address: Option<IpAddr>,
}

impl Places {
    pub(super) fn new(in_all: usize) -> Self {
        Self { in_all, taken: Arc::default() }
    }

    /// A place for somebody, if there is one.
    pub(super) fn take(&self, session: Digest, address: IpAddr) -> Option<Seat> {
        let address = Some(address).filter(|address| is_public(*address));
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let of_address = address.map_or(0, |address| count_of(&taken.by_address, &address));
        let is_full = taken.in_all >= self.in_all
            || count_of(&taken.by_session, &session) >= OF_A_SESSION
            || of_address >= OF_AN_ADDRESS;
        if is_full {
            return None;
        }
        taken.in_all += 1;
        *taken.by_session.entry(session).or_default() += 1;
        if let Some(address) = address {
            *taken.by_address.entry(address).or_default() += 1;
        }
        Some(Seat { taken: Arc::clone(&self.taken), session, address })
    }

    /// How many are taken.
    pub(super) fn taken(&self) -> usize {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).in_all
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.in_all = taken.in_all.saturating_sub(1);
        give_back(&mut taken.by_session, &self.session);
        if let Some(address) = self.address {
            give_back(&mut taken.by_address, &address);
        }
    }
}

fn count_of<K: Hash + Eq>(counts: &HashMap<K, usize>, key: &K) -> usize {
    counts.get(key).copied().unwrap_or(0)
}

fn give_back<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
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

    fn session(number: usize) -> Digest {
        Digest::of(&number.to_be_bytes())
    }

    fn at(address: &str) -> IpAddr {
        address.parse().unwrap()
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
    }

    #[test]
    fn an_address_of_the_internet_has_fifty_and_a_network_at_home_as_many_as_there_are() {
        let places = Places::new(200);
        let all_at =
            |address: &str| (0..100).filter_map(|number| places.take(session(number), at(address))).collect::<Vec<_>>();
        for address in ["203.0.113.7", "2001:db8::1"] {
            assert_eq!(all_at(address).len(), 50, "{address}");
        }
        for address in ["127.0.0.1", "10.1.2.3", "192.168.1.5", "100.100.1.1", "::1", "fd00::1", "fe80::1"] {
            assert_eq!(all_at(address).len(), 100, "{address}");
        }
    }

    #[test]
    fn there_are_not_more_in_all_than_the_operator_said() {
        let places = Places::new(3);
        let seats: Vec<_> = (0..9).filter_map(|number| places.take(session(number), at("127.0.0.1"))).collect();
        assert_eq!((seats.len(), places.taken()), (3, 3));
        assert!(Places::new(0).take(session(0), at("127.0.0.1")).is_none());
    }
}
