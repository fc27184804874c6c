//! What names a live.

use super::model::TiktokRefusal;
use crate::live::Handle;

/// The addresses that people copy, with what stands before the name.
const ADDRESSES: &[&str] = &["https://www.tiktok.com/", "https://tiktok.com/", "www.tiktok.com/", "tiktok.com/"];

/// Reads a TikTok name as people write it: with or without `@`, or as the address of a profile or live (`C-37`).
pub fn streamer(typed: &str) -> Result<Handle, TiktokRefusal> {
    let typed = typed.trim();
    let name = ADDRESSES.iter().find_map(|address| typed.strip_prefix(address)).unwrap_or(typed);
    let name = name.split(['?', '#']).next().unwrap_or_default();
    let name = name.trim_end_matches('/');
    let name = name.strip_suffix("/live").unwrap_or(name);
    Handle::parse(name).map_err(|_| TiktokRefusal::NoName)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_in_every_form_that_people_copy() {
        for typed in [
            "night.owl",
            "@Night.Owl",
            " @night.owl ",
            "https://www.tiktok.com/@night.owl",
            "https://www.tiktok.com/@night.owl/live",
            "https://www.tiktok.com/@night.owl/live/?lang=en",
            "tiktok.com/@night.owl/",
        ] {
            assert_eq!(streamer(typed).unwrap().as_str(), "night.owl", "{typed}");
        }
        for typed in ["", "@", "night owl", "https://evil.example/@night.owl", "night/../owl", "<@1>", "@everyone!"] {
            assert_eq!(streamer(typed), Err(TiktokRefusal::NoName), "{typed}");
        }
    }
}
