//! YouTube and YouTube Music: videos in all their forms, lists that anybody can play, albums, clips.

use url::Url;

use super::page::{Ids, Page, id};
use super::{Miss, Platform, SongLink};

const VIDEOS: Ids =
    Ids { length: 11, is_part: |character| character.is_ascii_alphanumeric() || matches!(character, '-' | '_') };

/// The song at an address on one of YouTube's hosts.
pub(super) fn song(page: &Page<'_>) -> Result<SongLink, Miss> {
    let site = if page.host == "music.youtube.com" { page.host } else { "www.youtube.com" };
    let found = |path: String, key: String| {
        Ok(SongLink { platform: Platform::YouTube, url: format!("https://{site}/{path}"), key })
    };
    if matches!(page.host, "studio.youtube.com" | "consent.youtube.com") {
        return Err(Miss::Own);
    }
    if let Some(text) = video(page) {
        let video = VIDEOS.read(&text)?;
        return found(format!("watch?v={video}"), format!("youtube:{video}"));
    }
    if let Some(text) = list(page) {
        let list = public_list(&text)?;
        return found(format!("playlist?list={list}"), format!("youtube:list:{list}"));
    }
    match (page.kind().as_str(), page.part(1).and_then(id)) {
        ("browse", Some(album)) if album.starts_with("MPREb_") => {
            found(format!("browse/{album}"), format!("youtube:album:{album}"))
        }
        ("clip", Some(clip)) => found(format!("clip/{clip}"), format!("youtube:clip:{clip}")),
        (kind, rest) => Err(miss(kind, rest.as_deref())),
    }
}

/// An address whose query some program encoded as a part of its path, `watch%3Fv%3D`, as it was before.
pub(super) fn encoded_once(url: &Url) -> Option<Url> {
    let path = url.path().replace("%3f", "%3F");
    let (path, query) = path.split_once("%3F").filter(|_| url.query().is_none())?;
    let mut once = url.clone();
    once.set_path(path);
    once.set_query(Some(&query.replace("%3d", "=").replace("%3D", "=").replace("%26", "&")));
    Some(once)
}

/// Where the id of a video must stand, if the address is that of one.
fn video(page: &Page<'_>) -> Option<String> {
    let second = || page.part(1).map(str::to_owned);
    match page.kind().as_str() {
        "watch" | "watch_popup" | "ytscreeningroom" => page
            .parameter("v")
            .or_else(|| page.parameter("vi"))
            .or_else(second)
            .or_else(|| page.fragment_parameter("v")),
        // Both have as many characters as an id.
        "embed" => second().filter(|name| !matches!(name.as_str(), "videoseries" | "live_stream")),
        "shorts" | "live" | "v" | "vi" | "e" | "podcast" => second(),
        "" | "tv" => page.parameter("v").or_else(|| page.fragment_parameter("v")),
        "playlist" => None,
        _ if page.host.ends_with("youtu.be") => page.part(0).map(str::to_owned),
        _ => None,
    }
}

/// Where the id of a list must stand. In YouTube Music it may have `VL` in front, and that of a podcast `MPSP`.
fn list(page: &Page<'_>) -> Option<String> {
    match page.kind().as_str() {
        "watch" | "playlist" | "embed" | "v" | "" => page.parameter("list"),
        "browse" => page
            .part(1)
            .and_then(|name| name.strip_prefix("VL").or_else(|| name.strip_prefix("MPSP")))
            .map(str::to_owned),
        _ => None,
    }
}

/// A list that everybody can play: not the mixes that YouTube makes for each, nor what only its owner sees.
fn public_list(text: &str) -> Result<String, Miss> {
    let list = id(text).ok_or(Miss::Nothing)?;
    let is_mix = list.starts_with("RD") && !list.starts_with("RDCLAK5uy_");
    if is_mix || matches!(list.as_str(), "WL" | "LL" | "LM" | "HL" | "SE" | "LRSR") {
        return Err(Miss::Own);
    }
    Ok(list)
}

fn miss(kind: &str, rest: Option<&str>) -> Miss {
    match (kind, rest) {
        ("feed", Some("trending" | "explore" | "podcasts")) => Miss::Nothing,
        ("browse", Some(name)) if name.starts_with("UC") => Miss::Artist,
        (
            "feed"
            | "account"
            | "account_notifications"
            | "account_privacy"
            | "library"
            | "upload"
            | "my_videos"
            | "paid_memberships"
            | "reporthistory"
            | "signin"
            | "channel_switcher"
            | "history",
            _,
        )
        | ("browse", Some(_)) => Miss::Own,
        ("channel" | "c" | "user", Some(_)) => Miss::Artist,
        (name, _) if name.starts_with("%40") => Miss::Artist,
        _ => Miss::Nothing,
    }
}
