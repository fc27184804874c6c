//! What each request to the wizard passes, and which step it asks for: as the gate of the web, with the code in the place of
//! sessions and rights.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::header::{LOCATION, REFRESH, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use tower_http::compression::CompressionLayer;

use super::course::{Announcement, DOING, FormError, LASTS, Step};
use super::pages::{self, About, Shown};
use super::{Wizard, upload};
use crate::app::first_run::account::token_in;
use crate::app::first_run::code::Code;
use crate::discord::problem;
use crate::kernel::digest::{Digest, SecretBytes};
use crate::kernel::error::Error;
use crate::kernel::secret::{Secret, random};
use crate::web::access::{Name, Origin, Sender, TooOften, place};
use crate::web::answer::{Problem, html};
use crate::web::page::html_response;
use crate::web::pages::{assets, theme};
use crate::web::ui::components::{CSRF, Notice, Seal};
use crate::web::ui::layout::{Frame, Theme, bare};
use crate::web::{Leads, arrive, guard, whole};

/// The largest body of a form without a file, in bytes.
const LARGEST_FORM: usize = 16 * 1024;
/// As whom tries of codes are counted.
const ACCOUNT: &str = "setup";
/// After so many seconds a browser looks again whether something is done.
const AGAIN: HeaderValue = HeaderValue::from_static("3");
/// What stands behind the question mark of the door where a code was refused, and the way there.
const WRONG_CODE: &str = "refused";
const REFUSED: &str = "/setup?refused";
/// The same where a browser is not in.
const NOT_IN: &str = "door";
const AT_THE_DOOR: &str = "/setup?door";

/// What somebody filled in, the last of each name.
type Fields = BTreeMap<String, String>;

/// The routes of the wizard.
pub(super) fn routes(wizard: &Arc<Wizard>) -> Router {
    let wizard = Arc::clone(wizard);
    let serve = move |request: Request| {
        let wizard = Arc::clone(&wizard);
        async move { pass(&wizard, request).await }
    };
    // A backup is larger than any form; what may come is bounded where it is read.
    Router::new().fallback(serve).layer(DefaultBodyLimit::disable()).layer(CompressionLayer::new().gzip(true))
}

async fn pass(wizard: &Arc<Wizard>, request: Request) -> Response {
    let is_head = request.method() == Method::HEAD;
    let headers = request.headers().clone();
    let answered = serve(wizard, request).await;
    let mut response = answered.unwrap_or_else(|problem| wizard.told(&headers, &problem));
    guard(response.headers_mut(), Leads::Nowhere, wizard.settings.is_https());
    if is_head { response.map(|_| Body::empty()) } else { response }
}

async fn serve(wizard: &Arc<Wizard>, request: Request) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let origin = arrive(&wizard.settings, &wizard.limits, &parts)?;
    let session = wizard.session_of(&parts.headers);
    match parts.method.clone() {
        Method::GET | Method::HEAD => look(wizard, &parts, session).await,
        // Whoever sets Greenroom up has a browser, and browsers say where they come from.
        Method::POST if wizard.settings.sender(&parts.headers) != Sender::Ours => Err(Problem::Csrf),
        Method::POST => act(wizard, parts, body, origin, session).await,
        _ => Err(Problem::Method("GET, HEAD, POST".to_owned())),
    }
}

/// Something to look at.
async fn look(wizard: &Wizard, parts: &Parts, session: Option<Digest>) -> Result<Response, Problem> {
    let path = parts.uri.path();
    if let Some((digest, name)) = path.strip_prefix("/assets/").and_then(|file| file.split_once('/')) {
        return assets::answer(&wizard.assets, digest, name, &parts.headers).ok_or(Problem::NotFound);
    }
    match (path, path.strip_prefix("/setup/"), session) {
        ("/setup", _, Some(session)) => wizard.page(parts, &session).await,
        ("/setup", _, None) => {
            let wrong = [(WRONG_CODE, gone()), (NOT_IN, not_in())];
            let wrong = wrong.into_iter().find(|(why, _)| parts.uri.query() == Some(*why)).map(|(_, wrong)| wrong);
            Ok(wizard.door(&parts.headers, None, wrong.as_ref()))
        }
        // The address of a form, or the code of somebody who is in already.
        ("/" | "/sign-in", ..) | (_, Some(_), Some(_)) => Ok(see_other("/setup")),
        (_, Some(typed), None) => {
            let code = match Code::typed(typed) {
                Some(code) if wizard.is_good(&code).await? => Some(code),
                _ => None,
            };
            let wrong = code.is_none().then(gone);
            Ok(wizard.door(&parts.headers, code.as_ref().map(Code::text), wrong.as_ref()))
        }
        _ => Err(Problem::NotFound),
    }
}

/// Something to do.
async fn act(
    wizard: &Arc<Wizard>,
    parts: Parts,
    body: Body,
    origin: Origin,
    session: Option<Digest>,
) -> Result<Response, Problem> {
    let path = parts.uri.path().to_owned();
    if path == "/setup/upload" {
        let Some(session) = session else { return Ok(see_other(AT_THE_DOOR)) };
        return Ok(wizard.answered(take_upload(wizard, &session, parts, body).await));
    }
    let fields = fields(&whole(body, LARGEST_FORM).await?);
    match path.as_str() {
        "/theme" => return Ok(wizard.with_theme(&fields)),
        "/setup/enter" => return enter(wizard, origin, &fields).await,
        _ => {}
    }
    let Some(session) = session else { return Ok(see_other(AT_THE_DOOR)) };
    if !wizard.csrf.admits(&session, field(&fields, CSRF), wizard.clock.now()) {
        return Ok(wizard.answered(Err(FormError::new(Problem::Csrf.sentence(None).to_string()))));
    }
    wizard.with_course(|course| course.told = None);
    Ok(wizard.answered(take_step(wizard, &path, &fields).await))
}

/// Does what a form asks for, where its step is the present one. Whoever sends a form of another step sees where they are.
async fn take_step(wizard: &Arc<Wizard>, path: &str, fields: &Fields) -> Result<(), FormError> {
    let backup = || {
        let chosen = field(fields, "backup").to_owned();
        wizard.with_course(|course| course.chosen.clone_from(&chosen));
        chosen
    };
    match (path, wizard.step()) {
        ("/setup/new", Step::Begin) => wizard.go_to(wizard.after_beginning().await?),
        ("/setup/take", before @ Step::Begin) => {
            let work = Arc::clone(wizard).take_from_here(backup());
            wizard.work("The backup is looked at.", before, work).await;
        }
        ("/setup/copies", before @ Step::Begin) => {
            wizard.work("The copies are looked for.", before, Arc::clone(wizard).copies()).await;
        }
        ("/setup/take", Step::Copies(names)) if names.contains(&backup()) => {
            let work = Arc::clone(wizard).take_from_target(backup());
            wizard.work("The backup is fetched and looked at.", Step::Copies(names), work).await;
        }
        ("/setup/restore", Step::Confirm(tried)) => {
            let work = Arc::clone(wizard).restored(tried.clone());
            wizard.work("The backup is restored.", Step::Confirm(tried), work).await;
        }
        ("/setup/back", step) => {
            if let Some(before) = wizard.before(&step).await? {
                wizard.go_to(before);
            }
        }
        ("/setup/password", Step::Password { .. }) => {
            let secret = |name: &str| Secret::new(field(fields, name));
            wizard.choose_password(secret("password"), &secret("again")).await?;
        }
        ("/setup/keep", Step::Password { has_one: true }) => wizard.go_to(Step::Token),
        ("/setup/token", Step::Token | Step::Invite(_)) => {
            wizard.try_token(token_in(field(fields, "token"))).await?;
        }
        ("/setup/look", Step::Invite(_)) => wizard.look_again().await?,
        ("/setup/start", Step::Invite(account)) => wizard.start(account),
        _ => {}
    }
    Ok(())
}

async fn take_upload(wizard: &Arc<Wizard>, session: &Digest, parts: Parts, body: Body) -> Result<(), FormError> {
    let before = wizard.step();
    if !matches!(before, Step::Begin) {
        return Ok(());
    }
    let file = upload::take(wizard, session, parts, body).await?;
    wizard.with_course(|course| course.told = None);
    let work = Arc::clone(wizard).tried(file, "The file that you sent".to_owned());
    wizard.work("The backup is looked at.", before, work).await;
    Ok(())
}

/// Uses a code up.
async fn enter(wizard: &Wizard, origin: Origin, fields: &Fields) -> Result<Response, Problem> {
    let (from, now) = (place(origin.address), wizard.clock.now());
    wizard.sign_ins.may_try(from, ACCOUNT, now).map_err(|TooOften(wait)| Problem::RateLimited(wait))?;
    match wizard.enter(field(fields, "code")).await {
        Ok(session) => {
            wizard.sign_ins.was_right(from, ACCOUNT);
            let cookie = Name::Setup.set(session.text().expose(), LASTS, wizard.settings.is_https());
            Ok(with_cookie(see_other("/setup"), &cookie))
        }
        Err(Error::Refused(_)) => Ok(see_other(REFUSED)),
        Err(failed) => Err(failed.into()),
    }
}

/// That a code opens nothing.
fn gone() -> FormError {
    let sentence = "This code does not work: it is mistyped, it was used, a newer one was given, or it is too old. `greenroom \
                    setup-link` on the machine prints another one.";
    FormError::of_field("code", sentence)
}

/// That a browser is not in, or not any more.
fn not_in() -> FormError {
    FormError::new("Another browser has used a newer code, or it is long since you were here. Enter a new code.")
}

impl Wizard {
    /// By what the browser is known, where it is the one that is in.
    fn session_of(&self, headers: &HeaderMap) -> Option<Digest> {
        let shown = Name::Setup.of(headers, self.settings.is_https())?;
        let session = SecretBytes::parse(&shown)?.digest();
        let now = self.clock.now();
        self.with_course(|course| course.is_in(&session, now)).then_some(session)
    }

    /// The way to the page of the present step, which says what was wrong.
    fn answered(&self, outcome: Result<(), FormError>) -> Response {
        if let Err(wrong) = outcome {
            self.tell(wrong);
        }
        see_other("/setup")
    }

    /// The page of the present step, with what came of what was asked for last.
    async fn page(&self, parts: &Parts, session: &Digest) -> Result<Response, Problem> {
        let (csrf, key) = (self.csrf.issue(session, random()), BASE64_URL_SAFE_NO_PAD.encode(random::<12>()));
        let (step, chosen) = self.with_course(|course| (course.step.clone(), course.chosen.clone()));
        let (snapshots, counts) = if matches!(step, Step::Begin) {
            (self.snapshots_here(), self.counted().await?)
        } else {
            (Vec::new(), Vec::new())
        };
        let target = self.target.as_ref().map(ToString::to_string);
        // Whoever asks for the head alone reads nothing.
        let is_read = parts.method == Method::GET;
        let told = self.with_course(|course| course.announce(is_read));
        let wrong = match &told {
            Some(Announcement::FormError(wrong)) => Some(wrong),
            _ => None,
        };
        let about = About {
            seal: Seal { csrf: &csrf, key: &key },
            operator: &self.operator.name,
            snapshots: &snapshots,
            counts: &counts,
            target: target.as_deref(),
            chosen: &chosen,
            wrong,
        };
        let notices: Vec<Notice> = told.as_ref().and_then(pages::notice).into_iter().collect();
        let mut response = self.framed(&parts.headers, StatusCode::OK, &pages::step(&step, &about), &notices);
        match step {
            Step::Working(_) => drop(response.headers_mut().insert(REFRESH, AGAIN)),
            // The next page is the bot's: this one is the last of the wizard.
            Step::Started(_) => drop(self.over.send_replace(Some(Ok(())))),
            _ => {}
        }
        Ok(response)
    }

    /// The page that asks for the code.
    fn door(&self, headers: &HeaderMap, code: Option<&str>, wrong: Option<&FormError>) -> Response {
        let status = if wrong.is_some() { StatusCode::FORBIDDEN } else { StatusCode::OK };
        let told = wrong.filter(|wrong| wrong.field.is_empty());
        let notices: Vec<Notice> = told.map(|wrong| pages::bad(&wrong.sentence)).into_iter().collect();
        self.framed(headers, status, &pages::door(code, &self.reach, wrong), &notices)
    }

    /// The page that says what is not possible.
    fn told(&self, headers: &HeaderMap, problem: &Problem) -> Response {
        let report = match problem {
            Problem::Operation(Error::Failed(failure)) => Some(problem::log(failure, DOING)),
            _ => None,
        };
        let shown = pages::problem(&html(&problem.sentence(report)));
        self.framed(headers, problem.status(), &shown, &[])
    }

    fn framed(&self, headers: &HeaderMap, status: StatusCode, shown: &Shown, notices: &[Notice]) -> Response {
        let theme = Name::Theme.of(headers, false).and_then(|word| Theme::parse(&word)).unwrap_or_default();
        let frame = Frame { here: "/setup", notices, theme, ..Frame::new(&self.assets, shown.title) };
        html_response(status, bare(&frame, &shown.main))
    }

    /// Remembers the colours that somebody likes.
    fn with_theme(&self, fields: &Fields) -> Response {
        let theme = Theme::parse(field(fields, "theme")).unwrap_or_default();
        let cookie = Name::Theme.set(theme.word(), theme::LASTS, self.settings.is_https());
        with_cookie(see_other("/setup"), &cookie)
    }
}

fn fields(body: &[u8]) -> Fields {
    url::form_urlencoded::parse(body).into_owned().collect()
}

fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map(String::as_str).unwrap_or_default()
}

fn see_other(to: &'static str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, HeaderValue::from_static(to))]).into_response()
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
