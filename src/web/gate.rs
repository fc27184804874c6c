//! What every request passes, in this order (`C-120`): a name of ours, where it comes from, how often from there, who asks,
//! whether a change comes from a page of ours, what they are in the server, whether they may, whether the feature is switched
//! on, how often they may, and the body in bounds. Rights come before anything that tells what exists.
//!
//! Whatever fails here is answered here, before a handler runs. A refused request changes nothing; tries at what is the
//! operator's alone are counted.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use http_body_util::{BodyExt, Limited};
use tokio::time::timeout;

use super::Web;
use super::access::{
    Caller, Limit, Limits, Name, Origin, REFRESH_PATH, Rank, Sender, Somebody, TooOften, Verdict, Via, Visitor, Who,
    place,
};
use super::answer::{OnlyAsks, Problem, Repeat, WasDone, form_field, once_more, told, with_cookies};
use super::endpoint::{Arrived, Door, Route, Written};
use super::headers::CSRF_TOKEN;
use super::kept::{self, WayBack};
use super::part;
use super::settings::Settings;
use super::trouble::{self, Met};
use super::ui::components::ASK;
use super::visitor::shows_token;
use crate::access::{is_reviewer, level_of};
use crate::activity::{self, DoorKind};
use crate::discord::pace::Turn;
use crate::discord::receiver::ReceiverRefusal;
use crate::discord::standing::{Asked, Standing};
use crate::features::Domain;
use crate::flows::erasure;
use crate::kernel::digest::Digest;
use crate::kernel::error::Error;
use crate::kernel::ids::{GuildId, UserId};
use crate::kernel::refusal::Refuse as _;
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::settings::Switch;
use crate::signin::Person;
use crate::signin::address::network;
use crate::signin::guesses;
use crate::store::{Read, Tx, through};

/// How long a body may take to come.
const BODY: Duration = Duration::from_secs(20);

/// With whom a connection is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub SocketAddr);

/// Takes a request to what serves it, or answers why not.
pub(super) async fn pass(web: Web, route: &'static Route, door: Door, request: axum::extract::Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let address = parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
    let (mut body, mut known) = (Some(body), Known::default());
    let problem = match examine(&web, route, door, &mut parts, &mut body, &mut known).await {
        Ok(arrived) => {
            return serve(web, route, arrived, is_change(&parts.method)).await;
        }
        Err(problem) => problem,
    };
    let had_session = Name::Access.of(&parts.headers, web.settings.is_https()).is_some();
    let is_signed_out = matches!(problem, Problem::Unauthenticated | Problem::InvalidToken);
    // A session that is renewed helps nobody who shows a token that opens nothing.
    let may_renew = had_session && !matches!(problem, Problem::InvalidToken);
    let lead = if may_renew { to_renew } else { to_sign_in };
    match door {
        Door::Api => told(&web, &problem, route.name, route.says_success),
        Door::Page if is_signed_out => lead(&address),
        // An open page keeps its acts itself, and sends them in their order once somebody is signed in.
        Door::Form if is_signed_out && part::is_quiet(&parts.headers) => {
            let met = Met {
                visitor: &known.visitor,
                headers: &parts.headers,
                place: (known.guild, known.rank),
                address: None,
            };
            trouble::problem(&web, &met, &problem, route.name)
        }
        // What was typed is not lost: it is shown again to whoever is signed in then.
        Door::Form if is_signed_out => {
            let WayBack { page, cookie } = kept(&web, route, &parts.headers, body, &known).await;
            with_cookies(lead(&page), cookie)
        }
        Door::Page | Door::Form => {
            let again = match door {
                Door::Page => {
                    let page = trouble::told_address(route.who, &address).to_owned();
                    Some(WayBack { page, cookie: None })
                }
                // What was let in, and is only not possible now, is not lost either.
                _ if problem.retry_after().is_some() && known.origin.is_some() => {
                    Some(kept(&web, route, &parts.headers, body, &known).await)
                }
                _ => None,
            };
            let (visitor, place) = (&known.visitor, (known.guild, known.rank));
            let address = again.as_ref().map(|again| again.page.as_str());
            let met = Met { visitor, headers: &parts.headers, place, address };
            with_cookies(trouble::problem(&web, &met, &problem, route.name), again.and_then(|again| again.cookie))
        }
    }
}

/// What is known of a request, as far as it came.
struct Known {
    origin: Option<Origin>,
    visitor: Visitor,
    guild: GuildId,
    rank: Rank,
}

impl Default for Known {
    fn default() -> Self {
        Self { origin: None, visitor: Visitor::Nobody, guild: GuildId::INSTANCE, rank: Rank::default() }
    }
}

/// Serves a request that may be served.
async fn serve(web: Web, route: &'static Route, arrived: Arrived, is_change: bool) -> Response {
    let (session, now) = (session_of(&arrived.visitor).copied().filter(|_| is_change), arrived.now);
    if arrived.door == Door::Form
        && let Err(problem) = is_meant(&web, &arrived)
    {
        return once_more(web, route, arrived, problem).await;
    }
    if let Some(asked) = form_field(&arrived, ASK).filter(|asked| !asked.is_empty()) {
        return super::page::question(&web, &arrived, &asked);
    }
    let turn = match turn_of(&web, route, &arrived).await {
        Ok(turn) => turn,
        Err(TooOften(wait)) => return once_more(web.clone(), route, arrived, Problem::BalancesLimited(wait)).await,
    };
    let door = door_of(&arrived).to_string();
    let response = through(&door, (route.serve)(web.clone(), arrived)).await;
    // What was refused, or told once more, changed no balance, and its turn goes back.
    if let Some(turn) = turn.filter(|_| response.extensions().get::<WasDone>().is_some()) {
        turn.used();
    }
    rotate(&web, session, now, &response);
    response
}

/// A turn of whoever is about to change a balance (`C-13`); the same window in which commands are counted.
async fn turn_of<'w>(web: &'w Web, route: &Route, arrived: &Arrived) -> Result<Option<Turn<'w>>, TooOften> {
    let Some(somebody) = arrived.visitor.somebody().filter(|_| route.limit == Limit::Balances) else { return Ok(None) };
    let user = match &somebody.person {
        Person::Member { user } => Some(*user),
        Person::Operator { .. } => None,
    };
    match web.bot.pace.take(arrived.guild, user).await {
        Ok(turn) => Ok(Some(turn)),
        // It is told once more, and done no second time, however full the minute is.
        Err(_) if is_repeat(web, route, arrived).await => Ok(None),
        Err(next) => Err(TooOften(next.since(arrived.now))),
    }
}

/// Whether this was done already, under the key that came with it.
async fn is_repeat(web: &Web, route: &Route, arrived: &Arrived) -> bool {
    let Ok(Some(repeat)) = Repeat::of(arrived) else { return false };
    let (name, now) = (route.name, arrived.now);
    web.look("repeat", move |read| repeat.is_known(read, name, now)).await.unwrap_or(false)
}

/// By which door somebody came, as it is noted with whatever they do.
fn door_of(arrived: &Arrived) -> activity::Door {
    match (arrived.door, arrived.visitor.somebody()) {
        (_, Some(Somebody { name, via: Via::Token { .. }, .. })) => activity::Door::named(DoorKind::Token, name),
        (Door::Api, _) => activity::Door::of(DoorKind::Api),
        (Door::Form | Door::Page, _) => activity::Door::of(DoorKind::Page),
    }
}

/// Keeps a form for whoever signs in, or comes again; gives the page that leads back to it.
async fn kept(web: &Web, route: &'static Route, headers: &HeaderMap, body: Option<Body>, known: &Known) -> WayBack {
    let body = match body {
        Some(body) if web.settings.sender(headers) == Sender::Ours => {
            whole(body, route.largest_body.min(kept::LARGEST)).await.unwrap_or_default()
        }
        // Of what no page of ours sent nothing is kept, so nobody waits for it.
        _ => Bytes::new(),
    };
    let from = known.origin.map_or(IpAddr::from([0, 0, 0, 0]), |origin| place(origin.address));
    web.kept.keep(&web.settings, &body, headers, (from, web.bot.clock.now()))
}

/// What is known of a request before it is served.
async fn examine(
    web: &Web,
    route: &'static Route,
    door: Door,
    parts: &mut Parts,
    body: &mut Option<Body>,
    known: &mut Known,
) -> Result<Arrived, Problem> {
    let origin = arrive(&web.settings, &web.limits, parts)?;
    known.origin = Some(origin);
    let now = web.bot.clock.now();
    known.visitor = web.visitor(parts, now).await?;
    let visitor = &known.visitor;
    let is_change = is_change(&parts.method);
    if is_change {
        admit_sender(web, door, parts, visitor)?;
    }
    let params = params_of(parts).await;
    let guild = guild_of(&params)?;
    let rank = rank_of(web, route.who, visitor, guild).await?;
    (known.guild, known.rank) = (guild.unwrap_or(GuildId::INSTANCE), rank);
    let verdict = route.who.verdict(visitor, rank, route.scope, guild);
    // Whoever only opens a page of the operator's is asked to sign in, which is no try.
    let is_try = route.who == Who::Instance && verdict != Verdict::Yes;
    if is_try && (verdict != Verdict::SignIn || door == Door::Api) {
        web.note_refused_try(origin, now).await?;
    }
    match verdict {
        Verdict::Yes => {}
        Verdict::SignIn if shows_token(&parts.headers) => return Err(Problem::InvalidToken),
        Verdict::SignIn => return Err(Problem::Unauthenticated),
        Verdict::NotHere => return Err(Problem::NotFound),
        Verdict::NotEnough => return Err(Problem::Forbidden(route.who)),
        Verdict::OutOfScope => return Err(Problem::OutOfScope(route.scope)),
    }
    require_on(web, route, guild).await?;
    let caller = caller_of(visitor, origin);
    web.limits.count(route.limit, caller).map_err(|TooOften(wait)| Problem::RateLimited(wait))?;
    let body = match body.take() {
        Some(body) if is_change => whole(body, route.largest_body).await?,
        _ => Bytes::new(),
    };
    Ok(Arrived {
        door,
        address: parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        guild: guild.unwrap_or(GuildId::INSTANCE),
        params,
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: std::mem::take(&mut parts.headers),
        body,
        origin,
        visitor: known.visitor.clone(),
        rank,
        now,
        written: Written::default(),
    })
}

/// The name that is asked for, and the place from which.
pub fn arrive(settings: &Settings, limits: &Limits, parts: &Parts) -> Result<Origin, Problem> {
    let peer = parts.extensions.get::<Peer>().map_or(SocketAddr::from(([0, 0, 0, 0], 0)), |peer| peer.0);
    let origin = settings.proxies.origin(peer, &parts.headers);
    if !settings.hosts.admit(&parts.uri, &parts.headers) {
        return Err(Problem::WrongHost);
    }
    limits.arrive(place(origin.address)).map_err(|TooOften(wait)| Problem::RateLimited(wait))?;
    Ok(origin)
}

/// A change comes from a page of ours, or from a program without a cookie. Programs with a session say their token in a
/// header; a form says it in a field, which is looked at when the body is there.
fn admit_sender(web: &Web, door: Door, parts: &Parts, visitor: &Visitor) -> Result<(), Problem> {
    let session = session_of(visitor);
    match web.settings.sender(&parts.headers) {
        Sender::Foreign => return Err(Problem::Csrf),
        // Whoever has a cookie is a browser, and browsers say where they come from.
        Sender::Silent if session.is_some() => return Err(Problem::Csrf),
        Sender::Silent | Sender::Ours => {}
    }
    let Some(session) = session.filter(|_| door == Door::Api) else { return Ok(()) };
    let token = parts.headers.get(CSRF_TOKEN).and_then(|token| token.to_str().ok());
    let admitted = token.is_some_and(|token| web.csrf.admits(session, token, web.bot.clock.now()));
    if admitted { Ok(()) } else { Err(Problem::Csrf) }
}

/// Whether a form was sent from a page that we made for this session.
fn is_meant(web: &Web, arrived: &Arrived) -> Result<(), Problem> {
    let Some(session) = session_of(&arrived.visitor) else { return Ok(()) };
    let token = form_field(arrived, "csrf");
    let admitted = token.is_some_and(|token| web.csrf.admits(session, &token, arrived.now));
    if admitted { Ok(()) } else { Err(Problem::Csrf) }
}

/// After a change that succeeded the next form needs the next token.
fn rotate(web: &Web, session: Option<Digest>, now: Timestamp, response: &Response) {
    let is_done = response.status().is_success() || response.status() == StatusCode::SEE_OTHER;
    let only_asks = response.extensions().get::<OnlyAsks>().is_some();
    if let Some(session) = session.filter(|_| is_done && !only_asks) {
        web.csrf.rotate(&session, now);
    }
}

fn is_change(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// The session of a browser.
pub(super) const fn session_of(visitor: &Visitor) -> Option<&Digest> {
    match visitor {
        Visitor::Somebody(somebody) => match &somebody.via {
            Via::Session(session) => Some(session),
            Via::Shown(_) | Via::Token { .. } => None,
        },
        Visitor::Nobody => None,
    }
}

fn caller_of(visitor: &Visitor, origin: Origin) -> Caller {
    match visitor.somebody().map(|somebody| &somebody.via) {
        Some(Via::Session(key) | Via::Shown(key) | Via::Token { key, .. }) => Caller::Key(*key),
        None => Caller::Place(place(origin.address)),
    }
}

async fn params_of(parts: &mut Parts) -> BTreeMap<String, String> {
    match RawPathParams::from_request_parts(parts, &()).await {
        Ok(params) => params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
        Err(_) => BTreeMap::new(),
    }
}

/// The server of a path: all digits, so that no word that stands there as well is ever one (`C-75`).
fn guild_of(params: &BTreeMap<String, String>) -> Result<Option<GuildId>, Problem> {
    let Some(text) = params.get("server") else { return Ok(None) };
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0') && text.len() <= 20;
    let guild = text.parse().ok().filter(|_| is_number).map(GuildId::new).filter(|guild| *guild != GuildId::INSTANCE);
    guild.map(Some).ok_or(Problem::NotFound)
}

/// What somebody is in a server at this moment.
async fn rank_of(web: &Web, who: Who, visitor: &Visitor, guild: Option<GuildId>) -> Result<Rank, Problem> {
    let (Some(guild), true) = (guild, who.is_of_a_guild()) else { return Ok(Rank::default()) };
    let Some(somebody) = visitor.somebody() else { return Ok(Rank::default()) };
    web.rank(&somebody.person, guild).await
}

/// The switch of the feature after which something of the web is named, `feature.page`.
pub(super) fn switch_of(name: &str) -> Option<&'static Switch> {
    Domain::switch_of(name.split_once('.').map_or(name, |(feature, _)| feature))
}

/// Refuses what belongs to a feature that is switched off in the server.
async fn require_on(web: &Web, route: &Route, guild: Option<GuildId>) -> Result<(), Problem> {
    let (Some(guild), Some(switch)) = (guild, route.switch()) else { return Ok(()) };
    Ok(web.bot.store.read("switch", move |read| switch.require_on(read, guild)).await?)
}

/// What was paid for is handed over or given back by the team also while the feature is off.
const OWED: [&str; 4] = ["shop.orders_page", "shop.orders", "shop.hand_over", "shop.refund"];

impl Route {
    /// By what a server switches its feature off, after which it is named; `None` where it is always there.
    pub(super) fn switch(&self) -> Option<&'static Switch> {
        if OWED.contains(&self.name) {
            return None;
        }
        switch_of(self.name).filter(|_| self.doors.paths.iter().any(|path| path.contains("{server}")))
    }
}

impl Web {
    /// Notes that somebody tried what is the operator's alone, and was refused: summed, so that no flood of tries fills the store.
    async fn note_refused_try(&self, origin: Origin, now: Timestamp) -> Result<(), Problem> {
        let due = self.refused.count(network(origin.address), now);
        // A store that takes nothing any more refuses all the same.
        if due.is_empty() || self.bot.store.stop_reason().is_some() {
            return Ok(());
        }
        let noted = move |tx: &Tx<'_>| due.iter().try_for_each(|(from, tries)| guesses::refused(tx, from, *tries));
        // It is refused all the same, and counted with the next.
        if let Err(error) = self.bot.store.write("refused_tries", noted).await {
            tracing::warn!(%error, "refused tries are not noted");
        }
        Ok(())
    }

    /// Refuses for the moment until the gateway has named the servers of the bot: before that, any server may be one of them.
    pub fn needs_servers(&self) -> Result<(), Problem> {
        if self.bot.standings.are_named() { Ok(()) } else { Err(Problem::DiscordUnavailable) }
    }

    /// What a person is in a server: the operator everything in those that we are in, others what Discord says of them.
    pub async fn rank(&self, person: &Person, guild: GuildId) -> Result<Rank, Problem> {
        if self.bot.standings.guild_of_bot(guild).is_none() {
            return self.needs_servers().map(|()| Rank::default());
        }
        let user = match person {
            Person::Operator { .. } => return Ok(Rank::OPERATOR),
            Person::Member { user } => *user,
        };
        match self.bot.standings.of(&self.bot, guild, user).await {
            Asked::Is(standing) => {
                Ok(self.bot.store.read("rank", move |read| Rank::of(read, guild, &standing)).await?)
            }
            Asked::NotThere => Ok(Rank::default()),
            Asked::Silent => Err(Problem::DiscordUnavailable),
        }
    }
}

impl Rank {
    /// What somebody of this standing is in a server.
    pub fn of(read: &dyn Read, guild: GuildId, standing: &Standing) -> Result<Self, Error> {
        let Standing { is_owner, has_administrator, roles, .. } = standing;
        let level = level_of(read, guild, roles, *has_administrator, *is_owner)?;
        Ok(Self { level: Some(level), is_reviewer: is_reviewer(read, guild, roles)? })
    }
}

impl Web {
    /// Refuses who can be given nothing in a server, at the field that names them.
    pub async fn require_receiver(&self, guild: GuildId, field: &str, user: UserId) -> Result<(), Problem> {
        match self.bot.require_receiver(guild, user).await {
            Err(Error::Refused(refusal)) if ReceiverRefusal::NotKnown.code() == refusal.code => {
                Err(Problem::DiscordUnavailable)
            }
            Err(Error::Refused(refusal)) => Err(Problem::field(field, refusal.sentence)),
            other => Ok(other?),
        }
    }

    /// Refuses what is for a member of a server where nobody there has this number, as Discord's own picker would.
    pub async fn require_member(&self, guild: GuildId, field: &str, user: UserId) -> Result<(), Problem> {
        match self.bot.standings.of(&self.bot, guild, user).await {
            Asked::Is(_) => Ok(()),
            Asked::NotThere => {
                let is_erased = self.look("erased", move |read| erasure::is_erased(read, guild, user)).await?;
                let why = if is_erased {
                    "The data of this member were erased, so nothing can be given to them."
                } else {
                    "Nobody in this server has that number."
                };
                Err(Problem::field(field, Sentence::words(why)))
            }
            Asked::Silent => Err(Problem::DiscordUnavailable),
        }
    }
}

/// The body, if it is not too large and comes in time.
pub async fn whole(body: Body, most: usize) -> Result<Bytes, Problem> {
    let collected = timeout(BODY, Limited::new(body, most).collect()).await;
    match collected {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(Problem::TooLarge(most)),
        Ok(Err(_)) => Err(Problem::Unreadable(Sentence::words("The request broke off."))),
        Err(_) => Err(Problem::Unreadable(Sentence::words("The request took too long to come."))),
    }
}

/// Where somebody who is not signed in is sent from a page: to sign in, and then back.
pub(super) fn to_sign_in(address: &str) -> Response {
    let next: String = url::form_urlencoded::byte_serialize(address.as_bytes()).collect();
    Redirect::to(&format!("/sign-in?next={next}")).into_response()
}

/// Where somebody is sent from a page whose session is over: to let it go on, and then back (`T-AUT-02`).
fn to_renew(address: &str) -> Response {
    let next: String = url::form_urlencoded::byte_serialize(address.as_bytes()).collect();
    Redirect::to(&format!("{REFRESH_PATH}?next={next}")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_of_a_path_is_a_number_and_nothing_else() {
        let guild = |text: &str| guild_of(&BTreeMap::from([("server".to_owned(), text.to_owned())])).ok().flatten();
        assert_eq!(guild("700000000000000005"), Some(GuildId::new(700_000_000_000_000_005)));
        for other in
            ["", "0", "007", "auth", "+5", "-5", "5a", "５", "99999999999999999999", "1 ", "18446744073709551616"]
        {
            assert_eq!(guild(other), None, "{other}");
        }
        assert!(guild_of(&BTreeMap::new()).is_ok_and(|guild| guild.is_none()));
    }

    #[tokio::test]
    async fn a_body_is_bounded() {
        assert_eq!(whole(Body::from("1234"), 4).await.unwrap(), "1234");
        assert!(matches!(whole(Body::from("12345"), 4).await, Err(Problem::TooLarge(4))));
    }
}
