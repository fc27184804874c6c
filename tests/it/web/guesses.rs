//! Whoever guesses: what is there and what is not are answered alike, and soon not at all. And whoever only knows what is open to
//! everybody finds no more than the table says.

use std::collections::BTreeSet;
use std::time::Duration;

use greenroom::web::access::{Hosts, Proxies, Who};
use greenroom::web::table::routes;
use reqwest::Method;
use serde_json::json;

use super::WebWorld;
use super::ground::{OPERATOR, PASSWORD};

/// Reads that somebody may make at once.
const AT_ONCE: usize = 60;

#[tokio::test]
async fn a_name_or_code_that_is_not_there_is_answered_like_one_that_was_switched_off() {
    let ground = WebWorld::start().await;
    let owner = ground.signed_in("owner");
    owner.submit("/g/{server}/public", &[("name", "night-owl"), ("names", "full")]).await.is(303);
    ground.nobody().get("/q/night-owl").await.is(200);
    owner.submit("/g/{server}/public", &[("name", ""), ("names", "full")]).await.is(303);
    // An overlay has no frame, because a stream would show it: its answers are alike among themselves.
    for paths in [
        &["/q/night-owl", "/q/day-lark", "/q/a", "/nothing"][..],
        &[
            "/o/CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk",
            "/o/CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk/now",
            "/o/nonsense/now",
        ],
    ] {
        let mut answers = BTreeSet::new();
        for path in paths {
            let answer = ground.nobody().get(path).await;
            answers.insert((answer.status, answer.seen(), answer.header("cache-control")));
        }
        assert_eq!(answers.len(), 1, "{answers:#?}");
        assert_eq!(answers.first().map(|(status, ..)| *status), Some(404));
    }
    ground.end().await;
}

#[tokio::test]
async fn whoever_guesses_names_codes_and_numbers_is_soon_not_answered_any_more() {
    let ground = WebWorld::start().await;
    let member = ground.signed_in("viewer");
    for (path, is_stranger) in [("/q/guess-", true), ("/in/", true), ("/o/", true), ("/g/{server}/songs/", false)] {
        // Each of them begins anew.
        ground.world.pass(Duration::from_mins(1)).await;
        let nobody = ground.nobody();
        let person = if is_stranger { &nobody } else { &member };
        let mut answered = 0;
        let last = loop {
            let answer = person.get(&format!("{path}{:06}", 100_000 + answered)).await;
            if answer.status == 429 {
                break answer;
            }
            assert_eq!(answer.status, 404, "{path}");
            answered += 1;
            assert!(answered <= AT_ONCE, "{path}: {answered} guesses were answered");
        };
        assert!(last.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0), "{path}: {last:?}");
    }
    ground.end().await;
}

#[tokio::test]
async fn an_encrypted_way_is_kept_and_its_cookies_go_no_other() {
    let ground = WebWorld::with(|settings| {
        settings.base_url = Some("https://greenroom.example".parse().unwrap());
        settings.hosts = Hosts { names: vec!["greenroom.example".into()] };
    })
    .await;
    let nobody = ground.nobody();
    for path in ["/sign-in", "/", "/api/status", "/api/nothing", "/nothing", "/assets/today/styles.css"] {
        let answer = nobody.get(path).await;
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000", "{path}");
    }
    let credentials = json!({ "username": OPERATOR, "password": PASSWORD });
    let signed_in = nobody.json(Method::POST, "/api/auth/login", &credentials).await.is(200);
    let cookies: Vec<_> = signed_in.headers.get_all("set-cookie").iter().map(|it| it.to_str().unwrap()).collect();
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    for cookie in cookies {
        assert!(cookie.starts_with("__Host-access=") || cookie.starts_with("__Secure-refresh="), "{cookie}");
        for part in ["; HttpOnly", "; Secure", "; SameSite=Lax"] {
            assert!(cookie.contains(part), "{part}: {cookie}");
        }
    }
    ground.end().await;
}

#[tokio::test]
async fn a_way_that_others_could_read_along_says_so_and_no_other_does() {
    let ground = WebWorld::with(|settings| {
        settings.proxies = Proxies(vec!["127.0.0.1".parse().unwrap()]);
    })
    .await;
    for (headers, is_told) in [
        (vec![], false),
        (vec![("x-forwarded-for", "192.168.0.9")], true),
        (vec![("x-forwarded-for", "192.168.0.9"), ("x-forwarded-proto", "http")], true),
        (vec![("x-forwarded-for", "192.168.0.9"), ("x-forwarded-proto", "https")], false),
        (vec![("x-forwarded-for", "192.168.0.9"), ("x-forwarded-proto", "https, http")], true),
    ] {
        let page = ground.nobody().ask(Method::GET, "/sign-in", &headers, Vec::new()).await.is(200);
        assert_eq!(page.seen().contains("The way to this page is not encrypted"), is_told, "{headers:?}");
    }
    ground.end().await;
}

/// Whoever adds a route for everybody, or for all who are signed in, says so here as well.
#[test]
fn what_is_open_without_a_place_in_a_server_is_this_and_no_more() {
    let of = |who: Who| {
        let names: BTreeSet<&str> = routes().filter(|route| route.who == who).map(|route| route.name).collect();
        names.into_iter().collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(of(Who::Anyone), @"
    auth.callback
    auth.login
    auth.refresh
    auth.renew
    instance.openapi
    instance.status
    pages.asset
    pages.theme
    public.overlay
    public.queue_page
    reference.page
    reference.subject_page
    setup.page
    signin.link_page
    signin.page
    signin.use_link
    stream.overlay
    stream.queue
    ");
    insta::assert_snapshot!(of(Who::SignedIn), @"
    auth.logout
    auth.logout_everywhere
    auth.me
    auth.prove
    me.page
    pictures.own
    reference.attempt
    servers.list
    servers.page
    sessions.end
    sessions.list
    sessions.page
    signin.prove_page
    signin.sure_page
    stream.events
    stream.page
    tokens.list
    tokens.make
    tokens.revoke
    ");
}
