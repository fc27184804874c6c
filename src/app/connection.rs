//! The connection to Discord's gateway, held until it ends for good.
//!
//! serenity resumes and reconnects a running connection by itself; this file decides what happens when it gives up, and
//! when the first connection does not come about.

use std::time::Duration;

use serenity::all::GatewayIntents;
use serenity::client::ClientBuilder;
use serenity::gateway::GatewayError;
use serenity::http::{HttpError, StatusCode};
use tokio::sync::watch;

use super::telemetry;
use crate::discord::gateway::Gateway;
use crate::discord::rest::{self, Endpoint};
use crate::kernel::backoff::Backoff;
use crate::kernel::cause::Cause;
use crate::kernel::time::{Clock, Stopwatch};
use crate::store::StoreError;

/// Waits before another try.
const BACKOFF: Backoff = Backoff::new(Duration::from_secs(2), 2, Duration::from_mins(2));
/// A connection that held this long was a good one: the next wait is the first again.
const GOOD: Duration = Duration::from_mins(1);
/// How long serenity may take to close its shards.
const CLOSING: Duration = Duration::from_secs(2);

/// Why the application ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was told to.
    Stopped,
    /// Discord does not know the token (4004, 401).
    TokenRefused,
    /// A simulated Discord named a gateway that is not on this machine.
    NotLoopback,
    /// The store cannot go on, because of this.
    StoreStopped(StoreError),
    /// Something else that will not get better by itself; the reason.
    Failed(String),
}

/// What one connection came to.
enum Outcome {
    End(Ended),
    /// Discord refused the privileged intents (4014).
    IntentsRefused,
    /// It was ended to begin anew.
    Renewed,
    Again(String),
}

/// Connects and stays connected.
pub(super) async fn hold(
    gateway: Gateway,
    token: String,
    endpoint: Endpoint,
    clock: Clock,
    mut stopped: watch::Receiver<bool>,
    mut renewals: watch::Receiver<u64>,
) -> Ended {
    telemetry::meet_discord();
    let mut intents = gateway.intents();
    // Without those that must be switched on in the developer portal.
    let unprivileged = intents - GatewayIntents::privileged();
    let mut failures = 0;
    loop {
        let since = Stopwatch::start();
        // What was asked for before is done by connecting now.
        renewals.mark_unchanged();
        let outcome = connect_once(&gateway, &token, &endpoint, intents, &mut stopped, &mut renewals).await;
        gateway.disconnected();
        let wait = match outcome {
            Outcome::End(ended) => return ended,
            Outcome::IntentsRefused if intents != unprivileged => {
                tracing::error!(
                    "Discord refuses the privileged intents. Switch on Server Members Intent and Message Content \
                     Intent at https://discord.com/developers/applications, your application, Bot. Until then I run \
                     without them: songs posted as messages are not noticed; commands work."
                );
                intents = unprivileged;
                gateway.bot().note_intents(true);
                continue;
            }
            Outcome::Renewed => {
                tracing::info!("the connection to Discord was ended, to begin anew");
                continue;
            }
            Outcome::IntentsRefused => return Ended::Failed("Discord refuses even the ordinary intents".to_owned()),
            Outcome::Again(reason) => {
                if since.elapsed() > GOOD {
                    failures = 0;
                }
                let wait = BACKOFF.wait(failures);
                tracing::warn!(
                    reason,
                    wait_s = wait.as_secs(),
                    clock = clock.now().rfc3339(),
                    "no connection to Discord; trying again"
                );
                wait
            }
        };
        tokio::select! {
            () = clock.sleep(wait) => {}
            () = told_to_stop(&mut stopped) => return Ended::Stopped,
            () = told_to_renew(&mut renewals) => {}
        }
        failures += 1;
    }
}

async fn connect_once(
    gateway: &Gateway,
    token: &str,
    endpoint: &Endpoint,
    intents: GatewayIntents,
    stopped: &mut watch::Receiver<bool>,
    renewals: &mut watch::Receiver<u64>,
) -> Outcome {
    let http = match rest::connect(token, endpoint) {
        Ok(connections) => connections.gateway,
        Err(error) => return Outcome::End(Ended::Failed(error.to_string())),
    };
    if matches!(endpoint, Endpoint::Simulated(_)) {
        match http.get_gateway().await {
            Ok(named) if rest::is_loopback(&named.url) => {}
            // A simulator that has too many requests just now is asked again, like Discord itself.
            Err(error)
                if matches!(status_of(&error), Some(StatusCode::TOO_MANY_REQUESTS | StatusCode::UNAUTHORIZED)) =>
            {
                return outcome_of(&error);
            }
            Ok(_) | Err(_) => return Outcome::End(Ended::NotLoopback),
        }
    }
    let built = ClientBuilder::new_with_http(http, intents).framework(gateway.clone()).await;
    let mut client = match built {
        Ok(client) => client,
        Err(error) => return outcome_of(&error),
    };
    // serenity falls back to the public gateway when it cannot learn the address; a simulated run must not go there.
    if matches!(endpoint, Endpoint::Simulated(_)) && !rest::is_loopback(&client.ws_url.lock().await) {
        return Outcome::Again("the simulator did not name its gateway again".to_owned());
    }
    let shards = std::sync::Arc::clone(&client.shard_manager);
    let running = client.start_autosharded();
    tokio::pin!(running);
    tokio::select! {
        ended = &mut running => match ended {
            Ok(()) => Outcome::End(Ended::Stopped),
            Err(error) => outcome_of(&error),
        },
        () = told_to_stop(stopped) => {
            telemetry::part_from_discord();
            // Does nothing when no shard ever connected, and may hang when one is half open: hence the limit. The client goes
            // on until its shards have told it of their end, which they would complain of otherwise.
            let closed = async { tokio::join!(shards.shutdown_all(), running) };
            let _ = tokio::time::timeout(CLOSING, closed).await;
            Outcome::End(Ended::Stopped)
        }
        () = told_to_renew(renewals) => {
            let closed = async { tokio::join!(shards.shutdown_all(), running) };
            let _ = tokio::time::timeout(CLOSING, closed).await;
            Outcome::Renewed
        }
    }
}

async fn told_to_stop(stopped: &mut watch::Receiver<bool>) {
    // An application that is gone stops the connection as well.
    let _ = stopped.wait_for(|stop| *stop).await;
}

async fn told_to_renew(renewals: &mut watch::Receiver<u64>) {
    // Nobody asks for it any more where nobody could.
    if renewals.changed().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// With which status Discord refused a request of serenity.
fn status_of(error: &serenity::Error) -> Option<StatusCode> {
    match error {
        serenity::Error::Http(HttpError::UnsuccessfulRequest(response)) => Some(response.status_code),
        _ => None,
    }
}

fn outcome_of(error: &serenity::Error) -> Outcome {
    match error {
        serenity::Error::Gateway(GatewayError::InvalidAuthentication) => Outcome::End(Ended::TokenRefused),
        serenity::Error::Gateway(GatewayError::DisallowedGatewayIntents) => Outcome::IntentsRefused,
        error if status_of(error) == Some(StatusCode::UNAUTHORIZED) => Outcome::End(Ended::TokenRefused),
        other => Outcome::Again(reason(other)),
    }
}

/// Why there is no connection: what is at the bottom of the error, with what can be done, or the error where that is unknown.
fn reason(error: &serenity::Error) -> String {
    match Cause::of(error) {
        Cause::Unknown => error.to_string(),
        cause => format!("Discord cannot be reached: {cause}. {}", cause.remedy()),
    }
}
