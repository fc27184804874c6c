//! What the log tells, on the console and in its files.

use std::fs;
use std::path::Path;

use greenroom::covers;
use greenroom::discord::invitation;
use greenroom::kernel::time::Clock;
use greenroom::sim::{Sim, SimOptions};
use serde_json::{Value, json};

use crate::patience::found;
use crate::process::{Running, SimProcess, greenroom, output};
use crate::reading::link;

fn file(folder: &Path) -> String {
    // A thread of its own writes it, a moment after the console.
    let read = || fs::read_to_string(folder.join("data/logs/greenroom.log")).ok();
    found("the log file tells of the connection", || read().filter(|text| text.contains("connected to Discord")))
}

/// A bot with these variables, up to where it answers commands.
fn bot(sim: &SimProcess, folder: &Path, variables: &[(&str, &str)]) -> Running {
    let mut command = greenroom(folder, &["run"]);
    command.env("DISCORD_API_URL", &sim.discord).envs(variables.iter().copied());
    let running = Running::start(command);
    // A second start has its commands registered already.
    running.says("connected to Discord");
    running
}

#[tokio::test(flavor = "multi_thread")]
async fn coin_operations_are_on_the_console_in_the_file_and_where_there_is_one_in_the_debug_channel() {
    covers!("M-DLV-07");
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let mut running = bot(&sim, folder.path(), &[]);
    running.says("commands registered");
    sim.submit(&link(1)).await;
    let give =
        |reason: &str| json!({"user": sim.ids["members"]["ann"], "action": "add", "amount": 7, "reason": reason});
    // Without a debug channel the file has it all the same (C-49).
    sim.command("host", "coins", give("won the quiz\n2026-01-01 ERROR not a line of its own")).await;
    let line = running.says("admin_add");
    assert!(line.contains("amount `+7`") && line.contains("before_balance `0`"), "{line}");
    let staff = sim.ids["channels"]["staff"].clone();
    sim.command("host", "setdebugchannel", json!({ "channel": staff })).await;
    sim.command("host", "coins", give("once more")).await;
    running.says("once more");
    running.signal("TERM");
    assert!(running.ended().success());
    let text = file(folder.path());
    let coins: Vec<&str> = text.lines().filter(|line| line.contains("admin_add")).collect();
    assert_eq!(coins.len(), 2, "{text}");
    assert!(coins[0].contains("INFO") && coins[0].contains("not a line of its own"), "{text}");
    assert!(text.contains("connected to Discord") && text.contains("stopping"), "{text}");
    let told = sim.get(&format!("/channels/{}/messages", staff.as_str().unwrap())).await.to_string();
    assert!(told.contains("once more") && !told.contains("won the quiz"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_files_are_json_on_request_private_and_as_many_as_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let mut running = bot(&sim, folder.path(), &[("LOG_FORMAT", "json"), ("LOG_FILES", "1")]);
    running.says("commands registered");
    running.signal("TERM");
    assert!(running.ended().success());
    let text = file(folder.path());
    assert!(text.lines().count() > 2, "{text}");
    for line in text.lines() {
        assert!(serde_json::from_str::<Value>(line).unwrap()["timestamp"].is_string(), "{line}");
    }
    let path = folder.path().join("data/logs/greenroom.log");
    let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    fs::remove_dir_all(folder.path().join("data/logs")).unwrap();
    let mut running = bot(&sim, folder.path(), &[("LOG_FILES", "0")]);
    running.signal("TERM");
    assert!(running.ended().success());
    assert!(!folder.path().join("data/logs").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_file_that_cannot_be_written_does_not_end_the_bot() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("data")).unwrap();
    fs::write(folder.path().join("data/logs"), "in the way").unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let mut command = greenroom(folder.path(), &["run"]);
    command.env("DISCORD_API_URL", &sim.discord);
    let mut running = Running::start(command);
    // The first is said when a line could not be written, which another thread tries.
    running.says_all(&["the log file cannot be written; the console goes on", "commands registered"]);
    let answer = sim.submit(&link(1)).await.to_string();
    assert!(answer.contains("Thank you"), "{answer}");
    running.signal("TERM");
    assert!(running.ended().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_bot_on_the_same_folder_leaves_the_files_alone() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let _running = bot(&sim, folder.path(), &[]);
    let before = file(folder.path());
    let variables = [("DISCORD_API_URL", sim.discord.as_str()), ("REDIS_URL", "a notice at the start")];
    let second = output(folder.path(), &["run"], &variables);
    assert_eq!(second.code, Some(3));
    assert!(second.err.contains("set but not used by Greenroom: REDIS_URL"));
    let after = file(folder.path());
    assert!(after.starts_with(&before) && !after.contains("REDIS_URL"), "{after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_is_in_no_server_shows_the_link_that_invites_it() {
    let folder = tempfile::tempdir().unwrap();
    let sim = Sim::start(SimOptions::new(Clock::system(), None)).await.unwrap();
    let mut command = greenroom(folder.path(), &["run"]);
    command.env("DISCORD_API_URL", sim.discord_url());
    let mut running = Running::start(command);
    let line = running.says("I am in no server yet");
    assert!(line.contains("WARN") && line.contains(&invitation::link(sim.bot().get())), "{line}");
    running.signal("TERM");
    assert!(running.ended().success());
}
