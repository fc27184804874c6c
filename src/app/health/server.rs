//! The small web server of health and figures.
//!
//! A few connections are served at the same time, each for one request and not for long ([`BOUNDS`]). Where all places are
//! taken, whoever asks nothing makes room. Nothing that a client sends is read but the head of its request.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use tokio::net::{TcpListener, lookup_host};
use tokio::time::timeout;

use super::figures::Figures;
use super::vitals::Vitals;
use crate::app::config::health::Listen;
use crate::web::server::{Bounds, serve};

/// What it bears.
const BOUNDS: Bounds =
    Bounds { at_once: 16, patience: Some(Duration::from_secs(10)), keeps_alive: false, largest_head: 16 * 1024 };
/// How long finding the address of a name may take.
const NAMES: Duration = Duration::from_secs(5);
/// The form of the figures.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What may be seen at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Health and figures.
    All,
    /// Health alone: other machines can ask.
    HealthOnly,
}

impl Access {
    /// Figures are for this machine, unless the operator wants them seen everywhere.
    pub(super) const fn new(address: SocketAddr, metrics_everywhere: bool) -> Self {
        if metrics_everywhere || address.ip().is_loopback() { Self::All } else { Self::HealthOnly }
    }
}

/// The address where to listen; `None` where a name is not one of this machine, which is told.
pub(super) async fn address_of(listen: &Listen) -> Option<SocketAddr> {
    let (host, port) = match listen {
        Listen::Address(address) => return Some(*address),
        Listen::Name { host, port } => (host.as_str(), *port),
    };
    let problem = match timeout(NAMES, lookup_host((host, port))).await {
        Ok(Ok(found)) => match nearest_of(found.collect()) {
            Some(address) => return Some(address),
            None => "it is the name of another machine".to_owned(),
        },
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("nobody said within {} seconds which machine that is", NAMES.as_secs()),
    };
    tracing::warn!(
        %listen, problem,
        "health and figures cannot be served there; the bot goes on. Set HEALTH_LISTEN to an address of this machine, or to off"
    );
    None
}

/// The address of this machine among those that a name has: of the older kind where there is one, because that is what most
/// who ask will try.
fn nearest_of(found: Vec<SocketAddr>) -> Option<SocketAddr> {
    // Only an address of its own can be taken by a machine.
    let mut own = found.into_iter().filter(|address| UdpSocket::bind((address.ip(), 0)).is_ok());
    let first = own.next()?;
    if first.is_ipv4() { Some(first) } else { own.find(SocketAddr::is_ipv4).or(Some(first)) }
}

/// Serves the health and the figures of a bot at an address; nothing where it cannot be had, which is told.
pub(super) async fn listen(
    address: SocketAddr,
    access: Access,
    vitals: Vitals,
    figures: Arc<Figures>,
) -> Option<impl Future<Output = ()> + Send + 'static> {
    let (address, listener) = have(address).await?;
    tracing::info!(%address, figures = access == Access::All, "health is served");
    Some(serve(listener, BOUNDS, routes(access, vitals, figures), std::future::pending()))
}

/// The same while there is no bot, with what the process does meanwhile.
pub(super) async fn listen_without_bot(
    address: SocketAddr,
    doing: &'static str,
) -> Option<impl Future<Output = ()> + Send + 'static> {
    let (address, listener) = have(address).await?;
    tracing::info!(%address, doing, "health is served");
    Some(serve(listener, BOUNDS, routes_without_bot(doing), std::future::pending()))
}

/// Has an address; `None` where that cannot be, which is told.
async fn have(address: SocketAddr) -> Option<(SocketAddr, TcpListener)> {
    let listener = match TcpListener::bind(address).await {
        Ok(listener) => listener,
        Err(error) => {
            tracing::warn!(
                %address, %error,
                "health and figures cannot be served there; the bot goes on. Set HEALTH_LISTEN to another address, or to off"
            );
            return None;
        }
    };
    let address = listener.local_addr().unwrap_or(address);
    Some((address, listener))
}

/// What is answered while there is no bot: the process does what it should, so whoever watches it leaves it alone.
fn routes_without_bot(doing: &'static str) -> Router {
    let front = move || async move { format!("Greenroom is {doing}.\n") };
    let ready = move || async move {
        ([(CACHE_CONTROL, "no-store")], Json(json!({ "ready": true, "reasons": [], "doing": doing })))
    };
    Router::new().route("/", get(front)).route("/livez", get(live)).route("/readyz", get(ready))
}

fn routes(access: Access, vitals: Vitals, figures: Arc<Figures>) -> Router {
    let health = Router::new().route("/", get(front)).route("/livez", get(live)).route("/readyz", get(ready));
    let all = match access {
        Access::All => health.route("/metrics", get(metrics)),
        Access::HealthOnly => health,
    };
    all.with_state((vitals, figures))
}

type Shown = State<(Vitals, Arc<Figures>)>;

/// For hosts that look whether anybody is there, and people who do.
async fn front() -> &'static str {
    "Greenroom is running. /readyz tells how it is.\n"
}

async fn live() -> Json<serde_json::Value> {
    Json(json!({ "live": true }))
}

async fn ready(State((vitals, _)): Shown) -> Response {
    let reasons = vitals.reasons().await;
    let status = if reasons.is_empty() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = json!({ "ready": reasons.is_empty(), "reasons": reasons });
    (status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

async fn metrics(State((vitals, figures)): Shown) -> Response {
    match figures.text(&vitals).await {
        Ok(text) => ([(CONTENT_TYPE, OPEN_METRICS), (CACHE_CONTROL, "no-store")], text).into_response(),
        Err(error) => {
            tracing::warn!(%error, "the figures cannot be read");
            (StatusCode::SERVICE_UNAVAILABLE, "The figures cannot be read at the moment; the log says why.\n")
                .into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_of_this_machine_is_its_address_and_another_one_is_told() {
        let named = |host: &str| Listen::Name { host: host.to_owned(), port: 8790 };
        let found = address_of(&named("localhost")).await.unwrap();
        assert!(found.ip().is_loopback() && found.port() == 8790, "{found}");
        let written = "127.0.0.1:1".parse().unwrap();
        assert_eq!(address_of(&Listen::Address(written)).await, Some(written));
        let (own, newer): (SocketAddr, SocketAddr) = ("127.0.0.1:5".parse().unwrap(), "[::1]:5".parse().unwrap());
        // Kept for examples in texts; no machine has it.
        let elsewhere: SocketAddr = "192.0.2.1:5".parse().unwrap();
        assert_eq!(nearest_of(vec![elsewhere, newer, own]), Some(own));
        assert_eq!(nearest_of(vec![elsewhere]), None);
        assert_eq!(nearest_of(Vec::new()), None);
    }

    #[test]
    fn figures_are_for_this_machine_unless_told_otherwise() {
        let access = |address: &str, everywhere| Access::new(address.parse().unwrap(), everywhere);
        assert_eq!(access("127.0.0.1:1", false), Access::All);
        assert_eq!(access("[::1]:1", false), Access::All);
        assert_eq!(access("0.0.0.0:1", false), Access::HealthOnly);
        assert_eq!(access("192.168.0.2:1", false), Access::HealthOnly);
        assert_eq!(access("0.0.0.0:1", true), Access::All);
    }
}
