//! Pages: what somebody sees in a browser.
//!
//! A [`Page`] says its name, where it is, for whom, and shows itself from what it looked up; the frame around it, with
//! servers, modules, notices and theme, is drawn here for all of them. A form that was not taken shows its page again
//! through [`again`], with what was typed and what is wrong. So does a filter that cannot be understood: the page is asked
//! for nothing, and its [`Filter`] says what is wrong and keeps what was typed.

mod answer;
mod bar;
mod question;

use std::collections::BTreeMap;

use axum::http::header::HOST;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use futures_util::future::BoxFuture;
use maud::{Markup, html};
use serde::de::DeserializeOwned;

pub use self::answer::html_response;
pub(super) use self::question::{SurePage, question};
use super::Web;
use super::access::{Name, Origin, Rank, Via, Visitor, Who};
use super::answer::{Problem, Refill, html as sentence_html};
use super::api::palette::InstancePalette;
use super::endpoint::{Arrived, Door, Doors, Freshness, Route, Sample, Samples};
use super::filter::Filter;
use super::gate::session_of;
use super::given_back;
use super::input::read_form;
use super::names::Names;
use super::pages::NAVIGATION;
use super::pages::pictures::own_face;
use super::pages::settings::way_to_setting;
use super::part;
use super::push::{Region, live_address};
use super::segments::Segments;
use super::trouble::{Met, problem};
use super::ui::components::{IDEMPOTENCY_KEY, Notice, Seal, Tone};
use super::ui::icons::Icon;
use super::ui::layout::{
    Crumb, Frame, GuildNav, KEYS_OFF, LiveRegions, NavGroup, NavItem, Server, Theme, Viewer, bare, frame,
};
use crate::discord::problem::storage_trouble;
use crate::kernel::digest::Digest;
use crate::kernel::ids::GuildId;
use crate::kernel::secret::random;
use crate::kernel::time::Timestamp;
use crate::store::Topic;

/// Something that is seen in a browser.
pub trait Page: Sized + Send + Sync + 'static {
    /// Its name, `feature.page`.
    const NAME: &'static str;
    /// What is on it, in one sentence.
    const ABOUT: &'static str;
    /// Where it is.
    const PATHS: &'static [&'static str];
    /// For whom it is.
    const WHO: Who;
    /// Its parts that are the same for all who see them, which are brought up to date.
    const REGIONS: &'static [&'static Region] = &[];
    /// The topics at whose change it asks for the rest of it anew.
    const HINTS: &'static [Topic] = &[];
    /// Why nothing of it changes while somebody looks, where that is so.
    const STILL: Option<&'static str> = None;

    /// What its path holds beside the server.
    type Path: Segments;
    /// What may stand behind the question mark.
    type Query: DeserializeOwned + Send;

    /// A request that would succeed, for the access test.
    fn sample(_: &Samples) -> Sample {
        Sample::default()
    }

    /// Shows it.
    fn show(web: &Web, seen: &Seen<Self>) -> impl Future<Output = Result<Shown, Problem>> + Send;
}

/// What a page is asked for.
pub struct Seen<P: Page> {
    /// The server; the instance where the path has none.
    pub guild: GuildId,
    /// Who looks.
    pub visitor: Visitor,
    /// What they are there.
    pub rank: Rank,
    /// What its path holds beside the server.
    pub path: P::Path,
    /// What stands behind the question mark.
    pub query: P::Query,
    /// What stands there as it was typed, and what is wrong with it.
    pub filter: Filter,
    /// The form that was not taken, if it is shown again for that.
    pub refill: Option<Refill>,
    /// When.
    pub now: Timestamp,
    /// The address, path and query.
    pub address: String,
    /// The name under which it was asked for.
    pub host: Option<String>,
    /// From where, and by what way.
    pub origin: Origin,
    ink: Ink,
}

/// What forms of one page are sealed with.
struct Ink {
    csrf: String,
    key: String,
}

/// What a page shows.
pub struct Shown {
    /// Its heading.
    pub title: String,
    /// The picture beside the heading, where it is about somebody.
    pub face: Option<Markup>,
    /// Its content.
    pub main: Markup,
    /// The pages above it: address and title.
    pub crumbs: Vec<(String, String)>,
    /// Links and buttons beside the heading.
    pub actions: Option<Markup>,
    /// Whether it has the modules of the server around it.
    pub is_framed: bool,
    /// The address of its stream, where it has one of its own.
    pub live: Option<String>,
    /// Around the modules of which server it stands, and what whoever looks is there, where its address does not say that.
    pub place: Option<(GuildId, Rank)>,
}

/// A page that is in the bar of modules.
pub struct Entry {
    /// Where it is, behind the server's part.
    pub path: &'static str,
    /// Its name there.
    pub label: &'static str,
    /// Its picture.
    pub icon: Icon,
    /// In which group.
    pub group: NavGroup,
    /// For whom.
    pub who: Who,
    /// The name of the page.
    pub page: &'static str,
}

impl Shown {
    /// A page in its frame.
    pub fn new(title: impl Into<String>, main: Markup) -> Self {
        Self {
            title: title.into(),
            face: None,
            main,
            crumbs: Vec::new(),
            actions: None,
            is_framed: true,
            live: None,
            place: None,
        }
    }

    /// A page on its own.
    pub fn bare(title: impl Into<String>, main: Markup) -> Self {
        Self { is_framed: false, ..Self::new(title, main) }
    }
}

impl<P: Page> Seen<P> {
    /// What a form of this page carries. `form` tells the forms of one page apart.
    pub fn seal(&self, form: &str) -> SealOf {
        // A form that is given back is the same wish: sent twice, it counts once.
        let given_back = self.refill.as_ref().filter(|refill| refill.status.is_success());
        let key = given_back.and_then(|refill| refill.value(IDEMPOTENCY_KEY));
        let key = key.filter(|key| key.ends_with(&format!("-{form}"))).map(str::to_owned);
        SealOf { csrf: self.ink.csrf.clone(), key: key.unwrap_or_else(|| format!("{}-{form}", self.ink.key)) }
    }

    /// What was typed into a field before, where the form was not taken.
    pub fn typed(&self, field: &str) -> Option<&str> {
        self.refill.as_ref()?.value(field)
    }

    /// What is wrong with the form or the filter, above the page, by the names of its server.
    fn fault(&self, names: &Names) -> Option<Markup> {
        let refill = self.refill.as_ref().filter(|refill| refill.says_something());
        let way = refill.and_then(|refill| way_to_setting(self.guild, self.rank, &refill.sentence));
        refill.map(|refill| wrong(refill, names, way)).or_else(|| self.filter.fault().cloned())
    }

    /// What is wrong with a field.
    pub fn wrong(&self, field: &str) -> Option<String> {
        self.refill.as_ref()?.wrong(field)
    }

    /// What was chosen in a field of several before, where the form was not taken; a form that has `beside` in it, which is
    /// sent always: whoever chose nothing sends nothing, as every other form of the page does.
    pub fn chosen(&self, field: &str, beside: &str) -> Option<Vec<String>> {
        let refill = self.refill.as_ref().filter(|refill| refill.typed.contains_key(beside))?;
        Some(refill.typed.get(field).cloned().unwrap_or_default())
    }

    /// What a field is by now, where somebody else changed the same record meanwhile and this is not what was typed: nothing
    /// is overwritten before it was seen.
    pub fn theirs(&self, field: &str, present: &str) -> Option<String> {
        let typed = self.refill.as_ref().filter(|refill| refill.is_stale)?;
        let shown = if present.is_empty() { "empty" } else { present };
        // A browser ends its lines in its own way.
        let typed = typed.value(field).unwrap_or_default().replace("\r\n", "\n");
        (typed.trim() != present.trim()).then(|| format!("Now it is: {shown}"))
    }
}

/// A seal that owns its texts.
pub struct SealOf {
    csrf: String,
    key: String,
}

impl SealOf {
    /// As forms take it.
    pub fn seal(&self) -> Seal<'_> {
        Seal { csrf: &self.csrf, key: &self.key }
    }
}

impl Route {
    /// The row of a page.
    pub const fn page<P: Page>() -> Self {
        Self {
            name: P::NAME,
            about: P::ABOUT,
            doors: Doors::page(P::PATHS).staying(freshness::<P>()),
            who: P::WHO,
            sample: P::sample,
            serve: serve::<P>,
            ..Self::PLAIN
        }
    }
}

/// How a page stays true.
const fn freshness<P: Page>() -> Freshness {
    match P::STILL {
        Some(why) => Freshness::Still(why),
        None if P::REGIONS.is_empty() && P::HINTS.is_empty() => Freshness::Unsaid,
        None => Freshness::Pushed,
    }
}

fn serve<P: Page>(web: Web, arrived: Arrived) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let refill =
            web.kept.wanted(&web.settings, &arrived.headers, &arrived.visitor, (&arrived.address, arrived.now));
        shown::<P>(web, arrived, refill).await
    })
}

/// Shows the page of a form once more, because the form was not taken.
pub fn again<P: Page>(web: Web, arrived: Arrived, refill: Refill) -> BoxFuture<'static, Response> {
    Box::pin(async move { shown::<P>(web, arrived, Some(refill)).await })
}

async fn shown<P: Page>(web: Web, arrived: Arrived, refill: Option<Refill>) -> Response {
    let status = refill.as_ref().map_or(StatusCode::OK, |refill| refill.status);
    // What a form sent is no part of the page's own address.
    let query = if arrived.door == Door::Form { "" } else { arrived.query.as_str() };
    let wrong = match drawn::<P>(&web, &arrived, query, Filter::of(query), refill, status).await {
        Ok(response) => return response,
        Err(wrong) => wrong,
    };
    if !query.is_empty() && wrong.is_of_what_was_asked() {
        let path = arrived.address.split('?').next().unwrap_or_default();
        let filter = Filter::with_fault(query, path, &wrong);
        if let Ok(response) = drawn::<P>(&web, &arrived, "", filter, None, wrong.status()).await {
            return response;
        }
    }
    problem(&web, &Met::by(&arrived, P::WHO), &wrong, P::NAME)
}

/// A page that is asked for this, or its content alone.
async fn drawn<P: Page>(
    web: &Web,
    arrived: &Arrived,
    query: &str,
    filter: Filter,
    refill: Option<Refill>,
    status: StatusCode,
) -> Result<Response, Problem> {
    let seen = Seen::<P>::of(web, arrived, query, filter, refill)?;
    // Noted before anything is looked at: what changes in between is brought by the stream.
    let revision = web.push.revision();
    let shown = P::show(web, &seen).await?;
    let told = seen.refill.as_ref().map(|refill| refill.sentence.clone()).into_iter().collect();
    let names = web.mentioned(seen.guild, told).await.seen_by(seen.visitor.actor()).read_by(seen.rank);
    let fault = seen.fault(&names);
    // What somebody typed is shown again as it was, whatever changes meanwhile.
    let stays = fault.is_some();
    let sent_to = (arrived.door == Door::Form).then_some(arrived.address.as_str());
    let action = seen.refill.as_ref().and_then(|refill| refill.action.as_deref()).or(sent_to);
    let (main, fault) = given_back::placed(shown.main, fault, seen.refill.as_ref(), action);
    let hints = if stays { &[] } else { P::HINTS };
    let shown = Shown { main: part::following(P::HINTS, stays, main), ..shown };
    if part::is_asked_for(&arrived.headers) && !stays {
        return Ok(part::response(&arrived.headers, &shown.main, [&seen.ink.key, &seen.ink.csrf]));
    }
    let may_see = |who: Who| seen.rank.reaches(who) || (who == Who::Instance && seen.visitor.is_operator());
    let regions: Vec<&'static Region> = P::REGIONS.iter().filter(|region| may_see(region.who)).copied().collect();
    let address = shown.live.clone().or_else(|| live_address(seen.guild, &regions, hints));
    let live = address.as_deref().map(|address| LiveRegions { address, revision: &revision });
    let (guild, rank) = shown.place.unwrap_or((seen.guild, seen.rank));
    let around = Around::of(web, &seen.visitor, &arrived.headers, guild, rank, &seen.address, &seen.ink);
    let entries = bar::marked(web, around.entries, guild, rank).await?;
    let around = Around { entries, ..around };
    // What was left for the page of something that was done is not for one that tells that something else was not.
    let is_read = fault.is_none() && !part::is_passed_through(&arrived.headers, &seen.address);
    let around = if is_read { around.telling() } else { around };
    Ok(html_response(status, around.draw(&shown, fault, live)))
}

impl<P: Page> Seen<P> {
    fn of(web: &Web, arrived: &Arrived, query: &str, filter: Filter, refill: Option<Refill>) -> Result<Self, Problem> {
        Ok(Self {
            guild: arrived.guild,
            visitor: arrived.visitor.clone(),
            rank: arrived.rank,
            path: P::Path::read(&arrived.params).ok_or(Problem::NotFound)?,
            query: read_form(query.as_bytes())?,
            filter,
            refill,
            now: arrived.now,
            address: arrived.address.clone(),
            origin: arrived.origin,
            host: arrived.headers.get(HOST).and_then(|host| host.to_str().ok()).map(str::to_owned),
            ink: Ink::new(web, &arrived.visitor),
        })
    }
}

impl Ink {
    fn new(web: &Web, visitor: &Visitor) -> Self {
        let csrf = session_of(visitor).map(|session: &Digest| web.csrf.issue(session, random())).unwrap_or_default();
        Self { csrf, key: BASE64_URL_SAFE_NO_PAD.encode(random::<12>()) }
    }
}

/// What is drawn around the content of a page.
struct Around<'a> {
    web: &'a Web,
    theme: Theme,
    has_keys: bool,
    here: &'a str,
    visitor: &'a Visitor,
    ink: &'a Ink,
    session_ends: Option<Timestamp>,
    avatar: Option<String>,
    guild: Option<(GuildId, String, Option<String>)>,
    servers: Vec<(GuildId, String, Option<String>)>,
    entries: Vec<bar::Way>,
    notices: Vec<Notice>,
}

impl<'a> Around<'a> {
    fn of(
        web: &'a Web,
        visitor: &'a Visitor,
        headers: &HeaderMap,
        guild: GuildId,
        rank: Rank,
        here: &'a str,
        ink: &'a Ink,
    ) -> Self {
        let named = web.bot.standings.guild_of_bot(guild);
        let pictured = |(id, name)| (id, name, web.icon(id));
        let entries = NAVIGATION.iter().filter(|entry| named.is_some() && rank.reaches(entry.who));
        Self {
            theme: Name::Theme.of(headers, false).and_then(|word| Theme::parse(&word)).unwrap_or_default(),
            has_keys: Name::Keys.of(headers, false).is_none_or(|word| word != KEYS_OFF),
            here,
            visitor,
            ink,
            session_ends: web.session_shown_ends(visitor, headers),
            avatar: own_face(visitor),
            servers: servers_of(web, visitor).into_iter().map(pictured).collect(),
            entries: entries
                .map(|entry| (format!("/g/{guild}{}", entry.path), entry.label.to_owned(), entry))
                .collect(),
            notices: Vec::new(),
            guild: named.map(|named| pictured((named.id, named.name))),
            web,
        }
    }

    /// With what was left to be told to whoever looks.
    fn telling(self) -> Self {
        Self { notices: self.web.notices.take(self.visitor), ..self }
    }

    /// That nothing can be stored any more, for whoever is signed in, before they try.
    fn store_stopped(&self) -> Option<Notice> {
        self.visitor.somebody()?;
        let trouble = storage_trouble(&self.web.bot.store.stop_reason()?)?;
        Some(Notice::new(Tone::Bad, html! { (trouble) }))
    }

    fn draw(&self, shown: &Shown, fault: Option<Markup>, live: Option<LiveRegions<'_>>) -> String {
        let servers: Vec<Server<'_>> = self.servers.iter().map(bar::server).collect();
        let path = self.here.split('?').next().unwrap_or_default();
        let items: Vec<NavItem<'_>> =
            self.entries.iter().map(|(href, label, entry)| bar::nav_item((href, label), entry, path)).collect();
        let crumbs: Vec<Crumb<'_>> = shown.crumbs.iter().map(|(href, label)| Crumb { href, label }).collect();
        let mark = self.visitor.somebody().map(bar::mark_of).unwrap_or_default();
        let viewer = self.visitor.somebody().map(|somebody| Viewer {
            mark: &mark,
            name: &somebody.name,
            avatar: self.avatar.as_deref(),
            csrf: &self.ink.csrf,
            key: &self.ink.key,
        });
        let guild = self.guild.as_ref().filter(|_| shown.is_framed);
        let notices: Vec<Notice> = self.store_stopped().into_iter().chain(self.notices.iter().cloned()).collect();
        let around = Frame {
            here: self.here,
            viewer,
            guild: guild.map(|named| {
                let Server { id, name, picture } = bar::server(named);
                GuildNav { id, name, picture, servers: &servers, items: &items }
            }),
            palette: (shown.is_framed && self.visitor.is_operator()).then_some(InstancePalette::PATH),
            face: shown.face.as_ref(),
            crumbs: &crumbs,
            actions: shown.actions.as_ref(),
            notices: &notices,
            theme: self.theme,
            has_keys: self.has_keys,
            now: Some(self.web.bot.clock.now()),
            session_ends: self.session_ends,
            live,
            ..Frame::new(&self.web.assets, &shown.title)
        };
        let main = html! {
            @if let Some(fault) = fault { (fault) }
            (shown.main)
        };
        if shown.is_framed { frame(&around, &main) } else { bare(&around, &main) }
    }
}

/// What was wrong with a form, above its page, which begins with what is said in all, and the way to what would mend it. The
/// script leads the focus there.
fn wrong(refill: &Refill, names: &Names, way: Option<Markup>) -> Markup {
    html! {
        div class={ "notice " (if refill.status.is_success() { "warn" } else { "bad" }) } id="errors" role="alert" tabindex="-1" autofocus {
            p { (names.drawn_as_it_is(&refill.sentence)) }
            @if let Some(way) = way { (way) }
            @if refill.fields.len() > 1 {
                ul {
                    @for (field, sentence) in &refill.fields {
                        li { a href={ "#f-" (field) } { (sentence_html(sentence)) } }
                    }
                }
            }
        }
    }
}

/// The servers of somebody that we are in; of the operator all.
pub fn servers_of(web: &Web, visitor: &Visitor) -> Vec<(GuildId, String)> {
    let Some(somebody) = visitor.somebody() else { return Vec::new() };
    let ours: BTreeMap<GuildId, String> =
        web.bot.standings.guilds_of_bot().into_iter().map(|guild| (guild.id, guild.name)).collect();
    // A token that was made for some servers tells of no others.
    let ours: BTreeMap<GuildId, String> = match &somebody.via {
        Via::Token { guilds, .. } if !guilds.is_empty() => {
            ours.into_iter().filter(|(id, _)| guilds.contains(id)).collect()
        }
        Via::Token { .. } | Via::Session(_) | Via::Shown(_) => ours,
    };
    if visitor.is_operator() {
        return ours.into_iter().collect();
    }
    somebody.guilds.iter().filter_map(|id| Some((*id, ours.get(id)?.clone()))).collect()
}

/// A page in the frame of the site, for whoever met something there.
pub(super) fn framed(web: &Web, met: &Met<'_>, shown: &Shown) -> String {
    let ink = Ink::new(web, met.visitor);
    let (guild, rank) = met.place;
    let address = met.address.unwrap_or("/");
    let around = Around::of(web, met.visitor, met.headers, guild, rank, address, &ink);
    let around = if part::is_quiet(met.headers) { around } else { around.telling() };
    around.draw(shown, None, None)
}
