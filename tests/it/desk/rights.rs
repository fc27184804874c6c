//! Who may use the desk, and where.

use greenroom::bot::desk::components;
use greenroom::discord::access::Access;
use greenroom::features::queue::model::Line;
use greenroom::kernel::ids::GuildId;
use greenroom::sim::{RoleSpec, SeenMessage};

use super::{on_desk, opens, picks, rank, with_desk};
use crate::reading::link;

const REFUSAL: &str = "Only reviewers can use this: people with the **Administrator** permission, or with the reviewer \
                       role of this server.";

#[tokio::test]
async fn members_are_refused_everything_on_the_desk_and_nothing_happens() {
    let world = with_desk().await;
    let song = world.member("ann").submits_skip(&link(1), "Paid").await;
    world.member("ann").submits(&link(2), "Free one").await;
    let (pending, main) = (on_desk(&world, "Paid").await, on_desk(&world, "Free one").await);
    let before = world.songs();
    let ben = world.member("ben");
    for desk in [&pending, &main] {
        let turned = ben.press(desk, "Refresh").await;
        assert_eq!(turned.followups.iter().map(SeenMessage::text).collect::<Vec<_>>(), [REFUSAL]);
        for label in ["Approve…", "Remove…"] {
            let answer = ben.press(desk, label).await;
            assert!(answer.is_ephemeral());
            assert_eq!(answer.text(), REFUSAL);
        }
    }
    assert_eq!(ben.press(&main, "Next song").await.text(), REFUSAL);
    assert_eq!(picks(ben, &world, &pending, "Choose a song", &song.digits()).await.text(), REFUSAL);
    let place = (world.ids.guild, world.channel("staff"));
    // A button of the public display does not turn a page of the desk.
    let turn = pending.custom_id("Refresh").unwrap().replace("display:team", "display:page");
    let answer = world.press_foreign_button(ben, place, &turn).await;
    assert!(answer.contains("not kept up to date"), "{answer}");
    let here = format!("{}:{}:{}", world.guild, song.digits(), rank(Line::PendingSkips));
    for component in components::ALL {
        assert_eq!(component.access(), Access::Reviewer, "{}", component.id());
        let answer = world.press_foreign_button(ben, place, &format!("{}:{here}", component.id())).await;
        assert!(answer.contains(REFUSAL), "{}: {answer}", component.id());
    }
    assert_eq!(world.songs(), before);
    world.end().await;
}

#[tokio::test]
async fn the_reviewer_role_opens_the_desk_as_long_as_somebody_has_it() {
    let world = with_desk().await;
    let role = RoleSpec { name: "reviewers".into(), ..RoleSpec::default() };
    let role = world.sim.create_role(world.ids.guild, role).await.unwrap();
    let chloe = world.member("chloe");
    world.sim.set_member_role(world.ids.guild, chloe.id, role, true).await.unwrap();
    let song = world.member("ann").submits(&link(1), "Night Drive").await;
    world.member("ann").submits(&link(2), "Other").await;
    let main = on_desk(&world, "Other").await;
    assert_eq!(picks(chloe, &world, &main, "Choose a song", &song.digits()).await.text(), REFUSAL);
    world.configures("reviewer_role_id", &format!("<@&{role}>")).await;
    let panel = opens(chloe, &world, &main, song).await;
    let moved = picks(chloe, &world, &panel, "Approve to…", &rank(Line::Skip5)).await;
    assert_eq!(world.line(song), Line::Skip5, "{}", moved.text());
    // The role opens no command.
    let command = world.sim.start_command(chloe.call("next")).await;
    assert!(command.is_err(), "{command:?}");
    world.sim.set_member_role(world.ids.guild, chloe.id, role, false).await.unwrap();
    let refused = chloe.press(&moved.original.unwrap(), "Remove").await;
    assert!(refused.text().contains(REFUSAL), "{}", refused.text());
    assert_eq!(world.line(song), Line::Skip5);
    world.sim.set_member_role(world.ids.guild, chloe.id, role, true).await.unwrap();
    world.configures("reviewer_role_id", "none").await;
    assert_eq!(chloe.press(&main, "Next song").await.text(), REFUSAL);
    world.end().await;
}

#[tokio::test]
async fn ids_of_the_desk_count_in_their_own_server_only() {
    let world = with_desk().await;
    let song = world.member("ann").submits(&link(1), "Secret Song").await;
    let main = on_desk(&world, "Secret Song").await;
    let (other, guild) = world.another_guild().await;
    let place = (other.guild, other.channel("general"));
    let mut ids: Vec<String> =
        ["Choose a song", "Approve…", "Remove…", "Next song"].map(|label| main.custom_id(label).unwrap()).into();
    let at = |guild: GuildId| format!("{guild}:{}:{}", song.digits(), rank(Line::Free));
    ids.extend(components::ALL.iter().map(|component| format!("{}:{}", component.id(), at(world.guild))));
    for id in &ids {
        assert!(id.len() <= 100, "{id}");
        let answer = world.press_foreign_button(world.host(), place, id).await;
        assert!(answer.contains("not kept up to date") && !answer.contains("Secret Song"), "{id}: {answer}");
    }
    // With the own server in it, an id finds what is there: nothing.
    for action in ["play", "hold", "out", "dead"] {
        let answer = world.press_foreign_button(world.host(), place, &format!("desk:{action}:{}", at(guild))).await;
        assert!(answer.contains(&format!("There is no song {song}")), "{action}: {answer}");
    }
    let odd =
        ["desk:pick", "desk:next:", "desk:approve:x:y:z", "desk:tier:1:2", "desk:play:\u{202E}:1:1", "desk:out:0:0:99"];
    for id in odd {
        let answer = world.press_foreign_button(world.host(), (world.ids.guild, world.channel("general")), id).await;
        assert!(answer.contains("not kept up to date"), "{id}: {answer}");
    }
    assert_eq!(world.line(song), Line::Free);
    world.end().await;
}

#[tokio::test]
async fn the_desk_is_never_put_into_a_channel_that_everybody_sees() {
    let world = with_desk().await;
    world.chooses("setdebugchannel", "general").await;
    let answer = world.host().in_channel("general");
    let options = [("key", "selfheal_recreate_channels".to_owned()), ("value", "Yes".to_owned())];
    assert!(answer.run_with("config set", options).await.text().contains("is now **Yes**"));
    world.sim.delete_channel(world.ids.guild, world.channel("staff")).await.unwrap();
    let healed = world.host().in_channel("general").run("selfheal").await.text();
    for title in ["reviewer queue", "pending skips"] {
        assert!(healed.contains(&format!("The channel of the {title} is gone")), "{healed}");
    }
    assert!(world.requests_with("POST", "/channels").await.iter().all(|asked| !asked.path.ends_with("/channels")));
    world.end().await;
}
