//! The one id type of the simulated Discord: any snowflake, a string in JSON as Discord writes it.
//!
//! Greenroom's own ids (a user, a channel …) convert both ways; the simulator itself cannot tell them apart, just as
//! a path segment of Discord's API cannot.

use std::fmt;
use std::str::FromStr;

use serde::de::{self, Deserializer, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::kernel::ids::{AttachmentId, ChannelId, GuildId, InteractionId, MessageId, RoleId, UserId};
use crate::kernel::time::Timestamp;

/// The start of Discord's own time, 2015-01-01, in milliseconds since 1970.
const DISCORD_EPOCH_MS: i64 = 1_420_070_400_000;

/// Any id of the simulated Discord.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(u64);

impl Id {
    /// Wraps a raw number.
    pub const fn new(raw: u64) -> Self {
        Self(raw)
    }

    /// The raw number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Id {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl From<u64> for Id {
    fn from(raw: u64) -> Self {
        Self(raw)
    }
}

/// Converts between [`Id`] and Greenroom's own id types.
macro_rules! converts {
    ($($own:ident),*) => {$(
        impl From<$own> for Id {
            fn from(own: $own) -> Self {
                Self(own.get())
            }
        }

        impl From<Id> for $own {
            fn from(id: Id) -> Self {
                Self::new(id.0)
            }
        }
    )*};
}

converts!(AttachmentId, ChannelId, GuildId, InteractionId, MessageId, RoleId, UserId);

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Digits;

        impl Visitor<'_> for Digits {
            type Value = Id;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id, as a string of digits")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Id, E> {
                text.parse().map_err(|_| E::custom(format!("{text:?} is no id")))
            }

            fn visit_u64<E: de::Error>(self, raw: u64) -> Result<Id, E> {
                Ok(Id(raw))
            }
        }

        deserializer.deserialize_any(Digits)
    }
}

/// Gives out ids that only grow, each carrying the moment it was made at, as Discord's do.
#[derive(Debug, Default)]
pub(crate) struct Snowflakes {
    last: u64,
}

impl Snowflakes {
    /// The next id at `now`. Ids stay unique while the clock stands still.
    pub(crate) fn next(&mut self, now: Timestamp) -> Id {
        let since_epoch = u64::try_from(now.micros() / 1000 - DISCORD_EPOCH_MS).unwrap_or(0);
        self.last = (since_epoch << 22).max(self.last + 1);
        Id(self.last)
    }

    /// The next id whose time part no other id has: guilds made at one moment still fall on different shards.
    pub(crate) fn next_of_its_own_millisecond(&mut self, now: Timestamp) -> Id {
        let next = self.next(now).get();
        self.last = ((next >> 22) + 1) << 22;
        Id(self.last)
    }
}

/// The shard that carries a guild.
pub(crate) const fn shard_of(guild: Id, shards: u64) -> u64 {
    if shards == 0 { 0 } else { (guild.get() >> 22) % shards }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_grow_even_while_the_clock_stands_still() {
        let mut ids = Snowflakes::default();
        let now = Timestamp::from_millis(DISCORD_EPOCH_MS + 5);
        let (first, second) = (ids.next(now), ids.next(now));
        assert!(second > first);
        assert_eq!(first.get() >> 22, 5);
    }

    #[test]
    fn guilds_made_at_one_moment_spread_over_the_shards() {
        let mut ids = Snowflakes::default();
        let shards: Vec<u64> =
            (0..3).map(|_| shard_of(ids.next_of_its_own_millisecond(Timestamp::default()), 3)).collect();
        assert_ne!(shards[0], shards[1]);
        assert_ne!(shards[1], shards[2]);
    }

    #[test]
    fn an_id_is_a_string_in_json() {
        assert_eq!(serde_json::to_string(&Id::new(7)).unwrap(), "\"7\"");
        assert_eq!(serde_json::from_str::<Id>("\"7\"").unwrap(), Id::new(7));
        assert_eq!(serde_json::from_str::<Id>("7").unwrap(), Id::new(7));
        assert!(serde_json::from_str::<Id>("\"seven\"").is_err());
    }
}
