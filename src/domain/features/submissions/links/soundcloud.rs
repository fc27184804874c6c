//! SoundCloud: tracks and sets, by address or by the number that its player takes. Names are the same in any case; short
//! links and the secret of a private track are not, and that secret stays: without it nobody hears the track.

use super::page::{Page, name_in, number_in};
use super::{Miss, Platform, SongLink};

/// The song at an address on one of SoundCloud's hosts. Its player only wraps an address and is seen through earlier.
pub(super) fn song(page: Page<'_>) -> Result<SongLink, Miss> {
    match page.host {
        "soundcloud.com" | "www.soundcloud.com" | "m.soundcloud.com" => at_page(page),
        "on.soundcloud.com" | "soundcloud.app.goo.gl" | "snd.sc" => page.short(Platform::SoundCloud),
        "api.soundcloud.com" | "api-v2.soundcloud.com" => by_number(&page),
        _ => Err(Miss::Nothing),
    }
}

fn at_page(mut page: Page<'_>) -> Result<SongLink, Miss> {
    page.path.iter_mut().for_each(|part| part.truncate(name_in(part).len()));
    page.path.retain(|part| !part.is_empty());
    let lower: Vec<String> = page.path.iter().map(|part| part.to_ascii_lowercase()).collect();
    let parts: Vec<&str> = lower.iter().map(String::as_str).collect();
    match parts.as_slice() {
        [] => return Err(Miss::Nothing),
        [first, ..] if is_own_page(first) => return Err(Miss::Own),
        [first, ..] if is_page_of_the_site(first) => return Err(Miss::Nothing),
        [_] => return Err(Miss::Artist),
        [_, second] if is_list_of_an_artist(second) => return Err(Miss::Artist),
        [_, "sets", ..] => {}
        [_, _, about, ..] if is_list_of_an_artist(about) || is_about_a_song(about) => {
            page.path.truncate(2);
        }
        _ => {}
    }
    let secret = match page.path.as_slice() {
        [_, before, .., last]
            if page.path.len() > 2 && is_secret(last) && !(page.path.len() == 3 && before == "sets") =>
        {
            page.path.pop()
        }
        _ => secret_of(&page),
    };
    let mut key_path = page.path.join("/").to_ascii_lowercase();
    if let Some(secret) = secret {
        key_path = format!("{key_path}/{secret}");
        page.path.push(secret);
    }
    Ok(SongLink {
        platform: Platform::SoundCloud,
        url: format!("https://soundcloud.com/{}", page.path.join("/")),
        key: format!("soundcloud:{key_path}"),
    })
}

/// What the player takes: `/tracks/323760512`, or `/tracks/soundcloud:tracks:323760512`. It is shown as the player's
/// address, which plays in a browser; that of the API does not.
fn by_number(page: &Page<'_>) -> Result<SongLink, Miss> {
    let kind = match page.kind().as_str() {
        "tracks" => "tracks",
        "playlists" => "playlists",
        "users" => return Err(Miss::Artist),
        _ => return Err(Miss::Nothing),
    };
    let name = page.part(1).unwrap_or_default().to_ascii_lowercase().replace("%3a", ":");
    let name = name.strip_prefix(&format!("soundcloud:{kind}:")).unwrap_or(&name);
    let number = number_in(name).ok_or(Miss::Nothing)?;
    let mut key = format!("soundcloud:{kind}:{number}");
    let mut played = format!("https%3A%2F%2Fapi.soundcloud.com%2F{kind}%2F{number}");
    if let Some(secret) = secret_of(page) {
        key = format!("{key}/{secret}");
        played = format!("{played}%3Fsecret_token%3D{secret}");
    }
    let url = format!("https://w.soundcloud.com/player/?url={played}");
    Ok(SongLink { platform: Platform::SoundCloud, url, key })
}

fn secret_of(page: &Page<'_>) -> Option<String> {
    let is_harmless = |token: &str| token.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    page.parameter("secret_token").filter(|token| is_secret(token) && is_harmless(token))
}

fn is_secret(part: &str) -> bool {
    part.len() > 2 && part.starts_with("s-")
}

/// Pages that show something else to each visitor.
fn is_own_page(first: &str) -> bool {
    matches!(
        first,
        "you"
            | "stream"
            | "feed"
            | "home"
            | "discover"
            | "library"
            | "upload"
            | "uploads"
            | "settings"
            | "messages"
            | "notifications"
            | "signin"
            | "login"
            | "logout"
            | "connect"
            | "subscriptions"
            | "stations"
    )
}

fn is_page_of_the_site(first: &str) -> bool {
    matches!(
        first,
        "search"
            | "charts"
            | "tags"
            | "people"
            | "groups"
            | "explore"
            | "pages"
            | "popular"
            | "mobile"
            | "download"
            | "go"
            | "pro"
            | "jobs"
            | "imprint"
            | "terms-of-use"
            | "community-guidelines"
            | "getstarted"
            | "oembed"
            | "player"
    )
}

/// Pages below a song that show the song: what is said of it, how often it was played.
fn is_about_a_song(third: &str) -> bool {
    matches!(third, "recommended" | "stats") || third.starts_with("comment-")
}

fn is_list_of_an_artist(second: &str) -> bool {
    matches!(
        second,
        "tracks"
            | "popular-tracks"
            | "toptracks"
            | "albums"
            | "sets"
            | "reposts"
            | "likes"
            | "spotlight"
            | "comments"
            | "followers"
            | "following"
            | "groups"
    )
}
