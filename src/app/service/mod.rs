//! `greenroom service`: puts Greenroom into the care of systemd, and takes it out again.
//!
//! What is to be done is a list of steps first ([`plan`]); `--print` shows it, and otherwise each step is told when it is
//! taken. Nothing that a person may have written is overwritten or deleted: the variables and the data folder stay. A store
//! that was used by hand until now is copied, so that the service goes on where it ended.

mod folders;
mod plan;
mod step;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use super::cli::{Options, Service, ServiceInstallArgs, ServiceUninstallArgs};
use super::config::sources::Sources;
use super::config::storage::{Storage, store_file};
use super::config::table::DATA_DIR;
use super::exit::{CommandResult, ExitCode, Stop, print};
use super::owner;
use super::restore::lock;
use folders::Folders;
use plan::{OfPerson, OfSystem};
use step::{Step, take};

/// Installs or uninstalls the service.
pub fn run(options: &Options, service: &Service) -> CommandResult {
    match service {
        Service::Install(args) => install(options, args),
        Service::Uninstall(args) => uninstall(args),
    }
}

fn install(options: &Options, args: &ServiceInstallArgs) -> CommandResult {
    let program = std::env::current_exe().map_err(Stop::failed)?;
    if !args.user && !args.print && args.root.is_none() {
        require_root(&program, "install")?;
    }
    let folder = std::env::current_dir().map_err(Stop::failed)?;
    let (steps, ending) = if args.user {
        let data = options.data_dir.as_deref().or(DATA_DIR.default).unwrap_or("data");
        let service = OfPerson { config: config_folder()?, data: folder.join(data), folder, program };
        (service.installed()?, service.what_next())
    } else {
        // The data of a service of the system are where systemd makes a folder for it.
        if options.data_dir.is_some() {
            let message = "A service of the system keeps its data in /var/lib/greenroom; leave --data-dir out, or use \
                           --user for a service of your own.";
            return Err(Stop::new(ExitCode::Configuration, message));
        }
        let kept = plan::variables(args.root.as_deref());
        let variables = options.env_file.clone().unwrap_or_else(|| folder.join(".env"));
        let folders = Folders::named_in(if kept.exists() { &kept } else { &variables })?;
        let store =
            store_file(&folder.join(Storage::load(&Sources::of_process(options.env_file.as_deref()))?.data_dir));
        let store = Some(store).filter(|store| store.exists());
        let service = OfSystem { root: args.root.clone(), program, variables: Some(variables), folders, store };
        (service.installed()?, service.what_next())
    };
    // A bot that runs by hand is not copied in the middle of what it does, and two of them never run.
    let copied = steps.iter().find_map(|step| match step {
        Step::KeepOrCopyStore { from, to } if !to.exists() => Some(from),
        _ => None,
    });
    let _unused = copied.filter(|_| !args.print).map(|store| lock(store)).transpose()?;
    take_all(&steps, args.print)?;
    if !args.print {
        print(&ending);
    }
    Ok(())
}

fn uninstall(args: &ServiceUninstallArgs) -> CommandResult {
    if !args.user && !args.print && args.root.is_none() {
        require_root(&std::env::current_exe().map_err(Stop::failed)?, "uninstall")?;
    }
    let (steps, ending) = if args.user {
        let config = config_folder()?;
        (OfPerson::uninstalled(&config), "The variables and the data folder are still there.".to_owned())
    } else {
        let ending =
            "/etc/greenroom, /var/lib/greenroom, the program and its user are still there; remove them by hand.";
        (OfSystem::uninstalled(args.root.as_deref()), ending.to_owned())
    };
    take_all(&steps, args.print)?;
    if !args.print {
        print(&ending);
    }
    Ok(())
}

/// Refuses before anything is done, because the first steps might succeed and a later one not.
fn require_root(program: &Path, what: &str) -> CommandResult {
    if owner::may_be_root() {
        return Ok(());
    }
    let message = format!(
        "A service of the system is root's business: run `sudo {} service {what}`, or add --user for a service of your own. \
         Nothing was changed.",
        program.display()
    );
    Err(Stop::new(ExitCode::Configuration, message))
}

/// Takes the steps in their order and says what each did, or only prints them.
fn take_all(steps: &[Step], only_print: bool) -> CommandResult {
    for step in steps {
        if only_print {
            print(&step.to_string());
        } else if let Some(done) = take(step)? {
            print(&done);
        }
    }
    Ok(())
}

/// Where a person's services are: `$XDG_CONFIG_HOME`, or `~/.config`.
#[expect(clippy::disallowed_methods, reason = "where a home is, is no configuration of Greenroom's")]
fn config_folder() -> Result<PathBuf, Stop> {
    let of = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    of("XDG_CONFIG_HOME").or_else(|| Some(of("HOME")?.join(".config"))).ok_or_else(|| {
        Stop::new(ExitCode::Configuration, "HOME does not name your home folder, so I cannot find your services.")
    })
}

/// A path below another root, for packages and tests.
fn below(root: Option<&Path>, path: &str) -> PathBuf {
    match root {
        Some(root) => root.join(path.trim_start_matches('/')),
        None => PathBuf::from(path),
    }
}
