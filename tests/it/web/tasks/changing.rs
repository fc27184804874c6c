//! Tasks on the web: made, changed, posted, deleted.

use std::time::Duration;

use greenroom::covers;
use greenroom::features::tasks::model::TASK_POST;
use greenroom::features::tasks::queries;
use greenroom::flows::task_undone;
use greenroom::kernel::ids::{ChannelId, UserId};
use greenroom::posts::Sync;
use greenroom::sim::Fault;
use greenroom::store::Read;
use reqwest::Method;
use serde_json::{Value, json};

use super::{LIST, changes, one, sample_task};
use crate::patience::until_stored;
use crate::web::{WebWorld, html};

#[tokio::test]
async fn a_task_is_made_with_its_message_changed_taken_back_and_deleted_with_all_that_is_of_it() {
    covers!("T-API-09", "T-API-10", "T-API-11", "T-SYN-06", "T-SYN-09", "T-SYN-10", "T-SYN-14");
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let id = ground.task_by(&admin, "Greet <five>", 100, 5).await;
    let view = admin.get(&one(id)).await.is(200).json();
    assert_eq!((&view["success"], &view["sync_status"]), (&json!(true), &json!("synced")), "{view}");
    let posted = ground.world.said_in("general").await.pop().unwrap();
    assert_eq!(view["message_id"], posted.id().to_string(), "{view}");
    assert!(posted.text().contains("Claim Task"), "{}", posted.text());
    ground.hands_in("ann", id, "I greeted five.");
    ground.world.settle().await;
    let list = admin.get(&format!("{LIST}?status=active&category=general&search=GREET")).await.is(200).json();
    let listed = &list["tasks"][0];
    assert_eq!((&listed["current_claims"], &listed["claims"]["submitted"]), (&json!(1), &json!(1)), "{list}");
    assert_eq!(list["pagination"], json!({ "page": 1, "per_page": 50, "total": 1, "partial": false }));

    let changed = admin.json(Method::PUT, &one(id), &json!({ "reward": "1,250", "name": "Greet ten" })).await.is(200);
    assert!(ground.world.message(&posted).text().contains("1,250"), "the message follows");
    let change = changed.json()["change"].as_str().unwrap().to_owned();
    let page = admin.get(&format!("/g/{{server}}/tasks/{}", id.get())).await.is(200);
    assert!(page.seen().contains("Greet ten") && page.seen().contains("posted"), "{}", page.seen());
    let undo = ground.path(&format!("/g/{{server}}/tasks/changes/{change}/undo"));
    admin.fill_in(&page.form(&undo).expect("the history has its undo"), &[]).await.is(303);
    assert_eq!(admin.get(&one(id)).await.is(200).json()["name"], "Greet <five>");
    let again = format!("{LIST}/changes/{change}/undo");
    assert_eq!(
        admin.json(Method::POST, &again, &Value::Null).await.is(409).code().as_deref(),
        Some("tasks.cannot_undo")
    );

    let gone = admin.json(Method::DELETE, &one(id), &Value::Null).await.is(200).json();
    assert_eq!(gone["success"], true);
    assert_eq!(admin.get(&one(id)).await.is(404).code().as_deref(), Some("tasks.no_such_task"));
    ground.world.settle().await;
    assert!(ground.world.said_in("general").await.is_empty(), "task and proof are gone");
    let guild = ground.here();
    let (rows, ann) =
        (ground.world.read(move |read| queries::even_if_going(read, guild, id)), ground.claim_state("ann", id));
    assert_eq!((rows, ann), (None, None), "the rows go last");
    ground.end().await;
}

#[tokio::test]
async fn what_no_task_can_be_is_refused_field_by_field_and_a_form_keeps_what_was_typed() {
    covers!("T-ERR-05");
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let channel = ground.world.channel("general").to_string();
    let good = json!({
        "name": "Greet", "description": "Say hello", "reward": 5, "duration_hours": 24, "channel_id": channel,
    });
    for (field, value) in [
        ("name", json!("  ")),
        ("name", json!("x".repeat(91))),
        ("description", json!("")),
        ("reward", json!(-1)),
        ("reward", json!(0.5)),
        ("reward", json!(9_007_199_254_740_993_u64)),
        ("reward", json!("many")),
        ("duration_hours", json!(0)),
        ("duration_hours", json!(8_761)),
        ("max_claims", json!(0)),
        ("max_claims", json!(-2)),
        ("channel_id", json!("general")),
        ("channel_id", json!("5")),
        ("role_id", json!("5")),
        ("role_name", json!("nobody is called so")),
        ("status", json!("lost")),
        ("expires_at", json!("tomorrow")),
    ] {
        let mut body = good.clone();
        body[field] = value.clone();
        let refused = admin.json(Method::POST, LIST, &body).await;
        assert_eq!(refused.status, 422, "{field} {value}: {}", refused.text());
        assert!(refused.json()["error"]["details"]["fields"][field].is_string(), "{field} {value}: {}", refused.text());
    }
    let mut unknown = good.clone();
    unknown["category"] = json!("Nowhere");
    assert_eq!(admin.json(Method::POST, LIST, &unknown).await.code().as_deref(), Some("tasks.no_such_category"));
    let missing = admin.json(Method::POST, LIST, &json!({})).await.is(422).json();
    assert_eq!(missing["error"]["details"]["fields"].as_object().unwrap().len(), 4, "{missing}");
    for query in ["sort=nonsense", "status=lost", "page=0", "per_page=201"] {
        admin.get(&format!("{LIST}?{query}")).await.is(422);
    }
    assert_eq!(admin.get(LIST).await.is(200).json()["tasks"], json!([]), "nothing was made");

    let page = "/g/{server}/tasks/new";
    let typed = [("name", "Greet"), ("description", "Say hello"), ("reward", "much"), ("duration_hours", "24")];
    let refused = admin.submit_on(page, page, &typed).await.is(422);
    let form = refused.form(&ground.path(page)).unwrap();
    assert!(form.fields.contains(&("reward".to_owned(), "much".to_owned())), "{form:?}");
    let made = admin.fill_in(&form, &[("reward", "100"), ("channel_id", channel.as_str())]).await.is(303).location();
    assert!(admin.get(&made).await.is(200).seen().contains("The task Greet is made."));
    ground.end().await;
}

#[tokio::test]
async fn a_role_that_the_bot_cannot_give_is_refused_where_it_is_chosen() {
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let page = admin.get("/g/{server}/tasks/new").await.is(200);
    assert!(page.text().contains("#general"), "{}", page.seen());
    let id = ground.task_by(&admin, "Greet", 5, -1).await;
    let everyone = ground.here().to_string();
    for role in [everyone.as_str(), "77"] {
        let refused = admin.json(Method::PUT, &one(id), &json!({ "role_id": role })).await.is(422).json();
        assert!(refused["error"]["details"]["fields"]["role_id"].is_string(), "{refused}");
    }
    assert_eq!(admin.get(&one(id)).await.is(200).json()["role_id"], Value::Null);
    ground.end().await;
}

#[tokio::test]
async fn a_task_of_another_server_is_not_there() {
    covers!("S-PROP-03");
    let ground = WebWorld::start().await;
    let (other, channel) = (ground.other(), ChannelId::new(ground.there.channels["general"].get()));
    ground.write(move |tx| sample_task(tx, other, (channel, "Theirs"), UserId::new(1)).map(drop));
    let admin = ground.signed_in("admin");
    assert_eq!(admin.get(&format!("{LIST}/1")).await.is(404).code().as_deref(), Some("tasks.no_such_task"));
    admin.json(Method::PUT, &format!("{LIST}/1"), &json!({ "reward": 1 })).await.is(404);
    admin.json(Method::DELETE, &format!("{LIST}/1"), &Value::Null).await.is(404);
    admin.get("/g/{server}/tasks/1").await.is(404);
    assert_eq!(admin.get("/api/{other}/tasks/1").await.is(404).code().as_deref(), Some("not_found"));
    ground.end().await;
}

#[tokio::test]
async fn a_change_of_what_somebody_else_changed_since_is_stale_and_claims_make_nothing_stale() {
    let ground = WebWorld::start().await;
    let (admin, owner) = (ground.signed_in("admin"), ground.signed_in("owner"));
    let id = ground.task_by(&admin, "Greet", 100, -1).await;
    let seen = admin.get(&one(id)).await.is(200).header("etag");
    ground.hands_in("ann", id, "done");
    assert_ne!(admin.get(&one(id)).await.is(200).header("etag"), seen, "whoever looks sees the claim");
    let after = changes(&admin, id, &json!({ "reward": 110 }), &seen).await.is(200).header("etag");
    let stale = changes(&owner, id, &json!({ "reward": 120 }), &seen).await.is(412);
    assert_eq!(stale.code().as_deref(), Some("stale"));
    changes(&owner, id, &json!({ "reward": 120 }), &after).await.is(200);

    let page = format!("/g/{{server}}/tasks/{}", id.get());
    let old = admin.get(&page).await.is(200).form(&ground.path(&page)).expect("an admin may change it");
    owner.json(Method::PUT, &one(id), &json!({ "name": "Welcome" })).await.is(200);
    let refused = admin.fill_in(&old, &[("name", "Hello")]).await.is(412);
    assert!(refused.seen().contains("name: Welcome"), "{}", refused.seen());
    admin.fill_in(&refused.form(&ground.path(&page)).unwrap(), &[]).await.is(303);
    assert_eq!(admin.get(&one(id)).await.is(200).json()["name"], "Hello", "saving again is a decision");
    ground.end().await;
}

#[tokio::test]
async fn a_message_that_was_deleted_on_discord_is_told_and_posted_again() {
    covers!("T-SYN-08", "T-SYN-09");
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let id = ground.task_by(&admin, "Greet", 100, -1).await;
    let posted = ground.world.said_in("general").await.pop().unwrap();
    ground.world.sim.delete_message(posted.channel(), posted.id()).await.unwrap();
    let guild = ground.here();
    let is_orphaned = |read: &dyn Read| {
        let state = TASK_POST.state(read, guild, id.get())?;
        Ok(state.is_some_and(|post| post.sync == Sync::Orphaned))
    };
    until_stored(&ground.world.app.bot.store, "the deletion is taken in", is_orphaned).await;
    let view = admin.get(&one(id)).await.is(200).json();
    assert_eq!((&view["sync_status"], &view["message_id"]), (&json!("orphaned"), &Value::Null), "{view}");
    let page = format!("/g/{{server}}/tasks/{}", id.get());
    assert!(admin.get(&page).await.is(200).seen().contains("message deleted"));
    admin.submit_on(&page, &format!("{page}/repost"), &[]).await.is(303);
    assert_eq!(admin.get(&one(id)).await.is(200).json()["sync_status"], "synced");
    assert_eq!(ground.world.said_in("general").await.len(), 1);
    ground.end().await;
}

#[tokio::test]
async fn where_discord_takes_its_time_the_answer_is_202_and_says_what_is_to_come() {
    covers!("T-SYN-05");
    let ground = WebWorld::start().await;
    let path = format!("/channels/{}/messages", ground.world.channel("general"));
    let fault = Fault {
        method: Some("POST".into()),
        path: Some(path),
        status: Some(503),
        times: 1_000_000,
        ..Fault::default()
    };
    ground.world.sim.faults(fault).await;
    let admin = ground.signed_in("admin");
    let body = json!({
        "name": "Greet", "description": "Say hello", "reward": 5, "duration_hours": 24,
        "channel_id": ground.world.channel("general").to_string(),
    });
    let asks = admin.json(Method::POST, LIST, &body);
    let time_goes_by = async {
        loop {
            ground.world.hand.advance(Duration::from_millis(20));
            tokio::task::yield_now().await;
        }
    };
    let answer = tokio::select! { answer = asks => answer, () = time_goes_by => unreachable!() };
    let made = answer.is(202).json();
    assert_eq!((&made["sync_status"], &made["message_id"]), (&json!("pending_sync"), &Value::Null), "{made}");
    ground.world.sim.clear_faults().await;
    let comes = async {
        while admin.get(&format!("{LIST}/1")).await.is(200).json()["sync_status"] != "synced" {
            ground.world.pass(Duration::from_mins(20)).await;
        }
    };
    crate::patience::within("the message comes when Discord answers again", comes).await;
    ground.end().await;
}

#[tokio::test]
async fn categories_and_assignments_are_changed_and_taken_back() {
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let id = ground.task_by(&admin, "Greet", 100, -1).await;
    let added =
        admin.json(Method::POST, &format!("{LIST}/categories"), &json!({ "name": " Art " })).await.is(200).json();
    assert_eq!(added["categories"], json!(["General", "Art"]));
    admin.submit_on("/g/{server}/tasks", "/g/{server}/tasks/categories/remove", &[("name", "art")]).await.is(303);
    let told = admin.get("/g/{server}/tasks").await.is(200);
    let undo = html::forms(&told.text()).into_iter().find(|form| form.action.ends_with("/undo")).unwrap();
    admin.fill_in(&undo, &[]).await.is(303);
    assert_eq!(admin.get(&format!("{LIST}/categories")).await.is(200).json()["categories"], json!(["General", "Art"]));

    let page = format!("/g/{{server}}/tasks/{}", id.get());
    let ann = ground.world.user("ann").to_string();
    let assign = [("member", ann.as_str())];
    let answer =
        admin.json(Method::POST, &format!("{}/assign", one(id)), &json!({ "member": ann })).await.is(200).json();
    assert_eq!(answer["assigned_users"], json!([ann]), "{answer}");
    let twice = admin.json(Method::POST, &format!("{}/assign", one(id)), &json!({ "member": ann })).await.is(409);
    assert_eq!(twice.code().as_deref(), Some("tasks.assigned_already"));
    let form = admin.get(&page).await.is(200).form(&ground.path(&format!("{page}/assign"))).unwrap();
    assert!(form.fields.contains(&("remove".to_owned(), "true".to_owned())), "{form:?}");
    admin.fill_in(&form, &assign).await.is(303);
    assert_eq!(admin.get(&one(id)).await.is(200).json()["assigned_users"], json!([]));
    let statistics = admin.get(&format!("{LIST}/statistics")).await.is(200).json();
    assert_eq!((&statistics["active"], &statistics["waiting"]), (&json!(1), &json!(0)), "{statistics}");
    ground.end().await;
}

#[tokio::test]
async fn the_board_says_what_to_do_where_nothing_is_and_the_first_page_what_waits() {
    let ground = WebWorld::start().await;
    let (admin, viewer) = (ground.signed_in("admin"), ground.signed_in("viewer"));
    let empty = admin.get("/g/{server}/tasks").await.is(200).seen();
    assert!(empty.contains("No tasks yet.") && empty.contains("Make one"), "{empty}");
    assert!(!viewer.get("/g/{server}/tasks").await.is(200).seen().contains("Make one"));
    let id = ground.task_by(&admin, "Greet <b>", 0, 3).await;
    ground.hands_in("ann", id, "done");
    let board = viewer.get("/g/{server}/tasks").await.is(200).seen();
    for part in ["Open 1", "In review 1", "Greet <b>", "1 of 3", "nothing"] {
        assert!(board.contains(part), "{part}: {board}");
    }
    let home = ground.signed_in("moderator").get("/g/{server}").await.is(200);
    assert!(home.text().contains(&ground.path("href=\"/g/{server}/reviews\"")), "{}", home.seen());
    assert!(home.seen().contains("1 proof of a task waits for a review"), "{}", home.seen());
    let found = viewer.get("/g/{server}/palette?q=greet").await.is(200).json();
    assert!(found["items"].as_array().unwrap().iter().any(|item| item["kind"] == "task"), "{found}");
    assert!(viewer.get("/g/{server}/tasks?view=review").await.is(200).seen().contains("Greet"));
    viewer.get("/g/{server}/tasks/new").await.is(403);
    let undoable = ground.world.read({
        let guild = ground.here();
        move |read| task_undone::latest(read, guild, id)
    });
    assert_eq!(undoable, None, "what a member did is not taken back");
    ground.end().await;
}
