//! The real program as a process of its own, in a folder of its own and without the variables of whoever runs the tests.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use greenroom::kernel::time::Stopwatch;
use serde_json::{Value, json};

/// Longer than anything takes that a test waits for.
const SOON: Duration = Duration::from_secs(30);

/// A command line, to be run in `folder`.
pub fn greenroom(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_greenroom"));
    command.args(arguments).env_clear().current_dir(folder).stdin(Stdio::null());
    // Tests run side by side, and only one of them could have the usual port.
    command.env("HEALTH_LISTEN", "off");
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
    Finished::from(greenroom(folder, arguments).envs(variables.iter().copied()).output().unwrap())
}

/// How a process ended.
#[derive(Debug)]
pub struct Finished {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

impl From<Output> for Finished {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

/// A process that goes on until it is told to end. It is killed when it goes out of scope.
pub struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    /// Starts it; what it says on stdout and stderr comes line by line.
    pub fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
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
            let line = self.lines.recv_timeout(SOON.saturating_sub(watch.elapsed()));
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
        self.lines.iter().collect()
    }

    /// Sends a signal, by its name without SIG.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
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
        self.child.wait().unwrap()
    }
}

impl Drop for Running {
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
        let running = Running::start(greenroom(folder, &["sim"]));
        let ready: Value = serde_json::from_str(&running.says("{")).unwrap();
        let address = |key: &str| ready[key].as_str().unwrap_or_else(|| panic!("no {key} in {ready}")).to_owned();
        let mut sim = Self {
            _running: running,
            discord: address("discord"),
            live: address("live"),
            live_managed: address("live_managed"),
            control: address("control"),
            http: reqwest::Client::builder().build().unwrap(),
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
