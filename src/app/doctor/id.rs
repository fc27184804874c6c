//! The names of what the doctor finds. They are part of the interface: one never changes its meaning, and
//! `docs/troubleshooting.md` tells of each what to do.

use serde::Serialize;
use strum::{IntoStaticStr, VariantArray};

/// What a finding is about. Findings are made from these alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, IntoStaticStr, VariantArray)]
#[serde(into = "&'static str")]
#[strum(serialize_all = "lowercase")]
pub enum Id {
    /// The configuration can be read, or a mistake in it.
    Config,
    /// Something about the configuration that is worth knowing.
    #[strum(serialize = "config.notice")]
    Notice,
    /// Discord answers.
    #[strum(serialize = "discord.reachable")]
    Reachable,
    /// Discord wants fewer requests.
    #[strum(serialize = "discord.limit")]
    Limit,
    /// Discord refuses the address of this machine.
    #[strum(serialize = "discord.ban")]
    Ban,
    /// The bot's token.
    #[strum(serialize = "discord.token")]
    Token,
    /// The intent that shows what messages say.
    #[strum(serialize = "discord.intent.message_content")]
    MessageContent,
    /// The intent that shows who is a member.
    #[strum(serialize = "discord.intent.members")]
    Members,
    /// The clock of this machine.
    Clock,
    /// The commands that Discord has.
    #[strum(serialize = "discord.commands")]
    Commands,
    /// The servers that the bot is in.
    #[strum(serialize = "discord.servers")]
    Servers,
    /// What the bot may do in a server.
    #[strum(serialize = "discord.permissions")]
    Permissions,
    /// Where the bot's role stands in a server.
    #[strum(serialize = "discord.role")]
    Role,
    /// The channels and roles that servers have set.
    #[strum(serialize = "discord.references")]
    References,
    /// The data folder can be written.
    #[strum(serialize = "folder.writable")]
    Writable,
    /// There is room for data.
    #[strum(serialize = "folder.space")]
    Space,
    /// The data folder lasts.
    #[strum(serialize = "folder.lasting")]
    Lasting,
    /// Only the user of the bot may read the data.
    #[strum(serialize = "folder.private")]
    Private,
    /// The memory of the machine.
    Memory,
    /// The last backup, and the last rehearsal of a restore.
    Backup,
    /// The copies of the snapshots elsewhere.
    #[strum(serialize = "backup.off_site")]
    OffSite,
    /// Who holds the store.
    #[strum(serialize = "store.lock")]
    Lock,
    /// The store is sound.
    Store,
    /// The port of the web.
    #[strum(serialize = "web.port")]
    WebPort,
    /// The address by which people reach the web.
    #[strum(serialize = "web.address")]
    WebAddress,
    /// How long signing in by a password takes.
    #[strum(serialize = "web.password")]
    WebPassword,
    /// The variables about TikTok.
    #[strum(serialize = "tiktok.settings")]
    LiveSettings,
    /// TikTok answers.
    #[strum(serialize = "tiktok.reachable")]
    LiveReachable,
    /// The service that signs connections.
    #[strum(serialize = "tiktok.sign")]
    Sign,
}

impl Id {
    /// As it is printed.
    pub fn name(self) -> &'static str {
        self.into()
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
        let names: BTreeSet<&str> = Id::VARIANTS.iter().map(|id| id.name()).collect();
        assert_eq!(told.iter().copied().collect::<BTreeSet<_>>(), names);
        assert_eq!((told.len(), names.len()), (Id::VARIANTS.len(), Id::VARIANTS.len()), "each once");
    }
}
