//! Records as earlier versions of Greenroom wrote them, and what they become.

use serde::{Deserialize, Serialize};

use super::model;
use crate::kernel::time::Timestamp;
use crate::live::Handle;

/// A session before watch time was counted.
#[derive(Serialize, Deserialize)]
pub struct Session {
    streamer: Handle,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
    last_event_at: Timestamp,
    is_connected: bool,
    last_snapshot_at: Option<Timestamp>,
}

impl From<Session> for model::Session {
    fn from(old: Session) -> Self {
        let Session { streamer, started_at, ended_at, last_event_at, is_connected, last_snapshot_at } = old;
        let connections =
            if is_connected { vec![model::Connection { from: last_event_at, until: None }] } else { vec![] };
        let counted_at = last_event_at;
        Self {
            streamer,
            started_at,
            ended_at,
            last_event_at,
            is_connected,
            last_snapshot_at,
            viewers: None,
            connections,
            counted_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::store::{Record, decode_body};

    use super::*;

    #[test]
    fn records_of_earlier_versions_are_read() {
        // As version 1 wrote them: a rose at 5 coins, seen 3, paid 1, level 9.
        let streak = b"\x04Rose\x05\x03\x01\x01\x09";
        assert!(decode_body::<model::Streak>(streak).is_none(), "it has another form now");
        let streak = model::Streak::decode_old(1, streak).unwrap();
        assert_eq!((streak.gift.as_str(), streak.seen, streak.paid, streak.level), ("Rose", 3, 1, Some(9)));
        assert_eq!(streak.last_step_at, Timestamp::default(), "long ago");
        let session = model::Session::decode_old(1, b"\x04host\x14\x00\x28\x01\x00").unwrap();
        assert_eq!((session.streamer.as_str(), session.is_connected), ("host", true));
        let (from, until) = (Timestamp::from_micros(20), None);
        assert_eq!(session.connections, [model::Connection { from, until }]);
        let numbers = model::Numbers::decode_old(1, b"\x05\x06").unwrap();
        assert_eq!((numbers.interaction, numbers.snapshot, numbers.participant), (5, 6, 0));
        assert_eq!(model::Streak::decode_old(7, b""), None);
        assert_eq!(model::Session::decode_old(7, b""), None);
        assert_eq!(model::Numbers::decode_old(7, b""), None);
    }
}
