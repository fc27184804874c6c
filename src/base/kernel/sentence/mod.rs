//! Sentences for people, which say what stands in them and not how it looks.
//!
//! What a refusal says is read on Discord, in the log, on the command line and on pages, and each of them writes a member,
//! a command or something bold in its own way. So a [`Sentence`] is a row of parts: words of ours, and what has a meaning.
//! It is written with [`sentence!`](crate::sentence) or [`refusals!`](crate::refusals) as a text with slots, and drawn by
//! [`Sentence::markdown`], by its `Display` (plain text), or by [`Sentence::html`].
//!
//! Invariant: whatever comes from outside the program is a part that each surface escapes. A `String` in a slot is taken
//! for such text; a `&'static str` stands in our own source, and is words of ours.

mod read;
mod render;
mod slot;
mod template;

use std::borrow::Cow;

pub use render::{CommandIds, Mention, NO_COMMANDS, Piece};
pub use slot::{Numbered, Slot};
pub use template::Template;

use super::ids::UserId;
use super::text::{MomentStyle, one_line};
use super::time::Timestamp;

/// What a person reads, before anybody knows where. Nothing by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sentence(Vec<Part>);

/// One part of a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// Words of ours, which mean nothing on any surface.
    Words(Cow<'static, str>),
    /// What a person or a server wrote, cleaned to one line.
    Typed(String),
    /// What is to be typed or was typed, letter by letter.
    Code(String),
    /// What matters most.
    Bold(Sentence),
    /// The address of a page.
    Link(&'static str),
    /// A command by its full name, without the slash.
    Command(&'static str),
    /// Somebody or something on Discord.
    Mention(Mention),
    /// A member, with their number where a name may be gone one day.
    Numbered(UserId),
    /// A moment, and how Discord is to write it.
    Moment(Timestamp, MomentStyle),
    /// A picture before a line on Discord, by which a team finds lines of its kind; nothing elsewhere.
    Sign(&'static str),
    /// A text that was kept as a message on Discord has it, and the same read for everybody else.
    Kept(String, Sentence),
}

impl Sentence {
    /// Words of ours that are made while the program runs, such as a number with its unit. Never what a person wrote.
    pub fn words(words: impl Into<Cow<'static, str>>) -> Self {
        Self(vec![Part::Words(words.into())])
    }

    /// What a person wrote, as one line.
    pub fn typed(text: &str) -> Self {
        Self(vec![Part::Typed(one_line(text, usize::MAX))])
    }

    /// A text for Discord that we wrote and kept: there it stands as it is, and elsewhere as [`Sentence::read`] reads it.
    pub fn kept(text: impl Into<String>) -> Self {
        let text = text.into();
        let read = Self::read(&text);
        Self(vec![Part::Kept(text, read)])
    }

    /// The same, with a picture before it on Discord.
    #[must_use]
    pub fn signed(mut self, sign: &'static str) -> Self {
        self.0.insert(0, Part::Sign(sign));
        self
    }

    /// A moment in this style. In a slot a moment is a day with its time.
    pub fn moment(at: Timestamp, style: MomentStyle) -> Self {
        Self(vec![Part::Moment(at, style)])
    }

    /// What is to be typed, one by one: for whoever knows another way to the same.
    pub fn codes(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| if let Part::Code(code) = part { Some(code.as_str()) } else { None })
    }

    /// All of them with commas between, and `last` before the last one: "Free, Skip or Songs" with `" or "`.
    pub fn list(items: Vec<Self>, last: &'static str) -> Self {
        let count = items.len();
        let mut list = Self::default();
        for (place, Self(item)) in items.into_iter().enumerate() {
            let before = match place {
                0 => None,
                _ if place + 1 == count => Some(last),
                _ => Some(", "),
            };
            list.0.extend(before.map(|before| Part::Words(before.into())));
            list.0.extend(item);
        }
        list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_commas_and_a_word_before_the_last() {
        let list = |items: &[&'static str]| {
            Sentence::list(items.iter().map(|item| Sentence::words(*item)).collect(), " or ").to_string()
        };
        assert_eq!(list(&[]), "");
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b"]), "a or b");
        assert_eq!(list(&["a", "b", "c"]), "a, b or c");
    }
}
