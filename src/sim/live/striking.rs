//! Ordered faults of the socket, as they strike.

use std::collections::BTreeSet;

use axum::body::Bytes;

use super::connection::Out;
use super::faults::{LiveCorruption, LiveFaultKind, Place};
use super::frames::{self, FetchResult};
use super::numbers::{Numbers, millis};
use super::room::Live;
use crate::kernel::time::Timestamp;

impl Live {
    /// Strikes at once where connections stand, as ordered faults of the socket do; `false` where there are none.
    pub(crate) fn strike_now(&mut self, numbers: &mut Numbers, now: Timestamp) -> bool {
        let entered: BTreeSet<u64> = self
            .connections
            .iter()
            .filter(|(_, connection)| connection.is_entered)
            .map(|(number, _)| *number)
            .collect();
        if entered.is_empty() {
            return false;
        }
        let kind = self.faults.strike(Place::Socket);
        kind.is_some_and(|kind| {
            self.strike(&kind, &entered, numbers, now);
            true
        })
    }

    /// Strikes these connections.
    pub(crate) fn strike(
        &mut self,
        kind: &LiveFaultKind,
        struck: &BTreeSet<u64>,
        numbers: &mut Numbers,
        now: Timestamp,
    ) {
        let log = numbers.log();
        let frame = match kind {
            LiveFaultKind::Corrupt { form } => Some(Self::corrupt(*form, log, now)),
            LiveFaultKind::GzipBomb => Some(frames::frame(log, "msg", Some("gzip"), frames::bomb())),
            _ => None,
        };
        let frame = frame.map(Bytes::from);
        for (_, connection) in self.connections.iter_mut().filter(|(number, _)| struck.contains(number)) {
            match (kind, &frame) {
                (LiveFaultKind::Close { code }, _) => connection.hand(Out::Close(*code)),
                (LiveFaultKind::Silence, _) => connection.is_silent = true,
                (_, Some(frame)) => connection.hand(Out::Frame(frame.clone())),
                _ => connection.hand(Out::Cut),
            }
        }
        if *kind == LiveFaultKind::NewRoom {
            self.cut();
            self.open_room(numbers, now);
        }
    }

    /// A frame that is broken in some way.
    fn corrupt(form: LiveCorruption, log: u64, now: Timestamp) -> Vec<u8> {
        let with_comment = |payload: &[u8]| {
            let messages = vec![frames::inner("WebcastChatMessage", payload, log)];
            FetchResult { messages, cursor: "c", now_ms: millis(now), ..FetchResult::default() }.encode()
        };
        match form {
            LiveCorruption::Message => frames::message_frame(log, &with_comment(&[0xff; 3])),
            LiveCorruption::Length => frames::message_frame(log, &with_comment(&[0x1a, 99, b'x'])),
            LiveCorruption::Payload => frames::frame(log, "msg", None, &[0xff; 3]),
            LiveCorruption::Gzip => {
                let mut packed = frames::gzip(&with_comment(&[0x1a, 1, b'x']).repeat(20));
                let half = packed.len() / 2;
                packed.iter_mut().skip(half).for_each(|byte| *byte ^= 0x5a);
                frames::frame(log, "msg", Some("gzip"), &packed)
            }
            LiveCorruption::Truncated => {
                let mut whole = frames::message_frame(log, &with_comment(&[0x1a, 1, b'x']));
                whole.truncate(whole.len() / 2);
                whole
            }
            LiveCorruption::Frame => vec![0xff; 64],
        }
    }
}
