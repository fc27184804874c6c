//! The accept loop of everything that is served over HTTP: health and figures, and the web.
//!
//! Connections are bounded in number and in the time that a head may take. When all places are taken, the connection that
//! has waited longest without a whole request makes room: so whoever only opens connections, or begins a request and never
//! ends it, holds up nobody who asks something. A connection that streams makes room for nobody, and one that takes nothing of
//! what it is sent is closed. A stop lets what is being answered come to its end. What cannot be read at all is answered by
//! hyper, in our words ([`unread`](super::unread)).

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::{Bytes, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;
use tower::ServiceExt;

use super::gate::Peer;
use super::stall::Impatient;
use super::unread::{InFull, Turn, Turns};

/// The pause after the system refused a connection, for want of file handles perhaps.
const BREATH: Duration = Duration::from_millis(200);
/// How long the head of a request may take, and how long a connection may rest between two.
const HEAD: Duration = Duration::from_secs(5);
/// How long what is being answered may take after a stop. A stream, which has no end of its own, is cut off then.
const LAST_MOMENT: Duration = Duration::from_secs(1);

/// A connection that takes nothing of what it is sent for so long is closed.
const STALL: Duration = Duration::from_secs(20);

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
        // Room is made when somebody comes, and not before: or else whoever came last would make it before they had asked.
        match listener.accept().await {
            Ok((stream, peer)) => {
                let Some(place) = free_place(places, &waiting).await else { return };
                // It sits down before its task runs: whoever comes next may need its place by then.
                let seat = waiting.sit_down();
                tokio::spawn(converse(stream, peer, bounds, routes.clone(), seat, ended.clone(), place));
            }
            Err(error) => {
                tracing::debug!(%error, "a connection was refused");
                let _ = timeout(BREATH, std::future::pending::<()>()).await;
            }
        }
    }
}

/// A place for one more connection; where all are taken, the one that has waited longest makes room, as soon as one waits.
async fn free_place(places: &Arc<Semaphore>, waiting: &Waiting) -> Option<OwnedSemaphorePermit> {
    if let Ok(place) = Arc::clone(places).try_acquire_owned() {
        return Some(place);
    }
    let mut freed = std::pin::pin!(Arc::clone(places).acquire_owned());
    let mut has_made_room = waiting.let_the_oldest_go();
    loop {
        tokio::select! {
            place = &mut freed => return place.ok(),
            () = waiting.came.notified(), if !has_made_room => has_made_room = waiting.let_the_oldest_go(),
        }
    }
}

/// Answers the requests of one connection. A client that is too slow, or hangs up, is nobody's trouble.
async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    bounds: Bounds,
    routes: Router,
    seat: Arc<Seat>,
    mut ended: watch::Receiver<bool>,
    place: OwnedSemaphorePermit,
) {
    // What is small is sent at once: an answer has to wait for nothing.
    let _ = stream.set_nodelay(true);
    let (asked, turns) = (Arc::clone(&seat), Arc::new(Turns::default()));
    let stream = InFull::new(Impatient::new(stream, STALL), Arc::clone(&turns));
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        let (routes, asked, turn) = (routes.clone(), Arc::clone(&asked), turns.begin());
        async move {
            let busy = asked.busy();
            let coming = request.map(|body| Body::new(Coming { body, seat: asked, is_late: false }));
            let response = routes.oneshot(coming).await?;
            Ok::<_, Infallible>(response.map(|body| Answer { body, _busy: busy, _turn: turn }))
        }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .keep_alive(bounds.keeps_alive)
        .max_buf_size(bounds.largest_head);
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
struct Waiting {
    seats: Mutex<Seats>,
    /// One more waits.
    came: Notify,
}

#[derive(Default)]
struct Seats {
    last: u64,
    by_age: BTreeMap<u64, Arc<Notify>>,
}

/// The place of one connection among those that wait.
struct Seat {
    waiting: Arc<Waiting>,
    /// Its number among them; none while it is busy.
    number: Mutex<Option<u64>>,
    leave: Arc<Notify>,
}

/// A request is being answered: its connection makes room for nobody.
struct Busy(Arc<Seat>);

/// What is answered. Until all of it is sent, or nobody takes it any more, the request is being answered.
struct Answer {
    body: Body,
    _busy: Busy,
    _turn: Turn,
}

impl hyper::body::Body for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The body of a request. While it is waited for, its connection makes room like one that has asked nothing yet: or else a
/// few heads without their bodies would take all places.
struct Coming {
    body: Incoming,
    seat: Arc<Seat>,
    is_late: bool,
}

impl Waiting {
    fn sit_down(self: &Arc<Self>) -> Arc<Seat> {
        let seat = Seat { waiting: Arc::clone(self), number: Mutex::default(), leave: Arc::new(Notify::new()) };
        seat.sit();
        Arc::new(seat)
    }

    fn join(&self, leave: &Arc<Notify>) -> u64 {
        let mut seats = self.seats.lock().unwrap_or_else(PoisonError::into_inner);
        seats.last += 1;
        let number = seats.last;
        seats.by_age.insert(number, Arc::clone(leave));
        drop(seats);
        self.came.notify_one();
        number
    }

    fn part(&self, number: u64) {
        self.seats.lock().unwrap_or_else(PoisonError::into_inner).by_age.remove(&number);
    }

    /// Answers whether there was one.
    fn let_the_oldest_go(&self) -> bool {
        let oldest = self.seats.lock().unwrap_or_else(PoisonError::into_inner).by_age.pop_first();
        oldest.inspect(|(_, leave)| leave.notify_one()).is_some()
    }
}

impl Seat {
    fn busy(self: &Arc<Self>) -> Busy {
        self.rise();
        Busy(Arc::clone(self))
    }

    /// Waits from now on, where it does not already.
    fn sit(&self) {
        let mut number = self.number.lock().unwrap_or_else(PoisonError::into_inner);
        number.get_or_insert_with(|| self.waiting.join(&self.leave));
    }

    fn rise(&self) {
        let number = self.number.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(number) = number {
            self.waiting.part(number);
        }
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.sit();
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.rise();
    }
}

impl hyper::body::Body for Coming {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<hyper::Result<Frame<Bytes>>>> {
        let polled = Pin::new(&mut self.body).poll_frame(task);
        match (polled.is_pending(), self.is_late) {
            (true, false) => self.seat.sit(),
            (false, true) => self.seat.rise(),
            _ => {}
        }
        self.is_late = polled.is_pending();
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
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
        let routes = Router::new().route("/", get(|| async { "here" }).post(|body: String| async move { body }));
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
            let answer =
                timeout(Duration::from_secs(4), ask(&mut stream)).await.expect("answered before heads time out");
            assert!(answer.ends_with("here"), "{answer}");
        }
        drop(idle);
    }

    #[tokio::test]
    async fn a_connection_that_streams_makes_room_for_nobody() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let bounds = Bounds { at_once: 2, patience: None, keeps_alive: true, largest_head: 16 * 1024 };
        let (say, said) = tokio::sync::mpsc::unbounded_channel::<&'static str>();
        let said = Arc::new(Mutex::new(Some(said)));
        let stream = move || {
            let said = said.lock().unwrap().take().unwrap();
            let words = futures_util::stream::unfold(said, |mut said| async move {
                let word = said.recv().await?;
                Some((Ok::<_, Infallible>(word), said))
            });
            async move { Body::from_stream(words) }
        };
        let routes = Router::new().route("/", get(|| async { "here" })).route("/stream", get(stream));
        tokio::spawn(serve(listener, bounds, routes, std::future::pending()));
        let mut streaming = TcpStream::connect(address).await.unwrap();
        streaming.write_all(b"GET /stream HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        say.send("first").unwrap();
        until_read(&mut streaming, "first").await;
        // Each of these needs the place of somebody who asks nothing.
        let mut idle = Vec::new();
        for _ in 0..10 {
            idle.push(TcpStream::connect(address).await.unwrap());
            let mut stream = TcpStream::connect(address).await.unwrap();
            let answer = timeout(Duration::from_secs(4), ask(&mut stream)).await.expect("answered");
            assert!(answer.ends_with("here"), "{answer}");
        }
        say.send("second").unwrap();
        until_read(&mut streaming, "second").await;
        drop(idle);
    }

    /// Reads until this was read.
    async fn until_read(stream: &mut TcpStream, wanted: &str) {
        let mut read = Vec::new();
        let reading = async {
            while !String::from_utf8_lossy(&read).contains(wanted) {
                let mut some = [0; 1_024];
                let number = stream.read(&mut some).await.unwrap();
                assert!(number > 0, "the connection was closed before {wanted}");
                read.extend_from_slice(&some[..number]);
            }
        };
        timeout(Duration::from_secs(4), reading).await.expect("it is read in time");
    }

    #[tokio::test]
    async fn whoever_never_sends_the_body_of_a_request_holds_up_nobody_either() {
        let address = served(8).await;
        let mut slow = Vec::new();
        for body in ["", "1"].repeat(20) {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let head = "POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n";
            stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
            slow.push(stream);
        }
        for _ in 0..20 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            let answer = timeout(Duration::from_secs(4), ask(&mut stream)).await.expect("answered beside slow bodies");
            assert!(answer.ends_with("here"), "{answer}");
        }
        drop(slow);
        // One that comes at last is read to its end.
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = "POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\ncontent-length: 9\r\n\r\n1234";
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(b"56789").await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.ends_with("123456789"), "{answer}");
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
