//! A request from its making to its last byte.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{IntoUrl, Method, RequestBuilder, StatusCode};

use super::error::RequestError;
use super::reach::{Reach, Resolver};

/// The longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(15);
/// Who we are, where a request does not say otherwise.
const AGENT: &str = concat!("greenroom/", env!("CARGO_PKG_VERSION"));

/// Asks servers. Clones share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    reach: Reach,
}

/// A request that was not sent yet.
#[derive(Debug)]
pub struct Request {
    builder: RequestBuilder,
    reach: Reach,
}

/// An answer, of which the body is still to come.
#[derive(Debug)]
pub struct Response(reqwest::Response);

impl Client {
    /// A client for the servers within `reach`, each of whose answers is there in the time of `patience` as a whole. Fails
    /// only where TLS cannot be set up.
    pub fn new(reach: Reach, patience: Duration) -> Result<Self, RequestError> {
        let builder = reqwest::Client::builder()
            .use_rustls_tls()
            .user_agent(AGENT)
            .redirect(Policy::none())
            .https_only(reach == Reach::Public)
            .connect_timeout(CONNECT)
            .timeout(patience)
            .dns_resolver(Arc::new(Resolver::new(reach)));
        let builder = if reach == Reach::ThisMachine { builder.no_proxy() } else { builder };
        Ok(Self { http: builder.build()?, reach })
    }

    /// Begins to get what is at an address.
    pub fn get(&self, url: impl IntoUrl) -> Request {
        self.request(Method::GET, url)
    }

    /// Begins a request.
    pub fn request(&self, method: Method, url: impl IntoUrl) -> Request {
        Request { builder: self.http.request(method, url), reach: self.reach }
    }

    /// The client beneath, for serenity, which asks Discord alone. It goes without the limit of bodies.
    pub fn for_serenity(&self) -> reqwest::Client {
        self.http.clone()
    }
}

impl Request {
    /// Says what goes along: headers, a query, a body, or a time of its own.
    #[must_use]
    pub fn with(self, add: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        Self { builder: add(self.builder), ..self }
    }

    /// Sends it, and gives the answer as soon as its headers are there, whatever its status is.
    pub async fn send(self) -> Result<Response, RequestError> {
        let (http, request) = self.builder.build_split();
        let request = request?;
        self.reach.check(request.url())?;
        Ok(Response(http.execute(request).await?))
    }
}

impl Response {
    /// The status.
    pub fn status(&self) -> StatusCode {
        self.0.status()
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        self.0.headers()
    }

    /// Refuses every answer but a success; a redirect is none.
    pub fn expect_success(self) -> Result<Self, RequestError> {
        let response = self.0.error_for_status()?;
        let status = response.status();
        if status.is_success() { Ok(Self(response)) } else { Err(RequestError::of_status(status)) }
    }

    /// The body; `None` where it is longer than `most` bytes.
    pub async fn body(self, most: u64) -> Result<Option<Vec<u8>>, RequestError> {
        let mut body = Vec::new();
        let is_whole = self.pass_on(most, |part| body.extend_from_slice(part)).await?;
        Ok(is_whole.then_some(body))
    }

    /// Passes the first `most` bytes of the body on as they come, and says whether they were all.
    pub async fn pass_on(mut self, most: u64, mut to: impl FnMut(&[u8])) -> Result<bool, RequestError> {
        let mut left = most;
        while let Some(chunk) = self.0.chunk().await? {
            let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len());
            to(chunk.get(..wanted).unwrap_or_default());
            if wanted < chunk.len() {
                return Ok(false);
            }
            left -= wanted as u64;
        }
        Ok(true)
    }
}
