//! One HTTP request to TikTok or the sign service, in the time of the clock.
//!
//! [`Requester::page`] alone goes where a redirect points to, and only on the same scheme, host and port. So nothing of
//! ours, least of all a key, reaches a host that we did not choose.

use std::time::Duration;

use reqwest::header::{HeaderMap, LOCATION};
use url::Url;

use super::refusal::TransportError;
use crate::http::{Client, Reach, RequestError, Response};
use crate::kernel::time::Clock;

/// Longest wait for one whole answer.
pub(super) const TIME_OUT: Duration = Duration::from_secs(10);
/// Most redirects on the way to one page.
const MOST_REDIRECTS: usize = 3;

/// What requests are made with.
#[derive(Clone, Debug)]
pub(super) struct Requester {
    http: Client,
    clock: Clock,
}

/// What a server answered.
#[derive(Debug)]
pub(super) struct HttpResponse {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Requester {
    /// Builds the HTTP client. Fails only where TLS cannot be set up.
    pub(super) fn new(clock: Clock, reach: Reach) -> Result<Self, RequestError> {
        Ok(Self { http: Client::new(reach, TIME_OUT)?, clock })
    }

    /// Gets `url`, reading at most `most_bytes` of its body.
    pub(super) async fn get(
        &self,
        url: Url,
        headers: HeaderMap,
        most_bytes: u64,
    ) -> Result<HttpResponse, TransportError> {
        self.in_time(async { read(self.send(url, headers).await?, most_bytes).await }).await
    }

    /// Gets a page, also where it has moved to another path of its server.
    pub(super) async fn page(
        &self,
        url: Url,
        headers: HeaderMap,
        most_bytes: u64,
    ) -> Result<HttpResponse, TransportError> {
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
    pub(super) async fn headers_of(&self, url: Url, headers: HeaderMap) -> Result<HeaderMap, TransportError> {
        self.in_time(async { Ok(self.send(url, headers).await?.headers().clone()) }).await
    }

    async fn send(&self, url: Url, headers: HeaderMap) -> Result<Response, TransportError> {
        self.http.get(url).with(|request| request.headers(headers)).send().await.map_err(|error| trouble(&error))
    }

    async fn in_time<T>(&self, work: impl Future<Output = Result<T, TransportError>>) -> Result<T, TransportError> {
        tokio::select! {
            biased;
            done = work => done,
            () = self.clock.sleep(TIME_OUT) => Err(TransportError::TimedOut),
        }
    }
}

async fn read(response: Response, most_bytes: u64) -> Result<HttpResponse, TransportError> {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let body = response.body(most_bytes).await.map_err(|error| trouble(&error))?;
    Ok(HttpResponse { status, headers, body: body.ok_or(TransportError::TooLarge)? })
}

/// Where a redirect points to, unless that is another server.
fn next_at_home(url: &Url, response: &Response) -> Option<Url> {
    let location = response.headers().get(LOCATION).filter(|_| response.status().is_redirection())?;
    let next = url.join(location.to_str().ok()?).ok()?;
    (next.origin() == url.origin()).then_some(next)
}

/// The kind of an error.
fn trouble(error: &RequestError) -> TransportError {
    match error.cause() {
        _ if error.is_timeout() => TransportError::TimedOut,
        _ if !error.is_connect() => TransportError::Broken,
        cause if cause.is_about_tls() => TransportError::Tls(cause),
        cause => TransportError::Unreachable(cause),
    }
}
