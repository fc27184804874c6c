//! Keys as bytes whose order is the order of the values, so that a range of keys is a range of bytes.
//!
//! Numbers are big-endian; signed numbers have their sign bit flipped; [`Reverse`] inverts every byte. Everything has a
//! fixed width except `String`, and the types below allow a `String` only at the end of a key, so that no separator is
//! needed. Stored data depends on this file: an encoding that is in use never changes.

use std::cmp::Reverse;
use std::fmt::Debug;

use crate::kernel::amount::Amount;
use crate::kernel::ids::Id;
use crate::kernel::time::Timestamp;

/// A value that can be a key: encoding keeps the order, and decoding gives the value back.
pub trait Key: Clone + Debug + Ord + 'static {
    /// How many bytes the first part of the key takes: 8 for a key that begins with a guild, 0 for a key of one part.
    const HEAD: usize = 0;

    /// Appends the encoded key.
    fn encode_to(&self, out: &mut Vec<u8>);

    /// Takes one key from the front of `input`; `None` when the bytes are no such key.
    fn decode_from(input: &mut &[u8]) -> Option<Self>;
}

/// A key of a fixed width: everything but `String`. Only these may be followed by another part.
pub trait FixedKey: Key {
    /// The encoded width in bytes.
    const WIDTH: usize;
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
}

impl<K: FixedKey> FixedKey for Reverse<K> {
    const WIDTH: usize = K::WIDTH;
}

/// Text, in the order of its UTF-8 bytes. Only at the end of a key.
impl Key for String {
    fn encode_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }

    fn decode_from(input: &mut &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(input).ok()?.to_owned();
        *input = &[];
        Some(text)
    }
}

macro_rules! tuple_keys {
    ($(($first:ident $(, $middle:ident)* ; $last:ident)),+ $(,)?) => {$(
        impl<$first: FixedKey, $($middle: FixedKey,)* $last: Key> Key for ($first, $($middle,)* $last) {
            const HEAD: usize = $first::WIDTH;

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
        }

        impl<$first: FixedKey, $($middle: FixedKey,)* $last: FixedKey> FixedKey for ($first, $($middle,)* $last) {
            const WIDTH: usize = $first::WIDTH $(+ $middle::WIDTH)* + $last::WIDTH;
        }
    )+};
}

tuple_keys!((A; B), (A, B; C), (A, B, C; D), (A, B, C, D; E), (A, B, C, D, E; F));

/// Makes a small enum a key of one byte: `key_enum!(Line { Skip = 1, Free = 2 });`
///
/// The bytes decide the order and are stored: they never change. The enum must be `Clone + Debug + Ord`, and its order
/// must be the order of the bytes.
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

    proptest! {
        #[test]
        fn bytes_sort_as_the_keys_do_and_decode_to_them(one in sample(), other in sample()) {
            prop_assert_eq!(encode(&one).cmp(&encode(&other)), one.cmp(&other));
            prop_assert_eq!(decode::<Sample>(&encode(&one)), Some(one));
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = decode::<Sample>(&bytes);
            let _ = decode::<(Reverse<Timestamp>, Amount)>(&bytes);
            let _ = decode::<(Line, String)>(&bytes);
        }
    }

    #[test]
    fn a_key_with_bytes_missing_or_left_over_is_no_key() {
        let whole = encode(&(GuildId::new(1), UserId::new(2)));
        assert_eq!(decode::<(GuildId, UserId)>(&whole[..15]), None);
        assert_eq!(decode::<GuildId>(&whole), None);
    }

    #[test]
    fn an_enum_is_one_byte_and_unknown_bytes_are_no_key() {
        assert_eq!(encode(&(Line::Skip, Line::Free)), [1, 7]);
        assert_eq!(decode::<Line>(&[7]), Some(Line::Free));
        assert_eq!(decode::<Line>(&[2]), None);
    }

    #[test]
    fn the_encodings_in_use_stay_as_they_are() {
        assert_eq!(
            encode(&(GuildId::new(258), -1_i64)),
            [0, 0, 0, 0, 0, 0, 1, 2, 127, 255, 255, 255, 255, 255, 255, 255]
        );
        assert_eq!(encode(&(Reverse(1_u8), String::from("ä"))), [254, 0xC3, 0xA4]);
    }
}
