//! Who gets a place, until when, and what lists say of it.

use std::time::Duration;

use greenroom::covers;
use greenroom::features::tasks::model::{ClaimState, TaskStatus};
use greenroom::sim::{ComponentCall, MemberSpec};

use super::{can_be_pressed, claim, claims, hands_in, makes, message_with, runs, task};
use crate::patience::LONG;
use crate::world::World;

const HOUR: Duration = Duration::from_hours(1);

#[tokio::test]
async fn a_task_is_claimed_by_its_button_and_by_the_command_and_once() {
    covers!("T-TSK-01", "T-TSK-07", "T-TSK-08", "T-EDG-04", "T-HLP-14");
    let world = World::new().await;
    let id = makes(&world, "Greet *somebody*", 100, 24, 2).await;
    let (ann, ben, chloe) = (world.member("ann"), world.member("ben"), world.member("chloe"));
    let posted = message_with(&world, "0 of 2 taken").await;
    assert!(posted.text().contains(r"Greet \*somebody\*") && can_be_pressed(&posted, "Claim Task"));
    let answer = ann.press(&posted, "Claim Task").await;
    assert!(answer.is_ephemeral() && answer.text().contains("is yours"), "{}", answer.text());
    assert!(ann.press(&posted, "Claim Task").await.text().contains("You have claimed"));
    assert!(world.message(&posted).text().contains("1 of 2 taken"));
    let offered = ben.offered("claim", "task_id", "gree").await;
    assert!(offered.len() == 1 && offered[0].name.starts_with("1 Greet"), "{offered:?}");
    assert!(ann.offered("claim", "task_id", "").await.is_empty(), "it is claimed already");
    claims(ben, id).await;
    let full = world.message(&posted);
    assert!(full.text().contains("all places are taken") && !can_be_pressed(&full, "Claim Task"));
    let refused = runs(chloe, "claim", id).await.text();
    assert!(refused.contains("All places of") && refused.contains("2 of 2"), "{refused}");
    let given_up = runs(ann, "tasks abandon", id).await.text();
    assert!(given_up.contains("Its place is free again"), "{given_up}");
    assert!(can_be_pressed(&world.message(&posted), "Claim Task"));
    claims(chloe, id).await;
    for message in world.said_in("general").await {
        assert!(message.pinged().users.is_empty() && message.pinged().roles.is_empty());
    }
    world.end().await;
}

#[tokio::test]
async fn of_a_hundred_who_press_at_once_ten_get_a_place() {
    covers!("T-TSK-11", "T-EDG-04");
    let world = World::new().await;
    let id = makes(&world, "Greet", 100, 24, 10).await;
    let posted = message_with(&world, "0 of 10 taken").await;
    let mut pressed = Vec::new();
    for number in 0..100 {
        let spec = MemberSpec { name: format!("crowd{number}"), ..MemberSpec::default() };
        let user = world.sim.add_member(world.ids.guild, spec).await.unwrap();
        let call = ComponentCall {
            guild: Some(world.ids.guild),
            channel: Some(posted.channel()),
            user,
            message: posted.id(),
            custom_id: posted.custom_id("Claim Task").unwrap(),
            ..ComponentCall::default()
        };
        pressed.push(world.sim.start_press(call).await.unwrap());
    }
    let mut got = 0;
    for interaction in pressed {
        let text = world.sim.outcome(interaction, LONG).await.unwrap().text();
        assert!(text.contains("is yours") || text.contains("All places of"), "{text}");
        got += usize::from(text.contains("is yours"));
    }
    assert_eq!(got, 10);
    world.settle().await;
    assert_eq!(task(&world, id).unwrap().counts.in_progress, 10);
    assert!(world.message(&posted).text().contains("10 of 10 taken"), "its message is right in the end");
    world.end().await;
}

#[tokio::test]
async fn a_deadline_and_the_end_of_a_task_come_by_the_clock() {
    covers!("T-TSK-10", "T-HLP-11", "T-HLP-17", "T-EDG-06");
    let world = World::new().await;
    let id = makes(&world, "Greet", 100, 2, -1).await;
    let posted = message_with(&world, "any number").await;
    let (ann, ben) = (world.member("ann"), world.member("ben"));
    world.pass(HOUR).await;
    claims(ann, id).await;
    assert!(ann.run("tasks mine").await.text().contains("in progress, due <t:1795302000:R>"));
    world.pass(HOUR).await;
    assert_eq!(task(&world, id).unwrap().status, TaskStatus::Expired);
    let over = world.message(&posted);
    assert!(over.text().contains("Task 1 · over") && !can_be_pressed(&over, "Claim Task"), "{}", over.text());
    assert!(runs(ben, "claim", id).await.text().contains("cannot be claimed any more"));
    assert_eq!(claim(&world, "ann", id).unwrap().state, ClaimState::InProgress, "her own time goes on");
    world.pass(HOUR).await;
    assert_eq!(claim(&world, "ann", id).unwrap().state, ClaimState::Expired);
    let late = hands_in(ann, id, "done").await;
    assert!(late.contains("was over"), "{late}");
    assert!(ann.run("tasks mine").await.text().contains("expired"));
    world.end().await;
}

#[tokio::test]
async fn lists_and_settings_say_how_tasks_stand() {
    covers!("T-TSK-02", "T-TSK-04", "T-TSK-05");
    let world = World::new().await;
    let host = world.host().in_channel("staff");
    let add = host.call("task-admin category").with("action", "add").with("name", "Art");
    assert!(host.run_call(add).await.text().contains("**Art**"));
    let id = makes(&world, "Greet", 0, 24, -1).await;
    let edit = |field: &str, value: &str| {
        host.call("task-admin edit").with("task_id", id.get()).with("field", field).with("value", value)
    };
    assert!(host.run_call(edit("category", "art")).await.text().contains("is `Art` now"));
    assert!(host.run_call(edit("reward", "25")).await.text().contains("The reward of task **1** is `25` now."));
    assert!(host.run_call(edit("reward", "much")).await.text().contains("whole number"));
    let ann = world.member("ann");
    let listed = ann.run_with("tasks list", [("category", "Art".to_owned())]).await.text();
    assert!(listed.contains("Open tasks · Art") && listed.contains("**25** coins"), "{listed}");
    let none = ann.run_with("tasks list", [("category", "General".to_owned())]).await.text();
    assert!(none.contains("Nothing is open right now."), "{none}");
    assert!(ann.run_with("tasks list", [("category", "Nowhere".to_owned())]).await.text().contains("no category"));
    let info = runs(ann, "tasks info", id).await;
    assert!(info.text().contains("Say hello") && info.text().contains("[Claim Task]"), "{}", info.text());
    let set = host.call("task-admin settings").with("allow_user_tasks", false).with("max_tasks_per_user", 3);
    let shown = host.run_call(set.with("channel", world.channel("general").to_string())).await.text();
    assert!(shown.contains("Tasks for Everybody**: No") && shown.contains("Tasks at a Time**: 3"), "{shown}");
    assert!(runs(ann, "claim", id).await.text().contains("to whom it is assigned"));
    let assign = host.call("task-admin assign").with("task_id", id.get()).with("user", ann.id.to_string());
    assert!(host.run_call(assign).await.text().contains("who is told"));
    assert!(ann.dms().await.last().unwrap().contains("was assigned to you"));
    claims(ann, id).await;
    let refused = ann.run_call(ann.call("task-admin expire").with("task_id", id.get())).await.text();
    assert!(refused.contains("Only people who run this server"), "{refused}");
    assert!(runs(host, "task-admin expire", id).await.text().contains("One claim goes on"));
    world.end().await;
}

#[tokio::test]
async fn where_tasks_are_off_nothing_of_them_works() {
    covers!("T-PRM-01", "T-PRM-04");
    let world = World::new().await;
    makes(&world, "Greet", 100, 24, -1).await;
    let posted = message_with(&world, "Greet").await;
    world.configures("features.tasks", "No").await;
    let ann = world.member("ann");
    assert!(ann.run("tasks mine").await.text().contains("switched off"));
    assert!(ann.press(&posted, "Claim Task").await.text().contains("switched off"));
    // Rights come before the switch.
    let refused = ann.run("task-admin pending").await.text();
    assert!(refused.contains("Only people who run this server"), "{refused}");
    assert!(world.host().run("task-admin pending").await.text().contains("switched off"));
    world.configures("features.tasks", "Yes").await;
    assert!(ann.press(&posted, "Claim Task").await.text().contains("Greet"));
    world.end().await;
}
