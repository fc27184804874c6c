//! The process that drives the browser: it is asked for one thing after another, a line each.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use greenroom::kernel::ids::GuildId;
use greenroom::kernel::time::ClockHand;
use serde_json::{Map, Value};

use crate::patience::{LONG, Patience};
use crate::web::ground::WebWorld;

/// A browser that runs until it is closed.
pub(super) struct Browser {
    child: Mutex<Child>,
    /// Where it is asked, and what it answers, line by line; nothing once it is closed.
    lines: Mutex<Option<(ChildStdin, Receiver<String>)>>,
    /// What it looks at, and how its paths are written.
    pub(super) origin: String,
    servers: [GuildId; 2],
    pub(super) hand: ClockHand,
}

impl Browser {
    pub(super) fn start(ground: &WebWorld) -> Self {
        let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/driver.mjs");
        let started = Command::new("node").arg(driver).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = started.expect("node is there; tests/run says what is missing");
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (said, answers) = channel();
        std::thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            lines.for_each(|line| drop(said.send(line)));
        });
        Self {
            child: Mutex::new(child),
            lines: Mutex::new(Some((input, answers))),
            origin: format!("http://{}", ground.address),
            servers: [ground.here(), ground.other()],
            hand: ground.world.hand.clone(),
        }
    }

    /// Asks the driver for something. The server that is looked at goes on meanwhile.
    pub(super) fn ask(&self, asked: &Value) -> Result<Value, String> {
        tokio::task::block_in_place(|| {
            let mut lines = self.lines.lock().unwrap();
            let (input, answers) = lines.as_mut().ok_or_else(|| "the browser is closed".to_owned())?;
            writeln!(input, "{asked}").unwrap();
            input.flush().unwrap();
            let line = answers.recv_timeout(LONG).unwrap_or_else(|error| panic!("no answer to {asked}: {error}"));
            let mut answer: Map<String, Value> =
                serde_json::from_str(&line).unwrap_or_else(|error| panic!("the driver ended: {error}: {line:?}"));
            let error = answer.get("error").map(|error| format!("{asked}: {error}"));
            answer.remove("is").ok_or_else(|| error.unwrap_or_default())
        })
    }

    /// Closes it, if it is still open.
    #[expect(clippy::disallowed_methods, reason = "it has ended, or was killed")]
    pub(super) fn close(&self) {
        // The driver ends, and the browser with it, when its input does.
        self.lines.lock().unwrap_or_else(PoisonError::into_inner).take();
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let patience = Patience::until("the driver has ended");
        while matches!(child.try_wait(), Ok(None)) && !patience.is_over() {
            std::thread::park_timeout(Duration::from_millis(5));
        }
        let _ = child.kill();
        let _ = child.wait();
    }

    /// A path as `WebWorld::path` gives it.
    pub(super) fn path(&self, path: &str) -> String {
        let [here, other] = self.servers.map(|server| server.to_string());
        path.replace("{server}", &here).replace("{other}", &other)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        self.close();
    }
}
