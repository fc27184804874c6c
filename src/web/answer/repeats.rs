//! Repeats: what is sent twice is done once, and answered twice (`D-55`).
//!
//! Whoever changes something may send a key with it, of their own making: programs in the header `Idempotency-Key`, pages in
//! a hidden field of every form. The answer is kept under caller, route and key in the transaction of the change itself. The
//! same key with the same body gets the same answer; with another body it is refused.

use serde::Serialize;

use super::{Problem, body_of, form_field};
use crate::kernel::digest::Digest;
use crate::kernel::error::Result;
use crate::kernel::sentence::Sentence;
use crate::refusals;
use crate::signin::{self, Kept};
use crate::store::Tx;
use crate::web::access::Via;
use crate::web::endpoint::{Arrived, Endpoint};

/// The longest key.
const LONGEST: usize = 64;

refusals! {
    /// Why a repeat is none.
    pub enum RepeatRefusal {
        /// The key was used for something else.
        Mismatch => "idempotency.mismatch" as NotValid, "This was sent already, with other contents. Please open the page \
            again.";
    }
}

/// Under which a change is known when it is sent once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RepeatKey {
    /// Of caller, route and key.
    pub key: Digest,
    /// Of what was sent.
    pub sent: Digest,
}

/// What a change came to.
#[derive(Debug)]
pub enum Done<T> {
    /// It was done now.
    Now(T),
    /// It was done before; the body of that answer.
    Before(Vec<u8>),
}

impl RepeatKey {
    /// The key of a request, where it has one.
    pub(in crate::web) fn of<E: Endpoint>(arrived: &Arrived) -> Result<Option<Self>, Problem> {
        let header = arrived.headers.get("idempotency-key").map(|key| key.to_str().map(str::to_owned));
        let key = match header {
            Some(Ok(key)) => Some(key),
            Some(Err(_)) => return Err(unreadable()),
            None => form_field(arrived, "idempotency_key"),
        };
        let Some(key) = key else { return Ok(None) };
        if key.is_empty() || key.len() > LONGEST || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(unreadable());
        }
        let caller = arrived.visitor.somebody().map(|somebody| match &somebody.via {
            // A new sid comes with each step up; the person is the same.
            Via::Session(_) => format!("{:?}", somebody.person),
            Via::Token { number, .. } => format!("token {number} of {:?}", somebody.person),
        });
        let place = caller.unwrap_or_else(|| arrived.origin.address.to_string());
        let guild = arrived.guild.to_string();
        let path = serde_json::to_string(&arrived.params).unwrap_or_default();
        Ok(Some(Self {
            key: Digest::of_parts(&[place.as_bytes(), E::NAME.as_bytes(), key.as_bytes()]),
            sent: Digest::of_parts(&[guild.as_bytes(), path.as_bytes(), arrived.query.as_bytes(), &contents(arrived)]),
        }))
    }
}

/// What was sent, without what differs between two times that the same form is sent.
fn contents(arrived: &Arrived) -> Vec<u8> {
    let Some(_) = form_field(arrived, "idempotency_key") else { return arrived.body.to_vec() };
    let mut typed = serde_html_form::from_bytes::<Vec<(String, String)>>(&arrived.body).unwrap_or_default();
    typed.retain(|(name, _)| name != "csrf");
    serde_html_form::to_string(typed).unwrap_or_default().into_bytes()
}

fn unreadable() -> Problem {
    Problem::Unreadable(Sentence::words("An Idempotency-Key has 1 to 64 visible characters."))
}

/// Does something once under a key: in the transaction of the change, or not at all.
pub(in crate::web) fn once<E: Endpoint>(
    tx: &Tx<'_>,
    key: Option<&RepeatKey>,
    change: impl FnOnce() -> Result<E::Answer>,
) -> Result<Done<E::Answer>>
where
    E::Answer: Serialize,
{
    let Some(RepeatKey { key, sent }) = key else { return change().map(Done::Now) };
    match signin::answers::kept(tx, key)? {
        Some(Kept { sent: before, body, .. }) if before == *sent => Ok(Done::Before(body)),
        Some(_) => Err(RepeatRefusal::Mismatch.into()),
        None => {
            let value = change()?;
            signin::answers::keep(tx, *key, *sent, body_of::<E>(&value))?;
            Ok(Done::Now(value))
        }
    }
}
