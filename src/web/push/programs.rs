//! The stream of programs: what happens in their servers (`T-SSE-01` to `T-SSE-07`).
//!
//! What happens at once is told in one event for each kind of it: who or what, up to fifty, and not what became of it.

use std::collections::{BTreeMap, BTreeSet};

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use strum::VariantArray;
use utoipa::ToSchema;

use super::board::{Part, REST};
use super::feed::What;
use super::rights::{Right, Rights};
use super::stream::{ListenerKind, MOST_PARTS, Stream, Watched, respond, since_of};
use super::told::{ChangeEvent, Event};
use super::{TOLD, event};
use crate::activity::ChangeType;
use crate::kernel::error::Result;
use crate::kernel::ids::GuildId;
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::refusals;
use crate::signin::scope::Scope;
use crate::web::Web;
use crate::web::access::{Limit, Verdict, Who};
use crate::web::answer::{Answered, Problem};
use crate::web::endpoint::{Arrived, Asked, Doors, Endpoint, Nothing, Route, Sample, Samples, Shape};
use crate::web::input::read_query;
use crate::web::page::servers_of;

/// So many are named in one event.
const MOST_NAMED: usize = 50;
/// What stands for all others.
const MANY: &str = "many";
/// The largest try of the operator, in bytes.
const LARGEST_TEST: usize = 1_024;
/// For whom the stream of a server is.
const WHO: Who = Who::Viewer;

/// The stream.
pub(super) const STREAM: Route = Route {
    name: "stream.events",
    about: "Tells what changes in servers as it does, as a stream of events that has no end.",
    doors: Doors::get(&["/api/stream"]),
    who: Who::SignedIn,
    says_success: true,
    requirements: &["T-SSE-01", "T-SSE-03", "T-SSE-05", "T-SSE-06", "T-DAT-09"],
    shape: Some(Shape::of_events::<Wanted>),
    serve,
    ..Route::PLAIN
};

/// To what a program wants to listen.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
struct Wanted {
    /// The servers, as numbers with commas between; all of theirs where nothing is said.
    guilds: Vec<String>,
    /// The events, by their names; all where nothing is said.
    events: Vec<String>,
    /// The revision up to which they know what happened.
    since: Option<String>,
}

/// A program that listens.
pub(super) struct Program {
    guilds: BTreeSet<GuildId>,
    events: BTreeSet<Event>,
    /// Up to which number it was told everything.
    heard: u64,
    rests_until: Timestamp,
    is_waiting: bool,
    has_missed: bool,
}

/// Things of one kind that happened in a server: whose, and the number of the last of them.
struct Happened {
    ids: BTreeSet<String>,
    revision: u64,
}

type Kinds = BTreeMap<(GuildId, Event, ChangeType), Happened>;

fn serve(web: Web, arrived: Arrived) -> BoxFuture<'static, Response> {
    Box::pin(async move {
        let opened = open(&web, &arrived).await;
        respond(&web, &STREAM, opened)
    })
}

async fn open(web: &Web, arrived: &Arrived) -> Result<Response, Problem> {
    let wanted: Wanted = read_query(arrived.query.as_bytes())?;
    let events = events_of(&wanted.events)?;
    let guilds = match guilds_of(&wanted.guilds)? {
        guilds if guilds.is_empty() => guilds_of_theirs(web, arrived).await?,
        guilds => guilds,
    };
    if guilds.is_empty() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let rights = Rights::of(web, &arrived.visitor, guilds.iter().map(|guild| (*guild, vec![WHO])).collect()).await?;
    let stream = Stream::open(web, arrived, Right::Person(Box::new(rights))).await?;
    let (known, mut has_missed) = match since_of(&arrived.headers, wanted.since.as_deref()) {
        Some(revision) => web.push.number_of(&revision).map_or((None, true), |number| (Some(number), false)),
        None => (None, false),
    };
    let since = known.unwrap_or_else(|| web.push.number());
    for guild in &guilds {
        let was_heard = web.push.listen(&web.bot.store, *guild).await?;
        has_missed |= known.is_some() && !was_heard;
    }
    let program = Program { guilds, events, heard: since, rests_until: arrived.now, is_waiting: false, has_missed };
    let watched = program.parts().map(|(guild, part)| Watched::begin(web, guild, part, since)).collect();
    Ok(stream.begin(ListenerKind::Program(program), watched))
}

/// The servers of a visitor in which they may listen.
async fn guilds_of_theirs(web: &Web, arrived: &Arrived) -> Result<BTreeSet<GuildId>, Problem> {
    let somebody = arrived.visitor.somebody().ok_or(Problem::Unauthenticated)?;
    web.needs_servers()?;
    let mut guilds = BTreeSet::new();
    for (guild, _) in servers_of(web, &arrived.visitor).into_iter().take(MOST_PARTS) {
        let rank = web.rank(&somebody.person, guild).await?;
        if WHO.verdict(&arrived.visitor, rank, Scope::Read, Some(guild)) == Verdict::Yes {
            guilds.insert(guild);
        }
    }
    Ok(guilds)
}

/// What stands in a filter, whether with commas or one after the other.
fn listed(texts: &[String]) -> impl Iterator<Item = &str> {
    texts.iter().flat_map(|text| text.split(',')).map(str::trim).filter(|text| !text.is_empty())
}

fn guilds_of(texts: &[String]) -> Result<BTreeSet<GuildId>, Problem> {
    let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let read = |text: &str| {
        let number = text.parse::<u64>().ok().filter(|number| is_number(text) && *number > 0);
        number.map(GuildId::new)
    };
    let guilds: Option<BTreeSet<GuildId>> = listed(texts).map(read).collect();
    let guilds = guilds.filter(|guilds| guilds.len() <= MOST_PARTS);
    guilds.ok_or_else(|| {
        let words = crate::sentence!("Numbers of servers with commas between, up to {most}.", most = MOST_PARTS);
        Problem::field("guilds", words)
    })
}

fn events_of(texts: &[String]) -> Result<BTreeSet<Event>, Problem> {
    if listed(texts).next().is_none() {
        return Ok(Event::VARIANTS.iter().copied().collect());
    }
    let events: Option<BTreeSet<Event>> = listed(texts).map(Event::named).collect();
    events.ok_or_else(|| {
        let known = Event::VARIANTS.iter().map(|event| event.name()).collect::<Vec<_>>();
        let known = Sentence::words(known.join(", "));
        Problem::field("events", crate::sentence!("The events are {known}.", known))
    })
}

impl Program {
    /// What wakes it.
    fn parts(&self) -> impl Iterator<Item = (GuildId, Part)> {
        let songs = self.events.contains(&Event::Queue).then_some(Part::Songs);
        let of_guilds = self.guilds.iter().flat_map(move |guild| {
            [Some(Part::Activities), songs].into_iter().flatten().map(move |part| (*guild, part))
        });
        of_guilds.chain([(GuildId::INSTANCE, Part::Topic(TOLD))])
    }

    /// Until when it waits to tell more at once.
    pub(super) fn waits_until(&self) -> Option<Timestamp> {
        self.is_waiting.then_some(self.rests_until)
    }

    /// Up to which number it was told everything that happened.
    pub(super) const fn heard_up_to(&self) -> u64 {
        self.heard
    }

    /// The events that it is told now.
    pub(super) fn take(&mut self, web: &Web, watched: &mut [Watched], now: Timestamp) -> Vec<Bytes> {
        self.is_waiting = now < self.rests_until;
        if self.is_waiting {
            return Vec::new();
        }
        let (mut kinds, mut told) = (Kinds::new(), Vec::new());
        // That something changed is all that they say; what it was is in the rows.
        for watched in watched {
            watched.take();
        }
        let (rows, revision) = web.push.heard(self.heard);
        self.heard = revision;
        self.has_missed |= rows.is_err();
        for row in rows.unwrap_or_default() {
            match row.what {
                What::Test(bytes) if self.events.contains(&Event::Test) => told.push(bytes),
                What::Activity(ChangeEvent { event, change, id })
                    if self.guilds.contains(&row.guild) && self.events.contains(&event) =>
                {
                    add(&mut kinds, (row.guild, event, change), id, row.revision);
                }
                What::Test(_) | What::Activity(_) => {}
            }
        }
        told.extend(kinds.into_iter().map(|(kind, happened)| happened.told(kind, now)));
        if std::mem::take(&mut self.has_missed) {
            told.insert(0, event("reset", &json!({})));
        }
        if !told.is_empty() {
            self.rests_until = now.after(REST);
        }
        told
    }
}

fn add(kinds: &mut Kinds, kind: (GuildId, Event, ChangeType), id: Option<String>, revision: u64) {
    let happened = kinds.entry(kind).or_insert(Happened { ids: BTreeSet::new(), revision });
    happened.revision = happened.revision.max(revision);
    // One more than are named tells that there are more.
    if happened.ids.len() <= MOST_NAMED {
        happened.ids.extend(id);
    }
}

impl Happened {
    fn told(self, (guild, of, change): (GuildId, Event, ChangeType), now: Timestamp) -> Bytes {
        let has_more = self.ids.len() > MOST_NAMED;
        let ids = self.ids.into_iter().take(MOST_NAMED);
        let ids: Vec<String> = ids.chain(has_more.then(|| MANY.to_owned())).collect();
        event(
            of.name(),
            &json!({
                "guild_id": guild.to_string(),
                "data_type": of.data_type(),
                "change_type": change.name(),
                "affected_ids": ids,
                "revision": self.revision,
                "at": now.rfc3339(),
            }),
        )
    }
}

refusals! {
    /// Why a try of the stream is not told.
    pub enum StreamRefusal {
        /// It is too large.
        TestTooLarge => "stream.test_too_large" as NotValid, "A test event has {most} bytes at most.", most = LARGEST_TEST;
    }
}

/// Tries the stream.
pub(super) struct TestEvent;

/// Something that did not happen.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub(super) struct TestBody {
    /// What it is to be.
    pub(super) event_type: String,
    /// What is to be told of it.
    pub(super) data: Value,
}

/// To how many it was told.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TestSent {
    /// The streams that are open, of pages and programs.
    pub(super) streams: usize,
}

impl Endpoint for TestEvent {
    const NAME: &'static str = "stream.test";
    const ABOUT: &'static str = "Tells all programs that listen something that did not happen, as the event `test`.";
    const DOORS: Doors = Doors::post(&["/api/stream/test"]);
    const WHO: Who = Who::Instance;
    const SCOPE: Scope = Scope::Instance;
    const LIMIT: Limit = Limit::Changes;
    const SUCCESS: bool = true;
    const REQUIREMENTS: &'static [&'static str] = &["T-SSE-02"];

    type Path = ();
    type Query = Nothing;
    type Body = TestBody;
    type Answer = TestSent;

    fn sample(_: &Samples) -> Sample {
        Sample { body: Some(json!({ "event_type": "hello", "data": { "from": "me" } })), ..Sample::default() }
    }

    async fn run(web: &Web, asked: Asked<Self>) -> Result<Answered<TestSent>, Problem> {
        let data = json!({ "event_type": asked.body.event_type, "data": asked.body.data, "at": asked.now.rfc3339() });
        let sent = event(Event::Test.name(), &data);
        if sent.len() > LARGEST_TEST {
            return Err(StreamRefusal::TestTooLarge.into());
        }
        web.push.tell(What::Test(sent));
        Ok(TestSent { streams: web.push.places.taken() }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn filters_are_read_with_commas_and_one_after_the_other_and_nothing_else() {
        assert_eq!(guilds_of(&texts(&["1,2", "3"])).unwrap(), BTreeSet::from([1, 2, 3].map(GuildId::new)));
        assert!(guilds_of(&texts(&[""])).unwrap().is_empty());
        for wrong in ["+1", "0", "one", "1;2", "99999999999999999999"] {
            assert!(guilds_of(&texts(&[wrong])).is_err(), "{wrong}");
        }
        assert_eq!(events_of(&texts(&[])).unwrap().len(), Event::VARIANTS.len());
        assert_eq!(events_of(&texts(&["queue_update,test"])).unwrap(), BTreeSet::from([Event::Queue, Event::Test]));
        let problem = events_of(&texts(&["queue"])).unwrap_err().sentence(None).to_string();
        insta::assert_snapshot!(problem, @"The events are queue_update, balance_update, shop_update, inventory_update, task_update, announcement_update, embed_update, config_update, user_update, test.");
    }

    #[test]
    fn what_happens_at_once_is_told_in_one_with_fifty_names_at_most() {
        let kind = (GuildId::new(5), Event::Balance, ChangeType::Update);
        let now = Timestamp::from_millis(1_795_292_100_000);
        let told = |number: u64| {
            let mut kinds = Kinds::new();
            for id in 0..number {
                add(&mut kinds, kind, Some((100 + id).to_string()), id);
            }
            String::from_utf8(kinds.remove(&kind).unwrap().told(kind, now).to_vec()).unwrap()
        };
        insta::assert_snapshot!(told(2), @r#"
        event: balance_update
        data: {"affected_ids":["100","101"],"at":"2026-11-21T20:15:00Z","change_type":"update","data_type":"balance","guild_id":"5","revision":1}
        "#);
        assert!(told(50).contains(r#""149"]"#) && !told(50).contains("many"));
        assert!(told(51).contains(r#""149","many"]"#) && told(500).contains(r#""149","many"]"#));
    }
}
