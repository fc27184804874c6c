//! One address for each song: what people copy differs by app, country and tracking, and names the same song.

use url::Url;

use super::{Platform, SongLink};

/// The longest id that is believed; real ones have 10 to 45 characters.
const MAX_ID_CHARS: usize = 100;

/// Rewrites an address on one of `platform`'s hosts. `None` when it names no song, as a home page does.
pub(super) fn rewrite(platform: Platform, url: &Url) -> Option<SongLink> {
    let page = Page::of(url);
    match platform {
        Platform::YouTube => youtube(&page),
        Platform::Spotify => spotify(page),
        Platform::SoundCloud => soundcloud(page),
        Platform::Deezer => deezer(page),
        Platform::Ditto => page.as_it_is(platform),
    }
}

/// The parts of an address that can name a song.
struct Page<'a> {
    url: &'a Url,
    host: &'a str,
    /// The parts of the path, with every character encoded that could break out of Markdown.
    path: Vec<String>,
}

impl<'a> Page<'a> {
    fn of(url: &'a Url) -> Self {
        let parts = url.path().split('/').filter(|part| !part.is_empty());
        Self { url, host: url.host_str().unwrap_or_default(), path: parts.map(inert).collect() }
    }

    fn part(&self, place: usize) -> Option<&str> {
        self.path.get(place).map(String::as_str)
    }

    fn parameter(&self, name: &str) -> Option<String> {
        self.url.query_pairs().find(|(key, _)| key == name).and_then(|(_, value)| id(&value))
    }

    /// The page under its own address, without tracking: for what has no better name.
    fn as_it_is(&self, platform: Platform) -> Option<SongLink> {
        let query: Vec<String> =
            self.url.query().unwrap_or_default().split('&').filter(|pair| identifies(pair)).map(inert).collect();
        self.without_query(platform).map(|song| match query.join("&") {
            query if query.is_empty() => song,
            query => SongLink { url: format!("{}?{query}", song.url), key: format!("{}?{query}", song.key), ..song },
        })
    }

    /// The page under its path alone.
    fn without_query(&self, platform: Platform) -> Option<SongLink> {
        if self.path.is_empty() {
            return None;
        }
        let path = self.path.join("/");
        let site = self.host.strip_prefix("www.").or_else(|| self.host.strip_prefix("m.")).unwrap_or(self.host);
        Some(SongLink {
            platform,
            url: format!("https://{}/{path}", self.host),
            key: format!("{}:{site}/{path}", platform.key_prefix()),
        })
    }
}

/// Videos in all their forms, music included, and lists; of other pages, those that may hold a song.
fn youtube(page: &Page<'_>) -> Option<SongLink> {
    let site = if page.host == "music.youtube.com" { page.host } else { "www.youtube.com" };
    let song = |url: String, key: String| Some(SongLink { platform: Platform::YouTube, url, key });
    let kind = page.part(0).unwrap_or_default().to_ascii_lowercase();
    let video = match kind.as_str() {
        _ if page.host.ends_with("youtu.be") => page.part(0).and_then(id),
        "watch" => page.parameter("v").or_else(|| page.part(1).and_then(id)),
        "shorts" | "live" | "embed" | "v" | "e" => page.part(1).filter(|name| *name != "videoseries").and_then(id),
        _ => None,
    };
    if let Some(video) = video {
        return song(format!("https://{site}/watch?v={video}"), format!("youtube:{video}"));
    }
    if let Some(list) = page.parameter("list") {
        return song(format!("https://{site}/playlist?list={list}"), format!("youtube:list:{list}"));
    }
    match kind.as_str() {
        // `redirect` and `attribution_link` lead anywhere; the others name nothing without an id.
        "watch" | "playlist" | "shorts" | "live" | "embed" | "v" | "e" | "redirect" | "attribution_link" => None,
        _ => page.as_it_is(Platform::YouTube),
    }
}

/// Without the `intl-xx` of the country and the player's `embed`; short links stay as they are.
fn spotify(mut page: Page<'_>) -> Option<SongLink> {
    page.path.retain(|part| !part.starts_with("intl-") && !matches!(part.as_str(), "embed" | "embed-podcast"));
    let (kind, name) = match page.path.as_slice() {
        [user, _, playlist, name, ..] if user == "user" && playlist == "playlist" => ("playlist", Some(name)),
        [kind, rest @ ..] => (kind.as_str(), rest.first()),
        [] => return None,
    };
    let kind = kind.to_ascii_lowercase();
    if page.host == "spotify.link"
        || !matches!(kind.as_str(), "track" | "album" | "playlist" | "artist" | "episode" | "show")
    {
        return page.without_query(Platform::Spotify);
    }
    let name = id(name?)?;
    Some(SongLink {
        platform: Platform::Spotify,
        url: format!("https://open.spotify.com/{kind}/{name}"),
        key: format!("spotify:{kind}:{name}"),
    })
}

/// Names are the same in any case; short links and the secret of a private track are not.
fn soundcloud(mut page: Page<'_>) -> Option<SongLink> {
    if page.host == "on.soundcloud.com" {
        return page.without_query(Platform::SoundCloud);
    }
    let secret = match page.path.as_slice() {
        [_, before, .., last]
            if page.path.len() > 2 && is_secret(last) && !(page.path.len() == 3 && before == "sets") =>
        {
            page.path.pop()
        }
        _ => page.parameter("secret_token").filter(|token| is_secret(token)),
    };
    let mut key_path = page.path.join("/").to_ascii_lowercase();
    if let Some(secret) = secret {
        key_path = format!("{key_path}/{secret}");
        page.path.push(secret);
    }
    (!page.path.is_empty()).then(|| SongLink {
        platform: Platform::SoundCloud,
        url: format!("https://soundcloud.com/{}", page.path.join("/")),
        key: format!("soundcloud:{key_path}"),
    })
}

/// Without the language in front; short links stay as they are.
fn deezer(mut page: Page<'_>) -> Option<SongLink> {
    let is_short = !page.host.trim_start_matches("www.").starts_with("deezer.com");
    if !is_short && page.part(0).is_some_and(is_language) {
        page.path.remove(0);
    }
    match page.path.as_slice() {
        [kind, number, ..] if !is_short && is_number(number) => {
            let kind = kind.to_ascii_lowercase();
            Some(SongLink {
                platform: Platform::Deezer,
                url: format!("https://www.deezer.com/{kind}/{number}"),
                key: format!("deezer:{kind}:{number}"),
            })
        }
        _ => page.without_query(Platform::Deezer),
    }
}

/// The id at the start of `text`: letters, digits, `-` and `_`, whose case counts.
fn id(text: &str) -> Option<String> {
    let is_part = |character: &char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
    let id: String = text.chars().take_while(is_part).take(MAX_ID_CHARS).collect();
    (!id.is_empty()).then_some(id)
}

fn is_secret(part: &str) -> bool {
    part.len() > 2 && part.starts_with("s-")
}

fn is_number(part: &str) -> bool {
    part.bytes().all(|byte| byte.is_ascii_digit())
}

/// True for `en` and `pt-br`.
fn is_language(part: &str) -> bool {
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
