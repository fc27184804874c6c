//! Links in what people type: one in a form, any number in a message.

use std::borrow::Cow;
use std::collections::HashSet;

use super::{LinkVerdict, hosts, spotify, weigh};
use crate::kernel::text::paragraph;

/// What the links of a message come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageLinks {
    /// Apple wherever there is a link of theirs (`D-32`), otherwise the first song (`D-31`), otherwise the first other
    /// link. `None` when the text holds no link.
    pub verdict: Option<LinkVerdict>,
    /// How many other songs the message links to; they are left alone.
    pub further_songs: usize,
}

/// The verdict on what a person typed where one link is asked for.
///
/// Takes it as people paste it: with spaces, `<…>` or Markdown around it, without `https://`, or inside the sentence
/// that a share button makes. Several links are judged like those of a message.
pub fn judge(text: &str) -> LinkVerdict {
    find_in(text).verdict.unwrap_or_else(|| judge_bare(text))
}

/// The links of a message: plain, in `<…>`, `||…||` or `[text](…)`, with punctuation after them. An address without
/// `https://` counts where it names a page on a known host.
pub fn find_in(message: &str) -> MessageLinks {
    let text = paragraph(message, usize::MAX);
    let verdicts: Vec<LinkVerdict> = words(&text)
        .filter_map(address)
        .map(|address| weigh(&address))
        .filter(|verdict| *verdict != LinkVerdict::NotALink)
        .collect();

    let songs: HashSet<&str> = verdicts
        .iter()
        .filter_map(|verdict| match verdict {
            LinkVerdict::Accepted(song) => Some(song.key.as_str()),
            _ => None,
        })
        .collect();
    let further_songs = songs.len().saturating_sub(1);

    MessageLinks { verdict: verdicts.into_iter().min_by_key(rank), further_songs }
}

/// Which verdict speaks for a message that holds several; among equals, the first.
fn rank(verdict: &LinkVerdict) -> u8 {
    match verdict {
        LinkVerdict::Apple => 0,
        LinkVerdict::Accepted(_) => 1,
        _ => 2,
    }
}

/// `text` cut wherever a link must end, in Discord's eyes or in those of the URL standard.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '`' | '|' | ']'))
        .filter(|word| !word.is_empty())
}

/// The complete address in `word`, if there is one.
fn address(word: &str) -> Option<Cow<'_, str>> {
    if let Some(start) = scheme_in(word) {
        let (before, address) = word.split_at_checked(start)?;
        return Some(Cow::Borrowed(without_punctuation(before, address)));
    }
    let bare = word.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let before = word.strip_suffix(bare)?;
    let bare = without_punctuation(before, bare);
    if let Some(song) = spotify::of_uri(bare).and_then(Result::ok) {
        return Some(Cow::Owned(song.url));
    }
    let (host, page) = bare.split_once('/')?;
    (!page.is_empty() && hosts::site_of(host).is_some()).then(|| Cow::Owned(format!("https://{bare}")))
}

/// Where `http://` or `https://` begins, in any case.
fn scheme_in(word: &str) -> Option<usize> {
    let lower = word.to_ascii_lowercase();
    ["http://", "https://"].into_iter().filter_map(|scheme| lower.find(scheme)).min()
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
            assert_eq!(find_in(message).verdict.and_then(key_of).as_deref(), Some("youtube:AAAAAAAAAAA"), "{message}");
        }
    }

    #[test]
    fn other_songs_of_a_message_are_counted_once_each() {
        let found = find_in(
            "https://youtu.be/AAAAAAAAAAA https://youtu.be/AAAAAAAAAAA?si=1 https://youtu.be/BBBBBBBBBBB https://tenor.com/x https://ditto.fm/c",
        );
        assert_eq!(found.further_songs, 2);
        assert_eq!(find_in("https://youtu.be/AAAAAAAAAAA").further_songs, 0);
    }

    #[test]
    fn a_rejected_host_wins_over_songs() {
        for message in [
            "https://youtu.be/AAAAAAAAAAA https://music.apple.com/us/x",
            "https://apple.co/x and https://youtu.be/AAAAAAAAAAA",
            "[https://youtu.be/AAAAAAAAAAA](https://itunes.apple.com/x)",
            "youtu.be/AAAAAAAAAAA music.apple.com/x",
        ] {
            assert_eq!(find_in(message).verdict, Some(LinkVerdict::Apple), "{message}");
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
            assert_eq!(find_in(message), MessageLinks::default(), "{message}");
        }
        assert_eq!(
            find_in("https://tenor.com/view/x").verdict,
            Some(LinkVerdict::Unsupported { host: "tenor.com".to_owned() })
        );
    }
}
