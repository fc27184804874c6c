//! The client: looks a live up and connects to it, by one of three ways.
//!
//! | way | how | for and against |
//! | --- | --- | --- |
//! | [`Way::Managed`] | Euler Stream watches the live and passes it on | needs a key; TikTok never sees our address; what the makers of the known clients advise for real use |
//! | [`Way::Euler`] | Euler Stream signs, we connect to TikTok | works without a key, within limits |
//! | [`Way::Direct`] | nobody signs, we connect to TikTok | needs nobody; nobody promises that TikTok serves it |
//!
//! [`Transport::Auto`] takes the first of them that works: managed where there is a key, then signed, then direct. It
//! goes on to the next way only when the reason lies in the way (the service is in trouble, limited, too expensive,
//! out of reach). What is wrong with the key, the live or TikTok's view of our address would be wrong on the next way
//! too, or must be told; then it stops. The refusal is that of the preferred way.
//!
//! Connections are made one at a time and at least five seconds apart ([`limiter`]), across everything that shares a
//! [`Client`]; a process makes one and clones it. Looking up is not limited: it asks TikTok's public pages only.

pub(super) mod connection;
mod limiter;

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{COOKIE, HeaderMap, HeaderValue, USER_AGENT};
use strum::{EnumString, IntoStaticStr};
use tokio::sync::oneshot;

use connection::Connection;
use limiter::Limiter;

use super::browser::{self, Browser, Route};
use super::budget::{self, Budget};
use super::endpoints::Endpoints;
use super::refusal::{Closed, Degradation, Refusal};
use super::request::{HttpResponse, Requester};
use super::room::{Live, Rooms};
use super::sign::{self, ApiKey, Signed, Signer};
use super::socket::dial::{self, Dialler, Opened, Unopened};
use super::socket::pump::{Dialect, Heart, Pump};
use super::wire::{Message, RoomId};
use super::{direct, managed};
use crate::kernel::dice::Seed;
use crate::kernel::refusal::Refuse;
use crate::kernel::secret::Secret;
use crate::kernel::time::Clock;
use crate::live::Handle;

/// How long a socket may stay silent after it was opened, where opening alone proves nothing. Euler Stream gives up on
/// TikTok after 15 seconds.
const FIRST_SIGN: Duration = Duration::from_secs(20);

/// What the client needs to know.
#[derive(Clone, Debug, Default)]
pub struct ClientSettings {
    /// Where everything is.
    pub endpoints: Endpoints,
    /// How to connect.
    pub transport: Transport,
    /// The key for Euler Stream.
    pub api_key: Option<Secret>,
    /// For the numbers that a browser makes up.
    pub seed: Option<Seed>,
}

/// How to connect: `TIKTOK_TRANSPORT`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// The first way that works.
    #[default]
    Auto,
    /// This way only.
    Only(Way),
}

/// A way to a live.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum Way {
    /// Signed by Euler Stream, connected to TikTok.
    Euler,
    /// Connected to TikTok without a signature.
    Direct,
    /// Connected to Euler Stream.
    Managed,
}

/// Why there can be no client.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The managed way was chosen, and there is no key.
    #[error("TIKTOK_TRANSPORT is managed, which needs EULER_API_KEY")]
    KeyMissing,
    /// The key holds characters that no key holds.
    #[error("EULER_API_KEY holds characters that no key holds")]
    KeyUnfit,
    /// Encryption cannot be set up.
    #[error("encryption cannot be set up")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Looks lives up and connects to them. Cheap to clone; clones share connections, limits and keys.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    endpoints: Endpoints,
    transport: Transport,
    key: Option<ApiKey>,
    clock: Clock,
    browser: Browser,
    requester: Requester,
    signer: Signer,
    dialler: Dialler,
    limiter: Limiter,
}

impl Transport {
    /// Reads `auto`, `euler`, `direct` or `managed`.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "auto" { Some(Self::Auto) } else { text.parse().ok().map(Self::Only) }
    }

    /// The ways in the order in which they are tried.
    const fn ways(self, has_key: bool) -> &'static [Way] {
        match self {
            Self::Auto if has_key => &[Way::Managed, Way::Euler, Way::Direct],
            Self::Auto => &[Way::Euler, Way::Direct],
            Self::Only(Way::Euler) => &[Way::Euler],
            Self::Only(Way::Direct) => &[Way::Direct],
            Self::Only(Way::Managed) => &[Way::Managed],
        }
    }
}

impl Way {
    /// The word of the configuration.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl Client {
    /// Makes the client of the process. Fails on a key that cannot be used, and where TLS cannot be set up.
    pub fn new(settings: ClientSettings, clock: Clock) -> Result<Self, SetupError> {
        let ClientSettings { endpoints, transport, api_key, seed } = settings;
        let key = api_key.map(|key| ApiKey::new(key).ok_or(SetupError::KeyUnfit)).transpose()?;
        if transport == Transport::Only(Way::Managed) && key.is_none() {
            return Err(SetupError::KeyMissing);
        }
        let requester = Requester::new(clock.clone(), endpoints.reach()).map_err(tls)?;
        let dialler = Dialler::new(clock.clone()).map_err(tls)?;
        let browser = Browser::new(seed.unwrap_or_else(Seed::from_entropy));
        let (signer, limiter) = (Signer::default(), Limiter::new(clock.clone()));
        Ok(Self(Arc::new(Inner { endpoints, transport, key, clock, browser, requester, signer, dialler, limiter })))
    }

    /// Whether `name` is live, by TikTok's public pages, without the sign service.
    pub async fn look_up(&self, name: &Handle) -> Result<Live, Refusal> {
        self.0.rooms().look_up(name).await
    }

    /// Whether TikTok answers at all.
    pub async fn reach(&self) -> Result<(), Refusal> {
        budget::reach(&self.0.requester, &self.0.endpoints).await
    }

    /// How many connections the sign service still gives; empty where it does not tell.
    pub async fn budget(&self) -> Result<Vec<Budget>, Refusal> {
        let inner = &*self.0;
        budget::budget(&inner.requester, &inner.endpoints, inner.key.as_ref(), inner.clock.now()).await
    }

    /// Connects to the live of `name` in `room`, when it is this call's turn: signs where that is needed, dials, and
    /// enters the room. What the sign service told of late is in the connection's first `next`.
    pub async fn connect(&self, name: &Handle, room: RoomId) -> Result<Connection, Refusal> {
        let inner = &*self.0;
        let _permit = inner.limiter.permit().await;
        let mut preferred = None;
        for way in inner.transport.ways(inner.key.is_some()) {
            let refusal = match inner.connect_by(*way, name, room).await {
                Ok(connection) => {
                    tracing::debug!(way = way.name(), room = %connection.room(), "connected to a live");
                    return Ok(connection);
                }
                Err(refusal) => refusal,
            };
            tracing::debug!(way = way.name(), code = refusal.code(), reason = %refusal, "cannot connect to a live");
            let lies_in_the_way = lies_in_the_way(&refusal);
            preferred.get_or_insert(refusal);
            if !lies_in_the_way {
                break;
            }
        }
        Err(preferred.unwrap_or(Refusal::Offline))
    }
}

impl Inner {
    const fn rooms(&self) -> Rooms<'_> {
        Rooms { requester: &self.requester, endpoints: &self.endpoints, browser: &self.browser }
    }

    async fn connect_by(&self, way: Way, name: &Handle, room: RoomId) -> Result<Connection, Refusal> {
        match way {
            Way::Euler => self.signed(room).await,
            Way::Direct => self.direct(room).await,
            Way::Managed => self.managed(name, room).await,
        }
    }

    async fn signed(&self, asked: RoomId) -> Result<Connection, Refusal> {
        self.limiter.check()?;
        let now = self.clock.now();
        let signed = self.signer.sign(&self.requester, &self.endpoints, self.key.as_ref(), asked, now).await;
        let Signed { room, server, route_params, cookies, messages } =
            signed.inspect_err(|refusal| self.limiter.note(refusal))?;
        let url = self.browser.events_url(&server, room, Route::Signed(&route_params));
        let opened = self.enter(&url, room, &cookies).await?;
        Ok(self.carry(opened, room, Way::Euler, messages, None))
    }

    async fn direct(&self, room: RoomId) -> Result<Connection, Refusal> {
        let server = self.endpoints.direct_server()?;
        let cookies = direct::guest(&self.requester, &self.endpoints, &self.clock).await?;
        let url = self.browser.events_url(&server, room, Route::Direct);
        let opened = self.enter(&url, room, &cookies).await?;
        let (sign, first_sign) = oneshot::channel();
        let connection = self.carry(opened, room, Way::Direct, Vec::new(), Some(sign));
        self.wait_for(first_sign, connection, Refusal::Blocked).await
    }

    async fn managed(&self, name: &Handle, room: RoomId) -> Result<Connection, Refusal> {
        let url = managed::url(&self.endpoints, name, self.key.as_ref().ok_or(Refusal::BadKey)?)?;
        let headers = HeaderMap::from_iter([(USER_AGENT, HeaderValue::from_static(sign::SERVICE_AGENT))]);
        let opened = match self.dialler.dial(&url, &headers).await {
            Ok(opened) => opened,
            Err(Unopened::Transport(trouble)) => return Err(trouble.into()),
            Err(Unopened::Rejected(HttpResponse { status, headers, body })) => {
                return Err(sign::failure(status, &headers, &body, self.clock.now()));
            }
        };
        let (sign, first_sign) = oneshot::channel();
        let pump = Pump::new(opened.socket, self.clock.clone(), Dialect::Managed, Some(sign));
        let connection = Connection::new(room, Way::Managed, Vec::new(), pump, self.clock.clone());
        self.wait_for(first_sign, connection, Refusal::ServiceDegraded(Degradation::Silent)).await
    }

    /// Opens TikTok's socket. Where TikTok turns us away, the room's own page may say why.
    async fn enter(&self, url: &url::Url, room: RoomId, cookies: &Secret) -> Result<Opened, Refusal> {
        let mut headers = browser::headers();
        headers.insert(COOKIE, dial::hidden(cookies.expose())?);
        let refusal = match self.dialler.dial(url, &headers).await {
            Ok(opened) => return Ok(opened),
            Err(Unopened::Transport(trouble)) => trouble.into(),
            Err(Unopened::Rejected(answer)) => dial::rejection(&answer),
        };
        let hindrance = if refusal == Refusal::Blocked { self.rooms().hindrance(room).await } else { None };
        Err(hindrance.unwrap_or(refusal))
    }

    fn carry(
        &self,
        opened: Opened,
        room: RoomId,
        way: Way,
        backlog: Vec<Message>,
        first_sign: Option<oneshot::Sender<()>>,
    ) -> Connection {
        let heart = Heart::new(room, opened.ping_interval, self.clock.now());
        let pump = Pump::new(opened.socket, self.clock.clone(), Dialect::Webcast(heart), first_sign);
        Connection::new(room, way, backlog, pump, self.clock.clone())
    }

    /// Believes in a connection when the other side has told something.
    async fn wait_for(
        &self,
        first_sign: oneshot::Receiver<()>,
        mut connection: Connection,
        otherwise: Refusal,
    ) -> Result<Connection, Refusal> {
        tokio::select! {
            biased;
            sign = first_sign => if sign.is_ok() { return Ok(connection) },
            () = self.clock.sleep(FIRST_SIGN) => return Err(otherwise),
        }
        // The socket ended before it told anything, so the end is all that there is.
        Err(connection.next().await.err().unwrap_or(Closed::Dropped).into())
    }
}

/// Whether another way may work where this one did not.
const fn lies_in_the_way(refusal: &Refusal) -> bool {
    match refusal {
        Refusal::RateLimited(_)
        | Refusal::PlanTooSmall
        | Refusal::IspBlocked
        | Refusal::TooManyConnections
        | Refusal::OptionsRefused
        | Refusal::ServiceDegraded(_)
        | Refusal::HostNotAllowed
        | Refusal::Unexpected(_)
        | Refusal::Network(_) => true,
        Refusal::BadKey
        | Refusal::Blocked
        | Refusal::Captcha
        | Refusal::AgeRestricted
        | Refusal::LoginNeeded
        | Refusal::Offline
        | Refusal::NotFound
        | Refusal::Contradiction => false,
    }
}

fn tls(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> SetupError {
    SetupError::Tls(error.into())
}
