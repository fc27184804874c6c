//! Live events as lines of a recorded show: the JSON that `greenroom demo` plays.
//!
//! ```json
//! {"type": "gift", "user": "bass.ann", "id": 5655, "name": "Rose", "diamonds": 1, "count": 3, "end": true, "group": 7}
//! {"type": "share", "user": "bass.ann", "msg_id": 7300000000000000042, "backlog": true}
//! ```
//!
//! `msg_id` is TikTok's number of the message, by which a repetition is known; `backlog` marks history. Both may be
//! left out. (`id` is the number of a gift.)

use serde::Deserialize;
use serde::de::Error as _;

use super::event::{Gift, LiveEvent, MessageId, Occurrence, Viewer};
use super::handle::Handle;
use crate::kernel::time::Timestamp;

/// One live event of a show with its identity, without its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShowLine {
    /// TikTok's number of the message.
    pub id: Option<MessageId>,
    /// Whether it is history.
    pub is_backlog: bool,
    /// What happens.
    pub event: ShowEvent,
}

impl ShowLine {
    /// The event at a moment.
    pub fn at(self, at: Timestamp) -> LiveEvent {
        LiveEvent { at, id: self.id, is_backlog: self.is_backlog, what: self.event.into() }
    }
}

impl<'de> Deserialize<'de> for ShowLine {
    /// Takes the two common fields out first: serde cannot both flatten a value and refuse unknown fields.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = serde_json::Map::deserialize(deserializer)?;
        let id = fields.remove("msg_id").map(serde_json::from_value).transpose().map_err(D::Error::custom)?;
        let backlog = fields.remove("backlog").map(serde_json::from_value).transpose().map_err(D::Error::custom)?;
        let event = serde_json::from_value(fields.into()).map_err(D::Error::custom)?;
        Ok(Self { id, is_backlog: backlog.unwrap_or(false), event })
    }
}

/// One live event of a show, without its time and identity.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
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
        #[serde(default = "one")]
        count: u32,
    },
    /// See [`Occurrence::Commented`].
    Comment {
        /// The handle.
        user: Handle,
        /// What was written.
        text: String,
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
        #[serde(default)]
        id: u64,
        /// Its name.
        name: String,
        /// The price of one.
        diamonds: u32,
        /// How many so far.
        #[serde(default = "one")]
        count: u32,
        /// Whether the streak ends here; a gift that cannot streak is always at its end.
        #[serde(default = "yes")]
        end: bool,
        /// TikTok's number of the streak.
        #[serde(default)]
        group: u64,
    },
    /// See [`Occurrence::Viewers`].
    Viewers {
        /// How many watch now.
        count: u32,
    },
    /// See [`Occurrence::Poll`].
    Poll {
        /// The details.
        details: serde_json::Value,
    },
    /// See [`Occurrence::Battle`].
    Battle {
        /// The details.
        details: serde_json::Value,
    },
}

/// A person in a show line.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShowViewer {
    /// The handle.
    pub user: Handle,
    /// The level beside the name.
    #[serde(default)]
    pub level: Option<u32>,
}

const fn one() -> u32 {
    1
}

const fn yes() -> bool {
    true
}

impl From<ShowViewer> for Viewer {
    fn from(viewer: ShowViewer) -> Self {
        Self { handle: viewer.user, level: viewer.level }
    }
}

impl From<Handle> for Viewer {
    fn from(handle: Handle) -> Self {
        Self { handle, level: None }
    }
}

impl From<ShowEvent> for Occurrence {
    fn from(event: ShowEvent) -> Self {
        match event {
            ShowEvent::Connect => Self::Connected,
            ShowEvent::Disconnect => Self::Disconnected,
            ShowEvent::LiveEnd => Self::Ended,
            ShowEvent::Join(viewer) => Self::Joined(viewer.into()),
            ShowEvent::Like { user, count } => Self::Liked(user.into(), count),
            ShowEvent::Comment { user, text } => Self::Commented(user.into(), text),
            ShowEvent::Share(viewer) => Self::Shared(viewer.into()),
            ShowEvent::Follow(viewer) => Self::Followed(viewer.into()),
            ShowEvent::Subscribe(viewer) => Self::Subscribed(viewer.into()),
            ShowEvent::Gift { user, id, name, diamonds, count, end, group } => {
                let gift = Gift { id, name, unit_coins: diamonds, count, is_streaking: !end, group };
                Self::Gifted(user.into(), gift)
            }
            ShowEvent::Viewers { count } => Self::Viewers(count),
            ShowEvent::Poll { details } => Self::Poll(details.to_string()),
            ShowEvent::Battle { details } => Self::Battle(details.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for wrong in [r#""msg_id":0"#, r#""msg_id":"7""#, r#""backlog":1"#, r#""backlogs":true"#] {
            assert!(read(&format!(r#"{{"type":"share","user":"ann",{wrong}}}"#)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_line_with_an_unknown_field_or_a_bad_handle_is_refused() {
        assert!(serde_json::from_str::<ShowEvent>(r#"{"type":"like","user":"ann","cuont":3}"#).is_err());
        assert!(serde_json::from_str::<ShowEvent>(r#"{"type":"join","user":"not a handle"}"#).is_err());
    }
}
