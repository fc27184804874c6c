//! Members, the ledger, handles, the live and the palette, through the front door; and what the samples of their routes need.

use std::time::Duration;

use greenroom::features::coins::model::Currency;
use greenroom::features::coins::queries::entries;
use greenroom::features::coins::service::Order;
use greenroom::features::engagement::queries::open_session;
use greenroom::features::handles::queries::linked_handles;
use greenroom::features::tiktok::service::follow;
use greenroom::flows::{coins_by_hand, handle_links, live_events};
use greenroom::kernel::actor::Actor;
use greenroom::kernel::amount::Amount;
use greenroom::live::{Handle, LiveEvent, Occurrence};
use reqwest::Method;
use serde_json::{Value, json};

use super::WebWorld;
use crate::reading::link;

/// What is there for the samples of one request.
pub struct OfPeople {
    /// An entry of Luxury Coins that can be undone.
    pub entry: String,
    /// A session of a live.
    pub session: String,
    /// A change of a link that can be undone.
    pub link_change: String,
}

impl WebWorld {
    /// A member has coins and the one handle `own.` with the number of a song, and their server follows `night.owl`, whose
    /// session is open.
    pub fn people_of_samples(&self, member: &str, song: &str) -> OfPeople {
        let guild = if member == "landlady" { self.other() } else { self.here() };
        let (user, actor) = (self.world.user(member), Actor::System);
        let (own, host) = (Handle::parse(&format!("own.{song}")).unwrap(), Handle::parse("night.owl").unwrap());
        let (entry, session, link_change) = self.write(move |tx| {
            follow(tx, guild, user, &host, true)?;
            if open_session(tx, guild)?.is_none() {
                live_events::run(tx, guild, &host, &[LiveEvent::new(tx.now(), Occurrence::Connected)])?;
            }
            for account in linked_handles(tx, guild, user)? {
                handle_links::admin_unlink(tx, guild, actor, user, &account.handle)?;
            }
            handle_links::admin_link(tx, guild, actor, user, &own)?;
            let link_change = handle_links::latest_change(tx, guild, user)?;
            let order = Order { currency: Currency::Luxury, user, reason: "won the quiz".to_owned(), actor };
            coins_by_hand::add(tx, guild, &order, Amount::of(5))?;
            Ok((entries::latest(tx, guild)?, open_session(tx, guild)?, link_change))
        });
        OfPeople {
            entry: entry.unwrap().to_string(),
            session: session.unwrap().0.to_string(),
            link_change: link_change.unwrap().to_string(),
        }
    }

    pub fn coins_of(&self, member: &str) -> i64 {
        let (guild, user) = (self.here(), self.world.user(member));
        let purse = |read: &dyn greenroom::store::Read| greenroom::features::coins::queries::purse(read, guild, user);
        self.world.app.bot.store.read_blocking("purse", purse).unwrap().luxury.get()
    }
}

#[tokio::test]
async fn an_administrator_gives_and_takes_coins_and_takes_that_back() {
    let ground = WebWorld::start().await;
    ground.world.member("ann").submits(&link(1), "First Light").await;
    let ann = ground.world.user("ann");
    let card = format!("/g/{{server}}/members/{ann}");
    let coins = format!("{card}/coins");
    let administrator = ground.signed_in("administrator");
    let given = [("act", "give"), ("amount", "1500"), ("reason", "won the quiz")];
    let answer = administrator.submit_on(&card, &coins, &given).await.is(303);
    assert_eq!((answer.location(), ground.coins_of("ann")), (ground.path(&card), 1_500));
    let page = administrator.get(&card).await.is(200);
    assert!(
        page.seen().contains("got 1,500 Luxury Coins and has 1,500 now") && page.seen().contains("won the quiz"),
        "{}",
        page.seen()
    );

    let undo = page.form(&ground.path("/g/{server}/ledger/1/undo")).expect("the notice has its undo");
    administrator.fill_in(&undo, &[]).await.is(303);
    assert_eq!(ground.coins_of("ann"), 0);
    let again =
        administrator.json(Method::POST, "/api/{server}/ledger/1/undo", &json!({ "reason": "again" })).await.is(409);
    assert_eq!(again.code().as_deref(), Some("coins.already_undone"));
    let nothing =
        administrator.submit_on(&card, &coins, &[("act", "take"), ("amount", "5"), ("reason", "x")]).await.is(409);
    assert!(nothing.seen().contains("the balance is 0"), "{}", nothing.seen());
    ground.end().await;
}

#[tokio::test]
async fn an_amount_that_may_be_a_slip_is_asked_about_once_and_told_with_what_there_is_then() {
    let ground = WebWorld::start().await;
    let ann = ground.world.user("ann");
    let card = format!("/g/{{server}}/members/{ann}");
    let coins = format!("{card}/coins");
    let administrator = ground.signed_in("administrator");
    let usual = [("act", "give"), ("amount", "1000"), ("reason", "won the quiz")];
    administrator.submit_on(&card, &coins, &usual).await.is(303);
    let slip = [("act", "give"), ("amount", "50000"), ("reason", "won the quiz")];
    let asked = administrator.submit_on(&card, &coins, &slip).await.is(303).location();
    let asked = administrator.get(&asked).await.is(200);
    assert!(asked.seen().contains("That is 50 times what"), "{}", asked.seen());
    assert!(asked.seen().contains("has. Give 50,000 Luxury Coins?"), "{}", asked.seen());
    assert_eq!(ground.coins_of("ann"), 1_000, "nothing is done before the answer");
    let yes = asked.form(&ground.path(&coins)).expect("the question has its yes");
    // Whoever thinks about it for longer than a spent token counts is not asked again.
    ground.world.pass(Duration::from_secs(30)).await;
    administrator.fill_in(&yes, &[]).await.is(303);
    let told = administrator.get(&card).await.is(200).seen();
    assert!(told.contains("got 50,000 Luxury Coins and has 51,000 now"), "{told}");
    // What is wrong is said at once, and a program means what it says.
    let wrong = [("act", "give"), ("amount", "many"), ("reason", "won the quiz")];
    administrator.submit_on(&card, &coins, &wrong).await.is(422);
    let body = json!({ "act": "take", "amount": 5_000_000, "reason": "a mistake" });
    administrator.json(Method::POST, &format!("/api/{{server}}/members/{ann}/coins"), &body).await.is(200);
    assert_eq!(ground.coins_of("ann"), 0);
    ground.end().await;
}

#[tokio::test]
async fn a_slip_in_the_name_of_a_field_is_refused_and_nothing_is_guessed() {
    let ground = WebWorld::start().await;
    let ann = ground.world.user("ann");
    let coins = format!("/api/{{server}}/members/{ann}/coins");
    let administrator = ground.signed_in("administrator");
    for (body, field, told) in [
        (
            json!({ "action": "take", "amount": 10, "reason": "typo" }),
            "action",
            "There is no such field. There are these: act, amount and reason.",
        ),
        (json!({ "amount": 10, "reason": "quiz" }), "act", "It is missing."),
    ] {
        let refused = administrator.json(Method::POST, &coins, &body).await.is(422).json();
        assert_eq!(refused["error"]["details"]["fields"], json!({ (field): told }), "{body}");
    }
    assert_eq!(ground.coins_of("ann"), 0);
    let removal = json!({ "dryrun": true, "confirm": "Night Owl Reviews" });
    let owner = ground.signed_in("owner");
    let refused = owner.json(Method::POST, "/api/{server}/data/remove", &removal).await.is(422).json();
    assert!(refused["error"]["details"]["fields"].get("dryrun").is_some(), "{refused}");
    ground.end().await;
}

#[tokio::test]
async fn coins_need_an_amount_and_a_reason_and_the_right_to_give_them() {
    let ground = WebWorld::start().await;
    let ann = ground.world.user("ann");
    let coins = format!("/api/{{server}}/members/{ann}/coins");
    let administrator = ground.signed_in("administrator");
    for (body, field) in [
        (json!({ "act": "give", "amount": 5, "reason": " " }), "reason"),
        (json!({ "act": "give", "amount": 0, "reason": "quiz" }), "amount"),
        (json!({ "act": "give", "reason": "quiz" }), "amount"),
        (json!({ "act": "steal", "amount": 5, "reason": "quiz" }), "act"),
    ] {
        let refused = administrator.json(Method::POST, &coins, &body).await.is(422).json();
        assert!(refused["error"]["details"]["fields"].get(field).is_some(), "{refused}");
    }
    let viewer = ground.signed_in("viewer");
    let card = viewer.get(&format!("/g/{{server}}/members/{ann}")).await.is(200);
    assert!(card.form(&ground.path(&format!("/g/{{server}}/members/{ann}/coins"))).is_none());
    viewer.json(Method::POST, &coins, &json!({ "act": "give", "amount": 5, "reason": "me" })).await.is(403);
    assert_eq!(ground.coins_of("ann"), 0);
    ground.end().await;
}

#[tokio::test]
async fn the_same_form_sent_twice_gives_once() {
    let ground = WebWorld::start().await;
    let ann = ground.world.user("ann");
    let administrator = ground.signed_in("administrator");
    let card = format!("/g/{{server}}/members/{ann}");
    let page = administrator.get(&card).await.is(200);
    let form = page.form(&ground.path(&format!("{card}/coins"))).unwrap();
    for _ in 0..2 {
        administrator.fill_in(&form, &[("act", "give"), ("amount", "5"), ("reason", "quiz")]).await.is(303);
    }
    assert_eq!(ground.coins_of("ann"), 5);
    ground.end().await;
}

#[tokio::test]
async fn members_are_found_by_the_name_of_their_songs_and_sorted_by_what_they_have() {
    let ground = WebWorld::start().await;
    ground.world.member("ann").submits(&link(1), "First Light").await;
    ground.people_of_samples("ben", "123456");
    let viewer = ground.signed_in("viewer");
    let named = |answer: &Value| -> Vec<String> {
        let items = answer["items"].as_array().unwrap().iter();
        items.map(|member| member["user_id"].as_str().unwrap().to_owned()).collect()
    };
    let (ann, ben) = (ground.world.user("ann").to_string(), ground.world.user("ben").to_string());
    assert_eq!(named(&viewer.get("/api/{server}/members?sort=coins").await.is(200).json()), std::slice::from_ref(&ben));
    assert_eq!(named(&viewer.get("/api/{server}/members?q=ann").await.is(200).json()), std::slice::from_ref(&ann));
    assert_eq!(named(&viewer.get("/api/{server}/members?q=own.").await.is(200).json()), [ben]);
    let all = viewer.get("/api/{server}/members").await.is(200).json();
    assert!(named(&all).contains(&ann), "{all}");
    let page = viewer.get("/g/{server}/members?q=nobody").await.is(200);
    assert!(page.seen().contains("Nobody was found."), "{}", page.seen());
    ground.end().await;
}

#[tokio::test]
async fn the_ledger_is_filtered_in_the_address_and_comes_as_a_file() {
    let ground = WebWorld::start().await;
    let OfPeople { entry, .. } = ground.people_of_samples("ben", "123456");
    ground.people_of_samples("ann", "654321");
    let viewer = ground.signed_in("viewer");
    let ben = ground.world.user("ben");
    let of_ben = viewer.get(&format!("/api/{{server}}/ledger?member={ben}")).await.is(200).json();
    assert_eq!(of_ben["items"].as_array().unwrap().len(), 1, "{of_ben}");
    assert_eq!(of_ben["totals"][0]["came"], 5, "{of_ben}");
    viewer.get("/api/{server}/ledger?kind=nonsense").await.is(422);
    let page = viewer.get("/g/{server}/ledger?kind=nonsense").await.is(422);
    assert!(page.seen().contains("There is no such kind of entry."), "{}", page.seen());
    let one = viewer.get(&format!("/g/{{server}}/ledger/{entry}")).await.is(200);
    assert!(one.seen().contains("won the quiz") && one.seen().contains("Greenroom itself"), "{}", one.seen());
    viewer.get("/g/{server}/ledger/999").await.is(404);

    viewer.get("/api/{server}/ledger/export").await.is(403);
    let admin = ground.signed_in("admin");
    let file = admin.get(&format!("/api/{{server}}/ledger/export?member={ben}")).await.is(200);
    assert!(file.header("content-type").starts_with("text/csv"), "{:?}", file.headers);
    let lines: Vec<String> = file.text().lines().map(str::to_owned).collect();
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines[0].starts_with("entry,guild,time") && lines[1].contains("won the quiz"), "{lines:?}");
    ground.end().await;
}

#[tokio::test]
async fn a_handle_is_linked_by_whom_the_server_trusts_and_freed_again() {
    let ground = WebWorld::start().await;
    let ann = ground.world.user("ann").to_string();
    let administrator = ground.signed_in("administrator");
    let link = [("handle", "@Ann.Live"), ("member", ann.as_str())];
    administrator.submit_on("/g/{server}/handles", "/g/{server}/handles/link", &link).await.is(303);
    let page = administrator.get("/g/{server}/handles?q=ann").await.is(200);
    assert!(page.seen().contains("@ann.live is linked to"), "{}", page.seen());
    let again = administrator
        .json(Method::POST, "/api/{server}/handles/link", &json!({ "handle": "ann.live", "member": ann }))
        .await;
    assert_eq!(again.is(409).code().as_deref(), Some("handles.already_theirs"));
    let form = page.form(&ground.path("/g/{server}/handles/free")).expect("each linked handle can be released");
    // Without script a page asks first, and holds everything that was sent.
    let open = format!("http://{}{}", ground.address, ground.path("/g/{server}/handles?q=ann"));
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("referer", open.as_str())];
    let sent = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&form.fields).finish();
    let asked = administrator.ask(Method::POST, &form.action, &headers, sent.into_bytes()).await.is(303).location();
    let asked = administrator.get(&asked).await.is(200);
    assert!(asked.seen().contains("Take @ann.live away from "), "{}", asked.seen());
    assert!(asked.form(&form.action).is_some_and(|yes| yes.fields.iter().all(|(name, _)| name != "ask")));
    // Whoever cancels finds the page as it was, and nothing in the form for another link.
    let text = asked.text();
    let cancel = text.split("href=\"").find(|part| part.contains(">Cancel</a>")).unwrap().split('"').next().unwrap();
    let back = administrator.get(&cancel.replace("&amp;", "&")).await.is(200);
    let linking = back.form(&ground.path("/g/{server}/handles/link")).unwrap();
    assert!(linking.fields.iter().all(|(name, value)| name != "handle" || value.is_empty()), "{linking:?}");
    let none = administrator.get("/api/{server}/handles?whose=free").await.is(200).json();
    assert_eq!(none["items"].as_array().map(Vec::len), Some(0), "nothing happened yet: {none}");
    administrator.fill_in(&form, &[]).await.is(303);
    let free = administrator.get("/api/{server}/handles?whose=free").await.is(200).json();
    assert_eq!(free["items"][0]["handle"], "ann.live", "{free}");
    let wrong = administrator
        .submit_on("/g/{server}/handles", "/g/{server}/handles/link", &[("handle", "a b"), ("member", "x")])
        .await;
    assert!(wrong.is(422).text().contains("value=\"a b\""));
    ground.end().await;
}

#[tokio::test]
async fn a_handle_of_somebody_else_moves_only_after_a_yes_and_goes_back_at_once() {
    let ground = WebWorld::start().await;
    let (ann, ben) = (ground.world.user("ann").to_string(), ground.world.user("ben").to_string());
    let administrator = ground.signed_in("administrator");
    let link = json!({ "handle": "night.owl", "member": ann });
    administrator.json(Method::POST, "/api/{server}/handles/link", &link).await.is(200);
    let whose = async || {
        let found = administrator.get("/api/{server}/handles?q=night.owl").await.is(200).json();
        found["items"][0]["user_id"].as_str().map(str::to_owned)
    };
    let (page, action) = ("/g/{server}/handles", "/g/{server}/handles/link");
    let moves = [("handle", "@night.owl"), ("member", ben.as_str())];
    let asked = administrator.submit_on(page, action, &moves).await.is(303).location();
    let asked = administrator.get(&asked).await.is(200);
    assert!(
        asked.seen().contains("@night.owl is linked to ") && asked.seen().contains(" instead?"),
        "{}",
        asked.seen()
    );
    assert_eq!(whose().await.as_deref(), Some(ann.as_str()), "nothing moved before the answer");
    let yes = asked.form(&ground.path(action)).expect("the question has its yes");
    let there = administrator.fill_in(&yes, &[]).await.is(303).location();
    assert_eq!(whose().await.as_deref(), Some(ben.as_str()));
    let told = administrator.get(&there).await.is(200);
    assert!(told.seen().contains("@night.owl went from "), "{}", told.seen());
    let forms = super::html::forms(&told.text());
    let undo = forms.iter().find(|form| form.action.ends_with("/undo")).expect("it can be taken back");
    let back = administrator.fill_in(undo, &[]).await.is(303).location();
    assert_eq!(whose().await.as_deref(), Some(ann.as_str()));
    assert!(administrator.get(&back).await.is(200).seen().contains("@night.owl is linked to "));
    // What went elsewhere since stays where it is.
    administrator.fill_in(undo, &[("idempotency_key", "another")]).await.is(409);
    ground.end().await;
}

#[tokio::test]
async fn a_part_of_a_name_changes_nothing_and_offers_who_has_it() {
    let ground = WebWorld::start().await;
    ground.world.member("ann").submits(&link(1), "First Light").await;
    let administrator = ground.signed_in("administrator");
    let (page, action) = ("/g/{server}/handles", "/g/{server}/handles/link");
    for part in ["a", "an", "nn"] {
        let typed = [("handle", "night.owl"), ("member", part)];
        let unclear = administrator.submit_on(page, action, &typed).await.is(422);
        let form = unclear.form(&ground.path(action)).unwrap();
        assert!(form.fields.contains(&("member".to_owned(), String::new())), "nobody is chosen yet: {form:?}");
        let body = json!({ "handle": "night.owl", "member": part });
        let told = administrator.json(Method::POST, "/api/{server}/handles/link", &body).await.is(422).json();
        assert!(told["error"]["details"]["candidates"].as_array().is_some_and(|all| !all.is_empty()), "{told}");
    }
    let none = administrator.get("/api/{server}/handles?q=night.owl").await.is(200).json();
    assert_eq!(none["items"].as_array().map(Vec::len), Some(0), "{none}");
    administrator.submit_on(page, action, &[("handle", "night.owl"), ("member", "ann")]).await.is(303);
    ground.end().await;
}

#[tokio::test]
async fn whoever_does_not_mean_it_is_led_back_to_all_that_they_typed_and_no_page_on_the_way_was_sent() {
    let ground = WebWorld::start().await;
    let ann = ground.world.user("ann");
    let (card, coins) = (format!("/g/{{server}}/members/{ann}"), format!("/g/{{server}}/members/{ann}/coins"));
    let administrator = ground.signed_in("administrator");
    ground.world.member("ann").submits(&link(1), "First Light").await;
    let back = ground.path(&card);
    let slip = [("act", "give"), ("amount", "50000"), ("reason", "won <the> quiz"), ("back", back.as_str())];
    let question = administrator.submit_on(&card, &coins, &slip).await.is(303).location();
    assert!(question.starts_with("/sure?kept="), "{question}");
    let asked = administrator.get(&question).await.is(200);
    assert!(asked.text().contains("class=\"framed\"") && asked.seen().contains("Members"), "{}", asked.seen());
    let cancel =
        asked.text().split("<a class=\"button\" href=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    assert!(cancel.starts_with(&format!("{}?kept=", ground.path(&card))), "{cancel}");
    let again = administrator.get(&cancel).await.is(200);
    assert!(again.seen().contains("Nothing was changed."), "{}", again.seen());
    let form = again.form(&ground.path(&coins)).unwrap();
    for (field, value) in [("amount", "50000"), ("reason", "won <the> quiz")] {
        assert!(form.fields.contains(&(field.to_owned(), value.to_owned())), "{field}: {form:?}");
    }
    // Somebody else is asked nothing; whoever goes back to the question after a yes does it no second time.
    let other = ground.signed_in("owner").get(&question).await.is(200);
    assert!(!other.text().contains("50000") && !other.text().contains("won "), "{}", other.text());
    for _ in 0..2 {
        let yes = administrator.get(&question).await.is(200).form(&ground.path(&coins)).unwrap();
        administrator.fill_in(&yes, &[]).await.is(303);
    }
    assert_eq!(ground.coins_of("ann"), 50_000);
    ground.end().await;
}

#[tokio::test]
async fn the_address_of_a_form_that_is_opened_by_hand_leads_to_its_page() {
    let ground = WebWorld::start().await;
    let administrator = ground.signed_in("administrator");
    let ann = ground.world.user("ann");
    let card = format!("/g/{{server}}/members/{ann}");
    for (form, page) in [
        ("/g/{server}/handles/link", "/g/{server}/handles"),
        (format!("{card}/coins").as_str(), card.as_str()),
        ("/g/{server}/desk/next", "/g/{server}/desk"),
        ("/g/{server}/ledger/1/undo", "/g/{server}/ledger/1"),
    ] {
        let opened = administrator.ask(Method::GET, form, &[("accept", "text/html,*/*;q=0.8")], Vec::new()).await;
        assert_eq!(opened.is(303).location(), ground.path(page), "{form}");
        administrator.get(form).await.is(405);
    }
    ground.end().await;
}

#[tokio::test]
async fn a_live_is_followed_and_left_and_says_how_it_stands() {
    let ground = WebWorld::start().await;
    let administrator = ground.signed_in("administrator");
    let none = administrator.get("/api/{server}/live").await.is(200).json();
    assert_eq!(none["state"], "none");
    let follow = [("name", "@night.owl"), ("persistent", "true")];
    administrator.submit_on("/g/{server}/live", "/g/{server}/live/follow", &follow).await.is(303);
    let page = administrator.get("/g/{server}/live").await.is(200);
    assert!(page.seen().contains("@night.owl is followed."), "{}", page.seen());
    assert!(page.seen().contains("TikTok knows no live of this account."), "{}", page.seen());
    let other =
        administrator.json(Method::POST, "/api/{server}/live/follow", &json!({ "name": "somebody.else" })).await;
    assert_eq!(other.is(409).code().as_deref(), Some("tiktok.follows_another"));
    administrator.submit_on("/g/{server}/live", "/g/{server}/live/leave", &[]).await.is(303);
    assert_eq!(administrator.get("/api/{server}/live").await.is(200).json()["state"], "none");
    ground.end().await;
}

#[tokio::test]
async fn the_operator_follows_and_links_as_well() {
    let ground = WebWorld::start().await;
    let operator = ground.signed_in(super::ground::OPERATOR);
    operator.json(Method::POST, "/api/{server}/live/follow", &json!({ "name": "night.owl" })).await.is(200);
    let live = operator.get("/g/{server}/live").await.is(200);
    assert!(live.seen().contains("by the operator"), "{}", live.seen());
    let ann = ground.world.user("ann").to_string();
    operator
        .json(Method::POST, "/api/{server}/handles/link", &json!({ "handle": "ann.live", "member": ann }))
        .await
        .is(200);
    let coins = format!("/api/{{server}}/members/{ann}/coins");
    let given =
        operator.json(Method::POST, &coins, &json!({ "act": "give", "amount": 5, "reason": "quiz" })).await.is(200);
    assert_eq!(given.json()["actor"], "operator");
    operator.json(Method::POST, "/api/{server}/live/leave", &Value::Null).await.is(200);
    ground.end().await;
}

#[tokio::test]
async fn a_number_that_nobody_has_gets_a_page_that_says_so_and_no_form() {
    let ground = WebWorld::start().await;
    let administrator = ground.signed_in("administrator");
    let nobody = administrator.get("/g/{server}/members/1").await.is(200);
    assert!(nobody.seen().contains("Nobody of that number is known in this server."), "{}", nobody.seen());
    assert!(nobody.form(&ground.path("/g/{server}/members/1/coins")).is_none());
    // A member of whom nothing is stored has a card.
    let card = format!("/g/{{server}}/members/{}", ground.world.user("ben"));
    let ben = administrator.get(&card).await.is(200);
    assert!(ben.form(&ground.path(&format!("{card}/coins"))).is_some(), "{}", ben.seen());
    ground.end().await;
}

#[tokio::test]
async fn a_session_of_a_live_tells_what_it_came_to() {
    let ground = WebWorld::start().await;
    ground.world.live(Occurrence::Connected).await;
    ground.world.gift("ann.live", 500).await;
    let viewer = ground.signed_in("viewer");
    let sessions = viewer.get("/api/{server}/live/sessions").await.is(200).json();
    let number = sessions["items"][0]["session"].as_u64().unwrap();
    let report = viewer.get(&format!("/api/{{server}}/live/sessions/{number}")).await.is(200).json();
    assert_eq!((report["coins"].as_i64(), report["first"][0]["handle"].as_str()), (Some(500), Some("ann.live")));
    let page = viewer.get(&format!("/g/{{server}}/live/{number}")).await.is(200);
    assert!(page.seen().contains("@ann.live") && page.text().contains("Coins gifted"), "{}", page.seen());
    viewer.get("/g/{server}/live/999").await.is(404);
    ground.end().await;
}

#[tokio::test]
async fn the_palette_finds_pages_members_songs_entries_and_settings() {
    let ground = WebWorld::start().await;
    let song = ground.world.member("ann").submits(&link(1), "First Light").await;
    let OfPeople { entry, .. } = ground.people_of_samples("ben", "123456");
    let admin = ground.signed_in("admin");
    for (typed, kind) in [
        ("ledger", "page"),
        ("ann", "member"),
        ("first light", "song"),
        (entry.as_str(), "entry"),
        ("skip_price", "setting"),
    ] {
        let found = admin.get(&format!("/g/{{server}}/palette?q={typed}")).await.is(200).json();
        let items = found["items"].as_array().unwrap();
        assert!(items.iter().any(|item| item["kind"] == kind), "{typed}: {found}");
    }
    let found = admin.get("/g/{server}/palette?q=first").await.is(200).json();
    assert_eq!(found["items"][0]["href"], ground.path(&format!("/g/{{server}}/songs/{}", song.digits())), "{found}");
    assert_eq!(admin.get("/g/{server}/palette").await.is(200).json(), json!({ "items": [], "partial": false }));
    ground.end().await;
}

#[tokio::test]
async fn the_palette_of_the_operator_finds_pages_of_the_instance_and_servers_and_is_nobody_elses() {
    let ground = WebWorld::of_a_process().await;
    let operator = ground.signed_in(super::ground::OPERATOR);
    let found = operator.get("/instance/palette?q=backups").await.is(200).json();
    let backups = json!({ "href": "/instance/backups", "label": "Instance: Backups", "kind": "page" });
    assert_eq!(found, json!({ "items": [backups], "partial": false }));
    let found = operator.get("/instance/palette?q=night+owl").await.is(200).json();
    let server = json!({ "href": ground.path("/g/{server}"), "label": "Night Owl Reviews", "kind": "server" });
    assert_eq!(found, json!({ "items": [server], "partial": false }));
    assert_eq!(operator.get("/instance/palette").await.is(200).json(), json!({ "items": [], "partial": false }));
    ground.signed_in("owner").get("/instance/palette?q=backups").await.is(403);
    for page in ["/instance", "/", "/me/sessions"] {
        let of_operator = operator.get(page).await.is(200).text();
        assert!(of_operator.contains("data-palette=\"/instance/palette\""), "{page}: {of_operator}");
    }
    assert!(
        !ground.signed_in("ann").get("/me/sessions").await.is(200).text().contains("data-palette"),
        "it would lead nowhere"
    );
    ground.end().await;
}
