//! Ditto: the pages of its releases. Their addresses follow no pattern, so what is known to be something else is told
//! apart, and the rest is believed.

use super::page::{Page, is_language};
use super::{Miss, Platform, SongLink};

/// The song at an address on one of Ditto's hosts.
pub(super) fn song(mut page: Page<'_>) -> Result<SongLink, Miss> {
    match page.host {
        "dashboard.dittomusic.com" => return Err(Miss::Own),
        "support.dittomusic.com" => return Err(Miss::Nothing),
        "ditto.fm" | "www.ditto.fm" => {
            // Where a service sends a fan back to after a pre-save.
            if page.part(1) == Some("presavecallback") {
                page.path.truncate(1);
                return page.without_query(Platform::Ditto);
            }
        }
        _ => {
            let first = page.path.iter().find(|part| !is_language(part)).map(|part| part.to_ascii_lowercase());
            match first.as_deref() {
                None => return Err(Miss::Nothing),
                Some("login" | "dashboard" | "account" | "register" | "signup") => return Err(Miss::Own),
                Some(page) if is_page_of_the_site(page) => return Err(Miss::Nothing),
                Some(_) => {}
            }
        }
    }
    page.as_it_is(Platform::Ditto)
}

fn is_page_of_the_site(first: &str) -> bool {
    matches!(
        first,
        "about"
            | "blog"
            | "careers"
            | "contact"
            | "distribution"
            | "faq"
            | "features"
            | "legal"
            | "music-distribution"
            | "news"
            | "press"
            | "pricing"
            | "privacy"
            | "privacy-policy"
            | "publishing"
            | "record-label-services"
            | "services"
            | "support"
            | "terms"
            | "terms-and-conditions"
    )
}
