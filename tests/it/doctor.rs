//! `greenroom doctor`, the real program, against a simulated Discord and TikTok in which something is broken.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::time::Duration;

use greenroom::covers;
use greenroom::kernel::time::{Clock, ClockHand};
use greenroom::sim::{Fault, GuildSpec, Privileged, RoleSpec, Sim, SimOptions};
use serde_json::Value;
use serenity::all::GatewayIntents;

use crate::process::{Finished, Running, greenroom, output, output_of};
use crate::world::guild_spec;

/// A simulated Discord whose clock stands at the system's time, a folder, and what the doctor is told.
struct Clinic {
    sim: Sim,
    hand: ClockHand,
    folder: tempfile::TempDir,
    variables: Vec<(&'static str, String)>,
}

impl Clinic {
    async fn open() -> Self {
        let (clock, hand) = Clock::simulated(Clock::system().now());
        let sim = Sim::start(SimOptions::new(clock, Some(hand.clone()))).await.unwrap();
        let variables = vec![
            ("DISCORD_API_URL", sim.discord_url()),
            ("TIKTOK_WEB_URL", sim.live_url()),
            ("TIKTOK_WEBCAST_URL", sim.live_webcast_url()),
            ("TIKTOK_SIGN_URL", sim.live_url()),
            ("TIKTOK_MANAGED_URL", sim.live_managed_url()),
        ];
        Self { sim, hand, folder: tempfile::tempdir().unwrap(), variables }
    }

    /// The same with the usual server in it, and the bot started once.
    async fn with_bot() -> (Self, Running) {
        let clinic = Self::open().await;
        clinic.sim.create_guild(guild_spec("Night Owl Reviews")).await.unwrap();
        let running = Running::start(clinic.command(&["run"]));
        running.says("commands registered");
        (clinic, running)
    }

    fn with(mut self, name: &'static str, value: &str) -> Self {
        self.variables.retain(|(known, _)| *known != name);
        self.variables.push((name, value.to_owned()));
        self
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let mut command = greenroom(self.folder.path(), arguments);
        command.envs(self.variables.iter().map(|(name, value)| (*name, value.as_str())));
        command
    }

    /// What the doctor says, as a person reads it.
    async fn says(&self) -> Finished {
        let command = self.command(&["doctor"]);
        tokio::task::spawn_blocking(move || output_of(command)).await.unwrap()
    }

    /// What the doctor finds of a kind: level and sentence of each.
    async fn finds(&self, id: &str) -> Vec<(String, String)> {
        Self::found(self.command(&["doctor", "--json"]), id).await
    }

    async fn found(command: std::process::Command, id: &str) -> Vec<(String, String)> {
        let done = tokio::task::spawn_blocking(move || output_of(command)).await.unwrap();
        let told: Value = serde_json::from_str(&done.out).unwrap_or_else(|error| panic!("{error}: {done:?}"));
        let findings = told["findings"].as_array().unwrap();
        let has_error = findings.iter().any(|finding| finding["level"] == "error");
        assert_eq!(done.code, Some(if has_error { 4 } else { 0 }), "{done:?}");
        let text = |finding: &Value, key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        for finding in findings {
            let has_fix = !text(finding, "fix").is_empty();
            let wants_fix = ["warning", "error"].contains(&text(finding, "level").as_str());
            assert_eq!(has_fix, wants_fix, "{finding}");
        }
        let of_kind = findings.iter().filter(|finding| finding["id"] == id);
        of_kind.map(|finding| (text(finding, "level"), text(finding, "sentence"))).collect()
    }

    /// The only finding of a kind has this level, and its sentence these words.
    async fn expect(&self, id: &str, level: &str, words: &str) {
        let found = self.finds(id).await;
        let [(found_level, sentence)] = &found[..] else { panic!("{id}: {found:?}") };
        assert!(found_level == level && sentence.contains(words), "{id}: {found:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_bot_has_no_errors_and_everything_is_named() {
    let (clinic, running) = Clinic::with_bot().await;
    let done = clinic.says().await;
    assert_eq!(done.code, Some(0), "{done:?}");
    for id in [
        "config",
        "discord.reachable",
        "discord.token",
        "discord.intent.message_content",
        "discord.intent.members",
        "clock",
        "discord.commands",
        "discord.permissions",
        "discord.role",
        "folder.writable",
        "folder.space",
        "folder.lasting",
        "folder.private",
        "memory",
        "backup",
        "store.lock",
        "store",
        "web.port",
        "tiktok.reachable",
        "tiktok.sign",
    ] {
        assert!(done.out.lines().any(|line| line.contains(&format!(" {id}: "))), "{id}: {}", done.out);
    }
    let line = |words: &str| assert!(done.out.contains(words), "{words}: {}", done.out);
    line("ok       store.lock: The bot is running on this data folder.");
    line("ok       store: The store is sound.");
    line("ok       discord.commands: Discord has the commands of this version.");
    drop(running);
    clinic.expect("store.lock", "ok", "No bot is running").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_that_is_open_to_the_network_or_lacks_its_port_is_told() {
    let clinic = Clinic::open().await;
    clinic.expect("web.port", "note", "is off").await;
    assert_eq!(clinic.finds("web.password").await.len(), 0, "of a web that is off nothing more is said");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let clinic = clinic.with("API_BIND", "127.0.0.1").with("API_PORT", &port);
    clinic.expect("web.port", "warning", "cannot be served").await;
    clinic.expect("web.address", "ok", "for this machine alone").await;
    let password = clinic.finds("web.password").await;
    assert!(password.len() == 1 && password[0].1.starts_with("Checking a password takes"), "{password:?}");
    drop(taken);
    clinic.expect("web.port", "ok", "can be served").await;
    clinic.with("API_BIND", "0.0.0.0").expect("web.address", "warning", "without encryption").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_configuration_is_a_finding_for_each_mistake() {
    let clinic = Clinic::open().await.with("GUILD_ID", "my server").with("LOG_FORMAT", "xml");
    let found = clinic.finds("config").await;
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().all(|(level, _)| level == "error") && found[0].1.starts_with("GUILD_ID is"), "{found:?}");
    let Clinic { folder, .. } = Clinic::open().await;
    let without_token = output(folder.path(), &["doctor"], &[("TIKTOK_WEB_URL", "http://127.0.0.1:9")]);
    assert_eq!(without_token.code, Some(4));
    assert!(without_token.out.contains("error    discord.token: There is no bot token."), "{without_token:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_token_a_ban_and_a_discord_in_trouble_are_told_apart() {
    let clinic = Clinic::open().await;
    clinic.sim.set(|settings| settings.token = Some("another.token.entirely".to_owned()));
    clinic.expect("discord.token", "error", "does not accept").await;
    clinic.sim.set(|settings| settings.token = None);
    let fault =
        |status: u16| Fault { status: Some(status), path: Some("/applications/@me".into()), ..Fault::default() };
    let page = "<html><title>Access denied</title>error code: 1015</html>".to_owned();
    clinic.sim.faults(Fault { html: Some(page), retry_after: Some(1.0), ..fault(429) }).await;
    clinic.expect("discord.ban", "error", "1015").await;
    clinic.sim.faults(Fault { retry_after: Some(7_200.0), ..fault(429) }).await;
    clinic.expect("discord.ban", "error", "hours").await;
    clinic.sim.faults(Fault { retry_after: Some(3.0), ..fault(429) }).await;
    clinic.expect("discord.limit", "warning", "3 seconds").await;
    clinic.sim.faults(fault(503)).await;
    clinic.expect("discord.reachable", "warning", "503").await;
    let gone = clinic.with("DISCORD_API_URL", "http://127.0.0.1:9");
    gone.expect("discord.reachable", "error", "it refuses the connection").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_required_intent_that_is_off_is_named() {
    covers!("M-PRM-01");
    let clinic = Clinic::open().await;
    clinic.sim.set(|settings| settings.privileged = Privileged { message_content: false, ..Privileged::default() });
    clinic.expect("discord.intent.message_content", "error", "Message Content is off").await;
    clinic.expect("discord.intent.members", "ok", "on").await;
    clinic.sim.set(|settings| settings.privileged = Privileged { members: false, ..Privileged::default() });
    clinic.expect("discord.intent.members", "error", "Server Members is off").await;
    clinic.expect("discord.intent.message_content", "ok", "on").await;
    // What is asked for at the gateway: servers, messages in them, and what they say.
    let required = GatewayIntents::GUILDS | GatewayIntents::GUILD_MESSAGES | GatewayIntents::MESSAGE_CONTENT;
    assert!(greenroom::bot::intents().contains(required));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_required_permission_that_is_missing_is_named_with_the_server() {
    covers!("M-PRM-02");
    let clinic = Clinic::open().await;
    clinic.expect("discord.servers", "warning", "in no server").await;
    let required = [
        ("VIEW_CHANNEL", "View Channel"),
        ("SEND_MESSAGES", "Send Messages"),
        ("EMBED_LINKS", "Embed Links"),
        ("ATTACH_FILES", "Attach Files"),
        ("READ_MESSAGE_HISTORY", "Read Message History"),
        ("ADD_REACTIONS", "Add Reactions"),
        ("MANAGE_MESSAGES", "Manage Messages"),
        ("MANAGE_CHANNELS", "Manage Channels"),
        ("PIN_MESSAGES", "Pin Messages"),
    ];
    for (missing, words) in required {
        let granted: Vec<&str> = required.iter().map(|(name, _)| *name).filter(|name| *name != missing).collect();
        let permissions = |names: &[&str]| serde_json::from_value(serde_json::json!(names)).unwrap();
        let spec = GuildSpec {
            name: format!("Without {words}"),
            bot_permissions: Some(permissions(&granted)),
            everyone: Some(permissions(&[])),
            bot_joined_days_ago: 30,
            ..GuildSpec::default()
        };
        clinic.sim.create_guild(spec).await.unwrap();
    }
    clinic.sim.create_guild(guild_spec("Complete")).await.unwrap();
    let found = clinic.finds("discord.permissions").await;
    assert_eq!(found.len(), 10);
    for (_, words) in required {
        let told = found.iter().any(|(level, sentence)| {
            level == "error" && sentence.contains(&format!("\"Without {words}\" the bot lacks: {words}"))
        });
        assert!(told, "{words}: {found:?}");
    }
    assert_eq!(found.iter().filter(|(level, _)| level == "ok").count(), 1, "{found:?}");
    let done = clinic.says().await;
    assert!(done.out.contains("permissions=2251799813811280"), "{}", done.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_above_the_bots_own_are_counted() {
    let clinic = Clinic::open().await;
    let guild = clinic.sim.create_guild(guild_spec("Night Owl Reviews")).await.unwrap().guild;
    let above = RoleSpec { name: "Gods".into(), position: Some(1_000), ..RoleSpec::default() };
    clinic.sim.create_role(guild, above).await.unwrap();
    clinic.expect("discord.role", "note", "1 of the roles").await;
    let fault = Fault { status: Some(500), path: Some(format!("/guilds/{guild}/roles")), ..Fault::default() };
    clinic.sim.faults(fault).await;
    clinic.expect("discord.role", "warning", "was not looked at in 1 of 1 servers: Discord answers 500.").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_rest_that_discord_wants_is_kept_and_a_long_one_is_told() {
    let clinic = Clinic::open().await;
    let guild = clinic.sim.create_guild(guild_spec("Night Owl Reviews")).await.unwrap().guild;
    let path = Some(format!("/guilds/{guild}/roles"));
    let rest =
        |seconds: f64| Fault { status: Some(429), path: path.clone(), retry_after: Some(seconds), ..Fault::default() };
    clinic.sim.faults(rest(0.2)).await;
    let found = clinic.finds("discord.role").await;
    assert!(found.iter().all(|(_, sentence)| !sentence.contains("not looked at")), "{found:?}");
    clinic.sim.faults(rest(20.0)).await;
    let why = "was not looked at in 1 of 1 servers: Discord wants 20 seconds of rest from this bot.";
    clinic.expect("discord.role", "warning", why).await;
    clinic.sim.faults(rest(20.0)).await;
    let said = clinic.says().await.out;
    assert!(!said.contains("All is well."), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_server_is_left_out_in_silence() {
    let clinic = Clinic::open().await;
    let join = async |servers: usize| {
        for _ in 0..servers {
            clinic.sim.create_guild(GuildSpec { name: "One of many".into(), ..GuildSpec::default() }).await.unwrap();
        }
    };
    join(30).await;
    assert_eq!(clinic.finds("discord.role").await.len(), 30);
    join(175).await;
    clinic.expect("discord.servers", "ok", "Servers with the bot: 205.").await;
    assert_eq!(clinic.finds("discord.permissions").await.len(), 205);
    let roles = clinic.finds("discord.role").await;
    assert_eq!(roles.len(), 101);
    assert!(roles[100].1.contains("was not looked at in 105 of 205 servers"), "{:?}", roles[100]);
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_that_are_not_ours_are_found() {
    let (clinic, running) = Clinic::with_bot().await;
    let application = clinic.sim.bot();
    let commands: Vec<Value> = clinic.sim.look(greenroom::sim::World::commands);
    let http = reqwest::Client::builder().build().unwrap();
    let url = format!("{}/api/v10/applications/{application}/commands", clinic.sim.discord_url());
    let queue = commands.iter().find(|command| command["name"] == "queue").unwrap()["id"].as_str().unwrap().to_owned();
    let bot = format!("Bot {}", clinic.sim.bot_token());
    let change = serde_json::json!({"description": "Something else"});
    let changed =
        http.patch(format!("{url}/{queue}")).header("Authorization", &bot).json(&change).send().await.unwrap();
    assert!(changed.status().is_success());
    let other = serde_json::json!({"name": "foreign", "description": "Of another program"});
    let added = http.post(&url).header("Authorization", &bot).json(&other).send().await.unwrap();
    assert!(added.status().is_success());
    clinic.expect("discord.commands", "warning", "different: /queue; not of this version: /foreign").await;
    drop(running);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_is_told() {
    let clinic = Clinic::open().await;
    clinic.expect("clock", "ok", "right").await;
    clinic.hand.advance(Duration::from_mins(1));
    clinic.expect("clock", "warning", "seconds behind").await;
    clinic.hand.advance(Duration::from_hours(1));
    clinic.expect("clock", "error", "behind").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_that_does_not_last_or_cannot_be_written_is_told() {
    let clinic = Clinic::open().await;
    clinic.expect("folder.writable", "note", "is not there yet").await;
    clinic.expect("store", "note", "no store yet").await;
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        let volatile = tempfile::tempdir_in(memory).unwrap();
        let clinic = Clinic::open().await.with("DATA_DIR", volatile.path().to_str().unwrap());
        clinic.expect("folder.lasting", "error", "lies in memory").await;
    }
    // Nobody may write there, not even root.
    if Path::new("/proc/self").is_dir() {
        let clinic = Clinic::open().await.with("DATA_DIR", "/proc/self");
        clinic.expect("folder.writable", "error", "cannot be written").await;
        let clinic = Clinic::open().await.with("DATA_DIR", "/proc/greenroom/data");
        clinic.expect("folder.writable", "error", "cannot be made").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_the_place_of_the_data_folder_is_told() {
    let clinic = Clinic::open().await.with("DATA_DIR", "notes");
    fs::write(clinic.folder.path().join("notes"), "mine").unwrap();
    clinic.expect("folder.writable", "error", "notes is no folder").await;
    let below = clinic.with("DATA_DIR", "notes/data");
    below.expect("folder.writable", "error", "notes is no folder").await;
    assert_eq!(fs::read_to_string(below.folder.path().join("notes")).unwrap(), "mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_look_into_the_folder_is_told_so_and_not_that_all_is_well_or_lost() {
    let (clinic, running) = Clinic::with_bot().await;
    drop(running);
    let data = clinic.folder.path().join("data");
    let rights = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    rights(clinic.folder.path(), 0o755);
    rights(&data, 0o000);
    let by_another_user = || {
        let mut command = clinic.command(&["doctor", "--json"]);
        // Root may look into everything; everybody else has no rights now.
        if fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
            command.uid(65_000).gid(65_000);
        }
        command
    };
    for (id, level, words) in [
        ("folder.writable", "error", "cannot be written"),
        ("store.lock", "warning", "cannot tell whether a bot is running"),
        ("store", "error", "may not read and write"),
    ] {
        let found = Clinic::found(by_another_user(), id).await;
        let [(found_level, sentence)] = &found[..] else { panic!("{id}: {found:?}") };
        assert!(found_level == level && sentence.contains(words), "{id}: {found:?}");
    }
    rights(&data, 0o700);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bot_that_hangs_is_told_and_lets_nobody_wait_for_ever() {
    let (clinic, running) = Clinic::with_bot().await;
    running.signal("STOP");
    let commands = [&["check"][..], &["backup"], &["check", "economy"], &["export", "sqlite", "out.db"]];
    let asking = commands.map(|arguments| {
        let command = clinic.command(arguments);
        tokio::task::spawn_blocking(move || output_of(command))
    });
    clinic.expect("store.lock", "error", "The bot holds the store").await;
    assert!(clinic.says().await.out.contains("Restart the bot"));
    for asked in asking {
        let done = asked.await.unwrap();
        assert_eq!(done.code, Some(3), "{done:?}");
        assert!(done.err.contains("does not answer: restart it and try again."), "{done:?}");
    }
    running.signal("CONT");
    clinic.expect("store.lock", "ok", "The bot is running").await;
    assert_eq!(output(clinic.folder.path(), &["check"], &[]).code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_store_and_one_that_somebody_else_holds_are_told() {
    let clinic = Clinic::open().await;
    let data = clinic.folder.path().join("data");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("greenroom.redb"), "this is no store at all").unwrap();
    clinic.expect("store", "error", "damaged").await;
    fs::remove_file(data.join("greenroom.redb")).unwrap();
    let running = Running::start(clinic.command(&["run"]));
    running.says("commands registered");
    // Without its socket the one that holds the store cannot be asked. A socket that is gone comes back; what is in its place
    // stays.
    fs::remove_file(data.join("greenroom.sock")).unwrap();
    fs::write(data.join("greenroom.sock"), "").unwrap();
    clinic.expect("store.lock", "error", "in use by a process that does not answer").await;
    drop(running);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_keeps_lives_from_being_followed_is_told() {
    let clinic = Clinic::open().await.with("EULER_API_KEY", "euler_a_key_of_the_tests");
    clinic.expect("tiktok.reachable", "ok", "answers").await;
    clinic.expect("tiktok.sign", "ok", "2500 of 2500 for the day").await;
    clinic.sim.set_sign_budget(2);
    clinic.expect("tiktok.sign", "warning", "2 of 60 for the minute").await;
    let clinic = clinic.with("EULER_API_KEY", "a_wrong_key_of_the_tests");
    clinic.expect("tiktok.sign", "error", "does not accept EULER_API_KEY").await;
    let clinic = clinic.with("TIKTOK_SIGN_URL", "http://127.0.0.1:9").with("TIKTOK_WEB_URL", "http://127.0.0.1:9");
    clinic.expect("tiktok.sign", "warning", "cannot be used now").await;
    clinic.expect("tiktok.reachable", "warning", "does not answer as it should").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_elsewhere_are_looked_at_where_the_target_is_now() {
    let (clinic, running) = Clinic::with_bot().await;
    drop(running);
    let made = output(clinic.folder.path(), &["backup", "--json"], &[]);
    let report: Value = serde_json::from_str(&made.out).unwrap();
    let snapshot = Path::new(report["path"].as_str().unwrap());
    let elsewhere = clinic.folder.path().join("off");
    let clinic = clinic.with("BACKUP_TARGET", elsewhere.to_str().unwrap());
    // An old note, which names no target, says that all is well.
    let note = r#"{"complete_at":"2026-11-21T20:00:00Z","newest":"greenroom-20261121-200000.redb","failing_since":null,"problem":null}"#;
    fs::write(clinic.folder.path().join("data/backups/off-site.json"), note).unwrap();
    let off_site = async |clinic: &Clinic| clinic.finds("backup.off_site").await.remove(0);
    let expect = |found: (String, String), level: &str, words: &str| {
        assert!(found.0 == level && found.1.contains(words), "{found:?}");
    };
    expect(off_site(&clinic).await, "warning", "No snapshot is in the folder");
    assert!(!elsewhere.exists(), "looking makes nothing");
    fs::create_dir(&elsewhere).unwrap();
    let copy = elsewhere.join(snapshot.file_name().unwrap());
    fs::copy(snapshot, &copy).unwrap();
    expect(off_site(&clinic).await, "ok", "are also in the folder");
    fs::write(&copy, "half").unwrap();
    expect(off_site(&clinic).await, "warning", "it has 4 bytes instead of");
    let old = "greenroom-20261101-200000.redb";
    fs::rename(&copy, elsewhere.join(old)).unwrap();
    expect(off_site(&clinic).await, "warning", "are not of this data folder");
    fs::copy(snapshot, elsewhere.join(old)).unwrap();
    fs::rename(snapshot, snapshot.with_file_name(old)).unwrap();
    expect(off_site(&clinic).await, "warning", "days old");
    fs::remove_dir_all(&elsewhere).unwrap();
    let clinic = clinic.with("BACKUP_TARGET", snapshot.parent().unwrap().to_str().unwrap());
    clinic.expect("config", "error", "lies in the data folder").await;
    let clinic = clinic.with("BACKUP_TARGET", "/nowhere/at/all");
    expect(off_site(&clinic).await, "warning", "the folder above it is not there; is its disk mounted?");
    let clinic = clinic.with("BACKUP_TARGET", "http://127.0.0.1:9/dav/");
    expect(off_site(&clinic).await, "warning", "onnect");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_that_is_old_or_cannot_be_restored_is_told() {
    let (clinic, running) = Clinic::with_bot().await;
    drop(running);
    let backups = clinic.folder.path().join("data/backups");
    fs::create_dir_all(backups.join("snapshots")).unwrap();
    for entry in fs::read_dir(backups.join("snapshots")).unwrap() {
        fs::remove_file(entry.unwrap().path()).unwrap();
    }
    clinic.expect("backup", "note", "no backup").await;
    for other in ["notes.txt", "greenroom.redb"] {
        fs::write(backups.join("snapshots").join(other), "mine").unwrap();
    }
    clinic.expect("backup", "note", "no backup").await;
    let made = output(clinic.folder.path(), &["backup", "--json"], &[]);
    let report: Value = serde_json::from_str(&made.out).unwrap();
    let snapshot = Path::new(report["path"].as_str().unwrap());
    clinic.expect("backup", "ok", "of late").await;
    let whole = fs::read(snapshot).unwrap();
    fs::write(snapshot, &whole[..whole.len() / 2]).unwrap();
    clinic.expect("backup", "error", "is not whole").await;
    fs::write(snapshot, whole).unwrap();
    fs::rename(snapshot, snapshot.with_file_name("greenroom-20261101-200000.redb")).unwrap();
    clinic.expect("backup", "warning", "days old").await;
    let torn = r#"{"at":"2026-11-01T00:00:00Z","backup":"a.redb","problem":"a page is torn","rows":0,"took_ms":5}"#;
    fs::write(backups.join("rehearsal.json"), torn).unwrap();
    clinic.expect("backup", "error", "a page is torn").await;
}
