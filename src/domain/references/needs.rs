//! What the bot needs in a channel for what it does there.
//!
//! Permissions are plain bits here.
//!
//! Source: <https://discord.com/developers/docs/topics/permissions#permissions-bitwise-permission-flags>.

/// What something that a server has set needs in order to work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// What does not happen without the channel or role, or without one of `must`: a sentence.
    pub effect: &'static str,
    /// Without one of these permissions nothing of it works.
    pub must: u64,
    /// Without these a part does not work.
    pub wants: &'static [Want],
}

/// A permission without which a part does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Want {
    /// Its bit.
    pub permission: u64,
    /// What does not happen without it: a sentence.
    pub without: &'static str,
}

impl Needs {
    /// Discord's View Channel.
    pub const VIEW: u64 = 1 << 10;
    /// Discord's Send Messages.
    pub const SEND: u64 = 1 << 11;
    /// Discord's Manage Channels.
    pub const CHANNELS: u64 = 1 << 4;
    /// What is needed to write a line of text.
    pub const WRITE: u64 = Self::VIEW | Self::SEND;
    /// What is needed to post an embed.
    pub const POST: u64 = Self::WRITE | (1 << 14);
    /// Discord's Attach Files.
    pub const FILES: u64 = 1 << 15;
    /// Discord's Read Message History.
    pub const HISTORY: u64 = 1 << 16;
    /// Discord's Manage Messages.
    pub const MANAGE: u64 = 1 << 13;
    /// Discord's Pin Messages, which Manage Messages has not included since February 2026.
    pub const PIN: u64 = 1 << 51;

    /// Needs nothing but that the channel or role is there.
    pub const fn only_that_it_is_there(effect: &'static str) -> Self {
        Self { effect, must: 0, wants: &[] }
    }

    /// All permissions that are of use.
    pub fn all(&self) -> u64 {
        self.wants.iter().fold(self.must, |all, want| all | want.permission)
    }

    /// What does not happen where these permissions are missing, as sentences.
    pub fn effects_without(&self, missing: u64) -> String {
        if missing & self.must != 0 {
            return self.effect.to_owned();
        }
        let without = self.wants.iter().filter(|want| missing & want.permission != 0).map(|want| want.without);
        without.collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_happen_depends_on_what_is_missing() {
        const NEEDS: Needs = Needs {
            effect: "Nothing works.",
            must: Needs::WRITE,
            wants: &[Want { permission: Needs::PIN, without: "It is not pinned." }],
        };
        assert_eq!(NEEDS.effects_without(Needs::PIN), "It is not pinned.");
        assert_eq!(NEEDS.effects_without(Needs::PIN | Needs::VIEW), "Nothing works.");
        assert_eq!(NEEDS.effects_without(Needs::FILES), "");
        assert_eq!(NEEDS.all(), Needs::WRITE | Needs::PIN);
    }
}
