//! A small encoder by field number, which knows nothing of the declarations: a mistake in those cannot hide behind the
//! same mistake here. The bench builds its frames with it as well.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

/// The fields of a message, in the order in which they are added.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fields(Vec<u8>);

impl Fields {
    /// No fields.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A number.
    pub(crate) fn varint(self, number: u32, value: u64) -> Self {
        self.key(number, 0).number(value)
    }

    /// A text, or any bytes.
    pub(crate) fn text(self, number: u32, text: impl AsRef<[u8]>) -> Self {
        self.key(number, 2).number(text.as_ref().len() as u64).raw(text.as_ref())
    }

    /// An inner message.
    pub(crate) fn nested(self, number: u32, inner: &Self) -> Self {
        self.text(number, &inner.0)
    }

    /// A number of four bytes.
    pub(crate) fn fixed32(self, number: u32, value: u32) -> Self {
        self.key(number, 5).raw(&value.to_le_bytes())
    }

    /// A number of eight bytes.
    pub(crate) fn fixed64(self, number: u32, value: u64) -> Self {
        self.key(number, 1).raw(&value.to_le_bytes())
    }

    /// A group, which nobody has used for twenty years.
    pub(crate) fn group(self, number: u32, inner: &Self) -> Self {
        self.key(number, 3).raw(&inner.0).key(number, 4)
    }

    /// Bytes as they are.
    pub(crate) fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// The encoded message.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.clone()
    }

    fn key(self, number: u32, wire_type: u64) -> Self {
        self.number(u64::from(number) << 3 | wire_type)
    }

    fn number(mut self, mut value: u64) -> Self {
        while value >= 0x80 {
            self.0.push(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.0.push(value.to_le_bytes()[0]);
        self
    }
}

/// A message of a batch.
pub(crate) fn message(id: u64, method: &str, payload: &Fields) -> Fields {
    Fields::new().text(1, method).nested(2, payload).varint(3, id)
}

/// A batch of messages.
pub(crate) fn batch(messages: &[Fields]) -> Fields {
    messages.iter().fold(Fields::new(), |batch, message| batch.nested(1, message))
}

/// A frame of a kind.
pub(crate) fn frame(kind: &str, payload: &[u8]) -> Fields {
    Fields::new().varint(2, 900_001).text(6, "pb").text(7, kind).text(8, payload)
}

/// The same frame, which says that its payload is packed in this way.
pub(crate) fn with_header(frame: Fields, packing: &str) -> Fields {
    frame.nested(5, &Fields::new().text(1, "compress_type").text(2, packing))
}

/// What gzip makes of `bytes`.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A person as TikTok sends one: the used fields among some of the others.
pub(crate) fn user(handle: &str) -> Fields {
    let picture = Fields::new().text(1, format!("https://p16.tiktokcdn.com/{handle}~tplv-tiktokx-100.webp"));
    let badge = Fields::new().varint(1, 4).varint(3, 8).nested(12, &Fields::new().text(2, "74").text(5, "17"));
    Fields::new()
        .varint(1, 7_012_345_678_901_234_567)
        .text(3, "Ann 🎤")
        .nested(9, &picture)
        .nested(10, &picture)
        .nested(22, &Fields::new().varint(1, 120).varint(2, 3_400).varint(3, 1))
        .text(38, handle)
        .text(46, "MS4wLjABAAAA_7JrQ8nZ2p5t")
        .nested(64, &badge)
}

/// What every event begins with.
pub(crate) fn common(id: u64, key: &str) -> Fields {
    let sentence = Fields::new().text(1, key).text(2, "{0:user} did something");
    Fields::new().text(1, "Webcast").varint(2, id).varint(3, 7_300_000_000_000_000_001).nested(8, &sentence)
}
