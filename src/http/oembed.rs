//! What a platform says a link is called: the oEmbed addresses of YouTube, Spotify and SoundCloud (<https://oembed.com>).
//!
//! Asked only where a server switched it on, and only after the song is in (`D-38`). The link goes along as a parameter;
//! the host that is asked is one of three, spoken to by https, so nobody can make the bot visit an address of theirs.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::ACCEPT;
use serde::Deserialize;
use url::Url;

use super::{Client, Reach, RequestError};
use crate::tiktok::Base;

/// The most that is read of an answer, in bytes; real ones have about one thousand.
const MOST_BYTES: u64 = 64 * 1024;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// The same for the simulator, which answers at once if it does at all.
const PATIENCE_WITH_SIMULATOR: Duration = Duration::from_millis(500);

/// A platform that tells what its songs are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::EnumString)]
pub enum Provider {
    /// youtube.com
    YouTube,
    /// open.spotify.com, which tells no artist.
    Spotify,
    /// soundcloud.com
    SoundCloud,
}

impl Provider {
    /// The provider of a platform, by the name that people know it under.
    pub fn of(platform: &str) -> Option<Self> {
        platform.parse().ok()
    }

    const fn address(self) -> &'static str {
        match self {
            Self::YouTube => "https://www.youtube.com/oembed",
            Self::Spotify => "https://open.spotify.com/oembed",
            Self::SoundCloud => "https://soundcloud.com/oembed",
        }
    }

    /// The last part of its address at the simulator.
    const fn simulated_name(self) -> &'static str {
        match self {
            Self::YouTube => "youtube",
            Self::Spotify => "spotify",
            Self::SoundCloud => "soundcloud",
        }
    }
}

/// What a platform told, as it told it. Not cleaned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// The title.
    pub title: Option<String>,
    /// Who made it, or put it there.
    pub artist: Option<String>,
}

/// Why nothing was told, where asking again may help: the platform is out of reach, slow, or overloaded.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct NotNow(String);

impl From<RequestError> for NotNow {
    fn from(error: RequestError) -> Self {
        Self(error.to_string())
    }
}

/// Asks for titles.
#[derive(Clone, Debug)]
pub struct Titles {
    http: Client,
    simulator: Option<Base>,
}

impl Titles {
    /// Asks the real platforms, or one simulator that plays them all. Fails only where TLS cannot be set up.
    pub fn new(simulator: Option<Base>) -> Result<Self, RequestError> {
        let http = match &simulator {
            None => Client::new(Reach::Public, PATIENCE),
            Some(base) => Client::new(Reach::of_operator(&base.join(&[])), PATIENCE_WITH_SIMULATOR),
        };
        Ok(Self { http: http?, simulator })
    }

    /// What `provider` calls `link`. What it will not tell, such as the title of a private video, stays untold.
    pub async fn ask(&self, provider: Provider, link: &str) -> Result<Metadata, NotNow> {
        let request = self.http.get(self.address(provider, link));
        let response = request.with(|request| request.header(ACCEPT, "application/json")).send().await?;
        let status = response.status();
        if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
            return Err(NotNow(format!("{provider:?} answered {status}")));
        }
        if status != StatusCode::OK {
            return Ok(Metadata::default());
        }
        // No answer that tells a title is longer.
        let Some(body) = response.body(MOST_BYTES).await? else { return Ok(Metadata::default()) };
        Ok(serde_json::from_slice(&body).map(|answer| told(provider, answer)).unwrap_or_default())
    }

    fn address(&self, provider: Provider, link: &str) -> Url {
        let parameters = [("format", "json"), ("url", link)];
        match &self.simulator {
            Some(base) => with_query(base.join(&[provider.simulated_name()]), parameters),
            None => with_query(provider.real_address(), parameters),
        }
    }
}

impl Provider {
    #[expect(clippy::expect_used, reason = "constants, which a test reads")]
    fn real_address(self) -> Url {
        Url::parse(self.address()).expect("an address")
    }
}

fn with_query(mut url: Url, parameters: [(&str, &str); 2]) -> Url {
    url.query_pairs_mut().extend_pairs(parameters);
    url
}

/// The two fields of an answer that matter.
#[derive(Deserialize)]
struct Answer {
    title: Option<String>,
    author_name: Option<String>,
}

fn told(provider: Provider, Answer { title, author_name }: Answer) -> Metadata {
    let (title, artist) = match provider {
        // Channels that YouTube makes for artists itself.
        Provider::YouTube => {
            (title, author_name.map(|name| name.strip_suffix(" - Topic").map(str::to_owned).unwrap_or(name)))
        }
        Provider::Spotify => (title, author_name),
        Provider::SoundCloud => {
            title.map_or((None, author_name.clone()), |title| parted(&title, author_name.as_deref()))
        }
    };
    Metadata { title, artist }
}

/// SoundCloud's `Flickermood by Forss`.
fn parted(title: &str, author: Option<&str>) -> (Option<String>, Option<String>) {
    let (name, artist) = match author {
        Some(author) => {
            (title.strip_suffix(author).and_then(|rest| rest.strip_suffix(" by ")).unwrap_or(title), Some(author))
        }
        None => title.rsplit_once(" by ").map_or((title, None), |(name, artist)| (name, Some(artist))),
    };
    (Some(name.to_owned()), artist.map(str::to_owned))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(provider: Provider, json: &str) -> (Option<String>, Option<String>) {
        let told = told(provider, serde_json::from_str(json).unwrap());
        (told.title, told.artist)
    }

    #[test]
    fn each_platform_is_understood_as_it_speaks() {
        let some = |text: &str| Some(text.to_owned());
        for (provider, json, told) in [
            (
                Provider::YouTube,
                r#"{"title":"Night Drive","author_name":"Ann Lee - Topic","type":"video","height":113,"version":"1.0"}"#,
                (some("Night Drive"), some("Ann Lee")),
            ),
            (
                Provider::YouTube,
                r#"{"title":"Night Drive","author_name":"Ann Lee"}"#,
                (some("Night Drive"), some("Ann Lee")),
            ),
            (Provider::Spotify, r#"{"title":"Night Drive","version":"1.0","width":456}"#, (some("Night Drive"), None)),
            (
                Provider::SoundCloud,
                r#"{"version":1.0,"title":"Flickermood by Forss","width":"100%"}"#,
                (some("Flickermood"), some("Forss")),
            ),
            (
                Provider::SoundCloud,
                r#"{"title":"Stand by Me by Ann by Night","author_name":"Ann by Night"}"#,
                (some("Stand by Me"), some("Ann by Night")),
            ),
            (Provider::SoundCloud, r#"{"title":"Untitled"}"#, (some("Untitled"), None)),
            (Provider::SoundCloud, r"{}", (None, None)),
        ] {
            assert_eq!(read(provider, json), told, "{json}");
        }
    }

    #[test]
    fn only_fixed_hosts_are_asked_and_the_link_is_a_parameter() {
        let titles = Titles::new(None).unwrap();
        let hosts = [Provider::YouTube, Provider::Spotify, Provider::SoundCloud].map(|provider| {
            let address = titles.address(provider, "https://evil.tld/?a=1&url=2#x");
            assert!(address.as_str().ends_with("url=https%3A%2F%2Fevil.tld%2F%3Fa%3D1%26url%3D2%23x"), "{address}");
            address.host_str().unwrap().to_owned()
        });
        assert_eq!(hosts, ["www.youtube.com", "open.spotify.com", "soundcloud.com"]);
        assert!(Provider::of("Deezer").is_none() && Provider::of("").is_none());
    }
}
