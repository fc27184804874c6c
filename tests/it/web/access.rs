//! Who may what: every route of the table, asked by everybody, answers as it is declared.
//!
//! What is expected follows from for whom a route is, and from the list of [`EVERYBODY`] alone: no rule of the program is
//! asked. A refused request commits nothing, but for the count of tries at what is the operator's alone, and tells nothing of
//! the server.

use std::collections::BTreeMap;
use std::time::Duration;

use greenroom::covers;
use greenroom::signin::scope::Scope;
use greenroom::web::access::Who;
use greenroom::web::endpoint::Door;
use reqwest::Method;
use serde_json::Value;

use super::asking::{Asking, Expected, Server};
use super::ground::{OPERATOR, WebWorld};
use super::person::{Answer, Means, Person};
use super::stage::{CANARY, CANARY_THERE};
use crate::patience::as_time_passes;

const MEMBER: &[Who] = &[Who::Member];
const VIEWER: &[Who] = &[Who::Member, Who::Viewer, Who::ViewerOrReviewer];
const MODERATOR: &[Who] = &[Who::Member, Who::Viewer, Who::ViewerOrReviewer, Who::Moderator];
const REVIEWER: &[Who] = &[Who::Member, Who::ViewerOrReviewer, Who::Reviewer];
const ADMIN: &[Who] = &[Who::Member, Who::Viewer, Who::ViewerOrReviewer, Who::Moderator, Who::Admin];
const ADMINISTRATOR: &[Who] =
    &[Who::Member, Who::Viewer, Who::ViewerOrReviewer, Who::Moderator, Who::Admin, Who::Reviewer, Who::Administrator];
const OWNER: &[Who] = &[
    Who::Member,
    Who::Viewer,
    Who::ViewerOrReviewer,
    Who::Moderator,
    Who::Admin,
    Who::Reviewer,
    Who::Administrator,
    Who::Owner,
];

/// Somebody, and what they may in the first server and in the second; nothing where they have no place.
struct Somebody {
    what: &'static str,
    comes_as: ComesAs,
    here: &'static [Who],
    there: &'static [Who],
}

/// By what somebody comes.
#[derive(Clone, Copy)]
enum ComesAs {
    /// By nothing.
    Nobody,
    /// By a session of this member.
    SignedIn(&'static str),
    /// By a token for everything that this member made.
    Token(&'static str),
    /// By a token of this member for everything but what is asked for.
    TokenWithoutScope(&'static str),
}

const EVERYBODY: &[Somebody] = &[
    Somebody { what: "nobody", comes_as: ComesAs::Nobody, here: &[], there: &[] },
    Somebody { what: "a stranger", comes_as: ComesAs::SignedIn("stranger"), here: &[], there: &[] },
    Somebody {
        what: "an administrator of another server",
        comes_as: ComesAs::SignedIn("elsewhere"),
        here: &[],
        there: ADMINISTRATOR,
    },
    Somebody { what: "a moderator whose role went", comes_as: ComesAs::SignedIn("former"), here: MEMBER, there: &[] },
    Somebody { what: "a member", comes_as: ComesAs::SignedIn("member"), here: MEMBER, there: &[] },
    Somebody { what: "a viewer", comes_as: ComesAs::SignedIn("viewer"), here: VIEWER, there: &[] },
    Somebody { what: "a moderator", comes_as: ComesAs::SignedIn("moderator"), here: MODERATOR, there: &[] },
    Somebody { what: "a reviewer", comes_as: ComesAs::SignedIn("reviewer"), here: REVIEWER, there: &[] },
    Somebody { what: "an admin", comes_as: ComesAs::SignedIn("admin"), here: ADMIN, there: &[] },
    Somebody {
        what: "an administrator",
        comes_as: ComesAs::SignedIn("administrator"),
        here: ADMINISTRATOR,
        there: &[],
    },
    Somebody { what: "the owner", comes_as: ComesAs::SignedIn("owner"), here: OWNER, there: &[] },
    Somebody { what: "the operator", comes_as: ComesAs::SignedIn(OPERATOR), here: OWNER, there: OWNER },
    Somebody { what: "a program of the owner", comes_as: ComesAs::Token("owner"), here: OWNER, there: &[] },
    Somebody {
        what: "a program without the scope",
        comes_as: ComesAs::TokenWithoutScope("owner"),
        here: OWNER,
        there: &[],
    },
    Somebody {
        what: "a program of a moderator whose role went",
        comes_as: ComesAs::Token("former"),
        here: MEMBER,
        there: &[],
    },
];

const EVERY_SCOPE: [Scope; 9] = [
    Scope::Read,
    Scope::Queue,
    Scope::Economy,
    Scope::Tasks,
    Scope::Shop,
    Scope::Words,
    Scope::Settings,
    Scope::Export,
    Scope::Instance,
];

impl Somebody {
    fn expects(&self, who: Who, server: Server) -> Expected {
        let is_known = !matches!(self.comes_as, ComesAs::Nobody);
        let has_scope = !matches!(self.comes_as, ComesAs::TokenWithoutScope(_));
        let of_server = if server == Server::Here { self.here } else { self.there };
        let may = match who {
            Who::Anyone => return Expected::Done,
            _ if !is_known => return Expected::SignIn,
            Who::SignedIn => true,
            Who::Instance => matches!(self.comes_as, ComesAs::SignedIn(OPERATOR)),
            _ if of_server.is_empty() => return Expected::NotHere,
            who => of_server.contains(&who),
        };
        if may && has_scope { Expected::Done } else { Expected::NotEnough }
    }

    /// Comes anew, so that nobody's limits count what was asked before; a token stays the same, because nobody has many.
    fn comes<'w>(&self, ground: &'w WebWorld, scope: Scope, tokens: &mut Tokens) -> Person<'w> {
        let (maker, scopes): (_, Vec<Scope>) = match self.comes_as {
            ComesAs::Nobody => return ground.nobody(),
            ComesAs::SignedIn(name) => return ground.signed_in(name),
            ComesAs::Token(maker) => (maker, EVERY_SCOPE.into()),
            ComesAs::TokenWithoutScope(maker) => {
                (maker, EVERY_SCOPE.into_iter().filter(|other| *other != scope).collect())
            }
        };
        let made = tokens.entry(format!("{maker} {scopes:?}"));
        let means = made.or_insert_with(|| ground.token(maker, &scopes).means);
        Person::new(ground, means.clone())
    }
}

/// The tokens that were made, by maker and scopes.
type Tokens = BTreeMap<String, Means>;

impl WebWorld {
    /// What the store holds, by table.
    fn sums(&self) -> BTreeMap<String, String> {
        let folder = tempfile::tempdir().unwrap();
        let manifest = self.world.app.bot.store.copy_to_blocking(&folder.path().join("copy.redb")).unwrap();
        manifest.tables.into_iter().map(|table| (table.name, table.sha256)).collect()
    }

    /// Time passes, so that nobody has asked too often, and everything is done that was due: more of it where Discord's limits
    /// make messages wait for one another.
    async fn rest(&self) {
        let passes = self.world.pass(Duration::from_secs(10));
        as_time_passes(&self.world.hand, Duration::from_secs(1), passes).await;
    }
}

/// What differs between two sums.
fn changed(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<String> {
    after.iter().filter(|(name, sum)| before.get(*name) != Some(sum)).map(|(name, _)| name.clone()).collect()
}

/// Everybody asks at one door in one server.
async fn everybody_asks(ground: &WebWorld, tokens: &mut Tokens, asking: Asking, server: Server, elsewhere: &str) {
    let (member, song) = match server {
        Server::Here => ("ann", ground.staged().await),
        Server::There => ("landlady", elsewhere.to_owned()),
    };
    ground.rest().await;
    let sample = || (asking.route.sample)(&ground.samples(&song, member));
    let people: Vec<(&Somebody, Person<'_>, Expected)> = EVERYBODY
        .iter()
        .map(|who| (who, who.comes(ground, asking.route.scope, tokens), who.expects(asking.route.who, server)))
        .collect();
    let (refused, allowed): (Vec<_>, Vec<_>) = people.iter().partition(|(_, _, expected)| *expected != Expected::Done);
    if !refused.is_empty() {
        let sample = sample();
        // What was staged for it has its consequences first, and that somebody was seen is written now, and not with what is
        // asked below.
        ground.rest().await;
        for (_, person, _) in &people {
            person.get("/api/status").await.is(200);
        }
        let before = ground.sums();
        for (somebody, person, expected) in refused {
            let answer = asking.by(person, &sample, server).await;
            let met = asking.met(&answer);
            assert_eq!(met, *expected, "{}, {}, {server:?}: {}", asking.named(), somebody.what, answer.text());
            tells_nothing(asking, somebody, &answer);
        }
        let mut changed = changed(&before, &ground.sums());
        if asking.route.who == Who::Instance {
            // That somebody tried what is the operator's alone is counted, and told when the hour is over.
            changed.retain(|table| !table.starts_with("signin.guesses") && table != "activity.log");
        }
        assert_eq!(changed, Vec::<String>::new(), "{} changed something", asking.named());
    }
    let mut has_succeeded = false;
    for (somebody, person, _) in &allowed {
        let sample = sample();
        if asking.route.later.is_some() {
            // The answer waits for a message on Discord, whose clock stands: its limits have to be free.
            ground.rest().await;
        }
        let answering = asking.by(person, &sample, server);
        let answer = if asking.route.later.is_some() {
            as_time_passes(&ground.world.hand, Duration::from_secs(1), answering).await
        } else {
            answering.await
        };
        assert_eq!(asking.met(&answer), Expected::Done, "{}, {}: {}", asking.named(), somebody.what, answer.text());
        has_succeeded |= matches!(answer.status, 200..=204 | 303);
    }
    let is_tried = server == Server::Here && !allowed.is_empty();
    assert!(has_succeeded || !is_tried, "{}: its sample succeeds for nobody", asking.named());
}

/// Fails where a refusal tells of what is in a server, or of a server in which somebody has no place.
fn tells_nothing(asking: Asking, somebody: &Somebody, answer: &Answer) {
    let told = format!("{:?} {}", answer.headers, answer.text());
    let servers = [("Night Owl Reviews", somebody.here), ("Day Lark Reviews", somebody.there)];
    let strange = servers.into_iter().filter(|(_, place)| place.is_empty()).map(|(name, _)| name);
    for canary in strange.chain([CANARY, CANARY_THERE]) {
        assert!(!told.contains(canary), "{} tells {} of {canary}", asking.named(), somebody.what);
    }
}

#[tokio::test]
async fn every_route_answers_every_person_as_declared() {
    covers!("S-PROP-03", "S-PROP-28", "S-SEC-01");
    let ground = WebWorld::of_a_process().await;
    let elsewhere = ground.with_a_song_elsewhere().await;
    let moderator = ground.signed_in("former");
    moderator.get("/g/{server}").await.is(200);
    ground.demote("former").await;
    let mut tokens = Tokens::new();
    for asking in Asking::all() {
        everybody_asks(&ground, &mut tokens, asking, Server::Here, &elsewhere).await;
        if asking.route.who.is_of_a_guild() {
            everybody_asks(&ground, &mut tokens, asking, Server::There, &elsewhere).await;
        }
    }
    ground.end().await;
}

#[tokio::test]
async fn a_thing_of_another_server_is_not_there_for_anybody() {
    covers!("S-PROP-03");
    let ground = WebWorld::of_a_process().await;
    let there = ground.with_a_song_elsewhere().await;
    let of_a_thing =
        Asking::all().into_iter().filter(|asking| asking.route.who.is_of_a_guild() && asking.names_a_thing());
    for asking in of_a_thing {
        ground.rest().await;
        let sample = (asking.route.sample)(&ground.samples(&there, "landlady"));
        let song_there = || ground.world.songs_of_guild(ground.other());
        let songs = format!("{:?}", song_there());
        for name in ["owner", OPERATOR] {
            let answer = asking.by(&ground.signed_in(name), &sample, Server::Here).await;
            assert!(!answer.text().contains(CANARY_THERE), "{} shows {name} {CANARY_THERE}", asking.named());
        }
        assert_eq!(format!("{:?}", song_there()), songs, "{} reaches into another server", asking.named());
    }
    ground.end().await;
}

#[tokio::test]
async fn nothing_answers_that_is_not_in_the_table() {
    let ground = WebWorld::of_a_process().await;
    let operator = ground.signed_in(OPERATOR);
    for path in
        ["/api", "/api/nothing", "/g", "/g/{server}/nothing", "/assets", "/index.php", "/.env", "/metrics", "/livez"]
    {
        assert_eq!(operator.get(path).await.status, 404, "{path}");
    }
    let mut by_path: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for asking in Asking::all() {
        let method = if asking.door == Door::Form { "POST" } else { asking.method_name() };
        by_path.entry(asking.path).or_default().push(method);
    }
    for (path, mut methods) in by_path {
        ground.rest().await;
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        methods.push("OPTIONS");
        let path = path.replace("{server}", &ground.here().to_string());
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"] {
            if methods.contains(&method) {
                continue;
            }
            let asked = Method::from_bytes(method.as_bytes()).unwrap();
            let answer = operator.json(asked, &path.replace(['{', '}'], ""), &Value::Null).await;
            let allowed = answer.header("allow");
            let mut allowed: Vec<&str> = allowed.split(", ").collect();
            allowed.sort_unstable();
            methods.sort_unstable();
            assert_eq!((answer.status, allowed), (405, methods.clone()), "{method} {path}");
        }
    }
    ground.end().await;
}

#[test]
fn whatever_is_below_guilds_is_for_administrators_of_that_server_alone() {
    covers!("S-PROP-28");
    let below = Asking::all().into_iter().filter(|asking| asking.path.starts_with("/api/guilds/"));
    let mut found = 0;
    for asking in below {
        assert!(matches!(asking.route.who, Who::Administrator | Who::Owner), "{}", asking.named());
        assert!(asking.path.starts_with("/api/guilds/{server}/"), "{}", asking.named());
        found += 1;
    }
    assert!(found > 0);
}

#[test]
fn the_router_is_made_of_the_table_alone() {
    let sources = crate::sources::sources();
    let of_web = sources.iter().filter(|source| source.path.starts_with("src/web/"));
    let adding = [".route(", ".route_service(", ".nest(", ".nest_service(", ".merge(", ".fallback_service("];
    let mut places = Vec::new();
    for source in of_web {
        for added in adding {
            let times = source.outside_tests().matches(added).count();
            places.extend(std::iter::repeat_n(format!("{}: {added}", source.path), times));
        }
    }
    assert_eq!(places, ["src/web/table.rs: .route("]);
}
