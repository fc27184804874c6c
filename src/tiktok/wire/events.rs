//! What the known methods tell. One function for each, which reads the payload and knows its meaning.

use prost::bytes::Bytes;

use super::message::Control;
use super::reader::{Broken, Reader};
use super::{details, gift, payload_log, schema, text, viewer};
use crate::live::event::{Occurrence, Viewer};

/// What is done with a method.
#[derive(Clone, Copy)]
pub(super) enum Known {
    /// It is read.
    Used(fn(&mut Reader, &Bytes) -> Result<Decoded, Broken>),
    /// It is always of somebody without an account.
    OfNobody,
    /// It is known, and nothing is done with it.
    Unused,
}

/// What a payload told.
#[derive(Debug)]
pub(super) enum Decoded {
    /// An event.
    Event(Occurrence),
    /// What the host or TikTok did.
    Control(Control),
    /// An event of somebody without a handle.
    OfNobody,
    /// Nothing of interest.
    Nothing,
}

/// Somebody came in: so, out of the neighbourhood, or in the oldest frames without saying.
const ENTER_ACTIONS: [i64; 3] = [0, 1, 47];

/// The most taps in one message that are believed; TikTok sends some dozens at once.
const MAX_LIKES: u32 = 10_000;

/// Longer than a comment may be on TikTok.
const MAX_COMMENT_CHARS: usize = 1_000;

/// Stands for a comment of pictures alone.
const EMOTE: &str = "[emote]";

/// How much of a key is looked at; real ones have some dozens.
const MAX_KEY_CHARS: usize = 200;

/// How many gaps of a sentence are looked at for a person; real ones have two or three.
const MAX_PIECES: usize = 16;

/// What is done with a method; `None` for one that is not known.
pub(super) fn known(method: &str) -> Option<Known> {
    Some(match method {
        "WebcastMemberMessage" => Known::Used(member),
        "WebcastLikeMessage" => Known::Used(like),
        "WebcastChatMessage" => Known::Used(chat),
        "WebcastEmoteChatMessage" => Known::Used(emote_chat),
        "WebcastSocialMessage" => Known::Used(social),
        "WebcastSubNotifyMessage" => Known::Used(subscription),
        "WebcastBarrageMessage" => Known::Used(barrage),
        "WebcastGiftMessage" => Known::Used(gifted),
        "WebcastRoomUserSeqMessage" => Known::Used(viewers),
        "WebcastControlMessage" => Known::Used(control),
        "WebcastPollMessage" => Known::Used(details::poll),
        "WebcastLinkMicBattle" => Known::Used(details::battle),
        "WebcastLinkMicArmies" => Known::Used(details::armies),
        "WebcastUnauthorizedMemberMessage" => Known::OfNobody,
        // A pin repeats a message that was told before, so it is never read.
        "WebcastRoomPinMessage"
        | "WebcastAccessControlMessage"
        | "WebcastAccessRecallMessage"
        | "WebcastCaptionMessage"
        | "WebcastEnvelopeMessage"
        | "WebcastGiftBroadcastMessage"
        | "WebcastGiftPanelUpdateMessage"
        | "WebcastGoalUpdateMessage"
        | "WebcastHourlyRankRewardMessage"
        | "WebcastImDeleteMessage"
        | "WebcastInRoomBannerMessage"
        | "WebcastLinkLayerMessage"
        | "WebcastLinkMessage"
        | "WebcastLinkMicFanTicketMethod"
        | "WebcastLinkMicMethod"
        | "WebcastLiveIntroMessage"
        | "WebcastMsgDetectMessage"
        | "WebcastOecLiveShoppingMessage"
        | "WebcastPerceptionMessage"
        | "WebcastQuestionNewMessage"
        | "WebcastRankTextMessage"
        | "WebcastRankUpdateMessage"
        | "WebcastRoomMessage"
        | "WebcastRoomVerifyMessage"
        | "WebcastSpeakerMessage"
        | "WebcastSystemMessage"
        | "WebcastToastMessage" => Known::Unused,
        _ => return None,
    })
}

/// A count as TikTok tells it: at least 1, because the message says that it happened, and at most `max`.
pub(super) fn count(told: i64, max: u32) -> u32 {
    u32::try_from(told.max(1)).unwrap_or(max).min(max)
}

/// Somebody came in; other actions are moderation.
fn member(reader: &mut Reader, payload: &Bytes) -> Result<Decoded, Broken> {
    let member: schema::Member = reader.read(payload)?;
    if !ENTER_ACTIONS.contains(&member.action) {
        return Ok(Decoded::Nothing);
    }
    Ok(of(reader, &member.user, Occurrence::Joined))
}

/// Taps in one message. The running total beside them jumps back and forth, and is not used.
fn like(reader: &mut Reader, payload: &Bytes) -> Result<Decoded, Broken> {
    let like: schema::Like = reader.read(payload)?;
    Ok(of(reader, &like.user, |viewer| Occurrence::Liked(viewer, count(like.count, MAX_LIKES))))
}

fn chat(reader: &mut Reader, payload: &Bytes) -> Result<Decoded, Broken> {
    let chat: schema::Chat = reader.read(payload)?;
    let said = |viewer| Occurrence::Commented(viewer, text::text(&chat.content, MAX_COMMENT_CHARS));
    Ok(of(reader, &chat.user, said))
}

fn emote_chat(reader: &mut Reader, payload: &Bytes) -> Result<Decoded, Broken> {
    let chat: schema::EmoteChat = reader.read(payload)?;
    Ok(of(reader, &chat.user, |viewer| Occurrence::Commented(viewer, EMOTE.to_owned())))
}

/// A follow or a share, which only the key of the sentence tells apart.
fn social(reader: &mut Reader, payload: &Bytes) -> Result<Decoded, Broken> {
    let social: schema::Social = reader.read(payload)?;
    let common: schema::Common = reader.read_or_default(&social.common);
    let key = key(reader, &common.display_text);
    let what: fn(Viewer) -> Occurrence = if key.contains("follow") {
        Occurrence::Followed
    } else if key.contains("share") {
        Occurrence::Shared
    } else if !key.is_empty() {
        // A sentence that we do not know; rather nothing than points for it.
        reader.remember::<schema::DisplayText>(1);
        payload_log::note_sentence("WebcastSocialMessage", &key);
        return Ok(Decoded::Nothing);
    } else if !social.share_target.is_empty() || social.share_count > 0 || social.action == 3 {
        Occurrence::Shared
    } else if social.follow_count > 0 || social.action == 1 {
        Occurrence::Followed
    } else {
        return Ok(Decoded::Nothing);
    };
    Ok(of(reader, &social.user, what))
}

/// A subscription that was made; reminders, gifts of subscriptions and cancellations are none.
fn subscription(reader: &mut Reader, payload: &Bytes) -> Result<Decoded, Broken> {
    let notice: schema::SubscriptionNotice = reader.read(payload)?;
    let is_taken_back = matches!(notice.status, 3 | 4);
    if notice.kind != 0 || is_taken_back {
        return Ok(Decoded::Nothing);
    }
    Ok(of(reader, &notice.user, Occurrence::Subscribed))
}

/// A line across the screen, which is how TikTok tells of super fans, and of much else.
///
/// Who it is about stands beside the sentence or only in it.
fn barrage(reader: &mut Reader, payload: &Bytes) -> Result<Decoded, Broken> {
    let barrage: schema::Barrage = reader.read(payload)?;
    let sentences = [&barrage.content, &barrage.common_content].map(|sentence| {
        let sentence: schema::DisplayText = reader.read_or_default(sentence);
        (key_of(&sentence), sentence)
    });
    let keys = sentences.iter().map(|(key, _)| key.as_str()).filter(|key| !key.is_empty());
    let Some(banner) = keys.clone().find_map(Banner::of) else {
        for key in keys {
            reader.remember::<schema::DisplayText>(1);
            payload_log::note_sentence("WebcastBarrageMessage", key);
        }
        return Ok(Decoded::Nothing);
    };
    let what = match banner {
        Banner::SuperFanCameIn => Occurrence::Joined,
        Banner::BecameSuperFan => Occurrence::Subscribed,
        Banner::OfNoInterest => return Ok(Decoded::Nothing),
    };
    let user = if barrage.user.is_empty() {
        sentences.iter().find_map(|(_, sentence)| person_in(reader, sentence)).unwrap_or_default()
    } else {
        barrage.user
    };
    Ok(of(reader, &user, what))
}

/// What a line across the screen tells, by the key of its sentence.
#[derive(Clone, Copy)]
enum Banner {
    /// Who was a super fan before came in.
    SuperFanCameIn,
    /// Somebody became a super fan: they subscribed.
    BecameSuperFan,
    /// Something known that nobody counts.
    OfNoInterest,
}

impl Banner {
    /// By a key in small letters; `None` for one that is not known. Rather nothing than points for it.
    fn of(key: &str) -> Option<Self> {
        let is_of_super_fans = key.starts_with("ttlive_superfan_");
        Some(match key {
            _ if is_of_super_fans && key.contains("superfanjoined") => Self::SuperFanCameIn,
            _ if is_of_super_fans && key.contains("becamesuperfan") => Self::BecameSuperFan,
            // Members of the host's fan club come in and rise; TikTok introduces what super fans are.
            "pm_mt_fan_live_join"
            | "pm_mt_fan_live_upgrade_bullet"
            | "ttlive_superfan_viewer_commentnotif_introducesuperfan_text" => Self::OfNoInterest,
            _ => return None,
        })
    }
}

/// The first person in a sentence.
fn person_in(reader: &mut Reader, sentence: &schema::DisplayText) -> Option<Bytes> {
    sentence.pieces.iter().take(MAX_PIECES).find_map(|piece| {
        let piece: schema::TextPiece = reader.read_or_default(piece);
        let person: schema::TextUser = reader.read_or_default(&piece.user);
        (!person.user.is_empty()).then_some(person.user)
    })
}

fn gifted(reader: &mut Reader, payload: &Bytes) -> Result<Decoded, Broken> {
    let (user, gift) = gift::gift(reader, payload)?;
    Ok(of(reader, &user, |viewer| Occurrence::Gifted(viewer, gift)))
}

/// How many watch now. A message without the number tells nothing: 0 would be a guess.
fn viewers(reader: &mut Reader, payload: &Bytes) -> Result<Decoded, Broken> {
    let room: schema::RoomViewers = reader.read(payload)?;
    let total = room.total.and_then(|total| u32::try_from(total).ok());
    Ok(total.map_or(Decoded::Nothing, |total| Decoded::Event(Occurrence::Viewers(total))))
}

fn control(reader: &mut Reader, payload: &Bytes) -> Result<Decoded, Broken> {
    let control: schema::RoomControl = reader.read(payload)?;
    Ok(Decoded::Control(match control.action {
        1 => Control::Paused,
        2 => Control::Resumed,
        3 => Control::Ended,
        4 => Control::Suspended,
        _ => return Ok(Decoded::Nothing),
    }))
}

/// What the person in `user` did, if it is a person with a handle.
fn of(reader: &mut Reader, user: &Bytes, what: impl FnOnce(Viewer) -> Occurrence) -> Decoded {
    viewer::viewer(reader, user).map_or(Decoded::OfNobody, |viewer| Decoded::Event(what(viewer)))
}

/// Which sentence TikTok would show, in small letters; empty when it does not say.
fn key(reader: &mut Reader, sentence: &Bytes) -> String {
    key_of(&reader.read_or_default(sentence))
}

/// Keys come in any mixture of capitals.
fn key_of(sentence: &schema::DisplayText) -> String {
    text::text(&sentence.key, MAX_KEY_CHARS).to_ascii_lowercase()
}
