//! How somebody at another machine reaches pages of this one: through a tunnel, or because the pages are opened to the network
//! by an explicit act.

use std::net::SocketAddr;
use std::path::Path;

use crate::app::{machine, owner};

/// What engines of containers put into each of them.
const SIGNS_OF_CONTAINERS: [&str; 2] = ["/.dockerenv", "/run/.containerenv"];

/// The ways, each as a sentence.
pub(super) fn ways(address: SocketAddr) -> Vec<String> {
    let is_container = SIGNS_OF_CONTAINERS.iter().any(|path| Path::new(path).exists());
    let host = machine::host_name().unwrap_or_else(|| "this-machine".to_owned());
    let user = owner::name().unwrap_or_else(|| "you".to_owned());
    said(address, is_container, &user, &host)
}

fn said(address: SocketAddr, is_container: bool, user: &str, host: &str) -> Vec<String> {
    let port = address.port();
    let is_open = !address.ip().is_loopback();
    // A container is called by its number, unless somebody gave it a name.
    let in_terminal = format!("Or without a port, in the terminal: docker exec -it {host} greenroom setup");
    if is_container && is_open {
        return vec![
            format!(
                "In a container: publish the port for your own machine, as 127.0.0.1:{port}:{port}, and open the address there."
            ),
            in_terminal,
        ];
    }
    if is_container {
        return vec![
            format!(
                "In a container nobody outside reaches 127.0.0.1: set API_BIND=0.0.0.0, publish the port as \
                 127.0.0.1:{port}:{port}, and start again. The code guards the pages."
            ),
            in_terminal,
        ];
    }
    if is_open {
        return vec![format!(
            "Others in the network reach it as http://{host}:{port}. The code guards the pages, but the way is not encrypted."
        )];
    }
    vec![
        format!("From another machine: ssh -L {port}:127.0.0.1:{port} {user}@{host} – and open the address there."),
        "Or set API_BIND=0.0.0.0 and start again: that opens it to your network. The code guards the pages, but the way is not \
         encrypted."
            .to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_fits_where_the_pages_are_served() {
        let said =
            |address: &str, is_container| said(address.parse().unwrap(), is_container, "pi", "raspberrypi").join("\n");
        insta::assert_snapshot!(said("127.0.0.1:3001", false), @r"
        From another machine: ssh -L 3001:127.0.0.1:3001 pi@raspberrypi – and open the address there.
        Or set API_BIND=0.0.0.0 and start again: that opens it to your network. The code guards the pages, but the way is not encrypted.
        ");
        insta::assert_snapshot!(said("0.0.0.0:3000", false), @"Others in the network reach it as http://raspberrypi:3000. The code guards the pages, but the way is not encrypted.");
        insta::assert_snapshot!(said("127.0.0.1:3000", true), @r"
        In a container nobody outside reaches 127.0.0.1: set API_BIND=0.0.0.0, publish the port as 127.0.0.1:3000:3000, and start again. The code guards the pages.
        Or without a port, in the terminal: docker exec -it raspberrypi greenroom setup
        ");
        insta::assert_snapshot!(said("0.0.0.0:3000", true), @r"
        In a container: publish the port for your own machine, as 127.0.0.1:3000:3000, and open the address there.
        Or without a port, in the terminal: docker exec -it raspberrypi greenroom setup
        ");
    }
}
