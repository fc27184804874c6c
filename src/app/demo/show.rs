//! A recorded show: one JSON object a line, in the order of time.
//!
//! ```json
//! {"at_ms": 0, "actor": "discord", "call": "guild", "name": "Night Owl Reviews", "streamer": "nightowl.reviews", "channels": ["submissions"], "members": [{"name": "ann"}]}
//! {"at_ms": 60000, "actor": "discord", "call": "command", "user": "ann", "channel": "submissions", "name": "submit", "modal": {"link": "https://youtu.be/dQw4w9WgXcQ"}}
//! {"at_ms": 300000, "actor": "live", "type": "gift", "user": "ann.sings", "name": "Rose", "diamonds": 1, "count": 3}
//! ```
//!
//! A recording of a followed live (`live::show_file`) is a show as well: its live is played in a server of its own, and what
//! it notes of links and settings is left out.
//!
//! People and channels go by their names. In options, `@ann` is a member, `#staff` a channel, and `?words` the first
//! choice that is offered when somebody types these words.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::live::show::ShowLine;
use crate::live::show_file::{self, Head, Note, Said};
use crate::sim::{FileSpec, MemberSpec};

/// The largest show, in bytes: far more than an evening.
pub const MAX_BYTES: usize = 64 * 1024 * 1024;

/// A line of a show.
#[derive(Clone, Debug)]
pub struct Cue {
    /// When, from the beginning.
    pub at_ms: u64,
    /// What happens.
    pub act: Act,
}

/// What happens.
#[derive(Clone, Debug)]
pub enum Act {
    /// On Discord.
    Discord(Call),
    /// On the live.
    Live(ShowLine),
}

/// What a person does on Discord.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case", deny_unknown_fields)]
pub enum Call {
    /// The server, its channels and members come into being. The first line of every show.
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

/// A line that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("line {line} of the show cannot be read: {problem}")]
pub struct Unreadable {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
}

/// Reads a whole show. Empty lines and lines that begin with `#` are left out.
pub fn parse(text: &str) -> Result<Vec<Cue>, Unreadable> {
    let mut cues: Vec<Cue> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let unreadable = |problem: String| Unreadable { line: at + 1, problem };
        let Some(cue) = parse_line(line).map_err(unreadable)? else { continue };
        if cues.last().is_some_and(|last| last.at_ms > cue.at_ms) {
            return Err(unreadable("it happens before the line above it".to_owned()));
        }
        cues.push(cue);
    }
    Ok(cues)
}

/// Reads a line; `None` for a note of a recording that nothing follows from.
fn parse_line(line: &str) -> Result<Option<Cue>, String> {
    let mut fields: Map<String, Value> = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let at_ms = fields.remove("at_ms").and_then(|at| at.as_u64()).ok_or("it has no at_ms")?;
    let actor = fields.remove("actor").unwrap_or_default();
    let rest = Value::Object(fields);
    let act = match actor.as_str() {
        Some("discord") => serde_json::from_value(rest).map(Act::Discord),
        Some("live") => serde_json::from_value(rest).map(Act::Live),
        Some("show") => match show_file::read(line).map_err(|error| error.to_string())?.map(|line| line.said) {
            Some(Said::Note(Note::Head(head))) => Ok(Act::Discord(server_of(&head))),
            _ => return Ok(None),
        },
        _ => return Err("its actor is neither discord nor live".to_owned()),
    };
    Ok(Some(Cue { at_ms, act: act.map_err(|error| error.to_string())? }))
}

/// The server in which a recorded live is played.
fn server_of(head: &Head) -> Call {
    Call::Guild {
        name: "A recorded live".to_owned(),
        streamer: head.streamer.as_str().to_owned(),
        channels: vec!["submissions".to_owned()],
        members: vec![MemberSpec::from("host")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_recorded_evening_can_be_read() {
        let cues = parse(super::super::EVENING).unwrap();
        assert!(cues.len() > 100);
        assert!(matches!(cues[0].act, Act::Discord(Call::Guild { .. })));
    }

    #[test]
    fn a_line_that_cannot_be_read_is_named() {
        let said = |text: &str| parse(text).unwrap_err().to_string();
        assert!(said("# a note\n\nnonsense").starts_with("line 3 of the show cannot be read"));
        assert!(said(r#"{"actor":"live","type":"connect"}"#).contains("at_ms"));
        assert!(said(r#"{"at_ms":1,"actor":"moon"}"#).contains("neither discord nor live"));
        assert!(said(r#"{"at_ms":1,"actor":"discord","call":"dance"}"#).contains("dance"));
        let backwards = "{\"at_ms\":2,\"actor\":\"live\",\"type\":\"connect\"}\n{\"at_ms\":1,\"actor\":\"live\",\"type\":\"live_end\"}";
        assert!(said(backwards).contains("before the line above"));
    }
}
