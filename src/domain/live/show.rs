//! Live events as lines of a recorded show: the JSON that `greenroom demo` and `greenroom replay` play, and that a followed
//! live is recorded as. [`show_file`](super::show_file) has the lines around them, with their times.
//!
//! ```json
//! {"type": "gift", "user": "bass.ann", "id": 5655, "name": "Rose", "diamonds": 1, "count": 3, "end": true, "group": 7}
//! {"type": "share", "user": "bass.ann", "msg_id": 7300000000000000042, "backlog": true}
//! ```
//!
//! `msg_id` is TikTok's number of the message, by which a repetition is known; `backlog` marks history; `made_ms` is when it
//! happened by TikTok's clock, in milliseconds since 1970. `uid` is TikTok's number of the person, who has that or a handle
//! in `user`. All may be left out, and what says nothing is not written. (`id` is the number of a gift.)
//!
//! Invariant: what is written of an event is read back as the same event.

use serde::de::Error as _;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::event::{AccountNumber, Gift, LiveEvent, MessageId, Occurrence, Viewer};
use super::handle::Handle;
use crate::kernel::time::Timestamp;

/// One live event of a show with its person and identity, without its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShowLine {
    /// TikTok's number of the message.
    #[serde(rename = "msg_id", skip_serializing_if = "Option::is_none")]
    pub id: Option<MessageId>,
    /// Whether it is history.
    #[serde(rename = "backlog", skip_serializing_if = "is_no")]
    pub is_backlog: bool,
    /// When it happened by TikTok's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub made_ms: Option<i64>,
    /// What happens.
    #[serde(flatten)]
    pub event: ShowEvent,
    /// Who does it, where it is somebody's deed.
    #[serde(flatten)]
    pub viewer: ShowViewer,
}

impl ShowLine {
    /// What a show says of an event.
    pub fn of(event: &LiveEvent) -> Self {
        let made_ms = event.made_at.map(|made_at| made_at.micros().div_euclid(1000));
        let viewer = event.what.viewer().cloned().map_or_else(ShowViewer::default, ShowViewer::from);
        Self { id: event.id, is_backlog: event.is_backlog, made_ms, event: (&event.what).into(), viewer }
    }

    /// The event, for a line of this moment.
    pub fn at(self, at: Timestamp) -> LiveEvent {
        let what = self.event.by(self.viewer.into());
        LiveEvent {
            at,
            id: self.id,
            is_backlog: self.is_backlog,
            made_at: self.made_ms.map(Timestamp::from_millis),
            what,
        }
    }
}

impl<'de> Deserialize<'de> for ShowLine {
    /// Takes the common fields out first: serde cannot both flatten a value and refuse unknown fields.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = serde_json::Map::deserialize(deserializer)?;
        let mut taken = |name: &str| fields.remove(name).unwrap_or_default();
        let read = |error: serde_json::Error| D::Error::custom(error);
        let id = serde_json::from_value(taken("msg_id")).map_err(read)?;
        let is_backlog: Option<bool> = serde_json::from_value(taken("backlog")).map_err(read)?;
        let made_ms = serde_json::from_value(taken("made_ms")).map_err(read)?;
        let viewer = ShowViewer {
            user: serde_json::from_value(taken("user")).map_err(read)?,
            uid: serde_json::from_value(taken("uid")).map_err(read)?,
            level: serde_json::from_value(taken("level")).map_err(read)?,
        };
        let event: ShowEvent = serde_json::from_value(fields.into()).map_err(read)?;
        let is_somebody = viewer.user.is_some() || viewer.uid.is_some();
        match event.is_a_deed() {
            true if !is_somebody => return Err(D::Error::missing_field("user")),
            false if viewer != ShowViewer::default() => return Err(D::Error::custom("nobody does this")),
            _ => {}
        }
        Ok(Self { id, is_backlog: is_backlog.unwrap_or(false), made_ms, event, viewer })
    }
}

/// One live event of a show, without its person, time and identity. The braces make serde refuse fields that it does not
/// know also where there are none.
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
    Join {},
    /// See [`Occurrence::Liked`].
    Like {
        /// Taps in this event.
        #[serde(default = "one", skip_serializing_if = "is_one")]
        count: u32,
    },
    /// See [`Occurrence::Commented`].
    Comment {
        /// What was written.
        text: String,
    },
    /// See [`Occurrence::Shared`].
    Share {},
    /// See [`Occurrence::Followed`].
    Follow {},
    /// See [`Occurrence::Subscribed`].
    Subscribe {},
    /// See [`Occurrence::Gifted`].
    Gift {
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ShowViewer {
    /// The handle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<Handle>,
    /// TikTok's number of the account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<AccountNumber>,
    /// The level beside the name.
    #[serde(skip_serializing_if = "Option::is_none")]
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
        Self { handle: viewer.user, number: viewer.uid, level: viewer.level }
    }
}

impl From<Viewer> for ShowViewer {
    fn from(viewer: Viewer) -> Self {
        Self { user: viewer.handle, uid: viewer.number, level: viewer.level }
    }
}

impl ShowEvent {
    /// Whether somebody does it.
    const fn is_a_deed(&self) -> bool {
        match self {
            Self::Join {}
            | Self::Like { .. }
            | Self::Comment { .. }
            | Self::Share {}
            | Self::Follow {}
            | Self::Subscribe {}
            | Self::Gift { .. } => true,
            Self::Connect
            | Self::Disconnect
            | Self::LiveEnd
            | Self::Viewers { .. }
            | Self::Poll { .. }
            | Self::Battle { .. } => false,
        }
    }

    /// What happens, done by `viewer` where somebody does it.
    fn by(self, viewer: Viewer) -> Occurrence {
        match self {
            Self::Connect => Occurrence::Connected,
            Self::Disconnect => Occurrence::Disconnected,
            Self::LiveEnd => Occurrence::Ended,
            Self::Join {} => Occurrence::Joined(viewer),
            Self::Like { count } => Occurrence::Liked(viewer, count),
            Self::Comment { text } => Occurrence::Commented(viewer, text),
            Self::Share {} => Occurrence::Shared(viewer),
            Self::Follow {} => Occurrence::Followed(viewer),
            Self::Subscribe {} => Occurrence::Subscribed(viewer),
            Self::Gift { id, name, diamonds, count, end, group } => {
                let gift = Gift { id, name, unit_coins: diamonds, count, is_streaking: !end, group };
                Occurrence::Gifted(viewer, gift)
            }
            Self::Viewers { count } => Occurrence::Viewers(count),
            Self::Poll { details } => Occurrence::Poll(text_of(details)),
            Self::Battle { details } => Occurrence::Battle(text_of(details)),
        }
    }
}

impl From<&Occurrence> for ShowEvent {
    fn from(what: &Occurrence) -> Self {
        match what {
            Occurrence::Connected => Self::Connect,
            Occurrence::Disconnected => Self::Disconnect,
            Occurrence::Ended => Self::LiveEnd,
            Occurrence::Joined(_) => Self::Join {},
            Occurrence::Liked(_, count) => Self::Like { count: *count },
            Occurrence::Commented(_, text) => Self::Comment { text: text.clone() },
            Occurrence::Shared(_) => Self::Share {},
            Occurrence::Followed(_) => Self::Follow {},
            Occurrence::Subscribed(_) => Self::Subscribe {},
            Occurrence::Gifted(_, gift) => {
                let Gift { id, name, unit_coins: diamonds, count, is_streaking, group } = gift.clone();
                Self::Gift { id, name, diamonds, count, end: !is_streaking, group }
            }
            Occurrence::Viewers(count) => Self::Viewers { count: *count },
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
fn details_of(text: &str) -> Value {
    match serde_json::from_str::<Value>(text) {
        Ok(details) if !details.is_string() && serde_json::to_string(&details).is_ok_and(|same| same == text) => {
            details
        }
        _ => Value::String(text.to_owned()),
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::option;
    use proptest::prelude::*;

    use super::*;

    fn viewer() -> impl Strategy<Value = Viewer> {
        let handle = "[a-z0-9._]{2,24}".prop_map(|handle| Handle::parse(&handle).unwrap());
        let number = (1..=u64::MAX).prop_map(AccountNumber::new);
        let known_by = prop_oneof![
            handle.clone().prop_map(|handle| (Some(handle), None)),
            number.clone().prop_map(|number| (None, number)),
            (handle, number).prop_map(|(handle, number)| (Some(handle), number)),
        ];
        (known_by, option::of(any::<u32>())).prop_map(|((handle, number), level)| Viewer { handle, number, level })
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
        let line: ShowLine = serde_json::from_str(line).unwrap();
        let Occurrence::Gifted(viewer, gift) = line.at(Timestamp::default()).what else { panic!("not a gift") };
        assert_eq!(viewer, Viewer::named(Handle::parse("bass.ann").unwrap()));
        assert_eq!((gift.unit_coins, gift.count, gift.is_streaking, gift.group), (1, 3, true, 7));
    }

    #[test]
    fn a_line_may_say_which_message_told_it_and_that_it_is_history() {
        let read = |line: &str| serde_json::from_str::<ShowLine>(line).map(|line| line.at(Timestamp::from_micros(5)));
        let plain = read(r#"{"type":"share","user":"ann"}"#).unwrap();
        assert_eq!(plain, LiveEvent::new(Timestamp::from_micros(5), plain.what.clone()));
        let told = read(r#"{"type":"share","user":"ann","msg_id":7300000000000000042,"backlog":true}"#).unwrap();
        assert_eq!((told.id, told.is_backlog), (MessageId::new(7_300_000_000_000_000_042), true));
        for wrong in [r#""msg_id":0"#, r#""msg_id":"7""#, r#""backlog":1"#, r#""backlogs":true"#, r#""us":1"#] {
            assert!(read(&format!(r#"{{"type":"share","user":"ann",{wrong}}}"#)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_line_with_an_unknown_field_or_a_bad_handle_is_refused() {
        for line in [
            r#"{"type":"like","user":"ann","cuont":3}"#,
            r#"{"type":"join","user":"not a handle"}"#,
            r#"{"type":"join"}"#,
            r#"{"type":"join","uid":0}"#,
            r#"{"type":"viewers","count":3,"user":"ann"}"#,
        ] {
            assert!(serde_json::from_str::<ShowLine>(line).is_err(), "{line}");
        }
        let by_number = serde_json::from_str::<ShowLine>(r#"{"type":"join","uid":7300000000000000042}"#).unwrap();
        assert_eq!(by_number.viewer.uid, AccountNumber::new(7_300_000_000_000_000_042));
    }
}
