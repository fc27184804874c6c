//! The names of what the doctor finds. They are part of the interface: one never changes its meaning, and
//! `docs/troubleshooting.md` tells of each what to do.

use serde::{Serialize, Serializer};

/// What a finding is about. Findings are made from these alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Id {
    /// The configuration can be read, or a mistake in it.
    Config,
    /// Something about the configuration that is worth knowing.
    Notice,
    /// Discord answers.
    Reachable,
    /// Discord wants fewer requests.
    Limit,
    /// Discord refuses the address of this machine.
    Ban,
    /// The bot's token.
    Token,
    /// The intent that shows what messages say.
    MessageContent,
    /// The intent that shows who is a member.
    Members,
    /// The clock of this machine.
    Clock,
    /// The commands that Discord has.
    Commands,
    /// The servers that the bot is in.
    Servers,
    /// What the bot may do in a server.
    Permissions,
    /// Where the bot's role stands in a server.
    Role,
    /// The channels and roles that servers have set.
    References,
    /// The data folder can be written.
    Writable,
    /// There is room for data.
    Space,
    /// The data folder lasts.
    Lasting,
    /// Only the user of the bot may read the data.
    Private,
    /// The memory of the machine.
    Memory,
    /// The last backup, and the last rehearsal of a restore.
    Backup,
    /// The copies of the snapshots elsewhere.
    OffSite,
    /// Who holds the store.
    Lock,
    /// The store is sound.
    Store,
    /// The variables about TikTok.
    LiveSettings,
    /// TikTok answers.
    LiveReachable,
    /// The service that signs connections.
    Sign,
}

impl Id {
    /// All of them.
    pub const ALL: [Self; 26] = [
        Self::Config,
        Self::Notice,
        Self::Reachable,
        Self::Limit,
        Self::Ban,
        Self::Token,
        Self::MessageContent,
        Self::Members,
        Self::Clock,
        Self::Commands,
        Self::Servers,
        Self::Permissions,
        Self::Role,
        Self::References,
        Self::Writable,
        Self::Space,
        Self::Lasting,
        Self::Private,
        Self::Memory,
        Self::Backup,
        Self::OffSite,
        Self::Lock,
        Self::Store,
        Self::LiveSettings,
        Self::LiveReachable,
        Self::Sign,
    ];

    /// As it is printed.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Notice => "config.notice",
            Self::Reachable => "discord.reachable",
            Self::Limit => "discord.limit",
            Self::Ban => "discord.ban",
            Self::Token => "discord.token",
            Self::MessageContent => "discord.intent.message_content",
            Self::Members => "discord.intent.members",
            Self::Clock => "clock",
            Self::Commands => "discord.commands",
            Self::Servers => "discord.servers",
            Self::Permissions => "discord.permissions",
            Self::Role => "discord.role",
            Self::References => "discord.references",
            Self::Writable => "folder.writable",
            Self::Space => "folder.space",
            Self::Lasting => "folder.lasting",
            Self::Private => "folder.private",
            Self::Memory => "memory",
            Self::Backup => "backup",
            Self::OffSite => "backup.off_site",
            Self::Lock => "store.lock",
            Self::Store => "store",
            Self::LiveSettings => "tiktok.settings",
            Self::LiveReachable => "tiktok.reachable",
            Self::Sign => "tiktok.sign",
        }
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_page_on_troubles_tells_of_every_finding_what_to_do() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/troubleshooting.md")).unwrap();
        let (_, table) = page.split_once("| finding | level | what to do |\n| --- | --- | --- |\n").unwrap();
        let rows = table.lines().take_while(|line| line.starts_with('|'));
        let told: Vec<&str> = rows
            .filter_map(|row| row.split('|').nth(1))
            .flat_map(|ids| ids.split(',').map(|id| id.trim().trim_matches('`')))
            .collect();
        let names: BTreeSet<&str> = Id::ALL.iter().map(|id| id.name()).collect();
        assert_eq!(told.iter().copied().collect::<BTreeSet<_>>(), names);
        assert_eq!((told.len(), names.len()), (Id::ALL.len(), Id::ALL.len()), "each once");
    }
}
