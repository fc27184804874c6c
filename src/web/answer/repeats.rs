//! Repeats: what is sent twice is done once, and answered twice (`D-55`).
//!
//! Whoever changes something may send a key with it, of their own making: programs in the header `Idempotency-Key`, pages in
//! a hidden field of every form. What was answered is kept in the transaction of the change ([`signin::answer`]).

use super::{Base, Problem, Revision, body_of, form_field};
use crate::kernel::digest::Digest;
use crate::kernel::error::Result;
use crate::kernel::sentence::Sentence;
use crate::kernel::time::Timestamp;
use crate::signin::answer::{Asked, RepeatKey, Reply, keep, look};
use crate::signin::{self, Person};
use crate::store::{Read, Tx};
use crate::web::endpoint::{Arrived, Endpoint};
use crate::web::ui::components::{CSRF, IDEMPOTENCY_KEY};

/// A change that has a key, and of whom.
#[derive(Clone, Debug)]
pub struct Repeat {
    caller: Person,
    key: RepeatKey,
    request: Digest,
}

/// What a change came to.
#[derive(Debug)]
pub enum Done<T> {
    /// It was done now; with the revision that the thing has by that, where it has any.
    Now(T, Option<Revision>),
    /// It was done before; what was answered then.
    Before(signin::answer::Answer),
    /// Somebody else changed the thing meanwhile, so nothing was done; with its present revision.
    Stale(Revision),
}

impl Repeat {
    /// Of a request that has a key. Strangers have none: what they may change can be sent twice.
    pub(in crate::web) fn of(arrived: &Arrived) -> Result<Option<Self>, Problem> {
        let header = arrived.headers.get("idempotency-key").map(|key| key.to_str().unwrap_or_default().to_owned());
        let (Some(key), Some(somebody)) =
            (header.or_else(|| form_field(arrived, IDEMPOTENCY_KEY)), arrived.visitor.somebody())
        else {
            return Ok(None);
        };
        let key = RepeatKey::parse(&key)
            .map_err(|_| Problem::Unreadable(Sentence::words("An Idempotency-Key has 1 to 64 visible characters.")))?;
        let path = serde_json::to_vec(&arrived.params).unwrap_or_default();
        let request = Digest::of_parts(&[&path, arrived.query.as_bytes(), &contents(arrived)]);
        Ok(Some(Self { caller: somebody.person.clone(), key, request }))
    }

    /// Whether this was done already: whoever sends it once more is told so, and not asked whether they mean it.
    pub(in crate::web) fn was_done<E: Endpoint>(&self, read: &dyn Read, now: Timestamp) -> Result<bool> {
        let asked = Asked { caller: &self.caller, route: E::NAME, key: &self.key, request: self.request };
        Ok(look(read, &asked, now)?.is_some())
    }
}

/// What was sent, without what differs between two times that the same form is sent.
fn contents(arrived: &Arrived) -> Vec<u8> {
    if form_field(arrived, IDEMPOTENCY_KEY).is_none() {
        return arrived.body.to_vec();
    }
    let mut typed = serde_html_form::from_bytes::<Vec<(String, String)>>(&arrived.body).unwrap_or_default();
    typed.retain(|(name, _)| name != CSRF);
    serde_html_form::to_string(typed).unwrap_or_default().into_bytes()
}

/// Changes something once for its key, which is kept in the same transaction, and only where it is what whoever changes it
/// has seen. `present` tells its revision.
pub(in crate::web) fn once<E: Endpoint>(
    tx: &Tx<'_>,
    (repeat, base): (Option<&Repeat>, Option<&Base>),
    present: impl Fn() -> Result<Option<Revision>>,
    change: impl FnOnce() -> Result<E::Answer>,
) -> Result<Done<E::Answer>> {
    let asked = repeat.map(|Repeat { caller, key, request }| Asked { caller, route: E::NAME, key, request: *request });
    // What was done already is told, whatever became of the thing since.
    if let Some(asked) = &asked
        && let Some(before) = look(tx, asked, tx.now())?
    {
        return Ok(Done::Before(before));
    }
    if let Some(base) = base
        && let Some(present) = present()?.filter(|present| !base.holds(present))
    {
        return Ok(Done::Stale(present));
    }
    let value = change()?;
    if let Some(asked) = &asked {
        keep(tx, asked, &Reply { status: 200, body: &body_of::<E>(&value), location: None })?;
    }
    Ok(Done::Now(value, present()?))
}
