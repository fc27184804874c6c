//! The program as people and service managers run it.

use std::time::Duration;

use greenroom::covers;
use greenroom::kernel::time::Stopwatch;
use serde_json::{Value, json};

use crate::patience::at_this_speed;
use crate::process::{Finished, Running, SimProcess, greenroom, output, output_of};
use crate::reading::link;

#[test]
fn without_a_token_three_lines_say_what_to_do() {
    covers!("M-ENV-01");
    let folder = tempfile::tempdir().unwrap();
    for arguments in [&[][..], &["run"]] {
        let Finished { code, out, err } = output(folder.path(), arguments, &[]);
        assert_eq!((code, out.as_str()), (Some(2), ""));
        let lines: Vec<_> = err.lines().collect();
        assert_eq!(lines.len(), 3, "{err}");
        assert!(lines[0].contains("https://discord.com/developers/applications"), "{err}");
        assert!(lines[1].contains("intents") && lines[2].contains("greenroom demo"), "{err}");
    }
    assert!(!folder.path().join("data").exists(), "nothing was started");
}

#[test]
fn a_wrong_value_is_an_error_that_names_its_variable_and_no_secret() {
    covers!("M-ENV-02", "M-ENV-03", "M-ENV-04", "M-ENV-05", "M-ENV-06", "M-ENV-07");
    let wrong = [
        ("GUILD_ID", "my server"),
        ("DEBUG_CHANNEL_ID", "#debug"),
        ("ALLOW_ANY_HANDLE_LINKING", "perhaps"),
        ("EMBED_REFRESH_INTERVAL", "often"),
        ("SELF_HEAL_INTERVAL", "-1"),
        ("STORE_CACHE_MIB", "1"),
        ("DISCORD_API_URL", "http://discord.example.com"),
        ("DISCORD_BOT_TOKEN", "two words"),
        ("LOG_FORMAT", "xml"),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (name, value) in wrong {
        let Finished { code, out, err } = output(folder.path(), &["run"], &[(name, value)]);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{name}: {err}");
        assert!(err.contains(name), "{name}: {err}");
        assert!(name != "DISCORD_BOT_TOKEN" || !err.contains("two words"), "{err}");
    }
    let both = output(folder.path(), &["run"], &wrong[..2]);
    assert!(both.err.contains("GUILD_ID") && both.err.contains("DEBUG_CHANNEL_ID"), "all at once: {}", both.err);
}

#[test]
fn an_unknown_name_in_dotenv_is_an_error() {
    covers!("M-ENV-01");
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), "DISCORD_BOT_TOKEN=secret.of.mine\nGUILDID=5\n").unwrap();
    let Finished { code, err, .. } = output(folder.path(), &["run"], &[]);
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("GUILDID") && !err.contains("secret.of.mine"), "{err}");
}

#[test]
fn help_names_the_commands_and_exit_codes() {
    covers!("M-ENV-01");
    let folder = tempfile::tempdir().unwrap();
    let help = output(folder.path(), &["--help"], &[]);
    assert_eq!(help.code, Some(0));
    for word in ["run", "demo", "replay", "sim", "export", "check", "Examples:", "Exit codes:"] {
        assert!(help.out.contains(word), "{word}: {}", help.out);
    }
    assert_eq!(output(folder.path(), &["dance"], &[]).code, Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn sim_prints_one_json_line_and_run_answers_a_command_there() {
    covers!("M-DLV-09", "M-ENV-02");
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let bot = sim.bot(folder.path());
    bot.says("commands registered");
    let submitted = sim.submit(&link(1)).await;
    assert!(submitted["original"]["content"].as_str().unwrap().contains("is in"), "{submitted}");
    let next = sim.command("host", "next", json!({})).await;
    assert!(next["original"].to_string().contains("Over HTTP"), "{next}");
    assert!(folder.path().join("data/greenroom.redb").exists(), "./data is the default");
}

#[tokio::test(flavor = "multi_thread")]
async fn check_and_export_work_while_the_bot_runs_and_after_it_stopped() {
    covers!("M-DB-06", "M-ENV-02");
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let mut bot = sim.bot(folder.path());
    bot.says("commands registered");
    sim.submit(&link(1)).await;
    let guild = sim.ids["guild"].as_str().unwrap().to_owned();
    for out in ["while.db", "after.db"] {
        let check = output(folder.path(), &["check"], &[]);
        assert_eq!((check.code, check.out.as_str()), (Some(0), "The store is sound.\n"), "{}", check.err);
        let export = output(folder.path(), &["export", "sqlite", out, "--guild", &guild, "--json"], &[]);
        assert_eq!(export.code, Some(0), "{}", export.err);
        let report: Value = serde_json::from_str(&export.out).unwrap();
        assert_eq!(report["tables"]["submissions"], 1, "{report}");
        let file = rusqlite::Connection::open(folder.path().join(out)).unwrap();
        let title: String = file.query_row("SELECT song_name FROM submissions", [], |row| row.get(0)).unwrap();
        assert_eq!(title, "Over HTTP");
        let read = output(folder.path(), &["export", "sqlite", out, "--force"], &[]);
        assert!(read.out.starts_with("Wrote ") && read.out.contains(" tables to "), "{}{}", read.out, read.err);
        let again = output(folder.path(), &["export", "sqlite", out], &[]);
        assert_eq!(again.code, Some(2), "an existing file is not overwritten: {}", again.err);
        let nobody = output(folder.path(), &["export", "sqlite", "nobody.db", "--guild", "4711"], &[]);
        assert_eq!(nobody.code, Some(2), "{}", nobody.err);
        assert!(nobody.err.contains("no server 4711: it knows") && nobody.err.contains(&guild), "{}", nobody.err);
        assert!(!folder.path().join("nobody.db").exists());
        if out == "while.db" {
            bot.signal("TERM");
            assert_eq!(bot.ended().code(), Some(0));
        }
    }
}

#[test]
fn check_without_a_store_says_where_it_looked() {
    covers!("M-ENV-02");
    let folder = tempfile::tempdir().unwrap();
    let Finished { code, err, .. } = output(folder.path(), &["check", "--data-dir", "nowhere"], &[]);
    assert_eq!(code, Some(2));
    assert!(err.contains("There is no store in nowhere"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_bot_on_the_same_data_is_refused_with_a_sentence() {
    covers!("M-RAT-06");
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let bot = sim.bot(folder.path());
    let second = output(folder.path(), &["run"], &[("DISCORD_API_URL", &sim.discord)]);
    assert_eq!(second.code, Some(3), "{}", second.err);
    let sentence = second.err.lines().last().unwrap();
    assert!(sentence.contains("in use") || sentence.contains("running"), "{sentence}");
    bot.says("commands registered");
    let queue = sim.command("ann", "queue", json!({})).await;
    assert!(queue["original"].to_string().contains("The queue is empty"), "the first one is not disturbed: {queue}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_ends_the_bot_within_three_seconds_and_nothing_is_lost() {
    covers!("M-RAT-06");
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let mut bot = sim.bot(folder.path());
    bot.says("commands registered");
    sim.submit(&link(1)).await;
    let since = Stopwatch::start();
    bot.signal("TERM");
    assert_eq!(bot.ended().code(), Some(0));
    let (taken, most) = (since.elapsed(), at_this_speed(Duration::from_secs(3)));
    assert!(taken < most, "{taken:?}, more than {most:?}");
    let again = sim.bot(folder.path());
    let queue = sim.command("ann", "queue", json!({})).await;
    assert!(queue["original"].to_string().contains("Over HTTP"), "{queue}");
    drop(again);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_is_killed_lost_nothing_that_it_answered() {
    covers!("M-RAT-06");
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let mut bot = sim.bot(folder.path());
    bot.says("commands registered");
    for number in 1..=5 {
        sim.submit(&link(number)).await;
    }
    bot.signal("KILL");
    bot.ended();
    let check = output(folder.path(), &["check"], &[]);
    assert_eq!(check.code, Some(0), "{}{}", check.out, check.err);
    let _again = sim.bot(folder.path());
    let own = sim.command("ann", "mysubmissions", json!({})).await;
    assert!(own["original"].to_string().contains("5 songs"), "{own}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_simulator_that_is_not_there_is_told_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = greenroom(folder.path(), &["run"]);
    // Port 9 discards; nothing listens on it here.
    command.env("DISCORD_API_URL", "http://127.0.0.1:9");
    let mut bot = Running::start(command);
    let sentence = bot.says("DISCORD_API_URL names a simulator");
    assert!(sentence.contains("greenroom sim"), "{sentence}");
    assert_eq!(bot.ended().code(), Some(2));
}

#[test]
fn ctrl_c_ends_the_simulator_and_a_demo_that_stays() {
    let folder = tempfile::tempdir().unwrap();
    let mut sim = Running::start(greenroom(folder.path(), &["sim"]));
    sim.says("\"control\"");
    sim.signal("INT");
    assert_eq!(sim.ended().code(), Some(0));
    let mut demo = Running::start(greenroom(folder.path(), &["demo", "--keep", "--data", "kept"]));
    demo.says("Everything stays up until Ctrl-C");
    demo.signal("INT");
    assert_eq!(demo.ended().code(), Some(0));
    let check = output(folder.path(), &["check", "--data-dir", "kept"], &[]);
    assert_eq!(check.code, Some(0), "the store was closed: {}{}", check.out, check.err);
}

#[test]
fn another_file_of_variables_is_read_in_place_of_the_one_in_the_working_folder() {
    let folder = tempfile::tempdir().unwrap();
    // The one in the working folder is somebody else's.
    std::fs::write(folder.path().join(".env"), "COLOUR=red\n").unwrap();
    let file = folder.path().join("greenroom.env");
    std::fs::write(&file, "DATA_DIR=./its-own\nGUILDID=5\n").unwrap();
    let refused = output(folder.path(), &["run", "--env-file", "greenroom.env"], &[]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(refused.err.contains("GUILDID (in greenroom.env) is not a variable"), "{}", refused.err);
    assert!(!refused.err.contains("COLOUR"), "{}", refused.err);
    std::fs::write(&file, "DATA_DIR=./its-own\n").unwrap();
    let read = output(folder.path(), &["check", "--env-file", "greenroom.env"], &[]);
    assert_eq!(read.code, Some(2), "{}", read.err);
    assert!(read.err.contains("its-own"), "{}", read.err);
    let missing = output(folder.path(), &["check", "--env-file", "nowhere.env"], &[]);
    assert_eq!(missing.code, Some(2), "{}", missing.err);
    assert!(missing.err.contains("nowhere.env cannot be read"), "{}", missing.err);
}

#[test]
fn a_mistake_in_the_variables_of_the_bot_stops_no_command_that_works_on_the_store() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("points.json"), r#"{"tiktok_accounts": {"ann": 30}}"#).unwrap();
    std::fs::write(folder.path().join(".env"), "COLOUR=red\nGUILD_ID=me\nDISCORD_BOT_TOKEN=two words\n").unwrap();
    assert_eq!(output(folder.path(), &["run"], &[]).code, Some(2), "the bot needs them");
    for arguments in [
        &["import", "luxbot", "points.json", "--guild", "81"][..],
        &["check"],
        &["check", "economy"],
        &["export", "sqlite", "out.db"],
        &["export", "ledger", "out.csv"],
        &["backup", "saved.redb"],
        &["restore", "saved.redb", "--rehearse"],
        &["restore", "saved.redb"],
    ] {
        let done = output(folder.path(), arguments, &[("BACKUP_TARGET", "s3://X")]);
        assert_eq!(done.code, Some(0), "{arguments:?}: {done:?}");
    }
}

#[test]
fn what_cannot_be_read_of_the_configuration_is_named_and_nothing_is_started() {
    use std::os::unix::ffi::OsStrExt;
    let folder = tempfile::tempdir().unwrap();
    let mut command = greenroom(folder.path(), &["run"]);
    // Bytes that are no text, in a variable that is used and in one that is nobody's business.
    command.env("DATA_DIR", std::ffi::OsStr::from_bytes(b"\xff")).env("COLOUR", std::ffi::OsStr::from_bytes(b"\xff"));
    let refused = output_of(command);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(refused.err.contains("DATA_DIR is not valid text (UTF-8)"), "{}", refused.err);
    assert!(!refused.err.contains("COLOUR"), "{}", refused.err);
    std::fs::create_dir(folder.path().join(".env")).unwrap();
    let refused = output(folder.path(), &["run"], &[]);
    assert_eq!(refused.code, Some(2), "{}", refused.err);
    assert!(refused.err.contains(".env cannot be read"), "{}", refused.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_user_than_the_bots_is_told_as_whom_to_run_a_command_and_without_root_no_service_is_begun() {
    use std::os::unix::fs::{PermissionsExt, chown};
    use std::os::unix::process::CommandExt;
    let (owner, stranger) = (Some(4711), 65_534);
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let _bot = sim.bot(folder.path());
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let data = folder.path().join("data");
    if chown(&data, owner, owner).is_err() {
        // Only root can be two users.
        return;
    }
    std::fs::set_permissions(data.join("greenroom.redb"), std::fs::Permissions::from_mode(0o600)).unwrap();
    std::fs::write(folder.path().join("old.redb"), "a backup that everybody may read").unwrap();
    for (owner, sudo) in [(4711, "sudo -u '#4711'"), (0, "sudo")] {
        chown(&data, Some(owner), Some(owner)).unwrap();
        for arguments in [
            &["check"][..],
            &["export", "sqlite", "out.db"],
            &["backup"],
            &["restore", "old.redb"],
            &["restore", "old.redb", "--rehearse"],
        ] {
            let mut command = greenroom(folder.path(), arguments);
            command.uid(stranger).gid(stranger);
            let refused = output_of(command);
            assert!(matches!(refused.code, Some(3 | 5)), "{refused:?}");
            let remedy = format!("{sudo} greenroom {} --data-dir {}", arguments.join(" "), folder.path().display());
            assert!(refused.err.contains(&remedy), "{refused:?}");
            assert!(!refused.err.contains("give it to") && !refused.err.contains("os error"), "{refused:?}");
        }
    }
    for what in ["install", "uninstall"] {
        let mut command = greenroom(folder.path(), &["service", what]);
        command.uid(stranger).gid(stranger);
        let refused = output_of(command);
        assert_eq!((refused.code, refused.out.as_str()), (Some(2), ""), "{refused:?}");
        assert!(refused.err.contains("run `sudo ") && refused.err.contains("Nothing was changed"), "{refused:?}");
    }
}

#[test]
fn a_slip_in_the_environment_is_told_also_where_it_cost_the_token() {
    let folder = tempfile::tempdir().unwrap();
    let started = output(folder.path(), &["run"], &[("DISCORD_BOT_TOKN", "x")]);
    assert_eq!(started.code, Some(2), "{started:?}");
    assert!(
        started.err.contains("DISCORD_BOT_TOKN is set but is no variable")
            && started.err.trim_end().ends_with("mean DISCORD_BOT_TOKEN?"),
        "{started:?}"
    );
}

#[test]
fn the_configuration_is_shown_with_who_set_it_and_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(".env"), "# first\nGUILD_ID=5\n").unwrap();
    let shown = output(folder.path(), &["config", "show", "--data-dir", "/srv"], &[("LOG_FORMAT", "json")]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    for line in ["5  (.env, line 2)", "/srv  (the command line)", "json  (the environment)", "16  (default)"] {
        assert!(shown.out.contains(line), "{line}: {}", shown.out);
    }
    let wrong = output(folder.path(), &["config", "show", "--json"], &[("LOG", "loud")]);
    assert_eq!(wrong.code, Some(2), "{wrong:?}");
    let json: Value = serde_json::from_str(&wrong.out).unwrap();
    let log = json["variables"].as_array().unwrap().iter().find(|row| row["name"] == "LOG").unwrap();
    assert!(log["problems"][0].as_str().unwrap().contains("must be a level"), "{log}");
}
