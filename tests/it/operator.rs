//! The operator's side of the web, with the real program: its port, its names, its secrets, and the ways in.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use greenroom::covers;
use reqwest::StatusCode;
use serde_json::Value;

use crate::patience::LONG;
use crate::process::{Finished, Running, SimProcess, greenroom, output, output_of_told};

/// What no file and no line may hold.
const PASSWORD: &str = "a canary sings in the green room";

/// A port that is free now; nobody else is likely to take it.
pub fn free_port() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string()
}

/// A bot with a web on this port and these variables, from its first line on.
fn bot(sim: &SimProcess, folder: &Path, port: &str, variables: &[(&str, &str)]) -> Running {
    let mut command = greenroom(folder, &["run"]);
    command.env("DISCORD_API_URL", &sim.discord).env("API_BIND", "127.0.0.1").env("API_PORT", port);
    command.envs(variables.iter().copied());
    Running::start(command)
}

/// Where a bot serves its web, as soon as it does.
fn address(running: &Running) -> String {
    let line = running.says("the web is served");
    line.split("address=").nth(1).unwrap().split(' ').next().unwrap().to_owned()
}

/// Stops a bot in order.
fn stop(mut running: Running) {
    running.signal("TERM");
    assert!(running.ended().success());
}

/// The log file of the bot in a folder.
fn log(folder: &Path) -> String {
    fs::read_to_string(folder.join("data/logs/greenroom.log")).unwrap()
}

/// The status for a request under this name.
async fn status(base: &str, host: &str) -> StatusCode {
    let http = reqwest::Client::builder().timeout(LONG).redirect(reqwest::redirect::Policy::none()).build().unwrap();
    http.get(format!("{base}/")).header("host", host).send().await.unwrap().status()
}

/// `greenroom admin password`, to which this is told on standard input.
fn set_password(folder: &Path, text: &str) -> Finished {
    output_of_told(greenroom(folder, &["admin", "password"]), text)
}

/// Fails where a file below a folder holds the password.
fn assert_nowhere_plain(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            assert_nowhere_plain(&path);
        } else if path.is_file() {
            let bytes = fs::read(&path).unwrap();
            assert!(!String::from_utf8_lossy(&bytes).contains(PASSWORD), "{}", path.display());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_told_and_the_bot_goes_on_without_its_web() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let running = bot(&sim, folder.path(), &port, &[]);
    let line = running.says("the web cannot be served there");
    assert!(line.contains("WARN") && line.contains("API_PORT") && line.contains(&port), "{line}");
    running.says("connected to Discord");
    stop(running);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_chose_a_port_the_next_free_one_is_taken_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    // Whoever has it, it is taken.
    let _held = TcpListener::bind("127.0.0.1:3000");
    let running = bot(&sim, folder.path(), "", &[]);
    let line = running.says("the port of the web is taken");
    assert!(line.contains("taken=3000"), "{line}");
    let base = address(&running);
    let port: u16 = base.rsplit(':').next().unwrap().parse().unwrap();
    assert!((3_001..3_010).contains(&port), "{base}");
    let link = output(folder.path(), &["admin", "link"], &[]);
    assert!(link.out.starts_with(&format!("{base}/in/")), "the bot knows where it is: {link:?}");
    stop(running);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_that_is_off_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let port = free_port();
    let running = bot(&sim, folder.path(), &port, &[("API_BIND", "off"), ("ADMIN_PASSWORD", PASSWORD)]);
    running.says("connected to Discord");
    assert!(TcpListener::bind(format!("127.0.0.1:{port}")).is_ok(), "nobody has its port");
    stop(running);
    assert!(!log(folder.path()).contains("the web is served"), "{}", log(folder.path()));
    assert!(!folder.path().join("data/secrets").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_under_a_foreign_name_is_not_answered() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let running = bot(&sim, folder.path(), &free_port(), &[("API_HOSTS", "pi.lan")]);
    let base = address(&running);
    for foreign in ["evil.example", "pi.lan.evil.example", "localhost.evil.example:80"] {
        assert_eq!(status(&base, foreign).await, StatusCode::MISDIRECTED_REQUEST, "{foreign}");
    }
    let machine = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_else(|_| "localhost".to_owned());
    for ours in ["localhost", "127.0.0.1:1", "PI.lan:3000", machine.trim()] {
        assert_ne!(status(&base, ours).await, StatusCode::MISDIRECTED_REQUEST, "{ours}");
    }
    stop(running);
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_made_once_for_their_user_alone_and_are_in_no_snapshot() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let secrets = folder.path().join("data/secrets");
    let made = || ["jwt", "csrf"].map(|name| fs::read_to_string(secrets.join(name)).unwrap().trim().to_owned());
    let running = bot(&sim, folder.path(), &free_port(), &[]);
    address(&running);
    let first = made();
    assert!(first.iter().all(|secret| secret.len() == 43) && first[0] != first[1]);
    let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o777;
    assert_eq!((mode(&secrets), mode(&secrets.join("jwt")), mode(&secrets.join("csrf"))), (0o700, 0o600, 0o600));
    assert_eq!(output(folder.path(), &["backup"], &[]).code, Some(0));
    stop(running);
    let running = bot(&sim, folder.path(), &free_port(), &[]);
    address(&running);
    stop(running);
    assert_eq!(made(), first, "they are read again");
    let snapshots: Vec<_> = fs::read_dir(folder.path().join("data/backups/snapshots")).unwrap().collect();
    assert!(!snapshots.is_empty());
    for snapshot in snapshots {
        let bytes = fs::read(snapshot.unwrap().path()).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(first.iter().all(|secret| !text.contains(secret)));
    }
    let log = log(folder.path());
    assert!(first.iter().all(|secret| !log.contains(secret)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_lets_whoever_runs_the_bot_in_and_the_password_is_theirs_to_set() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let running = bot(&sim, folder.path(), &free_port(), &[]);
    let base = address(&running);
    let link = output(folder.path(), &["admin", "link"], &[]);
    assert_eq!(link.code, Some(0), "{link:?}");
    let code = link.out.trim_end().strip_prefix(&format!("{base}/in/")).unwrap_or_else(|| panic!("{link:?}"));
    assert_eq!(code.len(), 43, "{link:?}");
    assert!(link.err.contains("signs in as admin") && link.err.contains("There is no password yet"), "{link:?}");

    let short = set_password(folder.path(), "hunter2\n");
    assert_eq!((short.code, short.out.as_str()), (Some(2), ""), "{short:?}");
    assert!(short.err.contains("12 characters") && !short.err.contains("hunter2"), "{short:?}");
    assert_eq!(set_password(folder.path(), "").code, Some(2));
    let first = set_password(folder.path(), "correct horse battery\n");
    let told = "admin has another password now, and is signed out everywhere.\n";
    assert_eq!((first.code, first.out.as_str()), (Some(0), told), "{first:?}");

    let json = output(folder.path(), &["admin", "link", "--json"], &[]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(
        (&json["operator"], &json["is_first"], &json["is_served"]),
        (&"admin".into(), &false.into(), &true.into())
    );
    let nobody = output(folder.path(), &["admin", "link"], &[("ADMIN_USERNAME", "boss")]);
    assert_eq!(nobody.code, Some(2), "{nobody:?}");
    let off = output(folder.path(), &["admin", "link"], &[("LOCAL_ADMIN", "off")]);
    assert!(off.code == Some(2) && off.err.contains("LOCAL_ADMIN is off"), "{off:?}");
    let token = output(folder.path(), &["admin", "link"], &[("DISCORD_BOT_TOKEN", "no token")]);
    assert_eq!(token.code, Some(0), "what is wrong elsewhere is no hindrance: {token:?}");
    stop(running);

    // Nobody has the store open now.
    let again = set_password(folder.path(), "another horse battery");
    assert_eq!((again.code, again.out.as_str()), (Some(0), told), "{again:?}");
    let link = output(folder.path(), &["admin", "link"], &[("API_BASE_URL", "https://greenroom.example.com")]);
    assert!(link.out.starts_with("https://greenroom.example.com/in/"), "{link:?}");
    assert!(link.err.contains("No bot serves") && !link.err.contains("There is no password yet"), "{link:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_of_the_configuration_counts_from_the_start_on_and_is_nowhere_plain() {
    covers!("T-ENV-05");
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let kept = "the operator has the password of ADMIN_PASSWORD";
    let starts = |password: &str| {
        let running = bot(&sim, folder.path(), &free_port(), &[("ADMIN_PASSWORD", password)]);
        address(&running);
        running
    };
    let running = starts(PASSWORD);
    let link = output(folder.path(), &["admin", "link", "--json"], &[]);
    let link: Value = serde_json::from_str(&link.out).unwrap();
    assert_eq!(link["is_first"], false, "there is an operator");
    stop(running);
    assert_eq!(log(folder.path()).matches(kept).count(), 1);
    stop(starts(PASSWORD));
    assert_eq!(log(folder.path()).matches(kept).count(), 1, "it is the same");
    stop(starts("another canary sings as well"));
    assert_eq!(log(folder.path()).matches(kept).count(), 2);
    assert_nowhere_plain(&folder.path().join("data"));
}
