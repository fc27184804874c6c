//! Frames as TikTok writes them, put together by hand, so that a mistake of the reader cannot hide in them.

/// A field of bytes.
pub(super) fn field(number: u64, bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let bytes = bytes.as_ref();
    [varint(number << 3 | 2), varint(bytes.len() as u64), bytes.to_vec()].concat()
}

/// A field of a whole number.
pub(super) fn number(number: u64, value: u64) -> Vec<u8> {
    [varint(number << 3), varint(value)].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
    bytes
}

/// A message of a batch.
pub(super) fn message(method: &str, id: u64, payload: &[u8]) -> Vec<u8> {
    field(1, [field(1, method), field(2, payload), number(3, id)].concat())
}

/// A comment of `@bass.ann`.
pub(super) fn comment(id: u64, text: &str) -> Vec<u8> {
    let user = [number(1, 42), field(38, "bass.ann")].concat();
    message("WebcastChatMessage", id, &[field(2, user), field(3, text)].concat())
}

/// What the host or TikTok did with the live.
pub(super) fn control(id: u64, action: u64) -> Vec<u8> {
    message("WebcastControlMessage", id, &number(2, action))
}

/// A frame of messages that asks for an acknowledgement, where `ext` is something.
pub(super) fn frame(log_id: u64, messages: &[Vec<u8>], ext: &str) -> Vec<u8> {
    let wants_ack = if ext.is_empty() { Vec::new() } else { [field(5, ext), number(9, 1)].concat() };
    other_frame(log_id, "msg", &[messages.concat(), wants_ack].concat())
}

pub(super) fn other_frame(log_id: u64, kind: &str, payload: &[u8]) -> Vec<u8> {
    [number(2, log_id), field(6, "pb"), field(7, kind), field(8, payload)].concat()
}

/// What the sign service answers.
pub(super) struct SignBody {
    pub(super) messages: Vec<Vec<u8>>,
    pub(super) cursor: &'static str,
    pub(super) push_server: String,
    pub(super) route_params: Vec<(&'static str, String)>,
}

impl SignBody {
    pub(super) fn bytes(&self) -> Vec<u8> {
        let params = self.route_params.iter().map(|(name, value)| field(7, [field(1, name), field(2, value)].concat()));
        let parts = [
            self.messages.concat(),
            field(2, self.cursor),
            field(5, "ext-0"),
            params.collect::<Vec<_>>().concat(),
            field(10, &self.push_server),
            number(11, 1),
        ];
        parts.concat()
    }
}

/// The payload type and the payload of a frame that the client sent, and its log id.
pub(super) fn sent(frame: &[u8]) -> (String, Vec<u8>, u64) {
    let (mut kind, mut payload, mut log_id, mut rest) = (String::new(), Vec::new(), 0, frame);
    while !rest.is_empty() {
        let tag = read_varint(&mut rest);
        let value = read_varint(&mut rest);
        match (tag >> 3, tag & 7) {
            (2, 0) => log_id = value,
            (_, 0) => {}
            (field, 2) => {
                let (bytes, after) = rest.split_at(usize::try_from(value).unwrap());
                rest = after;
                match field {
                    7 => kind = String::from_utf8(bytes.to_vec()).unwrap(),
                    8 => payload = bytes.to_vec(),
                    _ => {}
                }
            }
            other => panic!("an unexpected field {other:?}"),
        }
    }
    (kind, payload, log_id)
}

fn read_varint(bytes: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let (first, rest) = bytes.split_first().unwrap();
        *bytes = rest;
        value |= u64::from(first & 0x7f) << shift;
        shift += 7;
        if first & 0x80 == 0 {
            return value;
        }
    }
}
