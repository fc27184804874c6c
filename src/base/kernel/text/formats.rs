//! The way out to files and pages.

use std::borrow::Cow;

/// `text` for a cell of a CSV file: never a formula. Whoever writes the file quotes it (RFC 4180).
///
/// A spreadsheet takes a cell that starts with `=`, `+`, `-` or `@` for a formula (`D-54`); such text gets an apostrophe
/// in front, which spreadsheets read as "this is text". Write numbers without this function.
pub fn csv_text(text: &str) -> Cow<'_, str> {
    if could_be_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Bytes as hexadecimal digits in small letters.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// `text` for the content and the quoted attributes of an HTML page.
pub fn html(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    Cow::Owned(escaped)
}

/// The wide forms count too: some spreadsheets read them as the plain ones.
fn could_be_formula(text: &str) -> bool {
    text.starts_with(['\t', '\r', '\n'])
        || text.trim_start().starts_with(['=', '+', '-', '@', '\u{FF1D}', '\u{FF0B}', '\u{FF0D}', '\u{FF20}'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cell_of_text_is_never_a_formula() {
        for (text, cell) in [
            ("", ""),
            ("Night Drive", "Night Drive"),
            ("a=b, c", "a=b, c"),
            ("=HYPERLINK(\"https://a.example\")", "'=HYPERLINK(\"https://a.example\")"),
            ("@sum", "'@sum"),
            ("-5", "'-5"),
            (" =cmd|'/c calc'!A1", "' =cmd|'/c calc'!A1"),
            ("+1,2", "'+1,2"),
            ("\tx", "'\tx"),
            ("\rx", "'\rx"),
            ("＝1", "'＝1"),
        ] {
            assert_eq!(csv_text(text), cell);
        }
    }

    #[test]
    fn a_page_shows_text_as_it_is() {
        assert_eq!(html("plain"), "plain");
        assert_eq!(html("<a href='x'>\"&\"</a>"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;");
    }

    proptest! {
        #[test]
        fn a_cell_is_the_text_or_the_guarded_text(text in any::<String>()) {
            let cell = csv_text(&text);
            let guarded = format!("'{text}");
            prop_assert!(cell == text || cell == guarded);
            prop_assert!(!cell.trim_start().starts_with(['=', '+', '-', '@']));
        }

        #[test]
        fn a_page_never_gets_a_tag_from_text(text in any::<String>()) {
            prop_assert!(!html(&text).contains(['<', '>', '"', '\'']));
        }
    }
}
