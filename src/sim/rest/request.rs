//! A request as the handlers see it: path, query, JSON, files.

use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::{Map, Value};

use super::answer::ApiError;
use crate::Id;

/// The most that any request may hold, whatever the upload limit is set to.
const HARD_LIMIT: usize = 256 << 20;

/// A parsed request.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path behind `/api/v10`, as it was sent.
    pub(crate) path: String,
    /// The path's segments, percent-decoded.
    pub(crate) segments: Vec<String>,
    pub(crate) query: String,
    pub(crate) token: Option<String>,
    /// The token of a person, which an application shows.
    pub(crate) bearer: Option<String>,
    pub(crate) reason: Option<String>,
    pub(crate) content_type: String,
    /// The JSON body, or `payload_json`; `Null` without one.
    pub(crate) body: Value,
    /// Whether there was a body that is no JSON.
    pub(crate) is_malformed: bool,
    pub(crate) files: Vec<Upload>,
    /// The other fields of a multipart body.
    pub(crate) fields: Map<String, Value>,
}

/// An uploaded file.
#[derive(Clone, Debug)]
pub(crate) struct Upload {
    /// The name of the form field: `files[0]`.
    pub(crate) field: String,
    pub(crate) filename: String,
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: Bytes,
}

impl Upload {
    /// The number in `files[0]`.
    pub(crate) fn index(&self) -> Option<u64> {
        self.field.strip_prefix("files[")?.strip_suffix(']')?.parse().ok()
    }
}

impl Request {
    /// Reads a whole request. `path` is the part behind `/api/v10`.
    pub(crate) async fn read(request: axum::extract::Request, path: &str) -> Self {
        let mut read = Self::without_body(&request, path);
        if read.content_type.starts_with("multipart/form-data") {
            read.is_malformed = read.read_fields(request).await.is_none();
        } else {
            read.read_json(request).await;
        }
        read
    }

    fn without_body(request: &axum::extract::Request, path: &str) -> Self {
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Self {
            method: request.method().as_str().to_owned(),
            path: path.to_owned(),
            segments: path.split('/').filter(|segment| !segment.is_empty()).map(decoded).collect(),
            query: request.uri().query().unwrap_or_default().to_owned(),
            token: header(AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bot ").map(str::to_owned)),
            bearer: header(AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned)),
            reason: header("x-audit-log-reason").map(|reason| decoded(&reason)),
            content_type: header(CONTENT_TYPE.as_str()).unwrap_or_default(),
            ..Self::default()
        }
    }

    async fn read_json(&mut self, request: axum::extract::Request) {
        match axum::body::to_bytes(request.into_body(), HARD_LIMIT).await {
            Ok(bytes) if bytes.is_empty() => {}
            Ok(bytes) => match serde_json::from_slice(&bytes) {
                Ok(body) => self.body = body,
                Err(_) => self.is_malformed = true,
            },
            Err(_) => self.is_malformed = true,
        }
    }

    async fn read_fields(&mut self, request: axum::extract::Request) -> Option<()> {
        let mut multipart = Multipart::from_request(request, &()).await.ok()?;
        while let Some(field) = multipart.next_field().await.ok()? {
            let name = field.name().unwrap_or_default().to_owned();
            let filename = field.file_name().map(str::to_owned);
            let content_type = field.content_type().map(str::to_owned);
            let bytes = field.bytes().await.ok()?;
            match filename {
                _ if name == "payload_json" => self.body = serde_json::from_slice(&bytes).ok()?,
                Some(filename) => self.files.push(Upload { field: name, filename, content_type, bytes }),
                None => {
                    self.fields.insert(name, Value::from(String::from_utf8_lossy(&bytes).into_owned()));
                }
            }
        }
        Some(())
    }

    /// One value of the query string, percent-decoded.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let mut pairs = self.query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| decoded(value))
    }

    /// A number or id of the query string.
    pub(crate) fn query_number(&self, name: &str) -> Result<Option<u64>, ApiError> {
        let Some(text) = self.query(name) else { return Ok(None) };
        text.parse()
            .map(Some)
            .map_err(|_| ApiError::invalid(name, "NUMBER_TYPE_COERCE", &format!("Value \"{text}\" is not int.")))
    }

    /// Whether a switch of the query string is on.
    pub(crate) fn query_is_on(&self, name: &str) -> bool {
        self.query(name).is_some_and(|value| value == "1" || value == "true")
    }
}

/// Reads an id of the path; Discord answers a form error for what is none.
pub(crate) fn snowflake(text: &str) -> Result<Id, ApiError> {
    text.parse()
        .map_err(|_| ApiError::invalid("", "NUMBER_TYPE_COERCE", &format!("Value \"{text}\" is not snowflake.")))
}

/// Takes percent signs out of a text.
pub(crate) fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let escaped = tail.split_at_checked(2).filter(|_| *first == b'%').and_then(|(hex, after)| {
            let byte = u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok()?;
            Some((byte, after))
        });
        let (byte, after) = escaped.unwrap_or((*first, tail));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
