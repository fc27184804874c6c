//! Links in what people type: one in a form, any number in a message.

use std::borrow::Cow;

use super::{LinkVerdict, MAX_LINK_BYTES, hosts, spotify, weigh};
use crate::kernel::text::paragraph;

/// How an address on the web begins.
const SCHEMES: [&str; 2] = ["http://", "https://"];
/// The same where a program encoded it.
const ENCODED_SCHEMES: [&str; 2] = ["http%3a%2f%2f", "https%3a%2f%2f"];

/// What a text holds: its links in their order, and the words around them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextParts {
    /// Every link, judged. The same song may be among them twice.
    pub links: Vec<TextLink>,
    /// What is left of the text without them: cleaned, and empty where only marks are left.
    pub words: String,
}

/// One link of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextLink {
    /// The address as it was written, without `https://`. Escape it before showing.
    pub written: String,
    /// What is to be said about it.
    pub verdict: LinkVerdict,
}

/// The verdict on what a person typed where one link is asked for.
///
/// Takes it as people paste it: with spaces, `<…>` or Markdown around it, without `https://`, or inside the sentence
/// that a share button makes. Of several links Apple speaks for all (`D-32`), otherwise the first song, otherwise the first.
pub fn judge(text: &str) -> LinkVerdict {
    let verdicts = find_in(text).links.into_iter().map(|link| link.verdict);
    verdicts.min_by_key(rank).unwrap_or_else(|| judge_bare(text))
}

/// The links of a message: plain, in `<…>`, `||…||` or `[text](…)`, with punctuation after them. An address without
/// `https://` counts where it names a page on a known host.
pub fn find_in(message: &str) -> TextParts {
    let text = paragraph(message, usize::MAX);
    let mut parts = TextParts::default();
    let mut rest = Remainder::of(&text);
    for (start, word) in words(&text) {
        let Some(address) = address(word) else { continue };
        let verdict = weigh(&address.url);
        if verdict == LinkVerdict::NotALink {
            continue;
        }
        rest.cut(start + address.start, start + address.end);
        let written = word.get(address.start..address.end).unwrap_or_default();
        let written = written.split_once("://").map_or(written, |(_, page)| page).to_owned();
        parts.links.push(TextLink { written, verdict });
    }
    parts.words = rest.words();
    parts
}

/// Which verdict speaks for a text that holds several; among equals, the first.
fn rank(verdict: &LinkVerdict) -> u8 {
    match verdict {
        LinkVerdict::Apple => 0,
        LinkVerdict::Accepted(_) => 1,
        _ => 2,
    }
}

/// `text` cut wherever a link must end, in Discord's eyes or in those of the URL standard, or where the next one begins;
/// each piece with its place.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_end = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`' | '|' | ']');
    let mut at = 0;
    let pieces = text.split_inclusive(is_end).map(move |piece| {
        let start = at;
        at += piece.len();
        (start, piece.trim_end_matches(is_end))
    });
    pieces.flat_map(|(start, piece)| at_schemes(start, piece)).filter(|(_, word)| !word.is_empty())
}

/// A piece of a text, cut before each address that stands behind a letter, a comma or anything beyond ASCII: links are pasted
/// twice without a space, or glued to a sentence. Behind other marks it may belong to the address before it: `?u=https://`.
fn at_schemes(start: usize, piece: &str) -> Vec<(usize, &str)> {
    let lower = piece.to_ascii_lowercase();
    let begins = |at: &usize| {
        let (before, behind) = lower.split_at_checked(*at).unwrap_or_default();
        let is_end = |c: char| c.is_ascii_alphanumeric() || matches!(c, ',' | ';') || !c.is_ascii();
        SCHEMES.iter().any(|scheme| behind.starts_with(scheme)) && before.ends_with(is_end)
    };
    let mut words = Vec::new();
    let mut from = 0;
    for at in lower.match_indices("http").map(|(at, _)| at).filter(begins).chain([piece.len()]) {
        words.extend(piece.get(from..at).map(|word| (start + from, word)));
        from = at;
    }
    words
}

/// An address in a word: where it stands, and complete.
struct Address<'w> {
    start: usize,
    end: usize,
    url: Cow<'w, str>,
}

/// The complete address in `word`, if there is one.
fn address(word: &str) -> Option<Address<'_>> {
    if let Some(start) = scheme_in(word) {
        let (before, address) = word.split_at_checked(start)?;
        let address = without_punctuation(before, up_to_ascii(address));
        let url = match behind_slip(address).filter(|_| has_slip(address)).filter(|page| names_page(page)) {
            Some(page) => Cow::Owned(format!("https://{page}")),
            None => Cow::Borrowed(address),
        };
        return Some(Address { start, end: start + address.len(), url });
    }
    if let Some(encoded) = encoded_address(word) {
        return Some(encoded);
    }
    let bare = word.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let before = word.strip_suffix(bare)?;
    let bare = without_punctuation(before, up_to_ascii(bare));
    let (start, end) = (before.len(), before.len() + bare.len());
    if let Some(song) = spotify::of_uri(bare).and_then(Result::ok) {
        return Some(Address { start, end, url: Cow::Owned(song.url) });
    }
    let page = behind_slip(bare).unwrap_or(bare);
    names_page(page).then(|| Address { start, end, url: Cow::Owned(format!("https://{page}")) })
}

/// An address that some program encoded as a whole, `https%3A%2F%2F…`, as it was before. It is decoded once and then weighed
/// as any: what is encoded in its host after that is still refused.
fn encoded_address(word: &str) -> Option<Address<'_>> {
    let lower = word.to_ascii_lowercase();
    let start = ENCODED_SCHEMES.into_iter().filter_map(|scheme| lower.find(scheme)).min()?;
    let (before, encoded) = word.split_at_checked(start)?;
    let end = encoded.find(|c: char| !c.is_ascii()).unwrap_or(encoded.len());
    let encoded = without_punctuation(before, encoded.get(..end)?);
    if encoded.len() > MAX_LINK_BYTES {
        return None;
    }
    let decoded = decoded_once(encoded)?;
    Some(Address { start, end: start + encoded.len(), url: Cow::Owned(decoded) })
}

/// What was encoded with `%`; `None` where that is no text that an address may hold.
fn decoded_once(encoded: &str) -> Option<String> {
    let mut parts = encoded.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (digits, behind) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend(behind.bytes());
    }
    let is_part = |c: char| !c.is_control() && !c.is_whitespace();
    String::from_utf8(bytes).ok().filter(|decoded| decoded.chars().all(is_part))
}

/// Whether `bare` is an address without its scheme, of a page on a known host.
fn names_page(bare: &str) -> bool {
    bare.split_once('/').is_some_and(|(host, page)| !page.is_empty() && hosts::site_of(host).is_some())
}

/// What follows a scheme, however it was mistyped or cut off: `http:/`, `ttps://`, `https//`, or one typed twice.
fn behind_slip(address: &str) -> Option<&str> {
    let host =
        address.trim_start_matches(|c: char| matches!(c.to_ascii_lowercase(), 'h' | 't' | 'p' | 's' | ':' | ';' | '/'));
    let begun = address.strip_suffix(host)?;
    address.get(begun.rfind('/')? + 1..)
}

/// Whether another scheme, whole or in part, follows the first one.
fn has_slip(address: &str) -> bool {
    let behind = address.split_once("://").map_or("", |(_, behind)| behind);
    behind_slip(behind).is_some()
}

/// `address` up to where its ASCII ends, if it is on a known host: no share button writes anything else, and in many scripts
/// no space follows it. What stands in the host is left, as that decides whose it is.
fn up_to_ascii(address: &str) -> &str {
    let begin = address.find("://").map_or(0, |scheme| scheme + 3);
    let rest = address.get(begin..).unwrap_or_default();
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if hosts::site_of(host).is_none() {
        return address;
    }
    let end = address.find(|c: char| !c.is_ascii()).unwrap_or(address.len());
    address.get(..end).unwrap_or_default()
}

/// What is left of a text when its links are taken out.
struct Remainder<'t> {
    text: &'t str,
    /// What goes, in bytes: links with the marks around them.
    cuts: Vec<(usize, usize)>,
}

impl<'t> Remainder<'t> {
    /// The marks that are opened before a link and closed behind it.
    const PAIRS: [(char, char); 11] = [
        ('<', '>'),
        ('(', ')'),
        ('[', ']'),
        ('"', '"'),
        ('\'', '\''),
        ('`', '`'),
        ('|', '|'),
        ('*', '*'),
        ('_', '_'),
        ('~', '~'),
        ('„', '“'),
    ];

    const fn of(text: &'t str) -> Self {
        Self { text, cuts: Vec::new() }
    }

    /// Takes out a link, and with it the marks around it that would stand there without a sense.
    fn cut(&mut self, mut start: usize, mut end: usize) {
        loop {
            let begun = (start, end);
            (start, end) = self.with_pairs(start, end);
            let (before, behind) = self.around(start, end);
            // `[words](address)`: the words stay, the marks of the link go.
            if let Some(opened) = before.strip_suffix(']').and_then(|before| before.rfind('[')) {
                self.cuts.push((opened, opened + 1));
                start -= 1;
            }
            let is_end =
                |c: &char| matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '…' | '。' | '、' | '，' | '！' | '？');
            let mark = behind.chars().next().filter(is_end);
            end += mark.map_or(0, char::len_utf8);
            if (start, end) == begun {
                break;
            }
        }
        self.cuts.push((start, end));
    }

    fn with_pairs(&self, mut start: usize, mut end: usize) -> (usize, usize) {
        loop {
            let (before, behind) = self.around(start, end);
            let pair = before.chars().next_back().zip(behind.chars().next());
            let Some((open, close)) = pair.filter(|pair| Self::PAIRS.contains(pair)) else { return (start, end) };
            (start, end) = (start - open.len_utf8(), end + close.len_utf8());
        }
    }

    fn around(&self, start: usize, end: usize) -> (&'t str, &'t str) {
        (self.text.get(..start).unwrap_or_default(), self.text.get(end..).unwrap_or_default())
    }

    /// The words that are left, cleaned; nothing where no letter, digit or picture is among them.
    fn words(mut self) -> String {
        self.cuts.sort_unstable();
        let mut left = String::new();
        let mut at = 0;
        for (start, end) in self.cuts {
            left.push_str(self.text.get(at..start).unwrap_or_default());
            at = at.max(end);
        }
        left.push_str(self.text.get(at..).unwrap_or_default());
        let says_something = |c: char| c.is_alphanumeric() || !(c.is_ascii() || c.is_whitespace() || is_mark(c));
        if left.contains(says_something) { paragraph(&left, usize::MAX) } else { String::new() }
    }
}

/// Marks of sentences beyond ASCII.
const fn is_mark(character: char) -> bool {
    matches!(character, '\u{2010}'..='\u{205E}' | '«' | '»' | '¡' | '¿' | '·' | '\u{3000}'..='\u{303F}')
        || matches!(character, '\u{FF01}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF40}' | '\u{FF5B}'..='\u{FF65}')
}

/// Where `http://` or `https://` begins, in any case.
fn scheme_in(word: &str) -> Option<usize> {
    let lower = word.to_ascii_lowercase();
    SCHEMES.into_iter().filter_map(|scheme| lower.find(scheme)).min()
}

/// `address` without the marks that belong to the sentence around it. `before` is what the word starts with.
fn without_punctuation<'a>(before: &str, mut address: &'a str) -> &'a str {
    // Ids may end in `_`, so only as many are taken off as opened the emphasis.
    let mut emphasis = before.chars().rev().take_while(|c| *c == '_').count();
    let mut unopened = address.matches(')').count().saturating_sub(address.matches('(').count());
    while let Some(last) = address.chars().next_back() {
        match last {
            '.' | ',' | ':' | ';' | '!' | '?' | '\'' | '*' | '~' | '}' | '…' | '’' | '”' | '»' | '。' | '、' | '，'
            | '）' => {}
            ')' if unopened > 0 => unopened -= 1,
            '_' if emphasis > 0 => emphasis -= 1,
            _ => break,
        }
        address = address.strip_suffix(last).unwrap_or_default();
    }
    address
}

/// The verdict on one word without `https://`.
fn judge_bare(text: &str) -> LinkVerdict {
    let text = paragraph(text, usize::MAX);
    let bare = text
        .trim_matches(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '(' | ')' | '*' | '|' | '"' | '\'' | '`'));
    let authority = bare.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.split(':').next().unwrap_or_default();
    let could_be_address = host.contains('.') && !authority.contains('@') && !bare.contains(char::is_whitespace);
    let looks_like_link = hosts::site_of(host).is_some() || host.starts_with("www.") || authority.len() < bare.len();
    if could_be_address && looks_like_link { weigh(&format!("https://{bare}")) } else { LinkVerdict::NotALink }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key_of(verdict: LinkVerdict) -> Option<String> {
        match verdict {
            LinkVerdict::Accepted(song) => Some(song.key),
            _ => None,
        }
    }

    #[test]
    fn a_form_takes_a_link_as_people_paste_it() {
        for typed in [
            "  https://youtu.be/dQw4w9Wa1_-\n",
            "<https://youtu.be/dQw4w9Wa1_->",
            "[my song](https://youtu.be/dQw4w9Wa1_-)",
            "[my song](<https://youtu.be/dQw4w9Wa1_-> \"title\")",
            "||https://youtu.be/dQw4w9Wa1_-||",
            "**https://youtu.be/dQw4w9Wa1_-**",
            "__https://youtu.be/dQw4w9Wa1_-__",
            "`https://youtu.be/dQw4w9Wa1_-`",
            "(https://youtu.be/dQw4w9Wa1_-)",
            "<youtu.be/dQw4w9Wa1_->",
            "Listen to this: https://youtu.be/dQw4w9Wa1_-!",
            "\u{202A}https://youtu.be/dQw4w9Wa1_-\u{202C}\u{200B}",
            "https://you\u{200B}tu.be/dQw4w9Wa1_-",
            "https://ｙｏｕｔｕ.be/dQw4w9Wa1_-",
        ] {
            assert_eq!(key_of(judge(typed)).as_deref(), Some("youtube:dQw4w9Wa1_-"), "{typed}");
        }
        assert_eq!(key_of(judge("_https://youtu.be/dQw4w9Wxa1__")).as_deref(), Some("youtube:dQw4w9Wxa1_"));
    }

    #[test]
    fn a_message_gives_its_first_song() {
        for message in [
            "my new one https://youtu.be/AAAAAAAAAAA, please",
            "(https://youtu.be/AAAAAAAAAAA)",
            "\"https://youtu.be/AAAAAAAAAAA\".",
            "https://youtu.be/AAAAAAAAAAA?",
            "see <https://youtu.be/AAAAAAAAAAA>",
            "||https://youtu.be/AAAAAAAAAAA|| and https://youtu.be/BBBBBBBBBBB",
            "[https://youtu.be/AAAAAAAAAAA](https://youtu.be/AAAAAAAAAAA)",
            "[listen](https://youtu.be/AAAAAAAAAAA) it's new",
            "https://tenor.com/view/x then https://youtu.be/AAAAAAAAAAA",
            "youtu.be/AAAAAAAAAAA is out",
            "out now:https://youtu.be/AAAAAAAAAAA\nhttps://open.spotify.com/track/1",
            "> *https://youtu.be/AAAAAAAAAAA*",
        ] {
            assert_eq!(key_of(judge(message)).as_deref(), Some("youtube:AAAAAAAAAAA"), "{message}");
        }
    }

    #[test]
    fn every_link_of_a_message_is_found_in_its_order() {
        let keys = |message: &str| {
            find_in(message)
                .links
                .into_iter()
                .map(|link| key_of(link.verdict).unwrap_or(link.written))
                .collect::<Vec<_>>()
        };
        let found = keys(
            "https://youtu.be/AAAAAAAAAAA https://tenor.com/x and <youtu.be/BBBBBBBBBBB>,[c](https://youtu.be/CCCCCCCCCCC).",
        );
        assert_eq!(found, ["youtube:AAAAAAAAAAA", "tenor.com/x", "youtube:BBBBBBBBBBB", "youtube:CCCCCCCCCCC"]);
        assert_eq!(
            keys("https://youtu.be/AAAAAAAAAAA,https://youtu.be/BBBBBBBBBBB;HTTPS://youtu.be/CCCCCCCCCCC"),
            ["youtube:AAAAAAAAAAA", "youtube:BBBBBBBBBBB", "youtube:CCCCCCCCCCC"]
        );
        assert_eq!(
            keys("https://youtu.be/AAAAAAAAAAAhttps://youtu.be/BBBBBBBBBBB。https:/youtu.be/CCCCCCCCCCC"),
            ["youtube:AAAAAAAAAAA", "youtube:BBBBBBBBBBB"]
        );
        assert_eq!(
            keys("[https://youtu.be/AAAAAAAAAAA](https://youtu.be/BBBBBBBBBBB)"),
            ["youtube:AAAAAAAAAAA", "youtube:BBBBBBBBBBB"]
        );
        assert_eq!(
            keys("||https://youtu.be/AAAAAAAAAAA||https://youtu.be/BBBBBBBBBBB"),
            ["youtube:AAAAAAAAAAA", "youtube:BBBBBBBBBBB"]
        );
    }

    #[test]
    fn an_address_that_was_encoded_as_a_whole_is_judged_as_what_it_was() {
        for typed in [
            "https%3A%2F%2Fyoutu.be%2FdQw4w9Wa1_-",
            "HTTPS%3a%2f%2fyoutu.be%2fdQw4w9Wa1_-",
            "(http%3A%2F%2Fyoutu.be%2FdQw4w9Wa1_-)!",
            "mine: https%3A%2F%2Fwww.youtube.com%2Fwatch%3Fv%3DdQw4w9Wa1_-%26t%3D4 please",
        ] {
            assert_eq!(key_of(judge(typed)).as_deref(), Some("youtube:dQw4w9Wa1_-"), "{typed}");
        }
        assert_eq!(find_in("mix: https%3A%2F%2Fyoutu.be%2FAAAAAAAAAAA, thanks").words, "mix: thanks");
        assert_eq!(judge("https%3A%2F%2Fmusic.apple.com%2Fus%2Fx"), LinkVerdict::Apple);
        for refused in [
            "https%3A%2F%2Fyoutu.be.evil.tld%2FdQw4w9Wa1_-",
            "https%3A%2F%2Fyoutu.be%40evil.tld%2FdQw4w9Wa1_-",
            "https%3A%2F%2Fann%40youtu.be%2FdQw4w9Wa1_-",
            "https%3A%2F%2Fyoutu%252Ebe%2FdQw4w9Wa1_-",
            "https%253A%252F%252Fyoutu.be%252FdQw4w9Wa1_-",
            "https%3A%2F%2Fyoutu.be%2FdQw4w9Wa1_-%0A",
            "https%3A%2F%2Fyoutu.be%2FdQw4w9Wa1_%zz",
        ] {
            assert_eq!(key_of(judge(refused)), None, "{refused}");
        }
    }

    #[test]
    fn the_words_around_links_are_what_is_left_of_a_text() {
        for (message, words) in [
            ("https://youtu.be/AAAAAAAAAAA", ""),
            ("  <https://youtu.be/AAAAAAAAAAA> ", ""),
            ("(https://youtu.be/AAAAAAAAAAA).", ""),
            ("||https://youtu.be/AAAAAAAAAAA||", ""),
            ("**https://youtu.be/AAAAAAAAAAA**!", ""),
            ("- https://youtu.be/AAAAAAAAAAA\n- https://youtu.be/BBBBBBBBBBB", ""),
            ("please focus on the low end https://youtu.be/AAAAAAAAAAA", "please focus on the low end"),
            ("my new one: <https://youtu.be/AAAAAAAAAAA>!", "my new one:"),
            ("[First Light](https://youtu.be/AAAAAAAAAAA)", "First Light"),
            ("[First Light](<https://youtu.be/AAAAAAAAAAA>), mind the bridge", "First Light mind the bridge"),
            ("[https://youtu.be/AAAAAAAAAAA](https://youtu.be/AAAAAAAAAAA)", ""),
            ("Listen (loud): https://youtu.be/AAAAAAAAAAA please", "Listen (loud): please"),
            ("mix:\nhttps://youtu.be/AAAAAAAAAAA\nmaster:\nyoutu.be/BBBBBBBBBBB", "mix:\nmaster:"),
            ("🔥🔥 https://youtu.be/AAAAAAAAAAA", "🔥🔥"),
            ("„https://youtu.be/AAAAAAAAAAA“ – …", ""),
            ("聴いて→https://youtu.be/AAAAAAAAAAA、よろしく", "聴いて→よろしく"),
            ("（https://youtu.be/AAAAAAAAAAA）！", ""),
            ("https://youtu.be/AAAAAAAAAAAhttps://youtu.be/BBBBBBBBBBB", ""),
            ("🔥https://youtu.be/AAAAAAAAAAA🔥", "🔥🔥"),
            ("only words [sic] (no link)", "only words [sic] (no link)"),
        ] {
            assert_eq!(find_in(message).words, words, "{message}");
        }
    }

    #[test]
    fn a_rejected_host_wins_over_songs() {
        for message in [
            "https://youtu.be/AAAAAAAAAAA https://music.apple.com/us/x",
            "https://apple.co/x and https://youtu.be/AAAAAAAAAAA",
            "[https://youtu.be/AAAAAAAAAAA](https://itunes.apple.com/x)",
            "youtu.be/AAAAAAAAAAA music.apple.com/x",
        ] {
            assert_eq!(judge(message), LinkVerdict::Apple, "{message}");
        }
    }

    #[test]
    fn text_without_a_link_gives_nothing() {
        for message in [
            "",
            "love this",
            "I saw it on youtube.com",
            "3:45 a/b",
            "https://",
            "apple.com/juice",
            "@everyone </submit:1> <#5>",
        ] {
            assert_eq!(find_in(message).links, [], "{message}");
        }
        assert_eq!(judge("https://tenor.com/view/x"), LinkVerdict::Unsupported { host: "tenor.com".to_owned() });
    }
}
