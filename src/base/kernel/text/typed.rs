//! Names as people type them.

/// A typed name in the one form in which names are compared: lower case, words with one space between them, and without
/// the sign that Discord draws before it. `/Tiktok  Connect`, `</tiktok connect:7>` and `tiktok-connect` are one name.
pub fn typed_name(typed: &str) -> String {
    let typed = typed.trim().trim_matches(|sign| matches!(sign, '`' | '*' | '"'));
    let shown = typed.strip_prefix("</").and_then(|rest| rest.strip_suffix('>'));
    let named = shown.map_or(typed, |shown| shown.split(':').next().unwrap_or(shown));
    let named = named.trim_start_matches(|sign: char| sign == '/' || sign.is_whitespace());
    let words =
        named.split(|sign: char| sign.is_whitespace() || matches!(sign, '-' | '_')).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_same_however_it_is_typed() {
        let ways = [
            "tiktok connect",
            "/tiktok connect",
            "  / TikTok   CONNECT ",
            "</tiktok connect:123>",
            "`/tiktok-connect`",
        ];
        for way in ways {
            assert_eq!(typed_name(way), "tiktok connect", "{way}");
        }
        assert_eq!(typed_name("Max_Active__Submissions"), "max active submissions");
        assert_eq!(typed_name("/\u{a0}Straße"), "straße");
        for nothing in ["", " ", "/", "//", "</>", "-", "\u{3000}"] {
            assert_eq!(typed_name(nothing), "", "{nothing}");
        }
    }
}
