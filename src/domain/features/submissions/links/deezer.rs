//! Deezer: what has a number, without the language in front; short links stay as they are.

use super::page::{Page, is_language, number_in};
use super::{Miss, Platform, SongLink};

/// The song at an address on one of Deezer's hosts.
pub(super) fn song(mut page: Page<'_>) -> Result<SongLink, Miss> {
    match page.host {
        "link.deezer.com" | "deezer.page.link" | "dzr.page.link" => return page.short(Platform::Deezer),
        // The player: `/widget/dark/track/3135556`.
        "widget.deezer.com" => drop(page.path.drain(..page.path.len().min(2))),
        "deezer.com" | "www.deezer.com" | "api.deezer.com" => {}
        "account.deezer.com" => return Err(Miss::Own),
        _ => return Err(Miss::Nothing),
    }
    if page.part(0).is_some_and(is_language) {
        page.path.remove(0);
    }
    let kind = page.kind();
    let number = page.part(1).and_then(number_in);
    match (kind.as_str(), page.part(1)) {
        ("track" | "album" | "playlist" | "episode" | "show", _) if let Some(number) = number => Ok(SongLink {
            platform: Platform::Deezer,
            url: format!("https://www.deezer.com/{kind}/{number}"),
            key: format!("deezer:{kind}:{number}"),
        }),
        // Files that somebody uploaded for themselves have numbers below zero.
        ("track", Some(number)) if number.starts_with('-') => Err(Miss::Own),
        ("artist" | "profile", Some(_)) => Err(Miss::Artist),
        ("account" | "login" | "register" | "queue" | "history" | "smarttracklist" | "flow", _) => Err(Miss::Own),
        _ => Err(Miss::Nothing),
    }
}
