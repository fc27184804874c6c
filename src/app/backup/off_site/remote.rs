//! The things that a target must be able to do: list, take, give up, show, and say what went wrong.

use std::fs::{self, DirBuilder};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::header::{CONTENT_LENGTH, RANGE};
use sha2::{Digest, Sha256};

use super::dav::Dav;
use super::mark::CopyName;
use super::s3::S3;
use super::target::Target;
use crate::http::{Client, Reach, Request, RequestError, Response};
use crate::kernel::text::hex;

/// The longest wait for a short answer.
const SHORT: Duration = Duration::from_mins(1);
/// The longest time for sending a snapshot.
const LONG: Duration = Duration::from_hours(6);
/// The longest list that is read, in bytes.
const MOST_BYTES: u64 = 4 << 20;

/// The beginning of the name of a file that is being copied into a folder. Behind it stands whose it is.
const UNFINISHED: &str = ".greenroom-";

/// A file at a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stored {
    pub(super) name: String,
    /// How long it is, where the target tells.
    pub(super) bytes: Option<u64>,
}

/// A target that can be reached.
pub(super) enum Remote {
    Folder(PathBuf),
    S3(Box<S3>),
    Dav(Dav),
}

impl Remote {
    pub(super) fn new(target: &Target) -> Result<Self, String> {
        Ok(match target {
            Target::Folder(path) => Self::Folder(path.clone()),
            Target::S3(target) => Self::S3(Box::new(S3::new(target)?)),
            Target::Dav(target) => Self::Dav(Dav::new(target)?),
        })
    }

    /// So much of a copy is read to compare it.
    pub(super) fn compared(&self) -> u64 {
        match self {
            Self::Folder(_) => 256 << 20,
            Self::S3(_) | Self::Dav(_) => 8 << 20,
        }
    }

    /// The files there whose names could be ours; others may be among them. `None` where the folder is not there yet.
    pub(super) async fn list(&self) -> Result<Option<Vec<Stored>>, String> {
        match self {
            Self::Folder(path) => {
                let path = path.clone();
                in_background(move || list_folder(&path)).await
            }
            Self::S3(s3) => s3.list().await.map(Some),
            Self::Dav(dav) => dav.list().await,
        }
    }

    /// Makes the folder at most, and none above it: where the disk is not mounted, nothing may go to the one below.
    pub(super) async fn make_folder(&self) -> Result<(), String> {
        match self {
            Self::Folder(path) => {
                let path = path.clone();
                in_background(move || DirBuilder::new().mode(0o700).create(path)).await
            }
            Self::S3(_) => Ok(()),
            Self::Dav(dav) => dav.make_folder().await,
        }
    }

    /// SHA-256 of the first bytes of a file there, in hexadecimal digits.
    pub(super) async fn beginning_of(&self, name: &str, most: u64) -> Result<String, String> {
        let request = match self {
            Self::Folder(path) => {
                return beginning_of(&path.join(name), most).await.map_err(|error| error.to_string());
            }
            Self::S3(s3) => s3.get(name),
            Self::Dav(dav) => dav.get(name)?,
        };
        let range = format!("bytes=0-{}", most.saturating_sub(1));
        let response = expect_success(ask(request.with(|request| request.header(RANGE, range))).await?)?;
        let mut digest = Sha256::new();
        // A server that knows no ranges sends all of it.
        response.pass_on(most, |part| digest.update(part)).await.map_err(RequestError::in_short)?;
        Ok(hex(&digest.finalize()))
    }

    /// Writes what is there under a name to a file that is open.
    pub(super) async fn get(&self, name: &str, mut to: fs::File) -> Result<(), String> {
        let request = match self {
            Self::Folder(path) => {
                let from = path.join(name);
                return in_background(move || io::copy(&mut fs::File::open(from)?, &mut to).map(drop)).await;
            }
            Self::S3(s3) => s3.get(name),
            Self::Dav(dav) => dav.get(name)?,
        };
        let response = expect_success(ask(request.with(|request| request.timeout(LONG))).await?)?;
        let mut written = Ok(());
        let write = |part: &[u8]| {
            if written.is_ok() {
                written = to.write_all(part);
            }
        };
        response.pass_on(u64::MAX, write).await.map_err(RequestError::in_short)?;
        written.map_err(|error| error.to_string())
    }

    /// Puts a file there under a name, in place of one that is there.
    pub(super) async fn put(&self, file: &Path, name: &str) -> Result<(), String> {
        match self {
            Self::Folder(path) => {
                let (from, folder, to) = (file.to_owned(), path.clone(), path.join(name));
                in_background(move || put_into_folder(&from, &folder, &to)).await
            }
            Self::S3(s3) => s3.put(file, name).await,
            Self::Dav(dav) => dav.put(file, name).await,
        }
    }

    /// Takes a file away; it may be gone already.
    pub(super) async fn delete(&self, name: &str) -> Result<(), String> {
        match self {
            Self::Folder(path) => {
                let path = path.join(name);
                in_background(move || match fs::remove_file(path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                    _ => Ok(()),
                })
                .await
            }
            Self::S3(s3) => s3.delete(name).await,
            Self::Dav(dav) => dav.delete(name).await,
        }
    }
}

async fn in_background<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Result<T, String> {
    let done = tokio::task::spawn_blocking(work).await.map_err(|error| error.to_string())?;
    done.map_err(|error| error.to_string())
}

fn list_folder(folder: &Path) -> io::Result<Option<Vec<Stored>>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            if fs::symlink_metadata(folder).is_ok() {
                return Err(io::Error::new(
                    error.kind(),
                    "it is a link to something that is not there; is its disk mounted?",
                ));
            }
            if folder.parent().is_some_and(Path::is_dir) {
                return Ok(None);
            }
            return Err(io::Error::new(error.kind(), "the folder above it is not there; is its disk mounted?"));
        }
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        match entry.metadata() {
            Ok(file) => found.push(Stored { name, bytes: Some(file.len()) }),
            // Another bot may copy here as well, and what it is copying has another name in the next moment.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(Some(found))
}

/// SHA-256 of the first bytes of a file here, in hexadecimal digits.
pub(super) async fn beginning_of(file: &Path, most: u64) -> io::Result<String> {
    let file = file.to_owned();
    let summed = tokio::task::spawn_blocking(move || {
        let (mut file, mut digest) = (fs::File::open(file)?.take(most), Sha256::new());
        let mut part = vec![0; 64 << 10];
        loop {
            match file.read(&mut part)? {
                0 => return Ok(hex(&digest.finalize())),
                read => digest.update(part.get(..read).unwrap_or_default()),
            }
        }
    });
    summed.await.map_err(io::Error::other)?
}

/// Copies a file beside its place first, so that a half one never has its name.
fn put_into_folder(from: &Path, folder: &Path, to: &Path) -> io::Result<()> {
    let ours = unfinished_of(to);
    remove_unfinished(folder, &ours)?;
    let unfinished = tempfile::Builder::new().prefix(&ours).tempfile_in(folder)?;
    io::copy(&mut fs::File::open(from)?, &mut unfinished.as_file())?;
    unfinished.as_file().sync_all()?;
    unfinished.persist(to).map_err(|error| error.error)?;
    Ok(())
}

/// How the names of files begin that the store of this copy is copying.
fn unfinished_of(copy: &Path) -> String {
    let name = copy.file_name().and_then(|name| CopyName::of(name.to_str()?));
    match name.and_then(|name| name.mark) {
        Some(mark) => format!("{UNFINISHED}of-{mark}-"),
        None => UNFINISHED.to_owned(),
    }
}

/// Removes what an end in the middle of a copy left, of ours or from before there were marks. What another bot is copying just
/// now stays.
fn remove_unfinished(folder: &Path, ours: &str) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_unmarked = name.strip_prefix(UNFINISHED).is_some_and(|rest| !rest.contains('-'));
        if (is_unmarked || name.starts_with(ours)) && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            match fs::remove_file(entry.path()) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

/// A client for a server that the operator named.
pub(super) fn client(base: &url::Url) -> Result<Client, String> {
    Client::new(Reach::of_operator(base), SHORT).map_err(RequestError::in_short)
}

/// Sends a request that is answered at once.
pub(super) async fn ask(request: Request) -> Result<Response, String> {
    request.send().await.map_err(RequestError::in_short)
}

/// Sends a file. Its length goes first, because S3 wants to know it.
pub(super) async fn send(request: Request, file: &Path) -> Result<Response, String> {
    let file = tokio::fs::File::open(file).await.map_err(|error| error.to_string())?;
    let bytes = file.metadata().await.map_err(|error| error.to_string())?.len();
    let request = request.with(|request| request.header(CONTENT_LENGTH, bytes).body(file).timeout(LONG));
    request.send().await.map_err(RequestError::in_short)
}

/// Refuses every answer but a success.
pub(super) fn expect_success(response: Response) -> Result<Response, String> {
    let status = response.status();
    let meaning = match status.as_u16() {
        200..300 => return Ok(response),
        401 | 403 => ": the login is wrong, or may not do this",
        404 => ": it is not there",
        413 | 507 => ": it has no room for the file",
        _ => "",
    };
    Err(format!("it answered {}{meaning}", status.as_u16()))
}

/// The body of an answer, up to a limit.
pub(super) async fn text(response: Response) -> Result<String, String> {
    let bytes = response.body(MOST_BYTES).await.map_err(RequestError::in_short)?;
    String::from_utf8(bytes.ok_or("its list is too long")?).map_err(|_| "its list is no text".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_end_in_the_middle_left_goes_and_what_another_bot_is_copying_stays() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        let others = [".greenroom-of-00000000b0-x1y2z3", "greenroom-20261121-200000-of-00000000b0.redb", "notes.txt"];
        for name in [".greenroom-of-00000000a0-x1y2z3", ".greenroom-x1y2z3"].into_iter().chain(others) {
            fs::write(place(name), "half").unwrap();
        }
        let copy = "greenroom-20261121-200000-of-00000000a0.redb";
        let snapshot = place("snapshot");
        fs::write(&snapshot, "whole").unwrap();
        put_into_folder(&snapshot, folder.path(), &place(copy)).unwrap();
        fs::remove_file(&snapshot).unwrap();
        let left = list_folder(folder.path()).unwrap().unwrap();
        let mut left: Vec<&str> = left.iter().map(|stored| stored.name.as_str()).collect();
        left.sort_unstable();
        assert_eq!(left, [others[0], copy, others[1], others[2]]);
        assert_eq!(fs::read_to_string(place(copy)).unwrap(), "whole");
    }
}
