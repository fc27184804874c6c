//! Roles that members are given and lose, by the whole program against the simulated Discord.

use std::time::Duration;

use greenroom::activity::{self, Activity, ActivityId};
use greenroom::covers;
use greenroom::discord::roles::may_give;
use greenroom::kernel::actor::Actor;
use greenroom::kernel::ids::{RoleId, UserId};
use greenroom::roles::{self, REFUSED, RoleTrouble, VANISHED, Why};
use greenroom::sim::{Id, MemberSpec, Permissions, RoleSpec};
use greenroom::store::Tx;

use crate::patience::LONG;
use crate::world::World;

const DAY: Duration = Duration::from_hours(24);

async fn role(world: &World, name: &str, position: i64, permissions: Permissions) -> Id {
    let spec = RoleSpec { name: name.to_owned(), position: Some(position), permissions, ..RoleSpec::default() };
    world.sim.create_role(world.ids.guild, spec).await.unwrap()
}

/// Gives Ann a role, for a while or for good.
async fn gives(world: &World, role: Id, span: Option<Duration>, why: Why) {
    let (guild, ann, role) = (world.guild, world.user("ann"), RoleId::new(role.get()));
    let until = span.map(|span| world.hand.now().after(span));
    let give = move |tx: &Tx<'_>| roles::give(tx, guild, ann, role, until, why.clone());
    world.app.bot.store.write("gives", give).await.unwrap();
    world.settle().await;
}

/// Whether Ann has a role.
async fn has(world: &World, role: Id) -> bool {
    let member = world.sim.member(world.ids.guild, world.member("ann").id).await;
    member.is_ok_and(|member| member.roles.contains(&role))
}

fn happened(world: &World) -> Vec<Activity> {
    let (store, guild) = (&world.app.bot.store, world.guild);
    let all = store.read_blocking("activities", |read| activity::since(read, guild, ActivityId::new(0), 1_000));
    all.unwrap().into_iter().map(|(_, activity)| activity).collect()
}

fn troubles(world: &World) -> Vec<RoleTrouble> {
    happened(world).iter().filter_map(|activity| REFUSED.details(activity)).map(|told| told.trouble).collect()
}

#[tokio::test]
async fn a_role_for_a_while_is_given_told_of_and_taken_again() {
    covers!("S-DB-37");
    let world = World::new().await;
    let vip = role(&world, "V*I*P", 1, Permissions::NONE).await;
    gives(&world, vip, Some(3 * DAY), Why::because("Bought: VIP").telling_before_the_end()).await;
    assert!(has(&world, vip).await);
    world.pass(DAY).await;
    assert!(world.member("ann").dms().await.is_empty());
    world.pass(DAY).await;
    let told = world.member("ann").dms().await;
    assert!(told.iter().any(|word| word.contains("V\\*I\\*P") && word.contains("Night Owl Reviews")), "{told:?}");
    assert!(has(&world, vip).await);
    world.pass(DAY).await;
    assert!(!has(&world, vip).await);
    assert_eq!(troubles(&world), []);
    world.end().await;
}

#[tokio::test]
async fn whoever_leaves_and_comes_back_before_the_end_has_it_again() {
    let world = World::new().await;
    let vip = role(&world, "VIP", 1, Permissions::NONE).await;
    gives(&world, vip, Some(2 * DAY), "Bought".into()).await;
    let ann = world.member("ann").id;
    for is_over in [false, true] {
        world.sim.remove_member(world.ids.guild, ann).await.unwrap();
        if is_over {
            world.pass(2 * DAY).await;
        }
        world.sim.add_member(world.ids.guild, MemberSpec::from("ann")).await.unwrap();
        if is_over {
            world.settle().await;
            assert!(!has(&world, vip).await);
        } else {
            let guild = world.ids.guild;
            let has_it = |discord: &greenroom::sim::World| {
                discord.member(guild, ann).filter(|member| member.roles.contains(&vip)).map(drop)
            };
            world.sim.wait_until(has_it, LONG).await.unwrap();
        }
    }
    assert_eq!(troubles(&world), []);
    world.end().await;
}

#[tokio::test]
async fn what_discord_refuses_is_told_to_the_team_and_undoes_nothing() {
    let world = World::new().await;
    let high = role(&world, "High", 99, Permissions::NONE).await;
    let mighty = role(&world, "Mighty", 1, Permissions::MANAGE_ROLES).await;
    gives(&world, high, None, "Task 1".into()).await;
    gives(&world, mighty, None, "Task 2".into()).await;
    assert_eq!(troubles(&world), [RoleTrouble::TooHigh, RoleTrouble::TooMighty]);
    let owner = UserId::new(world.ids.owner.get());
    gives(&world, mighty, None, Why::because("Task 3").by(Actor::Member(owner))).await;
    assert!(has(&world, mighty).await, "its owner may promise it");
    let gone = role(&world, "Gone", 1, Permissions::NONE).await;
    world.sim.delete_role(world.ids.guild, gone).await.unwrap();
    for _ in 0..3 {
        gives(&world, gone, None, "Task 4".into()).await;
    }
    let vanished = happened(&world).iter().filter(|activity| VANISHED.details(activity).is_some()).count();
    assert_eq!((troubles(&world).len(), vanished), (2, 1), "that a role is gone is told once");
    world.end().await;
}

#[tokio::test]
async fn nobody_promises_a_role_that_they_could_not_give() {
    let world = World::new().await;
    let (guild, bot) = (world.guild, &world.app.bot);
    let low = role(&world, "Low", 1, Permissions::NONE).await;
    let mighty = role(&world, "Mighty", 1, Permissions::ADMINISTRATOR).await;
    let high = role(&world, "High", 99, Permissions::NONE).await;
    let trusted = role(&world, "Trusted", 5, Permissions::NONE).await;
    let [chloe, dmitri, ann] = ["chloe", "dmitri", "ann"].map(|name| world.member(name).id);
    world.sim.set_member_role(world.ids.guild, chloe, trusted, true).await.unwrap();
    world.sim.set_member_role(world.ids.guild, dmitri, low, true).await.unwrap();
    let [owner, chloe, dmitri, ann] =
        [world.ids.owner, chloe, dmitri, ann].map(|id| Actor::Member(UserId::new(id.get())));
    for (role, acting, expected) in [
        (low, owner, ""),
        (low, chloe, ""),
        (low, Actor::Operator, ""),
        (low, ann, "role.above_you"),
        (low, dmitri, "role.above_you"),
        (trusted, owner, "role.too_high"),
        (mighty, chloe, "role.too_mighty"),
        (mighty, Actor::Operator, "role.too_mighty"),
        (mighty, owner, ""),
        (high, owner, "role.too_high"),
        (world.ids.guild, owner, "role.not_given"),
        (Id::new(5), owner, "role.not_here"),
    ] {
        let judged = may_give(bot, guild, RoleId::new(role.get()), acting).await;
        let code = judged.err().map_or(String::new(), |error| error.code().to_owned());
        assert_eq!(code, expected, "{role} by {acting}");
    }
    let own = world.sim.member(world.ids.guild, world.sim.bot()).await.unwrap().roles;
    for role in own {
        world.sim.set_role_permissions(world.ids.guild, role, Permissions::SEND_MESSAGES).await.unwrap();
    }
    let judged = may_give(bot, guild, RoleId::new(low.get()), owner).await;
    assert_eq!(judged.unwrap_err().code(), "role.no_permission");
    world.end().await;
}
