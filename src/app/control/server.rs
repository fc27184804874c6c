//! The running bot's side of the control socket.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;

use super::protocol::{self, LONGEST_REQUEST, OutcomeLine, Request};
use super::socket::{listen, path_in};
use crate::app::exit::Stop;
use crate::kernel::time::Clock;

/// Reads what a request asks, or refuses it.
pub(crate) type Handler = Arc<dyn Fn(&Request) -> Result<Work, Stop> + Send + Sync>;

/// Does what a request asks and reports progress, one short line at a time. It runs on a thread that may block.
pub(crate) type Work = Box<dyn FnOnce(&mut dyn FnMut(String)) -> Result<OutcomeLine, Stop> + Send>;

/// What the work tells the connection that waits for it.
enum Report {
    Progress(String),
    End(Result<OutcomeLine, Stop>),
}

/// Requests that are worked on at the same time; further ones wait.
const AT_ONCE: usize = 2;

/// Connections that are held at the same time; further ones are not even taken.
const CONNECTIONS: usize = 32;

/// How long a connection may take to send its request.
const REQUEST_TIME: Duration = Duration::from_secs(10);

/// How long it may take to make room for a line of the answer: one that holds on and reads nothing must not hold up the work,
/// and with it the turns of others.
const LISTENING_TIME: Duration = if cfg!(test) { Duration::from_millis(200) } else { Duration::from_secs(10) };

/// How often is looked whether somebody removed the file of the socket.
const LOOKS_EVERY: Duration = if cfg!(test) { Duration::from_millis(20) } else { Duration::from_secs(5) };

/// The socket of the running bot. Dropping it removes the file.
pub(crate) struct ControlServer {
    listener: UnixListener,
    data_dir: PathBuf,
}

impl ControlServer {
    /// Opens the socket of `data_dir`, whose store the caller holds open: a socket that is there already is then a dead
    /// process's, and is replaced. Needs a tokio runtime.
    pub(crate) fn open(data_dir: &Path) -> io::Result<Self> {
        let listener = UnixListener::from_std(listen(data_dir)?)?;
        Ok(Self { listener, data_dir: data_dir.to_owned() })
    }

    /// Answers requests until the future is dropped.
    pub(crate) async fn serve(mut self, handler: Handler) {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let turns = Arc::new(Semaphore::new(AT_ONCE));
        let clock = Clock::system();
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = clock.sleep(LOOKS_EVERY) => {
                    self.put_back();
                    continue;
                }
            };
            match accepted {
                Ok((stream, _)) => {
                    let (handler, turns) = (Arc::clone(&handler), Arc::clone(&turns));
                    tokio::spawn(async move {
                        if let Err(error) = answer(stream, &handler, turns).await {
                            tracing::debug!(%error, "a control connection ended early");
                        }
                        drop(place);
                    });
                }
                Err(error) => tracing::warn!(%error, "the control socket refused a connection"),
            }
        }
    }

    /// Opens the socket anew where its file was removed: nobody reaches the one that has no name.
    fn put_back(&mut self) {
        let met = path_in(&self.data_dir).symlink_metadata();
        if !met.is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
            return;
        }
        match listen(&self.data_dir).and_then(UnixListener::from_std) {
            Ok(listener) => {
                self.listener = listener;
                tracing::warn!("somebody removed the control socket; it is there again");
            }
            Err(error) => tracing::debug!(%error, "the control socket cannot be opened anew"),
        }
    }
}

impl Drop for ControlServer {
    fn drop(&mut self) {
        // If it cannot be removed, the next start replaces it.
        let _ = std::fs::remove_file(path_in(&self.data_dir));
    }
}

async fn answer(mut stream: UnixStream, handler: &Handler, turns: Arc<Semaphore>) -> io::Result<()> {
    let line = timeout(REQUEST_TIME, read_line(&mut stream)).await.map_err(|_| io::ErrorKind::TimedOut)??;
    // A line that is no request is answered; a connection that breaks is not.
    let work = match Request::of(line).and_then(|request| handler(&request)) {
        Ok(work) => work,
        Err(stop) => return say(&mut stream, &protocol::stopped(stop)?).await,
    };
    // At once, so that whoever asks knows that somebody is there.
    let begun = protocol::progress("the running Greenroom does it".to_owned())?;
    say(&mut stream, &begun).await?;
    let turn = turns.acquire_owned().await.map_err(io::Error::other)?;
    let (reports, mut outbox) = mpsc::channel(16);
    tokio::task::spawn_blocking(move || {
        perform(work, &reports);
        drop(turn);
    });
    let mut end = Err(Stop::failed("The running Greenroom failed; its log says why."));
    // The work goes on when nobody listens any more; only its reports are then lost.
    while let Some(report) = outbox.recv().await {
        match report {
            Report::Progress(text) => say(&mut stream, &protocol::progress(text)?).await?,
            Report::End(ended) => end = ended,
        }
    }
    let last = match end {
        Ok(OutcomeLine(line)) => line,
        Err(stop) => protocol::stopped(stop)?,
    };
    say(&mut stream, &last).await
}

async fn say(stream: &mut UnixStream, line: &[u8]) -> io::Result<()> {
    timeout(LISTENING_TIME, stream.write_all(line)).await.map_err(|_| io::ErrorKind::TimedOut)?
}

async fn read_line(stream: &mut UnixStream) -> io::Result<String> {
    let mut line = String::new();
    BufReader::new(stream.take(LONGEST_REQUEST)).read_line(&mut line).await?;
    Ok(line)
}

/// When this panics, the channel closes without an end, and the caller reports a failure.
fn perform(work: Work, reports: &mpsc::Sender<Report>) {
    let end = work(&mut |line| _ = reports.blocking_send(Report::Progress(line)));
    let _ = reports.blocking_send(Report::End(end));
}
