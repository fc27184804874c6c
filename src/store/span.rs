//! Which part of a table or an index to read: a prefix of the key, or a range.

use std::marker::PhantomData;

use super::key::{FixedKey, Key, encode};

/// A part of the keys `K` with bounds of its own: `Span::of(guild).after(last_of_this_page)`.
#[derive(Clone, Debug)]
pub struct Span<K> {
    bytes: ByteSpan,
    keys: PhantomData<fn() -> K>,
}

/// From `start` (inclusive) to `end` (exclusive, `None` for the end of the table).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ByteSpan {
    pub(super) start: Vec<u8>,
    pub(super) end: Option<Vec<u8>>,
}

/// In which order to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the smallest key up.
    Forward,
    /// From the greatest key down.
    Backward,
}

/// Says which keys `K` to read: a whole key, its first part, a tuple of its first parts, or a [`Span`].
///
/// Most calls just pass the guild, or the guild and a user: `SONGS_BY_USER.page(read, (guild, user), …)`. The first parts
/// of a key stand for every key that begins with them, a whole key for exactly itself; [`Starts`] in the last place
/// stands for every text that begins so.
pub trait Within<K> {
    /// The first and last of these keys.
    fn span(self) -> ByteSpan;
}

/// Texts that begin with this one: `(guild, Starts("lun"))` finds every handle of the guild from `lun` to `lun…`.
#[derive(Clone, Copy, Debug)]
pub struct Starts<'a>(pub &'a str);

impl<K> Span<K> {
    fn new(bytes: ByteSpan) -> Self {
        Self { bytes, keys: PhantomData }
    }

    /// Every key.
    pub fn all() -> Self {
        Self::new(ByteSpan::default())
    }

    /// These keys, to be narrowed.
    pub fn of(keys: impl Within<K>) -> Self {
        Self::new(keys.span())
    }

    /// Without the keys that come before `bound`.
    #[must_use]
    pub fn starting_at(mut self, bound: impl Within<K>) -> Self {
        self.raise_start(bound.span().start);
        self
    }

    /// Without `bound`, what begins with it, and what comes before: the next page after the last key of this one.
    #[must_use]
    pub fn after(mut self, bound: impl Within<K>) -> Self {
        match bound.span().end {
            Some(end) => self.raise_start(end),
            None => self.bytes.end = Some(Vec::new()),
        }
        self
    }

    /// Without `bound` and what comes after it.
    #[must_use]
    pub fn before(mut self, bound: impl Within<K>) -> Self {
        self.lower_end(Some(bound.span().start));
        self
    }

    /// Without what comes after `bound` and after everything that begins with it.
    #[must_use]
    pub fn through(mut self, bound: impl Within<K>) -> Self {
        self.lower_end(bound.span().end);
        self
    }

    fn raise_start(&mut self, start: Vec<u8>) {
        if start > self.bytes.start {
            self.bytes.start = start;
        }
    }

    fn lower_end(&mut self, end: Option<Vec<u8>>) {
        let Some(end) = end else { return };
        if self.bytes.end.as_ref().is_none_or(|present| end < *present) {
            self.bytes.end = Some(end);
        }
    }
}

impl<K> Within<K> for Span<K> {
    fn span(self) -> ByteSpan {
        self.bytes
    }
}

impl ByteSpan {
    /// Every key that begins with `prefix`.
    pub(super) fn beginning_with(prefix: Vec<u8>) -> Self {
        Self { end: successor(&prefix), start: prefix }
    }

    /// Exactly `key`: nothing sorts between it and itself with a zero byte appended.
    fn exactly(key: Vec<u8>) -> Self {
        let mut end = key.clone();
        end.push(0);
        Self { start: key, end: Some(end) }
    }

    pub(super) fn holds(&self, key: &[u8]) -> bool {
        key >= self.start.as_slice() && self.end.as_ref().is_none_or(|end| key < end.as_slice())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.end.as_ref().is_some_and(|end| *end <= self.start)
    }
}

/// The smallest bytes that are greater than everything that begins with `prefix`; `None` when there are none.
fn successor(prefix: &[u8]) -> Option<Vec<u8>> {
    let last = prefix.iter().rposition(|byte| *byte != u8::MAX)?;
    let mut end = prefix.get(..=last)?.to_vec();
    *end.last_mut()? += 1;
    Some(end)
}

impl<K: Key> Within<K> for K {
    fn span(self) -> ByteSpan {
        ByteSpan::exactly(encode(&self))
    }
}

impl Within<String> for Starts<'_> {
    fn span(self) -> ByteSpan {
        ByteSpan::beginning_with(self.0.as_bytes().to_vec())
    }
}

macro_rules! single_prefixes {
    ($(($first:ident $(, $rest:ident)+)),+ $(,)?) => {$(
        impl<$first: FixedKey, $($rest: Key),+> Within<($first, $($rest),+)> for $first {
            fn span(self) -> ByteSpan {
                ByteSpan::beginning_with(encode(&self))
            }
        }
    )+};
}

single_prefixes!((A, B), (A, B, C), (A, B, C, D), (A, B, C, D, E), (A, B, C, D, E, F));

macro_rules! tuple_prefixes {
    ($(($($part:ident),+) of ($($rest:ident),+)),+ $(,)?) => {$(
        impl<$($part: FixedKey,)+ $($rest: Key),+> Within<($($part,)+ $($rest),+)> for ($($part,)+) {
            fn span(self) -> ByteSpan {
                ByteSpan::beginning_with(encode(&self))
            }
        }
    )+};
}

tuple_prefixes!(
    (A, B) of (C),
    (A, B) of (C, D),
    (A, B) of (C, D, E),
    (A, B) of (C, D, E, F),
    (A, B, C) of (D),
    (A, B, C) of (D, E),
    (A, B, C) of (D, E, F),
    (A, B, C, D) of (E),
    (A, B, C, D) of (E, F),
    (A, B, C, D, E) of (F),
);

macro_rules! text_prefixes {
    ($(($($part:ident),+)),+ $(,)?) => {$(
        impl<$($part: FixedKey),+> Within<($($part,)+ String)> for ($($part,)+ Starts<'_>) {
            #[expect(non_snake_case, reason = "the type parameters name the parts")]
            fn span(self) -> ByteSpan {
                let ($($part,)+ starts) = self;
                let mut bytes = Vec::with_capacity(40);
                $($part.encode_to(&mut bytes);)+
                bytes.extend_from_slice(starts.0.as_bytes());
                ByteSpan::beginning_with(bytes)
            }
        }
    )+};
}

text_prefixes!((A), (A, B), (A, B, C), (A, B, C, D), (A, B, C, D, E));

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::ids::{GuildId, UserId};

    type Place = (GuildId, UserId, String);

    fn place(guild: u64, user: u64, text: &str) -> Place {
        (GuildId::new(guild), UserId::new(user), text.to_owned())
    }

    fn holds(keys: impl Within<Place>, key: &Place) -> bool {
        keys.span().holds(&encode(key))
    }

    #[test]
    fn a_prefix_holds_the_keys_that_begin_with_it() {
        let key = place(1, 2, "lunar");
        assert!(holds(GuildId::new(1), &key));
        assert!(!holds(GuildId::new(2), &key));
        assert!(holds((GuildId::new(1), UserId::new(2)), &key));
        assert!(!holds((GuildId::new(1), UserId::new(1)), &key));
        assert!(holds((GuildId::new(1), UserId::new(2), Starts("lun")), &key));
        assert!(!holds((GuildId::new(1), UserId::new(2), Starts("luna r")), &key));
        assert!(holds(Span::all(), &key));
    }

    #[test]
    fn a_whole_key_holds_only_itself() {
        assert!(holds(place(1, 2, "lun"), &place(1, 2, "lun")));
        assert!(!holds(place(1, 2, "lun"), &place(1, 2, "lunar")));
    }

    #[test]
    fn bounds_narrow_a_span() {
        let guild = GuildId::new(1);
        let after = Span::of(guild).after(place(1, 2, "lun"));
        assert!(!holds(after.clone(), &place(1, 2, "lun")));
        assert!(holds(after.clone(), &place(1, 2, "lunar")));
        assert!(!holds(after, &place(2, 0, "")));
        let through = Span::of(guild).through((guild, UserId::new(2)));
        assert!(holds(through.clone(), &place(1, 2, "zz")));
        assert!(!holds(through, &place(1, 3, "")));
        let before = Span::of(guild).before((guild, UserId::new(2)));
        assert!(holds(before.clone(), &place(1, 1, "zz")));
        assert!(!holds(before, &place(1, 2, "")));
        assert!(!holds(Span::of(guild).starting_at((guild, UserId::new(2))), &place(1, 1, "zz")));
    }

    #[test]
    fn the_last_prefix_has_no_end_and_nothing_comes_after_it() {
        let last = GuildId::new(u64::MAX);
        assert!(holds(last, &place(u64::MAX, 2, "lun")));
        assert!(Span::<Place>::of(last).after(last).span().is_empty());
    }
}
