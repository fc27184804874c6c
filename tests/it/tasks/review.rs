//! Proofs and what reviewers do with them.

use greenroom::access::MODERATOR_ROLES;
use greenroom::covers;
use greenroom::features::tasks::model::{ClaimState, TaskStatus};
use greenroom::kernel::ids::RoleId;
use greenroom::settings::Changeable as _;
use greenroom::sim::{ComponentCall, FileSpec, OverwriteSpec, RoleSpec};

use super::{balance, can_be_pressed, claim, claims, fills_in, hands_in, hands_in_file, makes, message_with, task};
use crate::patience::LONG;
use crate::world::World;

fn picture() -> FileSpec {
    FileSpec::bytes("proof.png", "image/png", b"\x89PNG\r\n\x1a\n and so on")
}

#[tokio::test]
async fn a_proof_with_a_file_is_posted_accepted_and_paid() {
    covers!("T-TSK-12", "T-TSK-13", "T-TSK-14", "T-TSK-15", "T-TSK-16", "T-TSK-22", "T-TSK-23", "T-TSK-25", "T-HLP-15");
    let world = World::new().await;
    let id = makes(&world, "Greet", 1_250, 24, 1).await;
    let posted = message_with(&world, "Claim Task").await;
    let ann = world.member("ann");
    claims(ann, id).await;
    let answer = hands_in_file(ann, id, "I said hello @everyone", picture()).await;
    assert!(answer.contains("is handed in"), "{answer}");
    let kept = message_with(&world, "Handed in by").await;
    assert_eq!(kept.attachments().len(), 1);
    let proof = message_with(&world, "Proof: Greet").await;
    assert!(proof.text().contains("proof.png") && proof.text().contains("Waiting for a review"), "{}", proof.text());
    let pending = world.host().in_channel("staff").run("task-admin pending").await.text();
    assert!(pending.contains("Greet") && pending.contains(&proof.id().to_string()), "{pending}");
    let accepted = world.host().press(&proof, "Accept").await;
    assert!(accepted.is_ephemeral() && accepted.text().contains("gets **1,250** coins"), "{}", accepted.text());
    assert_eq!(balance(&world, "ann"), 1_250);
    assert_eq!(ann.dms().await, ["✅ Your proof for **Greet** was accepted. You get **1,250** coins."]);
    let done = world.message(&proof);
    assert!(done.text().contains("✅ Accepted by") && !can_be_pressed(&done, "Accept"), "{}", done.text());
    assert_eq!(task(&world, id).unwrap().status, TaskStatus::Completed, "it had one place");
    assert!(world.message(&posted).text().contains("Task 1 · done"));
    for message in world.said_in("general").await {
        let pinged = message.pinged();
        assert!(pinged.users.is_empty() && pinged.roles.is_empty() && !pinged.everyone, "{}", message.text());
    }
    world.end().await;
}

#[tokio::test]
async fn two_reviewers_at_once_pay_once() {
    covers!("T-EDG-04", "T-TSK-21");
    let world = World::new().await;
    let id = makes(&world, "Greet", 100, 24, -1).await;
    let ann = world.member("ann");
    claims(ann, id).await;
    hands_in(ann, id, "done").await;
    let proof = message_with(&world, "Proof: Greet").await;
    let mut pressed = Vec::new();
    for reviewer in [world.host(), world.member("owner")] {
        let call = ComponentCall {
            guild: Some(world.ids.guild),
            channel: Some(proof.channel()),
            user: reviewer.id,
            message: proof.id(),
            custom_id: proof.custom_id("Accept").unwrap(),
            ..ComponentCall::default()
        };
        pressed.push(world.sim.start_press(call).await.unwrap());
    }
    let mut told = Vec::new();
    for interaction in pressed {
        told.push(world.sim.outcome(interaction, LONG).await.unwrap().text());
    }
    told.sort_by_key(|text| !text.contains("Accepted:"));
    assert!(told[0].contains("gets **100** coins") && told[1].contains("was reviewed already by"), "{told:?}");
    world.settle().await;
    assert_eq!((balance(&world, "ann"), ann.dms().await.len()), (100, 1));
    world.end().await;
}

#[tokio::test]
async fn nobody_reviews_their_own_proof_but_the_owner() {
    let world = World::new().await;
    let id = makes(&world, "Greet", 100, 24, -1).await;
    let (host, owner) = (world.host(), world.member("owner"));
    claims(host, id).await;
    hands_in(host, id, "mine").await;
    let proof = message_with(&world, "mine").await;
    assert!(host.press(&proof, "Accept").await.text().contains("This is your own proof."));
    assert!(host.press(&proof, "Reject").await.text().contains("This is your own proof."), "no form opens");
    assert!(owner.press(&proof, "Accept").await.text().contains("gets **100** coins"));
    claims(owner, id).await;
    hands_in(owner, id, "of the owner").await;
    let proof = message_with(&world, "of the owner").await;
    assert!(owner.press(&proof, "Accept").await.text().contains("gets **100** coins"));
    world.end().await;
}

#[tokio::test]
async fn moderators_review_unless_a_setting_takes_it_away() {
    let world = World::new().await;
    let role = RoleSpec { name: "mods".into(), ..RoleSpec::default() };
    let role = world.sim.create_role(world.ids.guild, role).await.unwrap();
    let (guild, roles) = (world.guild, RoleId::new(role.get()).to_string());
    let store = &world.app.bot.store;
    store.write("test", move |tx| MODERATOR_ROLES.set_typed(tx, guild, &roles).map(drop)).await.unwrap();
    let chloe = world.member("chloe");
    world.sim.set_member_role(world.ids.guild, chloe.id, role, true).await.unwrap();
    let id = makes(&world, "Greet", 100, 24, -1).await;
    claims(world.member("ann"), id).await;
    hands_in(world.member("ann"), id, "done").await;
    let proof = message_with(&world, "Proof: Greet").await;
    let refused = world.member("ben").press(&proof, "Accept").await.text();
    assert!(refused.contains("Only moderators and admins"), "{refused}");
    world.configures("moderators_review_tasks", "No").await;
    let refused = chloe.press(&proof, "Accept").await.text();
    assert!(refused.contains("Only admins of this server"), "{refused}");
    world.configures("moderators_review_tasks", "Yes").await;
    assert!(chloe.press(&proof, "Accept").await.text().contains("gets **100** coins"));
    world.end().await;
}

#[tokio::test]
async fn a_rejected_proof_is_told_with_its_reason_and_handed_in_again() {
    covers!("T-HLP-19", "T-TSK-14");
    let world = World::new().await;
    let id = makes(&world, "Greet", 100, 24, -1).await;
    let (ann, host) = (world.member("ann"), world.host());
    claims(ann, id).await;
    hands_in_file(ann, id, "first", picture()).await;
    let kept = message_with(&world, "Handed in by").await;
    let proof = message_with(&world, "Proof: Greet").await;
    let told = fills_in(&world, host, (&proof, "Reject"), ("reason", "too *dark*")).await;
    assert!(told.contains("is told why"), "{told}");
    assert!(ann.dms().await[0].contains(r"was rejected: too \*dark\*"));
    assert_eq!(claim(&world, "ann", id).unwrap().state, ClaimState::Rejected);
    let offered = ann.offered("task_submit", "task_id", "").await;
    assert_eq!(offered.len(), 1, "it may be handed in again");
    assert!(hands_in(ann, id, "second").await.contains("is handed in"));
    let again = world.message(&proof);
    assert!(again.text().contains("second") && can_be_pressed(&again, "Accept"), "the same message: {}", again.text());
    let is_gone = world.sim.look(|sim| sim.message(kept.channel(), kept.id()).is_none());
    assert!(is_gone, "the file of before goes");
    let asked = fills_in(&world, host, (&again, "Ask for more"), ("question", "Who was it?")).await;
    assert!(asked.contains("is asked"), "{asked}");
    assert!(ann.dms().await[1].contains("Who was it?"));
    hands_in(ann, id, "It was Ben").await;
    let call = host.in_channel("staff").call("task-admin review").with("task_id", id.get());
    let review = |decision: &str| call.clone().with("user", ann.id.to_string()).with("decision", decision);
    assert!(host.run_call(review("reject")).await.text().contains("Please say why"));
    assert!(host.run_call(review("accept")).await.text().contains("gets **100** coins"));
    assert!(host.run_call(review("accept")).await.text().contains("was reviewed already"));
    world.end().await;
}

#[tokio::test]
async fn a_file_that_cannot_be_kept_is_told_and_nothing_is_handed_in() {
    let world = World::new().await;
    let id = makes(&world, "Greet", 100, 24, -1).await;
    let ann = world.member("ann");
    claims(ann, id).await;
    let before = world.said_in("general").await.len();
    let long = "I said hello to everybody who came on Sunday, and this text is worth keeping.";
    world.sim.set(|settings| settings.bot_upload_bytes = 1_000);
    let large = hands_in_file(ann, id, long, picture().padded_to(5_000)).await;
    assert!(large.contains("does not let me keep files of this size") && large.contains(long), "{large}");
    world.sim.set(|settings| settings.bot_upload_bytes = 10 << 20);
    let deny = OverwriteSpec {
        target: "bot".into(),
        deny: serde_json::from_str("[\"ATTACH_FILES\"]").unwrap(),
        ..OverwriteSpec::default()
    };
    world.sim.set_overwrite(world.channel("general"), deny).await.unwrap();
    let forbidden = hands_in_file(ann, id, long, picture()).await;
    assert!(forbidden.contains("I may not post files in") && forbidden.contains(long), "{forbidden}");
    assert_eq!(claim(&world, "ann", id).unwrap().state, ClaimState::InProgress);
    assert_eq!(world.said_in("general").await.len(), before);
    assert!(hands_in(ann, id, long).await.contains("is handed in"), "the text alone is");
    world.end().await;
}
