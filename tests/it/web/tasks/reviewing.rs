//! Proofs on the web: handed in, reviewed, taken back.

use greenroom::covers;
use greenroom::features::tasks::model::ClaimState;
use greenroom::features::tasks::settings::MODERATORS_REVIEW;
use greenroom::kernel::ids::UserId;
use greenroom::sim::FileSpec;
use reqwest::Method;
use serde_json::{Value, json};

use super::{LIST, one, review};
use crate::web::{WebWorld, html};

#[tokio::test]
async fn two_reviews_at_once_by_the_page_and_by_the_button_pay_once() {
    covers!("T-EDG-04");
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let id = ground.task_by(&admin, "Greet", 100, -1).await;
    ground.hands_in("ann", id, "done");
    ground.world.settle().await;
    let said = ground.world.said_in("general").await;
    let proof = said.iter().rev().find(|message| message.text().contains("Proof: Greet")).unwrap();
    let ann = ground.world.user("ann");
    let (path, body) = (review(id, ann), json!({ "decision": "accept" }));
    let moderator = ground.signed_in("moderator");
    let (by_page, _) =
        tokio::join!(moderator.json(Method::POST, &path, &body), ground.world.host().press(proof, "Accept"));
    assert!(matches!(by_page.status, 200 | 409), "{}", by_page.text());
    assert_eq!((ground.money_of("ann"), ground.claim_state("ann", id)), (100, Some(ClaimState::Accepted)));
    let late = moderator.json(Method::POST, &path, &body).await.is(409);
    assert_eq!(late.code().as_deref(), Some("tasks.reviewed"));
    assert!(late.text().contains("Nothing was done twice"), "{}", late.text());
    ground.world.settle().await;
    ground.end().await;
}

#[tokio::test]
async fn a_proof_of_somebody_who_left_can_be_rejected_and_not_accepted() {
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let id = ground.task_by(&admin, "Greet", 100, -1).await;
    ground.hands_in("ann", id, "done");
    ground.world.settle().await;
    let (ann, guild) = (ground.world.user("ann"), ground.world.ids.guild);
    let said = ground.world.said_in("general").await;
    let proof = said.iter().rev().find(|message| message.text().contains("Proof: Greet")).unwrap();
    ground.world.sim.remove_member(guild, ground.world.ids.members["ann"]).await.unwrap();
    let moderator = ground.signed_in("moderator");
    let (path, accept) = (review(id, ann), json!({ "decision": "accept" }));
    let refused = moderator.json(Method::POST, &path, &accept).await.is(409);
    assert_eq!(refused.code().as_deref(), Some("currency.not_here"));
    let pressed = ground.world.host().press(proof, "Accept").await.text();
    assert!(pressed.contains("is not in this server, so nothing can be given to them"), "{pressed}");
    let assigned = json!({ "member": ann.to_string() });
    admin.json(Method::POST, &format!("/api/{{server}}/tasks/{id}/assign"), &assigned).await.is(422);
    assert_eq!((ground.money_of("ann"), ground.claim_state("ann", id)), (0, Some(ClaimState::Submitted)));
    let reject = json!({ "decision": "reject", "reason": "they are gone" });
    moderator.json(Method::POST, &path, &reject).await.is(200);
    assert_eq!((ground.money_of("ann"), ground.claim_state("ann", id)), (0, Some(ClaimState::Rejected)));
    ground.world.settle().await;
    ground.end().await;
}

#[tokio::test]
async fn an_acceptance_on_the_desk_pays_leads_on_and_is_taken_back_with_its_reward() {
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let id = ground.task_by(&admin, "Greet", 100, -1).await;
    ground.hands_in("ann", id, "<b>first</b>");
    ground.hands_in("ben", id, "second");
    let moderator = ground.signed_in("moderator");
    let desk = moderator.get("/g/{server}/reviews").await.is(200);
    let told = desk.seen();
    assert!(told.contains("2 proofs waiting") && told.contains("<b>first</b>") && told.contains("1 of 2"), "{told}");
    let (ann, ben) = (ground.world.user("ann"), ground.world.user("ben"));
    let at = |user: UserId| ground.path(&format!("/g/{{server}}/reviews/{}/{user}", id.get()));
    let forms = html::forms(&desk.text());
    let form = |decision: &str| {
        let is_one = |form: &&html::Form| {
            form.action == at(ann) && form.fields.contains(&("decision".to_owned(), decision.to_owned()))
        };
        forms.iter().find(is_one).unwrap_or_else(|| panic!("there is a form to {decision}"))
    };
    let next = moderator.fill_in(form("accept"), &[]).await.is(303).location();
    assert_eq!(ground.money_of("ann"), 100);
    let told = moderator.get(&next).await.is(200);
    assert!(
        told.seen().contains("is accepted, and 100 coins are paid") && told.seen().contains("second"),
        "{}",
        told.seen()
    );
    let undo = html::forms(&told.text()).into_iter().find(|form| form.action.ends_with("/undo")).unwrap();
    let back = moderator.fill_in(&undo, &[]).await.is(303).location();
    assert_eq!((ground.money_of("ann"), ground.claim_state("ann", id)), (0, Some(ClaimState::Submitted)));
    let again = moderator.get(&back).await.is(200);
    assert!(html::forms(&again.text()).iter().any(|form| form.action == at(ann)), "the desk shows that proof again");
    assert!(!html::forms(&again.text()).iter().any(|form| form.action == at(ben)), "and nobody else's: {back}");
    let task = moderator.get(&format!("/g/{{server}}/tasks/{}", id.get())).await.is(200);
    assert!(task.seen().contains("Say hello to somebody who is new"), "{}", task.seen());
    let card = moderator.get(&format!("/g/{{server}}/members/{ann}")).await.is(200);
    assert!(card.seen().contains("Greet") && card.seen().contains("Claimed"), "{}", card.seen());
    ground.world.settle().await;
    let words = ground.world.member("ann").dms().await;
    assert!(words.iter().any(|word| word.contains("**100** coins that you got for it are taken back")), "{words:?}");

    // A rejection says why: by a ready reason, or by own words, which count before it.
    let path = review(id, ben);
    let refused = moderator.json(Method::POST, &path, &json!({ "decision": "reject", "reason": " " })).await.is(422);
    assert!(refused.json()["error"]["details"]["fields"]["reason"].is_string(), "{}", refused.text());
    let body = json!({ "decision": "ask_again", "reason": "Who were they?" });
    assert_eq!(moderator.json(Method::POST, &path, &body).await.is(200).json()["notes"], "Who were they?");
    ground.world.settle().await;
    assert!(ground.world.member("ben").dms().await.iter().any(|word| word.contains("Who were they?")));
    ground.end().await;
}

#[tokio::test]
async fn a_proof_that_somebody_else_reviewed_is_shown_as_such_and_not_swapped_for_the_next() {
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let id = ground.task_by(&admin, "Greet", 100, -1).await;
    ground.hands_in("ann", id, "first");
    ground.hands_in("ben", id, "second");
    let waiting = admin.get(&format!("{LIST}/submissions")).await.is(200).json();
    let claim = waiting["submissions"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(waiting["waiting"], 2, "{waiting}");
    let (desk, ann) = (format!("/g/{{server}}/reviews?at={claim}"), ground.world.user("ann"));
    let moderator = ground.signed_in("moderator");
    let page = moderator.get(&desk).await.is(200);
    let late = page.form(&ground.path(&format!("/g/{{server}}/reviews/{}/{ann}", id.get()))).unwrap();
    admin.json(Method::POST, &review(id, ann), &json!({ "decision": "accept" })).await.is(200);
    let page = moderator.get(&desk).await.is(200);
    assert!(page.seen().contains("This proof waits no more.") && page.seen().contains("first"), "{}", page.seen());
    assert!(page.form(&late.action).is_none(), "nothing more can be said of it");
    let refused = moderator.fill_in(&late, &[]).await.is(409);
    assert!(refused.seen().contains("This proof was reviewed already"), "{}", refused.seen());
    assert_eq!(ground.money_of("ann"), 100);
    ground.end().await;
}

#[tokio::test]
async fn nobody_reviews_their_own_proof_but_the_owner_and_whoever_lost_their_role_reviews_nothing() {
    covers!("T-PRM-05", "T-PRM-03");
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let id = ground.task_by(&admin, "Greet", 100, -1).await;
    for name in ["former", "moderator", "owner"] {
        ground.hands_in(name, id, "done");
    }
    let accept = json!({ "decision": "accept" });
    let own = |name: &str| review(id, ground.world.user(name));
    let moderator = ground.signed_in("moderator");
    let refused = moderator.json(Method::POST, &own("moderator"), &accept).await.is(403);
    assert_eq!(refused.code().as_deref(), Some("tasks.own_proof"));
    ground.signed_in("owner").json(Method::POST, &own("owner"), &accept).await.is(200);
    let former = ground.signed_in("former");
    former.json(Method::POST, &own("moderator"), &json!({ "decision": "ask_again", "reason": "who?" })).await.is(200);
    ground.demote("former").await;
    former.json(Method::POST, &own("moderator"), &accept).await.is(403);
    former.get("/g/{server}/reviews").await.is(403);
    former.get(&format!("{LIST}/submissions")).await.is(403);
    // A setting leaves moderators out.
    let guild = ground.here();
    ground.write(move |tx| MODERATORS_REVIEW.set(tx, guild, &false));
    moderator.json(Method::POST, &own("former"), &accept).await.is(403);
    moderator.get("/g/{server}/reviews").await.is(403);
    admin.json(Method::POST, &own("former"), &accept).await.is(200);
    assert_eq!(["former", "moderator", "owner"].map(|name| ground.money_of(name)), [100, 0, 100]);
    ground.end().await;
}

#[tokio::test]
async fn a_member_claims_hands_in_and_gives_up_on_their_own_page() {
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let id = ground.task_by(&admin, "Greet", 100, 1).await;
    let ann = ground.signed_in("ann");
    let at = |act: &str| format!("/me/{{server}}/tasks/{}/{act}", id.get());
    ann.submit_on("/me/{server}", &at("claim"), &[]).await.is(303);
    let page = ann.get("/me/{server}").await.is(200);
    assert!(page.seen().contains("Greet is yours") && page.seen().contains("in progress"), "{}", page.seen());
    let full = ground.signed_in("ben").json(Method::POST, &format!("{}/claim", one(id)), &Value::Null).await.is(409);
    assert_eq!(full.code().as_deref(), Some("tasks.full"));
    let refused = ann.submit_on("/me/{server}", &at("submit"), &[("text", " ")]).await.is(422);
    assert!(refused.seen().contains("A proof is needed"), "{}", refused.seen());
    ann.submit_on("/me/{server}", &at("submit"), &[("text", "I greeted <ben>")]).await.is(303);
    let page = ann.get("/me/{server}").await.is(200);
    assert!(page.seen().contains("I greeted <ben>"), "{}", page.seen());
    let mine = ann.get("/api/{server}/me/tasks").await.is(200).json();
    assert_eq!((&mine["claims"][0]["status"], &mine["open"]), (&json!("submitted"), &json!([])), "{mine}");
    ann.submit_on("/me/{server}", &at("abandon"), &[]).await.is(303);
    assert_eq!(ground.claim_state("ann", id), Some(ClaimState::Abandoned));
    ground.signed_in("ben").json(Method::POST, &format!("{}/claim", one(id)), &Value::Null).await.is(200);
    ground.end().await;
}

#[tokio::test]
async fn a_picture_of_a_proof_is_seen_by_reviewers_at_our_own_address_and_is_what_its_bytes_are() {
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let id = ground.task_by(&admin, "Greet", 100, -1).await;
    let ann = ground.world.member("ann");
    let claim = ann.run_call(ann.call("claim").with("task_id", id.get())).await.text();
    assert!(claim.contains("is yours"), "{claim}");
    let picture = FileSpec::bytes("proof.png", "image/png", b"\x89PNG\r\n\x1a\n and so on");
    let call = ann.call("task_submit").with("task_id", id.get()).with("proof", "here").with_file("attachment", picture);
    ann.run_call(call).await;
    let moderator = ground.signed_in("moderator");
    let page = moderator.get("/g/{server}/reviews").await.is(200).text();
    let at =
        page.split("src=\"").find_map(|part| part.split('"').next().filter(|at| at.contains("/reviews/pictures/")));
    let at = at.unwrap_or_else(|| panic!("there is a picture: {page}"));
    let seen = moderator.get(at).await.is(200);
    assert_eq!(
        (seen.header("content-type").as_str(), seen.header("cache-control").as_str()),
        ("image/png", "private, no-store")
    );
    assert!(seen.header("content-security-policy").starts_with("sandbox"));
    assert!(seen.body.starts_with(b"\x89PNG"));
    ground.signed_in("ann").get(at).await.is(403);
    ground.signed_in("viewer").get(at).await.is(403);
    moderator.get(&format!("{at}9")).await.is(404);
    ground.end().await;
}

#[tokio::test]
async fn a_picture_that_somebody_handed_in_before_is_marked_with_who_and_changes_nothing() {
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let id = ground.task_by(&admin, "Greet", 100, -1).await;
    let hands_in = async |name: &'static str, pixel: u8| {
        let person = ground.world.member(name);
        person.run_call(person.call("claim").with("task_id", id.get())).await;
        let bytes = [b"\x89PNG\r\n\x1a\n".as_slice(), &[pixel]].concat();
        let picture = FileSpec::bytes(&format!("{name}.png"), "image/png", &bytes);
        let call = person.call("task_submit").with("task_id", id.get()).with("proof", "here");
        person.run_call(call.with_file("attachment", picture)).await;
    };
    hands_in("ann", 1).await;
    hands_in("ben", 2).await;
    hands_in("viewer", 1).await;
    let moderator = ground.signed_in("moderator");
    let waiting = admin.get(&format!("{LIST}/submissions")).await.is(200).json();
    let mut marked = Vec::new();
    for submission in waiting["submissions"].as_array().unwrap() {
        let claim = submission["id"].as_str().unwrap();
        let page = moderator.get(&format!("/g/{{server}}/reviews?at={claim}")).await.is(200).seen();
        marked.push(page.contains("The same file was handed in before") && page.contains("viewer.png, by"));
    }
    assert_eq!(marked, [false, false, true], "{waiting}");
    let viewer = ground.world.user("viewer");
    admin.json(Method::POST, &review(id, viewer), &json!({ "decision": "accept" })).await.is(200);
    assert_eq!(ground.money_of("viewer"), 100, "who decides is the reviewer");
    ground.end().await;
}
