//! Links to songs: which are taken, how they are shown, and when two of them are the same song.
//!
//! Only the address is judged, by its parsed host (`M-SUB-09`, `D-38`); no page is ever fetched. Apple's hosts have a
//! verdict of their own, because people deserve to hear why (`M-SUB-10`).
//!
//! Invariant: an accepted link is rewritten. Its address is plain https on one of the known hosts, without login, port,
//! fragment and tracking, and holds no character that means something in Markdown. Judging it again gives the same link.

mod find;
mod hosts;
mod song;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

pub use find::{TextLink, TextParts, find_in, judge};
use hosts::Site;

/// The longest address that is taken, in bytes.
pub const MAX_LINK_BYTES: usize = 2_000;

/// The longest address that is kept for a song, in bytes: what fits into a field of an embed with room to spare.
pub const MAX_SONG_URL_BYTES: usize = 900;

/// Where a song can be heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Platform {
    /// soundcloud.com
    SoundCloud,
    /// spotify.com
    Spotify,
    /// youtube.com and music.youtube.com
    YouTube,
    /// deezer.com
    Deezer,
    /// dittomusic.com and its ditto.fm pages
    Ditto,
}

impl Platform {
    /// All platforms, as sentences list them.
    pub const ALL: [Self; 5] = [Self::YouTube, Self::Spotify, Self::SoundCloud, Self::Deezer, Self::Ditto];

    /// The name as the platform writes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SoundCloud => "SoundCloud",
            Self::Spotify => "Spotify",
            Self::YouTube => "YouTube",
            Self::Deezer => "Deezer",
            Self::Ditto => "Ditto",
        }
    }

    /// The first part of the keys of its songs.
    const fn key_prefix(self) -> &'static str {
        match self {
            Self::SoundCloud => "soundcloud",
            Self::Spotify => "spotify",
            Self::YouTube => "youtube",
            Self::Deezer => "deezer",
            Self::Ditto => "ditto",
        }
    }
}

impl std::fmt::Display for Platform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// A link to a song on a supported platform.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SongLink {
    /// Where it leads.
    pub platform: Platform,
    /// The address to show. Safe as it is anywhere in Markdown, also inside the round brackets of a link.
    pub url: String,
    /// Equal for two links to the same song, as far as their addresses tell (`D-04`): `youtube:dQw4w9WgXcQ`.
    pub key: String,
}

/// What is to be said about a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkVerdict {
    /// A song on a supported platform, or at least a page of one that may hold it.
    Accepted(SongLink),
    /// Apple Music or iTunes.
    Apple,
    /// A host that is not supported. The host is as the sender made it: escape it before showing.
    Unsupported {
        /// In lower case; punycode when it is not ASCII.
        host: String,
    },
    /// A supported platform, but its home page or another address without a song.
    NoSong {
        /// Whose page it is.
        platform: Platform,
    },
    /// A supported platform behind a login, a port or a dot after the host: no share button makes such a link.
    Disguised {
        /// Whose host it is.
        platform: Platform,
    },
    /// More than [`MAX_LINK_BYTES`], or a song's address of more than [`MAX_SONG_URL_BYTES`].
    TooLong,
    /// Not a web address.
    NotALink,
}

/// Judges one complete `http://` or `https://` address.
fn weigh(address: &str) -> LinkVerdict {
    if address.len() > MAX_LINK_BYTES {
        return LinkVerdict::TooLong;
    }
    // Programs disagree on what a backslash means in an address, and so on the host it names.
    if address.contains('\\') {
        return LinkVerdict::NotALink;
    }
    let Ok(url) = Url::parse(address) else { return LinkVerdict::NotALink };
    if !matches!(url.scheme(), "http" | "https") {
        return LinkVerdict::NotALink;
    }
    let host = match url.host() {
        Some(Host::Domain(host)) => host,
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => return unsupported(&url),
        None => return LinkVerdict::NotALink,
    };
    match hosts::site_of(host.trim_end_matches('.')) {
        None => unsupported(&url),
        Some(Site::Apple) => LinkVerdict::Apple,
        Some(Site::Songs(platform)) if is_disguised(&url, host) => LinkVerdict::Disguised { platform },
        Some(Site::Songs(platform)) => match song::rewrite(platform, &url) {
            Some(song) if song.url.len() > MAX_SONG_URL_BYTES => LinkVerdict::TooLong,
            Some(song) => LinkVerdict::Accepted(song),
            None => LinkVerdict::NoSong { platform },
        },
    }
}

fn unsupported(url: &Url) -> LinkVerdict {
    LinkVerdict::Unsupported { host: url.host_str().unwrap_or_default().to_owned() }
}

fn is_disguised(url: &Url, host: &str) -> bool {
    !url.username().is_empty() || url.password().is_some() || url.port().is_some() || host.ends_with('.')
}

#[cfg(test)]
mod tests;
