//! To Discord and back: who comes back is who went, once, from the browser that began, and nothing of it is kept.

use std::time::Duration;

use greenroom::covers;
use greenroom::kernel::secret::Secret;
use greenroom::sim::{CLIENT_SECRET, Fault};
use greenroom::web::settings::OAuth;
use reqwest::Method;
use reqwest::header::LOCATION;
use serde_json::Value;

use super::ground::{BOUNDS, WebWorld};
use super::person::Person;
use crate::world::World;

impl WebWorld {
    /// The web, where signing in with Discord is set up.
    async fn with_discord() -> Self {
        let world = World::new().await;
        let application = OAuth { client_id: world.sim.bot().to_string(), client_secret: Secret::new(CLIENT_SECRET) };
        let ground = Self::before(world, BOUNDS, |settings| settings.oauth = Some(application)).await;
        let back = format!("http://{}/api/auth/callback", ground.address);
        ground.world.sim.set(|settings| settings.redirect_uris = vec![back]);
        ground.authorizes("ann");
        ground
    }

    /// Who says yes on Discord from now on.
    fn authorizes(&self, name: &str) {
        self.world.sim.authorizes(Some(self.world.ids.members[name]));
    }

    /// What Discord answers to whoever comes to this address: the way back, behind the address of the web.
    async fn at_discord(&self, address: &str) -> String {
        assert!(address.starts_with(&format!("{}/oauth2/authorize?", self.world.sim.discord_url())), "{address}");
        let answer = self.http.get(address).send().await.unwrap();
        assert_eq!(answer.status(), 302);
        let back = answer.headers()[LOCATION].to_str().unwrap().to_owned();
        back.strip_prefix(&format!("http://{}", self.address)).unwrap().to_owned()
    }

    /// How many applications may read something of anybody.
    fn grants(&self) -> usize {
        self.world.sim.look(greenroom::sim::World::grants)
    }
}

/// Presses the button; answers the way back.
async fn goes(ground: &WebWorld, browser: &Person<'_>, page: &str) -> String {
    let shown = browser.get(page).await.is(200);
    assert!(shown.seen().contains("Sign in with Discord"), "{}", shown.seen());
    let policy = shown.header("content-security-policy");
    assert!(policy.contains(&format!("form-action 'self' {};", ground.world.sim.discord_url())), "{policy}");
    let sent = browser.fill_in(&shown.form("/sign-in").unwrap(), &[]).await.is(303);
    ground.at_discord(&sent.location()).await
}

fn is_signed_in(browser: &Person<'_>) -> bool {
    browser.cookie("access").is_some()
}

#[tokio::test]
async fn whoever_signs_in_with_discord_comes_to_the_page_they_wanted_and_no_token_is_kept() {
    covers!("S-API-01", "S-API-02", "S-SEC-01", "S-SEC-03", "T-AUT-03");
    let ground = WebWorld::with_discord().await;
    let browser = ground.nobody();
    let to = browser.get("/me/{server}").await.is(303).location();
    let back = goes(&ground, &browser, &to).await;
    assert!(browser.cookie("state").is_some() && !is_signed_in(&browser));
    let came = browser.get(&back).await.is(303);
    assert_eq!(came.location(), ground.path("/me/{server}"));
    let kept: Vec<_> = came.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect();
    assert!(kept.iter().all(|cookie| cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax")), "{kept:?}");
    assert_eq!(browser.cookie("state"), None, "what bound the way is dropped");
    assert_eq!(ground.grants(), 0, "the token was given back");
    let me = browser.get("/api/auth/me").await.is(200).json();
    assert_eq!((&me["user"]["username"], &me["user"]["role"]), (&Value::from("ann"), &Value::from("member")));
    assert!(browser.get("/").await.is(200).seen().contains("Night Owl Reviews"));
    browser.get("/me/{server}").await.is(200);
    ground.end().await;
}

#[tokio::test]
async fn a_way_to_discord_comes_back_once_and_to_the_browser_in_which_it_began_alone() {
    covers!("S-SEC-03");
    let ground = WebWorld::with_discord().await;
    let (hers, other, stranger) = (ground.nobody(), ground.nobody(), ground.nobody());
    let back = goes(&ground, &hers, "/sign-in").await;
    goes(&ground, &other, "/sign-in").await;
    for browser in [&other, &stranger] {
        assert_eq!(browser.get(&back).await.is(303).location(), "/sign-in?why=auth.not_begun");
        assert!(!is_signed_in(browser));
    }
    let state = hers.cookie("state").unwrap();
    assert_eq!(hers.get(&back).await.is(303).location(), "/");
    assert!(is_signed_in(&hers));
    // The same once more, as whoever looked over her shoulder would.
    stranger.keep_cookie("state", &state);
    assert_eq!(stranger.get(&back).await.is(303).location(), "/sign-in?why=auth.not_begun");
    let late = goes(&ground, &other, "/sign-in").await;
    ground.world.pass(Duration::from_mins(10)).await;
    assert_eq!(other.get(&late).await.is(303).location(), "/sign-in?why=auth.not_begun");
    assert!(!is_signed_in(&other) && !is_signed_in(&stranger));
    ground.end().await;
}

#[tokio::test]
async fn whoever_opens_the_way_back_once_more_is_in_already_and_stays_who_they_are() {
    let ground = WebWorld::with_discord().await;
    let (browser, other) = (ground.nobody(), ground.nobody());
    let back = goes(&ground, &browser, "/sign-in").await;
    browser.get(&back).await.is(303);
    let access = browser.cookie("access");
    // By a reload, or by an app that opens it twice.
    assert_eq!(browser.get(&back).await.is(303).location(), "/");
    assert_eq!(browser.cookie("access"), access);
    // By an app that opens another browser: that one is told what helps.
    let to = other.get(&back).await.is(303).location();
    assert_eq!(to, "/sign-in?why=auth.not_begun");
    let said = other.get(&to).await.is(200).seen();
    assert!(said.contains("comes back to another browser each time, type /dashboard in your server"), "{said}");
    // A way back of somebody else changes nothing for whoever is in.
    ground.authorizes("ben");
    let of_ben = goes(&ground, &other, "/sign-in").await;
    assert_eq!(browser.get(&of_ben).await.is(303).location(), "/");
    assert_eq!(browser.get("/api/auth/me").await.is(200).json()["user"]["username"], "ann");
    ground.end().await;
}

#[tokio::test]
async fn a_no_without_anything_else_is_understood_and_so_is_a_word_that_is_none_of_ours() {
    let ground = WebWorld::with_discord().await;
    let browser = ground.nobody();
    goes(&ground, &browser, "/sign-in").await;
    let bare = "/api/auth/callback?error=access_denied";
    refused(&ground, &browser, bare, "auth.denied").await;
    let began = goes(&ground, &browser, "/sign-in").await;
    let state = began.split("state=").nth(1).unwrap();
    let odd = format!("/api/auth/callback?error=invalid_scope%0a<b>&state={state}");
    let said = refused(&ground, &browser, &odd, "auth.code_refused").await;
    assert!(!said.contains("invalid_scope"), "{said}");
    ground.end().await;
}

/// Somebody comes back and is not signed in; answers what the page says.
async fn refused(ground: &WebWorld, browser: &Person<'_>, back: &str, why: &str) -> String {
    let to = browser.get(back).await.is(303).location();
    assert_eq!(to, format!("/sign-in?why={why}"));
    assert!(!is_signed_in(browser), "{why}");
    assert_eq!(ground.grants(), 0, "{why}: whatever was given was given back");
    browser.get(&to).await.is(200).seen()
}

#[tokio::test]
async fn whatever_goes_wrong_at_discord_is_said_in_words_and_signs_nobody_in() {
    let ground = WebWorld::with_discord().await;
    let browser = ground.nobody();
    let began = goes(&ground, &browser, "/sign-in").await;
    let state = began.split("state=").nth(1).unwrap().to_owned();
    let denied = format!("/api/auth/callback?error=access_denied&state={state}");
    let said = refused(&ground, &browser, &denied, "auth.denied").await;
    assert!(said.contains("you did not let Discord tell who you are"), "{said}");

    let late = goes(&ground, &browser, "/sign-in").await;
    ground.world.pass(Duration::from_mins(1)).await;
    let said = refused(&ground, &browser, &late, "auth.code_refused").await;
    assert!(said.contains("Please begin anew."), "{said}");

    for path in ["/oauth2/token", "/users/@me", "/users/@me/guilds"] {
        let back = goes(&ground, &browser, "/sign-in").await;
        ground.world.sim.faults(Fault { path: Some(path.into()), status: Some(503), ..Fault::default() }).await;
        let said = refused(&ground, &browser, &back, "discord_unavailable").await;
        assert!(said.contains("Discord does not answer"), "{path}: {said}");
    }

    ground.world.sim.set(|settings| settings.client_secret = "another".to_owned());
    let back = goes(&ground, &browser, "/sign-in").await;
    let said = refused(&ground, &browser, &back, "auth.not_ours").await;
    assert!(said.contains("DISCORD_CLIENT_SECRET"), "{said}");
    let words = ground.nobody().get("/sign-in?why=<script>").await.is(200).text();
    assert!(!words.contains("<script>"), "{words}");
    ground.end().await;
}

#[tokio::test]
async fn a_program_is_told_the_way_and_a_browser_is_led_there() {
    covers!("S-API-01");
    let ground = WebWorld::with_discord().await;
    let nobody = ground.nobody();
    let headers = [("content-type", "application/json"), ("accept", "text/html, application/json;q=0.9")];
    for body in [&b""[..], b"{}"] {
        let told = nobody.ask(Method::POST, "/api/auth/login", &headers, body.to_vec()).await.is(200).json();
        assert_eq!(told["success"], true);
        let back = ground.at_discord(told["url"].as_str().unwrap()).await;
        assert!(back.starts_with("/api/auth/callback?code="), "{back}");
    }
    let led = nobody.ask(Method::POST, "/api/auth/login", &headers[..1], Vec::new()).await.is(302);
    ground.at_discord(&led.location()).await;
    ground.end().await;
    let without = WebWorld::start().await;
    let refused = without.nobody().ask(Method::POST, "/api/auth/login", &headers, Vec::new()).await.is(409);
    assert_eq!(refused.code().as_deref(), Some("auth.discord_off"));
    let shown = without.nobody().get("/sign-in").await.is(200);
    assert!(!shown.seen().contains("Sign in with Discord"), "{}", shown.seen());
    assert!(shown.header("content-security-policy").contains("form-action 'self';"));
    let back = without.nobody().get("/api/auth/callback?code=a&state=b").await.is(303);
    assert_eq!(back.location(), "/sign-in?why=auth.not_begun");
    without.end().await;
}

#[tokio::test]
async fn the_servers_of_somebody_are_those_in_which_they_and_the_bot_are_and_say_nothing_of_rights() {
    covers!("S-SEC-05");
    let ground = WebWorld::with_discord().await;
    ground.authorizes("administrator");
    let browser = ground.nobody();
    let back = goes(&ground, &browser, "/sign-in").await;
    browser.get(&back).await.is(303);
    let servers = browser.get("/api/servers").await.is(200).json();
    assert_eq!(servers["servers"].as_array().unwrap().len(), 1, "{servers}");
    assert_eq!(servers["servers"][0]["level"], "administrator");
    browser.get("/g/{other}").await.is(404);
    ground.demote("administrator").await;
    let servers = browser.get("/api/servers").await.is(200).json();
    assert_eq!(servers["servers"][0]["level"], "member", "{servers}");
    ground.end().await;
}

#[tokio::test]
async fn nobody_begins_so_many_ways_that_others_have_none() {
    let ground = WebWorld::with_discord().await;
    let nobody = ground.nobody();
    let mut begun = 0;
    for _ in 0..100 {
        let answer = nobody.ask(Method::POST, "/api/auth/login", &[("content-type", "application/json")], Vec::new());
        match answer.await.status {
            302 => begun += 1,
            429 => break,
            other => panic!("{other}"),
        }
    }
    assert_eq!(begun, 60);
    ground.world.pass(Duration::from_mins(1)).await;
    goes(&ground, &nobody, "/sign-in").await;
    ground.end().await;
}
