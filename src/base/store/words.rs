//! Keys as people read them in what `check` finds: `guild 81, song 5` for `(GuildId(81), SongId(5))`.

use std::fmt;

/// A key, or a part of one, without the names and brackets of its types.
pub(super) fn in_words(key: &impl fmt::Debug) -> String {
    let (debug, mut words) = (format!("{key:?}"), String::new());
    let mut rest = debug.as_str();
    while let Some(first) = rest.chars().next() {
        let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
        let taken = match first {
            '"' => {
                let text = quoted(rest);
                words.push_str(text);
                text.len()
            }
            _ if !name.is_empty() => {
                match rest.get(name.len()..).and_then(|behind| behind.chars().next()) {
                    Some('(' | ' ') if first.is_uppercase() => words.push_str(&format!("{} ", spoken(name))),
                    _ => words.push_str(name),
                }
                name.len()
            }
            '(' | ')' | '{' | '}' => first.len_utf8(),
            _ => {
                words.push(first);
                first.len_utf8()
            }
        };
        rest = rest.get(taken..).unwrap_or_default();
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text with its quotes; a quote in it has a backslash before.
fn quoted(text: &str) -> &str {
    let mut is_escaped = false;
    let end = text.char_indices().skip(1).find(|(_, c)| {
        let is_end = *c == '"' && !is_escaped;
        is_escaped = *c == '\\' && !is_escaped;
        is_end
    });
    end.and_then(|(at, _)| text.get(..=at)).unwrap_or(text)
}

/// `GuildId` as `guild`, `LiveSession` as `live session`.
fn spoken(name: &str) -> String {
    let name = name.strip_suffix("Id").filter(|rest| !rest.is_empty()).unwrap_or(name);
    let mut spoken = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !spoken.is_empty() {
            spoken.push(' ');
        }
        spoken.extend(c.to_lowercase());
    }
    spoken
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;

    use super::*;
    use crate::kernel::ids::{GuildId, UserId};

    #[test]
    fn a_key_reads_without_the_names_of_its_types() {
        assert_eq!(in_words(&(GuildId::new(81), UserId::new(7))), "guild 81, user 7");
        assert_eq!(in_words(&(GuildId::new(81), "a \"(quoted)\" Name(5)")), "guild 81, \"a \\\"(quoted)\\\" Name(5)\"");
        assert_eq!(in_words(&(GuildId::new(1), Reverse(5_u64), Some(-3))), "guild 1, reverse 5, some -3");
        assert_eq!(in_words(&"just a text"), "\"just a text\"");
        assert_eq!(in_words(&(1_u64, 2_u8)), "1, 2");
    }
}
