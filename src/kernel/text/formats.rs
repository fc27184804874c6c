//! The way out to files and pages.

use std::borrow::Cow;

/// `text` as one cell of a CSV file (RFC 4180): quoted where it must be, and never a formula.
///
/// A spreadsheet takes a cell that starts with `=`, `+`, `-` or `@` for a formula (`D-54`); such text gets an apostrophe
/// in front, which spreadsheets read as "this is text". Write numbers without this function.
pub fn csv_cell(text: &str) -> String {
    let guard = if could_be_formula(text) { "'" } else { "" };
    if text.contains(['"', ',', ';', '\t', '\r', '\n']) || text != text.trim() {
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    } else {
        format!("{guard}{text}")
    }
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
    fn a_cell_is_quoted_where_it_must_be_and_never_a_formula() {
        for (text, cell) in [
            ("", ""),
            ("Night Drive", "Night Drive"),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "'=1+1"),
            ("@sum", "'@sum"),
            (" =cmd|'/c calc'!A1", "\"' =cmd|'/c calc'!A1\""),
            ("+1,2", "\"'+1,2\""),
            ("\tx", "\"'\tx\""),
            ("＝1", "'＝1"),
        ] {
            assert_eq!(csv_cell(text), cell);
        }
    }

    #[test]
    fn a_page_shows_text_as_it_is() {
        assert_eq!(html("plain"), "plain");
        assert_eq!(html("<a href='x'>\"&\"</a>"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;&quot;&lt;/a&gt;");
    }

    proptest! {
        #[test]
        fn a_cell_reads_back_as_the_text_or_the_guarded_text(text in any::<String>()) {
            let cell = csv_cell(&text);
            let quoted = cell.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
            prop_assert!(quoted.is_some() || !cell.contains(['"', ',', '\n', '\r']));
            let read = quoted.map_or_else(|| cell.clone(), |quoted| quoted.replace("\"\"", "\""));
            let guarded = format!("'{text}");
            prop_assert!(read == text || read == guarded);
            prop_assert!(!read.trim_start().starts_with(['=', '+', '-', '@']));
        }

        #[test]
        fn a_page_never_gets_a_tag_from_text(text in any::<String>()) {
            prop_assert!(!html(&text).contains(['<', '>', '"', '\'']));
        }
    }
}
