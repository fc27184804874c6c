//! Tasks on the web, through the front door: made, changed and deleted with their messages, claimed, proven and reviewed; and what the
//! samples of their routes need.

use greenroom::covers;
use greenroom::features::coins::model::Currency;
use greenroom::features::coins::queries as money;
use greenroom::features::tasks::activity::REJECTED;
use greenroom::features::tasks::claims::{self, HandedIn};
use greenroom::features::tasks::editing::TaskPatch;
use greenroom::features::tasks::model::{ClaimState, ProofFile, Reviewer, TaskId, TaskStatus};
use greenroom::features::tasks::queries::{self, Wanted};
use greenroom::features::tasks::service;
use greenroom::features::tasks::settings::MODERATORS_REVIEW;
use greenroom::flows::task_undone;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::error::Result;
use greenroom::kernel::ids::{AttachmentId, ChannelId, GuildId, MessageId, UserId};
use greenroom::sim::{Fault, FileSpec};
use greenroom::store::Tx;
use reqwest::Method;
use serde_json::{Value, json};

use super::WebWorld;
use super::person::{Answer, Person};

const LIST: &str = "/api/{server}/tasks";
/// Longer than any test takes.
const LONG: i64 = 8_760;

/// What is there for the samples of one request.
pub struct OfTasks {
    pub task: String,
    pub claimed_task: String,
    pub change: String,
    pub claim: String,
    pub category: String,
    pub channel: String,
}

impl WebWorld {
    /// Of this server: a task for which the member's proof waits, one that the owner has claimed, a proof that was rejected, and a
    /// category. The same ones, as long as nobody did something with them.
    pub fn tasks_of_samples(&self, member: &str) -> OfTasks {
        let is_here = member != "landlady";
        let guild = if is_here { self.here() } else { self.other() };
        let channel = if is_here { self.world.channel("general") } else { self.there.channels["general"] };
        let channel = ChannelId::new(channel.get());
        let (user, owner) = (self.world.user(member), self.world.user(if is_here { "owner" } else { "landlady" }));
        let category = "Samples".to_owned();
        let name = category.clone();
        let (task, claim, claimed_task, change) = self.write(move |tx| {
            if !queries::categories(tx, guild)?.contains(&name) {
                service::add_category(tx, guild, Actor::System, &name)?;
            }
            let task = sample_task(tx, guild, (channel, "Welcome five members"), user)?;
            let claim = handed_in(tx, guild, user, task)?;
            if owner != user {
                give_up(tx, guild, owner, task)?;
            }
            let claimed = sample_task(tx, guild, (channel, "Draw a banner"), owner)?;
            if state_of(tx, guild, owner, claimed)? != Some(ClaimState::InProgress) {
                give_up(tx, guild, owner, claimed)?;
                claims::claim(tx, guild, owner, claimed)?;
            }
            let rejected = sample_task(tx, guild, (channel, "Share a link"), user)?;
            Ok((task, claim, claimed, rejection(tx, guild, user, rejected)?))
        });
        OfTasks {
            task: task.to_string(),
            claimed_task: claimed_task.to_string(),
            change,
            claim,
            category,
            channel: channel.to_string(),
        }
    }

    /// Somebody makes a task in #general by the API; gives its number.
    async fn task_by(&self, person: &Person<'_>, name: &str, reward: i64, places: i64) -> TaskId {
        let body = json!({
            "name": name, "description": "Say hello to somebody who is new", "reward": reward, "duration_hours": 24,
            "max_claims": places, "channel_id": self.world.channel("general").to_string(),
        });
        let made = person.json(Method::POST, LIST, &body).await.is(200).json();
        made["id"].as_str().unwrap().parse().unwrap()
    }

    /// A member claims a task and hands in this, without a word of Discord's.
    fn hands_in(&self, name: &str, id: TaskId, text: &str) {
        let (guild, user, content) = (self.here(), self.world.user(name), text.to_owned());
        self.write(move |tx| {
            claims::claim(tx, guild, user, id)?;
            let handed_in = HandedIn { content: content.clone(), files: Vec::new() };
            claims::submit(tx, guild, user, id, &handed_in).map(drop)
        });
    }

    fn claim_state(&self, name: &str, id: TaskId) -> Option<ClaimState> {
        let (guild, user) = (self.here(), self.world.user(name));
        let found = self.world.read(move |read| queries::latest_claim(read, guild, user, id));
        found.map(|known| known.claim.state)
    }

    fn money_of(&self, name: &str) -> i64 {
        let (guild, user) = (self.here(), self.world.user(name));
        self.world.read(move |read| money::balance(read, guild, Currency::Server, user)).get()
    }
}

/// The open task of this name whose claim of a member was not accepted yet.
fn sample_task(tx: &Tx<'_>, guild: GuildId, (channel, name): (ChannelId, &str), user: UserId) -> Result<TaskId> {
    let wanted = Wanted { text: Some(name.to_owned()), limit: 50, ..Wanted::default() };
    for known in queries::tasks(tx, guild, TaskStatus::Active, &wanted)?.rows {
        let is_same = known.task.name == name && known.task.description == "A sample.";
        if is_same && state_of(tx, guild, user, known.id)? != Some(ClaimState::Accepted) {
            return Ok(known.id);
        }
    }
    let patch = TaskPatch {
        name: Some(name.to_owned()),
        description: Some("A sample.".to_owned()),
        reward: Some(100),
        duration_hours: Some(LONG),
        channel: Some(channel),
        ..TaskPatch::default()
    };
    Ok(service::create(tx, guild, Actor::System, &patch)?.id)
}

fn state_of(tx: &Tx<'_>, guild: GuildId, user: UserId, id: TaskId) -> Result<Option<ClaimState>> {
    Ok(queries::latest_claim(tx, guild, user, id)?.map(|known| known.claim.state))
}

fn give_up(tx: &Tx<'_>, guild: GuildId, user: UserId, id: TaskId) -> Result<()> {
    if state_of(tx, guild, user, id)?.is_some_and(ClaimState::is_open) {
        claims::abandon(tx, guild, Actor::System, user, id)?;
    }
    Ok(())
}

/// A proof of a member waits, with a picture that is gone; gives the number of the claim.
fn handed_in(tx: &Tx<'_>, guild: GuildId, user: UserId, id: TaskId) -> Result<String> {
    let state = state_of(tx, guild, user, id)?;
    if !state.is_some_and(ClaimState::is_open) {
        claims::claim(tx, guild, user, id)?;
    }
    if state != Some(ClaimState::Submitted) {
        let file = ProofFile {
            name: "proof.png".to_owned(),
            bytes: 5,
            channel: claims::require(tx, guild, id)?.task.channel,
            message: MessageId::new(7),
            attachment: AttachmentId::new(8),
            url: String::new(),
        };
        let handed_in = HandedIn { content: "I greeted five.".to_owned(), files: vec![file] };
        claims::submit(tx, guild, user, id, &handed_in)?;
    }
    let claim = queries::latest_claim(tx, guild, user, id)?;
    Ok(claim.map(|known| known.id.to_string()).unwrap_or_default())
}

/// A proof of a member was rejected, which can be taken back; gives the number of that.
fn rejection(tx: &Tx<'_>, guild: GuildId, user: UserId, id: TaskId) -> Result<String> {
    if state_of(tx, guild, user, id)? != Some(ClaimState::Rejected) {
        handed_in(tx, guild, user, id)?;
        let reviewer = Reviewer { by: Actor::System, is_owner: false };
        claims::reject(tx, guild, (user, id), &reviewer, "Only three are there.")?;
    }
    let about = greenroom::activity::Filter {
        kind: Some(REJECTED.name()),
        subject: Some(greenroom::activity::Subject::Task(id.get())),
        ..greenroom::activity::Filter::default()
    };
    let found = greenroom::activity::newest(tx, guild, &about, None, 1)?.rows;
    Ok(found.first().map(|(id, _)| id.to_string()).unwrap_or_default())
}

fn one(id: TaskId) -> String {
    format!("{LIST}/{}", id.get())
}

fn review(id: TaskId, user: UserId) -> String {
    format!("{}/submissions/{user}/review", one(id))
}

/// Changes a task that was seen as this.
async fn changes(person: &Person<'_>, id: TaskId, body: &Value, seen: &str) -> Answer {
    let token = person.csrf().unwrap();
    let headers = [("content-type", "application/json"), ("x-csrf-token", token.as_str()), ("if-match", seen)];
    person.ask(Method::PUT, &one(id), &headers, serde_json::to_vec(body).unwrap()).await
}

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
    let forms = super::html::forms(&desk.text());
    let form = |decision: &str| {
        let is_one = |form: &&super::html::Form| {
            form.action == at(ann) && form.fields.contains(&("decision".to_owned(), decision.to_owned()))
        };
        forms.iter().find(is_one).unwrap_or_else(|| panic!("there is a form to {decision}"))
    };
    let next = moderator.fill_in(form("accept"), &[]).await.is(303).location();
    assert_eq!(ground.money_of("ann"), 100);
    let told = moderator.get(&next).await.is(200);
    assert!(told.seen().contains("is accepted, and 100 are paid") && told.seen().contains("second"), "{}", told.seen());
    let undo = super::html::forms(&told.text()).into_iter().find(|form| form.action.ends_with("/undo")).unwrap();
    moderator.fill_in(&undo, &[]).await.is(303);
    assert_eq!((ground.money_of("ann"), ground.claim_state("ann", id)), (0, Some(ClaimState::Submitted)));

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
    covers!("T-PRM-05");
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
async fn a_message_that_was_deleted_on_discord_is_told_and_posted_again() {
    covers!("T-SYN-08", "T-SYN-09");
    let ground = WebWorld::start().await;
    let admin = ground.signed_in("admin");
    let id = ground.task_by(&admin, "Greet", 100, -1).await;
    let posted = ground.world.said_in("general").await.pop().unwrap();
    ground.world.sim.delete_message(posted.channel(), posted.id()).await.unwrap();
    ground.world.settle().await;
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
    let fault = Fault { method: Some("POST".into()), path: Some(path), status: Some(503), ..Fault::default() };
    ground.world.sim.faults(fault).await;
    let admin = ground.signed_in("admin");
    let body = json!({
        "name": "Greet", "description": "Say hello", "reward": 5, "duration_hours": 24,
        "channel_id": ground.world.channel("general").to_string(),
    });
    let asks = admin.json(Method::POST, LIST, &body);
    let time_goes_by = async {
        loop {
            ground.world.hand.advance(std::time::Duration::from_millis(20));
            tokio::task::yield_now().await;
        }
    };
    let answer = tokio::select! { answer = asks => answer, () = time_goes_by => unreachable!() };
    let made = answer.is(202).json();
    assert_eq!((&made["sync_status"], &made["message_id"]), (&json!("pending_sync"), &Value::Null), "{made}");
    ground.world.sim.clear_faults().await;
    ground.world.pass(std::time::Duration::from_mins(20)).await;
    assert_eq!(admin.get(&format!("{LIST}/1")).await.is(200).json()["sync_status"], "synced");
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
    moderator.get(&format!("{}9", at)).await.is(404);
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
    let undo = super::html::forms(&told.text()).into_iter().find(|form| form.action.ends_with("/undo")).unwrap();
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
