//! How TikTok lives are reached.

use super::reader::Reader;
use super::table::{
    EULER_API_KEY, TIKTOK_MANAGED_URL, TIKTOK_SIGN_URL, TIKTOK_TRANSPORT, TIKTOK_WEB_URL, TIKTOK_WEBCAST_URL,
};
use crate::tiktok::{Base, ClientSettings, Endpoints, Transport};

/// Reads this area.
pub(super) fn read(reader: &mut Reader<'_>) -> ClientSettings {
    let defaults = Endpoints::default();
    ClientSettings {
        transport: reader.parse(&TIKTOK_TRANSPORT, transport).unwrap_or_default(),
        api_key: reader.secret(&EULER_API_KEY, check_key),
        endpoints: Endpoints {
            web: reader.parse(&TIKTOK_WEB_URL, Base::web).unwrap_or(defaults.web),
            webcast: reader.parse(&TIKTOK_WEBCAST_URL, Base::web).unwrap_or(defaults.webcast),
            sign: reader.parse(&TIKTOK_SIGN_URL, Base::web).unwrap_or(defaults.sign),
            managed: reader.parse(&TIKTOK_MANAGED_URL, Base::socket).unwrap_or(defaults.managed),
        },
        seed: None,
    }
}

fn transport(text: &str) -> Option<Transport> {
    Transport::parse(&text.to_ascii_lowercase())
}

/// A light check; whether the service takes the key only the service knows.
fn check_key(key: &str) -> Result<(), String> {
    if (8..=512).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    Err("does not look like an API key, which is one word of at least 8 letters and digits".to_owned())
}
