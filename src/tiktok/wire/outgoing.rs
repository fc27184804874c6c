//! The three frames that a viewer's browser sends.
//!
//! Order matters to TikTok: the room is entered first, then hearts beat. The number that some clients give to their
//! entry (field 8), to keep several rooms apart, is left out: a socket of ours has one room.

use prost::Message;
use prost::bytes::Bytes;

use super::schema;

crate::id_type!(
    /// One broadcast of a host on TikTok. The host's next live is another room.
    RoomId
);

/// What every watching page says it is.
const LIVE_ID: u64 = 12;

/// Asks for the messages of a room; the first frame on a socket.
pub fn enter_room(room: RoomId) -> Vec<u8> {
    let entry = schema::EnterRoom {
        room_id: room.get(),
        live_id: LIVE_ID,
        identity: Bytes::from_static(b"audience"),
        filter_welcome_message: Bytes::from_static(b"0"),
    };
    frame(0, b"im_enter_room", entry.encode_to_vec())
}

/// Says that we are still here. `sequence` counts the heartbeats of a socket, from 1.
pub fn heartbeat(room: RoomId, sequence: u64) -> Vec<u8> {
    let beat = schema::Heartbeat { room_id: room.get(), sequence };
    frame(0, b"hb", beat.encode_to_vec())
}

/// Says that a batch has arrived, where it asked for that: the frame's `log_id`, and the batch's `internal_ext` as it
/// came.
pub fn ack(log_id: u64, internal_ext: &[u8]) -> Vec<u8> {
    frame(log_id, b"ack", internal_ext.to_vec())
}

fn frame(log_id: u64, payload_type: &'static [u8], payload: Vec<u8>) -> Vec<u8> {
    let frame = schema::PushFrame {
        log_id,
        payload_encoding: Bytes::from_static(b"pb"),
        payload_type: Bytes::from_static(payload_type),
        payload: payload.into(),
    };
    frame.encode_to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: RoomId = RoomId::new(7_300_000_000_000_000_001);

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    }

    #[test]
    fn frames_are_byte_for_byte_those_of_a_browser() {
        let entry = "320270623a0d696d5f656e7465725f726f6f6d4219088180e8e2aaeab3a765200c2a0861756469656e63654a0130";
        assert_eq!(hex(&enter_room(ROOM)), entry);
        assert_eq!(hex(&heartbeat(ROOM, 1)), "320270623a026862420c088180e8e2aaeab3a7651001");
        assert_eq!(hex(&ack(900_001, b"ext-1")), "10a1f736320270623a0361636b42056578742d31");
    }

    #[test]
    fn an_acknowledgement_returns_what_came_whatever_it_is() {
        let frame = ack(u64::MAX, &[0xff, 0x00]);
        assert_eq!(hex(&frame), "10ffffffffffffffffff01320270623a0361636b4202ff00");
    }
}
