//! The way out to Discord: text that keeps its look and has no effect.
//!
//! Discord shows any ASCII punctuation mark after a backslash as it is, so [`escape`] puts one before every mark that
//! could start something: emphasis, code, spoilers, quotes, headings, lists, links, emoji codes and the `<…>` forms of
//! mentions and times. An address keeps its look too, but `https\:\/\/…` and `discord.gg\/…` are no longer recognised
//! as links or invitations, neither by the clients nor by the server, which reads the raw text.
//!
//! Backslashes do not stop the server from reading `@everyone` and `<@1>` as pings. Every message is sent without
//! allowed mentions; beyond that, an invisible character after the `@` makes such text something else altogether.
//!
//! Use it in message contents, embed descriptions, field names and values, and embed titles. Elsewhere (footers, author
//! names, buttons, menu options, modal fields, code blocks) Discord reads no Markdown and would show the backslashes:
//! there, cleaned text goes as it is.

use super::length::truncate;

/// Stands after an `@`, so that it names nobody, and between two marks that would end a block of code.
const BREAKER: char = '\u{200B}';
/// The same as a text.
const BREAKER_TEXT: &str = "\u{200B}";
/// The longest word that names somebody behind an `@`.
const LONGEST_PING: usize = "everyone".len();
/// The units of the lines around a block of code.
const FENCES: usize = 8;

/// `text` such that Discord shows it as it is: no formatting, links, mentions, times or emoji codes.
///
/// Line breaks stay. Escaping is done once, when text is put into a message: a second time would show the backslashes.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 4);
    let mut line = Line::Start;
    for (place, character) in text.char_indices() {
        if is_special(character) || line.makes_special(character) {
            escaped.push('\\');
        }
        escaped.push(character);
        if character == '@' && starts_ping(text.get(place + 1..).unwrap_or_default()) {
            escaped.push(BREAKER);
        }
        line = line.after(character);
    }
    escaped
}

/// `text` like [`escape`], in which addresses of pages stay links that can be clicked; Discord shows no preview of them.
/// Invitations are only text as everywhere.
///
/// Not for text that was cut: what is left of an address would lead elsewhere.
pub fn escape_around_links(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 4);
    let mut rest = text;
    while let Some((before, link, after)) = next_link(rest) {
        // Whoever wrote it between `<` and `>` did so for Discord.
        let (before, after) = before.strip_suffix('<').zip(after.strip_prefix('>')).unwrap_or((before, after));
        escaped.push_str(&format!("{}<{}>", escape(before), without_pings(link)));
        rest = after;
    }
    escaped + &escape(rest)
}

/// An address that leads to the same page and in which the server finds nobody to ping.
fn without_pings(link: &str) -> String {
    let mut quiet = String::with_capacity(link.len());
    for (place, character) in link.char_indices() {
        match character {
            '@' if starts_ping(link.get(place + 1..).unwrap_or_default()) => quiet.push_str("%40"),
            other => quiet.push(other),
        }
    }
    quiet
}

/// The first address of a page that is no invitation, with what stands before and behind it.
fn next_link(text: &str) -> Option<(&str, &str, &str)> {
    let starts = text.match_indices("http").filter(|(at, _)| {
        let before = text.get(..*at).and_then(|before| before.chars().next_back());
        before.is_none_or(|before| !before.is_alphanumeric())
    });
    starts.filter_map(|(at, _)| Some((at, link_in(text.get(at..)?)?))).find_map(|(at, link)| {
        let (before, rest) = text.split_at_checked(at)?;
        Some((before, link, rest.strip_prefix(link)?))
    })
}

/// The address with which a text begins, without the marks of the sentence around it.
fn link_in(text: &str) -> Option<&str> {
    let behind_scheme = text.strip_prefix("https://").or(text.strip_prefix("http://"))?;
    let ends = |sign: char| sign.is_whitespace() || matches!(sign, '<' | '>' | '"' | '`' | '|' | '\\' | '[' | ']');
    let link = text.split(ends).next()?.trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*', '_', '~']);
    // A bracket belongs to the sentence, unless it was opened in the address.
    let link = if link.contains('(') { link } else { link.trim_end_matches(')') };
    let lower = link.to_lowercase();
    let is_invitation =
        ["discord.gg/", "discord.com/invite", "discordapp.com/invite"].iter().any(|to| lower.contains(to));
    let has_host = behind_scheme.starts_with(char::is_alphanumeric);
    (has_host && !is_invitation).then_some(link)
}

/// `text` as code, in which nothing has a meaning: it is not escaped, because the backslashes would be seen.
pub fn code(text: &str) -> String {
    let mut code = String::with_capacity(text.len() + 2);
    for (place, character) in text.char_indices() {
        code.push(if character == '`' { 'ˋ' } else { character });
        if character == '@' && starts_ping(text.get(place + 1..).unwrap_or_default()) {
            code.push(BREAKER);
        }
    }
    format!("`{}`", if code.trim().is_empty() { " " } else { &code })
}

/// `text` as a block of code of at most `most` units, out of which it can be copied; what is cut ends in `…`.
///
/// Marks that would end the block or name somebody are taken apart by a character that cannot be seen, and that is gone when
/// the copy is cleaned on its way in. It is no escaped text: the backslashes would be copied.
pub fn code_block(text: &str, most: usize) -> String {
    let mut block = String::with_capacity(text.len() + 8);
    for (place, character) in text.char_indices() {
        block.push(character);
        let rest = text.get(place + character.len_utf8()..).unwrap_or_default();
        if (character == '@' && starts_ping(rest)) || (character == '`' && rest.starts_with('`')) {
            block.push(BREAKER);
        }
    }
    format!("```\n{}\n```", truncate(&block, most.saturating_sub(FENCES)))
}

/// What has to stand between two written texts: something that cannot be seen, where they would name somebody together.
pub(in crate::kernel) fn separates_ping(before: &str, after: &str) -> &'static str {
    let is_joined = before.rsplit_once('@').is_some_and(|(_, tail)| {
        tail.len() < LONGEST_PING && !starts_ping(tail) && starts_ping(&format!("{tail}{after}"))
    });
    if is_joined { BREAKER_TEXT } else { "" }
}

/// How far into its line a character stands, as far as that matters.
#[derive(Clone, Copy)]
enum Line {
    /// Only blanks came before.
    Start,
    /// Blanks and the digits of what may become a numbered list.
    Number,
    /// Anything else.
    Middle,
}

impl Line {
    fn makes_special(self, character: char) -> bool {
        match self {
            Self::Start => matches!(character, '-' | '+'),
            Self::Number => character == '.',
            Self::Middle => false,
        }
    }

    fn after(self, character: char) -> Self {
        match (self, character) {
            (_, '\n' | '\r') => Self::Start,
            (Self::Start, blank) if blank.is_whitespace() => Self::Start,
            (Self::Start | Self::Number, '0'..='9') => Self::Number,
            _ => Self::Middle,
        }
    }
}

/// Marks that mean something wherever they stand.
///
/// The round brackets are among them because Discord takes a `](` inside the text of a link for the end of that text.
fn is_special(character: char) -> bool {
    matches!(character, '\\' | '*' | '_' | '~' | '|' | '`' | '>' | '<' | '#' | '[' | ']' | '(' | ')' | ':' | '/')
}

/// True when an `@` before `rest` could name someone.
fn starts_ping(rest: &str) -> bool {
    let begins_with = |word: &str| rest.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    begins_with("everyone")
        || begins_with("here")
        || rest.starts_with(|c: char| matches!(c, '!' | '&') || c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn code_shows_what_was_typed_and_cannot_be_left() {
        assert_eq!(code("pending_limit"), "`pending_limit`");
        assert_eq!(code("a`b**c**"), "`aˋb**c**`");
        assert_eq!(code("@everyone"), "`@\u{200B}everyone`");
        assert_eq!(code(""), "` `");
    }

    #[test]
    fn a_block_of_code_shows_what_was_typed_and_cannot_be_left() {
        assert_eq!(code_block("one\n**two**", 100), "```\none\n**two**\n```");
        assert_eq!(code_block("a```b", 100), "```\na`\u{200B}`\u{200B}`b\n```");
        assert_eq!(
            code_block("@everyone <@1> ann@here", 100),
            "```\n@\u{200B}everyone <@\u{200B}1> ann@\u{200B}here\n```"
        );
        assert_eq!(code_block("abcdefgh", 13), "```\nabcd…\n```");
        assert_eq!(
            super::super::paragraph(&code_block("a```b", 100), 100),
            "```\na```b\n```",
            "a copy is as it was typed"
        );
    }

    #[test]
    fn formatting_loses_its_effect() {
        for (typed, sent) in [
            ("**loud** __under__ ~~gone~~", r"\*\*loud\*\* \_\_under\_\_ \~\~gone\~\~"),
            ("||secret|| `code` ```block```", r"\|\|secret\|\| \`code\` \`\`\`block\`\`\`"),
            (r"¯\_(ツ)_/¯", r"¯\\\_\(ツ\)\_\/¯"),
            ("> quote\n>>> all", "\\> quote\n\\>\\>\\> all"),
            ("# big\n-# small", "\\# big\n\\-\\# small"),
            ("- a\n  + b\n12. c", "\\- a\n  \\+ b\n12\\. c"),
            ("Artist - Title feat. 2.0", "Artist - Title feat. 2.0"),
            ("it's 3:45", r"it's 3\:45"),
            (":skull:", r"\:skull\:"),
        ] {
            assert_eq!(escape(typed), sent);
        }
    }

    #[test]
    fn links_and_invitations_are_only_text() {
        for (typed, sent) in [
            ("https://evil.tld/x", r"https\:\/\/evil.tld\/x"),
            ("[free](https://evil.tld)", r"\[free\]\(https\:\/\/evil.tld\)"),
            ("<https://evil.tld>", r"\<https\:\/\/evil.tld\>"),
            ("discord.gg/abc", r"discord.gg\/abc"),
            ("discord.com/invite/abc", r"discord.com\/invite\/abc"),
            ("<mailto:a@b.c>", r"\<mailto\:a@b.c\>"),
        ] {
            assert_eq!(escape(typed), sent);
        }
    }

    #[test]
    fn addresses_can_stay_links_and_all_around_them_is_text() {
        for (typed, sent) in [
            ("no *link*", r"no \*link\*"),
            ("see https://a.example/b_c?d=*1, **now**", r"see <https://a.example/b_c?d=*1>, \*\*now\*\*"),
            ("**https://a.example**", r"\*\*<https://a.example>\*\*"),
            ("https://a.example", "<https://a.example>"),
            ("(http://a.example/x).", r"\(<http://a.example/x>\)."),
            ("https://a.example/x_(y)", "<https://a.example/x_(y)>"),
            ("[free](https://a.example)", r"\[free\]\(<https://a.example>\)"),
            ("<https://a.example/ü>", "<https://a.example/ü>"),
            ("<https://a.example", r"\<<https://a.example>"),
            ("https://a.example/@ann", "<https://a.example/@ann>"),
            ("https://a.example https://b.example", "<https://a.example> <https://b.example>"),
            ("https://a.example/@everyone/@1", "<https://a.example/%40everyone/%401>"),
            ("https://a.example/<@1>", "<https://a.example/>\\<@\u{200B}1\\>"),
            ("https://discord.gg/abc", r"https\:\/\/discord.gg\/abc"),
            ("https://Discord.com/invite/abc x", r"https\:\/\/Discord.com\/invite\/abc x"),
            ("https:// xhttps://a.example ftp://a.example", r"https\:\/\/ xhttps\:\/\/a.example ftp\:\/\/a.example"),
            ("javascript:https", r"javascript\:https"),
        ] {
            assert_eq!(escape_around_links(typed), sent, "{typed}");
        }
    }

    #[test]
    fn nobody_and_nothing_is_mentioned() {
        for (typed, sent) in [
            ("@everyone", "@\u{200B}everyone"),
            ("@Here", "@\u{200B}Here"),
            ("<@123> <@!123> <@&123>", "\\<@\u{200B}123\\> \\<@\u{200B}!123\\> \\<@\u{200B}&123\\>"),
            ("<#123>", r"\<\#123\>"),
            ("</submit:1>", r"\<\/submit\:1\>"),
            ("<t:1:R>", r"\<t\:1\:R\>"),
            ("<:a:1> <a:b:2>", r"\<\:a\:1\> \<a\:b\:2\>"),
            ("<id:customize>", r"\<id\:customize\>"),
            ("@anna", "@anna"),
        ] {
            assert_eq!(escape(typed), sent);
        }
    }

    /// What Discord shows: the mark after each backslash, and no breakers. Fails on a mark that stands alone.
    fn shown(escaped: &str) -> String {
        let mut shown = String::new();
        let mut characters = escaped.chars();
        while let Some(character) = characters.next() {
            match character {
                '\\' => {
                    let mark = characters.next().unwrap();
                    assert!(mark.is_ascii_punctuation(), "{mark:?} needs no backslash in {escaped:?}");
                    shown.push(mark);
                }
                BREAKER => {}
                _ => {
                    assert!(!is_special(character), "{character:?} stands alone in {escaped:?}");
                    shown.push(character);
                }
            }
        }
        shown
    }

    proptest! {
        #[test]
        fn escaped_text_looks_the_same_and_leaves_no_mark_alone(
            text in r"([-+*_~|`><#\[\]():/@&!.\\ \na1é]|everyone|here|https://|discord\.gg/){0,40}"
        ) {
            let escaped = escape(&text);
            prop_assert_eq!(shown(&escaped), text);
            let lower = escaped.to_lowercase();
            for trap in ["@everyone", "@here", "@1", "@&", "@!", "://", "](", "<@", "discord.gg/"] {
                prop_assert!(!lower.contains(trap) || trap == "<@" && lower.contains("\\<@"), "{} in {}", trap, escaped);
            }
            for line in escaped.lines() {
                let start = line.trim_start();
                prop_assert!(!start.starts_with(['-', '+', '#', '>', '*']), "{}", line);
                prop_assert!(!start.trim_start_matches(|c: char| c.is_ascii_digit()).starts_with('.') || start.starts_with('.'), "{}", line);
            }
        }

        #[test]
        fn links_let_nothing_else_through(
            text in r"([-+*_~|`><#\[\]():/@&!.\\ \na1é]|everyone|here|https://a.b/|http://|discord\.gg/){0,40}"
        ) {
            let escaped = escape_around_links(&text);
            prop_assert!(escaped.chars().count() <= 2 * text.chars().count() + 1, "{}", escaped);
            let lower = escaped.to_lowercase();
            for trap in ["@everyone", "@here", "@1", "@&", "@!", "](http", "discord.gg/"] {
                prop_assert!(!lower.contains(trap), "{} in {}", trap, escaped);
            }
            // What is not between the marks of a link is as it is without links.
            let around: String = escaped.split("<http").enumerate().map(|(place, part)| match place {
                0 => part,
                _ => part.split_once('>').map_or("", |(_, around)| around),
            }).collect();
            prop_assert!(!around.replace("\\<", "").contains('<'), "{}", escaped);
        }

        #[test]
        fn any_text_looks_the_same(text in "[^\u{200B}]*") {
            prop_assert_eq!(shown(&escape(&text)), text);
        }
    }
}
