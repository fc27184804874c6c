//! What of an address can name a song, made harmless: one address for each song, although what people copy differs by
//! app, country and tracking.

use url::{Url, form_urlencoded};

use super::{Miss, Platform, SongLink};

/// The longest id that is believed; real ones have 10 to 45 characters.
const MAX_ID_CHARS: usize = 100;

/// The parts of an address.
pub(super) struct Page<'a> {
    pub(super) url: &'a Url,
    pub(super) host: &'a str,
    /// The parts of the path, with every character encoded that could break out of Markdown.
    pub(super) path: Vec<String>,
}

impl<'a> Page<'a> {
    pub(super) fn of(url: &'a Url) -> Self {
        let parts = url.path().split('/').filter(|part| !part.is_empty());
        Self { url, host: url.host_str().unwrap_or_default(), path: parts.map(inert).collect() }
    }

    pub(super) fn part(&self, place: usize) -> Option<&str> {
        self.path.get(place).map(String::as_str)
    }

    /// The first part of the path in lower case; empty for a home page.
    pub(super) fn kind(&self) -> String {
        self.part(0).unwrap_or_default().to_ascii_lowercase()
    }

    /// The first value of the query under this name that is not empty.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        first_of(self.url.query().unwrap_or_default(), name)
    }

    /// The same in what follows a `#`, where pages of old kept what they showed: `#/watch?v=`, `#!v=`.
    pub(super) fn fragment_parameter(&self, name: &str) -> Option<String> {
        let fragment = self.url.fragment()?;
        let query = fragment.rsplit_once('?').map_or(fragment.trim_start_matches(['!', '/']), |(_, query)| query);
        first_of(query, name)
    }

    /// The page under its own address, without tracking: for what has no better name.
    pub(super) fn as_it_is(&self, platform: Platform) -> Result<SongLink, Miss> {
        let query: Vec<String> =
            self.url.query().unwrap_or_default().split('&').filter(|pair| identifies(pair)).map(inert).collect();
        self.without_query(platform).map(|song| match query.join("&") {
            query if query.is_empty() => song,
            query => SongLink { url: format!("{}?{query}", song.url), key: format!("{}?{query}", song.key), ..song },
        })
    }

    /// The page under its path alone.
    pub(super) fn without_query(&self, platform: Platform) -> Result<SongLink, Miss> {
        if self.path.is_empty() {
            return Err(Miss::Nothing);
        }
        let path = self.path.join("/");
        let site = self.host.strip_prefix("www.").or_else(|| self.host.strip_prefix("m.")).unwrap_or(self.host);
        Ok(SongLink {
            platform,
            url: format!("https://{}/{path}", self.host),
            key: format!("{}:{site}/{path}", platform.key_prefix()),
        })
    }

    /// A short link: where it leads is known only to the platform that made it.
    pub(super) fn short(mut self, platform: Platform) -> Result<SongLink, Miss> {
        if let Some(code) = self.path.last_mut() {
            code.truncate(name_in(code).len());
        }
        match self.path.last() {
            Some(code) if code.len() > 2 => self.without_query(platform),
            _ => Err(Miss::Nothing),
        }
    }
}

fn first_of(query: &str, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    // What is copied out of the source of a page has `&amp;` between its parameters.
    let is_named = |key: &str| key.strip_prefix("amp;").unwrap_or(key) == name;
    pairs.find(|(key, value)| is_named(key) && !value.is_empty()).map(|(_, value)| value.into_owned())
}

/// How a platform makes its ids, where all have one length.
pub(super) struct Ids {
    pub(super) length: usize,
    pub(super) is_part: fn(char) -> bool,
}

impl Ids {
    /// The id that `text` begins with. What follows it is no part of it: `&feature=share`, an ellipsis.
    pub(super) fn read(&self, text: &str) -> Result<String, Miss> {
        let id: String = text.chars().take_while(|character| (self.is_part)(*character)).collect();
        match id.len() {
            0 => Err(Miss::Nothing),
            length if length == self.length => Ok(id),
            found => Err(Miss::Cut { length: self.length, found }),
        }
    }
}

/// The id of no fixed length that `text` begins with: letters, digits, `-` and `_`, whose case counts.
pub(super) fn id(text: &str) -> Option<String> {
    let id: String = name_in(text).chars().take(MAX_ID_CHARS).collect();
    (!id.is_empty()).then_some(id)
}

/// What `part` begins with of letters, digits, `-` and `_`. What follows it belongs to the sentence: `night-drive,please`.
pub(super) fn name_in(part: &str) -> &str {
    let end = part.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).unwrap_or(part.len());
    part.get(..end).unwrap_or_default()
}

/// The number that `part` is, seen past the marks of a sentence behind it.
pub(super) fn number_in(part: &str) -> Option<&str> {
    Some(name_in(part)).filter(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit()))
}

/// True for `en` and `pt-br`.
pub(super) fn is_language(part: &str) -> bool {
    let is_pair = |letters: &str| letters.len() == 2 && letters.bytes().all(|byte| byte.is_ascii_alphabetic());
    is_pair(part) || part.split_once('-').is_some_and(|(language, country)| is_pair(language) && is_pair(country))
}

/// False for an empty part of a query and for one that says how the reader came here.
fn identifies(pair: &str) -> bool {
    let name = pair.split('=').next().unwrap_or_default().to_ascii_lowercase();
    let tracks = name.starts_with("utm_")
        || matches!(
            name.as_str(),
            "si" | "feature"
                | "fbclid"
                | "gclid"
                | "dclid"
                | "msclkid"
                | "ttclid"
                | "twclid"
                | "yclid"
                | "igshid"
                | "igsh"
                | "mc_cid"
                | "mc_eid"
                | "ref"
                | "ref_src"
                | "referrer"
                | "source"
                | "src"
                | "pp"
                | "ab_channel"
                | "app"
                | "share"
                | "nd"
                | "_branch_match_id"
                | "_branch_referrer"
                | "_ga"
                | "_gl"
        );
    !name.is_empty() && !tracks
}

/// `part` of an address with everything encoded that the URL standard leaves and Markdown, or a ping, could use; at its
/// end also the punctuation that would pass for that of the sentence around the address.
fn inert(part: &str) -> String {
    let mut inert = String::with_capacity(part.len());
    let mut characters = part.chars().peekable();
    while let Some(character) = characters.next() {
        let is_last = characters.peek().is_none();
        match character {
            '(' | ')' | '*' | '~' | '|' | '[' | ']' | '<' | '>' | '{' | '}' | '\'' | '"' | '`' | '@' | '^' | '\\' => {
                inert.extend(percent_encoded(character));
            }
            '.' | ',' | ':' | ';' | '!' | '?' if is_last => inert.extend(percent_encoded(character)),
            _ => inert.push(character),
        }
    }
    inert
}

/// `%28` for `(`.
fn percent_encoded(ascii: char) -> [char; 3] {
    let digit = |value: u32| char::from_digit(value & 0xF, 16).unwrap_or('0').to_ascii_uppercase();
    let code = u32::from(ascii);
    ['%', digit(code >> 4), digit(code)]
}
