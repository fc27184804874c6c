//! Secrets that are kept in the folder `secrets` of the data folder: those that nobody set, which are made once, and the bot's
//! token where somebody gave it to the pages that set Greenroom up, or to `greenroom setup`.
//!
//! Invariants: the folder and the files are for their user alone; a file is there whole or not at all; no secret is in the
//! store, so none is in a snapshot or an export. Whoever deletes one signs everybody out.

use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::kernel::digest::SecretBytes;
use crate::kernel::secret::{Secret, random};
use crate::store::{give_to_owner_of_folder, make_folder};

/// The name of what signs access cookies.
pub(super) const JWT: &str = "jwt";
/// The name of what signs forms.
pub(super) const CSRF: &str = "csrf";

/// The name of the bot's token.
pub(in crate::app) const DISCORD_TOKEN: &str = "discord_token";

/// The names of all.
pub(in crate::app) const NAMES: [&str; 3] = [JWT, CSRF, DISCORD_TOKEN];

/// The folder of the secrets.
pub(in crate::app) fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("secrets")
}

/// The file of a secret.
pub(in crate::app) fn file(data_dir: &Path, name: &str) -> PathBuf {
    folder(data_dir).join(name)
}

/// Keeps a secret that somebody gave, in place of the one before.
pub(in crate::app) fn keep(data_dir: &Path, name: &str, secret: &Secret) -> io::Result<()> {
    let path = file(data_dir, name);
    let kept = written(&path, secret)?.persist(&path).map_err(|failed| failed.error)?;
    give_to_owner_of_folder(&kept, &path);
    Ok(())
}

/// The secret that somebody gave, where one is kept that can be read.
pub(in crate::app) fn given(data_dir: &Path, name: &str) -> Option<Secret> {
    let text = fs::read_to_string(file(data_dir, name)).ok()?;
    Some(Secret::new(text.trim()))
}

/// The secret of a name, made where there is none. Where it can be neither read nor kept it is another one at each start,
/// which is told.
pub(super) fn of(data_dir: &Path, name: &str) -> Secret {
    let path = file(data_dir, name);
    kept(&path).unwrap_or_else(|error| {
        tracing::warn!(
            path = %path.display(), %error,
            "a secret cannot be kept, so it is another one at each start, and whoever is signed in has to sign in again"
        );
        made()
    })
}

fn kept(path: &Path) -> io::Result<Secret> {
    match fs::read_to_string(path) {
        Ok(text) if SecretBytes::parse(text.trim()).is_some() => Ok(Secret::new(text.trim())),
        Ok(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "the file holds something else; delete it")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path),
        Err(error) => Err(error),
    }
}

fn make(path: &Path) -> io::Result<Secret> {
    let secret = made();
    let file = written(path, &secret)?.persist_noclobber(path).map_err(|failed| failed.error)?;
    give_to_owner_of_folder(&file, path);
    Ok(secret)
}

/// A secret in a file beside its place, which has no name yet that counts.
fn written(path: &Path, secret: &Secret) -> io::Result<NamedTempFile> {
    let folder = path.parent().unwrap_or(Path::new("."));
    make_folder(folder)?;
    let only_its_user = Permissions::from_mode(0o600);
    let mut file = tempfile::Builder::new().prefix(".secret-").permissions(only_its_user).tempfile_in(folder)?;
    writeln!(file, "{}", secret.expose())?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn made() -> Secret {
    SecretBytes::new(random()).text()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn a_secret_is_made_once_for_its_user_alone() {
        let data = tempfile::tempdir().unwrap();
        let first = of(data.path(), JWT);
        assert!(first.expose().len() >= 32);
        assert_eq!(of(data.path(), JWT), first);
        assert_ne!(of(data.path(), CSRF), first);
        let mode = |path: &Path| path.metadata().unwrap().mode() & 0o7777;
        assert_eq!(mode(&folder(data.path())), 0o700);
        assert_eq!([JWT, CSRF].map(|name| mode(&file(data.path(), name))), [0o600; 2]);
        assert_eq!(folder(data.path()).read_dir().unwrap().count(), 2, "nothing else is left there");
    }

    #[test]
    fn a_secret_that_somebody_gave_takes_the_place_of_the_one_before() {
        let data = tempfile::tempdir().unwrap();
        assert_eq!(given(data.path(), DISCORD_TOKEN), None);
        for given in ["first", "second"] {
            keep(data.path(), DISCORD_TOKEN, &Secret::new(given)).unwrap();
            assert_eq!(super::given(data.path(), DISCORD_TOKEN), Some(Secret::new(given)));
            let path = file(data.path(), DISCORD_TOKEN);
            assert_eq!(fs::read_to_string(&path).unwrap().trim(), given);
            assert_eq!(path.metadata().unwrap().mode() & 0o7777, 0o600);
        }
        assert_eq!(folder(data.path()).read_dir().unwrap().count(), 1, "nothing else is left there");
    }

    #[test]
    fn what_cannot_be_kept_or_is_none_is_another_one_each_time_and_stays_as_it_is() {
        let data = tempfile::tempdir().unwrap();
        fs::create_dir(folder(data.path())).unwrap();
        let path = folder(data.path()).join(JWT);
        for other in ["", "too short", "A".repeat(44).as_str()] {
            fs::write(&path, other).unwrap();
            assert_ne!(of(data.path(), JWT), of(data.path(), JWT), "{other:?}");
            assert_eq!(fs::read_to_string(&path).unwrap(), other);
        }
        // A file in the way of the folder.
        let data = tempfile::tempdir().unwrap();
        fs::write(folder(data.path()), "in the way").unwrap();
        assert_ne!(of(data.path(), JWT), of(data.path(), JWT));
    }
}
