//! A command's side of the control socket.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use super::protocol::{self, ReplyEvent};
use super::socket::connect;
use crate::app::exit::{ExitCode, Stop};
use crate::app::operation::Operation;

/// How long a bot may take until it says that it has the request, which it says before it does anything else.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why the process that holds the store cannot be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// Nobody listens: something else holds the store, or a bot without a socket.
    NobodyListens,
    /// Its socket is another user's.
    Forbidden,
    /// It took the request and said nothing.
    NoAnswer,
    /// It did something else.
    AnotherVersion,
}

impl Silence {
    /// How a command ends.
    pub fn told(self, data_dir: &Path) -> Stop {
        let folder = data_dir.display();
        let message = match self {
            Self::Forbidden => {
                format!("The store in {folder} is in use by another user's Greenroom: run this as that user.")
            }
            Self::NobodyListens => {
                format!(
                    "The store in {folder} is in use by a process that does not answer. Try again in 10 seconds: a running \
                     Greenroom whose socket was removed has put it back by then. Else stop that process."
                )
            }
            Self::NoAnswer => {
                format!("The bot holds the store in {folder} and does not answer: restart it and try again.")
            }
            Self::AnotherVersion => {
                return Stop::failed("The running Greenroom answered something else; is it another version?");
            }
        };
        Stop::new(ExitCode::StoreInUse, message)
    }
}

/// Whether a bot listens for requests in a data folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// One does.
    Listens,
    /// None does.
    Nobody,
    /// This user cannot see it.
    Hidden,
}

/// Looks whether a bot listens in `data_dir`.
pub(crate) fn presence(data_dir: &Path) -> Presence {
    match connect(data_dir).map_err(|error| error.kind()) {
        Ok(_) => Presence::Listens,
        Err(io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused | io::ErrorKind::NotADirectory) => {
            Presence::Nobody
        }
        Err(_) => Presence::Hidden,
    }
}

/// Asks the process that holds the store of `data_dir`, and shows its progress. Blocks until it is done, but not where it
/// does not even begin.
pub(crate) fn ask<O: Operation>(
    data_dir: &Path,
    operation: &O,
    progress: &mut dyn FnMut(&str),
) -> Result<Result<O::Outcome, Stop>, Silence> {
    ask_for(PATIENCE, data_dir, operation, progress)
}

/// As [`ask`], with this patience for the first word.
pub(super) fn ask_for<O: Operation>(
    patience: Duration,
    data_dir: &Path,
    operation: &O,
    progress: &mut dyn FnMut(&str),
) -> Result<Result<O::Outcome, Stop>, Silence> {
    let stream = connect(data_dir).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => Silence::Forbidden,
        _ => Silence::NobodyListens,
    })?;
    let mut has_begun = false;
    let mut progress = |line: &str| {
        has_begun = true;
        progress(line);
    };
    match converse(&stream, patience, operation, &mut progress) {
        Ok(Some(end)) => Ok(end),
        Ok(None) => Err(Silence::AnotherVersion),
        Err(error) if !has_begun && is_out_of_time(&error) => Err(Silence::NoAnswer),
        Err(error) => {
            Ok(Err(Stop::failed(format!("The running Greenroom did not finish ({error}); its log may say why."))))
        }
    }
}

fn is_out_of_time(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// The end of what was asked; nothing where something else was done.
fn converse<O: Operation>(
    mut stream: &UnixStream,
    patience: Duration,
    operation: &O,
    progress: &mut dyn FnMut(&str),
) -> io::Result<Option<Result<O::Outcome, Stop>>> {
    let request = protocol::request(operation)?;
    stream.set_write_timeout(Some(patience))?;
    stream.set_read_timeout(Some(patience))?;
    stream.write_all(&request)?;
    for line in BufReader::new(stream).lines() {
        let told = protocol::read_reply::<O>(&line?)?;
        // It is at work, and may take as long as that takes.
        stream.set_read_timeout(None)?;
        match told {
            ReplyEvent::Progress(text) => progress(&text),
            ReplyEvent::End(end) => return Ok(Some(end)),
            ReplyEvent::AnotherOutcome => return Ok(None),
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}
