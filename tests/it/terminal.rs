//! `greenroom setup` at a terminal, which `script` makes: what whoever types sees.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use greenroom::kernel::time::Stopwatch;

use crate::patience::LONG;
use crate::process::{ended, greenroom, spawn};

/// A process at a terminal of its own.
struct Terminal {
    child: Child,
    keys: ChildStdin,
    parts: Receiver<String>,
    shown: String,
}

impl Terminal {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let program = greenroom(folder, arguments);
        let words = std::iter::once(program.get_program()).chain(program.get_args());
        let words: Vec<String> = words.map(|word| format!("'{}'", word.to_str().unwrap())).collect();
        let variables = program.get_envs().filter_map(|(name, value)| Some((name, value?)));
        let mut command = Command::new("script");
        command.args(["-q", "-e", "-c", &words.join(" "), "/dev/null"]).current_dir(folder).env_clear();
        command.envs(variables).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = spawn(&mut command);
        let (keys, mut screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (said, parts) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4_096];
            while let Ok(read @ 1..) = screen.read(&mut bytes) {
                drop(said.send(String::from_utf8_lossy(&bytes[..read]).into_owned()));
            }
        });
        Self { child, keys, parts, shown: String::new() }
    }

    /// Waits until the terminal shows these words, behind those that were waited for before.
    fn shows(&mut self, words: &str) {
        let watch = Stopwatch::start();
        while !self.shown.contains(words) {
            let part = self.parts.recv_timeout(LONG.saturating_sub(watch.elapsed()));
            let part = part.unwrap_or_else(|_| panic!("never shown {words:?}, but {:?}", self.shown));
            self.shown.push_str(&part);
        }
        let end = self.shown.find(words).unwrap() + words.len();
        self.shown.drain(..end);
    }

    fn types(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    fn ends_with(mut self, code: i32) {
        assert_eq!(ended(&mut self.child).code(), Some(code));
    }
}

const PROMPT: &str = "Bot token (nothing is shown): ";

#[test]
fn whoever_presses_enter_alone_is_told_what_is_awaited_and_asked_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(folder.path(), &["setup"]);
    terminal.shows(PROMPT);
    terminal.types("\n");
    terminal.shows("Nothing was typed. Type or paste the token");
    terminal.shows(PROMPT);
    terminal.types("abcdefghijklmnopqrstuvwxyz-_0123\n");
    terminal.shows("like a client secret");
    terminal.shows(PROMPT);
    terminal.types("\u{3}");
    terminal.shows("Nothing was changed.");
    terminal.ends_with(2);
    assert!(!folder.path().join("data/secrets").exists());
}

#[test]
fn whoever_wants_no_more_is_let_go_by_either_key() {
    for key in ["\u{3}", "half a token\u{3}", "\u{4}"] {
        let folder = tempfile::tempdir().unwrap();
        let mut terminal = Terminal::start(folder.path(), &["setup"]);
        terminal.shows(PROMPT);
        terminal.types(key);
        terminal.shows("Nothing was changed.");
        assert!(!terminal.shown.contains("half"), "{}", terminal.shown);
        terminal.ends_with(2);
    }
}

#[test]
fn a_token_that_is_given_elsewhere_ends_the_question() {
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start(folder.path(), &["setup"]);
    terminal.shows(PROMPT);
    let secrets = folder.path().join("data/secrets");
    fs::create_dir_all(&secrets).unwrap();
    fs::write(secrets.join("discord_token"), "given in the browser\n").unwrap();
    terminal.shows("Somebody has given a token meanwhile");
    terminal.ends_with(0);
}
