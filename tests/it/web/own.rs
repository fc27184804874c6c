//! What is somebody's own: the way in from Discord, sessions and tokens, what they have and what is stored of them; and
//! that what cannot be taken back asks for a fresh proof.

use std::time::Duration;

use greenroom::covers;
use greenroom::features::coins::model::Currency;
use greenroom::features::coins::service::Order;
use greenroom::flows::coins_by_hand;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::amount::Amount;
use greenroom::signin::scope::Scope;
use greenroom::sim::CommandCall;
use reqwest::Method;
use serde_json::{Value, json};

use super::ground::{OPERATOR, PASSWORD, WebWorld};
use super::person::{Answer, Person};
use crate::reading::link;
use crate::world::World;

/// Longer than a proof counts.
const LATER: Duration = Duration::from_mins(11);

impl WebWorld {
    /// The link that somebody is given by `/dashboard`, behind the address of the web.
    pub async fn dashboard(&self, name: &str) -> String {
        let answer = self.world.member(name).run("dashboard").await;
        let text = answer.text();
        let (_, behind) = text.split_once(&format!("<http://{}", self.address)).unwrap_or_else(|| panic!("{text}"));
        behind.split_once('>').unwrap().0.to_owned()
    }
}

#[tokio::test]
async fn dashboard_gives_every_member_a_link_that_signs_them_in_once() {
    let ground = WebWorld::start().await;
    for (name, first) in
        [("ann", "/me"), ("host", "/g/{server}"), ("reviewer", "/g/{server}"), ("viewer", "/g/{server}")]
    {
        let link = ground.dashboard(name).await;
        let browser = ground.nobody();
        let page = browser.get(&link).await.is(200);
        assert!(page.seen().contains(&format!("This link is for {name}")), "{}", page.seen());
        let used = browser.fill_in(&page.form(&link).unwrap(), &[]).await.is(303);
        assert_eq!(used.location(), ground.path(first), "{name}");
        browser.get(first).await.is(200);
        assert!(browser.get("/").await.is(200).seen().contains("Night Owl Reviews"), "{name}");
        let again = ground.nobody().json(Method::POST, &format!("/api/auth/link{}", &link[3..]), &Value::Null).await;
        assert_eq!(again.code().as_deref(), Some("signin.link_gone"));
    }
    ground.end().await;
}

#[tokio::test]
async fn in_direct_messages_the_link_leads_to_ones_servers_and_a_new_one_takes_its_place() {
    let ground = WebWorld::start().await;
    let first = ground.dashboard("ann").await;
    let ann = ground.world.member("ann").id;
    let direct = ground.world.sim.direct_channel(ann).await;
    let name = "dashboard".to_owned();
    let call = CommandCall { guild: None, channel: Some(direct), user: ann, name, ..CommandCall::default() };
    let text = ground.world.member("ann").run_call(call).await.text();
    let second = format!("/in/{}", text.split_once("/in/").unwrap().1.split_once('>').unwrap().0);
    let old = ground.nobody().get(&first).await;
    assert!(old.seen().contains("does not work any more"), "{}", old.seen());
    let browser = ground.nobody();
    let page = browser.get(&second).await.is(200);
    assert_eq!(browser.fill_in(&page.form(&second).unwrap(), &[]).await.is(303).location(), "/");
    assert!(browser.get("/").await.is(200).seen().contains("Night Owl Reviews"));
    ground.end().await;
}

#[tokio::test]
async fn where_the_web_is_off_the_command_says_so() {
    let world = World::new().await;
    let answer = world.member("ann").run("dashboard").await;
    insta::assert_snapshot!(answer.text(), @"The web pages of this Greenroom are switched off. Whoever runs it can switch them on with `API_BIND`.");
    world.end().await;
}

#[tokio::test]
async fn the_operator_signs_in_by_a_password_and_a_program_goes_on_by_the_refresh() {
    covers!("T-API-01", "T-API-02", "T-AUT-01", "T-SEC-01", "S-API-04");
    let ground = WebWorld::start().await;
    let browser = ground.nobody();
    browser.get("/api/auth/me").await.is(401);
    let credentials = json!({ "username": OPERATOR, "password": PASSWORD });
    let signed_in = browser.json(Method::POST, "/api/auth/login", &credentials).await.is(200).json();
    let user = json!({ "id": OPERATOR, "username": OPERATOR, "role": "operator" });
    assert_eq!((&signed_in["user"], &signed_in["expires_in"]), (&user, &json!(86_400)));
    let access = signed_in["access_token"].as_str().unwrap();
    assert_eq!(browser.cookie("access").as_deref(), Some(access));
    let asks = async |access: &str| {
        let bearer = format!("Bearer {access}");
        let headers = [("authorization", bearer.as_str())];
        ground.nobody().ask(Method::GET, "/api/auth/me", &headers, Vec::new()).await.status
    };
    assert_eq!(asks(access).await, 200);
    let shown = json!({ "refresh_token": signed_in["refresh_token"] });
    let renewed = ground.nobody().json(Method::POST, "/api/auth/refresh", &shown).await.is(200).json();
    assert_eq!(renewed["user"], user);
    let access_token = |answer: &Value| answer["access_token"].as_str().unwrap().to_owned();
    assert_eq!((asks(&access_token(&renewed)).await, asks(access).await), (200, 401));
    // A proof ends the token that was shown for it.
    let bearer = format!("Bearer {}", access_token(&renewed));
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let proof = json!({ "password": PASSWORD }).to_string().into_bytes();
    let proven = ground.nobody().ask(Method::POST, "/api/auth/prove", &headers, proof).await.is(200).json();
    assert_eq!((asks(&access_token(&proven)).await, asks(&access_token(&renewed)).await), (200, 401));
    ground.end().await;
}

#[tokio::test]
async fn a_page_whose_day_is_over_goes_on_by_itself_and_what_was_copied_does_not() {
    covers!("T-AUT-02", "T-ERR-04");
    let ground = WebWorld::start().await;
    let (browser, copy) = (ground.signed_in("ann"), ground.nobody());
    for name in ["access", "refresh"] {
        copy.keep_cookie(name, &browser.cookie(name).unwrap());
    }
    ground.world.pass(Duration::from_hours(25)).await;
    let away = browser.get("/me?a=b").await.is(303).location();
    assert_eq!(away, "/api/auth/refresh?next=%2Fme%3Fa%3Db");
    assert_eq!(browser.get(&away).await.is(303).location(), "/me?a=b");
    browser.get("/me?a=b").await.is(200);
    assert_eq!(browser.get(&away).await.is(303).location(), "/me?a=b", "another page of hers was late");
    // Within ten seconds a copy is a page that asked at the same time: it is led round once, and then to the door.
    let round = copy.get(&away).await.is(303).location();
    assert_eq!(round, "/api/auth/refresh?next=%2Fme%3Fa%3Db&again=1");
    assert_eq!(copy.get(&round).await.is(303).location(), "/sign-in?next=%2Fme%3Fa%3Db");
    browser.get("/me").await.is(200);
    ground.world.pass(Duration::from_secs(11)).await;
    assert_eq!(copy.get(&away).await.is(303).location(), "/sign-in?next=%2Fme%3Fa%3Db");
    let away = browser.get("/me").await.is(303).location();
    assert_eq!(browser.get(&away).await.is(303).location(), "/sign-in?next=%2Fme", "nobody knows who copied whom");
    assert_eq!((browser.cookie("access"), browser.cookie("refresh")), (None, None));
    for next in ["//evil.example", "https://evil.example", "/\\evil.example"] {
        let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let led = ground.signed_in("ann").get(&format!("/api/auth/refresh?next={next}")).await.is(303).location();
        assert_eq!(led, "/", "{next}");
    }
    ground.end().await;
}

/// What a page says when it asks for a proof.
async fn is_sent_to_prove(browser: &Person<'_>, answer: Answer, back: &str) -> String {
    let next: String = url::form_urlencoded::byte_serialize(back.as_bytes()).collect();
    assert_eq!((answer.status, answer.location()), (303, format!("/prove?next={next}")));
    let page = browser.get(&answer.location()).await.is(200);
    assert!(page.seen().contains("a fresh proof that it is you"), "{}", page.seen());
    answer.location()
}

#[tokio::test]
async fn what_cannot_be_taken_back_asks_for_the_password_and_the_session_gets_another_id() {
    let ground = WebWorld::start().await;
    let (browser, elsewhere) = (ground.signed_in(OPERATOR), ground.signed_in(OPERATOR));
    ground.world.pass(LATER).await;
    let refused = browser.json(Method::POST, "/api/auth/logout-everywhere", &Value::Null).await.is(403);
    assert_eq!(refused.code().as_deref(), Some("proof_needed"));
    let everywhere = browser.submit_on("/me/sessions", "/sign-out-everywhere", &[]).await;
    let prove = is_sent_to_prove(&browser, everywhere, "/me/sessions").await;
    let wrong = browser.submit_on(&prove, "/prove", &[("password", "not this one")]).await.is(303).location();
    let wrong = browser.get(&wrong).await.is(200);
    assert!(wrong.seen().contains("do not belong together"), "{}", wrong.seen());
    let form = wrong.form("/prove").unwrap();
    assert!(form.fields.contains(&("next".to_owned(), "/me/sessions".to_owned())), "{form:?}");
    let before = browser.cookie("access").unwrap();
    let proven = browser.submit_on(&prove, "/prove", &[("password", PASSWORD)]).await.is(303);
    assert_eq!(proven.location(), "/me/sessions");
    let after = browser.cookie("access").unwrap();
    assert_ne!(before, after);
    let holder = ground.nobody();
    holder.keep_cookie("access", &before);
    holder.get("/api/auth/me").await.is(401);
    let page = browser.get("/me/sessions").await.is(200);
    assert!(page.seen().contains("Now you can do what you wanted."), "{}", page.seen());
    let form = page.form("/sign-out-everywhere").unwrap();
    assert_eq!(browser.fill_in(&form, &[]).await.is(303).location(), "/me/sessions");
    elsewhere.get("/api/auth/me").await.is(401);
    browser.get("/api/auth/me").await.is(200);
    // What renews it goes on, under the new id.
    let holder = ground.nobody();
    holder.keep_cookie("refresh", &browser.cookie("refresh").unwrap());
    let renewed = holder.ask(Method::POST, "/api/auth/refresh", &[], Vec::new()).await.is(200);
    assert!(renewed.json()["access_token"].is_string());
    ground.end().await;
}

#[tokio::test]
async fn a_member_proves_it_by_a_link_of_their_own_and_by_nobody_elses() {
    let ground = WebWorld::start().await;
    let browser = ground.signed_in("ann");
    ground.world.pass(LATER).await;
    for (link, code) in [(ground.link_of("ben"), "signin.link_of_others"), ("nonsense".to_owned(), "signin.link_gone")]
    {
        let refused = browser.json(Method::POST, "/api/auth/prove", &json!({ "link": link })).await;
        assert_eq!(refused.code().as_deref(), Some(code));
    }
    let refused = browser.json(Method::POST, "/api/auth/prove", &json!({ "password": PASSWORD })).await.is(422);
    assert_eq!(refused.code().as_deref(), Some("auth.no_proof"));
    let link = format!("http://{}{}", ground.address, ground.dashboard("ann").await);
    let proven = browser.submit_on("/prove?next=/me", "/prove", &[("link", &link)]).await;
    assert_eq!((proven.status, proven.location().as_str()), (303, "/me"), "{}", proven.seen());
    let again = browser.submit_on("/prove", "/prove", &[("link", &link)]).await.is(303).location();
    let again = browser.get(&again).await.is(200);
    assert!(again.seen().contains("does not work any more"), "it is used up: {}", again.seen());
    ground.token("ann", &[Scope::Instance]).json(Method::POST, "/api/auth/prove", &json!({})).await.is(403);
    ground.end().await;
}

#[tokio::test]
async fn somebody_sees_where_they_are_signed_in_and_ends_one_of_it() {
    covers!("S-API-03");
    let ground = WebWorld::start().await;
    let (here, there, other) = (ground.signed_in("ann"), ground.signed_in("ann"), ground.signed_in("ben"));
    let listed = here.get("/api/auth/sessions").await.is(200).json();
    let sessions = listed["sessions"].as_array().unwrap();
    assert_eq!(sessions.len(), 2);
    let away = sessions.iter().find(|session| session["is_here"] == false).unwrap()["id"].as_str().unwrap();
    let refused = other.json(Method::DELETE, &format!("/api/auth/sessions/{away}"), &Value::Null).await.is(404);
    assert_eq!(refused.code().as_deref(), Some("signin.no_such_session"));
    let page = here.get("/me/sessions").await.is(200);
    let form = page.form(&format!("/me/sessions/{away}/end")).unwrap();
    assert_eq!(here.fill_in(&form, &[]).await.is(303).location(), "/me/sessions");
    there.get("/api/auth/me").await.is(401);
    let own = here.get("/api/auth/sessions").await.is(200).json()["sessions"][0]["id"].as_str().unwrap().to_owned();
    let ended = here.submit_on("/me/sessions", &format!("/me/sessions/{own}/end"), &[]).await.is(303);
    assert_eq!((ended.location().as_str(), here.cookie("access")), ("/sign-in", None));
    other.get("/api/auth/me").await.is(200);
    ground.end().await;
}

#[tokio::test]
async fn a_token_is_shown_once_does_what_it_is_for_and_opens_nothing_when_it_is_taken_away() {
    let ground = WebWorld::start().await;
    let ann = ground.signed_in("ann");
    let offered = ann.get("/me/sessions").await.is(200).text();
    for (scope, is_offered) in
        [("read", true), ("queue", true), ("settings", true), ("tasks", true), ("shop", true), ("words", false)]
    {
        assert_eq!(
            offered.contains(&format!("id=\"f-scopes-{scope}\"")),
            is_offered,
            "{scope}: offered where something asks for it"
        );
    }
    let fields = [("name", "my bot"), ("scopes", "read"), ("scopes", "queue"), ("days", "30")];
    assert_eq!(ann.submit_on("/me/sessions", "/me/tokens", &fields).await.is(303).location(), "/me/sessions");
    let page = ann.get("/me/sessions").await.is(200).text();
    let begin = page.find("gr_").expect("the token is shown");
    let token = page[begin..].chars().take(46).collect::<String>();
    assert!(!ann.get("/me/sessions").await.is(200).text().contains(&token), "it is shown once");
    let bearer = format!("Bearer {token}");
    let asks = async |path: &str| {
        ground.nobody().ask(Method::GET, path, &[("authorization", bearer.as_str())], Vec::new()).await.status
    };
    assert_eq!((asks("/api/auth/me").await, asks("/api/{server}/me").await), (200, 200));
    assert_eq!(
        (asks("/api/{server}/me/export").await, asks("/api/auth/tokens").await),
        (403, 403),
        "no scope for that"
    );
    let listed = ann.get("/api/auth/tokens").await.is(200).json();
    let number = listed["tokens"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(listed["tokens"][0]["scopes"], json!(["read", "queue"]));
    assert!(!listed.to_string().contains(&token));
    let path = format!("/api/auth/tokens/{number}");
    let refused = ground.signed_in("ben").json(Method::DELETE, &path, &Value::Null).await;
    assert_eq!(refused.code().as_deref(), Some("signin.no_such_token"));
    ann.submit_on("/me/sessions", &format!("/me/tokens/{number}/revoke"), &[]).await.is(303);
    assert_eq!(asks("/api/auth/me").await, 401);
    ground.end().await;
}

#[tokio::test]
async fn what_no_token_can_be_is_said_beside_the_field_and_one_beyond_servers_asks_for_a_proof() {
    let ground = WebWorld::start().await;
    let ann = ground.signed_in("ann");
    let made = async |body: Value| ann.json(Method::POST, "/api/auth/tokens", &body).await;
    let wrong = made(json!({ "name": "x", "scopes": ["reed"] })).await.is(422).json();
    insta::assert_snapshot!(wrong["error"]["details"]["fields"]["scopes"].as_str().unwrap(), @"A token cannot be for reed. Did you mean “read”?");
    let wrong = made(json!({ "name": "x", "scopes": ["read"], "servers": ["everywhere"] })).await.is(422).json();
    insta::assert_snapshot!(wrong["error"]["details"]["fields"]["servers"].as_str().unwrap(), @"A server is named by its number.");
    let nameless = made(json!({ "scopes": ["read"] })).await;
    assert_eq!(nameless.code().as_deref(), Some("signin.no_token_name"));
    let first = made(json!({ "name": "x", "scopes": ["read", "instance"] })).await.is(200).json();
    assert!(first["token"].as_str().unwrap().starts_with("gr_"));
    ground.world.pass(LATER).await;
    let late = made(json!({ "name": "x", "scopes": ["instance"] })).await.is(403);
    assert_eq!(late.code().as_deref(), Some("proof_needed"));
    made(json!({ "name": "x", "scopes": ["read"] })).await.is(200);
    // A token makes no other, however much it may.
    let program = ground.token("ann", &[Scope::Read, Scope::Instance]);
    let refused = program.json(Method::POST, "/api/auth/tokens", &json!({ "name": "y", "scopes": ["read"] })).await;
    assert_eq!((refused.status, refused.code().as_deref()), (403, Some("proof_needed")));
    ground.end().await;
}

#[tokio::test]
async fn a_repeat_of_making_a_token_makes_no_other_and_does_not_tell_it_again() {
    let ground = WebWorld::start().await;
    let ann = ground.signed_in("ann");
    let body = serde_json::to_vec(&json!({ "name": "x", "scopes": ["read"] })).unwrap();
    let mut answers = Vec::new();
    for _ in 0..2 {
        let csrf = ann.csrf().unwrap();
        let headers = [("content-type", "application/json"), ("x-csrf-token", &csrf), ("idempotency-key", "once")];
        answers.push(ann.ask(Method::POST, "/api/auth/tokens", &headers, body.clone()).await.is(200).json());
    }
    assert_eq!(answers[0]["made"]["id"], answers[1]["made"]["id"]);
    assert!(answers[0]["token"].is_string() && answers[1]["token"].is_null(), "{answers:?}");
    assert_eq!(ann.get("/api/auth/tokens").await.json()["tokens"].as_array().unwrap().len(), 1);
    ground.end().await;
}

/// Ann gets coins, and brings a song.
async fn ann_has_something(ground: &WebWorld) {
    let (guild, user) = (ground.here(), ground.world.user("ann"));
    ground.write(move |tx| {
        let order =
            Order { currency: Currency::Luxury, user, reason: "won the <b>quiz</b>".to_owned(), actor: Actor::System };
        coins_by_hand::add(tx, guild, &order, Amount::of(340)).map(drop)
    });
    ground.world.member("ann").submits(&link(1), "First Light").await;
}

#[tokio::test]
async fn a_member_sees_what_they_have_and_why_and_nobody_elses() {
    let ground = WebWorld::start().await;
    ann_has_something(&ground).await;
    let ann = ground.signed_in("ann");
    let me = ann.get("/me").await.is(200).seen();
    assert!(me.contains("Night Owl Reviews") && me.contains("Luxury Coins 340"), "{me}");
    let page = ann.get("/me/{server}").await.is(200);
    let seen = page.seen();
    for part in ["Why do I have 340 Luxury Coins?", "from an administrator: won the <b>quiz</b>", "+340", "First Light"]
    {
        assert!(seen.contains(part), "{part}: {seen}");
    }
    assert!(!page.text().contains("<b>quiz"), "what somebody wrote is text");
    let told = ann.get("/api/{server}/me").await.is(200).json();
    assert_eq!(
        (&told["luxury_coins"], &told["songs"][0]["title"], &told["entries"][0]["kind"]),
        (&json!(340), &json!("First Light"), &json!("admin_add"))
    );
    let ben = ground.signed_in("ben").get("/me/{server}").await.is(200).seen();
    assert!(!ben.contains("First Light") && ben.contains("Why do I have 0 Luxury Coins?"), "{ben}");
    let operator = ground.signed_in(OPERATOR);
    assert!(operator.get("/me").await.is(200).seen().contains("who is nobody on Discord"));
    operator.get("/api/{server}/me").await.is(404);
    ground.signed_in("elsewhere").get("/me/{server}").await.is(404);
    ground.end().await;
}

#[tokio::test]
async fn a_member_takes_all_that_is_stored_of_them_along() {
    let ground = WebWorld::start().await;
    ann_has_something(&ground).await;
    let export = ground.signed_in("ann").get("/api/{server}/me/export").await.is(200).json();
    let tables: Vec<&str> = export["tables"].as_object().unwrap().keys().map(String::as_str).collect();
    for table in ["coins.ledger", "coins.luxury_coins", "queue.songs"] {
        assert!(tables.contains(&table), "{table}: {tables:?}");
    }
    let ann = ground.world.user("ann").to_string();
    assert_eq!((&export["user"], &export["tables"]["queue.songs"][0]["user"]), (&json!(ann), &json!(ann)));
    let ben = ground.signed_in("ben").get("/api/{server}/me/export").await.is(200).text();
    assert!(!ben.contains(&ann) && !ben.contains("First Light"), "{ben}");
    ground.end().await;
}

#[tokio::test]
async fn a_member_erases_themselves_with_a_fresh_proof_and_the_name_of_the_server() {
    let ground = WebWorld::start().await;
    ann_has_something(&ground).await;
    let ann = ground.signed_in("ann");
    let named = json!({ "confirm": "Night Owl Reviews" });
    let wrong = ann.json(Method::POST, "/api/{server}/me/erase", &json!({ "confirm": "night owl" })).await.is(422);
    assert_eq!(wrong.code().as_deref(), Some("me.not_confirmed"));
    ground.world.pass(LATER).await;
    ann.json(Method::POST, "/api/{server}/me/erase", &named).await.is(403);
    let shown = ann.get("/me/{server}").await.is(200);
    assert!(shown.form(&ground.path("/me/{server}/erase")).is_none(), "first the proof");
    assert!(shown.seen().contains("First prove that it is you"));
    let back = ground.path("/me/{server}#data");
    let csrf = ann.csrf().unwrap();
    let fields = [("csrf", csrf.as_str()), ("confirm", "Night Owl Reviews"), ("back", &back)];
    let sent = ann.post("/me/{server}/erase", &fields).await;
    is_sent_to_prove(&ann, sent, &back).await;

    let fresh = ground.signed_in("ann");
    let fields = [("confirm", "Night Owl Reviews")];
    assert_eq!(fresh.submit_on("/me/{server}", "/me/{server}/erase", &fields).await.is(303).location(), "/me");
    let told = fresh.get("/api/{server}/me").await.is(200).json();
    assert_eq!((&told["luxury_coins"], &told["songs_total"]), (&json!(0), &json!(0)));
    ground.world.settle().await;
    ground.end().await;
}

#[tokio::test]
async fn the_owner_says_which_roles_may_what_and_it_counts_at_once() {
    covers!("T-SEC-04");
    let ground = WebWorld::start().await;
    let owner = ground.signed_in("owner");
    let page = owner.get("/g/{server}/access").await.is(200);
    assert!(page.seen().contains("moderator") && page.seen().contains("Reviewers"), "{}", page.seen());
    ground.signed_in("administrator").get("/g/{server}/access").await.is(403);
    let viewer = ground.signed_in("viewer");
    viewer.get("/g/{server}/access").await.is(403);
    let before = owner.get("/api/{server}/access/roles").await.is(200).json();
    let form = page.form(&ground.path("/g/{server}/access")).unwrap();
    let ticked: Vec<&str> =
        form.fields.iter().filter(|(name, _)| name == "viewer_roles").map(|(_, value)| value.as_str()).collect();
    assert_eq!(json!(ticked), before["viewer_roles"], "the page shows what counts");
    let moderator = before["moderator_roles"][0].as_str().unwrap();
    let saved = owner.fill_in(&form, &[("viewer_roles", moderator), ("admin_roles", "")]).await;
    assert_eq!(saved.status, 303, "{}", saved.seen());
    let after = owner.get("/api/{server}/access/roles").await.is(200).json();
    assert_eq!((&after["viewer_roles"], &after["admin_roles"]), (&json!([moderator]), &json!([])));
    assert_eq!(after["moderator_roles"], before["moderator_roles"]);
    let level = viewer.get("/api/servers").await.is(200).json()["servers"][0]["level"].clone();
    assert_eq!(level, "member", "{level}");
    let wrong = owner.json(Method::PUT, "/api/{server}/access/roles", &json!({ "admin_roles": ["all"] })).await.is(422);
    assert!(wrong.json()["error"]["details"]["fields"]["admin_roles"].is_string());
    ground.end().await;
}
