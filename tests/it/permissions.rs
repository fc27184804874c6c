//! Administrators' commands and buttons refuse everyone else, also where a server opened them (`M-CMD-37`).

use greenroom::covers;
use greenroom::discord::Command;
use greenroom::features::queue::model::Line;
use greenroom::kernel::ids::GuildId;
use greenroom::sim::{CommandCall, Settings};
use serenity::all::Permissions;

use crate::reading::link;
use crate::world::{Setup, World, guild_spec};

const REFUSAL: &str = "Only people with the **Administrator** permission can use this.";

/// The administrators' commands with options that would do something.
fn calls(world: &World) -> Vec<CommandCall> {
    let member = world.member("ann");
    let channel = world.channel("general").to_string();
    let song = world.songs()[0].song.public_id.to_string();
    let user = world.member("ben").id.to_string();
    greenroom::bot::commands(false)
        .into_iter()
        .filter(|command| command.default_member_permissions.contains(Permissions::ADMINISTRATOR))
        .flat_map(|command| {
            if command.subcommands.is_empty() {
                return vec![(command.name.to_string(), command.parameters)];
            }
            let part = |part: Command| (format!("{} {}", command.name, part.name), part.parameters);
            command.subcommands.into_iter().map(part).collect()
        })
        .map(|(name, parameters)| {
            let fill = |call: CommandCall, option: &str| match option {
                "channel" => call.with("channel", channel.clone()),
                "submission_id" => call.with("submission_id", song.clone()),
                "target_line" => call.with("target_line", "25+ Skip"),
                "user" => call.with("user", user.clone()),
                "handle" => call.with("handle", "some.handle"),
                "action" => call.with("action", "view"),
                "key" => call.with("key", "delete_original_messages"),
                "value" => call.with("value", "No"),
                "unique_id" => call.with("unique_id", "night.owl"),
                other => panic!("the test does not know the option {other:?}"),
            };
            let options = parameters.iter().filter(|option| option.required);
            options.fold(member.call(&name), |call, option| fill(call, &option.name))
        })
        .collect()
}

#[tokio::test]
async fn members_are_refused_every_administrators_command_that_a_server_opened_to_them() {
    covers!("T-PRM-02", "T-ERR-01");
    covers!("M-CMD-37", "M-CMD-10", "M-CMD-11", "M-CMD-12", "M-CMD-13", "M-CMD-14", "M-CMD-15", "M-CMD-29", "M-CMD-30");
    let world = World::new().await;
    let song = world.member("ben").submits(&link(1), "Untouched").await;
    let calls = calls(&world);
    assert!(calls.len() >= 17, "{} commands", calls.len());
    for call in &calls {
        assert!(world.sim.start_command(call.clone()).await.is_err(), "/{} is hidden from members", call.name);
    }
    world.sim.set(|settings| settings.commands_opened = true);
    for call in calls {
        let name = call.name.clone();
        let answer = world.member("ann").run_call(call).await;
        assert!(answer.is_ephemeral() && answer.followups.is_empty(), "/{name}");
        assert_eq!(answer.text(), REFUSAL, "/{name}");
    }
    assert_eq!(world.line(song), Line::Free);
    let settings = world.host().run("show-settings").await.text();
    assert!(!settings.contains(&format!("<#{}>", world.channel("general"))), "{settings}");
    world.end().await;
}

#[tokio::test]
async fn members_are_offered_nothing_by_administrators_commands() {
    covers!("M-CMD-37");
    let world =
        World::with(Setup { settings: Settings { commands_opened: true, ..Settings::default() }, ..Setup::default() })
            .await;
    world.member("ben").submits(&link(1), "Hidden").await;
    world.goes_live().await;
    world.joins("hidden.handle").await;
    for (command, option, typed) in [
        ("move", "submission_id", ""),
        ("remove", "submission_id", ""),
        ("admin-link", "handle", "hid"),
        ("config set", "key", ""),
    ] {
        assert!(!world.host().offered(command, option, typed).await.is_empty(), "/{command} for the host");
        assert!(world.member("ann").offered(command, option, typed).await.is_empty(), "/{command} for a member");
    }
    world.end().await;
}

#[tokio::test]
async fn a_bookmark_button_refuses_whoever_is_no_administrator_any_more() {
    covers!("M-CMD-37", "M-CMD-19");
    let world = World::new().await;
    world.chooses("setbookmarkchannel", "bookmarks").await;
    world.member("ann").submits(&link(1), "Keeper").await;
    let playing = world.next().await.original.unwrap();
    let host = world.host().id;
    for role in world.sim.member(world.ids.guild, host).await.unwrap().roles {
        world.sim.set_member_role(world.ids.guild, host, role, false).await.unwrap();
    }
    let answer = world.host().press(&playing, "Bookmark").await;
    assert!(answer.is_ephemeral());
    assert!(answer.text().starts_with("Only reviewers can use this"), "{}", answer.text());
    assert_eq!(world.seen_in("bookmarks").await, Vec::<String>::new());
    world.end().await;
}

#[tokio::test]
async fn commands_of_a_server_do_not_work_in_direct_messages_and_help_does() {
    covers!("M-CMD-37", "M-CMD-01");
    let world = World::new().await;
    let ann = world.member("ann").id;
    let direct = world.sim.direct_channel(ann).await;
    let call = |name: &str| CommandCall {
        guild: None,
        channel: Some(direct),
        user: ann,
        name: name.into(),
        ..CommandCall::default()
    };
    assert!(world.sim.start_command(call("queue")).await.is_err());
    let help = world.member("ann").run_call(call("help")).await;
    assert!(help.text().contains("help:"), "{}", help.text());
    world.end().await;
}

#[tokio::test]
async fn one_server_never_sees_the_songs_of_another() {
    covers!("M-QUE-14", "M-CMD-04");
    let world = World::new().await;
    let song = world.member("ann").submits(&link(1), "Ours").await;
    let other = world.sim.create_guild(guild_spec("Day Lark Reviews")).await.unwrap();
    let (channel, staff) = (other.channel("submissions"), other.channel("staff"));
    let host = world.host().in_guild(other.guild, staff);
    let ann = world.member("ann").in_guild(other.guild, channel);
    host.run_with("set-submission-channel", [("channel", channel.to_string())]).await;
    assert_eq!(host.run("next").await.text(), "The queue is empty.");
    let removed = host.run_with("remove", [("submission_id", song.to_string())]).await;
    assert!(removed.text().contains("There is no song"), "{}", removed.text());
    assert!(host.offered("move", "submission_id", "").await.is_empty());
    assert!(
        ann.run("mysubmissions").await.text().contains("You have not submitted"),
        "the same person, another server"
    );
    ann.submits(&link(1), "Theirs").await;
    assert_eq!(world.songs().len(), 1);
    assert_eq!(world.songs_of_guild(GuildId::new(other.guild.get())).len(), 1);
    assert_eq!(world.line(song), Line::Free);
    world.end().await;
}
