//! What somebody typed is not lost when their session was over, or when it could not be done at that moment: they see it again,
//! and nothing of it is done without them.

use std::time::Duration;

use greenroom::signin::scope::Scope;
use greenroom::sim::Fault;
use reqwest::Method;

use super::ground::{OPERATOR, PASSWORD, WebWorld};
use super::html::Form;
use super::person::{Answer, Person};
use crate::patience::as_time_passes;

/// The page with the form of these tests, and where the form is sent.
const PAGE: &str = "/g/{server}/handles";
const ACTION: &str = "/g/{server}/handles/link";
/// Longer than a session opens pages.
const LATER: Duration = Duration::from_hours(25);

impl WebWorld {
    /// The form that links a handle, as it stands on its page.
    async fn link_form(&self, browser: &Person<'_>) -> Form {
        browser.get(PAGE).await.is(200).form(&self.path(ACTION)).unwrap()
    }

    /// Sends the form as a browser does, which says from which page.
    async fn links(&self, browser: &Person<'_>, form: &Form, handle: &str) -> Answer {
        let typed = [("handle", handle), ("member", "ann"), ("password", "hunter2")];
        let hidden = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let fields = hidden.filter(|(name, _)| !typed.iter().any(|(typed, _)| typed == name)).chain(typed);
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let page = format!("http://{}{}?q=a", self.address, self.path(PAGE));
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("referer", page.as_str())];
        browser.ask(Method::POST, &form.action, &headers, body.into_bytes()).await
    }

    /// The page behind a redirect to a door.
    fn next_of(location: &str) -> String {
        let (_, next) = location.split_once("?next=").unwrap_or_else(|| panic!("{location}"));
        url::form_urlencoded::parse(format!("next={next}").as_bytes()).next().unwrap().1.into_owned()
    }
}

#[tokio::test]
async fn a_form_that_came_after_its_session_is_seen_again_filled_in_and_done_only_when_it_is_sent() {
    let ground = WebWorld::start().await;
    let browser = ground.signed_in("administrator");
    let form = ground.link_form(&browser).await;
    ground.world.pass(LATER).await;
    let away = ground.links(&browser, &form, "@Ann.Live").await.is(303).location();
    assert!(away.starts_with("/api/auth/refresh?next="), "{away}");
    let back = browser.get(&away).await.is(303).location();
    assert!(back.starts_with(&ground.path("/g/{server}/handles?q=a&kept=")), "{back}");
    for _ in 0..2 {
        let shown = browser.get(&back).await.is(200);
        assert!(shown.seen().contains("Nothing of this was done when you sent it."), "{}", shown.seen());
        assert!(shown.text().contains("value=\"@Ann.Live\"") && !shown.text().contains("hunter2"), "{}", shown.text());
        assert!(!shown.seen().contains("is linked to"), "{}", shown.seen());
        // It is said at the form, and takes the focus: the page may be long.
        let (_, behind) =
            shown.text().split_once("Nothing of this was done").map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        let first = behind.split_once("<form ").unwrap().1.split('>').next().unwrap().to_owned();
        assert!(first.contains(&format!("action=\"{}\"", ground.path(ACTION))), "{first}");
        assert!(shown.text().contains("tabindex=\"-1\" autofocus"), "{}", shown.text());
    }
    let ann = ground.world.user("ann").to_string();
    let form = browser.get(&back).await.form(&ground.path(ACTION)).unwrap();
    for _ in 0..2 {
        browser.fill_in(&form, &[("member", &ann)]).await.is(303);
    }
    assert!(browser.get(PAGE).await.is(200).seen().contains("@ann.live is linked to"));
    // Whoever goes back to it sends the same wish again, and not another one.
    let again = browser.get(&back).await.form(&ground.path(ACTION)).unwrap();
    let key = |form: &Form| form.fields.iter().find(|(name, _)| name == "idempotency_key").cloned();
    assert_eq!(key(&again), key(&form));
    ground.end().await;
}

#[tokio::test]
async fn what_was_kept_for_one_person_is_seen_by_nobody_else_and_not_for_ever() {
    let ground = WebWorld::start().await;
    let browser = ground.signed_in("administrator");
    let form = ground.link_form(&browser).await;
    ground.world.pass(LATER).await;
    let away = ground.links(&browser, &form, "@Ann.Live").await.is(303).location();
    let back = browser.get(&away).await.is(303).location();
    assert!(browser.get(&back).await.is(200).text().contains("@Ann.Live"));
    let program = ground.token("administrator", &[Scope::Read, Scope::Economy]);
    for other in [&ground.signed_in("owner"), &ground.signed_in(OPERATOR), &program] {
        let seen = other.get(&back).await.is(200);
        assert!(!seen.text().contains("@Ann.Live"), "{}", seen.text());
    }
    let nobody = ground.nobody().get(&back).await.is(303);
    assert!(!nobody.text().contains("@Ann.Live"));
    ground.world.pass(Duration::from_mins(31)).await;
    assert!(!browser.get(&back).await.is(200).text().contains("@Ann.Live"), "it goes after a while");
    ground.end().await;
}

#[tokio::test]
async fn a_form_that_came_after_a_sign_out_waits_for_the_next_sign_in_of_that_browser() {
    let ground = WebWorld::start().await;
    let browser = ground.signed_in(OPERATOR);
    let form = ground.link_form(&browser).await;
    browser.post("/sign-out", &[("csrf", &browser.csrf().unwrap())]).await.is(303);
    let door = ground.links(&browser, &form, "@Ann.Live").await.is(303).location();
    assert!(door.starts_with("/sign-in?next="), "{door}");
    let sign_in = browser.get(&door).await.is(200).form("/sign-in").unwrap();
    let back = browser.fill_in(&sign_in, &[("username", OPERATOR), ("password", PASSWORD)]).await.is(303).location();
    assert_eq!(back, WebWorld::next_of(&door));
    assert!(browser.get(&back).await.is(200).text().contains("value=\"@Ann.Live\""));
    // Who is at the door although they are in is let on.
    assert!(browser.get(&door).await.is(200).seen().contains(&format!("You are signed in as {OPERATOR}")));
    ground.end().await;
}

#[tokio::test]
async fn a_place_keeps_a_few_forms_and_one_that_says_nothing_or_comes_from_elsewhere_is_not_kept() {
    let ground = WebWorld::start().await;
    let operator = ground.signed_in(OPERATOR);
    let form = ground.link_form(&operator).await;
    let nobody = ground.nobody();
    let mut pages = Vec::new();
    for number in 0..10 {
        pages.push(WebWorld::next_of(&ground.links(&nobody, &form, &format!("@h{number}")).await.is(303).location()));
    }
    operator.keep_cookie("kept", &nobody.cookie("kept").unwrap());
    for (number, page) in pages.iter().enumerate() {
        let is_kept = operator.get(page).await.is(200).text().contains(&format!("value=\"@h{number}\""));
        assert_eq!(is_kept, number >= 2, "{number}");
    }
    let nothing = nobody.post(ACTION, &[("csrf", "x"), ("idempotency_key", "y")]).await.is(303).location();
    assert_eq!(nothing, "/sign-in?next=%2F");
    let large = "x".repeat(64 * 1024);
    assert_eq!(nobody.post(ACTION, &[("handle", &large)]).await.is(303).location(), "/sign-in?next=%2F");
    let foreign = [("sec-fetch-site", "cross-site"), ("content-type", "application/x-www-form-urlencoded")];
    nobody.ask(Method::POST, ACTION, &foreign, b"handle=x&member=y".to_vec()).await.is(403);
    ground.end().await;
}

#[tokio::test]
async fn nobody_is_shown_a_form_that_somebody_else_filled_in_for_them() {
    let ground = WebWorld::start().await;
    let victim = ground.signed_in(OPERATOR);
    let form = ground.link_form(&victim).await;
    // Who is no browser says whatever a browser of ours would.
    for mallory in [ground.nobody(), ground.signed_in("member")] {
        ground.world.pass(LATER).await;
        let away = ground.links(&mallory, &form, "@mallory.live").await.is(303).location();
        let trap = WebWorld::next_of(&away);
        assert!(trap.contains("kept="), "{trap}");
        let seen = ground.signed_in(OPERATOR).get(&trap).await.is(200);
        assert!(!seen.text().contains("@mallory.live"), "{}", seen.seen());
        let with_another = ground.signed_in(OPERATOR);
        with_another.keep_cookie("kept", &"A".repeat(43));
        assert!(!with_another.get(&trap).await.is(200).text().contains("@mallory.live"));
    }
    ground.end().await;
}

#[tokio::test]
async fn a_form_that_could_not_be_looked_at_is_offered_again() {
    let ground = WebWorld::start().await;
    let browser = ground.signed_in("administrator");
    let form = ground.link_form(&browser).await;
    let silent = Fault { path: Some("/guilds/".into()), status: Some(503), times: u64::MAX, ..Fault::default() };
    ground.world.sim.faults(silent).await;
    let hand = ground.world.hand.clone();
    hand.advance(Duration::from_mins(2));
    let sent = ground.links(&browser, &form, "@Ann.Live");
    let page = as_time_passes(&hand, Duration::from_secs(1), sent).await.is(503);
    assert!(page.seen().contains("Nothing was changed."), "{}", page.seen());
    let again = super::html::tags(&page.text());
    let again =
        again.iter().find(|tag| tag.text == "Try again").and_then(|tag| tag.attribute("href")).unwrap().to_owned();
    ground.world.sim.clear_faults().await;
    assert!(browser.get(&again).await.is(200).text().contains("value=\"@Ann.Live\""), "{again}");
    ground.end().await;
}
