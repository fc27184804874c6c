//! How often a task comes again, and how a claim of it is proven.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use super::{Task, TaskRefusal};
use crate::kernel::calendar::{Time, Weekday, Zone};
use crate::kernel::ids::ChannelId;
use crate::kernel::time::Timestamp;

/// How often a task can be done by the same member: once, or once in each round.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Display, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Repeats {
    /// Once.
    #[default]
    Never,
    /// Once a day, from midnight on.
    Daily,
    /// Once a week, from midnight before Monday on.
    Weekly,
}

impl Repeats {
    /// The stored and exported name.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// As people read it.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Never => "once",
            Self::Daily => "each day",
            Self::Weekly => "each week",
        }
    }

    /// When the round after this moment begins, by the clock of a zone; `None` for what comes once.
    pub fn next(self, zone: &Zone, after: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Never => None,
            Self::Daily => zone.next(None, Time::midnight(), after),
            Self::Weekly => zone.next(Some(Weekday::Monday), Time::midnight(), after),
        }
    }
}

/// Something that members do and the program sees, of which a number can prove a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Deed {
    /// A message in a channel; one a minute counts.
    Message(ChannelId),
    /// A minute of the live that was watched.
    WatchMinute,
    /// A coin of a gift on the live.
    GiftCoin,
    /// A song of theirs that was played.
    SongPlayed,
}

/// How a claim of a task is proven.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProvenBy {
    /// A member hands in a proof, and a reviewer looks at it.
    #[default]
    Review,
    /// It proves itself by so many deeds between the claim and its deadline.
    Deeds(Deed, u32),
}

/// The most deeds that a task can ask for.
pub const MOST_DEEDS: u32 = 1_000_000;

impl ProvenBy {
    /// A kind by its name, with how many it needs, and where messages count.
    pub fn of(kind: &str, needed: Option<i64>, channel: Option<ChannelId>) -> Result<Self, TaskRefusal> {
        let deed = match kind.trim().to_ascii_lowercase().as_str() {
            "review" => return Ok(Self::Review),
            "messages" => Deed::Message(channel.ok_or(TaskRefusal::NoProofChannel)?),
            "watch_minutes" => Deed::WatchMinute,
            "gift_coins" => Deed::GiftCoin,
            "songs_played" => Deed::SongPlayed,
            _ => return Err(TaskRefusal::NoSuchProof),
        };
        let needed = needed.and_then(|needed| u32::try_from(needed).ok()).filter(|needed| *needed <= MOST_DEEDS);
        needed.filter(|needed| *needed > 0).map(|needed| Self::Deeds(deed, needed)).ok_or(TaskRefusal::NotADeedCount)
    }

    /// The stored and exported name of the kind.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::Deeds(Deed::Message(_), _) => "messages",
            Self::Deeds(Deed::WatchMinute, _) => "watch_minutes",
            Self::Deeds(Deed::GiftCoin, _) => "gift_coins",
            Self::Deeds(Deed::SongPlayed, _) => "songs_played",
        }
    }

    /// How many deeds it needs; `None` where a reviewer looks.
    pub const fn needed(self) -> Option<u32> {
        match self {
            Self::Review => None,
            Self::Deeds(_, needed) => Some(needed),
        }
    }

    /// Where messages count.
    pub const fn channel(self) -> Option<ChannelId> {
        match self {
            Self::Deeds(Deed::Message(channel), _) => Some(channel),
            _ => None,
        }
    }

    /// As it is typed: `review`, `songs_played 3`, `messages 20 123…`.
    pub fn typed(self) -> String {
        let mut typed = self.name().to_owned();
        let numbers = [self.needed().map(u64::from), self.channel().map(ChannelId::get)];
        for number in numbers.into_iter().flatten() {
            typed.push(' ');
            typed.push_str(&number.to_string());
        }
        typed
    }

    /// Reads what was typed.
    pub fn read(typed: &str) -> Result<Self, TaskRefusal> {
        let mut parts = typed.split([' ', ':']).filter(|part| !part.is_empty());
        let (kind, needed) = (parts.next().unwrap_or_default(), parts.next().and_then(|part| part.parse().ok()));
        let channel = parts.next().map(|part| part.trim_start_matches("<#").trim_end_matches('>').parse());
        Self::of(kind, needed, channel.transpose().map_err(|_| TaskRefusal::NoProofChannel)?)
    }

    /// What was done of it, as people read it: `12 of 20 messages`; nothing where a reviewer looks.
    pub fn progress(self, done: u32) -> Option<String> {
        self.counted().map(|counted| format!("{} of {counted}", done.min(self.needed().unwrap_or_default())))
    }

    /// How many of what: `20 messages`; nothing where a reviewer looks.
    pub fn counted(self) -> Option<String> {
        let Self::Deeds(deed, needed) = self else { return None };
        let (one, many) = match deed {
            Deed::Message(_) => ("message", "messages"),
            Deed::WatchMinute => ("minute watched on the live", "minutes watched on the live"),
            Deed::GiftCoin => ("coin of gifts on the live", "coins of gifts on the live"),
            Deed::SongPlayed => ("song of yours played", "songs of yours played"),
        };
        Some(format!("{needed} {}", if needed == 1 { one } else { many }))
    }
}

impl Task {
    /// The task as it is at a moment: in the round of then, also where nothing turned it so far. Rounds that nobody saw are one, and a
    /// task that cannot be claimed has no further one.
    #[must_use]
    pub fn in_round(self, zone: &Zone, now: Timestamp) -> Self {
        let is_over = self.next_round.is_some_and(|next| now >= next);
        if !is_over || self.status != super::TaskStatus::Active || now >= self.expires_at {
            return self;
        }
        let (round, next_round) = (self.round.saturating_add(1), self.repeats.next(zone, now));
        Self { round, next_round, counts: super::Counts::default(), ..self }
    }

    /// When its next round begins; never where it cannot be claimed.
    pub fn again_at(&self) -> Option<Timestamp> {
        self.next_round.filter(|next| self.status == super::TaskStatus::Active && *next < self.expires_at)
    }

    /// When its alarm rings: at its end, or before that when its next round begins.
    pub fn rings_at(&self) -> Timestamp {
        self.next_round.map_or(self.expires_at, |next| next.min(self.expires_at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_begins_once_at_the_beginning_of_each_local_day_whatever_the_clock_does() {
        // The clock of Havana shows midnight twice on 2 November 2025, and none on 8 March 2026; that of Berlin is changed at night.
        let cases = [
            (
                "Europe/Berlin",
                "2026-03-28T12:00:00Z",
                ["2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "2026-03-30T22:00:00Z"],
            ),
            (
                "Europe/Berlin",
                "2026-10-24T12:00:00Z",
                ["2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "2026-10-26T23:00:00Z"],
            ),
            (
                "America/Havana",
                "2026-03-07T12:00:00Z",
                ["2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z", "2026-03-10T04:00:00Z"],
            ),
            (
                "America/Havana",
                "2025-11-01T12:00:00Z",
                ["2025-11-02T04:00:00Z", "2025-11-03T05:00:00Z", "2025-11-04T05:00:00Z"],
            ),
            ("UTC", "2026-12-31T00:00:00Z", ["2027-01-01T00:00:00Z", "2027-01-02T00:00:00Z", "2027-01-03T00:00:00Z"]),
        ];
        for (zone, from, expected) in cases {
            let zone = Zone::named(zone).unwrap();
            let mut at = Timestamp::from_rfc3339(from).unwrap();
            for expected in expected {
                at = Repeats::Daily.next(&zone, at).unwrap();
                assert_eq!(at, Timestamp::from_rfc3339(expected).unwrap(), "{zone}");
            }
        }
        let friday = Timestamp::from_rfc3339("2026-03-27T12:00:00Z").unwrap();
        let monday = Timestamp::from_rfc3339("2026-03-29T22:00:00Z");
        assert_eq!(Repeats::Weekly.next(&Zone::named("Europe/Berlin").unwrap(), friday), monday);
        assert_eq!(Repeats::Never.next(&Zone::UTC, friday), None);
    }

    #[test]
    fn a_kind_of_proof_is_read_as_it_is_typed() {
        let channel = ChannelId::new(77);
        for proven_by in [
            ProvenBy::Review,
            ProvenBy::Deeds(Deed::Message(channel), 20),
            ProvenBy::Deeds(Deed::WatchMinute, 1),
            ProvenBy::Deeds(Deed::GiftCoin, MOST_DEEDS),
            ProvenBy::Deeds(Deed::SongPlayed, 3),
        ] {
            assert_eq!(ProvenBy::read(&proven_by.typed()), Ok(proven_by));
        }
        assert_eq!(ProvenBy::read("Messages 20 <#77>"), Ok(ProvenBy::Deeds(Deed::Message(channel), 20)));
        for (typed, refusal) in [
            ("", TaskRefusal::NoSuchProof),
            ("dancing 3", TaskRefusal::NoSuchProof),
            ("songs_played", TaskRefusal::NotADeedCount),
            ("songs_played 0", TaskRefusal::NotADeedCount),
            ("gift_coins 1000001", TaskRefusal::NotADeedCount),
            ("watch_minutes -5", TaskRefusal::NotADeedCount),
            ("messages 5", TaskRefusal::NoProofChannel),
            ("messages 5 here", TaskRefusal::NoProofChannel),
        ] {
            assert_eq!(ProvenBy::read(typed), Err(refusal), "{typed}");
        }
    }
}
