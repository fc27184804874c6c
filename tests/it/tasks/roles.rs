//! The role that comes with a task.

use greenroom::covers;
use greenroom::features::tasks::model::TaskId;
use greenroom::sim::{CommandOutcome, Id, RoleSpec};

use super::{balance, claims, hands_in, message_with};
use crate::world::World;

async fn role(world: &World, name: &str, position: Option<i64>) -> Id {
    let spec = RoleSpec { name: name.into(), position, ..RoleSpec::default() };
    world.sim.create_role(world.ids.guild, spec).await.unwrap()
}

/// The owner makes a task with a role, which they may promise whatever it is below the bot's.
async fn makes_with(world: &World, role: Id) -> CommandOutcome {
    let owner = world.member("owner").in_channel("staff");
    let call = owner
        .call("task-admin create")
        .with("name", "Greet")
        .with("description", "Say hello")
        .with("reward", 100)
        .with("duration_hours", 24)
        .with("role", role.to_string())
        .with("channel", world.channel("general").to_string());
    owner.run_call(call).await
}

async fn accepts(world: &World) -> String {
    let ann = world.member("ann");
    claims(ann, TaskId::new(1)).await;
    hands_in(ann, TaskId::new(1), "done").await;
    let proof = message_with(world, "Proof: Greet").await;
    world.host().press(&proof, "Accept").await.text()
}

#[tokio::test]
async fn whoever_is_accepted_gets_the_role_of_the_task() {
    covers!("T-TSK-15", "T-TSK-17");
    let world = World::new().await;
    let helper = role(&world, "Helper", None).await;
    assert!(makes_with(&world, helper).await.text().contains("is made"));
    assert!(accepts(&world).await.contains("The role **Helper** comes along."));
    let ann = world.member("ann");
    let member = world.sim.member(world.ids.guild, ann.id).await.unwrap();
    assert!(member.roles.contains(&helper), "{:?}", member.role_names);
    world.end().await;
}

#[tokio::test]
async fn a_role_that_is_gone_undoes_no_award() {
    covers!("T-TSK-17");
    let world = World::new().await;
    let helper = role(&world, "Helper", None).await;
    makes_with(&world, helper).await;
    world.sim.delete_role(world.ids.guild, helper).await.unwrap();
    assert!(accepts(&world).await.contains("gets **100** coins"));
    assert_eq!(balance(&world, "ann"), 100);
    world.end().await;
}

#[tokio::test]
async fn a_role_above_the_bots_is_refused_when_the_task_is_made() {
    let world = World::new().await;
    let high = role(&world, "Crown", Some(99)).await;
    let answer = makes_with(&world, high).await.text();
    assert!(!answer.contains("is made"), "{answer}");
    assert!(world.said_in("general").await.is_empty());
    world.end().await;
}
