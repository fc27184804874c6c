//! The client against small servers on this machine, which answer as each test orders.

mod bytes;
mod events;
mod looking_up;
mod managed;
mod refusals;
mod secrecy;
mod server;
mod signing;

use std::time::Duration;

use super::client::connection::Connection;
use super::endpoints::{Base, Endpoints};
use super::refusal::Refusal;
use super::wire::RoomId;
use super::{Client, ClientSettings, Transport, Way};
use crate::kernel::dice::Seed;
use crate::kernel::secret::Secret;
use crate::kernel::time::{Clock, ClockHand, Timestamp};
use crate::live::Handle;
use server::{Asked, Reply, Server};

const ROOM: RoomId = RoomId::new(7_300_000_000_000_000_001);
/// 2026-11-18, so that moments in headers are after it.
const START: Timestamp = Timestamp::from_millis(1_795_000_000_000);

/// A client, the server that is everything to it, and the hand of its clock.
struct Scene {
    server: Server,
    client: Client,
    clock: ClockHand,
}

impl Scene {
    /// A client that connects by `transport`, without a key.
    async fn new(transport: Transport, answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        Self::with_key(transport, None, answer).await
    }

    async fn with_key(
        transport: Transport,
        key: Option<&str>,
        answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let server = Server::start(answer).await;
        let (clock, hand) = Clock::simulated(START);
        let web = |path: &str| Base::web(&format!("http://{}{path}", server.address)).unwrap();
        let endpoints = Endpoints {
            web: web(""),
            webcast: web("/webcast"),
            sign: web("/sign"),
            managed: Base::socket(&format!("ws://{}/managed", server.address)).unwrap(),
        };
        let api_key = key.map(Secret::new);
        let settings = ClientSettings { endpoints, transport, api_key, seed: Some(Seed::fixed(7)) };
        Self { server, client: Client::new(settings, clock).unwrap(), clock: hand }
    }

    /// Connects, moving the clock over the pause between two connections.
    async fn connect(&self) -> Result<Connection, Refusal> {
        self.clock.advance(Duration::from_secs(5));
        self.client.connect(&ann(), ROOM).await
    }

    /// Connects, the clock moving a little whenever nothing else happens.
    async fn connect_while_time_passes(&self) -> Result<Connection, Refusal> {
        let name = ann();
        tokio::select! {
            connected = self.client.connect(&name, ROOM) => connected,
            () = self.time_passes() => unreachable!("it never ends"),
        }
    }

    /// Moves the clock a little whenever nothing else happens, for ever.
    async fn time_passes(&self) {
        loop {
            settled(200).await;
            self.clock.advance(Duration::from_millis(50));
        }
    }

    /// Starts to connect, and goes on when the server was asked `times`.
    async fn begin(&self, times: usize) -> tokio::task::JoinHandle<Result<Connection, Refusal>> {
        self.clock.advance(Duration::from_secs(5));
        let client = self.client.clone();
        let connecting = tokio::spawn(async move { client.connect(&ann(), ROOM).await });
        self.server.was_asked(times).await;
        connecting
    }
}

/// Waits until nothing more happens: many turns of the runtime, on which both sides run, and none of the clock.
async fn settled(turns: usize) {
    for _ in 0..turns {
        tokio::task::yield_now().await;
    }
}

fn ann() -> Handle {
    Handle::parse("bass.ann").unwrap()
}

const EULER: Transport = Transport::Only(Way::Euler);
const DIRECT: Transport = Transport::Only(Way::Direct);
const MANAGED: Transport = Transport::Only(Way::Managed);
