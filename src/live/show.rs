//! Live events as lines of a recorded show: the JSON that `greenroom demo` and `greenroom replay` play, and that a followed
//! live is recorded as. [`show_file`](super::show_file) has the lines around them.
//!
//! ```json
//! {"type": "gift", "user": "bass.ann", "id": 5655, "name": "Rose", "diamonds": 1, "count": 3, "end": true, "group": 7}
//! {"type": "share", "user": "bass.ann", "msg_id": 7300000000000000042, "backlog": true}
//! ```
//!
//! `msg_id` is TikTok's number of the message, by which a repetition is known; `backlog` marks history; `us` are the
//! microseconds by which it happened after the `at_ms` of its line. All may be left out, and what says nothing is not
//! written. (`id` is the number of a gift.)
//!
//! Invariant: what is written of an event is read back as the same event.

use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::event::{Gift, LiveEvent, MessageId, Occurrence, Viewer};
use super::handle::Handle;
use crate::kernel::time::Timestamp;

/// One live event of a show with its identity, without its time but for the microseconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShowLine {
    /// Microseconds after the millisecond of its line: 0 to 999.
    #[serde(rename = "us", skip_serializing_if = "is_zero")]
    pub micros: u16,
    /// TikTok's number of the message.
    #[serde(rename = "msg_id", skip_serializing_if = "Option::is_none")]
    pub id: Option<MessageId>,
    /// Whether it is history.
    #[serde(rename = "backlog", skip_serializing_if = "is_no")]
    pub is_backlog: bool,
    /// What happens.
    #[serde(flatten)]
    pub event: ShowEvent,
}

impl ShowLine {
    /// The line of an event that happened so many microseconds after the millisecond of the line.
    pub fn of(event: &LiveEvent, micros: u16) -> Self {
        Self { micros, id: event.id, is_backlog: event.is_backlog, event: event.what.clone().into() }
    }

    /// The event, for a line of this moment.
    pub fn at(self, at: Timestamp) -> LiveEvent {
        let at = at.after(Duration::from_micros(self.micros.into()));
        LiveEvent { at, id: self.id, is_backlog: self.is_backlog, what: self.event.into() }
    }
}

impl<'de> Deserialize<'de> for ShowLine {
    /// Takes the common fields out first: serde cannot both flatten a value and refuse unknown fields.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = serde_json::Map::deserialize(deserializer)?;
        let id = fields.remove("msg_id").map(serde_json::from_value).transpose().map_err(D::Error::custom)?;
        let backlog = fields.remove("backlog").map(serde_json::from_value).transpose().map_err(D::Error::custom)?;
        let micros: Option<u16> =
            fields.remove("us").map(serde_json::from_value).transpose().map_err(D::Error::custom)?;
        let micros = micros.unwrap_or(0);
        if micros > 999 {
            return Err(D::Error::custom("us is more than 999"));
        }
        let event = serde_json::from_value(fields.into()).map_err(D::Error::custom)?;
        Ok(Self { micros, id, is_backlog: backlog.unwrap_or(false), event })
    }
}

/// One live event of a show, without its time and identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ShowEvent {
    /// See [`Occurrence::Connected`].
    Connect,
    /// See [`Occurrence::Disconnected`].
    Disconnect,
    /// See [`Occurrence::Ended`].
    LiveEnd,
    /// See [`Occurrence::Joined`].
    Join(ShowViewer),
    /// See [`Occurrence::Liked`].
    Like {
        /// The handle.
        user: Handle,
        /// Taps in this event.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        count: u32,
        /// The level beside the name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        level: Option<u32>,
    },
    /// See [`Occurrence::Commented`].
    Comment {
        /// The handle.
        user: Handle,
        /// What was written.
        text: String,
        /// The level beside the name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        level: Option<u32>,
    },
    /// See [`Occurrence::Shared`].
    Share(ShowViewer),
    /// See [`Occurrence::Followed`].
    Follow(ShowViewer),
    /// See [`Occurrence::Subscribed`].
    Subscribe(ShowViewer),
    /// See [`Occurrence::Gifted`].
    Gift {
        /// The handle.
        user: Handle,
        /// TikTok's number of the gift.
        #[serde(default, skip_serializing_if = "is_none")]
        id: u64,
        /// Its name.
        name: String,
        /// The price of one.
        diamonds: u32,
        /// How many so far.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        count: u32,
        /// Whether the streak ends here; a gift that cannot streak is always at its end.
        #[serde(default = "yes", skip_serializing_if = "is_yes")]
        end: bool,
        /// TikTok's number of the streak.
        #[serde(default, skip_serializing_if = "is_none")]
        group: u64,
        /// The level beside the name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        level: Option<u32>,
    },
    /// See [`Occurrence::Viewers`].
    Viewers {
        /// How many watch now.
        count: u32,
    },
    /// See [`Occurrence::Poll`].
    Poll {
        /// The details.
        details: Value,
    },
    /// See [`Occurrence::Battle`].
    Battle {
        /// The details.
        details: Value,
    },
}

/// A person in a show line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShowViewer {
    /// The handle.
    pub user: Handle,
    /// The level beside the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<u32>,
}

const fn one() -> u32 {
    1
}

const fn yes() -> bool {
    true
}

// serde hands references to these.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
const fn is_zero(number: &u16) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
const fn is_none(number: &u64) -> bool {
    *number == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
const fn is_one(number: &u32) -> bool {
    *number == 1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
const fn is_yes(switch: &bool) -> bool {
    *switch
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde wants it so")]
const fn is_no(switch: &bool) -> bool {
    !*switch
}

impl From<ShowViewer> for Viewer {
    fn from(viewer: ShowViewer) -> Self {
        Self { handle: viewer.user, level: viewer.level }
    }
}

impl From<Viewer> for ShowViewer {
    fn from(viewer: Viewer) -> Self {
        Self { user: viewer.handle, level: viewer.level }
    }
}

impl From<ShowEvent> for Occurrence {
    fn from(event: ShowEvent) -> Self {
        let viewer = |handle, level| Viewer { handle, level };
        match event {
            ShowEvent::Connect => Self::Connected,
            ShowEvent::Disconnect => Self::Disconnected,
            ShowEvent::LiveEnd => Self::Ended,
            ShowEvent::Join(viewer) => Self::Joined(viewer.into()),
            ShowEvent::Like { user, count, level } => Self::Liked(viewer(user, level), count),
            ShowEvent::Comment { user, text, level } => Self::Commented(viewer(user, level), text),
            ShowEvent::Share(viewer) => Self::Shared(viewer.into()),
            ShowEvent::Follow(viewer) => Self::Followed(viewer.into()),
            ShowEvent::Subscribe(viewer) => Self::Subscribed(viewer.into()),
            ShowEvent::Gift { user, id, name, diamonds, count, end, group, level } => {
                let gift = Gift { id, name, unit_coins: diamonds, count, is_streaking: !end, group };
                Self::Gifted(viewer(user, level), gift)
            }
            ShowEvent::Viewers { count } => Self::Viewers(count),
            ShowEvent::Poll { details } => Self::Poll(text_of(details)),
            ShowEvent::Battle { details } => Self::Battle(text_of(details)),
        }
    }
}

impl From<Occurrence> for ShowEvent {
    fn from(what: Occurrence) -> Self {
        match what {
            Occurrence::Connected => Self::Connect,
            Occurrence::Disconnected => Self::Disconnect,
            Occurrence::Ended => Self::LiveEnd,
            Occurrence::Joined(viewer) => Self::Join(viewer.into()),
            Occurrence::Liked(Viewer { handle: user, level }, count) => Self::Like { user, count, level },
            Occurrence::Commented(Viewer { handle: user, level }, text) => Self::Comment { user, text, level },
            Occurrence::Shared(viewer) => Self::Share(viewer.into()),
            Occurrence::Followed(viewer) => Self::Follow(viewer.into()),
            Occurrence::Subscribed(viewer) => Self::Subscribe(viewer.into()),
            Occurrence::Gifted(Viewer { handle: user, level }, gift) => {
                let Gift { id, name, unit_coins: diamonds, count, is_streaking, group } = gift;
                Self::Gift { user, id, name, diamonds, count, end: !is_streaking, group, level }
            }
            Occurrence::Viewers(count) => Self::Viewers { count },
            Occurrence::Poll(details) => Self::Poll { details: details_of(details) },
            Occurrence::Battle(details) => Self::Battle { details: details_of(details) },
        }
    }
}

/// Details as they are stored: a text in a show stands for itself, all else is written as JSON.
fn text_of(details: Value) -> String {
    match details {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

/// Details as they stand in a show: as JSON where that gives back the same text, otherwise as a text.
fn details_of(text: String) -> Value {
    match serde_json::from_str::<Value>(&text) {
        Ok(details) if !details.is_string() && serde_json::to_string(&details).is_ok_and(|same| same == text) => {
            details
        }
        _ => Value::String(text),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::option;
    use proptest::prelude::*;

    use super::*;

    fn viewer() -> impl Strategy<Value = Viewer> {
        let handle = "[a-z0-9._]{2,24}".prop_map(|handle| Handle::parse(&handle).unwrap());
        (handle, option::of(any::<u32>())).prop_map(|(handle, level)| Viewer { handle, level })
    }

    fn details() -> impl Strategy<Value = String> {
        prop_oneof![any::<String>(), Just(r#"{"b":[1,"x"],"a":null}"#.to_owned()), Just("\"text\"".to_owned())]
    }

    /// Any event of a live.
    pub(crate) fn occurrence() -> impl Strategy<Value = Occurrence> {
        let gift = (any::<u64>(), any::<String>(), any::<u32>(), any::<u32>(), any::<bool>(), any::<u64>());
        let gift = gift.prop_map(|(id, name, unit_coins, count, is_streaking, group)| Gift {
            id,
            name,
            unit_coins,
            count,
            is_streaking,
            group,
        });
        prop_oneof![
            Just(Occurrence::Connected),
            Just(Occurrence::Disconnected),
            Just(Occurrence::Ended),
            viewer().prop_map(Occurrence::Joined),
            (viewer(), any::<u32>()).prop_map(|(viewer, taps)| Occurrence::Liked(viewer, taps)),
            (viewer(), any::<String>()).prop_map(|(viewer, text)| Occurrence::Commented(viewer, text)),
            viewer().prop_map(Occurrence::Shared),
            viewer().prop_map(Occurrence::Followed),
            viewer().prop_map(Occurrence::Subscribed),
            (viewer(), gift).prop_map(|(viewer, gift)| Occurrence::Gifted(viewer, gift)),
            any::<u32>().prop_map(Occurrence::Viewers),
            details().prop_map(Occurrence::Poll),
            details().prop_map(Occurrence::Battle),
        ]
    }

    #[test]
    fn a_line_of_a_show_becomes_an_event() {
        let line = r#"{"type":"gift","user":"@Bass.Ann","name":"Rose","diamonds":1,"count":3,"end":false,"group":7}"#;
        let event: ShowEvent = serde_json::from_str(line).unwrap();
        let Occurrence::Gifted(viewer, gift) = event.into() else { panic!("not a gift") };
        assert_eq!(viewer.handle.as_str(), "bass.ann");
        assert_eq!((gift.unit_coins, gift.count, gift.is_streaking, gift.group), (1, 3, true, 7));
    }

    #[test]
    fn a_line_may_say_which_message_told_it_and_that_it_is_history() {
        let read = |line: &str| serde_json::from_str::<ShowLine>(line).map(|line| line.at(Timestamp::from_micros(5)));
        let plain = read(r#"{"type":"share","user":"ann"}"#).unwrap();
        assert_eq!(plain, LiveEvent::new(Timestamp::from_micros(5), plain.what.clone()));
        let told = read(r#"{"type":"share","user":"ann","msg_id":7300000000000000042,"backlog":true}"#).unwrap();
        assert_eq!((told.id, told.is_backlog), (MessageId::new(7_300_000_000_000_000_042), true));
        for wrong in [r#""msg_id":0"#, r#""msg_id":"7""#, r#""backlog":1"#, r#""backlogs":true"#, r#""us":1000"#] {
            assert!(read(&format!(r#"{{"type":"share","user":"ann",{wrong}}}"#)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_line_with_an_unknown_field_or_a_bad_handle_is_refused() {
        assert!(serde_json::from_str::<ShowEvent>(r#"{"type":"like","user":"ann","cuont":3}"#).is_err());
        assert!(serde_json::from_str::<ShowEvent>(r#"{"type":"join","user":"not a handle"}"#).is_err());
    }
}
