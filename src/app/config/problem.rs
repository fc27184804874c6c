//! What is wrong with the configuration: every problem at once, each naming its variable.

use std::fmt;

/// One thing that somebody has to correct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    subject: String,
    statement: String,
}

impl ConfigError {
    /// `subject` is the variable or file, `statement` what holds of it: `"is set twice"`. Neither contains a secret.
    pub(super) fn new(subject: &str, statement: impl Into<String>) -> Self {
        Self { subject: subject.to_owned(), statement: statement.into() }
    }
}

impl ConfigError {
    /// The variable or file.
    pub(super) fn subject(&self) -> &str {
        &self.subject
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.subject, self.statement)
    }
}

/// All problems of a configuration.
#[derive(Debug, Default, thiserror::Error)]
pub struct ConfigErrors(pub(super) Vec<ConfigError>);

impl ConfigErrors {
    /// Each of them, as one sentence without its end.
    pub fn each(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(ToString::to_string)
    }
}

impl fmt::Display for ConfigErrors {
    /// A heading, then one problem a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration needs a correction:")?;
        for problem in &self.0 {
            write!(f, "\n  - {problem}")?;
        }
        Ok(())
    }
}
