//! A window of a browser on our pages, over HTTP: it keeps cookies, sends forms with what their page hid in them, and says
//! where it comes from. It follows no redirect, so that a test sees where a form leads.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use reqwest::multipart::{Form, Part};
use reqwest::redirect::Policy;
use reqwest::{RequestBuilder, StatusCode};

use crate::patience::LONG;

pub struct Window {
    base: String,
    http: reqwest::Client,
    cookies: Mutex<BTreeMap<String, String>>,
    hidden: Mutex<Vec<(String, String)>>,
}

/// What came of a request.
#[derive(Debug)]
pub struct Seen {
    pub status: StatusCode,
    pub text: String,
    /// Where it leads.
    pub to: Option<String>,
}

impl Window {
    /// A window on the pages of an address such as `http://127.0.0.1:3000`.
    pub fn on(base: &str) -> Self {
        let http = reqwest::Client::builder().timeout(LONG).redirect(Policy::none()).no_proxy();
        Self {
            base: base.trim_end_matches('/').to_owned(),
            http: http.build().unwrap(),
            cookies: Mutex::default(),
            hidden: Mutex::default(),
        }
    }

    /// Opens a page.
    pub async fn open(&self, path: &str) -> Seen {
        self.seen(self.http.get(format!("{}{path}", self.base))).await
    }

    /// Sends a form of the page that was seen last.
    pub async fn send(&self, action: &str, fields: &[(&str, &str)]) -> Seen {
        let mut all = self.hidden();
        all.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
        let request = self.http.post(format!("{}{action}", self.base));
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        self.seen(request.header("sec-fetch-site", "same-origin")).await
    }

    /// Sends a form with a file.
    pub async fn upload(&self, action: &str, field: &str, bytes: Vec<u8>) -> Seen {
        let form = self.hidden().into_iter().fold(Form::new(), |form, (name, value)| form.text(name, value));
        let form = form.part(field.to_owned(), Part::bytes(bytes).file_name("backup.redb"));
        let request = self.http.post(format!("{}{action}", self.base)).multipart(form);
        self.seen(request.header("sec-fetch-site", "same-origin")).await
    }

    /// Forgets all cookies.
    pub fn forget(&self) {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The cookies, as a header.
    pub fn cookies(&self) -> String {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn hidden(&self) -> Vec<(String, String)> {
        self.hidden.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn seen(&self, request: RequestBuilder) -> Seen {
        let answer = request.header("cookie", self.cookies()).send().await.unwrap();
        for set in answer.headers().get_all("set-cookie") {
            let (name, rest) = set.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap().to_owned();
            self.cookies.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), value);
        }
        let to = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned());
        let status = answer.status();
        let text = answer.text().await.unwrap();
        *self.hidden.lock().unwrap_or_else(PoisonError::into_inner) = hidden_in(&text);
        Seen { status, text, to }
    }
}

/// What the first form of a page hides for its server: the token, and a key.
fn hidden_in(page: &str) -> Vec<(String, String)> {
    let value = |name: &str| {
        let (_, rest) = page.split_once(&format!("type=\"hidden\" name=\"{name}\" value=\""))?;
        Some((name.to_owned(), rest.split('"').next()?.to_owned()))
    };
    ["csrf", "idempotency_key"].into_iter().filter_map(value).collect()
}
