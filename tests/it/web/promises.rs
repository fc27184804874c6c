//! What the API promises of changes and refusals: nothing is overwritten that nobody has seen, nothing is counted that was not
//! done, and what was wrong is said.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use greenroom::covers;
use greenroom::signin::scope::Scope;
use greenroom::signin::{self, token};
use reqwest::Method;
use serde_json::{Value, json};

use super::WebWorld;
use super::ground::{OPERATOR, PASSWORD};
use super::person::{Answer, Person};

/// Something that several people edit: where it is looked at, and two changes of it.
type Thing = (&'static str, Method, &'static str, [Value; 2]);

fn things(ground: &WebWorld) -> Vec<Thing> {
    let role = ground.world.ids.roles["viewer"].to_string();
    let (roles, public, settings) = ("/api/{server}/access/roles", "/api/{server}/public", "/api/{server}/settings");
    let (tasks, community) = ("/api/{server}/config", "/api/guilds/{server}/config");
    let goal = |wanted: Value| json!({ "of": "likes", "wanted": wanted });
    let named = |name: &str| json!({ "name": name, "names": "full" });
    let reset = |key: &str| json!({ "key": key });
    let default = |price: &str| json!({ "settings": { "skip_price": price } });
    vec![
        (roles, Method::PUT, roles, [json!({ "viewer_roles": [role] }), json!({ "moderator_roles": [role] })]),
        (public, Method::PUT, public, [named("owl-one"), named("owl-two")]),
        (public, Method::PUT, "/api/{server}/overlay/goal", [goal(json!("5000")), goal(json!(6_000))]),
        (settings, Method::PATCH, settings, [json!({ "skip_price": 800 }), json!({ "skip_price": 900 })]),
        (settings, Method::POST, "/api/{server}/settings/reset", [reset("skip_price"), reset("gift_rate")]),
        (tasks, Method::PUT, tasks, [json!({ "prefix": "?" }), json!({ "prefix": "$" })]),
        (community, Method::PATCH, community, [json!({ "xp_multiplier": 1.5 }), json!({ "xp_multiplier": 1.25 })]),
        ("/api/settings", Method::PUT, "/api/settings", [default("1500"), default("1600")]),
        ("/api/bot/status", Method::PUT, "/api/bot/status", [json!({ "status": "idle" }), json!({ "status": "dnd" })]),
    ]
}

/// Sends JSON with more headers.
async fn sends(person: &Person<'_>, method: &Method, path: &str, body: &Value, more: &[(&str, &str)]) -> Answer {
    let csrf = person.csrf().unwrap_or_default();
    let mut headers = vec![("content-type", "application/json"), ("x-csrf-token", csrf.as_str())];
    headers.extend(more);
    person.ask(method.clone(), path, &headers, serde_json::to_vec(body).unwrap()).await
}

async fn revision(person: &Person<'_>, path: &str) -> String {
    person.get(path).await.is(200).header("etag")
}

#[tokio::test]
async fn what_somebody_else_changed_meanwhile_is_not_overwritten() {
    let ground = WebWorld::start().await;
    let person = ground.signed_in(OPERATOR);
    for (look, method, change, [first, second]) in things(&ground) {
        let seen = revision(&person, look).await;
        assert!(seen.starts_with('"') && seen.len() == 18, "{look}: {seen}");
        let known = [("if-none-match", seen.as_str())];
        let unchanged = person.ask(Method::GET, look, &known, Vec::new()).await.is(304);
        assert!(unchanged.body.is_empty() && unchanged.header("etag") == seen, "{look}");

        let done = sends(&person, &method, change, &first, &[("if-match", &seen)]).await.is(200);
        let present = revision(&person, look).await;
        assert_eq!(done.header("etag"), present, "{change}");
        assert_ne!(seen, present, "{change}");
        person.ask(Method::GET, look, &known, Vec::new()).await.is(200);

        let late = sends(&person, &method, change, &second, &[("if-match", &seen)]).await.is(412);
        assert_eq!(late.code().as_deref(), Some("stale"), "{change}");
        assert_eq!(late.json()["error"]["details"]["revision"], present.trim_matches('"'), "{change}");
        for nonsense in ["\"\"", "7", "W/\"x\", \"y\""] {
            sends(&person, &method, change, &second, &[("if-match", nonsense)]).await.is(412);
        }
        assert_eq!(revision(&person, look).await, present, "{change}: nothing was done");
        let among = format!("\"0\", W/{present}");
        sends(&person, &method, change, &second, &[("if-match", &among)]).await.is(200);
        sends(&person, &method, change, &first, &[("if-match", "*")]).await.is(200);
        // Whoever does not say what they have seen writes as ever.
        sends(&person, &method, change, &second, &[]).await.is(200);
        ground.world.pass(Duration::from_mins(1)).await;
    }
    ground.end().await;
}

#[tokio::test]
async fn what_has_no_revision_says_so_to_whoever_relies_on_one() {
    let ground = WebWorld::start().await;
    let owner = ground.signed_in("owner");
    let body = json!({ "status": "online" });
    let refused = sends(&owner, &Method::PUT, "/api/{server}/status", &body, &[("if-match", "\"1\"")]).await.is(400);
    assert_eq!(refused.code().as_deref(), Some("unreadable"));
    assert_eq!(owner.get("/api/servers").await.is(200).header("etag"), "");
    ground.end().await;
}

#[tokio::test]
async fn a_repeat_is_told_whatever_became_of_the_thing_since() {
    let ground = WebWorld::start().await;
    let owner = ground.signed_in("owner");
    let path = "/api/{server}/settings";
    let seen = revision(&owner, path).await;
    let (body, more) = (json!({ "skip_price": 800 }), [("if-match", seen.as_str()), ("idempotency-key", "once")]);
    let first = sends(&owner, &Method::PATCH, path, &body, &more).await.is(200);
    sends(&owner, &Method::PATCH, path, &json!({ "skip_price": 900 }), &[]).await.is(200);
    let again = sends(&owner, &Method::PATCH, path, &body, &more).await.is(200);
    assert_eq!((again.header("idempotency-replayed").as_str(), again.text()), ("true", first.text()));
    ground.end().await;
}

#[tokio::test]
async fn two_at_one_form_see_what_the_other_changed_before_they_decide() {
    let ground = WebWorld::start().await;
    let (owner, operator) = (ground.signed_in("owner"), ground.signed_in(OPERATOR));
    let (page, roles) = (ground.path("/g/{server}/access"), "/api/{server}/access/roles");
    let old = owner.get(&page).await.is(200).form(&page).unwrap();
    let before = owner.get(roles).await.is(200).json();
    let mut others = before.clone();
    others["moderator_roles"] = json!([]);
    operator.json(Method::PUT, roles, &others).await.is(200);

    let chosen = before["admin_roles"][0].as_str().unwrap();
    let refused = owner.fill_in(&old, &[("viewer_roles", chosen)]).await.is(412);
    assert!(refused.seen().contains("Somebody changed this meanwhile."), "{}", refused.seen());
    assert!(refused.seen().contains("Now it is: empty"), "{}", refused.seen());
    assert_eq!(owner.get(roles).await.is(200).json(), others, "nothing was overwritten");

    // What was typed is still there, and to send it again is a decision.
    let form = refused.form(&page).unwrap();
    assert!(form.fields.contains(&("viewer_roles".to_owned(), chosen.to_owned())), "{form:?}");
    owner.fill_in(&form, &[]).await.is(303);
    let after = owner.get(roles).await.is(200).json();
    assert_eq!((&after["viewer_roles"], &after["moderator_roles"]), (&json!([chosen]), &before["moderator_roles"]));
    ground.end().await;
}

#[tokio::test]
async fn a_goal_that_somebody_else_set_meanwhile_is_shown_beside_the_own_one() {
    let ground = WebWorld::start().await;
    let (page, action) = ("/g/{server}/public", ground.path("/g/{server}/public/goal"));
    let admin = ground.signed_in("admin");
    let old = admin.get(page).await.is(200).form(&action).unwrap();
    let goal = json!({ "of": "coins", "wanted": "700" });
    ground.signed_in("owner").json(Method::PUT, "/api/{server}/overlay/goal", &goal).await.is(200);
    let refused = admin.fill_in(&old, &[("of", "likes"), ("wanted", "5000")]).await.is(412);
    assert!(
        refused.seen().contains("Now it is: 700") && refused.seen().contains("Now it is: coins"),
        "{}",
        refused.seen()
    );
    let form = refused.form(&action).unwrap();
    assert!(form.fields.contains(&("wanted".to_owned(), "5000".to_owned())), "{form:?}");
    admin.fill_in(&form, &[]).await.is(303);
    assert_eq!(admin.get("/api/{server}/public").await.is(200).json()["goal"], 5_000);
    ground.end().await;
}

#[tokio::test]
async fn a_form_that_was_refused_overwrites_nothing_unseen_when_it_is_sent_again() {
    let ground = WebWorld::start().await;
    let (page, action) = ("/g/{server}/public", ground.path("/g/{server}/public/goal"));
    let admin = ground.signed_in("admin");
    let refused = admin.submit_on(page, &action, &[("of", "likes"), ("wanted", "many")]).await.is(422);
    let goal = json!({ "of": "coins", "wanted": "700" });
    ground.signed_in("owner").json(Method::PUT, "/api/{server}/overlay/goal", &goal).await.is(200);
    let late = admin.fill_in(&refused.form(&action).unwrap(), &[("wanted", "5000")]).await.is(412);
    assert!(late.seen().contains("Now it is: 700"), "{}", late.seen());
    admin.fill_in(&late.form(&action).unwrap(), &[]).await.is(303);
    assert_eq!(admin.get("/api/{server}/public").await.is(200).json()["goal"], 5_000);
    ground.end().await;
}

#[tokio::test]
async fn what_is_refused_or_a_repeat_uses_up_nothing_of_the_limit_of_balances() {
    covers!("T-SEC-02");
    let ground = WebWorld::start().await;
    let administrator = ground.signed_in("administrator");
    let coins = format!("/api/{{server}}/members/{}/coins", ground.world.user("ann"));
    let give = |amount: u32| json!({ "act": "give", "amount": amount, "reason": "quiz" });
    let gives = async |key: &str, amount: u32| {
        sends(&administrator, &Method::POST, &coins, &give(amount), &[("idempotency-key", key)]).await
    };
    for _ in 0..8 {
        gives("refused", 0).await.is(422);
    }
    let take = json!({ "act": "take", "amount": 5, "reason": "nothing is there" });
    for _ in 0..8 {
        administrator.json(Method::POST, &coins, &take).await.is(409);
    }
    for key in ["1", "2", "3", "4"] {
        gives(key, 5).await.is(200);
    }
    for _ in 0..8 {
        assert_eq!(gives("1", 5).await.is(200).header("idempotency-replayed"), "true");
        gives("1", 6).await.is(422);
    }
    gives("5", 5).await.is(200);
    let sixth = gives("6", 5).await.is(429);
    let wait: u64 = sixth.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    let told = sixth.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(told.contains("5 balances within a minute") && told.contains(&format!("in {wait} second")), "{told}");
    assert_eq!(ground.coins_of("ann"), 25);

    // Whoever acts is counted, and not what they show.
    let elsewhere = ground.signed_in("administrator");
    elsewhere.json(Method::POST, &coins, &give(5)).await.is(429);
    ground.token("administrator", &[Scope::Economy]).json(Method::POST, &coins, &give(5)).await.is(429);
    let card = format!("/g/{{server}}/members/{}", ground.world.user("ann"));
    let typed = [("act", "give"), ("amount", "5"), ("reason", "typed by hand")];
    let shown = elsewhere.submit_on(&card, &format!("{card}/coins"), &typed).await.is(429);
    assert!(shown.text().contains("typed by hand"), "{}", shown.text());
    assert!(shown.seen().contains("You changed 5 balances within a minute"), "{}", shown.seen());
    ground.signed_in("owner").json(Method::POST, &coins, &give(5)).await.is(200);
    ground.world.pass(Duration::from_mins(1)).await;
    gives("6", 5).await.is(200);
    ground.end().await;
}

#[tokio::test]
async fn amounts_are_numbers_or_texts_of_digits_and_nothing_else() {
    let ground = WebWorld::start().await;
    let owner = ground.signed_in("owner");
    let coins = format!("/api/{{server}}/members/{}/coins", ground.world.user("ann"));
    let give = |amount: &Value| json!({ "act": "give", "amount": amount, "reason": "quiz" });
    for amount in [json!(250), json!("250"), json!("1,250")] {
        owner.json(Method::POST, &coins, &give(&amount)).await.is(200);
    }
    assert_eq!(ground.coins_of("ann"), 1_750);
    for amount in [json!(2.5), json!("2.5"), json!(-5), json!("-5"), json!(1e30), json!(""), json!("many"), json!([5])]
    {
        let refused = owner.json(Method::POST, &coins, &give(&amount)).await.is(422).json();
        let why = refused["error"]["details"]["fields"]["amount"].as_str().unwrap_or_default();
        assert!(why.ends_with('.') || amount.is_array(), "{amount}: {refused}");
        assert!(!why.is_empty(), "{amount}: {refused}");
    }
    ground.end().await;
}

#[tokio::test]
async fn whoever_shows_nothing_and_whoever_shows_a_token_that_opens_nothing_are_told_apart() {
    let ground = WebWorld::start().await;
    let nobody = ground.nobody().get("/api/servers").await.is(401);
    assert_eq!(
        (nobody.code().as_deref(), nobody.header("www-authenticate").as_str()),
        (Some("unauthenticated"), "Bearer")
    );
    let old = ground.token("owner", &[Scope::Read]);
    old.get("/api/servers").await.is(200);
    let (maker, now) = (signin::Person::Member { user: ground.world.user("owner") }, ground.world.hand.now());
    ground.write(move |tx| {
        let number = token::list_of(tx, &maker, now)?[0].number;
        token::revoke(tx, &maker, number).map(drop)
    });
    let shows = async |authorization: &str| {
        ground.nobody().ask(Method::GET, "/api/servers", &[("authorization", authorization)], Vec::new()).await
    };
    for answer in [old.get("/api/servers").await, shows("Bearer gr_nonsense").await, shows("bearer a.b.c").await] {
        let answer = answer.is(401);
        assert_eq!(answer.code().as_deref(), Some("invalid_token"));
        assert_eq!(answer.header("www-authenticate"), r#"Bearer error="invalid_token""#);
    }
    assert_eq!(shows("Basic b3c6bA==").await.is(401).code().as_deref(), Some("unauthenticated"));
    ground.end().await;
}

#[tokio::test]
async fn what_was_typed_is_there_again_after_the_proof() {
    let ground = WebWorld::start().await;
    let operator = ground.signed_in(OPERATOR);
    ground.world.pass(Duration::from_mins(11)).await;
    let (page, action) = ("/me/sessions", "/me/tokens");
    let typed = [("name", "my bot"), ("scopes", "queue"), ("scopes", "instance"), ("days", "7")];
    let away = operator.submit_on(page, action, &typed).await.is(303).location();
    assert_eq!(away, "/prove?next=%2Fme%2Fsessions");
    let back = operator.submit_on(&away, "/prove", &[("password", PASSWORD)]).await.is(303).location();
    let filled = operator.get(&back).await.is(200);
    assert!(filled.seen().contains("What you typed is still there."), "{}", filled.seen());
    assert!(!filled.text().contains("notice bad"), "nothing was wrong with it");
    let form = filled.form(action).unwrap();
    for (name, value) in typed {
        assert!(form.fields.contains(&(name.to_owned(), value.to_owned())), "{name}: {form:?}");
    }
    assert!(!form.fields.contains(&("scopes".to_owned(), "read".to_owned())), "{form:?}");
    operator.fill_in(&form, &[]).await.is(303);
    let made = operator.get(page).await.is(200);
    assert!(made.text().contains("gr_") && made.seen().contains("my bot"), "{}", made.seen());
    let empty = operator.get(page).await.is(200).form(action).unwrap();
    assert!(empty.fields.contains(&("name".to_owned(), String::new())), "{empty:?}");
    ground.end().await;
}

#[tokio::test]
async fn servers_are_listed_with_their_members_and_what_they_have() {
    covers!("T-API-03", "T-API-36");
    let ground = WebWorld::start().await;
    ground
        .signed_in("owner")
        .json(
            Method::POST,
            &format!("/api/{{server}}/members/{}/coins", ground.world.user("ann")),
            &json!({ "act": "give", "amount": 250, "reason": "quiz" }),
        )
        .await
        .is(200);
    let servers = ground.signed_in(OPERATOR).get("/api/servers").await.is(200).json()["servers"].clone();
    let servers = servers.as_array().unwrap();
    assert_eq!(servers.len(), 2);
    let here = servers.iter().find(|server| server["id"] == ground.here().to_string()).unwrap();
    assert_eq!(here["currency_totals"], json!({ "luxury": 250, "points": 0, "server": 0 }));
    let members = here["member_count"].as_u64().unwrap();
    assert!(members >= 8, "{members}");
    let config = ground.signed_in("owner").get("/api/{server}/config").await.is(200).json();
    assert_eq!(config["member_count"], members);
    let of_member = ground.signed_in("member").get("/api/servers").await.is(200).json()["servers"][0].clone();
    assert!(of_member["member_count"].is_u64() && of_member.get("currency_totals").is_none(), "{of_member}");

    let status = ground.signed_in("member").get("/api/status").await.is(200).json();
    assert_eq!((&status["online"], &status["servers"], &status["success"]), (&json!(true), &json!(2), &json!(true)));
    ground.world.pass(Duration::from_secs(90)).await;
    let later = ground.nobody().get("/api/status").await.is(200).json();
    assert!(later["uptime_seconds"].as_u64() >= Some(90) && later.get("servers").is_none(), "{later}");
    ground.end().await;
}

#[tokio::test]
async fn the_cookie_says_who_it_is_and_counts_for_a_day() {
    covers!("S-SEC-01", "S-SEC-02");
    let ground = WebWorld::start().await;
    let cookie = ground.signed_in("ann").cookie("access").unwrap();
    let payload = BASE64_URL_SAFE_NO_PAD.decode(cookie.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&payload).unwrap();
    assert_eq!((&claims["username"], &claims["discriminator"]), (&json!("ann"), &json!("0")));
    assert_eq!(claims["userId"], ground.world.user("ann").to_string());
    assert_eq!(claims["guilds"], json!([ground.here().to_string()]));
    assert!(claims.get("avatar").is_some());
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 86_400);
    ground.end().await;
}

#[tokio::test]
async fn until_the_servers_are_named_nobody_is_told_that_they_are_not_there() {
    let mut ground = WebWorld::start().await;
    ground.restart_before_the_gateway().await;
    let (owner, program) = (ground.signed_in("owner"), ground.token("owner", &[Scope::Read]));
    for path in [
        "/api/{server}/queue",
        "/api/servers",
        "/api/stream",
        "/api/stream?guilds={server}",
        "/live?hint=coins.changed.{server}",
        "/live?region=desk.now.{server}",
    ] {
        for person in [&owner, &program] {
            let answer = person.get(path).await.is(503);
            assert_eq!(answer.code().as_deref(), Some("discord_unavailable"), "{path}");
            assert_eq!(answer.header("retry-after"), "5", "{path}");
        }
    }
    assert!(owner.get("/g/{server}").await.is(503).seen().contains("Please try again soon."));
    ground.restart(&[]).await;
    ground.signed_in("owner").get("/api/{server}/queue").await.is(200);
    ground.end().await;
}
