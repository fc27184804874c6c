//! What somebody could try against the web, and what comes of it.

use std::time::Duration;

use futures_util::future::join_all;
use greenroom::covers;
use greenroom::web::access::{Hosts, Network, Proxies};
use greenroom::web::endpoint::Door;
use reqwest::Method;
use serde_json::{Value, json};

use super::asking::{Asking, Server};
use super::ground::{OPERATOR, PASSWORD};
use super::html::{forms, tags};
use super::person::Answer;
use super::{Person, WebWorld};

/// A changing request that does no harm.
const CHANGE: &str = "/api/auth/logout-everywhere";

/// What a request says of where it comes from.
struct Said {
    site: &'static str,
    origin: String,
}

impl Said {
    /// Everything that browsers and programs could say.
    fn all(ground: &WebWorld) -> Vec<Self> {
        let ours = format!("http://{}", ground.address);
        let origins = ["", &ours, "http://127.0.0.1:1", "https://evil.example", "null"];
        let sites = ["", "same-origin", "none", "same-site", "cross-site", "nonsense"];
        let pairs = sites.into_iter().flat_map(|site| origins.map(|origin| Self { site, origin: origin.to_owned() }));
        pairs.collect()
    }

    fn headers(&self) -> [(&str, &str); 2] {
        [("sec-fetch-site", self.site), ("origin", self.origin.as_str())]
    }

    /// Whether it comes from a page of ours; `None` where nothing is said.
    fn is_ours(&self, ground: &WebWorld) -> Option<bool> {
        match (self.site, self.origin.as_str()) {
            ("same-origin" | "none", _) => Some(true),
            ("", "") => None,
            ("", origin) => Some(origin == format!("http://{}", ground.address)),
            _ => Some(false),
        }
    }
}

async fn sent(person: &Person<'_>, said: &Said, token: Option<&str>) -> Answer {
    let mut headers = said.headers().to_vec();
    headers.extend(token.map(|token| ("x-csrf-token", token)));
    person.ask(Method::POST, CHANGE, &headers, Vec::new()).await
}

#[tokio::test]
async fn a_change_is_taken_from_our_own_pages_and_with_the_token_of_the_session_alone() {
    covers!("S-SEC-01", "S-SEC-04");
    let ground = WebWorld::start().await;
    let (member, other, program) = (ground.signed_in("member"), ground.signed_in("viewer"), ground.nobody());
    let mut taken = 0;
    for said in Said::all(&ground) {
        let is_ours = said.is_ours(&ground);
        let place = format!("{:?} {:?}", said.site, said.origin);
        let tokens =
            [(member.csrf(), true), (other.csrf(), false), (None, false), (Some("nonsense".to_owned()), false)];
        for (token, is_right) in tokens {
            let answer = sent(&member, &said, token.as_deref()).await;
            let expected = if is_ours == Some(true) && is_right { (200, None) } else { (403, Some("csrf_failed")) };
            assert_eq!((answer.status, answer.code().as_deref()), expected, "{place} {token:?}");
            taken += usize::from(answer.status == 200);
        }
        // Without a cookie there is nothing to be forged; but no page elsewhere may send anything.
        let answer = sent(&program, &said, None).await;
        assert_eq!(answer.status, if is_ours == Some(false) { 403 } else { 401 }, "{place}, no cookie");
        ground.world.pass(Duration::from_secs(10)).await;
    }
    assert_eq!(taken, 11);
    ground.end().await;
}

#[tokio::test]
async fn nobody_is_signed_in_by_a_page_elsewhere() {
    let ground = WebWorld::start().await;
    let fields = format!("username={OPERATOR}&password={}", PASSWORD.replace(' ', "+")).into_bytes();
    let form = ("content-type", "application/x-www-form-urlencoded");
    for said in [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example")]
    {
        let victim = ground.nobody();
        let quiet = if said.0 == "origin" { ("sec-fetch-site", "") } else { ("origin", "") };
        let answer = victim.ask(Method::POST, "/sign-in", &[said, quiet, form], fields.clone()).await;
        assert_eq!((answer.status, victim.cookie("access")), (403, None), "{said:?}");
    }
    let by_ourselves = ground.nobody();
    let answer = by_ourselves.submit("/sign-in", &[("username", OPERATOR), ("password", PASSWORD)]).await;
    assert_eq!((answer.status, answer.location()), (303, "/".to_owned()), "{}", answer.text());
    by_ourselves.get("/").await.is(200);
    ground.end().await;
}

#[tokio::test]
async fn a_form_with_an_old_token_comes_back_with_what_was_typed_and_without_the_password() {
    covers!("S-SEC-04");
    let ground = WebWorld::start().await;
    let operator = ground.signed_in(OPERATOR);
    let old = operator.csrf().unwrap();
    for _ in 0..2 {
        operator.json(Method::POST, CHANGE, &Value::Null).await.is(200);
    }
    ground.world.pass(Duration::from_secs(11)).await;
    let typed = [("csrf", old.as_str()), ("username", "somebody else"), ("password", "typed by hand")];
    let answer = operator.post("/sign-in", &typed).await.is(403);
    let page = answer.text();
    assert!(page.contains("somebody else") && !page.contains("typed by hand"), "{page}");
    assert!(answer.seen().contains("Please send it once more."), "{}", answer.seen());
    let form = answer.form("/sign-in").unwrap();
    assert!(form.fields.iter().any(|(name, value)| name == "username" && value == "somebody else"), "{form:?}");
    ground.end().await;
}

#[tokio::test]
async fn only_names_of_ours_are_answered_whatever_is_asked() {
    let ground = WebWorld::start().await;
    let operator = ground.signed_in(OPERATOR);
    for host in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "user@localhost"] {
        for path in [
            "/",
            "/sign-in",
            "/api/status",
            "/api/openapi.json",
            "/assets/today/styles.css",
            "/nothing",
            "/api/nothing",
        ] {
            let answer = operator.ask(Method::GET, path, &[("host", host)], Vec::new()).await;
            assert_eq!(answer.status, 421, "{host} {path}: {}", answer.text());
            assert!(!answer.text().contains(host), "{host} {path}: {}", answer.text());
        }
    }
    let close = "connection: close\r\n";
    for (head, status) in [
        ("GET /api/status HTTP/1.1\r\nhost: localhost\r\nhost: evil.example\r\n", "421"),
        ("GET /api/status HTTP/1.0\r\n", "421"),
        ("GET /api/status HTTP/1.1\r\nhost: localhost\r\n", "200"),
        ("GET /api/status HTTP/1.1\r\nhost: [::1]:3000\r\n", "200"),
    ] {
        let answer = ground.raw(&format!("{head}{close}\r\n")).await;
        let first = answer.lines().next().unwrap_or_default();
        assert!(
            first.split(' ').nth(1) == Some(status) || (status == "421" && first.contains("400")),
            "{head}: {answer}"
        );
    }
    ground.end().await;
}

#[tokio::test]
async fn links_lead_to_the_address_of_the_operator_and_never_to_the_name_that_was_asked_for() {
    let ground = WebWorld::with(|settings| {
        settings.base_url = Some("https://greenroom.example".parse().unwrap());
        settings.hosts = Hosts { names: vec!["greenroom.example".into(), "pi.local".into()] };
    })
    .await;
    let asked = [("host", "pi.local"), ("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example")];
    let nobody = ground.nobody();
    for path in ["/sign-in", "/", "/api/openapi.json", "/api/status", "/nothing"] {
        let answer = nobody.ask(Method::GET, path, &asked, Vec::new()).await;
        let told = format!("{:?} {}", answer.headers, answer.text());
        assert!(!told.contains("evil.example") && !told.contains("pi.local"), "{path}: {told}");
    }
    let document = nobody.ask(Method::GET, "/api/openapi.json", &asked, Vec::new()).await.is(200).json();
    assert_eq!(document["servers"], json!([{ "url": "https://greenroom.example" }]));
    ground.end().await;
}

#[tokio::test]
async fn a_proxy_that_asks_under_a_name_of_its_own_lets_people_sign_in_and_nobody_else() {
    let ground = WebWorld::with(|settings| {
        settings.base_url = Some("http://greenroom.example".parse().unwrap());
        settings.hosts = Hosts { names: vec!["greenroom.example".into()] };
    })
    .await;
    let fields = format!("username={OPERATOR}&password={}", PASSWORD.replace(' ', "+")).into_bytes();
    // As nginx does by itself, before a browser that does not say from what kind of page it comes.
    let sent = async |origin: &str| {
        let browser = ground.nobody();
        let form = ("content-type", "application/x-www-form-urlencoded");
        let said = [("host", "127.0.0.1:3000"), ("origin", origin), ("sec-fetch-site", ""), form];
        browser.ask(Method::POST, "/sign-in", &said, fields.clone()).await.status
    };
    assert_eq!(sent("http://greenroom.example").await, 303);
    for origin in ["http://evil.example", "https://greenroom.example", "http://greenroom.example:81", "null"] {
        assert_eq!(sent(origin).await, 403, "{origin}");
    }
    ground.end().await;
}

#[tokio::test]
async fn whoever_signs_in_where_no_cookie_is_kept_is_told_where_one_is() {
    let ground = WebWorld::with(|settings| {
        settings.base_url = Some("https://greenroom.example".parse().unwrap());
        settings.hosts = Hosts { names: vec!["greenroom.example".into()] };
    })
    .await;
    let told = "open that address: browsers keep no sign-in where the way is not encrypted.";
    let seen = async |host: &str| {
        ground.nobody().ask(Method::GET, "/sign-in", &[("host", host)], Vec::new()).await.is(200).seen()
    };
    assert!(seen("192.168.0.4:3000").await.contains(told));
    assert!(!seen("greenroom.example").await.contains(told));
    ground.end().await;
}

/// A try with a wrong password that says that it comes from there.
async fn guesses(ground: &WebWorld, forwarded: &str) -> u16 {
    let body = serde_json::to_vec(&json!({ "username": OPERATOR, "password": "a wrong one" })).unwrap();
    let for_it = format!("for={forwarded}");
    let mut headers = vec![("content-type", "application/json"), ("forwarded", for_it.as_str())];
    headers
        .extend(["x-forwarded-for", "x-real-ip", "cf-connecting-ip", "true-client-ip"].map(|name| (name, forwarded)));
    ground.nobody().ask(Method::POST, "/api/auth/login", &headers, body).await.status
}

#[tokio::test]
async fn five_wrong_passwords_lock_and_no_header_that_anybody_can_write_unlocks() {
    let ground = WebWorld::start().await;
    for nth in 0..5 {
        assert_eq!(guesses(&ground, &format!("203.0.113.{nth}")).await, 403, "{nth}");
    }
    for nth in 5..8 {
        assert_eq!(guesses(&ground, &format!("203.0.113.{nth}")).await, 429, "{nth}");
    }
    let right = json!({ "username": OPERATOR, "password": PASSWORD });
    let answer = ground.nobody().json(Method::POST, "/api/auth/login", &right).await.is(429);
    assert_eq!(answer.header("retry-after").parse::<u64>().unwrap(), 900);
    ground.world.pass(Duration::from_mins(15)).await;
    ground.nobody().json(Method::POST, "/api/auth/login", &right).await.is(200);
    ground.end().await;
}

#[tokio::test]
async fn guesses_at_the_same_moment_are_as_many_as_those_one_after_the_other() {
    let ground = WebWorld::start().await;
    let mut answers = join_all((0..20).map(|_| guesses(&ground, "203.0.113.1"))).await;
    answers.sort_unstable();
    assert_eq!(answers, [[403_u16; 5].as_slice(), [429; 15].as_slice()].concat());
    ground.end().await;
}

#[tokio::test]
async fn behind_a_declared_proxy_each_place_counts_for_itself_and_only_the_last_strange_hop_is_believed() {
    let ground = WebWorld::with(|settings| {
        settings.proxies = Proxies(["127.0.0.1", "10.0.0.0/8"].map(|it| it.parse::<Network>().unwrap()).to_vec());
    })
    .await;
    for nth in 0..5 {
        let hops = format!("198.51.100.{nth}, 203.0.113.7, 10.0.0.1, 10.0.0.2, 10.0.0.3");
        assert_eq!(guesses(&ground, &hops).await, 403, "{nth}");
    }
    assert_eq!(guesses(&ground, "198.51.100.9, 203.0.113.7, 10.0.0.9").await, 429, "the same place");
    assert_eq!(guesses(&ground, "203.0.113.8").await, 403, "another place");
    ground.end().await;
}

#[tokio::test]
async fn no_form_and_no_sign_in_leads_elsewhere() {
    let ground = WebWorld::start().await;
    let evil = [
        "//evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/%09/evil.example\r\nset-cookie: a=b",
        "javascript:alert(1)",
        " //evil.example",
        "evil.example",
        "",
    ];
    for next in evil {
        let nobody = ground.nobody();
        let asked: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let page = nobody.get(&format!("/sign-in?next={asked}")).await.is(200);
        let form = page.form("/sign-in").unwrap();
        assert!(form.fields.contains(&("next".to_owned(), String::new())), "{next:?}: {form:?}");
        let fields = [("username", OPERATOR), ("password", PASSWORD), ("next", next)];
        assert_eq!(nobody.post("/sign-in", &fields).await.is(303).location(), "/", "{next:?}");
        let fields = [("theme", "dark"), ("back", next)];
        assert_eq!(ground.nobody().post("/theme", &fields).await.is(303).location(), "/", "{next:?}");
    }
    let page = ground.path("/g/{server}?a=b");
    let fields = [("theme", "dark"), ("back", page.as_str())];
    assert_eq!(ground.nobody().post("/theme", &fields).await.is(303).location(), page);
    let fields = [("username", OPERATOR), ("password", PASSWORD), ("next", page.as_str())];
    assert_eq!(ground.nobody().post("/sign-in", &fields).await.is(303).location(), page);
    // Whoever has to sign in first comes back to the page.
    let to = ground.nobody().get("/g/{server}?a=b").await.is(303).location();
    let form = ground.nobody().get(&to).await.form("/sign-in").unwrap();
    assert!(form.fields.contains(&("next".to_owned(), page)), "{form:?}");
    ground.end().await;
}

#[tokio::test]
async fn every_answer_tells_browsers_what_they_may_do_with_it() {
    let ground = WebWorld::start().await;
    let song = ground.staged().await;
    let mut answers = Vec::new();
    for asking in Asking::all().into_iter().filter(|asking| asking.method() == Method::GET) {
        ground.world.pass(Duration::from_secs(5)).await;
        let sample = (asking.route.sample)(&ground.samples(&song, "ann"));
        for person in [ground.signed_in("owner"), ground.nobody(), ground.signed_in("stranger")] {
            answers.push((asking.path.to_owned(), asking.by(&person, &sample, Server::Here).await));
        }
    }
    for path in ["/nothing", "/api/nothing"] {
        answers.push((path.to_owned(), ground.nobody().get(path).await));
        answers.push((
            path.to_owned(),
            ground.nobody().ask(Method::GET, path, &[("host", "evil.example")], Vec::new()).await,
        ));
    }
    answers.push(("/sign-in".to_owned(), ground.nobody().ask(Method::DELETE, "/sign-in", &[], Vec::new()).await));
    for (path, answer) in answers {
        let policy = answer.header("content-security-policy");
        for part in
            ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "require-trusted-types-for 'script'"]
        {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(["same-origin", "no-referrer"].contains(&answer.header("referrer-policy").as_str()), "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "{path}: the way is not encrypted");
        let is_public = path.starts_with("/assets/") && answer.status == 200;
        let has_body = !answer.body.is_empty();
        assert!(is_public || !has_body || answer.header("cache-control").contains("no-store"), "{path}: {answer:?}");
        if answer.header("content-type").starts_with("text/html") {
            let mut varies = answer.headers.get_all("vary").iter();
            assert!(varies.any(|by| by.to_str().unwrap().contains("cookie")), "{path}");
            is_harmless(&path, &answer.text());
        }
    }
    ground.end().await;
}

/// Fails where a page has what its policy forbids, or a form that could be forged.
fn is_harmless(path: &str, page: &str) {
    for tag in tags(page) {
        for (name, value) in &tag.attributes {
            assert!(!name.starts_with("on") && name != "style", "{path}: {tag:?}");
            assert!(!value.trim_start().to_lowercase().starts_with("javascript:"), "{path}: {tag:?}");
            let is_elsewhere = value.starts_with("http:") || value.starts_with("https:") || value.starts_with("//");
            let is_loaded = matches!(name.as_str(), "src" | "srcset" | "poster" | "data" | "action" | "formaction");
            assert!(!(is_loaded && is_elsewhere), "{path}: {tag:?}");
        }
        assert!(tag.name != "script" || tag.attribute("src").is_some(), "{path}: a script in the page");
        assert!(tag.name != "style" && tag.name != "iframe" && tag.name != "object", "{path}: {tag:?}");
    }
    let is_known = page.contains("action=\"/sign-out\"");
    for form in forms(page).into_iter().filter(|form| form.method == "post" && is_known) {
        let has = |name: &str| form.fields.iter().any(|(field, value)| field == name && !value.is_empty());
        // A theme may be chosen twice.
        let is_once = has("idempotency_key") || form.action == "/theme";
        assert!(has("csrf") && is_once, "{path}: {form:?}");
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_or_no_text_at_all_is_refused_before_anything_is_done() {
    let ground = WebWorld::start().await;
    let json_type = ("content-type", "application/json");
    let large = vec![b' '; 64 * 1024 + 1];
    let answer = ground.nobody().ask(Method::POST, "/api/auth/login", &[json_type], large).await;
    assert_eq!((answer.status, answer.code().as_deref()), (413, Some("too_large")), "{}", answer.text());
    let packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    let headers = [json_type, ("content-encoding", "gzip")];
    assert_eq!(ground.nobody().ask(Method::POST, "/api/auth/login", &headers, packed).await.status, 400);
    let deep = "[".repeat(60_000).into_bytes();
    assert!(
        (400..423).contains(&ground.nobody().ask(Method::POST, "/api/auth/login", &[json_type], deep).await.status)
    );
    for path in ["/%00", "/%ff%fe", "/in/%ff", "/..%2f..%2fetc/passwd", "/assets/x/..%2f..%2fCargo.toml", "/in/%00"] {
        let status = ground.nobody().get(path).await.status;
        assert!((400..500).contains(&status), "{path}: {status}");
    }
    ground.end().await;
}

#[test]
fn no_secret_stands_in_an_address() {
    for asking in Asking::all().into_iter().filter(|asking| asking.door == Door::Page) {
        let is_code = asking.path.contains("{code}") || asking.path.contains("{token}");
        let may = ["/in/{code}", "/o/{token}", "/setup/{code}"];
        assert!(!is_code || may.iter().any(|path| asking.path.starts_with(path)), "{}", asking.path);
    }
}
