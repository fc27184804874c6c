//! What guilds, channels, roles, members and files are made from.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};

use super::Refused;
use crate::Id;
use crate::world::channel::{ANNOUNCEMENT, CATEGORY, FORUM, STAGE, TEXT, VOICE};
use crate::world::permissions::Permissions;

/// A guild to be made. The bot is in it from the start.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GuildSpec {
    /// The guild's name.
    pub name: String,
    /// The owner's name; `owner` where it is missing.
    pub owner: Option<String>,
    /// The channels in order; one called `general` where the list is empty.
    pub channels: Vec<ChannelSpec>,
    /// The members besides owner and bot.
    pub members: Vec<MemberSpec>,
    /// The roles besides @everyone and the bot's own.
    pub roles: Vec<RoleSpec>,
    /// What the bot's role allows; a moderating bot's usual permissions where it is missing.
    pub bot_permissions: Option<Permissions>,
    /// What @everyone may do; Discord's default where it is missing.
    pub everyone: Option<Permissions>,
    /// How many days ago the bot joined.
    pub bot_joined_days_ago: u64,
    /// The channel for Discord's own messages, by name; none where it is missing.
    pub system_channel: Option<String>,
}

/// A channel to be made; a plain name makes a text channel.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, from = "ChannelForm")]
pub struct ChannelSpec {
    /// The channel's name.
    pub name: String,
    /// `text`, `voice`, `stage`, `category`, `announcement` or `forum`; text where it is missing.
    pub kind: Option<String>,
    /// The topic.
    pub topic: Option<String>,
    /// The category it stands in.
    pub parent: Option<Id>,
    /// What it changes for roles and members.
    pub overwrites: Vec<OverwriteSpec>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ChannelForm {
    Name(String),
    Full {
        name: String,
        #[serde(default)]
        kind: Option<String>,
        #[serde(default)]
        topic: Option<String>,
        #[serde(default)]
        parent: Option<Id>,
        #[serde(default)]
        overwrites: Vec<OverwriteSpec>,
    },
}

impl From<ChannelForm> for ChannelSpec {
    fn from(form: ChannelForm) -> Self {
        match form {
            ChannelForm::Name(name) => Self::from(name.as_str()),
            ChannelForm::Full { name, kind, topic, parent, overwrites } => {
                Self { name, kind, topic, parent, overwrites }
            }
        }
    }
}

impl From<&str> for ChannelSpec {
    fn from(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }
}

impl ChannelSpec {
    /// Discord's number of the channel's kind.
    pub(crate) fn number(&self) -> Result<u64, Refused> {
        match self.kind.as_deref().unwrap_or("text") {
            "text" => Ok(TEXT),
            "voice" => Ok(VOICE),
            "stage" => Ok(STAGE),
            "category" => Ok(CATEGORY),
            "announcement" => Ok(ANNOUNCEMENT),
            "forum" => Ok(FORUM),
            other => Err(Refused::because(format!("There is no kind of channel called {other:?}."))),
        }
    }
}

/// What a channel changes for one role or member, by name or id (`@everyone` and `bot` are understood).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OverwriteSpec {
    /// The role's or member's name or id.
    pub target: String,
    /// What it allows.
    pub allow: Permissions,
    /// What it forbids.
    pub deny: Permissions,
}

/// A role to be made.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RoleSpec {
    /// The role's name.
    pub name: String,
    /// What it allows.
    pub permissions: Permissions,
    /// Its position, from 1; higher ones stand above. The bot's own role stands above all that a guild starts with.
    pub position: Option<i64>,
    /// Whether everybody may ping it.
    pub mentionable: bool,
    /// Its colour.
    pub color: u64,
}

/// A member to be added; a name that is known already is the same person.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MemberSpec {
    /// The user name.
    pub name: String,
    /// Whether it is a bot.
    pub bot: bool,
    /// Names or ids of roles.
    pub roles: Vec<String>,
    /// Permissions that the member gets by a role of their own.
    pub permissions: Permissions,
    /// The nickname.
    pub nick: Option<String>,
    /// How many days ago they joined.
    pub joined_days_ago: u64,
}

impl From<&str> for MemberSpec {
    fn from(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }
}

/// All ids of a guild by name.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct GuildIds {
    /// The guild.
    pub guild: Id,
    /// The owner.
    pub owner: Id,
    /// The bot.
    pub bot: Id,
    /// Channels by name.
    pub channels: BTreeMap<String, Id>,
    /// Members by user name, owner and bot included.
    pub members: BTreeMap<String, Id>,
    /// Roles by name, `@everyone` included.
    pub roles: BTreeMap<String, Id>,
}

impl GuildIds {
    /// The channel called `name`; id 0, which is nobody's, where there is none.
    pub fn channel(&self, name: &str) -> Id {
        self.channels.get(name).copied().unwrap_or_default()
    }

    /// The member called `name`; id 0, which is nobody's, where there is none.
    pub fn member(&self, name: &str) -> Id {
        self.members.get(name).copied().unwrap_or_default()
    }

    /// The role called `name`; id 0, which is nobody's, where there is none.
    pub fn role(&self, name: &str) -> Id {
        self.roles.get(name).copied().unwrap_or_default()
    }
}

/// A file that a person uploads.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FileSpec {
    /// The file's name.
    pub filename: String,
    /// The content type that Discord will say.
    pub content_type: Option<String>,
    /// The bytes, or the first of them where `size` is larger.
    pub base64: Option<String>,
    /// The size in bytes; what is not given in `base64` is zeros.
    pub size: Option<u64>,
}

impl FileSpec {
    /// A file of these bytes.
    pub fn bytes(filename: &str, content_type: &str, bytes: &[u8]) -> Self {
        Self {
            filename: filename.to_owned(),
            content_type: Some(content_type.to_owned()),
            base64: Some(BASE64_STANDARD.encode(bytes)),
            size: None,
        }
    }

    /// The same file, `size` bytes long: zeros follow.
    #[must_use]
    pub fn padded_to(mut self, size: u64) -> Self {
        self.size = Some(size);
        self
    }

    /// The given bytes and the full size.
    pub(crate) fn content(&self) -> Result<(Vec<u8>, u64), Refused> {
        let text = self.base64.as_deref().unwrap_or_default();
        let bytes = BASE64_STANDARD
            .decode(text)
            .map_err(|error| Refused::because(format!("The base64 of {:?} cannot be read: {error}.", self.filename)))?;
        let size = self.size.unwrap_or(0).max(bytes.len() as u64);
        Ok((bytes, size))
    }
}
