//! The way in: what a person typed, without anything that cannot be seen.
//!
//! Invariant: cleaning twice gives what cleaning once gave, so that stored text may pass again.

use super::length::shorten;
use super::unicode::{EMOJI_STYLE, Effect, JOINER, KEYCAP, effect, is_picture, is_skin_tone};

/// Marks that one character may carry. Real scripts need two or three; towers of dozens cover the neighbouring lines.
const MARKS_PER_CHARACTER: usize = 3;

/// What a person typed, fit for one line of at most `max_chars` characters.
///
/// Line breaks and gaps become single spaces, the ends are trimmed. Control characters, changes of direction, invisible
/// characters and higher towers of marks are gone; joined emoji stay. Longer text ends in `…`. Empty when nothing
/// visible is left: the caller knows the fitting default.
pub fn one_line(text: &str, max_chars: usize) -> String {
    shorten(&clean(text, ' '), max_chars, |_| 1)
}

/// Like [`one_line`], but line breaks stay; several in a row become one.
pub fn paragraph(text: &str, max_chars: usize) -> String {
    shorten(&clean(text, '\n'), max_chars, |_| 1)
}

fn clean(text: &str, line_break: char) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut last = None;
    let mut gap = None;
    let mut marks = 0;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match effect(character) {
            Effect::Break => gap = Some(line_break),
            Effect::Gap => gap = gap.or(Some(' ')),
            Effect::Hidden => {}
            // Marks and glue need something directly before them to belong to.
            Effect::Mark | Effect::Glue if gap.is_some() || last.is_none() => {}
            Effect::Glue if !holds_emoji_together(character, last, characters.peek().copied()) => {}
            Effect::Mark if marks == MARKS_PER_CHARACTER => {}
            kept => {
                if let Some(gap) = gap.take().filter(|_| last.is_some()) {
                    cleaned.push(gap);
                }
                cleaned.push(character);
                last = Some(character);
                match kept {
                    Effect::Mark => marks += 1,
                    Effect::Glue => {}
                    _ => marks = 0,
                }
            }
        }
    }
    cleaned
}

/// True when `glue` stands where emoji use it: between two pictures, after a picture, or inside a key.
fn holds_emoji_together(glue: char, before: Option<char>, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    match glue {
        JOINER => {
            let ends_emoji = is_picture(before) || is_skin_tone(before) || before == EMOJI_STYLE;
            ends_emoji && after.is_some_and(is_picture)
        }
        _ => is_picture(before) || (after == Some(KEYCAP) && matches!(before, '0'..='9' | '#' | '*')),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn line(text: &str) -> String {
        one_line(text, 100)
    }

    #[test]
    fn gaps_and_line_breaks_become_single_spaces() {
        assert_eq!(line("  Night\t\tDrive \r\n\n (live)\u{A0}\u{3000} "), "Night Drive (live)");
        assert_eq!(line("a\u{2028}b\u{85}c\u{2800}d"), "a b c d");
        assert_eq!(paragraph(" one \n\n\n two\r\nthree \u{2029}", 100), "one\ntwo\nthree");
    }

    #[test]
    fn nothing_visible_leaves_nothing() {
        for text in
            ["", " \n\t", "\u{200B}\u{2060}\u{FEFF}", "\u{3164}\u{115F}\u{FFA0}", "\u{301}\u{302}", "\u{FE0F}\u{200D}"]
        {
            assert_eq!(line(text), "", "{text:?}");
        }
    }

    #[test]
    fn changes_of_direction_and_invisible_characters_are_gone() {
        for hidden in [
            '\u{0}',
            '\u{1B}',
            '\u{7F}',
            '\u{9F}',
            '\u{AD}',
            '\u{34F}',
            '\u{61C}',
            '\u{115F}',
            '\u{1160}',
            '\u{17B4}',
            '\u{180B}',
            '\u{180E}',
            '\u{200B}',
            '\u{200C}',
            '\u{200D}',
            '\u{200E}',
            '\u{200F}',
            '\u{202A}',
            '\u{202B}',
            '\u{202C}',
            '\u{202D}',
            '\u{202E}',
            '\u{2060}',
            '\u{2064}',
            '\u{2066}',
            '\u{2067}',
            '\u{2068}',
            '\u{2069}',
            '\u{206F}',
            '\u{3164}',
            '\u{FE00}',
            '\u{FE0E}',
            '\u{FE0F}',
            '\u{FEFF}',
            '\u{FFA0}',
            '\u{FFF9}',
            '\u{FFFC}',
            '\u{FFFF}',
            '\u{1D173}',
            '\u{E0001}',
            '\u{E0041}',
            '\u{E0100}',
        ] {
            assert_eq!(line(&format!("gnp{hidden}.3pm")), "gnp.3pm", "{hidden:?}");
        }
    }

    #[test]
    fn joined_emoji_flags_and_keys_stay_whole() {
        for emoji in ["👩‍👩‍👧‍👦", "🏳️‍🌈", "👩🏽‍🎤", "❤️‍🔥", "🇩🇪", "1️⃣", "⚡", "🎶 ok"]
        {
            assert_eq!(line(emoji), emoji);
        }
    }

    #[test]
    fn glue_outside_emoji_is_gone() {
        assert_eq!(line("a\u{200D}b"), "ab");
        assert_eq!(line("👩\u{200D}b"), "👩b");
        assert_eq!(line("👩\u{200D} 👧"), "👩 👧");
        assert_eq!(line("1\u{FE0F}"), "1");
        assert_eq!(line("❤\u{FE0F}\u{FE0F}\u{FE0F}"), "❤\u{FE0F}");
    }

    #[test]
    fn towers_of_marks_are_cut_and_real_scripts_stay() {
        assert_eq!(line("Z\u{351}\u{36B}\u{343}\u{32A}\u{302}\u{36B}al"), "Z\u{351}\u{36B}\u{343}al");
        assert_eq!(line("\u{301}a"), "a");
        for word in ["Việt Nam", "ที่นี่", "हिन्दी", "שָׁלוֹם", "e\u{301}", "日本語", "العربية"]
        {
            assert_eq!(line(word), word);
        }
    }

    #[test]
    fn long_text_ends_in_an_ellipsis_and_never_inside_a_character() {
        assert_eq!(one_line("abcdef", 6), "abcdef");
        assert_eq!(one_line("abcdefg", 6), "abcde…");
        assert_eq!(one_line("abcd efg", 6), "abcd…");
        assert_eq!(one_line("abe\u{301}def", 4), "ab…");
        assert_eq!(one_line("ab👩‍👩‍👧‍👦x", 5), "ab…");
        assert_eq!(one_line("🇩🇪🇫🇷🇮🇹", 4), "🇩🇪…");
        assert_eq!(one_line("abc", 0), "");
    }

    fn any_text() -> impl Strategy<Value = String> {
        let nasty = prop::sample::select(vec![
            '\n',
            '\r',
            ' ',
            'a',
            '1',
            '\u{200D}',
            '\u{FE0F}',
            '\u{20E3}',
            '\u{301}',
            '\u{34F}',
            '\u{202E}',
            '\u{2066}',
            '\u{3164}',
            '👩',
            '🏽',
            '❤',
            '🇩',
            '\u{E0061}',
            '\u{AD}',
            '\u{2028}',
            '…',
        ]);
        prop::collection::vec(prop_oneof![3 => nasty, 1 => any::<char>()], 0..40).prop_map(String::from_iter)
    }

    proptest! {
        #[test]
        fn a_cleaned_line_holds_nothing_hidden(text in any_text(), max in 0_usize..30) {
            let cleaned = one_line(&text, max);
            prop_assert!(cleaned.chars().count() <= max);
            prop_assert_eq!(cleaned.trim(), &cleaned);
            prop_assert!(!cleaned.contains("  "));
            for character in cleaned.chars() {
                let shown = matches!(effect(character), Effect::Visible | Effect::Mark | Effect::Glue) || character == ' ';
                prop_assert!(shown, "{:?} in {:?}", character, cleaned);
            }
        }

        #[test]
        fn cleaning_twice_is_cleaning_once(text in any_text(), max in 0_usize..30) {
            let line = one_line(&text, max);
            prop_assert_eq!(one_line(&line, max), line.as_str());
            let lines = paragraph(&text, max);
            prop_assert_eq!(paragraph(&lines, max), lines.as_str());
            prop_assert!(!lines.contains("\n\n"));
            prop_assert_eq!(one_line(&lines, max), lines.replace('\n', " "));
        }
    }
}
