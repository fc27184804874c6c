//! What somebody probably meant by a name that there is not.

use super::typed_name;

/// So many slips of the pen lead at most from a name to what was typed.
const SLIPS: usize = 2;
/// Shorter words of a name are near to too many others.
const SHORTEST_WORD: usize = 4;

/// The one of `known` that was probably meant: the nearest, where a slip or two lead to what was typed, and no more than half
/// of its letters are wrong. Where there is none, one of which somebody typed a single word, with a slip at most. Names are
/// compared as [`typed_name`] writes them.
pub fn meant<'k>(known: impl IntoIterator<Item = &'k str>, typed: &str) -> Option<&'k str> {
    let typed = typed_name(typed);
    let known: Vec<(String, &str)> = known.into_iter().map(|known| (typed_name(known), known)).collect();
    let near = known.iter().filter_map(|(name, known)| Some((slips(name, &typed, SLIPS)?, *known)));
    let by_word = || known.iter().filter_map(|(name, known)| Some((slips_in_word(name, &typed)?, *known))).min();
    near.min().or_else(by_word).map(|(_, known)| known)
}

/// How many slips lead from a name to what was typed; `None` for more than `most`, or than half of its letters.
fn slips(name: &str, typed: &str, most: usize) -> Option<usize> {
    let length = name.chars().count();
    // What is much longer or shorter is not near, and comparing it would take long.
    let is_comparable = length.abs_diff(typed.chars().count()) <= most;
    let slips = is_comparable.then(|| strsim::damerau_levenshtein(name, typed))?;
    (slips <= most && slips <= length / 2).then_some(slips)
}

/// The same for the nearest word of a name, with one slip at most.
fn slips_in_word(name: &str, typed: &str) -> Option<usize> {
    let words = name.split(' ').filter(|word| word.chars().count() >= SHORTEST_WORD);
    words.filter_map(|word| slips(word, typed, 1)).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 5] = ["submit", "submitfile", "tiktok connect", "skip_price", "on"];

    #[test]
    fn a_slip_or_two_are_recognised_and_other_words_are_not() {
        for (typed, expected) in [
            ("submti", Some("submit")),
            ("/Submitt", Some("submit")),
            ("submit-file", Some("submitfile")),
            ("tiktok conect", Some("tiktok connect")),
            ("skipprice", Some("skip_price")),
            ("Skip Prize", Some("skip_price")),
            ("submit", Some("submit")),
            ("no", Some("on")),
            ("off", None),
            ("", None),
            ("queue", None),
            ("subm", Some("submit")),
            ("sub", None),
            ("conect", Some("tiktok connect")),
            ("price", Some("skip_price")),
            ("prices", Some("skip_price")),
            ("prizes", None),
        ] {
            assert_eq!(meant(KNOWN, typed), expected, "{typed}");
        }
        assert_eq!(meant(KNOWN, &"submit".repeat(10_000)), None);
        assert_eq!(meant([], "submit"), None);
    }
}
