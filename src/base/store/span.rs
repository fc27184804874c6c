//! Which part of a table or an index to read: a prefix of the key, or a range.

use std::marker::PhantomData;

use super::key::{Key, KeyText, PartKey, encode};

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
/// stands for every text that begins so, also where the key goes on behind the text.
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
        impl<$first: PartKey, $($rest: Key),+> Within<($first, $($rest),+)> for $first {
            fn span(self) -> ByteSpan {
                ByteSpan::beginning_with(encode(&self))
            }
        }
    )+};
}

single_prefixes!((A, B), (A, B, C), (A, B, C, D), (A, B, C, D, E), (A, B, C, D, E, F));

macro_rules! tuple_prefixes {
    ($(($($part:ident),+) of ($($rest:ident),+)),+ $(,)?) => {$(
        impl<$($part: PartKey,)+ $($rest: Key),+> Within<($($part,)+ $($rest),+)> for ($($part,)+) {
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
        impl<$($part: PartKey),+> Within<($($part,)+ String)> for ($($part,)+ Starts<'_>) {
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

macro_rules! inner_text_prefixes {
    ($(($($part:ident),+) of ($($rest:ident),*)),+ $(,)?) => {$(
        impl<$($part: PartKey,)+ $($rest: Key),*> Within<($($part,)+ KeyText, $($rest),*)> for ($($part,)+ Starts<'_>) {
            #[expect(non_snake_case, reason = "the type parameters name the parts")]
            fn span(self) -> ByteSpan {
                let ($($part,)+ starts) = self;
                let mut bytes = Vec::with_capacity(40);
                $($part.encode_to(&mut bytes);)+
                KeyText::encode_beginning(starts.0, &mut bytes);
                ByteSpan::beginning_with(bytes)
            }
        }
    )+};
}

inner_text_prefixes!(
    (A) of (),
    (A) of (B),
    (A) of (B, C),
    (A) of (B, C, D),
    (A, B) of (),
    (A, B) of (C),
    (A, B) of (C, D),
);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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

    type Named = (GuildId, KeyText, u8, String);

    /// Few and short texts, so that many are equal or begin another one.
    fn text() -> impl Strategy<Value = String> {
        let characters = proptest::sample::select(vec!['\0', '\u{1}', '\u{2}', 'a', '\u{10FFFF}']);
        proptest::collection::vec(characters, 0..4).prop_map(|characters| characters.into_iter().collect::<String>())
    }

    proptest! {
        #[test]
        fn a_text_inside_a_key_is_a_prefix_of_the_keys_that_have_it(
            (guild, other_guild, number, other_number) in (0..2_u64, 0..2_u64, 0..3_u8, 0..3_u8),
            (text, other_text, last) in (text(), text(), text()),
        ) {
            let (guild, other_guild) = (GuildId::new(guild), GuildId::new(other_guild));
            let key: Named = (other_guild, KeyText(other_text.clone()), other_number, last);
            let is_held = |keys: ByteSpan| keys.holds(&encode(&key));
            let wanted = (guild, KeyText(text.clone()));
            prop_assert_eq!(
                is_held(Within::<Named>::span(wanted.clone())),
                guild == other_guild && text == other_text
            );
            prop_assert_eq!(
                is_held(Within::<Named>::span((wanted.0, wanted.1, number))),
                guild == other_guild && text == other_text && number == other_number
            );
            prop_assert_eq!(
                is_held(Within::<Named>::span((guild, Starts(&text)))),
                guild == other_guild && other_text.starts_with(&text)
            );
        }

        #[test]
        fn bounds_at_a_text_inside_a_key_part_the_keys_in_its_order(
            (text, other_text, number, last) in (text(), text(), 0..3_u8, text()),
        ) {
            let guild = GuildId::new(1);
            let key: Named = (guild, KeyText(other_text.clone()), number, last);
            let bound = (guild, KeyText(text.clone()));
            let is_held = |keys: Span<Named>| keys.span().holds(&encode(&key));
            prop_assert_eq!(is_held(Span::of(guild).starting_at(bound.clone())), other_text >= text);
            prop_assert_eq!(is_held(Span::of(guild).after(bound.clone())), other_text > text);
            prop_assert_eq!(is_held(Span::of(guild).before(bound.clone())), other_text < text);
            prop_assert_eq!(is_held(Span::of(guild).through(bound)), other_text <= text);
        }
    }

    #[test]
    fn a_key_may_begin_or_end_with_a_text_that_has_an_end() {
        type Ends = (GuildId, KeyText);
        let key: Ends = (GuildId::new(1), KeyText::from("lunar"));
        let is_held = |keys: ByteSpan| keys.holds(&encode(&key));
        assert!(is_held(Within::<Ends>::span((GuildId::new(1), Starts("lun")))));
        assert!(is_held(Within::<Ends>::span(key.clone())));
        assert!(!is_held(Within::<Ends>::span((GuildId::new(1), KeyText::from("lun")))));
        let begins = encode(&(KeyText::from("lunar"), 5_u8));
        assert!(Within::<(KeyText, u8)>::span(KeyText::from("lunar")).holds(&begins));
        assert!(!Within::<(KeyText, u8)>::span(KeyText::from("lun")).holds(&begins));
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
