//! The words that systemd wants to hear from a service of `Type=notify`, by one datagram each.

use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::sync::Arc;

/// Tells the service manager, if there is one. Clones tell the same one.
#[derive(Clone, Debug)]
pub(super) struct Notify(Option<Arc<(UnixDatagram, SocketAddr)>>);

impl Notify {
    /// For the socket that `NOTIFY_SOCKET` names: a path, or a name in the abstract namespace behind `@`.
    pub(super) fn new(socket: Option<&str>) -> Self {
        let Some(name) = socket else { return Self(None) };
        let address = match name.strip_prefix('@') {
            Some(name) => abstract_address(name),
            None => SocketAddr::from_pathname(name),
        };
        let open = || {
            let socket = UnixDatagram::unbound()?;
            socket.set_nonblocking(true)?;
            Ok::<_, std::io::Error>(Arc::new((socket, address?)))
        };
        match open() {
            Ok(open) => Self(Some(open)),
            Err(error) => {
                tracing::warn!(%error, "the service manager cannot be told how I am");
                Self(None)
            }
        }
    }

    /// Says a word. A service manager that does not listen misses it.
    pub(super) fn say(&self, word: &str) {
        if let Some(open) = &self.0
            && let Err(error) = open.0.send_to_addr(word.as_bytes(), &open.1)
        {
            tracing::debug!(%error, word, "the service manager did not listen");
        }
    }
}

#[cfg(target_os = "linux")]
fn abstract_address(name: &str) -> std::io::Result<SocketAddr> {
    <SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(name)
}

#[cfg(not(target_os = "linux"))]
fn abstract_address(_: &str) -> std::io::Result<SocketAddr> {
    Err(std::io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_arrive_whole_at_a_path_and_at_an_abstract_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notify");
        let abstract_name = format!("greenroom-test-{}", std::process::id());
        let named = abstract_address(&abstract_name).unwrap();
        for (manager, name) in [
            (UnixDatagram::bind(&path).unwrap(), path.to_str().unwrap().to_owned()),
            (UnixDatagram::bind_addr(&named).unwrap(), format!("@{abstract_name}")),
        ] {
            Notify::new(Some(&name)).say("READY=1");
            let mut heard = [0; 64];
            let length = manager.recv(&mut heard).unwrap();
            assert_eq!(&heard[..length], b"READY=1");
        }
        Notify::new(Some("/nowhere")).say("READY=1");
        Notify::new(None).say("READY=1");
    }
}
