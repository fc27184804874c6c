//! The real program as a process of its own, in a folder of its own and without the variables of whoever runs the tests.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Once;
use std::sync::mpsc::{Receiver, channel};

use greenroom::kernel::time::Stopwatch;
use serde_json::{Value, json};
use tokio::signal::unix::{SignalKind, signal};

use crate::patience::{LONG, Patience};

/// A command line, to be run in `folder`.
pub fn greenroom(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_greenroom"));
    command.args(arguments).env_clear().current_dir(folder).stdin(Stdio::null());
    // Tests run side by side, and only one of them could have the usual ports.
    command.env("HEALTH_LISTEN", "off").env("API_BIND", "off");
    if let Some(file) = counts() {
        command.env("LLVM_PROFILE_FILE", file);
    }
    command
}

/// Where a process writes which lines it ran, when `tests/coverage` counts them.
#[expect(clippy::disallowed_methods, reason = "it is no setting of ours")]
fn counts() -> Option<OsString> {
    std::env::var_os("LLVM_PROFILE_FILE")
}

/// Runs to the end.
pub fn output(folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Finished {
    let mut command = greenroom(folder, arguments);
    command.envs(variables.iter().copied());
    output_of(command)
}

/// Runs any command to the end.
pub fn output_of(mut command: Command) -> Finished {
    finish(spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped())))
}

/// Runs any command to the end, which is told this on standard input.
pub fn output_of_told(mut command: Command, text: &str) -> Finished {
    let mut child = spawn(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()));
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    finish(child)
}

fn finish(mut child: Child) -> Finished {
    let (out, err) = (all_of(child.stdout.take().unwrap()), all_of(child.stderr.take().unwrap()));
    let code = ended(&mut child).code();
    Finished { code, out: out.join().unwrap(), err: err.join().unwrap() }
}

fn all_of(mut stream: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    })
}

/// Starts a process in which signals do what they do by default, whatever whoever runs the tests ignores.
pub fn spawn(command: &mut Command) -> Child {
    static SIGNALS: Once = Once::new();
    // A test may be in a runtime already, in which no other can end.
    SIGNALS.call_once(|| std::thread::spawn(hear_ignored_signals).join().unwrap());
    command.spawn().unwrap()
}

/// A process inherits which signals are ignored, as `nohup` and shells without a terminal ignore some, and not which are
/// listened to. So this one listens to those that it was to ignore, and goes on ignoring what it hears.
fn hear_ignored_signals() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _inside = runtime.enter();
    let kinds = [SignalKind::hangup(), SignalKind::interrupt(), SignalKind::quit(), SignalKind::terminate()];
    for kind in kinds.into_iter().filter(|kind| ignored >> (kind.as_raw_value() - 1) & 1 == 1) {
        // Once listened to, a signal stays so for the life of the process.
        drop(signal(kind).unwrap());
    }
}

/// Waits for the end of a process; one that does not end is killed, and the test fails.
pub fn ended(child: &mut Child) -> ExitStatus {
    let what = format!("process {} ends", child.id());
    let patience = Patience::until(&what);
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if patience.is_over() {
            // Whether it can be killed or not, the test has failed.
            let _ = child.kill();
        }
        patience.hold();
    }
}

/// How a process ended.
#[derive(Debug)]
pub struct Finished {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// A process that goes on until it is told to end. It is killed when it goes out of scope.
pub struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    /// Starts it; what it says on stdout and stderr comes line by line.
    pub fn start(mut command: Command) -> Self {
        let mut child = spawn(command.stdout(Stdio::piped()).stderr(Stdio::piped()));
        let (said, lines) = channel();
        let streams: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for stream in streams {
            let said = said.clone();
            std::thread::spawn(move || {
                let lines = BufReader::new(stream).lines().map_while(Result::ok);
                lines.for_each(|line| drop(said.send(line)));
            });
        }
        Self { child, lines }
    }

    /// The first line from now on that holds this.
    pub fn says(&self, wanted: &str) -> String {
        self.says_all(&[wanted])
    }

    /// Waits until each of these was said, in any order; gives the line that was the last.
    pub fn says_all(&self, wanted: &[&str]) -> String {
        let (watch, mut heard, mut missing) = (Stopwatch::start(), Vec::new(), wanted.to_vec());
        loop {
            let line = self.lines.recv_timeout(LONG.saturating_sub(watch.elapsed()));
            let line = line.unwrap_or_else(|_| panic!("never said {missing:?}, but {heard:#?}"));
            missing.retain(|words| !line.contains(words));
            if missing.is_empty() {
                return line;
            }
            heard.push(line);
        }
    }

    /// What it said that nobody waited for, up to its end.
    pub fn rest(&self) -> Vec<String> {
        let watch = Stopwatch::start();
        std::iter::from_fn(|| self.lines.recv_timeout(LONG.saturating_sub(watch.elapsed())).ok()).collect()
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal, by its name without SIG.
    pub fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        kill.args([&format!("-{name}"), &self.child.id().to_string()]);
        assert_eq!(output_of(kill).code, Some(0), "the process is there to be told");
    }

    /// The most memory that it ever used, in bytes.
    pub fn peak_memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1_024
    }

    /// Whether the end has come.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for the end.
    pub fn ended(&mut self) -> ExitStatus {
        ended(&mut self.child)
    }
}

impl Drop for Running {
    #[expect(clippy::disallowed_methods, reason = "it was killed")]
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// `greenroom sim` with a guild in it, driven over HTTP as other programs drive it.
pub struct SimProcess {
    _running: Running,
    pub discord: String,
    live: String,
    live_managed: String,
    control: String,
    http: reqwest::Client,
    pub ids: Value,
}

impl SimProcess {
    pub async fn start(folder: &Path) -> Self {
        let running = Running::start(greenroom(folder, &["sim", "--answer-within", "600"]));
        let ready: Value = serde_json::from_str(&running.says("{")).unwrap();
        let address = |key: &str| ready[key].as_str().unwrap_or_else(|| panic!("no {key} in {ready}")).to_owned();
        let mut sim = Self {
            _running: running,
            discord: address("discord"),
            live: address("live"),
            live_managed: address("live_managed"),
            control: address("control"),
            http: reqwest::Client::builder().timeout(LONG).build().unwrap(),
            ids: Value::Null,
        };
        sim.ids = sim
            .post(
                "/guilds",
                json!({
                    "name": "Night Owl Reviews", "channels": ["submissions", "staff"],
                    "members": [{"name": "host", "permissions": ["ADMINISTRATOR"]}, {"name": "ann"}],
                }),
            )
            .await;
        sim
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.http.post(format!("{}{path}", self.control)).json(&body).send().await.unwrap();
        let (status, answer) = (answer.status(), answer.json().await.unwrap());
        assert!(status.is_success(), "{path}: {answer}");
        answer
    }

    pub async fn get(&self, path: &str) -> Value {
        self.http.get(format!("{}{path}", self.control)).send().await.unwrap().json().await.unwrap()
    }

    /// The variables with which a bot finds the simulated TikTok.
    pub fn live_variables(&self) -> [(&'static str, String); 5] {
        [
            ("TIKTOK_TRANSPORT", "euler".to_owned()),
            ("TIKTOK_WEB_URL", self.live.clone()),
            ("TIKTOK_WEBCAST_URL", format!("{}/webcast", self.live)),
            ("TIKTOK_SIGN_URL", self.live.clone()),
            ("TIKTOK_MANAGED_URL", self.live_managed.clone()),
        ]
    }

    /// Somebody runs a command; gives what they saw.
    pub async fn command(&self, user: &str, name: &str, options: Value) -> Value {
        let call = json!({
            "guild": self.ids["guild"], "channel": self.ids["channels"]["submissions"],
            "user": self.ids["members"][user], "name": name, "options": options,
        });
        // A bot that is connected registers its commands right after that.
        let is_known = format!("/{}", name.split(' ').next().unwrap_or(name));
        let patience = Patience::until("the bot registers its commands");
        while !patience.is_over() {
            let commands = self.get("/commands").await;
            let names = commands.as_array().into_iter().flatten().filter_map(|command| command["name"].as_str());
            if names.map(|name| format!("/{name}")).any(|name| name == is_known) {
                break;
            }
            tokio::task::yield_now().await;
        }
        self.post("/command", call).await
    }

    /// `/submit` of a link in the submissions channel, which is set first.
    pub async fn submit(&self, link: &str) -> Value {
        let channel = self.ids["channels"]["submissions"].clone();
        self.command("host", "set-submission-channel", json!({ "channel": channel })).await;
        let opened = self.command("ann", "submit", json!({})).await;
        let modal = json!({
            "user": self.ids["members"]["ann"], "interaction": opened["interaction"],
            "fields": {"link": link, "song_title": "Over HTTP"},
        });
        self.post("/modal", modal).await
    }

    /// A bot against this simulator, up to where it answers commands.
    pub fn bot(&self, folder: &Path) -> Running {
        let running = self.bot_from_its_first_line(folder);
        running.says("connected to Discord");
        running
    }

    /// The same, for somebody who wants to hear all that it says.
    pub fn bot_from_its_first_line(&self, folder: &Path) -> Running {
        let mut command = greenroom(folder, &["run"]);
        command.env("DISCORD_API_URL", &self.discord);
        Running::start(command)
    }
}
