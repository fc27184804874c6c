//! The request log: what the bot asked of Discord, in the order of arrival, bounded, without the bytes of files.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::rest::request::Request;
use crate::kernel::time::Timestamp;

/// How many requests are remembered.
const KEPT: usize = 20_000;

/// One request of the bot, and the status it was answered with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LoggedRequest {
    /// Its number, counted from 0 since the start.
    pub n: u64,
    /// The clock's time in milliseconds since 1970.
    pub at_ms: i64,
    /// `GET`, `POST` …
    pub method: String,
    /// The path without `/api/v10`.
    pub path: String,
    /// The query string without `?`.
    pub query: String,
    /// The content type; empty without a body.
    pub content_type: String,
    /// The JSON body or `payload_json`.
    pub body: Value,
    /// The uploaded files: field and file name.
    pub files: Vec<Value>,
    /// The other fields of a multipart body.
    pub fields: Map<String, Value>,
    /// The status of the answer; 0 while there is none.
    pub status: u16,
    /// Discord's error code, 0 where all is well.
    pub code: u64,
}

/// An entry as it is kept: the body as text takes a fraction of the memory.
#[derive(Debug)]
struct Entry {
    at: Timestamp,
    method: String,
    path: String,
    query: String,
    content_type: String,
    body: Option<Box<str>>,
    files: Vec<(String, String)>,
    fields: Map<String, Value>,
    status: u16,
    code: u64,
}

/// The requests of late.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    entries: VecDeque<Entry>,
    forgotten: u64,
}

impl RequestLog {
    /// Writes a request down and gives its number.
    pub(crate) fn write(&mut self, request: &Request, at: Timestamp) -> u64 {
        if self.entries.len() == KEPT {
            self.entries.pop_front();
            self.forgotten += 1;
        }
        self.entries.push_back(Entry {
            at,
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            content_type: request.content_type.clone(),
            body: (!request.body.is_null()).then(|| request.body.to_string().into()),
            files: request.files.iter().map(|file| (file.field.clone(), file.filename.clone())).collect(),
            fields: request.fields.clone(),
            status: 0,
            code: 0,
        });
        self.forgotten + self.entries.len() as u64 - 1
    }

    /// Notes how request `n` was answered.
    pub(crate) fn answer(&mut self, n: u64, status: u16, code: u64) {
        if let Some(entry) = self.position(n).and_then(|position| self.entries.get_mut(position)) {
            entry.status = status;
            entry.code = code;
        }
    }

    /// The remembered requests from number `from` on.
    pub(crate) fn from(&self, from: u64) -> Vec<LoggedRequest> {
        let skipped = self.position(from).unwrap_or(0);
        let numbered = (self.forgotten..).zip(&self.entries).skip(skipped);
        numbered.map(|(n, entry)| entry.shown(n)).collect()
    }

    fn position(&self, n: u64) -> Option<usize> {
        usize::try_from(n.checked_sub(self.forgotten)?).ok()
    }
}

impl Entry {
    fn shown(&self, n: u64) -> LoggedRequest {
        let body = self.body.as_ref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or(Value::Null);
        let files = self.files.iter().map(|(field, filename)| json!({"field": field, "filename": filename}));
        LoggedRequest {
            n,
            at_ms: self.at.micros().div_euclid(1000),
            method: self.method.clone(),
            path: self.path.clone(),
            query: self.query.clone(),
            content_type: self.content_type.clone(),
            body,
            files: files.collect(),
            fields: self.fields.clone(),
            status: self.status,
            code: self.code,
        }
    }
}
