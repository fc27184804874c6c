//! Signing in elsewhere with an account of the simulated Discord: `OAuth2` with an authorization code, as strict as Discord.
//!
//! An address to come back to is registered or refused ([`Settings::redirect_uris`](super::Settings::redirect_uris)), letter
//! by letter. A code is good for once and for a minute, for the address and the application that it was made for, and for
//! whoever has the verifier of its challenge (PKCE, S256 alone). Tokens are given for a form, never for JSON, and read only
//! what their scopes name. There is no refreshing: nobody here needs it.
//!
//! Who is asked sees a page with two buttons, or has said beforehand who authorizes at once
//! ([`Sim::authorizes`](super::Sim::authorizes)), as a browser does in which somebody is signed in and that is clicked for.

mod authorize;
pub(crate) mod control;
mod reads;
mod token;

use std::collections::HashMap;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

pub(crate) use reads::dispatch;

use super::shared::Shared;
use super::world::World;
use super::{Id, Sim};
use crate::kernel::digest::Digest;
use crate::kernel::time::Timestamp;

/// How long a code is good.
const CODE_LASTS: Duration = Duration::from_mins(1);
/// How long a token is good, as Discord says it.
const TOKEN_LASTS: Duration = Duration::from_hours(7 * 24);
/// Codes and tokens that are remembered; past this the memory starts again.
const MOST: usize = 10_000;

/// Codes and tokens that were given.
#[derive(Debug, Default)]
pub(crate) struct OAuth2 {
    /// Who authorizes at once wherever they are asked.
    authorizes: Option<Id>,
    codes: HashMap<String, Code>,
    grants: HashMap<String, Grant>,
    made: u64,
}

/// What somebody authorized, until the application fetches its token.
#[derive(Clone, Debug)]
struct Code {
    user: Id,
    redirect_uri: String,
    scopes: Vec<String>,
    challenge: Option<String>,
    made_at: Timestamp,
}

/// What an application may read.
#[derive(Clone, Debug)]
pub(crate) struct Grant {
    /// Of whom.
    pub(crate) user: Id,
    /// What.
    pub(crate) scopes: Vec<String>,
    refresh: String,
    made_at: Timestamp,
}

impl OAuth2 {
    /// The grant of an access token, while it is good.
    pub(crate) fn grant(&self, token: &str, now: Timestamp) -> Option<&Grant> {
        self.grants.get(token).filter(|grant| now.since(grant.made_at) < TOKEN_LASTS)
    }

    /// 43 characters that nobody had before.
    fn secret(&mut self, of: &str) -> String {
        self.made += 1;
        let digest = Digest::of_parts(&[of.as_bytes(), &self.made.to_be_bytes()]);
        BASE64_URL_SAFE_NO_PAD.encode(digest.bytes())
    }

    fn keep_code(&mut self, code: Code) -> String {
        if self.codes.len() >= MOST {
            self.codes.clear();
        }
        let text = self.secret("code");
        self.codes.insert(text.clone(), code);
        text
    }

    fn keep_grant(&mut self, code: Code, now: Timestamp) -> (String, Grant) {
        if self.grants.len() >= MOST {
            self.grants.clear();
        }
        let (access, refresh) = (self.secret("access"), self.secret("refresh"));
        let grant = Grant { user: code.user, scopes: code.scopes, refresh, made_at: now };
        self.grants.insert(access.clone(), grant.clone());
        (access, grant)
    }
}

impl Sim {
    /// Who authorizes from now on wherever an application asks, without seeing the page; `None` shows the page.
    pub fn authorizes(&self, user: Option<Id>) {
        self.shared.change(|world| world.oauth2.authorizes = user);
    }
}

impl World {
    /// How many applications may read something of somebody at the moment.
    pub fn grants(&self) -> usize {
        self.oauth2.grants.len()
    }
}

/// The routes that are not below `/api/v10`.
pub(crate) fn router<S: Clone + Send + Sync + 'static>(shared: Shared) -> Router<S> {
    Router::new()
        .route("/oauth2/authorize", get(authorize::ask).post(authorize::decide))
        .route("/api/oauth2/token", post(token::give))
        .route("/api/oauth2/token/revoke", post(token::revoke))
        .with_state(shared)
}

/// The fields of a query or a form.
fn fields(text: &[u8]) -> HashMap<String, String> {
    url::form_urlencoded::parse(text).into_owned().collect()
}
