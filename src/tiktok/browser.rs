//! The browser that TikTok takes us for: its name, its language and the parameters that TikTok's own pages send.
//!
//! TikTok serves desktop browsers only; without a user agent it refuses the device. All requests of a process, and the
//! signature, are made for one and the same browser. A query is percent-encoded throughout, a space as `%20`: servers
//! have answered 400 to anything else.

use rand::Rng;
use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, HeaderMap, HeaderName, HeaderValue, ORIGIN, REFERER, USER_AGENT};
use url::Url;
use url::form_urlencoded::Serializer;

use super::wire::RoomId;
use crate::kernel::dice::Seed;

/// The browser's name, chosen on 2026-11-21. Take a newer one when TikTok begins to refuse it.
pub(super) const AGENT: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36";

/// Most parameters that the sign service may add, and most bytes of one of them.
const MOST_ROUTE_PARAMS: usize = 64;
const LONGEST_ROUTE_PARAM: usize = 4096;
/// The second `version_code` of a signed address, which TikTok's own pages append to the first.
const SECOND_VERSION: &str = "270000";

/// One browser, the same for the whole process.
#[derive(Clone, Debug)]
pub(super) struct Browser {
    device_id: u64,
    seed: Seed,
}

/// How an address for events came about.
#[derive(Clone, Copy, Debug)]
pub(super) enum Route<'a> {
    /// The sign service signed it, and wants these parameters in it.
    Signed(&'a [(String, String)]),
    /// Nobody signed it.
    Direct,
}

impl Browser {
    /// A browser with a device number of its own: 19 digits, as TikTok gives them.
    pub(super) fn new(seed: Seed) -> Self {
        let device_id = seed.dice("live.device", 0).random_range(7_000_000_000_000_000_000..8_000_000_000_000_000_000);
        Self { device_id, seed }
    }

    /// Adds the parameters that every page of TikTok's sends, and `more`, to `url`.
    pub(super) fn ask(&self, mut url: Url, more: &[(&str, &str)]) -> Url {
        let device_id = self.device_id.to_string();
        let asked = [
            ("aid", "1988"),
            ("app_name", "tiktok_web"),
            ("device_platform", "web_pc"),
            ("app_language", "en"),
            ("browser_language", "en-US"),
            ("browser_name", "Mozilla"),
            ("browser_online", "true"),
            ("browser_platform", "Win32"),
            ("browser_version", version()),
            ("channel", "tiktok_web"),
            ("cookie_enabled", "true"),
            ("data_collection_enabled", "true"),
            ("device_id", &device_id),
            ("focus_state", "true"),
            ("from_page", ""),
            ("history_len", "4"),
            ("is_fullscreen", "false"),
            ("is_page_visible", "true"),
            ("msToken", ""),
            ("os", "windows"),
            ("priority_region", "US"),
            ("referer", "https://www.tiktok.com/"),
            ("region", "US"),
            ("root_referer", "https://www.tiktok.com/"),
            ("screen_height", "1080"),
            ("screen_width", "1920"),
            ("tz_name", "America/New_York"),
            ("user_is_login", "false"),
            ("webcast_language", "en"),
        ];
        let query = encode(more.iter().copied().chain(asked));
        url.set_query(Some(&query));
        url
    }

    /// The address at which `server` tells the events of `room`. What `server` has in its query stays in front.
    ///
    /// Where a parameter of ours and one of the signature's have the same name, the signature's counts.
    pub(super) fn events_url(&self, server: &Url, room: RoomId, route: Route<'_>) -> Url {
        let (room_id, last_rtt) = (room.to_string(), self.last_rtt(room).to_string());
        let fixed = [
            ("version_code", "180800"),
            ("aid", "1988"),
            ("app_language", "en"),
            ("app_name", "tiktok_web"),
            ("browser_platform", "Win32"),
            ("browser_language", "en-US"),
            ("browser_name", "Mozilla"),
            ("browser_version", version()),
            ("browser_online", "true"),
            ("cookie_enabled", "true"),
            ("tz_name", "America/New_York"),
            ("device_platform", "web_pc"),
            ("identity", "audience"),
            ("live_id", "12"),
            ("webcast_language", "en"),
            ("ws_direct", "1"),
            ("sup_ws_ds_opt", "1"),
            ("update_version_code", "2.0.0"),
            ("did_rule", "3"),
            ("screen_height", "1080"),
            ("screen_width", "1920"),
            ("heartbeat_duration", "10000"),
            ("resp_content_type", "protobuf"),
            ("history_comment_count", "6"),
            ("client_enter", "1"),
            ("last_rtt", &last_rtt),
            ("room_id", &room_id),
            ("compress", "gzip"),
        ];
        let given = match route {
            Route::Signed(params) => params,
            Route::Direct => &[],
        };
        let fits = |text: &str| (1..=LONGEST_ROUTE_PARAM).contains(&text.len());
        let given: Vec<(&str, &str)> = given
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .filter(|(name, value)| fits(name) && fits(value))
            .take(MOST_ROUTE_PARAMS)
            .collect();
        let ours = fixed.into_iter().filter(|(name, _)| !given.iter().any(|(other, _)| other == name));
        let second = matches!(route, Route::Signed(_)).then_some(("version_code", SECOND_VERSION));
        let query = encode(ours.chain(given.iter().copied()).chain(second));
        let query = match server.query() {
            Some(before) if !before.is_empty() => format!("{before}&{query}"),
            _ => query,
        };
        let mut url = server.clone();
        url.set_query(Some(&query));
        url
    }

    /// What a browser would have measured as the time to the server and back, in milliseconds.
    fn last_rtt(&self, room: RoomId) -> u64 {
        self.seed.dice("live.last_rtt", room).random_range(100..=200)
    }
}

/// The headers of a page that asks TikTok for something.
pub(super) fn headers() -> HeaderMap {
    let headers: [(HeaderName, &str); 5] = [
        (USER_AGENT, AGENT),
        (REFERER, "https://www.tiktok.com/"),
        (ORIGIN, "https://www.tiktok.com"),
        (ACCEPT_LANGUAGE, "en-US,en;q=0.9"),
        (ACCEPT, "text/html,application/json,application/protobuf"),
    ];
    headers.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect()
}

/// Parameters as a query, every value percent-encoded.
pub(super) fn encode<'p>(params: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
    let encoded = Serializer::new(String::new()).extend_pairs(params).finish();
    // A plus that was in a value is `%2B` by now, so each that is left stands for a space.
    encoded.replace('+', "%20")
}

fn version() -> &'static str {
    AGENT.trim_start_matches("Mozilla/")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: RoomId = RoomId::new(7_300_000_000_000_000_001);

    fn events_url(server: &str, route: Route<'_>) -> String {
        Browser::new(Seed::fixed(1)).events_url(&Url::parse(server).unwrap(), ROOM, route).into()
    }

    fn values<'u>(url: &'u str, name: &str) -> Vec<&'u str> {
        let query = url.split_once('?').unwrap().1;
        query.split('&').filter_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).collect()
    }

    #[test]
    fn every_value_of_an_address_is_percent_encoded() {
        let params = [("agent".to_owned(), "A (b; c) d+e/ü&f=g".to_owned())];
        let url = events_url("wss://webcast-ws.tiktok.com/x/", Route::Signed(&params));
        assert_eq!(values(&url, "agent"), ["A%20%28b%3B%20c%29%20d%2Be%2F%C3%BC%26f%3Dg"]);
        assert!(url.bytes().all(|byte| byte.is_ascii_graphic()) && !url.contains(['+', '(', ')']), "{url}");
    }

    #[test]
    fn a_signed_address_has_two_versions_and_a_direct_one_has_one() {
        let signed = events_url("wss://webcast-ws.tiktok.com/", Route::Signed(&[]));
        assert_eq!(values(&signed, "version_code"), ["180800", "270000"]);
        assert!(signed.ends_with("&version_code=270000"), "{signed}");
        let direct = events_url("wss://webcast-ws.tiktok.com/", Route::Direct);
        assert_eq!(values(&direct, "version_code"), ["180800"]);
        assert_eq!((values(&direct, "ws_direct"), values(&direct, "compress")), (vec!["1"], vec!["gzip"]));
    }

    #[test]
    fn what_the_signature_wants_counts_and_empty_and_endless_parameters_are_left_out() {
        let param = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let long = "x".repeat(LONGEST_ROUTE_PARAM + 1);
        let mut params = vec![param("imprp", "a"), param("aid", "7"), param("empty", ""), param("long", &long)];
        params.extend((0..1000).map(|number| param(&format!("p{number}"), "1")));
        let url = events_url("wss://webcast-ws.tiktok.com/?a=b", Route::Signed(&params));
        assert!(url.starts_with("wss://webcast-ws.tiktok.com/?a=b&version_code=180800&"), "{url}");
        assert_eq!((values(&url, "imprp"), values(&url, "aid")), (vec!["a"], vec!["7"]));
        assert!(values(&url, "empty").is_empty() && values(&url, "long").is_empty() && values(&url, "p99").is_empty());
        assert_eq!(values(&url, "room_id"), ["7300000000000000001"]);
    }

    #[test]
    fn a_process_is_one_device_and_another_process_another() {
        let device = |seed| {
            let url =
                Browser::new(Seed::fixed(seed)).ask(Url::parse("https://w.example/x").unwrap(), &[("room_ids", "1")]);
            values(url.as_str(), "device_id").concat()
        };
        assert_eq!((device(1).len(), device(1)), (19, device(1)));
        assert_ne!(device(1), device(2));
    }
}
