//! What happens on a simulated live, as a tester writes it: the JSON of recorded shows, and a little more.
//!
//! ```json
//! {"type": "gift", "user": "bass.ann", "id": 5655, "name": "Rose", "diamonds": 1, "count": 3, "end": true, "group": 7}
//! {"type": "comment", "user": {"handle": "ben", "nickname": "Ben ✨", "level": 12}, "text": "hi", "msg_id": 9}
//! ```
//!
//! Each takes `user` (a handle, or an object as [`SimViewer`]), `level` (that user's), `msg_id`, `is_history`, `created_ms`
//! and `extra` beside its own fields. A field that nothing knows is refused: a typing error must not pass for a test.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One thing that happens on a live.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "Value")]
pub struct SimLiveEvent {
    /// What happens.
    pub what: SimOccurrence,
    /// Who does it; nobody where it is missing.
    pub user: Option<SimViewer>,
    /// The message id; a new one where it is missing. Repeat one to send a message twice.
    pub msg_id: Option<u64>,
    /// Whether the message is marked as one from before the connection.
    pub is_history: bool,
    /// When it was made, in milliseconds since 1970; the simulator's present where it is missing.
    pub created_ms: Option<u64>,
    /// Bytes behind the payload, in JSON as base64. In protobuf a later field replaces or completes an earlier one, so
    /// these can be new fields, other wire types, or texts that are no UTF-8.
    pub extra: Vec<u8>,
}

/// What happens on a live. The names in JSON are in snake case, in the field `type`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SimOccurrence {
    /// Someone comes in.
    Join {
        /// How many watch then; 0 is left out.
        #[serde(default)]
        count: u32,
        /// TikTok's number of the action: 1 is a join, the others are moderation.
        #[serde(default = "one")]
        action: u32,
    },
    /// Someone taps likes.
    Like {
        /// Taps in this message.
        #[serde(default = "one")]
        count: u32,
        /// All likes of the room; the simulator's own sum where it is missing.
        #[serde(default)]
        total: Option<u64>,
    },
    /// Someone writes in the chat.
    Comment {
        /// What is written.
        text: String,
    },
    /// Someone shares the live.
    Share,
    /// Someone follows the host.
    Follow,
    /// Someone subscribes to the host.
    Subscribe,
    /// A line crosses the screen: that somebody became a super fan, that a super fan came in, and much else.
    Banner {
        /// Which sentence it is, by TikTok's key.
        key: String,
        /// The field of the sentence: 5 or 24. In both where it is missing.
        #[serde(default)]
        field: Option<u64>,
        /// Whether the person stands only in the sentence, not beside it.
        #[serde(default)]
        only_in_sentence: bool,
    },
    /// Someone sends a gift, or one more of a streak.
    Gift {
        /// TikTok's number of the gift.
        #[serde(default)]
        id: u64,
        /// Its name.
        #[serde(default)]
        name: String,
        /// The price of one.
        #[serde(default)]
        diamonds: u32,
        /// How many so far in this streak.
        #[serde(default = "one")]
        count: u32,
        /// Whether the streak ends here. Where it is missing: yes for a gift that can streak, and a one-shot gift has
        /// no end, as on TikTok.
        #[serde(default)]
        end: Option<bool>,
        /// The number of the streak.
        #[serde(default)]
        group: u64,
        /// TikTok's type: 1 can streak, others are one-shot. Where it is missing: 1 with a group or an `end` of
        /// `false`, otherwise 2.
        #[serde(default)]
        gift_type: Option<u32>,
        /// Whether the description of the gift (name, price, type) is left out.
        #[serde(default)]
        bare: bool,
    },
    /// How many watch now.
    Viewers {
        /// How many.
        count: u64,
        /// How many have been there in all.
        #[serde(default)]
        total: u64,
    },
    /// A poll starts, moves or ends.
    Poll {
        /// `title`, `options` (texts, or objects with `text` and `votes`), `state` (`start`, `update` or `end`).
        details: Value,
    },
    /// A battle between hosts starts, moves or ends.
    Battle {
        /// `against` (a handle), `score` (two numbers), `state` (`start`, `update` or `end`).
        details: Value,
    },
    /// The room's state is told. It only tells: `Sim::ends_live` ends the live as well.
    Control {
        /// Which.
        action: SimControl,
    },
    /// A message is pinned: a copy of it comes, which has not happened again.
    Pin {
        /// The event that is pinned, as JSON.
        pinned: Value,
    },
    /// Any message, as its bytes.
    Raw {
        /// Its method.
        method: String,
        /// Its payload in base64.
        #[serde(default)]
        base64: String,
    },
    /// The room opens, if it is closed. For shows.
    Connect,
    /// All connections are cut without a word. For shows.
    Disconnect,
    /// The host ends the live, see `Sim::ends_live`. For shows.
    LiveEnd,
}

/// What a control message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SimControl {
    /// The host paused.
    Pause,
    /// The host is back.
    Resume,
    /// The host ended the live.
    End,
    /// Moderation ended it.
    Suspend,
}

/// A person on a simulated live.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a mark of its own in TikTok's message")]
pub struct SimViewer {
    /// The handle without `@`; empty for one that TikTok does not tell.
    pub handle: String,
    /// The account's number; made from the handle where it is missing.
    pub id: Option<u64>,
    /// The shown name; the handle where it is missing.
    pub nickname: Option<String>,
    /// The gifter level, which comes as a badge.
    pub level: Option<u32>,
    /// The level in the host's team, which comes as a badge.
    pub team_level: Option<u32>,
    /// Whether they moderate.
    pub is_moderator: bool,
    /// Whether they subscribed.
    pub is_subscriber: bool,
    /// Whether they follow the host.
    pub is_follower: bool,
    /// Whether TikTok hides who they are.
    pub is_anonymous: bool,
}

const fn one() -> u32 {
    1
}

impl From<SimOccurrence> for SimLiveEvent {
    fn from(what: SimOccurrence) -> Self {
        Self { what, user: None, msg_id: None, is_history: false, created_ms: None, extra: Vec::new() }
    }
}

impl From<&str> for SimViewer {
    fn from(handle: &str) -> Self {
        Self { handle: handle.to_owned(), ..Self::default() }
    }
}

impl SimOccurrence {
    /// This, done by somebody.
    pub fn by(self, user: impl Into<SimViewer>) -> SimLiveEvent {
        SimLiveEvent { user: Some(user.into()), ..self.into() }
    }
}

impl TryFrom<Value> for SimLiveEvent {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        let Value::Object(mut fields) = value else { return Err("an event is an object".to_owned()) };
        let mut user = match fields.remove("user") {
            None | Some(Value::Null) => None,
            Some(Value::String(handle)) => Some(SimViewer::from(handle.trim_start_matches('@'))),
            Some(described) => Some(strictly(described)?),
        };
        if let (Some(level), Some(user)) = (taken(&mut fields, "level")?, &mut user) {
            user.level = Some(level);
        }
        let msg_id = taken(&mut fields, "msg_id")?;
        let is_history = taken(&mut fields, "is_history")?.unwrap_or(false);
        let created_ms = taken(&mut fields, "created_ms")?;
        let extra: String = taken(&mut fields, "extra")?.unwrap_or_default();
        let extra = STANDARD.decode(extra).map_err(|_| "extra is no base64".to_owned())?;
        Ok(Self { what: strictly(Value::Object(fields))?, user, msg_id, is_history, created_ms, extra })
    }
}

fn taken<T: DeserializeOwned>(fields: &mut Map<String, Value>, name: &str) -> Result<Option<T>, String> {
    let value = fields.remove(name).unwrap_or_default();
    serde_json::from_value(value).map_err(|error| format!("{name}: {error}"))
}

/// Reads a value and refuses what it does not know. serde cannot do that for an enum whose tag lies beside its fields;
/// so what was read is written again, and all that came in must come out.
pub(crate) fn strictly<T: DeserializeOwned + Serialize>(value: Value) -> Result<T, String> {
    let keys = |value: &Value| -> BTreeSet<String> {
        value.as_object().map(|fields| fields.keys().cloned().collect()).unwrap_or_default()
    };
    let given = keys(&value);
    let read: T = serde_json::from_value(value).map_err(|error| error.to_string())?;
    let known = keys(&serde_json::to_value(&read).unwrap_or_default());
    match given.difference(&known).next() {
        Some(unknown) => Err(format!("there is no field {unknown:?} here")),
        None => Ok(read),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(value: Value) -> Result<SimLiveEvent, String> {
        serde_json::from_value(value).map_err(|error| error.to_string())
    }

    #[test]
    fn the_lines_of_a_show_are_events() {
        let line = json!({"type": "join", "user": "@bass.ann", "level": 7});
        let ann = SimViewer { level: Some(7), ..SimViewer::from("bass.ann") };
        assert_eq!(event(line).unwrap(), SimOccurrence::Join { count: 0, action: 1 }.by(ann));
        let line = json!({"type": "gift", "user": "ben", "name": "Rose", "diamonds": 1, "count": 3, "end": false});
        let SimOccurrence::Gift { count, end, gift_type, .. } = event(line).unwrap().what else { panic!("no gift") };
        assert_eq!((count, end, gift_type), (3, Some(false), None));
    }

    #[test]
    fn a_user_can_be_described_and_an_id_given() {
        let line = json!({"type": "share", "user": {"handle": "", "id": 5}, "msg_id": 9, "is_history": true});
        let nobody = SimViewer { id: Some(5), ..SimViewer::default() };
        let expected = SimLiveEvent { msg_id: Some(9), is_history: true, ..SimOccurrence::Share.by(nobody) };
        assert_eq!(event(line).unwrap(), expected);
    }

    #[test]
    fn what_nothing_knows_is_refused() {
        for line in [
            json!({"type": "like", "user": "ann", "cuont": 3}),
            json!({"type": "share", "who": "ann"}),
            json!({"type": "dance"}),
            json!({"type": "share", "user": {"handel": "ann"}}),
            json!({"type": "share", "user": "ann", "msg_id": "x"}),
            json!([]),
        ] {
            assert!(event(line.clone()).is_err(), "{line}");
        }
    }
}
