//! The names of redb tables.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// The name of a redb table: what the schema calls it, and which part of it this is.
///
/// An operation looks tables up by their names all the time, so a name is compared and found by its digest, which is made
/// when the table is declared. A schema in which two names share one is refused
/// ([`Schema::raw_names`](super::Schema::raw_names)).
#[derive(Clone, Copy, Debug)]
pub struct RawName {
    name: &'static str,
    part: &'static str,
    digest: u64,
}

/// What is kept of tables by their names.
pub(super) type ByName<T> = HashMap<RawName, T, BuildHasherDefault<AsItIs>>;

/// Names of tables.
pub(super) type Names = HashSet<RawName, BuildHasherDefault<AsItIs>>;

impl RawName {
    /// What is called so, as a whole.
    pub(super) const fn of(name: &'static str) -> Self {
        Self::part(name, "")
    }

    /// A part of what is called `name`.
    pub(super) const fn part(name: &'static str, part: &'static str) -> Self {
        let digest = fnv_1a(fnv_1a(OFFSET_BASIS, name.as_bytes()), part.as_bytes());
        Self { name, part, digest }
    }

    /// What the schema calls it, without its part.
    pub(super) const fn declared(self) -> &'static str {
        self.name
    }
}

impl fmt::Display for RawName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name, self.part)
    }
}

impl PartialEq for RawName {
    fn eq(&self, other: &Self) -> bool {
        self.digest == other.digest
    }
}

impl Eq for RawName {}

impl Hash for RawName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.digest);
    }
}

/// Where FNV-1a begins.
const OFFSET_BASIS: u64 = 0xcbf2_9ce4_8422_2325;
/// What FNV-1a multiplies by.
const PRIME: u64 = 0x0100_0000_01b3;

/// Goes on with the 64-bit digest FNV-1a.
const fn fnv_1a(mut digest: u64, mut bytes: &[u8]) -> u64 {
    while let [first, rest @ ..] = bytes {
        digest = (digest ^ *first as u64).wrapping_mul(PRIME);
        bytes = rest;
    }
    digest
}

/// Takes a digest for what it is.
#[derive(Default)]
pub(super) struct AsItIs(u64);

impl Hasher for AsItIs {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = fnv_1a(self.0, bytes);
    }

    fn write_u64(&mut self, digest: u64) {
        self.0 = digest;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digest_is_fnv_1a() {
        // http://www.isthe.com/chongo/tech/comp/fnv/ gives these.
        assert_eq!(fnv_1a(OFFSET_BASIS, b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fnv_1a(OFFSET_BASIS, b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(fnv_1a(OFFSET_BASIS, b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn a_name_is_its_text_however_it_is_made_of_parts() {
        let whole = RawName::of("queue.songs#count");
        assert_eq!(whole, RawName::part("queue.songs", "#count"));
        assert_ne!(whole, RawName::of("queue.songs"));
        assert_eq!(whole.to_string(), RawName::part("queue.songs", "#count").to_string());
        let mut by_name: ByName<u8> = ByName::default();
        by_name.insert(whole, 1);
        assert_eq!(by_name.get(&RawName::part("queue.songs", "#count")), Some(&1));
    }
}
