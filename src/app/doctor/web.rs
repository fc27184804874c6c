//! Looks at the web: can it have its port, does the address that people open lead there and is the way encrypted, and how
//! long does this machine take for a password.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use url::Url;

use super::finding::Finding;
use super::id::Id;
use crate::app::config::Config;
use crate::app::config::web::Web;
use crate::app::control::{self, Presence};
use crate::app::web::have;
use crate::http::is_loopback;
use crate::kernel::secret::Secret;
use crate::kernel::time::Stopwatch;
use crate::web::access::Passwords;

/// A sign-in that takes longer feels broken.
const SLOW_PASSWORD: Duration = Duration::from_secs(1);

const BEHIND_A_PROXY: &str =
    "Set API_BIND to 127.0.0.1, put a proxy with https in front, and set API_BASE_URL to its address.";

/// Looks at it. Of a web that is off nothing more is said.
pub(super) async fn examine(config: &Config) -> Vec<Finding> {
    let web = &config.web;
    let Some(ip) = web.bind else { return vec![Finding::note(Id::WebPort, "The web is off (API_BIND).")] };
    let is_running = control::presence(&config.storage.data_dir) == Presence::Listens;
    let had = have(ip, web).await.map(|place| place.port());
    let mut findings = vec![of_port(web, ip, had, is_running), of_address(web, ip)];
    if web.operator.may_sign_in {
        findings.push(password().await);
    }
    findings
}

/// What became of a try to have the port, while a bot of this data folder is running or is not.
fn of_port(web: &Web, ip: IpAddr, had: io::Result<u16>, is_running: bool) -> Finding {
    let (id, wanted) = (Id::WebPort, SocketAddr::new(ip, web.port));
    match had {
        Ok(port) if is_running && port == web.port => {
            Finding::note(id, format!("The bot is running and does not serve its web on {wanted}; its log says where."))
        }
        Ok(port) if port == web.port => Finding::ok(id, format!("The web can be served on {wanted}.")),
        _ if is_running => Finding::ok(id, format!("The bot is running, and {wanted} is in use.")),
        Ok(port) => Finding::note(id, format!("Another program has {wanted}, so the web will be on port {port}.")),
        Err(error) => {
            let fix = match error.kind() {
                io::ErrorKind::AddrInUse => "Set API_PORT to a port that is free, or stop the program that has it.",
                io::ErrorKind::PermissionDenied => "Set API_PORT to 1024 or more: those below are for root.",
                _ => {
                    "Set API_BIND to an address that this machine has, such as 127.0.0.1, or to 0.0.0.0 for all of them."
                }
            };
            Finding::warning(id, format!("The web cannot be served on {wanted}: {error}."), fix)
        }
    }
}

/// Whether the address that people open fits where the web listens.
fn of_address(web: &Web, ip: IpAddr) -> Finding {
    let id = Id::WebAddress;
    match &web.base_url {
        Some(url) if url.scheme() == "https" => of_encrypted(web, url),
        Some(url) if !is_loopback(url) => of_plain(web, ip, url),
        _ if !ip.is_loopback() => open(ip),
        _ => Finding::ok(id, "The web is for this machine alone."),
    }
}

/// What encrypts stands in front of us.
fn of_encrypted(web: &Web, url: &Url) -> Finding {
    let shown = url.as_str().trim_end_matches('/');
    if web.proxies.0.is_empty() {
        let sentence = format!(
            "People come by {shown}, and all seem to be the proxy in front, because TRUSTED_PROXIES does not name it."
        );
        let fix = "Set TRUSTED_PROXIES to its address, 127.0.0.1 for one on this machine: strangers share their limits otherwise.";
        return Finding::warning(Id::WebAddress, sentence, fix);
    }
    Finding::ok(Id::WebAddress, format!("People come by {shown}."))
}

/// The way of an address of others is not encrypted; perhaps it does not even lead here.
fn of_plain(web: &Web, ip: IpAddr, url: &Url) -> Finding {
    let (id, shown) = (Id::WebAddress, url.as_str().trim_end_matches('/'));
    let is_direct = web.proxies.0.is_empty();
    if is_direct && ip.is_loopback() {
        let sentence = format!("API_BASE_URL is {shown}, but the web listens for this machine alone.");
        let fix = "Set API_BIND to 0.0.0.0 for a network that you trust, or put a proxy in front and name it in TRUSTED_PROXIES.";
        return Finding::warning(id, sentence, fix);
    }
    if is_direct && url.port_or_known_default() != Some(web.port) {
        let sentence = format!("API_BASE_URL is {shown}, but the web listens on port {}.", web.port);
        return Finding::warning(id, sentence, "Write the port of API_PORT into API_BASE_URL.");
    }
    let sentence = format!("People come by {shown}, where whoever is on the way can read passwords.");
    Finding::warning(id, sentence, BEHIND_A_PROXY)
}

fn open(ip: IpAddr) -> Finding {
    let sentence = format!(
        "The web listens for the network ({ip}) without encryption, so whoever is on the way can read passwords."
    );
    Finding::warning(Id::WebAddress, sentence, BEHIND_A_PROXY)
}

/// Makes one hash, as each sign-in by a password does.
async fn password() -> Finding {
    let watch = Stopwatch::start();
    let hash = Passwords::default().hash(Secret::new("how long it takes here")).await;
    match hash {
        Ok(_) => of_password(watch.elapsed()),
        Err(error) => {
            let sentence = format!("A password cannot be checked on this machine: {error}.");
            Finding::warning(Id::WebPassword, sentence, "Give the machine, or the container, 32 MiB more of memory.")
        }
    }
}

fn of_password(taken: Duration) -> Finding {
    let sentence = format!("Checking a password takes {} ms.", taken.as_millis());
    if taken > SLOW_PASSWORD {
        Finding::note(Id::WebPassword, sentence)
    } else {
        Finding::ok(Id::WebPassword, sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::config::sources::{Origin, Sources};
    use crate::app::doctor::Level;

    fn web(pairs: &[(&str, &str)]) -> Web {
        let with = |sources: Sources, (name, value): &(&str, &str)| sources.with(Origin::Environment, name, *value);
        Config::load(&pairs.iter().fold(Sources::default(), with)).unwrap().web
    }

    #[test]
    fn a_port_that_cannot_be_had_is_told_unless_it_is_the_bots() {
        let usual = web(&[]);
        let failed = |kind: io::ErrorKind| Err(io::Error::from(kind));
        for (had, is_running, level, words) in [
            (Ok(3_000), false, Level::Ok, "can be served on 127.0.0.1:3000"),
            (Ok(3_002), false, Level::Note, "will be on port 3002"),
            (Ok(3_000), true, Level::Note, "does not serve its web on 127.0.0.1:3000"),
            (Ok(3_001), true, Level::Ok, "is in use"),
            (failed(io::ErrorKind::AddrInUse), true, Level::Ok, "is in use"),
            (failed(io::ErrorKind::AddrInUse), false, Level::Warning, "cannot be served on 127.0.0.1:3000"),
            (failed(io::ErrorKind::PermissionDenied), false, Level::Warning, "cannot be served"),
            (failed(io::ErrorKind::AddrNotAvailable), false, Level::Warning, "cannot be served"),
        ] {
            let found = of_port(&usual, usual.bind.unwrap(), had, is_running);
            assert!(found.level == level && found.sentence.contains(words), "{found}");
            assert_eq!(found.fix.is_some(), level == Level::Warning, "{found}");
        }
    }

    #[test]
    fn an_address_that_does_not_fit_and_a_way_that_is_not_encrypted_are_told() {
        let (base, open, proxy) = ("API_BASE_URL", ("API_BIND", "0.0.0.0"), ("TRUSTED_PROXIES", "127.0.0.1"));
        for (pairs, level, words) in [
            (vec![], Level::Ok, "for this machine alone"),
            (vec![(base, "http://localhost:3000")], Level::Ok, "for this machine alone"),
            (vec![open], Level::Warning, "listens for the network (0.0.0.0) without encryption"),
            (vec![open, (base, "http://127.0.0.1:3000")], Level::Warning, "listens for the network"),
            (vec![(base, "https://greenroom.example.com"), proxy], Level::Ok, "come by https://greenroom.example.com."),
            (vec![(base, "https://greenroom.example.com")], Level::Warning, "TRUSTED_PROXIES does not name it"),
            (vec![(base, "https://greenroom.example.com"), proxy, open], Level::Ok, "come by"),
            (vec![(base, "http://pi.lan:3000")], Level::Warning, "but the web listens for this machine alone"),
            (vec![(base, "http://pi.lan:3000"), open], Level::Warning, "can read passwords"),
            (vec![(base, "http://pi.lan"), open], Level::Warning, "but the web listens on port 3000"),
            (vec![(base, "http://pi.lan"), proxy], Level::Warning, "can read passwords"),
        ] {
            let web = web(&pairs);
            let found = of_address(&web, web.bind.unwrap());
            assert!(found.level == level && found.sentence.contains(words), "{pairs:?}: {found}");
            assert_eq!(found.fix.is_some(), level == Level::Warning, "{found}");
        }
    }

    #[tokio::test]
    async fn how_long_a_password_takes_is_measured() {
        let found = password().await;
        assert!(found.sentence.starts_with("Checking a password takes ") && found.fix.is_none(), "{found}");
        assert_eq!(
            of_password(Duration::from_millis(27)).to_string(),
            "ok       web.password: Checking a password takes 27 ms."
        );
        assert_eq!(of_password(Duration::from_millis(1_400)).level, Level::Note);
    }
}
