//! Answers: what was done, as JSON or as the way to a page; what was not, as an error or as the page once more.

mod exact;
mod problem;
mod repeats;
mod revision;

pub use problem::{Ambiguous, Candidate, Details, ErrorBody, Problem, status_of};
pub(super) use repeats::once;
pub use repeats::{Done, Repeat};
pub use revision::{Base, Revision, RevisionOf, RevisionOfOne, is_known};

use std::collections::BTreeMap;

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, LOCATION, RETRY_AFTER, SET_COOKIE, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use maud::Markup;
use serde::Serialize;
use serde_json::json;

use super::Web;
use super::endpoint::{Arrived, Door, Endpoint, Route, Verb};
use super::kept::{Typed, typed_of};
use super::ui::components::{Notice, Tone};
use crate::discord::problem as failures;
use crate::kernel::error::{Error, ReportId};
use crate::kernel::sentence::Sentence;

/// That an answer was given before, and is the same once more.
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// What was done.
#[derive(Debug)]
pub struct Answered<T> {
    /// What is answered.
    pub value: Given<T>,
    /// The status; 200 unless something else is meant.
    pub status: StatusCode,
    /// The revision of what is answered.
    pub revision: Option<Revision>,
    /// What a page says of it.
    pub notice: Option<Sentence>,
    /// Where the form is sent that takes it back, beside what the page says.
    pub undo: Option<String>,
    /// To which page a form leads; where it came from by default.
    pub leads_to: Option<String>,
    /// Cookies to keep or to drop.
    pub cookies: Vec<String>,
}

/// An answer that is made now, or one that was given before.
#[derive(Debug)]
pub enum Given<T> {
    /// Now.
    Now(T),
    /// Before: its body, as it was sent.
    Before(Vec<u8>),
}

impl<T> Given<T> {
    /// What was made now.
    pub const fn now(&self) -> Option<&T> {
        match self {
            Self::Now(value) => Some(value),
            Self::Before(_) => None,
        }
    }
}

/// A form that was not taken: what is wrong, and everything that was typed.
#[derive(Clone, Debug, Default)]
pub struct Refill {
    /// What was typed, by field.
    pub typed: Typed,
    /// What is wrong with which field.
    pub fields: BTreeMap<String, Sentence>,
    /// What is wrong in all.
    pub sentence: Sentence,
    /// The status of the page.
    pub status: StatusCode,
    /// Whether somebody else changed the same meanwhile.
    pub is_stale: bool,
    /// The members who could be meant by a field, where that is not clear.
    pub ambiguous: Option<Ambiguous>,
    /// Where the form is sent, where only that tells it apart from the others of its page.
    pub action: Option<String>,
}

impl<T> From<T> for Answered<T> {
    fn from(value: T) -> Self {
        Self {
            value: Given::Now(value),
            status: StatusCode::OK,
            revision: None,
            notice: None,
            undo: None,
            leads_to: None,
            cookies: Vec::new(),
        }
    }
}

impl<T> Done<T> {
    /// What is answered to it.
    pub(super) fn answered(self) -> Result<Answered<T>, Problem> {
        match self {
            Self::Now(value, revision) => Ok(Answered { revision, ..value.into() }),
            // What was too long to be kept is looked at where it is.
            Self::Before(answer) => Ok(Answered {
                value: Given::Before(answer.body.unwrap_or_else(|| b"{}".to_vec())),
                status: StatusCode::from_u16(answer.status).unwrap_or_default(),
                revision: None,
                notice: None,
                undo: None,
                leads_to: None,
                cookies: Vec::new(),
            }),
            Self::Stale(present) => Err(Problem::Stale(present)),
        }
    }
}

impl<T> Answered<T> {
    /// With this to be said on the page.
    #[must_use]
    pub fn saying(self, notice: Sentence) -> Self {
        Self { notice: Some(notice), ..self }
    }

    /// With a button beside it that takes it back.
    #[must_use]
    pub fn undone_by(self, form: impl Into<String>) -> Self {
        Self { undo: Some(form.into()), ..self }
    }

    /// With this to be said on the page of what was done now; a repeat was told the first time.
    #[must_use]
    pub fn telling(self, tell: impl FnOnce(&T) -> Sentence) -> Self {
        let notice = self.value.now().map(tell);
        Self { notice, ..self }
    }

    /// With the address to which the form is sent that takes back what was done now.
    #[must_use]
    pub fn undone_at(self, undo: impl FnOnce(&T) -> String) -> Self {
        let undo = self.value.now().map(undo);
        Self { undo, ..self }
    }

    /// Leading a form to this page.
    #[must_use]
    pub fn leading_to(self, page: impl Into<String>) -> Self {
        Self { leads_to: Some(page.into()), ..self }
    }

    /// With the revision of what is shown.
    #[must_use]
    pub fn with_revision(self, revision: Revision) -> Self {
        Self { revision: Some(revision), ..self }
    }

    /// With this status.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// With a cookie.
    #[must_use]
    pub fn with_cookies(mut self, cookies: impl IntoIterator<Item = String>) -> Self {
        self.cookies.extend(cookies);
        self
    }
}

/// Stands beside an answer to what was done now: not to what was refused, nor to what is told once more.
#[derive(Clone, Copy, Debug)]
pub(super) struct WasDone;

/// Stands beside an answer that only asks somebody something, before anything is done: their page and its token stay good.
#[derive(Clone, Copy, Debug)]
pub(super) struct OnlyAsks;

/// Answers whoever asked, by the door by which they came.
pub(super) async fn respond<E: Endpoint>(
    web: Web,
    arrived: Arrived,
    outcome: Result<Answered<E::Answer>, Problem>,
) -> Response {
    let was_done = outcome.as_ref().is_ok_and(|answered| answered.value.now().is_some());
    let outcome =
        outcome.map_err(|problem| if arrived.written.is_noted() { problem.after_a_change() } else { problem });
    let mut response = match (arrived.door, outcome) {
        (Door::Form, Ok(answered)) => see_other(&web, &arrived, answered).await,
        (Door::Form, Err(Problem::ProofNeeded)) => to_prove(&web, &arrived),
        (Door::Form, Err(problem)) => once_more(web, &Route::of::<E>(), arrived, problem).await,
        (_, Ok(answered)) => as_json::<E>(&arrived, &answered),
        (_, Err(problem)) => told(&web, &problem, E::NAME, E::SUCCESS),
    };
    if was_done {
        response.extensions_mut().insert(WasDone);
    }
    response
}

fn as_json<E: Endpoint>(arrived: &Arrived, answered: &Answered<E::Answer>) -> Response {
    let revision = answered.revision.clone().or_else(|| revision_of_look::<E>(answered));
    let tag = revision.map(|revision| revision.tag());
    let is_look = E::DOORS.verb == Verb::Get;
    let mut response = match &answered.value {
        _ if is_look && tag.as_deref().is_some_and(|tag| is_known(&arrived.headers, tag)) => {
            let mut response = json_response(StatusCode::NOT_MODIFIED, Vec::new());
            response.headers_mut().remove(CONTENT_TYPE);
            response
        }
        Given::Now(value) => json_response(answered.status, body_of::<E>(value)),
        Given::Before(body) => json_response(answered.status, body.clone()),
    };
    let is_replayed = matches!(answered.value, Given::Before(_));
    let headers = response.headers_mut();
    if let Some(tag) = tag.and_then(|tag| HeaderValue::try_from(tag).ok()) {
        headers.insert(ETAG, tag);
    }
    if let Some(to) = answered.leads_to.as_deref().filter(|_| answered.status.is_redirection())
        && let Ok(to) = HeaderValue::try_from(to)
    {
        headers.insert(LOCATION, to);
    }
    if is_replayed {
        headers.insert(REPLAYED, HeaderValue::from_static("true"));
    }
    append_cookies(&mut response, &answered.cookies);
    response
}

/// The revision of a thing that somebody looks at: what is answered is all of it.
fn revision_of_look<E: Endpoint>(answered: &Answered<E::Answer>) -> Option<Revision> {
    E::REVISION.filter(|_| E::DOORS.verb == Verb::Get)?;
    answered.value.now().map(Revision::of)
}

/// The body of an answer, with `success` where it belongs there.
pub(super) fn body_of<E: Endpoint>(value: &E::Answer) -> Vec<u8> {
    let mut body = exact::json(value);
    // It is written in front of the fields, so that a long answer is not taken apart for it.
    if E::SUCCESS && body.first() == Some(&b'{') {
        let is_empty = body.get(1) == Some(&b'}');
        let said: &[u8] = if is_empty { br#"{"success":true"# } else { br#"{"success":true,"# };
        body.splice(..1, said.iter().copied());
    }
    body
}

/// What was not done, as JSON.
pub(super) fn told(web: &Web, problem: &Problem, doing: &str, says_success: bool) -> Response {
    let told = problem.told(web.bot.clock.now(), report(problem, doing));
    let body = if says_success { json!({ "success": false, "error": told }) } else { json!({ "error": told }) };
    let mut response = json_response(problem.status(), serde_json::to_vec(&body).unwrap_or_default());
    say_when_again(&mut response, problem);
    if let Some(challenge) = problem.challenge() {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    response
}

/// Logs what broke, and gives its number.
pub(super) fn report(problem: &Problem, doing: &str) -> Option<ReportId> {
    match problem {
        Problem::Operation(Error::Failed(failure)) => Some(failures::log(failure, doing)),
        _ => None,
    }
}

pub(super) fn say_when_again(response: &mut Response, problem: &Problem) {
    if let Some(wait) = problem.retry_after() {
        let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    }
}

fn json_response(status: StatusCode, body: Vec<u8>) -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    ];
    (status, headers, Body::from(body)).into_response()
}

/// The way to the page that a form leads to, with what is to be said there, by the names of its server.
async fn see_other<T>(web: &Web, arrived: &Arrived, answered: Answered<T>) -> Response {
    if let Some(notice) = answered.notice {
        let names = web.mentioned(arrived.guild, vec![notice.clone()]).await.read_by(arrived.rank);
        let text = names.drawn_as_it_is(&notice);
        let notice = Notice { undo: answered.undo, passes: true, ..Notice::new(Tone::Good, text) };
        web.notices.leave(&arrived.visitor, notice);
    }
    let to = answered.leads_to.unwrap_or_else(|| page_before(arrived));
    see(&to, &answered.cookies)
}

/// The way to a page, with cookies to keep or to drop.
pub fn see(to: &str, cookies: &[String]) -> Response {
    let to = HeaderValue::try_from(to).unwrap_or(HeaderValue::from_static("/"));
    let mut response = (StatusCode::SEE_OTHER, [(LOCATION, to)]).into_response();
    append_cookies(&mut response, cookies);
    response
}

/// The way to where somebody proves that it is them, and back to where they were. What they typed is there again then.
fn to_prove(web: &Web, arrived: &Arrived) -> Response {
    let page = page_before(arrived);
    web.kept.hold(&arrived.visitor, &page, &arrived.body, arrived.now);
    let next: String = url::form_urlencoded::byte_serialize(page.as_bytes()).collect();
    let mut response = see(&format!("/prove?next={next}"), &[]);
    response.extensions_mut().insert(OnlyAsks);
    response
}

/// The page from which a form was sent, where it says so and it is ours.
fn page_before(arrived: &Arrived) -> String {
    let typed = serde_html_form::from_bytes::<Vec<(String, String)>>(&arrived.body).unwrap_or_default();
    let back = typed.into_iter().find(|(name, _)| name == "back").map(|(_, back)| back);
    back.filter(|back| is_page_of_ours(back)).unwrap_or_else(|| "/".to_owned())
}

/// Whether an address is a path of ours, and leads nowhere else however a browser reads it.
pub fn is_page_of_ours(address: &str) -> bool {
    let bytes = address.as_bytes();
    bytes.first() == Some(&b'/')
        && !matches!(bytes.get(1), Some(b'/' | b'\\'))
        && address.len() <= 2_000
        && bytes.iter().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'<' | b'>' | b'"'))
}

/// What was not done: the page of a form once more, with everything that was typed, and an error for everybody else.
pub(super) async fn once_more(web: Web, route: &Route, arrived: Arrived, problem: Problem) -> Response {
    let Some(form) = route.doors.form.filter(|_| arrived.door == Door::Form) else {
        return told(&web, &problem, route.name, route.says_success);
    };
    let refill = Refill::of(&arrived, &problem, route.name);
    let mut response = (form.page)(web, arrived, refill).await;
    say_when_again(&mut response, &problem);
    response
}

impl Refill {
    fn of(arrived: &Arrived, problem: &Problem, doing: &str) -> Self {
        Self {
            typed: typed_of(&arrived.body),
            fields: problem.fields(),
            sentence: problem.sentence(report(problem, doing)),
            status: problem.status(),
            is_stale: matches!(problem, Problem::Stale(_)),
            ambiguous: match problem {
                Problem::Ambiguous(ambiguous) => Some(ambiguous.clone()),
                _ => None,
            },
            action: (arrived.door == Door::Form).then(|| arrived.address.clone()),
        }
    }

    /// Whether this may be of the form that is sent there, and not of another form of the page.
    pub fn may_be_of(&self, action: &str) -> bool {
        let path = |address: &str| address.split('?').next().map(str::to_owned);
        self.action.as_deref().is_none_or(|sent_to| path(sent_to) == path(action))
    }

    /// What is wrong with a field.
    pub fn wrong(&self, field: &str) -> Option<String> {
        Some(self.fields.get(field)?.to_string())
    }

    /// What was typed before somebody proved that it is them, and nothing is wrong with it.
    pub(super) fn of_typed(typed: Typed) -> Self {
        let sentence = "It is not done yet. Here it is as you left it: please send it now.";
        Self { typed, sentence: Sentence::words(sentence), ..Self::default() }
    }

    /// Whether something is to be said of the form, and it is not only filled in again.
    pub fn says_something(&self) -> bool {
        self.sentence != Sentence::default()
    }

    /// Of a form that came when it could not be done, and that is shown now that it may be.
    pub(super) fn kept(typed: Typed) -> Self {
        let sentence = "Nothing of this was done when you sent it. Here it is as you sent it: please look at it, and send it \
            once more.";
        Self { typed, sentence: Sentence::words(sentence), ..Self::default() }
    }

    /// Of a form that whoever sent it did not mean as it was, when they were asked.
    pub(super) fn not_meant(typed: Typed, action: &str) -> Self {
        let sentence = Sentence::words("Nothing was changed. Here it is as you sent it.");
        Self { typed, sentence, action: Some(action.to_owned()), ..Self::default() }
    }

    /// What was typed into a field.
    pub fn value(&self, field: &str) -> Option<&str> {
        self.typed.get(field)?.first().map(String::as_str)
    }
}

/// Whether what was typed into a field of this name is never shown again.
pub(super) fn is_secret(field: &str) -> bool {
    ["password", "secret", "token"].iter().any(|word| field.contains(word))
}

/// An answer that sets cookies.
pub(super) fn with_cookies(mut response: Response, cookies: impl IntoIterator<Item = String>) -> Response {
    append_cookies(&mut response, &cookies.into_iter().collect::<Vec<_>>());
    response
}

fn append_cookies(response: &mut Response, cookies: &[String]) {
    for cookie in cookies {
        if let Ok(cookie) = HeaderValue::try_from(cookie) {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }
}

/// A field that stands in every form, beside those of the endpoint.
pub(super) fn form_field(arrived: &Arrived, field: &str) -> Option<String> {
    if arrived.door != Door::Form {
        return None;
    }
    let typed = serde_html_form::from_bytes::<Vec<(String, String)>>(&arrived.body).ok()?;
    typed.into_iter().find(|(name, _)| name == field).map(|(_, value)| value)
}

/// A sentence, for a page.
pub fn html(sentence: &Sentence) -> Markup {
    maud::PreEscaped(sentence.html(&|_| None))
}

/// Anything that is shown as JSON without an endpoint of its own.
pub(super) fn plain_json(status: StatusCode, value: &impl Serialize) -> Response {
    json_response(status, serde_json::to_vec(value).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::is_page_of_ours;

    #[test]
    fn a_form_leads_to_pages_of_ours_alone() {
        for ours in ["/", "/g/5/desk", "/g/5/songs?line=free&after=a-b_c", "/me#sessions"] {
            assert!(is_page_of_ours(ours), "{ours}");
        }
        for other in [
            "",
            "//evil.example",
            "/\\evil.example",
            "https:evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\t/evil.example",
            "/ /evil.example",
            "\\/evil.example",
            "/a\r\nset-cookie: a=b",
            "g/5",
            "/<script>",
        ] {
            assert!(!is_page_of_ours(other), "{other}");
        }
    }
}
