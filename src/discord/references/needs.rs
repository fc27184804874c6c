//! What the bot needs in a channel for what it does there.
//!
//! Permissions are plain bits here: serenity does not know all of them, and drops those from what it reads.

use serenity::all::Permissions;

use crate::discord::invitation::PIN_MESSAGES;
use crate::kernel::sentence::{NO_COMMANDS, Sentence};
use crate::sentence;

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
    pub const VIEW: u64 = Permissions::VIEW_CHANNEL.bits();
    /// Discord's Send Messages.
    pub const SEND: u64 = Permissions::SEND_MESSAGES.bits();
    /// Discord's Manage Channels.
    pub const CHANNELS: u64 = Permissions::MANAGE_CHANNELS.bits();
    /// What is needed to write a line of text.
    pub const WRITE: u64 = Self::VIEW | Self::SEND;
    /// What is needed to post an embed.
    pub const POST: u64 = Self::WRITE | Permissions::EMBED_LINKS.bits();
    /// Discord's Attach Files.
    pub const FILES: u64 = Permissions::ATTACH_FILES.bits();
    /// Discord's Read Message History.
    pub const HISTORY: u64 = Permissions::READ_MESSAGE_HISTORY.bits();
    /// Discord's Manage Messages.
    pub const MANAGE: u64 = Permissions::MANAGE_MESSAGES.bits();
    /// Discord's Pin Messages.
    pub const PIN: u64 = PIN_MESSAGES;

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

/// The names of permissions in bold, as the end of a sentence: "**View Channel** and **Send Messages**".
pub fn permissions(bits: u64) -> Sentence {
    let mut names = Permissions::from_bits_truncate(bits).get_permission_names();
    names.extend((bits & PIN_MESSAGES != 0).then_some("Pin Messages"));
    // View Channel first: without it nothing else counts.
    names.sort_by_key(|name| *name != "View Channel");
    Sentence::list(names.into_iter().map(|name| sentence!("**{name}**", name)).collect(), " and ")
}

/// The same for a text on Discord.
pub fn names_of(bits: u64) -> String {
    permissions(bits).markdown(NO_COMMANDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_named_in_bold_and_the_first_that_counts_comes_first() {
        assert_eq!(names_of(0), "");
        assert_eq!(names_of(Needs::MANAGE), "**Manage Messages**");
        assert_eq!(
            names_of(Needs::POST | Needs::PIN),
            "**View Channel**, **Send Messages**, **Embed Links** and **Pin Messages**"
        );
    }

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
