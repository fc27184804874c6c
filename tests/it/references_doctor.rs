//! `greenroom doctor` finds what a server has set that does not work any more, with a bot that runs and without.

use std::time::Duration;

use greenroom::kernel::time::Clock;
use greenroom::sim::{CommandCall, Fault, OverwriteSpec, RoleSpec, Sim, SimOptions};
use serde_json::Value;

use crate::process::{Running, greenroom, output_of};
use crate::world::guild_spec;

/// What the doctor finds of channels and roles: level, sentence and fix.
async fn finds(sim: &Sim, folder: &std::path::Path) -> Vec<[String; 3]> {
    let mut command = greenroom(folder, &["doctor", "--json"]);
    command.env("DISCORD_API_URL", sim.discord_url()).env("TIKTOK_WEB_URL", sim.live_url());
    let done = tokio::task::spawn_blocking(move || output_of(command)).await.unwrap();
    let told: Value = serde_json::from_str(&done.out).unwrap_or_else(|error| panic!("{error}: {done:?}"));
    let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
    let findings = told["findings"].as_array().unwrap().iter().filter(|finding| finding["id"] == "discord.references");
    findings.map(|finding| ["level", "sentence", "fix"].map(|key| text(finding, key))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn channels_that_are_gone_or_closed_are_found_with_what_mends_them() {
    let (clock, _hand) = Clock::simulated(Clock::system().now());
    let sim = Sim::start(SimOptions::new(clock, None)).await.unwrap();
    let ids = sim.create_guild(guild_spec("Night Owl Reviews")).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut command = greenroom(folder.path(), &["run"]);
    command.env("DISCORD_API_URL", sim.discord_url()).env("TIKTOK_WEB_URL", sim.live_url());
    let mut running = Running::start(command);
    running.says("commands registered");
    sim.connected(Duration::from_secs(20)).await.unwrap();
    for (command, channel) in [("setnowplayingchannel", "now-playing"), ("setbookmarkchannel", "bookmarks")] {
        let call = CommandCall::new(ids.guild, ids.channel("staff"), ids.member("host"), command);
        let answer = sim.run_command(call.with("channel", ids.channel(channel).to_string())).await.unwrap();
        assert!(answer.text().contains("<#"), "{}", answer.text());
    }
    let spec = RoleSpec { name: "reviewers".into(), ..RoleSpec::default() };
    let role = sim.create_role(ids.guild, spec).await.unwrap();
    let call = CommandCall::new(ids.guild, ids.channel("staff"), ids.member("host"), "config set");
    let call = call.with("key", "reviewer_role_id").with("value", format!("<@&{role}>"));
    let answer = sim.run_command(call).await.unwrap();
    assert!(answer.text().contains("is now **"), "{}", answer.text());
    let well = finds(&sim, folder.path()).await;
    assert!(well.len() == 1 && well[0][0] == "ok", "{well:?}");
    sim.delete_channel(ids.guild, ids.channel("now-playing")).await.unwrap();
    sim.delete_role(ids.guild, role).await.unwrap();
    let deny = serde_json::from_value(serde_json::json!(["EMBED_LINKS"])).unwrap();
    let overwrite = OverwriteSpec { target: "bot".into(), deny, ..OverwriteSpec::default() };
    sim.set_overwrite(ids.channel("bookmarks"), overwrite).await.unwrap();
    let is_told = |found: &[[String; 3]]| {
        let has = |sentence: &str, fix: &str| {
            found.iter().any(|told| told[0] == "warning" && told[1].contains(sentence) && told[2].contains(fix))
        };
        assert!(
            has(
                "the channel for \"Now Playing Channel\" is gone. What plays is not announced.",
                "/setnowplayingchannel"
            ),
            "{found:?}"
        );
        assert!(
            has("the bot lacks Embed Links in the channel \"bookmarks\"", "Give its role Embed Links"),
            "{found:?}"
        );
        assert!(
            has(
                "the role for \"Reviewer Role\" is gone. Only administrators are reviewers now.",
                "Choose another by /config set reviewer_role_id in that server."
            ),
            "{found:?}"
        );
        assert_eq!(found.len(), 3, "{found:?}");
    };
    is_told(&finds(&sim, folder.path()).await);
    running.signal("TERM");
    running.ended();
    is_told(&finds(&sim, folder.path()).await);
    for status in [401, 429, 500, 503] {
        let path = Some(format!("/guilds/{}/channels", ids.guild));
        sim.faults(Fault { status: Some(status), path, retry_after: Some(30.0), ..Fault::default() }).await;
        let found = finds(&sim, folder.path()).await;
        assert!(found.len() == 1 && found[0][0] == "warning", "{status}: {found:?}");
        assert!(found[0][1].contains("were not looked at in 1 of 1 servers"), "{status}: {found:?}");
    }
    sim.kick_bot(ids.guild).await.unwrap();
    let found = finds(&sim, folder.path()).await;
    assert!(found.is_empty(), "what a server that the bot left has set is used no more: {found:?}");
}
