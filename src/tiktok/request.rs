//! One HTTP request to TikTok or the sign service: bounded in time and size, and never led elsewhere.
//!
//! A redirect is an answer like any other, and [`Requester::page`] alone goes where it points to, and only on the same
//! scheme, host and port. So nothing of ours, least of all a key, reaches a host that we did not choose.
//!
//! Invariant: no error of the HTTP client leaves this file, because such errors hold the address.

use std::time::Duration;

use reqwest::header::{HeaderMap, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use url::Url;

use super::refusal::Trouble;
use crate::kernel::cause::Cause;
use crate::kernel::time::Clock;

/// Longest wait for one whole answer.
pub(super) const TIME_OUT: Duration = Duration::from_secs(10);
/// Most redirects on the way to one page.
const MOST_REDIRECTS: usize = 3;
/// Idle connections kept for each host, and for how long.
const IDLE_CONNECTIONS: usize = 2;
const IDLE_TIME: Duration = Duration::from_secs(90);

/// What requests are made with.
#[derive(Clone, Debug)]
pub(super) struct Requester {
    http: Client,
    clock: Clock,
}

/// What a server answered.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Requester {
    /// Builds the HTTP client. On this machine no proxy is asked. Fails only where TLS cannot be set up.
    pub(super) fn new(clock: Clock, is_simulated: bool) -> Result<Self, reqwest::Error> {
        let builder = Client::builder()
            .use_rustls_tls()
            .redirect(Policy::none())
            .pool_max_idle_per_host(IDLE_CONNECTIONS)
            .pool_idle_timeout(IDLE_TIME);
        let builder = if is_simulated { builder.no_proxy() } else { builder };
        Ok(Self { http: builder.build()?, clock })
    }

    /// Gets `url`, reading at most `most_bytes` of its body.
    pub(super) async fn get(&self, url: Url, headers: HeaderMap, most_bytes: usize) -> Result<Answer, Trouble> {
        self.in_time(async { read(self.send(url, headers).await?, most_bytes).await }).await
    }

    /// Gets a page, also where it has moved to another path of its server.
    pub(super) async fn page(&self, url: Url, headers: HeaderMap, most_bytes: usize) -> Result<Answer, Trouble> {
        let arrive = async {
            let mut url = url;
            let mut response = self.send(url.clone(), headers.clone()).await?;
            for _ in 0..MOST_REDIRECTS {
                let Some(next) = next_at_home(&url, &response) else { break };
                url = next;
                response = self.send(url.clone(), headers.clone()).await?;
            }
            read(response, most_bytes).await
        };
        self.in_time(arrive).await
    }

    /// Gets the headers of `url` and leaves its body alone.
    pub(super) async fn headers_of(&self, url: Url, headers: HeaderMap) -> Result<HeaderMap, Trouble> {
        self.in_time(async { Ok(self.send(url, headers).await?.headers().clone()) }).await
    }

    async fn send(&self, url: Url, headers: HeaderMap) -> Result<Response, Trouble> {
        self.http.get(url).headers(headers).send().await.map_err(|error| trouble(&error))
    }

    async fn in_time<T>(&self, work: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
        tokio::select! {
            biased;
            done = work => done,
            () = self.clock.sleep(TIME_OUT) => Err(Trouble::TimedOut),
        }
    }
}

async fn read(mut response: Response, most_bytes: usize) -> Result<Answer, Trouble> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| trouble(&error))? {
        if body.len() + chunk.len() > most_bytes {
            return Err(Trouble::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status, headers, body })
}

/// Where a redirect points to, unless that is another server.
fn next_at_home(url: &Url, response: &Response) -> Option<Url> {
    let location = response.headers().get(LOCATION).filter(|_| response.status().is_redirection())?;
    let next = url.join(location.to_str().ok()?).ok()?;
    (next.origin() == url.origin()).then_some(next)
}

/// The kind of an error.
fn trouble(error: &reqwest::Error) -> Trouble {
    match Cause::of(error) {
        _ if error.is_timeout() => Trouble::TimedOut,
        _ if !error.is_connect() => Trouble::Broken,
        cause if cause.is_about_tls() => Trouble::Tls(cause),
        cause => Trouble::Unreachable(cause),
    }
}
