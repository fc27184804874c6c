//! Keys as bytes whose order is the order of the values, so that a range of keys is a range of bytes.
//!
//! Numbers are big-endian; signed numbers have their sign bit flipped; [`Reverse`] inverts every byte. Everything has a
//! fixed width except text: a `String` is its bytes alone, and the types below allow it only at the end of a key; a
//! [`KeyText`] carries its own end and may stand anywhere. Stored data depends on this file: an encoding that is in use
//! never changes. That is why redb's own encodings are not used: those of tuples have changed between its versions.

use std::cmp::Reverse;
use std::fmt::{self, Debug};

use crate::kernel::amount::Amount;
use crate::kernel::ids::Id;
use crate::kernel::time::Timestamp;

/// A value that can be a key: encoding keeps the order, and decoding gives the value back.
pub trait Key: Clone + Debug + Ord + 'static {
    /// How many bytes the first part of the key takes: 8 for a key that begins with a guild, 0 for a key of one part or
    /// one that begins with a text.
    const HEAD: usize = 0;

    /// Appends the encoded key.
    fn encode_to(&self, out: &mut Vec<u8>);

    /// Takes one key from the front of `input`; `None` when the bytes are no such key.
    fn decode_from(input: &mut &[u8]) -> Option<Self>;

    /// The parts of the key: indexes whose entries have other parts than before are built anew.
    fn form() -> String;
}

/// A key of a fixed width: everything but text.
pub trait FixedKey: Key {
    /// The encoded width in bytes.
    const WIDTH: usize;
}

/// A key that ends by itself, so that another part may follow it: one of a fixed width, or a [`KeyText`].
///
/// No encoded value of it is the beginning of another one, so the order of the values is that of the whole keys.
#[diagnostic::on_unimplemented(
    message = "nothing can follow `{Self}` in a key",
    note = "a text that another part follows is a `KeyText`"
)]
pub trait PartKey: Key {
    /// The encoded width in bytes where all values have the same, otherwise 0.
    const STEADY_WIDTH: usize;
}

impl<K: FixedKey> PartKey for K {
    const STEADY_WIDTH: usize = K::WIDTH;
}

/// The encoded form of `key`.
pub(super) fn encode<K: Key>(key: &K) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(40);
    key.encode_to(&mut bytes);
    bytes
}

/// The key in `bytes`; `None` when they are no such key, or more than one.
pub(super) fn decode<K: Key>(mut bytes: &[u8]) -> Option<K> {
    let key = K::decode_from(&mut bytes)?;
    bytes.is_empty().then_some(key)
}

/// What is said of a key whose bytes are none of its table's.
pub(super) const UNREADABLE_KEY: &str = "this is no key of its table";

/// Bytes for a message about a key that could not be decoded.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().take(64).fold(String::from("0x"), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn take<const N: usize>(input: &mut &[u8]) -> Option<[u8; N]> {
    let (front, rest) = input.split_first_chunk::<N>()?;
    *input = rest;
    Some(*front)
}

macro_rules! unsigned_keys {
    ($($number:ty),+) => {$(
        impl Key for $number {
            fn encode_to(&self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_be_bytes());
            }

            fn decode_from(input: &mut &[u8]) -> Option<Self> {
                take(input).map(<$number>::from_be_bytes)
            }

            fn form() -> String {
                stringify!($number).to_owned()
            }
        }

        impl FixedKey for $number {
            const WIDTH: usize = size_of::<$number>();
        }
    )+};
}

unsigned_keys!(u8, u16, u32, u64);

const SIGN: u64 = 1 << 63;

impl Key for i64 {
    fn encode_to(&self, out: &mut Vec<u8>) {
        (self.cast_unsigned() ^ SIGN).encode_to(out);
    }

    fn decode_from(input: &mut &[u8]) -> Option<Self> {
        u64::decode_from(input).map(|raw| (raw ^ SIGN).cast_signed())
    }

    fn form() -> String {
        "i64".to_owned()
    }
}

impl FixedKey for i64 {
    const WIDTH: usize = 8;
}

impl Key for bool {
    fn encode_to(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn decode_from(input: &mut &[u8]) -> Option<Self> {
        match u8::decode_from(input)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn form() -> String {
        "bool".to_owned()
    }
}

impl FixedKey for bool {
    const WIDTH: usize = 1;
}

impl Key for Timestamp {
    fn encode_to(&self, out: &mut Vec<u8>) {
        self.micros().encode_to(out);
    }

    fn decode_from(input: &mut &[u8]) -> Option<Self> {
        i64::decode_from(input).map(Self::from_micros)
    }

    fn form() -> String {
        "moment".to_owned()
    }
}

impl FixedKey for Timestamp {
    const WIDTH: usize = 8;
}

impl Key for Amount {
    fn encode_to(&self, out: &mut Vec<u8>) {
        self.get().encode_to(out);
    }

    fn decode_from(input: &mut &[u8]) -> Option<Self> {
        Self::try_from(i64::decode_from(input)?).ok()
    }

    fn form() -> String {
        "amount".to_owned()
    }
}

impl FixedKey for Amount {
    const WIDTH: usize = 8;
}

/// Every type declared with [`id_type!`](crate::id_type) is a key.
impl<I: Id + Ord + 'static> Key for I {
    fn encode_to(&self, out: &mut Vec<u8>) {
        self.raw().encode_to(out);
    }

    fn decode_from(input: &mut &[u8]) -> Option<Self> {
        u64::decode_from(input).map(I::from_raw)
    }

    fn form() -> String {
        "id".to_owned()
    }
}

impl<I: Id + Ord + 'static> FixedKey for I {
    const WIDTH: usize = 8;
}

/// Descending order: the greatest value comes first.
impl<K: FixedKey> Key for Reverse<K> {
    fn encode_to(&self, out: &mut Vec<u8>) {
        let start = out.len();
        self.0.encode_to(out);
        for byte in out.iter_mut().skip(start) {
            *byte = !*byte;
        }
    }

    fn decode_from(input: &mut &[u8]) -> Option<Self> {
        let (front, rest) = input.split_at_checked(K::WIDTH)?;
        *input = rest;
        let inverted: Vec<u8> = front.iter().map(|byte| !byte).collect();
        decode(&inverted).map(Self)
    }

    fn form() -> String {
        format!("reverse {}", K::form())
    }
}

impl<K: FixedKey> FixedKey for Reverse<K> {
    const WIDTH: usize = K::WIDTH;
}

/// Text, in the order of its UTF-8 bytes. Only at the end of a key; [`KeyText`] may stand before other parts.
impl Key for String {
    fn encode_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }

    fn decode_from(input: &mut &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(input).ok()?.to_owned();
        *input = &[];
        Some(text)
    }

    fn form() -> String {
        "text".to_owned()
    }
}

/// Text that may stand anywhere in a key, in the order of its UTF-8 bytes: `(GuildId, KeyText, SongId)`.
///
/// Its end is a zero byte. The bytes 0 and 1 of the text, which hardly any text has, are written as 1 and the byte plus
/// one; so no byte of it is taken for the end, and the end sorts before everything that could follow.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyText(pub String);

/// Ends a [`KeyText`].
const END: u8 = 0;

/// Stands before a byte of a [`KeyText`] that is not greater than this; that byte is one greater then.
const ESCAPE: u8 = 1;

impl KeyText {
    /// Appends the bytes of `text` without an end: what every text that begins so begins with.
    pub(super) fn encode_beginning(text: &str, out: &mut Vec<u8>) {
        for byte in text.bytes() {
            if byte <= ESCAPE {
                out.extend([ESCAPE, byte + 1]);
            } else {
                out.push(byte);
            }
        }
    }
}

/// The bytes of a text as it is; `None` where an escape stands before a byte that is never escaped.
fn without_escapes(escaped: &[u8]) -> Option<Vec<u8>> {
    let mut plain = Vec::with_capacity(escaped.len());
    let mut bytes = escaped.iter().copied();
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            ESCAPE => bytes.next()?.checked_sub(1).filter(|byte| *byte <= ESCAPE)?,
            other => other,
        });
    }
    Some(plain)
}

impl Key for KeyText {
    fn encode_to(&self, out: &mut Vec<u8>) {
        Self::encode_beginning(&self.0, out);
        out.push(END);
    }

    fn decode_from(input: &mut &[u8]) -> Option<Self> {
        let end = input.iter().position(|byte| *byte == END)?;
        let (escaped, rest) = input.split_at_checked(end)?;
        let text = String::from_utf8(without_escapes(escaped)?).ok()?;
        *input = rest.get(1..)?;
        Some(Self(text))
    }

    fn form() -> String {
        "text with an end".to_owned()
    }
}

impl PartKey for KeyText {
    const STEADY_WIDTH: usize = 0;
}

impl From<&str> for KeyText {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl Debug for KeyText {
    /// As the text itself, because messages about a key are made of this.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! tuple_keys {
    ($(($first:ident $(, $middle:ident)* ; $last:ident)),+ $(,)?) => {$(
        impl<$first: PartKey, $($middle: PartKey,)* $last: Key> Key for ($first, $($middle,)* $last) {
            const HEAD: usize = $first::STEADY_WIDTH;

            #[expect(non_snake_case, reason = "the type parameters name the parts")]
            fn encode_to(&self, out: &mut Vec<u8>) {
                let ($first, $($middle,)* $last) = self;
                $first.encode_to(out);
                $($middle.encode_to(out);)*
                $last.encode_to(out);
            }

            fn decode_from(input: &mut &[u8]) -> Option<Self> {
                Some(($first::decode_from(input)?, $($middle::decode_from(input)?,)* $last::decode_from(input)?))
            }

            fn form() -> String {
                [$first::form(), $($middle::form(),)* $last::form()].join(", ")
            }
        }

        impl<$first: FixedKey, $($middle: FixedKey,)* $last: FixedKey> FixedKey for ($first, $($middle,)* $last) {
            const WIDTH: usize = $first::WIDTH $(+ $middle::WIDTH)* + $last::WIDTH;
        }
    )+};
}

tuple_keys!((A; B), (A, B; C), (A, B, C; D), (A, B, C, D; E), (A, B, C, D, E; F));

/// Makes a small enum a key of one byte: `key_enum!(Line { Skip = 1, Free = 2 });`
/// It is short for an `impl Key for Line` (`encode_to` writes 1 for `Self::Skip` and 2 for `Self::Free`, `decode_from` reads these
/// and no other byte, `form` tells that it is an enum) and an `impl FixedKey for Line` (`WIDTH` is 1).
///
/// The bytes decide the order and are stored: they never change. They are part of the form, so that an index whose bytes
/// changed nevertheless is built anew. The enum must be `Clone + Debug + Ord`, and its order must be the order of the bytes.
#[macro_export]
macro_rules! key_enum {
    ($name:ident { $($variant:ident = $byte:literal),+ $(,)? }) => {
        impl $crate::store::Key for $name {
            fn encode_to(&self, out: &mut ::std::vec::Vec<u8>) {
                out.push(match self { $(Self::$variant => $byte),+ });
            }

            fn decode_from(input: &mut &[u8]) -> ::std::option::Option<Self> {
                match <u8 as $crate::store::Key>::decode_from(input)? {
                    $($byte => ::std::option::Option::Some(Self::$variant),)+
                    _ => ::std::option::Option::None,
                }
            }

            fn form() -> ::std::string::String {
                ::std::string::String::from("enum") $(+ ::std::concat!(" ", ::std::stringify!($variant), "=", $byte))+
            }
        }

        impl $crate::store::FixedKey for $name {
            const WIDTH: usize = 1;
        }
    };
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::ids::{GuildId, UserId};

    #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
    enum Line {
        Skip,
        Free,
    }
    crate::key_enum!(Line { Skip = 1, Free = 7 });

    type Sample = (GuildId, i64, Reverse<u32>, bool, String);

    fn sample() -> impl Strategy<Value = Sample> {
        (0..3_u64, any::<i64>(), any::<u32>(), any::<bool>(), "[a-cä]{0,4}").prop_map(
            |(guild, number, reversed, flag, text)| (GuildId::new(guild), number, Reverse(reversed), flag, text),
        )
    }

    type Texts = (GuildId, KeyText, u8, KeyText, String);

    /// Short texts of few characters, so that many are equal or begin another one, and the lowest bytes come up.
    fn text() -> impl Strategy<Value = String> {
        let characters = proptest::sample::select(vec!['\0', '\u{1}', '\u{2}', 'a', 'ä', '\u{10FFFF}']);
        proptest::collection::vec(characters, 0..5).prop_map(|characters| characters.into_iter().collect::<String>())
    }

    fn texts() -> impl Strategy<Value = Texts> {
        let numbers = proptest::sample::select(vec![0, 1, 2, u8::MAX]);
        (0..2_u64, text(), numbers, text(), text()).prop_map(|(guild, first, number, second, last)| {
            (GuildId::new(guild), KeyText(first), number, KeyText(second), last)
        })
    }

    proptest! {
        #[test]
        fn bytes_sort_as_the_keys_do_and_decode_to_them(one in sample(), other in sample()) {
            prop_assert_eq!(encode(&one).cmp(&encode(&other)), one.cmp(&other));
            prop_assert_eq!(decode::<Sample>(&encode(&one)), Some(one));
        }

        #[test]
        fn texts_inside_a_key_sort_as_the_keys_do_and_decode_to_them(one in texts(), other in texts()) {
            prop_assert_eq!(encode(&one).cmp(&encode(&other)), one.cmp(&other));
            prop_assert_eq!(decode::<Texts>(&encode(&one)), Some(one));
        }

        #[test]
        fn bytes_that_decode_to_a_text_are_its_only_ones(
            bytes in proptest::collection::vec(prop_oneof![0..4_u8, any::<u8>()], 0..8),
        ) {
            if let Some(key) = decode::<(KeyText, KeyText, String)>(&bytes) {
                prop_assert_eq!(encode(&key), bytes);
            }
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = decode::<Sample>(&bytes);
            let _ = decode::<(Reverse<Timestamp>, Amount)>(&bytes);
            let _ = decode::<(Line, String)>(&bytes);
            let _ = decode::<Texts>(&bytes);
            let _ = decode::<(KeyText, KeyText)>(&bytes);
        }
    }

    #[test]
    fn a_key_with_bytes_missing_or_left_over_is_no_key() {
        let whole = encode(&(GuildId::new(1), UserId::new(2)));
        assert_eq!(decode::<(GuildId, UserId)>(&whole[..15]), None);
        assert_eq!(decode::<GuildId>(&whole), None);
    }

    #[test]
    fn an_enum_is_one_byte_that_its_form_tells_and_unknown_bytes_are_no_key() {
        assert_eq!(<(GuildId, Line, u8)>::form(), "id, enum Skip=1 Free=7, u8");
        assert_eq!(encode(&(Line::Skip, Line::Free)), [1, 7]);
        assert_eq!(decode::<Line>(&[7]), Some(Line::Free));
        assert_eq!(decode::<Line>(&[2]), None);
    }

    #[test]
    fn a_text_without_its_end_or_with_an_unknown_escape_is_no_key() {
        assert_eq!(decode::<(KeyText, u8)>(b"a\0\x07"), Some((KeyText::from("a"), 7)));
        assert_eq!(decode::<KeyText>(b"a\x01\x01\x01\x02\0"), Some(KeyText::from("a\0\u{1}")));
        for bytes in [&b""[..], b"a", b"\x01\0", b"\x01\x03\0", b"a\x01", b"\xFF\0", b"a\0\0"] {
            assert_eq!(decode::<KeyText>(bytes), None, "{bytes:?}");
        }
    }

    #[test]
    fn only_a_first_part_of_a_fixed_width_has_a_head() {
        assert_eq!(<(GuildId, KeyText, UserId)>::HEAD, 8);
        assert_eq!(<(KeyText, GuildId)>::HEAD, 0);
        assert_eq!(<(Line, String)>::HEAD, 1);
        assert_eq!(<KeyText as Key>::HEAD, 0);
    }

    #[test]
    fn a_text_inside_a_key_reads_as_any_text_does() {
        assert_eq!(format!("{:?}", (KeyText::from("a\"b"), 5)), format!("{:?}", ("a\"b", 5)));
    }

    #[test]
    fn the_encodings_in_use_stay_as_they_are() {
        assert_eq!(
            encode(&(GuildId::new(258), -1_i64)),
            [0, 0, 0, 0, 0, 0, 1, 2, 127, 255, 255, 255, 255, 255, 255, 255]
        );
        assert_eq!(encode(&(Reverse(1_u8), String::from("ä"))), [254, 0xC3, 0xA4]);
        assert_eq!(encode(&(KeyText::from("ä\0\u{1}"), 7_u8)), [0xC3, 0xA4, 1, 1, 1, 2, 0, 7]);
    }
}
