//! Texts from bytes: what is no UTF-8 is shown as such, and nothing is longer than its place.

/// The text in `bytes`, at most `max_chars` characters of it. Each broken sequence becomes `�`.
///
/// Nothing is cleaned or escaped: that belongs to where the text is stored and shown.
pub(super) fn text(bytes: &[u8], max_chars: usize) -> String {
    // No character is longer than four bytes, so the cut falls behind the last one that is kept.
    let enough = bytes.get(..max_chars.saturating_mul(4)).unwrap_or(bytes);
    let mut text = String::from_utf8_lossy(enough).into_owned();
    if let Some((end, _)) = text.char_indices().nth(max_chars) {
        text.truncate(end);
    }
    text
}

/// All of the text in `bytes`, for what is handed on as it came.
pub(super) fn whole(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A number that is written as text; `None` for anything else.
pub(super) fn number(bytes: &[u8]) -> Option<u32> {
    std::str::from_utf8(bytes).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn broken_characters_are_shown_as_such_and_the_rest_stays() {
        assert_eq!(text(b"B\xffss \xe2\x82 drop", 100), "B\u{FFFD}ss \u{FFFD} drop");
        assert_eq!(text("👩‍🎤\u{202E}".as_bytes(), 100), "👩‍🎤\u{202E}");
    }

    proptest! {
        #[test]
        fn a_text_is_cut_between_characters(full in "\\PC{0,40}", max in 0_usize..50) {
            let expected: String = full.chars().take(max).collect();
            prop_assert_eq!(text(full.as_bytes(), max), expected);
        }

        #[test]
        fn any_bytes_give_a_text_within_its_limit(bytes: Vec<u8>, max in 0_usize..50) {
            prop_assert!(text(&bytes, max).chars().count() <= max);
        }
    }
}
