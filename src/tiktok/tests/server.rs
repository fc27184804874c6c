//! A server on a free port of this machine. Each test says what it answers, and takes over the sockets that it opens.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use crate::kernel::patience::within;
use axum::Router;
use axum::body::Body;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Response};
use axum::response::IntoResponse;
use tokio::sync::{mpsc, watch};

/// A request that came.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) path: String,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    /// The address of the server.
    pub(super) address: SocketAddr,
}

/// What is answered.
pub(super) enum Reply {
    Http(Response<Body>),
    /// A socket, with these headers in its handshake.
    Socket(HeaderMap),
}

pub(super) struct Server {
    pub(super) address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    times: watch::Receiver<usize>,
    sockets: tokio::sync::Mutex<mpsc::UnboundedReceiver<Peer>>,
    task: tokio::task::JoinHandle<()>,
}

/// The server's end of a socket.
pub(super) struct Peer(pub(super) WebSocket);

#[derive(Clone)]
struct Shared {
    address: SocketAddr,
    answer: Arc<dyn Fn(&Asked) -> Reply + Send + Sync>,
    asked: Arc<Mutex<Vec<Asked>>>,
    times: Arc<watch::Sender<usize>>,
    sockets: mpsc::UnboundedSender<Peer>,
}

impl Server {
    pub(super) async fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, sockets) = mpsc::unbounded_channel();
        let (times, counted) = watch::channel(0);
        let asked = Arc::new(Mutex::new(Vec::new()));
        let shared = Shared {
            address,
            answer: Arc::new(answer),
            asked: Arc::clone(&asked),
            times: Arc::new(times),
            sockets: sender,
        };
        let router = Router::new().fallback(serve).with_state(shared);
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, asked, times: counted, sockets: tokio::sync::Mutex::new(sockets), task }
    }

    /// The requests that came for this path.
    pub(super) fn asked(&self, path: &str) -> Vec<Asked> {
        self.asked.lock().unwrap().iter().filter(|asked| asked.path == path).cloned().collect()
    }

    /// The paths of all requests that came.
    pub(super) fn paths(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|asked| asked.path.clone()).collect()
    }

    pub(super) async fn was_asked(&self, times: usize) {
        let mut counted = self.times.clone();
        within("the server was asked often enough", counted.wait_for(|counted| *counted >= times)).await.unwrap();
    }

    /// Serves nobody any more, and gives its port back.
    pub(super) fn stop(&self) {
        self.task.abort();
    }

    /// The next socket that the client opens.
    pub(super) async fn socket(&self) -> Peer {
        within("the client opens a socket", async { self.sockets.lock().await.recv().await }).await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Peer {
    pub(super) async fn send(&mut self, frame: Vec<u8>) {
        self.0.send(Message::Binary(frame.into())).await.unwrap();
    }

    pub(super) async fn say(&mut self, text: &str) {
        self.0.send(Message::Text(text.into())).await.unwrap();
    }

    pub(super) async fn close(&mut self, code: u16) {
        let frame = axum::extract::ws::CloseFrame { code, reason: "".into() };
        self.0.send(Message::Close(Some(frame))).await.unwrap();
    }

    /// The next frame that the client sends: its bytes, or nothing once it has closed or gone.
    pub(super) async fn hears(&mut self) -> Option<Vec<u8>> {
        match within("the client sends a frame or goes", self.0.recv()).await? {
            Ok(Message::Binary(bytes)) => Some(bytes.to_vec()),
            Ok(Message::Close(_)) | Err(_) => None,
            Ok(other) => panic!("an unexpected frame: {other:?}"),
        }
    }
}

async fn serve(
    State(shared): State<Shared>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    request: Request,
) -> Response<Body> {
    let asked = Asked {
        path: request.uri().path().to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        headers: request.headers().clone(),
        address: shared.address,
    };
    shared.asked.lock().unwrap().push(asked.clone());
    shared.times.send_modify(|times| *times += 1);
    match (shared.answer)(&asked) {
        Reply::Http(response) => response,
        Reply::Socket(headers) => {
            let sockets = shared.sockets.clone();
            let mut response = upgrade.unwrap().on_upgrade(|socket| async move {
                let _ = sockets.send(Peer(socket));
            });
            response.headers_mut().extend(headers);
            response.into_response()
        }
    }
}

/// A body with a status and headers.
pub(super) fn http(status: u16, headers: &[(&str, &str)], body: impl Into<Body>) -> Reply {
    let builder =
        headers.iter().fold(Response::builder().status(status), |all, (name, value)| all.header(*name, *value));
    Reply::Http(builder.body(body.into()).unwrap())
}

pub(super) fn socket() -> Reply {
    Reply::Socket(HeaderMap::new())
}
