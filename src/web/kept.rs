//! Forms that could not be done when they came: nobody was signed in any more, it was not the moment for it, or whoever sent them
//! has to prove first that it is them, or to say first that they mean it. They are kept for a while, so that nothing that was
//! typed is lost.
//!
//! A kept form is never done by itself. Whoever may go on comes back to the page from which it was sent, and sees it filled in;
//! they send it, or do not. It is kept in memory, without what is secret. One that waits for a proof is of the session that sent
//! it, follows that session when it gets another id, and is filled in once. Any other has a name, which stands in the address of
//! the page that leads back to it, and is shown to the person whose session it was, or where nobody knows that in the browser
//! that sent it, which gets a cookie with it: or else somebody could fill in a form, and lead another there who may send it. What
//! is kept is bounded for each session, for each place and in all, and goes after [`LASTS`]. A restart forgets it.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::access::{Name, Sender, Visitor, jwt};
use super::answer::{Refill, is_page_of_ours, is_secret};
use super::gate::session_of;
use super::settings::Settings;
use super::sign_in::UserView;
use super::ui::components::{ASK, CSRF, IDEMPOTENCY_KEY};
use crate::kernel::digest::{Digest, SecretBytes};
use crate::kernel::secret::random;
use crate::kernel::time::Timestamp;

/// How long a form is kept: so long somebody may take to sign in.
const LASTS: Duration = Duration::from_mins(30);
/// Forms that are kept in all; past this the oldest go.
const MOST: usize = 128;
/// Forms that are kept for one place, and questions for one session, so that nobody pushes out those of all others.
const MOST_OF_A_PLACE: usize = 8;
/// The largest form that is kept, in bytes.
pub(super) const LARGEST: usize = 64 * 1024;
/// The most fields of a form that is kept: more than any page of ours has.
const MOST_FIELDS: usize = 1_000;
/// What stands behind the question mark of the page that shows it.
pub(super) const KEPT: &str = "kept";

/// The page that asks whether somebody means what they sent.
pub(super) const SURE_PAGE: &str = "/sure";

/// What was typed into a form, by field.
pub(super) type Typed = BTreeMap<String, Vec<String>>;

/// All forms that are kept.
#[derive(Default)]
pub struct KeptForms(Mutex<VecDeque<Kept>>);

/// A form that is kept.
struct Kept {
    by: By,
    since: Timestamp,
    owner: Owner,
    typed: Typed,
}

/// What somebody is asked before a form of theirs counts.
#[derive(Clone)]
pub(super) struct Question {
    /// The question.
    pub asked: String,
    /// Where the form is sent.
    pub action: String,
    /// The page from which it was sent.
    pub back: String,
}

/// Who may see a form that is kept.
#[derive(PartialEq, Eq)]
enum Owner {
    /// Whoever's session it was.
    Person(String),
    /// Where that is not known: whoever signs in in the browser that sent it.
    Browser(Digest),
}

/// The page that leads back to a form.
pub(super) struct WayBack {
    /// Its address.
    pub page: String,
    /// The cookie by which the browser is known that sent it.
    pub cookie: Option<String>,
}

/// By what whoever comes back finds a form.
enum By {
    /// By its name, which was given to somebody at this place.
    Name(String, IpAddr),
    /// By the session that sent it, on the page of this path.
    Session(Digest, String),
    /// By its name, which was given to this session with what it is asked.
    Question(String, Digest, Question),
}

/// Everything that was typed, by field, from the body of a form; nothing where it has more fields than any form. What is secret
/// is typed again.
pub(super) fn typed_of(body: &[u8]) -> Typed {
    let mut typed = Typed::new();
    if url::form_urlencoded::parse(body).count() > MOST_FIELDS {
        return typed;
    }
    for (name, value) in serde_html_form::from_bytes::<Vec<(String, String)>>(body).unwrap_or_default() {
        if name != CSRF && !is_secret(&name) {
            typed.entry(name).or_default().push(value);
        }
    }
    typed
}

impl KeptForms {
    /// Keeps a form that was not done, where a page of ours sent it, which is known, and something was said in it. Gives the page
    /// that leads back to it.
    pub(super) fn keep(
        &self,
        settings: &Settings,
        body: &[u8],
        headers: &HeaderMap,
        (place, now): (IpAddr, Timestamp),
    ) -> WayBack {
        let to = |page: String| WayBack { page, cookie: None };
        let typed = if is_form(headers) { typed_of(body) } else { Typed::new() };
        let back = typed.get("back").and_then(|back| back.first()).map(String::as_str);
        let Some(page) = page_before(headers, back) else { return to("/".to_owned()) };
        if !says_something(&typed) || settings.sender(headers) != Sender::Ours {
            return to(page);
        }
        let name = BASE64_URL_SAFE_NO_PAD.encode(random::<16>());
        let (owner, cookie) = owner_of(settings, headers);
        self.add(Kept { by: By::Name(name.clone(), place), since: now, owner, typed });
        WayBack { page: filled_in(&page, &name), cookie }
    }

    /// Keeps a form until whoever sent it has said whether they mean it. Gives the address of the page that asks; nothing where
    /// the form cannot be kept whole, because nobody is signed in, it is very long, or there is a secret in it.
    pub(super) fn ask(&self, visitor: &Visitor, body: &[u8], question: Question, now: Timestamp) -> Option<String> {
        let (session, person) = session_of(visitor).copied().zip(id_of(visitor))?;
        let has_secrets = url::form_urlencoded::parse(body).any(|(name, _)| is_secret(&name));
        let mut typed = typed_of(body);
        if has_secrets || typed.is_empty() || body.len() > LARGEST {
            return None;
        }
        typed.remove(ASK);
        let name = BASE64_URL_SAFE_NO_PAD.encode(random::<16>());
        let by = By::Question(name.clone(), session, question);
        self.add(Kept { by, since: now, owner: Owner::Person(person), typed });
        Some(filled_in(SURE_PAGE, &name))
    }

    /// What somebody is asked under this name, with the form that it is about.
    pub(super) fn question(&self, visitor: &Visitor, name: &str, now: Timestamp) -> Option<(Question, Typed)> {
        let person = Owner::Person(id_of(visitor)?);
        let forms = self.lock();
        forms.iter().find_map(|form| match &form.by {
            By::Question(called, _, question) if called == name && form.owner == person && form.is_kept(now) => {
                Some((question.clone(), form.typed.clone()))
            }
            _ => None,
        })
    }

    /// Keeps what somebody sent from a page for when they have proved that it is them; the last form of their session alone.
    pub(super) fn hold(&self, visitor: &Visitor, page: &str, body: &[u8], now: Timestamp) {
        let typed = typed_of(body);
        let session = session_of(visitor).filter(|_| says_something(&typed) && body.len() <= LARGEST);
        if let Some((session, person)) = session.zip(id_of(visitor)) {
            let by = By::Session(*session, path_of(page).to_owned());
            self.add(Kept { by, since: now, owner: Owner::Person(person), typed });
        }
    }

    /// A session has another id from now on.
    pub(super) fn follow(&self, before: Digest, after: Digest) {
        for form in self.lock().iter_mut() {
            if let By::Session(session, _) = &mut form.by
                && *session == before
            {
                *session = after;
            }
        }
    }

    /// What the forms of a page are to be filled with, where something is kept that is of whoever asks, by the session of a
    /// browser: what is shown there carries the token of that session, and nothing is done without it.
    pub(super) fn wanted(
        &self,
        settings: &Settings,
        headers: &HeaderMap,
        visitor: &Visitor,
        (address, now): (&str, Timestamp),
    ) -> Option<Refill> {
        let session = session_of(visitor)?;
        let query = address.split_once('?').map(|(_, query)| query).unwrap_or_default();
        let named = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == KEPT).map(|(_, name)| name);
        let person = id_of(visitor).map(Owner::Person);
        let browser = browser_of(settings, headers).map(|browser| Owner::Browser(browser.digest()));
        let owners = [person, browser];
        let mut forms = self.lock();
        let is_wanted = |form: &Kept| {
            let is_found = match &form.by {
                By::Name(name, _) => named.as_deref() == Some(name.as_str()),
                By::Session(of, page) => of == session && page == path_of(address),
                // The page that asks is no page of the form.
                By::Question(name, ..) => named.as_deref() == Some(name.as_str()) && path_of(address) != SURE_PAGE,
            };
            is_found && form.is_kept(now) && owners.iter().flatten().any(|owner| *owner == form.owner)
        };
        let place = forms.iter().position(is_wanted)?;
        match forms.get(place)? {
            Kept { by: By::Name(..), typed, .. } => Some(Refill::kept(typed.clone())),
            Kept { by: By::Question(_, _, question), typed, .. } => {
                Some(Refill::not_meant(typed.clone(), &question.action))
            }
            Kept { by: By::Session(..), .. } => forms.remove(place).map(|form| Refill::of_typed(form.typed)),
        }
    }

    /// Adds a form; the oldest goes where its place, its session or all have too many.
    fn add(&self, form: Kept) {
        let mut forms = self.lock();
        forms.retain(|kept| kept.is_kept(form.since));
        let of_the_same = |kept: &Kept| match (&kept.by, &form.by) {
            (By::Name(_, one), By::Name(_, other)) => one == other,
            (By::Session(one, _), By::Session(other, _)) | (By::Question(_, one, _), By::Question(_, other, _)) => {
                one == other
            }
            _ => false,
        };
        let most = match form.by {
            By::Name(..) | By::Question(..) => MOST_OF_A_PLACE,
            By::Session(..) => 1,
        };
        if forms.iter().filter(|kept| of_the_same(kept)).count() >= most
            && let Some(oldest) = forms.iter().position(of_the_same)
        {
            forms.remove(oldest);
        }
        if forms.len() >= MOST {
            forms.pop_front();
        }
        forms.push_back(form);
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn is_kept(&self, now: Timestamp) -> bool {
        now.since(self.since) < LASTS
    }
}

/// The address of a page on which a kept form is shown filled in.
pub(super) fn filled_in(page: &str, name: &str) -> String {
    let (page, anchor) = page.split_once('#').map_or((page, None), |(page, anchor)| (page, Some(anchor)));
    let sign = if page.contains('?') { '&' } else { '?' };
    let anchor = anchor.map(|anchor| format!("#{anchor}")).unwrap_or_default();
    format!("{page}{sign}{KEPT}={name}{anchor}")
}

/// Whether there is more in it than what every form has.
fn says_something(typed: &Typed) -> bool {
    typed.keys().any(|name| name != IDEMPOTENCY_KEY && name != "back")
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

/// Who somebody is, as a session says it.
fn id_of(visitor: &Visitor) -> Option<String> {
    visitor.somebody().map(|somebody| UserView::of(&somebody.person, &somebody.name).id)
}

/// An address without what stands behind its path.
fn path_of(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or_default()
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

/// The page from which a form was sent: as the browser says, else as the form does.
pub(in crate::web) fn page_before(headers: &HeaderMap, back: Option<&str>) -> Option<String> {
    let referrer =
        headers.get("referer").and_then(|page| page.to_str().ok()).and_then(|page| url::Url::parse(page).ok());
    let referrer = referrer.map(|mut page| {
        let pairs: Vec<(String, String)> = page.query_pairs().into_owned().filter(|(name, _)| name != KEPT).collect();
        page.query_pairs_mut().clear().extend_pairs(pairs);
        let query = page.query().filter(|query| !query.is_empty());
        query.map_or_else(|| page.path().to_owned(), |query| format!("{}?{query}", page.path()))
    });
    let pages = referrer.as_deref().filter(|page| path_of(page) != SURE_PAGE).into_iter().chain(back);
    // A name is added to it, and an address of ours has an end.
    let mut fitting = pages.filter(|page| is_page_of_ours(page) && page.len() < 1_900 && !page.contains('#'));
    fitting.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;
    use crate::kernel::ids::UserId;
    use crate::signin::Person;
    use crate::web::access::{Somebody, Via};

    const NOW: Timestamp = Timestamp::from_micros(1_000_000_000_000);

    fn session(number: u64) -> Digest {
        Digest::of(&number.to_be_bytes())
    }

    fn member(user: u64, number: u64) -> Visitor {
        Visitor::Somebody(Somebody {
            person: Person::Member { user: UserId::new(user) },
            name: String::new(),
            avatar: None,
            guilds: Vec::new(),
            via: Via::Session(session(number)),
        })
    }

    /// What is filled in for somebody on a page.
    fn filled(forms: &KeptForms, visitor: &Visitor, page: &str, now: Timestamp) -> Option<String> {
        let refill = forms.wanted(&Settings::default(), &HeaderMap::new(), visitor, (page, now))?;
        assert!(refill.says_something(), "nothing was done yet");
        refill.value("confirm").map(str::to_owned)
    }

    #[test]
    fn what_waits_for_a_proof_is_there_once_on_its_own_page_under_whatever_id_the_session_has_by_then() {
        let forms = KeptForms::default();
        forms.hold(&member(1, 1), "/me/5#data", b"confirm=Night+Owl&password=hunter2", NOW);
        assert_eq!(filled(&forms, &member(1, 1), "/prove?next=/me/5", NOW), None);
        forms.follow(session(1), session(2));
        assert_eq!(filled(&forms, &member(1, 1), "/me/5", NOW), None);
        assert_eq!(filled(&forms, &member(1, 2), "/me/5?page=1", NOW).as_deref(), Some("Night Owl"));
        assert_eq!(filled(&forms, &member(1, 2), "/me/5", NOW), None, "it is filled in once");
    }

    #[test]
    fn what_waits_for_a_proof_is_seen_by_nobody_else_and_does_not_stay() {
        let forms = KeptForms::default();
        forms.hold(&member(1, 1), "/me", b"confirm=x", NOW);
        // Somebody else signed in where the first one was.
        forms.follow(session(1), session(2));
        assert_eq!(filled(&forms, &member(9, 2), "/me", NOW), None);
        forms.hold(&member(1, 1), "/me", b"confirm=x", NOW);
        assert_eq!(filled(&forms, &member(1, 1), "/me", NOW.after(LASTS)), None);
        forms.hold(&member(1, 3), "/me", "confirm=x".repeat(LARGEST).as_bytes(), NOW);
        assert_eq!(filled(&forms, &member(1, 3), "/me", NOW), None, "what is very long is not kept");
        let kept = forms.lock().len();
        forms.hold(&Visitor::Nobody, "/me", b"confirm=x", NOW);
        forms.hold(&member(1, 4), "/me", b"csrf=x&idempotency_key=y&back=/me", NOW);
        assert_eq!(forms.lock().len(), kept, "nobody's, and what says nothing");
    }

    #[test]
    fn a_question_is_for_whoever_sent_the_form_and_a_form_with_a_secret_is_not_kept_for_it() {
        let forms = KeptForms::default();
        let asked = |visitor: &Visitor, body: &str| {
            let question =
                Question { asked: "Sure?".into(), action: "/g/5/link".into(), back: "/g/5/handles?q=a".into() };
            forms.ask(visitor, body.as_bytes(), question, NOW)
        };
        let page = asked(&member(1, 1), "handle=a&ask=Sure%3F&idempotency_key=k").unwrap();
        let name = page.strip_prefix("/sure?kept=").unwrap();
        let (question, typed) = forms.question(&member(1, 2), name, NOW).unwrap();
        assert_eq!((question.asked.as_str(), question.action.as_str()), ("Sure?", "/g/5/link"));
        assert_eq!(typed.keys().map(String::as_str).collect::<Vec<_>>(), ["handle", "idempotency_key"]);
        assert!(forms.question(&member(9, 1), name, NOW).is_none(), "it is nobody else's");
        assert!(forms.question(&member(1, 1), name, NOW.after(LASTS)).is_none(), "it does not stay");
        let wanted = |address: &str| {
            forms.wanted(&Settings::default(), &HeaderMap::new(), &member(1, 1), (address, NOW)).is_some()
        };
        assert!(wanted(&filled_in(&question.back, name)) && !wanted(&page) && !wanted("/g/5/handles"));
        assert_eq!(asked(&member(1, 1), "handle=a&password=hunter2"), None);
        assert_eq!(asked(&Visitor::Nobody, "handle=a"), None);
        for _ in 0..2 * MOST_OF_A_PLACE {
            asked(&member(1, 1), "handle=a").unwrap();
        }
        assert_eq!(forms.lock().len(), MOST_OF_A_PLACE);
        assert_eq!(filled_in("/me?a=b#data", "x"), "/me?a=b&kept=x#data");
    }

    #[test]
    fn the_memory_is_bounded_for_a_session_and_in_all() {
        let forms = KeptForms::default();
        for _ in 0..3 {
            forms.hold(&member(1, 1), "/me", b"confirm=x", NOW);
        }
        assert_eq!(forms.lock().len(), 1);
        for user in 0..1_000_u64 {
            forms.hold(&member(user, user), "/me", b"confirm=x", NOW);
            assert!(forms.lock().len() <= MOST);
        }
    }

    #[test]
    fn a_form_leads_back_to_the_page_that_it_was_sent_from_if_that_is_ours() {
        let page = |referrer: &'static str, back: Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.insert("referer", HeaderValue::from_static(referrer));
            page_before(&headers, back)
        };
        assert_eq!(page("http://pi.local:3000/g/5/songs?q=a+b&kept=x", None).as_deref(), Some("/g/5/songs?q=a+b"));
        assert_eq!(page("http://pi.local:3000/g/5?kept=x", None).as_deref(), Some("/g/5"));
        assert_eq!(page("nonsense", Some("/g/5")).as_deref(), Some("/g/5"));
        assert_eq!(page("nonsense", Some("//evil.example")), None);
        assert_eq!(page("http://pi.local//evil.example", None), None);
        assert_eq!(page_before(&HeaderMap::new(), None), None);
    }
}
