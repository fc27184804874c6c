//! What the doctor finds, and how it is printed.

use std::fmt;

use serde::Serialize;

use super::id::Id;
use crate::kernel::text::one_line;

/// The longest part of a sentence that comes from elsewhere, in characters.
const LONGEST_NAME: usize = 60;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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

impl Finding {
    /// What is so, in one line.
    fn line(&self) -> String {
        format!("{:<8} {}: {}", self.level, self.id.name(), self.sentence)
    }
}

impl fmt::Display for Finding {
    /// A line, and one with the way out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line())?;
        match &self.fix {
            Some(fix) => write!(f, "\n         → {fix}"),
            None => Ok(()),
        }
    }
}

/// A text with a full stop, unless it ends like a sentence already.
pub(in crate::app) fn sentence(text: &str) -> String {
    if text.ends_with(['.', '?', '!']) { text.to_owned() } else { format!("{text}.") }
}

/// All findings as a person reads them. What several in a row need is told once, behind the last of them.
pub(super) fn told(findings: &[Finding]) -> String {
    let mut lines = Vec::new();
    for (at, finding) in findings.iter().enumerate() {
        let next = findings.get(at + 1).and_then(|next| next.fix.as_ref());
        let is_told_later = finding.fix.is_some() && next == finding.fix.as_ref();
        lines.push(if is_told_later { finding.line() } else { finding.to_string() });
    }
    lines.join("\n")
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
    fn what_several_findings_need_is_told_once() {
        let wrong = |what: &str| Finding::error(Id::Config, sentence(what), "Correct it.");
        let found =
            [wrong("A is wrong; did you mean B?"), wrong("C is wrong"), Finding::ok(Id::Token, "Good."), wrong("D.")];
        insta::assert_snapshot!(told(&found), @r"
        error    config: A is wrong; did you mean B?
        error    config: C is wrong.
                 → Correct it.
        ok       discord.token: Good.
        error    config: D.
                 → Correct it.
        ");
    }

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
