//! Pages that only pass people on: a question about cookies, a sign-in, a player, the way out of another site. What they
//! lead to stands in their address, so it is judged instead of them, by the same rules and without fetching anything.

use url::Url;

/// Where `url` passes people on to, if it is such a page.
pub(super) fn target(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    let first = url.path_segments().and_then(|mut parts| parts.next()).unwrap_or_default();
    let name: &[&str] = match (host, first) {
        ("consent.youtube.com" | "consent.google.com" | "accounts.google.com" | "accounts.spotify.com", _) => {
            &["continue"]
        }
        ("www.google.com" | "google.com", "url") => &["q", "url"],
        ("l.facebook.com" | "lm.facebook.com" | "l.messenger.com", "l.php")
        | ("l.instagram.com" | "l.threads.com" | "l.threads.net", _)
        | ("steamcommunity.com", "linkfilter")
        | ("youtube.com" | "www.youtube.com" | "m.youtube.com", "attribution_link") => &["u"],
        ("youtube.com" | "www.youtube.com" | "m.youtube.com", "redirect") => &["q"],
        ("youtube.com" | "www.youtube.com" | "m.youtube.com", "signin") => &["next"],
        ("youtube.com" | "www.youtube.com" | "m.youtube.com", "supported_browsers" | "verify_age") => &["next_url"],
        ("tiktok.com" | "www.tiktok.com", "link") => &["target"],
        ("vk.com", "away.php") => &["to"],
        ("t.umblr.com", "redirect") => &["z"],
        ("out.reddit.com", _)
        | ("slack-redir.net", "link")
        | ("www.linkedin.com", "redir" | "safety")
        | (
            "www.youtube.com" | "youtube.com" | "open.spotify.com" | "embed.spotify.com" | "soundcloud.com"
            | "www.deezer.com" | "api.deezer.com",
            "oembed",
        ) => &["url"],
        ("spotify.app.link" | "spotify.link", _) => &["$full_url", "$fallback_url"],
        ("w.soundcloud.com" | "player.soundcloud.com", "player" | "player.swf") => return player(url),
        (host, _) if host.ends_with(".safelinks.protection.outlook.com") => &["url"],
        _ => return None,
    };
    let inner = parameter(url, name)?;
    // Some name only the page on their own host.
    url.join(&inner).ok().map(String::from)
}

/// What SoundCloud's player plays. The secret of a private track may stand beside its address.
fn player(url: &Url) -> Option<String> {
    let mut inner = url.join(&parameter(url, &["url"])?).ok()?;
    if let Some(secret) = parameter(url, &["secret_token"])
        && parameter(&inner, &["secret_token"]).is_none()
    {
        inner.query_pairs_mut().append_pair("secret_token", &secret);
    }
    Some(inner.into())
}

fn parameter(url: &Url, names: &[&str]) -> Option<String> {
    names.iter().find_map(|name| {
        let (_, value) = url.query_pairs().find(|(key, value)| key == name && !value.is_empty())?;
        Some(value.into_owned())
    })
}
