//! What installing and uninstalling consist of. Pure: nothing is looked at and nothing is done here.

use std::path::{Path, PathBuf};

use super::below;
use super::folders::{Folders, HOME};
use super::step::Step;
use crate::app::config::reference;
use crate::app::config::storage::store_file;
use crate::app::exit::{ExitCode, Stop};

/// The unit of a service of the system, in the form in which packages carry it as well.
const UNIT: &str = include_str!("../../../packaging/systemd/greenroom.service");

/// The unit of a service of one person, with places to be filled in.
const UNIT_OF_PERSON: &str = include_str!("../../../packaging/systemd/greenroom.user.service");

/// Greenroom as a service of the system: its own user, its own folder, hardly any rights.
pub(super) struct OfSystem {
    /// Another place than `/`, where nothing is started: for packages and tests.
    pub(super) root: Option<PathBuf>,
    /// The program that runs now.
    pub(super) program: PathBuf,
    /// The variables to begin with, if there is such a file.
    pub(super) variables: Option<PathBuf>,
    /// Where it will write.
    pub(super) folders: Folders,
    /// The store of whoever ran the bot by hand until now, if there is one.
    pub(super) store: Option<PathBuf>,
}

impl OfSystem {
    /// Refuses folders that a unit cannot hold.
    pub(super) fn installed(&self) -> Result<Vec<Step>, Stop> {
        let root = self.root.as_deref();
        let mut steps = vec![
            Step::Copy { from: self.program.clone(), to: program(root), mode: 0o755 },
            Step::KeepOrCopy {
                to: variables(root),
                from: self.variables.clone(),
                or_else: reference::env_example(),
                // It holds the token; systemd reads it before it gives up its rights.
                mode: 0o600,
            },
            Step::Write { path: unit(root), contents: UNIT.to_owned(), mode: 0o644 },
            match self.folders.elsewhere.as_slice() {
                [] => Step::Remove { path: drop_in(root) },
                _ => Step::Write { path: drop_in(root), contents: allowing(&self.folders)?, mode: 0o644 },
            },
        ];
        if root.is_none() {
            steps.insert(0, Step::User { name: "greenroom", home: PathBuf::from(HOME) });
            steps.push(run(["install", "--directory", "--owner=greenroom", "--group=greenroom", "--mode=0700", HOME]));
            if let Some(store) = self.store.clone().filter(|_| self.folders.data.starts_with(HOME)) {
                steps.push(Step::KeepOrCopyStore { from: store, to: store_file(&self.folders.data) });
            }
            steps.push(run(["systemctl", "daemon-reload"]));
            steps.push(run(["systemctl", "enable", "greenroom"]));
        }
        Ok(steps)
    }

    pub(super) fn uninstalled(root: Option<&Path>) -> Vec<Step> {
        let mut steps = vec![Step::Remove { path: unit(root) }, Step::Remove { path: drop_in(root) }];
        if root.is_none() {
            steps.insert(0, run(["systemctl", "disable", "--now", "greenroom"]));
            steps.push(run(["systemctl", "daemon-reload"]));
        }
        steps
    }

    pub(super) fn what_next(&self) -> String {
        let variables = variables(self.root.as_deref());
        let mut next = format!("Look whether DISCORD_BOT_TOKEN is set in {}. Then:\n", variables.display());
        for folder in &self.folders.elsewhere {
            next.push_str(&format!("  chown --recursive greenroom: {}\n", folder.display()));
        }
        next.push_str("  systemctl start greenroom\n  journalctl --unit greenroom --follow");
        next
    }
}

/// Greenroom as a service of one person: the program and the folder stay where they are.
pub(super) struct OfPerson {
    /// The folder of the person's configuration.
    pub(super) config: PathBuf,
    /// The folder with `.env`.
    pub(super) folder: PathBuf,
    /// The data folder.
    pub(super) data: PathBuf,
    /// The program that runs now.
    pub(super) program: PathBuf,
}

impl OfPerson {
    /// Refuses paths that a unit cannot hold.
    pub(super) fn installed(&self) -> Result<Vec<Step>, Stop> {
        let mut contents = UNIT_OF_PERSON.to_owned();
        for (place, path) in [("{folder}", &self.folder), ("{data}", &self.data), ("{program}", &self.program)] {
            contents = contents.replace(place, in_unit(path)?);
        }
        Ok(vec![
            Step::Write { path: Self::unit(&self.config), contents, mode: 0o644 },
            run(["systemctl", "--user", "daemon-reload"]),
            run(["systemctl", "--user", "enable", "greenroom"]),
        ])
    }

    pub(super) fn uninstalled(config: &Path) -> Vec<Step> {
        vec![
            run(["systemctl", "--user", "disable", "--now", "greenroom"]),
            Step::Remove { path: Self::unit(config) },
            run(["systemctl", "--user", "daemon-reload"]),
        ]
    }

    fn unit(config: &Path) -> PathBuf {
        config.join("systemd/user/greenroom.service")
    }

    pub(super) fn what_next(&self) -> String {
        format!(
            "Look whether DISCORD_BOT_TOKEN is set in {}. Then:\n  \
             systemctl --user start greenroom\n  journalctl --user --unit greenroom --follow\n\
             It ends when you log out, unless you say once: loginctl enable-linger",
            self.folder.join(".env").display()
        )
    }
}

/// The part of the unit that lets the service write to other folders. It waits for the disk of its data, and not for that
/// of copies, which may come later.
fn allowing(folders: &Folders) -> Result<String, Stop> {
    let writable = folders.elsewhere.iter().map(|folder| in_unit(folder).map(|folder| format!("-{folder}")));
    let writable = writable.collect::<Result<Vec<_>, _>>()?.join(" ");
    let data = in_unit(&folders.data)?;
    Ok(format!(
        "# The folders that /etc/greenroom/greenroom.env names. `greenroom service install` writes this file anew.\n\n\
         [Unit]\nRequiresMountsFor={data}\n\n[Service]\nReadWritePaths={writable}\n"
    ))
}

fn program(root: Option<&Path>) -> PathBuf {
    below(root, "/usr/local/bin/greenroom")
}

pub(super) fn variables(root: Option<&Path>) -> PathBuf {
    below(root, "/etc/greenroom/greenroom.env")
}

fn unit(root: Option<&Path>) -> PathBuf {
    below(root, "/etc/systemd/system/greenroom.service")
}

fn drop_in(root: Option<&Path>) -> PathBuf {
    below(root, "/etc/systemd/system/greenroom.service.d/folders.conf")
}

fn run<const N: usize>(command: [&'static str; N]) -> Step {
    Step::Run { command: command.to_vec() }
}

/// A path as a unit holds it: systemd gives spaces, quotes, backslashes, `%` and `$` a meaning of their own.
fn in_unit(path: &Path) -> Result<&str, Stop> {
    path.to_str()
        .filter(|text| !text.contains(|c: char| c.is_whitespace() || c.is_control() || "\"'\\%$".contains(c)))
        .ok_or_else(|| {
            let message = format!(
                "systemd cannot use the path {}: move it to one without spaces and special characters.",
                path.display()
            );
            Stop::new(ExitCode::Configuration, message)
        })
}
