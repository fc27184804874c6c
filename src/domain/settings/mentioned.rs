//! Several channels or roles in what somebody typed: as Discord writes them, which is what choosing one while typing gives, or
//! by their numbers.

use super::control::NONE;

/// The most of one setting.
pub(super) const MOST: usize = 20;

/// The numbers in what was typed, each once, in their order; Discord begins one with `mark` and ends it with `>`. None of them
/// is typed as `none`. Nothing where something else is among them, or too many are.
pub(super) fn numbers(typed: &str, mark: &str) -> Option<Vec<u64>> {
    if typed.eq_ignore_ascii_case(NONE) {
        return Some(Vec::new());
    }
    // Mentions may stand side by side without a space.
    let typed = typed.replace(mark, &format!(" {mark}"));
    let mut words =
        typed.split(|sign: char| sign.is_whitespace() || sign == ',').filter(|word| !word.is_empty()).peekable();
    words.peek()?;
    each_once(words.map(|word| {
        let mentioned = word.strip_prefix(mark).and_then(|rest| rest.strip_suffix('>'));
        let digits = mentioned.unwrap_or(word);
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
    }))
}

/// The one number in what was typed, or none; nothing where it is something else.
#[expect(clippy::option_option, reason = "whether it can be read, and whether it names something")]
pub(super) fn one(typed: &str, mark: &str) -> Option<Option<u64>> {
    if typed.eq_ignore_ascii_case(NONE) {
        return Some(None);
    }
    let mentioned = typed.strip_prefix(mark).and_then(|rest| rest.strip_suffix('>'));
    let digits = mentioned.unwrap_or(typed);
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse::<u64>().ok().filter(|number| is_number && *number != 0).map(Some)
}

/// The numbers in what is stored, with spaces between.
pub(super) fn stored(text: &str) -> Option<Vec<u64>> {
    each_once(text.split_whitespace().map(|number| number.parse().ok()))
}

/// Each number once, at its first place. 0 is nobody's.
fn each_once(numbers: impl Iterator<Item = Option<u64>>) -> Option<Vec<u64>> {
    let mut found = Vec::new();
    for number in numbers {
        let number = number.filter(|number| *number != 0)?;
        if !found.contains(&number) {
            found.push(number);
        }
    }
    (found.len() <= MOST).then_some(found)
}

/// As it is stored, and as lists of words are shown.
pub(super) fn joined<T: ToString>(words: impl Iterator<Item = T>) -> String {
    words.map(|word| word.to_string()).collect::<Vec<_>>().join(" ")
}
