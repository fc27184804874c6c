//! All simulated lives behind one lock of their own: what happens on them never waits for the simulated Discord.

use std::collections::{BTreeMap, VecDeque};

use tokio::task::AbortHandle;

use super::numbers::Numbers;
use super::room::Live;
use crate::Refused;
use crate::kernel::time::{Clock, Timestamp};

/// How many hosts there may be.
const MOST_LIVES: usize = 1_000;
/// How many cookies of visitors are remembered.
const KEPT_GUESTS: usize = 256;

/// All hosts and their lives.
#[derive(Debug)]
pub(crate) struct Lives {
    clock: Clock,
    /// Host and port of the simulator.
    pub(crate) address: String,
    by_name: BTreeMap<String, Live>,
    pub(crate) numbers: Numbers,
    guests: VecDeque<String>,
    /// So many visitors get no cookie.
    pub(crate) withheld: u64,
    /// How many connections the sign service says are left. Nothing counts them.
    pub(crate) budget: u64,
    /// The shows that play, by the name of their live.
    plays: BTreeMap<String, AbortHandle>,
}

impl Lives {
    /// No hosts yet. `address` is host and port of the simulator.
    pub(crate) fn new(clock: Clock, address: String) -> Self {
        let numbers = Numbers::default();
        Self {
            clock,
            address,
            by_name: BTreeMap::new(),
            numbers,
            guests: VecDeque::new(),
            withheld: 0,
            budget: u64::MAX,
            plays: BTreeMap::new(),
        }
    }

    /// A live by its host's name, to look at.
    pub(crate) fn named(&self, name: &str) -> Option<&Live> {
        self.by_name.get(&plain(name))
    }

    /// A live by its host's name, with what it needs to change.
    pub(crate) fn open(&mut self, name: &str) -> Option<(&mut Live, &mut Numbers, Timestamp)> {
        let now = self.clock.now();
        let live = self.by_name.get_mut(&plain(name))?;
        Some((live, &mut self.numbers, now))
    }

    /// As [`Self::open`], with a sentence for whoever names somebody who is not there.
    pub(crate) fn expect(&mut self, name: &str) -> Result<(&mut Live, &mut Numbers, Timestamp), Refused> {
        let refusal = || Refused(format!("There is no host {:?}; let them go live first.", plain(name)));
        self.open(name).ok_or_else(refusal)
    }

    /// A live by its room.
    pub(crate) fn of_room(&mut self, room: u64) -> Option<(&mut Live, &mut Numbers, Timestamp)> {
        let now = self.clock.now();
        let live = self.by_name.values_mut().find(|live| live.room == room && room != 0)?;
        Some((live, &mut self.numbers, now))
    }

    /// Makes the account of a host, unless it is there.
    pub(crate) fn add(&mut self, name: &str) -> Result<(), Refused> {
        let name = plain(name);
        let fits = (2..=24).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._".contains(&byte));
        if !fits {
            return Err(Refused::because("A host's name has 2 to 24 letters, digits, dots or underscores."));
        }
        if self.by_name.contains_key(&name) {
            return Ok(());
        }
        if self.by_name.len() >= MOST_LIVES {
            return Err(Refused(format!("There are {MOST_LIVES} hosts already.")));
        }
        self.by_name.insert(name.clone(), Live::new(&name));
        Ok(())
    }

    /// A cookie for a visitor of the start page, unless it is to be withheld.
    pub(crate) fn new_guest(&mut self) -> Option<String> {
        if self.withheld > 0 {
            self.withheld -= 1;
            return None;
        }
        let guest = self.numbers.cookie("guest");
        if self.guests.len() == KEPT_GUESTS {
            self.guests.pop_front();
        }
        self.guests.push_back(guest.clone());
        Some(guest)
    }

    /// Whether a visitor's cookie came from here.
    pub(crate) fn knows_guest(&self, cookie: &str) -> bool {
        self.guests.iter().any(|guest| guest == cookie)
    }

    /// Remembers a show that plays on a live, and ends the one that did before.
    pub(crate) fn remember_play(&mut self, name: &str, play: AbortHandle) {
        if let Some(before) = self.plays.insert(plain(name), play) {
            before.abort();
        }
    }

    /// A show is over.
    pub(crate) fn played(&mut self, name: &str) {
        self.plays.remove(&plain(name));
    }

    /// Whether a show plays on a live.
    pub(crate) fn is_playing(&self, name: &str) -> bool {
        self.plays.contains_key(&plain(name))
    }

    /// Ends everything: the simulator goes.
    pub(crate) fn shut(&mut self) {
        self.plays.values().for_each(AbortHandle::abort);
        self.by_name.values_mut().for_each(Live::give_up);
    }
}

/// A name as it is kept: without `@`, in small letters.
pub(crate) fn plain(name: &str) -> String {
    name.trim().trim_start_matches('@').to_ascii_lowercase()
}
