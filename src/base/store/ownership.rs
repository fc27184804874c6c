//! What root makes in somebody else's folder belongs to that somebody.
//!
//! A service has a user of its own, and whoever restores a backup for it is root. Without this the service could not write
//! what it was given. Nobody but root may give files away, so for everybody else nothing happens here.
//!
//! Invariant: only what was made just now changes its owner, and by its handle, so that nobody can put another file in
//! its place.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt, fchown};
use std::path::Path;

use rustix::fs::{Mode, OFlags, mkdirat, openat};
use rustix::io::Errno;

/// Gives a file that was made just now as `path` to the owner of the folder that it is in.
pub fn give_to_owner_of_folder(made: &File, path: &Path) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if let Ok(folder) = File::open(folder) {
        give_to_owner(made, &folder);
    }
}

fn give_to_owner(made: &File, folder: &File) {
    let (Ok(made_by), Ok(owner)) = (made.metadata(), folder.metadata()) else { return };
    if made_by.uid() != owner.uid() {
        // Whoever may not do it has made a file of their own in a folder that is open to them.
        let _ = fchown(made, Some(owner.uid()), Some(owner.gid()));
    }
}

/// Makes a folder and those above it that are missing. Each belongs to the owner of the one above it, who alone may see what is
/// in it.
pub fn make_folder(path: &Path) -> io::Result<()> {
    // Most often it is there, and where it is not, whatever is in its way says why.
    if path.as_os_str().is_empty() || path.is_dir() {
        return Ok(());
    }
    let (Some(above), Some(name)) = (path.parent(), path.file_name()) else { return fs::create_dir_all(path) };
    make_folder(above)?;
    let above = File::open(if above.as_os_str().is_empty() { Path::new(".") } else { above })?;
    match mkdirat(&above, name, Mode::RWXU) {
        Ok(()) => {
            let only_itself = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            give_to_owner(&openat(&above, name, only_itself, Mode::empty())?.into(), &above);
            Ok(())
        }
        // Somebody else made it in between; a file of that name stays an error.
        Err(Errno::EXIST) if path.is_dir() => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::chown;

    use super::*;

    /// A user without a name, to whom root may give a folder.
    const SERVICE: u32 = 65_000;

    #[test]
    fn what_root_makes_in_a_folder_belongs_to_the_owner_of_the_folder() {
        let home = tempfile::tempdir().unwrap();
        let is_root = chown(home.path(), Some(SERVICE), Some(SERVICE)).is_ok();
        let folder = home.path().join("backups/snapshots");
        make_folder(&folder).unwrap();
        make_folder(&folder).unwrap();
        let path = folder.join("snapshot.redb");
        let file = File::create(&path).unwrap();
        give_to_owner_of_folder(&file, &path);
        let expected = fs::metadata(home.path()).unwrap();
        for made in [home.path().join("backups"), folder, path] {
            let made = fs::metadata(made).unwrap();
            assert_eq!((made.uid(), made.gid()), (expected.uid(), expected.gid()));
        }
        assert_eq!(is_root, expected.uid() == SERVICE);
    }

    #[test]
    fn a_file_in_the_way_of_a_folder_is_an_error() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join("backups"), "mine").unwrap();
        assert!(make_folder(&home.path().join("backups")).is_err());
        assert!(make_folder(&home.path().join("backups/snapshots")).is_err());
        make_folder(Path::new("")).unwrap();
        make_folder(Path::new("src/store")).unwrap();
    }
}
