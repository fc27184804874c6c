//! Spotify: tracks, albums, playlists, episodes and shows, by address, by the address of the player, or by URI.

use super::page::{Ids, Page, is_language};
use super::{Miss, Platform, SongLink};

const ITEMS: Ids = Ids { length: 22, is_part: |character| character.is_ascii_alphanumeric() };

/// The song at an address on one of Spotify's hosts.
pub(super) fn song(mut page: Page<'_>) -> Result<SongLink, Miss> {
    match page.host {
        "spotify.link" | "spotify.app.link" | "link.tospotify.com" | "spoti.fi" => {
            return page.short(Platform::Spotify);
        }
        "spotify.com" | "www.spotify.com" | "open.spotify.com" | "play.spotify.com" | "embed.spotify.com" => {}
        "accounts.spotify.com" => return Err(Miss::Own),
        _ => return Err(Miss::Nothing),
    }
    // The player names its song in `uri`, the page of an album the song that was chosen from it in `highlight`.
    let named = ["uri", "highlight"].into_iter().find_map(|name| page.parameter(name));
    if let Some(song) = named.and_then(|uri| of_uri(&uri)) {
        return song;
    }
    page.path.retain(|part| !part.starts_with("intl-") && !matches!(part.as_str(), "embed" | "embed-podcast"));
    // Some countries have their language in front.
    if page.path.len() > 2 && page.part(0).is_some_and(is_language) {
        page.path.remove(0);
    }
    let parts: Vec<&str> = page.path.iter().map(String::as_str).collect();
    match parts.as_slice() {
        ["user", _, "playlist", name, ..] => item("playlist", name),
        ["user", _, ..] => Err(Miss::Artist),
        ["collection" | "local" | "queue" | "history" | "preferences" | "account" | "blend" | "library", ..]
        | [_, "account", ..] => Err(Miss::Own),
        [kind, name, ..] => item(&kind.to_ascii_lowercase(), name),
        _ => Err(Miss::Nothing),
    }
}

/// The song of `spotify:track:4uLU6hMCjMI75M1A2tKUQC`, or of the same as an address of the app, with `://` and `/`. `None` for
/// what is no such text.
pub(super) fn of_uri(text: &str) -> Option<Result<SongLink, Miss>> {
    let of_app = text.strip_prefix("spotify://").map(|path| format!("spotify:{}", path.replace('/', ":")));
    let parts: Vec<&str> = of_app.as_deref().unwrap_or(text).split(':').collect();
    match parts.as_slice() {
        ["spotify", "user", _, "playlist", name] => Some(item("playlist", name)),
        ["spotify", kind, name] => Some(item(kind, name)),
        _ => None,
    }
}

fn item(kind: &str, name: &str) -> Result<SongLink, Miss> {
    match kind {
        "track" | "album" | "playlist" | "episode" | "show" => {}
        "artist" => return Err(Miss::Artist),
        _ => return Err(Miss::Nothing),
    }
    let name = ITEMS.read(name)?;
    Ok(SongLink {
        platform: Platform::Spotify,
        url: format!("https://open.spotify.com/{kind}/{name}"),
        key: format!("spotify:{kind}:{name}"),
    })
}
