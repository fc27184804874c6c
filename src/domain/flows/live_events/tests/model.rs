//! An evening in the plainest form: maps and sums, every rule of money and order written out once more.

use std::collections::{BTreeMap, HashSet};

use crate::features::queue::model::{Line, SongId};
use crate::features::queue::rules::tier_for;

/// How many members there are, from 1 on.
pub(super) const USERS: u64 = 3;
/// What a skip costs here: a few gifts earn one.
pub(super) const PRICE: u32 = 10;

/// What must hold.
#[derive(Default)]
pub(super) struct Model {
    pub(super) is_open: bool,
    pub(super) is_connected: bool,
    pub(super) owner: BTreeMap<usize, u64>,
    pub(super) points: BTreeMap<usize, i64>,
    pub(super) luxury: BTreeMap<u64, i64>,
    pub(super) followed: HashSet<usize>,
    /// Seen and paid counts by handle, price and group.
    pub(super) streaks: BTreeMap<(usize, u32, u64), (u32, u32)>,
    pub(super) credit: BTreeMap<u64, Credit>,
    /// In the order in which they were submitted.
    pub(super) songs: Vec<Song>,
    /// The songs that were played and are in no other line since, in their order.
    pub(super) played: Vec<SongId>,
}

#[derive(Default)]
pub(super) struct Credit {
    pub(super) coins: i64,
    pub(super) song: Option<SongId>,
    /// The tier that it led to when a reviewer put its song below that.
    pub(super) held: Option<Line>,
}

pub(super) struct Song {
    pub(super) id: SongId,
    pub(super) user: u64,
    pub(super) line: Line,
    pub(super) score: i64,
    /// What was paid for it in Luxury Coins and in gifts, and not given back.
    pub(super) bought: i64,
    pub(super) used: i64,
}

impl Model {
    pub(super) fn user_points(&self, user: u64) -> i64 {
        let held = self.owner.iter().filter(|(_, owner)| **owner == user);
        held.map(|(handle, _)| self.points.get(handle).copied().unwrap_or_default()).sum()
    }

    pub(super) fn award(&mut self, handle: usize, points: i64) {
        *self.points.entry(handle).or_default() += points;
    }

    pub(super) fn gift(&mut self, handle: usize, unit: u32, count: u32, group: u64, is_streaking: bool) {
        let (seen, paid) = self.streaks.remove(&(handle, unit, group)).unwrap_or_default();
        let seen = seen.max(count);
        if is_streaking {
            self.streaks.insert((handle, unit, group), (seen, paid));
            return;
        }
        if group != 0 {
            self.streaks.insert((handle, unit, group), (seen, seen));
        }
        self.pay(handle, unit, paid, seen);
    }

    pub(super) fn pay(&mut self, handle: usize, unit: u32, paid: u32, seen: u32) {
        let (before, after) = (i64::from(unit) * i64::from(paid), i64::from(unit) * i64::from(seen));
        let coins = after - before;
        self.award(handle, if unit < 1000 { 2 * coins } else { coins });
        let Some(user) = self.owner.get(&handle).copied() else { return };
        *self.luxury.entry(user).or_default() += (after / 100 - before / 100) * 2;
        if coins > 0 {
            self.lift(user, coins);
        }
    }

    pub(super) fn lift(&mut self, user: u64, coins: i64) {
        let credit = self.credit.entry(user).or_default();
        credit.coins += coins;
        if credit.song.is_some() {
            return self.lift_again(user);
        }
        let Some(tier) = tier_for(credit.coins) else { return };
        let mut songs = self.songs.iter_mut().rev();
        let latest = songs.find(|song| song.user == user && matches!(song.line, Line::Free | Line::PendingSkips));
        if let Some(song) = latest {
            (credit.song, song.line) = (Some(song.id), tier);
        }
    }

    pub(super) fn lift_again(&mut self, user: u64) {
        let Some(credit) = self.credit.get(&user) else { return };
        let Some((tier, id)) = tier_for(credit.coins).zip(credit.song) else { return };
        let song = self.songs.iter_mut().find(|song| song.id == id).unwrap();
        if tier < song.line && credit.held.is_none_or(|held| tier < held) {
            song.line = tier;
        }
    }

    /// A song is played or removed: it has its credit no more.
    pub(super) fn release(&mut self, at: usize) {
        let song = &mut self.songs[at];
        if self.credit.get(&song.user).is_some_and(|credit| credit.song == Some(song.id)) {
            song.used += self.credit.remove(&song.user).unwrap().coins;
        }
    }

    pub(super) fn put(&mut self, at: usize, line: Line) -> bool {
        let is_moved = self.songs[at].line != line;
        if is_moved {
            let points = self.user_points(self.songs[at].user);
            let song = &mut self.songs[at];
            (song.line, song.score) = (line, points);
            self.played.retain(|played| *played != song.id);
            if let Some(credit) = self.credit.get_mut(&song.user).filter(|credit| credit.song == Some(song.id)) {
                credit.held = tier_for(credit.coins).filter(|tier| *tier < line);
            }
        }
        is_moved
    }

    pub(super) fn remove(&mut self, at: usize) -> bool {
        let is_there = self.songs[at].line != Line::Removed;
        if is_there {
            self.songs[at].line = Line::Removed;
            self.played.retain(|played| *played != self.songs[at].id);
            self.release(at);
        }
        is_there
    }

    /// What comes back of a dead link: gifted coins and Luxury Coins.
    pub(super) fn dead(&mut self, at: usize) -> Option<(i64, i64)> {
        if !self.remove(at) {
            return None;
        }
        let song = &mut self.songs[at];
        let (gifted, bought) = (std::mem::take(&mut song.used), std::mem::take(&mut song.bought));
        let user = song.user;
        *self.luxury.entry(user).or_default() += bought;
        if gifted > 0 {
            self.credit.entry(user).or_default().coins += gifted;
            self.lift_again(user);
        }
        Some((gifted, bought))
    }

    pub(super) fn buy(&mut self, user: u64) -> bool {
        let luxury = self.luxury.entry(user).or_default();
        let mut songs = self.songs.iter_mut().rev();
        let song = songs.find(|song| song.user == user && song.line.is_waiting() && song.line > Line::Skip10);
        let Some(song) = song.filter(|_| *luxury >= i64::from(PRICE)) else { return false };
        *luxury -= i64::from(PRICE);
        song.bought += i64::from(PRICE);
        song.line = Line::Skip10;
        true
    }

    pub(super) fn sync(&mut self) {
        let points: Vec<_> = (0..=USERS).map(|user| self.user_points(user)).collect();
        for song in self.songs.iter_mut().filter(|song| song.line == Line::Free) {
            song.score = points[usize::try_from(song.user).unwrap()];
        }
    }

    /// The songs in the order in which they are played: line by line, Free by points, and then by time.
    pub(super) fn order(&self) -> Vec<usize> {
        let mut served: Vec<_> = (0..self.songs.len()).filter(|at| self.songs[*at].line.is_served()).collect();
        served.sort_by_key(|at| {
            let song = &self.songs[*at];
            (song.line, if song.line == Line::Free { -song.score } else { 0 }, *at)
        });
        served
    }

    pub(super) fn settle(&mut self) {
        for ((handle, unit, group), (seen, paid)) in self.streaks.clone() {
            if seen > paid {
                self.streaks.insert((handle, unit, group), (seen, seen));
                self.pay(handle, unit, paid, seen);
            }
        }
    }

    pub(super) fn close(&mut self) {
        (self.is_open, self.is_connected) = (false, false);
        self.followed.clear();
        self.streaks.clear();
        self.credit.clear();
        self.songs.iter_mut().for_each(|song| song.used = 0);
    }

    pub(super) fn play(&mut self, at: usize) -> SongId {
        let Song { id, user, line, .. } = self.songs[at];
        self.songs[at].line = Line::SongsPlayed;
        self.played.push(id);
        self.release(at);
        if line == Line::Free {
            for (handle, owner) in &self.owner {
                if *owner == user {
                    self.points.insert(*handle, 0);
                }
            }
            for song in self.songs.iter_mut().filter(|song| song.user == user && song.line == Line::Free) {
                song.score = 0;
            }
        }
        id
    }

    pub(super) fn submit(&mut self, id: SongId, user: u64, is_skip: bool) {
        let score = self.user_points(user);
        let waiting = self.credit.get_mut(&user).filter(|credit| credit.song.is_none());
        let line = match waiting.and_then(|credit| Some((tier_for(credit.coins)?, credit))) {
            Some((tier, credit)) => {
                credit.song = Some(id);
                tier
            }
            None if is_skip => Line::PendingSkips,
            None => Line::Free,
        };
        self.songs.push(Song { id, user, line, score, bought: 0, used: 0 });
    }
}
