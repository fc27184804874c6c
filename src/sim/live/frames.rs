//! Envelopes of the live's wire: the message in a result, the result in a frame, packed or not; and what a client's
//! frame says.

use std::io::Write;
use std::sync::OnceLock;

use flate2::write::{DeflateEncoder, GzEncoder};
use flate2::{Compress, Compression, FlushCompress, Status};
use serde::{Deserialize, Serialize};

use super::protobuf::{Proto, bytes, number, read};

/// How the payload of a frame is packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SimPacking {
    /// As TikTok does: gzip with its header where the client asked for it and the payload is not small.
    #[default]
    Auto,
    /// gzip, and a header that says so.
    Gzip,
    /// gzip, and no header.
    GzipUnsaid,
    /// Not packed, and no header.
    Plain,
    /// Not packed, and a header that says `none`.
    PlainSaid,
    /// Not packed, and a header that says gzip.
    PlainSaidGzip,
}

/// The results that a socket and the sign step carry.
#[derive(Clone, Debug, Default)]
pub(crate) struct FetchResult<'a> {
    pub(crate) messages: Vec<Vec<u8>>,
    pub(crate) cursor: &'a str,
    pub(crate) now_ms: u64,
    pub(crate) internal_ext: &'a str,
    pub(crate) route_params: &'a [(String, String)],
    pub(crate) push_server: &'a str,
    pub(crate) needs_ack: bool,
    pub(crate) is_first: bool,
}

/// A message inside a result.
pub(crate) fn inner(method: &str, payload: &[u8], id: u64) -> Vec<u8> {
    Proto::new().text(1, method).bytes(2, payload).number(3, id).into_bytes()
}

/// The same message, marked as history.
pub(crate) fn as_history(inner: &[u8]) -> Vec<u8> {
    let mark = Proto::new().flag(6, true).into_bytes();
    [inner, &mark].concat()
}

impl FetchResult<'_> {
    /// The bytes of the result.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let body = self.messages.iter().fold(Proto::new(), |body, message| body.bytes(1, message));
        let body = body.text(2, self.cursor).number(3, 1_000).number(4, self.now_ms).text(5, self.internal_ext);
        let body = body.number(6, 1);
        let body = self.route_params.iter().fold(body, |body, (key, value)| body.entry(7, key, value));
        body.number(8, 10_000).flag(9, self.needs_ack).text(10, self.push_server).flag(11, self.is_first).into_bytes()
    }
}

/// A frame with messages, not packed.
pub(crate) fn message_frame(log_id: u64, payload: &[u8]) -> Vec<u8> {
    frame(log_id, "msg", None, payload)
}

/// A frame of a type, packed as ordered.
pub(crate) fn packed_frame(log_id: u64, kind: &str, payload: &[u8], packing: SimPacking) -> Vec<u8> {
    let (said, packed) = match packing {
        SimPacking::Gzip => (Some("gzip"), Some(gzip(payload))),
        SimPacking::GzipUnsaid => (None, Some(gzip(payload))),
        SimPacking::PlainSaid => (Some("none"), None),
        SimPacking::PlainSaidGzip => (Some("gzip"), None),
        SimPacking::Auto | SimPacking::Plain => (None, None),
    };
    frame(log_id, kind, said, packed.as_deref().unwrap_or(payload))
}

/// A frame of any type.
pub(crate) fn frame(log_id: u64, kind: &str, compress_type: Option<&str>, payload: &[u8]) -> Vec<u8> {
    let body = Proto::new().number(1, log_id % 1_000_000).number(2, log_id).number(3, 8_888).number(4, 8);
    let body = match compress_type {
        Some(said) => body.entry(5, "compress_type", said),
        None => body,
    };
    body.text(6, "pb").text(7, kind).bytes(8, payload).into_bytes()
}

/// Packs as gzip, quickly.
pub(crate) fn gzip(payload: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing into memory does not fail.
    let _ = packed.write_all(payload);
    packed.finish().unwrap_or_default()
}

/// gzip that unpacks to a gibibyte of zeros. Its length and checksum at the end are wrong: who gets there has lost.
pub(crate) fn bomb() -> &'static [u8] {
    static BOMB: OnceLock<Vec<u8>> = OnceLock::new();
    BOMB.get_or_init(|| {
        const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
        let block = zeros();
        let mut bytes = HEADER.to_vec();
        (0..1024).for_each(|_| bytes.extend_from_slice(&block));
        bytes.extend(DeflateEncoder::new(Vec::new(), Compression::fast()).finish().unwrap_or_default());
        bytes.extend([0; 8]);
        bytes
    })
}

/// A mebibyte of zeros as deflate blocks that refer to nothing before them, so they can be repeated.
fn zeros() -> Vec<u8> {
    let mut packed = Vec::with_capacity(8 << 10);
    let mut packer = Compress::new(Compression::best(), false);
    let status = packer.compress_vec(&vec![0; 1 << 20], &mut packed, FlushCompress::Full);
    debug_assert!(matches!(status, Ok(Status::Ok)), "{status:?}");
    packed
}

/// What a client said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// It enters a room.
    EnterRoom {
        /// The room.
        room: u64,
        /// Whether it says what a viewer says: live 12, identity audience, no welcome filter.
        is_complete: bool,
    },
    /// It is alive.
    Heartbeat {
        /// The room; 0 in the old form without content.
        room: u64,
        /// Its running number.
        sequence: u64,
    },
    /// It has taken a frame.
    Ack {
        /// The frame's number.
        log_id: u64,
        /// What the frame gave it to send back.
        internal_ext: Vec<u8>,
    },
    /// Something else.
    Other(String),
}

/// Reads a client's frame; `None` where it is none.
pub(crate) fn said(frame: &[u8]) -> Option<Said> {
    let fields = read(frame)?;
    let kind = std::str::from_utf8(bytes(&fields, 7)).ok()?;
    let payload = bytes(&fields, 8);
    Some(match kind {
        "im_enter_room" => {
            let entry = read(payload)?;
            let is_complete = number(&entry, 4) == 12 && bytes(&entry, 5) == b"audience" && bytes(&entry, 9) == b"0";
            Said::EnterRoom { room: number(&entry, 1), is_complete }
        }
        "hb" => {
            let beat = read(payload)?;
            Said::Heartbeat { room: number(&beat, 1), sequence: number(&beat, 2) }
        }
        "ack" => Said::Ack { log_id: number(&fields, 2), internal_ext: payload.to_vec() },
        other => Said::Other(other.chars().take(40).collect()),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    fn from_hex(hex: &str) -> Vec<u8> {
        hex.as_bytes()
            .chunks(2)
            .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect()
    }

    #[test]
    fn the_known_frames_of_a_client_are_read() {
        let room = 7_300_000_000_000_000_001;
        for (hex, expected) in [
            (
                "320270623a0d696d5f656e7465725f726f6f6d4219088180e8e2aaeab3a765200c2a0861756469656e63654a0130",
                Said::EnterRoom { room, is_complete: true },
            ),
            ("320270623a026862420c088180e8e2aaeab3a7651001", Said::Heartbeat { room, sequence: 1 }),
            ("3a026862", Said::Heartbeat { room: 0, sequence: 0 }),
            (
                "10a1f736320270623a0361636b42056578742d31",
                Said::Ack { log_id: 900_001, internal_ext: b"ext-1".to_vec() },
            ),
        ] {
            assert_eq!(said(&from_hex(hex)), Some(expected), "{hex}");
        }
        assert_eq!(said(&[0xff]), None);
    }

    #[test]
    fn a_bomb_is_small_and_unpacks_to_far_more() {
        assert!(bomb().len() < 2 << 20, "{} bytes", bomb().len());
        let mut unpacked = GzDecoder::new(bomb());
        let mut block = vec![1; 1 << 20];
        for _ in 0..40 {
            unpacked.read_exact(&mut block).unwrap();
            assert!(block.iter().all(|byte| *byte == 0));
        }
    }

    #[test]
    fn history_is_a_mark_on_the_same_message() {
        let fresh = inner("WebcastChatMessage", b"x", 9);
        let old = as_history(&fresh);
        let fields = read(&old).unwrap();
        assert_eq!((number(&fields, 3), number(&fields, 6)), (9, 1));
        assert_eq!(number(&read(&fresh).unwrap(), 6), 0);
    }
}
