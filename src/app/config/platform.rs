//! What a platform sets in the environment for purposes of its own, under names that begin like ours.
//!
//! Kubernetes tells every pod where the Services beside it are, by variables with the name of the Service in front; Docker does
//! so for links. Beside a Service called `greenroom` they begin with `GREENROOM_`. A name alone may be a slip of somebody, so the
//! value has to have the form as well.

use std::net::IpAddr;

/// What such an address begins with.
const PROTOCOLS: [&str; 3] = ["tcp", "udp", "sctp"];

/// Whether a variable tells where a service is. The name of a service may itself end in `_SERVICE` or hold a `_PORT`.
pub(super) fn tells_of_a_service(name: &str, value: &str) -> bool {
    let value = value.trim();
    (name.ends_with("_SERVICE_HOST") && is_host(value))
        || (is_of_a_service_port(name) && is_port(value))
        || (name.ends_with("_PORT") && is_address(value))
        || is_of_a_numbered_port(name, value)
}

/// `…_SERVICE_PORT`, or with the name of the port behind.
fn is_of_a_service_port(name: &str) -> bool {
    let port = name.split_once("_SERVICE_PORT").map(|(_, port)| port);
    port.is_some_and(|port| port.is_empty() || port.starts_with('_'))
}

/// `…_PORT_8790_TCP`, or with what is told of it behind.
fn is_of_a_numbered_port(name: &str, value: &str) -> bool {
    let Some((_, rest)) = name.rsplit_once("_PORT_") else { return false };
    let mut parts = rest.split('_');
    let is_numbered = parts.next().is_some_and(is_port) && parts.next().is_some_and(is_protocol);
    is_numbered
        && match (parts.next(), parts.next()) {
            (None, _) => is_address(value),
            (Some("PROTO"), None) => is_protocol(value),
            (Some("PORT"), None) => is_port(value),
            (Some("ADDR"), None) => is_host(value),
            _ => false,
        }
}

fn is_host(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

fn is_port(text: &str) -> bool {
    text.parse::<u16>().is_ok()
}

fn is_protocol(text: &str) -> bool {
    PROTOCOLS.iter().any(|protocol| protocol.eq_ignore_ascii_case(text))
}

/// `tcp://10.0.0.1:8790`.
pub(super) fn is_address(text: &str) -> bool {
    let place = text.split_once("://").filter(|(protocol, _)| is_protocol(protocol)).map(|(_, place)| place);
    let Some((host, port)) = place.and_then(|place| place.rsplit_once(':')) else { return false };
    is_host(host.trim_start_matches('[').trim_end_matches(']')) && is_port(port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tells_of_a_service_is_told_from_slips_by_name_and_value() {
        for (name, value) in [
            ("GREENROOM_SERVICE_HOST", "10.43.0.17"),
            ("GREENROOM_SERVICE_HOST", "fd00:10:96::a"),
            ("GREENROOM_SERVICE_PORT", "8790"),
            ("GREENROOM_SERVICE_PORT_HEALTH", "8790"),
            ("GREENROOM_PORT", "tcp://10.43.0.17:8790"),
            ("GREENROOM_PORT", "udp://[fd00:10:96::a]:53"),
            ("GREENROOM_PORT_8790_TCP", "tcp://10.43.0.17:8790"),
            ("GREENROOM_PORT_8790_TCP_PROTO", "tcp"),
            ("GREENROOM_PORT_8790_TCP_PORT", "8790"),
            ("GREENROOM_PORT_8790_TCP_ADDR", "10.43.0.17"),
            ("GREENROOM_HEALTH_SERVICE_HOST", "10.43.0.18"),
            ("GREENROOM_SERVICE_SERVICE_HOST", "10.43.0.19"),
            ("GREENROOM_SERVICE_PORT", "tcp://10.43.0.19:80"),
            ("GREENROOM_SERVICE_PORT_80_TCP", "tcp://10.43.0.19:80"),
            ("GREENROOM_HEALTH_PORT_80_TCP_PORT", "80"),
        ] {
            assert!(tells_of_a_service(name, value), "{name}={value}");
        }
        for (name, value) in [
            ("GREENROOM_PORT", "3000"),
            ("GREENROOM_PORT", "tcp://10.43.0.17"),
            ("GREENROOM_PORT", "http://10.43.0.17:8790"),
            ("GREENROOM_SERVICE_HOST", "greenroom.example.com"),
            ("GREENROOM_SERVICE_PORT", "on"),
            ("GREENROOM_SERVICE_PORTS", "8790"),
            ("GREENROOM_PORT_HTTP", "tcp://10.43.0.17:8790"),
            ("GREENROOM_PORT_8790_TCP_NAME", "8790"),
            ("GREENROOM_PORT_8790_TCP", "yes"),
            ("GREENROOM_DATA_DIR", "/data"),
            ("GREENROOM_TOKEN", "10.43.0.17"),
            ("GREENROOM_PORT", ""),
        ] {
            assert!(!tells_of_a_service(name, value), "{name}={value}");
        }
    }
}
