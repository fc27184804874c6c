//! What keeps the bot from Discord is named by the doctor and in the log: real connections to servers that are wrong in
//! different ways.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use serde_json::Value;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, crypto::ring};

use crate::process::{Running, greenroom, output};

/// A server on this machine that does the same with every connection.
fn serves(with: impl Fn(std::net::TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || listener.incoming().map_while(Result::ok).for_each(with));
    address
}

/// One that shows a certificate of the folder `tests/certificates`.
fn shows(certificate: &str) -> SocketAddr {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificates");
    let read = |name: &str| std::fs::read(folder.join(name)).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![read(certificate).into()], read("key.der").try_into().unwrap())
        .unwrap();
    let config = Arc::new(config);
    serves(move |mut stream| {
        let mut tls = ServerConnection::new(Arc::clone(&config)).unwrap();
        // The client hangs up when it has seen the certificate.
        while tls.complete_io(&mut stream).is_ok_and(|(read, written)| read + written > 0) {}
    })
}

/// What the doctor says of Discord at an address: the finding with its sentence and its way out.
fn told(address: &str) -> (String, String, String) {
    let folder = tempfile::tempdir().unwrap();
    // TikTok is not asked for, so nothing of it leaves this machine.
    let nowhere = "http://127.0.0.1:9";
    let variables = [
        ("DISCORD_API_URL", address),
        ("TIKTOK_WEB_URL", nowhere),
        ("TIKTOK_WEBCAST_URL", nowhere),
        ("TIKTOK_SIGN_URL", nowhere),
    ];
    let done = output(folder.path(), &["doctor", "--json"], &variables);
    assert_eq!(done.code, Some(4), "{done:?}");
    let findings: Value = serde_json::from_str(&done.out).unwrap();
    let findings = findings["findings"].as_array().unwrap();
    let of_discord = |finding: &&Value| {
        finding["level"] == "error" && ["discord.reachable", "clock"].iter().any(|id| finding["id"] == *id)
    };
    let found = findings.iter().find(of_discord).unwrap_or_else(|| panic!("{findings:#?}"));
    let text = |key: &str| found[key].as_str().unwrap().to_owned();
    (text("id"), text("sentence"), text("fix"))
}

#[test]
fn the_doctor_names_what_is_in_the_way() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (id, sentence, fix) = told(&format!("http://{free}"));
    assert_eq!(
        (id.as_str(), sentence.as_str()),
        ("discord.reachable", "Discord cannot be reached: it refuses the connection.")
    );
    assert!(fix.contains("firewall"), "{fix}");
    let mail = serves(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"220 mail.example ESMTP ready\r\n");
    });
    assert!(told(&format!("https://{mail}")).1.contains("speaks no TLS"));
    for (certificate, words) in [("not-yet-valid.der", "is not valid yet"), ("expired.der", "has expired")] {
        let (id, sentence, fix) = told(&format!("https://{}", shows(certificate)));
        assert!(id == "clock" && sentence.contains(words) && sentence.contains("It shows 20"), "{id}: {sentence}");
        assert!(fix.contains("timedatectl set-ntp true"), "{fix}");
    }
    let (id, sentence, _) = told(&format!("https://{}", shows("untrusted.der")));
    assert!(id == "discord.reachable" && sentence.contains("nobody that is trusted vouches"), "{id}: {sentence}");
}

/// A Discord that tells where its gateway is, and hangs up on whoever wants to go on from there.
fn hangs_up() -> SocketAddr {
    let gateway = r#"{"url":"ws://127.0.0.1:9"}"#;
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length:";
    let answer = format!("{head} {}\r\n\r\n{gateway}", gateway.len());
    serves(move |mut stream| {
        let mut request = [0; 4096];
        let length = stream.read(&mut request).unwrap_or(0);
        if String::from_utf8_lossy(&request[..length]).contains("/gateway HTTP/") {
            let _ = stream.write_all(answer.as_bytes());
        }
    })
}

#[test]
fn the_log_of_a_running_bot_names_what_broke_its_connection_and_what_can_be_done() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = greenroom(folder.path(), &["run"]);
    command.env("DISCORD_API_URL", format!("http://{}", hangs_up()));
    let mut running = Running::start(command);
    let line = running.says("no connection to Discord; trying again");
    let reason = "Discord cannot be reached: the connection broke. Look at the network of this machine";
    assert!(line.contains("WARN") && line.contains(reason), "{line}");
    running.says("no connection to Discord; trying again");
    running.signal("TERM");
    assert!(running.ended().success());
}
