//! The two ways in which an operation can end badly.
//!
//! *Refused*: the request is not possible, and the person who asked reads one sentence that says what would work. It is
//! never logged as an error. *Failed*: something broke; it is logged once, at the boundary, under a [`ReportId`] that
//! the person sees.

use std::fmt;

use super::refusal::Refusal;

/// What operations return when they do not succeed.
#[derive(Debug)]
pub enum Error {
    /// The request is not possible; the sentence is for the person who asked.
    Refused(Refusal),
    /// Something broke; the details are for the log.
    Failed(Failure),
}

/// The result of an operation.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What broke, and what was being done when it broke.
#[derive(Debug)]
pub struct Failure {
    cause: Box<dyn std::error::Error + Send + Sync>,
    context: Vec<String>,
}

impl Failure {
    /// Wraps what broke.
    pub fn new(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { cause: cause.into(), context: Vec::new() }
    }

    /// Adds what was being done: lower case, no full stop (`"load the queue of guild 5"`).
    #[must_use]
    pub fn during(mut self, what: impl Into<String>) -> Self {
        self.context.push(what.into());
        self
    }

    /// The error underneath, for those who must tell causes apart.
    pub fn cause(&self) -> &(dyn std::error::Error + Send + Sync + 'static) {
        &*self.cause
    }
}

impl fmt::Display for Failure {
    /// Outermost context first, then the cause and its sources: `load the queue: read a row: disk full`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for what in self.context.iter().rev() {
            write!(f, "{what}: ")?;
        }
        write!(f, "{}", self.cause)?;
        let mut source = self.cause.source();
        while let Some(next) = source {
            write!(f, ": {next}")?;
            source = next.source();
        }
        Ok(())
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

impl Error {
    /// A failure from what broke.
    pub fn failed(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Failed(Failure::new(cause))
    }

    /// The code of a refusal, `"failed"` otherwise.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code,
            Self::Failed(_) => "failed",
        }
    }
}

/// Plain text, for the log and the command line.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.sentence.fmt(f),
            Self::Failed(failure) => failure.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

/// Adds context to results on their way up.
pub trait Context<T> {
    /// Says what was being done, for the log. Refusals pass unchanged.
    fn during(self, what: impl Into<String>) -> Result<T>;
}

impl<T> Context<T> for Result<T> {
    fn during(self, what: impl Into<String>) -> Result<T> {
        self.map_err(|error| match error {
            Error::Failed(failure) => Error::Failed(failure.during(what)),
            refused @ Error::Refused(_) => refused,
        })
    }
}

/// The number under which a failure is logged; the person sees it and can quote it.
///
/// Made of the number of the start, in which no two starts of a store are equal, and of the failure's since then:
/// `1S71R0-3`. It has no letters that are mistaken for digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReportId {
    start: u32,
    number: u32,
}

impl ReportId {
    /// The `number`-th failure of a start.
    pub const fn new(start: u32, number: u32) -> Self {
        Self { start, number }
    }
}

impl fmt::Display for ReportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: [char; 32] = [
            '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'M',
            'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
        ];
        // Seven digits of five bits hold all of it.
        let digits = (0..7).rev().map(|place| (self.start >> (5 * place)) & 31).skip_while(|digit| *digit == 0);
        digits.filter_map(|digit| DIGITS.get(digit as usize)).try_for_each(|digit| write!(f, "{digit}"))?;
        write!(f, "-{}", self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_short_and_read_aloud_without_mistakes() {
        assert_eq!(ReportId::new(60_000_000, 3).to_string(), "1S71R0-3");
        assert_eq!(ReportId::new(u32::MAX, 1).to_string(), "3ZZZZZZ-1");
        assert_ne!(ReportId::new(1, 11).to_string(), ReportId::new(11, 1).to_string());
    }

    #[test]
    fn a_failure_reads_from_the_outside_in() {
        let disk_full: Result<()> = Err(Error::failed("disk full"));
        let error = disk_full.during("read a row").during("load the queue of guild 5").unwrap_err();
        assert_eq!(error.to_string(), "load the queue of guild 5: read a row: disk full");
    }
}
