//! The code by which somebody proves that a TikTok handle is theirs: typed in the chat of a live, it shows who types it.
//!
//! It is read off one screen and typed on another, so it has no characters that look alike, and no vowels, so that it is
//! no word, least of all one that a chat forbids. It need not be secret for ever: it counts only when the very handle
//! that it was made for types it, within its short life.

use std::fmt;
use std::time::Duration;

use rand::Rng;
use serde::{Deserialize, Serialize};

/// How long a code can be used.
pub const LIFE: Duration = Duration::from_mins(10);

/// What a code is made of: without vowels, and without `0 1 2 5 6 8 L S`, which are mistaken for other characters.
const ALPHABET: &[u8; 22] = b"3479BCDFGHJKMNPQRTVWXZ";
/// Characters of a code: with 22 to choose from, more than 110 million codes.
const LENGTH: usize = 6;
/// Words of one comment that are looked at, of those that have the form of a code.
const MOST_IN_COMMENT: usize = 4;

/// A code, in capitals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code(String);

/// A text that is no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a code has {LENGTH} of the characters that codes are made of")]
pub struct NotACode;

impl Code {
    /// Draws a code.
    pub fn draw(dice: &mut impl Rng) -> Self {
        let mut character = || ALPHABET.get(dice.random_range(0..ALPHABET.len())).copied().map(char::from);
        Self((0..LENGTH).filter_map(|_| character()).collect())
    }

    /// The words of a comment that have the form of a code, in any case; the first few, because a person needs one.
    pub fn in_comment(text: &str) -> impl Iterator<Item = Self> {
        text.split(|character: char| !character.is_alphanumeric())
            .filter(|word| word.len() == LENGTH)
            .filter_map(|word| Self::try_from(word.to_owned()).ok())
            .take(MOST_IN_COMMENT)
    }

    /// The code, in capitals.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Code {
    type Error = NotACode;

    fn try_from(text: String) -> Result<Self, NotACode> {
        let capitals = text.to_ascii_uppercase();
        let fits = capitals.len() == LENGTH && capitals.bytes().all(|byte| ALPHABET.contains(&byte));
        if fits { Ok(Self(capitals)) } else { Err(NotACode) }
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::dice::Seed;

    fn found(text: &str) -> Vec<String> {
        Code::in_comment(text).map(String::from).collect()
    }

    #[test]
    fn a_code_is_found_as_a_word_of_a_comment_in_any_case() {
        for text in ["BKQ7RX", "  bkq7rx ", "my code: bKq7Rx!", "#BKQ7RX", "(bkq7rx)", "😀BKQ7RX😀", "@host bkq7rx"]
        {
            assert_eq!(found(text), ["BKQ7RX"], "{text:?}");
        }
        for text in ["", "BKQ7R", "BKQ7RXX", "xBKQ7RX", "éBKQ7RX", "BKQ 7RX", "BKQ7RO", "BKQ-7RX", "ＢＫＱ７ＲＸ"]
        {
            assert_eq!(found(text), Vec::<String>::new(), "{text:?}");
        }
        assert_eq!(found(&"BKQ7RX ".repeat(70)).len(), MOST_IN_COMMENT);
    }

    proptest! {
        #[test]
        fn every_code_is_plain_to_read_and_found_again(seed in any::<u64>(), before in r"[ .,!?:😀]{0,3}") {
            let mut dice = Seed::fixed(seed).dice("test", 0);
            let (code, next) = (Code::draw(&mut dice), Code::draw(&mut dice));
            prop_assert_ne!(&code, &next);
            prop_assert_eq!(code.as_str().len(), LENGTH);
            prop_assert!(!code.as_str().contains(|character: char| "AEIOUYLS012568".contains(character)));
            prop_assert_eq!(found(&format!("{before}{}{before}", code.as_str().to_lowercase())), [code.to_string()]);
        }

        #[test]
        fn any_comment_is_searched(text in any::<String>()) {
            prop_assert!(found(&text).len() <= MOST_IN_COMMENT);
        }
    }
}
