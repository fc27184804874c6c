//! The web of the running bot: its port, its names, its keys, and the password of its operator.
//!
//! The port is had before anything else is begun, so that one that is taken is told at once; what is served there waits for
//! the store. Without a port the bot goes on, and nothing but the web is missing.

mod names;
mod operator;
pub(in crate::app) mod secrets;

pub(in crate::app) use operator::set_password;

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use axum::Router;
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::config::{self, Config};
use super::health::backups::last_snapshot;
use super::machine;
use crate::discord::Bot;
use crate::web::Web;
use crate::web::instance::Operations;
use crate::web::server::{Bounds, serve};
use crate::web::settings::{Backups, Operators, Settings};

/// So many ports are tried where nobody chose one.
const PORTS: u16 = 10;
/// So many connections are held beside the streams.
const BESIDE_STREAMS: usize = 200;
/// The longest head of a request, in bytes. An access cookie alone may have four KiB.
const LARGEST_HEAD: usize = 32 * 1024;

/// Where this process serves the web, as people open it: an operation that is asked for over the control socket answers with
/// an address, and the command that asks may not know the settings of the bot.
static SERVED_AT: Mutex<Option<String>> = Mutex::new(None);

/// Where this process serves the web, without a slash at the end; `None` where it does not.
pub(super) fn served_at() -> Option<String> {
    SERVED_AT.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Says where this process serves the web from now on; `None` for nowhere any more.
pub(super) fn serves_at(address: Option<String>) {
    *SERVED_AT.lock().unwrap_or_else(PoisonError::into_inner) = address;
}

/// A port that was had, on which nothing is answered yet.
pub(super) struct Place {
    listener: TcpListener,
    address: SocketAddr,
}

/// The web while it is served.
pub(super) struct Serving {
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

/// Has the port; `None` where there is to be no web, or no port can be had, which is told.
pub(super) async fn bind(web: &config::web::Web) -> Option<Place> {
    let ip = web.bind?;
    match have(ip, web).await {
        Ok(place) => {
            if place.port() != web.port {
                let port = place.port();
                tracing::warn!(
                    taken = web.port,
                    port,
                    "the port of the web is taken, so the web has the next free one"
                );
            }
            Some(place)
        }
        Err(error) => {
            tracing::warn!(
                address = %SocketAddr::new(ip, web.port), %error,
                "the web cannot be served there; the bot goes on. Set API_BIND and API_PORT to an address and a port that are \
                 free, or API_BIND to off"
            );
            None
        }
    }
}

/// Has the port of an address, or the next free one where nobody chose it; the error is that of the last one.
pub(super) async fn have(ip: IpAddr, web: &config::web::Web) -> io::Result<Place> {
    let last = if web.is_port_chosen { web.port } else { web.port.saturating_add(PORTS - 1) };
    first_free(ip, web.port, last).await
}

/// Has the first port of an address that is free among these; the error is that of the last one.
pub(super) async fn first_free(ip: IpAddr, first: u16, last: u16) -> io::Result<Place> {
    let mut port = first;
    loop {
        match TcpListener::bind((ip, port)).await {
            Ok(listener) => {
                let address = listener.local_addr()?;
                return Ok(Place { listener, address });
            }
            // Any other trouble is that of all ports.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && port < last => port += 1,
            Err(error) => return Err(error),
        }
    }
}

impl Place {
    /// Which port it is.
    pub(super) const fn port(&self) -> u16 {
        self.address.port()
    }

    /// Where it is.
    pub(super) const fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Serves the web of a bot at a place, with what it may do to the process.
pub(super) async fn start(place: Place, config: &Config, bot: Bot, operations: Operations) -> Serving {
    machine::raise_open_files();
    let web = Web::new(bot, settings(&config.web, &config.storage.data_dir, place.address));
    web.instance.hand_in(operations);
    if let Err(error) = operator::keep(&web, &config.web.operator).await {
        tracing::error!(%error, "the password of ADMIN_PASSWORD cannot be stored");
    }
    let address = web.settings.link("");
    tracing::info!(%address, port = place.port(), "the web is served");
    serves_at(Some(address));
    serve_web(place, config.web.streams, web)
}

/// Serves the web of a bot at a place, of which so many answers may be streams.
pub(super) fn serve_web(place: Place, streams: usize, web: Web) -> Serving {
    let (stop, stopped) = oneshot::channel();
    let serving = web.serve(place.listener, bounds(streams), async move { drop(stopped.await) });
    Serving { stop, task: tokio::spawn(serving) }
}

/// Serves these routes at a place, where there is no bot yet.
pub(super) fn serve_routes(place: Place, routes: Router) -> Serving {
    let (stop, stopped) = oneshot::channel();
    let serving = serve(place.listener, bounds(0), routes, async move { drop(stopped.await) });
    Serving { stop, task: tokio::spawn(serving) }
}

fn bounds(streams: usize) -> Bounds {
    Bounds { at_once: streams + BESIDE_STREAMS, patience: None, keeps_alive: true, largest_head: LARGEST_HEAD }
}

impl Serving {
    /// Takes no more requests, and lets those that are being answered come to their end.
    pub(super) async fn stop(self) {
        // Nobody listens where it has ended already.
        let _ = self.stop.send(());
        let _ = self.task.await;
    }
}

/// What the web is told of the configuration, where it is served at this address.
pub(super) fn settings(web: &config::web::Web, data_dir: &Path, address: SocketAddr) -> Settings {
    let jwt_secret = web.jwt_secret.clone().unwrap_or_else(|| secrets::of(data_dir, secrets::JWT));
    let csrf_secret = web.csrf_secret.clone().unwrap_or_else(|| secrets::of(data_dir, secrets::CSRF));
    let folder = data_dir.to_owned();
    Settings {
        hosts: names::ours(web),
        proxies: web.proxies.clone(),
        has_local_admin: web.operator.may_sign_in,
        operators: if web.operator.may_sign_in {
            Operators::Named(web.operator.name.clone())
        } else {
            Operators::Nobody
        },
        jwt_key: jwt_secret.expose().as_bytes().to_vec(),
        csrf_key: Some(Sha256::digest(csrf_secret.expose()).into()),
        oauth: web.oauth.clone(),
        backups: Some(Backups::new(move || last_snapshot(&folder))),
        local_address: address_of(address.ip(), address.port()),
        streams: web.streams,
        base_url: web.base_url.clone(),
        standing_link: None,
    }
}

/// The address by which somebody at this machine opens what is served there: none of those that stand for all.
pub(super) fn address_of(ip: IpAddr, port: u16) -> String {
    let ip = match ip {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::config::sources::{Origin, Sources};

    fn config(pairs: &[(&str, &str)]) -> config::web::Web {
        let with = |sources: Sources, (name, value): &(&str, &str)| sources.with(Origin::Environment, name, *value);
        Config::load(&pairs.iter().fold(Sources::default(), with)).unwrap().web
    }

    /// A port that another program has, behind which there are ten more.
    fn taken() -> (std::net::TcpListener, u16) {
        loop {
            let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
            let port = listener.local_addr().unwrap().port();
            if port < u16::MAX - PORTS {
                return (listener, port);
            }
        }
    }

    #[tokio::test]
    async fn the_next_free_port_is_had_unless_somebody_chose_one() {
        let (_held, port) = taken();
        let web = config::web::Web { port, ..config(&[]) };
        let place = bind(&web).await.expect("one of ten is free");
        assert!((port + 1..port + PORTS).contains(&place.port()), "{}", place.address);
        assert!(bind(&config::web::Web { is_port_chosen: true, ..web }).await.is_none());
        assert!(bind(&config(&[("API_BIND", "off")])).await.is_none());
        // Kept for examples in texts; no machine has it.
        assert!(bind(&config(&[("API_BIND", "192.0.2.1")])).await.is_none());
    }

    #[test]
    fn what_is_configured_reaches_the_web() {
        let folder = tempfile::tempdir().unwrap();
        let key = "0123456789abcdef0123456789abcdef";
        let web = config(&[
            ("API_BASE_URL", "https://greenroom.example.com"),
            ("API_HOSTS", "pi.lan"),
            ("TRUSTED_PROXIES", "10.0.0.1"),
            ("LOCAL_ADMIN", "off"),
            ("JWT_SECRET", key),
            ("STREAM_LIMIT", "7"),
        ]);
        let settings = settings(&web, folder.path(), "0.0.0.0:3000".parse().unwrap());
        assert_eq!((settings.jwt_key.as_slice(), settings.streams), (key.as_bytes(), 7));
        assert!(settings.is_https() && !settings.has_local_admin && settings.proxies == web.proxies);
        assert_eq!(settings.operators, Operators::Nobody);
        assert_eq!(settings.link("/sign-in"), "https://greenroom.example.com/sign-in");
        assert_eq!(settings.local_address, "http://127.0.0.1:3000");
        assert!(settings.hosts.names.contains(&"pi.lan".to_owned()));
        let again = super::settings(&web, folder.path(), "[::]:1".parse().unwrap());
        assert_eq!((again.csrf_key, again.local_address.as_str()), (settings.csrf_key, "http://[::1]:1"));
        assert_eq!(folder.path().join("secrets").read_dir().unwrap().count(), 1, "what is set is not made");
        let named = super::settings(&config(&[("ADMIN_USERNAME", "boss")]), folder.path(), "[::]:1".parse().unwrap());
        assert_eq!(named.operators, Operators::Named("boss".to_owned()));
    }
}
