//! Ids as types of their own, so that a user can never be passed where a guild is expected.

use super::time::Timestamp;

/// What every type declared with [`id_type!`](crate::id_type) can do, for code that works with any of them.
pub trait Id: Copy + std::fmt::Debug {
    /// Wraps a raw number.
    fn from_raw(raw: u64) -> Self;

    /// The raw number.
    fn raw(self) -> u64;
}

/// Declares a newtype over `u64` that is stored as a number and printed in decimal.
///
/// `id_type!(SongId);` is short for:
/// ```ignore
/// #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
/// #[serde(transparent)]
/// pub struct SongId(u64);
///
/// impl SongId {
///     pub const fn new(raw: u64) -> Self { … }
///     pub const fn get(self) -> u64 { … }
/// }
///
/// impl Id for SongId { … } // the same two, for code that works with any of them
/// impl Display for SongId { … } // in decimal
/// impl FromStr for SongId { … } // from decimal
/// ```
#[macro_export]
macro_rules! id_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, ::serde::Serialize, ::serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(u64);

        impl $name {
            /// Wraps a raw number.
            pub const fn new(raw: u64) -> Self {
                Self(raw)
            }

            /// The raw number.
            pub const fn get(self) -> u64 {
                self.0
            }
        }

        impl $crate::kernel::ids::Id for $name {
            fn from_raw(raw: u64) -> Self {
                Self(raw)
            }

            fn raw(self) -> u64 {
                self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::num::ParseIntError;

            fn from_str(text: &str) -> ::std::result::Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    };
}

id_type!(
    /// A Discord server. The first part of every stored key (`C-05`); guild 0 holds what belongs to the instance.
    GuildId
);
id_type!(
    /// A Discord account.
    UserId
);
id_type!(
    /// A Discord channel, thread or direct-message channel.
    ChannelId
);
id_type!(
    /// A Discord message.
    MessageId
);
impl MessageId {
    /// The start of Discord's own time, 2015-01-01, in milliseconds since 1970.
    const EPOCH_MS: i64 = 1_420_070_400_000;

    /// When the message was posted, to the millisecond: Discord's ids begin with it.
    pub fn moment(self) -> Timestamp {
        let millis = i64::try_from(self.0 >> 22).unwrap_or(i64::MAX);
        Timestamp::from_millis(millis.saturating_add(Self::EPOCH_MS))
    }

    /// The least id that a message of this moment may have.
    pub fn at(moment: Timestamp) -> Self {
        let millis = (moment.micros() / 1_000).saturating_sub(Self::EPOCH_MS);
        Self(u64::try_from(millis).unwrap_or(0) << 22)
    }
}

id_type!(
    /// A Discord role.
    RoleId
);
id_type!(
    /// One use of a command, button, menu or modal on Discord.
    InteractionId
);
id_type!(
    /// A registered application command, as a clickable command mention names it.
    CommandId
);
id_type!(
    /// A file attached to a Discord message.
    AttachmentId
);

impl GuildId {
    /// The guild that stands for the whole instance (`M-DB-08`).
    pub const INSTANCE: Self = Self::new(0);
}
