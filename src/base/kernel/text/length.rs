//! Lengths as Discord counts them, and cuts that do not show.

use super::unicode::{JOINER, continues_cluster, is_flag_letter};

/// The length that Discord's limits speak of, in UTF-16 units: the strictest of the ways in which its clients and
/// servers count, so that what fits here fits everywhere.
pub fn discord_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// `text` in at most `max_units` UTF-16 units; what was longer ends in `…`.
///
/// Escaped text may be cut as well: a backslash that lost its partner then stands before the `…`, where it cannot be
/// seen and touches nothing that follows.
pub fn truncate(text: &str, max_units: usize) -> String {
    shorten(text, max_units, char::len_utf16)
}

/// `text` in at most `max`, as `measure` counts; what was longer ends in `…`, which counts 1.
///
/// Never cuts an accent from its letter, a flag in two or a joined emoji apart.
pub(super) fn shorten(text: &str, max: usize, measure: fn(char) -> usize) -> String {
    if text.chars().map(measure).sum::<usize>() <= max {
        return text.to_owned();
    }
    let Some(budget) = max.checked_sub(1) else { return String::new() };
    let mut used = 0;
    let mut end = 0;
    let mut before = None;
    let mut flag_letters = 0_usize;
    for (place, character) in text.char_indices() {
        if may_cut(before, character, flag_letters) {
            end = place;
        }
        used += measure(character);
        if used > budget {
            break;
        }
        flag_letters = if is_flag_letter(character) { flag_letters + 1 } else { 0 };
        before = Some(character);
    }
    let mut short = text.get(..end).unwrap_or_default().trim_end().to_owned();
    short.push('…');
    short
}

/// True when a cut between `before` and `after` leaves both whole; `flag_letters` stand in a row up to `before`.
fn may_cut(before: Option<char>, after: char, flag_letters: usize) -> bool {
    let halves_flag = is_flag_letter(after) && flag_letters % 2 == 1;
    !(continues_cluster(after) || before == Some(JOINER) || halves_flag)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_emoji_counts_as_two_units() {
        assert_eq!(discord_len("añ"), 2);
        assert_eq!(discord_len("🎶"), 2);
        assert_eq!(truncate("🎶🎶🎶", 6), "🎶🎶🎶");
        assert_eq!(truncate("🎶🎶🎶", 5), "🎶🎶…");
        assert_eq!(truncate("🎶🎶🎶", 4), "🎶…");
        assert_eq!(truncate("🎶🎶🎶", 2), "…");
        assert_eq!(truncate("🎶🎶🎶", 0), "");
    }

    proptest! {
        #[test]
        fn truncated_text_fits_and_is_a_beginning(text in "\\PC*", max in 0_usize..60) {
            let short = truncate(&text, max);
            prop_assert!(discord_len(&short) <= max);
            prop_assert!(short == text || text.starts_with(short.trim_end_matches('…')));
            prop_assert_eq!(truncate(&short, max), short.as_str());
        }
    }
}
