//! Setting Greenroom up from nothing, with the real program: in the browser, and in the terminal.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use greenroom::sim::BOT_TOKEN;
use reqwest::StatusCode;
use serde_json::json;

use crate::operator::free_port;
use crate::patience::LONG;
use crate::process::{Finished, Running, SimProcess, greenroom, output, output_of_told};
use crate::window::{Seen, Window};

const PASSWORD: &str = "a canary sings in the green room";
/// A token as Discord makes them, of a bot that nobody knows.
const UNKNOWN_TOKEN: &str = "MTEyMzQ1Njc4OTAxMjM0NTY3ODkw.abcdef.abcdefghijklmnopqrstuvwxyzabcdefghij_-";

/// A Greenroom that waits to be set up, and the address that it printed.
struct Waiting {
    running: Running,
    base: String,
    code: String,
}

impl Waiting {
    fn start(sim: &SimProcess, folder: &Path, variables: &[(&str, &str)]) -> Self {
        let mut command = greenroom(folder, &["run", "--wizard"]);
        command.env("DISCORD_API_URL", &sim.discord).env("API_BIND", "127.0.0.1").env("API_PORT", free_port());
        command.envs(variables.iter().copied());
        let running = Running::start(command);
        let line = running.says("Set Greenroom up here: ");
        let (base, code) = parts(line.split("here: ").nth(1).unwrap());
        Self { running, base, code }
    }

    fn window(&self) -> Window {
        Window::on(&self.base)
    }

    /// A window that is in.
    async fn entered(&self) -> Window {
        let window = self.window();
        expect_onward(&enter(&window, &self.code).await);
        window
    }

    fn stop(mut self) {
        self.running.signal("TERM");
        assert!(self.running.ended().success());
    }
}

/// An address that was printed, and the code in it.
fn parts(link: &str) -> (String, String) {
    let (base, code) = link.trim().split_once("/setup/").unwrap();
    (base.to_owned(), code.to_owned())
}

async fn enter(window: &Window, code: &str) -> Seen {
    window.send("/setup/enter", &[("code", code)]).await
}

fn expect_onward(seen: &Seen) {
    assert_eq!((seen.status, seen.to.as_deref()), (StatusCode::SEE_OTHER, Some("/setup")), "{seen:?}");
}

/// Sends a form that is taken, and gives the page after it.
async fn goes_on(window: &Window, action: &str, fields: &[(&str, &str)]) -> String {
    expect_onward(&window.send(action, fields).await);
    let page = window.open("/setup").await;
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
    page.text
}

/// Sends a form that is not taken: the next page says so, and loaded anew it does not.
async fn is_told(window: &Window, action: &str, fields: &[(&str, &str)], words: &str) {
    expect_onward(&window.send(action, fields).await);
    assert!(is_refusal(&says(window, words).await), "{words}");
    let anew = window.open("/setup").await;
    assert!(anew.status == StatusCode::OK && !is_refusal(&anew.text), "{words}: {anew:?}");
}

/// Whether a page says that something was not taken: beside a field, or above everything.
fn is_refusal(page: &str) -> bool {
    page.contains("aria-invalid=\"true\"") || page.contains("class=\"notice ")
}

/// What is found where the pages of the set-up were: that it is done, and how one comes in now.
async fn is_over(window: &Window) {
    let over = window.open("/setup").await;
    assert_eq!(over.status, StatusCode::OK, "{over:?}");
    for words in ["Greenroom is set up", "greenroom admin link", "href=\"/sign-in\""] {
        assert!(over.text.contains(words), "{words}: {over:?}");
    }
}

/// What the page of the present step says.
async fn says(window: &Window, words: &str) -> String {
    let seen = window.open("/setup").await;
    assert!(seen.status == StatusCode::OK && seen.text.contains(words), "{words}: {seen:?}");
    seen.text
}

/// Tries a code that lets nobody in: the page behind that says so.
async fn is_refused(window: &Window, code: &str) {
    let seen = enter(window, code).await;
    assert_eq!((seen.status, seen.to.as_deref()), (StatusCode::SEE_OTHER, Some("/setup?refused")), "{code}: {seen:?}");
    let door = window.open("/setup?refused").await;
    assert!(door.status == StatusCode::FORBIDDEN && door.text.contains("This code does not work"), "{code}: {door:?}");
}

/// The file in which the token is kept.
fn kept(folder: &Path) -> PathBuf {
    folder.join("data/secrets/discord_token")
}

/// `greenroom setup`, to which this is told on standard input.
fn set_up(folder: &Path, arguments: &[&str], variables: &[(&str, &str)], text: &str) -> Finished {
    let mut command = greenroom(folder, arguments);
    command.envs(variables.iter().copied());
    output_of_told(command, text)
}

/// The store of a bot that had a song, and was stopped.
async fn store_with_a_song(sim: &SimProcess, folder: &Path) -> PathBuf {
    let mut running = sim.bot(folder);
    sim.submit("https://youtu.be/dQw4w9WgXcQ").await;
    running.signal("TERM");
    assert!(running.ended().success());
    folder.join("data/greenroom.redb")
}

#[tokio::test(flavor = "multi_thread")]
async fn from_nothing_to_a_bot_in_the_browser() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    sim.post("/token", json!({ "token": BOT_TOKEN })).await;
    let waiting = Waiting::start(&sim, folder.path(), &[]);
    assert_eq!(waiting.code.len(), 20);
    let window = waiting.window();
    assert_eq!(window.open("/").await.to.as_deref(), Some("/setup"));
    for _ in 0..2 {
        let door = window.open(&format!("/setup/{}", waiting.code)).await;
        assert!(
            door.status == StatusCode::OK && door.text.contains("Set Greenroom up"),
            "to open it uses nothing up: {door:?}"
        );
    }
    expect_onward(&enter(&window, &waiting.code).await);
    let begin = window.open("/setup").await;
    assert!(begin.text.contains("Start new") && begin.text.contains("/assets/"), "{begin:?}");
    assert!(goes_on(&window, "/setup/new", &[]).await.contains("Choose a password"));
    is_told(&window, "/setup/password", &[("password", "short"), ("again", "short")], "12 characters").await;
    is_told(&window, "/setup/password", &[("password", PASSWORD), ("again", "another one")], "not the same").await;
    let token = goes_on(&window, "/setup/password", &[("password", PASSWORD), ("again", PASSWORD)]).await;
    assert!(token.contains("https://discord.com/developers/applications"), "{token}");
    is_told(&window, "/setup/token", &[("token", "hunter2")], "does not look like a bot token").await;
    is_told(&window, "/setup/token", &[("token", UNKNOWN_TOKEN)], "Discord does not know this token").await;
    assert!(!kept(folder.path()).exists());
    let invite = goes_on(&window, "/setup/token", &[("token", BOT_TOKEN)]).await;
    assert!(invite.contains("https://discord.com/oauth2/authorize?client_id="), "{invite}");
    assert!(invite.contains("Night Owl Reviews") && !invite.contains(BOT_TOKEN), "{invite}");
    let file = fs::metadata(kept(folder.path())).unwrap();
    assert_eq!(file.mode() & 0o777, 0o600);
    assert_eq!(fs::read_to_string(kept(folder.path())).unwrap().trim(), BOT_TOKEN);
    assert!(goes_on(&window, "/setup/look", &[]).await.contains("Start the bot"));
    let started = goes_on(&window, "/setup/start", &[]).await;
    assert!(started.contains("/dashboard") && started.contains("comes online"), "{started}");
    waiting.running.says_all(&["the web is served", "connected to Discord"]);
    let signed_in = Window::on(&waiting.base).send("/sign-in", &[("username", "admin"), ("password", PASSWORD)]).await;
    assert_eq!(signed_in.status, StatusCode::SEE_OTHER, "{signed_in:?}");
    is_over(&window).await;
    let code = waiting.code.clone();
    waiting.stop();
    let log = fs::read_to_string(folder.path().join("data/logs/greenroom.log")).unwrap();
    for secret in [code.as_str(), PASSWORD, BOT_TOKEN, UNKNOWN_TOKEN, "hunter2"] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_code_is_good_once_and_the_next_one_takes_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let waiting = Waiting::start(&sim, folder.path(), &[]);
    let link = output(folder.path(), &["setup-link"], &[]);
    assert_eq!(link.code, Some(0), "{link:?}");
    let (base, second) = parts(&link.out);
    assert_eq!(base, waiting.base);
    assert!(link.err.contains("printed before works no more"), "{link:?}");
    let void = waiting.window().open(&format!("/setup/{}", waiting.code)).await;
    assert_eq!(void.status, StatusCode::FORBIDDEN, "it is told before anything is pressed: {void:?}");
    assert!(void.text.contains("This code does not work"), "{void:?}");
    let short = waiting.window().open("/setup/ABC").await;
    assert!(short.status == StatusCode::FORBIDDEN && short.text.contains("it is mistyped"), "{short:?}");
    let stranger = waiting.window();
    for wrong in [waiting.code.as_str(), "AAAAAAAAAAAAAAAAAAAA", "", "../../etc/passwd"] {
        is_refused(&stranger, wrong).await;
    }
    // It is read as people type it.
    expect_onward(&enter(&stranger, &second.to_lowercase()).await);
    let other = waiting.window();
    // It was used.
    is_refused(&other, &second).await;
    for path in ["/setup/new", "/setup/start", "/setup/upload"] {
        let refused = other.send(path, &[]).await;
        assert_eq!(refused.to.as_deref(), Some("/setup?door"), "{path}: {refused:?}");
    }
    let door = other.open("/setup?door").await;
    assert!(door.status == StatusCode::FORBIDDEN && door.text.contains("Enter a new code"), "{door:?}");
    says(&stranger, "Start new").await;
    assert!(!other.open("/setup").await.text.contains("Start new"));
    // A page elsewhere cannot send anything in the name of the browser that is in.
    let http = reqwest::Client::builder().timeout(LONG).no_proxy().build().unwrap();
    for site in [Some("cross-site"), None] {
        let request = http.post(format!("{base}/setup/new")).header("cookie", stranger.cookies());
        let request = site.into_iter().fold(request, |request, site| request.header("sec-fetch-site", site));
        assert_eq!(request.send().await.unwrap().status(), StatusCode::FORBIDDEN, "{site:?}");
    }
    let foreign = http.get(format!("{base}/setup")).header("host", "evil.example").send().await.unwrap();
    assert_eq!(foreign.status(), StatusCode::MISDIRECTED_REQUEST);
    stranger.forget();
    let statuses = async || enter(&other, "AAAAAAAAAAAAAAAAAAAA").await.status;
    let mut last = statuses().await;
    for _ in 0..5 {
        last = statuses().await;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS, "nobody guesses for long");
    waiting.stop();
    let nobody = output(folder.path(), &["setup-link"], &[]);
    assert_eq!((nobody.code, nobody.out.as_str()), (Some(2), ""), "{nobody:?}");
    assert!(nobody.err.contains("No Greenroom waits here"), "{nobody:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_of_the_operator_leads_to_where_greenroom_really_waits_and_says_that_it_does() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let waiting = Waiting::start(&sim, folder.path(), &[]);
    let link = output(folder.path(), &["admin", "link"], &[]);
    assert!(link.out.starts_with(&format!("{}/in/", waiting.base)), "{link:?}");
    assert!(link.err.contains("waits to be set up there") && !link.err.contains("No bot serves"), "{link:?}");
    waiting.stop();
    let nobody = output(folder.path(), &["admin", "link"], &[]);
    assert!(nobody.err.contains("No bot serves") && !nobody.err.contains("waits to be set up"), "{nobody:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_shown_before_it_counts_and_restored_from_a_file_or_from_the_target() {
    let (before, folder, target) =
        (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let sim = SimProcess::start(before.path()).await;
    let store = store_with_a_song(&sim, before.path()).await;
    let copy = "greenroom-20261121-200000.redb";
    fs::copy(&store, target.path().join(copy)).unwrap();
    let there = target.path().to_str().unwrap();
    let waiting = Waiting::start(&sim, folder.path(), &[("BACKUP_TARGET", there), ("LOCAL_ADMIN", "off")]);
    let window = waiting.entered().await;
    window.open("/setup").await;
    expect_onward(&window.upload("/setup/upload", "backup", Vec::new()).await);
    says(&window, "Choose the file").await;
    expect_onward(&window.upload("/setup/upload", "backup", b"PK\x03\x04 no store of ours".repeat(999)).await);
    let junk =
        says(&window, "The file that you sent is not a store of Greenroom, or is damaged: use another backup.").await;
    assert!(junk.contains("in the log as") && !junk.contains("incoming") && !junk.contains("redb:"), "{junk}");

    let copies = goes_on(&window, "/setup/copies", &[]).await;
    assert!(copies.contains(copy), "{copies}");
    let elsewhere = goes_on(&window, "/setup/take", &[("backup", "../../etc/passwd")]).await;
    assert!(elsewhere.contains("Choose a copy"), "{elsewhere}");
    let shown = goes_on(&window, "/setup/take", &[("backup", copy)]).await;
    assert!(shown.contains("Is this the backup?") && shown.contains(copy), "{shown}");
    assert!(goes_on(&window, "/setup/back", &[]).await.contains("Start new"));

    let sent = window.upload("/setup/upload", "backup", fs::read(&store).unwrap()).await;
    expect_onward(&sent);
    let shown = window.open("/setup").await.text;
    assert!(shown.contains("Is this the backup?") && shown.contains("<dt>songs</dt><dd>1</dd>"), "{shown}");
    let token = goes_on(&window, "/setup/restore", &[]).await;
    assert!(token.contains("bot's token"), "nobody asks for a password: {token}");
    assert!(token.contains("is restored, with") && token.contains("before-restore-"), "{token}");
    let begin = goes_on(&window, "/setup/back", &[]).await;
    assert!(begin.contains("Go on with what is here") && begin.contains("songs: 1"), "{begin}");
    waiting.stop();
    let data = folder.path().join("data");
    let names: Vec<_> =
        fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert!(names.iter().any(|name| name.starts_with("greenroom.redb.before-restore-")), "{names:?}");
    assert!(!names.contains(&"incoming".to_owned()), "nothing is left of what came in: {names:?}");
    let check = output(folder.path(), &["check"], &[]);
    assert_eq!(check.code, Some(0), "{check:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_too_large_is_refused_before_it_comes() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let waiting = Waiting::start(&sim, folder.path(), &[]);
    let window = waiting.entered().await;
    let address = waiting.base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    let head = format!(
        "POST /setup/upload HTTP/1.1\r\nhost: {address}\r\ncookie: {}\r\nsec-fetch-site: same-origin\r\n\
         content-type: multipart/form-data; boundary=x\r\ncontent-length: 99999999999\r\nconnection: close\r\n\r\n",
        window.cookies()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut answer = String::new();
    // The connection may be cut off behind the answer, because nothing of the file was read.
    let _ = stream.read_to_string(&mut answer);
    assert!(answer.starts_with("HTTP/1.1 303 "), "{answer}");
    says(&window, "too large").await;
    waiting.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn where_discord_does_not_answer_that_is_said_and_nothing_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    let waiting = Waiting::start(&sim, folder.path(), &[("LOCAL_ADMIN", "off")]);
    let window = waiting.entered().await;
    window.open("/setup").await;
    assert!(goes_on(&window, "/setup/new", &[]).await.contains("bot's token"));
    drop(sim);
    is_told(&window, "/setup/token", &[("token", BOT_TOKEN)], "Discord cannot be reached").await;
    assert!(!kept(folder.path()).exists());
    waiting.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_asks_the_same_and_whoever_waits_goes_on_with_what_it_keeps() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    sim.post("/token", json!({ "token": BOT_TOKEN })).await;
    let discord = [("DISCORD_API_URL", sim.discord.as_str())];
    for (typed, code, words) in [
        ("", 2, "There is no token on standard input"),
        ("hunter2\n", 2, "does not look like a bot token"),
        (UNKNOWN_TOKEN, 6, "Discord does not know this token"),
    ] {
        let refused = set_up(folder.path(), &["setup"], &discord, typed);
        assert_eq!((refused.code, refused.out.as_str()), (Some(code), ""), "{refused:?}");
        assert!(refused.err.contains(words) && !refused.err.contains("hunter2"), "{refused:?}");
        assert!(!kept(folder.path()).exists());
    }
    let waiting = Waiting::start(&sim, folder.path(), &[]);
    let done = set_up(folder.path(), &["setup"], &discord, &format!("{BOT_TOKEN}\n"));
    assert_eq!(done.code, Some(0), "{done:?}");
    for words in ["Invite the bot: https://discord.com/oauth2/authorize?client_id=", "The bot is in Night Owl Reviews."]
    {
        assert!(done.out.contains(words), "{words}: {done:?}");
    }
    assert!(!done.out.contains(BOT_TOKEN) && !done.err.contains(BOT_TOKEN), "{done:?}");
    waiting.running.says_all(&["there is a bot token now", "connected to Discord"]);
    waiting.stop();
    let shown = output(folder.path(), &["config", "show"], &[]);
    assert!(shown.out.contains("DISCORD_BOT_TOKEN_FILE in the data folder"), "{shown:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_wakes_a_greenroom_in_whose_pages_somebody_is() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    sim.post("/token", json!({ "token": BOT_TOKEN })).await;
    let discord = [("DISCORD_API_URL", sim.discord.as_str())];
    let waiting = Waiting::start(&sim, folder.path(), &[]);
    let window = waiting.entered().await;
    window.open("/setup").await;
    goes_on(&window, "/setup/new", &[]).await;
    let pasted = format!("DISCORD_BOT_TOKEN = \"{BOT_TOKEN}\"\n");
    let done = set_up(folder.path(), &["setup"], &discord, &pasted);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(done.err.contains("waits here to be set up starts with it now"), "{done:?}");
    assert!(done.out.contains("The bot is in Night Owl Reviews. Type /setup there."), "{done:?}");
    waiting.running.says_all(&["there is a bot token now", "the web is served", "connected to Discord"]);
    let way_in = format!("The web is at {}: `greenroom admin link` prints a link", waiting.base);
    assert!(done.out.contains(&way_in), "{done:?}");
    // The page that was still open, its form and its address lead to words.
    let late = window.send("/setup/password", &[("password", PASSWORD), ("again", PASSWORD)]).await;
    expect_onward(&late);
    expect_onward(&window.open(&format!("/setup/{}", waiting.code)).await);
    is_over(&window).await;
    let sign_in = window.open("/sign-in").await;
    assert!(sign_in.text.contains("As the operator") && sign_in.text.contains("greenroom admin link"), "{sign_in:?}");
    // Whoever gives another one to a bot that runs is told that it goes on with its own.
    let again = set_up(folder.path(), &["setup"], &discord, &pasted);
    assert!(again.code == Some(0) && again.err.contains("goes on with the token that it has"), "{again:?}");
    assert!(again.out.contains(&way_in), "{again:?}");
    waiting.stop();
    let nobody = set_up(folder.path(), &["setup"], &discord, &pasted);
    assert!(nobody.out.contains("Start it with `greenroom`"), "{nobody:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_step_leads_back_to_the_one_before_and_to_the_backups() {
    let folder = tempfile::tempdir().unwrap();
    let sim = SimProcess::start(folder.path()).await;
    sim.post("/token", json!({ "token": BOT_TOKEN })).await;
    let waiting = Waiting::start(&sim, folder.path(), &[]);
    let window = waiting.entered().await;
    window.open("/setup").await;
    assert!(goes_on(&window, "/setup/new", &[]).await.contains("Choose a password"));
    let begin = goes_on(&window, "/setup/back", &[]).await;
    assert!(begin.contains("Start new") && begin.contains("Restore a backup"), "{begin}");
    goes_on(&window, "/setup/new", &[]).await;
    goes_on(&window, "/setup/password", &[("password", PASSWORD), ("again", PASSWORD)]).await;
    let password = goes_on(&window, "/setup/back", &[]).await;
    assert!(password.contains("Choose a password") && password.contains("Keep the one that is there"), "{password}");
    assert!(!password.contains(PASSWORD));
    goes_on(&window, "/setup/keep", &[]).await;
    assert!(goes_on(&window, "/setup/token", &[("token", BOT_TOKEN)]).await.contains("Start the bot"));
    assert!(goes_on(&window, "/setup/back", &[]).await.contains("Reset Token"));
    waiting.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_watches_a_greenroom_that_waits_for_its_set_up_is_told_so_and_leaves_it_alone() {
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let mut command = greenroom(folder.path(), &["run"]);
    command.env("API_BIND", "127.0.0.1").env("API_PORT", free_port()).env("HEALTH_LISTEN", format!("127.0.0.1:{port}"));
    let mut running = Running::start(command);
    running.says_all(&["Set Greenroom up here: ", "health is served"]);
    let base = format!("http://127.0.0.1:{port}");
    for path in ["/livez", "/readyz", "/"] {
        let (status, text) = crate::health::get(&base, path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        assert!(path == "/livez" || text.contains("waiting for set-up"), "{path}: {text}");
    }
    running.signal("TERM");
    assert!(running.ended().success());
}

#[test]
fn without_a_token_the_web_decides_whether_somebody_is_asked_or_the_start_ends() {
    let folder = tempfile::tempdir().unwrap();
    let off = output(folder.path(), &["run"], &[]);
    assert_eq!((off.code, off.out.as_str()), (Some(2), ""), "{off:?}");
    assert!(off.err.starts_with("Greenroom needs a bot token") && off.err.lines().count() == 3, "{off:?}");
    assert!(!folder.path().join("data").exists(), "nothing was started");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let taken = output(folder.path(), &["run"], &[("API_BIND", "127.0.0.1"), ("API_PORT", &port)]);
    assert_eq!(taken.code, Some(2), "{taken:?}");
    assert!(taken.err.contains("cannot be served on 127.0.0.1:") && taken.err.contains("greenroom setup"), "{taken:?}");
    let wrong = output(folder.path(), &["run"], &[("DISCORD_BOT_TOKEN", "two words"), ("API_BIND", "127.0.0.1")]);
    assert_eq!(wrong.code, Some(2), "a token that is none ends the start all the same: {wrong:?}");
    let mut command = greenroom(folder.path(), &[]);
    command.env("API_BIND", "127.0.0.1").env("API_PORT", free_port());
    let mut running = Running::start(command);
    running.says_all(&["Set Greenroom up here: ", "`greenroom setup` asks the same"]);
    running.signal("TERM");
    assert_eq!(running.ended().code(), Some(0));
}
