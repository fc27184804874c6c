//! Who is there: signing in, renewing, signing out (`T-API-01`, `T-API-02`, `S-API-01`, `S-API-03`, `S-API-04`).

use axum::http::header::ACCEPT;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::oauth;
use crate::kernel::digest::SecretBytes;
use crate::kernel::error::Result;
use crate::kernel::secret::{Secret, random};
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::refusals;
use crate::signin::refresh::{Next, Rotation};
use crate::signin::scope::Scope;
use crate::signin::session::Door;
use crate::signin::{Person, guesses, operator, refresh, session};
use crate::web::Web;
use crate::web::access::{Limit, Name, Origin, Passwords, TooOften, Who, place};
use crate::web::answer::{Answered, Problem, is_page_of_ours};
use crate::web::endpoint::{Asked, Doors, Endpoint, Nothing, Sample, Samples};
use crate::web::page::again;
use crate::web::pages::{SessionsPage, SignInPage, at_the_door};
use crate::web::sign_in::{Proven, SignedIn, SignedInView, UserView, session_shown};

refusals! {
    /// Why somebody is not signed in.
    pub enum SignInRefusal {
        /// No such name with that password.
        Wrong => "auth.wrong" as NotAllowed, "That name and password do not belong together.";
        /// The operator's password is switched off.
        PasswordOff => "auth.password_off" as NotAllowed, "Signing in with a password is switched off here. Type {/dashboard} \
            in your server: it gives you a link.";
        /// There is no way by Discord.
        DiscordOff => "auth.discord_off", "Signing in with Discord is not set up here. Type {/dashboard} in your server: it \
            gives you a link.";
        /// What renews a session is none, or was used.
        NotRenewed => "auth.not_renewed" as NotAllowed, "You were signed out. Please sign in once more.";
    }
}

/// Signs the operator in by a password; without one it leads to Discord (`C-70`).
pub struct Login;

/// Who signs in.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct Credentials {
    /// The operator's name.
    pub username: Option<String>,
    /// The password.
    pub password: Option<String>,
    /// The page that a form leads to.
    pub next: Option<String>,
}

/// What comes of signing in.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum LoginView {
    /// Somebody is signed in.
    SignedIn(SignedInView),
    /// The way goes on at Discord.
    Discord(DiscordWay),
}

/// The way to sign in with Discord.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiscordWay {
    /// The address to open in the browser that asked.
    pub url: String,
}

impl Endpoint for Login {
    const NAME: &'static str = "auth.login";
    const ABOUT: &'static str = "Signs the operator in with a password, or tells the way to sign in with Discord.";
    const DOORS: Doors = Doors::post(&["/api/auth/login"]).form("/sign-in", at_the_door);
    const WHO: Who = Who::Anyone;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::SignIn;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-01"];

    type Path = ();
    type Query = Nothing;
    type Body = Option<Credentials>;
    type Answer = LoginView;

    fn sample(samples: &Samples) -> Sample {
        let body = serde_json::json!({ "username": samples.operator, "password": samples.password });
        Sample { body: Some(body), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<LoginView>, Problem> {
        let Credentials { username, password, next } = asked.body.unwrap_or_default();
        let next = next.filter(|next| is_page_of_ours(next));
        let (Some(name), Some(password)) = (username, password) else {
            return to_discord(web, &asked.headers, asked.origin, next).await;
        };
        prove(web, asked.origin, asked.now, &name, Secret::new(password)).await?;
        let person = Person::Operator { name: name.clone() };
        let proven = Proven { person, name, avatar: None, guilds: Vec::new(), door: Door::Password };
        let signed_in = web.begin_session(proven, &asked.visitor, &asked.headers, asked.origin).await?;
        let answered = Answered::from(LoginView::SignedIn(signed_in.view())).with_cookies(signed_in.cookies);
        Ok(answered.leading_to(next.unwrap_or_else(|| "/".to_owned())))
    }
}

/// The way to sign in with Discord: as JSON for who reads that, else as a redirect.
async fn to_discord(
    web: &Web,
    headers: &HeaderMap,
    origin: Origin,
    next: Option<String>,
) -> Result<Answered<LoginView>, Problem> {
    let application = web.settings.oauth.as_ref().ok_or(SignInRefusal::DiscordOff)?;
    let mut accepted =
        headers.get_all(ACCEPT).iter().filter_map(|kinds| kinds.to_str().ok()).flat_map(|kinds| kinds.split(','));
    let status = if accepted.any(is_json) { StatusCode::OK } else { StatusCode::FOUND };
    let oauth::Begun { address, cookie } = oauth::begin(web, application, origin, next).await?;
    let way = LoginView::Discord(DiscordWay { url: address.clone() });
    Ok(Answered::from(way).with_status(status).with_cookies([cookie]).leading_to(address))
}

fn is_json(accepted: &str) -> bool {
    accepted.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

/// Whether the password is the operator's, as often as that may be tried. A wrong one takes the time of a right one.
pub(super) async fn prove(
    web: &Web,
    origin: Origin,
    now: Timestamp,
    name: &str,
    password: Secret,
) -> Result<(), Problem> {
    if !web.settings.has_local_admin {
        return Err(SignInRefusal::PasswordOff.into());
    }
    let from = place(origin.address);
    web.sign_ins.may_try(from, name, now).map_err(|TooOften(wait)| Problem::RateLimited(wait))?;
    let of = name.to_owned();
    let kept = web.look("operator", move |read| operator::of(read, &of)).await?;
    let is_let_in = web.settings.lets_in(&Person::Operator { name: name.to_owned() });
    let hash = kept.filter(|_| is_let_in).map(|operator| operator.phc().expose().to_owned());
    if web.passwords.matches(password.clone(), hash.clone()).await? {
        web.sign_ins.was_right(from, name);
        return Ok(hash_anew(web, name, password, hash).await?);
    }
    let address = origin.address;
    web.bot.store.write("wrong_password", move |tx| guesses::wrong_password(tx, address)).await?;
    Err(SignInRefusal::Wrong.into())
}

/// Keeps a password that is right by a hash as they are made now, where it has another one.
async fn hash_anew(web: &Web, name: &str, password: Secret, hash: Option<String>) -> Result<()> {
    let Some(verified) = hash.filter(|hash| Passwords::is_outdated(hash)).map(Secret::new) else { return Ok(()) };
    let (name, anew) = (name.to_owned(), Secret::new(web.passwords.hash(password).await?));
    web.bot.store.write("password_hashed_anew", move |tx| operator::rehash(tx, &name, &verified, &anew)).await
}

/// Renews a session.
pub struct Refresh;

/// What renews a session: in the body, or in the cookie.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct RefreshBody {
    /// The refresh token, for programs.
    pub refresh_token: Option<String>,
}

impl Endpoint for Refresh {
    const NAME: &'static str = "auth.refresh";
    const ABOUT: &'static str = "Renews a session; the refresh token is spent, and the answer has the next one.";
    const DOORS: Doors = Doors::post(&["/api/auth/refresh"]);
    const WHO: Who = Who::Anyone;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::SignIn;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-API-02"];

    type Path = ();
    type Query = Nothing;
    type Body = Option<RefreshBody>;
    type Answer = SignedInView;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<SignedInView>, Problem> {
        let of_body = asked.body.and_then(|body| body.refresh_token);
        let shown = of_body.or_else(|| Name::Refresh.of(&asked.headers, web.settings.is_https()));
        let shown = shown.and_then(|shown| SecretBytes::parse(&shown)).ok_or(SignInRefusal::NotRenewed)?;
        match renewed(web, &shown).await? {
            Renewed::Now(signed_in) => Ok(Answered::from(signed_in.view()).with_cookies(signed_in.cookies)),
            Renewed::BeforeJustNow | Renewed::Never => Err(SignInRefusal::NotRenewed.into()),
        }
    }
}

/// What comes of a refresh that is shown.
pub(super) enum Renewed {
    /// The session goes on.
    Now(Box<SignedIn>),
    /// It went on a moment ago: the same browser asked twice.
    BeforeJustNow,
    /// It is none, or was used.
    Never,
}

/// Lets a session go on by its refresh, which is spent by that.
pub(super) async fn renewed(web: &Web, shown: &SecretBytes) -> Result<Renewed> {
    let (sid, next) = (SecretBytes::new(random()), SecretBytes::new(random()));
    let (digest, given) = (shown.digest(), Next { sid: sid.digest(), refresh: next.digest() });
    let rotated = web.bot.store.write("session_renewed", move |tx| refresh::rotate(tx, digest, given)).await?;
    Ok(match rotated {
        Rotation::Rotated(session) => Renewed::Now(Box::new(web.signed_in(*session, sid.digest(), &next))),
        Rotation::Repeated => Renewed::BeforeJustNow,
        Rotation::Reused | Rotation::Unknown => Renewed::Never,
    })
}

/// Signs out.
pub struct Logout;

impl Endpoint for Logout {
    const NAME: &'static str = "auth.logout";
    const ABOUT: &'static str = "Ends this session.";
    const DOORS: Doors = Doors::post(&["/api/auth/logout"]).form("/sign-out", again::<SignInPage>);
    const WHO: Who = Who::SignedIn;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &[];

    type Path = ();
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = Nothing;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<Nothing>, Problem> {
        if let Some(sid) = session_shown(&asked.visitor) {
            web.bot.store.write("signed_out", move |tx| session::end(tx, sid)).await?;
        }
        Ok(Answered::from(Nothing {}).with_cookies(web.signed_out()).leading_to("/sign-in"))
    }
}

/// Signs out everywhere else. It takes a fresh proof: whoever only found a browser open does not shut its owner out.
pub struct LogoutEverywhere;

/// In how many other places somebody was signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Ended {
    /// Sessions that ended.
    pub ended: usize,
}

impl Endpoint for LogoutEverywhere {
    const NAME: &'static str = "auth.logout_everywhere";
    const ABOUT: &'static str = "Ends all other sessions of whoever asks.";
    const DOORS: Doors =
        Doors::post(&["/api/auth/logout-everywhere"]).form("/sign-out-everywhere", again::<SessionsPage>);
    const WHO: Who = Who::SignedIn;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Changes;
    const REQUIREMENTS: &'static [&'static str] = &[];

    type Path = ();
    type Query = Nothing;
    type Body = Option<Nothing>;
    type Answer = Ended;

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<Ended>, Problem> {
        let somebody = asked.visitor.somebody().cloned().ok_or(Problem::Unauthenticated)?;
        web.needs_proof(&asked).await?;
        let here = session_shown(&asked.visitor);
        let person = somebody.person;
        let ended =
            web.change(&asked, move |tx, _| Ok(Ended { ended: session::sign_out_everywhere(tx, &person, here)? }));
        Ok(ended.await?.saying(Sentence::words("You are signed out everywhere else.")).leading_to("/me/sessions"))
    }
}

/// Who asks.
pub struct Me;

impl Endpoint for Me {
    const NAME: &'static str = "auth.me";
    const ABOUT: &'static str = "Tells who is signed in.";
    const DOORS: Doors = Doors::get(&["/api/auth/me"]);
    const WHO: Who = Who::SignedIn;
    const SCOPE: Scope = Scope::Read;
    const LIMIT: Limit = Limit::Reads;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &[];

    type Path = ();
    type Query = Nothing;
    type Body = ();
    type Answer = MeView;

    async fn run(_: &Web, asked: Asked<Self>) -> Result<Answered<MeView>, Problem> {
        let somebody = asked.visitor.somebody().ok_or(Problem::Unauthenticated)?;
        Ok(MeView { user: UserView::of(&somebody.person, &somebody.name) }.into())
    }
}

/// Who asks.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeView {
    /// The person.
    pub user: UserView,
}
