//! A recorded show as a file: one JSON object a line, in the order of time.
//!
//! ```json
//! {"at_ms":0,"actor":"show","type":"head","version":1,"guild":"81","streamer":"night.owl","started_at":"2026-11-21T20:00:00Z","settings":{"points_like":"1"}}
//! {"at_ms":0,"actor":"live","type":"connect"}
//! {"at_ms":5120,"actor":"show","type":"link","handle":"bass.ann","user":"157"}
//! {"at_ms":5120,"us":87,"actor":"live","msg_id":7300000000000000042,"type":"like","user":"bass.ann","count":15}
//! ```
//!
//! `at_ms` are milliseconds since the beginning. Lines of the actor `live` are events ([`ShowLine`]); of `show`, what a
//! recording knows besides ([`Note`]); of `discord`, what people do in a demo. Empty lines and lines that begin with `#`
//! say nothing.
//!
//! Invariants: times never go back; what [`write()`] writes, [`read`] reads as the same.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::event::LiveEvent;
use super::handle::Handle;
use super::show::ShowLine;
use crate::kernel::ids::{GuildId, UserId};

/// The version of the notes of a recording. A change that an older Greenroom would misunderstand needs another one.
pub const VERSION: u32 = 1;

/// A line of a show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When, from the beginning.
    pub at: Duration,
    /// What it says.
    pub said: Said,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// What the recording knows.
    Note(Note),
    /// What happens on the live. Its microseconds are in the time of the line.
    Live(ShowLine),
    /// What somebody does on Discord, in a show that was written for the demo.
    Discord(Map<String, Value>),
}

/// What a recording knows besides what the live told: all that decides about payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Note {
    /// The first line.
    Head(Head),
    /// Settings of the server that are others from here on, as people type them.
    Settings {
        /// By key.
        settings: BTreeMap<String, String>,
    },
    /// Whose a handle is from here on. A handle without such a line is nobody's.
    Link {
        /// The handle.
        handle: Handle,
        /// The member; nobody when the link was taken away.
        #[serde(with = "as_text")]
        user: Option<UserId>,
    },
}

/// The first line of a recording.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The version of the notes.
    pub version: u32,
    /// The server, as a number in a text.
    pub guild: String,
    /// Whose live.
    pub streamer: Handle,
    /// When the show begins, as RFC 3339: the zero of every `at_ms`.
    pub started_at: String,
    /// The settings that decide about payment, by key, as people type them.
    pub settings: BTreeMap<String, String>,
}

impl Head {
    /// The first line of a recording that this program writes.
    pub fn new(guild: GuildId, streamer: Handle, started_at: String, settings: BTreeMap<String, String>) -> Self {
        Self { version: VERSION, guild: guild.to_string(), streamer, started_at, settings }
    }
}

/// Why a line cannot be read, as the end of a sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is no line of a show.
    #[error("{0}")]
    Garbage(String),
    /// It was written by a later Greenroom.
    #[error("it was recorded by a newer Greenroom (format {0}, this one reads up to {VERSION})")]
    Newer(u64),
}

#[derive(Serialize)]
struct Written<'a, T> {
    at_ms: u64,
    #[serde(rename = "us", skip_serializing_if = "Option::is_none")]
    micros: Option<u16>,
    actor: &'static str,
    #[serde(flatten)]
    rest: &'a T,
}

/// Adds the line of a note to `out`.
pub fn write_note(out: &mut Vec<u8>, at: Duration, note: &Note) {
    let (at_ms, micros) = parts(at);
    write(out, &Written { at_ms, micros: (micros > 0).then_some(micros), actor: "show", rest: note });
}

/// Adds the line of an event to `out`. Its time is `at`, whatever the event says.
pub fn write_event(out: &mut Vec<u8>, at: Duration, event: &LiveEvent) {
    let (at_ms, micros) = parts(at);
    write(out, &Written { at_ms, micros: None, actor: "live", rest: &ShowLine::of(event, micros) });
}

fn write(out: &mut Vec<u8>, line: &impl Serialize) {
    let before = out.len();
    // Memory takes every line, and all that is written can be JSON; should one not be, it is left out whole.
    if serde_json::to_writer(&mut *out, line).is_err() {
        out.truncate(before);
        return;
    }
    out.push(b'\n');
}

/// Milliseconds, and the microseconds beyond them.
fn parts(at: Duration) -> (u64, u16) {
    let at_ms = u64::try_from(at.as_millis()).unwrap_or(u64::MAX);
    (at_ms, u16::try_from(at.subsec_micros() % 1000).unwrap_or(0))
}

/// Reads a line without its end; `None` when it says nothing.
pub fn read(line: &str) -> Result<Option<Line>, Unreadable> {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let garbage = |error: serde_json::Error| Unreadable::Garbage(error.to_string());
    let mut fields: Map<String, Value> = serde_json::from_str(line).map_err(garbage)?;
    let at_ms = fields.remove("at_ms").and_then(|at| at.as_u64());
    let at_ms = at_ms.ok_or_else(|| Unreadable::Garbage("it has no at_ms".to_owned()))?;
    let actor = fields.remove("actor").unwrap_or_default();
    let micros = fields.get("us").and_then(Value::as_u64).unwrap_or(0);
    let at = Duration::from_millis(at_ms).saturating_add(Duration::from_micros(micros));
    let said = match actor.as_str() {
        Some("live") => {
            let line: ShowLine = serde_json::from_value(fields.into()).map_err(garbage)?;
            Said::Live(ShowLine { micros: 0, ..line })
        }
        Some("show") => {
            fields.remove("us");
            let version = fields.get("version").and_then(Value::as_u64).filter(|version| *version > VERSION.into());
            if let Some(version) = version {
                return Err(Unreadable::Newer(version));
            }
            Said::Note(serde_json::from_value(fields.into()).map_err(garbage)?)
        }
        Some("discord") => Said::Discord(fields),
        _ => return Err(Unreadable::Garbage("its actor is none of live, show and discord".to_owned())),
    };
    Ok(Some(Line { at, said }))
}

/// Ids are texts in JSON (`C-17`).
mod as_text {
    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer};

    use crate::kernel::ids::UserId;

    #[expect(clippy::ref_option, reason = "serde wants it so")]
    pub(super) fn serialize<S: Serializer>(user: &Option<UserId>, serializer: S) -> Result<S::Ok, S::Error> {
        user.map(|user| user.to_string()).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<UserId>, D::Error> {
        let text = Option::<String>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::time::Timestamp;
    use crate::live::MessageId;
    use crate::live::show::tests::occurrence;

    fn handle(text: &str) -> Handle {
        Handle::parse(text).unwrap()
    }

    proptest! {
        #[test]
        fn an_event_that_is_written_is_read_back_as_the_same(
            what in occurrence(),
            id in any::<u64>(),
            is_backlog in any::<bool>(),
            made_ms in proptest::option::of(0..4_000_000_000_000_i64),
            micros in 0..u64::from(u32::MAX) * 1000,
        ) {
            let (start, at) = (Timestamp::from_millis(1_795_291_200_000), Duration::from_micros(micros));
            let made_at = made_ms.map(Timestamp::from_millis);
            let event = LiveEvent { at: start.after(at), id: MessageId::new(id), is_backlog, made_at, what };
            let mut written = Vec::new();
            write_event(&mut written, at, &event);
            let text = String::from_utf8(written).unwrap();
            prop_assert_eq!(text.matches('\n').count(), 1);
            let line = read(text.trim_end_matches('\n')).unwrap().unwrap();
            prop_assert_eq!(line.at, at);
            let Said::Live(told) = line.said else { panic!("{text}") };
            prop_assert_eq!(told.at(start.after(line.at)), event);
        }

        #[test]
        fn any_line_is_read_or_refused(line in any::<String>()) {
            let _ = read(&line);
        }
    }

    #[test]
    fn a_note_that_is_written_is_read_back_as_the_same() {
        let settings = BTreeMap::from([("points_like".to_owned(), "3".to_owned())]);
        let started_at = "2026-11-21T20:00:00Z".to_owned();
        let head = Head::new(GuildId::new(81), handle("night.owl"), started_at, settings.clone());
        let notes = [
            Note::Head(head),
            Note::Settings { settings },
            Note::Link { handle: handle("bass.ann"), user: Some(UserId::new(u64::MAX)) },
            Note::Link { handle: handle("bass.ann"), user: None },
        ];
        for note in notes {
            let mut written = Vec::new();
            write_note(&mut written, Duration::from_micros(5_000_017), &note);
            let line = read(std::str::from_utf8(&written).unwrap()).unwrap().unwrap();
            assert_eq!(line, Line { at: Duration::from_micros(5_000_017), said: Said::Note(note) });
        }
    }

    #[test]
    fn a_line_that_is_none_is_refused_with_what_is_wrong() {
        let said = |line: &str| read(line).unwrap_err().to_string();
        assert!(said("nonsense").contains("expected"));
        assert!(said(r#"{"actor":"live","type":"connect"}"#).contains("at_ms"));
        assert!(said(r#"{"at_ms":1,"actor":"moon"}"#).contains("none of live, show and discord"));
        assert!(said(r#"{"at_ms":1,"actor":"show","type":"link","handle":"ann","user":"me"}"#).contains("digit"));
        assert!(said(r#"{"at_ms":0,"actor":"show","type":"head","version":2,"new":1}"#).contains("newer Greenroom"));
        assert_eq!(read("  # a note").unwrap(), None);
    }
}
