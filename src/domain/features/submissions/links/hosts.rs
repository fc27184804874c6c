//! The hosts that are known by name. A host counts only as a whole: `youtube.com.evil.tld` and `evilyoutube.com` are
//! strangers.

use super::Platform;

/// Whose host it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Site {
    /// A platform whose songs are taken.
    Songs(Platform),
    /// Apple Music or iTunes, whose songs cannot be played in a review (`M-SUB-10`).
    Apple,
}

/// Apple's hosts, with everything below them.
const APPLE: [&str; 3] = ["music.apple.com", "itunes.apple.com", "apple.co"];

/// The site at `host`, in any case, without a dot at its end. `None` for every host that is not listed.
///
/// A platform's hosts without songs are listed as well: whoever sends a page of the help centre hears that it leads to
/// no song, not that the platform is unknown.
pub(super) fn site_of(host: &str) -> Option<Site> {
    let host = host.to_ascii_lowercase();
    let platform = match host.as_str() {
        "soundcloud.com"
        | "www.soundcloud.com"
        | "m.soundcloud.com"
        | "on.soundcloud.com"
        | "soundcloud.app.goo.gl"
        | "snd.sc"
        | "w.soundcloud.com"
        | "player.soundcloud.com"
        | "api.soundcloud.com"
        | "api-v2.soundcloud.com"
        | "artists.soundcloud.com"
        | "checkout.soundcloud.com"
        | "help.soundcloud.com"
        | "secure.soundcloud.com" => Platform::SoundCloud,
        "spotify.com"
        | "www.spotify.com"
        | "open.spotify.com"
        | "play.spotify.com"
        | "embed.spotify.com"
        | "spotify.link"
        | "spotify.app.link"
        | "link.tospotify.com"
        | "spoti.fi"
        | "accounts.spotify.com"
        | "api.spotify.com"
        | "artists.spotify.com"
        | "charts.spotify.com"
        | "community.spotify.com"
        | "creators.spotify.com"
        | "newsroom.spotify.com"
        | "support.spotify.com" => Platform::Spotify,
        "youtube.com"
        | "www.youtube.com"
        | "m.youtube.com"
        | "music.youtube.com"
        | "gaming.youtube.com"
        | "studio.youtube.com"
        | "consent.youtube.com"
        | "youtu.be"
        | "www.youtu.be"
        | "youtube-nocookie.com"
        | "www.youtube-nocookie.com"
        | "youtubekids.com"
        | "www.youtubekids.com" => Platform::YouTube,
        "deezer.com" | "www.deezer.com" | "widget.deezer.com" | "api.deezer.com" | "account.deezer.com"
        | "support.deezer.com" | "link.deezer.com" | "deezer.page.link" | "dzr.page.link" => Platform::Deezer,
        "dittomusic.com"
        | "www.dittomusic.com"
        | "dashboard.dittomusic.com"
        | "support.dittomusic.com"
        | "ditto.fm"
        | "www.ditto.fm" => Platform::Ditto,
        other => return is_apple(other).then_some(Site::Apple),
    };
    Some(Site::Songs(platform))
}

fn is_apple(host: &str) -> bool {
    APPLE.iter().any(|apple| host.strip_suffix(apple).is_some_and(|below| below.is_empty() || below.ends_with('.')))
}
