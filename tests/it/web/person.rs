//! Somebody with a browser, or a program with a token: what they ask, and what they are answered.
//!
//! A browser keeps its cookies, says where a change comes from, and sends the forms that stand in pages. It follows no
//! redirect by itself, so that a test sees each step.

use std::collections::BTreeMap;
use std::sync::Mutex;

use greenroom::kernel::digest::Digest;
use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;

use super::ground::WebWorld;
use super::html::{self, Form};
use super::listener::Listener;
use crate::patience::within;

/// By what somebody is known.
#[derive(Clone, Debug)]
pub enum Means {
    /// Nothing.
    Nothing,
    /// The session of a browser.
    Session(Digest),
    /// A token.
    Token(String),
}

/// See the module.
pub struct Person<'w> {
    ground: &'w WebWorld,
    pub means: Means,
    cookies: Mutex<BTreeMap<String, String>>,
}

/// What somebody was answered.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The body.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// What people see of a page.
    pub fn seen(&self) -> String {
        html::text(&self.text())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    /// The code of an error.
    pub fn code(&self) -> Option<String> {
        let body: Value = serde_json::from_slice(&self.body).ok()?;
        body["error"]["code"].as_str().map(str::to_owned)
    }

    /// A header; nothing where it is not there.
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }

    /// Where a form leads.
    pub fn location(&self) -> String {
        self.header("location")
    }

    /// Fails where the status is another one.
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// The form of a page that is sent to this address.
    pub fn form(&self, action: &str) -> Option<Form> {
        html::forms(&self.text()).into_iter().find(|form| form.action == action)
    }
}

impl<'w> Person<'w> {
    pub(super) fn new(ground: &'w WebWorld, means: Means) -> Self {
        Self { ground, means, cookies: Mutex::default() }
    }

    /// Keeps a cookie, or drops it where it is empty.
    pub fn keep_cookie(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap();
        if value.is_empty() {
            cookies.remove(name)
        } else {
            cookies.insert(name.to_owned(), value.to_owned())
        };
    }

    /// The value of a cookie that was kept.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    /// Looks at something.
    pub async fn get(&self, path: &str) -> Answer {
        self.ask(Method::GET, path, &[], Vec::new()).await
    }

    /// Sends fields, as a form of one of our pages.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<(String, String)> =
            fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.send(path, &fields).await
    }

    /// Fills in the form that is sent to this address, and sends it. It is looked for on the page of that address, and on
    /// those above it.
    pub async fn submit(&self, action: &str, fields: &[(&str, &str)]) -> Answer {
        let action = self.ground.path(action);
        let mut page = action.as_str();
        loop {
            let shown = self.get(page).await;
            if let Some(form) = shown.form(&action).filter(|_| shown.status == 200) {
                return self.fill_in(&form, fields).await;
            }
            page = match page.rsplit_once('/') {
                Some(("", "")) | None => panic!("no page has a form that is sent to {action}"),
                Some(("", _)) => "/",
                Some((above, _)) => above,
            };
        }
    }

    /// The same for a form of this page.
    pub async fn submit_on(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let shown = self.get(page).await;
        let form = shown.form(&self.ground.path(action));
        let form = form.unwrap_or_else(|| panic!("{page} has no form that is sent to {action}: {}", shown.text()));
        self.fill_in(&form, fields).await
    }

    /// Sends a form with other values in these fields; a field that is named more than once gets all of them. Whoever is asked
    /// whether they mean it says yes.
    pub async fn fill_in(&self, form: &Form, fields: &[(&str, &str)]) -> Answer {
        let is_typed = |name: &str| fields.iter().any(|(typed, _)| *typed == name);
        let mut sent: Vec<(String, String)> = form.fields.clone();
        sent.retain(|(name, _)| !is_typed(name));
        sent.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let answer = self.send(&form.action, &sent).await;
        let is_asked = sent.iter().any(|(name, value)| name == "ask" && !value.is_empty());
        let asked = match answer.status {
            303 if is_asked && answer.location().starts_with("/sure?") => self.get(&answer.location()).await.is(200),
            200 if is_asked && answer.form(&form.action).is_some() => answer,
            _ => return answer,
        };
        let yes = asked.form(&form.action).unwrap_or_else(|| panic!("nothing is asked: {}", asked.text()));
        self.send(&yes.action, &yes.fields).await
    }

    /// Sends JSON: as a script of our pages, or as a program.
    pub async fn json(&self, method: Method, path: &str, body: &Value) -> Answer {
        let token = self.csrf();
        let mut headers = vec![("content-type", "application/json")];
        headers.extend(token.as_deref().map(|token| ("x-csrf-token", token)));
        let body = if body.is_null() { Vec::new() } else { serde_json::to_vec(body).unwrap() };
        self.ask(method, path, &headers, body).await
    }

    /// The token of this session against forged requests.
    pub fn csrf(&self) -> Option<String> {
        match &self.means {
            Means::Session(sid) => Some(self.ground.web.csrf.issue(sid, [5; 32])),
            Means::Nothing | Means::Token(_) => None,
        }
    }

    /// Asks with these headers beside those of every browser; one that is named here is sent in place of the usual one,
    /// and not at all where it is empty.
    pub async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
        let request = self.request(&method, path, headers).body(body);
        let answer = within("the web answers", async {
            let answer = request.send().await.unwrap();
            let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
            // A stream has no end: whoever wants to read it opens it by itself.
            let is_stream =
                headers.get("content-type").is_some_and(|it| it.as_bytes().starts_with(b"text/event-stream"));
            let body = if is_stream { Vec::new() } else { answer.bytes().await.unwrap().to_vec() };
            Answer { status, headers, body }
        });
        let answer = answer.await;
        self.keep_cookies_of(&answer);
        answer
    }

    /// Begins to listen to a stream, with these headers beside the usual ones; it must open.
    pub async fn listen_with(&self, path: &str, headers: &[(&str, &str)]) -> Listener<'w> {
        let sent = self.request(&Method::GET, path, headers).send();
        let answer = within("a stream opens", sent).await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Listener::new(self.ground, answer)
    }

    /// The same without more headers.
    pub async fn listen(&self, path: &str) -> Listener<'w> {
        self.listen_with(path, &[]).await
    }

    fn request(&self, method: &Method, path: &str, headers: &[(&str, &str)]) -> reqwest::RequestBuilder {
        let ground = self.ground;
        let address = format!("http://{}{}", ground.address, ground.path(path));
        let mut request = ground.http.request(method.clone(), address);
        for (name, value) in self.usual_headers(method) {
            if !headers.iter().any(|(given, _)| *given == name) {
                request = request.header(name, value);
            }
        }
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, *value);
        }
        request
    }

    async fn send(&self, path: &str, fields: &[(String, String)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.ask(Method::POST, path, &headers, body.into_bytes()).await
    }

    /// What a browser, or a program, says by itself.
    fn usual_headers(&self, method: &Method) -> Vec<(&'static str, String)> {
        if let Means::Token(token) = &self.means {
            return vec![("authorization", format!("Bearer {token}"))];
        }
        let mut headers = Vec::new();
        let cookies = self.cookies.lock().unwrap();
        if !cookies.is_empty() {
            let cookies: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            headers.push(("cookie", cookies.join("; ")));
        }
        headers.push(("sec-fetch-site", "same-origin".to_owned()));
        if *method != Method::GET {
            headers.push(("origin", format!("http://{}", self.ground.address)));
        }
        headers
    }

    fn keep_cookies_of(&self, answer: &Answer) {
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            let pair = cookie.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            self.keep_cookie(name, value);
        }
    }
}
