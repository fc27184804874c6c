//! Opens a socket, and reads what is said where that is refused.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Response;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use url::{Host, Url};

use super::{STEP, Socket, Stream};
use crate::kernel::cause::Cause;
use crate::kernel::time::Clock;
use crate::tiktok::refusal::{Degradation, Refusal, TransportError};
use crate::tiktok::request::HttpResponse;
use crate::tiktok::wire::MAX_FRAME_BYTES;

/// Small buffers: frames are a few kilobytes, and larger ones grow while they are read.
const BUFFER_BYTES: usize = 16 << 10;
/// Most bytes that wait to be sent; what we send is small.
const MOST_UNSENT_BYTES: usize = 256 << 10;
/// In which bounds TikTok may choose the time between heartbeats, in seconds.
const PING_INTERVALS: std::ops::RangeInclusive<u64> = 2..=30;

const HANDSHAKE_MSG: HeaderName = HeaderName::from_static("handshake-msg");
const HANDSHAKE_STATUS: HeaderName = HeaderName::from_static("handshake-status");
const HANDSHAKE_OPTIONS: HeaderName = HeaderName::from_static("handshake-options");

/// Opens sockets. Cheap to clone.
#[derive(Clone)]
pub(in crate::tiktok) struct Dialler {
    tls: TlsConnector,
    clock: Clock,
}

/// A socket that was opened.
pub(in crate::tiktok) struct Opened {
    pub(in crate::tiktok) socket: Socket,
    /// The time between heartbeats that the server asks for, within bounds.
    pub(in crate::tiktok) ping_interval: Option<Duration>,
}

/// Why a socket was not opened.
#[derive(Debug)]
pub(in crate::tiktok) enum Unopened {
    /// It did not come that far.
    Transport(TransportError),
    /// The server answered with something else than a socket.
    Rejected(HttpResponse),
}

impl From<TransportError> for Unopened {
    fn from(trouble: TransportError) -> Self {
        Self::Transport(trouble)
    }
}

impl Dialler {
    /// Prepares the encryption.
    pub(in crate::tiktok) fn new(clock: Clock) -> Result<Self, rustls::Error> {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls: TlsConnector::from(Arc::new(config)), clock })
    }

    /// Opens a socket at `url`, which the caller has judged.
    pub(in crate::tiktok) async fn dial(&self, url: &Url, headers: &HeaderMap) -> Result<Opened, Unopened> {
        let stream = self.in_time(connect(url), TransportError::Unreachable).await?;
        let stream: Box<dyn Stream> = if url.scheme() == "wss" {
            Box::new(self.in_time(self.encrypt(url, stream), TransportError::Tls).await?)
        } else {
            Box::new(stream)
        };
        // No error of the WebSocket crate is kept: it may hold the address.
        let mut request = url.as_str().into_client_request().map_err(|_| TransportError::Broken)?;
        request.headers_mut().extend(headers.clone());
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER_BYTES)
            .write_buffer_size(0)
            .max_write_buffer_size(MOST_UNSENT_BYTES)
            .max_message_size(Some(MAX_FRAME_BYTES))
            .max_frame_size(Some(MAX_FRAME_BYTES));
        let upgraded = tokio::select! {
            biased;
            upgraded = client_async_with_config(request, stream, Some(config)) => upgraded,
            () = self.clock.sleep(STEP) => return Err(TransportError::TimedOut.into()),
        };
        match upgraded {
            Ok((socket, response)) => Ok(Opened { socket, ping_interval: ping_interval(response.headers()) }),
            Err(Error::Http(response)) => Err(Unopened::Rejected(answer(*response))),
            Err(_) => Err(TransportError::Broken.into()),
        }
    }

    async fn encrypt(&self, url: &Url, stream: TcpStream) -> io::Result<impl Stream + use<>> {
        let host = url.host_str().ok_or(io::ErrorKind::InvalidInput)?;
        let name = ServerName::try_from(host.trim_matches(['[', ']'])).map_err(io::Error::other)?;
        self.tls.connect(name.to_owned(), stream).await
    }

    async fn in_time<T>(
        &self,
        step: impl Future<Output = io::Result<T>>,
        trouble: fn(Cause) -> TransportError,
    ) -> Result<T, TransportError> {
        tokio::select! {
            biased;
            done = step => done.map_err(|error| trouble(Cause::of(&error))),
            () = self.clock.sleep(STEP) => Err(TransportError::TimedOut),
        }
    }
}

async fn connect(url: &Url) -> io::Result<TcpStream> {
    let port = url.port_or_known_default().ok_or(io::ErrorKind::InvalidInput)?;
    let stream = match url.host().ok_or(io::ErrorKind::InvalidInput)? {
        Host::Domain(name) => TcpStream::connect((name, port)).await,
        Host::Ipv4(address) => TcpStream::connect((address, port)).await,
        Host::Ipv6(address) => TcpStream::connect((address, port)).await,
    };
    let stream = stream?;
    // Frames that we send are small, and an acknowledgement shall not wait for the next one.
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// Marks what opens a connection, so that no `Debug` shows it.
pub(in crate::tiktok) fn hidden(text: &str) -> Result<HeaderValue, TransportError> {
    let mut value = HeaderValue::from_str(text).map_err(|_| TransportError::Broken)?;
    value.set_sensitive(true);
    Ok(value)
}

/// What TikTok means when it answers with something else than a socket.
pub(in crate::tiktok) fn rejection(answer: &HttpResponse) -> Refusal {
    let text = |name: &HeaderName| answer.headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let is_stand_in = text(&HANDSHAKE_MSG) == Some("illegal app_id") || text(&HANDSHAKE_STATUS) == Some("417");
    match answer.status {
        _ if is_stand_in => Refusal::ServiceDegraded(Degradation::Stub),
        500..600 => TransportError::Failed(answer.status).into(),
        // DEVICE_BLOCKED, `illegal secret key`, 200 without a word, 400, 403, a redirect: turned away.
        _ => Refusal::Blocked,
    }
}

/// `ping-interval=5; ping-timeout=60`, in seconds.
fn ping_interval(headers: &HeaderMap) -> Option<Duration> {
    let options = headers.get(HANDSHAKE_OPTIONS)?.to_str().ok()?;
    let told = options.split(';').filter_map(|option| option.trim().split_once('='));
    let seconds: u64 = told.into_iter().find(|(name, _)| name.trim() == "ping-interval")?.1.trim().parse().ok()?;
    (seconds > 0).then(|| Duration::from_secs(seconds.clamp(*PING_INTERVALS.start(), *PING_INTERVALS.end())))
}

fn answer(response: Response) -> HttpResponse {
    let (parts, body) = response.into_parts();
    HttpResponse { status: parts.status.as_u16(), headers: parts.headers, body: body.unwrap_or_default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        pairs.collect()
    }

    #[test]
    fn a_refused_handshake_says_why() {
        let means = |status, pairs: &[(&'static str, &'static str)]| {
            rejection(&HttpResponse { status, headers: headers(pairs), body: Vec::new() })
        };
        let stub = Refusal::ServiceDegraded(Degradation::Stub);
        for (status, pairs, refusal) in [
            (200, &[("handshake-status", "415"), ("handshake-msg", "DEVICE_BLOCKED")][..], Refusal::Blocked),
            (200, &[("handshake-msg", "illegal secret key")], Refusal::Blocked),
            (200, &[("handshake-status", "417"), ("handshake-msg", "illegal app_id")], stub.clone()),
            (200, &[("handshake-status", "417")], stub),
            (200, &[], Refusal::Blocked),
            (302, &[("location", "wss://evil.tld/")], Refusal::Blocked),
            (400, &[], Refusal::Blocked),
            (403, &[], Refusal::Blocked),
            (429, &[], Refusal::Blocked),
            (502, &[], Refusal::Network(TransportError::Failed(502))),
        ] {
            assert_eq!(means(status, pairs), refusal, "{status} {pairs:?}");
        }
    }

    #[test]
    fn the_server_chooses_the_heartbeat_within_bounds() {
        for (options, seconds) in [
            ("ping-interval=5; ping-timeout=60", Some(5)),
            ("a=b;ping-interval = 10", Some(10)),
            ("ping-interval=1", Some(2)),
            ("ping-interval=86400", Some(30)),
            ("ping-interval=0", None),
            ("ping-interval=-1", None),
            ("ping-interval", None),
            ("", None),
        ] {
            let interval = ping_interval(&headers(&[("handshake-options", options)]));
            assert_eq!(interval, seconds.map(Duration::from_secs), "{options}");
        }
        assert_eq!(ping_interval(&HeaderMap::new()), None);
    }
}
