//! What opens something is seen by whoever it is for, and nowhere else: not in the log, with everything logged that can be; not in
//! the store; not in an answer to anything else that is asked; and no page whose address is a secret leads anywhere else.

use std::collections::BTreeMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::WebWorld;
use super::asking::{Asking, Server};
use super::ground::{OPERATOR, PASSWORD};
use super::html::tags;
use super::person::{Answer, Person};
use crate::canary::Page;

/// What somebody typed who meant another account of theirs: it opens something as well, elsewhere.
const WRONG: &str = "a canary of another account 4711";

/// What is secret, by what it is.
#[derive(Default)]
struct Secrets(BTreeMap<String, String>);

impl Secrets {
    fn keep(&mut self, what: &str, secret: &str) {
        assert!(secret.len() >= 20, "{what} is too short to be one: {secret}");
        self.0.insert(format!("{what} {}", self.0.len()), secret.to_owned());
    }

    /// The cookies of a browser.
    fn keep_cookies(&mut self, person: &Person<'_>) {
        for name in ["access", "refresh"] {
            self.keep(name, &person.cookie(name).unwrap());
        }
    }

    /// Fails where one of them is in `text`.
    fn are_not_in(&self, place: &str, text: &str) {
        let found = self.0.iter().find(|(_, secret)| text.contains(secret.as_str()));
        assert!(found.is_none(), "{:?} is in {place}", found.map(|(what, _)| what));
    }

    /// The same for an answer with its headers, which set no cookie.
    fn are_not_told(&self, place: &str, answer: &Answer) {
        self.are_not_in(place, &format!("{:?} {}", answer.headers, answer.text()));
    }
}

/// Fails where a page, whose address is a secret, would carry it away.
fn leads_nowhere(place: &str, page: &Answer) {
    assert!(["no-referrer", "same-origin"].contains(&page.header("referrer-policy").as_str()), "{place}");
    for tag in tags(&page.text()) {
        for name in ["href", "src", "action", "formaction", "ping"] {
            let to = tag.attribute(name).unwrap_or("/");
            // The sign of the page stands in the page itself.
            if tag.name == "link" && tag.attribute("rel") == Some("icon") && to.starts_with("data:image/svg+xml,") {
                continue;
            }
            assert!(to.starts_with(['/', '#']) && !to.starts_with("//"), "{place} leads to {to}");
        }
    }
}

/// Signs the operator in by the form, and then by what renews that; once with another password before.
async fn by_password(ground: &WebWorld, secrets: &mut Secrets) {
    secrets.keep("the password", PASSWORD);
    secrets.keep("another password", WRONG);
    let browser = ground.nobody();
    let refused = browser.submit("/sign-in", &[("username", OPERATOR), ("password", WRONG)]).await.is(303);
    secrets.are_not_told("the answer to a wrong password", &refused);
    let page = browser.get(&refused.location()).await.is(200);
    assert!(page.seen().contains("do not belong together"), "{}", page.seen());
    secrets.are_not_told("the page after a wrong password", &page);
    browser.submit("/sign-in", &[("username", OPERATOR), ("password", PASSWORD)]).await.is(303);
    secrets.keep_cookies(&browser);
    let holder = ground.nobody();
    holder.keep_cookie("refresh", &browser.cookie("refresh").unwrap());
    holder.ask(Method::POST, "/api/auth/refresh", &[], Vec::new()).await.is(200);
    secrets.keep_cookies(&holder);
}

/// Signs a member in by a link from Discord, which is looked at first and used again afterwards.
async fn by_link(ground: &WebWorld, secrets: &mut Secrets) {
    let (path, browser) = (ground.dashboard("ann").await, ground.nobody());
    let code = path.strip_prefix("/in/").unwrap();
    secrets.keep("a code", code);
    let page = browser.get(&path).await.is(200);
    leads_nowhere("the page of a link", &page);
    let used = browser.fill_in(&page.form(&path).unwrap(), &[]).await.is(303);
    assert!(!used.location().contains(code), "{}", used.location());
    secrets.keep_cookies(&browser);
    secrets.are_not_told("a link that was used", &browser.get(&path).await.is(404));
}

/// Makes a token and uses it, and shows one that is none.
async fn by_token(ground: &WebWorld, secrets: &mut Secrets) {
    let maker = ground.signed_in("ann");
    secrets.keep_cookies(&maker);
    secrets.keep("a token against forged requests", &maker.csrf().unwrap());
    let wanted = json!({ "name": "my bot", "scopes": ["read"] });
    let made = maker.json(Method::POST, "/api/auth/tokens", &wanted).await.is(200).json();
    let token = made["token"].as_str().unwrap();
    secrets.keep("a token", token);
    let mistyped = format!("{token}x");
    for (shown, status) in [(token, 200), (mistyped.as_str(), 401)] {
        let bearer = format!("Bearer {shown}");
        let asked = ground.nobody().ask(Method::GET, "/api/auth/me", &[("authorization", &bearer)], Vec::new()).await;
        secrets.are_not_told("what a program is answered", &asked.is(status));
    }
}

/// Opens the address of an overlay.
async fn by_overlay(ground: &WebWorld, secrets: &mut Secrets) {
    let owner = ground.signed_in("owner");
    let opened = owner.json(Method::POST, "/api/{server}/overlay", &Value::Null).await.is(200).json();
    let address = opened["address"].as_str().unwrap();
    let path = &address[address.find("/o/").unwrap()..];
    let overlay = ground.nobody().get(&format!("{path}/queue")).await.is(200);
    assert_eq!(overlay.header("referrer-policy"), "no-referrer");
    leads_nowhere("an overlay", &overlay);
    secrets.are_not_told("an overlay", &overlay);
    // Its own address is the one secret that it must hold, because it asks there for what changed.
    secrets.keep("the address of an overlay", &path[3..]);
    secrets.are_not_told("no overlay", &ground.nobody().get(&format!("{path}/nothing")).await.is(404));
}

// On one thread, whose log alone is kept.
#[tokio::test]
async fn no_secret_is_in_the_log_the_store_an_address_or_what_others_are_answered() {
    let (page, _kept) = Page::begin();
    let ground = WebWorld::of_a_process().await;
    let mut secrets = Secrets::default();
    let song = ground.staged().await;
    by_password(&ground, &mut secrets).await;
    by_link(&ground, &mut secrets).await;
    by_token(&ground, &mut secrets).await;
    by_overlay(&ground, &mut secrets).await;

    // Whatever else there is to look at, by whoever sees most.
    for asking in Asking::all().into_iter().filter(|asking| asking.method() == Method::GET) {
        ground.world.pass(std::time::Duration::from_secs(5)).await;
        let sample = (asking.route.sample)(&ground.samples(&song, "ann"));
        for name in ["owner", OPERATOR] {
            let answer = asking.by(&ground.signed_in(name), &sample, Server::Here).await;
            secrets.are_not_told(&asking.named(), &answer);
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.redb");
    ground.world.app.bot.store.copy_to_blocking(&copy).unwrap();
    secrets.are_not_in("the store", &String::from_utf8_lossy(&std::fs::read(&copy).unwrap()));
    ground.end().await;
    let log = page.text();
    assert!(log.contains("TRACE"), "everything is logged: {}", log.len());
    secrets.are_not_in("the log", &log);
}
