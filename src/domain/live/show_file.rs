//! A recorded show as a file: one JSON object a line, in the order of time.
//!
//! ```json
//! {"at_ms":0,"actor":"show","type":"head","version":1,"guild":"81","streamer":"night.owl","started_at":"2026-11-21T20:00:00Z","settings":{"points_like":"1"}}
//! {"at_ms":0,"actor":"live","type":"connect"}
//! {"at_ms":5120,"actor":"show","type":"link","handle":"bass.ann","user":"157"}
//! {"at_ms":5120,"us":87,"actor":"live","msg_id":7300000000000000042,"type":"like","user":"bass.ann","count":15}
//! ```
//!
//! `at_ms` are milliseconds since the beginning, `us` the microseconds beyond them. Lines of the actor `live` are events
//! ([`ShowLine`]); of `show`, what a recording knows besides ([`Note`]); of `discord`, what people do in a demo. Empty lines
//! and lines that begin with `#` say nothing. [`show_reader`](super::show_reader) reads a whole file.
//!
//! Invariant: what [`Line::write`] writes, [`Line::read`] reads as the same.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

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
    pub said: LineContent,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LineContent {
    /// What the recording knows.
    Note(Note),
    /// What happens on the live.
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

impl Line {
    /// Reads a line, with or without its end; `None` when it says nothing.
    pub fn read(text: &str) -> Result<Option<Self>, Unreadable> {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            return Ok(None);
        }
        let mut fields: Map<String, Value> = serde_json::from_str(text)?;
        let at = time_of(&mut fields)?;
        let actor = fields.remove("actor").unwrap_or_default();
        let said = match actor.as_str() {
            Some("live") => LineContent::Live(serde_json::from_value(fields.into())?),
            Some("show") => LineContent::Note(note_of(fields)?),
            Some("discord") => LineContent::Discord(fields),
            _ => return Err(garbage("its actor is none of live, show and discord")),
        };
        Ok(Some(Self { at, said }))
    }

    /// Adds the line to `out`, with its end.
    pub fn write(&self, out: &mut Vec<u8>) {
        let before = out.len();
        let written = match &self.said {
            LineContent::Note(note) => self.write_as("show", note, out),
            LineContent::Live(event) => self.write_as("live", event, out),
            LineContent::Discord(fields) => self.write_as("discord", fields, out),
        };
        // Memory takes every line, and all that is written can be JSON; should one not be, it is left out whole.
        match written {
            Ok(()) => out.push(b'\n'),
            Err(_) => out.truncate(before),
        }
    }

    fn write_as(&self, actor: &'static str, rest: &impl Serialize, out: &mut Vec<u8>) -> serde_json::Result<()> {
        let at_ms = u64::try_from(self.at.as_millis()).unwrap_or(u64::MAX);
        let micros = u16::try_from(self.at.subsec_micros() % 1000).ok().filter(|micros| *micros > 0);
        serde_json::to_writer(out, &Written { at_ms, micros, actor, rest })
    }
}

impl From<serde_json::Error> for Unreadable {
    fn from(error: serde_json::Error) -> Self {
        Self::Garbage(error.to_string())
    }
}

fn garbage(problem: &str) -> Unreadable {
    Unreadable::Garbage(problem.to_owned())
}

/// When a line happens. Takes the fields that say so.
fn time_of(fields: &mut Map<String, Value>) -> Result<Duration, Unreadable> {
    let at_ms = fields.remove("at_ms").and_then(|at| at.as_u64()).ok_or_else(|| garbage("it has no at_ms"))?;
    let micros: Option<u16> = serde_json::from_value(fields.remove("us").unwrap_or_default())?;
    let micros = micros.unwrap_or(0);
    if micros > 999 {
        return Err(garbage("us is more than 999"));
    }
    Ok(Duration::from_millis(at_ms).saturating_add(Duration::from_micros(micros.into())))
}

fn note_of(fields: Map<String, Value>) -> Result<Note, Unreadable> {
    let newer = fields.get("version").and_then(Value::as_u64).filter(|version| *version > VERSION.into());
    match newer {
        Some(version) => Err(Unreadable::Newer(version)),
        None => Ok(serde_json::from_value(fields.into())?),
    }
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
    use crate::live::show::tests::occurrence;
    use crate::live::{LiveEvent, MessageId};

    fn handle(text: &str) -> Handle {
        Handle::parse(text).unwrap()
    }

    fn written(line: &Line) -> String {
        let mut out = Vec::new();
        line.write(&mut out);
        String::from_utf8(out).unwrap()
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
            let text = written(&Line { at, said: LineContent::Live(ShowLine::of(&event)) });
            prop_assert_eq!(text.matches('\n').count(), 1);
            let line = Line::read(&text).unwrap().unwrap();
            prop_assert_eq!(line.at, at);
            let LineContent::Live(told) = line.said else { panic!("{text}") };
            prop_assert_eq!(told.at(start.after(line.at)), event);
        }

        #[test]
        fn any_line_is_read_or_refused(line in any::<String>()) {
            let _ = Line::read(&line);
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
            let line = Line { at: Duration::from_micros(5_000_017), said: LineContent::Note(note) };
            assert_eq!(Line::read(&written(&line)), Ok(Some(line)));
        }
    }

    #[test]
    fn what_people_do_on_discord_is_written_as_it_was_read() {
        let text = r#"{"at_ms":40,"us":7,"actor":"discord","call":"command","name":"next","options":{"a":[1]}}"#;
        let line = Line::read(text).unwrap().unwrap();
        assert_eq!(line.at, Duration::from_micros(40_007));
        assert_eq!(Line::read(&written(&line)), Ok(Some(line)));
    }

    #[test]
    fn a_line_of_a_recording_looks_so() {
        let what = crate::live::Occurrence::Viewers(3);
        let event = LiveEvent { id: MessageId::new(9), ..LiveEvent::new(Timestamp::default(), what) };
        let line = |micros| Line { at: Duration::from_micros(micros), said: LineContent::Live(ShowLine::of(&event)) };
        insta::assert_snapshot!(written(&line(5_120_087)), @r#"{"at_ms":5120,"us":87,"actor":"live","msg_id":9,"type":"viewers","count":3}"#);
        insta::assert_snapshot!(written(&line(5_120_000)), @r#"{"at_ms":5120,"actor":"live","msg_id":9,"type":"viewers","count":3}"#);
    }

    #[test]
    fn a_line_that_is_none_is_refused_with_what_is_wrong() {
        let said = |line: &str| Line::read(line).unwrap_err().to_string();
        assert!(said("nonsense").contains("expected"));
        assert!(said(r#"{"actor":"live","type":"connect"}"#).contains("at_ms"));
        assert!(said(r#"{"at_ms":1,"actor":"moon"}"#).contains("none of live, show and discord"));
        assert!(said(r#"{"at_ms":1,"actor":"show","type":"link","handle":"ann","user":"me"}"#).contains("digit"));
        assert!(said(r#"{"at_ms":0,"actor":"show","type":"head","version":2,"new":1}"#).contains("newer Greenroom"));
        for us in ["1000", "-1", "\"5\""] {
            let line = format!(r#"{{"at_ms":1,"us":{us},"actor":"live","type":"connect"}}"#);
            assert!(Line::read(&line).is_err(), "{line}");
        }
        assert_eq!(Line::read("  # a note").unwrap(), None);
    }
}
