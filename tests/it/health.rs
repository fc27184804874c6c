//! Health and figures of the real program, and what it tells a service manager.

use std::net::TcpListener;
use std::os::unix::net::UnixDatagram;
use std::path::Path;

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::patience::{LONG, Patience, within};
use crate::process::{Running, SimProcess, greenroom};
use crate::reading::link;

/// A bot with these variables, up to where it serves health; gives where.
fn bot(sim: &SimProcess, folder: &Path, variables: &[(&str, &str)]) -> (Running, String) {
    let mut command = greenroom(folder, &["run"]);
    command.env("DISCORD_API_URL", &sim.discord).env("HEALTH_LISTEN", "127.0.0.1:0").envs(variables.iter().copied());
    let running = Running::start(command);
    let address = address(&running);
    (running, address)
}

/// Where a bot serves health, as soon as it does.
pub fn address(running: &Running) -> String {
    let line = running.says("health is served");
    format!("http://{}", line.split("address=").nth(1).unwrap().split(' ').next().unwrap())
}

pub async fn get(base: &str, path: &str) -> (StatusCode, String) {
    let answer =
        reqwest::Client::builder().timeout(LONG).build().unwrap().get(format!("{base}{path}")).send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// Asks until the answer fits.
pub async fn until(base: &str, path: &str, fits: impl Fn(StatusCode, &str) -> bool) -> String {
    let patience = Patience::until("the answer fits");
    while !patience.is_over() {
        let (status, text) = get(base, path).await;
        if fits(status, &text) {
            return text;
        }
    }
    panic!("{path} never fitted: {:?}", get(base, path).await);
}

pub fn reasons(text: &str) -> Vec<String> {
    let answer: Value = serde_json::from_str(text).unwrap();
    let reasons = answer["reasons"].as_array().unwrap();
    reasons.iter().map(|reason| reason["id"].as_str().unwrap().to_owned()).collect()
}

/// The value of a figure, by its name and labels.
fn figure(text: &str, name: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    line.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_follows_the_connection_and_says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let (running, base) = bot(&sim, folder.path(), &[]);
    until(&base, "/readyz", |status, _| status == StatusCode::OK).await;
    assert_eq!(get(&base, "/livez").await.0, StatusCode::OK);
    // Discord is gone and does not come back: the process lives and is not ready.
    drop(sim);
    let text = until(&base, "/readyz", |status, _| status == StatusCode::SERVICE_UNAVAILABLE).await;
    assert_eq!(reasons(&text), ["discord"], "{text}");
    assert!(text.contains("no connection to Discord"), "{text}");
    assert_eq!(get(&base, "/livez").await.0, StatusCode::OK);
    drop(running);
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_tell_what_happened_by_names_of_the_code_and_never_of_people() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("data/backups")).unwrap();
    let rehearsed = r#"{"at":"2026-11-01T00:00:00Z","backup":"x","problem":null,"rows":1,"took_ms":1}"#;
    std::fs::write(folder.path().join("data/backups/rehearsal.json"), rehearsed).unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let (running, base) = bot(&sim, folder.path(), &[]);
    running.says("commands registered");
    sim.submit(&link(1)).await;
    let refused = sim.submit("https://example.com/nothing").await.to_string();
    assert!(!refused.contains("Thank you"), "{refused}");
    let ann = sim.ids["members"]["ann"].clone();
    sim.command("host", "coins", json!({"user": ann, "action": "add", "amount": 40, "reason": "a prize"})).await;
    sim.command("host", "coins", json!({"user": ann, "action": "remove", "amount": 15, "reason": "a mistake"})).await;
    let text = until(&base, "/metrics", |_, text| text.contains("direction=\"spent\"")).await;
    assert!(text.ends_with("# EOF\n"), "{text}");
    let count = |name: &str| figure(&text, name);
    assert!(
        (count("greenroom_interactions_total{kind=\"modal\",name=\"submit:modal\",outcome=\"done\"}") - 1.0).abs()
            < 0.1
    );
    assert!(
        (count("greenroom_interactions_total{kind=\"modal\",name=\"submit:modal\",outcome=\"refused\"}") - 1.0).abs()
            < 0.1
    );
    assert!((count("greenroom_coins_total{direction=\"made\",kind=\"admin_add\"}") - 40.0).abs() < 0.1);
    assert!((count("greenroom_coins_total{direction=\"spent\",kind=\"admin_remove\"}") - 15.0).abs() < 0.1);
    assert!((count("greenroom_discord_connected") - 1.0).abs() < 0.1);
    assert!((count("greenroom_discord_guilds") - 1.0).abs() < 0.1);
    for name in [
        "greenroom_interaction_answer_seconds_count",
        "greenroom_store_commit_seconds_count",
        "greenroom_store_operations_total{outcome=\"done\"}",
        concat!("greenroom_build_info{version=\"", env!("CARGO_PKG_VERSION"), "\"}"),
        "greenroom_store_bytes",
        "greenroom_data_free_bytes",
        "greenroom_backup_rehearsed_timestamp_seconds",
        "greenroom_backup_rehearsal_succeeded",
        "process_resident_memory_bytes",
        "process_start_time_seconds",
    ] {
        assert!(count(name) > 0.0, "{name}");
    }
    for name in [
        "greenroom_queue_songs{line=\"Free\"}",
        "greenroom_jobs_due",
        "greenroom_log_lost_lines",
        "greenroom_lives{state=\"live\"}",
    ] {
        count(name);
    }
    let people = [ann.as_str().unwrap(), sim.ids["guild"].as_str().unwrap(), "example.com"];
    for person in people {
        assert!(!text.contains(person), "{person}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_move_with_lives_jobs_displays_and_the_ledger() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let variables = sim.live_variables();
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let (running, base) = bot(&sim, folder.path(), &variables);
    running.says("commands registered");
    let moving = [
        "greenroom_live_messages_total{kind=\"gift\"}",
        "greenroom_job_tries_total{kind=\"submissions.confirm\",outcome=\"done\"}",
        "greenroom_display_updates_total{outcome=\"shown\"}",
        "greenroom_coin_entries_total{kind=\"admin_add\"}",
    ];
    let (_, before) = get(&base, "/metrics").await;
    assert!(moving.iter().all(|name| !before.contains(name)), "{before}");

    sim.post("/live/night.owl", json!({"live": true})).await;
    sim.command("host", "tiktok connect", json!({"unique_id": "night.owl"})).await;
    sim.post("/live/night.owl/wait", json!({"for": "connected"})).await;
    let gift = json!({"type": "gift", "user": "ann.live", "id": 9, "name": "Lion", "diamonds": 10});
    sim.post("/live/night.owl/events", gift).await;
    sim.submit(&link(1)).await;
    sim.command("host", "setup-live-queue", json!({"channel": sim.ids["channels"]["staff"]})).await;
    let prize = json!({"user": sim.ids["members"]["ann"], "action": "add", "amount": 40, "reason": "a prize"});
    sim.command("host", "coins", prize).await;
    let has_all = |_, text: &str| moving.iter().all(|name| text.contains(name));
    let text = until(&base, "/metrics", has_all).await;
    for name in [moving[0], moving[1], moving[3]] {
        assert!((figure(&text, name) - 1.0).abs() < 0.1, "{name}: {text}");
    }
    assert!(figure(&text, moving[2]) > 0.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_machines_see_health_and_no_figures_unless_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    // A port that is free now; nobody else is likely to take it.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let public = format!("http://127.0.0.1:{port}");
    let off = [("HEALTH_LISTEN", "off"), ("PORT", port.as_str())];
    let (mut running, _) = bot(&sim, folder.path(), &off);
    assert_eq!(get(&public, "/livez").await.0, StatusCode::OK);
    assert_eq!(get(&public, "/").await.0, StatusCode::OK);
    assert_eq!(get(&public, "/metrics").await.0, StatusCode::NOT_FOUND);
    assert_eq!(get(&public, "/etc/passwd").await.0, StatusCode::NOT_FOUND);
    running.signal("TERM");
    assert!(running.ended().success());
    let (_running, _) = bot(&sim, folder.path(), &[off[0], off[1], ("METRICS_EVERYWHERE", "true")]);
    assert_eq!(get(&public, "/metrics").await.0, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_served_where_a_name_of_this_machine_says() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let (_running, base) = bot(&sim, folder.path(), &[("HEALTH_LISTEN", "localhost:0")]);
    assert_eq!(get(&base, "/livez").await.0, StatusCode::OK);
    assert_eq!(get(&base, "/metrics").await.0, StatusCode::OK, "it is asked from this machine alone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_told_and_the_bot_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut command = greenroom(folder.path(), &["run"]);
    command.env("DISCORD_API_URL", &sim.discord).env("HEALTH_LISTEN", taken.local_addr().unwrap().to_string());
    let mut running = Running::start(command);
    let line = running.says("cannot be served there");
    assert!(line.contains("HEALTH_LISTEN") && line.contains("WARN"), "{line}");
    running.says("connected to Discord");
    running.signal("TERM");
    assert!(running.ended().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_say_nothing_keep_nobody_from_asking() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let (_running, base) = bot(&sim, folder.path(), &[]);
    let address = base.trim_start_matches("http://").to_owned();
    let silent: Vec<_> = (0..40).map(|_| std::net::TcpStream::connect(&address).unwrap()).collect();
    // All places are taken, until the silent ones have had their time.
    let answer = within("the silent ones have had their time", get(&base, "/livez")).await;
    assert_eq!(answer.0, StatusCode::OK);
    drop(silent);
}

/// A service manager, by its socket.
struct Manager(UnixDatagram);

impl Manager {
    fn at(path: &Path) -> Self {
        let socket = UnixDatagram::bind(path).unwrap();
        socket.set_read_timeout(Some(LONG)).unwrap();
        Self(socket)
    }

    /// The next word of the bot.
    fn hears(&self) -> String {
        let mut word = [0; 64];
        let length = self.0.recv(&mut word).unwrap();
        String::from_utf8(word[..length].to_vec()).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_manager_hears_of_the_start_of_life_and_of_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let path = folder.path().join("notify");
    let manager = Manager::at(&path);
    let variables = [("NOTIFY_SOCKET", path.to_str().unwrap()), ("WATCHDOG_USEC", "600000")];
    let (mut running, _) = bot(&sim, folder.path(), &variables);
    let mut words = vec![manager.hears(), manager.hears(), manager.hears()];
    words.sort();
    assert_eq!(words, ["READY=1", "WATCHDOG=1", "WATCHDOG=1"]);
    running.signal("TERM");
    assert!(running.ended().success());
    let last = std::iter::repeat_with(|| manager.hears()).find(|word| word != "WATCHDOG=1").unwrap();
    assert_eq!(last, "STOPPING=1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_file_that_cannot_be_written_is_not_told_again_with_every_beat() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("data")).unwrap();
    std::fs::write(folder.path().join("data/logs"), "in the way").unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let path = folder.path().join("notify");
    let manager = Manager::at(&path);
    // A short watchdog makes the beats quick.
    let variables = [("NOTIFY_SOCKET", path.to_str().unwrap()), ("WATCHDOG_USEC", "60000")];
    let (mut running, _) = bot(&sim, folder.path(), &variables);
    for _ in 0..20 {
        manager.hears();
    }
    running.signal("TERM");
    assert!(running.ended().success());
    let rest = running.rest();
    assert!(rest.iter().any(|line| line.contains("stopping")), "{rest:#?}");
    assert!(!rest.iter().any(|line| line.contains("the log lost lines")), "{rest:#?}");
}
