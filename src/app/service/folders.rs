//! The folders that a service of the system writes to, as its variables name them.
//!
//! systemd shows the service a machine on which it may write to its own folder only, and hides the homes of people. So each
//! other folder has to be named in the service, or be refused before anything is installed.

use std::path::{Path, PathBuf};

use crate::app::backup::off_site::Target;
use crate::app::config::off_site_of;
use crate::app::config::sources::{Origin, Sources};
use crate::app::config::storage::Storage;
use crate::app::config::table::DATA_DIR;
use crate::app::exit::{ExitCode, Stop};

/// The folder of a service of the system; the unit says so, too.
pub(super) const HOME: &str = "/var/lib/greenroom";

/// What `ProtectHome=` and `PrivateTmp=` hide.
const HIDDEN: [&str; 5] = ["/home", "/root", "/run/user", "/tmp", "/var/tmp"];

/// Where a service of the system writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Folders {
    /// Its data folder.
    pub(super) data: PathBuf,
    /// Folders that are not below [`HOME`], the data folder and the one for copies of snapshots among them.
    pub(super) elsewhere: Vec<PathBuf>,
}

impl Folders {
    /// Those that a file of variables names, which may be missing. Refuses what systemd hides from the service.
    pub(super) fn named_in(variables: &Path) -> Result<Self, Stop> {
        let mut sources = Sources::of_file(variables);
        if !sources.names(DATA_DIR.name) {
            // As the unit says.
            sources = sources.with(Origin::File, DATA_DIR.name, HOME);
        }
        let data = Path::new(HOME).join(Storage::load(&sources)?.data_dir);
        // Anything else that is wrong with the target is told when the bot starts.
        let copies = match off_site_of(&sources) {
            Ok(Some(Target::Folder(path))) => Some(Path::new(HOME).join(path)),
            _ => None,
        };
        let folders = [Some(data.clone()), copies].into_iter().flatten();
        let elsewhere: Vec<PathBuf> = folders.filter(|folder| !folder.starts_with(HOME)).collect();
        if let Some(hidden) = elsewhere.iter().find(|folder| HIDDEN.iter().any(|root| folder.starts_with(root))) {
            let message = format!(
                "{} names the folder {}, which a service of the system cannot see: choose one such as /srv/greenroom, or \
                 use --user for a service of your own.",
                variables.display(),
                hidden.display()
            );
            return Err(Stop::new(ExitCode::Configuration, message));
        }
        Ok(Self { data, elsewhere })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Result<Folders, Stop> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("greenroom.env");
        std::fs::write(&file, text).unwrap();
        Folders::named_in(&file)
    }

    #[test]
    fn folders_outside_of_the_services_own_are_found_in_its_variables() {
        let own = Folders { data: HOME.into(), elsewhere: Vec::new() };
        assert_eq!(named("DISCORD_BOT_TOKEN=mine\n").unwrap(), own);
        assert_eq!(named("DATA_DIR=\n").unwrap(), own, "empty is not set");
        assert_eq!(Folders::named_in(Path::new("/nowhere/greenroom.env")).unwrap(), own);
        assert_eq!(named("DATA_DIR=./data\n").unwrap().data, Path::new("/var/lib/greenroom/data"));
        let elsewhere = named("DATA_DIR=/mnt/ssd/greenroom\nBACKUP_TARGET=/mnt/nas\n").unwrap();
        assert_eq!(elsewhere.data, Path::new("/mnt/ssd/greenroom"));
        assert_eq!(elsewhere.elsewhere, [Path::new("/mnt/ssd/greenroom"), Path::new("/mnt/nas")]);
        assert_eq!(named("BACKUP_TARGET=s3://shelf\n").unwrap(), own, "no folder");
    }

    #[test]
    fn a_folder_that_the_service_cannot_see_is_refused() {
        for text in ["DATA_DIR=/home/ann/data\n", "BACKUP_TARGET=/root/backups\n", "DATA_DIR=/tmp/data\n"] {
            let stop = named(text).unwrap_err();
            assert_eq!(stop.code, ExitCode::Configuration, "{text}");
            assert!(stop.message.contains("cannot see") && stop.message.contains("--user"), "{}", stop.message);
        }
    }
}
