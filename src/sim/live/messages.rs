//! An event as TikTok's message: a method and a payload, field by field.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::event::{SimControl, SimLiveEvent, SimOccurrence, SimViewer};
use super::protobuf::Proto;
use super::viewers::number_of;
use crate::Refused;

/// What a message says beside its event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp {
    /// The message id.
    pub(crate) id: u64,
    /// The room.
    pub(crate) room: u64,
    /// When it was made, in milliseconds.
    pub(crate) at_ms: u64,
    /// The account number of the host.
    pub(crate) host: u64,
    /// All likes of the room so far, this event's included.
    pub(crate) likes: u64,
}

/// The method and the payload of an event's message; `None` for what is no message but an act of the host or the
/// network.
pub(crate) fn message_of(event: &SimLiveEvent, stamp: &Stamp) -> Result<Option<(String, Vec<u8>)>, Refused> {
    let user = event.user.as_ref();
    let (method, body) = match &event.what {
        SimOccurrence::Connect | SimOccurrence::Disconnect | SimOccurrence::LiveEnd => return Ok(None),
        SimOccurrence::Raw { method, base64 } => {
            let payload = STANDARD.decode(base64).map_err(|_| Refused::because("That is no base64."))?;
            return Ok(Some((method.clone(), [payload, event.extra.clone()].concat())));
        }
        SimOccurrence::Pin { pinned } => ("WebcastRoomPinMessage", pin_of(pinned, stamp)?),
        SimOccurrence::Join { count, action } => {
            let body = begin("WebcastMemberMessage", stamp, "live_room_enter_toast", "{0:user} joined");
            let body = with_user(body, 2, user).number(3, u64::from(*count)).number(10, u64::from(*action));
            ("WebcastMemberMessage", body.number(12, user.map_or(0, SimViewer::number)))
        }
        SimOccurrence::Like { count, total } => {
            let body = begin("WebcastLikeMessage", stamp, "pm_mt_msg_viewer", "{0:user} liked the LIVE");
            let body = body.number(2, u64::from(*count)).number(3, total.unwrap_or(stamp.likes));
            ("WebcastLikeMessage", with_user(body, 5, user))
        }
        SimOccurrence::Comment { text } => {
            let body = begin("WebcastChatMessage", stamp, "", "");
            let body = with_user(body, 2, user).text(3, text).text(14, "en");
            ("WebcastChatMessage", with_identity(body, 18, user))
        }
        SimOccurrence::Share => {
            let body = begin("WebcastSocialMessage", stamp, "pm_mt_guidance_share", "{0:user} shared the LIVE");
            ("WebcastSocialMessage", with_user(body, 2, user).number(4, 3).text(5, "-1").number(8, 1))
        }
        SimOccurrence::Follow => {
            let key = "pm_main_follow_message_viewer_2";
            let body = begin("WebcastSocialMessage", stamp, key, "{0:user} followed the host");
            ("WebcastSocialMessage", with_user(body, 2, user).number(4, 1).number(6, 4_711).number(14, stamp.host))
        }
        SimOccurrence::Subscribe => {
            let body = begin("WebcastSubNotifyMessage", stamp, "ttlive_sub_notify", "{0:user} subscribed");
            ("WebcastSubNotifyMessage", with_user(body, 2, user).number(4, 1).number(8, 1))
        }
        SimOccurrence::Banner { key, field, only_in_sentence } => {
            let fields = field.map_or_else(|| vec![5, 24], |field| vec![field]);
            let body = begin("WebcastBarrageMessage", stamp, "", "").number(3, 11);
            let body = fields.into_iter().fold(body, |body, field| body.message(field, &sentence_about(key, user)));
            ("WebcastBarrageMessage", with_user(body, 50, user.filter(|_| !only_in_sentence)))
        }
        gift @ SimOccurrence::Gift { .. } => ("WebcastGiftMessage", gift_of(gift, user, stamp)),
        SimOccurrence::Viewers { count, total } => {
            let body = begin("WebcastRoomUserSeqMessage", stamp, "", "");
            ("WebcastRoomUserSeqMessage", body.number(3, *count).text(4, &count.to_string()).number(7, *total))
        }
        SimOccurrence::Poll { details } => ("WebcastPollMessage", poll_of(details, stamp)),
        SimOccurrence::Battle { details } => ("WebcastLinkMicBattle", battle_of(details, stamp)),
        SimOccurrence::Control { action } => {
            let action = match action {
                SimControl::Pause => 1,
                SimControl::Resume => 2,
                SimControl::End => 3,
                SimControl::Suspend => 4,
            };
            let body = begin("WebcastControlMessage", stamp, "", "").number(2, action);
            let ban = Proto::new().text(1, "https://www.tiktok.com/ban").number(2, 17);
            ("WebcastControlMessage", if action == 4 { body.message(4, &ban) } else { body })
        }
    };
    let mut payload = body.into_bytes();
    payload.extend_from_slice(&event.extra);
    Ok(Some((method.to_owned(), payload)))
}

/// A pinned copy of another event, with the id that the copy would have had itself.
fn pin_of(pinned: &Value, stamp: &Stamp) -> Result<Proto, Refused> {
    let event = SimLiveEvent::try_from(pinned.clone())?;
    let field = match &event.what {
        SimOccurrence::Comment { .. } => 2,
        SimOccurrence::Share | SimOccurrence::Follow => 3,
        SimOccurrence::Gift { .. } => 4,
        SimOccurrence::Join { .. } => 5,
        SimOccurrence::Like { .. } => 6,
        _ => return Err(Refused::because("Only comments, shares, follows, gifts, joins and likes are pinned.")),
    };
    let copy = Stamp { id: event.msg_id.unwrap_or(stamp.id), ..*stamp };
    let (method, payload) = message_of(&event, &copy)?.unwrap_or_default();
    let body = begin("WebcastRoomPinMessage", stamp, "", "").bytes(field, &payload);
    Ok(body.text(30, &method).number(31, stamp.at_ms))
}

/// A message that begins with the part common to all.
fn begin(method: &str, stamp: &Stamp, key: &str, pattern: &str) -> Proto {
    let common =
        Proto::new().text(1, method).number(2, stamp.id).number(3, stamp.room).number(4, stamp.at_ms).number(6, 1);
    let common = if key.is_empty() { common } else { common.message(8, &Proto::new().text(1, key).text(2, pattern)) };
    Proto::new().message(1, &common)
}

/// A sentence that names a person.
fn sentence_about(key: &str, user: Option<&SimViewer>) -> Proto {
    let sentence = Proto::new().text(1, key).text(2, "{0:user}");
    match user {
        Some(user) => {
            let piece = Proto::new().number(1, 11).message(21, &Proto::new().message(1, &user.message()));
            sentence.message(4, &piece)
        }
        None => sentence,
    }
}

fn with_user(body: Proto, field: u64, user: Option<&SimViewer>) -> Proto {
    match user {
        Some(user) => body.message(field, &user.message()),
        None => body,
    }
}

fn with_identity(body: Proto, field: u64, user: Option<&SimViewer>) -> Proto {
    match user {
        Some(user) => body.message(field, &user.identity()),
        None => body,
    }
}

fn gift_of(gift: &SimOccurrence, user: Option<&SimViewer>, stamp: &Stamp) -> Proto {
    let body = begin("WebcastGiftMessage", stamp, "webcast_aweme_gift_send_message", "{0:user} sent {1:gift}");
    let SimOccurrence::Gift { id, name, diamonds, count, end, group, gift_type, bare } = gift else { return body };
    let can_streak = *group != 0 || *end == Some(false);
    let gift_type = gift_type.unwrap_or(if can_streak { 1 } else { 2 });
    let is_end = end.unwrap_or(gift_type == 1);
    let body = body.number(2, *id).number(4, 1).number(5, u64::from(*count)).number(6, u64::from(*count));
    let body = with_user(body, 7, user).flag(9, is_end).number(11, *group);
    let body = if *bare {
        body
    } else {
        let icon = Proto::new().text(1, &format!("https://p16.example/gift-{id}.webp"));
        let description = Proto::new()
            .message(1, &icon)
            .text(2, &format!("sent {name}"))
            .number(5, *id)
            .flag(10, gift_type == 1)
            .number(11, u64::from(gift_type))
            .number(12, u64::from(*diamonds))
            .text(16, name);
        body.message(15, &description)
    };
    let monitor = Proto::new().number(1, stamp.host).number(6, stamp.at_ms).number(8, stamp.host);
    with_identity(body.number(17, 1).message(23, &monitor), 32, user)
}

/// The numbers of a poll are made from its title, so that its messages belong together.
fn poll_of(details: &Value, stamp: &Stamp) -> Proto {
    let title = details["title"].as_str().unwrap_or_default();
    let options = details["options"].as_array().map(Vec::as_slice).unwrap_or_default();
    let options = (0..).zip(options).map(|(at, option)| {
        let text = option.as_str().or_else(|| option["text"].as_str()).unwrap_or_default();
        Proto::new().number(1, option["votes"].as_u64().unwrap_or(0)).text(2, text).number(3, at)
    });
    let with_options = |body: Proto, field| options.fold(body, |body, option| body.message(field, &option));
    let body = begin("WebcastPollMessage", stamp, "", "");
    let (kind, field, state) = match details["state"].as_str() {
        Some("end") => (1, 5, with_options(Proto::new().number(1, 1), 2)),
        Some("update") => (2, 6, with_options(Proto::new(), 2)),
        _ => (0, 4, with_options(Proto::new().number(1, stamp.at_ms), 3).text(4, title)),
    };
    let poll = number_of(title);
    body.number(2, kind).number(3, poll).message(field, &state).message(8, &Proto::new().text(3, title))
}

/// A battle between the host and one other; `score` has the host's points first.
fn battle_of(details: &Value, stamp: &Stamp) -> Proto {
    let against = number_of(details["against"].as_str().unwrap_or("rival"));
    let points = |at: usize| details["score"].get(at).and_then(Value::as_u64).unwrap_or(0);
    let action = match details["state"].as_str() {
        Some("end") => 5,
        Some("update") => 3,
        _ => 4,
    };
    let side = |number: u64, points: u64| {
        let result = Proto::new().number(1, number).number(2, 1).number(3, points);
        Proto::new().number(1, number).message(2, &result)
    };
    let settings = Proto::new().number(2, stamp.at_ms).number(3, 300).number(5, 1);
    begin("WebcastLinkMicBattle", stamp, "", "")
        .number(2, number_of(&details["against"].to_string()))
        .message(3, &settings)
        .number(4, action)
        .message(5, &side(stamp.host, points(0)))
        .message(5, &side(against, points(1)))
}

/// A notice of the room, which no client acts on: what a sign response holds when nothing else has happened.
pub(crate) fn welcome(stamp: &Stamp) -> (String, Vec<u8>) {
    let body = begin("WebcastRoomMessage", stamp, "", "").text(2, "Welcome to TikTok LIVE!");
    ("WebcastRoomMessage".to_owned(), body.into_bytes())
}
