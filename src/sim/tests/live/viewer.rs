//! A client of a live in the raw: HTTP, a socket, and just enough protobuf read by hand to see what came.

use std::io::Read;

use flate2::read::GzDecoder;
use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::*;

pub(super) const BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64) Chrome/142.0";

/// A field: its number, and its number or bytes.
pub(super) type Field = (u64, u64, Vec<u8>);

/// Reads a message without any of the simulator's code.
pub(super) fn fields(mut bytes: &[u8]) -> Vec<Field> {
    fn varint(bytes: &mut &[u8]) -> u64 {
        let mut value = 0;
        for shift in 0.. {
            let byte = bytes[0];
            *bytes = &bytes[1..];
            value |= u64::from(byte & 0x7f) << (7 * shift);
            if byte < 0x80 {
                break;
            }
        }
        value
    }
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let key = varint(&mut bytes);
        match key & 7 {
            0 => found.push((key >> 3, varint(&mut bytes), Vec::new())),
            2 => {
                let length = usize::try_from(varint(&mut bytes)).unwrap();
                found.push((key >> 3, 0, bytes[..length].to_vec()));
                bytes = &bytes[length..];
            }
            other => panic!("wire type {other}"),
        }
    }
    found
}

/// The number at a path of fields, 0 where there is none.
pub(super) fn number(bytes: &[u8], path: &[u64]) -> u64 {
    let (last, inner) = path.split_last().unwrap();
    let bytes = inner.iter().fold(bytes.to_vec(), |bytes, field| part(&bytes, *field));
    fields(&bytes).iter().find(|(field, ..)| field == last).map_or(0, |(_, number, _)| *number)
}

/// The bytes in a field, empty where there is none.
pub(super) fn part(bytes: &[u8], field: u64) -> Vec<u8> {
    fields(bytes).into_iter().find(|(at, ..)| *at == field).map(|(.., part)| part).unwrap_or_default()
}

/// The text at a path of fields.
pub(super) fn text(bytes: &[u8], path: &[u64]) -> String {
    let bytes = path.iter().fold(bytes.to_vec(), |bytes, field| part(&bytes, *field));
    String::from_utf8(bytes).unwrap()
}

/// All entries of a repeated field.
pub(super) fn each(bytes: &[u8], field: u64) -> Vec<Vec<u8>> {
    fields(bytes).into_iter().filter(|(at, ..)| *at == field).map(|(.., part)| part).collect()
}

/// A message of the room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RoomMessage {
    pub(super) method: String,
    pub(super) payload: Vec<u8>,
    pub(super) id: u64,
    pub(super) is_history: bool,
}

/// The messages of a result.
pub(super) fn told(result: &[u8]) -> Vec<RoomMessage> {
    let read = |message: Vec<u8>| RoomMessage {
        method: text(&message, &[1]),
        payload: part(&message, 2),
        id: number(&message, &[3]),
        is_history: number(&message, &[6]) == 1,
    };
    each(result, 1).into_iter().map(read).collect()
}

fn put(bytes: &mut Vec<u8>, field: u64, value: &[u8]) {
    for mut number in [field << 3 | 2, value.len() as u64] {
        while number >= 0x80 {
            bytes.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        bytes.push(u8::try_from(number).unwrap());
    }
    bytes.extend_from_slice(value);
}

fn put_number(bytes: &mut Vec<u8>, field: u64, value: u64) {
    for mut number in [field << 3, value] {
        while number >= 0x80 {
            bytes.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        bytes.push(u8::try_from(number).unwrap());
    }
}

/// Encodes every character but letters and digits.
pub(super) fn encoded(value: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    value.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// What the sign step answered.
#[derive(Clone, Debug)]
pub(super) struct Signed {
    pub(super) status: u16,
    pub(super) headers: reqwest::header::HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Signed {
    /// The cookie as the socket wants it.
    pub(super) fn cookie(&self) -> String {
        let set = self.headers.get("x-set-tt-cookie").map(|cookie| cookie.to_str().unwrap());
        set.unwrap_or_default().split(';').next().unwrap_or_default().to_owned()
    }

    /// The address that it gives for the socket.
    pub(super) fn address(&self, room: u64) -> String {
        let routes = each(&self.body, 7);
        let routes = routes.iter().map(|entry| format!("{}={}", text(entry, &[1]), encoded(&text(entry, &[2]))));
        let routes: Vec<String> = routes.collect();
        let server = text(&self.body, &[10]);
        format!("{server}?{}&{}&version_code=270000", fixed(room), routes.join("&"))
    }
}

/// The parameters that every client sends.
pub(super) fn fixed(room: u64) -> String {
    format!(
        "version_code=180800&aid=1988&app_name=tiktok_web&device_platform=web_pc&identity=audience&live_id=12&\
         compress=gzip&room_id={room}"
    )
}

/// A frame of the server.
#[derive(Clone, Debug)]
pub(super) struct Came {
    pub(super) log_id: u64,
    pub(super) kind: String,
    pub(super) compress_type: Option<String>,
    pub(super) payload: Vec<u8>,
}

impl Came {
    /// The result in it, unpacked where it is packed.
    pub(super) fn result(&self) -> Vec<u8> {
        if !self.payload.starts_with(&[0x1f, 0x8b]) {
            return self.payload.clone();
        }
        let mut unpacked = Vec::new();
        GzDecoder::new(&*self.payload).read_to_end(&mut unpacked).unwrap();
        unpacked
    }

    /// The messages in it.
    pub(super) fn told(&self) -> Vec<RoomMessage> {
        told(&self.result())
    }
}

/// A connection of the raw client.
pub(super) struct Viewer {
    pub(super) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(super) options: Option<String>,
    room: u64,
}

/// A simulator with somebody live.
pub(super) struct Studio {
    pub(super) sim: Sim,
    pub(super) hand: ClockHand,
    pub(super) http: reqwest::Client,
    pub(super) room: u64,
}

impl Studio {
    pub(super) async fn new() -> Self {
        let (sim, hand) = sim().await;
        let room = sim.goes_live("host").await.unwrap();
        Self { sim, hand, http: reqwest::Client::builder().no_proxy().build().unwrap(), room }
    }

    /// Fetches below the address of the lives; gives status and text.
    pub(super) async fn page(&self, path: &str) -> (u16, String) {
        let answer = self.http.get(format!("{}{path}", self.sim.live_url())).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    /// The same, as JSON.
    pub(super) async fn json(&self, path: &str) -> Value {
        let (_, text) = self.page(path).await;
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{path} gave {text}"))
    }

    /// The sign step in its newer form.
    pub(super) async fn sign(&self) -> Signed {
        self.sign_at(&format!("/webcast/rooms/{}/connect", self.room)).await
    }

    /// The sign step at a path.
    pub(super) async fn sign_at(&self, path: &str) -> Signed {
        let params = format!("client=test&user_agent={}&client_enter=true&platform=web", encoded(BROWSER));
        let join = if path.contains('?') { '&' } else { '?' };
        let request = self.http.get(format!("{}{path}{join}{params}", self.sim.live_url()));
        let answer = request.header("X-Api-Key", "a key").send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Signed { status, headers, body: answer.bytes().await.unwrap().to_vec() }
    }

    /// Signs, connects and enters the room.
    pub(super) async fn enter(&self) -> Viewer {
        let signed = self.sign().await;
        let mut viewer = dial(&signed.address(self.room), &signed.cookie(), BROWSER).await.unwrap();
        viewer.room = self.room;
        viewer.enter().await;
        assert_eq!(viewer.next().await.unwrap().kind, "im_enter_room_resp");
        viewer
    }

    /// Sends one event.
    pub(super) async fn event(&self, event: Value) -> LiveSent {
        self.sim.live_events("host", &[event]).await.unwrap()
    }

    /// Breaks something.
    pub(super) async fn fault(&self, fault: impl Into<LiveFault>) {
        self.sim.live_fault("host", fault).await.unwrap();
    }

    /// What was seen.
    pub(super) async fn seen(&self) -> LiveSeen {
        self.sim.live_seen("host").await.unwrap()
    }
}

/// Dials a socket; a refusal gives status and message of the handshake.
pub(super) async fn dial(address: &str, cookie: &str, browser: &str) -> Result<Viewer, (u16, String)> {
    let mut request = address.into_client_request().unwrap();
    for (name, value) in [("cookie", cookie), ("user-agent", browser)] {
        if !value.is_empty() {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
    }
    match connect_async(request).await {
        Ok((socket, response)) => {
            let options = response.headers().get("handshake-options").map(|value| value.to_str().unwrap().to_owned());
            Ok(Viewer { socket, options, room: 0 })
        }
        Err(Error::Http(response)) => {
            let said = response.headers().get("handshake-msg").map(|value| value.to_str().unwrap().to_owned());
            Err((response.status().as_u16(), said.unwrap_or_default()))
        }
        Err(other) => panic!("{other}"),
    }
}

impl Viewer {
    async fn say(&mut self, kind: &str, log_id: u64, payload: &[u8]) {
        let mut frame = Vec::new();
        if log_id != 0 {
            put_number(&mut frame, 2, log_id);
        }
        put(&mut frame, 6, b"pb");
        put(&mut frame, 7, kind.as_bytes());
        put(&mut frame, 8, payload);
        self.socket.send(Message::Binary(frame.into())).await.unwrap();
    }

    pub(super) async fn enter(&mut self) {
        let mut entry = Vec::new();
        put_number(&mut entry, 1, self.room);
        put_number(&mut entry, 4, 12);
        put(&mut entry, 5, b"audience");
        put(&mut entry, 9, b"0");
        self.say("im_enter_room", 0, &entry).await;
    }

    pub(super) async fn beat(&mut self, sequence: u64) {
        let mut beat = Vec::new();
        put_number(&mut beat, 1, self.room);
        put_number(&mut beat, 2, sequence);
        self.say("hb", 0, &beat).await;
    }

    pub(super) async fn ack(&mut self, frame: &Came) {
        let ext = part(&frame.result(), 5);
        self.say("ack", frame.log_id, &ext).await;
    }

    /// The next frame; how the connection ended where there is none: a code, or `None` without one.
    pub(super) async fn next(&mut self) -> Result<Came, Option<u16>> {
        let bytes = self.next_raw().await?;
        let header = part(&bytes, 5);
        Ok(Came {
            log_id: number(&bytes, &[2]),
            kind: text(&bytes, &[7]),
            compress_type: (!header.is_empty()).then(|| {
                assert_eq!(text(&header, &[1]), "compress_type");
                text(&header, &[2])
            }),
            payload: part(&bytes, 8),
        })
    }

    /// The bytes of the next frame.
    pub(super) async fn next_raw(&mut self) -> Result<Vec<u8>, Option<u16>> {
        let next = tokio::time::timeout(SOON, self.socket.next()).await.expect("nothing came");
        match next {
            Some(Ok(Message::Binary(bytes))) => Ok(bytes.to_vec()),
            Some(Ok(Message::Close(frame))) => Err(frame.map(|frame| frame.code.into())),
            Some(Ok(other)) => panic!("{other:?}"),
            Some(Err(_)) | None => Err(None),
        }
    }

    /// The messages of the next frame.
    pub(super) async fn told(&mut self) -> Vec<RoomMessage> {
        self.next().await.unwrap().told()
    }
}
