//! What a session gets: by shard, by intent, with or without the words.

use std::sync::Arc;

use serde_json::Value;
use tokio::sync::mpsc;

use super::*;
use crate::gateway::sessions::{Frame, intents};

/// Opens a session as IDENTIFY does; gives its queue.
fn listen(sim: &Sim, shard: (u64, u64), wanted: u64) -> mpsc::Receiver<Frame> {
    let (queue, frames) = mpsc::channel(1_000);
    sim.shared.change(|world| {
        let id = format!("session {} of {}", shard.0, shard.1);
        world.sessions.open(id.clone(), shard, wanted, queue);
        world.greet(&id, shard, wanted);
    });
    frames
}

/// The events that wait in a queue: name and data.
fn heard(frames: &mut mpsc::Receiver<Frame>) -> Vec<(String, Value)> {
    let mut events = Vec::new();
    while let Ok(Frame::Payload(payload)) = frames.try_recv() {
        let payload: Value = serde_json::from_str(&Arc::<str>::clone(&payload)).unwrap();
        events.push((payload["t"].as_str().unwrap_or_default().to_owned(), payload["d"].clone()));
    }
    events
}

fn names(frames: &mut mpsc::Receiver<Frame>) -> Vec<String> {
    heard(frames).into_iter().map(|(name, _)| name).collect()
}

async fn ann_says(sim: &Sim, house: &GuildIds, content: &str) {
    let (channel, user) = (house.channel("submit"), house.member("ann"));
    sim.post_message(MessageSpec { channel, user, content: content.to_owned(), ..MessageSpec::default() })
        .await
        .unwrap();
}

#[tokio::test]
async fn a_session_gets_the_events_of_its_intents_only() {
    let (sim, _) = sim().await;
    let house = sim.create_guild(house()).await.unwrap();
    let mut quiet = listen(&sim, (0, 1), intents::GUILDS);
    assert_eq!(names(&mut quiet), ["READY", "GUILD_CREATE"]);
    ann_says(&sim, &house, "hello").await;
    sim.create_channel(house.guild, "new".into()).await.unwrap();
    assert_eq!(names(&mut quiet), ["CHANNEL_CREATE"]);
}

#[tokio::test]
async fn whatever_changes_what_somebody_may_is_told_of_members_by_their_intent_only() {
    let [role, changed, gone] = ["GUILD_ROLE_UPDATE", "GUILD_UPDATE", "GUILD_ROLE_DELETE"];
    for (wanted, expected) in [
        (intents::GUILDS, vec![role, changed, gone, "GUILD_DELETE"]),
        (
            intents::GUILDS | intents::MEMBERS,
            vec!["GUILD_MEMBER_UPDATE", role, changed, gone, "GUILD_MEMBER_REMOVE", "GUILD_DELETE"],
        ),
    ] {
        let (sim, _) = sim().await;
        let house = sim.create_guild(house()).await.unwrap();
        let (guild, ann, dj) = (house.guild, house.member("ann"), house.role("dj"));
        let mut listener = listen(&sim, (0, 1), wanted);
        names(&mut listener);
        sim.set_member_role(guild, ann, dj, true).await.unwrap();
        sim.set_role_permissions(guild, dj, Permissions::ADMINISTRATOR).await.unwrap();
        sim.transfer_ownership(guild, ann).await.unwrap();
        sim.delete_role(guild, dj).await.unwrap();
        sim.remove_member(guild, house.owner).await.unwrap();
        sim.kick_bot(guild).await.unwrap();
        let events = heard(&mut listener);
        let told: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(told, expected);
        let update = events.iter().find(|(name, _)| name == changed).unwrap();
        assert_eq!(update.1["owner_id"], ann.to_string());
    }
}

#[tokio::test]
async fn words_need_their_intent_unless_the_bot_is_mentioned() {
    let (sim, _) = sim().await;
    let house = sim.create_guild(house()).await.unwrap();
    let mut wordless = listen(&sim, (0, 1), intents::GUILD_MESSAGES);
    names(&mut wordless);
    ann_says(&sim, &house, "hello").await;
    ann_says(&sim, &house, &format!("hello <@{}>", sim.bot())).await;
    let contents: Vec<Value> = heard(&mut wordless).into_iter().map(|(_, data)| data["content"].clone()).collect();
    assert_eq!(contents[0], "");
    assert_eq!(contents[1], format!("hello <@{}>", sim.bot()));
}

#[tokio::test]
async fn nothing_is_heard_of_a_channel_that_the_bot_cannot_see() {
    let (sim, _) = sim().await;
    let house = sim.create_guild(house()).await.unwrap();
    let mut listener = listen(&sim, (0, 1), u64::MAX);
    let deny = Permissions::VIEW_CHANNEL;
    let spec = OverwriteSpec { target: "bot".to_owned(), deny, ..OverwriteSpec::default() };
    sim.set_overwrite(house.channel("submit"), spec).await.unwrap();
    names(&mut listener);
    ann_says(&sim, &house, "between us").await;
    assert!(names(&mut listener).is_empty());
}

#[tokio::test]
async fn each_shard_gets_its_own_guilds() {
    let (sim, _) = sim().await;
    let mut all = Vec::new();
    for name in ["one", "two", "three", "four"] {
        let spec = GuildSpec { name: name.to_owned(), ..GuildSpec::default() };
        all.push(sim.create_guild(spec).await.unwrap().guild.to_string());
    }
    let mut seen = Vec::new();
    for shard in [(0, 2), (1, 2)] {
        let guilds = heard(&mut listen(&sim, shard, intents::GUILDS)).into_iter();
        let ids: Vec<String> = guilds
            .filter(|(name, _)| name == "GUILD_CREATE")
            .map(|(_, d)| d["id"].as_str().unwrap().to_owned())
            .collect();
        assert!(!ids.is_empty(), "shard {shard:?} has no guild");
        seen.extend(ids);
    }
    seen.sort();
    assert_eq!(seen, all);
}

#[tokio::test]
async fn a_session_names_the_guilds_that_are_out_of_order_and_none_that_threw_the_bot_out_before() {
    let (sim, _) = sim().await;
    let mut all = Vec::new();
    for name in ["here", "troubled", "left"] {
        let spec = GuildSpec { name: name.to_owned(), ..GuildSpec::default() };
        all.push(sim.create_guild(spec).await.unwrap().guild);
    }
    let [here, troubled, left] = all[..] else { panic!("{all:?}") };
    sim.set_out_of_order(troubled, true).await.unwrap();
    sim.kick_bot(left).await.unwrap();
    let events = heard(&mut listen(&sim, (0, 1), intents::GUILDS));
    let of =
        |name: &str| events.iter().filter(|(told, _)| told == name).map(|(_, data)| data.clone()).collect::<Vec<_>>();
    let [ready] = &of("READY")[..] else { panic!("{events:?}") };
    let mut named: Vec<&str> =
        ready["guilds"].as_array().unwrap().iter().map(|guild| guild["id"].as_str().unwrap()).collect();
    named.sort_unstable();
    let mut expected = [here, troubled].map(|guild| guild.to_string());
    expected.sort_unstable();
    assert_eq!(named, expected);
    let gone = of("GUILD_DELETE");
    assert_eq!(gone.len(), 1, "{events:?}");
    assert_eq!((&gone[0]["id"], &gone[0]["unavailable"]), (&troubled.to_string().into(), &true.into()));
}

#[tokio::test]
async fn members_are_named_without_the_presences_intent_only_where_they_talk() {
    let (sim, _) = sim().await;
    sim.create_guild(house()).await.unwrap();
    let members = |wanted| {
        let (_, guild) = heard(&mut listen(&sim, (0, 1), wanted)).pop().unwrap();
        guild["members"].as_array().unwrap().len()
    };
    assert_eq!(members(intents::GUILDS), 1);
    assert_eq!(members(intents::GUILDS | intents::PRESENCES), 4);
}
