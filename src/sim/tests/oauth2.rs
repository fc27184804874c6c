//! Signing in elsewhere: what an application may do with a code and a token, and what it is refused.

use reqwest::header::LOCATION;
use serde_json::{Value, json};
use std::collections::HashMap;

use super::*;
use crate::kernel::digest::Digest;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

const BACK: &str = "http://127.0.0.1:3000/api/auth/callback";
const VERIFIER: &str = "a-verifier-that-is-43-characters-long-12345";

/// An application that signs people in, and Discord, where ann says yes to everything.
struct Application {
    http: reqwest::Client,
    sim: Sim,
    hand: ClockHand,
    house: GuildIds,
}

type Fields = HashMap<&'static str, String>;

impl Application {
    async fn new() -> Self {
        let (sim, hand) = sim().await;
        let house = sim.create_guild(house()).await.unwrap();
        sim.set(|settings| settings.redirect_uris = vec![BACK.to_owned()]);
        sim.authorizes(Some(house.members["ann"]));
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { http, sim, hand, house }
    }

    fn challenge() -> String {
        BASE64_URL_SAFE_NO_PAD.encode(Digest::of(VERIFIER.as_bytes()).bytes())
    }

    fn asks(&self) -> Fields {
        HashMap::from([
            ("client_id", self.sim.bot().to_string()),
            ("redirect_uri", BACK.to_owned()),
            ("response_type", "code".to_owned()),
            ("scope", "identify guilds".to_owned()),
            ("state", "st ate".to_owned()),
            ("code_challenge", Self::challenge()),
            ("code_challenge_method", "S256".to_owned()),
        ])
    }

    async fn authorize(&self, asks: &Fields) -> reqwest::Response {
        let url = format!("{}/oauth2/authorize", self.sim.discord_url());
        self.http.get(url).query(asks).send().await.unwrap()
    }

    /// The fields with which somebody comes back.
    async fn comes_back(&self, asks: &Fields) -> HashMap<String, String> {
        let response = self.authorize(asks).await;
        assert_eq!(response.status(), 302);
        let to = url::Url::parse(response.headers()[LOCATION].to_str().unwrap()).unwrap();
        assert!(to.as_str().starts_with(BACK), "{to}");
        to.query_pairs().into_owned().collect()
    }

    async fn code(&self) -> String {
        self.comes_back(&self.asks()).await["code"].clone()
    }

    fn exchange(&self, code: &str) -> Fields {
        HashMap::from([
            ("client_id", self.sim.bot().to_string()),
            ("client_secret", CLIENT_SECRET.to_owned()),
            ("grant_type", "authorization_code".to_owned()),
            ("code", code.to_owned()),
            ("redirect_uri", BACK.to_owned()),
            ("code_verifier", VERIFIER.to_owned()),
        ])
    }

    async fn post(&self, path: &str, form: &Fields) -> (u16, Value) {
        let url = format!("{}/api/oauth2/{path}", self.sim.discord_url());
        let response = self.http.post(url).form(form).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }

    async fn reads(&self, path: &str, token: &str) -> (u16, Value) {
        let url = format!("{}/api/v10/{path}", self.sim.discord_url());
        let response = self.http.get(url).bearer_auth(token).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }
}

#[tokio::test]
async fn a_token_reads_what_its_scopes_name_until_it_is_taken_back() {
    let application = Application::new().await;
    let back = application.comes_back(&application.asks()).await;
    assert_eq!(back["state"], "st ate");
    let (status, given) = application.post("token", &application.exchange(&back["code"])).await;
    assert_eq!((status, &given["scope"], &given["token_type"]), (200, &json!("identify guilds"), &json!("Bearer")));
    let token = given["access_token"].as_str().unwrap();
    let (_, account) = application.reads("users/@me", token).await;
    assert_eq!(account["id"], json!(application.house.members["ann"]));
    let (_, guilds) = application.reads("users/@me/guilds?limit=200", token).await;
    assert_eq!((&guilds[0]["name"], guilds.as_array().unwrap().len()), (&json!("House"), 1));
    assert!(guilds[0]["permissions"].is_string(), "{guilds}");
    assert_eq!(application.reads("users/@me/channels", token).await.0, 403);
    assert_eq!(application.sim.look(World::grants), 1);
    let mut taken = application.exchange("");
    taken.insert("token", token.to_owned());
    assert_eq!(application.post("token/revoke", &taken).await.0, 200);
    assert_eq!(application.sim.look(World::grants), 0);
    assert_eq!(application.reads("users/@me", token).await.0, 401);
}

#[tokio::test]
async fn a_token_of_one_scope_reads_nothing_of_another() {
    let application = Application::new().await;
    let asks: Fields = application.asks().into_iter().chain([("scope", "identify".to_owned())]).collect();
    let code = application.comes_back(&asks).await["code"].clone();
    let (_, given) = application.post("token", &application.exchange(&code)).await;
    let token = given["access_token"].as_str().unwrap();
    assert_eq!(application.reads("users/@me", token).await.0, 200);
    assert_eq!(application.reads("users/@me/guilds", token).await.0, 401);
}

#[tokio::test]
async fn a_code_is_good_for_once_and_for_a_minute() {
    let application = Application::new().await;
    let form = application.exchange(&application.code().await);
    assert_eq!(application.post("token", &form).await.0, 200);
    assert_eq!(application.post("token", &form).await, refused("invalid_grant", "Invalid \"code\" in request."));
    let form = application.exchange(&application.code().await);
    application.hand.advance(Duration::from_mins(1));
    assert_eq!(application.post("token", &form).await.0, 400);
}

fn refused(error: &str, description: &str) -> (u16, Value) {
    (400, json!({"error": error, "error_description": description}))
}

#[tokio::test]
async fn a_code_is_for_one_address_one_application_and_one_verifier() {
    let application = Application::new().await;
    let cases: [(&'static str, &str, u16, &str); 7] = [
        ("redirect_uri", "http://127.0.0.1:3000/api/auth/callback/", 400, "invalid_grant"),
        ("client_secret", "another", 401, "invalid_client"),
        ("client_id", "1", 401, "invalid_client"),
        ("code_verifier", "too-short", 400, "invalid_request"),
        ("code_verifier", "another-verifier-that-has-43-characters-123", 400, "invalid_grant"),
        ("grant_type", "client_credentials", 400, "unsupported_grant_type"),
        ("code", "made-up", 400, "invalid_grant"),
    ];
    for (field, value, status, error) in cases {
        let mut form = application.exchange(&application.code().await);
        form.insert(field, value.to_owned());
        let answer = application.post("token", &form).await;
        assert_eq!((answer.0, &answer.1["error"]), (status, &json!(error)), "{field}: {}", answer.1);
    }
    let form = application.exchange(&application.code().await);
    let url = format!("{}/api/oauth2/token", application.sim.discord_url());
    let response = application.http.post(url).json(&form).send().await.unwrap();
    assert_eq!(response.status(), 400, "JSON is not taken");
    assert_eq!(application.sim.look(World::grants), 0);
}

#[tokio::test]
async fn whatever_is_wrong_with_what_is_asked_nobody_is_sent_anywhere() {
    let application = Application::new().await;
    let cases: [(&'static str, &str); 7] = [
        ("client_id", "1"),
        ("redirect_uri", "http://127.0.0.1:3000/api/auth/callback?next=/"),
        ("redirect_uri", "https://evil.example/"),
        ("response_type", "token"),
        ("scope", "identify bot"),
        ("code_challenge_method", "plain"),
        ("code_challenge", "short"),
    ];
    for (field, value) in cases {
        let mut asks = application.asks();
        asks.insert(field, value.to_owned());
        let response = application.authorize(&asks).await;
        assert_eq!((response.status().as_u16(), response.headers().get(LOCATION)), (400, None), "{field}: {value}");
    }
}

#[tokio::test]
async fn a_person_says_yes_or_no_on_the_page() {
    let application = Application::new().await;
    application.sim.authorizes(None);
    let response = application.authorize(&application.asks()).await;
    assert_eq!(response.status(), 200);
    let url = response.url().clone();
    let page = response.text().await.unwrap();
    assert!(page.contains("Authorize</button>") && page.contains(">ben</option>"), "{page}");
    let ben = application.house.members["ben"].to_string();
    for (decision, expected) in [("yes", "code"), ("no", "error")] {
        let form = [("user", ben.as_str()), ("decision", decision)];
        let response = application.http.post(url.clone()).form(&form).send().await.unwrap();
        assert_eq!(response.status(), 302);
        let to = url::Url::parse(response.headers()[LOCATION].to_str().unwrap()).unwrap();
        let keys: Vec<_> = to.query_pairs().map(|(key, _)| key.into_owned()).collect();
        assert!(keys.contains(&expected.to_owned()) && keys.contains(&"state".to_owned()), "{to}");
    }
}
