//! Settings on pages and over the API: what is changed there, by whom, what follows from it, and how it is taken back.

use greenroom::covers;
use greenroom::features::coins::settings::SKIP_PRICE;
use greenroom::settings::Setting;
use reqwest::Method;
use serde_json::{Value, json};

use super::ground::{OPERATOR, WebWorld};

fn counts<T: greenroom::settings::SettingValue>(ground: &WebWorld, setting: &'static Setting<T>) -> T {
    let guild = ground.here();
    ground.world.read(|read| setting.get(read, guild))
}

/// The value of a setting as the API gives it.
async fn value(ground: &WebWorld, key: &str) -> Value {
    let listed = ground.signed_in("owner").get("/api/{server}/settings").await.is(200).json();
    let settings = listed["settings"].as_array().unwrap().clone();
    settings.into_iter().find(|setting| setting["key"] == key).unwrap_or_else(|| panic!("no {key}"))["value"].clone()
}

#[tokio::test]
async fn a_form_changes_what_differs_and_says_so() {
    covers!("T-CFG-01", "T-ERR-06", "S-CFG-01");
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let done = admin.submit("/g/{server}/settings/economy", &[("skip_price", "800")]).await.is(303);
    assert_eq!(done.location(), ground.path("/g/{server}/settings/economy"));
    assert_eq!(counts(&ground, &SKIP_PRICE), 800);
    let page = admin.get("/g/{server}/settings/economy").await.is(200);
    assert!(page.seen().contains("Price of a Skip is 800 now."), "{}", page.seen());
    assert!(page.seen().contains("Price of a Skip 1000 → 800"), "{}", page.seen());

    let refused =
        admin.submit("/g/{server}/settings/economy", &[("skip_price", "many"), ("gift_rate", "3")]).await.is(422);
    assert!(refused.text().contains(r#"value="many""#) && refused.seen().contains("can be a whole number"));
    assert_eq!(value(&ground, "gift_rate").await, json!(2), "all of a form is saved, or none");
    ground.end().await;
}

#[tokio::test]
async fn what_follows_from_a_command_follows_from_a_page_as_well() {
    let ground = WebWorld::start().await;
    let administrator = ground.signed_in("administrator");
    let closed = json!({ "submissions_open": false });
    let told = administrator.json(Method::PATCH, "/api/{server}/settings", &closed).await.is(200).json();
    assert_eq!(told["changed"][0]["after"], "No");
    ground.world.settle().await;
    let said = ground.world.seen_in("submissions").await.join("\n");
    assert!(said.to_lowercase().contains("closed"), "{said}");

    let strange = json!({ "bookmark_channel_id": "799999999999999998" });
    let refused = administrator.json(Method::PATCH, "/api/{server}/settings", &strange).await.is(422).json();
    let why = refused["error"]["details"]["fields"]["bookmark_channel_id"].as_str().unwrap().to_owned();
    assert!(why.contains("none of the channels of this server"), "{why}");
    let bookmarks = ground.world.channel("bookmarks").to_string();
    let there = json!({ "bookmark_channel_id": bookmarks });
    administrator.json(Method::PATCH, "/api/{server}/settings", &there).await.is(200);
    assert_eq!(value(&ground, "bookmark_channel_id").await, json!(bookmarks));
    ground.end().await;
}

#[tokio::test]
async fn who_may_do_what_is_the_owners_to_say_and_what_a_command_of_administrators_does_is_theirs() {
    let ground = WebWorld::start().await;
    for (who, key, value, status) in [
        ("admin", "skip_price", json!("700"), 200),
        ("admin", "bookmark_channel_id", json!(ground.world.channel("bookmarks").to_string()), 422),
        ("admin", "admin_roles", json!([]), 422),
        ("administrator", "admin_roles", json!([]), 422),
        ("owner", "viewer_roles", json!([]), 200),
    ] {
        let change = json!({ (key): value });
        ground.signed_in(who).json(Method::PATCH, "/api/{server}/settings", &change).await.is(status);
    }
    ground.signed_in("moderator").get("/g/{server}/settings").await.is(403);
    ground.end().await;
}

#[tokio::test]
async fn a_change_is_taken_back_by_its_row_until_something_else_changed_it() {
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let change = async |price: u32| {
        let told = admin.json(Method::PATCH, "/api/{server}/settings", &json!({ "skip_price": price })).await.is(200);
        told.json()["changed"][0]["change"].as_str().unwrap().to_owned()
    };
    let (first, second) = (change(800).await, change(900).await);
    let undo = |id: &str| format!("/g/{{server}}/settings/economy/changes/{id}/undo");
    let page = admin.get("/g/{server}/settings/economy").await.is(200);
    assert!(page.form(&ground.path(&undo(&first))).is_none() && page.seen().contains("cannot be undone"));
    admin.submit_on("/g/{server}/settings/economy", &undo(&second), &[]).await.is(303);
    assert_eq!(counts(&ground, &SKIP_PRICE), 800);

    let address = format!("/api/{{server}}/settings/changes/{second}/undo");
    let refused = admin.json(Method::POST, &address, &Value::Null).await.is(409);
    assert_eq!(refused.code().as_deref(), Some("setting.changed_since"));
    let gone = admin.json(Method::POST, "/api/{server}/settings/changes/1/undo", &Value::Null).await.is(404);
    assert_eq!(gone.code().as_deref(), Some("setting.no_such_change"));
    ground.end().await;
}

#[tokio::test]
async fn what_one_form_changed_is_taken_back_at_once_but_for_what_was_changed_since() {
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let page = "/g/{server}/settings/economy";
    admin.submit(page, &[("skip_price", "800"), ("gift_rate", "3")]).await.is(303);
    assert!(admin.get(page).await.is(200).seen().contains("2 settings are changed."));
    let history = admin.get(page).await.is(200);
    let acts = super::html::forms(&history.text());
    let act = acts.into_iter().find(|form| form.action.contains("/settings/acts/")).expect("one way back for both");
    admin.fill_in(&act, &[]).await.is(303);
    assert_eq!(counts(&ground, &SKIP_PRICE), 1_000);

    admin.submit(page, &[("skip_price", "700"), ("gift_rate", "4")]).await.is(303);
    let told = admin.get(page).await.is(200);
    let acts = super::html::forms(&told.text());
    let act = acts.into_iter().find(|form| form.action.contains("/settings/acts/")).expect("one way back for both");
    let since = json!({ "gift_rate": 5 });
    ground.signed_in("administrator").json(Method::PATCH, "/api/{server}/settings", &since).await.is(200);
    let history = admin.get(page).await.is(200).seen();
    assert!(history.contains("Undo takes back 1 of 2; changed since, and left as it is:"), "{history}");
    let there = admin.fill_in(&act, &[]).await.is(303).location();
    assert_eq!(counts(&ground, &SKIP_PRICE), 1_000);
    let told = admin.get(&there).await.is(200).seen();
    assert!(told.contains("was changed since: it stays at"), "{told}");
    // Nothing is left of it that could be taken back.
    let refused = admin.fill_in(&act, &[("idempotency_key", "another")]).await;
    assert_eq!(refused.status, 409, "{}", refused.text());
    assert!(admin.get(page).await.is(200).text().contains("<summary>Compare</summary>"));
    ground.end().await;
}

#[tokio::test]
async fn what_everybody_may_see_is_no_part_of_what_a_form_of_settings_changed() {
    let ground = WebWorld::start().await;
    let owner = ground.signed_in("owner");
    let page = "/g/{server}/settings/economy";
    owner.submit(page, &[("skip_price", "800"), ("gift_rate", "3")]).await.is(303);
    owner.submit("/g/{server}/public", &[("name", "night-owl"), ("names", "full")]).await.is(303);
    let acts = super::html::forms(&owner.get(page).await.is(200).text());
    let act = acts.into_iter().find(|form| form.action.contains("/settings/acts/")).expect("one way back for both");
    owner.fill_in(&act, &[]).await.is(303);
    assert_eq!(counts(&ground, &SKIP_PRICE), 1_000);
    ground.nobody().get("/q/night-owl").await.is(200);
    ground.end().await;
}

#[tokio::test]
async fn two_people_at_one_form_do_not_take_each_others_changes_away() {
    let ground = WebWorld::start().await;
    let (admin, administrator) = (ground.signed_in("admin"), ground.signed_in("administrator"));
    let action = ground.path("/g/{server}/settings/economy");
    let old = admin.get(&action).await.is(200).form(&action).unwrap();
    let other = json!({ "skip_price": 800 });
    administrator.json(Method::PATCH, "/api/{server}/settings", &other).await.is(200);
    // Who left it alone changes something else, and it stays.
    admin.fill_in(&old, &[("gift_rate", "3")]).await.is(303);
    assert_eq!(counts(&ground, &SKIP_PRICE), 800);
    // Who changed it as well, from what they saw, is told.
    let late = json!({ "was.skip_price": "1000", "skip_price": 900 });
    let refused = admin.json(Method::PATCH, "/api/{server}/settings", &late).await.is(409);
    assert_eq!(refused.code().as_deref(), Some("setting.changed_meanwhile"));
    assert_eq!(counts(&ground, &SKIP_PRICE), 800);
    ground.end().await;
}

#[tokio::test]
async fn the_two_configurations_are_views_of_one() {
    covers!("T-API-46", "T-API-47", "S-API-05", "S-API-06");
    let ground = WebWorld::start().await;
    let owner = ground.signed_in("owner");
    let sent = json!({ "prefix": "?", "log_channel": ground.world.channel("staff").to_string(), "features": { "tasks": false } });
    owner.json(Method::PUT, "/api/{server}/config", &sent).await.is(200);
    let community = owner.get("/api/guilds/{server}/config").await.is(200).json();
    assert_eq!(community["prefix"], "?");
    assert_eq!(community["log_channel_id"], ground.world.channel("staff").to_string());
    assert_eq!((&community["xp_multiplier"], &community["automod_caps_threshold"]), (&json!(1.0), &json!(0.7)));

    let role = ground.world.ids.roles["viewer"].to_string();
    let changed = json!({ "mod_role_id": role, "xp_multiplier": 1.25 });
    owner.json(Method::PATCH, "/api/guilds/{server}/config", &changed).await.is(200);
    let tasks = owner.get("/api/{server}/config").await.is(200).json();
    assert_eq!(tasks["moderator_roles"][0], role);
    assert_eq!((&tasks["features"]["tasks"], &tasks["features"]["currency"]), (&json!(false), &json!(true)));
    assert_eq!((&tasks["server_name"], &tasks["success"]), (&json!("Night Owl Reviews"), &json!(true)));
    // What was given may be sent back as it is, also by whoever may not change all of it.
    ground.signed_in("admin").json(Method::PUT, "/api/{server}/config", &tasks).await.is(200);

    let unknown = owner.json(Method::PUT, "/api/{server}/config", &json!({ "prefx": "!" })).await.is(422).json();
    let why = unknown["error"]["details"]["fields"]["prefx"].as_str().unwrap().to_owned();
    assert!(why.contains("Did you mean “prefix”?"), "{why}");
    owner.json(Method::PATCH, "/api/guilds/{server}/config", &json!({ "xp_multiplier": 1.255 })).await.is(422);
    ground.end().await;
}

#[tokio::test]
async fn the_configuration_of_a_server_that_set_nothing_has_every_key_with_its_default() {
    covers!("T-CFG-02");
    let ground = WebWorld::start().await;
    let mut config = ground.signed_in(OPERATOR).get("/api/{other}/config").await.is(200).json();
    let of_server = |key: &str, config: &mut Value| config.as_object_mut().unwrap().remove(key).unwrap();
    assert_eq!(of_server("server_name", &mut config), "Day Lark Reviews");
    assert_eq!(of_server("owner_id", &mut config), ground.world.user("landlady").to_string());
    assert!(of_server("member_count", &mut config).as_u64() > Some(1));
    assert!(of_server("created_at", &mut config).as_str().unwrap().ends_with('Z'));
    assert_eq!(
        config,
        json!({
            "success": true,
            "prefix": "!",
            "currency_name": "coins",
            "currency_symbol": "$",
            "admin_roles": [],
            "moderator_roles": [],
            "log_channel": null,
            "welcome_channel": null,
            "features": { "currency": true, "tasks": true, "moderation": true },
            "icon_url": null,
            "task_channel_id": null,
            "global_shop": false,
            "global_tasks": false,
            "shop_channel_id": null,
        })
    );
    ground.end().await;
}

#[tokio::test]
async fn the_configuration_of_a_community_that_set_nothing_has_every_key_with_its_default() {
    covers!("S-DB-03");
    let ground = WebWorld::start().await;
    let operator = ground.signed_in(OPERATOR);
    let mut config = operator.get("/api/guilds/{other}/config").await.is(200).json();
    let mut of_server = |key: &str| config.as_object_mut().unwrap().remove(key).unwrap();
    assert!(of_server("guild_id").as_str().unwrap().bytes().all(|digit| digit.is_ascii_digit()));
    assert!(of_server("created_at").as_str().unwrap().ends_with('Z'));
    let before = of_server("updated_at");
    assert_eq!(
        config,
        json!({
            "prefix": "!",
            "log_channel_id": null,
            "mod_role_id": null,
            "automod_enabled": true,
            "automod_spam_enabled": true,
            "automod_caps_threshold": 0.7,
            "automod_links_enabled": false,
            "automod_badwords_patterns": [],
            "escalation_warn_threshold": 3,
            "escalation_timeout_threshold": 5,
            "escalation_kick_threshold": 7,
            "escalation_ban_threshold": 10,
            "warning_decay_days": 30,
            "xp_enabled": true,
            "xp_cooldown_seconds": 60,
            "xp_multiplier": 1.0,
        })
    );
    ground.world.hand.advance(std::time::Duration::from_secs(5));
    let changed = json!({ "warning_decay_days": 14, "created_at": "x", "updated_at": "x", "guild_id": "1" });
    operator.json(Method::PATCH, "/api/guilds/{other}/config", &changed).await.is(200);
    let after = operator.get("/api/guilds/{other}/config").await.is(200).json();
    assert_eq!(after["warning_decay_days"], 14);
    assert!(after["updated_at"].as_str().unwrap().ends_with('Z') && after["updated_at"] != before, "{after}");
    ground.end().await;
}

#[tokio::test]
async fn channels_and_roles_are_there_to_choose_from() {
    covers!("T-API-48");
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let channels = admin.get("/api/{server}/channels").await.is(200).json();
    assert!(channels["channels"].as_array().unwrap().iter().any(|channel| channel["name"] == "submissions"));
    let roles = admin.get("/api/{server}/roles").await.is(200).json();
    let names: Vec<&str> = roles["roles"].as_array().unwrap().iter().filter_map(|role| role["name"].as_str()).collect();
    assert!(names.contains(&"moderator") && !names.contains(&"@everyone"), "{names:?}");
    ground.end().await;
}

#[tokio::test]
async fn what_the_operator_sets_counts_where_a_server_has_nothing_of_its_own() {
    covers!("T-API-42", "T-API-43");
    let ground = WebWorld::start().await;
    let operator = ground.signed_in(OPERATOR);
    let body = json!({ "settings": { "skip_price": "1500" } });
    operator.json(Method::PUT, "/api/settings", &body).await.is(200);
    assert_eq!(value(&ground, "skip_price").await, json!(1500));
    let told = operator.get("/api/settings").await.is(200).json();
    assert_eq!(told["success"], true);
    ground
        .signed_in("admin")
        .json(Method::PATCH, "/api/{server}/settings", &json!({ "skip_price": 800 }))
        .await
        .is(200);
    let reset = json!({ "skip_price": null });
    ground.signed_in("admin").json(Method::PATCH, "/api/{server}/settings", &reset).await.is(200);
    assert_eq!(value(&ground, "skip_price").await, json!(1500));
    ground.end().await;
}

#[tokio::test]
async fn what_somebody_changes_is_in_the_audit_and_found_by_what_it_is_about() {
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    for change in [json!({ "skip_price": 800 }), json!({ "gift_rate": 3 })] {
        admin.json(Method::PATCH, "/api/{server}/settings", &change).await.is(200);
    }
    let found = admin.get("/api/{server}/audit?subject=skip_price").await.is(200).json();
    let entries = found["entries"].as_array().unwrap();
    assert_eq!(entries.len(), 1, "{found}");
    assert_eq!((&entries[0]["before"], &entries[0]["after"]), (&json!("1000"), &json!("800")));
    assert_eq!(entries[0]["actor"], ground.world.user("admin").to_string());
    let page = admin.get("/g/{server}/audit?kind=settings.changed").await.is(200).seen();
    assert!(page.contains("changed Price of a Skip from 1000 to 800."), "{page}");
    admin.get("/g/{server}/audit?after=nonsense").await.is(422);
    ground.end().await;
}

#[tokio::test]
async fn what_is_taken_back_is_told_where_it_was_done_with_a_way_back_of_its_own() {
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let area = "/g/{server}/settings/economy";
    admin.submit(area, &[("skip_price", "800")]).await.is(303);
    let overview = ground.path("/g/{server}/settings");
    admin.get(area).await.is(200);
    let page = admin.get(&overview).await.is(200);
    let undo = super::html::forms(&page.text()).into_iter().find(|form| form.action.ends_with("/undo")).unwrap();

    // The script sends it from the open page, and says from which.
    let fields = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&undo.fields).finish();
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("quiet", overview.as_str())];
    let done = admin.ask(Method::POST, &undo.action, &headers, fields.into_bytes()).await.is(303);
    assert_eq!(done.location(), overview, "it is looked at where it was done");
    // Another page to which the answer led is opened by itself: it takes nothing away from that.
    let led = admin.ask(Method::GET, &ground.path(area), &[("quiet", overview.as_str())], Vec::new()).await.is(200);
    assert!(!led.seen().contains("is 1000 now."), "{}", led.seen());
    let told = admin.get(&overview).await.is(200);
    assert!(told.seen().contains("Price of a Skip is 1000 now."), "{}", told.seen());
    let text = told.text();
    let notices = text.split("id=\"notices\"").nth(1).unwrap().split("class=\"head\"").next().unwrap();
    let back = super::html::forms(notices).into_iter().next().expect("the undo can be undone where it is told");
    admin.fill_in(&back, &[]).await.is(303);
    assert_eq!(counts(&ground, &SKIP_PRICE), 800);
    ground.end().await;
}

#[tokio::test]
async fn a_notice_of_settings_calls_channels_by_their_names() {
    let ground = WebWorld::start().await;
    let administrator = ground.signed_in("administrator");
    let area = "/g/{server}/settings/music";
    let bookmarks = ground.world.channel("bookmarks").to_string();
    administrator.submit(area, &[("bookmark_channel_id", &bookmarks)]).await.is(303);
    let told = administrator.get(area).await.is(200);
    let notice = told.text().split("id=\"notices\"").nth(1).unwrap().split("class=\"head\"").next().unwrap().to_owned();
    assert!(notice.contains("#bookmarks") && !notice.contains(&bookmarks), "{notice}");
    let api = administrator.get("/api/{server}/audit?kind=settings.changed").await.is(200).json();
    assert_eq!(api["entries"][0]["after"], bookmarks, "programs are told its number");
    ground.end().await;
}

#[tokio::test]
async fn roles_that_gave_rights_are_given_back_by_the_undo_beside_the_notice() {
    let ground = WebWorld::start().await;
    let owner = ground.signed_in("owner");
    let page = "/g/{server}/access";
    let (viewer, moderator) = (ground.world.ids.roles["viewer"], ground.world.ids.roles["moderator"]);
    let before = counts(&ground, &greenroom::access::VIEWER_ROLES);
    let both = [("viewer_roles", viewer.to_string()), ("viewer_roles", moderator.to_string())];
    let both: Vec<(&str, &str)> = both.iter().map(|(field, role)| (*field, role.as_str())).collect();
    owner.submit(page, &both).await.is(303);
    assert_ne!(counts(&ground, &greenroom::access::VIEWER_ROLES), before);
    let told = owner.get(page).await.is(200);
    assert!(told.seen().contains("Viewer Roles is") && told.seen().contains("@moderator"), "{}", told.seen());
    let text = told.text();
    let notices = text.split("id=\"notices\"").nth(1).unwrap().split("class=\"head\"").next().unwrap();
    let undo = super::html::forms(notices).into_iter().next().expect("there is a way back");
    assert_eq!(undo.fields.iter().filter(|(name, _)| name == "csrf").count(), 1);
    let open = format!("http://{}{}", ground.address, ground.path(page));
    let referer = [("content-type", "application/x-www-form-urlencoded"), ("referer", open.as_str())];
    let fields = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&undo.fields).finish();
    let back = owner.ask(Method::POST, &undo.action, &referer, fields.into_bytes()).await.is(303);
    assert_eq!(back.location(), ground.path(page), "to the page on which it was done, without script as well");
    assert_eq!(counts(&ground, &greenroom::access::VIEWER_ROLES), before);
    assert!(owner.get(page).await.is(200).seen().contains("Viewer Roles is"), "the undo is told, too");
    ground.end().await;
}
