//! The way to a live without a sign service: a guest's cookie, and TikTok's own socket without a signature.
//!
//! Nobody promises that TikTok serves this. Where it does not, the cookie is missing, the handshake is refused, or the
//! socket opens and stays silent; [`super::client`] waits for a first frame before it believes in the connection.

use std::time::Duration;

use reqwest::header::SET_COOKIE;

use super::browser;
use super::cookies::Cookies;
use super::endpoints::Endpoints;
use super::refusal::Refusal;
use super::request::Requester;
use crate::kernel::secret::Secret;
use crate::kernel::time::Clock;

/// The cookie that TikTok gives to every guest, and that opens the socket.
const GUEST: &str = "ttwid";
/// TikTok often forgets the cookie, so its start page is asked several times.
const TRIES: usize = 4;
const PAUSE: Duration = Duration::from_millis(750);

/// The header `Cookie` of a new guest. Refused with [`Refusal::Blocked`] where TikTok takes no guests.
pub(super) async fn guest(requester: &Requester, endpoints: &Endpoints, clock: &Clock) -> Result<Secret, Refusal> {
    let start_page = endpoints.admit(&endpoints.web)?.join(&[""]);
    let mut reason = Refusal::Blocked;
    for attempt in 0..TRIES {
        if attempt > 0 {
            clock.sleep(PAUSE).await;
        }
        match requester.headers_of(start_page.clone(), browser::headers()).await {
            Ok(headers) => match Cookies::read(&headers, &SET_COOKIE).only(GUEST) {
                Some(cookie) => return Ok(cookie.header()),
                None => reason = Refusal::Blocked,
            },
            Err(trouble) => reason = trouble.into(),
        }
    }
    Err(reason)
}
