//! Signals at every moment: the real program ends cleanly and with code 0, also while it starts.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::patience::Patience;
use crate::process::{Running, SimProcess, greenroom, output_of};

/// A bot that says something before it opens its store.
fn starting(folder: &Path, discord: &str) -> Command {
    let mut command = greenroom(folder, &["run"]);
    command.env("DISCORD_API_URL", discord).env("REDIS_URL", "a notice at the start");
    command
}

/// The same from a shell that ignores a signal, as the first process of a container ignores what nobody listens to.
fn ignoring(signal: &str, folder: &Path, discord: &str) -> Command {
    let bot = starting(folder, discord);
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("trap '' {signal}; echo ignoring; exec \"$0\" run")]).arg(bot.get_program());
    let variables = bot.get_envs().filter_map(|(name, value)| Some((name, value?)));
    shell.env_clear().envs(variables).current_dir(folder).stdin(Stdio::null());
    shell
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hangup_ends_the_bot_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let mut bot = sim.bot(folder.path());
    assert!(folder.path().join("data/greenroom.sock").exists());
    bot.signal("HUP");
    assert_eq!(bot.ended().code(), Some(0));
    assert!(!folder.path().join("data/greenroom.sock").exists());
    let rest = bot.rest();
    assert!(rest.iter().any(|line| line.contains("stopping")), "{rest:#?}");
    assert!(!rest.iter().any(|line| line.contains("serenity")), "nothing of the library's is told: {rest:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_wants_the_bot_to_outlive_the_terminal_can_have_it() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let mut bot = Running::start(ignoring("HUP", folder.path(), &sim.discord));
    bot.says("commands registered");
    bot.signal("HUP");
    let help = sim.command("ann", "help", json!({})).await.to_string();
    assert!(help.contains("/submit"), "{help}");
    bot.signal("TERM");
    assert_eq!(bot.ended().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_during_the_start_ends_it_with_code_0() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    for round in 0..20 {
        let mut bot = Running::start(starting(folder.path(), &sim.discord));
        bot.says("REDIS_URL");
        bot.signal(["TERM", "INT", "HUP"][round % 3]);
        assert_eq!(bot.ended().code(), Some(0), "round {round}");
        // One that comes before anybody listens is ignored here, as in a container, and comes again.
        let mut bot = Running::start(ignoring("TERM", folder.path(), &sim.discord));
        bot.says("ignoring");
        let patience = Patience::until("the bot hears the signal");
        while !bot.has_ended() {
            bot.signal("TERM");
            patience.hold();
        }
        assert_eq!(bot.ended().code(), Some(0), "round {round}");
    }
    let mut bot = sim.bot(folder.path());
    bot.signal("TERM");
    assert_eq!(bot.ended().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_is_heard_while_the_store_is_being_opened_however_long_that_takes() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    // Whoever opens a pipe waits until somebody writes into it.
    let mut make = Command::new("mkfifo");
    make.arg(folder.path().join("data/greenroom.redb"));
    assert_eq!(output_of(make).code, Some(0));
    let mut bot = Running::start(starting(folder.path(), "http://127.0.0.1:9"));
    bot.says("REDIS_URL");
    bot.signal("TERM");
    assert_eq!(bot.ended().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_processes_of_these_tests_do_by_default_what_signals_say() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let bot = sim.bot(folder.path());
    let status = std::fs::read_to_string(format!("/proc/{}/status", bot.id())).unwrap();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap().trim();
    // Hangup, interrupt, quit and the end of a service, whatever whoever runs the tests ignores.
    let ignored = u64::from_str_radix(ignored, 16).unwrap();
    assert_eq!(ignored & 0b100_0000_0000_0111, 0, "{ignored:b}");
}
