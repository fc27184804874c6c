//! The texts that sentences are made of, checked when the program is compiled.
//!
//! | in the text | is |
//! | --- | --- |
//! | `{name}` | a slot |
//! | `{/submit}` | a command to click on |
//! | `**…**` | bold, with slots in it |
//! | `` `…` `` | code, with slots in it |
//! | `<https://…>` | the address of a page |
//!
//! Everything else is words. No other mark of Discord's Markdown may stand among them, so no surface has to escape them.

use super::{Part, Sentence, Slot};

/// What would have a meaning on Discord beside the marks of a template, or would end a slot that was not begun.
const FORBIDDEN: &[u8] = b"\\*_~|>[]#}\n";

/// A text with slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Template(&'static str);

/// A piece of a text.
enum Piece<'t> {
    Words(&'t str),
    /// Where something bold begins or ends.
    Bold,
    Code(&'t str),
    Link(&'t str),
    Command(&'t str),
    Slot(&'t str),
}

impl Template {
    /// The template of a text that has exactly these slots.
    ///
    /// # Panics
    ///
    /// Where the text has another slot or lacks one, where a mark has no end, and where its words hold a mark that is none
    /// of a template's. For constants, which therefore do not compile then; the compiler shows the text, and which of these
    /// lines failed.
    #[allow(clippy::uninlined_format_args, reason = "a constant can show a text as it is, and format none")]
    pub const fn checked(text: &'static str, slots: &[&str]) -> Self {
        let mut unseen = slots;
        while let [slot, rest @ ..] = unseen {
            assert!(has_slot(text, slot), "{}", text);
            unseen = rest;
        }
        let mut is_bold = false;
        let mut rest = text;
        while !rest.is_empty() {
            let (piece, after) = Piece::first_of(rest);
            match piece {
                Piece::Words(words) => assert!(are_words(words), "{}", text),
                Piece::Bold => is_bold = !is_bold,
                Piece::Code(code) => assert!(are_filled(code, slots), "{}", text),
                Piece::Slot(name) => assert!(is_one_of(name, slots), "{}", text),
                Piece::Link(_) | Piece::Command(_) => {}
            }
            rest = after;
        }
        assert!(!is_bold, "{}", text);
        Self(text)
    }

    /// The sentence, with what stands in the slots.
    pub fn filled(self, slots: &[(&str, Sentence)]) -> Sentence {
        let filling = |name: &str| slots.iter().find(|(slot, _)| *slot == name).map(|(_, filling)| filling);
        let mut parts = Vec::new();
        let mut before_bold = None;
        let mut rest = self.0;
        while !rest.is_empty() {
            let (piece, after) = Piece::first_of(rest);
            match piece {
                Piece::Words(words) => parts.push(Part::Words(words.into())),
                Piece::Bold => match before_bold.take() {
                    None => before_bold = Some(std::mem::take(&mut parts)),
                    Some(before) => {
                        let bold = Sentence(std::mem::replace(&mut parts, before));
                        parts.push(Part::Bold(bold));
                    }
                },
                Piece::Code(code) => parts.push(Part::Code(code_of(code, &filling))),
                Piece::Link(address) => parts.push(Part::Link(address)),
                Piece::Command(name) => parts.push(Part::Command(name)),
                Piece::Slot(name) => parts.extend(filling(name).into_iter().flat_map(|filling| filling.0.clone())),
            }
            rest = after;
        }
        Sentence(parts)
    }
}

/// A text without slots.
impl Slot for Template {
    fn to_sentence(&self) -> Sentence {
        self.filled(&[])
    }
}

/// A sentence from a text with slots, each with what stands in it; a slot that is called like a value needs no more.
///
/// `sentence!("gifts lifted it to **{line}** after {time}", line, time = minutes(span))` is short for:
///
/// ```ignore
/// {
///     use greenroom::kernel::sentence::Slot as _;
///     const TEMPLATE: Template = Template::checked("gifts lifted it to **{line}** after {time}", &["line", "time"]);
///     TEMPLATE.filled(&[("line", line.to_sentence()), ("time", minutes(span).to_sentence())])
/// }
/// ```
#[macro_export]
macro_rules! sentence {
    (@filling $slot:ident) => { $slot.to_sentence() };
    (@filling $slot:ident = $value:expr) => { $value.to_sentence() };
    ($text:literal $(,)?) => {{
        const TEMPLATE: $crate::kernel::sentence::Template = $crate::kernel::sentence::Template::checked($text, &[]);
        TEMPLATE.filled(&[])
    }};
    ($text:literal $(, $slot:ident $(= $value:expr)?)+ $(,)?) => {{
        #[allow(unused_imports, reason = "whoever writes a slot's type has it in scope")]
        use $crate::kernel::sentence::Slot as _;
        const TEMPLATE: $crate::kernel::sentence::Template =
            $crate::kernel::sentence::Template::checked($text, &[$(stringify!($slot)),+]);
        TEMPLATE.filled(&[$((stringify!($slot), $crate::sentence!(@filling $slot $(= $value)?))),+])
    }};
}

impl<'t> Piece<'t> {
    /// The first piece of a text that is not empty, and what comes behind it.
    const fn first_of(text: &'t str) -> (Self, &'t str) {
        match text.as_bytes() {
            [b'{', b'/', ..] => {
                let (name, rest) = inside(text, 2, b'}');
                (Self::Command(name), rest)
            }
            [b'{', ..] => {
                let (name, rest) = inside(text, 1, b'}');
                (Self::Slot(name), rest)
            }
            [b'*', b'*', ..] => (Self::Bold, text.split_at(2).1),
            [b'`', ..] => {
                let (code, rest) = inside(text, 1, b'`');
                (Self::Code(code), rest)
            }
            [b'<', ..] => {
                let (address, rest) = inside(text, 1, b'>');
                (Self::Link(address), rest)
            }
            // At least one byte, which may be a mark that means nothing alone.
            [_, after @ ..] => {
                let (words, rest) = text.split_at(1 + length_before(after, b"{*`<"));
                (Self::Words(words), rest)
            }
            [] => (Self::Words(text), text),
        }
    }

    /// The same for what stands in code, where only slots have a meaning.
    const fn first_of_code(code: &'t str) -> (Self, &'t str) {
        if let [b'{', ..] = code.as_bytes() {
            let (name, rest) = inside(code, 1, b'}');
            return (Self::Slot(name), rest);
        }
        let (words, rest) = code.split_at(length_before(code.as_bytes(), b"{"));
        (Self::Words(words), rest)
    }
}

/// What stands between the mark at the beginning of a text, so many bytes long, and the next one of these; and what comes
/// behind that.
#[allow(clippy::uninlined_format_args, reason = "a constant can show a text as it is, and format none")]
const fn inside(text: &str, mark: usize, end: u8) -> (&str, &str) {
    let (_, behind) = text.split_at(mark);
    let (inside, rest) = behind.split_at(length_before(behind.as_bytes(), &[end]));
    assert!(!rest.is_empty(), "{}", text);
    (inside, rest.split_at(1).1)
}

/// How many bytes come before the first of these marks; all where there is none.
const fn length_before(text: &[u8], marks: &[u8]) -> usize {
    let mut length = 0;
    let mut rest = text;
    while let [byte, after @ ..] = rest {
        if holds(marks, *byte) {
            break;
        }
        length += 1;
        rest = after;
    }
    length
}

const fn holds(bytes: &[u8], wanted: u8) -> bool {
    let mut rest = bytes;
    while let [byte, after @ ..] = rest {
        if *byte == wanted {
            return true;
        }
        rest = after;
    }
    false
}

const fn are_words(words: &str) -> bool {
    let mut rest = words.as_bytes();
    while let [byte, after @ ..] = rest {
        if holds(FORBIDDEN, *byte) {
            return false;
        }
        rest = after;
    }
    true
}

/// Whether all slots in a piece of code are among these.
const fn are_filled(code: &str, slots: &[&str]) -> bool {
    let mut rest = code;
    while !rest.is_empty() {
        let (piece, after) = Piece::first_of_code(rest);
        if matches!(piece, Piece::Slot(name) if !is_one_of(name, slots)) {
            return false;
        }
        rest = after;
    }
    true
}

fn code_of<'f>(code: &str, filling: &impl Fn(&str) -> Option<&'f Sentence>) -> String {
    let mut text = String::new();
    let mut rest = code;
    while !rest.is_empty() {
        let (piece, after) = Piece::first_of_code(rest);
        match piece {
            Piece::Slot(name) => text.extend(filling(name).map(ToString::to_string)),
            Piece::Words(words) => text.push_str(words),
            _ => {}
        }
        rest = after;
    }
    text
}

/// Whether `{slot}` stands somewhere in a text.
const fn has_slot(text: &str, slot: &str) -> bool {
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        if *byte == b'{' && matches!(without_prefix(after, slot.as_bytes()), Some([b'}', ..])) {
            return true;
        }
        rest = after;
    }
    false
}

const fn without_prefix<'t>(text: &'t [u8], prefix: &[u8]) -> Option<&'t [u8]> {
    match (text, prefix) {
        (rest, []) => Some(rest),
        ([first, text @ ..], [expected, prefix @ ..]) if *first == *expected => without_prefix(text, prefix),
        _ => None,
    }
}

const fn is_one_of(name: &str, names: &[&str]) -> bool {
    let mut rest = names;
    while let [known, after @ ..] = rest {
        if matches!(without_prefix(name.as_bytes(), known.as_bytes()), Some([])) {
            return true;
        }
        rest = after;
    }
    false
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;
    use crate::kernel::amount::Amount;
    use crate::kernel::sentence::NO_COMMANDS;

    #[test]
    fn a_text_becomes_words_and_what_has_a_meaning() {
        let (song, hint, count) = ("#000001", "**none**".to_owned(), Amount::of(1_000));
        let sentence =
            sentence!("Song **{song}** ✓ of {count}, `/{song} {count}`; {hint} {/tiktok connect}.", song, hint, count);
        let drawn = r"Song **#000001** ✓ of 1,000, `/#000001 1,000`; \*\*none\*\* **/tiktok connect**.";
        assert_eq!(sentence.markdown(NO_COMMANDS), drawn);
        let sentence = sentence!("{part}, {part}! See <https://a.example/b>", part = Amount::of(2));
        assert_eq!(sentence.to_string(), "2, 2! See https://a.example/b");
        assert_eq!(sentence!(""), Sentence::default());
    }

    #[test]
    fn a_part_of_a_sentence_stands_in_a_slot_as_it_is() {
        let part = Some(sentence!(" **{count}** wait.", count = 2_u32));
        assert_eq!(sentence!("Empty.{part}", part).markdown(NO_COMMANDS), "Empty. **2** wait.");
        assert_eq!(sentence!("**Empty.{part}**", part).markdown(NO_COMMANDS), "**Empty. 2 wait.**");
        let none: Option<Sentence> = None;
        assert_eq!(sentence!("Empty.{none}", none).to_string(), "Empty.");
    }

    /// What a constant would not compile with.
    #[test]
    fn a_text_with_a_mistake_is_no_template() {
        let with_slot = |text: &'static str| catch_unwind(|| Template::checked(text, &["name"])).is_ok();
        for text in ["{name}", "**{name}**", "`/{name}`", "{name}, {name} {/a} <https://a.example>", "ö{name}…"] {
            assert!(with_slot(text), "{text}");
        }
        for text in [
            "",
            "name",
            "{nam}",
            "{names}",
            "{name} {other}",
            "{name} `{other}`",
            "{name",
            "{name} {/submit",
            "{name} **bold",
            "{name} `code",
            "{name} <https://a.example",
            "{name} }",
            "{name} *italic*",
            "{name} __under__",
            "{name} ~~gone~~",
            "{name} ||hidden||",
            "{name} [text](https://a.example)",
            "{name}\n# heading",
            "{name}\\",
        ] {
            assert!(!with_slot(text), "{text}");
        }
    }
}
