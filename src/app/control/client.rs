//! A command's side of the control socket.

use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

use super::socket::connect;
use super::{Outcome, Reply, Request};
use crate::app::exit::{ExitCode, Stop};

/// Asks the process that holds the store of `data_dir`, and shows its progress. Blocks until it is done.
pub fn ask(data_dir: &Path, request: &Request, progress: &mut dyn FnMut(&str)) -> Result<Outcome, Stop> {
    let stream = connect(data_dir).map_err(|error| nobody_answers(data_dir, &error))?;
    converse(&stream, request, progress).unwrap_or_else(|error| {
        Err(Stop::failed(format!("The running Greenroom did not finish ({error}); its log may say why.")))
    })
}

/// Whether a running bot listens for requests in `data_dir`.
pub fn is_served(data_dir: &Path) -> bool {
    connect(data_dir).is_ok()
}

fn converse(
    mut stream: impl io::Read + Write,
    request: &Request,
    progress: &mut dyn FnMut(&str),
) -> io::Result<Result<Outcome, Stop>> {
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line)?;
    for line in BufReader::new(stream).lines() {
        let reply: Reply = serde_json::from_str(&line?)?;
        if let Reply::Progress(text) = &reply {
            progress(text);
        }
        if let Some(end) = reply.into() {
            return Ok(end);
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}

fn nobody_answers(data_dir: &Path, error: &io::Error) -> Stop {
    let folder = data_dir.display();
    let message = match error.kind() {
        io::ErrorKind::PermissionDenied => {
            format!("The store in {folder} is in use by another user's Greenroom: run this as that user.")
        }
        _ => format!("The store in {folder} is in use by a process that does not answer: stop it and try again."),
    };
    Stop::new(ExitCode::StoreInUse, message)
}
