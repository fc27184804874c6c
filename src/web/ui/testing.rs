//! What the tests of the pages' look share.

use maud::Markup;

/// Markup as people compare it: a line for each element, and icons without their strokes.
pub(crate) fn lines(markup: &Markup) -> String {
    let mut drawn = String::new();
    let mut rest = markup.0.as_str();
    while let Some((before, after)) = rest.split_once("<svg class=\"icon\"") {
        drawn.push_str(before);
        drawn.push_str("[icon]");
        rest = after.split_once("</svg>").expect("an icon has an end").1;
    }
    drawn.push_str(rest);
    drawn.replace("><", ">\n<")
}

/// Whether a text has an attribute that runs script, such as `onclick="`.
pub(crate) fn has_handler(text: &str) -> bool {
    text.match_indices(" on").any(|(at, found)| {
        let rest = &text[at + found.len()..];
        let name = rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len());
        let value = rest[name..].trim_start().strip_prefix('=');
        name > 0 && value.is_some_and(|value| value.trim_start().starts_with('"'))
    })
}

#[test]
fn handlers_are_found() {
    for (text, found) in [
        ("<a onclick=\"x()\">", true),
        ("<svg onload = \"x()\">", true),
        ("source.onmessage = f", false),
        ("depends on=\"\"", false),
        ("it is on \"air\"", false),
    ] {
        assert_eq!(has_handler(text), found, "{text}");
    }
}
