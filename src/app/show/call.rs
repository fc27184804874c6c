//! What people do on Discord in a show that was written for the demo.
//!
//! ```json
//! {"at_ms": 0, "actor": "discord", "call": "guild", "name": "Night Owl Reviews", "streamer": "nightowl.reviews", "channels": ["submissions"], "members": [{"name": "ann"}]}
//! {"at_ms": 60000, "actor": "discord", "call": "command", "user": "ann", "channel": "submissions", "name": "submit", "modal": {"link": "https://youtu.be/dQw4w9WgXcQ"}}
//! ```
//!
//! In options, `@ann` is a member, `#staff` a channel, and `?words` the first choice that is offered when somebody types
//! these words.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::sim::{FileSpec, MemberSpec};

/// What somebody does on Discord.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case", deny_unknown_fields)]
pub enum Call {
    /// The server, its channels and members come into being. The first line of such a show.
    Guild {
        /// The server's name.
        name: String,
        /// The host's handle on TikTok.
        streamer: String,
        /// The channels.
        channels: Vec<String>,
        /// The members.
        members: Vec<MemberSpec>,
    },
    /// Somebody runs a slash command.
    Command {
        /// Who.
        user: String,
        /// Where.
        channel: String,
        /// The full name.
        name: String,
        /// The options.
        #[serde(default)]
        options: Map<String, Value>,
        /// Files for options.
        #[serde(default)]
        attachments: BTreeMap<String, FileSpec>,
        /// What is typed into the modal that the command opens.
        #[serde(default)]
        modal: Option<Map<String, Value>>,
    },
    /// Somebody posts a message.
    Message {
        /// Who.
        user: String,
        /// Where.
        channel: String,
        /// The text.
        #[serde(default)]
        content: String,
        /// Files.
        #[serde(default)]
        attachments: Vec<FileSpec>,
    },
    /// Somebody presses a button on the last answer that they got.
    Press {
        /// Who.
        user: String,
        /// What is written on the button.
        label: String,
    },
    /// Somebody blocks direct messages from the bot, or allows them again.
    DmBlock {
        /// Who.
        user: String,
        /// Whether they are blocked.
        on: bool,
    },
}

impl Call {
    /// What the fields of a line say.
    pub fn of(fields: Map<String, Value>) -> serde_json::Result<Self> {
        serde_json::from_value(Value::Object(fields))
    }
}
