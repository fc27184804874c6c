//! Who asks: by the token of a program, or by the session of a browser.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

use super::Web;
use super::access::{Name, Somebody, Via, Visitor, jwt};
use super::gate::session_of;
use crate::kernel::digest::{Digest, SecretBytes};
use crate::kernel::error::Result;
use crate::kernel::time::Timestamp;
use crate::signin::{session, token};

/// What every token of a program begins with.
pub(super) const TOKEN_SIGN: &str = "gr_";

impl Web {
    /// Who asks. Where a token is shown, no cookie beside it is looked at; one that is not good is nobody's.
    pub(super) async fn visitor(&self, parts: &Parts, now: Timestamp) -> Result<Visitor> {
        if let Some(shown) = bearer(&parts.headers) {
            // Until a program shows a token, it may show the access cookie of a session in its place (`T-API-01`).
            return match shown.strip_prefix(TOKEN_SIGN) {
                Some(secret) => self.by_token(secret, now).await,
                None => self.by_access(shown, Via::Shown, now).await,
            };
        }
        match Name::Access.of(&parts.headers, self.settings.is_https()) {
            Some(access) => self.by_access(&access, Via::Session, now).await,
            None => Ok(Visitor::Nobody),
        }
    }

    /// Until when the session of a browser opens pages, if it is not renewed.
    pub(super) fn session_shown_ends(&self, visitor: &Visitor, headers: &HeaderMap) -> Option<Timestamp> {
        session_of(visitor)?;
        let access = Name::Access.of(headers, self.settings.is_https())?;
        let claims = jwt::read(&self.settings.jwt_key, &access, self.bot.clock.now().seconds())?;
        Some(Timestamp::from_millis(claims.exp.saturating_mul(1_000)))
    }

    async fn by_access(&self, access: &str, via: fn(Digest) -> Via, now: Timestamp) -> Result<Visitor> {
        let claims = jwt::read(&self.settings.jwt_key, access, now.seconds());
        let Some(sid) = claims.and_then(|claims| sid_of(&claims.sid)) else { return Ok(Visitor::Nobody) };
        let found = self.look("session", move |read| session::of(read, sid, now)).await?;
        let Some(found) = found.filter(|found| self.settings.lets_in(&found.person)) else {
            return Ok(Visitor::Nobody);
        };
        if found.is_to_be_touched(now) {
            self.bot.store.write("session_seen", move |tx| session::touch(tx, sid)).await?;
        }
        Ok(Visitor::Somebody(Somebody {
            person: found.person,
            name: found.name,
            avatar: found.avatar,
            guilds: found.guilds.into_iter().map(|guild| guild.id).collect(),
            via: via(sid),
        }))
    }

    async fn by_token(&self, secret: &str, now: Timestamp) -> Result<Visitor> {
        let Some(key) = SecretBytes::parse(secret).map(|secret| secret.digest()) else { return Ok(Visitor::Nobody) };
        let found = self.look("token", move |read| token::by_digest(read, key, now)).await?;
        let Some(found) = found.filter(|found| self.settings.lets_in(&found.maker)) else {
            return Ok(Visitor::Nobody);
        };
        if found.is_to_be_touched(now) {
            self.bot.store.write("token_used", move |tx| token::touch(tx, key)).await?;
        }
        let via = Via::Token { key, number: found.number.get(), scopes: found.scopes, guilds: found.guilds.clone() };
        Ok(Visitor::Somebody(Somebody {
            person: found.maker,
            name: found.name,
            avatar: None,
            guilds: found.guilds,
            via,
        }))
    }
}

/// Whether a program shows something by which it wants to be known.
pub(super) fn shows_token(headers: &HeaderMap) -> bool {
    bearer(headers).is_some()
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, shown) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(shown.trim())
}

/// The text of a session's id in a cookie.
pub(super) fn text_of(sid: Digest) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(sid.bytes())
}

fn sid_of(text: &str) -> Option<Digest> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
    bytes.try_into().ok().map(Digest::from_bytes)
}
