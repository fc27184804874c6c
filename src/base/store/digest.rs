//! Digests as parts of keys: their bytes, as they are.

use super::key::{FixedKey, Key};
use crate::kernel::digest::Digest;

impl Key for Digest {
    fn encode_to(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.bytes());
    }

    fn decode_from(input: &mut &[u8]) -> Option<Self> {
        let (front, rest) = input.split_first_chunk::<32>()?;
        *input = rest;
        Some(Self::from_bytes(*front))
    }

    fn form() -> String {
        "digest".to_owned()
    }
}

impl FixedKey for Digest {
    const WIDTH: usize = 32;
}

#[cfg(test)]
mod tests {
    use super::super::key::{decode, encode};
    use super::super::words::in_words;
    use super::*;
    use crate::kernel::ids::GuildId;

    #[test]
    fn a_digest_is_32_bytes_of_a_key_and_no_others() {
        let key = (GuildId::new(1), Digest::of(b"abc"), 7_u8);
        let bytes = encode(&key);
        assert_eq!(bytes, [&1_u64.to_be_bytes()[..], Digest::of(b"abc").bytes(), &[7]].concat());
        assert_eq!(decode::<(GuildId, Digest, u8)>(&bytes), Some(key));
        assert_eq!(decode::<(GuildId, Digest)>(&bytes[..39]), None);
        assert_eq!(in_words(&(GuildId::new(1), Digest::of(b"abc"))), "guild 1, digest ba7816bf");
    }
}
