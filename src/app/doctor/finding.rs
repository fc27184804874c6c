//! What the doctor finds, and how it is printed.

use std::fmt;

use serde::Serialize;

use super::id::Id;
use crate::kernel::text::one_line;

/// The longest part of a sentence that comes from elsewhere, in characters.
const LONGEST_NAME: usize = 60;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// As it should be.
    Ok,
    /// Worth knowing.
    Note,
    /// Something does not work, or will not for long.
    Warning,
    /// The bot cannot do its work.
    Error,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is about.
    pub id: Id,
    /// How bad it is.
    pub level: Level,
    /// What is so.
    pub sentence: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

impl Finding {
    /// All is well.
    pub fn ok(id: Id, sentence: impl Into<String>) -> Self {
        Self { id, level: Level::Ok, sentence: sentence.into(), fix: None }
    }

    /// Worth knowing; nothing has to be done.
    pub fn note(id: Id, sentence: impl Into<String>) -> Self {
        Self { level: Level::Note, ..Self::ok(id, sentence) }
    }

    /// Something does not work, with what to do.
    pub fn warning(id: Id, sentence: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { level: Level::Warning, fix: Some(fix.into()), ..Self::ok(id, sentence) }
    }

    /// The bot cannot do its work, with what to do.
    pub fn error(id: Id, sentence: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { level: Level::Error, fix: Some(fix.into()), ..Self::ok(id, sentence) }
    }
}

impl fmt::Display for Finding {
    /// A line, and one with the way out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Ok => "ok",
            Level::Note => "note",
            Level::Warning => "warning",
            Level::Error => "error",
        };
        write!(f, "{level:<8} {}: {}", self.id.name(), self.sentence)?;
        match &self.fix {
            Some(fix) => write!(f, "\n         → {fix}"),
            None => Ok(()),
        }
    }
}

/// A name that somebody else chose, fit for a line of the terminal.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", one_line(name, LONGEST_NAME))
}

/// How many findings there are of the levels that matter: `2 errors, 1 warning`; `None` where there is none.
pub(super) fn summary(findings: &[Finding]) -> Option<String> {
    let count = |level| findings.iter().filter(|finding| finding.level == level).count();
    let words = |count, word: &str| match count {
        0 => None,
        1 => Some(format!("1 {word}")),
        many => Some(format!("{many} {word}s")),
    };
    let parts: Vec<_> =
        [words(count(Level::Error), "error"), words(count(Level::Warning), "warning")].into_iter().flatten().collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_reads_so() {
        let found = [
            Finding::ok(Id::Token, "The token is accepted."),
            Finding::error(
                Id::Space,
                format!("The disk of {} is full.", quoted("a\n\x1b[31mname")),
                "Free some space.",
            ),
        ];
        insta::assert_snapshot!(found.each_ref().map(ToString::to_string).join("\n"), @r#"
        ok       discord.token: The token is accepted.
        error    folder.space: The disk of "a [31mname" is full.
                 → Free some space.
        "#);
        assert_eq!(summary(&found).as_deref(), Some("1 error"));
        assert_eq!(summary(&found[..1]), None);
    }
}
