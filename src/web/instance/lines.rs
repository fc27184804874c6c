//! The latest lines of the log, for a page (`T-API-37`).
//!
//! Bounded: 10,000 lines and 4 MiB; the oldest go first. Nothing that is shaped like a secret is kept, wherever it came from.
//! The files of the log are another matter, and nothing here touches them.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use strum::{Display, EnumString, VariantArray};

use crate::kernel::secret::without_secrets;
use crate::kernel::text::one_line;
use crate::kernel::time::Timestamp;

/// Lines that are kept.
const MOST_LINES: usize = 10_000;
/// Bytes of all lines that are kept.
const MOST_BYTES: usize = 4 << 20;
/// A longer line is cut, in characters.
const LONGEST: usize = 4_000;
/// What a line takes beside its texts.
const OF_A_LINE: usize = size_of::<Line>();

/// How much a line matters, most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Display, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Level {
    /// Somebody must act.
    Error,
    /// Something is not as it should be.
    Warn,
    /// What happens.
    Info,
    /// What happens inside.
    Debug,
    /// Everything.
    Trace,
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number; later lines have larger ones.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// How much it matters.
    pub level: Level,
    /// Which part of the program wrote it.
    pub target: String,
    /// What it says, with its fields.
    pub text: String,
}

/// The latest lines. Clones share them.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<Ring>>);

#[derive(Default)]
struct Ring {
    lines: VecDeque<Line>,
    bytes: usize,
    last: u64,
}

impl Lines {
    /// Keeps a line.
    pub fn push(&self, at: Timestamp, level: Level, target: &str, text: &str) {
        let text = one_line(&fit_to_be_shown(text), LONGEST);
        self.ring().push(at, level, target, text);
    }

    /// Lines that matter at least so much, latest first, before one of them.
    pub fn latest(&self, least: Level, before: Option<u64>, limit: usize) -> Vec<Line> {
        let ring = self.ring();
        let wanted = ring.lines.iter().rev().filter(|line| line.level <= least);
        wanted.filter(|line| before.is_none_or(|before| line.number < before)).take(limit).cloned().collect()
    }

    /// Forgets all lines; answers how many there were.
    pub fn empty(&self) -> u64 {
        let mut ring = self.ring();
        let count = u64::try_from(ring.lines.len()).unwrap_or(u64::MAX);
        (ring.lines, ring.bytes) = (VecDeque::new(), 0);
        count
    }

    fn ring(&self) -> MutexGuard<'_, Ring> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ring {
    fn push(&mut self, at: Timestamp, level: Level, target: &str, text: String) {
        self.last += 1;
        let line = Line { number: self.last, at, level, target: target.to_owned(), text };
        self.bytes += size_of_line(&line);
        self.lines.push_back(line);
        while self.lines.len() > MOST_LINES || self.bytes > MOST_BYTES {
            let Some(oldest) = self.lines.pop_front() else { return };
            self.bytes = self.bytes.saturating_sub(size_of_line(&oldest));
        }
    }
}

const fn size_of_line(line: &Line) -> usize {
    OF_A_LINE + line.target.len() + line.text.len()
}

/// A line whose words are looked at one by one: what may be a login in an address hides no more than that address.
fn fit_to_be_shown(text: &str) -> String {
    let word = |word: &str| if is_invitation(word) { word.to_owned() } else { without_secrets(word) };
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// Whether a word is the address that invites the bot, perhaps behind the name of its field: whoever reads the log is to open
/// it, and nothing in it is a secret.
fn is_invitation(word: &str) -> bool {
    const PARTS: [&str; 3] = ["client_id=", "scope=bot+applications.commands", "permissions="];
    let address = word.split_once('=').filter(|(name, _)| is_name(name)).map_or(word, |(_, address)| address);
    let Some(query) = address.trim_matches('"').strip_prefix("https://discord.com/oauth2/authorize?") else {
        return false;
    };
    query.split('&').all(|part| {
        PARTS.iter().any(|known| {
            part.strip_prefix(*known).is_some_and(|number| number.bytes().all(|digit| digit.is_ascii_digit()))
        })
    })
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: Timestamp = Timestamp::from_millis(1_795_292_100_000);

    fn texts(lines: &[Line]) -> Vec<&str> {
        lines.iter().map(|line| line.text.as_str()).collect()
    }

    #[test]
    fn the_latest_come_first_and_those_that_matter_less_are_left_out() {
        let lines = Lines::default();
        for (level, text) in [(Level::Error, "a"), (Level::Info, "b"), (Level::Warn, "c"), (Level::Debug, "d")] {
            lines.push(AT, level, "greenroom", text);
        }
        assert_eq!(texts(&lines.latest(Level::Trace, None, 10)), ["d", "c", "b", "a"]);
        assert_eq!(texts(&lines.latest(Level::Warn, None, 10)), ["c", "a"]);
        let first = lines.latest(Level::Trace, None, 2);
        assert_eq!(texts(&lines.latest(Level::Trace, first.last().map(|line| line.number), 2)), ["b", "a"]);
        assert_eq!((lines.empty(), lines.empty()), (4, 0));
        lines.push(AT, Level::Info, "greenroom", "e");
        assert_eq!(lines.latest(Level::Info, None, 10)[0].number, 5, "numbers go on");
    }

    #[test]
    fn lines_are_bounded_in_number_and_in_bytes() {
        let lines = Lines::default();
        for number in 0..MOST_LINES + 5 {
            lines.push(AT, Level::Info, "t", &number.to_string());
        }
        let all = lines.latest(Level::Trace, None, usize::MAX);
        assert_eq!((all.len(), all.last().map(|line| line.text.as_str())), (MOST_LINES, Some("5")));
        let long = "ä".repeat(10 * LONGEST);
        for _ in 0..2_000 {
            lines.push(AT, Level::Info, "t", &long);
        }
        let all = lines.latest(Level::Trace, None, usize::MAX);
        assert!(all.iter().map(size_of_line).sum::<usize>() <= MOST_BYTES && all.len() > 100, "{}", all.len());
        assert_eq!(all[0].text.chars().count(), LONGEST);
    }

    #[test]
    fn the_address_that_invites_the_bot_is_whole_and_no_other_one_is() {
        let lines = Lines::default();
        let invitation =
            "https://discord.com/oauth2/authorize?client_id=77&scope=bot+applications.commands&permissions=76864";
        let kept = |line: &str| {
            lines.push(AT, Level::Info, "t", line);
            lines.latest(Level::Trace, None, 1).remove(0).text
        };
        for line in [
            format!("invite me with {invitation}"),
            format!("invite={invitation} and more"),
            format!("link=\"{invitation}\""),
        ] {
            assert_eq!(kept(&line), line);
        }
        for other in ["client_id=77&state=hunter2", "client_id=hunter2", "scope=bot+applications.commands&code=hunter2"]
        {
            let line = kept(&format!("https://discord.com/oauth2/authorize?{other}"));
            assert!(!line.contains("hunter2") && line.contains('…'), "{line}");
        }
        assert!(!kept(&format!("https://evil.example/?next={invitation}&code=hunter2")).contains("hunter2"));
    }

    #[test]
    fn no_secret_is_kept_and_a_line_stays_one() {
        let lines = Lines::default();
        let token = "MTEyMzQ1Njc4OTAxMjM0NTY3ODkw.abcdef.abcdefghijklmnopqrstuvwxyzabcdefghij_-";
        let line = format!("asked https://ann:hunter2@nas.example/x?key=abc with {token}\nfor a song");
        lines.push(AT, Level::Info, "t", &line);
        let kept = lines.latest(Level::Trace, None, 1).remove(0).text;
        assert!(["hunter2", "key=abc", "abcdef"].iter().all(|secret| !kept.contains(secret)), "{kept}");
        assert!(kept.starts_with("asked https://") && kept.ends_with("for a song"), "{kept}");
    }
}
