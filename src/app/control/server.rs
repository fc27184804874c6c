//! The running bot's side of the control socket.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

use super::socket::{listen, path_in};
use super::{LONGEST_REQUEST, Outcome, Reply, Request};
use crate::app::exit::{ExitCode, Stop};

/// Does what a request asks and reports progress, one short line at a time. It runs on a thread that may block.
pub type Handler = Arc<dyn Fn(Request, &mut dyn FnMut(String)) -> Result<Outcome, Stop> + Send + Sync>;

/// Requests that are worked on at the same time; further ones wait.
const AT_ONCE: usize = 2;

/// Connections that are held at the same time; further ones are not even taken.
const CONNECTIONS: usize = 32;

/// How long a connection may take to send its request.
const REQUEST_TIME: Duration = Duration::from_secs(10);

/// The socket of the running bot. Dropping it removes the file.
pub struct ControlServer {
    listener: UnixListener,
    path: PathBuf,
}

impl ControlServer {
    /// Opens the socket of `data_dir`, whose store the caller holds open: a socket that is there already is then a dead
    /// process's, and is replaced. Needs a tokio runtime.
    pub fn open(data_dir: &Path) -> io::Result<Self> {
        let listener = UnixListener::from_std(listen(data_dir)?)?;
        Ok(Self { listener, path: path_in(data_dir) })
    }

    /// Answers requests until the future is dropped.
    pub async fn serve(self, handler: Handler) {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    let (handler, turns) = (Arc::clone(&handler), Arc::clone(&turns));
                    tokio::spawn(async move {
                        if let Err(error) = answer(stream, handler, turns).await {
                            tracing::debug!(%error, "a control connection ended early");
                        }
                        drop(place);
                    });
                }
                Err(error) => tracing::warn!(%error, "the control socket refused a connection"),
            }
        }
    }
}

impl Drop for ControlServer {
    fn drop(&mut self) {
        // If it cannot be removed, the next start replaces it.
        let _ = std::fs::remove_file(&self.path);
    }
}

async fn answer(mut stream: UnixStream, handler: Handler, turns: Arc<Semaphore>) -> io::Result<()> {
    let request = timeout(REQUEST_TIME, read_request(&mut stream)).await.map_err(|_| io::ErrorKind::TimedOut)??;
    let request = match request {
        Ok(request) => request,
        Err(stop) => return write(&mut stream, &stop.into()).await,
    };
    // At once, so that whoever asks knows that somebody is there.
    write(&mut stream, &Reply::Progress("the running Greenroom does it".to_owned())).await?;
    let turn = turns.acquire_owned().await.map_err(io::Error::other)?;
    let (replies, mut outbox) = mpsc::channel(16);
    tokio::task::spawn_blocking(move || {
        work(&handler, request, &replies);
        drop(turn);
    });
    let mut end = Reply::from(Stop::failed("The running Greenroom failed; its log says why."));
    // The work goes on when nobody listens any more; only its reports are then lost.
    while let Some(reply) = outbox.recv().await {
        if let Reply::Progress(_) = reply {
            write(&mut stream, &reply).await?;
        } else {
            end = reply;
        }
    }
    write(&mut stream, &end).await
}

/// A line that is no request is answered; a connection that breaks is not.
async fn read_request(stream: &mut UnixStream) -> io::Result<Result<Request, Stop>> {
    let mut line = String::new();
    BufReader::new(stream.take(LONGEST_REQUEST)).read_line(&mut line).await?;
    let unknown =
        |error| Stop::new(ExitCode::Configuration, format!("The running Greenroom does not know this: {error}"));
    Ok(serde_json::from_str(&line).map_err(unknown))
}

/// When this panics, the channel closes without an end, and the caller reports a failure.
fn work(handler: &Handler, request: Request, replies: &mpsc::Sender<Reply>) {
    let mut progress = |line| _ = replies.blocking_send(Reply::Progress(line));
    let end = match handler(request, &mut progress) {
        Ok(outcome) => Reply::Done(outcome),
        Err(stop) => stop.into(),
    };
    let _ = replies.blocking_send(end);
}

async fn write(stream: &mut UnixStream, reply: &Reply) -> io::Result<()> {
    let mut line = serde_json::to_vec(reply)?;
    line.push(b'\n');
    stream.write_all(&line).await
}
