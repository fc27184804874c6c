//! What can refer to something on Discord, and what a server has set of it.

use serde::{Deserialize, Serialize};

use super::needs::Needs;
use crate::display::{self, DISPLAY_NEEDS, Installation};
use crate::kernel::error::Result;
use crate::kernel::ids::{ChannelId, GuildId, RoleId};
use crate::kernel::sentence::{NO_COMMANDS, Slot};
use crate::settings::{BOT_CONFIG, Listed};
use crate::store::{Read, Span, Tx};

/// What something refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// A channel.
    Channel(ChannelId),
    /// A role.
    Role(RoleId),
}

/// What declares that it may refer to something.
#[derive(Clone, Copy)]
pub enum Subject {
    /// A setting.
    Setting(&'static Listed),
    /// Live displays that come into a channel together.
    Display(&'static Installation),
}

/// Something that may refer to a channel or role, with what it needs there.
#[derive(Clone, Copy)]
pub struct Declared {
    /// What it is.
    pub subject: Subject,
    /// What it needs.
    pub needs: &'static Needs,
}

/// Something that a server has set, and what it refers to.
#[derive(Clone, Copy)]
pub struct Reference {
    /// What it is.
    pub declared: Declared,
    /// What it refers to.
    pub target: Target,
}

/// Everything that may refer to something, of all features.
pub struct Catalogue {
    declared: Vec<Declared>,
    /// The stored names of displays, each with what it comes into a channel with.
    displays: Vec<(&'static str, &'static Installation)>,
}

impl Declared {
    /// Its stable name: the key of the setting, or the command of the displays.
    pub fn key(&self) -> &'static str {
        match self.subject {
            Subject::Setting(listed) => listed.setting.key(),
            Subject::Display(installed) => installed.command,
        }
    }

    /// What people call it.
    pub fn title(&self) -> &'static str {
        match self.subject {
            Subject::Setting(listed) => listed.title,
            Subject::Display(installed) => installed.title,
        }
    }

    /// How another channel or role is chosen, as a command to type.
    pub fn remedy(&self) -> String {
        match self.subject {
            Subject::Setting(listed) => match listed.command {
                Some(command) => command.to_sentence().markdown(NO_COMMANDS),
                None => format!("`/config set {}`", listed.setting.key()),
            },
            Subject::Display(installed) => installed.command.to_owned(),
        }
    }

    /// Stages what follows where something that kept the messages of its channel from being taken or answered was mended.
    pub(super) fn once_mended(&self, tx: &Tx<'_>, guild: GuildId) -> Result<()> {
        match self.subject {
            Subject::Setting(listed) => listed.once_mended.map_or(Ok(()), |stage| stage(tx, guild)),
            // Their painter looks by itself.
            Subject::Display(_) => Ok(()),
        }
    }

    /// Stages what follows where the bot may delete messages in its channel again.
    pub(super) fn once_cleared(&self, tx: &Tx<'_>, guild: GuildId) -> Result<()> {
        match self.subject {
            Subject::Setting(listed) => listed.once_cleared.map_or(Ok(()), |stage| stage(tx, guild)),
            Subject::Display(_) => Ok(()),
        }
    }
}

impl Catalogue {
    /// The references of these settings and displays: of each display its stored name, and with what it comes into a channel.
    pub fn new(
        settings: impl IntoIterator<Item = &'static Listed>,
        displays: impl IntoIterator<Item = (&'static str, &'static Installation)>,
    ) -> Self {
        let of_settings = settings.into_iter().filter_map(|listed| {
            let needs = listed.needs?;
            Some(Declared { subject: Subject::Setting(listed), needs })
        });
        let mut declared: Vec<Declared> = of_settings.collect();
        let displays: Vec<_> = displays.into_iter().collect();
        for &(_, installation) in &displays {
            let installed = Declared { subject: Subject::Display(installation), needs: &DISPLAY_NEEDS };
            if !declared.iter().any(|known| known.key() == installed.key()) {
                declared.push(installed);
            }
        }
        Self { declared, displays }
    }

    /// What is declared under a stable name.
    pub fn declared(&self, key: &str) -> Option<Declared> {
        self.declared.iter().copied().find(|declared| declared.key() == key)
    }

    /// Everything that a server has set.
    pub fn of_guild(&self, read: &dyn Read, guild: GuildId) -> Result<Vec<Reference>> {
        let displays = display::tables::of_guild(read, guild)?;
        let mut set = Vec::new();
        for declared in self.declared.iter().copied() {
            let targets = match declared.subject {
                Subject::Setting(listed) => listed.setting.targets(read, guild)?,
                Subject::Display(installed) => {
                    let is_part = |name: &str| {
                        self.displays.iter().any(|(kind, with)| *kind == name && with.command == installed.command)
                    };
                    let shown = displays.iter().filter(|(_, display)| is_part(&display.kind));
                    let mut shown: Vec<Target> = shown.map(|(_, display)| Target::Channel(display.channel)).collect();
                    shown.dedup();
                    shown
                }
            };
            set.extend(targets.into_iter().map(|target| Reference { declared, target }));
        }
        Ok(set)
    }

    /// The servers that have set something.
    pub fn guilds(&self, read: &dyn Read) -> Result<Vec<GuildId>> {
        let mut guilds = display::tables::guilds(read)?;
        BOT_CONFIG.for_each(read, Span::all(), |(guild, key), _| {
            if guild != GuildId::INSTANCE && self.declared(&key).is_some() {
                guilds.push(guild);
            }
            Ok(())
        })?;
        guilds.sort_unstable();
        guilds.dedup();
        Ok(guilds)
    }
}
