//! Nobody is pinged by what somebody else typed.

use std::collections::BTreeSet;
use std::time::Duration;

use greenroom::live::Occurrence;
use greenroom::sim::{Id, RoleSpec, SeenMessage};

use crate::onlooker::allowed_pings;
use crate::world::{World, mp3, number_in, viewer};

/// Everything that could ping somebody but `ann`, in one line.
async fn bait(world: &World) -> String {
    let role = RoleSpec { name: "reviewers".into(), mentionable: true, ..RoleSpec::default() };
    let role = world.sim.create_role(world.ids.guild, role).await.unwrap();
    let ben = world.member("ben").id;
    format!("@everyone @here <@{ben}> <@!{ben}> <@&{role}>")
}

/// Fails where a message pings anybody but those, or a request leaves it to Discord who is pinged.
async fn assert_pings_only(world: &World, seen: &mut BTreeSet<Id>, allowed: &[Id]) {
    for message in world.said().await {
        assert_harmless(&message, allowed);
        seen.insert(message.id());
    }
    for request in world.sim.requests(0).await {
        let makes_message = request.path.ends_with("/messages") || request.path.ends_with("/callback");
        let has_text = request.body.get("content").or_else(|| request.body.pointer("/data/content")).is_some();
        if request.method != "POST" || !makes_message || !has_text {
            continue;
        }
        let pings = allowed_pings(&request).unwrap_or_else(|| panic!("no allowed_mentions in {}", request.body));
        let parse = pings["parse"].as_array().expect("a list of what is parsed");
        assert!(parse.is_empty(), "{pings}");
        let users = pings["users"].as_array().into_iter().flatten();
        for user in users.filter_map(|user| user.as_str()) {
            assert!(allowed.iter().any(|allowed| allowed.to_string() == user), "{pings} lets {user} be pinged");
        }
    }
}

fn assert_harmless(message: &SeenMessage, allowed: &[Id]) {
    let pinged = message.pinged();
    assert!(!pinged.everyone, "everyone is pinged by {:?}", message.text());
    assert!(pinged.roles.is_empty(), "a role is pinged by {:?}", message.text());
    assert!(pinged.users.iter().all(|user| allowed.contains(user)), "{:?} pings {:?}", message.text(), pinged.users);
}

#[tokio::test]
async fn no_field_of_a_song_pings_anybody_in_any_message() {
    let world = World::new().await;
    let host = world.host().in_channel("staff");
    for (command, channel) in [("setnowplayingchannel", "now-playing"), ("setbookmarkchannel", "bookmarks")] {
        host.run_with(command, [("channel", world.channel(channel).to_string())]).await;
    }
    let bait = bait(&world).await;
    let ann = world.member("ann");
    let mut seen = BTreeSet::new();
    let all = bait.as_str();
    let fields = [
        ("link", "https://youtu.be/dQw4w9WgXcQ"),
        ("artist_name", all),
        ("song_title", all),
        ("note", all),
        ("tiktok_handle", "@everyone"),
    ];
    let by_modal = number_in(&ann.submit(fields).await.text());
    let call = ann.call("submitfile").with_file("file", mp3("@everyone @here <@1>.mp3"));
    let call = call.with("artist_name", all).with("song_title", all).with("note", all).with("tiktok_handle", "@here");
    ann.run_call(call).await;
    world.sim.block_dms(ann.id, true).await;
    ann.post(&format!("{all} https://open.spotify.com/track/4uLU6hMCjMI75M1A2tKUQC")).await;
    assert_pings_only(&world, &mut seen, &[ann.id]).await;

    for command in ["queue", "mysubmissions"] {
        ann.run(command).await;
        world.member("ben").run(command).await;
    }
    let number = by_modal.to_string();
    host.run_with("move", [("submission_id", number), ("target_line", "5 Skip".into())]).await;
    let playing = host.run("next").await;
    host.press(playing.original.as_ref().unwrap(), "Bookmark").await;
    host.run("next").await;
    host.run("next").await;
    host.run("queue").await;
    assert_pings_only(&world, &mut seen, &[ann.id]).await;
    assert!(world.said_in("now-playing").await.len() == 3 && world.said_in("bookmarks").await.len() == 1);
    assert!(seen.len() > 10, "{} messages were looked at", seen.len());
    world.end().await;
}

#[tokio::test]
async fn no_refusal_pings_anybody_by_what_it_repeats() {
    let world = World::new().await;
    let bait = bait(&world).await;
    let ann = world.member("ann");
    let ben = world.member("ben").id;
    let mut seen = BTreeSet::new();
    for link in [
        "https://@everyone.tld/x".to_owned(),
        format!("https://<@{ben}>.tld/"),
        format!("https://vimeo.com/1 {bait}"),
        format!("https://music.apple.com/{bait}"),
        bait.clone(),
    ] {
        ann.submit([("link", &link)]).await;
        ann.post(&link).await;
        ann.in_channel("general").post(&format!("{bait} https://youtu.be/dQw4w9WgXcQ")).await;
    }
    let host = world.host();
    for command in ["move", "remove"] {
        let options = [("submission_id", bait.clone())];
        if command == "remove" {
            host.run_with(command, options).await;
        } else {
            let [number] = options;
            host.run_with(command, [number, ("target_line", "Free".into())]).await;
        }
    }
    ann.run_with("link-tiktok", [("handle", bait.clone())]).await;
    assert_pings_only(&world, &mut seen, &[ann.id]).await;
    world.end().await;
}

#[tokio::test]
async fn names_of_members_and_handles_ping_nobody() {
    let mut world = World::new().await;
    let name = "@everyone <@&1> @here";
    let spec = greenroom::sim::MemberSpec { nick: Some(name.into()), ..name.into() };
    let odd = world.sim.add_member(world.ids.guild, spec).await.unwrap();
    world.ids.members.insert("odd".into(), odd);
    let host = world.host();
    host.run_with("setnowplayingchannel", [("channel", world.channel("now-playing").to_string())]).await;
    world.live_all([Occurrence::Connected, Occurrence::Joined(viewer("everyone"))]).await;
    let member = world.member("odd");
    member.links("everyone").await;
    member.submits("https://youtu.be/dQw4w9WgXcQ", "@everyone").await;
    member.post_with("", vec![mp3("@here.mp3")]).await;
    member.run("queue").await;
    world.gift("everyone", 6_000).await;
    host.run("next").await;
    host.run("next").await;
    world.pass(Duration::from_secs(30)).await;
    let mut seen = BTreeSet::new();
    assert_pings_only(&world, &mut seen, &[odd]).await;
    world.end().await;
}
