//! The rules against real connections on this machine, and the causes that are read from what goes wrong there.

use std::error::Error;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::reach::Resolver;
use super::{Client, Reach, RequestError, Response};
use crate::kernel::cause::Cause;
use crate::kernel::error::Failure;
use crate::kernel::patience::LONG;

/// A server that does the same with everybody who connects.
struct Server {
    address: String,
    visits: Arc<AtomicUsize>,
}

impl Server {
    fn new(serve: impl Fn(TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let visits = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&visits);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                counted.fetch_add(1, Ordering::SeqCst);
                serve(stream.unwrap());
            }
        });
        Self { address, visits }
    }

    /// Reads something, says something and hangs up.
    fn says(words: &'static [u8]) -> Self {
        Self::new(move |mut stream| {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(words);
        })
    }

    /// Reads something, says something and does not go on until the client has gone.
    fn stops_after(words: &'static [u8]) -> Self {
        Self::new(move |mut stream| {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(words);
            while stream.read(&mut [0; 4096]).is_ok_and(|read| read > 0) {}
        })
    }

    /// Shows a certificate of the folder `tests/certificates`.
    fn shows(certificate: &'static [u8]) -> Self {
        use tokio_rustls::rustls::{ServerConfig, ServerConnection, crypto::ring};
        let key = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates/key.der")).to_vec();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.into()], key.try_into().unwrap())
            .unwrap();
        let config = Arc::new(config);
        Self::new(move |mut stream| {
            let mut tls = ServerConnection::new(Arc::clone(&config)).unwrap();
            // The client hangs up when it has seen the certificate.
            while tls.complete_io(&mut stream).is_ok() {}
        })
    }

    fn http(&self) -> String {
        format!("http://{}/", self.address)
    }

    fn https(&self) -> String {
        format!("https://{}/", self.address)
    }
}

async fn get(url: &str) -> Result<Response, RequestError> {
    Client::new(Reach::ThisMachine, LONG).unwrap().get(url).send().await
}

/// What comes of a request to an address.
async fn cause_of(url: &str) -> Cause {
    get(url).await.unwrap_err().cause()
}

#[tokio::test]
async fn a_body_is_read_as_far_as_the_limit_and_one_without_end_is_left() {
    let ten = Server::says(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789");
    assert_eq!(get(&ten.http()).await.unwrap().body(10).await.unwrap().as_deref(), Some(&b"0123456789"[..]));
    assert_eq!(get(&ten.http()).await.unwrap().body(9).await.unwrap(), None);
    let mut seen = Vec::new();
    let is_whole = get(&ten.http()).await.unwrap().pass_on(4, |part| seen.extend_from_slice(part)).await.unwrap();
    assert_eq!((is_whole, &seen[..]), (false, &b"0123"[..]));
    let endless = Server::new(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
    });
    assert_eq!(get(&endless.http()).await.unwrap().body(100_000).await.unwrap(), None);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_no_success() {
    let server = Server::says(b"HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n");
    let answer = get(&server.http()).await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["location"]), (302, &"/elsewhere".parse().unwrap()));
    let error = answer.expect_success().unwrap_err();
    assert_eq!((error.to_string().as_str(), error.may_pass()), ("HTTP status 302 Found", false));
    assert_eq!(server.visits.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_busy_or_broken_server_may_be_asked_again_and_a_missing_thing_may_not() {
    for (words, may_pass) in [
        (&b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"[..], true),
        (&b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 0\r\n\r\n"[..], true),
        (&b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"[..], false),
    ] {
        let error = get(&Server::says(words).http()).await.unwrap().expect_success().unwrap_err();
        assert_eq!(error.may_pass(), may_pass, "{error}");
        assert!(!error.to_string().contains("127.0.0.1"), "{error}");
    }
}

#[tokio::test]
async fn an_answer_has_its_time_as_a_whole() {
    let soon = Client::new(Reach::ThisMachine, Duration::from_millis(200)).unwrap();
    let silent = Server::stops_after(b"");
    let error = soon.get(silent.http()).send().await.unwrap_err();
    assert!(error.is_timeout() && error.may_pass(), "{error:?}");
    let patient = Client::new(Reach::ThisMachine, LONG).unwrap();
    let halting = Server::stops_after(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
    let request = patient.get(halting.http()).with(|request| request.timeout(Duration::from_millis(500)));
    // A machine that is busy may not even see the headers in time.
    let error = match request.send().await {
        Ok(answer) => answer.body(10).await.unwrap_err(),
        Err(error) => error,
    };
    assert!(error.is_timeout(), "{error:?}");
}

#[tokio::test]
async fn nothing_is_asked_that_is_out_of_reach() {
    let server = Server::says(b"");
    let public = Client::new(Reach::Public, LONG).unwrap();
    let error = public.get(server.https()).send().await.unwrap_err();
    assert_eq!((error.cause(), error.may_pass()), (Cause::OutOfReach, false));
    public.get("http://discord.com/").send().await.expect_err("nothing public is asked without encryption");
    assert_eq!(cause_of("http://192.168.0.1/").await, Cause::OutOfReach);
    assert_eq!(server.visits.load(Ordering::SeqCst), 0);
    let resolver = Arc::new(Resolver::new(Reach::Public));
    let by_name = reqwest::Client::builder().no_proxy().dns_resolver(resolver).build().unwrap();
    let error = RequestError::from(by_name.get("http://localhost:9/").send().await.unwrap_err());
    assert!(error.cause() == Cause::OutOfReach && error.is_connect(), "{error:?}");
}

#[tokio::test]
async fn an_error_tells_what_broke_and_why_and_never_the_address() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = get(&format!("http://{free}/secret?secret")).await.unwrap_err();
    assert_eq!(error.to_string(), "error sending request");
    assert!(error.source().unwrap().to_string().ends_with(" (it refuses the connection)"), "{error:?}");
    let failure = Failure::new(error).during("fetch a song").to_string();
    assert!(failure.starts_with("fetch a song: error sending request: client error (Connect): "), "{failure}");
    assert!(failure.ends_with(" (it refuses the connection)") && !failure.contains("secret"), "{failure}");
}

#[tokio::test]
async fn what_happened_on_a_real_connection_is_named() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(
        cause_of(&format!("http://{free}/proxy/dns error")).await,
        Cause::Refused,
        "words of an address count nothing"
    );
    assert_eq!(cause_of("https://greenroom-test.invalid/").await, Cause::Name);
}

#[tokio::test]
async fn a_server_that_speaks_something_else_is_named() {
    let garbage = b"220 mail.example ESMTP ready\r\n\r\n";
    assert_eq!(cause_of(&Server::says(garbage).https()).await, Cause::NoTls);
    assert_eq!(cause_of(&Server::says(garbage).http()).await, Cause::Unreadable);
    assert!(matches!(cause_of(&Server::says(b"").https()).await, Cause::Broken | Cause::Tls));
    assert_eq!(cause_of(&Server::says(b"").http()).await, Cause::Broken);
}

#[tokio::test]
async fn a_certificate_is_named_with_what_is_wrong_with_it() {
    for (certificate, cause) in [
        (
            &include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates/not-yet-valid.der"))[..],
            Cause::NotValidYet,
        ),
        (&include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates/expired.der"))[..], Cause::Expired),
        (
            &include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/certificates/untrusted.der"))[..],
            Cause::Untrusted,
        ),
    ] {
        assert_eq!(cause_of(&Server::shows(certificate).https()).await, cause);
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named() {
    let proxy = Server::says(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    let client = reqwest::Client::builder().proxy(reqwest::Proxy::all(proxy.http()).unwrap()).build().unwrap();
    assert_eq!(Cause::of(&client.get("https://discord.com/").send().await.unwrap_err()), Cause::Proxy);
}
