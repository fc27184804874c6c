//! Secrets are seen nowhere: not in the log, an error, a figure, a file of the data folder, or what the doctor says;
//! whatever goes wrong, and with everything logged that can be.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use greenroom::kernel::error::Result;
use greenroom::kernel::time::Clock;
use greenroom::sim::{BOT_TOKEN, Fault, GatewayFault, LiveFault, LiveFaultKind, LiveWaitHeader, Sim, SimOptions};
use tracing_subscriber::fmt::MakeWriter;

use crate::patience::{LONG, found};
use crate::process::{Running, ended, greenroom, output, spawn};
use crate::reading::link;
use crate::world::{STREAMER, Setup, World, guild_spec};

/// A token in the form of one, which is set although the simulator is used.
const TOKEN: &str = "Y2FuYXJ5LWluLXRoZS1taW5l.canary.the-bird-that-must-never-sing-4711";
/// A key of the sign service.
const KEY: &str = "euler_canary_key_that_must_never_sing_4711";
/// The secret key of a place for copies.
const PASSWORD: &str = "canary/bucket/key/that/must/never/sing+4711";
/// The operator's password.
const OPERATOR: &str = "a canary password that must never sing 4711";
/// What signs cookies and forms, and the client secret.
const KEYS: [&str; 3] = [
    "jwt-canary-key-that-must-never-sing-4711",
    "csrf-canary-key-that-must-never-sing-4711",
    "client-canary-secret-that-must-never-sing-4711",
];
/// What every cookie of the simulated TikTok is called.
const COOKIE: &str = "ttwid=";

/// Fails where a secret is in `text`.
fn assert_silent(place: &str, text: &str) {
    for secret in [TOKEN, KEY, PASSWORD, OPERATOR, BOT_TOKEN, COOKIE].into_iter().chain(KEYS) {
        let line = text.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "a secret is in {place}: {line:?}");
    }
}

/// Looks through every file below a folder.
fn assert_folder_silent(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            assert_folder_silent(&entry.path());
        } else if kind.is_file() {
            let bytes = fs::read(entry.path()).unwrap();
            assert_silent(&entry.path().display().to_string(), &String::from_utf8_lossy(&bytes));
        }
    }
}

/// Starts a bot whose console goes into a file, with everything logged.
fn bot(folder: &Path, console: &Path, sim: &Sim) -> std::process::Child {
    let console = fs::OpenOptions::new().append(true).create(true).open(console).unwrap();
    let mut command = greenroom(folder, &["run", "--log", "trace"]);
    let command = command.envs(variables(sim)).env("HEALTH_LISTEN", "127.0.0.1:0");
    spawn(command.stdout(Stdio::null()).stderr(console))
}

fn variables(sim: &Sim) -> Vec<(&'static str, String)> {
    vec![
        ("DISCORD_API_URL", sim.discord_url()),
        ("DISCORD_BOT_TOKEN", TOKEN.to_owned()),
        ("EULER_API_KEY", KEY.to_owned()),
        ("BACKUP_TARGET", "s3://canary".to_owned()),
        ("BACKUP_USER", "AKIACANARY".to_owned()),
        ("BACKUP_PASSWORD", PASSWORD.to_owned()),
        ("BACKUP_S3_ENDPOINT", sim.live_url()),
        ("API_BIND", "127.0.0.1".to_owned()),
        ("ADMIN_PASSWORD", OPERATOR.to_owned()),
        ("JWT_SECRET", KEYS[0].to_owned()),
        ("CSRF_SECRET", KEYS[1].to_owned()),
        ("DISCORD_CLIENT_SECRET", KEYS[2].to_owned()),
        ("TIKTOK_TRANSPORT", "euler".to_owned()),
        ("TIKTOK_WEB_URL", sim.live_url()),
        ("TIKTOK_WEBCAST_URL", sim.live_webcast_url()),
        ("TIKTOK_SIGN_URL", sim.live_url()),
        ("TIKTOK_MANAGED_URL", sim.live_managed_url()),
    ]
}

/// Reads the console until it holds this.
fn until(console: &Path, words: &str) -> String {
    let read = || fs::read_to_string(console).unwrap_or_default();
    found(&format!("the console says {words:?}"), || Some(read()).filter(|text| text.contains(words)))
}

fn fault(status: u16, times: u64) -> Fault {
    Fault { status: Some(status), path: Some("/channels/".into()), retry_after: Some(0.1), times, ..Fault::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_seen_whatever_goes_wrong_in_the_real_program() {
    let folder = tempfile::tempdir().unwrap();
    let console = folder.path().join("console.txt");
    let (clock, hand) = Clock::simulated(Clock::system().now());
    let sim = Sim::start(SimOptions::new(clock, Some(hand))).await.unwrap();
    let ids = sim.create_guild(guild_spec("Night Owl Reviews")).await.unwrap();
    let mut child = bot(folder.path(), &console, &sim);
    until(&console, "commands registered");
    let host =
        |name: &str| greenroom::sim::CommandCall::new(ids.guild, ids.channels["staff"], ids.members["host"], name);
    let submissions = ids.channels["submissions"].to_string();
    sim.run_command(host("set-submission-channel").with("channel", submissions)).await.unwrap();
    let staff = ids.channels["staff"].to_string();
    sim.run_command(host("setdebugchannel").with("channel", staff)).await.unwrap();
    // A live that is connected, with a key and cookies, and lost; then the sign service refuses.
    sim.goes_live(STREAMER).await.unwrap();
    sim.run_command(host("tiktok connect").with("unique_id", STREAMER)).await.unwrap();
    sim.live_connected(STREAMER, LONG).await.unwrap();
    let label = "rate_limit_account_day".into();
    for kind in
        [LiveFaultKind::RateLimit { header: LiveWaitHeader::RetryAfter, seconds: 1, label }, LiveFaultKind::Drop]
    {
        sim.live_fault(STREAMER, LiveFault { kind, times: 1 }).await.unwrap();
    }
    // Discord refuses, limits, breaks, and drops the connection.
    for status in [500, 429, 403, 401] {
        sim.faults(fault(status, 2)).await;
        sim.run_command(host("next")).await.unwrap();
    }
    sim.gateway_fault(GatewayFault::Kill).await;
    sim.gateway_fault(GatewayFault::Invalid { resumable: false }).await;
    let address = until(&console, "health is served");
    let address = address.lines().find(|line| line.contains("health is served")).unwrap();
    let address = address.split("address=").nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let http = reqwest::Client::builder().build().unwrap();
    for path in ["/metrics", "/readyz", "/livez", "/nothing"] {
        let answer = http.get(format!("http://{address}{path}")).send().await.unwrap().text().await.unwrap();
        assert_silent(path, &answer);
    }
    let text = until(&console, "status=429");
    assert!(text.len() > 40_000, "everything is logged: {}", text.len());
    for arguments in [&["doctor"][..], &["doctor", "--json"], &["check", "--log", "trace"]] {
        let variables = variables(&sim);
        let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (path, arguments) =
            (folder.path().to_owned(), arguments.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
        let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let done = tokio::task::block_in_place(|| output(&path, &words, &variables));
        assert!(!done.out.is_empty(), "{done:?}");
        assert_silent("what a command prints", &format!("{}{}", done.out, done.err));
    }
    // A snapshot of all that happened, to be looked through with the rest of the folder.
    let copies = folder.path().join("copies").display().to_string();
    let mut with_folder = variables(&sim);
    with_folder
        .iter_mut()
        .filter(|(name, _)| *name == "BACKUP_TARGET")
        .for_each(|(_, value)| value.clone_from(&copies));
    let with_folder: Vec<_> = with_folder.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let done = tokio::task::block_in_place(|| output(folder.path(), &["backup", "--log", "trace"], &with_folder));
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_silent("what backup prints", &format!("{}{}", done.out, done.err));
    // At last the token is refused, and the bot ends with that.
    sim.set(|settings| settings.token = Some("another".to_owned()));
    sim.gateway_fault(GatewayFault::Close { code: 4004 }).await;
    let code = tokio::task::block_in_place(|| ended(&mut child).code());
    assert_eq!(code, Some(6));
    assert_silent("the console", &fs::read_to_string(&console).unwrap());
    assert!(folder.path().join("data/logs/greenroom.log").exists());
    let snapshots = fs::read_dir(folder.path().join("data/backups/snapshots")).unwrap();
    let snapshots: Vec<_> = snapshots.map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect();
    assert_eq!(snapshots.len(), 1);
    assert!(String::from_utf8_lossy(&snapshots[0]).contains(STREAMER), "what is stored can be found in a snapshot");
    assert_folder_silent(folder.path());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_is_refused_shows_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    for wrong in [format!("Bot {TOKEN}"), format!("'{TOKEN}'"), TOKEN.replace('.', " "), format!("{TOKEN}.more")] {
        for arguments in [&["run"][..], &["doctor"], &["doctor", "--json"], &["check"]] {
            let done =
                output(folder.path(), arguments, &[("DISCORD_BOT_TOKEN", &wrong), ("EULER_API_KEY", "two words 4711")]);
            assert_ne!(done.code, Some(0));
            let text = format!("{}{}", done.out, done.err);
            assert!(!text.contains("must-never-sing") && !text.contains("4711"), "{text}");
        }
    }
    fs::write(folder.path().join(".env"), format!("DISCORD_BOT_TOKEN={TOKEN} and more\n")).unwrap();
    let running = Running::start(greenroom(folder.path(), &["run"]));
    let line = running.says(".env");
    assert!(!line.contains("must-never-sing"), "{line}");
}

/// Keeps every line of the log.
#[derive(Clone, Default)]
pub struct Page(Arc<Mutex<Vec<u8>>>);

impl Page {
    /// Keeps what is logged on this thread from now on, as long as the second part is held.
    pub fn begin() -> (Self, impl Sized) {
        let page = Self::default();
        // With one subscriber alone, a line that another test's thread reaches first would be switched off for all threads.
        let second = tracing::Dispatch::new(tracing_subscriber::registry());
        let to_page = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(page.clone());
        (page, (tracing::subscriber::set_default(to_page.finish()), second))
    }

    /// What was logged.
    pub fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Page {
    type Writer = Self;

    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

// On one thread, whose log alone is kept.
#[tokio::test]
async fn no_secret_is_seen_when_songs_jobs_and_operations_fail() {
    let (page, _kept) = Page::begin();
    let mut world = World::with(Setup::default()).await;
    world.expect_dead_letters();
    world.chooses("setdebugchannel", "staff").await;
    for status in [400, 401, 403, 404, 429, 500, 502] {
        world.sim.faults(Fault { times: 4, ..fault(status, 4) }).await;
        world.member("ann").submits(&link(usize::from(status)), "A song").await;
        world.host().run("next").await;
        for _ in 0..8 {
            world.pass(Duration::from_secs(1)).await;
        }
        world.sim.clear_faults().await;
    }
    let panicking: Result<()> = world.app.bot.store.write("panics", |_| panic!("on order")).await;
    let error = panicking.unwrap_err();
    assert_silent("an error", &format!("{error} {error:?}"));
    let bot = &world.app.bot;
    assert_silent("what is printed of the parts", &format!("{:?} {:?} {:?}", bot.store, bot.clock, bot.lives));
    world.end().await;
    let text = page.text();
    assert!(text.contains("TRACE") && text.contains("a job was given up"), "{}", text.len());
    assert_silent("the log", &text);
}
