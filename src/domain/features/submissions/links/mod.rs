//! Links to songs: which are taken, how they are shown, and when two of them are the same song.
//!
//! Only the address is judged, by its parsed host and by what that platform's addresses mean (`M-SUB-09`, `D-38`); no page
//! is ever fetched. What leads to no song, to a page that each visitor sees differently, or to an id of the wrong length is
//! refused with that reason. Apple's hosts have a verdict of their own, because people deserve to hear why (`M-SUB-10`).
//!
//! Invariant: an accepted link is rewritten. Its address is plain https on one of the known hosts, without login, port,
//! fragment and tracking, and holds no character that means something in Markdown. Judging it again gives the same link.

mod deezer;
mod ditto;
mod find;
mod hosts;
mod page;
mod soundcloud;
mod spotify;
mod wrappers;
mod youtube;

use serde::{Deserialize, Serialize};
use strum::{Display, IntoStaticStr};
use url::{Host, Url};

pub use find::{TextLink, TextParts, find_in, judge};
use hosts::Site;
use page::Page;

use crate::slots_by_display;

/// The longest address that is taken, in bytes.
pub const MAX_LINK_BYTES: usize = 2_000;

/// The longest address that is kept for a song, in bytes: what fits into a field of an embed with room to spare.
pub const MAX_SONG_URL_BYTES: usize = 900;

/// Where a song can be heard; as text, the name as the platform writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, Display, IntoStaticStr)]
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
    pub fn name(self) -> &'static str {
        self.into()
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

slots_by_display!(Platform);

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
    /// A supported platform, but an address without a song.
    NoSong {
        /// Whose page it is.
        platform: Platform,
        /// What is wrong with it.
        miss: Miss,
    },
    /// A supported platform behind a login, a port, a dot after the host or encoded characters in it: no share button
    /// makes such a link.
    Disguised {
        /// Whose host it is.
        platform: Platform,
    },
    /// More than [`MAX_LINK_BYTES`], or a song's address of more than [`MAX_SONG_URL_BYTES`].
    TooLong,
    /// Not a web address.
    NotALink,
}

/// Why an address on a supported platform leads to no song.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Miss {
    /// Nothing plays there: a home page, a search, the help centre.
    Nothing,
    /// Each visitor sees something else there: a library, an account, a mix made for one person.
    Own,
    /// All that an artist or a channel made; nobody knows which song is meant.
    Artist,
    /// An id of the wrong length, where the platform has one length.
    Cut {
        /// How many characters an id has.
        length: usize,
        /// How many this one has.
        found: usize,
    },
}

/// How many pages that pass people on may lie around one another.
const MOST_WRAPPERS: u8 = 3;

/// Judges one complete `http://` or `https://` address.
fn weigh(address: &str) -> LinkVerdict {
    weigh_through(address, MOST_WRAPPERS)
}

fn weigh_through(address: &str, wrappers: u8) -> LinkVerdict {
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
    if wrappers > 0
        && !is_disguised(address, &url, host)
        && let Some(target) = wrappers::target(&url)
        && let known @ (LinkVerdict::Accepted(_) | LinkVerdict::Apple | LinkVerdict::NoSong { .. }) =
            weigh_through(&target, wrappers - 1)
    {
        return known;
    }
    match hosts::site_of(host.trim_end_matches('.')) {
        None => unsupported(&url),
        Some(Site::Apple) => LinkVerdict::Apple,
        Some(Site::Songs(platform)) if is_disguised(address, &url, host) => LinkVerdict::Disguised { platform },
        Some(Site::Songs(platform)) => match song_at(platform, &url) {
            Ok(song) if song.url.len() > MAX_SONG_URL_BYTES => LinkVerdict::TooLong,
            Ok(song) => LinkVerdict::Accepted(song),
            Err(miss) => LinkVerdict::NoSong { platform, miss },
        },
    }
}

fn song_at(platform: Platform, url: &Url) -> Result<SongLink, Miss> {
    let page = Page::of(url);
    match platform {
        Platform::YouTube => match youtube::encoded_once(url) {
            Some(once) => youtube::song(&Page::of(&once)),
            None => youtube::song(&page),
        },
        Platform::Spotify => spotify::song(page),
        Platform::SoundCloud => soundcloud::song(page),
        Platform::Deezer => deezer::song(page),
        Platform::Ditto => ditto::song(page),
    }
}

fn unsupported(url: &Url) -> LinkVerdict {
    LinkVerdict::Unsupported { host: url.host_str().unwrap_or_default().to_owned() }
}

fn is_disguised(address: &str, url: &Url, host: &str) -> bool {
    let is_encoded = address.split(['/', '?', '#']).nth(2).is_some_and(|authority| authority.contains('%'));
    is_encoded || !url.username().is_empty() || url.password().is_some() || url.port().is_some() || host.ends_with('.')
}

#[cfg(test)]
mod tests;
