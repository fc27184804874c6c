//! From the name of an account to the room of its live, by TikTok's public pages, without the sign service.
//!
//! The places are asked in this order, each only when those before it did not settle the matter:
//!
//! 1. the page `/@name/live`, whose script `SIGI_STATE` holds room and state;
//! 2. `api-live`, which tells the same as plain JSON;
//! 3. `check_alive`, which knows rooms only, and confirms that the one we found is live;
//! 4. `room/info`, where the places before it contradict each other or the check cannot be asked.
//!
//! What is believed:
//! - A state of 2 (live) or 3 (paused) with a room is a live, and 4 without a room is none.
//! - **What contradicts itself or lacks what matters settles nothing**: a live without a room (`""`, `"0"` or nothing), a
//!   room that is said to be over (TikTok keeps the last one, and gives old answers for new lives), a room without a
//!   state, the answer about another account. Then the next place is asked, and where two disagree the one that names a
//!   room of a live is checked.
//! - "Not found" counts only when the page could be read and says so too: to a blocked caller TikTok says that of
//!   accounts that are live.
//! - `check_alive` may take a live away from us, unless two places and `room/info` say otherwise; when it cannot be asked
//!   the page is believed.
//!
//! Rooms have 19 digits, which no floating-point number holds; they are read as text or as whole numbers only.

use serde_json::Value;

use super::browser::{self, Browser};
use super::endpoints::Endpoints;
use super::refusal::{Refusal, TransportError};
use super::request::{HttpResponse, Requester};
use super::wire::RoomId;
use crate::live::Handle;

/// Most bytes of the page, which is about half a megabyte.
const MOST_PAGE_BYTES: u64 = 8 << 20;
/// Most bytes of an answer in JSON.
const MOST_JSON_BYTES: u64 = 1 << 20;
/// What a room's state means.
const LIVE: i64 = 2;
const PAUSED: i64 = 3;
const ENDED: i64 = 4;
/// TikTok's codes in its answers.
const USER_NOT_FOUND: i64 = 19_881_007;
const LOGIN_NEEDED: i64 = 20_003;
const AGE_RESTRICTED: i64 = 4_003_110;

/// Whether an account is live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Live {
    /// It is, in this room. A room belongs to one live; the next one has another.
    OnAir(RoomId),
    /// It is not.
    Offline,
}

/// What one of the places says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Word {
    /// Live, in this room.
    OnAir(RoomId),
    /// A room, and nothing that says whether it is live.
    Room(RoomId),
    /// A room, and that it is over: so it says of the last live, and of the present one when its answer is old.
    Over(RoomId),
    /// Not live, and no room.
    Offline,
    /// No room, and no word on the state of one.
    NoRoom,
    /// Live without a room, or the answer about another account.
    Unclear,
    /// No such account, or one that was never live.
    NotFound,
    /// Nothing, for this reason.
    Nothing(Refusal),
}

/// Asks TikTok's pages.
#[derive(Clone, Copy)]
pub(super) struct Rooms<'a> {
    pub(super) requester: &'a Requester,
    pub(super) endpoints: &'a Endpoints,
    pub(super) browser: &'a Browser,
}

impl Rooms<'_> {
    /// Whether `name` is live. Five requests at the most, and one for who is simply not live.
    pub(super) async fn look_up(&self, name: &Handle) -> Result<Live, Refusal> {
        let page = self.page(name).await;
        match page {
            Word::Offline => Ok(Live::Offline),
            Word::OnAir(room) | Word::Room(room) => match self.is_alive(room).await {
                Ok(true) => Ok(Live::OnAir(room)),
                // The page may be an old one: of the live before, or of this one when it was over for a moment.
                Ok(false) => self.in_place_of(room, self.api_live(name).await).await,
                Err(_) if matches!(page, Word::OnAir(_)) => Ok(Live::OnAir(room)),
                Err(_) => self.by_room_info(room).await,
            },
            _ => self.agreed(page, self.api_live(name).await).await,
        }
    }

    /// What is true when the page named a live in `stale`, and the check says that this one is over.
    async fn in_place_of(&self, stale: RoomId, api_live: Word) -> Result<Live, Refusal> {
        match api_live {
            // Two say that it is live and one that it is not.
            Word::OnAir(room) if room == stale => Ok(self.by_room_info(room).await.unwrap_or(Live::Offline)),
            Word::OnAir(room) => self.checked(room, Live::OnAir(room)).await,
            Word::Room(room) if room != stale => self.checked(room, Live::Offline).await,
            _ => Ok(Live::Offline),
        }
    }

    /// What page and `api-live` say together, where the page settled nothing.
    async fn agreed(&self, page: Word, api_live: Word) -> Result<Live, Refusal> {
        match (page, api_live) {
            (_, Word::OnAir(room)) => self.checked(room, Live::OnAir(room)).await,
            (_, Word::Room(room)) => match self.is_alive(room).await {
                Ok(is_alive) => Ok(live_if(room, is_alive)),
                Err(_) => self.by_room_info(room).await,
            },
            (_, Word::Offline) | (Word::Over(_), Word::Over(_)) | (Word::NoRoom, Word::NoRoom) => Ok(Live::Offline),
            // One place alone says that it is over, and names a room by which that can be seen.
            (Word::Over(room), _) | (_, Word::Over(room)) => self.checked(room, Live::Offline).await,
            (Word::NotFound, Word::NotFound | Word::Nothing(_)) => Err(Refusal::NotFound),
            // A captcha says more than the block that follows it.
            (Word::Nothing(Refusal::Captcha), Word::Nothing(_)) => Err(Refusal::Captcha),
            (Word::Nothing(reason), Word::NotFound | Word::NoRoom | Word::Unclear) | (_, Word::Nothing(reason)) => {
                Err(reason)
            }
            (_, Word::NotFound | Word::NoRoom | Word::Unclear) => Err(Refusal::Contradiction),
        }
    }

    /// What the check says of a room; `otherwise` where it says nothing.
    async fn checked(&self, room: RoomId, otherwise: Live) -> Result<Live, Refusal> {
        Ok(self.is_alive(room).await.map_or(otherwise, |is_alive| live_if(room, is_alive)))
    }

    /// What the room's own page says of its state.
    async fn by_room_info(&self, room: RoomId) -> Result<Live, Refusal> {
        let answer = self.json(&["room", "info", ""], &[("room_id", &room.to_string())]).await?;
        let told = answer.get("data").unwrap_or(&Value::Null);
        let told_of = ["id_str", "id"].into_iter().find_map(|name| told.get(name).and_then(room_id));
        match told.get("status").and_then(whole) {
            Some(LIVE | PAUSED) if told_of.is_none_or(|told_of| told_of == room) => Ok(Live::OnAir(room)),
            Some(ENDED) if told_of.is_none_or(|told_of| told_of == room) => Ok(Live::Offline),
            _ => Err(refused(&answer).unwrap_or(Refusal::Contradiction)),
        }
    }

    /// Why TikTok may refuse a live that it says is there, as far as the room's own page tells. Never a gate: the events
    /// of a room often come although this page is withheld.
    pub(super) async fn hindrance(&self, room: RoomId) -> Option<Refusal> {
        let room = room.to_string();
        let answer = self.json(&["room", "info", ""], &[("room_id", &room)]).await.ok()?;
        restriction(answer.get("status_code").and_then(Value::as_i64)?)
    }

    async fn page(&self, name: &Handle) -> Word {
        let path = [&format!("@{}", name.as_str()), "live"];
        let asked = async {
            let url = self.endpoints.admit(&self.endpoints.web)?.join(&path);
            Ok(self.requester.page(url, browser::headers(), MOST_PAGE_BYTES).await?)
        };
        match asked.await {
            Ok(answer) => read_page(&answer, name),
            Err(refusal) => Word::Nothing(refusal),
        }
    }

    async fn api_live(&self, name: &Handle) -> Word {
        let more = [("uniqueId", name.as_str()), ("sourceType", "54"), ("staleTime", "600000")];
        let asked = async {
            let base = self.endpoints.admit(&self.endpoints.web)?;
            let url = self.browser.ask(base.join(&["api-live", "user", "room", ""]), &more);
            let answer = self.requester.get(url, browser::headers(), MOST_JSON_BYTES).await?;
            read_json(&answer)
        };
        match asked.await {
            Ok(answer) => read_api_live(&answer, name),
            Err(refusal) => Word::Nothing(refusal),
        }
    }

    async fn is_alive(&self, room: RoomId) -> Result<bool, Refusal> {
        let answer = self.json(&["room", "check_alive", ""], &[("room_ids", &room.to_string())]).await?;
        read_check_alive(&answer, room)
    }

    async fn json(&self, path: &[&str], more: &[(&str, &str)]) -> Result<Value, Refusal> {
        let url = self.browser.ask(self.endpoints.admit(&self.endpoints.webcast)?.join(path), more);
        let answer = self.requester.get(url, browser::headers(), MOST_JSON_BYTES).await?;
        read_json(&answer)
    }
}

const fn live_if(room: RoomId, is_alive: bool) -> Live {
    if is_alive { Live::OnAir(room) } else { Live::Offline }
}

fn read_page(answer: &HttpResponse, name: &Handle) -> Word {
    if answer.status >= 500 {
        return Word::Nothing(TransportError::Failed(answer.status).into());
    }
    let html = String::from_utf8_lossy(&answer.body);
    let Some(state) = sigi_state(&html) else { return Word::Nothing(Refusal::Blocked) };
    let Ok(state) = serde_json::from_str::<Value>(state) else { return Word::Nothing(Refusal::Captcha) };
    match state.pointer("/LiveRoom/liveRoomUserInfo") {
        Some(info) if info.is_object() => word(name, &info["user"], &info["liveRoom"], state.pointer("/LiveRoom")),
        _ => Word::NotFound,
    }
}

/// The content of the script that holds the page's state.
fn sigi_state(html: &str) -> Option<&str> {
    let script = html.split_once("id=\"SIGI_STATE\"")?.1;
    let content = script.split_once('>')?.1;
    Some(content.split_once("</script>")?.0)
}

fn read_api_live(answer: &Value, name: &Handle) -> Word {
    let code = answer.get("statusCode").and_then(whole).unwrap_or_default();
    let is_unknown = answer.get("message").and_then(Value::as_str) == Some("user_not_found");
    match code {
        _ if is_unknown => Word::NotFound,
        USER_NOT_FOUND => Word::NotFound,
        0 if answer.pointer("/data/user").is_some_and(Value::is_object) => word(
            name,
            answer.pointer("/data/user").unwrap_or(&Value::Null),
            answer.pointer("/data/liveRoom").unwrap_or(&Value::Null),
            None,
        ),
        0 => Word::NotFound,
        code => Word::Nothing(restriction(code).unwrap_or(Refusal::Unexpected(code))),
    }
}

/// What is said of the room that was asked for; what is said of another one is nothing.
fn read_check_alive(answer: &Value, room: RoomId) -> Result<bool, Refusal> {
    let told = answer.pointer("/data/0").unwrap_or(&Value::Null);
    let told_of = ["room_id_str", "room_id"].into_iter().find_map(|name| told.get(name).and_then(room_id));
    match told.get("alive").and_then(Value::as_bool) {
        Some(alive) if told_of.is_none_or(|told_of| told_of == room) => Ok(alive),
        Some(_) => Err(Refusal::Contradiction),
        None => Err(refused(answer).unwrap_or(Refusal::Unexpected(0))),
    }
}

/// Why an answer of TikTok's interface for lives tells nothing, where it has a code for that.
fn refused(answer: &Value) -> Option<Refusal> {
    let code = answer.get("status_code").and_then(whole).filter(|code| *code != 0)?;
    Some(restriction(code).unwrap_or(Refusal::Unexpected(code)))
}

fn restriction(code: i64) -> Option<Refusal> {
    match code {
        AGE_RESTRICTED => Some(Refusal::AgeRestricted),
        LOGIN_NEEDED => Some(Refusal::LoginNeeded),
        _ => None,
    }
}

/// What TikTok's records of a live say. The state of the room counts more than the state of the person, which is often
/// that of the account and not of a live. `around` is what the page says of the live as a whole: 0 where there is none.
fn word(name: &Handle, user: &Value, live_room: &Value, around: Option<&Value>) -> Word {
    let told_of = user.get("uniqueId").and_then(Value::as_str).filter(|told_of| !told_of.is_empty());
    if told_of.is_some_and(|told_of| Handle::parse(told_of).as_ref() != Ok(name)) {
        return Word::Unclear;
    }
    let around = around
        .and_then(|around| whole(around.get("liveRoomStatus")?))
        .map(|state| if state == 0 { ENDED } else { state });
    let of_room = live_room.get("status").and_then(whole).or(around);
    let state = of_room.or_else(|| user.get("status").and_then(whole));
    match (user.get("roomId").and_then(room_id), state) {
        (None, Some(ENDED)) => Word::Offline,
        (None, _) if of_room.is_none() => Word::NoRoom,
        (None, _) => Word::Unclear,
        (Some(room), Some(ENDED)) => Word::Over(room),
        (Some(room), Some(LIVE | PAUSED)) => Word::OnAir(room),
        (Some(room), _) => Word::Room(room),
    }
}

/// A room as text or as a whole number; `None` for 0 and for anything else.
fn room_id(value: &Value) -> Option<RoomId> {
    parse_room(match value {
        Value::String(text) => text.parse().ok()?,
        other => other.as_u64()?,
    })
}

/// A room's number, if it can be one: TikTok's own messages hold it in 63 bits.
pub(super) fn parse_room(number: u64) -> Option<RoomId> {
    (number > 0 && i64::try_from(number).is_ok()).then(|| RoomId::new(number))
}

fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn read_json(answer: &HttpResponse) -> Result<Value, Refusal> {
    if answer.status >= 500 {
        return Err(TransportError::Failed(answer.status).into());
    }
    // 403, 429, an empty body, a page in place of JSON: TikTok's ways to turn a caller away.
    let json = serde_json::from_slice::<Value>(&answer.body).ok().filter(Value::is_object);
    json.filter(|_| answer.status < 300 || answer.status == 400).ok_or(Refusal::Blocked)
}
