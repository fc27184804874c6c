//! How a command ends: an exit code that scripts can rely on, and one plain message with the way out.

use std::fmt::Write as _;
use std::io::Write as _;

use strum::{FromRepr, VariantArray};

use super::config::ConfigErrors;
use crate::discord::problem;
use crate::kernel::error::{Error, Failure};
use crate::store::{FileError, OpenError, StoreError};

/// The exit codes of `greenroom`. They are part of its interface: a code never changes its meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRepr, VariantArray)]
#[repr(u8)]
pub enum ExitCode {
    /// The command did what it was asked.
    Done = 0,
    /// Something broke that has no code of its own.
    Failed = 1,
    /// The command line or the configuration is wrong; nothing was started.
    Configuration = 2,
    /// Another process has the store open and did not help.
    StoreInUse = 3,
    /// `check` found something wrong in the store, or `doctor` found an error.
    ProblemsFound = 4,
    /// The store could not be read or written: a full disk, missing rights, a damaged file.
    StorageFailed = 5,
    /// Discord does not accept the token.
    TokenRefused = 6,
}

impl ExitCode {
    /// The number that the shell sees.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// What it means, for the help and `docs/troubleshooting.md`.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed for a reason that the message names",
            Self::Configuration => "wrong command line or configuration; nothing was started",
            Self::StoreInUse => "the store is in use by another process",
            Self::ProblemsFound => "check or doctor found problems",
            Self::StorageFailed => "the data folder cannot be read or written (disk full, missing rights, damage)",
            Self::TokenRefused => "Discord refused the token",
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.number())
    }
}

/// Why a command ended without success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// What the shell sees.
    pub code: ExitCode,
    /// What the person reads: what is wrong, and what to do about it.
    pub message: String,
    /// Whether it is the store that is damaged, so that a snapshot may have to take its place.
    pub is_damage: bool,
    /// Whether this user may not touch a file or folder that another one may.
    pub is_forbidden: bool,
    /// What the engine of the store or the system reports of it, in words of their own: in brackets within the message.
    pub reported: Option<String>,
}

/// What a command returns.
pub type CommandResult = Result<(), Stop>;

impl Stop {
    /// An end with a message.
    pub fn new(code: ExitCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), is_damage: false, is_forbidden: false, reported: None }
    }

    /// A store that is damaged, or seems to be.
    pub fn damage(message: impl Into<String>) -> Self {
        Self { is_damage: true, ..Self::new(ExitCode::StorageFailed, message) }
    }

    /// A file or folder that cannot be read or written.
    pub fn storage(path: &std::path::Path, error: &std::io::Error) -> Self {
        let message = match error.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                format!("The disk that holds {} is full: free some space and try again.", path.display())
            }
            _ => format!("{} cannot be read or written ({error}).", path.display()),
        };
        let is_forbidden = error.kind() == std::io::ErrorKind::PermissionDenied;
        Self { is_forbidden, ..Self::new(ExitCode::StorageFailed, message) }.reporting(error.to_string())
    }

    /// The same with what was reported of it.
    #[must_use]
    pub fn reporting(self, reported: String) -> Self {
        Self { reported: Some(reported), ..self }
    }

    /// What a page says of it, in our words alone. What was reported goes to the log, under a number that the page tells.
    pub fn on_page(&self, doing: &str) -> String {
        let Some(reported) = &self.reported else { return self.message.clone() };
        let plain = self.message.replace(&format!(" ({reported})"), "");
        if plain == self.message {
            return plain;
        }
        let report = problem::log(&Failure::new(self.message.clone()), doing);
        format!("{plain} What was found is in the log as {report}.")
    }

    /// An end for which there is no code of its own.
    pub fn failed(message: impl std::fmt::Display) -> Self {
        Self::new(ExitCode::Failed, message.to_string())
    }
}

impl From<ConfigErrors> for Stop {
    fn from(problems: ConfigErrors) -> Self {
        Self::new(ExitCode::Configuration, problems.to_string())
    }
}

impl From<OpenError> for Stop {
    fn from(error: OpenError) -> Self {
        let (message, reported) = (error.to_string(), reported_of(&error));
        let stop = match error {
            OpenError::Damaged { .. } => Self::damage(message),
            OpenError::InUse(_) => Self::new(ExitCode::StoreInUse, message),
            OpenError::Schema(_) => Self::new(ExitCode::Failed, message),
            _ => Self::new(ExitCode::StorageFailed, message),
        };
        Self { reported, ..stop }
    }
}

fn reported_of(error: &OpenError) -> Option<String> {
    match error {
        OpenError::Damaged { problem, .. }
        | OpenError::Migration { problem, .. }
        | OpenError::Other { problem, .. } => Some(problem.clone()),
        _ => None,
    }
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        let cause = StoreError::of(&error);
        if let Some(problem) = cause.and_then(StoreError::damage) {
            return Self::damage(format!("The store seems to be damaged: {problem}."));
        }
        let code = match cause {
            Some(StoreError::CopyExists(_)) => ExitCode::Configuration,
            Some(_) => ExitCode::StorageFailed,
            None => ExitCode::Failed,
        };
        Self::new(code, error.to_string())
    }
}

impl From<FileError> for Stop {
    fn from(error: FileError) -> Self {
        match error {
            FileError::Exists(_) => Self::new(ExitCode::Configuration, error.to_string()),
            other => Self::failed(other),
        }
    }
}

/// Prints the message of a command that ended without success, and gives the exit code.
pub fn report(result: CommandResult) -> ExitCode {
    match result {
        Ok(()) => ExitCode::Done,
        Err(stop) => {
            // A closed stderr leaves nobody to tell.
            let _ = writeln!(std::io::stderr(), "{}", stop.message);
            stop.code
        }
    }
}

/// Prints a result on stdout. Nobody is told when stdout is closed already, as behind `| head`.
pub(super) fn print(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Prints a line of progress on stderr.
pub(super) fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The part of `--help` that lists the exit codes.
pub(super) fn help_section() -> String {
    let mut section = "Exit codes:\n".to_owned();
    for code in ExitCode::VARIANTS {
        let _ = writeln!(section, "  {}  {}", code.number(), code.meaning());
    }
    section
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_on_troubles_lists_every_exit_code() {
        let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/troubleshooting.md")).unwrap();
        let row = |code: &ExitCode| format!("| {} | {} |\n", code.number(), code.meaning());
        let rows: String = ExitCode::VARIANTS.iter().map(row).collect();
        assert!(page.contains(&rows), "docs/troubleshooting.md should list the exit codes so:\n{rows}");
    }

    #[test]
    fn missing_rights_are_told_from_other_trouble() {
        let stop = |kind: std::io::ErrorKind| Stop::storage(std::path::Path::new("/data"), &kind.into());
        assert!(stop(std::io::ErrorKind::PermissionDenied).is_forbidden);
        assert!(!stop(std::io::ErrorKind::StorageFull).is_forbidden && !Stop::failed("x").is_forbidden);
    }

    #[test]
    fn a_wrong_configuration_has_a_code_of_its_own() {
        let stop = Stop::from(ConfigErrors::default());
        assert_eq!(std::process::ExitCode::from(stop.code), std::process::ExitCode::from(2));
        assert_eq!(report(Ok(())), ExitCode::Done);
    }
}
