//! Where the socket lies, and how to reach it when its path is too long.

use std::fs::{File, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

const NAME: &str = "greenroom.sock";

/// Operating systems take 104 to 108 bytes.
const LONGEST_PATH: usize = 100;

/// The path of the socket for a data folder.
pub(super) fn path_in(data_dir: &Path) -> PathBuf {
    data_dir.join(NAME)
}

/// Connects to the process that serves `data_dir`.
pub(super) fn connect(data_dir: &Path) -> io::Result<UnixStream> {
    at_short_path(data_dir, NAME, |path| UnixStream::connect(path))
}

/// Listens in `data_dir` and replaces a socket that a dead process left. The caller holds the store of that folder, so
/// no living process can be behind the old one.
///
/// The socket gets its name only when its rights are set, so that nobody else can connect in between.
pub(super) fn listen(data_dir: &Path) -> io::Result<UnixListener> {
    let owner_only = Permissions::from_mode(0o700);
    let private = tempfile::Builder::new().prefix(".socket-").permissions(owner_only).tempdir_in(data_dir)?;
    let listener = at_short_path(private.path(), NAME, |path| UnixListener::bind(path))?;
    let unnamed = private.path().join(NAME);
    std::fs::set_permissions(&unnamed, Permissions::from_mode(0o600))?;
    std::fs::rename(&unnamed, path_in(data_dir))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Reaches a file by a short path: directly, or through an open handle of its folder, which Linux shows in `/proc`.
fn at_short_path<T>(folder: &Path, name: &str, act: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    let path = folder.join(name);
    if path.as_os_str().len() <= LONGEST_PATH {
        return act(&path);
    }
    let folder = File::open(folder)?;
    act(&Path::new("/proc/self/fd").join(folder.as_raw_fd().to_string()).join(name))
}
