//! The managed connection: Euler Stream watches the live and passes TikTok's frames on.
//!
//! It is asked for frames as they come from TikTok (`features.rawMessages`), so that there is one way in which events
//! are read. Two frames of text come first, about the connection and about the room. Text is taken as a bundle
//! (`{"messages": […]}`), an array or a single object, all of which were seen.
//!
//! Left out: events as JSON, which come only where the service ignores what we ask for. Their names and number forms are
//! known from hearsay, and money depends on them; each is reported as [`Observed::Undecodable`] and counts for nothing.
//!
//! The key is a part of the address. So the address is logged nowhere, and no error of the socket keeps it.

use serde_json::Value;
use url::Url;

use super::browser::encode;
use super::endpoints::Endpoints;
use super::refusal::{Closed, Degradation, Refusal};
use super::sign::ApiKey;
use super::wire::Observed;
use crate::live::Handle;

/// Most bytes of a text that is looked at.
const MOST_TEXT_BYTES: usize = 1 << 20;
/// A room's state that is none of a live.
const ENDED: i64 = 4;

/// What a text tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Notice {
    /// The room is there and watched.
    Watching,
    /// The room is there and not live.
    NotLive,
    /// TikTok closed its side; our connection is closed next, with the reason as its code.
    Parting,
    /// An event as JSON, which we do not read.
    Event(Observed),
}

/// The address for `name`. It holds the key.
pub(super) fn url(endpoints: &Endpoints, name: &Handle, key: &ApiKey) -> Result<Url, Refusal> {
    let mut url = endpoints.admit(&endpoints.managed)?.join(&[]);
    let query = encode([
        ("uniqueId", name.as_str()),
        ("apiKey", key.expose()),
        ("features.rawMessages", "true"),
        ("features.bundleEvents", "true"),
        ("features.normalizeUniqueId", "true"),
        ("features.syntheticPresence", "false"),
        ("features.schemaVersion", "v2"),
        ("features.closeInactiveWebSocketAfter", "60"),
    ]);
    url.set_query(Some(&query));
    Ok(url)
}

/// What the code of a close frame means.
pub(super) const fn closed(code: u16) -> Closed {
    match code {
        1011 | 4556 | 4557 => Closed::Refused(Refusal::ServiceDegraded(Degradation::Upstream)),
        4005 => Closed::Ended,
        4006 => Closed::Silence,
        4400 => Closed::Refused(Refusal::OptionsRefused),
        4401 => Closed::Refused(Refusal::BadKey),
        4403 => Closed::Refused(Refusal::PlanTooSmall),
        4404 => Closed::Refused(Refusal::Offline),
        4429 => Closed::Refused(Refusal::TooManyConnections),
        4500 => Closed::Dropped,
        4555 => Closed::LifetimeReached,
        code => Closed::ByServer { code },
    }
}

/// Reads a text. What is no JSON tells nothing.
pub(super) fn read(text: &str) -> Vec<Notice> {
    if text.len() > MOST_TEXT_BYTES {
        return vec![Notice::Event(Observed::Undecodable { method: String::new(), bytes: text.len() })];
    }
    let Ok(json) = serde_json::from_str::<Value>(text) else { return Vec::new() };
    let single = std::slice::from_ref(&json);
    let messages = json.get("messages").unwrap_or(&json).as_array().map_or(single, Vec::as_slice);
    messages.iter().filter_map(read_one).collect()
}

fn read_one(message: &Value) -> Option<Notice> {
    let (kind, data) = (message.get("type")?.as_str()?, message.get("data").unwrap_or(&Value::Null));
    match kind {
        "roomInfo" => {
            let status = data.pointer("/roomInfo/status").and_then(Value::as_i64);
            Some(if status == Some(ENDED) { Notice::NotLive } else { Notice::Watching })
        }
        "tiktok.connect" => Some(Notice::Watching),
        "tiktok.disconnect" => Some(Notice::Parting),
        event if event.starts_with("Webcast") => {
            let method: String = event.chars().take(100).collect();
            Some(Notice::Event(Observed::Undecodable { method, bytes: data.to_string().len() }))
        }
        // `workerInfo` says that somebody looks for the room, not that it was found.
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::secret::Secret;

    #[test]
    fn the_address_asks_for_frames_as_they_come() {
        let key = ApiKey::new(Secret::new("key with+odd&signs")).unwrap();
        let url = url(&Endpoints::default(), &Handle::parse("bass.ann").unwrap(), &key).unwrap();
        assert!(
            url.as_str().starts_with("wss://ws.eulerstream.com/?uniqueId=bass.ann&apiKey=key%20with%2Bodd%26signs&")
        );
        assert!(url.as_str().contains("&features.rawMessages=true"), "{url}");
    }

    #[test]
    fn a_text_is_understood_in_each_of_its_three_forms() {
        for text in [
            r#"{"timestamp": 1, "messages": [{"type": "workerInfo", "data": {}}, {"type": "roomInfo", "data": {}}]}"#,
            r#"[{"type": "roomInfo", "data": {"roomInfo": {"status": 2}}}]"#,
            r#"{"type": "tiktok.connect"}"#,
        ] {
            assert_eq!(read(text), [Notice::Watching], "{text}");
        }
        assert_eq!(read(r#"[{"type": "roomInfo", "data": {"roomInfo": {"status": 4}}}]"#), [Notice::NotLive]);
        assert_eq!(read(r#"{"type": "tiktok.disconnect", "data": {"reason": "x"}}"#), [Notice::Parting]);
    }

    #[test]
    fn an_event_as_json_counts_for_nothing() {
        let text = r#"{"messages": [{"type": "WebcastGiftMessage", "data": {"giftId": 1}}]}"#;
        let undecodable = Observed::Undecodable { method: "WebcastGiftMessage".to_owned(), bytes: 12 };
        assert_eq!(read(text), [Notice::Event(undecodable)]);
    }

    #[test]
    fn a_text_that_is_anything_else_tells_nothing() {
        for text in ["", "no JSON", "7", "null", "[]", "[7, null, {}]", r#"{"messages": 7}"#, r#"{"type": 7}"#] {
            assert_eq!(read(text), [], "{text}");
        }
        assert!(matches!(&read(&"x".repeat(MOST_TEXT_BYTES + 1))[..], [Notice::Event(_)]));
    }

    #[test]
    fn every_close_code_has_its_meaning() {
        for (code, means) in [
            (1000, Closed::ByServer { code: 1000 }),
            (1011, Closed::Refused(Refusal::ServiceDegraded(Degradation::Upstream))),
            (4005, Closed::Ended),
            (4006, Closed::Silence),
            (4400, Closed::Refused(Refusal::OptionsRefused)),
            (4401, Closed::Refused(Refusal::BadKey)),
            (4403, Closed::Refused(Refusal::PlanTooSmall)),
            (4404, Closed::Refused(Refusal::Offline)),
            (4429, Closed::Refused(Refusal::TooManyConnections)),
            (4500, Closed::Dropped),
            (4555, Closed::LifetimeReached),
            (4556, Closed::Refused(Refusal::ServiceDegraded(Degradation::Upstream))),
            (4557, Closed::Refused(Refusal::ServiceDegraded(Degradation::Upstream))),
            (4999, Closed::ByServer { code: 4999 }),
        ] {
            assert_eq!(closed(code), means, "{code}");
        }
    }
}
