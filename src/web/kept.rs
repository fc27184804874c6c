//! Forms that could not be done when they came, because nobody was signed in any more, or because it was not the moment for it:
//! kept for a while, so that nothing that was typed is lost.
//!
//! A kept form is never done by itself. Whoever may go on comes back to the page from which it was sent, and sees it filled in;
//! they send it, or do not. It is kept in memory, without what is secret, for the person whose session it was, or where nobody
//! knows that for the browser that sent it, which gets a cookie with it: or else somebody could fill in a form, and lead
//! another there who may send it. What is kept is bounded for each place and in all, and goes after [`LASTS`]. A restart
//! forgets it.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, Uri};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::access::{Name, Sender, Visitor, jwt};
use super::answer::{is_page_of_ours, is_secret};
use super::endpoint::{Arrived, Route};
use super::gate::session_of;
use super::settings::Settings;
use super::sign_in::UserView;
use super::ui::components::{CSRF, IDEMPOTENCY_KEY};
use crate::kernel::digest::{Digest, SecretBytes};
use crate::kernel::secret::random;
use crate::kernel::time::Timestamp;

/// How long a form is kept: so long somebody may take to sign in.
const LASTS: Duration = Duration::from_mins(30);
/// Forms that are kept in all; past this the oldest go.
const MOST: usize = 128;
/// Forms that are kept for one place, so that nobody pushes out those of all others.
const MOST_OF_A_PLACE: usize = 8;
/// The largest form that is kept, in bytes.
pub(super) const LARGEST: usize = 64 * 1024;
/// What stands behind the question mark of the page that shows it.
const KEPT: &str = "kept";

/// All forms that are kept.
#[derive(Default)]
pub struct KeptForms(Mutex<VecDeque<Kept>>);

/// A form that is kept.
#[derive(Clone)]
struct Kept {
    name: String,
    place: IpAddr,
    since: Timestamp,
    owner: Owner,
    form: Sent,
}

/// Who may see a form that is kept.
#[derive(Clone, PartialEq, Eq)]
enum Owner {
    /// Whoever's session it was.
    Person(String),
    /// Where that is not known: whoever signs in in the browser that sent it.
    Browser(Digest),
}

/// The page that leads back to a form.
#[derive(Default)]
pub(super) struct WayBack {
    /// Its address.
    pub page: String,
    /// The cookie by which the browser is known that sent it.
    pub cookie: Option<String>,
}

/// A form that was sent.
#[derive(Clone)]
pub(super) struct Sent {
    /// Where it was sent.
    pub route: &'static Route,
    /// Its address there.
    pub uri: Uri,
    /// What its path holds.
    pub params: BTreeMap<String, String>,
    /// What was typed.
    pub body: Bytes,
}

impl KeptForms {
    /// Keeps a form that was not done, where a page of ours sent it and something was said in it. Gives the page that leads
    /// back to it.
    pub(super) fn keep(
        &self,
        settings: &Settings,
        form: Sent,
        headers: &HeaderMap,
        (place, now): (IpAddr, Timestamp),
    ) -> WayBack {
        let is_read = is_form(headers);
        let mut fields: Vec<(String, String)> =
            if is_read { serde_html_form::from_bytes(&form.body).unwrap_or_default() } else { Vec::new() };
        let back = fields.iter().find(|(name, _)| name == "back").map(|(_, back)| back.as_str());
        let page = page_before(headers, back);
        fields.retain(|(name, _)| name != CSRF && !is_secret(name));
        let is_said = fields.iter().any(|(name, _)| name != IDEMPOTENCY_KEY && name != "back");
        if !is_said || settings.sender(headers) != Sender::Ours {
            return WayBack { page, cookie: None };
        }
        let name = BASE64_URL_SAFE_NO_PAD.encode(random::<16>());
        let (owner, cookie) = owner_of(settings, headers);
        let kept = Kept {
            name: name.clone(),
            place,
            since: now,
            owner,
            form: Sent { body: serde_html_form::to_string(fields).unwrap_or_default().into(), ..form },
        };
        let mut forms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        forms.retain(|form| now.since(form.since) < LASTS);
        if forms.iter().filter(|form| form.place == place).count() >= MOST_OF_A_PLACE
            && let Some(oldest) = forms.iter().position(|form| form.place == place)
        {
            forms.remove(oldest);
        }
        if forms.len() >= MOST {
            forms.pop_front();
        }
        forms.push_back(kept);
        drop(forms);
        let sign = if page.contains('?') { '&' } else { '?' };
        WayBack { page: format!("{page}{sign}{KEPT}={name}"), cookie }
    }

    /// The form that a page is to show, where it is of whoever asks and by the session of a browser: what is shown there carries
    /// the token of that session, and nothing is done without it.
    pub(super) fn wanted(&self, settings: &Settings, arrived: &Arrived) -> Option<Sent> {
        let wanted = url::form_urlencoded::parse(arrived.query.as_bytes()).find(|(name, _)| name == KEPT)?.1;
        session_of(&arrived.visitor)?;
        let browser = browser_of(settings, &arrived.headers);
        let forms = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = forms.iter().find(|form| form.name == wanted && arrived.now.since(form.since) < LASTS)?;
        let is_theirs = match &kept.owner {
            Owner::Person(id) => id_of(&arrived.visitor).as_ref() == Some(id),
            Owner::Browser(known) => browser.is_some_and(|browser| browser.digest() == *known),
        };
        is_theirs.then(|| kept.form.clone())
    }
}

fn id_of(visitor: &Visitor) -> Option<String> {
    visitor.somebody().map(|somebody| UserView::of(&somebody.person, &somebody.name).id)
}

/// Who may see what this browser sends, and the cookie that it needs for that.
fn owner_of(settings: &Settings, headers: &HeaderMap) -> (Owner, Option<String>) {
    let access = Name::Access.of(headers, settings.is_https());
    if let Some(person) = access.and_then(|access| jwt::whose(&settings.jwt_key, &access)) {
        return (Owner::Person(person), None);
    }
    // What it sent before is still to be seen.
    let browser = browser_of(settings, headers).unwrap_or_else(|| SecretBytes::new(random()));
    let cookie = Name::Kept.set(browser.text().expose(), LASTS, settings.is_https());
    (Owner::Browser(browser.digest()), Some(cookie))
}

fn browser_of(settings: &Settings, headers: &HeaderMap) -> Option<SecretBytes> {
    SecretBytes::parse(&Name::Kept.of(headers, settings.is_https())?)
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

/// The page from which a form was sent: as the browser says, else as the form does.
fn page_before(headers: &HeaderMap, back: Option<&str>) -> String {
    let referrer =
        headers.get("referer").and_then(|page| page.to_str().ok()).and_then(|page| url::Url::parse(page).ok());
    let referrer = referrer.map(|mut page| {
        let pairs: Vec<(String, String)> = page.query_pairs().into_owned().filter(|(name, _)| name != KEPT).collect();
        page.query_pairs_mut().clear().extend_pairs(pairs);
        let query = page.query().filter(|query| !query.is_empty());
        query.map_or_else(|| page.path().to_owned(), |query| format!("{}?{query}", page.path()))
    });
    let pages = referrer.as_deref().into_iter().chain(back);
    // A name is added to it, and an address of ours has an end.
    let mut fitting = pages.filter(|page| is_page_of_ours(page) && page.len() < 1_900 && !page.contains('#'));
    fitting.next().unwrap_or("/").to_owned()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_form_leads_back_to_the_page_that_it_was_sent_from_if_that_is_ours() {
        let page = |referrer: &'static str, back: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert("referer", HeaderValue::from_static(referrer));
            page_before(&headers, back)
        };
        assert_eq!(page("http://pi.local:3000/g/5/songs?q=a+b&kept=x", None), "/g/5/songs?q=a+b");
        assert_eq!(page("http://pi.local:3000/g/5?kept=x", None), "/g/5");
        assert_eq!(page("nonsense", Some("/g/5")), "/g/5");
        assert_eq!(page("nonsense", Some("//evil.example")), "/");
        assert_eq!(page("http://pi.local//evil.example", None), "/");
        assert_eq!(page_before(&HeaderMap::new(), None), "/");
    }
}
