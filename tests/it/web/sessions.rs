//! Sessions, what renews them, and links that begin one: what is worth something, for whom, and how often.

use std::collections::BTreeSet;
use std::time::Duration;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use greenroom::kernel::actor::Actor;
use greenroom::kernel::secret::Secret;
use greenroom::signin::operator;
use greenroom::signin::scope::Scope;
use greenroom::web::settings::Operators;
use reqwest::Method;
use serde_json::Value;

use super::ground::{OPERATOR, PASSWORD, WebWorld};

#[tokio::test]
async fn a_session_that_somebody_planted_is_not_the_one_that_a_sign_in_begins() {
    let ground = WebWorld::start().await;
    let attacker = ground.signed_in("member");
    let planted = attacker.cookie("access").unwrap();
    let victim = ground.signed_in("member");
    victim.keep_cookie("access", &planted);
    let answer = victim.get("/sign-in").await;
    let form = answer.form("/sign-in").unwrap();
    assert_eq!(victim.fill_in(&form, &[("username", OPERATOR), ("password", PASSWORD)]).await.is(303).location(), "/");
    assert_ne!(victim.cookie("access").unwrap(), planted);
    assert_eq!(attacker.get("/api/auth/me").await.status, 401, "the planted session has ended");
    assert_eq!(victim.get("/api/auth/me").await.is(200).json()["user"]["id"], OPERATOR);
    ground.end().await;
}

/// Renews by a refresh alone, as whoever has copied it could.
async fn renewed(ground: &WebWorld, refresh: &str) -> (u16, Option<String>, Option<String>) {
    let holder = ground.nobody();
    holder.keep_cookie("refresh", refresh);
    let answer = holder.ask(Method::POST, "/api/auth/refresh", &[], Vec::new()).await;
    (answer.status, holder.cookie("access"), holder.cookie("refresh").filter(|given| given != refresh))
}

async fn is_in(ground: &WebWorld, access: &str) -> bool {
    let holder = ground.nobody();
    holder.keep_cookie("access", access);
    holder.get("/api/auth/me").await.status == 200
}

#[tokio::test]
async fn a_refresh_is_good_for_once_and_one_that_is_shown_again_ends_what_came_of_it() {
    let ground = WebWorld::start().await;
    let member = ground.signed_in("member");
    let (first_access, first) = (member.cookie("access").unwrap(), member.cookie("refresh").unwrap());
    let (status, access, second) = renewed(&ground, &first).await;
    assert_eq!(status, 200);
    let (access, second) = (access.unwrap(), second.unwrap());
    assert!(!is_in(&ground, &first_access).await && is_in(&ground, &access).await);
    // Within ten seconds it is a browser that asked twice.
    assert_eq!(renewed(&ground, &first).await.0, 403);
    assert!(is_in(&ground, &access).await);
    ground.world.pass(Duration::from_secs(11)).await;
    assert_eq!(renewed(&ground, &first).await.0, 403);
    assert!(!is_in(&ground, &access).await, "nobody knows who copied whom");
    assert_eq!(renewed(&ground, &second).await.0, 403);
    for nonsense in ["", "nonsense", &first[1..], &"A".repeat(43)] {
        assert_eq!(renewed(&ground, nonsense).await.0, 403, "{nonsense}");
    }
    ground.end().await;
}

#[tokio::test]
async fn after_signing_out_nothing_of_a_session_opens_anything() {
    let ground = WebWorld::start().await;
    let (here, there) = (ground.signed_in("member"), ground.signed_in("member"));
    let kept = [&here, &there].map(|browser| (browser.cookie("access").unwrap(), browser.cookie("refresh").unwrap()));
    here.json(Method::POST, "/api/auth/logout-everywhere", &Value::Null).await.is(200);
    assert!(!is_in(&ground, &kept[1].0).await && is_in(&ground, &kept[0].0).await);
    let answer = here.post("/sign-out", &[("csrf", &here.csrf().unwrap())]).await.is(303);
    assert_eq!((answer.location().as_str(), here.cookie("access"), here.cookie("refresh")), ("/sign-in", None, None));
    for (access, refresh) in &kept {
        assert!(!is_in(&ground, access).await);
        assert_eq!(renewed(&ground, refresh).await.0, 403);
    }
    ground.end().await;
}

#[tokio::test]
async fn a_cookie_that_is_changed_or_made_up_is_nobodys() {
    let ground = WebWorld::start().await;
    let access = ground.signed_in(OPERATOR).cookie("access").unwrap();
    let parts: Vec<&str> = access.split('.').collect();
    let none = "eyJhbGciOiJub25lIn0";
    let changed = [
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}.{}", parts[0], parts[1], "A".repeat(43)),
        format!("{access}A"),
        "..".to_owned(),
        "A".repeat(9_000),
    ];
    for cookie in changed {
        assert!(!is_in(&ground, &cookie).await, "{cookie}");
        let bearer = format!("Bearer {cookie}");
        let shown = [("authorization", bearer.as_str())];
        assert_eq!(ground.nobody().ask(Method::GET, "/api/auth/me", &shown, Vec::new()).await.status, 401);
    }
    assert!(is_in(&ground, &access).await);
    ground.end().await;
}

#[tokio::test]
async fn a_link_that_was_used_one_that_never_was_and_one_that_is_too_old_are_answered_alike() {
    let ground = WebWorld::start().await;
    let nobody = ground.nobody();
    let code = ground.link_of("ann");
    for _ in 0..3 {
        // Previews look at links, too.
        let page = nobody.get(&format!("/in/{code}")).await.is(200);
        assert!(page.seen().contains("ann") && page.header("set-cookie").is_empty(), "{}", page.seen());
    }
    let page = format!("/in/{code}");
    let used = nobody.submit_on(&page, &page, &[]).await.is(303);
    assert_eq!(used.location(), "/me");
    let old = ground.link_of("ben");
    ground.world.pass(Duration::from_mins(10)).await;
    let mut answers = BTreeSet::new();
    for code in [code, old, "nonsense".to_owned(), "A".repeat(43), "a%20b".to_owned()] {
        let stranger = ground.nobody();
        let looked = stranger.get(&format!("/in/{code}")).await;
        let used = stranger.json(Method::POST, &format!("/api/auth/link/{code}"), &Value::Null).await;
        assert_eq!(stranger.cookie("access"), None);
        answers.insert((looked.status, looked.seen(), used.status, used.code()));
    }
    assert_eq!(answers.len(), 1, "{answers:#?}");
    ground.end().await;
}

#[tokio::test]
async fn whoever_wants_no_single_keys_switches_them_off_and_on_again_and_the_theme_stays() {
    let ground = WebWorld::start().await;
    let viewer = ground.signed_in("viewer");
    let home = ground.path("/g/{server}");
    let csrf = viewer.csrf().unwrap();
    assert!(!viewer.get("/g/{server}").await.is(200).text().contains("data-keys"));
    let choose = [("csrf", csrf.as_str()), ("back", home.as_str()), ("theme", "dark")];
    viewer.post("/theme", &choose).await.is(303);
    for (word, is_off) in [("off", true), ("on", false)] {
        let csrf = viewer.csrf().unwrap();
        let choose = [("csrf", csrf.as_str()), ("back", home.as_str()), ("keys", word)];
        assert_eq!(viewer.post("/theme", &choose).await.is(303).location(), home);
        let page = viewer.get("/g/{server}").await.is(200).text();
        assert_eq!(page.contains("data-keys=\"off\""), is_off, "{word}");
        assert!(page.contains("data-theme=\"dark\""), "{word}");
        assert_eq!(page.contains("Switch single keys on"), is_off, "{word}");
    }
    ground.end().await;
}

#[tokio::test]
async fn an_operator_under_another_name_or_whose_way_is_switched_off_is_let_in_by_nothing() {
    let credentials = serde_json::json!({ "username": OPERATOR, "password": PASSWORD });
    for operators in [Operators::Named("boss".to_owned()), Operators::Nobody] {
        let ground = WebWorld::with(|settings| settings.operators = operators.clone()).await;
        let (session, program) = (ground.signed_in(OPERATOR), ground.token(OPERATOR, &[Scope::Read]));
        for person in [&session, &program] {
            person.get("/api/auth/me").await.is(401);
            person.get("/api/{server}/queue").await.is(401);
        }
        let link = format!("/in/{}", ground.link_of(OPERATOR));
        ground.nobody().get(&link).await.is(404);
        ground.nobody().json(Method::POST, &format!("/api/auth/link{}", &link[3..]), &Value::Null).await.is(404);
        ground.nobody().json(Method::POST, "/api/auth/login", &credentials).await.is(403);
        ground.signed_in("owner").get("/api/{server}/queue").await.is(200);
        ground.end().await;
    }
    let ground = WebWorld::with(|settings| settings.operators = Operators::Named(OPERATOR.to_owned())).await;
    ground.signed_in(OPERATOR).get("/api/{server}/queue").await.is(200);
    ground.nobody().json(Method::POST, "/api/auth/login", &credentials).await.is(200);
    ground.end().await;
}

#[tokio::test]
async fn a_password_that_was_hashed_in_another_way_is_hashed_anew_by_a_sign_in_that_ends_nothing() {
    let ground = WebWorld::start().await;
    let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(64, 1, 1, None).unwrap());
    let hash = weak.hash_password_with_salt(PASSWORD.as_bytes(), &[7; 16]).unwrap().to_string();
    let set = hash.clone();
    ground.write(move |tx| operator::set_password(tx, OPERATOR, &Secret::new(set.as_str()), Actor::Operator, None));
    let before = ground.signed_in(OPERATOR);
    let kept = || ground.world.read(|read| operator::of(read, OPERATOR)).unwrap().phc().expose().to_owned();
    let tries = async |password: &str| {
        let credentials = serde_json::json!({ "username": OPERATOR, "password": password });
        ground.nobody().json(Method::POST, "/api/auth/login", &credentials).await.status
    };
    assert_eq!((tries("a wrong one").await, kept()), (403, hash.clone()));
    assert_eq!(tries(PASSWORD).await, 200);
    assert!(kept().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", kept());
    assert_eq!(tries(PASSWORD).await, 200);
    before.get("/api/auth/me").await.is(200);
    ground.end().await;
}

#[tokio::test]
async fn a_refused_sign_in_leads_to_its_page_which_says_why_and_keeps_the_name_and_the_way() {
    let ground = WebWorld::start().await;
    let browser = ground.nobody();
    let typed = [("username", OPERATOR), ("password", "not this one"), ("next", "/me/sessions")];
    let refused = browser.post("/sign-in", &typed).await.is(303).location();
    for _ in 0..2 {
        let page = browser.get(&refused).await.is(200);
        assert!(page.seen().contains("do not belong together"), "{}", page.seen());
        assert!(!page.text().contains("not this one"), "{}", page.text());
        let form = page.form("/sign-in").unwrap();
        for (name, value) in [("username", OPERATOR), ("next", "/me/sessions")] {
            assert!(form.fields.contains(&(name.to_owned(), value.to_owned())), "{form:?}");
        }
    }
    let other = ground.nobody().get("/sign-in?again=nonsense").await.is(200);
    assert!(!other.seen().contains("do not belong together"), "{}", other.seen());
    ground.end().await;
}
