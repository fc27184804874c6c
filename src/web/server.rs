//! The accept loop of everything that is served over HTTP: health and figures, and the web.
//!
//! Connections are bounded in number and in the time that a head may take. When all places are taken, the connection that
//! has waited longest without a whole request makes room: so whoever only opens connections holds up nobody who asks
//! something. A stop lets what is being answered come to its end.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;
use tower::ServiceExt;

use super::gate::Peer;

/// The pause after the system refused a connection, for want of file handles perhaps.
const BREATH: Duration = Duration::from_millis(200);
/// How long the head of a request may take, and how long a connection may rest between two.
const HEAD: Duration = Duration::from_secs(5);
/// How long what is being answered may take after a stop. A stream, which has no end of its own, is cut off then.
const LAST_MOMENT: Duration = Duration::from_secs(1);

/// What a server bears.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Connections at the same time.
    pub at_once: usize,
    /// How long a connection may take altogether; `None` for as long as it is used.
    pub patience: Option<Duration>,
    /// Whether a connection may be used for more than one request.
    pub keeps_alive: bool,
    /// The largest head of a request, in bytes.
    pub largest_head: usize,
}

/// Serves until `stop` comes. What is being answered then has [`LAST_MOMENT`] to come to its end, after which this returns;
/// whoever drops it instead does not wait for that.
pub async fn serve(listener: TcpListener, bounds: Bounds, routes: Router, stop: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(bounds.at_once));
    // Also without a word: who listens hears that nobody is there to send one.
    let (ending, ended) = watch::channel(false);
    tokio::select! {
        () = accept(listener, bounds, routes, &places, &ended) => {}
        () = stop => {}
    }
    ending.send_replace(true);
    let all = u32::try_from(bounds.at_once).unwrap_or(u32::MAX);
    let _ = timeout(LAST_MOMENT, places.acquire_many(all)).await;
}

async fn accept(
    listener: TcpListener,
    bounds: Bounds,
    routes: Router,
    places: &Arc<Semaphore>,
    ended: &watch::Receiver<bool>,
) {
    let waiting = Arc::new(Waiting::default());
    loop {
        let place = match Arc::clone(places).try_acquire_owned() {
            Ok(place) => place,
            Err(_) => {
                waiting.let_the_oldest_go();
                let Ok(place) = Arc::clone(places).acquire_owned().await else { return };
                place
            }
        };
        match listener.accept().await {
            Ok((stream, peer)) => {
                let (routes, waiting) = (routes.clone(), Arc::clone(&waiting));
                tokio::spawn(converse(stream, peer, bounds, routes, waiting, ended.clone(), place));
            }
            Err(error) => {
                tracing::debug!(%error, "a connection was refused");
                let _ = timeout(BREATH, std::future::pending::<()>()).await;
            }
        }
    }
}

/// Answers the requests of one connection. A client that is too slow, or hangs up, is nobody's trouble.
async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    bounds: Bounds,
    routes: Router,
    waiting: Arc<Waiting>,
    mut ended: watch::Receiver<bool>,
    place: OwnedSemaphorePermit,
) {
    // What is small is sent at once: an answer has to wait for nothing.
    let _ = stream.set_nodelay(true);
    let seat = waiting.sit_down();
    let asked = Arc::clone(&seat);
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        let (routes, asked) = (routes.clone(), Arc::clone(&asked));
        async move {
            let busy = asked.busy();
            let response = routes.oneshot(request.map(Body::new)).await;
            drop(busy);
            response
        }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD).keep_alive(bounds.keeps_alive).max_buf_size(bounds.largest_head);
    let mut conversation = std::pin::pin!(http.serve_connection(TokioIo::new(stream), service));
    let orderly = async {
        tokio::select! {
            _ = conversation.as_mut() => {}
            () = told(&mut ended) => {
                conversation.as_mut().graceful_shutdown();
                let _ = conversation.as_mut().await;
            }
        }
    };
    tokio::select! {
        _ = timeout(bounds.patience.unwrap_or(Duration::MAX), orderly) => {}
        () = seat.leave.notified() => {}
    }
    drop(place);
}

async fn told(ended: &mut watch::Receiver<bool>) {
    let _ = ended.wait_for(|ended| *ended).await;
}

/// The connections that have not asked anything yet, or nothing more, by how long they wait.
#[derive(Default)]
struct Waiting(Mutex<Seats>);

#[derive(Default)]
struct Seats {
    last: u64,
    by_age: BTreeMap<u64, Arc<Notify>>,
}

/// The place of one connection among those that wait.
struct Seat {
    waiting: Arc<Waiting>,
    number: Mutex<u64>,
    leave: Arc<Notify>,
}

/// A request is being answered: its connection makes room for nobody.
struct Busy(Arc<Seat>);

impl Waiting {
    fn sit_down(self: &Arc<Self>) -> Arc<Seat> {
        let leave = Arc::new(Notify::new());
        let number = self.join(&leave);
        Arc::new(Seat { waiting: Arc::clone(self), number: Mutex::new(number), leave })
    }

    fn join(&self, leave: &Arc<Notify>) -> u64 {
        let mut seats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seats.last += 1;
        let number = seats.last;
        seats.by_age.insert(number, Arc::clone(leave));
        number
    }

    fn rise(&self, number: u64) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).by_age.remove(&number);
    }

    fn let_the_oldest_go(&self) {
        let oldest = self.0.lock().unwrap_or_else(PoisonError::into_inner).by_age.pop_first();
        if let Some((_, leave)) = oldest {
            leave.notify_one();
        }
    }
}

impl Seat {
    fn busy(self: &Arc<Self>) -> Busy {
        self.waiting.rise(*self.number.lock().unwrap_or_else(PoisonError::into_inner));
        Busy(Arc::clone(self))
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let number = self.0.waiting.join(&self.0.leave);
        *self.0.number.lock().unwrap_or_else(PoisonError::into_inner) = number;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.waiting.rise(*self.number.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    async fn served(at_once: usize) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let bounds = Bounds { at_once, patience: None, keeps_alive: true, largest_head: 16 * 1024 };
        let routes = Router::new().route("/", get(|| async { "here" }));
        tokio::spawn(serve(listener, bounds, routes, std::future::pending()));
        address
    }

    async fn ask(stream: &mut TcpStream) -> String {
        stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test]
    async fn whoever_only_opens_connections_holds_up_nobody_who_asks() {
        let address = served(8).await;
        let mut idle = Vec::new();
        for _ in 0..40 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            // Half a head: it may be a slow client, and may be one that never means to go on.
            stream.write_all(b"GET / HTT").await.unwrap();
            idle.push(stream);
        }
        for _ in 0..20 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let answer = timeout(Duration::from_secs(4), ask(&mut stream)).await.expect("answered before heads time out");
            assert!(answer.ends_with("here"), "{answer}");
        }
        drop(idle);
    }

    #[tokio::test]
    async fn a_stop_lets_what_is_being_answered_come_to_its_end_and_takes_nothing_more() {
        let (arrived, released) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (has_come, goes_on) = (Arc::clone(&arrived), Arc::clone(&released));
        let slow = move || {
            let (has_come, goes_on) = (Arc::clone(&has_come), Arc::clone(&goes_on));
            async move {
                has_come.notify_one();
                goes_on.notified().await;
                "here"
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let bounds = Bounds { at_once: 4, patience: None, keeps_alive: true, largest_head: 16 * 1024 };
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let routes = Router::new().route("/", get(slow));
        let serving = tokio::spawn(serve(listener, bounds, routes, async move { drop(stopped.await) }));
        // One that asks nothing holds up no stop.
        let idle = TcpStream::connect(address).await.unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let asking = tokio::spawn(async move { ask(&mut stream).await });
        timeout(Duration::from_secs(4), arrived.notified()).await.expect("the request arrives");
        drop(stop);
        let is_closed = async {
            while TcpStream::connect(address).await.is_ok() {
                tokio::task::yield_now().await;
            }
        };
        timeout(Duration::from_secs(4), is_closed).await.expect("nothing more is taken");
        released.notify_one();
        assert!(asking.await.unwrap().ends_with("here"));
        timeout(Duration::from_secs(4), serving).await.expect("it ends").unwrap();
        drop(idle);
    }
}
