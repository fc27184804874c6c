//! The `<…>` forms that Discord draws for itself: names, channels, commands and times.

use crate::kernel::ids::{ChannelId, CommandId, GuildId, MessageId, RoleId, UserId};
use crate::kernel::time::Timestamp;

/// How Discord writes a moment, each reader in their own language and time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MomentStyle {
    /// `20:15`
    ShortTime,
    /// `21 November 2026 20:15`
    ShortDateTime,
    /// `in 2 hours`
    Relative,
}

impl MomentStyle {
    const fn letter(self) -> char {
        match self {
            Self::ShortTime => 't',
            Self::ShortDateTime => 'f',
            Self::Relative => 'R',
        }
    }
}

/// A member's name as Discord draws it. Pings only where the message allows it.
pub fn mention(user: UserId) -> String {
    format!("<@{user}>")
}

/// Whether a text names a member, by a mention or by the bare number.
pub fn names_member(text: &str, user: UserId) -> bool {
    let number = user.to_string();
    text.split(|character: char| !character.is_ascii_digit()).any(|digits| digits == number)
}

/// A channel's name, which leads there.
pub fn channel(channel: ChannelId) -> String {
    format!("<#{channel}>")
}

/// A role's name as Discord draws it. Pings only where the message allows it.
pub fn role(role: RoleId) -> String {
    format!("<@&{role}>")
}

/// The address that leads to a message of a guild, for whoever may see it there.
pub fn message_link(guild: GuildId, channel: ChannelId, message: MessageId) -> String {
    format!("https://discord.com/channels/{guild}/{channel}/{message}")
}

/// A command to click on, by its full name without the slash (`submit`, `tiktok connect`); only bold when it is not
/// known under which id Discord registered it.
pub fn command(name: &str, id: Option<CommandId>) -> String {
    match id {
        Some(id) => format!("</{name}:{id}>"),
        None => format!("**/{name}**"),
    }
}

/// A moment, to the second.
pub fn moment(moment: Timestamp, style: MomentStyle) -> String {
    format!("<t:{}:{}>", moment.seconds(), style.letter())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_commands_and_times_are_written_as_discord_reads_them() {
        assert_eq!(mention(UserId::new(5)), "<@5>");
        assert_eq!(channel(ChannelId::new(6)), "<#6>");
        assert_eq!(role(RoleId::new(8)), "<@&8>");
        let link = message_link(GuildId::new(1), ChannelId::new(2), MessageId::new(3));
        assert_eq!(link, "https://discord.com/channels/1/2/3");
        assert_eq!(command("tiktok connect", Some(CommandId::new(7))), "</tiktok connect:7>");
        assert_eq!(command("submit", None), "**/submit**");
        assert_eq!(moment(Timestamp::from_millis(1_500), MomentStyle::Relative), "<t:1:R>");
        assert_eq!(moment(Timestamp::from_micros(-1), MomentStyle::ShortDateTime), "<t:-1:f>");
    }

    #[test]
    fn a_member_is_named_by_the_whole_number() {
        let user = UserId::new(50);
        for text in ["<@50>", "<@!50> `50`", r#"{"user":50,"channel":1}"#, "50", "a50b"] {
            assert!(names_member(text, user), "{text}");
        }
        for text in ["", "<@500>", "150", "5 0", "0x5"] {
            assert!(!names_member(text, user), "{text}");
        }
    }
}
