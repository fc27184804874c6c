//! What somebody probably meant by a name that there is not.

use super::typed_name;

/// So many slips of the pen lead at most from a name to what was typed.
const SLIPS: usize = 2;

/// The one of `known` that was probably meant: the nearest, where a slip or two lead to what was typed, and no more than half
/// of its letters are wrong. Names are compared as [`typed_name`] writes them.
pub fn meant<'k>(known: impl IntoIterator<Item = &'k str>, typed: &str) -> Option<&'k str> {
    let typed = typed_name(typed);
    let typed_length = typed.chars().count();
    let near = known.into_iter().filter_map(|known| {
        let name = typed_name(known);
        let length = name.chars().count();
        // What is much longer or shorter is not near, and comparing it would take long.
        let slips = (length.abs_diff(typed_length) <= SLIPS).then(|| strsim::damerau_levenshtein(&name, &typed))?;
        (slips <= SLIPS && slips <= length / 2).then_some((slips, known))
    });
    near.min().map(|(_, known)| known)
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
        ] {
            assert_eq!(meant(KNOWN, typed), expected, "{typed}");
        }
        assert_eq!(meant(KNOWN, &"submit".repeat(10_000)), None);
        assert_eq!(meant([], "submit"), None);
    }
}
