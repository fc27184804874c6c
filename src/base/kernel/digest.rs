//! Secrets of 32 random bytes, which whoever gets one shows later, and the digests by which they are known here.
//!
//! The bytes come from the operating system, at the edge: the dice of a transaction are the same for the same seed. What is
//! kept is the digest alone, so a copy of the store opens nothing. One round of SHA-256 is enough, because nobody guesses
//! 256 bits; what people choose themselves is another matter.

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::secret::Secret;
use super::text::hex;

/// 32 random bytes that open something. They print as `[secret]` and cannot be stored.
#[derive(Clone)]
pub struct SecretBytes([u8; 32]);

impl SecretBytes {
    /// Hides the bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads the text of [`SecretBytes::text`]; `None` for every other one.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        <[u8; 32]>::try_from(bytes).ok().map(Self)
    }

    /// The bytes as 43 characters that stand as they are in an address, a cookie and a header.
    pub fn text(&self) -> Secret {
        Secret::new(BASE64_URL_SAFE_NO_PAD.encode(self.0))
    }

    /// By what they are known here.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.0)
    }
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// The SHA-256 of something.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest of several parts. Each counts with its length, so the same bytes that are parted elsewhere have another one.
    pub fn of_parts(parts: &[&[u8]]) -> Self {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        Self(digest.finalize().into())
    }

    /// From the bytes of one.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Digest {
    /// Its beginning, by which it is found again.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({})", hex(&self.0).get(..8).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(byte: u8) -> SecretBytes {
        SecretBytes::new([byte; 32])
    }

    #[test]
    fn a_secret_comes_back_from_its_text_and_from_no_other() {
        let secret = secret(0xFB);
        let text = secret.text();
        assert_eq!(text.expose(), "-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_v7-_s");
        assert_eq!(SecretBytes::parse(text.expose()).unwrap().digest(), secret.digest());
        let longer = format!("{}A", text.expose());
        let padded = format!("{}=", text.expose());
        let not_ours = text.expose().replace('-', "+");
        // The last character says two bits more than there are, which have to be 0.
        let other_end = text.expose().replace("_s", "_t");
        for wrong in ["", "AAAA", &text.expose()[1..], &longer, &padded, &not_ours, &other_end, " "] {
            assert!(SecretBytes::parse(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_not_seen_and_a_digest_only_begins_to_be() {
        assert_eq!(format!("{:?} {:?}", secret(7), Some(secret(7).text())), "[secret] Some([secret])");
        assert_eq!(format!("{:?}", Digest::of(b"abc")), "Digest(ba7816bf)");
    }

    #[test]
    fn a_digest_is_that_of_sha_256_and_parts_are_told_apart() {
        assert_eq!(hex(Digest::of(b"").bytes()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(Digest::from_bytes(*Digest::of(b"abc").bytes()), Digest::of(b"abc"));
        let parted: [&[&[u8]]; 5] = [&[b"ab", b"c"], &[b"a", b"bc"], &[b"abc"], &[b"abc", b""], &[]];
        for (nth, one) in parted.iter().enumerate() {
            let same = parted.iter().filter(|other| Digest::of_parts(other) == Digest::of_parts(one)).count();
            assert_eq!(same, 1, "{nth}");
        }
    }
}
