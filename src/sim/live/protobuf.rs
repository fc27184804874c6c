//! Protobuf by field number, as far as the live's wire needs it: a writer for what TikTok sends and a reader for the
//! small frames that a client sends.
//!
//! It shares nothing with the bot's own decoder, on purpose: a mistake in a field number must show.
//!
//! # Invariants
//! - As proto3 writes it, a number 0 and an empty text are left out; an empty message is written.
//! - The reader gives `None` at the first damaged byte and never reads past the end.

/// The wire types that occur.
const VARINT: u64 = 0;
const FIXED_64: u64 = 1;
const LENGTH: u64 = 2;
const FIXED_32: u64 = 5;

/// A message that is being written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Proto(Vec<u8>);

impl Proto {
    /// An empty message.
    pub(crate) const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a number (any integer, enum or bool), unless it is 0.
    #[must_use]
    pub(crate) fn number(mut self, field: u64, value: u64) -> Self {
        if value != 0 {
            self.varint(field << 3 | VARINT);
            self.varint(value);
        }
        self
    }

    /// Adds `true`; `false` is left out.
    #[must_use]
    pub(crate) fn flag(self, field: u64, value: bool) -> Self {
        self.number(field, u64::from(value))
    }

    /// Adds a text, unless it is empty.
    #[must_use]
    pub(crate) fn text(self, field: u64, value: &str) -> Self {
        self.bytes(field, value.as_bytes())
    }

    /// Adds bytes, unless there are none.
    #[must_use]
    pub(crate) fn bytes(self, field: u64, value: &[u8]) -> Self {
        if value.is_empty() { self } else { self.sized(field, value) }
    }

    /// Adds a message inside this one, also an empty one.
    #[must_use]
    pub(crate) fn message(self, field: u64, inner: &Self) -> Self {
        self.sized(field, &inner.0)
    }

    /// Adds one entry of a map of texts.
    #[must_use]
    pub(crate) fn entry(self, field: u64, key: &str, value: &str) -> Self {
        self.message(field, &Self::new().text(1, key).text(2, value))
    }

    /// What was written.
    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.0
    }

    fn sized(mut self, field: u64, value: &[u8]) -> Self {
        self.varint(field << 3 | LENGTH);
        self.varint(value.len() as u64);
        self.0.extend_from_slice(value);
        self
    }

    fn varint(&mut self, mut value: u64) {
        loop {
            let low = (value & 0x7f) as u8;
            value >>= 7;
            if value == 0 {
                self.0.push(low);
                return;
            }
            self.0.push(low | 0x80);
        }
    }
}

/// The content of a field that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content<'a> {
    /// A number.
    Number(u64),
    /// A text, bytes or a message.
    Bytes(&'a [u8]),
}

/// Reads all fields of a message in their order; `None` where the bytes are damaged. Fixed-width fields are left out.
pub(crate) fn read(bytes: &[u8]) -> Option<Vec<(u64, Content<'_>)>> {
    let (mut rest, mut fields) = (bytes, Vec::new());
    while !rest.is_empty() {
        let key = take_varint(&mut rest)?;
        let content = match key & 7 {
            VARINT => Some(Content::Number(take_varint(&mut rest)?)),
            LENGTH => {
                let length = usize::try_from(take_varint(&mut rest)?).ok()?;
                Some(Content::Bytes(take(&mut rest, length)?))
            }
            FIXED_64 => take(&mut rest, 8).map(|_| None)?,
            FIXED_32 => take(&mut rest, 4).map(|_| None)?,
            _ => return None,
        };
        fields.extend(content.map(|content| (key >> 3, content)));
    }
    Some(fields)
}

/// The number in a field, 0 where it is missing.
pub(crate) fn number(fields: &[(u64, Content<'_>)], field: u64) -> u64 {
    let found = fields.iter().rev().find_map(|(at, content)| match content {
        Content::Number(number) if *at == field => Some(*number),
        _ => None,
    });
    found.unwrap_or(0)
}

/// The bytes in a field, empty where it is missing.
pub(crate) fn bytes<'a>(fields: &[(u64, Content<'a>)], field: u64) -> &'a [u8] {
    let found = fields.iter().rev().find_map(|(at, content)| match content {
        Content::Bytes(bytes) if *at == field => Some(*bytes),
        _ => None,
    });
    found.unwrap_or_default()
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

fn take_varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0_u64;
    for shift in (0..70).step_by(7) {
        let (byte, left) = rest.split_first()?;
        *rest = left;
        value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from_hex(hex: &str) -> Vec<u8> {
        let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
        pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
    }

    #[test]
    fn the_known_bytes_of_an_enter_room_frame_are_written() {
        let payload = Proto::new().number(1, 7_300_000_000_000_000_001).number(4, 12).text(5, "audience").text(9, "0");
        let frame = Proto::new().text(6, "pb").text(7, "im_enter_room").bytes(8, &payload.into_bytes()).into_bytes();
        let expected = "320270623a0d696d5f656e7465725f726f6f6d4219088180e8e2aaeab3a765200c2a0861756469656e63654a0130";
        assert_eq!(frame, from_hex(expected));
    }

    #[test]
    fn what_is_written_can_be_read() {
        let inner = Proto::new().number(2, u64::MAX);
        let written = Proto::new().number(1, 300).text(2, "ä").number(3, 0).message(1092, &inner).into_bytes();
        let fields = read(&written).unwrap();
        assert_eq!(number(&fields, 1), 300);
        assert_eq!(bytes(&fields, 2), "ä".as_bytes());
        assert_eq!(fields.len(), 3);
        assert_eq!(number(&read(bytes(&fields, 1092)).unwrap(), 2), u64::MAX);
    }

    #[test]
    fn damaged_bytes_are_no_message() {
        for damaged in [&[0xff, 0xff, 0xff][..], &[0x0a, 5, 1], &[0x08], &[0x0b], &[0x08, 0x80]] {
            assert_eq!(read(damaged), None, "{damaged:?}");
        }
    }
}
