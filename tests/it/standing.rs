//! What somebody is in a server: true at the next question, or not said.

use std::time::Duration;

use greenroom::discord::standing::{Asked, Change, FRESH, GuildOfBot, Standing};
use greenroom::kernel::ids::{GuildId, RoleId, UserId};
use greenroom::sim::{Fault, Id, MemberSpec, Permissions, Privileged, RoleSpec, Settings};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::task::JoinHandle;

use crate::patience::within;
use crate::world::{Setup, World, guild_spec};

impl World {
    async fn asked_of(&self, guild: GuildId, user: UserId) -> Asked {
        let asked = self.app.bot.standings.of(&self.app.bot, guild, user);
        within("Discord was asked what somebody is", asked).await
    }

    async fn asked(&self, name: &str) -> Asked {
        self.asked_of(self.guild, self.user(name)).await
    }

    async fn standing(&self, name: &str) -> Standing {
        match self.asked(name).await {
            Asked::Is(standing) => standing,
            other => panic!("{name}: {other:?}"),
        }
    }

    fn changes(&self) -> Receiver<Change> {
        self.app.bot.standings.changes()
    }

    fn guilds_of_bot(&self) -> Vec<String> {
        self.app.bot.standings.guilds_of_bot().into_iter().map(|guild| guild.name).collect()
    }
}

/// Waits until the bot has heard from the gateway that the rights of a person, or of everybody, in a server changed.
async fn heard(changes: &mut Receiver<Change>, guild: GuildId, user: Option<UserId>) {
    let wanted = Change { guild, user };
    let hears = async {
        loop {
            match changes.recv().await {
                Ok(change) if change == wanted => return,
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => panic!("the bot is gone"),
            }
        }
    };
    within("the bot hears of a change", hears).await;
}

/// Takes away all roles that a person has.
async fn demote(world: &World, name: &str) {
    let user = world.ids.members[name];
    for role in world.sim.member(world.ids.guild, user).await.unwrap().roles {
        world.sim.set_member_role(world.ids.guild, user, role, false).await.unwrap();
    }
}

/// Nothing about servers is answered with anything but this status.
fn out(status: u16) -> Fault {
    Fault { path: Some("/guilds/".into()), status: Some(status), times: u64::MAX, ..Fault::default() }
}

/// A world in which the gateway tells nothing of members.
pub async fn without_intents() -> World {
    let privileged = Privileged { members: false, presences: false, message_content: false };
    let settings = Settings { privileged, ..Settings::default() };
    let world = World::with(Setup { settings, ..Setup::default() }).await;
    assert!(world.app.bot.lacks_intents());
    world
}

#[tokio::test]
async fn a_person_is_what_discord_says_of_them_in_that_server() {
    let world = World::new().await;
    let spec = RoleSpec { name: "dj".into(), ..RoleSpec::default() };
    let dj = world.sim.create_role(world.ids.guild, spec).await.unwrap();
    let zoe = MemberSpec {
        name: "zoe".into(),
        nick: Some("DJ Zoe".into()),
        roles: vec!["dj".into()],
        ..MemberSpec::default()
    };
    let zoe = world.sim.add_member(world.ids.guild, zoe).await.unwrap();
    let expected = Standing {
        is_owner: false,
        has_administrator: false,
        roles: vec![RoleId::new(dj.get())],
        name: "DJ Zoe".into(),
        username: "zoe".into(),
        avatar: None,
        joined_at: Some(world.hand.now()),
        is_bot: false,
    };
    assert_eq!(world.asked_of(world.guild, UserId::new(zoe.get())).await, Asked::Is(expected));
    let (ann, host) = (world.standing("ann").await, world.standing("host").await);
    assert!(!ann.is_owner && !ann.has_administrator && ann.roles.is_empty(), "{ann:?}");
    assert!(!host.is_owner && host.has_administrator, "{host:?}");
    let owner = world.standing("owner").await;
    assert!(owner.is_owner && owner.has_administrator && owner.roles.is_empty(), "{owner:?}");
    assert!(world.standing("greenroom").await.is_bot);
    for (guild, user) in [(world.guild.get(), 5), (5, world.user("ann").get()), (0, 5), (world.guild.get(), 0)] {
        assert_eq!(world.asked_of(GuildId::new(guild), UserId::new(user)).await, Asked::NotThere, "{guild} {user}");
    }
    world.end().await;
}

#[tokio::test]
async fn a_role_that_was_taken_away_is_gone_at_the_next_question() {
    let world = World::new().await;
    assert!(world.standing("host").await.has_administrator);
    let mut changes = world.changes();
    demote(&world, "host").await;
    heard(&mut changes, world.guild, Some(world.user("host"))).await;
    let host = world.standing("host").await;
    assert!(!host.has_administrator && host.roles.is_empty(), "{host:?}");
    world.end().await;
}

#[tokio::test]
async fn a_role_that_was_taken_away_is_gone_after_a_minute_where_the_gateway_tells_nothing_of_members() {
    let world = without_intents().await;
    assert!(world.standing("host").await.has_administrator);
    demote(&world, "host").await;
    world.hand.advance(FRESH.checked_sub(Duration::from_micros(1)).unwrap());
    assert!(world.standing("host").await.has_administrator, "as long as an answer counts");
    world.hand.advance(Duration::from_micros(1));
    assert!(!world.standing("host").await.has_administrator);
    world.sim.remove_member(world.ids.guild, world.ids.members["host"]).await.unwrap();
    world.hand.advance(FRESH);
    assert_eq!(world.asked("host").await, Asked::NotThere);
    world.end().await;
}

#[tokio::test]
async fn who_was_thrown_out_is_not_there_and_who_comes_back_is() {
    let world = World::new().await;
    let (ann, user) = (world.ids.members["ann"], world.user("ann"));
    world.standing("ann").await;
    let mut changes = world.changes();
    world.sim.remove_member(world.ids.guild, ann).await.unwrap();
    heard(&mut changes, world.guild, Some(user)).await;
    assert_eq!(world.asked("ann").await, Asked::NotThere);
    world.sim.add_member(world.ids.guild, "ann".into()).await.unwrap();
    heard(&mut changes, world.guild, Some(user)).await;
    world.standing("ann").await;
    world.end().await;
}

#[tokio::test]
async fn what_a_role_may_counts_as_it_is_now_also_where_it_is_everybodys() {
    let world = World::new().await;
    let role = world.standing("host").await.roles[0];
    let mut changes = world.changes();
    let everybody = world.ids.guild;
    for (role, permissions, of_host, of_ann) in [
        (Id::from(role), Permissions::EVERYONE, false, false),
        (everybody, Permissions::ADMINISTRATOR, true, true),
        (everybody, Permissions::EVERYONE, false, false),
        (Id::from(role), Permissions::ADMINISTRATOR, true, false),
    ] {
        world.sim.set_role_permissions(world.ids.guild, role, permissions).await.unwrap();
        heard(&mut changes, world.guild, None).await;
        let found = (world.standing("host").await.has_administrator, world.standing("ann").await.has_administrator);
        assert_eq!(found, (of_host, of_ann), "{role} {permissions:?}");
    }
    world.sim.delete_role(world.ids.guild, role).await.unwrap();
    heard(&mut changes, world.guild, None).await;
    let host = world.standing("host").await;
    assert!(!host.has_administrator && host.roles.is_empty(), "{host:?}");
    world.end().await;
}

#[tokio::test]
async fn a_server_has_one_owner_and_it_is_the_present_one() {
    let world = World::new().await;
    let mut changes = world.changes();
    assert!(!world.standing("ann").await.is_owner && world.standing("owner").await.is_owner);
    world.sim.transfer_ownership(world.ids.guild, world.ids.members["ann"]).await.unwrap();
    heard(&mut changes, world.guild, None).await;
    let (ann, former) = (world.standing("ann").await, world.standing("owner").await);
    assert!(ann.is_owner && ann.has_administrator, "{ann:?}");
    assert!(!former.is_owner && !former.has_administrator, "{former:?}");
    world.end().await;
}

#[tokio::test]
async fn a_role_of_another_server_opens_nothing() {
    let world = World::new().await;
    let mut spec = guild_spec("Day Lark Reviews");
    let permissions = Permissions::ADMINISTRATOR;
    spec.owner = Some("ben".into());
    spec.members = vec![MemberSpec { name: "ann".into(), permissions, ..MemberSpec::default() }, "ben".into()];
    let other = world.sim.create_guild(spec).await.unwrap();
    let other = GuildId::new(other.guild.get());
    let Asked::Is(there) = world.asked_of(other, world.user("ann")).await else { panic!("ann is there") };
    assert!(there.has_administrator && there.roles.len() == 1);
    let Asked::Is(owner) = world.asked_of(other, world.user("ben")).await else { panic!("ben is there") };
    assert!(owner.is_owner);
    for name in ["ann", "ben"] {
        let here = world.standing(name).await;
        assert!(!here.is_owner && !here.has_administrator && here.roles.is_empty(), "{here:?}");
    }
    assert_eq!(world.asked_of(other, world.user("host")).await, Asked::NotThere);
    world.end().await;
}

#[tokio::test]
async fn in_a_server_that_the_bot_has_left_nobody_is_anything() {
    let world = World::new().await;
    let mut changes = world.changes();
    assert!(world.standing("host").await.has_administrator);
    world.sim.kick_bot(world.ids.guild).await.unwrap();
    heard(&mut changes, world.guild, None).await;
    assert_eq!(world.asked("host").await, Asked::NotThere);
    assert_eq!(world.asked("owner").await, Asked::NotThere);
    world.sim.invite_bot(world.ids.guild, Permissions::BOT).await.unwrap();
    heard(&mut changes, world.guild, None).await;
    assert!(world.standing("host").await.has_administrator);
    world.end().await;
}

#[tokio::test]
async fn while_discord_is_away_what_is_fresh_counts_and_then_nobody_is_let_in() {
    for status in [500, 502, 503] {
        let world = World::new().await;
        assert!(world.standing("host").await.has_administrator);
        world.sim.faults(out(status)).await;
        assert_eq!(world.asked("ann").await, Asked::Silent, "of her nothing is known");
        world.hand.advance(FRESH.checked_sub(Duration::from_micros(1)).unwrap());
        assert!(world.standing("host").await.has_administrator, "of the host something is");
        world.hand.advance(Duration::from_micros(1));
        assert_eq!(world.asked("host").await, Asked::Silent);
        world.sim.clear_faults().await;
        assert!(world.standing("host").await.has_administrator, "silence is not kept");
        assert!(!world.standing("ann").await.has_administrator);
        world.end().await;
    }
}

/// How often a person and their server were asked for, behind the first so many requests.
async fn requests(world: &World, behind: u64, user: Id) -> (usize, usize) {
    let guild = format!("/guilds/{}", world.ids.guild);
    let member = format!("{guild}/members/{user}");
    let asked = world.sim.requests(behind).await;
    let count = |path: &str| asked.iter().filter(|request| request.method == "GET" && request.path == path).count();
    (count(&guild), count(&member))
}

/// Has Discord answer slowly about servers.
async fn slow(world: &World, seconds: u64) -> u64 {
    let times = u64::MAX;
    let delay_ms = Some(seconds * 1_000);
    world.sim.faults(Fault { path: Some("/guilds/".into()), times, delay_ms, ..Fault::default() }).await;
    u64::try_from(world.sim.requests(0).await.len()).unwrap()
}

/// Somebody asks, and waits beside the test.
fn asking(world: &World, user: UserId) -> JoinHandle<Asked> {
    let (bot, guild) = (world.app.bot.clone(), world.guild);
    tokio::spawn(async move { bot.standings.of(&bot, guild, user).await })
}

/// Waits until the server and the person were asked for so often.
async fn until_asked(world: &World, behind: u64, user: Id, times: (usize, usize)) {
    let arrive = async {
        while requests(world, behind, user).await != times {
            tokio::task::yield_now().await;
        }
    };
    within("Discord is asked", arrive).await;
}

#[tokio::test]
async fn fifty_who_ask_at_once_cause_one_request_each_for_the_person_and_the_server() {
    let world = World::new().await;
    let (user, id) = (world.user("host"), world.ids.members["host"]);
    let behind = slow(&world, 1).await;
    let fifty: Vec<_> = (0..50).map(|_| asking(&world, user)).collect();
    until_asked(&world, behind, id, (1, 1)).await;
    world.hand.advance(Duration::from_secs(1));
    for asking in fifty {
        let answer = within("all are answered", asking).await.unwrap();
        assert!(matches!(&answer, Asked::Is(host) if host.has_administrator), "{answer:?}");
    }
    assert!(world.standing("host").await.has_administrator);
    assert_eq!(requests(&world, behind, id).await, (1, 1));
    world.sim.clear_faults().await;
    world.end().await;
}

#[tokio::test]
async fn nobody_waits_for_discord_longer_than_three_seconds() {
    let world = World::new().await;
    let (user, id) = (world.user("host"), world.ids.members["host"]);
    let behind = slow(&world, 10).await;
    let asking = asking(&world, user);
    until_asked(&world, behind, id, (1, 1)).await;
    world.hand.advance(Duration::from_secs(3));
    assert_eq!(within("the question is given up", asking).await.unwrap(), Asked::Silent);
    world.sim.clear_faults().await;
    assert!(world.standing("host").await.has_administrator);
    world.end().await;
}

#[tokio::test]
async fn a_question_after_a_change_waits_for_no_answer_from_before_it() {
    let world = World::new().await;
    let (user, id) = (world.user("host"), world.ids.members["host"]);
    let mut changes = world.changes();
    let behind = slow(&world, 1).await;
    let early = asking(&world, user);
    until_asked(&world, behind, id, (1, 1)).await;
    world.sim.clear_faults().await;
    demote(&world, "host").await;
    heard(&mut changes, world.guild, Some(user)).await;
    let late = asking(&world, user);
    until_asked(&world, behind, id, (1, 2)).await;
    world.hand.advance(Duration::from_secs(1));
    within("the early question is answered", early).await.unwrap();
    let late = within("the late question is answered", late).await.unwrap();
    assert!(matches!(&late, Asked::Is(host) if !host.has_administrator), "{late:?}");
    assert_eq!(world.asked("host").await, late);
    assert_eq!(requests(&world, behind, id).await, (1, 2));
    world.end().await;
}

#[tokio::test]
async fn the_servers_of_the_bot_are_known_by_name_and_owner() {
    let world = World::new().await;
    let mut changes = world.changes();
    let known = world.app.bot.standings.guild_of_bot(world.guild).unwrap();
    let owner = Some(world.user("owner"));
    assert!(known.members.is_some_and(|members| members > 0), "{known:?}");
    let members = known.members;
    assert_eq!(known, GuildOfBot { id: world.guild, name: "Night Owl Reviews".into(), icon: None, owner, members });
    let other = world.sim.create_guild(guild_spec("Day Lark Reviews")).await.unwrap();
    let guild = GuildId::new(other.guild.get());
    heard(&mut changes, guild, None).await;
    assert_eq!(world.guilds_of_bot(), ["Night Owl Reviews", "Day Lark Reviews"]);
    world.sim.rename_guild(other.guild, "Early Bird Reviews").await.unwrap();
    heard(&mut changes, guild, None).await;
    assert_eq!(world.guilds_of_bot(), ["Night Owl Reviews", "Early Bird Reviews"]);
    world.sim.set_out_of_order(other.guild, true).await.unwrap();
    world.sim.set_out_of_order(other.guild, false).await.unwrap();
    heard(&mut changes, guild, None).await;
    assert_eq!(world.guilds_of_bot(), ["Night Owl Reviews", "Early Bird Reviews"]);
    world.sim.kick_bot(other.guild).await.unwrap();
    heard(&mut changes, guild, None).await;
    assert_eq!(world.guilds_of_bot(), ["Night Owl Reviews"]);
    assert_eq!(world.app.bot.standings.guild_of_bot(guild), None);
    world.end().await;
}
