//! One step of an installation: what it is in words, and taking it.

use std::fmt;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::app::exit::{ExitCode, Stop};
use crate::app::restore::copy_file;
use crate::store::make_folder;

/// Something to be done on the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Make a user of the system, unless there is one of that name.
    User { name: &'static str, home: PathBuf },
    /// Copy a file over another, unless they are the same one.
    Copy { from: PathBuf, to: PathBuf, mode: u32 },
    /// Make a file from another, or from a text where that one is missing; keep what is there already.
    KeepOrCopy { to: PathBuf, from: Option<PathBuf>, or_else: String, mode: u32 },
    /// Give a store to the service that has none yet.
    KeepOrCopyStore { from: PathBuf, to: PathBuf },
    /// Write a file.
    Write { path: PathBuf, contents: String, mode: u32 },
    /// Remove a file, if it is there.
    Remove { path: PathBuf },
    /// Run a program.
    Run { command: Vec<&'static str> },
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User { name, home } => write!(f, "make the user {name} with the home {}", home.display()),
            Self::Copy { from, to, .. } => write!(f, "copy {} to {}", from.display(), to.display()),
            Self::KeepOrCopy { to, .. } => write!(f, "make {}, unless it is there", to.display()),
            Self::KeepOrCopyStore { from, to } => {
                write!(f, "copy the store {} to {}, unless there is one", from.display(), to.display())
            }
            Self::Write { path, contents, .. } => write!(f, "write {}:\n\n{contents}", path.display()),
            Self::Remove { path } => write!(f, "remove {}", path.display()),
            Self::Run { command } => write!(f, "run {}", command.join(" ")),
        }
    }
}

/// Takes a step. Gives the line that says so, or nothing where there was nothing to do.
pub(super) fn take(step: &Step) -> Result<Option<String>, Stop> {
    match step {
        Step::User { name, home } => make_user(name, home),
        Step::Copy { from, to, mode } => {
            if is_same(from, to) {
                return Ok(None);
            }
            let contents = fs::read(from).map_err(|error| failed("read", from, &error))?;
            write_file(to, &contents, *mode)?;
            Ok(Some(format!("Copied the program to {}.", to.display())))
        }
        Step::KeepOrCopy { to, from, or_else, mode } => {
            if to.exists() {
                return Ok(Some(format!("Kept {} as it is.", to.display())));
            }
            let found = from.as_deref().filter(|from| from.exists());
            let contents = match found {
                Some(from) => fs::read_to_string(from).map_err(|error| failed("read", from, &error))?,
                None => or_else.clone(),
            };
            write_file(to, contents.as_bytes(), *mode)?;
            let origin = found.map_or_else(String::new, |from| format!(" from {}", from.display()));
            Ok(Some(format!("Made {}{origin}.", to.display())))
        }
        Step::KeepOrCopyStore { from, to } => keep_or_copy_store(from, to),
        Step::Write { path, contents, mode } => {
            write_file(path, contents.as_bytes(), *mode)?;
            Ok(Some(format!("Wrote {}.", path.display())))
        }
        Step::Remove { path } => match fs::remove_file(path) {
            Ok(()) => Ok(Some(format!("Removed {}.", path.display()))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed("remove", path, &error)),
        },
        Step::Run { command } => {
            run(command)?;
            Ok(Some(format!("Ran {}.", command.join(" "))))
        }
    }
}

/// The old store stays where it is. The new one has its name only when it is whole.
fn keep_or_copy_store(from: &Path, to: &Path) -> Result<Option<String>, Stop> {
    if is_same(from, to) {
        return Ok(None);
    }
    let told = |error: io::Error| failed("write", to, &error);
    if fs::exists(to).map_err(told)? {
        return Ok(Some(format!("Kept {} as it is; {} is another one.", to.display(), from.display())));
    }
    make_folder(to.parent().unwrap_or(Path::new("/"))).map_err(told)?;
    let beside = to.with_extension("copying");
    let copied = copy_file(from, &beside).and_then(|()| fs::rename(&beside, to));
    if copied.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&beside);
    }
    copied.map_err(told)?;
    let (from, to) = (from.display(), to.display());
    Ok(Some(format!(
        "Copied the store {from} to {to}. The service goes on with the copy; the old one is not used any more."
    )))
}

#[expect(clippy::disallowed_methods, reason = "whoever installs the service sees what it waits for, and can end it")]
fn make_user(name: &str, home: &Path) -> Result<Option<String>, Stop> {
    let is_there = Command::new("getent").args(["passwd", name]).output().is_ok_and(|asked| asked.status.success());
    if is_there {
        return Ok(None);
    }
    let home = home.to_string_lossy();
    run(&["useradd", "--system", "--user-group", "--home-dir", &home, "--shell", "/usr/sbin/nologin", name])?;
    Ok(Some(format!("Made the user {name}.")))
}

#[expect(clippy::disallowed_methods, reason = "whoever installs the service sees what it waits for, and can end it")]
fn run(command: &[&str]) -> Result<(), Stop> {
    let Some((program, arguments)) = command.split_first() else { return Ok(()) };
    let line = command.join(" ");
    match Command::new(program).args(arguments).output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            Err(Stop::failed(format!("`{line}` failed: {}", said.trim())))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Stop::failed(format!(
            "`{line}` cannot be run: there is no {program} here. This needs Linux with systemd."
        ))),
        Err(error) => Err(Stop::failed(format!("`{line}` cannot be run: {error}"))),
    }
}

/// Writes beside the file and renames, so that a running program is not written over and a full disk leaves no half file.
fn write_file(path: &Path, contents: &[u8], mode: u32) -> Result<(), Stop> {
    let told = |error: io::Error| failed("write", path, &error);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(told)?;
    }
    let beside = path.with_extension("new");
    let written = (|| {
        // Never readable by others, not even for a moment.
        let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(contents)?;
        file.set_permissions(fs::Permissions::from_mode(mode))?;
        file.sync_all()?;
        fs::rename(&beside, path)
    })();
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&beside);
    }
    written.map_err(told)
}

fn is_same(one: &Path, other: &Path) -> bool {
    let identity = |path: &Path| fs::metadata(path).map(|found| (found.dev(), found.ino())).ok();
    identity(one).is_some_and(|found| identity(other) == Some(found))
}

fn failed(what: &str, path: &Path, error: &io::Error) -> Stop {
    if error.kind() == io::ErrorKind::PermissionDenied {
        let message =
            format!("I may not {what} {}: run it with sudo, or use --user for a service of your own.", path.display());
        return Stop::new(ExitCode::Configuration, message);
    }
    Stop::failed(format!("Cannot {what} {}: {error}.", path.display()))
}
