//! Permission bits, and what somebody may do in a channel: roles first, then the channel's overwrites.
//!
//! Source of the order: <https://discord.com/developers/docs/topics/permissions#permission-overwrites>.

use std::ops::{BitAnd, BitOr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::World;
use super::channel::Channel;
use super::guild::{Guild, Member};
use crate::Id;

/// A set of Discord permissions; a decimal string in JSON, names are understood too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Permissions(u64);

/// Declares each permission as a constant and the table of names.
macro_rules! permissions {
    ($($name:ident = $bit:literal),* $(,)?) => {
        impl Permissions {
            $(#[doc = concat!("Discord's `", stringify!($name), "`.")]
            pub const $name: Self = Self(1 << $bit);)*
        }

        const NAMES: &[(&str, Permissions)] = &[$((stringify!($name), Permissions::$name)),*];
    };
}

permissions! {
    CREATE_INSTANT_INVITE = 0, KICK_MEMBERS = 1, BAN_MEMBERS = 2, ADMINISTRATOR = 3, MANAGE_CHANNELS = 4,
    MANAGE_GUILD = 5, ADD_REACTIONS = 6, VIEW_AUDIT_LOG = 7, PRIORITY_SPEAKER = 8, STREAM = 9, VIEW_CHANNEL = 10,
    SEND_MESSAGES = 11, SEND_TTS_MESSAGES = 12, MANAGE_MESSAGES = 13, EMBED_LINKS = 14, ATTACH_FILES = 15,
    READ_MESSAGE_HISTORY = 16, MENTION_EVERYONE = 17, USE_EXTERNAL_EMOJIS = 18, CONNECT = 20, SPEAK = 21,
    MUTE_MEMBERS = 22, DEAFEN_MEMBERS = 23, MOVE_MEMBERS = 24, USE_VAD = 25, CHANGE_NICKNAME = 26,
    MANAGE_NICKNAMES = 27, MANAGE_ROLES = 28, MANAGE_WEBHOOKS = 29, USE_APPLICATION_COMMANDS = 31,
    MANAGE_EVENTS = 33, MANAGE_THREADS = 34, CREATE_PUBLIC_THREADS = 35, CREATE_PRIVATE_THREADS = 36,
    USE_EXTERNAL_STICKERS = 37, SEND_MESSAGES_IN_THREADS = 38, MODERATE_MEMBERS = 40, SEND_POLLS = 49,
    PIN_MESSAGES = 51,
}

impl Permissions {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Everything that the simulator knows.
    pub const ALL: Self = Self((1 << 52) - 1);

    /// What a new server's @everyone role allows on Discord; pinging everyone is part of it.
    pub const EVERYONE: Self = Self(
        Self::CREATE_INSTANT_INVITE.0
            | Self::ADD_REACTIONS.0
            | Self::STREAM.0
            | Self::VIEW_CHANNEL.0
            | Self::SEND_MESSAGES.0
            | Self::EMBED_LINKS.0
            | Self::ATTACH_FILES.0
            | Self::READ_MESSAGE_HISTORY.0
            | Self::MENTION_EVERYONE.0
            | Self::USE_EXTERNAL_EMOJIS.0
            | Self::CONNECT.0
            | Self::SPEAK.0
            | Self::USE_VAD.0
            | Self::CHANGE_NICKNAME.0
            | Self::USE_APPLICATION_COMMANDS.0
            | Self::CREATE_PUBLIC_THREADS.0
            | Self::SEND_MESSAGES_IN_THREADS.0,
    );

    /// What an invitation of a moderating bot usually asks for; not ADMINISTRATOR, so that overwrites count.
    pub const BOT: Self = Self(
        Self::EVERYONE.0
            | Self::KICK_MEMBERS.0
            | Self::BAN_MEMBERS.0
            | Self::MANAGE_CHANNELS.0
            | Self::MANAGE_GUILD.0
            | Self::VIEW_AUDIT_LOG.0
            | Self::MANAGE_MESSAGES.0
            | Self::MOVE_MEMBERS.0
            | Self::MANAGE_NICKNAMES.0
            | Self::MANAGE_ROLES.0
            | Self::MANAGE_WEBHOOKS.0
            | Self::MANAGE_EVENTS.0
            | Self::MANAGE_THREADS.0
            | Self::CREATE_PRIVATE_THREADS.0
            | Self::MODERATE_MEMBERS.0
            | Self::PIN_MESSAGES.0,
    );

    /// In a direct message: talk, but manage nothing.
    pub const DIRECT: Self = Self(
        Self::VIEW_CHANNEL.0
            | Self::SEND_MESSAGES.0
            | Self::EMBED_LINKS.0
            | Self::ATTACH_FILES.0
            | Self::ADD_REACTIONS.0
            | Self::READ_MESSAGE_HISTORY.0
            | Self::USE_EXTERNAL_EMOJIS.0
            | Self::USE_APPLICATION_COMMANDS.0
            | Self::PIN_MESSAGES.0,
    );

    /// All that somebody in a time-out keeps.
    const TIMED_OUT: Self = Self(Self::VIEW_CHANNEL.0 | Self::READ_MESSAGE_HISTORY.0);

    /// From Discord's number.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Discord's number.
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Whether every permission of `wanted` is here.
    pub const fn has(self, wanted: Self) -> bool {
        self.0 & wanted.0 == wanted.0
    }

    /// The permissions with Discord's names `names`, or the first name that is none.
    pub fn named<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Self, String> {
        names.into_iter().try_fold(Self::NONE, |all, name| {
            let known = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            known.map(|(_, permission)| all | *permission).ok_or_else(|| format!("There is no permission {name:?}."))
        })
    }

    const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
}

impl BitOr for Permissions {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitAnd for Permissions {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl Serialize for Permissions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Permissions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Number(u64),
            Text(String),
            Names(Vec<String>),
        }
        match Form::deserialize(deserializer)? {
            Form::Number(bits) => Ok(Self(bits)),
            Form::Text(text) => match text.parse() {
                Ok(bits) => Ok(Self(bits)),
                Err(_) => Self::named([text.as_str()]).map_err(serde::de::Error::custom),
            },
            Form::Names(names) => Self::named(names.iter().map(String::as_str)).map_err(serde::de::Error::custom),
        }
    }
}

impl Guild {
    /// What a member may do in the whole guild, whatever the channel says.
    pub(crate) fn permissions_of(&self, user: Id, member: &Member) -> Permissions {
        if self.owner == user {
            return Permissions::ALL;
        }
        let everyone = self.roles.get(&self.id).map_or(Permissions::NONE, |role| role.permissions);
        let all = member
            .roles
            .iter()
            .filter_map(|role| self.roles.get(role))
            .fold(everyone, |all, role| all | role.permissions);
        if all.has(Permissions::ADMINISTRATOR) { Permissions::ALL } else { all }
    }

    /// The position of a member's highest role; the owner stands above all.
    pub(crate) fn rank_of(&self, user: Id) -> i64 {
        if self.owner == user {
            return i64::MAX;
        }
        let roles = self.members.get(&user).into_iter().flat_map(|member| &member.roles);
        roles.filter_map(|role| self.roles.get(role)).map(|role| role.position).max().unwrap_or(0)
    }
}

impl World {
    /// What `user` may do in `channel`; nothing for somebody who is not there.
    pub(crate) fn permissions_in(&self, user: Id, channel: &Channel) -> Permissions {
        let Some(guild_id) = channel.guild else {
            let is_there = user == self.bot || channel.recipient == Some(user);
            return if is_there { Permissions::DIRECT } else { Permissions::NONE };
        };
        let Some(guild) = self.guilds.get(&guild_id) else { return Permissions::NONE };
        let Some(member) = guild.members.get(&user) else { return Permissions::NONE };
        let base = guild.permissions_of(user, member);
        if base.has(Permissions::ADMINISTRATOR) {
            return Permissions::ALL;
        }
        // A thread has no overwrites of its own: its parent's count.
        let holder = channel.parent.filter(|_| channel.is_thread()).and_then(|parent| self.channels.get(&parent));
        let allowed = with_overwrites(base, holder.unwrap_or(channel), guild_id, user, member);
        if member.is_timed_out(self.now()) { allowed & Permissions::TIMED_OUT } else { with_implied(allowed) }
    }

    /// What `user` may do in the channel with this id; nothing where there is none.
    pub(crate) fn permissions_at(&self, user: Id, channel: Id) -> Permissions {
        self.channels.get(&channel).map_or(Permissions::NONE, |channel| self.permissions_in(user, channel))
    }
}

fn with_overwrites(base: Permissions, channel: &Channel, guild: Id, user: Id, member: &Member) -> Permissions {
    let of = |target: Id| channel.overwrites.iter().filter(move |overwrite| overwrite.target == target);
    let apply = |base: Permissions, allow: Permissions, deny: Permissions| base.without(deny) | allow;
    let mut allowed = of(guild).fold(base, |base, overwrite| apply(base, overwrite.allow, overwrite.deny));
    let roles = member.roles.iter().flat_map(|role| of(*role));
    let (allow, deny) = roles.fold((Permissions::NONE, Permissions::NONE), |(allow, deny), overwrite| {
        (allow | overwrite.allow, deny | overwrite.deny)
    });
    allowed = apply(allowed, allow, deny);
    of(user).fold(allowed, |base, overwrite| apply(base, overwrite.allow, overwrite.deny))
}

/// Takes away what means nothing without another permission.
fn with_implied(allowed: Permissions) -> Permissions {
    if !allowed.has(Permissions::VIEW_CHANNEL) {
        return Permissions::NONE;
    }
    if allowed.has(Permissions::SEND_MESSAGES) {
        return allowed;
    }
    allowed.without(
        Permissions::MENTION_EVERYONE
            | Permissions::SEND_TTS_MESSAGES
            | Permissions::ATTACH_FILES
            | Permissions::EMBED_LINKS,
    )
}
