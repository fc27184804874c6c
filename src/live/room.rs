//! From the name of an account to the room of its live, by TikTok's public pages, without the sign service.
//!
//! Three places are asked, in this order, each only when those before it did not settle the matter:
//!
//! 1. the page `/@name/live`, whose script `SIGI_STATE` holds room and state;
//! 2. `api-live`, which tells the same as plain JSON;
//! 3. `check_alive`, which knows rooms only, and confirms that the one we found is live.
//!
//! What is believed:
//! - A state of 2 (live) or 3 (paused) with a room is a live, and 4 is none. No room (`""`, `"0"` or nothing) is none.
//! - "Not found" counts only when the page could be read and says so too: to a blocked caller TikTok says that of
//!   accounts that are live.
//! - `check_alive` may take a live away from us, but when it cannot be asked the page is believed.
//!
//! Rooms have 19 digits, which no floating-point number holds; they are read as text or as whole numbers only.

use serde_json::Value;

use super::Handle;
use super::browser::{self, Browser};
use super::endpoints::Endpoints;
use super::refusal::{Refusal, Trouble};
use super::request::{Answer, Requester};
use super::wire::RoomId;

/// Most bytes of the page, which is about half a megabyte.
const MOST_PAGE_BYTES: usize = 8 << 20;
/// Most bytes of an answer in JSON.
const MOST_JSON_BYTES: usize = 1 << 20;
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
    /// Not live.
    Offline,
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
    /// Whether `name` is live.
    pub(super) async fn look_up(&self, name: &Handle) -> Result<Live, Refusal> {
        let page = self.page(name).await;
        let word = match page {
            Word::NotFound | Word::Nothing(_) => agreed(page, self.api_live(name).await),
            settled => settled,
        };
        match word {
            Word::Offline => Ok(Live::Offline),
            Word::NotFound => Err(Refusal::NotFound),
            Word::Nothing(reason) => Err(reason),
            Word::OnAir(room) => {
                Ok(if self.is_alive(room).await == Ok(false) { Live::Offline } else { Live::OnAir(room) })
            }
            Word::Room(room) => Ok(if self.is_alive(room).await? { Live::OnAir(room) } else { Live::Offline }),
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
            Ok(answer) => read_page(&answer),
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
            Ok(answer) => read_api_live(&answer),
            Err(refusal) => Word::Nothing(refusal),
        }
    }

    async fn is_alive(&self, room: RoomId) -> Result<bool, Refusal> {
        let room = room.to_string();
        let answer = self.json(&["room", "check_alive", ""], &[("room_ids", &room)]).await?;
        read_check_alive(&answer)
    }

    async fn json(&self, path: &[&str], more: &[(&str, &str)]) -> Result<Value, Refusal> {
        let url = self.browser.ask(self.endpoints.admit(&self.endpoints.webcast)?.join(path), more);
        let answer = self.requester.get(url, browser::headers(), MOST_JSON_BYTES).await?;
        read_json(&answer)
    }
}

/// What page and `api-live` say together, where the page settled nothing.
fn agreed(page: Word, api_live: Word) -> Word {
    match (page, api_live) {
        (Word::Nothing(reason), Word::NotFound) => Word::Nothing(reason),
        (Word::NotFound, Word::Nothing(_)) => Word::NotFound,
        // A captcha says more than the block that follows it.
        (Word::Nothing(Refusal::Captcha), Word::Nothing(_)) => Word::Nothing(Refusal::Captcha),
        (_, word) => word,
    }
}

fn read_page(answer: &Answer) -> Word {
    if answer.status >= 500 {
        return Word::Nothing(Trouble::Failed(answer.status).into());
    }
    let html = String::from_utf8_lossy(&answer.body);
    let Some(state) = sigi_state(&html) else { return Word::Nothing(Refusal::Blocked) };
    let Ok(state) = serde_json::from_str::<Value>(state) else { return Word::Nothing(Refusal::Captcha) };
    match state.pointer("/LiveRoom/liveRoomUserInfo") {
        Some(info) if info.is_object() => word(&info["user"], &info["liveRoom"]),
        _ => Word::NotFound,
    }
}

/// The content of the script that holds the page's state.
fn sigi_state(html: &str) -> Option<&str> {
    let script = html.split_once("id=\"SIGI_STATE\"")?.1;
    let content = script.split_once('>')?.1;
    Some(content.split_once("</script>")?.0)
}

fn read_api_live(answer: &Value) -> Word {
    let code = answer.get("statusCode").and_then(whole).unwrap_or_default();
    let is_unknown = answer.get("message").and_then(Value::as_str) == Some("user_not_found");
    match code {
        _ if is_unknown => Word::NotFound,
        USER_NOT_FOUND => Word::NotFound,
        0 if answer.pointer("/data/user").is_some_and(Value::is_object) => word(
            answer.pointer("/data/user").unwrap_or(&Value::Null),
            answer.pointer("/data/liveRoom").unwrap_or(&Value::Null),
        ),
        0 => Word::NotFound,
        code => Word::Nothing(restriction(code).unwrap_or(Refusal::Unexpected(code))),
    }
}

fn read_check_alive(answer: &Value) -> Result<bool, Refusal> {
    if let Some(alive) = answer.pointer("/data/0/alive").and_then(Value::as_bool) {
        return Ok(alive);
    }
    let code = answer.get("status_code").and_then(whole).unwrap_or_default();
    Err(restriction(code).unwrap_or(Refusal::Unexpected(code)))
}

fn restriction(code: i64) -> Option<Refusal> {
    match code {
        AGE_RESTRICTED => Some(Refusal::AgeRestricted),
        LOGIN_NEEDED => Some(Refusal::LoginNeeded),
        _ => None,
    }
}

/// What TikTok's two records of a live say. The state of the room counts more than the state of the person.
fn word(user: &Value, live_room: &Value) -> Word {
    let state = [live_room, user].into_iter().find_map(|record| record.get("status").and_then(whole));
    match (user.get("roomId").and_then(room_id), state) {
        (None, _) | (_, Some(ENDED)) => Word::Offline,
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

fn read_json(answer: &Answer) -> Result<Value, Refusal> {
    if answer.status >= 500 {
        return Err(Trouble::Failed(answer.status).into());
    }
    // 403, 429, an empty body, a page in place of JSON: TikTok's ways to turn a caller away.
    let json = serde_json::from_slice::<Value>(&answer.body).ok().filter(Value::is_object);
    json.filter(|_| answer.status < 300 || answer.status == 400).ok_or(Refusal::Blocked)
}
